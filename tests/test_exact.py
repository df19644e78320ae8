"""All vectors in memory: the same passages as Chroma's graph finds, and none missed."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from rag import store
from rag.exact import Exact
from rag.graph import Graph
from rag.library import Entry
from rag.store import Spec, Store
from rag.types import Paper

NAMES = ["c#1.x.0.1", "a#1.x.0.1", "b#1.x.0.2", "b#1.x.1.2"]
VECTORS = np.array([[1, 0], [0, 1], [0.6, 0.8], [0, 1]], dtype=np.float32)


@pytest.fixture
def exact():
    return Exact(NAMES, VECTORS)


def found(pairs):
    return [(passage.text, round(similarity, 6)) for passage, similarity in pairs]


def test_the_nearest_come_first_and_equals_by_their_ids(exact):
    nearest = exact.nearest(np.array([0, 1], dtype=np.float32), 10)
    assert found(nearest) == [
        ("a#1.x.0.1", 1.0),
        ("b#1.x.1.2", 1.0),
        ("b#1.x.0.2", 0.8),
        ("c#1.x.0.1", 0.0),
    ]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_fewer_are_the_first_of_all(exact, count):
    vector = np.array([0, 1], dtype=np.float32)
    assert exact.nearest(vector, count) == exact.nearest(vector, 10)[:count]


def test_only_some_are_chosen_among(exact):
    vector = np.array([0, 1], dtype=np.float32)
    some = exact.nearest(vector, 10, ["c#1.x.0.1", "b#1.x.0.2", "none#1.x.0.1"])
    assert found(some) == [("b#1.x.0.2", 0.8), ("c#1.x.0.1", 0.0)]
    assert found(exact.nearest(vector, 1, ["c#1.x.0.1", "b#1.x.0.2"])) == [("b#1.x.0.2", 0.8)]
    assert exact.nearest(vector, 10, []) == []


def test_vectors_are_given_back(exact):
    vectors = exact.vectors(["b#1.x.0.2", "none#1.x.0.1"])
    assert list(vectors) == ["b#1.x.0.2"]
    assert vectors["b#1.x.0.2"].tolist() == VECTORS[2].tolist()


def test_an_empty_index_has_none_near(settings):
    opened = Store(settings)
    opened.create(Spec("static", 2, "whole"))
    assert opened.nearest(unit(0.0), 3) == []
    assert opened.vectors(["a#1.x.0.1"]) == {}
    opened.close()


def entry(name, count=1):
    paper = Paper(id=name, title=name, abstract="word" * count)
    return Entry(paper, tuple((4 * i, 4 * i + 4) for i in range(count)), {"f:1": "0"}, 1)


def unit(angle):
    return np.array([np.cos(angle), np.sin(angle)], dtype=np.float32)


@pytest.fixture
def filled(settings):
    """A store with vectors 0 to 1.1 radians apart from the first."""
    opened = Store(settings)
    opened.create(Spec("static", 2, "whole"))
    opened.add([entry(f"p{i}") for i in range(12)], np.stack([unit(i / 10) for i in range(12)]))
    yield opened
    opened.close()


@pytest.mark.parametrize("only", [None, [1, 2, 9]])
def test_memory_and_graph_find_the_same(filled, monkeypatch, only):
    names = only and [entry(f"p{i}").passage_ids[0] for i in only]
    vector = unit(0.42)
    ours = filled.nearest(vector, 5, names)
    assert [passage.paper_id for passage, _ in ours[:2]] == (["p2", "p1"] if only else ["p4", "p5"])
    filled.reopen()
    monkeypatch.setattr(store, "_SMALL", -1)
    graphs = filled.nearest(vector, 5, names)
    assert [passage for passage, _ in graphs] == [passage for passage, _ in ours]
    assert [similarity for _, similarity in graphs] == pytest.approx([s for _, s in ours], abs=1e-6)
    name = graphs[0][0].text
    assert filled.vectors([name])[name] == pytest.approx(unit(0.2 if only else 0.4))


def test_what_is_added_and_deleted_is_seen_at_once(filled):
    assert filled.nearest(unit(3.0), 1)[0][0].paper_id == "p11"
    filled.add([entry("new", 2)], np.stack([unit(2.9), unit(3.0)]))
    assert [p.number for p, _ in filled.nearest(unit(3.0), 2)] == [1, 0]
    filled.delete(entry("new", 2).passage_ids)
    assert filled.nearest(unit(3.0), 1)[0][0].paper_id == "p11"


def test_another_process_s_papers_are_seen_once_looked_for(filled, settings):
    reader = Store(settings)
    assert reader.nearest(unit(3.0), 1)[0][0].paper_id == "p11"
    filled.add([entry("new")], unit(3.0)[None])
    reader.reopen()
    assert reader.nearest(unit(3.0), 1)[0][0].paper_id == "new"
    reader.close()


@pytest.mark.embedded("a server's clients write to no file")
def test_nothing_is_opened_or_read_whole_while_another_process_changes_the_store(filled, settings):
    reader = Store(settings)
    with Graph(settings.index).alone() as alone:
        assert alone
        assert reader.nearest(unit(3.0), 1)[0][0].paper_id == "p11"  # by the graph
        assert reader._exact is None
        opening = threading.Thread(target=reader.reopen)
        opening.start()
        opening.join(0.3)
        assert opening.is_alive()
    opening.join(30)
    assert not opening.is_alive()
    assert reader.nearest(unit(3.0), 1)[0][0].paper_id == "p11"
    assert reader._exact is not None
    reader.close()
