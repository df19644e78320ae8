"""Flipped bytes are noticed and mended; the whole library goes into one file and comes back."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from rag.cli import main

ROWS = [
    {"id": f"p{n}", "title": f"On {a} and {b}", "abstract": f"A {a} has {b}. It is number {n}."}
    for n, (a, b) in enumerate([("graph", "music"), ("image", "poetry"), ("speech", "weather")] * 4)
]
pytestmark = pytest.mark.embedded("an embedded library's files")


@pytest.fixture
def library(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAG_EMBEDDER", "static")
    (tmp_path / "p.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    assert main(["ingest", "p.jsonl"]) == 0
    (tmp_path / ".rag" / "feedback.jsonl").write_text('{"kept": true}\n')
    capsys.readouterr()
    return tmp_path / ".rag"


def said(capsys, *arguments: str):
    capsys.readouterr()
    assert main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def found(capsys) -> list:
    hits = said(capsys, "search", "graph music", "--k", "5")["hits"]
    return [said(capsys, "papers", "list"), [(hit["rank"], hit["score"]) for hit in hits]]


def derived(library: Path) -> list[Path]:
    files = [*sorted((library / "lexical").iterdir()), *library.glob("vectors-*")]
    return [f for f in files if f.is_file() and f.stat().st_size and "lock" not in f.name]


def flip(path: Path, at: float) -> None:
    data = bytearray(path.read_bytes())
    data[min(int(len(data) * at), len(data) - 1)] ^= 0x15
    path.unlink()  # not in place: it may be mapped into memory
    path.write_bytes(data)


@pytest.mark.parametrize("at", [0.0, 0.5])
def test_flipped_bytes_are_noticed_and_mended(library, capsys, at):
    before = found(capsys)
    assert said(capsys, "info")["health"] == "ok"
    for number in range(20):
        if number >= len(derived(library)):
            break
        file = derived(library)[number]
        name = file.relative_to(library).as_posix()
        flip(file, at)
        health = said(capsys, "info")["health"]
        if health != "ok":  # else it was seen as it was opened, and derived anew at once
            assert health.startswith(f"damaged: {name}; run `rag info --check`")
            facts = said(capsys, "info", "--check")
            assert (facts["mended"], facts["health"]) == ([name], "ok")
        assert found(capsys) == before, name
    assert said(capsys, "info", "--check")["mended"] == []


def test_a_damaged_store_is_told(library, capsys):
    database = library / "chroma" / "chroma.sqlite3"
    data = bytearray(database.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 4096] = b"\xff" * 4096
    database.write_bytes(data)
    capsys.readouterr()
    assert main(["info", "--check"]) == 1
    assert capsys.readouterr().err.startswith("error: the ")


def test_a_backup_is_one_file_and_comes_back_whole(library, capsys, monkeypatch):
    (library / "uploads").mkdir()
    (library / "uploads" / "u.bib").write_text("@misc{u}")
    before = found(capsys)
    assert said(capsys, "backup", "all.rag")["bytes"] > 1_000
    assert Path("all.rag").stat().st_mode & 0o777 == 0o600
    assert main(["papers", "remove", "p1", "p2"]) == 0
    report = said(capsys, "restore", "all.rag")
    assert (report["papers"], report["before"]) == (12, f"{library}.before-1")
    assert found(capsys) == before
    assert said(capsys, "info", "--check")["health"] == "ok"
    assert (library / "uploads" / "u.bib").read_text() == "@misc{u}"
    assert (library / "feedback.jsonl").read_text() == '{"kept": true}\n'
    assert said(capsys, "ingest", "p.jsonl")["unchanged"] == 12
    report = said(capsys, "restore", "all.rag", "--index", "elsewhere/new")
    assert (report["papers"], report["before"]) == (12, None)
    monkeypatch.setenv("RAG_INDEX", "elsewhere/new")
    assert found(capsys) == before
    assert Path("elsewhere/new").stat().st_mode & 0o777 == 0o700


def test_a_backup_to_standard_output(library):
    with Path("out.rag").open("wb") as out:
        done = subprocess.run([sys.executable, "-m", "rag", "backup", "-"], stdout=out)
    assert done.returncode == 0
    assert main(["restore", "out.rag", "--index", "again"]) == 0


@pytest.mark.parametrize("name", ["../evil", "/evil", "chroma/../../evil", "evil", "chroma/../x"])
def test_a_backup_writes_nowhere_else(library, capsys, name):
    with zipfile.ZipFile("bad.rag", "w") as archive:
        archive.writestr("rag-backup", "1")
        archive.writestr(name, "x")
    assert main(["restore", "bad.rag", "--index", "new"]) == 1
    assert "this is none of ours" in capsys.readouterr().err
    assert sorted(Path().glob("**/*evil*")) == []
    assert not Path("new").exists()


@pytest.mark.parametrize("name", ["uploads/all.rag", "chroma/chroma.sqlite3", "lexical/new", "x"])
def test_a_backup_never_goes_into_the_library_that_it_keeps(library, capsys, name):
    (library / "uploads").mkdir()
    before = found(capsys)
    assert main(["backup", f".rag/{name}"]) == 1
    assert "is inside the library that it would keep" in capsys.readouterr().err
    assert found(capsys) == before


def strange(kind: str) -> None:
    """Write what only looks like a backup."""
    names = {"twice": ["chroma/a", "chroma/a"], "under": ["chroma/a", "chroma/a/b"], "empty": []}
    with zipfile.ZipFile("bad.rag", "w") as archive:
        archive.writestr("rag-backup", "1")
        for name in names.get(kind, ["chroma/chroma.sqlite3"]):
            method = zipfile.ZIP_LZMA if kind == "lzma" else zipfile.ZIP_STORED
            archive.writestr(name, b"\x55" * 500, method)
    data = bytearray(Path("bad.rag").read_bytes())
    if kind == "locked":  # the flag of a password, here and in the list at the end
        for start, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            data[data.rindex(start) + at] |= 1
    if kind == "lzma":
        start = data.index(b"chroma.sqlite3") + 14
        data[start + 2 : start + 14] = b"\xff" * 12
    Path("bad.rag").write_bytes(data)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", ["twice", "under", "empty", "locked", "lzma"])
def test_a_strange_archive_is_one_line_and_changes_nothing(library, capsys, kind):
    before = found(capsys)
    strange(kind)
    assert main(["restore", "bad.rag"]) == 1
    err = capsys.readouterr().err
    assert err.startswith("error: bad.rag ")
    assert err.count("\n") == 1
    assert found(capsys) == before


@pytest.mark.parametrize("name", ["/dev/zero", "/dev/stdin", "-"])
def test_what_has_no_end_is_not_read(library, capsys, name):
    assert main(["restore", name]) == 1
    said = f"error: {name} is no file; save the backup into one and name that\n"
    assert capsys.readouterr().err == said


@pytest.mark.parametrize("damage", ["cut", "flipped", "other", "none"])
def test_a_damaged_backup_changes_nothing(library, capsys, damage):
    before = found(capsys)
    assert main(["backup", "all.rag"]) == 0
    data = Path("all.rag").read_bytes()
    if damage == "none":
        Path("all.rag").unlink()
    elif damage == "flipped":
        at = len(data) // 2
        Path("all.rag").write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    else:
        Path("all.rag").write_bytes(data[:-200] if damage == "cut" else b"PK no")
    capsys.readouterr()
    assert main(["restore", "all.rag"]) == 1
    err = capsys.readouterr().err
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert found(capsys) == before
    assert [path.name for path in Path().glob(".*restoring*")] == []


@pytest.mark.parametrize("command", ["backup", "restore"])
def test_a_kill_at_any_moment_leaves_one_of_both_whole(library, capsys, command):
    before = found(capsys)
    assert main(["backup", "all.rag"]) == 0
    for number in range(8):
        started = subprocess.Popen(
            [sys.executable, "-m", "rag", command, "all.rag"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(0.3 + number * 0.25)
        os.kill(started.pid, signal.SIGKILL)
        started.wait(60)
        if not library.exists():  # between two renamings
            assert main(["restore", "all.rag"]) == 0
        assert found(capsys) == before
    assert main([command, "all.rag"]) == 0
    assert main(["restore", "all.rag"]) == 0
    assert found(capsys) == before
