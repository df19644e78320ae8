"""Which format a document has, by its content first and its name second."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO

from rag.readers.archives import Document
from rag.readers.json_ import is_json_lines, read_json_lines
from rag.readers.pages import is_listing, read_pages
from rag.readers.text import buffered
from rag.types import Paper, Rejection

Reader = Callable[[BinaryIO, str], Iterator[Paper | Rejection]]
_UNKNOWN = (
    "not a format that can be read; give JSON, JSON Lines, CSV, BibTeX, RIS, PubMed, arXiv "
    "or a listing page"
)


def read_document(document: Document) -> Iterator[Paper | Rejection]:
    """Yield what one document holds; always at least one paper or rejection."""
    stream = buffered(document.source)
    head = stream.peek(1).decode("utf-8", "replace")
    label = document.label
    reader = find_reader(head, document.name)
    last: Paper | Rejection | None = None
    if isinstance(reader, str):
        last = Rejection(label, reader)
    else:
        for item in reader(stream, label):
            if last is not None:
                yield last
            last = item
    if broken := document.source.broken:
        # The record before the break may have lost its end: what was cut is not a paper.
        where = (
            label
            if last is None
            else last.where
            if isinstance(last, Rejection)
            else last.sources[0]
        )
        last = Rejection(where, broken)
    yield last or Rejection(label, "no records in it")


def find_reader(head: str, name: str) -> Reader | str:
    """Return the reader for a document that begins like ``head``, or why there is none."""
    start = head.lstrip()
    if not start:
        return "an empty file"
    named = name.endswith((".jsonl", ".ndjson"))
    if (start[0] in "{[" or named) and is_json_lines(start, name):
        return read_json_lines
    if is_listing(head):
        return read_pages
    return _UNKNOWN
