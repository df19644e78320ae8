"""The whole library in one file, and back: vectors, papers, opinions and uploads."""

from __future__ import annotations

import lzma
import os
import shutil
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from rag.durable import (
    is_stream,
    make_folder,
    opened_stream,
    real_path,
    replacing,
    sync_files,
    sync_folder,
)
from rag.errors import InputError, LibraryError
from rag.index.chroma_files import copy_database
from rag.index.writer_lock import WriterLock

_MARK = "rag-backup"  # the first name in a backup; its text is the form of the rest
_FORM = "1"
_DATABASE = "chroma/chroma.sqlite3"
_PARTS = (
    "chroma/",
    "lexical/",
    "uploads/",
    "vectors-",
    "feedback.jsonl",
    "checksums.json",
    "threshold.json",
)
_WAIT = 600.0
# What a damaged or strange archive comes to: names twice, a file where a folder is, a password.
_DAMAGE = (
    *(zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError),
    *(zlib.error, lzma.LZMAError, FileExistsError, NotADirectoryError, IsADirectoryError),
)


def write_backup(folder: Path, out: str) -> int:
    """Write the library in a folder to a file, whole or not at all; return its size in bytes.

    Raises:
        LibraryError: there is no library. BusyError: another process keeps writing to it.
    """
    if not (folder / _DATABASE).is_file():
        raise LibraryError(f"there is no index in {folder}; make one with `rag ingest PATH`")
    with WriterLock(folder).alone("backup", wait=_WAIT):
        if is_stream(out):
            with opened_stream(out) as stream:
                return _write(folder, stream)
        path = real_path(out)
        if real_path(folder) in path.parents:
            raise InputError(f"{out} is inside the library that it would keep; name another place")
        with replacing(path, shared=True) as file:
            size = _write(folder, file)
            file.flush()
            os.fsync(file.fileno())
        sync_folder(path.parent)
        return size


def _write(folder: Path, out: BinaryIO) -> int:
    with (
        tempfile.TemporaryDirectory(prefix="rag-backup-") as temporary,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        archive.writestr(_MARK, _FORM)
        # Even a reader that opens Chroma writes to its database: it is copied by SQLite itself.
        database = Path(temporary) / "chroma.sqlite3"
        copy_database(folder / _DATABASE, database)
        archive.write(database, _DATABASE)
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            mine = name.startswith(_PARTS) and not name.startswith(_DATABASE)
            if mine and path.is_file() and not path.is_symlink():
                archive.write(path, name)
    return sum(entry.compress_size for entry in archive.infolist())


def restore_backup(file: Path, folder: Path) -> Path | None:
    """Put the library of a backup into a folder; return where what was there has gone.

    The library is unpacked beside the folder and then takes its place: a stop before that leaves
    what was there, and the same command finishes.

    Raises:
        InputError: the file is no backup, or a damaged one.
        BusyError: another process keeps writing to the library that is there.
    """
    folder = real_path(folder)
    make_folder(folder.parent)
    for left in folder.parent.glob(f".{folder.name}.restoring-*"):
        shutil.rmtree(left, ignore_errors=True)
    new = Path(tempfile.mkdtemp(prefix=f".{folder.name}.restoring-", dir=folder.parent))
    try:
        _unpack(file, new)
        sync_files(new)
        if not folder.exists():
            new.replace(folder)
            sync_folder(folder.parent)
            return None
        before = _free_name(folder)
        with WriterLock(folder).alone("restore", wait=_WAIT):
            folder.replace(before)
            new.replace(folder)
        sync_folder(folder.parent)
        if any(path.is_dir() for path in before.iterdir()):
            return before
        shutil.rmtree(before, ignore_errors=True)  # it held no library
        return None
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _unpack(file: Path, folder: Path) -> None:
    if is_stream(str(file)):  # it is read from its end, and some devices have none
        raise InputError(f"{file} is no file; save the backup into one and name that")
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if not entries or entries[0].filename != _MARK:
                raise InputError(f"{file} is no backup of a library; name one of `rag backup`")
            if archive.read(entries[0]).decode("ascii", "replace") != _FORM:
                raise InputError(f"{file} is from a newer version of this program; use that one")
            for entry in entries[1:]:
                _unpack_one(archive, entry, folder)
        if not (folder / _DATABASE).is_file():
            raise InputError(f"{file} holds no library; name a file of `rag backup`")
    except _DAMAGE as error:
        raise InputError(f"{file} is damaged or no backup ({error}); name another") from error
    except OSError as error:
        if error.filename is None or Path(error.filename) != file:
            raise
        raise InputError(f"cannot read {file} ({error.strerror}); name a backup") from error


def _unpack_one(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, folder: Path) -> None:
    path = PurePosixPath(entry.filename)
    if path.is_absolute() or ".." in path.parts or not entry.filename.startswith(_PARTS):
        raise InputError(f"a backup holds no {entry.filename[:80]!r}; this is none of ours")
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with archive.open(entry) as source, target.open("xb") as sink:
        shutil.copyfileobj(source, sink)


def _free_name(folder: Path) -> Path:
    names = (folder.with_name(f"{folder.name}.before-{number}") for number in range(1, 10**6))
    return next(name for name in names if not name.exists())
