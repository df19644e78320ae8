"""An answer without a model: sentences of the papers, word for word, each with its receipt."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answers.extraction import Candidate
from rag.answers.questions import Question
from rag.receipts.markers import no_markers
from rag.types import Evidence, Hit, Paper, Sentence

# How a sentence begins that goes on from the one before it, which is not shown. Without a comma
# only before what begins a clause: "In addition to X" and "Overall accuracy" stay whole.
_LINK = re.compile(
    r"(?:however|moreover|furthermore|finally|therefore|thus|hence|additionally|consequently|"
    r"nevertheless|nonetheless|accordingly|besides(?=,)|in addition|as a result|in particular|"
    r"overall|to this end|in contrast|on the other hand|specifically|importantly|notably)"
    r"(?:,\s+|\s+(?=(?:we|our|this|these|the|it|they)\b))",
    re.IGNORECASE,
)
_LONGEST_NAME = 60
NEAREST = "These sentences come nearest; they may not answer it:"


def quote(
    hits: Sequence[Hit],
    chosen: Sequence[Candidate],
    question: Question,
    more: int = 0,
    *,
    apart: bool = False,
) -> tuple[str, list[Sentence], list[int]]:
    """Return the answer made of the chosen sentences, its receipts and the order of hits.

    Where several papers are quoted each is named: in a list by its title, else by a lead where
    the paper changes. ``more`` is how many others of a list are not shown; ``apart`` puts each
    sentence on a line of its own, as in a list.
    """
    order = list(dict.fromkeys(piece.hit for piece in chosen))
    by_line = apart or question.kind in {"list", "compare"}
    sentences: list[Sentence] = []
    before = None
    for piece in chosen:
        paper = hits[piece.hit].paper
        words = paper.abstract[piece.start : piece.end]
        number = order.index(piece.hit) + 1
        lead = ""
        if piece.hit != before and question.kind == "list":
            lead = f"**{_plain(paper.name)}**{f' ({paper.year})' if paper.year else ''}: "
        elif piece.hit != before and len(order) > 1:
            lead = f"{short_name(paper)}: "
        before = piece.hit
        sentences.append(
            Sentence(
                text=f"{lead}{shown(words)} [{number}]",
                citations=(number,),
                support="verbatim",
                score=1.0,
                evidence=Evidence(paper.id, words, piece.start, piece.end),
            )
        )
    lines = [f"- {sentence.text}" if by_line else sentence.text for sentence in sentences]
    if more:
        lines.append(f"\n{more:,} more {'mentions' if more == 1 else 'mention'} it.")
    return ("\n" if by_line else " ").join(lines), sentences, order


def shown(words: str) -> str:
    """Return a quoted sentence as it is shown: without what joins it to the one before.

    >>> shown("However, we find that it fails [3].")
    'We find that it fails (3).'
    """
    link = _LINK.match(words)
    text = words[link.end() :] if link else words
    return no_markers(text[:1].upper() + text[1:] if text != words else text)


def short_name(paper: Paper) -> str:
    """Return what a paper is called in a lead: what its title begins with, or the title.

    >>> short_name(Paper("1", "DataComp: In search of the next generation", ""))
    'DataComp'
    >>> short_name(Paper("1", "Attention is all you need", ""))
    '“Attention is all you need”'
    """
    head, colon, _ = paper.name.partition(":")
    if colon and len(head.split()) <= 4:
        return _plain(head)
    name = paper.name
    if len(name) > _LONGEST_NAME:
        cut = name[:_LONGEST_NAME]
        name = (cut.rpartition(" ")[0] or cut).rstrip(" ,;:") + "…"
    return f"“{_plain(name)}”"


def _plain(name: str) -> str:
    """Return a name that is neither a marker nor markup."""
    return no_markers(" ".join(name.split())).replace("*", "∗")
