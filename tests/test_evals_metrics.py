"""Metrics of answers and ranks, against values worked out by hand."""

from __future__ import annotations

import math

import pytest

from evals import metrics
from evals.questions import Question, read_expectations, states
from evals.ranking import rank_metrics, read_beir
from rag.batches.question_files import Item
from rag.errors import InputError


def question(papers=None, facts=(), kind="fact"):
    return Question(Item("q", "Q?"), kind, papers, tuple(tuple(fact) for fact in facts))


def answer(text="", cited=(), read=(), verdicts=(), answered=True, **more):
    return {
        "answered": answered,
        "answer": text,
        "citations": [{"number": n, "paper": {"id": p}} for n, p in enumerate(cited, 1)],
        "retrieved": [{"rank": n, "paper_id": p} for n, p in enumerate(read, 1)],
        "sentences": [{"support": verdict, "score": score} for verdict, score in verdicts],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "cost_usd": 0.01},
        "seconds": {"total": 0.5},
        **more,
    }


COSTS = {"seconds": 0.5, "prompt_tokens": 10, "completion_tokens": 5, "cost_usd": 0.01}


def test_an_answer_is_scored_on_papers_facts_and_sentences():
    given = answer(
        "It gains 9–19 points [1]. It is fast [2].",
        cited=["a", "x", "y"],
        read=["a", "b", "x", "y"],
        verdicts=[("verbatim", 1.0), ("weak", 0.4), ("supported", 0.8), ("uncited", 0.0)],
    )
    expected = question(("a", "b", "c"), [["9 to 19", "9-19"], ["65 hours"]])
    assert metrics.score_answer(given, expected) == {
        "retrieved_recall": pytest.approx(2 / 3),
        "citation_recall": pytest.approx(1 / 3),
        "citation_precision": pytest.approx(1 / 3),
        "facts_found": 0.5,
        "decision": 1.0,
        "supported": 0.5,
        **COSTS,
    }


def test_a_declined_answer_finds_no_fact_and_has_no_precision():
    given = answer("These papers do not answer that: 9-19.", read=["a"], answered=False)
    assert metrics.score_answer(given, question(("a",), [["9-19"]])) == {
        "retrieved_recall": 1.0,
        "citation_recall": 0.0,
        "facts_found": 0.0,
        "decision": 0.0,
        **COSTS,
    }


def test_declining_what_cannot_be_answered_is_right():
    given = answer("No.", read=["a"], answered=False)
    assert metrics.score_answer(given, question((), kind="unanswerable")) == {
        "decision": 1.0,
        **COSTS,
    }
    wrong = answer("Yes [1].", cited=["a"], read=["a"], verdicts=[("verbatim", 1.0)])
    scored = metrics.score_answer(wrong, question(()))
    assert (scored["decision"], scored["supported"]) == (0.0, 1.0)


def test_what_failed_is_unmeasured_never_zero():
    failed = answer(answered=False, error="the model is down")
    assert metrics.score_answer(failed, question(("a",), [["9"]])) == dict.fromkeys(
        ["retrieved_recall", "citation_recall", "facts_found", "decision", "seconds", "cost_usd"]
    )


def test_without_expectations_only_what_needs_none_is_measured():
    scored = metrics.score_answer(answer("Yes.", verdicts=[("uncited", 0.0)]), question(None))
    assert scored == {"supported": 0.0, **COSTS}


def test_means_count_what_was_not_measured():
    rows = [{"a": 0.25, "b": None}, {"a": 0.75, "b": None}, {"a": None}]
    assert metrics.means(rows) == {
        "a": {"mean": 0.5, "measured": 2, "unmeasured": 1},
        "b": {"mean": None, "measured": 0, "unmeasured": 2},
    }


def test_declining_has_precision_and_recall():
    # 4 cannot be answered, 3 of them declined; of 6 that can, 1 was declined.
    pairs = [(False, False)] * 3 + [(False, True)] + [(True, False)] + [(True, True)] * 5
    assert metrics.abstention(pairs) == {
        "precision": 0.75, "recall": 0.75, "wrongly_declined": pytest.approx(1 / 6),
        "declined": 4, "unanswerable": 4, "answerable": 6,
    }  # fmt: skip


