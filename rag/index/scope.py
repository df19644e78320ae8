"""Which papers came from the places that an ingest reads, to know those that are gone from them."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Sequence
from pathlib import Path

from rag.types import Rejection


class Scope:
    """What an ingest was told to read.

    A paper of a file that could not be read is not taken for gone, nor is one whose record was
    rejected, nor one of a file that a pattern with ``**`` may have named and no longer does.
    """

    def __init__(
        self, paths: Sequence[str], files: Sequence[str], rejected: Sequence[Rejection]
    ) -> None:
        """Take what was named, the files that it led to, and what of them was rejected."""
        self._files = frozenset(files)
        self._folders = tuple(f"{path.rstrip('/')}/" for path in paths if Path(path).is_dir())
        self._patterns = [path for path in paths if glob.has_magic(path) and path not in files]
        self._unread = frozenset(rejection.where for rejection in rejected)

    @property
    def places(self) -> tuple[list[str], list[str]]:
        """The files, and with what the names of others begin that may lie there."""
        begin = [pattern[: _first_magic(pattern)] for pattern in self._patterns]
        archives = [f"{file}/" for file in self._files]
        return sorted(self._files), sorted({*self._folders, *archives, *filter(None, begin)})

    def holds(self, sources: Iterable[str]) -> bool:
        """Say whether all of a paper's sources (``file:line``) lie here and were read."""
        return all(self._is_here(source) for source in sources)

    def _is_here(self, source: str) -> bool:
        file = source.rpartition(":")[0]
        if self._unread & {source, file} or any(
            file.startswith(f"{unread}/") for unread in self._unread
        ):
            return False
        return (
            file in self._files
            or file.startswith(self._folders)
            or any(file.startswith(f"{archive}/") for archive in self._files if archive in file)
            or any(_matches(file, pattern) for pattern in self._patterns)
        )


def _matches(file: str, pattern: str) -> bool:
    path, shape = Path(file), Path(pattern)
    return "**" not in pattern and len(path.parts) == len(shape.parts) and path.match(pattern)


def _first_magic(pattern: str) -> int:
    return next(i for i, character in enumerate(pattern) if character in "*?[")
