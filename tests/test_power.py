"""A loss of power after an ingest has reported: nothing of it waits to be written."""

from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path

import pytest

from evals.runs import begin
from rag.assistant import Assistant
from rag.batches.question_files import Item
from rag.batches.run import run, still_open
from rag.index.backup import restore_backup, write_backup

ROWS = [
    {"id": f"p{n}", "title": f"On {n}", "abstract": f"A graph has {n} nodes."} for n in range(9)
]


@pytest.mark.embedded("an embedded library's files")
@pytest.mark.skipif(os.name != "posix", reason="needs fsync")
def test_what_was_reported_is_on_the_disk(settings, embedder, tmp_path, monkeypatch):
    """Files are taken as they were when last synced, the rest is dropped, as by a power loss."""
    disk: dict[str, bytes] = {}
    sync = os.fsync

    def note(descriptor: int) -> None:
        sync(descriptor)
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if path.is_file():
            disk[str(path)] = path.read_bytes()
        elif path.is_dir():  # names that are gone are gone from the disk too
            for known in [each for each in disk if Path(each).parent == path]:
                if not Path(known).exists():
                    del disk[known]

    monkeypatch.setattr(os, "fsync", note)
    file = tmp_path / "p.jsonl"
    assistant = Assistant.open(settings, embedder=embedder)
    for count in (5, 9):
        file.write_text("".join(json.dumps(row) + "\n" for row in ROWS[:count]))
        assistant.ingest([str(file)])
        survived = tmp_path / f"survived-{count}"
        for name, data in disk.items():
            if name.startswith(f"{settings.index}/"):
                target = survived / Path(name).relative_to(settings.index)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)
        again = Assistant.open(settings.model_copy(update={"index": survived}), embedder=embedder)
        assert again.papers() == assistant.papers()
        assert again.info()["health"] == "ok"
        hits = again.search("graph nodes", k=9)
        assert [hit.dense is not None for hit in hits] == [True] * count
        again.close()
        shutil.rmtree(survived)
    assistant.close()


@pytest.fixture
def synced(monkeypatch):
    """What the disk knows to be in each folder."""
    known: dict[Path, set[str]] = {}
    sync = os.fsync

    def note(descriptor: int) -> None:
        sync(descriptor)
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if path.is_dir():
            known[path] = {each.name for each in path.iterdir()}

    monkeypatch.setattr(os, "fsync", note)
    return known


def all_names_are_known(folder: Path, above: Path, synced: dict[Path, set[str]]) -> None:
    within = [path for path in folder.rglob("*") if path.is_dir()]
    for each in (folder, *folder.parents[: len(folder.relative_to(above).parts) - 1], *within):
        assert each.name in synced[each.parent]


@pytest.mark.embedded("an embedded library's files")
@pytest.mark.skipif(os.name != "posix", reason="needs fsync")
def test_the_names_of_new_folders_are_on_the_disk(settings, embedder, tmp_path, synced):
    (tmp_path / "p.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    index = tmp_path / "new" / "and" / "deep"
    assistant = Assistant.open(settings.model_copy(update={"index": index}), embedder=embedder)
    assistant.ingest([str(tmp_path / "p.jsonl")])
    all_names_are_known(index, tmp_path, synced)
    out = tmp_path / "answers" / "of" / "today" / "out.jsonl"
    run(assistant, [Item("q", "What has a graph?")], out)
    assistant.close()
    all_names_are_known(out.parent, tmp_path, synced)
    assert out.name in synced[out.parent]
    assert stat.S_IMODE(out.parent.stat().st_mode) == 0o700
    begin(tmp_path / "runs" / "first", "answers", {})
    all_names_are_known(tmp_path / "runs" / "first", tmp_path, synced)
    write_backup(index, str(tmp_path / "all.rag"))
    assert "all.rag" in synced[tmp_path]
    restored = tmp_path / "other" / "place"
    restore_backup(tmp_path / "all.rag", restored)
    names = {path.parent.relative_to(restored): path.name for path in restored.rglob("*")}
    unpacked = next(path for path in synced if path.name.startswith(".place.restoring-"))
    assert all(name in synced[unpacked / folder] for folder, name in names.items())
    assert "place" in synced[restored.parent]


@pytest.mark.embedded("an embedded library's files")
def test_what_a_batch_would_cost_makes_no_folder(assistant, tmp_path):
    (tmp_path / "p.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    assistant.ingest([str(tmp_path / "p.jsonl")])
    items = [Item("q", "What has a graph?")]
    out = tmp_path / "answers" / "out.jsonl"
    assert still_open(assistant, items, out, retry_failed=False) == items
    assert not out.parent.exists()
