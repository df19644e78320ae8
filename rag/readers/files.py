"""Paths as people write them: files, folders, globs and "-" become names of files."""

from __future__ import annotations

import contextlib
import errno
import glob
import logging
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Literal, cast

from rag.durable import real_path
from rag.readers.clean import visible
from rag.types import Rejection

log = logging.getLogger(__name__)

_IN_MEMORY = 64 * 2**20  # bytes of a pipe; a longer one goes to a temporary file
_NO_MATCH = "no file has such a name; check the pattern"
_MISSING = "no such file or folder; check the name"


def expand(paths: Sequence[str]) -> tuple[list[str], list[Rejection]]:
    """Return the files that ``paths`` name, each once, and what names nothing.

    Folders are searched through, in the order of names; hidden files are left out and so are
    links that lead out of the folder (reported). Names stay as given, with the path below the
    folder added, so they are the same on every machine.
    """
    files: list[str] = []
    rejected: list[Rejection] = []
    for path in paths:
        if path == "-":  # standard input
            files.append(path)
            continue
        pattern = _kind(path) == "nothing" and glob.has_magic(path)
        matches = sorted(glob.glob(path, recursive=True)) if pattern else [path]  # noqa: PTH207 Path.glob changes names
        if not matches:
            rejected.append(Rejection(visible(path), _NO_MATCH))
        for match in matches:
            kind = _kind(match)
            if kind == "folder":
                before = len(files) + len(rejected)
                _search(match, real_path(match), set(), files, rejected)
                if len(files) + len(rejected) == before:
                    log.warning("%s: no files in it; name a folder that holds some", visible(match))
            elif kind == "nothing" and not pattern:
                rejected.append(Rejection(visible(path), _MISSING))
            else:
                files.append("./-" if match == "-" else match)
    return list(dict.fromkeys(files)), rejected


def _kind(path: str) -> Literal["file", "folder", "other", "nothing"]:
    """Tell what a name stands for; what may not be looked at is left to whoever opens it."""
    try:
        mode = Path(path).stat().st_mode if path else 0
    except (FileNotFoundError, NotADirectoryError, ValueError):
        mode = 0
    except OSError:
        return "file"
    if stat.S_ISDIR(mode):
        return "folder"
    return "file" if stat.S_ISREG(mode) else "other" if mode else "nothing"


def _search(
    folder: str, top: Path, seen: set[Path], files: list[str], rejected: list[Rejection]
) -> None:
    real = real_path(folder)
    if real in seen:  # a link to a folder above
        return
    seen.add(real)
    try:
        names = sorted(entry.name for entry in Path(folder).iterdir())
    except OSError as error:
        rejected.append(Rejection(visible(folder), f"cannot be searched: {error.strerror}"))
        return
    for name in names:
        path = f"{folder.rstrip('/')}/{name}"
        kind = _kind(path)
        if name.startswith("."):
            continue
        if kind == "nothing":
            rejected.append(Rejection(visible(path), "a link to nothing; remove or mend it"))
        elif Path(path).is_symlink() and not real_path(path).is_relative_to(top):
            rejected.append(Rejection(visible(path), "a link out of the folder; name its target"))
        elif kind == "folder":
            _search(path, top, seen, files, rejected)
        elif kind == "file":  # opening a pipe or a device could wait for ever
            files.append(path)


@contextlib.contextmanager
def opened(path: str, stdin: BinaryIO | None) -> Iterator[BinaryIO]:
    """Open a file, or "-" for ``stdin``, as seekable bytes; a pipe is copied first."""
    with contextlib.ExitStack() as stack:
        if path == "-":
            stream = stdin or sys.stdin.buffer
        elif "\0" in path:  # no file can have such a name; open would raise a ValueError
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        else:
            stream = stack.enter_context(Path(path).open("rb"))
        if not stream.seekable():
            copy = stack.enter_context(tempfile.SpooledTemporaryFile(_IN_MEMORY))
            shutil.copyfileobj(stream, copy)
            copy.seek(0)
            stream = cast("BinaryIO", copy)
        yield stream
