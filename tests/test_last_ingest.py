"""The same files again: not parsed, and reported as if they had been."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from rag import readers
from rag.types import IngestReport, Rejection

ABSTRACT = "A graph has nodes. Each graph has edges."
ROWS = {
    "a.jsonl": [
        {"id": "a", "title": "On graphs", "abstract": ABSTRACT, "doi": "10.1000/a"},
        {"id": "a", "title": "Another", "abstract": ABSTRACT},  # another paper of the same id
        {"id": "b", "title": "On trees", "abstract": ABSTRACT},
        {"id": "c", "title": "No abstract"},
    ],
    "b.jsonl": [
        {"id": "x", "title": "On graphs", "abstract": f"{ABSTRACT} More.", "doi": "10.1000/a"},
        {"id": "b", "title": "On trees", "abstract": ABSTRACT},
        {"id": "b", "title": "On bees", "abstract": ABSTRACT},
        {"title": "Without an id", "abstract": ABSTRACT},
        {"title": "without an ID", "abstract": ABSTRACT},
    ],
}


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "papers"
    made.mkdir()
    for name, rows in ROWS.items():
        (made / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return made


@pytest.fixture
def parsed(monkeypatch):
    """The files that were parsed, in order."""
    found: list[str] = []
    read = readers.read

    def counting(path, stdin=None):
        found.append(path.rpartition("/")[2])
        yield from read(path, stdin)

    monkeypatch.setattr(readers, "read", counting)
    return found


def untimed(report: IngestReport) -> IngestReport:
    return replace(report, seconds=0.0)


def test_the_report_is_the_one_of_an_ingest_that_parses(assistant, folder, parsed):
    first = assistant.ingest([str(folder)])
    assert (first.added, first.duplicates, len(first.rejected)) == (5, 3, 1)
    parsed.clear()
    short = assistant.ingest([str(folder)])
    assert parsed == []
    (assistant.settings.index / "last-ingest.json").unlink()
    whole = assistant.ingest([str(folder)])
    assert parsed == ["a.jsonl", "b.jsonl"]
    assert untimed(short) == untimed(whole)
    assert (short.unchanged, short.duplicates, len(short.rejected)) == (5, 3, 1)


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"digest": 1}', "\xff"])
def test_what_cannot_be_recalled_is_parsed(assistant, folder, parsed, damage):
    assistant.ingest([str(folder)])
    (assistant.settings.index / "last-ingest.json").write_text(damage, encoding="latin-1")
    parsed.clear()
    assert assistant.ingest([str(folder)]).unchanged == 5
    assert parsed == ["a.jsonl", "b.jsonl"]


def test_what_changed_since_is_seen(assistant, folder):
    assistant.ingest([str(folder)])
    with (folder / "a.jsonl").open("a") as file:
        file.write(json.dumps({"id": "new", "title": "New", "abstract": ABSTRACT}) + "\n")
    assert assistant.ingest([str(folder)]).added == 1
    assistant.remove(["new"])
    assert assistant.ingest([str(folder)]).added == 1


def test_a_write_that_stops_at_once_is_not_taken_for_the_last_ingest(assistant, folder, tmp_path):
    assistant.ingest([str(folder)])
    other = tmp_path / "other.jsonl"
    other.write_text(json.dumps({"id": "b", "title": "On trees", "abstract": "Trees."}) + "\n")

    def stop(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        assistant.ingest([str(other)], progress=stop)
    assert not (assistant.settings.index / "last-ingest.json").exists()


def test_strict_looks_at_the_rejections_again(assistant, folder, parsed):
    assistant.ingest([str(folder)])
    parsed.clear()
    report = assistant.ingest([str(folder)], strict=True)
    assert parsed == ["a.jsonl", "b.jsonl"]
    assert len(report.rejected) == 1


def test_parts_and_streams_are_always_parsed(assistant, folder, parsed):
    assistant.ingest([str(folder)])
    assistant.ingest([str(folder)], shard=(1, 1))
    with (folder / "a.jsonl").open("rb") as stream:
        assistant.ingest(["-"], stdin=stream)
    assert parsed == ["a.jsonl", "b.jsonl", "a.jsonl", "b.jsonl", "-"]


def test_an_ingest_that_merged_papers_is_not_remembered(assistant, tmp_path):
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    row = {"id": "a", "title": "On graphs", "abstract": ABSTRACT}
    one.write_text(json.dumps(row) + "\n")
    two.write_text(json.dumps({**row, "year": 2020}) + "\n")
    assistant.ingest([str(one)])
    assert assistant.ingest([str(two)]).updated == 1
    assert not (assistant.settings.index / "last-ingest.json").exists()
    assert assistant.ingest([str(two)]).unchanged == 1
    assert (assistant.settings.index / "last-ingest.json").exists()


def test_values_survive(assistant, tmp_path):
    file = tmp_path / "p.jsonl"
    file.write_text(json.dumps({"id": "n", "title": "Ünïcode ☃"}) + "\n", encoding="utf-8")
    first = assistant.ingest([str(file)])
    again = assistant.ingest([str(file)])
    assert untimed(first) == untimed(again)
    assert again.rejected == (Rejection(f"{file}:1", first.rejected[0].reason),)
