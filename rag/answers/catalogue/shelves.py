"""The papers that a question to the library is about."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answers import listing, retrieval
from rag.answers.asking import asked_terms
from rag.answers.catalogue.known import Asked
from rag.answers.questions import QUOTED, Question
from rag.index.entries import with_key
from rag.index.filters import Condition
from rag.text.sentences import sentence_spans
from rag.text.terms import terms
from rag.types import Paper

LISTED = 20  # papers
_LOOKED_AT = 100  # papers among which those about a subject are found
_AGED = re.compile(r"\b(?:newest|latest|most\s+recent|(oldest|earliest))\b", re.IGNORECASE)
_JOINED = re.compile(r"\s+(?:and|or|and/or)\s+(?:the\s+)?|\s*[,/]\s*", re.IGNORECASE)


def named_papers(asked: Asked, *, exact: bool = False) -> list[Paper]:
    """Return the papers that a question names; else the one that its words describe.

    What it calls by a name alone is no paper whose title only has that name in it.
    """
    question, library = asked.question, asked.library
    found = {
        entry.paper.id: with_key(entry.paper)
        for name in question.names
        for entry in library.titled(name)
    }
    if found or exact:
        return list(found.values())
    if not question.names and not question.subject and asked.where:
        return by_age(asked)[:LISTED]
    called = {term for name in question.names for term in terms(name)}
    title = QUOTED.search(question.text)
    wanted = called.union(terms(title[1]) if title else subject_terms(question))
    if not wanted - called:
        return []
    text = f"{question.subject} {' '.join(question.names)}"
    hits = retrieval.search(asked.index, asked.embedder, text, _LOOKED_AT, asked.where)
    having = [hit.paper for hit in hits if wanted <= set(terms(hit.paper.title))]
    if aged := _AGED.search(question.text):
        dated = [paper for paper in having if paper.year is not None] or having
        sign = 1 if aged[1] else -1
        return sorted(dated, key=lambda paper: sign * (paper.year or 0))[:1]
    return sorted(having, key=lambda paper: len(paper.title))[:1]


def papers_about(asked: Asked) -> list[Paper]:
    """Return the papers about a question's subject that its conditions allow, best first.

    Of two subjects of certain people's papers either will do.
    """
    subject = asked.question.subject
    hits = retrieval.search(asked.index, asked.embedder, subject, _LOOKED_AT, asked.where)
    papers = [hit.paper for hit in hits]
    whole = _together(papers, subject_terms(asked.question))
    parts = [asked_terms(part) for part in _JOINED.split(subject)]
    if asked.question.limited and len(parts) > 1 and all(parts):
        some = [paper for part in parts for paper in _together(papers, part)]
        whole = list({paper.id: paper for paper in (*whole, *some)}.values())
    return whole or [hit.paper for hit in listing.matches(subject, hits, asked.library)]


def by_age(asked: Asked, *, newest: bool = True) -> list[Paper]:
    """Return the papers that the conditions and the subject allow, the newest (or oldest) first.

    Of many only the first years' are read, and of a year those first that say most of the subject.
    """
    having = subject_terms(asked.question)
    years = sorted(asked.library.years(asked.where, having).items(), reverse=newest)
    papers: list[Paper] = []
    apart: list[Paper] = []  # whose words of the subject stand in no sentence together
    for year, _ in years:
        own = (*asked.where, Condition("year", "=", str(year)))
        if having:
            hits = asked.library.search(having, _LOOKED_AT, own)
            every = [with_key(hit.entry().paper) for hit in hits]
            papers += _together(every, having)
            apart += having_all(every, having)
        else:
            some = asked.library.search_where(own, _LOOKED_AT)
            papers += sorted((with_key(e.paper) for e in some), key=lambda paper: paper.id)
        if len(papers) >= LISTED:
            return papers
    if not having and sum(count for _, count in years) < asked.library.count(asked.where):
        rest = [with_key(entry.paper) for entry in asked.library.matching(asked.where)]
        papers += [paper for paper in rest if paper.year is None]
    return papers or apart


def _together(papers: Sequence[Paper], wanted: Sequence[str]) -> list[Paper]:
    """Return the papers of which a sentence, or the title, has all of the wanted terms."""
    needed = set(wanted)
    return [
        paper
        for paper in having_all(papers, wanted)  # so that few are cut into sentences
        if needed <= set(terms(paper.title))
        or any(
            needed <= set(terms(paper.abstract[start:end]))
            for start, end in sentence_spans(paper.abstract)
        )
    ]


def having_all(papers: Sequence[Paper], wanted: Sequence[str]) -> list[Paper]:
    """Return the papers that have all of the wanted terms."""
    needed = set(wanted)
    return [p for p in papers if needed <= set(terms(f"{p.title} {p.abstract}"))]


def subject_terms(question: Question) -> list[str]:
    """Return the index terms of what a question is about."""
    return asked_terms(question.subject)


def venues_of(asked: Asked, where: Sequence[Condition]) -> list[tuple[str, int]]:
    """Return the venues with their counts, each of several of one paper by itself."""
    found = dict(asked.library.values("venue", "", where))
    return [
        (name, count)
        for name, count in found.items()
        if " " not in name or not all(part in found for part in name.split())
    ]
