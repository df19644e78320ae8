"""The vectors beside Chroma: the passages that its graph finds, and one file a state."""

from __future__ import annotations

import itertools
import json
import threading

import numpy as np
import pytest
from conftest import CountingEmbedding

from rag.assistant import Assistant
from rag.index import vector_file
from rag.index.chroma_files import Graph
from rag.index.entries import Entry
from rag.index.store import Spec, Store
from rag.index.vector_file import Vectors
from rag.types import Paper

NAMES = ["c#1.x.0.1", "a#1.x.0.1", "b#1.x.0.2", "b#1.x.1.2"]
ROWS = np.array([[1, 0], [0, 1], [0.6, 0.8], [0, 1]], dtype=np.float32)
UP = np.array([0, 1], dtype=np.float32)
PAPERS = [
    {"id": f"p{n}", "title": f"On {a} and {b}", "abstract": f"A {a} has {b}. It is number {n}."}
    for n, (a, b) in enumerate(itertools.permutations(["graph", "music", "image", "poetry"], 2))
]
QUESTIONS = ["graph music", "image", "robot weather", "poetry and speech"]


@pytest.fixture
def few():
    return Vectors.of(NAMES, ROWS)


def found(pairs):
    return [(name, round(similarity, 6)) for name, similarity in pairs]


def test_the_nearest_come_first_and_equals_by_their_ids(few):
    assert found(few.nearest(UP, 10)) == [
        ("a#1.x.0.1", 1.0),
        ("b#1.x.1.2", 1.0),
        ("b#1.x.0.2", 0.8),
        ("c#1.x.0.1", 0.0),
    ]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_fewer_are_the_first_of_all(few, count):
    assert few.nearest(UP, count) == few.nearest(UP, 10)[:count]


def test_only_some_are_chosen_among(few):
    some = few.nearest(UP, 10, ["c#1.x.0.1", "b#1.x.0.2", "none#1.x.0.1", "b#1.x.0.2"])
    assert found(some) == [("b#1.x.0.2", 0.8), ("c#1.x.0.1", 0.0)]
    assert found(few.nearest(UP, 1, ["c#1.x.0.1", "b#1.x.0.2"])) == [("b#1.x.0.2", 0.8)]
    assert few.nearest(UP, 10, []) == []


def test_vectors_are_given_back(few):
    given = few.vectors(["b#1.x.0.2", "none#1.x.0.1", "a", "z"])
    assert list(given) == ["b#1.x.0.2"]
    assert given["b#1.x.0.2"].tolist() == ROWS[2].tolist()


def test_some_go_and_others_come(few):
    new = [(["d#1.x.0.1"], ROWS[:1] / 2), (["a#1.x.0.1", "e#1.x.0.1"], ROWS[2:])]
    changed = few.changed(["b#1.x.0.2", "none"], new)
    assert found(changed.nearest(UP, 10)) == [
        ("b#1.x.1.2", 1.0),
        ("e#1.x.0.1", 1.0),
        ("a#1.x.0.1", 0.8),
        ("c#1.x.0.1", 0.0),
        ("d#1.x.0.1", 0.0),
    ]
    assert len(few.nearest(UP, 10)) == 4


def test_a_file_does_not_tell_how_its_passages_came(tmp_path):
    random = np.random.default_rng(0)
    names = [f"p{n}#1.x.0.1" for n in random.permutation(60)]
    rows = random.normal(size=(60, 70)).astype(np.float32)
    changed = Vectors.of(names[:30], -rows[:30])  # all of these go or are replaced
    for start in range(0, 60, 15):
        parts = [(names[at : at + 5], rows[at : at + 5]) for at in range(start, start + 15, 5)]
        changed = changed.changed(names[start + 15 : 30], parts)
        at_once = Vectors.of(names[: start + 15], rows[: start + 15])
        changed.save(tmp_path / "changed.npy")
        at_once.save(tmp_path / "at-once.npy")
        assert changed.passages == start + 15
        assert (tmp_path / "changed.npy").read_bytes() == (tmp_path / "at-once.npy").read_bytes()


def test_none_are_kept_too(few, tmp_path):
    none = few.changed(NAMES, [])
    none.save(tmp_path / "none.npy")
    for each in (none, Vectors.of([], ROWS[:0]), Vectors.load(tmp_path / "none.npy")):
        assert (each.nearest(UP, 3), each.vectors(NAMES), each.size) == ([], {}, 0)
    assert found(none.changed([], [(NAMES, ROWS)]).nearest(UP, 1)) == [("a#1.x.0.1", 1.0)]


@pytest.mark.parametrize("dimension", [2, 64, 100])
def test_a_file_holds_all(dimension, tmp_path):
    rows = np.random.default_rng(0).normal(size=(30, dimension)).astype(np.float32)
    names = [f"ü{i}\n\ud800#1.x.0.1" for i in range(30)]
    kept = Vectors.of(names, rows)
    kept.save(tmp_path / "kept.npy")
    (file,) = tmp_path.iterdir()
    read = Vectors.load(file)
    assert read.nearest(rows[3], 30) == kept.nearest(rows[3], 30)
    assert read.size == 30 * dimension * 4
    assert all((read.vectors([n])[n] == row).all() for n, row in zip(names, rows, strict=True))
    read.save(tmp_path / "again.npy")
    assert (tmp_path / "again.npy").read_bytes() == file.read_bytes()


