"""Questions that a library's catalogue answers: who, when, where, how many."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from evals.asked_library import Library
from evals.phrases import Row

_MOST_LISTED = 8  # papers that a question for a list may have


def catalogue(library: Library) -> Iterator[Row]:
    """Yield questions that the catalogue answers, of four sorts by turns."""
    sorts = [_of_one(library), _of_authors(library), _of_venues(library), _of_years(library)]
    while sorts:
        for sort in list(sorts):
            row = next(sort, None)
            if row is None:
                sorts.remove(sort)
            else:
                yield {"kind": "library", **row}


def _of_one(library: Library) -> Iterator[Row]:
    for number, (paper, name) in enumerate(library.named(7 / 8)):
        if number % 2 and paper.year:
            facts = [[str(paper.year)]]
            yield {
                "question": f"When was the {name} paper published?",
                "papers": [paper.id],
                "facts": facts,
            }
        elif paper.authors and paper.authors[0].isascii():
            facts = [[paper.authors[0]]]
            yield {"question": f"Who wrote the {name} paper?", "papers": [paper.id], "facts": facts}


def _of_authors(library: Library) -> Iterator[Row]:
    counts = Counter(name for paper in library.papers for name in paper.authors)
    for name, count in counts.items():
        plain = re.fullmatch(r"[A-Z][a-z]+(?: [A-Z]\.)?(?: [A-Z][a-z]+)+", name)
        if plain and 2 <= count <= _MOST_LISTED:
            papers = library.assistant.papers([f"author~{name}"])
            if len(papers) == count:
                ids = [paper.id for paper in papers]
                yield {"question": f"Which papers did {name} write?", "papers": ids, "facts": []}


def _of_venues(library: Library) -> Iterator[Row]:
    found = Counter((p.venue, p.year) for p in library.papers if p.venue and p.year)
    for (venue, year), count in found.items():
        if re.fullmatch(r"[A-Za-z]{2,7}", venue) and 2 <= count <= _MOST_LISTED:
            name = venue.upper() if venue.islower() else venue
            ids = [p.id for p in library.assistant.papers([f"venue={venue}", f"year={year}"])]
            question = f"Which papers were published at {name} in {year}?"
            if len(ids) == count:
                yield {"question": question, "papers": ids, "facts": []}


def _of_years(library: Library) -> Iterator[Row]:
    counts = Counter(paper.year for paper in library.papers if paper.year)
    for year, count in counts.items():
        yield {"question": f"How many papers from {year} are there?", "facts": [[str(count)]]}
