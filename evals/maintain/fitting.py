"""A logistic formula fitted to features, and how well scores tell two sorts apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals import statistics

Rows = NDArray[np.float64]


def fit_logistic(
    features: Rows, labels: Rows, weights: Rows | None = None, decay: float = 1e-3
) -> Rows:
    """Return the coefficients, the constant last, by Newton's method; ``decay`` shrinks all but it.

    >>> rows, labels = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0.0, 0.0, 1.0, 1.0])
    >>> slope, constant = fit_logistic(rows, labels)
    >>> bool(slope > 0), round(float(-constant / slope), 3)
    (True, 1.5)
    """
    rows = np.c_[features, np.ones(len(features))]
    weights = np.ones(len(rows)) if weights is None else weights
    shrunk = decay * weights.sum() * np.r_[np.ones(rows.shape[1] - 1), 0.0]
    found = np.zeros(rows.shape[1])
    for _ in range(60):
        likely = 1 / (1 + np.exp(-rows @ found))
        slope = rows.T @ (weights * (likely - labels)) + shrunk * found
        curve = (rows * (weights * likely * (1 - likely))[:, None]).T @ rows
        found -= np.linalg.solve(curve + np.diag(shrunk + 1e-9), slope)
    return found


def logits(features: Rows, coefficients: Rows) -> Rows:
    """Return the formula's values before the logistic function."""
    values: Rows = np.c_[features, np.ones(len(features))] @ coefficients
    return values


def auroc(truth: Sequence[float] | NDArray[Any], scores: Sequence[float] | NDArray[Any]) -> float:
    """Return how often what is true scores above what is not, ties counting half; nan without both.

    >>> auroc([1, 1, 0], [0.9, 0.3, 0.4])
    0.5
    """
    true, values = np.asarray(truth) > 0.5, np.asarray(scores)
    if true.all() or not true.any():
        return float("nan")
    return statistics.auroc(values[true], values[~true])
