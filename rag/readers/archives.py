"""Compressed files and archives, opened in memory and within limits: nothing is extracted.

Workbooks and PDF files are taken apart here too, as all else is read as text.
"""

from __future__ import annotations

import gzip
import io
import os
import zipfile
from collections.abc import Iterator
from typing import IO, BinaryIO, NamedTuple

from rag.readers.clean import visible
from rag.readers.pdf import read_pdf
from rag.readers.records import to_paper
from rag.readers.sheets import sheets
from rag.readers.text import DAMAGED, FAULTS, Source
from rag.types import Paper, Rejection

# What an archive may unpack to: text shrinks 3 to 20 times, a bomb 1,000 times and more.
UNPACKED_LIMIT = 4 * 2**30  # bytes
RATIO_LIMIT = 100  # bytes out for each byte in, once past FREE bytes
FREE = 16 * 2**20
MEMBER_LIMIT = 20_000  # files in one archive
INNER_LIMIT = 256 * 2**20  # bytes of an archive inside an archive, which is held in memory
# Also what zipfile raises for archives of a kind that it does not know.
_FAULTS = (*FAULTS, OSError, ValueError, RuntimeError)
_OFFICE = {"[Content_Types].xml", "mimetype"}
_WORKBOOK = "xl/workbook.xml"


class Document(NamedTuple):
    """One file to be read: its bytes, the label for messages, the name that hints at its format."""

    source: Source
    label: str
    name: str


class _Budget:
    """Counts what an archive of ``size`` bytes unpacks to."""

    def __init__(self, size: int) -> None:
        self.left = min(UNPACKED_LIMIT, max(FREE, RATIO_LIMIT * size))

    def spend(self, size: int) -> None:
        self.left -= size
        if self.left < 0:
            raise OSError("it unpacks to far more than its size; unpack and check it yourself")


def documents(
    stream: BinaryIO, label: str, name: str, budget: _Budget | None = None, depth: int = 0
) -> Iterator[Document | Paper | Rejection]:
    """Yield the documents in ``stream``: itself, or what it holds if it is a .gz or .zip.

    ``stream`` must be seekable. Each document must be read before the next is asked for.
    ``budget`` and ``depth`` are those of the archive in which it stands.
    """
    magic = stream.read(4)
    stream.seek(0)
    if magic == b"%PDF":
        yield to_paper(read_pdf(stream), label)
        return
    if not _is_archive(magic):
        yield Document(Source(stream, label, budget), label, name)
        return
    if depth > 1:
        yield Rejection(label, "an archive within an archive within an archive; unpack it first")
        return
    if budget is None:
        budget = _Budget(stream.seek(0, os.SEEK_END))
        stream.seek(0)
    if magic[:2] == b"\x1f\x8b":
        with gzip.GzipFile(fileobj=stream) as inner:
            yield from _nested(inner, label, name.removesuffix(".gz"), budget, depth)
    else:
        yield from _unzip(stream, label, budget, depth)


def _is_archive(magic: bytes) -> bool:
    return magic[:2] == b"\x1f\x8b" or magic in {b"PK\x03\x04", b"PK\x05\x06"}


def _unzip(
    stream: BinaryIO, label: str, budget: _Budget, depth: int
) -> Iterator[Document | Paper | Rejection]:
    try:
        archive = zipfile.ZipFile(stream)
    except _FAULTS as error:
        yield Rejection(label, f"a damaged zip archive ({error}); fetch or pack it again")
        return
    with archive:
        members = [member for member in archive.infolist() if _is_wanted(member)]
        if not members:
            yield Rejection(label, "the archive holds no files; pack it again")
        elif _WORKBOOK in archive.namelist():
            yield from _sheets(stream, archive, label, budget)
        elif _OFFICE & {member.filename for member in members}:
            yield Rejection(label, "an office document; save it as .xlsx, CSV or text")
        elif len(members) > MEMBER_LIMIT:
            yield Rejection(label, f"the archive holds more than {MEMBER_LIMIT:,} files")
        else:
            for member in sorted(members, key=lambda member: member.filename):
                yield from _member(archive, member, label, budget, depth)


def _sheets(
    stream: BinaryIO, archive: zipfile.ZipFile, label: str, budget: _Budget
) -> Iterator[Document | Paper | Rejection]:
    try:
        budget.spend(sum(member.file_size for member in archive.infolist()))
    except OSError as error:
        yield Rejection(label, str(error))
        return
    found = False
    for sheet in sheets(stream, label):
        found = True
        if isinstance(sheet, Rejection):
            yield sheet
        else:
            where, table = sheet
            yield Document(Source(io.BytesIO(table), where), where, ".csv")
    if not found:
        yield Rejection(label, "a workbook with nothing in it")


def _is_wanted(member: zipfile.ZipInfo) -> bool:
    """Tell the files that someone put into an archive from what systems leave there."""
    parts = member.filename.split("/")
    hidden = any(part.startswith(".") and part not in {".", ".."} for part in parts)
    folder = member.filename.endswith("/")  # is_dir fails for an empty name
    return not folder and not hidden and "__MACOSX" not in parts


def _member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, label: str, budget: _Budget, depth: int
) -> Iterator[Document | Paper | Rejection]:
    label = f"{label}/{visible(member.filename)}"
    if member.flag_bits & 1:
        yield Rejection(label, "it is encrypted; unpack it first")
        return
    try:
        inner = archive.open(member)
    except _FAULTS as error:
        yield Rejection(label, f"cannot be unpacked: {error}")
        return
    with inner:
        yield from _nested(inner, label, member.filename.lower(), budget, depth)


def _nested(
    inner: IO[bytes] | gzip.GzipFile, label: str, name: str, budget: _Budget, depth: int
) -> Iterator[Document | Paper | Rejection]:
    """Open what stands in an archive; an archive there is first taken into memory."""
    limit = min(INNER_LIMIT, budget.left)
    try:
        magic = inner.read(4)
        packed = _is_archive(magic) or magic == b"%PDF"
        inner.seek(0)
        data = inner.read(limit + 1) if packed else b""
    except _FAULTS:
        yield Rejection(label, DAMAGED)
        return
    if not packed:
        yield Document(Source(inner, label, budget), label, name)
    elif len(data) > limit:
        yield Rejection(label, "an archive within an archive that is too large; unpack it first")
    else:
        budget.spend(len(data))
        yield from documents(io.BytesIO(data), label, name, budget, depth + 1)
