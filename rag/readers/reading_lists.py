"""Reading lists: a title in bold or as a heading, what is known of it, then its abstract.

They are in Markdown, or in Emacs's org-mode and read as if they were in Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from rag.readers.records import NO_ABSTRACT, Found
from rag.readers.text import TOO_LONG, lines

_ENTRY = re.compile(r"\s{0,8}(?:[-*+]\s+|\d{1,4}[.)]\s+)?(?:\*\*|__)(\S.{2,500}?)(?:\*\*|__)(.*)")
_TITLE = re.compile(r"#{1,6}\s+(\S.{2,500})")  # with "**Authors:** ..." and its like below
_FIELD = re.compile(
    r"\s{0,8}(?:[-*+]\s+)?(?:\*\*|__)([A-Z][\w /()]{1,30}?)"
    r"(?:\s?:(?:\*\*|__)|(?:\*\*|__)\s?:)\s*(.*)"
)
_ABSTRACT = re.compile(
    r"\s{0,8}(?:[-*+>]\s+)?[*_]{0,3}Abstract[*_]{0,3}\s?:[*_]{0,3}\s*(.*)|#{2,6}\s+Abstract:?\s*()$",
    re.I,
)
_PROPERTIES = re.compile(r"^\*+ .*\n(?:[A-Z]+: .*\n){0,3}[ \t]*:PROPERTIES:", re.MULTILINE)
_PROPERTY = re.compile(r"\s*:([A-Za-z_-]{2,30}): *(.*)")
_HEADLINE = re.compile(
    r"(\*{1,6}) {1,9}(?:(?:TODO|DONE|NEXT|WAITING|READ|READING) )?(?:\[#[A-Z]\] )?(.{1,500}?)"
    r"(?: {1,99}:[\w@:]{1,200}:)?"
)
_PEOPLE = re.compile(  # (Weber & Stein, 2020), Energy and Buildings.
    r"\(?([^()]{2,1000}?),?\s\(?((?:1[5-9]|20)\d\d)\)[.,;:]?\s*"
    r"([^.()]{0,300}?)(?:\.|$|\s?<?http)"
)
_LINKED = re.compile(r"\[(.{2,500})\]\((\S{1,500})\)")
_LINK = re.compile(r"https?://[^\s<>)\]]+")
_MORE = 2_000  # characters of what is known of a paper
_NEAR = 4  # lines between a title and its abstract


def is_reading_list(head: str) -> bool:
    """Tell whether a text that begins like ``head`` has a title in bold above an abstract."""
    rows = [row for row in head.split("\n") if row.strip() and not _is_field(row)]
    titles = [n for n, row in enumerate(rows) if _is_title(row) or _TITLE.match(row)]
    return any(map(_ABSTRACT.match, (row for n in titles for row in rows[n + 1 : n + _NEAR])))


def _is_title(line: str) -> bool:
    return _ENTRY.match(line) is not None and not _ABSTRACT.match(line) and not _FIELD.match(line)


def _is_field(line: str) -> bool:
    return _FIELD.match(line) is not None and _ABSTRACT.match(line) is None


def read_reading_list(stream: BinaryIO) -> Iterator[Found]:
    """Yield the papers of a reading list, each at the line of its title."""
    return _read(lines(stream))


def is_org(head: str) -> bool:
    """Tell whether a text that begins like ``head`` is org-mode's, with properties of headlines."""
    return _PROPERTIES.search(head) is not None


def read_org(stream: BinaryIO) -> Iterator[Found]:
    """Yield the papers of a list in org-mode, each at the line of its headline."""
    numbered = lines(stream)
    return _read((number, part) for number, line in numbered for part in _as_markdown(line))


def _as_markdown(line: str | None) -> list[str | None]:
    """Return a line of org-mode as it would stand in Markdown; a property goes on no other.

    >>> _as_markdown("** TODO [#A] Tides :sea:moon:"), _as_markdown(":YEAR: 2011")
    (['## Tides'], ['', '**YEAR:** 2011'])
    """
    if line is None:
        return [None]
    if headline := _HEADLINE.fullmatch(line.rstrip()):
        return [f"{'#' * len(headline[1])} {headline[2]}"]
    if line.lower().startswith("#+begin_abstract"):
        return ["## Abstract"]
    if line.startswith("#+") or line.strip().upper() in (":PROPERTIES:", ":END:"):
        return [""]
    said = _PROPERTY.fullmatch(line)
    return ["", f"**{said[1]}:** {said[2]}"] if said else [line]


def _read(numbered: Iterable[tuple[int, str | None]]) -> Iterator[Found]:
    record: dict[str, Any] = {}
    start, inside = 0, False
    for number, line in numbered:
        if line is None:
            yield Found(number, TOO_LONG)
        elif abstract := _ABSTRACT.match(line):
            record.setdefault("abstract", abstract[1] or "")
            inside = True
        elif _is_title(line) or line.startswith("#"):
            yield from _finished(record, start)
            entry, heading = _ENTRY.match(line), _TITLE.match(line)
            record = {"title": entry[1], "more": entry[2]} if entry else {}
            record = {"title": heading[1], "heading": True} if heading else record
            start, inside = number, False
        elif not line.strip():
            inside = inside and not record.get("abstract")
        elif inside:
            record["abstract"] += f"\n{line.strip().removeprefix('> ')}"
        elif field := _FIELD.match(line):
            record.setdefault(field[1], field[2])
        elif "more" in record and "abstract" not in record:
            record["more"] += f" {line.strip()}"
    yield from _finished(record, start)


def _finished(record: dict[str, Any], start: int) -> Iterator[Found]:
    """Yield the paper of an entry; bold words with neither year, link nor abstract are none."""
    if "title" not in record:
        return
    title, more = record["title"], record.pop("more", "")[:_MORE]
    if linked := _LINKED.fullmatch(title):
        title, more = linked[1], f"{more} {linked[2]}"
    link = _LINK.search(more)
    said = _PEOPLE.search(more.replace("*", ""))
    if "abstract" in record:
        found: dict[str, Any] = {"url": link[0].rstrip(".,;")} if link else {}
        if said:
            found |= {"authors": _people(said[1]), "year": said[2], "venue": said[3]}
        yield Found(start, found | record | {"title": title})
    elif link or said or len(record) > 2:
        yield Found(start, NO_ABSTRACT)


def _people(text: str) -> str | list[str]:
    """Return family names alone as a list, which no comma tells apart from first names."""
    alone = "," not in text and "et al" not in text
    return re.split(r"\s(?:&|and)\s", text.strip()) if alone else text
