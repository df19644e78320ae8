"""Redo the constants of `rag.receipts.support` from labelled pairs.

``python -m evals.maintain.calibrate_support``

The pairs are JSON Lines (may be gzipped) with ``claim_id``, ``claim``, ``title``, ``abstract`` (a
list of sentences), ``label`` (SUPPORT, CONTRADICT, NOT_ENOUGH_INFO) and ``rationale_idx`` (lists
of indices of gold sentences): the format of SciFact (Wadden et al. 2020).

The formula is fitted on SUPPORT against NOT_ENOUGH_INFO by logistic regression. All figures
come from cross-validation: no claim is scored by a formula that has seen it. The thresholds are
chosen on those scores: "supported" is the least score at which PRECISION of the pairs not
contradicted are SUPPORT, "weak" the greatest below which at most MISSED of SUPPORT falls.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from numpy.typing import NDArray

from evals.statistics import auroc, logistic
from rag.errors import InputError, ModelError, RagError
from rag.models.embedders import open_embedder
from rag.receipts import support
from rag.settings import load_settings
from rag.types import Evidence, Paper

Array = NDArray[np.float64]

DATA = Path("../shared/bench/scifact-dev/claim_support.jsonl.gz")
PRECISION = 0.9
MISSED = 0.1
FOLDS, SEEDS = 10, 3
LABELS = ("SUPPORT", "CONTRADICT", "NOT_ENOUGH_INFO")


@dataclass(frozen=True, slots=True)
class Pair:
    """A claim, a paper, the label, and the spans of the gold sentences."""

    claim_id: str
    claim: str
    paper: Paper
    label: str
    gold: tuple[tuple[int, int], ...]


def read_pairs(path: Path) -> list[Pair]:
    """Return the labelled pairs of a file.

    Raises:
        InputError: it cannot be read.
    """
    try:
        data = path.read_bytes()
        text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
        return [_pair(json.loads(line)) for line in text.splitlines() if line.strip()]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path} cannot be read: {error}; give another file by --data") from error


def _pair(record: dict[str, Any]) -> Pair:
    abstract, spans = "", []
    for sentence in record["abstract"]:
        abstract += " " if abstract else ""
        spans.append((len(abstract), len(abstract) + len(sentence.strip())))
        abstract += sentence.strip()
    gold = tuple(spans[i] for group in record["rationale_idx"] for i in group)
    paper = Paper(str(record["doc_id"]), record["title"], abstract)
    return Pair(str(record["claim_id"]), record["claim"], paper, record["label"], gold)


def folds(groups: Sequence[str], seed: int) -> NDArray[np.int64]:
    """Return a fold number for each pair; pairs of one group share theirs."""
    unique = sorted(set(groups))
    numbers = np.random.default_rng(seed).permutation(len(unique)) % FOLDS
    fold = dict(zip(unique, numbers, strict=True))
    return np.array([fold[group] for group in groups])


def coefficients(beta: Array) -> dict[str, float]:
    """Return fitted coefficients by name, rounded as they stand in the module."""
    names = (*support.Features._fields, "constant")
    return {name: round(float(value), 3) for name, value in zip(names, beta, strict=True)}


@dataclass(frozen=True, slots=True)
class Measured:
    """What the judge rests on, for each pair in order."""

    features: list[support.Features]
    checks: list[support.Checks]
    evidence: list[Evidence | None]


def measure(pairs: Sequence[Pair], embedder: BaseEmbedding) -> Measured:
    """Measure all pairs with one embedder."""
    measured = Measured([], [], [])
    for pair in pairs:
        found = support.measure(pair.claim, [pair.paper], embedder)
        if found is None:
            raise InputError(f"claim {pair.claim_id} has no words; remove it")
        measured.features.append(found[0])
        measured.checks.append(found[1])
        measured.evidence.append(found[2])
    return measured


def scores(measured: Measured, chosen: dict[str, float], which: Sequence[int]) -> Array:
    """Return the scores of some of the pairs under a formula."""
    return np.array(
        [support.combine(measured.features[i], measured.checks[i], chosen) for i in which]
    )


def cross_validate(pairs: Sequence[Pair], measured: Measured) -> Array:
    """Return for each pair the mean of its scores by formulas that have not seen its claim."""
    x = np.array(measured.features, dtype=np.float64)
    labels = np.array([pair.label for pair in pairs])
    out = np.zeros(len(pairs))
    for seed in range(SEEDS):
        fold = folds([pair.claim_id for pair in pairs], seed)
        for number in range(FOLDS):
            train = (fold != number) & (labels != "CONTRADICT")
            beta = logistic(x[train], (labels[train] == "SUPPORT").astype(np.float64))
            test = np.flatnonzero(fold == number)
            out[test] += scores(measured, coefficients(beta), test.tolist()) / SEEDS
    return out


def thresholds(score: Array, labels: NDArray[np.str_]) -> tuple[float, float]:
    """Return the least scores of "supported" and "weak" (see the module)."""
    yes, no = np.sort(score[labels == "SUPPORT"]), score[labels == "NOT_ENOUGH_INFO"]
    weak = float(np.floor(100 * yes[int(MISSED * len(yes))]) / 100)
    for step in range(100):
        at = step / 100
        hits = (yes >= at).sum()
        if hits and hits / (hits + (no >= at).sum()) >= PRECISION:
            return at, min(weak, at)
    return 1.0, weak


def report(name: str, pairs: Sequence[Pair], embedder: BaseEmbedding) -> Iterator[str]:
    """Yield the lines of the report for one embedder."""
    measured = measure(pairs, embedder)
    labels = np.array([pair.label for pair in pairs])
    score = cross_validate(pairs, measured)
    by_label = {label: score[labels == label] for label in LABELS}
    yes = by_label["SUPPORT"]
    yield f"{name}: {len(pairs)} pairs, {FOLDS} folds by claim, {SEEDS} times"
    yield f"  AUROC SUPPORT against NOT_ENOUGH_INFO {auroc(yes, by_label['NOT_ENOUGH_INFO']):.4f}"
    yield f"  AUROC SUPPORT against CONTRADICT      {auroc(yes, by_label['CONTRADICT']):.4f}"
    hits = [
        any(e.start < end and start < e.end for start, end in pair.gold)
        for pair, e in zip(pairs, measured.evidence, strict=True)
        if pair.gold and e
    ]
    yield f"  evidence meets a gold sentence        {np.mean(hits):.4f}"
    supported, weak = thresholds(score, labels)
    yield f"  thresholds chosen: supported {supported:.2f}, weak {weak:.2f}"
    for title, s, w in (
        ("chosen", supported, weak),
        ("in force", support.SUPPORTED, support.WEAK),
    ):
        yield f"  with the thresholds {title}:  supported  weak  unsupported"
        for label in LABELS:
            group = by_label[label]
            counts = (group >= s).sum(), ((group < s) & (group >= w)).sum(), (group < w).sum()
            yield f"    {label:<16} {counts[0]:>17} {counts[1]:>5} {counts[2]:>12}"
        no = by_label["NOT_ENOUGH_INFO"]
        kept, wrong = (yes >= s).sum(), (no >= s).sum()
        yield (
            f"    supported: precision {kept / (kept + wrong):.3f}, recall {kept / len(yes):.3f}; "
            f"unsupported: precision {(no < w).sum() / ((no < w).sum() + (yes < w).sum()):.3f}, "
            f"recall {(no < w).sum() / len(no):.3f} (contradicted pairs aside)"
        )
    train = labels != "CONTRADICT"
    x = np.array(measured.features, dtype=np.float64)[train]
    chosen = coefficients(logistic(x, (labels[train] == "SUPPORT").astype(np.float64)))
    yield f"  coefficients: {json.dumps(chosen)}"
    agree = all(
        abs(chosen[key] - value) <= 0.005 for key, value in support.COEFFICIENTS[name].items()
    )
    yield f"  those in rag/receipts/support.py {'agree' if agree else 'DIFFER: put these there'}"


def main() -> int:
    """Print the report for each embedder whose weights are here; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m evals.maintain.calibrate_support")
    parser.add_argument("--data", type=Path, default=DATA, help="labelled pairs (SciFact's format)")
    arguments = parser.parse_args()
    try:
        pairs = read_pairs(arguments.data)
        for name in ("static", "minilm"):
            try:
                embedder = open_embedder(name, load_settings())
            except ModelError as error:
                print(f"{name}: left out, {error}", file=sys.stderr)  # noqa: T201
                continue
            for line in report(name, pairs, embedder):
                print(line, flush=True)  # noqa: T201
    except RagError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
