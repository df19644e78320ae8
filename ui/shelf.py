"""The library as the page shows it: counts, filters, a list to search, files to add."""

from __future__ import annotations

import filecmp
import functools
import itertools
import os
import queue
import re
import shutil
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rag import readers
from rag.assistant import Assistant
from rag.durable import make_private, open_private
from rag.index.entries import with_key
from rag.index.filters import Condition, Group, Where
from rag.types import IngestReport, Paper, Rejection
from ui.examples import example_questions
from ui.exchanges import read_names

_MOST_CHOICES = 300
MOST_CHOSEN = 300  # papers that may be chosen to be asked
_LONGEST_ID = 240  # bytes that a filter takes
_NEAREST = 10  # papers shown where none matches
_LONGEST_QUERY = 1_000
_PLACE = re.compile(r":\d+\Z")
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f/\\:]")


@dataclass(frozen=True, slots=True)
class Shelf:
    """What the library holds: how many papers, of which years, venues and files.

    ``venues`` and ``sources`` are (name, papers), the most frequent first.
    """

    papers: int
    years: tuple[int, int] | None
    venues: tuple[tuple[str, int], ...]
    sources: tuple[tuple[str, int], ...]


def survey(papers: Sequence[Paper]) -> Shelf:
    """Return what some papers have in common."""
    years = [paper.year for paper in papers if paper.year]
    venues = Counter(paper.venue for paper in papers if paper.venue)
    sources = Counter(name for paper in papers for name in source_names(paper))
    return Shelf(
        papers=len(papers),
        years=(min(years), max(years)) if years else None,
        venues=tuple(venues.most_common(_MOST_CHOICES)),
        sources=tuple(sources.most_common(_MOST_CHOICES)),
    )


def source_names(paper: Paper) -> list[str]:
    """Return the names of the files that a paper was read from, each once.

    >>> source_names(Paper("x", "", "", sources=("in/a.bib:3", "in/a.bib:9")))
    ['a.bib']
    """
    names = (_PLACE.sub("", source).rpartition("/")[2] for source in paper.sources)
    return list(dict.fromkeys(names))


def where_of(filters: Any) -> list[str | Condition]:
    """Return the page's filters as ``--where`` expressions, and the papers that were chosen.

    >>> where_of({"from": "2019", "to": "", "venue": "ACL"})
    ['year>=2019', 'venue=ACL']
    """
    if not isinstance(filters, Mapping):
        return []
    fields = {"from": "year>=", "to": "year<=", "venue": "venue=", "source": "source="}
    given = {name: _said(filters.get(name)) for name in fields}
    where: list[str | Condition] = [
        f"{fields[name]}{value}" for name, value in given.items() if value
    ]
    named = (name.encode("utf-8", "replace") for name in read_names(filters.get("ids")))
    if ids := [name.decode() for name in named if len(name) <= _LONGEST_ID][:MOST_CHOSEN]:
        chosen = [Condition("id", "=", name.casefold()) for name in ids]
        where.append(Group.of(chosen, any_of=True))
    return where


def _said(value: Any) -> str:
    """Return a filter's text; of data of another shape its kind, however large it is."""
    return str(value or "").strip() if isinstance(value, str | int | None) else type(value).__name__


@dataclass(frozen=True, slots=True)
class _Survey:
    shelf: Shelf
    examples: tuple[str, ...]
    newest: tuple[str, ...]  # ids, the newest paper first