@pytest.mark.parametrize("damage", ["gone", "empty", "cut", "noise", "short"])
def test_a_damaged_file_is_none(few, tmp_path, damage):
    file = tmp_path / "kept.npy"
    few.save(file)
    whole = file.read_bytes()
    file.write_bytes(
        {
            "gone": b"",
            "empty": b"",
            "cut": whole[:-5],
            "noise": b"noise" * 100,
            "short": whole[:130],
        }[damage]
    )
    if damage == "gone":
        file.unlink()
    assert Vectors.load(file) is None


@pytest.fixture
def corners():
    """Vectors to the eight corners of a cube, ten to each, some longer than others."""
    directions = list(itertools.product([1, -1], repeat=3))
    names = ["".join("+-"[side < 0] for side in d) + str(i) for d in directions for i in range(10)]
    rows = [np.multiply(direction, 1 + i / 100) for direction in directions for i in range(10)]
    return Vectors.of(names, np.array(rows, dtype=np.float32))


def test_of_many_those_of_like_signs_are_compared(corners, monkeypatch):
    query = np.array([0.9, 0.3, -0.1], dtype=np.float32)
    every = corners.nearest(query, 80)
    assert [name for name, _ in every[:11]] == [f"++-{i}" for i in range(9, -1, -1)] + ["+++9"]
    assert {corners._names[row] for row in corners._alike(query, 10)} == {
        f"++-{i}" for i in range(10)
    }
    assert len(corners._alike(query, 11)) == 40  # one sign differs
    monkeypatch.setattr(vector_file, "_EXACT", 0)
    monkeypatch.setattr(vector_file, "_COMPARED", 10)
    monkeypatch.setattr(vector_file, "_FOR_EACH", 1)
    assert corners.nearest(query, 10) == every[:10]
    assert corners.nearest(query, 11) == every[:11]
    assert corners.nearest(query, 80) == every  # so many that all are compared


# In an index.


def throw(kind):
    raise kind


def opened(settings) -> Assistant:
    return Assistant.open(settings, embedder=CountingEmbedding(model_name="counting", texts=[]))


