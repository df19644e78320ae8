"""Work on an index: one process's at a time, and marked until it is finished."""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from rag.durable import make_private, replace_text
from rag.errors import BusyError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """Work that was begun: what, and whether somebody is still at it."""

    command: str
    running: bool


class WriterLock:
    """The lock on an index's folder, which a dead process does not hold, and the marker in it."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; it is made when first locked."""
        self._folder = folder
        self._lock = folder / "lock"
        self._mark = folder / "unfinished.json"
        self._holder = folder / "holder.json"

    @contextlib.contextmanager
    def alone(self, command: str, wait: float) -> Iterator[None]:
        """Hold the lock, waiting so many seconds for another process.

        Raises:
            BusyError: another process holds it for longer.
        """
        make_private(self._folder)
        lock = FileLock(self._lock)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            holder = self._named()
            if wait == 0.0:
                raise BusyError(f"{holder} is writing to {self._folder}; try again later") from None
            log.warning("%s is writing to %s; waiting for it", holder, self._folder)
            try:
                lock.acquire(timeout=wait)
            except Timeout:
                raise BusyError(
                    f"{holder} still writes to {self._folder}; try again later"
                ) from None
        try:
            replace_text(self._holder, json.dumps({"command": command, "pid": os.getpid()}))
            yield
        finally:
            lock.release()

    def _named(self) -> str:
        held = _read_json(self._holder)
        named = held is not None and {"pid", "command"} <= held.keys()
        return "process {pid} ({command})".format(**held) if held and named else "another process"

    def begin(self, command: str, papers: Sequence[str] = ()) -> None:
        """Mark that work is under way; ``papers`` are the ids of those to be removed."""
        mark = {"command": command, "pid": os.getpid(), "papers": papers}
        replace_text(self._mark, json.dumps(mark))

    def finish(self) -> None:
        """Say that no work is left undone."""
        self._mark.unlink(missing_ok=True)

    def being_removed(self) -> set[str]:
        """Return the ids of the papers whose removal was begun and not finished."""
        papers = (_read_json(self._mark) or {}).get("papers")
        return {str(name) for name in papers} if isinstance(papers, list) else set()

    def unfinished(self) -> Unfinished | None:
        """Return the work that was begun and has not been finished; None where there is none."""
        mark = _read_json(self._mark)
        if mark is None:
            return None
        try:
            with FileLock(self._lock).acquire(timeout=0):
                running = False
        except (Timeout, OSError):
            running = True
        return Unfinished(str(mark.get("command")), running)


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        data = json.loads(path.read_text())
    except (OSError, ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None
