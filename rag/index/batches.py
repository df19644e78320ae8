"""Versions of papers to batches with their vectors; the next are embedded while one is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from rag.index import passages
from rag.index.entries import Entry
from rag.types import Floats


class Embedding(Protocol):
    """What makes vectors: asked for those of some texts it may begin at once."""

    def ask(self, texts: Sequence[str]) -> None:
        """Ask for the vectors of texts; `take` them before you ask again."""
        ...

    def take(self) -> Floats:
        """Wait for the vectors of the texts asked for, a row each."""
        ...


class Version(NamedTuple):
    """A version of a paper to store, in place of ``old``."""

    entry: Entry
    old: tuple[Entry, ...] = ()


class Batch(NamedTuple):
    """Papers to store in one step: a row of ``vectors`` for each passage, in order."""

    entries: list[Entry]
    vectors: Floats
    embedded: int  # how many of the rows were made for it

    @property
    def passage_ids(self) -> list[str]:
        """The store's ids of the passages, in the order of their vectors."""
        return [name for entry in self.entries for name in entry.passage_ids]


def embedded(
    versions: Sequence[Version],
    embedding: Embedding,
    size: int,
    stored: Callable[[Sequence[str]], dict[str, Floats]],
) -> Iterator[Batch]:
    """Yield batches of about ``size`` passages; a paper's passages stay together.

    ``stored`` returns the vectors of passages that are stored, by id: a passage whose text an old
    version has too is not embedded again.
    """
    # In the order of Chroma's index of metadata, which then grows at its end alone: 20,000
    # take it 9.8 s, in another order 13.3.
    ordered = sorted(versions, key=lambda version: version.entry.payload)
    drafts = (_draft(run, stored) for run in _runs(ordered, size))
    draft = next(drafts, None)
    if draft is not None:
        embedding.ask(draft.missing)
    while draft is not None:
        rows = embedding.take()
        following = next(drafts, None)
        if following is not None:
            embedding.ask(following.missing)
        yield draft.filled(rows)
        draft = following


@dataclass(frozen=True, slots=True)
class _Draft:
    """A batch of which vectors are still missing."""

    entries: list[Entry]
    texts: list[str]  # of its passages
    known: dict[int, Floats]  # the vectors that are there, by the passage's place

    @property
    def missing(self) -> list[str]:
        return [text for row, text in enumerate(self.texts) if row not in self.known]

    def filled(self, rows: Floats) -> Batch:
        vectors = np.empty((len(self.texts), rows.shape[1]), dtype=np.float32)
        vectors[[row for row in range(len(self.texts)) if row not in self.known]] = rows
        for row, vector in self.known.items():
            vectors[row] = vector
        return Batch(self.entries, vectors, len(rows))


def _draft(
    versions: Sequence[Version], stored: Callable[[Sequence[str]], dict[str, Floats]]
) -> _Draft:
    texts: list[str] = []
    same: dict[int, str] = {}  # the passage of an old version with the same text
    for entry, olds in versions:
        before = {
            passages.text_to_embed(old.paper, start, end): name
            for old in olds
            for (start, end), name in zip(old.spans, old.passage_ids, strict=True)
        }
        for start, end in entry.spans:
            text = passages.text_to_embed(entry.paper, start, end)
            if text in before:
                same[len(texts)] = before[text]
            texts.append(text)
    have = stored(list(same.values())) if same else {}
    known = {row: have[name] for row, name in same.items() if name in have}
    return _Draft([entry for entry, _ in versions], texts, known)


def _runs(versions: Sequence[Version], size: int) -> Iterator[list[Version]]:
    run: list[Version] = []
    count = 0
    for version in versions:
        run.append(version)
        count += len(version.entry.spans)
        if count >= size:
            yield run
            run, count = [], 0
    if run:
        yield run
