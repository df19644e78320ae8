"""Files that are written: replaced whole, their mode kept, private where new; streams plainly.

After any stop a file holds the old text or the new, never a part. What a command's ``-o`` names
may also be standard output, a pipe or a device: that is written as it is and never replaced.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import stat
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

_PRIVATE_FILE, _PRIVATE_FOLDER = 0o600, 0o700
_AT_ONCE = 8  # files that are synced at the same time
# Names for what this process has opened already, wherever that leads.
_DESCRIPTOR = re.compile(r"/dev/(stdin|stdout|stderr)|/(?:dev|proc/self)/fd/(\d{1,9})")


def write_whole(path: Path, data: bytes) -> None:
    """Write a file durably: after any stop it holds either what it held or all of ``data``."""
    _replace(path, data, sync=True)
    sync_folder(path.parent)


def replace_text(path: Path, text: str) -> None:
    """Write a small file so that a kill leaves what it held or all of ``text``.

    Unlike `write_whole` it does not wait for the disk: a loss of power may leave neither.
    """
    _replace(path, text.encode(), sync=False)


def _replace(path: Path, data: bytes, *, sync: bool) -> None:
    with replacing(path) as file:
        file.write(data)
        if sync:
            file.flush()
            os.fsync(file.fileno())


@contextlib.contextmanager
def replacing(path: Path, *, shared: bool = False) -> Iterator[BinaryIO]:
    """Give a new file, put in a file's place when the block ends well, and else removed.

    It has the mode of the file before it; through a link it goes where that leads. Where the file
    is ``shared``, others may write it at the same time: one of them wins.
    """
    path = real_path(path)
    mark = f".{os.getpid()}-{threading.get_ident()}" if shared else ""
    new = path.with_name(f".{path.name}{mark}.rag-new")  # no name that a person gives
    new.unlink(missing_ok=True)  # left by a kill, maybe with another mode
    try:
        with open_private(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL) as file:
            yield file
            with contextlib.suppress(FileNotFoundError):
                new.chmod(stat.S_IMODE(path.stat().st_mode))
        new.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            new.unlink()
        raise


def write_output(path: str | Path, data: bytes) -> None:
    """Write what a command's ``-o`` names: a file whole, anything else plainly."""
    if not is_stream(path):
        check_output(path)
        write_whole(Path(path), data)
        return
    with opened_stream(path) as stream:
        stream.write(data)


def real_path(path: str | Path) -> Path:
    """Return where links lead; Path.resolve would raise for one that leads to itself."""
    return Path(os.path.realpath(path))


def check_output(path: str | Path) -> None:
    """Notice before long work that what ``-o`` names cannot be written.

    Raises:
        OSError: its folder is not there or may not be written, it is a folder or leads nowhere, or
            it may not be written itself: that a new file could take its place is no leave to.
    """
    if is_stream(path):
        return
    Path(path).parent.stat()
    file = real_path(path)
    wrong = 0
    if file.is_dir():
        wrong = errno.EISDIR
    elif file.is_symlink():
        wrong = errno.ELOOP
    elif not all(os.access(each, os.W_OK) for each in (file.parent, file) if each.exists()):
        wrong = errno.EACCES
    if wrong:
        raise OSError(wrong, os.strerror(wrong), str(path))


def is_stream(path: str | Path) -> bool:
    """Say whether a name stands for a stream: ``-``, a descriptor, a pipe, a socket or a device.

    >>> is_stream("-"), is_stream("/dev/stdout"), is_stream("answers.jsonl")
    (True, True, False)
    """
    if str(path) == "-" or _descriptor(path) is not None:
        return True
    try:
        mode = Path(path).stat().st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def is_stdout(path: str | Path) -> bool:
    """Say whether a name stands for standard output, where nothing else may be printed then."""
    return str(path) == "-" or _descriptor(path) == 1


@contextlib.contextmanager
def opened_stream(path: str | Path) -> Iterator[BinaryIO]:
    """Open what `is_stream` for writing, without cutting it short; ``-`` is standard output."""
    if str(path) == "-":
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    number = _descriptor(path)
    opened = os.open(path, os.O_WRONLY) if number is None else os.dup(number)
    with os.fdopen(opened, "wb") as stream:
        yield stream


def _descriptor(path: str | Path) -> int | None:
    """Return the number of the descriptor of this process that a name stands for."""
    match = _DESCRIPTOR.fullmatch(str(path))
    if match is None:
        return None
    names = {"stdin": 0, "stdout": 1, "stderr": 2}
    return names[match[1]] if match[1] in names else int(match[2])


def open_private(path: Path, flags: int) -> BinaryIO:
    """Open a file with these ``os.open`` flags; a new one is its owner's alone."""
    return os.fdopen(os.open(path, flags, _PRIVATE_FILE), "ab" if flags & os.O_APPEND else "wb")


def make_private(folder: Path) -> None:
    """Make a folder where there is none, its owner's alone; its name outlasts a loss of power."""
    make_folder(folder, _PRIVATE_FOLDER)


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Make a folder and those above it where there is none; their names outlast a loss of power."""
    if not folder.is_dir():
        new = [each for each in (folder, *folder.parents) if not each.exists()]
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            folder.mkdir(mode=mode, exist_ok=True)
        except FileExistsError as error:  # and it is no folder
            raise NotADirectoryError(
                errno.ENOTDIR, os.strerror(errno.ENOTDIR), error.filename
            ) from None
        for each in new:
            sync_folder(each.parent)


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable, where the system lets folders be synced."""
    if os.name == "posix":
        _sync(folder)


def sync_files(folder: Path) -> None:
    """Make every file below a folder durable: all at once, so that a disk waits for them once."""
    if os.name != "posix":
        return
    files: list[Path] = []
    folders: list[Path] = []
    for place, _, names in os.walk(folder):
        files += [Path(place) / name for name in names if not name.endswith("lock")]
        folders.append(Path(place))
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        list(pool.map(_sync_if_there, files))
    for each in folders:
        sync_folder(each)


def _sync_if_there(file: Path) -> None:
    with contextlib.suppress(FileNotFoundError):  # of a reader, and gone again
        _sync(file)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
