"""Comparing runs: differences, intervals, tests; worked by hand where they can be."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
import scipy.stats

from evals.compare import compare, failed
from evals.runs import Run
from evals.statistics import adjust, paired_difference
from rag.errors import InputError


def run(values, kind="retrieval", folder="r", **settings):
    """A run of retrieval with one query for each list of metrics."""
    rows = [
        {
            "id": name,
            "question": f"{name}?",
            "metrics": metrics,
            "retrieved": [{"rank": 1, "paper_id": paper, "title": f"On {paper}"}],
        }
        for name, (paper, metrics) in values.items()
    ]
    return Run(Path(folder), {"kind": kind, "created": folder, **settings}, {}, rows)


def test_a_run_does_not_differ_from_itself():
    one = run({f"q{i}": ("a", {"ndcg@10": i / 9, "seconds": 0.1 * i}) for i in range(10)})
    found = compare(one, one)
    assert found["changed"] == []
    assert found["settings"] == {}
    for name in ("ndcg@10", "seconds"):
        each = found["metrics"][name]
        assert (each["difference"], each["low"], each["high"]) == (0.0, 0.0, 0.0)
        assert (each["p"], each["p_adjusted"], each["better"]) == (1.0, 1.0, None)


def test_the_p_value_is_that_of_the_exact_randomisation_test():
    differences = np.array([0.5, 0.25, -0.125, 0.0, 0.75, 0.5, -0.25, 0.125])
    observed = abs(differences.sum())
    swapped = [abs(np.dot(signs, differences)) for signs in product([-1, 1], repeat=8)]
    exact = np.mean(np.array(swapped) >= observed - 1e-12)
    found = paired_difference([0.0] * 8, list(differences))
    assert found.mean == pytest.approx(differences.mean())
    # 10,000 rounds: four standard errors of a share.
    assert found.p == pytest.approx(exact, abs=4 * np.sqrt(exact * (1 - exact) / 10_000))


def test_the_interval_is_that_of_another_bootstrap():
    values = np.random.default_rng(3).normal(0.1, 0.5, 200)
    found = paired_difference(np.zeros(200), values)
    other = scipy.stats.bootstrap(
        (values,), np.mean, method="percentile", n_resamples=9_999, random_state=5
    ).confidence_interval
    assert found.low == pytest.approx(other.low, abs=0.01)
    assert found.high == pytest.approx(other.high, abs=0.01)


def test_the_same_runs_give_the_same_figures():
    a, b = [0.1, 0.5, 0.3, 0.9], [0.2, 0.4, 0.6, 0.8]
    assert paired_difference(a, b) == paired_difference(a, b)


def test_a_steady_difference_is_significant():
    a = {f"q{i}": ("a", {"ndcg@10": 0.5, "seconds": 0.2}) for i in range(20)}
    b = {f"q{i}": ("b", {"ndcg@10": 0.6, "seconds": 0.3}) for i in range(20)}
    found = compare(run(a), run(b))["metrics"]
    # Of 2**20 swaps only two are as far from 0: none in 10,000 but the one observed.
    assert found["ndcg@10"]["p"] == pytest.approx(1 / 10_001)
    assert found["ndcg@10"]["difference"] == pytest.approx(0.1)
    assert (found["ndcg@10"]["low"], found["ndcg@10"]["high"]) == (
        pytest.approx(0.1),
        pytest.approx(0.1),
    )
    # More is better of nDCG, less of seconds.
    assert (found["ndcg@10"]["better"], found["seconds"]["better"]) == ("b", "a")


def test_two_questions_are_too_few_to_tell():
    a = {"q1": ("a", {"map": 0.0}), "q2": ("a", {"map": 0.0})}
    b = {"q1": ("a", {"map": 1.0}), "q2": ("a", {"map": 1.0})}
    each = compare(run(a), run(b))["metrics"]["map"]
    assert each["p"] == pytest.approx(0.5, abs=0.02)
    assert each["significant"] is False


def test_only_questions_that_both_measured_are_paired():
    a = {"q1": ("a", {"map": 0.5}), "q2": ("a", {"map": None}), "q3": ("a", {"map": 1.0})}
    b = {"q1": ("b", {"map": 0.7}), "q2": ("a", {"map": 0.9}), "q4": ("a", {"map": 0.0})}
    found = compare(run(a), run(b))
    assert (found["questions"], found["only_a"], found["only_b"]) == (2, 1, 1)
    each = found["metrics"]["map"]
    assert (each["questions"], each["a"], each["b"]) == (1, 0.5, 0.7)
    assert [change["id"] for change in found["changed"]] == ["q1"]
    assert found["changed"][0]["b"] == {"text": "", "papers": [["b", "On b"]]}


def test_the_most_changed_question_comes_first():
    a = {"q1": ("a", {"map": 0.5}), "q2": ("a", {"map": 0.0})}
    b = {"q1": ("b", {"map": 0.4}), "q2": ("b", {"map": 1.0})}
    assert [change["id"] for change in compare(run(a), run(b))["changed"]] == ["q2", "q1"]


def test_settings_that_differ_are_named():
    same = {"q": ("a", {"map": 1.0})}
    found = compare(
        run(same, k=8, index={"papers": 3, "embedder": "static"}),
        run(same, folder="other", k=8, index={"papers": 3, "embedder": "minilm"}),
    )
    assert found["settings"] == {"index.embedder": ["static", "minilm"]}


def test_runs_of_two_kinds_or_of_other_questions_are_refused():
    one = run({"q": ("a", {"map": 1.0})})
    with pytest.raises(InputError, match="compare two of a kind"):
        compare(one, run({"q": ("a", {"map": 1.0})}, kind="answers"))
    with pytest.raises(InputError, match="share no question"):
        compare(one, run({"other": ("a", {"map": 1.0})}))


def test_holms_adjustment_by_hand():
    # 4 * 0.01, 3 * 0.02, then 2 * 0.03 which may not fall below 0.06, and 0.5.
    assert adjust({"d": 0.5, "a": 0.01, "b": 0.02, "c": 0.03}) == pytest.approx(
        {"d": 0.5, "a": 0.04, "b": 0.06, "c": 0.06}
    )
    assert adjust({"a": 0.6, "b": 0.7}) == {"a": 1.0, "b": 1.0}


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("ndcg@10 < -0.01", True),
        ("ndcg@10<-.01", True),
        ("ndcg@10 < -0.02", False),
        ("ndcg@10 <= -0.02", True),
        ("ndcg@10 > -0.1", True),
        ("ndcg@10 >= 0", False),
    ],
)
def test_conditions_on_differences(condition, holds):
    found = failed([condition], {"ndcg@10": {"difference": -0.02}})
    assert found == ([f"{condition} (it is -0.0200)"] if holds else [])


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        ("ndcg@10 = 3", "is no condition; write like"),
        ("ndcg@10 < x", "is no condition; write like"),
        ("recall < -0.1", "recall was not measured in both runs; there are ndcg@10"),
    ],
)
def test_a_condition_that_says_nothing_is_refused(condition, message):
    with pytest.raises(InputError, match=message):
        failed([condition], {"ndcg@10": {"difference": -0.02}})
