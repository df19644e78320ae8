"""Paths as people write them: files, folders, globs and "-" become names of files."""

from __future__ import annotations

import contextlib
import glob
import io
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from rag.readers.clean import visible
from rag.types import Rejection

_IN_MEMORY = 64 * 2**20  # bytes of a pipe; a longer one goes to a temporary file
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
        if not path:  # which Path would take for the working folder
            rejected.append(Rejection(path, _MISSING))
        elif path == "-" or (Path(path).exists() and not Path(path).is_dir()):
            files.append(path)
        elif Path(path).is_dir():
            _search(path, Path(path).resolve(), set(), files, rejected)
        elif glob.has_magic(path):
            matches = sorted(glob.glob(path, recursive=True))  # noqa: PTH207 Path.glob changes the names
            if not matches:
                rejected.append(
                    Rejection(visible(path), "no file has such a name; check the pattern")
                )
            for match in matches:
                if Path(match).is_dir():
                    _search(match, Path(match).resolve(), set(), files, rejected)
                else:
                    files.append(match)
        else:
            rejected.append(Rejection(visible(path), _MISSING))
    return list(dict.fromkeys(files)), rejected


def _search(
    folder: str, top: Path, seen: set[Path], files: list[str], rejected: list[Rejection]
) -> None:
    real = Path(folder).resolve()
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
        if name.startswith("."):
            continue
        if Path(path).is_symlink() and not Path(path).resolve().is_relative_to(top):
            rejected.append(Rejection(visible(path), "a link out of the folder; name its target"))
        elif Path(path).is_dir():
            _search(path, top, seen, files, rejected)
        elif Path(path).is_file():
            files.append(path)
        elif Path(path).is_symlink():
            rejected.append(Rejection(visible(path), "a link to nothing; remove or mend it"))


@contextlib.contextmanager
def opened(path: str, stdin: BinaryIO | None) -> Iterator[BinaryIO]:
    """Open a file, or "-" for ``stdin``, as seekable bytes; a pipe is copied first."""
    with contextlib.ExitStack() as stack:
        if path == "-":
            stream = stdin or sys.stdin.buffer
        else:
            stream = stack.enter_context(Path(path).open("rb"))
        if not stream.seekable():
            stream = _copied(stream, stack)
        yield stream


def _copied(pipe: BinaryIO, stack: contextlib.ExitStack) -> BinaryIO:
    copy: BinaryIO = io.BytesIO(pipe.read(_IN_MEMORY))
    if more := pipe.read(1):
        on_disk = stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 the stack closes it
        shutil.copyfileobj(copy, on_disk)
        on_disk.write(more)
        shutil.copyfileobj(pipe, on_disk)
        copy = on_disk
    copy.seek(0)
    return copy
