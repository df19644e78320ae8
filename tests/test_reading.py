"""What is asked of the library: what, about what, and whether that is all of the question."""

from __future__ import annotations

import pytest

from rag.answers.catalogue.reading import read


def marked(text):
    """Return words with their marks: N for a paper's name, A an author, V a venue, Y a year."""
    return [(word.partition("/")[0], word.partition("/")[2]) for word in text.split()]


@pytest.mark.parametrize(
    ("question", "asks", "subject"),
    [
        ("How many papers are there", "count", ""),
        ("does it cover bees", "count", "bees"),
        ("how many papers did Lee/A find", "count", ""),
        ("how many papers did Lee/A write with Poe/A", "count", ""),
        ("how many authors have papers on bees", "count_authors", "bees"),
        ("how many different authors wrote papers", "count_authors", ""),
        ("how many venues are there", "count_venues", ""),
        ("number of papers per venue", "per_venue", ""),
        ("papers per year", "per_year", ""),
        ("did ACL/V have more papers in 2019/Y or in 2020/Y", "per_year", ""),
        ("were there fewer papers in 2019/Y than in 2020/Y", "per_year", ""),
        ("papers by venue", "per_venue", ""),
        ("which year had most papers", "per_year", ""),
        ("which conference has the fewest papers", "per_venue", ""),
        ("most prolific authors", "per_author", ""),
        ("top 3 authors", "per_author", ""),
        ("3 author papers", "sized", ""),
        ("which year has the fewest papers", "per_year", ""),
        ("which authors wrote most papers in 2019/Y", "per_author", ""),
        ("list the authors", "per_author", ""),
        ("where does Lee/A publish", "per_venue", ""),
        ("which papers have two authors", "sized", ""),
        ("who wrote Alpha/N", "who", ""),
        ("when was Alpha/N published", "when", ""),
        ("where did Alpha/N appear", "where", ""),
        ("is Alpha/N here", "contains", ""),
        ("bibtex of Alpha/N", "cite", ""),
        ("cite Lee/A 2019/Y", "cite", ""),
        ("how do I cite Alpha/N", "cite", ""),
        ("newest papers on bees", "newest", "bees"),
        ("earliest papers on bees", "oldest", "bees"),
        ("newest one by Lee/A", "newest", ""),
        ("Lee/A papers", "by", ""),
        ("papers by Lee/A and Poe/A", "by", ""),
        ("first author papers of Lee/A", "by", ""),
        ("ACL/V papers", "by", ""),
        ("papers of 2019/Y", "by", ""),
        ("bees papers of ACL/V about hives", "by", "bees hives"),
        ("papers with Lee/A and Poe/A", "by", ""),
        ("coauthors of Lee/A", "coauthors", ""),
        ("who wrote with Lee/A", "coauthors", ""),
        ("Whom does Lee/A work with", "coauthors", ""),
        ("Which papers have both Lee/A and Poe/A as authors", "by", ""),
        ("how many papers have Lee/A and Poe/A as authors", "count", ""),
        ("citations of Alpha/N", "unknown", ""),
        ("who is the most cited author", "unknown", ""),
        # Nothing that a library knows, though each word asks.
        ("what did Lee/A find", "", ""),
        ("papers that mention bees", "", "bees"),
        ("papers titled bees and hives", "", "bees and hives"),
        ("papers about counting in here", "", "counting"),
        ("papers that have appeared here", "", ""),
        ("papers on Alpha/N", "", "Alpha"),
    ],
)
def test_what_is_asked_and_about_what(question, asks, subject):
    assert read(marked(question)) == (asks, subject, True, False)


@pytest.mark.parametrize(
    ("question", "asks", "subject"),
    [
        ("university of Lee/A", "unknown", ""),
        ("how many bees are there", "", ""),
        ("how is Alpha/N cited", "", ""),
        ("why do bees dance", "", ""),
        ("does it dance", "", ""),
        ("oldest bees", "", ""),
        ("papers bees", "", ""),
        ("documents in the Enron corpus", "", "Enron"),
        ("how many papers cite Alpha/N", "unknown", ""),
    ],
)
def test_what_has_words_of_its_own_is_not_the_librarys_alone(question, asks, subject):
    read_so = read(marked(question))
    whole = asks == "unknown" and "Alpha" in question
    assert read_so == (asks, subject, whole, False)


@pytest.mark.parametrize(
    ("question", "titled"),
    [
        ("papers with the word bees in the title", True),
        ("titles that mention bees", True),
        ("papers about titles by Lee/A", False),
        ("bees in papers of ACL/V", False),
    ],
)
def test_whether_the_subject_is_to_stand_in_titles(question, titled):
    assert read(marked(question)).titled is titled


@pytest.mark.parametrize(
    ("question", "whole"),
    [
        ("How many documents are in the corpus of earnings calls", False),
        ("How many papers are about earnings calls", True),
    ],
)
def test_a_corpus_of_something_is_not_the_library(question, whole):
    assert read(marked(question)).whole is whole


def test_what_a_paper_of_a_venue_does_is_not_asked_of_the_catalogue():
    venue = [("The", ""), ("ACL", "V"), ("paper", ""), ("on", ""), ("parsing", "")]
    asks = [(word, "") for word in "splits trees into which parts".split()]
    assert read([*venue, *asks]).whole is False
    assert read([*venue, ("how", ""), ("people", ""), ("speak", "")]).whole is True
