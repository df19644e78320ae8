"""The scorer of the questions over ACL abstracts, and the check of the set itself."""

from __future__ import annotations

import pytest

from evals.maintain import acl_questions as scorer
from evals.maintain.check_sample import read_rows
from rag.types import Paper

PAPERS = {
    "a": Paper("a", "AB: A Thing", "AB has 1,200 rows."),
    "b": Paper("b", "BC: Another", "BC reaches 0.9 on 7 sets."),
}


def row(kind, **expect):
    return {"id": "x", "kind": kind, "half": "tune", "question": "Q?", "expect": expect}


def answer(text="", cited=(), sources=(), *, answered=True, kind="papers"):
    return {
        "answer": text,
        "answered": answered,
        "kind": kind,
        "citations": [{"paper": {"id": name}} for name in cited],
        "sentences": [{"evidence": {"paper_id": name}} for name in sources] + [{"evidence": None}],
    }


@pytest.mark.parametrize(
    ("asked", "given", "counts", "wrong"),
    [
        (
            row("fact", papers=["a"], facts=[["1,200", "1200"], ["7"]]),
            answer("It has 1200 rows [1] and 17 sets [2].", ["a", "b"], ["a", "b"]),
            {"declined": [0], "paper cited": [1], "foreign": [0, 1], "facts": [1, 0]},
            ["no 7"],
        ),
        (
            row("fact", papers=["a"], facts=[["7"]]),
            answer("Nothing says 7.", answered=False),
            {"declined": [1], "paper cited": [0], "facts": [0]},
            ["declined", "paper not cited", "no 7"],
        ),
        (
            row("comparison", papers=["a", "b"]),
            answer("A.", ["a"], ["a"]),
            {"declined": [0], "both sides": [0.5], "foreign": [0]},
            [],
        ),
        (
            row("comparison", papers=["a"], missing="ZZ"),
            answer("No paper is about zz.", ["a"]),
            {"declined": [0], "both sides": [1], "missing said": [1]},
            [],
        ),
        (
            row("list", papers=["a", "c"], maybe=["b"]),
            answer("Two.", ["a", "b", "z", "y"]),
            {"declined": [0], "recall": [0.5], "precision": [0.5]},
            [],
        ),
        (row("offtopic", declined=True), answer("A."), {"declined": [0]}, ["answered"]),
        (row("chat", chat=True), answer("Hello.", kind="chat"), {"chat": [1]}, []),
        (
            row("library", papers=["a"], value=[["1,827"]]),
            answer("The library has 1,827 papers.", ["a", "b"], kind="library"),
            {"right": [1]},
            [],
        ),
        (
            row("library", papers=["a"], value=[["1,827"]]),
            answer("The library has 1,827 papers.", kind="library"),
            {"right": [0]},
            ["wrong"],
        ),
    ],
)
def test_what_an_answer_counts(asked, given, counts, wrong):
    assert scorer.score(asked, given) == (counts, wrong)


def test_the_table_adds_up_what_can_be_answered():
    counts = {
        "fact": {"facts": [1.0, 0.0], "declined": [0.0]},
        "typo": {"facts": [1.0, 1.0], "foreign": []},
        "offtopic": {"declined": [1.0]},
    }
    assert list(scorer.format_counts(counts)) == [
        "fact        facts 0.50 (2)  declined 0.00 (1)",
        "offtopic    declined 1.00 (1)",
        "typo        facts 1.00 (2)",
        "answerable  facts 0.75 (4)  declined 0.00 (1)",
    ]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (row("fact", papers=["a"], facts=[["1,300", "1300"]]), "no abstract of its papers says"),
        (row("fact", papers=["c"]), "paper c is not in the library"),
        (row("poem", papers=["a"]), "kind poem, half tune"),
        (row("fact"), "expects nothing"),
        (row("fact", paper=["a"]), "expects paper"),
        (row("comparison", papers=["a"], missing="BC"), "BC is not missing: b"),
    ],
)
def test_what_is_planted_is_found(wrong, said):
    (defect,) = scorer.find_defects([wrong], PAPERS)
    assert defect.startswith(f"x: {said}")


def test_a_sound_row_has_no_defect_and_a_second_one_of_its_id_has():
    sound = row("fact", papers=["a", "b"], facts=[["1,200"], ["seven", "7"]])
    assert list(scorer.find_defects([sound], PAPERS)) == []
    assert list(scorer.find_defects([sound, sound], PAPERS)) == ["x: occurs twice"]


def test_the_set_is_well_formed():
    rows = read_rows(scorer.QUESTIONS)
    named = {i for r in rows for f in ("papers", "maybe") for i in r["expect"].get(f, ())}
    unread = {name: Paper(name, "", "") for name in named}
    defects = scorer.find_defects(rows, unread)
    assert [each for each in defects if "no abstract of its papers says" not in each] == []
    assert {row["half"] for row in rows} == set(scorer.HALVES)
