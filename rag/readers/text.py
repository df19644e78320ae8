"""Bytes of one document, whatever their encoding, as lines of clean UTF-8 with numbers.

UTF-8 is assumed unless a byte order mark, an XML declaration or the bytes themselves say
otherwise; single bytes that are not UTF-8 are read as Windows-1252, and the log says so once.
"""

from __future__ import annotations

import codecs
import gzip
import io
import logging
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, BinaryIO, Protocol

from rag.readers.encoding import encoding_of

log = logging.getLogger(__name__)

# No abstract comes near this; it bounds the memory that one record of a stream can take.
RECORD_LIMIT = 16 * 2**20
DAMAGED = "the compressed data is damaged or ends early; fetch the file again"
TOO_LONG = f"the record is longer than {RECORD_LIMIT // 2**20} MB; split or remove it"
WHOLE_LIMIT = 512 * 2**20  # bytes, for the formats that have to be read in one piece
TOO_LARGE = f"more than {WHOLE_LIMIT // 2**20} MB in one piece; split it or write a record a line"
_CHUNK = 2**17

# What the standard library raises in the middle of damaged compressed data.
FAULTS = (EOFError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(
    rb"""\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9_.:-]{1,40})["']"""
)
# The only declarations that are obeyed: Python also knows codecs that execute escapes.
_OBEYED = re.compile(
    r"(iso-8859-\d+|windows-125\d|koi8-r|gb2312|gbk|gb18030|big5|shift_jis|euc-jp|euc-kr)"
)
_ESCAPED = re.compile("[\udc80-\udcff]")


class TooLarge(Exception):
    """A document of a format that has to be read in one piece is too large for that."""


class Budget(Protocol):
    """How many decompressed bytes may still come; ``spend`` raises OSError past the limit."""

    def spend(self, size: int) -> None:
        """Count ``size`` more bytes."""


def _windows(match: re.Match[str]) -> str:
    byte = bytes([ord(match[0]) - 0xDC00])
    try:
        return byte.decode("cp1252")
    except UnicodeDecodeError:  # five bytes that Windows-1252 leaves open
        return byte.decode("latin-1")


class Source(io.RawIOBase):
    """A readable stream of valid UTF-8 without a byte order mark, lines ended by line feeds.

    A stream that breaks (damaged or oversized compressed data, a failing disk) ends early,
    and ``broken`` says why; what came before the break is still read.
    """

    refused: str  # why it is not read at all

    def __init__(
        self, stream: IO[bytes] | gzip.GzipFile, label: str, budget: Budget | None = None
    ) -> None:
        self.label = label
        self.broken: str | None = None
        # One read of the compressed data at a time: a longer one loses what precedes a fault.
        self._read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
        self._budget = budget
        self._ready = memoryview(b"")
        first = self._pull(_CHUNK)
        while len(first) < _CHUNK and (more := self._pull(_CHUNK)):
            first += more
        self._encoding, skipped, self.refused = _encoding(first)
        self._noted = b"\0" in first  # of what is no text nothing needs to be said
        errors = "surrogateescape" if self._encoding == "utf-8" else "replace"
        self._decoder = codecs.getincrementaldecoder(self._encoding)(errors)
        text = self._decoder.decode(first[skipped:], not first)
        self._bare_returns = "\r" in text and "\n" not in text
        self._ready = memoryview(self._encode(text))

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill ``buffer`` and return how many bytes were put there; 0 at the end."""
        while not self._ready:
            chunk = self._pull(_CHUNK)
            self._ready = memoryview(self._encode(self._decoder.decode(chunk, not chunk)))
            if not chunk and not self._ready:
                return 0
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _pull(self, size: int) -> bytes:
        if self.broken:
            return b""
        try:
            chunk = self._read(size) or b""
            if self._budget:
                self._budget.spend(len(chunk))
        except FAULTS:
            self.broken = DAMAGED
        except (OSError, ValueError, RuntimeError) as error:
            self.broken = f"cannot be read: {getattr(error, 'strerror', None) or error}"
        else:
            return chunk
        return b""

    def _encode(self, text: str) -> bytes:
        if self._encoding == "utf-8" and not text.isascii() and _ESCAPED.search(text):
            text = _ESCAPED.sub(_windows, text)
            if not self._noted:
                log.warning("%s: not UTF-8 throughout; read as Windows-1252 there", self.label)
                self._noted = True
        if self._bare_returns:
            text = text.replace("\r", "\n")
        return text.encode("utf-8", "replace")


def _encoding(first: bytes) -> tuple[str, int, str]:
    """Return the codec of a document that begins so, the length of its mark, what is wrong."""
    for mark, encoding in _MARKS:
        if first.startswith(mark):
            return encoding, len(mark), ""
    declared = _DECLARED.match(first)
    if declared and (name := declared[1].decode("ascii").lower()) and _OBEYED.fullmatch(name):
        return codecs.lookup(name).name, 0, ""
    if first.isascii() or b"\0" in first:
        return "utf-8", 0, ""
    text = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode(first)
    wrong = len(_ESCAPED.findall(text))
    if 2 * wrong <= sum(not character.isascii() for character in text):
        return "utf-8", 0, ""
    codec, reason = encoding_of(first)
    return ("utf-8" if codec == "cp1252" else codec or "utf-8"), 0, reason  # byte by byte, as ever


def buffered(source: Source) -> io.BufferedReader:
    """Return ``source`` with a buffer one can peek into without consuming it."""
    return io.BufferedReader(source, _CHUNK)


def lines(stream: BinaryIO) -> Iterator[tuple[int, str | None]]:
    r"""Yield each line with its number from 1, without its end; None for one past the limit.

    >>> list(lines(io.BytesIO(b"one\r\n\ntwo")))
    [(1, 'one'), (2, ''), (3, 'two')]
    """
    number = 0
    while line := stream.readline(RECORD_LIMIT + 1):
        number += 1
        if len(line) > RECORD_LIMIT:
            while line and not line.endswith(b"\n"):
                line = stream.readline(RECORD_LIMIT)
            yield number, None
        else:
            yield number, line.decode("utf-8", "replace").rstrip("\r\n")


def whole(stream: BinaryIO) -> str:
    """Return all the text of a stream; raise TooLarge where memory should not hold it."""
    data = bytearray()
    while chunk := stream.read(_CHUNK):  # a longer read would claim its memory at once
        data += chunk
        if len(data) > WHOLE_LIMIT:
            raise TooLarge
    return data.decode("utf-8", "replace").replace("\r\n", "\n")
