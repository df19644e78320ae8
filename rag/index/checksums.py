"""Checksums of an index's files, written with each change, to notice what a disk or a hand did."""

from __future__ import annotations

import contextlib
import json
import zlib
from collections.abc import Iterator
from pathlib import Path

from rag.durable import replace_text

_NAME = "checksums.json"
_BLOCK = 2**20
_PASSING = (".lock", ".part", ".rag-new")  # endings of what comes and goes
Sum = tuple[int, int]  # size and CRC-32


def write_sums(folder: Path) -> None:
    """Remember the files as they are; call where nobody else writes."""
    known = _read(folder)
    sums = {}
    for name, path in _files(folder):
        # Files of a lexical index never change, so those that were read before are not again.
        is_old = name in known and name.startswith("lexical/") and path.suffix not in ("", ".json")
        with contextlib.suppress(OSError):
            sums[name] = known[name] if is_old else _sum(path)
    replace_text(folder / _NAME, json.dumps(sums))


def forget_sums(folder: Path) -> None:
    """Forget all: the files are about to change."""
    (folder / _NAME).unlink(missing_ok=True)


def damaged(
    folder: Path, beginning: str = "", sound: set[tuple[str, Sum]] | None = None
) -> list[str]:
    """Return the names of files that are gone or not as they were written.

    Args:
        folder: the index.
        beginning: look at files whose names begin so.
        sound: what was found sound before and is not read again; what is found so now is added.
    """
    sound = set() if sound is None else sound
    sums = _read(folder)
    wrong = []
    for name, known in sums.items():
        if not name.startswith(beginning) or (name, known) in sound:
            continue
        if _sum_or_none(folder / name) == known:
            sound.add((name, known))
        else:
            wrong.append(name)
    return wrong if wrong and _read(folder) == sums else []  # else a writer has come meanwhile


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield what is checked: what is derived; Chroma changes its own files as it reads them."""
    for pattern in ("lexical/*", "vectors-*.npy"):
        for path in sorted(folder.glob(pattern)):
            if path.is_file() and path.suffix not in _PASSING and "lock" not in path.name:
                yield path.relative_to(folder).as_posix(), path


def _sum_or_none(path: Path) -> Sum | None:
    try:
        return _sum(path)
    except OSError:
        return None


def _sum(path: Path) -> Sum:
    size = crc = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            size += len(block)
            crc = zlib.crc32(block, crc)
    return size, crc


def _read(folder: Path) -> dict[str, Sum]:
    try:
        read = json.loads((folder / _NAME).read_text(encoding="utf-8"))
        return {str(name): (int(size), int(crc)) for name, (size, crc) in read.items()}
    except (OSError, ValueError, RecursionError, TypeError, AttributeError):  # damaged
        return {}
