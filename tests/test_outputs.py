"""What ``-o`` names: files whole and with their mode, streams plainly; what is new is private."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from rag.cli import main
from rag.durable import is_stream, make_folder, write_output, write_whole
from ui import feedback

POSIX = pytest.mark.skipif(os.name != "posix", reason="needs devices and pipes")
ROWS = [{"id": "g", "title": "On graphs", "abstract": "A graph has nodes. An edge joins two."}]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def library(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAG_EMBEDDER", "static")
    (tmp_path / "p.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    (tmp_path / "q.txt").write_text("What does a graph have?\nWhat joins an edge?\n")
    (tmp_path / "q.jsonl").write_text('{"id": "1", "text": "graph"}\n{"id": "2", "text": "edge"}\n')
    assert main(["ingest", "p.jsonl"]) == 0
    return tmp_path


@POSIX
@pytest.mark.parametrize("name", ["-", "/dev/null", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/2"])
def test_what_is_no_file_is_a_stream(name, tmp_path):
    assert is_stream(name)
    assert not is_stream(tmp_path)
    assert not is_stream(tmp_path / "new")


COMMANDS = [
    ["batch", "q.txt", "-o"],
    ["search", "--queries", "q.jsonl", "--run"],
    ["eval", "make", "-o"],
]


@POSIX
@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c[0])
def test_a_device_stays_one(library, command, capsys):
    before = Path("/dev/null").stat()
    assert main([*command, "/dev/null"]) == 0
    after = Path("/dev/null").stat()
    assert stat.S_ISCHR(after.st_mode)
    assert (before.st_ino, before.st_mode) == (after.st_ino, after.st_mode)
    capsys.readouterr()
    assert main([*command, "/dev/full"]) == 1
    assert capsys.readouterr().err.splitlines()[-1].startswith("error: no space left on device")
    assert sorted(Path("/dev").glob("null*")) == [Path("/dev/null")]


@POSIX
@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c[0])
def test_a_pipe_gets_what_a_file_would(library, command):
    assert main([*command, "out"]) == 0
    pipe = library / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    assert main([*command, str(pipe)]) == 0
    reader.join(60)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert untimed(read[0]) == untimed((library / "out").read_bytes()) != []


def untimed(data: bytes) -> list:
    if not data.startswith(b"{"):
        return data.splitlines()
    return [{**json.loads(line), "seconds": 0} for line in data.splitlines()]


@POSIX
@pytest.mark.parametrize("name", ["-", "/dev/stdout"])
def test_standard_output_holds_the_rows_alone(library, name):
    (library / "log").write_text("before\n")
    with (library / "log").open("a") as log:
        command = [sys.executable, "-m", "rag", "batch", "q.txt", "-o", name, "--json"]
        done = subprocess.run(command, stdout=log, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 0, done.stderr
    lines = (library / "log").read_text().splitlines()
    assert lines[0] == "before"
    assert [json.loads(line)["id"] for line in lines[1:]] == ["1", "2"]
    assert json.loads(done.stderr.splitlines()[-1])["questions"] == 2
    assert sorted(path.name for path in library.iterdir() if "stdout" in path.name) == []


def test_a_file_keeps_its_mode_and_a_link_its_target(tmp_path):
    target = tmp_path / "target"
    target.write_text("old")
    target.chmod(0o640)
    (tmp_path / "link").symlink_to(target)
    write_whole(tmp_path / "link", b"new")
    assert (target.read_text(), mode(target)) == ("new", 0o640)
    assert (tmp_path / "link").is_symlink()
    write_output(tmp_path / "fresh", b"new")
    assert mode(tmp_path / "fresh") == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fresh", "link", "target"]


def test_what_is_new_is_its_owners_alone(library):
    assert mode(library / ".rag") == 0o700
    assert main(["batch", "q.txt", "-o", "out.jsonl"]) == 0
    assert mode(library / "out.jsonl") == 0o600
    opinion = {"question": "q", "answer": "a", "verdict": "up", "note": "\ud800"}
    feedback.record(library / "opinions", opinion)
    assert mode(library / "opinions") == 0o700
    assert mode(library / "opinions" / "feedback.jsonl") == 0o600


def test_a_folder_that_is_not_there_is_told_before_the_work(library, capsys):
    command = ["search", "--queries", "q.jsonl", "--run", "nowhere/out.trec"]
    assert main(command) == 1
    assert capsys.readouterr().err.startswith("error: no such file or directory: nowhere; check")


def test_a_file_in_the_place_of_a_folder_is_told_as_such(tmp_path):
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(NotADirectoryError):
            make_folder(folder / "it")


def test_a_line_separator_inside_a_string_ends_no_line(library, capsys):
    pair = {"claim": "A graph has nodes.", "title": "T", "abstract": "A graph\u2028has\x0bnodes."}
    (library / "pairs.jsonl").write_text(json.dumps(pair, ensure_ascii=False) + "\r\n")
    capsys.readouterr()
    assert main(["verify", "pairs.jsonl"]) == 0
    assert len(capsys.readouterr().out.split("\n")) == 2
    row = {"id": "1", "text": "graph\u2028edge"}
    (library / "q2.jsonl").write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    assert main(["search", "--queries", "q2.jsonl", "--run", "out.trec"]) == 0
    assert (library / "out.trec").read_text().startswith("1 Q0 g 1 ")


@pytest.mark.parametrize("command", COMMANDS, ids=lambda c: c[0])
def test_what_lies_beside_an_output_is_somebody_elses(library, command):
    others = [library / f"out.{ending}" for ending in ("new", "tmp", "bak")]
    for other in others:
        other.write_text("mine")
    assert main([*command, "out"]) == 0
    assert [other.read_text() for other in others] == ["mine"] * 3


def test_a_part_that_is_no_batchs_is_refused(library, capsys):
    (library / "out.part").write_text("a download\nof something else\n")
    assert main(["batch", "q.txt", "-o", "out"]) == 1
    assert "out.part exists and is no batch's output; name another" in capsys.readouterr().err
    assert (library / "out.part").read_text() == "a download\nof something else\n"


@POSIX
@pytest.mark.parametrize("command", [*COMMANDS, ["backup"]], ids=lambda c: c[0])
def test_what_cannot_take_it_is_told_by_its_own_name(library, command, capsys, monkeypatch):
    (library / "loop").symlink_to("loop")
    (library / "folder").mkdir()
    (library / "kept").write_text("")
    writable = os.access
    monkeypatch.setattr(
        os, "access", lambda path, kind: Path(path).name != "kept" and writable(path, kind)
    )
    for name, said in [
        ("loop", "too many levels of symbolic links: loop; check"),
        ("folder", "folder"),
        ("kept", "permission denied: kept; check"),
    ]:
        capsys.readouterr()
        assert main([*command, name]) == 1
        err = capsys.readouterr().err
        assert (err.count("\n"), said in err, ".rag-new" in err) == (1, True, False)
    assert (library / "kept").read_text() == ""
    assert (library / "loop").is_symlink()
