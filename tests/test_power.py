"""A loss of power after an ingest has reported: nothing of it waits to be written."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from rag.assistant import Assistant

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


@pytest.mark.embedded("an embedded library's files")
@pytest.mark.skipif(os.name != "posix", reason="needs fsync")
def test_the_names_of_new_folders_are_on_the_disk(settings, embedder, tmp_path, monkeypatch):
    synced: dict[Path, set[str]] = {}  # what the disk knows to be in a folder
    sync = os.fsync

    def note(descriptor: int) -> None:
        sync(descriptor)
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        if path.is_dir():
            synced[path] = {each.name for each in path.iterdir()}

    monkeypatch.setattr(os, "fsync", note)
    (tmp_path / "p.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    index = tmp_path / "new" / "and" / "deep"
    assistant = Assistant.open(settings.model_copy(update={"index": index}), embedder=embedder)
    assistant.ingest([str(tmp_path / "p.jsonl")])
    assistant.close()
    for folder in (index, *index.parents):
        if folder == tmp_path:
            break
        assert folder.name in synced[folder.parent]
    for folder in (path for path in index.rglob("*") if path.is_dir()):
        assert folder.name in synced[folder.parent]
