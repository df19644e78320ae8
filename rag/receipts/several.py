"""A sentence that cites several papers, or not the one that says it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.receipts.matching import mentions, plain
from rag.receipts.support import SUPPORTED, Verdict, judge
from rag.text.words import words
from rag.types import Paper

_MIXED = 0.99 * SUPPORTED  # the most that a sentence gets which no paper says alone
_MOST_JUDGED = 3


def judge_each(claim: str, papers: Sequence[Paper]) -> tuple[Verdict, list[Verdict]]:
    """Return the verdict on a sentence, and the one that each of the cited papers gives it.

    The sentence has the verdict of the paper that says it best. What none says alone is weak at
    most, however much they say together.
    """
    each = [judge(claim, [paper]) for paper in papers]
    best = max(each, key=lambda verdict: verdict.score)
    if len(papers) == 1 or is_borne_out(best):
        return best, each
    mixed = judge(claim, papers)
    if is_borne_out(mixed):
        return replace(mixed, support="weak", score=round(max(best.score, _MIXED), 4)), each
    return max(best, mixed, key=lambda verdict: verdict.score), each


def suggest(claim: str, papers: Sequence[Paper]) -> int | None:
    """Return the place of the paper that says a sentence best, None where none says it.

    Only the few that have most of its words are judged.
    """
    said = words(plain(claim))
    if not said:
        return None
    weights = [word.weight for word in said]
    shares = [float(mentions(said, paper) @ weights) for paper in papers]
    places = sorted(range(len(papers)), key=lambda place: -shares[place])[:_MOST_JUDGED]
    verdicts = {place: judge(claim, [papers[place]]) for place in places}
    good = [place for place in places if is_borne_out(verdicts[place])]
    return max(good, key=lambda place: verdicts[place].score, default=None)


def is_borne_out(verdict: Verdict) -> bool:
    """Say whether a verdict is a good one."""
    return verdict.support in ("verbatim", "supported")
