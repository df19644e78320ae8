"""Off-topic and false-premise questions are declined; plain ones are answered."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pytest

from rag.answers import abstention
from rag.answers.abstention import LEAST, Features, Grounds, find_grounds, least_for, score
from rag.answers.extraction import Candidate, Candidates
from rag.answers.listing import alternatives
from rag.answers.questions import Question
from rag.answers.refusals import REFUSAL
from rag.assistant import Assistant
from rag.settings import load_settings
from rag.types import Hit, Paper, Passage

SAMPLE = Path(__file__).parents[1] / "evals" / "datasets" / "sample" / "papers.jsonl"


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    index = tmp_path_factory.mktemp("sample") / "index"
    opened = Assistant.open(load_settings(index=index, embedder="static", llm="none"))
    opened.ingest([str(SAMPLE)])
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of Norway?",
        "How long should an egg be boiled?",
        "Who won the football world cup in 1998?",
    ],
)
def test_what_the_papers_are_not_about_is_declined_with_the_nearest(sample, question):
    answer = sample.ask(question)
    assert not answer.answered
    assert answer.answer.startswith(REFUSAL)
    assert (answer.sentences, answer.citations) == ((), ())
    assert answer.retrieved
    assert answer.retrieved[0].title in answer.answer


@pytest.mark.parametrize(
    ("question", "paper"),
    [
        ("How many image-text pairs was CLIP trained on?", "radford2021clip"),
        ("How does dense passage retrieval compare with BM25?", "karpukhin2020dense"),
    ],
)
def test_what_an_abstract_says_is_answered_from_it(sample, question, paper):
    answer = sample.ask(question)
    assert answer.answered
    assert answer.citations[0].paper.id == paper
    assert {sentence.support for sentence in answer.sentences} == {"verbatim"}


ALPHA = Question("Does Alpha have alpha?")  # a name and a plain word of one rarity: 2/3 and 1/3
BOTH = "Compare Alpha and Beta"
LIKELY = 0.2  # that each of the sentences read answers
ODDS = math.log(0.25)
NONE = math.log(1e-4)  # the odds of nothing read


def grounds(monkeypatch, question: Question, had, logits=(), papers=100) -> Grounds:
    """Measure papers, of which each has the asked words as ``had`` says, at sentences' logits."""
    rows = {f"p{i}": np.array(row, dtype=np.float32) for i, row in enumerate(had)}
    monkeypatch.setattr(abstention, "mentions", lambda asked, paper: rows[paper.id])
    hits = [Hit(1, 1.0, Paper(key, "", "x"), Passage(key, 0, 1)) for key in rows]
    read = tuple(Candidate(0, 0, 1, 0.0, logit, LIKELY) for logit in logits)
    return find_grounds(question, hits, Candidates(read, np.eye(len(read))), papers)


def test_the_paper_with_most_of_the_words_counts_and_names_count_double(monkeypatch):
    found = grounds(monkeypatch, ALPHA, [(0.0, 1.0), (0.75, 0.0)], (-2.0, 1.5))
    # 1/3 for the first; 2/3 * 0.75 for the second.
    assert found.features == pytest.approx((1.5, ODDS, 0.5, 0.25, 2.0))
    assert found.missing == ()


def test_a_paper_with_only_a_relative_of_a_numbered_name_has_none_of_the_words(monkeypatch):
    monkeypatch.setattr(abstention, "rivals", lambda question, hits: frozenset([0]))
    found = grounds(monkeypatch, ALPHA, [(1.0, 1.0), (0.0, 0.5)], (0.0,))
    assert found.features.coverage == pytest.approx(0.5 / 3)
    assert found.features.unnamed == 1.0


def test_what_no_paper_has_is_missing(monkeypatch):
    found = grounds(monkeypatch, ALPHA, [(0.4, 0.5), (0.1, 0.0)], (0.0,), papers=0)
    assert found.features == pytest.approx((0.0, ODDS, (2 * 0.4 + 0.5) / 3, 0.6, 0.0))
    assert found.missing == ("Alpha",)


def test_only_the_first_six_papers_are_near(monkeypatch):
    found = grounds(monkeypatch, ALPHA, [(0.0, 0.0)] * 6 + [(1.0, 1.0)])
    assert found.features == pytest.approx((-9.0, NONE, 0.0, 1.0, 2.0))
    assert found.missing == ("Alpha", "alpha")


def test_the_sides_of_a_comparison_count_as_one_paper(monkeypatch):
    had = [(1.0, 0.0), (0.0, 1.0)]
    compared = grounds(monkeypatch, Question(BOTH, "compare", ("Alpha", "Beta")), had, (1.0,))
    assert compared.features == pytest.approx((1.0, ODDS, 1.0, 0.0, 2.0))
    alone = grounds(monkeypatch, Question(BOTH), had, (1.0,)).features
    assert alone.coverage < 1.0
    assert alone.unnamed == 1.0


def test_a_question_of_no_words_or_no_papers_has_only_what_was_read(monkeypatch):
    read = Features(-9.0, pytest.approx(ODDS), 0.0, 0.0, 1.0)
    assert grounds(monkeypatch, Question("What is it?"), [()], (-math.inf,), 10).features == read
    nothing = Features(-9.0, pytest.approx(NONE), 0.0, 0.0, 1.0)
    assert grounds(monkeypatch, ALPHA, [], papers=10) == Grounds(nothing, ())


