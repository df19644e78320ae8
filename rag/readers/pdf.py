"""PDF files of papers, with the extra ``pdf``: what the first pages say of title and abstract."""

from __future__ import annotations

import logging
import re
import statistics
import time
from collections.abc import Mapping
from typing import Any, BinaryIO, NamedTuple

from rag.readers import fields
from rag.readers.people import people
from rag.readers.records import Found

_MISSING = "a PDF file, which the extra pdf reads: pip install 'rag-papers[pdf]'"
_DAMAGED = "a PDF file that cannot be read; open it and save it again"
_LOCKED = "a PDF file with a password; save it without one"
_NO_TEXT = "a PDF file without text, perhaps scanned; run it through text recognition"
_NO_ABSTRACT = "a PDF file of which the abstract cannot be told; give the record as BibTeX or RIS"
_NO_TITLE = "a PDF file of which the title cannot be told; give the record as BibTeX or RIS"
_PAGES = 3
_SECONDS = 1.5  # of processor time for one file
_SIZE_STEP = 0.5  # points by which sizes of type may differ in a title
_ABSTRACT = re.compile(
    r"^[ \t]*(?:abstract|summary|a b s t r a c t)[ \t]*(?:[:.—–-]+[ \t]*|\n)", re.I | re.M
)
_ABSTRACT_END = re.compile(
    r"^[ \t]*(?:(?:1|I)?[. \t]{0,4}introduction\b|key[ -]?words\b|index terms\b|ccs concepts\b"
    r"|pacs\b|categories and subject|general terms\b|1\.?[ \t]{1,4}[A-Z][a-z]|contents[ \t]*$"
    r"|background[ \t]*$|(?:author|corresponding|received|©|copyright)\b)",
    re.I | re.M,
)
_LENGTHS = (100, 6_000)  # characters of an abstract
_ARXIV = re.compile(r"arXiv:\s?((?:\d{4}\.\d{4,5}|[a-z-]{2,12}/\d{7})(?:v\d+)?)")
_DOI_LINE = re.compile(
    r"(?:doi[.:/ ]|doi\.org/|digital object identifier).{0,20}?(10\.\d{4,9}/\S+)", re.I
)
_NOT_A_TITLE = re.compile(
    r"arxiv|microsoft|untitled|\.(?:docx?|tex|dvi|pdf|indd)\b|^\W*\d[\d./ -]*$|preprint"
    r"|published as|^(?:abstract|(?:research |original )?article|review|letter|paper|report)$"
    r"|proceedings",
    re.I,
)
_NAME = re.compile(r"[^\W\d_a-z][\w'’.-]*(?: [^\W\d_][\w'’.-]*){1,3}")
# What stands behind names: marks, letters of institutes, grades of the IEEE's members.
_MARKED = re.compile(
    r"[\d∗*†‡§¶⋆]+|(?<=\w\w) [a-e](?=\s*(?:,|and\b|$))"
    r"|,? (?:(?:Senior|Student|Life) )?(?:Member|Fellow),? IEEE"
)
_PLACE = re.compile(
    r"universit|institut|depart|school|college|laborator|@|inc\.|research|center|centre", re.I
)


class _Line(NamedTuple):
    size: float
    text: str


def read_pdf(stream: BinaryIO) -> Found:
    """Return the paper that a PDF file is, or why that cannot be told."""
    try:
        import pypdf
    except ImportError:
        return Found(0, _MISSING)
    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(stream)
        if reader.is_encrypted and not reader.decrypt(""):
            return Found(0, _LOCKED)
        pages = [_lines(page) for page in reader.pages[:_PAGES]]
        about = {str(k): str(v) for k, v in (reader.metadata or {}).items()}
    except TimeoutError:
        return Found(0, "a PDF file that takes too long to read; give the record as BibTeX")
    except (Exception, RecursionError):  # noqa: BLE001  # pypdf raises whatever it stumbles over
        return Found(0, _DAMAGED)
    return _paper(pages, about)