def write(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def searched(assistant):
    return [assistant.search(question, k=12) for question in QUESTIONS]


def file_of(assistant):
    """The one file of vectors; what it holds is what the store holds, bit by bit."""
    (file,) = assistant.settings.index.glob("vectors-*")
    assert file.name.startswith(f"vectors-{assistant.index.generation}-")
    kept, store = Vectors.load(file), assistant.index.store
    assert kept._names == sorted(store.passage_ids())
    held = store.vectors(kept._names)
    assert all((held[name] == kept.vectors([name])[name]).all() for name in kept._names)
    return file


embedded = pytest.mark.embedded("a server's vectors are not kept")


@embedded
def test_each_state_has_its_file(assistant, tmp_path):
    papers = write(tmp_path / "papers.jsonl", PAPERS)
    assistant.ingest([papers])
    files = {file_of(assistant)}
    changed = [PAPERS[0] | {"abstract": "It is about robots now."}, *PAPERS[1:]]
    assistant.ingest([write(tmp_path / "papers.jsonl", changed)])
    files.add(file_of(assistant))
    assistant.remove(["p3", "p4"])
    files.add(file_of(assistant))
    assert len(files) == 3
    assistant.remove(["p0", "p1", "p2", *(f"p{n}" for n in range(5, len(PAPERS)))])
    assert file_of(assistant).stat().st_size < 1000
    assistant.ingest([write(tmp_path / "papers.jsonl", PAPERS)])
    assert len(searched(assistant)[0]) == len(PAPERS)
    file_of(assistant)


@embedded
def test_searches_do_without_chroma_and_find_what_its_graph_finds(assistant, tmp_path, monkeypatch):
    assistant.ingest([write(tmp_path / "papers.jsonl", PAPERS)])
    with monkeypatch.context() as patch:
        patch.setattr(Store, "nearest", None)
        by_file = searched(opened(assistant.settings))
    assert all(hit.dense is not None for hits in by_file for hit in hits)
    file_of(assistant).unlink()
    by_graph = searched(opened(assistant.settings))
    for ours, graphs in zip(by_file, by_graph, strict=True):
        assert [hit.paper.id for hit in graphs] == [hit.paper.id for hit in ours]
        assert [h.dense for h in graphs] == pytest.approx([h.dense for h in ours], abs=1e-6)


@embedded
@pytest.mark.parametrize("damage", ["gone", "torn"])
def test_a_file_that_is_missing_is_made_by_the_next_ingest(assistant, tmp_path, damage):
    papers = write(tmp_path / "papers.jsonl", PAPERS)
    assistant.ingest([papers])
    before, file = searched(assistant), file_of(assistant)
    whole = file.read_bytes()
    file.unlink()
    if damage == "torn":
        file.write_bytes(whole[:100])
    mended = opened(assistant.settings)
    assert [hit.paper.id for hits in searched(mended) for hit in hits] == [
        hit.paper.id for hits in before for hit in hits
    ]
    assert mended.ingest([papers]).unchanged == len(PAPERS)
    assert file_of(mended).read_bytes() == whole
    assert searched(mended) == before


@embedded
def test_a_rebuild_keeps_the_new_vectors_alone(settings, tmp_path, monkeypatch):
    longer = PAPERS[0] | {"abstract": "A graph has many nodes and edges. " * 40}
    with_static = settings.model_copy(update={"embedder": "static"})
    first = opened(with_static)
    first.ingest([write(tmp_path / "papers.jsonl", [longer, *PAPERS[1:]])])
    first.close()
    second = Assistant.open(with_static)
    with monkeypatch.context() as patch:
        patch.setattr(second.index, "_words", lambda *_, **__: throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            second.ingest([], rebuild=True)
    meanwhile = Assistant.open(with_static)  # who opens it next finishes it
    assert {hit.paper.id for hit in meanwhile.search("music", k=20)} == {p["id"] for p in PAPERS}
    second.ingest([], rebuild=True)
    file_of(second)
    assert {hit.paper.id for hit in second.search("music", k=20)} == {p["id"] for p in PAPERS}


@embedded
def test_too_many_vectors_are_left_to_the_graph(assistant, tmp_path, monkeypatch):
    papers = write(tmp_path / "papers.jsonl", PAPERS)
    monkeypatch.setattr("rag.index.index.MOST", 10)
    for _ in range(2):
        assistant.ingest([papers])
        assert not list(assistant.settings.index.glob("vectors-*"))
    assert all(hit.dense is not None for hits in searched(assistant) for hit in hits)


@embedded
def test_a_file_that_cannot_be_written_costs_time_alone(assistant, tmp_path, monkeypatch, caplog):
    def full(self, path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Vectors, "save", full)
    assistant.ingest([write(tmp_path / "papers.jsonl", PAPERS)])
    assert caplog.messages == [
        "a search will be slower: the vectors' file was not written "
        "([Errno 28] No space left on device)"
    ]
    assert all(hit.dense is not None for hits in searched(assistant) for hit in hits)


# The store's own search, for a server and for what is not kept.


def entry(name, count=1):
    paper = Paper(id=name, title=name, abstract="word" * count)
    return Entry(paper, tuple((4 * i, 4 * i + 4) for i in range(count)), {"f:1": "0"}, 1)


def unit(angle):
    return np.array([np.cos(angle), np.sin(angle)], dtype=np.float32)


@pytest.fixture
def filled(settings):
    """A store with vectors 0 to 1.1 radians apart from the first."""
    store = Store(settings)
    store.create(Spec("static", 2, "whole"))
    store.add([entry(f"p{i}") for i in range(12)], np.stack([unit(i / 10) for i in range(12)]))
    yield store
    store.close()


@pytest.mark.parametrize("only", [None, [1, 2, 9]])
def test_chroma_finds_the_same(filled, only):
    names = only and [entry(f"p{i}").passage_ids[0] for i in only]
    graphs = filled.nearest(unit(0.42), 5, names)
    ours = Vectors.of(*filled.everything()).nearest(unit(0.42), 5, names)
    assert [name for name, _ in graphs] == [name for name, _ in ours]
    assert [similarity for _, similarity in graphs] == pytest.approx([s for _, s in ours], abs=1e-6)
    assert graphs[0][0] == entry("p2" if only else "p4").passage_ids[0]
    assert filled.vectors([graphs[0][0]])[graphs[0][0]] == pytest.approx(unit(0.2 if only else 0.4))


def test_what_is_added_and_deleted_is_seen_at_once(filled):
    def nearest(count=1):
        return [name for name, _ in filled.nearest(unit(3.0), count)]

    assert nearest() == entry("p11").passage_ids
    filled.add([entry("new", 2)], np.stack([unit(2.9), unit(3.0)]))
    assert nearest(2) == entry("new", 2).passage_ids[::-1]
    filled.delete(entry("new", 2).passage_ids)
    assert nearest() == entry("p11").passage_ids


def test_everything_is_read_that_another_process_added(filled, settings):
    reader = Store(settings)
    assert reader.nearest(unit(3.0), 1)[0][0] == entry("p11").passage_ids[0]  # its graph is loaded
    filled.add([entry("new")], unit(3.0)[None])
    names, rows = reader.everything()
    assert sorted(names) == sorted(filled.passage_ids())
    assert rows[names.index(entry("new").passage_ids[0])] == pytest.approx(unit(3.0))
    reader.close()


@pytest.mark.embedded("a server's clients write to no file")
def test_nothing_is_opened_while_another_process_changes_the_store(filled, settings):
    reader = Store(settings)
    with Graph(settings.index).alone() as alone:
        assert alone
        opening = threading.Thread(target=reader.reopen)
        opening.start()
        opening.join(0.3)
        assert opening.is_alive()
    opening.join(30)
    assert not opening.is_alive()
    assert reader.nearest(unit(3.0), 1)[0][0] == entry("p11").passage_ids[0]
    reader.close()
