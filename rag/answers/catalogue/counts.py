"""How many papers there are, in all, by year, venue or author, and of which topics."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice

from rag.answers import overview
from rag.answers.asking import FUNCTION
from rag.answers.catalogue.known import COUNTED, SHOWN, Asked, Known
from rag.answers.catalogue.lists import number_in, say_none
from rag.answers.catalogue.shelves import by_age, having_all, named_papers, subject_terms, venues_of
from rag.answers.catalogue.wording import (
    as_person,
    grouped,
    limits_of,
    listed,
    number_of,
    titled,
)
from rag.index.entries import with_key
from rag.text.terms import terms
from rag.types import Paper

_MOST = re.compile(r"\b(?:most|top|prolific|productive|frequent|common|\w+est)\b", re.IGNORECASE)
_COMPARED = 3_000  # papers with the words of a subject that are read for where these stand
_READ = 1_000  # papers about a subject whose authors or venues are counted


def count_values(asked: Asked) -> Known:
    """Say how many authors the papers named have, or how many authors or venues there are."""
    noun = asked.question.asks.removeprefix("count_")
    papers = named_papers(asked) if asked.question.names else []
    if papers and noun == "authors":
        return listed(
            "", papers[:3], lambda p: f"{titled(p)} has {number_of(len(p.authors), noun)}"
        )
    having = subject_terms(asked.question)
    counts = (_authors_of if noun == "authors" else _venues_of)(asked, having)
    about = f" that mention “{asked.question.subject}”" if having else ""
    of = f"papers{limits_of(asked)}{about} have" if asked.where or having else "library has"
    return Known(f"The {of} {number_of(len(counts), noun)}.")


def count_papers(asked: Asked) -> Known:
    """Say how many papers meet what is asked."""
    about = subject_terms(asked.question)
    count = asked.library.count(asked.where, about)
    saying = _saying(asked, about) if len(about) > 1 and count <= _COMPARED else []
    count = len(saying) or count
    if asked.question.people:
        count = 0
    limits = limits_of(asked)
    if about:
        verb = "mentions" if count == 1 else "mention"
        words = "the words of " if count and len(about) > 1 and not saying else ""
        limits += f" that {verb} {words}“{asked.question.subject}”"
    if not count:
        return Known(f"The library has no papers{limits}.")
    lead = f"The library has {number_of(count, 'papers')}{limits}"
    if not asked.where and not about:
        years = asked.library.years()
        return Known(f"{lead}{f', of {min(years)} to {max(years)}' if years else ''}.")
    if about:
        hits = asked.library.search(about, max(SHOWN, count) if saying else SHOWN, asked.where)
        found = (with_key(hit.entry().paper) for hit in hits)  # read as far as is shown
        said = {paper.id for paper in saying}
        shown = list(islice((p for p in found if not said or p.id in said), SHOWN))
    else:
        shown = by_age(asked)[:SHOWN]
    if re.search(
        r"\b(?:share|percent\w*|fraction|proportion)\b", asked.question.text, re.IGNORECASE
    ):
        lead += f" ({count / asked.library.papers:.1%} of all)"
    return listed(f"{lead}{', among them' if count > len(shown) else ''}:", shown, titled)


def _saying(asked: Asked, phrase: Sequence[str]) -> list[Paper]:
    """Return the papers that have index terms side by side, or a small word between two."""
    entries = asked.library.having(asked.where, phrase)
    return [entry.paper for entry in entries if _says(entry.paper, phrase)]


def _says(paper: Paper, phrase: Sequence[str]) -> bool:
    said = [*terms(paper.title), "", *terms(paper.abstract), ""]
    ends = [i for i, term in enumerate(said) if term == phrase[0]]
    for term in phrase[1:]:
        after = [i + 2 if said[i + 1] in FUNCTION else i + 1 for i in ends]
        ends = [i for i in after if said[i] == term]
    return bool(ends)


def count_per_value(asked: Asked) -> Known:
    """Say how many papers each year, venue or author has."""
    text = asked.question.text
    dimension = asked.question.asks.removeprefix("per_")
    having = subject_terms(asked.question)
    counts: list[tuple[str, int]]
    if dimension == "year":
        years = asked.library.years(asked.where, having)
        counts = [(str(year), count) for year, count in sorted(years.items(), reverse=True)]
    elif dimension == "venue":
        counts = _venues_of(asked, having)
    else:
        counts = _authors_of(asked, having)
    if not counts:
        return say_none(asked)
    papers = f"papers{limits_of(asked)}"
    if having:
        papers += f" that mention “{asked.question.subject}”"
    if having and dimension != "year" and asked.library.count(asked.where, having) > _READ:
        papers += f" (of the {_READ:,} that say most of it)"
    least = re.search(r"\b(?:fewest|least)\b", text, re.IGNORECASE)
    ranked = least or _MOST.search(text)
    if ranked:
        counts = sorted(counts, key=lambda pair: pair[1] if least else -pair[1])
        counts = counts[: number_in(text.casefold(), 10)]
    shown = counts if dimension == "year" else counts[:COUNTED]
    if dimension == "author":
        shown = [(as_person(name, asked), count) for name, count in shown]
    if ranked:
        lead = f"{'Fewest' if least else 'Most'} {papers} are of {shown[0][0]} ({shown[0][1]:,}):"
    elif dimension == "year":
        first, last = counts[-1][0], counts[0][0]
        lead = f"The {papers} are of {first if first == last else f'{first} to {last}'}:"
    else:
        lead = f"The {papers} by {dimension}:"
    rest = f"\n- and {len(counts) - len(shown):,} more" if len(counts) > len(shown) else ""
    return Known(lead + "".join(f"\n- {value}: {count}" for value, count in shown) + rest)


def _authors_of(asked: Asked, having: Sequence[str]) -> list[tuple[str, int]]:
    """Return the authors with the most papers that have the terms, with their counts."""
    if having:
        papers = _first_with(asked, having)
        return _most_first(Counter(name for paper in papers for name in paper.authors))
    return asked.library.values("author", "", asked.where)


def _venues_of(asked: Asked, having: Sequence[str]) -> list[tuple[str, int]]:
    """Return the venues with the most papers that have the terms, with their counts."""
    if having:
        papers = _first_with(asked, having)
        return _most_first(Counter(paper.venue for paper in papers if paper.venue))
    return venues_of(asked, asked.where)


def _first_with(asked: Asked, having: Sequence[str]) -> list[Paper]:
    hits = asked.library.search(having, _READ, asked.where)
    return having_all([hit.entry().paper for hit in hits], having)


def _most_first(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def describe_library(asked: Asked) -> Known:
    """Say how large the library is, from when and where, and what its main topics are."""
    library = asked.library
    years = library.years(asked.where)
    papers = library.count(asked.where)
    lead = f"The library has {papers:,} papers"
    if years:
        lead += f", of {min(years)} to {max(years)}"
    venues = venues_of(asked, asked.where)[:5]
    if venues:
        lead += f"; most are from {', '.join(f'{name} ({count:,})' for name, count in venues)}"
    groups = overview.topics(asked.index)
    lines = [(f"{group.name} (about {group.share:.0%})", group.papers) for group in groups]
    return grouped(f"{lead}. Its main topics:", lines)
