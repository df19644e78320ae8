"""An answer without a model: sentences of the papers, word for word, each with its receipt."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answers.extraction import Candidate
from rag.receipts.markers import no_markers
from rag.types import Evidence, Hit, Sentence


def quote(
    hits: Sequence[Hit], chosen: Sequence[Candidate], *, as_list: bool
) -> tuple[str, list[Sentence], list[int]]:
    """Return the answer made of the chosen sentences, its receipts and the order of hits."""
    order = list(dict.fromkeys(piece.hit for piece in chosen))
    sentences = []
    for piece in chosen:
        paper = hits[piece.hit].paper
        words = paper.abstract[piece.start : piece.end]
        number = order.index(piece.hit) + 1
        sentences.append(
            Sentence(
                text=f"{no_markers(words)} [{number}]",
                citations=(number,),
                support="verbatim",
                score=1.0,
                evidence=Evidence(paper.id, words, piece.start, piece.end),
            )
        )
    lines = [f"- {sentence.text}" if as_list else sentence.text for sentence in sentences]
    return ("\n" if as_list else " ").join(lines), sentences, order
