"""How far a paper has the words of a claim, by hand: word vectors are given, all else is exact."""

from __future__ import annotations

import math

import numpy as np
import pytest

from rag.receipts import matching
from rag.receipts.matching import match, mentions, read_paper
from rag.text.words import words
from rag.types import Paper
from tests.conftest import CountingEmbedding

# The cosine of each to "glad".
COSINES = {"glad": 1.0, "ok": 1.0, "merry": 0.9, "happy": 0.65, "cheery": 0.6, "sad": 0.5}


@pytest.fixture(autouse=True)
def given_vectors(monkeypatch):
    """No word is like another but for those of COSINES."""

    def vectors(said):
        cosines = [COSINES.get(word.text.lower(), 0.0) for word in said]
        rows = [[c, math.sqrt(1 - c * c) if c else 0.0] for c in cosines]
        return np.array(rows, dtype=np.float32).reshape(-1, 2)

    def forget():
        matching.read_paper.cache_clear()
        matching._read_claim.cache_clear()

    monkeypatch.setattr(matching, "_vectors", vectors)
    forget()
    yield
    forget()


@pytest.mark.parametrize(
    ("claim", "title", "abstract", "had"),
    [
        ("bees dance", "A bee", "", [1.0, 0.0]),
        ("bees dance", "A bee", "It dances.", [1.0, 1.0]),
        ("bees", "", "", [0.0]),
        # Written in one or apart.
        ("data base", "Database work", "", [1.0, 1.0]),
        ("red data base", "Database work", "", [0.0, 1.0, 1.0]),
        ("GPT2", "GPT 2", "", [1.0]),
        # Words that are alike: from a cosine of 0.5 on, five for each 1, 0.8 at the most.
        ("glad", "Sad", "", [0.0]),
        ("glad", "Cheery", "", [0.5]),
        ("glad", "Happy", "", [0.75]),
        ("glad", "Merry", "", [0.8]),
        ("glad", "", "We were sad. They were merry people.", [0.8]),
        # Names and words of two letters have no synonyms, of three they have.
        ("see Glad", "Merry", "", [0.0, 0.0]),
        ("ok", "Merry", "", [0.0]),
        # Acronyms and what they stand for.
        ("NLP", "Natural language processing", "", [0.8]),
        ("NLP", "Bees", "We do natural language processing.", [0.8]),
        ("NLP", "Natural processing language", "", [0.0]),
        ("mRNAs", "The mRNA", "", [0.8]),
        ("big data", "The BD", "", [0.9, 0.9]),
        ("red deep convolutional neural network thing", "The DCNNT", "", [0.0, *[0.9] * 5]),
        ("five deep convolutional neural network things", "The FDCNNT", "", [0.0] * 6),
        # A name has its number.
        ("GPT3", "On GPT", "", [0.0]),
        ("GPT", "On GPT", "", [1.0]),
    ],
)
def test_how_far_a_paper_has_each_word(claim, title, abstract, had):
    found = mentions(words(claim), Paper("p", title, abstract))
    assert found.tolist() == pytest.approx(had, abs=1e-5)


def test_many_words_are_compared_as_few_are(monkeypatch):
    monkeypatch.setattr(matching, "_MANY", 1)
    assert mentions(words("glad"), Paper("p", "Cheery", "")).tolist() == pytest.approx([0.5])


class TestReading:
    def test_of_an_abstract_the_first_40_000_characters_are_read(self):
        assert read_paper("", "x" * 40_001).segments[1].span == (0, 40_000)

    def test_of_an_abstract_the_first_500_sentences_are_read(self):
        assert len(read_paper("", "Bees fly. " * 501).segments) == 1 + 500

    def test_of_its_numbers_and_names_the_first_1_000_are_read(self):
        reading = read_paper("", "bees 7 of X1, " * 1_001)
        assert (len(reading.numbers), len(reading.identifiers)) == (1_000, 1_000)


