"""Which sentences answer without a model, and how they are quoted: all computed by hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest

from rag.answers import extraction
from rag.answers.asking import asked_terms
from rag.answers.extraction import (
    Candidate,
    Candidates,
    choose,
    likely,
    nearest,
    rivals,
    score_sentences,
    titled,
)
from rag.answers.questions import Question
from rag.answers.quoting import quote, short_name, shown
from rag.models.cross_encoder import Pair
from rag.types import Evidence, Hit, Length, Paper, Passage

ONE = Question("How?")
LIST = Question("Which?", "list")
COMPARE = Question("a or b", "compare", ("a", "b"))


def hit(rank: int, title: str, abstract: str, year: int | None = None) -> Hit:
    paper = Paper(f"p{rank}", title, abstract, year=year)
    return Hit(rank, 1.0 / rank, paper, Passage(f"p{rank}", 0, len(abstract)))


def embed_as(vectors: Mapping[str, Sequence[float]]):
    return lambda texts: np.array([vectors[text] for text in texts], dtype=np.float32)


def alike(texts: Sequence[str]):
    return np.ones((len(texts), 1), dtype=np.float32)


class Reader:
    """A network whose logit that a pair answers is given; it keeps what it was asked."""

    def __init__(self, logit: Callable[[Pair], float] = lambda pair: 0.0) -> None:
        self.logit = logit
        self.asked: list[Pair] = []

    def __call__(self, pairs: Sequence[Pair]):
        self.asked += pairs
        # The other column says that a claim is supported: nobody may look at it here.
        return np.array([[99.0, self.logit(pair)] for pair in pairs], np.float32).reshape(-1, 2)


def scored(question: str | Question, hits: Sequence[Hit], embed=alike, weigh=lambda term: 1.0):
    asked = Question(question) if isinstance(question, str) else question
    return score_sentences(asked, hits, embed, weigh, Reader()).sentences


def logistic(total: float) -> float:
    return 1 / (1 + math.exp(-total))


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
        first, second = scored(
            "How fast is LCNN?", [hit(1, "Lookups", abstract)], embed, weights.__getitem__
        )
        assert (abstract[first.start : first.end], abstract[second.start : second.end]) == (
            "We present LCNN.",
            "It is fast.",
        )
        # 0.6 + 0.8 * 3/4 + 0.2 for the first paper; then 0.8 + 0.8 * 1/4 + 0.2 and 0.2 of that.
        assert first.score == pytest.approx(1.4)
        assert second.score == pytest.approx(1.2 + 0.2 * 1.4)

    def test_what_only_the_title_says_counts_half(self):
        (only,) = scored("LCNN?", [hit(1, "LCNN", "It is fast.")])
        assert only.score == pytest.approx(1.0 + 0.8 * 0.5 + 0.2)

    def test_the_second_paper_counts_less_and_is_not_what_follows(self):
        found = scored("What?", [hit(1, "A", "One is here."), hit(2, "B", "Two is here.")])
        assert [each.score for each in found] == pytest.approx([1.2, 1.1])

    def test_what_a_paper_has_less_of_what_is_asked_counts_against_its_sentences(self):
        whole, half = scored("LCNN speed?", [hit(1, "", "LCNN speed."), hit(2, "", "Some speed.")])
        assert whole.score == pytest.approx(1.0 + 0.8 + 0.2)
        # It has one of the two words, so half of what the other has.
        assert half.score == pytest.approx(1.0 + 0.8 * 0.5 + 0.2 / 2 - 0.5)

    @pytest.mark.parametrize(("question", "score"), [("What?", 1.2), ("How many?", 1.4)])
    def test_a_digit_counts_where_a_number_is_asked_for(self, question, score):
        (only,) = scored(question, [hit(1, "A", "Some 40 of them.")])
        assert only.score == pytest.approx(score)

    @pytest.mark.parametrize(("question", "score"), [("Why?", 0.8), ("Is the code there?", 1.2)])
    def test_a_link_counts_against_unless_one_is_asked_for(self, question, score):
        (only,) = scored(question, [hit(1, "A", "See https://example.org for it.")])
        assert only.score == pytest.approx(score)

    @pytest.mark.parametrize(
        ("logit", "score", "number", "total"),
        [
            (1.0, 1.0, 0, -5.5 + 0.66 + 1.73 + 2.02),
            (2.0, 1.5, 1, -5.5 + 1.32 + 2.595 + 1.01),
        ],
    )
    def test_how_likely_a_sentence_answers(self, logit, score, number, total):
        assert likely(logit, Candidate(number, 0, 1, score)) == pytest.approx(logistic(total))


def ladder(sizes: Sequence[int]) -> tuple[list[Hit], Callable[[Sequence[str]], np.ndarray]]:
    """Papers of so many sentences; "p1s2" is the third of the second. Later ones score more."""
    hits = [
        hit(number + 1, "", " ".join(f"It is p{number}s{i}." for i in range(size)))
        for number, size in enumerate(sizes)
    ]

    def embed(texts):
        rows = [1.0, *(2.0**i for i in range(1, len(texts)))]  # more than what is before adds
        return np.array(rows, dtype=np.float32)[:, None]

    return hits, embed


class TestReading:
    def read(self, question: Question, sizes: Sequence[int]) -> list[tuple[str, str]]:
        """Return what the network was asked, each with the name of the sentence."""
        hits, embed = ladder(sizes)
        reader = Reader()
        score_sentences(question, hits, embed, lambda term: 1.0, reader)
        return [(text, passage.split()[-1].rstrip(".")) for text, passage in reader.asked]

    def test_the_24_best_sentences_are_read_the_best_first(self):
        asked = self.read(ONE, [1] * 30)
        assert asked == [("How?", f"p{number}s0") for number in range(29, 5, -1)]

    def test_of_a_list_three_of_each_of_the_best_papers(self):
        asked = self.read(LIST, [4] * 25)
        assert asked == [("Which?", f"p{n}s{i}") for n in range(24, 4, -1) for i in (3, 2, 1)]

    def test_of_a_paper_with_only_a_relative_of_a_numbered_name_nothing_is_read(self):
        hits = [
            hit(1, "GPT-3", "GPT-3 has 175 billion parameters."),
            hit(2, "Judges", "GPT-4 judges, GPT-3 does not."),
            hit(3, "Bees", "We count bees."),
        ]
        assert rivals(["How many parameters has GPT-4?"], hits) == {0}
        assert rivals(["How many parameters has GPT?"], hits) == frozenset()
        reader = Reader()
        asked = Question("How many parameters has GPT-4?")
        found = score_sentences(asked, hits, alike, lambda term: 1.0, reader).sentences
        assert [pair.passage for pair in reader.asked] == [
            "Judges: GPT-4 judges, GPT-3 does not.",
            "Bees: We count bees.",
        ]
        assert [one.likely > 0 for one in found] == [False, True, True]

    def test_of_a_comparison_four_of_each_and_a_side_what_it_is(self):
        asked = self.read(COMPARE, [1, 5, 1])
        assert asked == [
            ("a or b", "p2s0"),  # no side: what it is was not asked
            *((text, f"p1s{i}") for i in (4, 3, 2, 1) for text in ("a or b", "What is b?")),
            ("a or b", "p0s0"),
            ("What is a?", "p0s0"),
        ]

    def test_a_sentence_is_read_under_its_title(self):
        abstract = "One is. Two is."
        assert titled(hit(1, "Ice", abstract), Candidate(0, 8, 15, 0.0)) == "Ice: Two is."
        assert titled(hit(1, "", abstract), Candidate(0, 0, 7, 0.0)) == "One is."

    def test_the_logit_that_it_answers_makes_it_likely(self):
        reader = Reader(lambda pair: 2.0 if "Two" in pair.passage else -1.0)
        hits = [hit(1, "A", "One is."), hit(2, "B", "Two is.")]
        first, second = score_sentences(ONE, hits, alike, lambda term: 1.0, reader).sentences
        assert reader.asked == [("How?", "A: One is."), ("How?", "B: Two is.")]
        assert (first.logit, second.logit) == (-1.0, 2.0)
        assert first.likely == pytest.approx(logistic(-5.5 - 0.66 + 1.73 * 1.2 + 2.02))
        assert second.likely == pytest.approx(logistic(-5.5 + 1.32 + 1.73 * 1.1 + 1.01))

    @pytest.mark.parametrize(
        ("score", "names", "first", "second"),
        [
            (0.79, (), 2.02, 1.01),  # the first paper stands out
            (0.8, (), 1.313, 1.313),
            (0.8, ("ICE",), 2.02, 1.01),
        ],
    )
    def test_where_nothing_is_named_papers_that_score_alike_are_alike(
        self, score, names, first, second
    ):
        reader = Reader(lambda pair: 0.0)
        hits = [hit(1, "A", "One is."), replace(hit(2, "B", "Two is."), score=score)]
        hits[0] = replace(hits[0], score=1.0)
        asked = replace(ONE, names=names)
        one, two = score_sentences(asked, hits, alike, lambda term: 1.0, reader).sentences
        assert one.likely == pytest.approx(logistic(-5.5 + 1.73 * one.score + first))
        assert two.likely == pytest.approx(logistic(-5.5 + 1.73 * two.score + second))

    @pytest.mark.parametrize("better", ["a or b", "What is a?"])
    def test_of_two_that_are_asked_the_better_counts(self, better):
        reader = Reader(lambda pair: 3.0 if pair.text == better else 1.0)
        hits = [hit(1, "", "One is.")]
        (only,) = score_sentences(COMPARE, hits, alike, lambda term: 1.0, reader).sentences
        assert only.logit == 3.0
        assert only.likely == likely(3.0, only)

    def test_what_is_not_read_is_not_likely(self):
        hits, embed = ladder([4])
        found = score_sentences(LIST, hits, embed, lambda term: 1.0, Reader()).sentences
        assert (found[0].logit, found[0].likely) == (-math.inf, 0.0)
        assert all(each.likely > 0.0 for each in found[1:])

    def test_of_a_list_it_is_weighed_otherwise_and_all_the_words_are_enough(self):
        reader = Reader(lambda pair: 1.0 if "Two" in pair.passage else -9.0)
        hits = [hit(1, "Ice", "One is."), hit(2, "B", "Two is."), hit(3, "B", "Three is.")]
        asked = Question("Which papers mention ice?", "list")
        found = score_sentences(asked, hits, alike, lambda term: 1.0, reader).sentences
        assert [text for text, _ in reader.asked] == [asked.text] * 3
        assert found[0].likely == 0.18  # it has "ice", whatever is read in it
        weighed = [logistic(-2.5 + 0.3 * one.logit + 2.0 * one.score) for one in found[1:]]
        assert [one.likely for one in found[1:]] == pytest.approx(weighed)

    def test_papers_without_sentences_give_none(self):
        found = score_sentences(ONE, [hit(1, "A", "")], alike, lambda term: 1.0, Reader())
        assert found.sentences == ()
        assert choose(found, ONE) == []


def candidates(*rows: tuple[int, float]) -> Candidates:
    """Sentences given by hit and how likely they answer, all of different meaning."""
    sentences = tuple(
        Candidate(number, i, i + 1, 0.0, 0.0, share) for i, (number, share) in enumerate(rows)
    )
    return Candidates(sentences, np.eye(len(rows), dtype=np.float32))


def chosen(
    *rows: tuple[int, float], question: Question = ONE, length: Length = "usual"
) -> list[int]:
    return [each.start for each in choose(candidates(*rows), question, length=length)]


class TestChoice:
    def test_the_best_is_chosen_however_unlikely(self):
        assert chosen((0, 0.01), (1, 0.02), (1, 0.0)) == [1]

    def test_the_best_comes_first_then_the_rest_of_its_paper_in_order(self):
        assert chosen((0, 0.5), (0, 1.0), (0, 0.4)) == [1, 0, 2]

    def test_between_equals_words_and_vectors_decide(self):
        pair = (Candidate(0, 0, 1, 0.5, 0.0, 0.3), Candidate(1, 1, 2, 0.6, 0.0, 0.3))
        (only,) = choose(Candidates(pair, np.eye(2, dtype=np.float32)), ONE)
        assert only == pair[1]

    def test_another_of_the_best_paper_has_to_be_likely(self):
        assert chosen((0, 0.9), (0, 0.09), (0, 0.1)) == [0, 2]

    def test_one_of_another_paper_has_to_be_likelier(self):
        # The best is at 0.6, of which 0.7 is less than 0.5.
        assert chosen((0, 0.6), (1, 0.49), (2, 0.5)) == [0, 2]

    def test_one_of_another_paper_has_to_be_nearly_as_likely_as_the_best(self):
        assert chosen((0, 1.0), (1, 0.69), (2, 0.7)) == [0, 2]

    def test_at_most_four(self):
        assert chosen(*((number, 0.9) for number in range(6))) == [0, 1, 2, 3]

    def test_a_short_answer_is_the_best_alone_and_a_detailed_one_goes_on(self):
        rows = [(0, 0.9), *((number, 0.8) for number in range(9))]
        assert chosen(*rows, length="short") == [0]
        assert len(chosen(*rows, length="detailed")) == 8
        assert chosen((0, 0.9), (0, 0.06), length="detailed") == [0, 1]

    def test_at_most_three_of_one_paper(self):
        assert chosen((0, 1.0), (0, 0.9), (0, 0.8), (0, 0.75), (1, 0.72)) == [0, 1, 2, 4]
        assert chosen((0, 1.0), (1, 0.9), (1, 0.85), (1, 0.8), (1, 0.75)) == [0, 1, 2, 3]
        assert chosen((0, 1.0), (0, 0.9), (0, 0.8), (0, 0.75)) == [0, 1, 2]

    def test_sentences_of_a_paper_stay_together_in_their_order(self):
        assert chosen((0, 0.8), (1, 1.0), (0, 0.9), (1, 0.4)) == [1, 3, 0, 2]

    def test_papers_stand_in_the_order_of_their_best(self):
        assert chosen((0, 0.8), (1, 0.9), (2, 1.0)) == [2, 1, 0]

    def test_what_was_said_is_not_said_again(self):
        rows = candidates((0, 1.0), (1, 0.9), (2, 0.8))
        # Cosines to the first: 0.93 is the same, 0.91 is not.
        vectors = [[1.0, 0.0], [0.93, math.sqrt(1 - 0.93**2)], [0.91, -math.sqrt(1 - 0.91**2)]]
        near = Candidates(rows.sentences, np.array(vectors, dtype=np.float32))
        assert [sentence.start for sentence in choose(near, ONE)] == [0, 2]

    def test_where_none_is_likely_the_nearest_of_three_papers_are_chosen(self):
        # 0.7 of the best, 0.09, is 0.063.
        rows = [(0, 0.09), (0, 0.08), (1, 0.07), (2, 0.062), (3, 0.064), (4, 0.065)]
        assert chosen(*rows) == [0, 2, 5]
        assert nearest(candidates(*rows), ONE)
        assert not nearest(candidates((0, 0.1), (1, 0.05)), ONE)

    @pytest.mark.parametrize("kind", ["compare", "topic"])
    def test_what_many_sentences_answer_needs_no_likely_one(self, kind):
        assert not nearest(candidates((0, 0.01)), Question("Which?", kind))

    def test_where_a_named_paper_has_none_its_two_nearest_are_chosen(self):
        rows = candidates((0, 0.03), (0, 0.02), (0, 0.09), (1, 0.05))
        assert [each.start for each in choose(rows, Question("How?", language="de"), 1)] == [0, 2]

    def test_a_named_paper_is_heard_alone_where_it_may_answer(self):
        rows = candidates((0, 0.1), (1, 0.9))
        assert [each.start for each in choose(rows, ONE, 1)] == [0]
        rows = candidates((0, 0.09), (1, 0.9))
        assert [each.start for each in choose(rows, ONE, 1)] == [1]
        assert [each.start for each in choose(rows, Question("Wie?", language="de"), 1)] == [0]

    def test_a_comparison_takes_two_of_each_the_likelier_first(self):
        rows = [(0, 0.5), (0, 0.8), (0, 0.9), (1, 0.3), (1, 0.1), (1, 0.2)]
        assert chosen(*rows, question=COMPARE) == [2, 1, 3, 5]

    def test_a_list_takes_one_of_each_paper_that_may_belong_in_the_order_found(self):
        rows = [(0, 0.1), (0, 0.2), (1, 0.9), (2, 0.09), (3, 0.1)]
        assert chosen(*rows, question=LIST) == [1, 2, 4]
        assert not nearest(candidates(*rows), LIST)

    def test_where_none_belongs_in_a_list_three_papers_are_the_nearest(self):
        rows = [(0, 0.01), (1, 0.17), (2, 0.02), (3, 0.03)]
        assert chosen(*rows, question=LIST) == [1, 2, 3]
        assert nearest(candidates(*rows), LIST)


ALPHA = hit(
    1, "Alpha: counting bees", "We count bees. However, it rains. Moreover it [3] fails.", 2019
)
BETA = hit(2, "Naming *whales* [2] at sea", "Whales are named.")


def piece(found: Hit, text: str) -> Candidate:
    at = found.paper.abstract.index(text)
    return Candidate(found.rank - 1, at, at + len(text), 1.0)


class TestQuoting:
    def test_one_paper_is_quoted_without_a_lead_and_without_what_joins(self):
        pieces = [piece(ALPHA, "We count bees."), piece(ALPHA, "However, it rains.")]
        text, sentences, order = quote([ALPHA, BETA], pieces, ONE)
        assert text == "We count bees. [1] It rains. [1]"
        assert order == [0]
        assert [each.evidence for each in sentences] == [
            Evidence("p1", "We count bees.", 0, 14),
            Evidence("p1", "However, it rains.", 15, 33),
        ]
        for each in sentences:
            assert (each.citations, each.support, each.score) == ((1,), "verbatim", 1.0)
            evidence = each.evidence
            assert ALPHA.paper.abstract[evidence.start : evidence.end] == evidence.quote

    def test_a_marker_in_an_abstract_is_shown_as_none(self):
        text, sentences, _ = quote([ALPHA], [piece(ALPHA, "Moreover it [3] fails.")], ONE)
        assert text == "It (3) fails. [1]"
        assert sentences[0].evidence.quote == "Moreover it [3] fails."

    def test_a_lead_names_the_paper_where_it_changes(self):
        pieces = [
            piece(BETA, "Whales are named."),
            piece(ALPHA, "We count bees."),
            piece(ALPHA, "However, it rains."),
        ]
        text, sentences, order = quote([ALPHA, BETA], pieces, ONE)
        assert [each.text for each in sentences] == [
            "“Naming ∗whales∗ (2) at sea”: Whales are named. [1]",
            "Alpha: We count bees. [2]",
            "It rains. [2]",
        ]
        assert text == " ".join(each.text for each in sentences)
        assert order == [1, 0]

    def test_a_comparison_has_a_line_for_each_sentence(self):
        pieces = [piece(ALPHA, "We count bees."), piece(BETA, "Whales are named.")]
        text, _, order = quote([ALPHA, BETA], pieces, COMPARE)
        assert text == (
            "- Alpha: We count bees. [1]\n- “Naming ∗whales∗ (2) at sea”: Whales are named. [2]"
        )
        assert order == [0, 1]

    @pytest.mark.parametrize(
        ("more", "last"),
        [(0, ""), (1, "\n\n1 more mentions it."), (7, "\n\n7 more mention it.")],
    )
    def test_a_list_has_titles_years_and_how_many_more(self, more, last):
        pieces = [piece(ALPHA, "We count bees."), piece(BETA, "Whales are named.")]
        text, _, _ = quote([ALPHA, BETA], pieces, LIST, more)
        assert text == (
            "- **Alpha: counting bees** (2019): We count bees. [1]\n"
            "- **Naming ∗whales∗ (2) at sea**: Whales are named. [2]" + last
        )

    def test_a_list_of_one_is_still_a_list(self):
        text, _, _ = quote([ALPHA], [piece(ALPHA, "We count bees.")], LIST)
        assert text == "- **Alpha: counting bees** (2019): We count bees. [1]"


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("One two of four: more", "One two of four"),
        ("One two of all five: more", "“One two of all five: more”"),
        ("No colon", "“No colon”"),
        ("x" * 30 + " " + "y" * 29, "“" + "x" * 30 + " " + "y" * 29 + "”"),
        ("x" * 30 + ", " + "y" * 29, "“" + "x" * 30 + "…”"),
        ("字" * 61, "“" + "字" * 60 + "…”"),
    ],
)
def test_a_paper_is_called_by_its_head_or_by_sixty_characters(title, name):
    assert short_name(Paper("p", title, "")) == name


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ("However, it rains.", "It rains."),
        ("Thus ", "Thus "),
        ("lower case stays.", "lower case stays."),
        ("Thus, however, it rains.", "However, it rains."),
        ("Finally we show that it flies.", "We show that it flies."),
        ("In addition to moss, it eats ferns.", "In addition to moss, it eats ferns."),
        ("Overall accuracy rises.", "Overall accuracy rises."),
        ("Besides the moss it eats ferns.", "Besides the moss it eats ferns."),
        ("More importantly, it flies.", "More importantly, it flies."),
        ("It flies and, in particular, it swims.", "It flies and, in particular, it swims."),
    ],
)
def test_what_joins_a_sentence_to_the_one_before_is_not_shown(words, text):
    assert shown(words) == text


def test_the_words_of_asking_are_no_subject():
    assert asked_terms("Which papers use dropout, and what does Dropout do?") == ["dropout"]
    assert asked_terms("What is it?") == []


def test_a_sentence_that_is_the_question_with_its_answer_is_one(assistant, tmp_path):
    file = tmp_path / "papers.jsonl"
    file.write_text(
        '{"id": "a", "title": "Shapes", "abstract": "The frame is round. The image is square."}\n'
        '{"id": "b", "title": "Roots", "abstract": "A square root is small."}\n'
    )
    assistant.ingest([str(file)])
    answer = assistant.ask("What is square?")
    assert (answer.answered, answer.confidence) == (True, 1.0)
    assert answer.answer.startswith("The image is square. [1]")


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("Wie viele Bienen zählt Alpha?", "How many are in Alpha?"),
        ("Combien d'abeilles compte Alpha ?", "How many are in Alpha?"),
        ("Was macht Alpha?", "What is Alpha?"),
    ],
)
def test_of_a_question_in_another_language_its_names_are_asked_for(typed, asked):
    question = Question("Alpha", subject="Alpha", language="de", typed=typed)
    assert extraction._asked_of(question, 0) == ["Alpha", asked]


def test_the_network_is_asked_the_whole_what_asks_in_it_and_the_same_in_other_words():
    question = Question("I count bees. Is Alpha fast?", also="Is Alpha better than Gamma?")
    every = ["I count bees. Is Alpha fast?", "Is Alpha fast?", "Is Alpha better than Gamma?"]
    assert extraction._asked_of(question, 0) == every
    assert extraction._asked_of(Question("Is Alpha fast?"), 0) == ["Is Alpha fast?"]


def test_of_what_is_named_only_papers_that_know_the_name_are_heard():
    hits = [
        Hit(i, 1.0, Paper(f"p{i}", title, abstract), Passage(f"p{i}", 0, 1))
        for i, (title, abstract) in enumerate(
            [("Alpha: bees", "It counts."), ("Whales", "They sing."), ("Ants", "We use Alpha.")]
        )
    ]
    rows = Candidates(tuple(Candidate(i, 0, 5, 1.0) for i in range(3)), np.eye(3))
    asked = Question("What does Alpha count?", names=("ALPHA+",))
    kept = extraction.heard(rows, hits, asked, 1)
    assert [one.hit for one in kept.sentences] == [0, 2]
    assert kept.vectors.tolist() == [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]
    assert [one.hit for one in extraction.heard(rows, hits, asked, 0).sentences] == [0, 1, 2]
