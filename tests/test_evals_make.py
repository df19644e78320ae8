"""Evaluation sets from a library: papers known, wording held out, opinions read."""

from __future__ import annotations

import json

import pytest
from fake_openai import FakeOpenAI, say

from evals.feedback import read_feedback
from evals.make import write_set
from evals.questions import read_expectations
from evals.unanswerable import _OFF_TOPIC
from rag import cli
from rag.assistant import Assistant
from rag.errors import InputError
from rag.settings import load_settings

PAPERS = [
    {
        "id": "lcnn",
        "title": "LCNN: Lookup Filters for Cameras",
        "abstract": "Convolutions cost much energy on cameras. LCNN reaches 37.6x faster inference "
        "with a dictionary lookup of filters. We test LCNN on three public datasets.",
        "authors": ["Ada Lovelace", "Bo Li"],
        "year": 2017,
        "venue": "CVPR",
    },
    {
        "id": "fcnn",
        "title": "FCNN: Frozen Filters for Cameras",
        "abstract": "FCNN outperforms pruned networks by 4.5 points. The filters of cameras stay "
        "frozen while the rest is learned.",
        "authors": ["Ada Lovelace"],
        "year": 2018,
        "venue": "CVPR",
    },
    {
        "id": "bees",
        "title": "Predicting Meadows from Waggle Dances of Honeybees",
        "abstract": "Foragers tell nestmates about meadows. Waggle duration encodes meadow "
        "distance over 900 flights of honeybees. Dances differ between hives.",
        "year": 2018,
    },
    {
        "id": "twin",
        "title": "A Twin of Another",
        "abstract": "The very same words stand here and there.",
    },
    {
        "id": "other",
        "title": "A Twin of Another",
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


def asked(rows, kind):
    return {
        row["question"]: (row.get("papers"), row["facts"]) for row in rows if row["kind"] == kind
    }


def test_questions_are_worded_as_people_ask_and_know_their_paper(library, tmp_path):
    rows = made(library, tmp_path)
    assert asked(rows, "fact") == {
        "On how many datasets was LCNN tested?": (["lcnn"], [["three", "3"]]),
        "By how much does FCNN outperform pruned networks?": (["fcnn"], [["4.5"]]),
    }
    # The twins cannot be told apart, so nothing is asked of them.
    assert asked(rows, "topic") == {
        "How can we predict meadows from waggle dances of honeybees?": (["bees"], []),
        "What do we know about lookup filters for cameras?": (["lcnn"], []),
        "What do we know about frozen filters for cameras?": (["fcnn"], []),
    }
    assert asked(rows, "definition") == {
        "What is LCNN?": (["lcnn"], []),
        "What is FCNN?": (["fcnn"], []),
    }
    assert asked(rows, "comparison") == {"How do FCNN and LCNN differ?": (["fcnn", "lcnn"], [])}


def test_what_the_catalogue_knows_is_asked_with_its_answer(library, tmp_path):
    assert asked(made(library, tmp_path), "library") == {
        "Who wrote the FCNN paper?": (["fcnn"], [["Ada Lovelace"]]),
        "When was the LCNN paper published?": (["lcnn"], [["2017"]]),
        "Which papers did Ada Lovelace write?": (["fcnn", "lcnn"], []),
        "How many papers from 2018 are there?": (None, [["2"]]),
        "How many papers from 2017 are there?": (None, [["1"]]),
    }


def test_some_questions_cannot_be_answered(library, tmp_path):
    rows = [row for row in made(library, tmp_path, count=8) if row["kind"] == "unanswerable"]
    assert [row["question"] for row in rows] == [
        "Under which licence is FCNN released?",
        "How well does FCNN do on SuperGLUE?",
    ]
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
    questions = {row["question"] for row in made(library, tmp_path, count=100)}
    assert not questions & set(_OFF_TOPIC)


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
    assert {row["papers"][0] for row in rows if row["kind"] == "topic"} == {"bees", "fcnn"}


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
    assert set(asked(rows, "topic")) > {"What do we know about lookup filters for cameras?"}


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