class Library:
    """The library behind one page; what is costly to count is counted once a change."""

    def __init__(self, assistant: Assistant) -> None:
        self._assistant = assistant
        self._writing = threading.Lock()
        self._survey = functools.lru_cache(maxsize=1)(self._survey_of)

    def _survey_of(self, generation: str) -> _Survey:
        papers = self._assistant.papers()
        newest = tuple(paper.id for paper in _newest(papers))
        return _Survey(survey(papers), tuple(example_questions(papers)), newest)

    def _now(self) -> _Survey:
        return self._survey(self._assistant.generation)

    @property
    def shelf(self) -> Shelf:
        """What the library holds now."""
        return self._now().shelf

    @property
    def examples(self) -> Sequence[str]:
        """Questions that the library should answer."""
        return self._now().examples

    def examples_for(self, where: Where) -> Sequence[str]:
        """Return questions that the papers should answer for which all filters hold."""
        return example_questions(self._assistant.papers(where)) if where else self.examples

    def count(self, where: Where) -> int:
        """Return for how many papers all filters hold.

        Raises:
            InputError: a filter has no meaning.
        """
        return self._assistant.count(where) if where else self.shelf.papers

    def find(self, query: str, where: Where, most: int) -> tuple[list[Paper], bool]:
        """Return at most so many papers: those that match a query, or the latest.

        Returns:
            The papers, and whether they match: where none has a word of the query, or the
            name in it, they are the nearest in meaning.

        Raises:
            RagError: a filter has no meaning, or there is no library.
        """
        if query.strip() and self.shelf.papers:
            hits = self._assistant.search(query, k=most, where=where)
            matching = [hit for hit in hits if hit.lexical > 0]
            shown = matching or hits[:_NEAREST]
            return [with_key(hit.paper) for hit in shown], bool(matching)
        if where:
            return _newest(self._assistant.papers(where))[:most], True
        newest = self._now().newest[:most]
        known = self._assistant.with_ids(newest)
        return [known[name] for name in newest if name in known], True

    def like(self, paper_id: str, where: Where, most: int) -> tuple[Paper, list[Paper]]:
        """Return a paper, and at most so many others that are like it, the nearest first.

        Raises:
            RagError: there is no such paper, or a filter has no meaning.
        """
        paper = self._assistant.paper(paper_id)
        words = f"{paper.title} {paper.abstract}"[:_LONGEST_QUERY]
        hits = self._assistant.search(words, k=most + 1, where=where)
        return paper, [with_key(hit.paper) for hit in hits if hit.paper.id != paper.id][:most]

    def remove(self, paper_ids: Sequence[str]) -> int:
        """Remove papers; return how many.

        Raises:
            RagError: one of them is not there, or the index cannot be written.
        """
        with self._writing:
            return self._assistant.remove(paper_ids)

    def add(self, files: Sequence[str]) -> Iterator[tuple[int, int] | IngestReport]:
        """Take in uploaded files.

        Those with papers are kept in the index's folder, under their own names: so a paper's
        source names a file that stays, and the same file uploaded again is known.

        Yields:
            Passages embedded so far and to embed, as it goes on; in the end what was done.

        Raises:
            RagError: the index cannot be written.
        """
        came: queue.SimpleQueue[tuple[int, int] | None] = queue.SimpleQueue()

        def take_in() -> IngestReport:
            with self._writing:
                folder = self._assistant.settings.index / "uploads"
                kept = [_keep(file, folder) if _has_papers(file) else file for file in files]
                return self._assistant.ingest(kept, progress=lambda *step: came.put(step))

        with ThreadPoolExecutor(1) as pool:
            report = pool.submit(take_in)
            report.add_done_callback(lambda _: came.put(None))
            while (step := came.get()) is not None:
                yield step
            yield report.result()


def _has_papers(file: str) -> bool:
    return any(isinstance(item, Paper) for item in readers.read(file))


def _keep(file: str, folder: Path) -> str:
    """Copy an upload; what has its name already stays, and the same file is kept once."""
    make_private(folder.parent)
    make_private(folder)
    name = Path(safe_name(Path(file).name))
    for number in itertools.count(1):
        kept = folder / (name.name if number == 1 else f"{name.stem} ({number}){name.suffix}")
        try:
            new = open_private(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
        except FileExistsError:
            if kept.is_file() and filecmp.cmp(file, kept, shallow=False):
                break
            continue
        with new, Path(file).open("rb") as source:
            shutil.copyfileobj(source, new)
        break
    return str(kept)


def _newest(papers: Sequence[Paper]) -> list[Paper]:
    return sorted(papers, key=lambda paper: (-(paper.year or 0), paper.name.casefold()))


def safe_name(name: str) -> str:
    """Return a file name that stays in its folder and is no hidden one.

    >>> safe_name("../.rc:x"), safe_name("refs.bib")
    ('_.rc_x', 'refs.bib')
    """
    return _NOT_IN_NAMES.sub("_", name).lstrip(".")[-150:] or "file"


def rejections(report: IngestReport) -> list[Rejection]:
    """Return the rejections with files named as they were uploaded."""
    return [Rejection(r.where.rpartition("/")[2], r.reason) for r in report.rejected]
