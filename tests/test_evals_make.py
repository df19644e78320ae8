"""Evaluation sets from a library: papers known, wording held out, opinions read."""

from __future__ import annotations

import json
import re

import pytest
from fake_openai import FakeOpenAI, say

from evals.feedback import read_feedback
from evals.make import _OFF_TOPIC, write_set
from evals.questions import read_expectations
from rag import cli
from rag.assistant import Assistant
from rag.errors import InputError
from rag.settings import load_settings

PAPERS = [
    {
        "id": "lcnn",
        "title": "Lookup networks for cameras",
        "abstract": "Convolutions cost much energy on cameras. Our dictionary lookup of learned "
        "filters reaches 37.6x faster inference than AlexNet with little loss. We thank readers.",
    },
    {
        "id": "bees",
        "title": "Waggle dances of honeybees",
        "abstract": "Foragers tell nestmates about meadows. Waggle duration encodes meadow "
        "distance, with errors of 12% over 900 flights. Dances differ between hives.",
    },
    {
        "id": "twin",
        "title": "A twin of another",
        "abstract": "The very same words stand here and there.",
    },
    {
        "id": "other",
        "title": "A twin of another",
        "abstract": "The very same words stand here and there.",
    },
]


@pytest.fixture
def library(assistant, tmp_path):
    path = tmp_path / "papers.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in PAPERS))
    assistant.ingest([str(path)])
    return assistant


def made(assistant, tmp_path, **more):
    counts = write_set(assistant, tmp_path / "set.jsonl", **more)
    rows = [json.loads(line) for line in (tmp_path / "set.jsonl").read_text().splitlines()]
    assert sum(counts.values()) == len(rows)
    return rows


def words(text):
    return re.findall(r"\w+", text.casefold())


def runs(text, length):
    every = words(text)
    return {tuple(every[i : i + length]) for i in range(len(every) - length + 1)}


def test_questions_know_their_paper_and_hold_its_words_apart(library, tmp_path):
    rows = [row for row in made(library, tmp_path) if row["kind"] in ("sentence", "title")]
    # The twins cannot be told apart, so nothing is asked of them.
    assert sorted(row["papers"][0] for row in rows) == ["bees", "lcnn"]
    for row in rows:
        (paper,) = (paper for paper in PAPERS if paper["id"] == row["papers"][0])
        source = paper["title"] + " " + paper["abstract"]
        assert not runs(row["question"], 2) & runs(source, 2)
        telling = [word for word in words(row["question"]) if len(word) > 5]
        assert len([word for word in telling if word in words(source)]) >= 2
        for (fact,) in row["facts"]:
            assert fact in paper["abstract"]
            assert fact not in row["question"]


def test_the_fact_of_a_sentence_is_its_number(library, tmp_path):
    rows = made(library, tmp_path)
    facts = [row["facts"] for row in rows if row["kind"] == "sentence"]
    assert facts
    assert all(fact in ([["37.6"]], [["900"]], [["12%"]]) for fact in facts)


def test_some_questions_cannot_be_answered(library, tmp_path):
    rows = [row for row in made(library, tmp_path) if row["kind"] == "unanswerable"]
    assert rows
    assert all(row["papers"] == [] == row["facts"] for row in rows)
    expected = read_expectations(str(tmp_path / "set.jsonl"))
    assert [q.answerable for q in expected if q.kind == "unanswerable"] == [False] * len(rows)


def test_what_the_library_might_answer_is_not_called_unanswerable(library, tmp_path):
    path = tmp_path / "all.jsonl"
    path.write_text(
        "".join(
            json.dumps({"id": f"x{i}", "title": "", "abstract": text}) + "\n"
            for i, text in enumerate(_OFF_TOPIC)
        )
    )
    library.ingest([str(path)])
    asked = {row["question"] for row in made(library, tmp_path, count=100)}
    assert not asked & set(_OFF_TOPIC)


def test_the_same_library_gives_the_same_set(library, tmp_path):
    assert made(library, tmp_path) == made(library, tmp_path)
    ids = [row["id"] for row in made(library, tmp_path)]
    assert len(set(ids)) == len(ids)
    assert len([row for row in made(library, tmp_path, count=1) if row["papers"]]) == 1


