"""Chroma's graph of vectors on disk, kept whole through kills and from readers' eyes.

An embedded Chroma rewrites the graph's files in place each time that ``sync_threshold`` records
have come together. A kill meanwhile leaves files that end every program that loads them, and so
does loading them meanwhile. Until a rewrite is complete the records stay in Chroma's log, in
SQLite, and ``max_seq_id`` says up to which of them the files go. So: graphs are loaded and
rewritten under one lock, a rewrite keeps a copy of the files before it, and the next process that
takes the lock puts the copy back where the rewrite did not come to its end. The threshold is set
for each write so that there is one rewrite, at its end, or one in 4,000 records.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock

from rag.durable import replace_text
from rag.errors import LibraryError

_NEVER = 2**31 - 1  # a threshold that is not reached
_WORTH = 1_000  # records; fewer are read from the log by each process that opens the store
# Records between rewrites: each step of an ingest reads the log since the last one anew, so 20,000
# abstracts took 36 s with 4,000 and 59 s with 20,000.
_MOST = 4_000
_PAST = 10  # records by which a rewrite may come late, for a paper's passages stay together
_FREE = 2**25  # bytes that a write leaves free, beside what it may take


def threshold(records: int) -> int:
    """Return the ``sync_threshold`` with which the last of ``records`` brings a rewrite.

    >>> threshold(999), threshold(4_000), threshold(50_000)
    (2147483647, 4000, 3836)
    """
    if records < _WORTH:
        return _NEVER
    parts = -(-records // _MOST)
    return records if parts == 1 else records // parts - _PAST


def copy_database(source: Path, target: Path) -> None:
    """Copy Chroma's database as it is in one instant, whoever reads it meanwhile."""
    address = f"{source.resolve().as_uri()}?mode=ro"
    with (
        contextlib.closing(sqlite3.connect(address, uri=True)) as read,
        contextlib.closing(sqlite3.connect(target)) as written,
    ):
        read.backup(written)


def database_fault(folder: Path) -> str | None:
    """Return what SQLite finds wrong with Chroma's database; None where nothing is."""
    path = folder.resolve() / "chroma" / "chroma.sqlite3"
    try:
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
            found = database.execute("pragma quick_check(1)").fetchone()
    except sqlite3.Error as error:
        return str(error)
    return None if found is None or found[0] == "ok" else str(found[0])


@contextlib.contextmanager
def _locked(lock: FileLock) -> Iterator[bool]:
    """Hold a lock; False where it cannot be had."""
    try:
        lock.acquire()
    except OSError:  # the folder is not there or may only be read
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


# In hnswlib's header of a graph, after its version, offset and room: how many vectors there are,
# and the bytes of each.
_HEADER = struct.Struct("<4x8x8xQQ")


def _blank_from(file: Path, place: int) -> None:
    """Write zeros where a file has anything else from a place on."""
    with file.open("rb") as opened:
        opened.seek(place)
        left = opened.read()
    if left.strip(b"\0"):
        with file.open("r+b") as opened:
            opened.seek(place)
            opened.write(bytes(len(left)))


class Graph:
    """The files of one embedded store's graph; call its methods in the process of the store."""

    def __init__(self, index: Path) -> None:
        """Take the index's folder; nothing is made before the first write."""
        self._folder = index
        self._copy = index / "graph.copy"
        self._note = index / "graph.json"
        self._alone = FileLock(index / "store.lock")
        self.left: int | None = None  # records until the next rewrite, at the least

    def threshold(self, collection: str, records: int) -> int:
        """Return the ``sync_threshold`` with which writing ``records`` ends with a rewrite."""
        pending = self._pending(collection)
        reached = threshold(pending + records)
        self.left = reached - pending
        return reached

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Keep other processes from rewriting; what a kill left is mended first."""
        with _locked(FileLock(self._folder / "graph.lock")) as taken:
            if taken:  # where it fails, nobody rewrites either
                self._mend()
            try:
                yield
            finally:
                self._blank()

    @contextlib.contextmanager
    def alone(self) -> Iterator[bool]:
        """Keep other processes from opening and changing the store; False where that fails.

        Opening Chroma writes to its database, and two writers at once may both be refused.
        """
        with _locked(self._alone) as taken:
            try:
                yield taken
            finally:
                self._blank()

    def _blank(self) -> None:
        """Blank the vectors' lengths, which an inner product has none of, and room for others.

        Chroma never fills their memory and writes it as it is, with what the program held before.
        """
        for file in (self._folder / "chroma").glob("*/*.bin"):
            with contextlib.suppress(OSError, struct.error):  # it may only be read, or is gone
                if file.name == "length.bin":
                    _blank_from(file, 0)
                elif file.name == "data_level0.bin":
                    header = (file.parent / "header.bin").read_bytes()
                    vectors, size = _HEADER.unpack_from(header)
                    _blank_from(file, vectors * size)

    @contextlib.contextmanager
    def rewriting(self, collection: str, threshold: int, records: int) -> Iterator[None]:
        """Store or delete ``records`` within this: a rewrite that may come of it is made safe."""
        self._check_disk()
        if self.left is None:
            self.left = threshold - self._pending(collection)
        self.left -= records
        if self.left > 0:
            yield
            return
        with self.held():
            segment, files_go_to = self._state(collection)
            files = self._folder / "chroma" / segment
            shutil.rmtree(self._copy, ignore_errors=True)
            if files.is_dir():
                shutil.copytree(files, self._copy)
            note = {"collection": collection, "seq": files_go_to, "copied": files.is_dir()}
            replace_text(self._note, json.dumps(note))
            yield
            # After an error the note stays, and whoever loads the graph next mends it.
            self._note.unlink()
            shutil.rmtree(self._copy, ignore_errors=True)
        self.left = threshold - self._pending(collection)

    def _mend(self) -> None:
        """Put back the copy where a rewrite began and did not end."""
        if not self._note.exists():
            return
        note = json.loads(self._note.read_text())
        segment, files_go_to = self._state(note["collection"])
        files = self._folder / "chroma" / segment
        if segment and files_go_to == note["seq"] and self._copy.is_dir() == note["copied"]:
            shutil.rmtree(files, ignore_errors=True)
            if note["copied"]:
                self._copy.replace(files)
        self._note.unlink()
        shutil.rmtree(self._copy, ignore_errors=True)

    def _check_disk(self) -> None:
        """Refuse to begin what the disk has no room for: Chroma does not notice a full one."""
        size = sum(file.stat().st_size for file in (self._folder / "chroma").glob("*/*"))
        if shutil.disk_usage(self._folder).free < _FREE + 2 * size:
            raise LibraryError(
                f"the disk of {self._folder} is nearly full; free some space and run the same "
                "command again"
            )

    def _state(self, collection: str) -> tuple[str, int]:
        """Return a collection's folder of files, and up to which record they go."""
        rows = self._ask(
            "select s.id, coalesce(m.seq_id, 0) from segments s left join max_seq_id m "
            "on m.segment_id = s.id where s.scope = 'VECTOR' and s.collection = ?",
            collection,
        )
        return (str(rows[0][0]), int(rows[0][1])) if rows else ("", 0)

    def _pending(self, collection: str) -> int:
        """Return how many records the files lack."""
        _, files_go_to = self._state(collection)
        [(count,)] = self._ask(
            "select count(*) from embeddings_queue where topic like '%' || ? and seq_id > ?",
            collection,
            files_go_to,
        )
        return int(count)

    def _ask(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        path = self._folder.resolve() / "chroma" / "chroma.sqlite3"
        with contextlib.closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as database:
            return database.execute(query, values).fetchall()
