"""Which sentences answer without a model: scores and choices that can be computed by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from rag.answers.asking import asked_terms
from rag.answers.extraction import Candidate, Candidates, choose, score_sentences
from rag.answers.questions import Question
from rag.types import Hit, Paper, Passage

ONE = Question("How?")


def hit(rank: int, title: str, abstract: str) -> Hit:
    paper = Paper(f"p{rank}", title, abstract)
    return Hit(rank, 1.0 / rank, paper, Passage(f"p{rank}", 0, len(abstract)))


def embed_as(vectors: Mapping[str, Sequence[float]]):
    return lambda texts: np.array([vectors[text] for text in texts], dtype=np.float32)


def candidates(*rows: tuple[int, float], leans: Sequence[int] = ()) -> Candidates:
    """Sentences given by hit and score, all of different meaning; coverage is full."""
    sentences = tuple(
        Candidate(number, i, i + 1, score, 0.0, 1.0, i in leans)
        for i, (number, score) in enumerate(rows)
    )
    return Candidates(sentences, np.eye(len(rows), dtype=np.float32))


def chosen(
    *rows: tuple[int, float], question: Question = ONE, leans: Sequence[int] = ()
) -> list[int]:
    return [sentence.start for sentence in choose(candidates(*rows, leans=leans), question)]


class TestScores:
    def test_a_sentence_is_scored_by_meaning_words_place_and_the_one_before(self):
        abstract = "We present LCNN. It is fast."
        embed = embed_as(
            {
                "How fast is LCNN?": [1.0, 0.0],
                "Lookups. We present LCNN.": [0.6, 0.8],
                "Lookups. It is fast.": [0.8, 0.6],
            }
        )
        weights = {"fast": 1.0, "lcnn": 3.0}
        found = score_sentences(
            "How fast is LCNN?", [hit(1, "Lookups", abstract)], embed, weights.__getitem__
        )
        first, second = found.sentences
        assert (abstract[first.start : first.end], abstract[second.start : second.end]) == (
            "We present LCNN.",
            "It is fast.",
        )
        # 0.6 + 0.8 * 3/4 + 0.2 for the first paper; then 0.8 + 0.8 * 1/4 + 0.2 and 0.2 of that.
        assert first.score == pytest.approx(1.4)
        assert second.score == pytest.approx(1.2 + 0.2 * 1.4)
        assert (first.coverage, second.coverage) == (0.75, 0.25)
        assert (first.leans, second.leans) == (False, True)

    def test_the_second_paper_counts_less_and_is_not_what_follows(self):
        embed = embed_as({key: [1.0] for key in ("What?", "A. One is here.", "B. Two is here.")})
        hits = [hit(1, "A", "One is here."), hit(2, "B", "Two is here.")]
        found = score_sentences("What?", hits, embed, lambda term: 1.0)
        assert [round(each.score, 6) for each in found.sentences] == [1.2, 1.1]

    def test_a_digit_counts_where_a_number_is_asked_for(self):
        texts = ("How many?", "What?", "A. Some 40 of them.")
        embed = embed_as({key: [1.0] for key in texts})
        hits = [hit(1, "A", "Some 40 of them.")]
        scores = [
            score_sentences(question, hits, embed, lambda term: 1.0).sentences[0].score
            for question in ("What?", "How many?")
        ]
        assert scores == pytest.approx([1.2, 1.4])

    def test_a_link_counts_only_where_one_is_asked_for(self):
        abstract = "See https://example.org for it."
        texts = ("Why?", "Is the code available?", f"A. {abstract}")
        embed = embed_as({key: [1.0] for key in texts})
        scores = [
            score_sentences(question, [hit(1, "A", abstract)], embed, lambda t: 1.0).sentences[0]
            for question in texts[:2]
        ]
        assert [each.similarity for each in scores] == [1.0, 1.0]
        assert [round(each.score, 6) for each in scores] == [0.8, 1.2]

    def test_papers_without_sentences_give_none(self):
        found = score_sentences("What?", [hit(1, "A", "")], embed_as({}), lambda term: 1.0)
        assert found.sentences == ()
        assert choose(found, ONE) == []


class TestChoice:
    def test_the_best_four_and_three_of_one_paper(self):
        assert chosen((0, 0.9), (0, 0.8), (0, 0.95), (0, 1.0), (1, 0.7), (2, 0.65)) == [0, 2, 3, 4]

    def test_what_is_far_below_the_best_is_left_out(self):
        assert chosen((0, 1.0), (0, 0.59), (1, 0.61)) == [0, 2]

    def test_sentences_of_a_paper_stay_together_in_their_order(self):
        assert chosen((0, 0.7), (1, 1.0), (0, 0.9), (1, 0.8)) == [1, 3, 0, 2]

    def test_the_first_paper_is_always_heard(self):
        # The first paper is at 0.5 of the best: too low by itself.
        assert chosen((0, 0.5), (1, 1.0), (1, 0.9)) == [1, 2, 0]

    def test_a_sentence_that_leans_brings_the_one_before(self):
        assert chosen((0, 0.1), (0, 1.0), leans=[1]) == [0, 1]
        assert chosen((0, 0.1), (0, 1.0)) == [1]

    def test_what_was_said_is_not_said_again(self):
        rows = candidates((0, 1.0), (1, 0.9), (2, 0.8))
        same = Candidates(rows.sentences, np.array([[1, 0], [1, 0], [0, 1]], dtype=np.float32))
        assert [sentence.start for sentence in choose(same, ONE)] == [0, 2]

    def test_where_no_paper_is_sure_each_gives_one(self):
        unsure = tuple(
            Candidate(number, i, i + 1, score, 0.0, 0.3, False)
            for i, (number, score) in enumerate([(0, 1.0), (0, 0.9), (1, 0.8), (2, 0.7)])
        )
        picked = choose(Candidates(unsure, np.eye(4, dtype=np.float32)), ONE)
        assert [sentence.start for sentence in picked] == [0, 2, 3]

    def test_a_comparison_takes_two_of_each_and_a_list_one(self):
        rows = [(0, 0.5), (0, 0.9), (0, 0.8), (1, 0.3), (1, 0.1)]
        assert chosen(*rows, question=Question("a or b", "compare", ("a", "b"))) == [1, 2, 3]
        assert chosen(*rows, question=Question("Which?", "list")) == [1, 3]


def test_the_words_of_asking_are_no_subject():
    assert asked_terms("Which papers use dropout, and what does Dropout do?") == ["dropout"]
    assert asked_terms("What is it?") == []
