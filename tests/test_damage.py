"""What can befall an index: torn, missing and damaged files, full disks, other versions, clocks."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import chromadb
import pytest
from conftest import CountingEmbedding

from rag.assistant import Assistant
from rag.errors import LibraryError
from rag.index import chroma_files, store
from rag.index.chroma_files import Graph

ROWS = [
    {"id": f"p{n}", "title": f"On {a} and {b}", "abstract": f"A {a} has {b}. It is number {n}."}
    for n, (a, b) in enumerate(
        [("graph", "music"), ("image", "poetry"), ("speech", "weather"), ("robot", "protein")] * 3
    )
]
QUESTIONS = ["graph music", "image", "robot weather", "poetry and speech"]


def write(path: Path, rows) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


@pytest.fixture
def rewritten(monkeypatch):
    """Chroma's graph is rewritten at each write's end, however small."""
    monkeypatch.setattr(chroma_files, "_WORTH", 1)


@pytest.fixture
def filled(assistant, tmp_path):
    assistant.ingest([write(tmp_path / "papers.jsonl", ROWS)])
    return assistant


def reopened(assistant: Assistant) -> Assistant:
    embedder = CountingEmbedding(model_name="counting", texts=[])
    return Assistant.open(assistant.settings, embedder=embedder)


def by_graph(assistant: Assistant) -> Assistant:
    """Open it anew, with nothing but Chroma's graph to search."""
    for file in assistant.settings.index.glob("vectors-*"):
        file.unlink()
    return reopened(assistant)


def found(assistant: Assistant) -> list:
    """What the library holds and finds; every passage's vector is used."""
    hits = [assistant.search(question, k=12) for question in QUESTIONS]
    assert all(hit.dense is not None for hits_of_one in hits for hit in hits_of_one)
    return [assistant.papers(), hits]


def files_of_graph(assistant: Assistant) -> Path:
    (folder,) = [p for p in (assistant.settings.index / "chroma").iterdir() if p.is_dir()]
    return folder


def collection_of(assistant: Assistant) -> str:
    return str(assistant.index.store._require().id)


# Chroma's graph, which a kill can tear.


@pytest.mark.usefixtures("rewritten")
@pytest.mark.parametrize(
    "torn", ["header.bin", "data_level0.bin", "length.bin", "index_metadata.pickle"]
)
def test_a_graph_torn_while_it_is_rewritten_is_put_back(filled, torn):
    before, files = found(by_graph(filled)), files_of_graph(filled)
    rewriting = Graph(filled.settings.index).rewriting(collection_of(filled), 1, 1)
    filled.close()
    rewriting.__enter__()
    (files / torn).write_bytes(b"")
    assert not rewriting.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)  # as by a kill
    assert found(by_graph(filled)) == before
    assert not list(filled.settings.index.glob("graph.[cj]*"))


@pytest.mark.usefixtures("rewritten")
def test_a_graph_that_was_rewritten_whole_is_kept(filled):
    before, index = found(by_graph(filled)), filled.settings.index
    note = {"collection": collection_of(filled), "seq": 1, "copied": True}
    filled.close()
    (index / "graph.copy").mkdir()
    (index / "graph.json").write_text(json.dumps(note))
    assert found(by_graph(filled)) == before
    assert not (index / "graph.copy").exists()


def test_a_first_graph_that_was_torn_is_made_again_from_the_log(filled):
    before, index = found(by_graph(filled)), filled.settings.index
    note = {"collection": collection_of(filled), "seq": 0, "copied": False}
    filled.close()
    for file in files_of_graph(filled).iterdir():
        file.write_bytes(b"torn")
    (index / "graph.json").write_text(json.dumps(note))
    assert found(by_graph(filled)) == before


@pytest.mark.usefixtures("rewritten")
def test_a_write_ends_with_one_rewrite(filled, tmp_path):
    pending = Graph(filled.settings.index)._pending(collection_of(filled))
    assert pending == 0
    changed = [{**ROWS[0], "abstract": "Another graph."}, {**ROWS[1], "venue": "ACL"}]
    filled.ingest([write(tmp_path / "papers.jsonl", changed)])
    assert Graph(filled.settings.index)._pending(collection_of(filled)) == 0


# Missing and damaged files.


def lexical_files(assistant: Assistant) -> list[Path]:
    return sorted(p for p in (assistant.settings.index / "lexical").iterdir() if p.is_file())