def test_an_empty_library_has_no_questions(assistant, tmp_path):
    with pytest.raises(InputError, match="the library has no papers"):
        write_set(assistant, tmp_path / "set.jsonl")


def with_model(library, reply, tmp_path):
    with FakeOpenAI(lambda _: say(reply)) as server:
        settings = load_settings(index=library.settings.index, OPENAI_BASE_URL=server.base_url)
        return made(Assistant.open(settings, embedder=library.embedder), tmp_path)


def test_a_model_words_questions_that_are_marked(library, tmp_path):
    reply = "Question: How much quicker is a table of kernels?\nFact: 37.6x faster\n"
    rows = with_model(library, reply, tmp_path)
    assert [row for row in rows if row["kind"] == "generated"] == [
        {
            "id": "generated-001",
            "kind": "generated",
            "generated": True,
            "question": "How much quicker is a table of kernels?",
            "papers": ["lcnn"],
            "facts": [["37.6x faster"]],
        }
    ]
    # The fact stands in no other abstract: those keep the questions made without the model.
    assert {row["papers"][0] for row in rows if row["kind"] in ("sentence", "title")} == {"bees"}


@pytest.mark.parametrize(
    "reply",
    [
        "How fast is it?",
        "Question: How much quicker?\nFact: 99x faster",
        "Question: Is 37.6x faster a lot?\nFact: 37.6x faster",
        "Question: What does dictionary lookup of kernels reach?\nFact: 37.6x faster",
    ],
)
def test_a_question_that_cannot_be_checked_is_not_kept(library, tmp_path, reply):
    rows = with_model(library, reply, tmp_path)
    assert not [row for row in rows if row.get("generated")]
    assert {row["papers"][0] for row in rows if row["papers"]} == {"bees", "lcnn"}


def test_opinions_become_expectations(tmp_path):
    lines = [
        {
            "question": "A?",
            "answer": "a",
            "verdict": "up",
            "note": "",
            "paper_ids": ["p", "p", "q"],
        },
        {
            "question": "B?",
            "answer": "b",
            "verdict": "down",
            "note": "wrong year",
            "paper_ids": ["p"],
        },
        {"question": "C?", "answer": "No.", "verdict": "up", "note": "", "paper_ids": []},
        {"question": "D?", "answer": "d", "verdict": "up", "note": "", "paper_ids": ["gone"]},
        {"question": "E?", "answer": "e", "verdict": "up", "note": "", "paper_ids": ["p"]},
        {"question": "E?", "answer": "e", "verdict": "down", "note": "", "paper_ids": ["p"]},
        {"question": "", "verdict": "up"},
        [1],
    ]
    path = tmp_path / "feedback.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines) + '{"question": "tor')
    assert read_feedback(path, {"p", "q"}) == [
        {"kind": "feedback", "question": "A?", "papers": ["p", "q"], "facts": []},
        {"kind": "feedback", "question": "B?", "note": "wrong year"},
        {"kind": "feedback", "question": "C?", "papers": [], "facts": []},
        {"kind": "feedback", "question": "D?"},
        {"kind": "feedback", "question": "E?"},
    ]
    with pytest.raises(InputError, match=r"cannot read .*none; name the feedback"):
        read_feedback(tmp_path / "none", set())


def test_the_command_makes_a_set_that_can_be_run(library, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RAG_INDEX", str(library.settings.index))
    monkeypatch.setenv("RAG_LLM", "none")
    feedback = tmp_path / "f.jsonl"
    feedback.write_text(json.dumps({"question": "A?", "verdict": "up", "paper_ids": ["bees"]}))
    out = tmp_path / "set.jsonl"
    arguments = ["eval", "make", "-o", str(out), "--feedback", str(feedback), "--json"]
    assert cli.main(arguments) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["output"] == str(out)
    assert printed["feedback"] == 1
    found = read_expectations(str(out))
    assert [question.item.defect for question in found] == [None] * len(found)
