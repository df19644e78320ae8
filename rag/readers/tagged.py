"""RIS, PubMed's .nbib, Web of Science and EndNote's .enw: a line begins with a tag.

All are read here, as neither rispy nor nbib says on which line a record stands, rispy adds
continuation lines to the wrong value where a tag is repeated, and nbib gives the whole file
up for one line it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

from rag.readers import fields
from rag.readers.people import first_last
from rag.readers.records import to_paper
from rag.readers.text import RECORD_LIMIT, TOO_LONG, lines
from rag.types import Paper, Rejection

Tags = dict[str, list[str]]


@dataclass(frozen=True)
class Format:
    """A tagged format: how a line and a record begin, and what the tags mean."""

    line: re.Pattern[str]  # tag and value
    start: re.Pattern[str]  # what shows that a text is in this format
    first: str  # the tag with which a record begins
    last: str | None  # and ends
    lists: tuple[str, ...]  # tags of which each line that goes on is another value
    record: Callable[[Tags], dict[str, object]]

    def fits(self, head: str) -> bool:
        """Tell whether a text that begins like ``head`` is in this format."""
        return self.start.search(head) is not None

    def read(self, stream: BinaryIO, label: str) -> Iterator[Paper | Rejection]:
        """Yield a paper for each record, at the line of its first tag."""
        for number, tags in self._records(stream):
            where = f"{label}:{number}"
            yield Rejection(where, TOO_LONG) if tags is None else to_paper(self.record(tags), where)

    def _records(self, stream: BinaryIO) -> Iterator[tuple[int, Tags | None]]:
        """Yield each record's first line and its tags in order; None for one past the limit.

        A record also ends where the next begins, so that a lost end mark loses nothing.
        """
        start, size, tag = 0, 0, None
        tags: Tags = {}
        for number, line in lines(stream):
            text = "" if line is None else line
            found = self.line.match(text)
            new = found[1] if found else None
            if new is not None and new in (self.first, self.last):
                if start:
                    yield start, tags if size <= RECORD_LIMIT else None
                start, size, tags, tag = (number if new == self.first else 0), 0, {}, None
            size += RECORD_LIMIT + 1 if line is None else len(text)
            if not start or size > RECORD_LIMIT:
                continue
            if found:
                tag = new
                tags.setdefault(found[1], []).append((found[2] or "").strip())
            elif tag and (more := text.strip()):
                if tag in self.lists:
                    tags[tag].append(more)
                else:
                    tags[tag][-1] += f" {more}"
        if start:
            yield start, tags if size <= RECORD_LIMIT else None


def _first(tags: Tags, *names: str) -> str:
    values = (value for name in names for value in tags.get(name, ()))
    return next(filter(fields.words, values), "")


def _longest(tags: Tags, *names: str) -> str:
    return max((value for name in names for value in tags.get(name, ())), key=len, default="")


def _from_ris(tags: Tags) -> dict[str, object]:
    links = [fields.web_address(url) for tag in ("UR", "L2", "LK") for url in tags.get(tag, ())]
    link = next(filter(None, links), None)
    numbers = (_first(tags, "DO"), _first(tags, "M3"), _first(tags, "DI"))
    return {
        "id": _first(tags, "ID", "AN"),
        "key": _first(tags, "LB"),
        "title": _first(tags, "TI", "T1", "CT"),
        "abstract": _longest(tags, "AB", "N2"),
        "authors": list(tags.get("AU") or tags.get("A1") or ()),
        "year": next(
            filter(fields.year, (tags.get(t, [""])[0] for t in ("PY", "Y1", "DA", "YR"))), ""
        ),
        "venue": _first(tags, "JO", "JF", "T2", "JA", "BT", "J2", "C3", "T3"),
        "doi": next(filter(None, map(fields.doi, numbers)), None),
        "arxiv_id": next(filter(None, map(fields.prefixed_arxiv_id, tags.get("C8", ()))), None),
        "url": link or _first(tags, "UR"),
    }


def _from_nbib(tags: Tags) -> dict[str, object]:
    numbers = tags.get("LID", []) + tags.get("AID", [])
    doi = next((value for value in numbers if value.endswith("[doi]")), "")
    return {
        "id": _first(tags, "PMID"),
        "title": _first(tags, "TI", "BTI", "TT"),
        "abstract": _first(tags, "AB", "OAB"),
        "authors": [*(tags.get("FAU") or map(first_last, tags.get("AU", []))), *tags.get("CN", [])],
        "year": _first(tags, "DP", "DEP"),
        "venue": _first(tags, "JT", "TA"),
        "doi": doi.removesuffix("[doi]"),
    }


def from_web_of_science(tags: Tags) -> dict[str, object]:
    """Return the fields of a record of Web of Science, be it of tags or of a table's row."""
    people = tags.get("AF") or tags.get("AU") or []
    return {
        "id": _first(tags, "UT"),
        "title": _first(tags, "TI"),
        "abstract": _first(tags, "AB"),
        "authors": [*people, *tags.get("CA", [])],
        "year": _first(tags, "PY") or _first(tags, "EY", "PD", "EA"),
        "venue": _first(tags, "SO", "CT", "SE", "J9"),
        "doi": _first(tags, "DI", "D2"),
    }


