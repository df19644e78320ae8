"""Which records are one paper.

Records are one paper when they share a DOI or an arXiv id; an id together with the title; or,
where no DOI, arXiv id or id of a data set differs, title, first author and year: what is
missing on one side agrees. An id or a key alone proves nothing, but a file's record that
changed keeps its paper. What was stored once stays together.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from rag.index.entries import Entry, digest, file_of, id_from_title, normalised_title
from rag.readers.people import suffix_of
from rag.types import Paper

# Files of these kinds number their records for themselves: other files' numbers say nothing.
_BIBLIOGRAPHY = re.compile(
    r"\.(?:bib|bibtex|ris|nbib|xml|txt|ciw|isi|enw|xlsx|pdf)(?:\.gz)?\Z", re.IGNORECASE
)
_CANDIDATES = 200  # papers of one title that are looked at
_Author = tuple[str, str]
_Known = TypeVar("_Known")


@dataclass(slots=True)
class Group:
    """One paper: the entries that the library has of it, and the records that were read.

    The rest is what is known of it: a record that contradicts it is of another paper.
    """

    entries: list[Entry] = field(default_factory=list)
    records: list[Paper] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)  # the records' digests
    # Tuples, as nearly each of a hundred thousand papers has one of each.
    titles: tuple[str, ...] = ()
    dois: tuple[str, ...] = ()
    arxiv_ids: tuple[str, ...] = ()
    years: tuple[int, ...] = ()
    authors: tuple[_Author, ...] = ()
    ids: tuple[str, ...] = ()
    numbers: tuple[tuple[str, str], ...] = ()  # ids of their own, after where they count

    def learn(self, paper: Paper, *, own: bool) -> None:
        """Add what a record or an entry's paper says; ``own`` tells whether its id is its own."""
        self.titles = _with(self.titles, normalised_title(paper.title))
        self.dois = _with(self.dois, paper.doi)
        self.arxiv_ids = _with(self.arxiv_ids, paper.arxiv_id)
        self.years = _with(self.years, paper.year)
        self.authors = _with(self.authors, _first_author(paper))
        self.ids = _with(self.ids, paper.id)
        self.numbers = _with(self.numbers, (_scope(paper), paper.id) if own and paper.id else None)

    def absorb(self, other: Group) -> None:
        """Take over another group, which a record showed to be the same paper."""
        self.entries += other.entries
        self.records += other.records
        self.marks += other.marks
        for name in ("titles", "dois", "arxiv_ids", "years", "authors", "ids", "numbers"):
            both = dict.fromkeys((*getattr(self, name), *getattr(other, name)))
            setattr(self, name, tuple(both))

    def may_be(self, paper: Paper) -> bool:
        """Tell whether neither DOI, arXiv id nor author speak against a record's being this."""
        return (
            not (paper.doi and self.dois and paper.doi not in self.dois)
            and not (paper.arxiv_id and self.arxiv_ids and paper.arxiv_id not in self.arxiv_ids)
            and _may_be_one_of(_first_author(paper), self.authors)
        )

    def agrees(self, paper: Paper) -> bool:
        """Tell whether nothing speaks against a record of the same title being this paper."""
        scope = _scope(paper)
        numbers = [number for there, number in self.numbers if there == scope] if paper.id else []
        same_number = not numbers or paper.id in numbers
        same_year = not paper.year or not self.years or self.years == (paper.year,)
        return same_number and same_year and self.may_be(paper)

    def has_id_of(self, paper: Paper) -> bool:
        """Tell whether a record has this paper's id, and neither title nor DOI says otherwise."""
        title = normalised_title(paper.title)
        return (
            paper.id in self.ids
            and not (title and self.titles and title not in self.titles)
            and not (paper.doi and self.dois and paper.doi not in self.dois)
        )


def _with(known: tuple[_Known, ...], more: _Known | None) -> tuple[_Known, ...]:
    return (*known, more) if more and more not in known else known


def _scope(paper: Paper) -> str:
    """Return within what ids like the paper's tell papers apart: a file, or all there is."""
    source = file_of(paper.sources[0]) if paper.sources else ""
    return source if "://" in paper.id or _BIBLIOGRAPHY.search(source) else ""


def _first_author(paper: Paper) -> _Author | None:
    """Return the first author's family name and first initial, folded."""
    if not paper.authors:
        return None
    name = paper.authors[0].removesuffix(suffix_of(paper.authors[0]))
    plain = unicodedata.normalize("NFKD", name).casefold()
    words = "".join(c for c in plain if c.isalnum() or c in " -.").replace(".", " ").split()
    return (words[-1], words[0][0] if len(words) > 1 else "") if words else None


