"""The topics of a library: which groups there are, and what they are called."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest

from rag.answers.overview import _name, _title_words, _unit, topics
from rag.index.entries import Entry
from rag.types import Paper


def library(*rows):
    """An index of papers, each given by its title and its vector; None where it has none."""
    entries = [Entry(Paper(f"p{i}", row[0], "x"), ((0, 1),), {}, 1) for i, row in enumerate(rows)]
    vectors = {
        entry.passage_ids[0]: np.array(vector, dtype=np.float32)
        for entry, (_, vector) in zip(entries, rows, strict=True)
        if vector is not None
    }
    return SimpleNamespace(
        lexical=SimpleNamespace(spread=lambda most: entries[:most]), vectors=lambda names: vectors
    )


def shares(found):
    return [round(topic.share, 3) for topic in found]


def test_groups_are_the_largest_first_each_with_the_papers_nearest_its_middle():
    bees = [("Bees dance", [1.0, 0.3]), *[("Bees dance", [1.0, 0.0])] * 9]
    whales = [("Whales sing", [0.0, 1.0])] * 5 + [("Whales sing", [0.0, 1.2])]
    found = topics(library(*whales, *bees, ("Unread", None)))
    assert shares(found) == [0.625, 0.375]
    assert [topic.name for topic in found] == ["bees dance", "whales sing"]
    # The odd one of the bees, p6, and the odd one of the whales, p5, are not the nearest.
    assert [[paper.id for paper in topic.papers] for topic in found] == [["p7", "p8"], ["p0", "p1"]]


@pytest.mark.parametrize(("papers", "groups"), [(1, 1), (8, 1), (15, 1), (16, 2), (24, 3)])
def test_a_group_has_eight_papers_on_average(papers, groups):
    rows = [("Bees", np.eye(3)[i % 3]) for i in range(papers)]
    found = topics(library(*rows))
    assert len(found) == groups
    assert sum(shares(found)) == pytest.approx(1.0, abs=0.01)


def test_there_are_eight_groups_at_the_most():
    assert len(topics(library(*[("Bees", np.eye(9)[i % 9]) for i in range(90)]))) <= 8


def test_an_empty_library_has_no_topics():
    assert topics(library()) == topics(library(("Bees", None))) == []


def test_rows_get_length_one_but_for_those_of_zeros():
    rows = np.array([[3.0, 4.0], [0.0, 0.0]], dtype=np.float32)
    np.testing.assert_allclose(_unit(rows), [[0.6, 0.8], [0.0, 0.0]], rtol=1e-6)


def test_words_that_could_name_a_topic():
    assert _title_words("Bee dances: 3D-printed maps of the ox, (bats)") == [
        "bee", "dances", "maps", "bats", "bee dances",
    ]  # fmt: skip


# Of ten papers five are in the group: 0.5 of each word is expected there.
@pytest.mark.parametrize(
    ("words", "name"),
    [
        # 4 ln(2)^2, then 1.5 times 2 ln(2)^2 for a pair, then 2 ln(2)^2.
        ({"ant": (4, 4), "bee cat": (2, 2), "dog": (2, 2)}, "ant, bee cat, dog"),
        # 5 ln(5/3)^2 = 1.30 is more than 2 ln(2)^2 = 0.96.
        ({"ant": (2, 2), "bee": (5, 6)}, "bee, ant"),
        # What is rarer here than elsewhere is worth nothing.
        ({"ant": (1, 9), "bee": (1, 1)}, "bee, ant"),
        # A word that shares one with what was chosen is left out, and three are enough.
        ({"ant": (2, 2), "ant bee": (3, 3), "cat": (2, 2), "dog": (2, 2), "emu": (1, 1)},
         "ant bee, cat, dog"),
        ({}, "other"),
    ],
)  # fmt: skip
def test_a_group_is_named_by_what_its_titles_have_more_often(words, name):
    said = [[word for word, (here, _) in words.items() if here > i] for i in range(5)]
    everywhere = Counter({word: count for word, (_, count) in words.items()})
    assert _name(said, everywhere, 10) == name


@pytest.mark.parametrize(
    ("titles", "having", "named"),
    [(19, 1, True), (20, 1, False), (20, 2, True), (200, 2, False), (200, 3, True)],
)
def test_a_large_group_is_not_named_by_a_word_of_few_titles(titles, having, named):
    said = [["bee"] if i < having else [] for i in range(titles)]
    assert _name(said, Counter(bee=having), 1_000) == ("bee" if named else "other")


def test_two_thousand_papers_are_read():
    asked = []

    def spread(most):
        asked.append(most)
        return []

    topics(SimpleNamespace(lexical=SimpleNamespace(spread=spread), vectors=lambda names: {}))
    assert asked == [2_000]


def test_of_many_papers_there_are_eight_groups():
    rows = np.random.default_rng(0).normal(size=(200, 16))
    assert len(topics(library(*[("Bees", row) for row in rows]))) == 8
