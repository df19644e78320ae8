"""What the catalogue holds of one paper: who wrote it, when, where, how it is cited."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from rag import export
from rag.answers import retrieval
from rag.answers.catalogue.known import SHOWN, Asked, Known
from rag.answers.catalogue.shelves import named_papers
from rag.answers.catalogue.wording import clean, listed, names_of, quoted, titled
from rag.receipts.markers import no_markers
from rag.types import Evidence, Paper, Sentence


def say_who(asked: Asked) -> Known:
    """Say who wrote the papers that are named."""

    def line(paper: Paper) -> str:
        return f"{titled(paper, authors=False)} is by {names_of(paper.authors)}"

    return _of_papers(asked, line, lambda paper: bool(paper.authors), "authors")


def say_when(asked: Asked) -> Known:
    """Say when the papers that are named were published."""

    def line(paper: Paper) -> str:
        where = f" ({paper.venue})" if paper.venue else ""
        return f"**{clean(paper.name)}** was published in {paper.year}{where}"

    return _of_papers(asked, line, lambda paper: paper.year is not None, "year")


def say_where(asked: Asked) -> Known:
    """Say where the papers that are named were published."""

    def line(paper: Paper) -> str:
        return f"**{clean(paper.name)}** appeared in {paper.venue} ({paper.year or 'no year'})"

    return _of_papers(asked, line, lambda paper: bool(paper.venue), "venue")


def cite(asked: Asked) -> Known:
    """Return BibTeX entries of the papers that are named, or the identifier that is asked for."""
    papers = named_papers(asked)[:3]
    if not papers:
        return _unfound(asked)
    text = asked.question.text.casefold()
    wanted = next((f for f, words in _IDENTIFIERS.items() if words.search(text)), None)
    if wanted:
        return _of_papers(
            asked,
            lambda p: f"{_NAMES[wanted]} of {titled(p)}: {getattr(p, wanted)}",
            lambda p: bool(getattr(p, wanted)),
            _NAMES[wanted],
        )
    entries = [no_markers(export.bibtex([replace(paper, abstract="")]).strip()) for paper in papers]
    known = listed("", papers, lambda p: f"{titled(p)}, key {p.key}")
    return replace(known, text=known.text + "".join(f"\n\n```bibtex\n{e}\n```" for e in entries))


_IDENTIFIERS = {
    "doi": re.compile(r"\bdoi\b"),
    "arxiv_id": re.compile(r"\barxiv\b"),
    "url": re.compile(r"\b(?:url|link|website)\b"),
}


_NAMES = {"doi": "DOI", "arxiv_id": "arXiv id", "url": "link"}


def say_whether_held(asked: Asked) -> Known:
    """Say whether the library has a paper; show its abstract where that is asked."""
    papers = named_papers(asked, exact=True)[:3]
    if not papers:
        return _unfound(asked)
    if re.search(r"\babstract\b", asked.question.text, re.IGNORECASE):
        paper = papers[0]
        whole = Evidence(paper.id, paper.abstract, 0, len(paper.abstract))
        text = f"{no_markers(paper.abstract)} [1]"
        return Known(
            text, papers=(paper,), sentences=(Sentence(text, (1,), "verbatim", 1.0, whole),)
        )
    return listed("Yes, the library has:", papers, titled)


def _of_papers(
    asked: Asked, line: Callable[[Paper], str], has: Callable[[Paper], bool], what: str
) -> Known:
    """Say something of each paper that is named, or that it is not known of it."""
    papers = named_papers(asked)
    if not papers:
        return _unfound(asked)
    known = [paper for paper in papers if has(paper)][:SHOWN]
    if not known:
        return Known(f"The library has no {what} of {quoted(papers[:3])}.", answered=False)
    return listed("", known, line)


def _unfound(asked: Asked) -> Known:
    name = next(iter(asked.question.names), asked.question.subject)
    text = asked.question.subject or name
    hits = retrieval.search(asked.index, asked.embedder, text, 3, asked.where)
    nearest = f" The nearest are {quoted([hit.paper for hit in hits])}." if hits else ""
    said = f"No paper in the library is called “{clean(name)}”."
    return Known(f"{said}{nearest.replace(' or ', '; ')}", answered=False)
