"""A sentence that cites several papers, or not the one that says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from llama_index.core.base.embeddings.base import BaseEmbedding

from rag.receipts.support import SUPPORTED, Verdict, judge
from rag.types import Paper

_MIXED = 0.99 * SUPPORTED  # the most that a sentence gets which no paper says alone


def judge_each(
    claim: str, papers: Sequence[Paper], embedder: BaseEmbedding | None = None
) -> tuple[Verdict, list[Verdict]]:
    """Return the verdict on a sentence, and the one that each of the cited papers gives it.

    The sentence has the verdict of the paper that says it best. What none says alone is weak at
    most, however much they say together.
    """
    each = [judge(claim, [paper], embedder) for paper in papers]
    best = max(each, key=lambda verdict: verdict.score)
    if len(papers) == 1 or is_borne_out(best):
        return best, each
    mixed = judge(claim, papers, embedder)
    if is_borne_out(mixed):
        return replace(mixed, support="weak", score=round(max(best.score, _MIXED), 4)), each
    return max(best, mixed, key=lambda verdict: verdict.score), each


def suggest(
    claim: str, papers: Sequence[Paper], embedder: BaseEmbedding | None = None
) -> int | None:
    """Return the place of the paper that says a sentence best, None where none says it."""
    each = [judge(claim, [paper], embedder) for paper in papers]
    places = [place for place, verdict in enumerate(each) if is_borne_out(verdict)]
    return max(places, key=lambda place: each[place].score, default=None)


def is_borne_out(verdict: Verdict) -> bool:
    """Say whether a verdict is a good one."""
    return verdict.support in ("verbatim", "supported")
