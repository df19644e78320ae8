"""CSV, TSV and their relatives: a header with usual column names, then a record a row."""

from __future__ import annotations

import csv
import json
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import fields
from typing import Any, BinaryIO

from rag.readers.columns import ABSTRACTS, IDS, TITLES, field_name
from rag.readers.fields import says_nothing
from rag.readers.records import NO_TITLE, Found
from rag.readers.tagged_formats import from_web_of_science
from rag.readers.text import RECORD_LIMIT, TOO_LONG, lines
from rag.types import Paper

NO_COLUMN = "no column named abstract, text or summary; rename the one that holds the abstracts"
NO_TITLE_COLUMN = "no column named title or id; rename the one that holds the titles"
_COUNTED = "no title, and a row's number is no id; give the row a title"
_TAGS = {"TI", "AB"}  # columns of Web of Science's tab-delimited files, and of Ovid's
_OPEN_QUOTE = "a quotation mark is opened here and not closed; close it or double it"
_DELIMITERS = ",\t;|"
_ABOVE = 5  # rows of which one must be the header
_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # how a cell begins that a spreadsheet would run
_EXPORTED = [field.name for field in fields(Paper)]  # the columns of our own export
_BETWEEN_SOURCES = re.compile(r"(?<=:)(\d{1,12}); ")
# Characters that may be read a second time after a quotation mark was left open.
_REREAD_LIMIT = 4 * RECORD_LIMIT


def delimiter(head: str) -> str | None:
    """Return the delimiter under which one of the first rows is a usable header, or None."""
    rows = [row.rstrip("\r") for row in head.split("\n", 20) if row.strip()]
    for row in rows[:_ABOVE]:  # Excel's hint "sep=;" and what was exported when may stand above
        if mark := next((mark for mark in _DELIMITERS if is_header(_cells(row, mark))), None):
            return mark
    return None


def _cells(line: str, mark: str, limit: int = 10_000) -> list[str]:
    try:
        return next(csv.reader([re.sub("[\0\r]", "", line[:limit])], delimiter=mark), [])
    except csv.Error:
        return []


def is_header(cells: list[str]) -> bool:
    """Tell whether a row of cells names columns that make papers."""
    names = {field_name(cell) for cell in cells}
    return bool(names & ABSTRACTS and names & (TITLES | IDS)) or _TAGS.issubset(cells)


def is_header_first(head: str) -> bool:
    """Tell a table that begins with its header: no row below can make it another format."""
    return delimiter(head.partition("\n")[0]) is not None


def lacks(head: str) -> str:
    """Return what a table that begins like ``head`` is short of to be one of papers."""
    first = head.lstrip().partition("\n")[0]
    rows = [{field_name(cell) for cell in _cells(first, mark)} for mark in _DELIMITERS]
    return NO_TITLE_COLUMN if any(names & ABSTRACTS for names in rows) else NO_COLUMN


def is_fields_by_row(head: str) -> bool:
    """Tell Embase's tables that stand on their side: a row a field, its name in the first cell."""
    rows = [_cells(line, ",") for line in head.split("\n", 40)]
    names = [field_name(row[0]) for row in rows if len(row) > 1]
    return bool(names) and names[0] in TITLES and not ABSTRACTS.isdisjoint(names)


def read_fields_by_row(stream: BinaryIO) -> Iterator[Found]:
    """Yield a record for the rows from each title to the next."""
    csv.field_size_limit(RECORD_LIMIT)
    record: dict[str, list[str]] = {}
    start = 0
    for number, line in lines(stream):
        name, *values = _cells(line or "", ",", RECORD_LIMIT) or [""]
        if line is None:
            yield Found(number, TOO_LONG)
        if field_name(name) in TITLES and record:
            yield Found(start, record)
            record = {}
        if values:
            start = start if record else number
            record.setdefault(name, values)
    if record:
        yield Found(start, record)


def read_table(stream: BinaryIO) -> Iterator[Found]:
    """Yield a record for each row; the first row that is not blank names the columns."""
    csv.field_size_limit(RECORD_LIMIT)
    feed = _Feed(stream)
    above = 0
    for first in feed:
        if (mark := delimiter(first)) or above == _ABOVE:
            break
        above += bool(first.strip())
    else:
        return
    mark = mark or ","
    header = _cells(first, mark)
    feed.taken.clear()
    reader = csv.reader(feed, delimiter=mark)
    count = _Count(header)
    while True:
        row, fault = _next_row(reader, feed, mark)
        yield from (Found(number, TOO_LONG) for number in feed.too_long)
        feed.too_long.clear()
        if row is None and not fault:
            return
        line = feed.first
        if fault and len(feed.taken) > 1:
            reader = csv.reader(feed, delimiter=mark)
            if not feed.put_back():
                yield Found(line, "too many open quotation marks; mend the file first")
                return
        if fault and mark == "\t":  # where tabs separate, quotation marks are often just text
            plain = feed.taken[0].rstrip("\n").split("\t")
            row, fault = (plain, "") if len(plain) == len(header) else (None, fault)
        feed.taken.clear()
        if fault:
            yield Found(line, fault)
        elif row and any(cell.strip(" -:") for cell in row):  # below a header, Markdown has dashes
            record = _from_row(header, count.without_number(row))
            yield Found(line, record, nameless=_COUNTED if count.holds else NO_TITLE)


