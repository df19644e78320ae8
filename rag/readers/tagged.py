"""RIS, PubMed's .nbib, Web of Science and EndNote's .enw: a line begins with a tag.

All are read here, as neither rispy nor nbib says on which line a record stands, rispy adds
continuation lines to the wrong value where a tag is repeated, and nbib gives the whole file
up for one line it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from rag.readers import fields
from rag.readers.records import Found
from rag.readers.text import RECORD_LIMIT, TOO_LONG, lines

Tags = dict[str, list[str]]


@dataclass(frozen=True)
class Format:
    """A tagged format: how a line and a record begin, and what the tags mean."""

    line: re.Pattern[str]  # tag and value
    start: re.Pattern[str]  # what shows that a text is in this format
    first: str  # the tag with which a record begins; "" stands for any behind a blank line
    last: str | None  # and ends; "" stands for a blank line
    lists: tuple[str, ...]  # tags of which each line that goes on is another value
    places: Mapping[str, tuple[str, ...]]  # field of a paper -> tags, the best first
    more: Callable[[Tags], dict[str, object]] = lambda _: {}  # what is not just a tag's value
    lower: bool = False  # whether tags may be in lower case

    def fits(self, head: str) -> bool:
        """Tell whether a text that begins like ``head`` is in this format."""
        return self.start.search(head) is not None

    def read(self, stream: BinaryIO) -> Iterator[Found]:
        """Yield each record, at the line of its first tag."""
        for number, tags in self._records(stream):
            record = TOO_LONG if tags is None else of_places(tags, self.places) | self.more(tags)
            yield Found(number, record)

    def _records(self, stream: BinaryIO) -> Iterator[tuple[int, Tags | None]]:
        """Yield each record's first line and its tags in order; None for one past the limit.

        A record also ends where the next begins, so that a lost end mark loses nothing.
        """
        start, size, tag = 0, 0, None
        tags: Tags = {}
        for number, line in lines(stream):
            text = "" if line is None else line
            found = self.line.match(text)
            new = found[1] if found else None if text.strip() else ""
            new = new.upper() if new and self.lower else new
            if new is not None and new in (self.first, self.last):
                if start:
                    yield start, tags if size <= RECORD_LIMIT else None
                start, size, tags, tag = (number if new and new == self.first else 0), 0, {}, None
            elif found and not self.first:
                start = start or number
            size += RECORD_LIMIT + 1 if line is None else len(text)
            if not start or size > RECORD_LIMIT:
                continue
            if found and new:
                tag = new
                tags.setdefault(tag, []).append((found[2] or "").strip())
            elif tag and (more := text.strip()):
                if tag in self.lists:
                    tags[tag].append(more)
                else:
                    tags[tag][-1] += f" {more}"
        if start:
            yield start, tags if size <= RECORD_LIMIT else None


def first(tags: Tags, *names: str) -> str:
    """Return the first value of a tag, the best tags first, that says something."""
    values = (value for name in names for value in tags.get(name, ()))
    return next(filter(fields.words, values), "")


def of_places(tags: Tags, places: Mapping[str, tuple[str, ...]]) -> dict[str, object]:
    """Return the fields of a record whose tags a row of a format's places names."""
    people = (tags.get(tag) for tag in places["authors"])
    groups = (name for tag in places.get("groups", ()) for name in tags.get(tag, ()))
    return {name: first(tags, *row) for name, row in places.items()} | {
        "authors": [*next(filter(None, people), ()), *groups]
    }
