"""Two runs compared, question by question."""

from __future__ import annotations

import operator
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from evals.metrics import LOWER_IS_BETTER
from evals.runs import Run
from evals.statistics import adjust, paired_difference
from rag.errors import InputError

Row = Mapping[str, Any]

SIGNIFICANT = 0.05
_CONDITION = re.compile(r"\s*([\w@]{1,40})\s*(<=|>=|<|>)\s*([-+]?\d{0,12}\.?\d{1,12})\s*\Z")
_OPERATORS = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}


def compare(a: Run, b: Run) -> dict[str, Any]:
    """Return what changed from run A to run B.

    Returns:
        ``metrics``: for each that both runs measured on some question: the means of ``a`` and
        ``b`` over those questions, ``difference`` (B - A), its interval ``low`` to ``high``, ``p``,
        ``p_adjusted`` for all metrics together, ``significant``, ``better`` ("a", "b" or None) and
        ``questions``. ``changed``: the questions whose answers or citations (for retrieval: first
        ten papers) differ, most changed first. ``settings``: what differs between the runs.

    Raises:
        InputError: the runs share no question, or are of two kinds.
    """
    if a.settings.get("kind") != b.settings.get("kind"):
        raise InputError("one run ranks papers and the other answers; compare two of a kind")
    others = {_key(row): row for row in b.rows}
    pairs = [(row, others[_key(row)]) for row in a.rows if _key(row) in others]
    if not pairs:
        raise InputError("the runs share no question; compare runs over the same questions")
    return {
        "a": str(a.folder),
        "b": str(b.folder),
        "questions": len(pairs),
        "only_a": len(a.rows) - len(pairs),
        "only_b": len(b.rows) - len(pairs),
        "settings": _changed_settings(a.settings, b.settings),
        "metrics": _compared(pairs),
        "changed": _changed(pairs),
    }


def failed(conditions: Sequence[str], metrics: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return those conditions on differences that hold, in words.

    >>> failed(["ndcg@10 < -0.01"], {"ndcg@10": {"difference": -0.02}})
    ['ndcg@10 < -0.01 (it is -0.0200)']

    Raises:
        InputError: a condition cannot be read, or its metric was not measured in both runs.
    """
    found = []
    for condition in conditions:
        match = _CONDITION.match(condition)
        if not match:
            raise InputError(f'{condition!r} is no condition; write like "ndcg@10 < -0.01"')
        name, comparison, bound = match.groups()
        if name not in metrics:
            known = ", ".join(metrics)
            raise InputError(f"{name} was not measured in both runs; there are {known}")
        difference = metrics[name]["difference"]
        if _OPERATORS[comparison](difference, float(bound)):
            found.append(f"{condition.strip()} (it is {difference:+.4f})")
    return found


def _key(row: Row) -> tuple[str, str]:
    return str(row["id"]), row["question"]


def _compared(pairs: Sequence[tuple[Row, Row]]) -> dict[str, Any]:
    names = dict.fromkeys(name for row, _ in pairs for name in row["metrics"])
    found: dict[str, Any] = {}
    for name in names:
        values = [(one["metrics"].get(name), two["metrics"].get(name)) for one, two in pairs]
        known = [(x, y) for x, y in values if x is not None and y is not None]
        if not known:
            continue
        before, after = zip(*known, strict=True)
        test = paired_difference(before, after)
        found[name] = {
            "a": sum(before) / len(known),
            "b": sum(after) / len(known),
            "difference": test.mean,
            "low": test.low,
            "high": test.high,
            "p": test.p,
            "questions": len(known),
        }
    adjusted = adjust({name: each["p"] for name, each in found.items()})
    for name, each in found.items():
        each["p_adjusted"] = adjusted[name]
        each["significant"] = adjusted[name] < SIGNIFICANT
        rises = each["difference"] > 0
        better = "b" if rises != (name in LOWER_IS_BETTER) else "a"
        each["better"] = better if each["significant"] else None
    return found


def _changed_settings(a: Row, b: Row) -> dict[str, Any]:
    """Return what differs, as ``name.inner``: [A, B]; when they were made aside."""
    one, two = dict(_flat(a)), dict(_flat(b))
    names = [name for name in {**one, **two} if name != "created"]
    return {n: [one.get(n), two.get(n)] for n in names if one.get(n) != two.get(n)}


def _flat(settings: Row, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in settings.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def _changed(pairs: Sequence[tuple[Row, Row]]) -> list[dict[str, Any]]:
    found = []
    for one, two in pairs:
        before, after = shown(one), shown(two)
        if before != after:
            moved = _distance(one["metrics"], two["metrics"])
            change = {"id": one["id"], "question": one["question"], "moved": moved}
            found.append({**change, "a": before, "b": after})
    return sorted(found, key=lambda change: -change["moved"])


def shown(row: Row) -> dict[str, Any]:
    """Return the text of a row's answer and the papers that it cites, or that were found."""
    answer = row.get("answer")
    if answer is None:
        papers = [(hit["paper_id"], hit["title"]) for hit in row["retrieved"]]
        return {"text": "", "papers": [list(paper) for paper in papers]}
    cited = [(c["paper"]["id"], c["paper"]["title"]) for c in answer["citations"]]
    text = f"error: {answer['error']}" if "error" in answer else answer["answer"]
    return {"text": text, "papers": [list(paper) for paper in cited]}


def _distance(a: Mapping[str, float | None], b: Mapping[str, float | None]) -> float:
    """Return by how much the metrics of quality of one question differ in all."""
    names = [name for name in a if name not in LOWER_IS_BETTER]
    pairs = [(a[name], b.get(name)) for name in names]
    return sum(abs(y - x) for x, y in pairs if x is not None and y is not None)
