"""RIS and PubMed's .nbib: lines that begin with a tag, lines without one continue the last.

Both are read here, as neither rispy nor nbib says on which line a record stands, rispy adds
continuation lines to the wrong value where a tag is repeated, and nbib gives the whole file
up for one line it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from rag.readers import fields
from rag.readers.records import to_paper
from rag.readers.text import RECORD_LIMIT, TOO_LONG, lines
from rag.types import Paper, Rejection

_RIS_LINE = re.compile(r"[ \t]{0,3}([A-Z][A-Z0-9]) {1,2}-(?: (.*)|$)")
_NBIB_LINE = re.compile(r"([A-Z]{2,4}) {0,2}- ?(.*)")
_RIS_START = re.compile(r"^[ \t]{0,3}TY {1,2}- ", re.MULTILINE)
_NBIB_START = re.compile(r"^PMID- ?\d", re.MULTILINE)

Tags = dict[str, list[str]]


def is_ris(head: str) -> bool:
    """Tell whether a text that begins like ``head`` is RIS."""
    return _RIS_START.search(head) is not None


def is_nbib(head: str) -> bool:
    """Tell whether a text that begins like ``head`` is PubMed's tagged format."""
    return _NBIB_START.search(head) is not None


def read_ris(stream: BinaryIO, label: str) -> Iterator[Paper | Rejection]:
    """Yield a paper for each record from TY to ER, at the line of TY."""
    for number, tags in _records(stream, _RIS_LINE, "TY", "ER"):
        where = f"{label}:{number}"
        yield Rejection(where, TOO_LONG) if tags is None else to_paper(_from_ris(tags), where)


def read_nbib(stream: BinaryIO, label: str) -> Iterator[Paper | Rejection]:
    """Yield a paper for each record, at the line of its PMID."""
    for number, tags in _records(stream, _NBIB_LINE, "PMID", None):
        where = f"{label}:{number}"
        yield Rejection(where, TOO_LONG) if tags is None else to_paper(_from_nbib(tags), where)


def _records(
    stream: BinaryIO, pattern: re.Pattern[str], first: str, last: str | None
) -> Iterator[tuple[int, Tags | None]]:
    """Yield each record's first line and its tags in order; None for one past the limit.

    A record also ends where the next begins, so that a lost end mark loses nothing.
    """
    start, size = 0, 0
    tags: Tags = {}
    values: list[str] | None = None
    for number, line in lines(stream):
        text = "" if line is None else line
        found = pattern.match(text)
        tag = found[1] if found else None
        if tag == first or (tag is not None and tag == last):
            if start:
                yield start, tags if size <= RECORD_LIMIT else None
            start, size, tags, values = (number if tag == first else 0), 0, {}, None
        if not start:
            continue
        size += RECORD_LIMIT + 1 if line is None else len(text)
        if size > RECORD_LIMIT:
            continue
        if found and tag:
            values = tags.setdefault(tag, [])
            values.append((found[2] or "").strip())
        elif values and text.strip():
            values[-1] += " " + text.strip()
    if start:
        yield start, tags if size <= RECORD_LIMIT else None


def _first(tags: Tags, *names: str) -> str:
    return next((value for name in names for value in tags.get(name, ()) if value), "")


def _from_ris(tags: Tags) -> dict[str, object]:
    people = next((tags[name] for name in ("AU", "A1", "A2") if name in tags), [])
    link = next((fields.web_address(url) for url in tags.get("UR", []) + tags.get("L2", [])), None)
    return {
        "id": _first(tags, "ID", "AN"),
        "title": _first(tags, "TI", "T1", "CT"),
        "abstract": max(tags.get("AB", []) + tags.get("N2", []), key=len, default=""),
        "authors": list(people),
        "year": _first(tags, "PY", "Y1", "DA", "YR"),
        "venue": _first(tags, "JO", "JF", "T2", "JA", "BT", "J2"),
        "doi": next(
            filter(None, map(fields.doi, (_first(tags, "DO"), _first(tags, "M3"), link))), None
        ),
        "url": link or _first(tags, "UR"),
    }


def _from_nbib(tags: Tags) -> dict[str, object]:
    numbers = tags.get("LID", []) + tags.get("AID", [])
    doi = next((value for value in numbers if value.endswith("[doi]")), "")
    short = [" ".join(reversed(name.rsplit(" ", 1))) for name in tags.get("AU", [])]
    return {
        "id": _first(tags, "PMID"),
        "title": _first(tags, "TI", "BTI", "TT"),
        "abstract": _first(tags, "AB", "OAB"),
        "authors": [*(tags.get("FAU") or short), *tags.get("CN", [])],
        "year": _first(tags, "DP", "DEP"),
        "venue": _first(tags, "JT", "TA"),
        "doi": doi.removesuffix("[doi]"),
    }
