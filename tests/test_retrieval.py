"""What a search finds: scores by hand, the vectors' store and the papers given."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest

from rag.answers import retrieval
from rag.answers.asking import query_terms
from rag.answers.retrieval import _feedback, _hits, _nearest, attainable, fuse, search
from rag.index.entries import Entry
from rag.index.filters import Condition
from rag.index.lexical import Lexical, slot
from rag.types import Paper

SOME = [Condition("year", ">", "1")]


def entry(name: str, abstract: str = "One. Two.", seq: int = 1) -> Entry:
    return Entry(Paper(name, "", abstract), ((0, 4), (5, 9)), {}, seq)


def passage(name: str, number: int = 0, seq: int = 1) -> str:
    return entry(name, seq=seq).passage_ids[number]


def test_the_most_that_words_can_score():
    # Of ten papers one has the first term, none the second.
    expected = 2.2 * (math.log(1 + 9.5 / 1.5) + math.log(1 + 10.5 / 0.5))
    assert attainable([1, 0], 10) == pytest.approx(expected)
    assert attainable([], 10) == 0.0


@pytest.mark.parametrize(
    ("lexical", "dense", "best", "weight", "ranked"),
    [
        ({1: 2.0}, {1: 0.5, 2: 0.75}, 4.0, 0.25, [(1, 0.5), (2, 0.1875)]),
        # What vectors did not find is as far as the farthest of what they found.
        ({1: 1.0, 2: 2.0}, {1: 0.5}, 4.0, 0.5, [(2, 0.5), (1, 0.375)]),
        ({1: 2.0}, {}, 4.0, 0.5, [(1, 0.25)]),
        ({2: 3.0}, {1: 0.5, 2: 0.5}, 0.0, 0.5, [(1, 0.25), (2, 0.25)]),
        ({}, {}, 4.0, 0.5, []),
    ],
)
def test_words_and_vectors_are_shares_of_one_score(lexical, dense, best, weight, ranked):
    found = fuse(lexical, dense, best, weight)
    assert [number for number, _ in found] == [number for number, _ in ranked]
    assert [score for _, score in found] == pytest.approx([score for _, score in ranked])


class TestFeedback:
    QUERY = np.array([1.0, 0.0], dtype=np.float32)

    def pulled(self, ranked, dense, rows):
        vectors = {name: np.array(row) for name, row in rows.items()}
        asked = []

        def read(names):
            asked.extend(names)
            return {name: vectors[name] for name in names if name in vectors}

        found = _feedback(SimpleNamespace(vectors=read), self.QUERY, ranked, dense)
        return found.tolist(), asked

    def test_a_query_is_pulled_half_its_length_towards_the_first_papers(self):
        ranked, dense = [(1, 0.9), (3, 0.9), (2, 0.85)], {1: ("a", 0.0), 2: ("b", 0.0)}
        found, asked = self.pulled(ranked, dense, {"a": [0.0, 1.0], "b": [1.0, 0.0]})
        # "b" counts exp(20 * -0.05) of "a".
        x, y = math.exp(-1) / math.hypot(1, math.exp(-1)), 1 / math.hypot(1, math.exp(-1))
        length = math.hypot(1 + x / 2, y / 2)
        assert found == pytest.approx([(1 + x / 2) / length, (y / 2) / length], abs=1e-6)
        assert asked == ["a", "b"]

    def test_the_first_five_count(self):
        dense = {number: (f"p{number}", 0.0) for number in range(7)}
        _, asked = self.pulled([(number, 0.5) for number in range(7)], dense, {})
        assert asked == ["p0", "p1", "p2", "p3", "p4"]

    def test_without_vectors_a_query_stays_as_it_is(self):
        assert self.pulled([(1, 0.5)], {}, {}) == ([1.0, 0.0], [])
        assert self.pulled([(1, 0.5)], {1: ("a", 0.0)}, {}) == ([1.0, 0.0], ["a"])
        assert self.pulled([(1, 0.5)], {1: ("a", 0.0)}, {"a": [-2.0, 0.0]})[0] == [1.0, 0.0]


class TestNearest:
    FOUND = ((passage("a", 1), 0.9), (passage("b"), 0.8), (passage("a", 0), 0.7))

    def near(self, matching, where=SOME):
        calls = []

        def nearest(vector, count, only):
            calls.append((count, only))
            return list(self.FOUND)

        lexical = SimpleNamespace(
            papers=9_000,
            count=lambda where: matching,
            matching=lambda where: [entry("b")] if matching else [],
            slots=lambda where: {slot("b")},
        )
        index = SimpleNamespace(lexical=lexical, nearest=nearest)
        return _nearest(index, np.ones(2, np.float32), 10, where), calls

    def test_of_each_paper_the_nearest_passage_counts(self):
        found, calls = self.near(0, where=())
        assert found == {slot("a"): self.FOUND[0], slot("b"): self.FOUND[1]}
        assert calls == [(10, None)]

    def test_up_to_2_000_papers_are_filtered_by_the_store(self):
        found, calls = self.near(2_000)
        assert calls == [(10, [passage("b", 0), passage("b", 1)])]
        assert len(found) == 2

    def test_more_are_filtered_here_of_a_deeper_search(self):
        found, calls = self.near(2_001)
        assert found == {slot("b"): self.FOUND[1]}
        assert calls == [(10 * 9_000 // 2_001 + 10, None)]

    def test_where_nothing_matches_nothing_is_searched(self):
        assert self.near(0) == ({}, [])


class TestHits:
    def read(self, ranked, k, dense, by_words=(), stored="abcd"):
        entries = {name: entry(name) for name in stored}

        class Word(SimpleNamespace):
            def entry(self):
                return entries[self.name]

        lexical = [Word(slot=slot(name), name=name, score=2.5) for name in by_words]
        by_id = SimpleNamespace(by_id=lambda names: {n: entries[n] for n in names if n in entries})
        near = {slot(name): value for name, value in dense.items()}
        order = [(slot(name), 1.0 / number) for number, name in enumerate(ranked, 1)]
        found = _hits(SimpleNamespace(lexical=by_id), order, lexical, near, k)
        return [(h.rank, h.paper.id, h.passage.start, h.dense, h.lexical) for h in found]

    def test_a_hit_has_its_best_passage_and_both_scores(self):
        dense = {"a": (passage("a", 1), 0.9), "b": (passage("b", 1), None)}
        found = self.read("abc", 9, dense, by_words="ac")
        assert found == [(1, "a", 5, 0.9, 2.5), (2, "b", 5, None, 0.0), (3, "c", 0, None, 2.5)]

    def test_what_is_gone_or_of_another_version_makes_room(self):
        dense = {
            "a": (passage("a", 1, seq=2), 0.9),  # of another version: words alone found it
            "b": (passage("b", 1, seq=2), 0.9),
            "x": (passage("x", 0), 0.9),
            "c": (passage("c", 0), 0.8),
            "d": (passage("d", 0), 0.7),
        }
        a, c, d = (1, "a", 0, None, 2.5), (2, "c", 0, 0.8, 0.0), (3, "d", 0, 0.7, 0.0)
        for k, kept in ((1, [a]), (2, [a, c]), (3, [a, c, d]), (9, [a, c, d])):
            assert self.read("abxcd", k, dense, by_words="a") == kept
        assert self.read("bxacd", 2, dense, by_words="a") == [a, c]
        assert self.read("bacd", 2, dense, by_words="a") == [a, c]


@pytest.fixture
def index():
    """Three papers, of which the store finds the first, then, with the query pulled, the second."""
    lexical = Lexical(None)
    entries = [entry("a", "Graph is one."), entry("b", "Image is one."), entry("c", "Robot here.")]
    lexical.write(entries, [], "s")
    calls = []
    first, second = entries[0].passage_ids[0], entries[1].passage_ids[0]

    def nearest(vector, count, only):
        calls.append((vector.tolist(), count))
        return [(first, 0.5)] if len(calls) == 1 else [(first, 0.4), (second, 0.3)]

    row = np.eye(8, dtype=np.float32)[1]
    return SimpleNamespace(
        exists=True, lexical=lexical, nearest=nearest, calls=calls,
        vectors=lambda names: dict.fromkeys(names, row),
    )  # fmt: skip


def test_a_search_fuses_words_with_the_vectors_of_a_query_pulled_towards_the_first(index, embedder):
    found = search(index, embedder, "robot graph")
    assert [(h.rank, h.paper.id, h.dense) for h in found] == [
        (1, "a", 0.5), (2, "c", None), (3, "b", None),
    ]  # fmt: skip
    best = attainable([1, 1], 3)
    assert found[0].score == pytest.approx(0.5 * found[0].lexical / best + 0.5 * 0.4)
    assert found[1].score == pytest.approx(0.5 * found[1].lexical / best + 0.5 * 0.3)
    assert found[2].score == pytest.approx(0.5 * 0.3)
    (asked, count), (pulled, again) = index.calls
    assert count == again == 300  # three passages a paper
    assert asked[1] == 0.0 < pulled[1]
    assert search(index, embedder, " ") == []
    assert [hit.paper.id for hit in search(index, embedder, "robot", 1)] == ["c"]


def test_of_a_large_library_the_same_is_found(index, embedder, monkeypatch):
    monkeypatch.setattr(retrieval, "_BESIDE_FROM", 2)
    assert [hit.paper.id for hit in search(index, embedder, "robot graph")] == ["a", "c", "b"]


def test_static_vectors_count_a_third_and_are_asked_once(index, embedder, monkeypatch):
    monkeypatch.setattr(retrieval, "identity", lambda embedder: "static:x")
    found = search(index, embedder, "robot graph", 200)
    assert [hit.paper.id for hit in found] == ["c", "a"]  # in fewer words
    best = attainable([1, 1], 3)
    for hit in found:  # what vectors did not find is as far as the farthest of what they found
        assert hit.score == pytest.approx(0.65 * hit.lexical / best + 0.35 * 0.5)
    assert [count for _, count in index.calls] == [200]


def test_static_vectors_count_more_where_no_paper_has_much_of_what_is_asked(
    index, embedder, monkeypatch
):
    """One of eight words, and that in a paper's longer text: BM25 is far from its most."""
    monkeypatch.setattr(retrieval, "identity", lambda embedder: "static:x")
    asked = "robot one two three four five six seven"
    (words,) = [hit for hit in search(index, embedder, asked, 200) if hit.paper.id == "c"]
    best = attainable([index.lexical.document_frequency(t) for t in query_terms(asked)], 3)
    assert words.lexical < 0.25 * best
    assert words.score == pytest.approx(0.4 * words.lexical / best + 0.6 * 0.5)


def test_a_search_by_words_alone_gives_first_passages(index):
    (only,) = retrieval.by_words(index, ["robot", "nothing"], 5)
    assert (only.rank, only.paper.id, only.passage.start, only.dense) == (1, "c", 0, None)
    assert only.score == only.lexical > 0.0