def test_nothing_declined_has_no_precision():
    found = metrics.abstention([(True, True), (False, True)])
    assert (found["precision"], found["recall"], found["wrongly_declined"]) == (None, 0.0, 0.0)
    assert metrics.abstention([])["recall"] is None


def test_the_risk_coverage_curve_by_hand():
    points = [(0.9, 0.0), (0.4, 1.0), (0.7, 0.5), (0.7, 0.0)]
    curve = metrics.risk_coverage(points, 8)
    # The two of 0.7 enter together: 3 answers have lost 0.5.
    assert curve == [(0.125, 0.0), (0.375, pytest.approx(0.5 / 3)), (0.5, 0.375)]
    by_hand = (0.125 * 0.0 + 0.25 * 0.5 / 3 + 0.125 * 0.375) / 0.5
    assert metrics.area(curve) == pytest.approx(by_hand)
    assert metrics.area(metrics.risk_coverage([], 8)) is None


@pytest.mark.parametrize(
    ("values", "answerable", "expected"),
    [
        ({"facts_found": 0.25, "citation_recall": 1.0}, True, 0.75),
        ({"citation_recall": 1.0}, True, 0.0),
        ({"facts_found": None}, True, None),
        ({}, True, None),
        ({}, False, 1.0),
        ({"facts_found": 1.0}, None, None),
    ],
)
def test_how_wrong_an_answer_was(values, answerable, expected):
    assert metrics.loss(values, answerable) == expected


def test_confidence_is_the_answers_own_else_that_of_its_sentences():
    sentences = [("supported", 0.8), ("weak", 0.4)]
    assert metrics.confidence(answer(verdicts=sentences)) == pytest.approx(0.6)
    assert metrics.confidence(answer(verdicts=sentences, confidence=0.3)) == 0.3
    assert metrics.confidence(answer()) is None


def test_shares_of_sentences_by_verdict():
    answers = [answer(verdicts=[("verbatim", 1), ("weak", 0)]), answer(verdicts=[("weak", 0)] * 2)]
    assert metrics.verdict_shares(answers) == {
        "verbatim": 0.25, "supported": 0.0, "weak": 0.75, "unsupported": 0.0, "uncited": 0.0,
        "sentences": 4,
    }  # fmt: skip
    assert metrics.verdict_shares([])["weak"] is None


def test_percentiles_interpolate():
    # Of 1..5 the 95th percentile lies 0.95 * 4 = 3.8 steps up: 4.8.
    assert metrics.percentiles([3, 1, 2, 5, 4]) == {"p50": 3.0, "p95": 4.8, "mean": 3.0}
    assert metrics.percentiles([]) == {"p50": None, "p95": None, "mean": None}


@pytest.mark.parametrize(
    ("text", "fact", "expected"),
    [
        ("It gains 9 – 19 points.", ["9-19"], False),
        ("It gains 9–19 points.", ["9-19"], True),
        ("It gains 9 [1] points.", ["9 points"], True),
        ("It TAKES  five\nseconds.", ["takes five seconds"], True),
        ("It takes 65 hours.", ["5 hours"], False),
        ("It takes 5.5 hours.", ["5"], False),
        ("It takes 1,5 hours.", ["1"], False),
        ("It takes 5.", ["5"], True),
        ("Version 2 of GPT-2.", ["2"], True),
        ("a.b", ["axb"], False),
        ("It’s “fast”", ['it\'s "fast"'], True),
        ("anything", [" "], False),
    ],
)
def test_a_fact_is_stated_in_any_wording(text, fact, expected):
    assert states(text, fact) is expected


