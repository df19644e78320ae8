"""Fit the weights and limits of verdicts (`rag.receipts.support`) and print what they give.

python -m evals.maintain.calibrate_verdicts --bench FOLDER

The formula is fitted to the claims of batches that the checker was not trained on and to SciFact's
with odd numbers; their own figures come from ten folds, each scored by weights found without it (a
fold has whole passages and whole claims). The limits are chosen on these and on three sets that
nothing was fitted to; the attacks are reported, never chosen on. The network is the package's: put
a newly trained one into ``rag/models/checker`` first.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.maintain.fitting import Rows, auroc, fit_logistic
from evals.maintain.verdict_sets import SETS, Case, attacks, measured
from rag.receipts import support
from rag.receipts.support import COEFFICIENTS, SUPPORTED, WEAK, Features

_FITTED = ("claims", "scifact")
_SCIFACT_WEIGHT = 6.0  # beside a claim of the data set
_CONTRADICTED = 0.5  # of that: there they are half of what is false
_FOLDS = 10
_NUMBERS = "numbers"  # what is left out where their check is
# Of no development set's false claims are more called supported, of the fitted sets' true ones no
# more unsupported. Half of the claims' false ones are near the words, to fool.
_MOST_TICKED, _MOST_LOST = 0.08, 0.04
_PAIRS = {
    "claims": ("T/F", "T/f", "t/f", "T/U"),
    "scifact": ("SUPPORT/CONTRADICT", "SUPPORT/NOT_ENOUGH_INFO"),
}
_SHOWN = (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)
Cases = Mapping[str, Sequence[Case]]
Scores = Mapping[str, Rows]
Chosen = NDArray[np.bool_]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, fit, report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", type=Path, required=True)
    arguments = parser.parse_args(argv)
    known = {name: measured(read(arguments.bench)) for name, read in SETS.items()}
    tried = {"attacks": measured(attacks())}
    found = fit([case for name in _FITTED for case in known[name]])
    folded = in_folds(known)
    supported, weak = limits(known, folded)
    say("fitted: " + ", ".join(f"{k} {v:.3f}" for k, v in found.items()))
    say(f"        supported from {supported:.2f}, weak from {weak:.2f}")
    say("in force: " + ", ".join(f"{k} {v:.3f}" for k, v in COEFFICIENTS.items()))
    say(f"          supported from {SUPPORTED}, weak from {WEAK}")
    for name, scores in {**folded, "attacks": score(tried["attacks"], found)}.items():
        say(told(name, {**known, **tried}[name], scores))
    say("\nAUROC lost without (ten folds; the other sets by weights found on all of both)")
    for name in (*Features._fields, _NUMBERS):
        lost = in_folds(known, without=name)
        say(f"  {name:<9}" + "; ".join(drops(known, folded, lost)))
    in_force = {name: score(cases, COEFFICIENTS) for name, cases in {**known, **tried}.items()}
    for line in curve({**known, **tried}, {**in_force, **folded}):
        say(line)
    say("\nattacks by kind: supported, weak, unsupported")
    kinds = dict.fromkeys((case.label, case.kind) for case in tried["attacks"])
    for label, kind in sorted(kinds, reverse=True):
        of = np.array([case.kind == kind and case.label == label for case in tried["attacks"]])
        high, low = in_force["attacks"][of] >= SUPPORTED, in_force["attacks"][of] < WEAK
        shares = (high.mean(), (~high & ~low).mean(), low.mean())
        say(f"  {bool(label)!s:<6}{kind:<18}" + "".join(f"{share:6.0%}" for share in shares))
    say("\nof the scores (ten folds, both fitted sets) so many are true:")
    scores = np.concatenate([folded[name] for name in _FITTED])
    true = np.concatenate([labels(known[name]) for name in _FITTED])
    for low in np.arange(0, 1, 0.1):
        within = (scores >= low) & (scores < low + 0.1)
        share = f"{true[within].mean():.2f}" if within.any() else "-"
        say(f"  {low:.1f} to {low + 0.1:.1f}: {share} of {within.sum()}")
    return 0


def labels(cases: Sequence[Case]) -> Rows:
    """Return 1 for each claim that its abstract says, else 0."""
    return np.array([case.label for case in cases])


def fit(cases: Sequence[Case], without: str = "") -> dict[str, float]:
    """Return the coefficients that a logistic regression finds, by name."""
    names = [name for name in Features._fields if name != without]
    rows = np.array([[getattr(case.measured.features, name) for name in names] for case in cases])
    weights = [
        1.0
        if case.of == "claims"
        else _SCIFACT_WEIGHT * (_CONTRADICTED if case.kind == "CONTRADICT" else 1.0)
        for case in cases
    ]
    found = fit_logistic(rows, labels(cases), np.array(weights))
    named = dict(zip([*names, "constant"], map(float, found.round(3)), strict=True))
    return {name: named.get(name, 0.0) for name in (*Features._fields, "constant")}


def score(cases: Sequence[Case], coefficients: Mapping[str, float], without: str = "") -> Rows:
    """Return the score of each claim."""
    rests = [case.measured for case in cases]
    if without == _NUMBERS:
        rests = [each._replace(limit=1.0) for each in rests]
    return np.array([support.score_of(each, coefficients) for each in rests])


def in_folds(known: Cases, without: str = "") -> dict[str, Rows]:
    """Return the scores of all sets, those of the fitted ones from folds."""
    both = [case for name in _FITTED for case in known[name]]
    groups = {group: n % _FOLDS for n, group in enumerate(dict.fromkeys(c.group for c in both))}
    whole = fit(both, without)
    found = {name: score(cases, whole, without) for name, cases in known.items()}
    for fold in range(_FOLDS):
        coefficients = fit([case for case in both if groups[case.group] != fold], without)
        for name in _FITTED:
            own = np.array([groups[case.group] == fold for case in known[name]])
            found[name][own] = score(known[name], coefficients, without)[own]
    return found


def drops(known: Cases, whole: Scores, lost: Scores) -> Iterator[str]:
    """Yield how much AUROC is lost, for each set and pair of kinds."""
    for name, cases in known.items():
        for pair, chosen in pairs(name, cases):
            true = labels(cases)[chosen]
            gain = auroc(true, whole[name][chosen]) - auroc(true, lost[name][chosen])
            yield f"{name[:4]} {pair} {gain:+.3f}"


def pairs(name: str, cases: Sequence[Case]) -> Iterator[tuple[str, Chosen]]:
    """Yield all of a set, then each pair of kinds in it, and which claims are of it."""
    kinds = np.array([case.kind for case in cases])
    yield "all", np.full(len(cases), fill_value=True)
    for pair in _PAIRS.get(name, ()):
        yield pair, np.isin(kinds, pair.split("/"))


def told(name: str, cases: Sequence[Case], scores: Rows) -> str:
    """Return the AUROC of a set and of its kinds, and how much of it is told wrongly."""
    true = labels(cases) > 0
    said = [
        f"{pair} {auroc(true[chosen], scores[chosen]):.3f}" for pair, chosen in pairs(name, cases)
    ]
    return (
        f"{name:<10}({len(cases)}) AUROC {', '.join(said)}; "
        f"supported: false {(scores[~true] >= SUPPORTED).mean():.0%}, "
        f"true {(scores[true] >= SUPPORTED).mean():.0%}; "
        f"unsupported: true {(scores[true] < WEAK).mean():.0%}, "
        f"false {(scores[~true] < WEAK).mean():.0%}"
    )


def limits(known: Cases, scores: Scores) -> tuple[float, float]:
    """Return the least score of "supported" and of "weak" that keep what is promised."""
    true = {name: labels(cases) > 0 for name, cases in known.items()}
    high = max(np.quantile(scores[n][~true[n]], 1 - _MOST_TICKED) for n in known)
    free = {n: scores[n] * [case.measured.limit > WEAK for case in known[n]] for n in _FITTED}
    low = np.quantile(np.concatenate([free[n][true[n]] for n in _FITTED]), _MOST_LOST)
    return float(np.ceil(100 * high) / 100), float(np.floor(100 * low) / 100)


def curve(known: Cases, scores: Scores) -> Iterator[str]:
    """Yield what each limit would give: true and false claims that reach it, in per cent."""
    yield "\nreached by, true and false of: " + ", ".join(known)
    for at in _SHOWN:
        cells = []
        for name, cases in known.items():
            true, reached = labels(cases) > 0, scores[name] >= at
            cells.append(f"{reached[true].mean():5.0%} {reached[~true].mean():4.0%}")
        yield f"  {at:.2f}" + "  ".join(cells)


def say(line: str) -> None:
    """Print at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