def _may_be_one_of(author: _Author | None, authors: tuple[_Author, ...]) -> bool:
    if author is None or not authors or author in authors:
        return True
    family, initial = author
    return any(
        family == other and (not initial or not first or initial == first)
        for other, first in authors
    )


def one_paper_each(entries: Sequence[Entry], records: Iterable[Paper]) -> list[Group]:
    """Return the papers of which records were read, in the order of first sight."""
    read = [(record, digest(record)) for record in records]
    papers = _Papers(entries, {(file_of(source), mark) for r, mark in read for source in r.sources})
    for record, mark in read:
        papers.add(record, mark)
    return papers.in_order()


class _Papers:
    """The groups so far, under each of the names by which a record may find its own."""

    def __init__(self, entries: Iterable[Entry], read: set[tuple[str, str]]) -> None:
        self._groups: list[Group] = []
        self._joined: dict[int, int] = {}  # group -> the one that took it over
        self._by: dict[str, list[int]] = {}
        self._read = read
        self._order: dict[int, None] = {}
        for entry in entries:
            number = self._new()
            self._groups[number].entries.append(entry)
            self._learn(number, entry.paper, own=not _is_made(entry))
            names = [f"read:{file_of(source)} {mark}" for source, mark in entry.records.items()]
            names += [f"read:{mark}" for mark in entry.records.values()]
            names += [f"key:{key}" for key in (entry.paper.key, *entry.other_keys) if key]
            for name in names:
                self._by.setdefault(name, []).append(number)

    def add(self, record: Paper, mark: str) -> None:
        """Put a record to its paper, or make it one."""
        same = self._same(record, mark) or [self._new()]
        number, *others = same
        for other in others:  # the record shows that these are one paper
            self._groups[number].absorb(self._groups[other])
            self._joined[other] = number
            self._order.pop(other, None)
        self._groups[number].records.append(record)
        self._groups[number].marks.append(mark)
        self._by.setdefault(f"read:{mark}", []).append(number)
        self._learn(number, record, own=True)
        self._order.setdefault(number)

    def in_order(self) -> list[Group]:
        """Return the groups of which something was read."""
        return [self._groups[number] for number in self._order]

    def _new(self) -> int:
        self._groups.append(Group())
        return len(self._groups) - 1

    def _learn(self, number: int, paper: Paper, *, own: bool) -> None:
        self._groups[number].learn(paper, own=own)
        title = normalised_title(paper.title)
        names = {"id": paper.id, "doi": paper.doi, "arxiv": paper.arxiv_id, "title": title}
        for kind, name in names.items():
            if name:
                numbers = self._by.setdefault(f"{kind}:{name}", [])
                if number not in numbers[-1:]:
                    numbers.append(number)

    def _same(self, record: Paper, mark: str) -> list[int]:
        """Return the papers that a record is of; several where it shows them to be one."""
        files = {file_of(source) for source in record.sources}
        for file in files:
            if known := self._under(f"read:{file} {mark}"):
                return known[:1]
        if known := self._under(f"read:{mark}"):  # the same to the letter, in another file
            return known[:1]
        shared = self._under(f"doi:{record.doi}") + self._under(f"arxiv:{record.arxiv_id}")
        if shared:
            return list(dict.fromkeys(shared))
        groups = self._groups
        by_id = self._under(f"id:{record.id}") if record.id else []
        if same := [number for number in by_id if groups[number].has_id_of(record)]:
            return same[:1]
        by_key = self._under(f"key:{record.key}") if record.key and not record.id else []
        for number in (*by_id, *by_key):
            if self._replaces(record, groups[number], files):
                return [number]
        title = normalised_title(record.title)
        twins = self._under(f"title:{title}") if title else []
        return next(([n] for n in twins if groups[n].agrees(record)), [])

    def _replaces(self, record: Paper, group: Group, files: set[str]) -> bool:
        """Tell whether a file says now in a record what it said otherwise of this paper before."""
        old = [
            (file_of(source), mark)
            for entry in group.entries
            for source, mark in entry.records.items()
            if file_of(source) in files
        ]
        changed = bool(old) and not group.records and not self._read.intersection(old)
        return changed and group.may_be(record)

    def _under(self, name: str) -> list[int]:
        found = (self._root(number) for number in self._by.get(name, [])[:_CANDIDATES])
        return list(dict.fromkeys(found))

    def _root(self, number: int) -> int:
        while number in self._joined:
            number = self._joined[number]
        return number


def _is_made(entry: Entry) -> bool:
    """Tell whether a paper's id was made from what else is known of it."""
    paper = entry.paper
    made = (paper.key, paper.doi, paper.arxiv_id, *entry.other_keys)
    return paper.id in made or paper.id.startswith(id_from_title(paper.title))
