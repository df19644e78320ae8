"""Papers, people and conditions in words."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from rag.answers.catalogue.wording import (
    as_person,
    grouped,
    limits_of,
    listed,
    names_of,
    number_of,
    quoted,
    titled,
)
from rag.index.filters import Condition, Group, parse_where
from rag.types import Paper

BEES = Paper("b", "Bees [3]  dance", "", ("Ann Lee", "Bo Poe", "Cy Fox"), 2020, "ACL [1]")
PAIR = Paper("p", "Pair", "", ("Ann Lee", " ", "Bo Poe"), 2021)
BARE = Paper("bare", "", "")


def asking(where, people=(), papers=(BEES,)):
    """What is asked of a library in which every search finds these papers."""
    entries = [SimpleNamespace(paper=paper) for paper in papers]
    return SimpleNamespace(
        question=SimpleNamespace(people=people),
        where=where,
        library=SimpleNamespace(search_where=lambda where, count: entries[:count]),
    )


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("", ""),
        ("year=2020", " of 2020"),
        ("year>=2020", " since 2020"),
        ("year>2020", " after 2020"),
        ("year<2020", " before 2020"),
        ("year<=2020", " until 2020"),
        ("year!=2020", " not of 2020"),
        ("year>=2018;year<=2020", " from 2018 to 2020"),
        ("year<=2020;year>=2018", " until 2020 since 2018"),
        ("year>=2017;year>=2018;year<=2020", " since 2017 since 2018 until 2020"),
        ("venue=emnlp", " from EMNLP"),
        ("venue=neurips", " from neurips"),
        ("venue=acl or neurips", " from ACL or neurips"),
        ("venue!=acl", " not from ACL"),
        ("doi=10.1/x", " with doi=10.1/x"),
        ("title~bees [2] dance", " with “bees (2) dance” in the title"),
        ("author=ann lee", " by Ann Lee"),
        ("author~lee", " with author~lee"),
        ("author!=lee", " with author!=lee"),
        ("year=2020;venue=acl;author=lee", " by Lee from ACL of 2020"),
    ],
)
def test_conditions_in_words(where, words):
    assert limits_of(asking(parse_where(list(filter(None, where.split(";")))))) == words


@pytest.mark.parametrize(
    ("where", "people", "words"),
    [
        (
            [Condition("person", "=", "lee"), Condition("first", "=", "bo poe")],
            (),
            "Lee and Bo Poe",
        ),
        ([Condition("person", "=", "lee")], ("Zoe Who",), "Zoe Who and Lee"),
        ([], ("Zoe Who",), "Zoe Who"),
    ],
)
def test_people_in_words(where, people, words):
    assert limits_of(asking(where, people)) == f" by {words}"


def test_people_of_whom_any_is_enough_are_joined_by_or():
    either = tuple(Condition("person", "=", name) for name in ("ann lee", "poe"))
    where = [Group("person", "=", "ann lee or poe", either), Condition("year", "=", "2020")]
    assert limits_of(asking(where)) == " by Ann Lee or Poe of 2020"
    venues = tuple(Condition("venue", "=", name) for name in ("acl", "emnlp"))
    assert limits_of(asking([Group("venue", "=", "acl or emnlp", venues)])) == (
        " from ACL or EMNLP"
    )


def test_a_person_is_called_as_the_first_paper_writes_the_name():
    assert as_person("ann lee", asking([])) == "Ann Lee"
    assert as_person("LEE", asking([])) == "Lee"
    assert as_person("zoe who", asking([])) == "Zoe Who"
    assert as_person("zoe who", asking([], papers=())) == "Zoe Who"


@pytest.mark.parametrize(
    ("paper", "authors", "shown"),
    [
        (BEES, True, "**Bees (3) dance** (Lee et al., 2020, ACL (1))"),
        (BEES, False, "**Bees (3) dance** (2020, ACL (1))"),
        (PAIR, True, "**Pair** (Lee and Poe, 2021)"),
        (BARE, True, "**bare**"),
    ],
)
def test_a_paper_with_what_is_known_of_it(paper, authors, shown):
    assert titled(paper, authors=authors) == shown


def test_names_and_numbers():
    assert names_of(["Ann Lee"]) == "Ann Lee"
    assert names_of(["Ann Lee", "Bo Poe"]) == "Ann Lee and Bo Poe"
    assert names_of(["Ann", "Bo", "Cy"]) == "Ann, Bo and Cy"
    assert [number_of(n, "papers") for n in (0, 1, 1000)] == ["0 papers", "1 paper", "1,000 papers"]
    assert quoted([BEES, PAIR]) == "“Bees (3) dance” or “Pair”"


def test_papers_are_listed_each_cited():
    one = listed("", [PAIR], lambda paper: paper.title)
    assert (one.text, one.papers, one.answered, one.kind) == ("Pair [1]", (PAIR,), True, "library")
    assert listed("Of:", [PAIR], lambda paper: paper.title).text == "Of:\n- Pair [1]"
    two = listed("", [PAIR, BARE], lambda paper: paper.id)
    assert two.text == "- p [1]\n- bare [2]"
    assert [(s.text, s.citations, s.support, s.score) for s in two.sentences] == [
        ("p [1]", (1,), "supported", 1.0),
        ("bare [2]", (2,), "supported", 1.0),
    ]


def test_groups_are_listed_with_their_papers_each_cited_by_one_number():
    found = grouped("Topics:", [("bees [7]", [BEES, PAIR]), ("pairs", [PAIR])])
    assert found.papers == (BEES, PAIR)
    assert found.text == (
        "Topics:\n- bees (7): **Bees (3) dance** [1]; **Pair** [2]\n- pairs: **Pair** [2]"
    )
    assert [(s.citations, s.support, s.score) for s in found.sentences] == [
        ((1, 2), "supported", 1.0),
        ((2,), "supported", 1.0),
    ]