def _lines(page: Any) -> list[_Line]:
    """Return the lines of a page, each with the size of its type."""
    end = time.process_time() + _SECONDS
    pieces: list[tuple[float, str]] = []

    def operator(*_: object) -> None:
        if time.process_time() > end:
            raise TimeoutError

    def text(piece: str, cm: list[float], tm: list[float], _: object, size: float) -> None:
        upright = abs(tm[1] * cm[0] + tm[3] * cm[1]) < abs(
            tm[0] * cm[0] + tm[1] * cm[2]
        ) or not any(tm[:4])
        scale = abs(tm[3] or tm[0] or 1) * abs(cm[3] or cm[0] or 1)
        pieces.append((size * scale if upright else 0.0, piece))

    page.extract_text(visitor_operand_before=operator, visitor_text=text)
    lines: list[_Line] = []
    size, words = 0.0, ""
    for piece_size, piece in pieces:
        *ended, rest = piece.split("\n")
        for part in ended:
            lines.append(_Line(max(size, piece_size if part.strip() else 0.0), words + part))
            size, words = 0.0, ""
        words += rest
        size = max(size, piece_size if rest.strip() else 0.0)
    lines.append(_Line(size, words))
    return [_Line(line.size, " ".join(line.text.split())) for line in lines if line.text.strip()]


def _paper(pages: list[list[_Line]], about: Mapping[str, str]) -> Found:
    text = "\n".join(line.text for page in pages for line in page)
    if len(text) < _LENGTHS[0]:
        return Found(0, _NO_TEXT)
    abstract = _abstract(text)
    if not abstract:
        return Found(0, _NO_ABSTRACT)
    first = pages[0]
    title, after = _title(first, about.get("/Title", ""))
    if not title:
        return Found(0, _NO_TITLE)
    arxiv = _ARXIV.search(text)
    doi = next(
        (about[name] for name in ("/doi", "/DOI", "/Subject") if fields.doi(about.get(name))), ""
    )
    doi_line = _DOI_LINE.search(_about_itself(first))
    month = re.match(r"(\d\d)\d\d\.", arxiv[1]) if arxiv else None
    record = {
        "title": title,
        "abstract": abstract,
        "authors": _authors(about.get("/Author", ""), first[after : after + 4]),
        "doi": doi or (doi_line[1] if doi_line else ""),
        "arxiv_id": arxiv[1] if arxiv else "",
        "year": 2000 + int(month[1]) if month else "",
    }
    return Found(1, record)


def _about_itself(lines: list[_Line]) -> str:
    """Return the first page's lines above the introduction and those in small type: no others'."""
    text = "\n".join(line.text for line in lines)
    above = text[: _span(text)[1]]
    body = statistics.mode(line.size for line in lines)
    return "\n".join([above, *(line.text for line in lines if line.size < body - _SIZE_STEP)])


def _title(lines: list[_Line], said: str) -> tuple[str, int]:
    """Return the title, in the largest type above the abstract, and the line after it."""
    end = next((i for i, line in enumerate(lines) if re.match(r"abstract\b", line.text, re.I)), 30)
    top = [(i, line) for i, line in enumerate(lines[:end]) if not _NOT_A_TITLE.search(line.text)]
    largest = max((line.size for _, line in top if len(line.text) > 3), default=0.0)
    chosen: list[int] = []
    for i, line in top:
        if line.size >= largest - _SIZE_STEP and (not chosen or i == chosen[-1] + 1):
            chosen.append(i)
    title = " ".join(lines[i].text for i in chosen)
    after = chosen[-1] + 1 if chosen else 0
    said = "" if _NOT_A_TITLE.search(said) else " ".join(said.split())
    if not 8 <= len(title) <= 300 or " " not in title or len(chosen) == len(lines[:end]):
        title = said if 8 <= len(said) <= 300 and " " in said else ""
    return title, after


def _authors(said: str, below: list[_Line]) -> list[str]:
    """Return who the file says wrote it, or the names in the first line below the title."""
    for text in (said, *(line.text for line in below)):
        bare = _MARKED.sub("", text)
        pieces = re.split(r"\s*(?:,|;|\band\b|&|·|•)\s*", bare)
        found = [piece.strip() for piece in pieces if piece.strip()]
        if found and all(_NAME.fullmatch(each) for each in found) and not _PLACE.search(text):
            return list(people(found))
    return []


def _abstract(text: str) -> str:
    begin, end = _span(text)
    found = re.sub(r"(?<=[a-z])-\n(?=[a-z])", "", text[begin:end])
    found = " ".join(found.split())
    return found if _LENGTHS[0] <= len(found) <= _LENGTHS[1] else ""


def _span(text: str) -> tuple[int, int]:
    """Return where the abstract begins and ends, 0 and 0 where that cannot be told."""
    begin = _ABSTRACT.search(text)
    end = _ABSTRACT_END.search(text, begin.end() + _LENGTHS[0]) if begin else None
    return (begin.end(), end.start()) if begin and end else (0, 0)
