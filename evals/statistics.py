"""Paired bootstrap and randomisation, seeded; the area under the ROC curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SEED = 20_240_501
ROUNDS = 10_000
LEVEL = 0.95
_CHUNK = 4_000_000  # random numbers held at a time


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean of B - A over paired questions, its confidence interval and p-value."""

    mean: float
    low: float
    high: float
    p: float


def paired_difference(a: Sequence[float], b: Sequence[float]) -> Difference:
    """Compare two runs question by question.

    Args:
        a: values of the first run.
        b: values of the second, in the same order of questions; at least one.

    Returns:
        The mean difference; its 95% interval by the percentile bootstrap over questions (Efron);
        the two-sided p-value of Fisher's randomisation test, in which each question's two values
        are swapped at random (Smucker et al. 2007). Both take 10,000 rounds; the p-value counts
        the observation itself, so that it is never 0 and exactly 1 where nothing differs.
    """
    differences = np.asarray(b, dtype=np.float64) - np.asarray(a, dtype=np.float64)
    observed = float(differences.mean())
    random = np.random.default_rng(SEED)
    count = len(differences)
    resampled: list[NDArray[np.float64]] = []
    extreme = 0
    step = max(1, _CHUNK // count)
    for start in range(0, ROUNDS, step):
        rounds = min(step, ROUNDS - start)
        picks = random.integers(0, count, size=(rounds, count))
        resampled.append(differences[picks].mean(axis=1))
        signs = random.choice(np.array([-1.0, 1.0]), size=(rounds, count))
        swapped = np.abs((signs * differences).mean(axis=1))
        # Rounding must not make an equal sum look smaller.
        extreme += int((swapped >= abs(observed) - 1e-12).sum())
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(np.concatenate(resampled), [tail, 1 - tail])
    return Difference(observed, float(low), float(high), (extreme + 1) / (ROUNDS + 1))


def adjust(p_values: Mapping[str, float]) -> dict[str, float]:
    """Return p-values for many tests at once (Holm 1979): none is found by trying often.

    >>> adjust({"a": 0.01, "b": 0.04, "c": 0.9})
    {'a': 0.03, 'b': 0.08, 'c': 0.9}
    """
    adjusted: dict[str, float] = {}
    highest = 0.0
    ordered = sorted(p_values.items(), key=lambda item: item[1])
    for number, (name, p) in enumerate(ordered):
        highest = max(highest, min(1.0, p * (len(ordered) - number)))
        adjusted[name] = highest
    return {name: adjusted[name] for name in p_values}


def auroc(positive: Array, negative: Array) -> float:
    """Return the chance that a positive scores above a negative, ties counting half.

    >>> auroc(np.array([2.0, 3.0]), np.array([1.0, 2.0]))
    0.875
    """
    order = np.sort(negative)
    below = np.searchsorted(order, positive, "left")
    upto = np.searchsorted(order, positive, "right")
    return float((below + upto).mean() / 2 / len(negative))
