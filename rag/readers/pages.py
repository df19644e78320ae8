"""Listing pages of papers as saved from the web: furniture, then title and abstract by turns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from rag.readers.records import NO_ABSTRACT, Found
from rag.readers.text import TOO_LONG, lines

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}"
_DATE = rf"(?:{_MONTH} \d{{1,2}}(?:, \d{{4}})?|\d{{1,2}} {_MONTH}(?: \d{{4}})?|\d{{4}}-\d\d-\d\d)"
# What stands around the papers; it can be glued to what follows it.
_FURNITURE = re.compile(
    r"(?:Get trending papers in your email inbox(?: once a day)?!|Subscribe|Daily Papers|"
    rf"by ?AK and the research community|by ?AK\b|[Nn]ew$|{_DATE})(?=$|[A-Z0-9\"'“‘(\[])"
)
_MARKER = re.compile(
    r"Get trending papers in your email inbox|by ?AK and the research community|Daily Papers"
)
_TOP = 12  # lines; the furniture at the top of known pages takes five
_TITLE_LIMIT = 250  # characters; a longer line is an abstract
_SENTENCE_WORDS = 15  # a line of so many words that ends with a full stop is an abstract too
_CODE = re.compile(r"[#>*\-=+|/`~<{}\[\]$\\;\d]")


def read_pages(stream: BinaryIO) -> Iterator[Found]:
    """Yield the papers of a listing page."""
    title: tuple[int, str] | None = None
    seen_title = False
    for number, line in lines(stream):
        if line is None:
            yield Found(number, TOO_LONG)
            title = None
            continue
        text = line.strip()
        if not seen_title:
            text = _without_furniture(text)
        if not any(map(str.isalpha, text)) or (seen_title and _FURNITURE.fullmatch(text)):
            continue
        if title is None or not _is_abstract(text):
            if title is not None:
                yield Found(title[0], NO_ABSTRACT)
            if _is_abstract(text):
                yield Found(number, "an abstract without a title above it")
                title = None
            else:
                title = (number, text)
            seen_title = True
        else:
            yield Found(title[0], {"title": title[1], "abstract": text})
            title = None
    if title is not None:
        yield Found(title[0], NO_ABSTRACT)


def is_listing(head: str) -> bool:
    """Tell whether a text that begins like ``head`` is a listing page.

    Known furniture at the top is enough. Without it, short and long lines must take strict
    turns from the first line on, at least twice, and none of the short ones look like a
    heading, a list item, code or a sentence.
    """
    rows = [row.strip() for row in head.split("\n") if row.strip()]
    if any(_MARKER.match(row) for row in rows[:_TOP]):
        return True
    while rows and _FURNITURE.fullmatch(rows[0]):
        rows.pop(0)
    rows = rows[: len(rows) // 2 * 2]
    titles, abstracts = rows[::2], rows[1::2]
    return (
        len(titles) >= 2
        and all(len(row) > _TITLE_LIMIT for row in abstracts[:-1])  # the head may cut the last
        and all(_is_title(row) for row in titles)
    )


def _is_title(text: str) -> bool:
    return 10 <= len(text) <= _TITLE_LIMIT and not _CODE.match(text) and text[-1] not in ".;{,"


def _is_abstract(text: str) -> bool:
    return len(text) > _TITLE_LIMIT or (text[-1] == "." and text.count(" ") + 1 >= _SENTENCE_WORDS)


def _without_furniture(text: str) -> str:
    while text and (found := _FURNITURE.match(text)):
        text = text[found.end() :].strip()
    return text
