"""Finished rows of a batch, durable one by one, then all of them in one file in order.

While a batch runs, each finished row is a line of ``OUT.part``, on disk before the next is
counted. At the end the rows go to OUT in the order of the questions, all at once, and the
journal goes. Whatever stops the batch, both files together hold every finished row.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from rag.durable import is_stream, make_private, opened_stream, sync_folder, write_whole
from rag.errors import BusyError, InputError

Row = dict[str, Any]

# What a batch needs to know of a row that is done.
BRIEF = ("id", "question", "error", "answered", "usage", "llm", "generation")


class Journal:
    """The finished rows of one output file; the newest row of a key counts.

    ``rows`` holds what `BRIEF` names of each, by `row_key`; the whole rows stay as bytes.
    """

    def __init__(self, out: Path) -> None:
        """Read what is there; call within `claimed`.

        Raises:
            InputError: OUT holds something else than the rows of a batch.
        """
        self._out = out
        self._part = _beside(out, ".part")
        self._lines: dict[str, bytes] = {}
        self._descriptor: int | None = None
        self.rows: dict[str, Row] = {}
        for file in (out, self._part):
            found = list(_rows(file))
            if not found and file.is_file() and _is_another(file, torn=file == self._part):
                raise InputError(f"{file} exists and is no batch's output; name another file")
            for line, row in found:
                self._keep(row, line)

    def add(self, rows: Sequence[Row]) -> None:
        """Put finished rows on disk; they are durable when this returns."""
        if self._descriptor is None:
            self._descriptor = _open_whole(self._part)
        lines = [_encode(row) for row in rows]
        _write_all(self._descriptor, b"".join(lines))
        os.fsync(self._descriptor)
        for row, line in zip(rows, lines, strict=True):
            self._keep(row, line)

    def _keep(self, row: Row, line: bytes) -> None:
        key = row_key(row)
        self.rows[key] = {name: row[name] for name in BRIEF if name in row}
        self._lines[key] = line

    def finish(self, keys: Sequence[str]) -> None:
        """Write the rows of these keys to OUT in this order, all or nothing; drop the journal."""
        text = b"".join(self._lines[key] for key in keys)
        self.close()
        if not self._out.exists() or self._out.read_bytes() != text:
            write_whole(self._out, text)
        self._part.unlink(missing_ok=True)

    def close(self) -> None:
        """Release the journal's file; what is in it stays."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class Stream:
    """The finished rows of a batch whose output is no file: written plainly, in their order.

    It holds what waits for an earlier row, and nothing that a later batch could go on from.
    """

    def __init__(self, out: Path, keys: Sequence[str]) -> None:
        """Take what is written to, and the keys of all rows in their order."""
        self.rows: dict[str, Row] = {}
        self._stack = contextlib.ExitStack()
        self._stream = self._stack.enter_context(opened_stream(out))
        self._waiting: dict[str, bytes] = {}
        self._keys = iter(keys)
        self._next = next(self._keys, None)

    def add(self, rows: Sequence[Row]) -> None:
        """Write the rows whose turn it is."""
        for row in rows:
            key = row_key(row)
            self.rows[key] = {name: row[name] for name in BRIEF if name in row}
            self._waiting[key] = _encode(row)
        while self._next in self._waiting:
            self._stream.write(self._waiting.pop(self._next))
            self._next = next(self._keys, None)
        self._stream.flush()

    def finish(self, keys: Sequence[str]) -> None:
        """Nothing is left to do: every row had its turn."""

    def close(self) -> None:
        """Write what waited for rows that never came, in its order, and release the stream."""
        with self._stack:
            for key in [self._next, *self._keys]:
                self._stream.write(self._waiting.pop(key or "", b""))


@contextlib.contextmanager
def claimed(out: Path) -> Iterator[None]:
    """Hold an output file against other batches; a stream is not held.

    Raises:
        BusyError: another batch is writing to it.
    """
    if is_stream(out):
        yield
        return
    make_private(out.parent)
    lock = FileLock(_beside(out, ".lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise BusyError(
            f"another batch is writing to {out}; wait for its end or name another file"
        ) from None
    try:
        yield
    finally:
        with contextlib.suppress(PermissionError):  # Windows removes no open file: it stays
            Path(lock.lock_file).unlink(missing_ok=True)
        lock.release()


def row_key(row: Mapping[str, Any]) -> str:
    """Return what tells rows apart: the question's id and the digest of what shaped the row.

    >>> row_key({"id": "q1", "digest": "ab"})
    'ab q1'
    """
    return f"{row['digest']} {row['id']}"


def _rows(path: Path) -> Iterator[tuple[bytes, Row]]:
    """Yield the rows of a file; a line that was torn by a stop is no row."""
    if not path.is_file():
        return
    with path.open("rb") as file:
        for line in file:
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if line.endswith(b"\n") and isinstance(row, dict) and {"id", "digest"} <= row.keys():
                yield line, row


def _is_another(file: Path, *, torn: bool) -> bool:
    """Say whether a file without rows holds something else; a torn line may be one's first row."""
    data = file.read_bytes()
    return b"\n" in data if torn else bool(data)


def _encode(row: Row) -> bytes:
    # A lone surrogate becomes its JSON escape.
    text = json.dumps(row, ensure_ascii=False) + "\n"
    return text.encode("utf-8", "backslashreplace")


def _open_whole(path: Path) -> int:
    """Open a journal for appending, without the line that a stop may have torn."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with open(descriptor, "rb", closefd=False) as file:  # no path: a descriptor
        torn = 0
        for line in file:
            torn = 0 if line.endswith(b"\n") else len(line)
    if torn:
        os.ftruncate(descriptor, os.fstat(descriptor).st_size - torn)
    sync_folder(path.parent)
    return descriptor


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)
