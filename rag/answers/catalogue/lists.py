"""Lists of papers: by people, venue, year and subject, the newest or oldest first."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace

from rag.answers.catalogue.known import COUNTED, SHOWN, Asked, Known
from rag.answers.catalogue.reading import NUMBERS
from rag.answers.catalogue.shelves import LISTED, by_age, papers_about
from rag.answers.catalogue.wording import limits_of, listed, number_of, titled
from rag.answers.questions import PEOPLE
from rag.index.entries import with_key
from rag.text.people import ways_to_call


def list_papers(asked: Asked) -> Known:
    """List the papers by the people, of the venue and years, and about the subject asked for."""
    question = asked.question
    count = asked.library.count(asked.where)
    if question.people or not count:
        return say_none(asked)
    most = number_in(question.text.casefold(), LISTED)
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
        shown = f", the first {most} of {len(about)}" if len(about) > most else ""
        lead = f"Papers{limits_of(asked)} about “{question.subject}”{shown}:"
        return listed(lead, about[:most], titled)
    papers = by_age(asked)[:most]
    more = f"; the newest {len(papers)} are" if count > len(papers) else ""
    return listed(
        f"The library has {number_of(count, 'papers')}{limits_of(asked)}{more}:", papers, titled
    )


def list_coauthors(asked: Asked) -> Known:
    """List with whom the people asked for wrote, the most frequent first."""
    if asked.question.people or not asked.library.count(asked.where):
        return say_none(asked)
    entries = asked.library.matching(asked.where)
    own = {c.value.strip() for c in asked.where if c.field in PEOPLE}
    names = Counter(name for entry in entries for name in entry.paper.authors)
    others = [(name, count) for name, count in names.most_common() if not own & ways_to_call(name)]
    if not others:
        return Known(f"The papers{limits_of(asked)} have no other authors.")
    lines = "".join(f"\n- {name}: {count}" for name, count in others[:COUNTED])
    return Known(f"The papers{limits_of(asked)} were written with {len(others):,} others:{lines}")


def list_by_size(asked: Asked) -> Known:
    """List the papers that one author wrote, or more, or the most."""
    if asked.question.subject:
        papers = papers_about(asked)
    else:
        papers = [with_key(entry.paper) for entry in asked.library.matching(asked.where)]
    sizes = {len(paper.authors) for paper in papers if paper.authors}
    if not sizes:
        return say_none(asked)
    text = asked.question.text.casefold()
    size = number_in(text, 1)
    if re.search(r"\b(?:most|longest|largest|biggest|highest)\b", text):
        wanted, said = {max(sizes)}, f"{max(sizes)} authors, the most"
    elif re.search(r"\b(?:more than|over)\b", text):
        wanted, said = {n for n in sizes if n > size}, f"more than {number_of(size, 'authors')}"
    elif re.search(r"\b(?:fewer|less) than\b", text):
        wanted, said = {n for n in sizes if n < size}, f"fewer than {number_of(size, 'authors')}"
    else:
        wanted, said = {size}, number_of(size, "authors")
    found = [paper for paper in papers if len(paper.authors) in wanted]
    verb = "has" if len(found) == 1 else "have"
    lead = f"{number_of(len(found), 'papers')}{limits_of(asked)} {verb} {said}"
    return listed(f"{lead}{', among them' if len(found) > SHOWN else ''}:", found[:SHOWN], titled)


def number_in(text: str, default: int) -> int:
    """Return how many are asked for.

    >>> number_in("the five oldest papers", 10)
    5
    """
    found = re.search(rf"\b(\d{{1,2}}|{'|'.join(NUMBERS)})\b", text)
    word = found[0] if found else ""
    return NUMBERS.get(word) or int(word or default)


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
    text = asked.question.text.casefold()
    several = re.search(r"\b(?:papers|articles|works|publications|studies|ones)\b", text)
    number = number_in(text, 10)
    same = [paper for paper in papers if paper.year == papers[0].year]
    shown = papers[:number] if several else same[:SHOWN]
    word = "newest" if newest else "oldest"
    about = f" about “{asked.question.subject}”" if asked.question.subject else ""
    noun, verb = ("paper", "is") if len(shown) == 1 else ("papers", "are")
    lead = f"The {word} {noun}{limits_of(asked)}{about} {verb} of {papers[0].year}:"
    return listed(lead, shown, titled)


def say_none(asked: Asked) -> Known:
    """Say that no paper meets what is asked."""
    about = f" about “{asked.question.subject}”" if asked.question.subject else ""
    return Known(f"The library has no paper{limits_of(asked)}{about}.", answered=False)