def _from_enw(tags: Tags) -> dict[str, object]:
    return {
        "id": _first(tags, "%M"),
        "key": _first(tags, "%F"),
        "title": _first(tags, "%T"),
        "abstract": _first(tags, "%X"),
        "authors": list(tags.get("%A", [])),
        "year": _first(tags, "%D") or _first(tags, "%8"),
        "venue": _first(tags, "%J", "%B", "%S", "%O"),
        "doi": _first(tags, "%R"),
        "url": _first(tags, "%U"),
    }


def _from_cochrane(tags: Tags) -> dict[str, object]:
    return {
        "id": _first(tags, "ID"),
        "title": _first(tags, "TI"),
        "abstract": _first(tags, "AB"),
        "authors": list(tags.get("AU", [])),
        "year": _first(tags, "YR"),
        "venue": _first(tags, "SO"),
        "doi": _first(tags, "DOI"),
        "url": _first(tags, "US"),
    }


RIS = Format(
    re.compile(r"[ \t]{0,3}([A-Z][A-Z0-9]) {1,2}-(?: (.*)|$)"),
    re.compile(r"^[ \t]{0,3}TY {1,2}- ", re.MULTILINE),
    *("TY", "ER", (), _from_ris),
)
NBIB = Format(
    re.compile(r"([A-Z]{2,4}) {0,2}- ?(.*)"),
    re.compile(r"^PMID- ?\d", re.MULTILINE),
    *("PMID", None, (), _from_nbib),
)
WEB_OF_SCIENCE = Format(
    re.compile(r"([A-Z][A-Z0-9])(?: (.*)|$)"),
    re.compile(
        r"^PT [A-Z][\w ]{0,20}\r?\n(?:(?:[A-Z][A-Z0-9]|  ) .*\n){0,40}?(?:TI|AU|AF|UT|SO) ",
        re.MULTILINE,
    ),
    *("PT", "ER", ("AU", "AF", "CA", "BE"), from_web_of_science),
)
ENW = Format(
    re.compile(r"(%[A-Z0-9!@+~#$&*()^>=?\[\]])(?: (.*)|$)"),
    re.compile(r"^%0 [A-Z]", re.MULTILINE),
    *("%0", None, (), _from_enw),
)
COCHRANE = Format(
    re.compile(r"([A-Z]{2,4}): (.*)"),
    re.compile(r"^Record #\d{1,9} of \d{1,9}\s{0,9}^ID: ", re.MULTILINE),
    *("ID", None, (), _from_cochrane),
)
