"""Rows of a batch on disk: whatever stops it, no finished row is lost."""

from __future__ import annotations

import json

import pytest

from rag.batches.journal import Journal, claimed, row_key
from rag.durable import write_whole
from rag.errors import BusyError, InputError


def row(name, **more):
    return {"id": name, "digest": "d", "question": f"{name}?", "answered": True, **more}


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out.jsonl"


@pytest.fixture
def part(tmp_path):
    return tmp_path / "out.jsonl.part"


def test_rows_are_found_again_in_the_journal(out, part):
    journal = Journal(out)
    journal.add([row("a"), row("b", error="it failed")])
    journal.close()
    assert [json.loads(line)["id"] for line in part.read_text().splitlines()] == ["a", "b"]
    assert not out.exists()
    again = Journal(out)
    assert again.rows == {
        "d a": {"id": "a", "question": "a?", "answered": True},
        "d b": {"id": "b", "question": "b?", "answered": True, "error": "it failed"},
    }


def test_the_end_writes_all_rows_in_order_and_drops_the_journal(out, part):
    journal = Journal(out)
    journal.add([row("b"), row("c"), row("a")])
    journal.finish([row_key(row("a")), row_key(row("b"))])
    assert [json.loads(line) for line in out.read_text().splitlines()] == [row("a"), row("b")]
    assert sorted(path.name for path in out.parent.iterdir()) == ["out.jsonl"]
    assert set(Journal(out).rows) == {"d a", "d b"}


def test_a_line_torn_by_a_stop_is_no_row_and_is_cut_off(out, part):
    journal = Journal(out)
    journal.add([row("a")])
    journal.close()
    whole = part.read_bytes()
    part.write_bytes(whole + b'{"id": "b", "digest": "d", "que')
    journal = Journal(out)
    assert set(journal.rows) == {"d a"}
    journal.add([row("c")])
    journal.close()
    assert part.read_bytes() == whole + (json.dumps(row("c")) + "\n").encode()


@pytest.mark.parametrize("noise", [b"\0" * 40 + b"\n", b"\xff\xfe\n", b"[1]\n", b'{"id": 1}\n'])
def test_what_a_power_cut_left_is_no_row(out, part, noise):
    good = (json.dumps(row("a")) + "\n").encode()
    part.write_bytes(noise + good)
    assert set(Journal(out).rows) == {"d a"}


def test_a_whole_row_without_its_line_end_is_torn_too(out, part):
    part.write_bytes(json.dumps(row("a")).encode())
    journal = Journal(out)
    assert journal.rows == {}
    journal.add([row("a")])
    assert part.read_bytes() == (json.dumps(row("a")) + "\n").encode()


def test_the_newest_row_of_a_key_counts(out):
    journal = Journal(out)
    journal.add([row("a", error="it failed")])
    journal.finish(["d a"])
    journal.add([row("a")])
    journal.close()
    assert "error" not in Journal(out).rows["d a"]


def test_a_stop_between_the_last_file_and_the_journal_loses_nothing(out, part):
    journal = Journal(out)
    journal.add([row("a")])
    kept = part.read_bytes()
    journal.finish(["d a"])
    part.write_bytes(kept)
    assert set(Journal(out).rows) == {"d a"}


def test_a_file_of_something_else_is_refused(out):
    out.write_text("my notes\n")
    with pytest.raises(InputError, match=r"out\.jsonl exists and is no batch's output"):
        Journal(out)
    assert out.read_text() == "my notes\n"


def test_an_empty_file_may_be_filled(out):
    out.write_text("")
    assert Journal(out).rows == {}


def test_a_lone_surrogate_becomes_its_escape(out):
    journal = Journal(out)
    journal.add([row("a", answer="x\udc80")])
    journal.finish(["d a"])
    assert json.loads(out.read_text(encoding="utf-8"))["answer"] == "x\udc80"


def test_one_batch_at_a_time_has_a_file(out):
    busy = pytest.raises(BusyError, match=r"another batch is writing to .*out\.jsonl; wait")
    with claimed(out), busy, claimed(out):
        raise AssertionError("claimed twice")
    with claimed(out):
        pass
    assert list(out.parent.iterdir()) == []


def test_a_failed_write_leaves_the_old_file(out, monkeypatch):
    out.write_text("old")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "no space")))
    with pytest.raises(OSError, match="no space"):
        write_whole(out, b"new")
    assert out.read_text() == "old"