def met(claim, *sentences, title="On it"):
    paper = Paper("p", title, " ".join(sentences))
    return match(claim, words(claim), paper, CountingEmbedding(model_name="counting", texts=[]))


def test_a_word_counts_in_one_place_with_those_beside_it():
    found = met("ants bees cats", "Ants eat.", "Bees eat.", "It rains.", "Cats eat.")
    assert found.anywhere.tolist() == [1.0, 1.0, 1.0]
    assert found.together.tolist() == [1.0, 1.0, 0.0]  # of two sentences
    titled = met("ants bees cats", "Ants eat.", "It rains.", "Bees eat.", "Cats eat.", title="Ants")
    assert titled.together.tolist() == [1.0, 1.0, 1.0]
    assert met("ants bees", "Ants eat.").together.tolist() == [1.0, 0.0]


@pytest.mark.parametrize(
    ("claim", "quoted"),
    [
        # A second sentence is quoted where it adds more than a fifth: here a third and a seventh.
        ("ants bees cats", "Ants eat bees. Cats sleep."),
        ("ants bees eating dogs emus fish cats", "Ants eat bees."),
    ],
)
def test_the_evidence_is_a_sentence_or_two(claim, quoted):
    found = met(claim, "It rains.", "Ants eat bees.", "Cats sleep.", "It pours.")
    assert found.evidence is not None
    assert found.evidence.quote == quoted


def test_nearness_in_meaning_counts_beside_the_words():
    found = met("graph ants", "A graph of ants, image image.", "A graph of ants, image.", "Rain.")
    assert found.evidence is not None
    # Both have all words; the cosines to "graph" are sqrt(1/5) and sqrt(1/2).
    assert found.evidence.quote == "A graph of ants, image."
    assert found.worth == pytest.approx(1.0 + math.sqrt(0.5), abs=1e-5)


def test_the_network_reads_the_two_likeliest_sentences_and_the_likeliest_pair():
    found = met(
        "ants bees cats", "It rains.", "Ants eat.", "It pours.", "Bees like cats.", "It snows."
    )
    assert found.windows == (
        "On it: Ants eat.",
        "On it: It pours. Bees like cats.",
        "On it: Bees like cats.",
    )
    assert met("ants bees", "Ants eat.", title="").windows == ("Ants eat.",)


YES, NO = "Dropout reduces overfitting.", "Dropout does not reduce overfitting."


@pytest.mark.parametrize(
    ("sentences", "opposed"),
    [
        ([YES], False),
        ([NO], True),
        ([NO, YES], False),
        ([NO, "Dropout reduces noise."], True),  # says less than 0.85 of it
        ([NO] * 5 + [YES], False),
        ([NO] * 6 + [YES], True),  # six of those that say as much are heard
        (["It does not rain."], False),
    ],
)
def test_a_claim_is_opposed_where_all_that_say_it_point_the_other_way(sentences, opposed):
    assert met(YES, *sentences).opposed is opposed


def test_the_likeliest_sentence_is_read_after_the_one_that_names_what_is_spoken_of():
    abstract = "Hive3 is a network. It learns fast. It dances in circles at noon."
    found = met("Hive3 dances in circles at noon", abstract, title="Bees")
    assert found.windows[-1] == "Bees: Hive3 is a network. It dances in circles at noon."
    # Not where the title names it, the sentence itself does, or nothing.
    for claim, title in (
        ("Hive3 dances in circles at noon", "Hive3"),
        ("Hive3 is a fast network", "Bees"),
        ("Hive4 dances in circles at noon", "Bees"),
    ):
        assert len(met(claim, abstract, title=title).windows) == 3


def test_a_paper_without_an_abstract_has_its_title():
    found = met("ants bees", title="Ants")
    assert found.together.tolist() == found.anywhere.tolist() == [1.0, 0.0]
    assert (found.opposed, found.worth, found.evidence, found.windows) == (False, 0.0, None, ())