def test_expectations_are_read_and_bad_ones_are_defects(tmp_path):
    path = tmp_path / "q.jsonl"
    path.write_text(
        '{"question": "A?", "kind": "fact", "papers": ["p", "p"], "facts": [["x", "y"]]}\n'
        '{"question": "B?", "papers": []}\n'
        '{"question": "C?"}\n'
        '{"question": "D?", "papers": "p"}\n'
        '{"question": "E?", "facts": [[]]}\n'
        '{"question": "F?", "facts": ["x"]}\n'
        '{"question": "G?", "kind": "unanswerable"}\n'
    )
    found = read_expectations(str(path))
    assert [(q.kind, q.papers, q.facts, q.answerable) for q in found[:3]] == [
        ("fact", ("p",), (("x", "y"),), True),
        ("question", (), (), False),
        ("question", None, (), None),
    ]
    assert found[6].answerable is False
    assert [q.item.defect for q in found[3:6]] == [
        "question 4: `papers` is no list of ids; correct it",
        "question 5: `facts` is no list of lists of wordings; correct it",
        "question 6: `facts` is no list of lists of wordings; correct it",
    ]


# Ranks.


def test_ranking_metrics_by_hand():
    qrels = {"q": {"a": 2, "b": 1, "c": 0, "d": 1}, "none": {"a": 1}, "zero": {"a": 0}}
    run = {"q": {"x": 4.0, "a": 3.0, "c": 2.0, "b": 1.0}, "zero": {"a": 1.0}}
    found = rank_metrics(qrels, run)
    gained = 2 / math.log2(3) + 1 / math.log2(5)
    ideal = 2 / math.log2(2) + 1 / math.log2(3) + 1 / math.log2(4)
    assert found["q"] == {
        "ndcg@10": pytest.approx(gained / ideal),
        "recall@10": pytest.approx(2 / 3),
        "recall@100": pytest.approx(2 / 3),
        "mrr@10": 0.5,
        "map": pytest.approx((1 / 2 + 2 / 4) / 3),
    }
    assert set(found["none"].values()) == set(found["zero"].values()) == {0.0}


def test_cut_offs_count():
    run = {"q": {f"x{i:03}": 200.0 - i for i in range(120)} | {"a": 189.5, "b": 100.5}}
    found = rank_metrics({"q": {"a": 1, "b": 1}}, run)["q"]
    # "a" is 12th, "b" 102nd.
    assert (found["recall@10"], found["recall@100"], found["mrr@10"], found["ndcg@10"]) == (
        0.0, 0.5, 0.0, 0.0,
    )  # fmt: skip
    assert found["map"] == pytest.approx((1 / 12 + 2 / 102) / 2)


def beir(folder, qrels="query-id\tcorpus-id\tscore\nq1\ta\t1\nq1\tb\t0\n"):
    (folder / "qrels").mkdir()
    (folder / "qrels" / "test.tsv").write_text(qrels)
    (folder / "corpus.jsonl").write_text("")
    (folder / "queries.jsonl").write_text(
        '{"_id": "q1", "text": "One"}\n\n{"_id": "q2", "text": "Two"}\n'
    )
    return folder


def test_a_beir_folder_is_read(tmp_path):
    found = read_beir(beir(tmp_path), "test")
    assert found.queries == {"q1": "One"}
    assert found.qrels == {"q1": {"a": 1, "b": 0}}
    assert found.corpus == tmp_path / "corpus.jsonl"


def test_judgements_in_trecs_form_and_without_a_header(tmp_path):
    assert read_beir(beir(tmp_path, "q1\t0\ta\t2\n"), "test").qrels == {"q1": {"a": 2}}


@pytest.mark.parametrize(
    ("qrels", "split", "message"),
    [
        ("q1\ta\t1\n", "dev", r"qrels/dev\.tsv is missing; --split takes test"),
        ("q1\ta\t1\nq1 b 1\n", "test", r"test\.tsv:2 is no judgement; write query, paper, grade"),
        ("q3\ta\t1\n", "test", r"lacks the text of query 'q3'; complete queries\.jsonl"),
        ("query-id\tcorpus-id\tscore\n", "test", "holds no judgement; name another --split"),
    ],
)
def test_a_folder_that_is_not_beir_is_refused(tmp_path, qrels, split, message):
    with pytest.raises(InputError, match=message):
        read_beir(beir(tmp_path, qrels), split)


def test_missing_files_are_named(tmp_path):
    beir(tmp_path)
    (tmp_path / "corpus.jsonl").unlink()
    with pytest.raises(InputError, match=r"corpus\.jsonl is missing; --beir takes a BEIR folder"):
        read_beir(tmp_path, "test")
