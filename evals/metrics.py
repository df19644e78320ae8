"""What an answer is worth: metrics of one row, and of all rows of a run.

In a row's metrics a name that is missing does not apply to the question; None means that it
applies but could not be measured (the model failed, a judge's reply made no sense). Neither is
ever counted as 0.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from evals.questions import Question, states

Row = Mapping[str, Any]
Values = dict[str, float | None]

# Of the metrics that a row may have, those of which less is better.
LOWER_IS_BETTER = frozenset({"seconds", "prompt_tokens", "completion_tokens", "cost_usd"})
VERDICTS = ("verbatim", "supported", "weak", "unsupported", "uncited")


def score_answer(answer: Row, question: Question) -> Values:
    """Return the metrics of one answer (``ask``'s JSON, perhaps with ``error``).

    retrieved_recall: share of the expected papers that were read.
    citation_precision: share of the cited papers that are expected; applies where any is cited.
    citation_recall: share of the expected papers that are cited.
    facts_found: share of the expected facts that the answer states.
    decision: 1 where what is answerable was answered and the rest declined, else 0.
    supported: share of the sentences that are verbatim or supported; applies to answers.
    seconds, prompt_tokens, completion_tokens, cost_usd: what it took.
    """
    names = _applicable(question)
    if "error" in answer:
        return dict.fromkeys([*names, "seconds", "cost_usd"])
    values: Values = {}
    expected = set(question.papers or ())
    cited = {citation["paper"]["id"] for citation in answer["citations"]}
    read = {hit["paper_id"] for hit in answer["retrieved"]}
    if expected:
        values["retrieved_recall"] = len(expected & read) / len(expected)
        values["citation_recall"] = len(expected & cited) / len(expected)
        if cited:
            values["citation_precision"] = len(expected & cited) / len(cited)
    if question.facts:
        stated = [answer["answered"] and states(answer["answer"], fact) for fact in question.facts]
        values["facts_found"] = sum(stated) / len(stated)
    if question.answerable is not None:
        values["decision"] = float(answer["answered"] == question.answerable)
    if answer["sentences"]:
        good = [s["support"] in ("verbatim", "supported") for s in answer["sentences"]]
        values["supported"] = sum(good) / len(good)
    usage = answer["usage"]
    values["seconds"] = answer["seconds"]["total"]
    values["prompt_tokens"] = usage["prompt_tokens"]
    values["completion_tokens"] = usage["completion_tokens"]
    values["cost_usd"] = usage["cost_usd"]
    return values


def _applicable(question: Question) -> list[str]:
    """Return the metrics of quality that any answer to the question has."""
    names = []
    if question.papers:
        names += ["retrieved_recall", "citation_recall"]
    if question.facts:
        names.append("facts_found")
    if question.answerable is not None:
        names.append("decision")
    return names


def loss(values: Mapping[str, float | None], answerable: bool | None) -> float | None:
    """Return how wrong it was to give an answer: 0 right, 1 wrong, None where unknown.

    An answer to what cannot be answered is wrong; another is as wrong as facts are missing,
    or, without expected facts, expected papers uncited.
    """
    if answerable is None:
        return None
    if not answerable:
        return 1.0
    quality = values.get("facts_found", values.get("citation_recall"))
    return None if quality is None else 1.0 - quality


def confidence(answer: Row) -> float | None:
    """Return how sure an answer is of itself: its own figure, else its sentences' mean score."""
    own = answer.get("confidence")
    if isinstance(own, (int, float)):
        return float(own)
    scores = [sentence["score"] for sentence in answer["sentences"]]
    return sum(scores) / len(scores) if scores else None


def risk_coverage(points: Iterable[tuple[float, float]], total: int) -> list[tuple[float, float]]:
    """Return the curve of (coverage, risk) from the surest answer to all that were given.

    Args:
        points: confidence and loss of each answer given.
        total: how many questions there were; coverage is the share that is answered.

    Answers of equal confidence join the curve together: no order among them is invented. Risk is
    the mean loss of what is covered (Geifman & El-Yaniv 2017, selective risk).

    >>> risk_coverage([(0.9, 0.0), (0.5, 1.0)], 4)
    [(0.25, 0.0), (0.5, 0.5)]
    """
    ordered = sorted(points, key=lambda point: -point[0])
    curve = []
    lost = 0.0
    for count, (sure, wrong) in enumerate(ordered, 1):
        lost += wrong
        if count == len(ordered) or ordered[count][0] != sure:
            curve.append((count / total, lost / count))
    return curve


def area(curve: Sequence[tuple[float, float]]) -> float | None:
    """Return the mean risk over the coverage that the curve reaches; None without a point.

    Each point's risk holds for the coverage that it adds.

    >>> area([(0.25, 0.0), (0.5, 0.5)])
    0.25
    """
    if not curve:
        return None
    before = 0.0
    total = 0.0
    for coverage, risk in curve:
        total += (coverage - before) * risk
        before = coverage
    return total / before


def abstention(pairs: Iterable[tuple[bool, bool]]) -> dict[str, float | int | None]:
    """Return precision and recall of declining, from (answerable, answered) of each question.

    ``precision``: of what was declined, the share that could not be answered (None where
    nothing was declined). ``recall``: of what could not be answered, the share declined.
    ``wrongly_declined``: of what could be answered, the share declined.
    """
    counts = Counter(pairs)
    declined = counts[True, False] + counts[False, False]
    unanswerable = counts[False, True] + counts[False, False]
    answerable = counts[True, True] + counts[True, False]
    return {
        "precision": counts[False, False] / declined if declined else None,
        "recall": counts[False, False] / unanswerable if unanswerable else None,
        "wrongly_declined": counts[True, False] / answerable if answerable else None,
        "declined": declined,
        "unanswerable": unanswerable,
        "answerable": answerable,
    }


def verdict_shares(answers: Iterable[Row]) -> dict[str, float | int | None]:
    """Return the share of all sentences by verdict, and how many there are."""
    counts = Counter(s["support"] for answer in answers for s in answer["sentences"])
    total = sum(counts.values())
    shares: dict[str, float | int | None] = {
        name: counts[name] / total if total else None for name in VERDICTS
    }
    return {**shares, "sentences": total}


def means(rows: Iterable[Mapping[str, float | None]]) -> dict[str, dict[str, float | int | None]]:
    """Return for each metric its mean, and how many questions were measured and not.

    >>> means([{"a": 1.0}, {"a": None}, {"a": 0.0}, {}])
    {'a': {'mean': 0.5, 'measured': 2, 'unmeasured': 1}}
    """
    every: dict[str, list[float | None]] = {}
    for values in rows:
        for name, value in values.items():
            every.setdefault(name, []).append(value)
    found: dict[str, dict[str, float | int | None]] = {}
    for name, values_of in every.items():
        known = [value for value in values_of if value is not None]
        found[name] = {
            "mean": sum(known) / len(known) if known else None,
            "measured": len(known),
            "unmeasured": len(values_of) - len(known),
        }
    return found


def percentiles(values: Sequence[float]) -> dict[str, float | None]:
    """Return median, 95th percentile (linear interpolation) and mean, in the values' unit."""
    if not values:
        return {"p50": None, "p95": None, "mean": None}
    p50, p95 = np.percentile(values, [50, 95])
    return {
        "p50": round(float(p50), 4),
        "p95": round(float(p95), 4),
        "mean": round(float(np.mean(values)), 4),
    }
