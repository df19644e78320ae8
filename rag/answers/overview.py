"""The main topics of a library: groups of near papers, named by the words of their titles."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from rag.answers.asking import ASKING
from rag.index.entries import with_key
from rag.index.index import Index
from rag.text.terms import terms
from rag.types import Floats, Paper

_READ = 2_000  # papers, evenly from the whole library: more name the same groups
_GROUPS, _LEAST = 8, 8  # groups at the most; papers of one at the least
_ROUNDS, _STARTS = 12, 4
_TITLES, _WORDS = 2, 3  # shown of each group
_EMPTY = frozenset(
    term
    for word in (
        "based model models learning method approach approaches system systems new task shared "
        "towards toward via analysis study case improving data large using evaluation dataset "
        "neural end understanding efficient network networks de la les et des du pour le en par "
        "dans sur une un"
    ).split()
    for term in terms(word)
)


@dataclass(frozen=True, slots=True)
class Topic:
    """A group of papers: its name, the share of all papers, and those nearest to its middle."""

    name: str
    share: float
    papers: tuple[Paper, ...]


def topics(index: Index) -> list[Topic]:
    """Return the main topics of a library, the largest first; the same each time."""
    entries = index.lexical.spread(_READ)
    vectors = index.vectors([entry.passage_ids[0] for entry in entries])
    entries = [entry for entry in entries if entry.passage_ids[0] in vectors]
    if not entries:
        return []
    rows = np.array([vectors[entry.passage_ids[0]] for entry in entries], dtype=np.float32)
    rows = _unit(rows - rows.mean(axis=0))  # what all papers share tells no topic
    middles = _middles(rows, min(_GROUPS, max(1, len(rows) // _LEAST)))
    nearness = rows @ middles.T
    own = nearness.argmax(axis=1)
    said = [_title_words(entry.paper.title) for entry in entries]
    everywhere = Counter(word for each in said for word in set(each))
    found = []
    for group, size in Counter(own.tolist()).most_common():
        members = np.flatnonzero(own == group)
        order = members[np.argsort(-nearness[members, group], kind="stable")]
        found.append(
            Topic(
                _name([said[i] for i in members], everywhere, len(entries)),
                size / len(entries),
                tuple(with_key(entries[i].paper) for i in order[:_TITLES]),
            )
        )
    return found


def _middles(rows: Floats, count: int) -> Floats:
    """Return the middles of ``count`` groups: k-means by cosine, the best of a few starts."""
    found = (_middles_from(rows, count, start) for start in range(_STARTS))
    return max(found, key=lambda middles: float((rows @ middles.T).max(axis=1).mean()))


def _middles_from(rows: Floats, count: int, start: int) -> Floats:
    chosen = np.random.default_rng(start).choice(len(rows), size=count, replace=False)
    middles = rows[np.sort(chosen)]
    for _ in range(_ROUNDS):
        own = (rows @ middles.T).argmax(axis=1)
        sums = [
            rows[own == group].sum(axis=0) if (own == group).any() else middles[group]
            for group in range(count)
        ]
        middles = _unit(np.array(sums))
    return middles


def _unit(rows: Floats) -> Floats:
    length = np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return np.asarray(rows / length, dtype=np.float32)


def _title_words(title: str) -> list[str]:
    """Return the words and pairs of words of a title that could name a topic."""
    words = [word.strip(".,:;!?()[]\"'“”‘’").lower() for word in title.split()]
    plain = [word if _could_name(word) else "" for word in words]
    pairs = [f"{a} {b}" for a, b in itertools.pairwise(plain) if a and b]
    return [word for word in [*plain, *pairs] if word]


def _could_name(word: str) -> bool:
    stems = terms(word)
    return (
        len(word) > 2
        and bool(stems)
        and not word[0].isdigit()
        and not any(stem in ASKING or stem in _EMPTY for stem in stems)
    )


def _name(said: Sequence[Sequence[str]], everywhere: Counter[str], papers: int) -> str:
    """Return the words that a group's titles have more often than others, most telling first."""
    here = Counter(word for each in said for word in set(each))
    expected = len(said) / papers
    worth = {
        word: count
        * max(0.0, math.log(count / (everywhere[word] * expected))) ** 2
        * (1.5 if " " in word else 1)
        for word, count in here.items()
        if count > max(1, len(said) // 100) or len(said) < 20
    }
    chosen: list[str] = []
    for word in sorted(worth, key=lambda w: (-worth[w], w)):
        if not any(set(terms(word)) & set(terms(other)) for other in chosen):
            chosen.append(word)
        if len(chosen) == _WORDS:
            break
    return ", ".join(chosen) or "other"
