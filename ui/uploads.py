"""Which browser uploaded which file: nobody else may have it read, and it goes once it is."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
import threading
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from rag.errors import InputError

COOKIE = "rag-visit"
_VISIT = re.compile(r"[\w-]{20,64}", re.ASCII)
_MOST = 2_000  # files that wait to be read; the oldest go first


def new_visit() -> str:
    """Return a name for a browser that nobody guesses."""
    return secrets.token_urlsafe(24)


def is_visit(name: str) -> bool:
    """Say whether a cookie may be one of ours."""
    return bool(_VISIT.fullmatch(name))


class Uploads:
    """The files that were uploaded and not read yet, with who uploaded them."""

    def __init__(self) -> None:
        """Nothing has been uploaded."""
        # Gradio names a file by its bytes: two browsers may hold the same one.
        self._owners: OrderedDict[str, set[str]] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, visit: str, paths: Iterable[str]) -> None:
        """Remember who uploaded files."""
        with self._lock:
            for path in map(os.path.realpath, paths):
                self._owners.setdefault(path, set()).add(visit)
                self._owners.move_to_end(path)
            while len(self._owners) > _MOST:
                _remove(self._owners.popitem(last=False)[0])

    def holds(self, visit: str, path: object) -> bool:
        """Say whether this browser uploaded a file, and it is one still."""
        if not isinstance(path, str) or "\0" in path:
            return False
        real = os.path.realpath(path)
        with self._lock:
            known = visit in self._owners.get(real, ())
        return known and _is_file(real)

    @contextlib.contextmanager
    def taken(self, visit: str, paths: Sequence[str]) -> Iterator[list[str]]:
        """Give a browser's own files to be read; they are deleted at the end.

        Raises:
            InputError: one of them is nothing that it uploaded.
        """
        if not all(self.holds(visit, path) for path in paths):
            raise InputError("a file is not there that this page uploaded; upload it again")
        mine = [os.path.realpath(path) for path in paths]
        try:
            yield mine
        finally:
            with self._lock:
                for path in mine:
                    owners = self._owners.get(path, set())
                    owners.discard(visit)
                    if not owners and self._owners.pop(path, None) is not None:
                        _remove(path)


def _is_file(path: str) -> bool:
    try:
        return stat.S_ISREG(Path(path).lstat().st_mode)
    except OSError:
        return False


def _remove(path: str) -> None:
    with contextlib.suppress(OSError):
        Path(path).unlink()
        Path(path).parent.rmdir()  # Gradio gives each file a folder
