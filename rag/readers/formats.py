"""Which format a document has, by its content first and its name second."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO

from rag.readers.archives import Document
from rag.readers.bibtex import is_bibtex, read_bibtex
from rag.readers.json_ import is_json_lines, read_json, read_json_lines
from rag.readers.notes import is_note, read_note
from rag.readers.pages import is_listing, read_pages
from rag.readers.printed import is_printed, read_printed
from rag.readers.reading_lists import is_org, is_reading_list, read_org, read_reading_list
from rag.readers.records import Found, is_aside, to_paper
from rag.readers.reference_lists import is_reference_list, read_reference_list
from rag.readers.tables import (
    delimiter,
    is_fields_by_row,
    is_header_first,
    lacks,
    read_fields_by_row,
    read_table,
)
from rag.readers.tagged_formats import ENW, FORMATS, NBIB, RIS, WEB_OF_SCIENCE
from rag.readers.text import TOO_LARGE, TooLarge, buffered
from rag.readers.web import is_page, is_paper_page, read_paper_page
from rag.readers.xml_ import is_xml_of_papers, is_zotero, read_xml, read_zotero
from rag.types import Paper, Rejection

Reader = Callable[[BinaryIO], Iterator[Found]]

_FORMATS = (
    "give BibTeX, RIS, EndNote, Web of Science, PubMed, arXiv or other services' XML, JSON, JSON "
    "Lines, CSV, .xlsx or a saved listing page"
)
UNKNOWN = f"not a known format; {_FORMATS}"
_JSON_START = re.compile(r"[\[{]\s*(?:[\[{\"\]}']|$)")
# By name, where the beginning of a file does not tell: a damaged first line, say.
_NAMED: dict[str, Reader] = {
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".json": read_json,
    ".bib": read_bibtex,
    ".bibtex": read_bibtex,
    ".ris": RIS.read,
    ".nbib": NBIB.read,
    ".ciw": WEB_OF_SCIENCE.read,
    ".isi": WEB_OF_SCIENCE.read,
    ".enw": ENW.read,
}
# Formats whose records say where they end. In the others, the record before a break may
# have lost its end, and what was cut is no paper.
_CLOSED = (read_json, read_json_lines, read_xml, read_bibtex)
# First bytes, as Windows-1252 shows them, and what to do, if not to give another file.
_BINARY = (
    ("%PDF-", f"a PDF file; {_FORMATS}"),
    ("ÐÏ", "an .xls or .doc file, which has to be saved as .xlsx or CSV"),
    ("‰PNG", f"an image; {_FORMATS}"),
    ("ÿØÿ", f"an image; {_FORMATS}"),
    ("Rar!", "a RAR archive, which has to be unpacked"),
    ("BZh", "a bzip2 archive, which has to be unpacked"),
    ("7z¼¯", "a 7z archive, which has to be unpacked"),
    ("ý7zXZ", "an xz archive, which has to be unpacked"),
)


def read_document(document: Document) -> Iterator[Paper | Rejection]:
    """Yield what one document holds; always at least one paper or rejection."""
    stream = buffered(document.source)
    head = stream.peek(1).decode("utf-8", "replace")
    reader = find_reader(head, document.name)
    if document.source.refused and not any(head.startswith(magic) for magic, _ in _BINARY):
        reader = document.source.refused
    last: Found | None = None
    try:
        for found in [Found(0, reader)] if isinstance(reader, str) else reader(stream):
            if is_aside(found.record):
                continue
            if last is not None:
                yield to_paper(last, document.label)
            last = found
    except TooLarge:
        last = Found(0, TOO_LARGE)
    if broken := document.source.broken:
        item = to_paper(last, document.label) if last and reader in _CLOSED else None
        if isinstance(item, Paper):
            yield item
            last = None
        last = Found(last.line if last else 0, broken)
    yield to_paper(last or Found(0, f"no records in it; {_FORMATS}"), document.label)


def find_reader(head: str, name: str) -> Reader | str:
    """Return the reader for a document that begins like ``head``, or why there is none."""
    start = head.lstrip()
    if not start:
        return "an empty file; save or export it again"
    named = next((reader for end, reader in _NAMED.items() if name.endswith(end)), None)
    if _JSON_START.match(start):
        return read_json_lines if is_json_lines(start, name) else read_json
    if is_zotero(start):
        return read_zotero
    if start.startswith("<") and is_xml_of_papers(head):
        return read_xml
    if is_paper_page(head):
        return read_paper_page
    tests: tuple[tuple[Callable[[str], object], Reader], ...] = (
        (is_header_first, read_table),
        *((each.fits, each.read) for each in FORMATS),
        (is_bibtex, read_bibtex),
        (is_printed, read_printed),
        (delimiter, read_table),
        (is_fields_by_row, read_fields_by_row),
        (is_note, read_note),
        (is_org, read_org),
        (is_reading_list, read_reading_list),
        (is_reference_list, read_reference_list),
        (is_listing, read_pages),
    )
    for test, reader in tests:
        if test(head):
            return reader
    if "\0" in head or start.startswith("%PDF-"):
        return _binary(head)
    if named:
        return named
    if name.endswith((".csv", ".tsv")):
        return lacks(head)
    return read_paper_page if is_page(head) else UNKNOWN


def _binary(head: str) -> str:
    if head[257:262] == "ustar":
        return "a tar archive, which has to be unpacked"
    told = (kind for magic, kind in _BINARY if head.startswith(magic))
    return next(told, f"a binary file; {_FORMATS}")
