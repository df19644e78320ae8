"""Where the words of a claim stand in an abstract, one by one."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from numpy.typing import NDArray

from rag.models.embedders import embed_kept
from rag.models.local_embedders import word_vectors
from rag.text.identifiers import Identifier, identifiers
from rag.text.polarity import opposed
from rag.text.quantities import Quantity, quantities
from rag.text.sentences import sentence_spans
from rag.text.words import Word, read_wording, squeeze
from rag.types import Evidence, Floats, Paper

_MARKER = re.compile(r"(?<!\s)\s*(?:\[\d{1,3}(?:\s?[,;–-]\s?\d{1,3})*\??\]|【\d{1,3}】)")
# Two sentences are shown only where the second adds this much of the claim's weight.
_PAIR_GAIN = 0.2
# Of an abstract, so that no record can make a verdict slow: the longest of 58,929 has 13,000
# characters. What comes after is not read.
_LONGEST, _MOST_SENTENCES, _MOST_NUMBERS = 40_000, 500, 1_000
# A sentence that says this share of what the best one says has a word in whether all oppose.
_AS_GOOD = 0.85
_MOST_TELLING = 6
FOUND = 0.5  # strength from which a word counts as there
_MANY = 1_000_000  # pairs of words
_LIKELIEST = 2
_MOST_KEPT = 128  # papers whose reading is kept, of some 0.3 MB


@dataclass(frozen=True, slots=True)
class _Segment:
    """The title (without a span) or a sentence of an abstract, read for comparison."""

    span: tuple[int, int] | None
    text: str
    words: tuple[Word, ...]
    initials: str


@dataclass(frozen=True)
class Reading:
    """A paper read once: the title, then the sentences.

    ``stems``, ``forms`` and ``acronyms`` tell in which segments each stands. The rows of
    ``vectors`` are the words, segment by segment: those of ``worded[i]`` begin at ``starts[i]``.
    """

    segments: tuple[_Segment, ...]
    stems: Mapping[str, Sequence[int]]
    forms: Mapping[str, Sequence[int]]
    acronyms: Mapping[str, Sequence[int]]
    vectors: Floats
    worded: NDArray[np.intp]
    starts: NDArray[np.intp]

    # Verdicts need these, the many papers that are only looked through for words do not.

    @functools.cached_property
    def numbers(self) -> tuple[Quantity, ...]:
        """The numbers that the paper states."""
        each = (quantities(part.text) for part in self.segments)
        return tuple(itertools.islice(itertools.chain.from_iterable(each), _MOST_NUMBERS))

    @functools.cached_property
    def identifiers(self) -> tuple[Identifier, ...]:
        """The names with a number in them that the paper has."""
        each = (name for part in self.segments for name in identifiers(part.text))
        return tuple(itertools.islice(each, _MOST_NUMBERS))


@dataclass(frozen=True, slots=True)
class Match:
    """How a paper meets a claim.

    ``anywhere`` and ``together`` tell for each word of the claim, 0 to 1, how far the paper
    has it: somewhere, and within its best two adjacent sentences or the title. ``opposed`` is
    whether the sentences that say most of the claim all point the other way (see
    `rag.text.polarity`). ``evidence`` is the best part of the abstract, ``worth`` how good;
    ``windows`` are the texts of its likeliest sentences and pairs.
    """

    reading: Reading
    anywhere: Floats
    together: Floats
    opposed: bool
    worth: float
    evidence: Evidence | None
    windows: tuple[str, ...] = ()


def plain(claim: str) -> str:
    """Return a sentence without citation markers and outer space.

    >>> plain("Dropout helps [1][2].")
    'Dropout helps.'
    """
    return _MARKER.sub("", claim).strip()


def _vectors(said: Iterable[Word]) -> Floats:
    """Return the static vectors of words, lower-cased; where one has a digit, zeros."""
    # Only names and numbers have digits, see `Word.kind`.
    texts = [
        ""
        if word.kind in ("name", "number") and any(map(str.isdecimal, word.text))
        else word.text.lower()
        for word in said
    ]
    return embed_kept(word_vectors(), texts)


@functools.lru_cache(maxsize=_MOST_KEPT)
def read_paper(title: str, abstract: str) -> Reading:
    """Read a paper for comparison."""
    segments: list[_Segment] = []
    stems: dict[str, list[int]] = {}
    shapes: dict[str, list[int]] = {}
    acronyms: dict[str, list[int]] = {}
    for i, span in enumerate((None, *sentence_spans(abstract[:_LONGEST])[:_MOST_SENTENCES])):
        text = title if span is None else abstract[span[0] : span[1]]
        said, forms, initials = read_wording(text)
        segments.append(_Segment(span, text, tuple(said), initials))
        for where, keys in (
            (stems, {word.stem for word in said}),
            (shapes, forms),
            (acronyms, {word.acronym for word in said if word.acronym}),
        ):
            for key in keys:
                where.setdefault(key, []).append(i)
    lengths = np.array([len(segment.words) for segment in segments])
    worded = np.flatnonzero(lengths)
    return Reading(
        tuple(segments),
        stems,
        shapes,
        acronyms,
        _vectors(word for segment in segments for word in segment.words),
        worded,
        (np.cumsum(lengths) - lengths)[worded],
    )


class _Claim(NamedTuple):
    """The words of a claim, prepared for looking them up in papers.

    Per word: the stem, the forms that it may be written in, the acronym ("" where there is none).
    ``spelled`` are the first letters of words in a row, each with where they begin and end.
    ``exact`` words have no synonyms.
    """

    vectors: Floats
    exact: list[bool]
    stems: list[str]
    forms: list[set[str]]
    acronyms: list[str]
    spelled: list[tuple[str, int, int]]


@functools.lru_cache(maxsize=64)  # a question is looked up in several papers
def _read_claim(said: tuple[Word, ...]) -> _Claim:
    squeezed = [squeeze(word.text) for word in said]
    shapes = []
    for i, word in enumerate(said):
        beside = ("".join(squeezed[j : j + 2]) for j in (i - 1, i) if j >= 0)
        shapes.append({word.squeezed, squeezed[i], *beside})
    letters = [text if text.isdecimal() else text[:1] for text in squeezed]
    return _Claim(
        vectors=_vectors(said),
        exact=[word.kind == "name" or len(word.text) < 3 for word in said],
        stems=[word.stem for word in said],
        forms=shapes,
        acronyms=[word.acronym for word in said],
        spelled=[
            ("".join(letters[start : start + size]), start, start + size)
            for size in (2, 3, 4, 5)
            for start in range(len(said) - size + 1)
        ],
    )


def _strengths(said: Sequence[Word], reading: Reading) -> Floats:
    """Return how far each segment has each word of the claim, shape (words, segments), 0..1."""
    claim = _read_claim(tuple(said))
    found = np.zeros((len(said), len(reading.segments)), dtype=np.float32)
    if len(reading.worded):
        # Mostly too small for the threads that a matrix product would wake.
        if len(said) * len(reading.vectors) < _MANY:
            cosines = np.einsum("ik,jk->ij", claim.vectors, reading.vectors)
        else:
            cosines = claim.vectors @ reading.vectors.T
        # Below 0.5 the cosine of two static word vectors says nothing about synonymy.
        near = np.minimum(np.maximum((cosines - 0.5) / 0.2, 0.0), 0.8)
        near[claim.exact] = 0.0
        found[:, reading.worded] = np.maximum.reduceat(near, reading.starts, axis=1)
    strengths: list[list[float]] = found.tolist()  # a few numbers: quicker without numpy

    def raise_to(i: int, where: Iterable[int], value: float) -> None:
        row = strengths[i]
        for j in where:
            if row[j] < value:
                row[j] = value

    for i in range(len(said)):
        raise_to(i, reading.stems.get(claim.stems[i], ()), 1.0)
        for form in claim.forms[i]:
            raise_to(i, reading.forms.get(form, ()), 1.0)
        acronym = claim.acronyms[i]
        if acronym:
            raise_to(i, reading.acronyms.get(acronym, ()), 0.8)
            parts = enumerate(reading.segments)
            raise_to(i, (j for j, part in parts if acronym in part.initials), 0.8)
    for letters, start, end in claim.spelled if reading.acronyms else ():
        where = reading.acronyms.get(letters, ())
        for i in range(start, end) if where else ():
            raise_to(i, where, 0.9)
    return np.array(strengths, dtype=np.float32)


def mentions(said: Sequence[Word], paper: Paper) -> Floats:
    """Return how far a paper has each word anywhere, title or abstract, 0 to 1."""
    strengths: Floats = _strengths(said, read_paper(paper.title, paper.abstract)).max(axis=1)
    return strengths


def match(claim: str, said: Sequence[Word], paper: Paper, embedder: BaseEmbedding) -> Match:
    """Find out how a paper meets a claim with these words (at least one)."""
    reading = read_paper(paper.title, paper.abstract)
    strengths = _strengths(said, reading)
    title, body = strengths[:, 0], strengths[:, 1:]
    spans = [segment.span for segment in reading.segments if segment.span]
    if not spans:
        return Match(reading, title, title, False, 0.0, None)
    rows = embed_kept(embedder, [segment.text for segment in reading.segments[1:]])
    similarities = rows @ embed_kept(embedder, [claim])[0]
    weights = np.array([word.weight for word in said], dtype=np.float32)
    weights /= weights.sum()
    alone = weights @ body
    pairs = np.maximum(body[:, :-1], body[:, 1:]) if len(spans) > 1 else body
    pair = int(np.argmax(weights @ np.maximum(pairs, title[:, None])))
    telling = [
        segment
        for segment, share in zip(reading.segments[1:], alone, strict=True)
        if share >= _AS_GOOD * alone.max()
    ]
    worth = alone + similarities
    first = last = int(np.argmax(worth))
    best_pair = int(np.argmax(weights @ pairs))
    if len(spans) > 1 and weights @ pairs[:, best_pair] > alone[first] + _PAIR_GAIN:
        first, last = best_pair, best_pair + 1
    start, end = spans[first][0], spans[last][1]
    return Match(
        reading,
        strengths.max(axis=1),
        np.maximum(pairs[:, pair], title),
        all(opposed(claim, said, each.text, each.words) for each in telling[:_MOST_TELLING]),
        float(worth.max()),
        Evidence(paper.id, paper.abstract[start:end], start, end),
        _windows(paper, spans, worth, best_pair, _naming(said, strengths, first)),
    )


def _naming(said: Sequence[Word], strengths: Floats, best: int) -> int | None:
    """Return which sentence names what the claim does, where title and best sentence do not."""
    named = np.array([word.kind == "name" for word in said])
    shown = np.maximum(strengths[:, 0], strengths[:, 1 + best]) >= FOUND
    having = (strengths[named & ~shown, 1:] >= FOUND).sum(axis=0)
    return int(np.argmax(having)) if having.any() else None


def _windows(
    paper: Paper, spans: Sequence[tuple[int, int]], worth: Floats, pair: int, naming: int | None
) -> tuple[str, ...]:
    """Return the two likeliest sentences and the likeliest pair, each under the paper's title.

    The likeliest is also read after the sentence that names what is spoken of ("The Transformer
    is a network. … The base model has eight heads.").
    """
    best = np.argsort(-worth, kind="stable")[:_LIKELIEST].tolist()
    places = {(i, i) for i in best}
    if len(spans) > 1:
        places.add((pair, pair + 1))
    lead = f"{paper.title}: " if paper.title else ""
    texts = [paper.abstract[spans[first][0] : spans[last][1]] for first, last in sorted(places)]
    if naming is not None:
        both = (spans[naming], spans[best[0]])
        texts.append(" ".join(paper.abstract[start:end] for start, end in both))
    return tuple(f"{lead}{text}" for text in texts)