def test_what_surely_answers_counts_as_twenty_to_one(monkeypatch):
    monkeypatch.setattr(sys.modules[__name__], "LIKELY", 1.0)
    assert grounds(monkeypatch, ALPHA, [(1.0, 1.0)], (3.0,)).features.likely == pytest.approx(
        math.log(20)
    )


def test_the_score_is_the_value_of_the_formula():
    features = Features(
        first=0.5,
        likely=-0.5,
        coverage=0.5,
        unnamed=0.25,
        size=2.0,
    )
    total = 4.2 + 0.15 - 0.325 + 1.1 - 0.3875 - 1.26
    assert score(features) == pytest.approx(1 / (1 + math.exp(-total)))
    halves = dict.fromkeys([*Features._fields, "constant"], 0.5)
    assert score(features, halves) == pytest.approx(1 / (1 + math.exp(-1.875)))


@pytest.mark.parametrize(("total", "said"), [(-0.42, False), (-0.4, True)])
def test_the_papers_answer_from_a_score_of_two_in_five(total, said):
    # The logistic function is 0.4 at ln(2/3) = -0.405.
    features = Features((total - 4.2) / 0.3, 0.0, 0.0, 0.0, 0.0)
    assert (score(features) >= LEAST) is said


@pytest.mark.parametrize(
    ("kind", "coverage", "least"),
    [("list", 1.0, 0.12), ("list", 0.9, 0.36), ("fact", 1.0, 0.4)],
)
def test_a_list_of_what_has_every_word_asked_needs_less(kind, coverage, least):
    found = Grounds(Features(0.0, 0.0, coverage, 0.0, 0.0), ())
    assert least_for(Question("Which papers?", kind), found) == pytest.approx(least)


@pytest.mark.parametrize(("unnamed", "least"), [(0.0, 0.12), (0.5, 0.36)])
def test_a_list_of_what_has_the_names_asked_needs_less(unnamed, least):
    found = Grounds(Features(0.0, 0.0, 0.5, unnamed, 0.0), ())
    listed = Question("Which papers imitate BERT?", "list")
    assert least_for(listed, found) == pytest.approx(least)


@pytest.mark.parametrize(("least", "needed"), [(0.4, 1.0), (0.0, 0.0)])
def test_a_list_in_which_no_paper_may_belong_is_declined(least, needed):
    found = Grounds(Features(0.0, 0.0, 1.0, 0.0, 0.0), ())
    listed = Question("Which papers imitate BERT?", "list")
    assert least_for(listed, found, least, unsure=True) == needed


def test_the_size_of_the_library_counts_for_lists_up_to_a_thousand(monkeypatch):
    listed = grounds(
        monkeypatch, Question("Which papers use alpha?", "list"), [(1.0,)], (0.0,), 10**5
    )
    asked = grounds(monkeypatch, Question("Who uses alpha?"), [(1.0,)], (0.0,), 10**5)
    assert (listed.features.size, asked.features.size) == (3.0, 5.0)


@pytest.mark.parametrize(
    ("kind", "coverage", "unnamed", "least"),
    [
        ("list", 0.96, 1.0, 0.12),
        ("list", 0.95, 0.0, 0.36),
        ("compare", 0.5, 0.0, 0.1),
        ("compare", 0.5, 0.1, 0.4),
        ("fact", 1.0, 0.0, 0.4),
    ],
)
def test_from_which_score_papers_answer(kind, coverage, unnamed, least):
    grounds = Grounds(Features(0.0, 0.0, coverage, unnamed, 2.0), ())
    assert least_for(Question("x", kind), grounds) == pytest.approx(least)


@pytest.mark.parametrize(
    ("text", "pairs"),
    [
        ("rap or metal lyrics", [(0, 1)]),
        ("rap and/or metal", [(0, 1)]),
        ("rap/metal", [(0, 1)]),
        ("rap and metal lyrics", [(0, 1)]),
        ("rap for metal", []),
        ("rap, folk or metal", [(0, 1), (1, 2)]),
        ("rap, folk in metal", []),
    ],
)
def test_of_which_words_either_will_do(text, pairs):
    assert alternatives(text, Question(text).words) == pairs


def test_a_paper_with_either_word_has_what_a_list_asks():
    paper = Paper("a", "On metal", "Lyrics of metal are long.")
    hits = [Hit(1, 1.0, paper, Passage("a", 0, 24))]
    both = find_grounds(
        Question("rap or metal lyrics", "list"),
        hits,
        Candidates((), np.zeros((0, 2), np.float32)),
        10,
    )
    one = find_grounds(
        Question("rap or metal lyrics", "fact"),
        hits,
        Candidates((), np.zeros((0, 2), np.float32)),
        10,
    )
    assert both.features.coverage == pytest.approx(1.0)
    assert one.features.coverage < 0.9


def test_two_questions_that_only_an_and_joins_are_answered_one_by_one(sample):
    answer = sample.ask("the number of claims in FEVER and also what share of tokens BERT masks")
    assert [c.paper.title.partition(":")[0] for c in answer.citations] == ["FEVER", "BERT"]
    assert answer.answer.startswith("**the number of claims in FEVER**\n")
    assert "185,445" in answer.answer
    assert "15% of the word pieces" in answer.answer
