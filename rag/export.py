"""Papers as BibTeX, RIS, JSON Lines or CSV; ingesting them makes the same papers again.

BibTeX and RIS have no place for where a paper was read; JSON Lines and CSV hold everything.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Sequence

from rag.index.entries import citation_key, fit_for_bibtex
from rag.readers.bibtex import OWN_ID, names
from rag.readers.clean import clean
from rag.readers.fields import is_doi
from rag.readers.people import is_organisation, people, suffix_of
from rag.readers.tables import begins_formula
from rag.types import Paper, to_json


def lines(papers: Sequence[Paper], form: str) -> Iterator[str]:
    """Yield the text of all papers in ``form``: bibtex, ris, jsonl or csv."""
    if form == "jsonl":
        for paper in papers:
            yield json.dumps(to_json(paper), ensure_ascii=False) + "\n"
    elif form == "csv":
        yield from _csv(papers)
    elif form == "ris":
        for paper in papers:
            yield _ris(paper)
    else:
        yield bibtex(papers)


def bibtex(papers: Sequence[Paper]) -> str:
    """Return BibTeX entries; a key that occurs twice gets a number."""
    entries = []
    taken: set[str] = set()
    for paper in papers:
        base = key = fit_for_bibtex(citation_key(paper))
        number = 0
        while key.casefold() in taken:
            number += 1
            key = f"{base}-{number}"
        taken.add(key.casefold())
        entries.append(_bibtex_entry(paper, key))
    return "\n".join(entries)


def _bibtex_entry(paper: Paper, key: str) -> str:
    values = {
        "title": _escaped(paper.title),
        "author": " and ".join(map(_bibtex_name, paper.authors)),
        "year": str(paper.year or ""),
        "journal": _escaped(paper.venue or ""),
        "doi": _verbatim(paper.doi or ""),
        "eprint": _verbatim(paper.arxiv_id or ""),
        "archiveprefix": "arXiv" if paper.arxiv_id else "",
        "url": _verbatim(paper.url or ""),
        "abstract": _escaped(paper.abstract),
        OWN_ID: "" if paper.id == key else paper.id if is_doi(paper.id) else _escaped(paper.id),
    }
    fields = "".join(f",\n  {name} = {{{value}}}" for name, value in values.items() if value)
    return f"@{'article' if paper.venue else 'misc'}{{{key}{fields}\n}}\n"


def _bibtex_name(name: str) -> str:
    r"""Return a name as BibTeX reads it; what would be read otherwise stands in braces.

    >>> _bibtex_name("The Bells Group"), _bibtex_name("Martin King Jr.")
    ('{The Bells Group}', 'King, Jr., Martin')
    """
    written = _escaped(name)
    suffix = suffix_of(written)
    words = written.removesuffix(suffix).split()
    if suffix and len(words) > 1:
        start = next((i for i, word in enumerate(words[1:], 1) if word[0].islower()), -1)
        written = f"{' '.join(words[start:])}, {suffix}, {' '.join(words[:start])}"
    read = [clean(each, latex=True) for each in names(f"X and {written} and Y")]
    plain = read == ["X", name, "Y"] and not is_organisation(name)
    return written if plain else f"{{{_escaped(name)}}}"


def _escaped(text: str) -> str:
    """Escape what BibTeX and LaTeX would read as markup."""
    apart = _LIGATURE.sub("\\1\0", text)
    return "".join(_ESCAPES.get(c, c) for c in apart).replace("\0", "{}")


_LIGATURE = re.compile(r"([-`'])(?=\1)")  # what LaTeX would draw together
_ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",
    "}": r"\textbraceright{}",
    "%": r"\%",
    "&": r"\&",
    "#": r"\#",
    "$": r"\$",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


def _verbatim(text: str) -> str:
    """Return a DOI or address, in which BibTeX reads no markup: only its braces must go."""
    return text.translate({ord("{"): "%7B", ord("}"): "%7D"})


def _ris(paper: Paper) -> str:
    fields = [
        ("TY", "JOUR" if paper.venue else "GEN"),
        ("ID", paper.id),
        ("LB", paper.key),
        ("TI", paper.title),
        *(("AU", _ris_name(name)) for name in paper.authors),
        ("PY", str(paper.year or "")),
        ("JO", paper.venue),
        ("DO", paper.doi),
        ("C8", f"arXiv:{paper.arxiv_id}" if paper.arxiv_id else ""),
        ("UR", paper.url),
        ("AB", paper.abstract),
    ]
    return "".join(f"{tag}  - {value}\n" for tag, value in fields if value) + "ER  - \n\n"


def _ris_name(name: str) -> str:
    """Return a person as "Last, First, Jr.", or in braces, as it is read as the same name again.

    >>> _ris_name("Martin King Jr."), _ris_name("Jr M. Jr.")
    ('King, Martin, Jr.', '{Jr M. Jr.}')
    """
    suffix = suffix_of(name)
    first, _, last = name.removesuffix(suffix).strip().rpartition(" ")
    turned = ", ".join(filter(None, [last, first, suffix]))
    forms = (turned if first and not is_organisation(name) else name, name, f"{{{name}}}")
    return next((form for form in forms if people([form]) == (name,)), name)


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
    if isinstance(value, list):
        whole = not any("; " in each or each[:1] == "[" for each in value)
        text = "; ".join(value) if whole else json.dumps(value, ensure_ascii=False)
    else:
        text = "" if value is None else str(value)
    return f"'{text}" if begins_formula(text) else text