def _next_row(reader: Any, feed: _Feed, mark: str) -> tuple[list[str] | None, str]:
    """Return the next row, None at the end, and what is wrong with it."""
    try:
        row = next(reader, None)
    except csv.Error as error:
        return None, _OPEN_QUOTE if len(feed.taken) > 1 else f"not a row: {error}"
    doubtful = len(feed.taken) > 1 or (feed.taken and feed.taken[0].count('"') % 2)
    if row is not None and doubtful and not _is_closed(feed.taken, mark):
        return None, _OPEN_QUOTE
    return row, ""


def _from_row(header: list[str], row: list[str]) -> dict[str, Any] | str:
    """Return the record of a row, or why it is none."""
    while len(row) > len(header) and not row[-1].strip():
        row.pop()
    if len(row) > len(header):
        return f"{len(row)} cells under {len(header)} columns; quote cells that hold the delimiter"
    if header == _EXPORTED and len(row) == len(header):
        return _exported(row)
    record: dict[str, str] = {}
    for name, cell in zip(header, row):  # noqa: B905 a short row lacks its last cells
        if cell.strip():
            record.setdefault(name, cell)
    if _TAGS.issubset(header):
        tags = {name: [cell] for name, cell in record.items()}
        people = {tag: tags[tag][0].split(";") for tag in ("AU", "AF", "CA") if tag in tags}
        return from_web_of_science(tags | people)
    return record


def _exported(row: list[str]) -> dict[str, Any]:
    """Return the record of a row that `rag.export` wrote, as it was before."""
    cells = [cell[1:] if cell[:1] == "'" and begins_formula(cell) else cell for cell in row]
    record: dict[str, Any] = dict(zip(_EXPORTED, cells, strict=True))
    names = _list(record["authors"]) or record["authors"].split("; ")
    record["authors"] = [name for name in names if name]
    sources = record["sources"]
    record["sources"] = _list(sources) or _BETWEEN_SOURCES.sub(r"\1\n", sources).split("\n")
    return record


def _list(cell: str) -> list[str]:
    """Return a list that was written into a cell as JSON; empty where it is none."""
    try:
        value = json.loads(cell) if cell[:2] == '["' else []
    except (ValueError, RecursionError):
        value = []
    return [each for each in value if isinstance(each, str)]


def begins_formula(cell: str) -> bool:
    """Say whether a spreadsheet would run a cell, but for the quotation marks before it."""
    return cell.lstrip("'").startswith(_FORMULA)


def _is_closed(taken: list[str], mark: str) -> bool:
    """Tell whether lines that were read as one row are one row by the strict rules too."""
    try:
        return sum(1 for _ in csv.reader(taken, delimiter=mark, strict=True)) == 1
    except csv.Error:
        return False


class _Count:
    """Whether a table's ids are only its rows' numbers, 1, 2, 3 ..., which name no paper."""

    def __init__(self, header: list[str]) -> None:
        names = [field_name(name) for name in header]
        self._titles = [place for place, name in enumerate(names) if name in TITLES]
        self._id = names.index("id") if "id" in names else -1
        self._rows = 0
        self._titled = False  # a table in which no row has a title is one of ids
        self.holds = self._id >= 0 and header != _EXPORTED

    def without_number(self, row: list[str]) -> list[str]:
        """Count the next row and return it, without its id where that is to stand for a title."""
        self._rows += 1
        cells = dict(enumerate(row))
        self.holds = self.holds and cells.get(self._id, "").strip() == str(self._rows)
        titled = any(not says_nothing(cells.get(place, "")) for place in self._titles)
        self._titled = self._titled or titled
        if titled or not self._titled or not self.holds:
            return row
        return [*row[: self._id], "", *row[self._id + 1 :]]


class _Feed:
    """The lines of a table with a memory of those of the present row."""

    def __init__(self, stream: BinaryIO) -> None:
        self._lines = lines(stream)
        self._pending: deque[tuple[int, str]] = deque()
        self._reread = 0
        self.first = 0
        self.taken: list[str] = []
        self.too_long: list[int] = []

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        number, line = self._pending.popleft() if self._pending else next(self._lines)
        while line is None:
            self.too_long.append(number)
            number, line = next(self._lines)
        if not self.taken:
            self.first = number
        self.taken.append(line.replace("\0", "") + "\n")
        return self.taken[-1]

    def put_back(self) -> bool:
        """Return all but the first line of the row to the feed; False where it is too much."""
        again = self.taken[1:]
        self._reread += sum(map(len, again))
        numbered = enumerate(again, self.first + 1)
        self._pending.extendleft(reversed([(number, line[:-1]) for number, line in numbered]))
        return self._reread <= _REREAD_LIMIT
