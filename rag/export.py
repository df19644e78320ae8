"""Papers as BibTeX, RIS, JSON Lines or CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Sequence

import rispy
from bibtexparser.entrypoint import write_string
from bibtexparser.library import Library
from bibtexparser.model import Entry, Field

from rag.index.entries import citation_key
from rag.readers.tables import begins_formula
from rag.types import Paper, to_json


def lines(papers: Sequence[Paper], form: str) -> Iterator[str]:
    """Yield the text of all papers in ``form``: bibtex, ris, jsonl or csv.

    JSON Lines hold everything: ingesting them makes the same library again.
    """
    if form == "jsonl":
        for paper in papers:
            yield json.dumps(to_json(paper), ensure_ascii=False) + "\n"
    elif form == "csv":
        yield from _csv(papers)
    elif form == "ris":
        if papers:
            yield rispy.dumps([_ris(paper) for paper in papers])
    else:
        yield bibtex(papers)


def bibtex(papers: Sequence[Paper]) -> str:
    """Return BibTeX entries; keys that occur twice get a letter."""
    library = Library()
    taken: set[str] = set()
    for paper in papers:
        base = key = "".join(c for c in citation_key(paper) if c not in _KEY_BREAKERS) or "paper"
        number = 0
        while key.casefold() in taken:
            number += 1
            key = f"{base}-{number}"
        taken.add(key.casefold())
        library.add(_bibtex_entry(paper, key))
    return write_string(library)


_KEY_BREAKERS = frozenset(" ,{}()\"'#%~\\=\t\n")


def _bibtex_entry(paper: Paper, key: str) -> Entry:
    values = {
        "title": paper.title,
        "author": " and ".join(paper.authors),
        "year": str(paper.year or ""),
        "journal": paper.venue,
        "doi": paper.doi,
        "eprint": paper.arxiv_id,
        "archiveprefix": "arXiv" if paper.arxiv_id else "",
        "url": paper.url,
        "abstract": paper.abstract,
    }
    fields = [
        Field(name, f"{{{_bibtex_text(value, verbatim=name in _VERBATIM)}}}")
        for name, value in values.items()
        if value
    ]
    return Entry("article" if paper.venue else "misc", key, fields)


_VERBATIM = frozenset(["doi", "url", "eprint"])


def _bibtex_text(text: str, *, verbatim: bool) -> str:
    """Escape what BibTeX and LaTeX would read as markup."""
    if verbatim:
        return "".join(c for c in text if c not in "{}")
    return "".join(_ESCAPES.get(c, c) for c in text)


_ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "%": r"\%",
    "&": r"\&",
    "#": r"\#",
    "$": r"\$",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def _ris(paper: Paper) -> dict[str, str | list[str]]:
    entry: dict[str, str | list[str]] = {
        "type_of_reference": "JOUR" if paper.venue else "GEN",
        "id": paper.id,
        "title": paper.title,
        "authors": list(paper.authors),
        "abstract": paper.abstract,
    }
    optional = {
        "year": str(paper.year or ""),
        "journal_name": paper.venue,
        "doi": paper.doi,
    }
    entry.update({name: value for name, value in optional.items() if value})
    if paper.url:
        entry["urls"] = [paper.url]
    return entry


def _csv(papers: Sequence[Paper]) -> Iterator[str]:
    names = list(to_json(Paper("", "", "")))
    yield ",".join(names) + "\n"
    for paper in papers:
        buffer = io.StringIO()
        row = [_cell(value) for value in to_json(paper).values()]
        csv.writer(buffer, lineterminator="\n").writerow(row)
        yield buffer.getvalue()


def _cell(value: str | int | list[str] | None) -> str:
    """Return a cell that a spreadsheet shows and never runs as a formula.

    `rag.readers.tables` takes the quotation mark off again, so one of the text's own gets one too.
    """
    text = "; ".join(value) if isinstance(value, list) else "" if value is None else str(value)
    return f"'{text}" if begins_formula(text) else text
