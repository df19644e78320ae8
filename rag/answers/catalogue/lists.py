"""Lists of papers: by people, venue, year and subject, the newest or oldest first."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from rag.answers.catalogue.known import COUNTED, SHOWN, Asked, Known
from rag.answers.catalogue.shelves import LISTED, by_age, papers_about
from rag.answers.catalogue.wording import limits_of, listed, titled
from rag.answers.questions import PEOPLE
from rag.text.people import ways_to_call


def list_papers(asked: Asked) -> Known:
    """List the papers by the people, of the venue and years, and about the subject asked for."""
    question = asked.question
    if question.people:
        return say_none(asked)
    count = asked.library.count(asked.where)
    if not count:
        return say_none(asked)
    if re.search(
        r"\bco-?\s?authors?\b|\b(?:with whom|write with|work with)\b", question.text, re.I
    ):
        return _coauthors(asked)
    if question.subject:
        about = papers_about(asked)
        if not about:
            everything = replace(asked, question=replace(question, subject=""))
            every = by_age(everything)[:SHOWN]
            lead = (
                f"None of the {count:,} papers{limits_of(asked)} says it is about "
                f"“{question.subject}”; the newest are:"
            )
            return listed(lead, every, titled)
        shown = f", the first {LISTED} of {len(about)}" if len(about) > LISTED else ""
        lead = f"Papers{limits_of(asked)} about “{question.subject}”{shown}:"
        return listed(lead, about[:LISTED], titled)
    papers = by_age(asked)[:LISTED]
    more = f"; the newest {len(papers)} are" if count > len(papers) else ""
    noun = "paper" if count == 1 else "papers"
    return listed(f"The library has {count:,} {noun}{limits_of(asked)}{more}:", papers, titled)


def _coauthors(asked: Asked) -> Known:
    entries = asked.library.matching(asked.where)
    own = {c.value.strip() for c in asked.where if c.field in PEOPLE}
    names = Counter(name for entry in entries for name in entry.paper.authors)
    others = [(name, count) for name, count in names.most_common() if not own & ways_to_call(name)]
    if not others:
        return Known(f"The papers{limits_of(asked)} have no other authors.")
    lines = "".join(f"\n- {name}: {count}" for name, count in others[:COUNTED])
    return Known(f"The papers{limits_of(asked)} were written with {len(others):,} others:{lines}")


def list_newest(asked: Asked) -> Known:
    """List the newest papers."""
    return _by_years(asked, newest=True)


def list_oldest(asked: Asked) -> Known:
    """List the oldest papers."""
    return _by_years(asked, newest=False)


def _by_years(asked: Asked, *, newest: bool) -> Known:
    papers = by_age(asked, newest=newest)
    papers = [paper for paper in papers if paper.year is not None]
    if asked.question.people or not papers:
        return say_none(asked)
    single = re.search(
        r"\b(?:newest|latest|recent|oldest|earliest|first|last)\s+(?:\w+\s+)?paper\b|"
        r"\bwhich paper\b",
        asked.question.text,
        re.IGNORECASE,
    )
    same = [paper for paper in papers if paper.year == papers[0].year]
    shown = same if single and len(same) <= SHOWN else papers[: SHOWN if single else 10]
    word = "newest" if newest else "oldest"
    about = f" about “{asked.question.subject}”" if asked.question.subject else ""
    noun, verb = ("paper", "is") if len(shown) == 1 else ("papers", "are")
    lead = f"The {word} {noun}{limits_of(asked)}{about} {verb} of {papers[0].year}:"
    return listed(lead, shown, titled)


def say_none(asked: Asked) -> Known:
    """Say that no paper meets what is asked."""
    about = f" about “{asked.question.subject}”" if asked.question.subject else ""
    return Known(f"The library has no paper{limits_of(asked)}{about}.", answered=False)