@pytest.mark.parametrize("damage", ["gone", "empty", "cut", "noise"])
def test_a_damaged_lexical_index_is_derived_again(filled, tmp_path, damage):
    before = found(filled)
    filled.close()
    kept = tmp_path / "kept"
    shutil.copytree(filled.settings.index, kept)
    for number in range(len(lexical_files(filled))):
        file = lexical_files(filled)[number]
        if file.name.startswith("."):  # a lock
            continue
        data = file.read_bytes()
        changed = {"empty": b"", "cut": data[: len(data) // 2], "noise": b"\xff" * len(data)}
        file.unlink()  # not in place: a file that is mapped into memory may not shrink
        if damage != "gone":
            file.write_bytes(changed[damage])
        again = reopened(filled)
        assert found(again) == before, file.name
        again.close()
        shutil.rmtree(filled.settings.index)
        shutil.copytree(kept, filled.settings.index)


def test_a_lost_store_is_filled_again(filled, tmp_path):
    before = found(filled)
    filled.close()
    shutil.rmtree(filled.settings.index / "chroma")
    again = reopened(filled)
    assert again.papers() == []
    assert again.info()["health"] == "no papers yet; run `rag ingest PATH`"
    assert again.ingest([str(tmp_path / "papers.jsonl")]).added == len(ROWS)
    assert found(again) == before


@pytest.mark.embedded("the file of the vectors")
@pytest.mark.parametrize("looked", [True, False], ids=["looked at", "not looked at"])
@pytest.mark.parametrize("step", ["delete", "set_stamp"])
def test_vectors_of_a_state_that_was_cut_off_do_not_stay(
    assistant, tmp_path, monkeypatch, step, looked
):
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    file = write(tmp_path / "papers.jsonl", ROWS)
    with monkeypatch.context() as patch:
        patch.setattr(store.Store, step, stop)
        with pytest.raises(KeyboardInterrupt):
            assistant.ingest([file])
    if looked:
        reopened(assistant).close()
    again = reopened(assistant)
    again.ingest([file])
    assert again.info()["health"] == "ok"
    [vectors] = assistant.settings.index.glob("vectors-*")
    assert again.generation in vectors.name
    again.close()


@pytest.mark.parametrize("damage", [b"", b"no database at all", None])
def test_a_damaged_store_is_one_clear_line_and_stays_as_it_is(filled, damage):
    database = filled.settings.index / "chroma" / "chroma.sqlite3"
    filled.close()
    data = database.read_bytes()
    database.write_bytes(data[: len(data) // 3] if damage is None else damage)
    left = database.read_bytes()
    if damage == b"":  # an empty database is none yet
        assert reopened(filled).papers() == []
        return
    with pytest.raises(LibraryError, match=r"^the index in .* cannot be opened \(.*\); check"):
        reopened(filled).search("graph")
    assert database.read_bytes() == left


@pytest.mark.parametrize(
    "mark", ["unfinished.json", "holder.json", "checksums.json", "last-ingest.json"]
)
@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": "x", "papers": 3}', "[" * 100_000])
def test_a_damaged_note_stops_nothing(filled, tmp_path, mark, text):
    before = found(filled)
    (filled.settings.index / mark).write_text(text)
    again = reopened(filled)
    assert found(again) == before
    assert isinstance(again.info()["health"], str)
    again.ingest([str(tmp_path / "papers.jsonl")])
    assert again.info()["health"] == "ok"


def test_a_newer_index_is_left_alone(filled, tmp_path, monkeypatch):
    filled.close()
    meta = filled.settings.index / "lexical" / "meta.json"
    meta.write_text("of another time")
    monkeypatch.setattr(store, "SCHEMA", 0)
    for act in (
        lambda: reopened(filled),
        lambda: Assistant.open(filled.settings).ingest([str(tmp_path / "papers.jsonl")]),
    ):
        with pytest.raises(LibraryError, match=r"schema 1, this program reads 0; use the"):
            act()
    assert meta.read_text() == "of another time"


# Full disks, folders that may not be written, clocks.


def test_a_full_disk_is_told_before_anything_is_written(filled, tmp_path, monkeypatch):
    before = found(filled)
    more = write(tmp_path / "more.jsonl", [{"id": "x", "title": "X", "abstract": "Robot music."}])
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(chroma_files.shutil, "disk_usage", lambda path: usage._replace(free=1000))
    with pytest.raises(LibraryError, match=r"^the disk of .* is nearly full; free some space and"):
        filled.ingest([more])
    assert found(filled) == before
    monkeypatch.undo()
    assert filled.ingest([more]).added == 1


LIMITED = """
import resource, sys
from rag.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), int(sys.argv[1])))
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs limits on the size of files")
@pytest.mark.parametrize("limit", [0, 30_000, 200_000])
def test_files_that_cannot_grow_end_in_one_line_and_the_same_command_goes_on(
    tmp_path, limit, capsys
):
    from rag.cli import main

    papers = write(
        tmp_path / "papers.jsonl",
        [{"id": f"p{n}", "title": f"On {n}", "abstract": f"Words {n}. " * 60} for n in range(400)],
    )
    command = ["ingest", papers, "--index", str(tmp_path / "index"), "--embedder", "static"]
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(limit), *command], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("error: "), done.stderr
    assert done.stderr.count("\n") == 1
    assert main([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["papers"] == 400


def test_a_clock_that_jumps_changes_nothing(filled, tmp_path, monkeypatch):
    for now in (0.0, 4e9):
        monkeypatch.setattr(time, "time", lambda now=now: now)
        row = {"id": "x", "title": "X", "abstract": f"Zebras at {now}."}
        filled.ingest([write(tmp_path / "more.jsonl", [row])])
        again = reopened(filled)
        assert again.paper("x").abstract == f"Zebras at {now}."
        again.close()


def test_a_folder_that_may_only_be_read_is_told(filled, monkeypatch):
    """Chroma's own words to another user than the folder's; who is root may write anywhere."""

    def refuse(*_, **__):
        raise ValueError(
            "error returned from database: (code: 8) attempt to write a readonly database"
        )

    monkeypatch.setattr(chromadb, "PersistentClient", refuse)
    with pytest.raises(LibraryError, match=r"may only be read, and opening it writes; copy"):
        Assistant.open(filled.settings)


def test_what_a_store_holds_can_be_read_while_it_may_not_be_written(filled):
    """Only the open connection matters here."""
    before = found(filled)
    database = sqlite3.connect(filled.settings.index / "chroma" / "chroma.sqlite3")
    database.execute("begin immediate")
    assert found(reopened(filled)) == before
    database.rollback()
    database.close()
