"""The chain without a model: what is asked, searched, quoted and said of it."""

from __future__ import annotations

import json

import pytest

from rag.errors import InputError
from rag.types import Turn, Usage

ROWS = [
    {
        "id": "a",
        "title": "Alpha: counting bees",
        "abstract": "Alpha counts 40 bees. The hive is square.",
        "authors": ["Ann Lee"],
        "year": 2020,
    },
    {
        "id": "b",
        "title": "Beta: naming whales",
        "abstract": "Beta names seven whales. They sing at night.",
        "authors": ["Bo Poe"],
        "year": 2021,
    },
    {"id": "c", "title": "Wasps", "abstract": "Wasps build nests of paper."},
]
COUNTS = "How many bees does Alpha count?"
IN_FORCE = {
    "k": 8,
    "where": [],
    "context_tokens": 6000,
    "history_tokens": 1000,
    "answer_tokens": 700,
    "judge": False,
}


@pytest.fixture
def library(assistant, tmp_path):
    file = tmp_path / "papers.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    assistant.ingest([str(file)])
    return assistant


def retrieved(answer):
    return [(each.rank, each.paper_id) for each in answer.retrieved]


def test_the_hits_come_first_then_the_text_then_the_answer(library):
    hits, text, answer = library.stream(COUNTS)
    assert [(hit.rank, hit.paper.id) for hit in hits] == retrieved(answer)
    assert retrieved(answer) == [(1, "a"), (2, "c"), (3, "b")]
    assert text == answer.answer == "Alpha counts 40 bees. [1]"
    assert [(each.number, each.paper.id) for each in answer.citations] == [(1, "a")]
    assert (answer.question, answer.standalone_question) == (COUNTS, COUNTS)
    assert (answer.llm, answer.embedder, answer.kind) == ("none", "counting", "papers")
    assert (answer.prompts, answer.usage, answer.stopped) == ({}, Usage(), None)
    assert answer.settings == IN_FORCE


def test_what_is_asked_for_is_in_the_answers_settings(library):
    *_, answer = library.stream(COUNTS, k=2, where=["year>2000"], length="short")
    asked = {"k": 2, "where": ["year>2000"], "length": "short"}
    assert answer.settings == {**IN_FORCE, **asked}
    assert retrieved(answer) == [(1, "a"), (2, "b")]


def test_what_the_catalogue_knows_is_computed(library):
    hits, text, answer = library.stream("Who wrote Alpha?")
    assert (hits, text) == ((), answer.answer)
    assert [(each.rank, each.score, each.paper_id) for each in answer.retrieved] == [(1, 1.0, "a")]
    assert (answer.confidence, answer.settings, answer.prompts) == (None, {}, {})
    spent = answer.seconds
    assert (spent.total, spent.generate, spent.verify) == (spent.retrieve, 0.0, 0.0)
    assert spent.total == round(spent.total, 4)


def test_a_question_has_up_to_4_000_characters(library):
    for text in ("b" * 4_001, " ", ""):
        with pytest.raises(InputError, match="a question has 1 to 4000 characters; ask another"):
            library.ask(text)
    assert library.ask(f"  {'b' * 4_000}  ").question == "b" * 4_000
    assert library.ask("What is\n square?").question == "What is square?"


def test_who_asks_may_choose_among_the_papers_found(library):
    given = []

    def choose(question, hits):
        given.append((question, [hit.paper.id for hit in hits]))
        return hits[:1]

    hits, _, answer = library.stream(COUNTS, choose=choose)
    assert given == [(COUNTS, ["a", "c", "b"])]
    assert [hit.paper.id for hit in hits] == ["a"]
    assert retrieved(answer) == [(1, "a")]


def test_what_says_just_what_is_asked_is_sure(library):
    answer = library.ask("What is square?")
    assert (answer.answer, answer.confidence) == ("The hive is square. [1]", 1.0)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("Which papers are about wasps?", "- **Wasps**: Wasps build nests of paper. [1]"),
        (
            "Compare Alpha and GammaNet",
            "No paper here is about “GammaNet”.\n\n- Alpha counts 40 bees. [1]\n"
            "- The hive is square. [1]",
        ),
        (
            "Why do bees sleep in winter?",
            "These papers do not answer that. No paper mentions “sleep” or “winter”. The nearest "
            "papers are “Alpha: counting bees”; “Wasps”; “Beta: naming whales”.",
        ),
        # In another language only names are searched, and only they can lack.
        (
            "Wie viele Bienen zählt Gammanet?",
            "The papers are in English; of this question in German they have no name.\n\n"
            "These papers do not answer that. The nearest papers are “Wasps”; “Alpha: counting "
            "bees”; “Beta: naming whales”.",
        ),
        (
            "And which studies deal with nihgt?",
            "- **Beta: naming whales** (2021): They sing at night. [1]",
        ),
        (
            "How many bees does Alpha count? And who sings at night?",
            "**How many bees does Alpha count?**\nAlpha counts 40 bees. [1]\n\n"
            "**who sings at night?**\nThey sing at night. [2]",
        ),
    ],
)
def test_the_whole_of_what_is_said(library, question, said):
    assert library.ask(question).answer == said


SPOKEN = [
    Turn("What names whales?", "Beta [1].", ("b",)),
    Turn("What counts bees?", "Alpha does [1].", ("a",)),
]


def test_a_follow_up_is_about_what_the_last_turn_cited(library):
    text = "And how many does it count?"
    answer = library.ask(text, history=SPOKEN)
    assert answer.question == text
    assert answer.standalone_question == "Alpha: counting bees: how many does it count?"
    other = library.ask(text, history=SPOKEN[::-1])
    assert other.standalone_question == "Beta: naming whales: how many does it count?"
    assert other.answer == "Beta names seven whales. [1]"
    assert library.ask(text).standalone_question == text


def test_small_talk_and_questions_of_their_own_follow_nothing(library):
    assert library.ask("hello", history=SPOKEN).kind == "chat"
    assert library.ask(COUNTS, history=SPOKEN).standalone_question == COUNTS


def test_a_typing_error_is_mended_in_what_is_searched(library):
    answer = library.ask("Who sings at nihgt?")
    assert answer.question == "Who sings at nihgt?"
    assert answer.standalone_question == "Who sings at night?"


def test_from_the_threshold_on_papers_are_quoted(library):
    found = library.ask("How do old nests of wasps keep their queens warm?")
    assert (found.answered, 0.0 < found.confidence < 1.0) == (False, True)
    library.settings = library.settings.model_copy(update={"threshold": 0.0})
    assert library.ask("How do old nests of wasps keep their queens warm?").answered
    assert not library.ask("qwertzu asdfgh").answered
