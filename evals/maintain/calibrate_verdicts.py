"""Fit the weights of verdicts (`rag.receipts.support.COEFFICIENTS`) and print what they give.

python -m evals.maintain.calibrate_verdicts --bench FOLDER

Fitted is on every second claim of the batches that the checker was not trained on, and on every
second of SciFact's training claims with odd numbers; reported is on the others and on the attacks.
The network is the package's: put a newly trained one into ``rag/models/checker`` first.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evals.maintain.check_sample import SAMPLE
from evals.maintain.fitting import Rows, auroc, fit_logistic
from evals.maintain.training_pairs import DATASETS, HELD_OUT, read_corpora, read_rows
from rag.receipts import support
from rag.receipts.matching import plain
from rag.receipts.support import COEFFICIENTS, SUPPORTED, WEAK, Checks, Features
from rag.types import Paper

ATTACKS = DATASETS.parent / "attacks.jsonl"
_SCIFACT_WEIGHT = 3.0  # beside a claim of the data set
_CONTRADICTED = 0.5  # of that: there they are half of what is false


@dataclass(frozen=True, slots=True)
class Case:
    """A claim as it was measured against its abstract, and whether the abstract says it."""

    features: Features
    checks: Checks
    label: float
    kind: str


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, fit, report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", type=Path, required=True)
    arguments = parser.parse_args(argv)
    sets = {
        "claims": list(measure(held_claims(arguments.bench))),
        "scifact": list(measure(scifact(arguments.bench))),
        "attacks": list(measure(attacks())),
    }
    fitted = fit(sets["claims"][::2], sets["scifact"][::2])
    rest = {**sets, "claims": sets["claims"][1::2], "scifact": sets["scifact"][1::2]}
    for name, coefficients in (("in force", dict(COEFFICIENTS)), ("fitted", fitted)):
        _say(f"\n{name}: " + ", ".join(f"{k} {v:.3f}" for k, v in coefficients.items()))
        for line in report(rest, coefficients):
            _say(line)
    return 0


def held_claims(bench: Path) -> Iterator[tuple[str, Paper, float, str]]:
    """Yield the claims that the checker was not trained on, with the paper of each."""
    corpora = read_corpora(bench)
    for row in read_rows(DATASETS / "claims.jsonl.gz"):
        if row["batch"] in HELD_OUT:
            found = corpora[row["corpus"], row["paper"]]
            paper = Paper(row["paper"], found["title"] or "", found["text"])
            yield row["claim"], paper, float(row["how"] in ("T", "t")), row["how"]


def scifact(bench: Path) -> Iterator[tuple[str, Paper, float, str]]:
    """Yield SciFact's claims with odd numbers."""
    for row in read_rows(bench / "scifact-dev" / "claim_support.jsonl.gz"):
        if int(row["claim_id"]) % 2:
            text = " ".join(sentence.strip() for sentence in row["abstract"])
            paper = Paper("p", row["title"], text)
            yield row["claim"], paper, float(row["label"] == "SUPPORT"), row["label"]


def attacks() -> Iterator[tuple[str, Paper, float, str]]:
    """Yield the claims over the sample library, half of them made false."""
    papers = {row["id"]: row for row in read_rows(SAMPLE / "papers.jsonl")}
    for row in read_rows(ATTACKS):
        found = papers[row["paper_id"]]
        paper = Paper(found["id"], found["title"], found["abstract"])
        yield row["claim"], paper, float(row["label"] == "true"), row["kind"]


def measure(claims: Iterator[tuple[str, Paper, float, str]]) -> Iterator[Case]:
    """Yield what a verdict on each claim rests on."""
    for claim, paper, label, kind in claims:
        measured = support.measure(plain(claim), [paper])
        if measured:
            yield Case(measured[0], measured[1], label, kind)


def fit(claims: Sequence[Case], sci: Sequence[Case]) -> dict[str, float]:
    """Return the coefficients that a logistic regression finds, by name."""
    weights = [1.0] * len(claims) + [
        _SCIFACT_WEIGHT * (_CONTRADICTED if case.kind == "CONTRADICT" else 1.0) for case in sci
    ]
    both = [*claims, *sci]
    found = fit_logistic(
        np.array([case.features for case in both]), _labels(both), np.array(weights)
    )
    names = (*Features._fields, "constant")
    return dict(zip(names, map(float, found.round(3)), strict=True))


def report(sets: dict[str, list[Case]], coefficients: dict[str, float]) -> Iterator[str]:
    """Yield for each set the AUROC, and how much is called supported or unsupported wrongly."""
    pairs: dict[str, tuple[tuple[Any, Any], ...]] = {
        "claims": (("T", "F"), ("T", "f"), ("T", "U"), ("t", "f")),
        "scifact": (("SUPPORT", "CONTRADICT"), ("SUPPORT", "NOT_ENOUGH_INFO")),
    }
    for name, cases in sets.items():
        scores = np.array([support.combine(c.features, c.checks, coefficients) for c in cases])
        true, kinds = _labels(cases) > 0, np.array([case.kind for case in cases])
        told = [f"AUROC {auroc(true, scores):.3f}"]
        for one, other in pairs.get(name, ()):
            among = (kinds == one) | (kinds == other)
            told.append(f"{one}/{other} {auroc(kinds[among] == one, scores[among]):.3f}")
        told.append(
            f"supported: true {(scores[true] >= SUPPORTED).mean():.2f}, "
            f"false {(scores[~true] >= SUPPORTED).mean():.2f}"
        )
        told.append(
            f"unsupported: true {(scores[true] < WEAK).mean():.2f}, "
            f"false {(scores[~true] < WEAK).mean():.2f}"
        )
        yield f"{name:<9}({len(cases)})  {'; '.join(told)}"


def _labels(cases: Sequence[Case]) -> Rows:
    return np.array([case.label for case in cases])


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
