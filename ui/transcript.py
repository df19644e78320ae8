"""A conversation as a file: Markdown with references, or JSON. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from rag.receipts.markers import MarkerScanner
from rag.types import Answer, Paper, to_json
from ui.cards import is_web_address
from ui.exchanges import Exchange
from ui.glance import table_of

DOUBTS = {
    "weak": "not clearly said by the source",
    "unsupported": "not supported by the source",
    "uncited": "no source",
}
_MARKUP = re.compile(r"([\\`*_\[\]<>#|~!$])")
_IN_ANSWER = re.compile(r"([\\<\[\]!$|])")


def as_json(exchanges: Sequence[Exchange]) -> str:
    """Return the conversation as JSON: what ``rag ask --history`` reads.

    Each item is what ``rag ask --json`` prints, or the question with what had arrived.
    """
    rows = [
        to_json(exchange.answer)
        if exchange.answer
        else {
            "question": exchange.question,
            "answer": exchange.partial,
            "error": exchange.problem,
        }
        for exchange in exchanges
    ]
    return json.dumps({"history": rows}, ensure_ascii=False, indent=2) + "\n"


def as_markdown(exchanges: Sequence[Exchange]) -> str:
    """Return the conversation as Markdown, each answer with its references.

    Only headings, lists and emphasis of an answer stay markup: tags, links, images and
    formulas are escaped, so a viewer shows them and loads nothing.
    """
    return "\n\n".join(part for exchange in exchanges for part in _parts(exchange)) + "\n"


def _parts(exchange: Exchange) -> Iterator[str]:
    yield f"## {plain(exchange.question)}"
    answer = exchange.answer
    if answer is None:
        if exchange.partial:
            yield _answer_text(exchange.partial)
        yield f"*{plain(exchange.problem)}*"
        return
    if exchange.problem:
        yield f"*{plain(exchange.problem)}*"
    yield _answer_text(answer.answer)
    table = table_of(answer)
    if table and table.asked:
        rows = (table.heads, ("---",) * len(table.heads), *table.rows)
        yield "\n".join(f"| {' | '.join(map(plain, row))} |" for row in rows)
    if doubts := list(_doubts(answer)):
        yield "Doubtful:\n\n" + "\n".join(doubts)
    if added := [_answer_text(each.text) for each in answer.sentences if each.attributed]:
        yield "Sources added, not named by the model:\n\n" + "\n".join(f"- {x}" for x in added)
    if answer.citations:
        yield "References:\n\n" + "\n".join(
            f"[{citation.number}] {reference(citation.paper)}\n" for citation in answer.citations
        ).rstrip("\n")


def _doubts(answer: Answer) -> Iterator[str]:
    for sentence in answer.sentences:
        if sentence.support in DOUBTS:
            yield f"- {DOUBTS[sentence.support]}: {_answer_text(sentence.text)}"


def reference(paper: Paper) -> str:
    """Return one line that names a paper, with where to find it."""
    authors = plain(", ".join(paper.authors))
    place = ", ".join(str(part) for part in (paper.venue, paper.year) if part)
    named = [authors, f"*{plain(paper.name)}*", plain(place)]
    line = ". ".join(part for part in named if part)
    if paper.doi:
        return f"{line}. doi:{plain(paper.doi)}"
    if paper.arxiv_id:
        return f"{line}. arXiv:{plain(paper.arxiv_id)}"
    return f"{line}. {plain(paper.url)}" if paper.url and is_web_address(paper.url) else line


def plain(text: str) -> str:
    r"""Return a line as Markdown that shows just these characters.

    >>> plain("<b> ![x](y)")
    '\\<b\\> \\!\\[x\\](y)'
    """
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def _answer_text(text: str) -> str:
    """Escape what could be a tag, link, image or formula; code and citations stay."""
    tokens = list(MarkerScanner().tokens(text, final=True))
    made = []
    for token, after in zip_longest(tokens, tokens[1:]):
        # "[1]:" would say where a link called 1 leads.
        defines = token.kind == "marker" and after is not None and after.text.startswith(":")
        escaped = token.kind == "text" or defines
        made.append(_IN_ANSWER.sub(r"\\\1", token.text) if escaped else token.text)
    return "".join(made)
