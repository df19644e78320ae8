"""An answer without a model: verbatim sentences of the papers found, chosen for the question."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.lexical import terms
from rag.questions import Intent
from rag.sentences import sentence_spans
from rag.types import Hit

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
Rarity = Callable[[str], float]

# Words of questions, not of papers: in a small library they would look rare.
_ASKING = frozenset(
    term
    for word in (
        "a about all an and any are as at be been between but by can compare compared could "
        "difference differ different did do does done each either ever for from give given has "
        "have how i if in into is it its kind know like list many me most much name of on one or "
        "other our over paper papers please provide say show so some such tell than that the "
        "their them there these they this those to us use used uses using versus vs was we were "
        "what when where which while who whom whose why will with work works would you your"
    ).split()
    for term in terms(word)
)
_QUANTITY = re.compile(
    r"\bhow (?:many|much|large|big|long|fast|often|far|well|high|low|accurate)\b|"
    r"\b(?:number|size|accuracy|score|percent\w*|speed\W?ups?|rate|cost|amount)\b",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")

_WEIGHTS = {"similarity": 1.0, "coverage": 0.8, "paper": 0.4, "quantity": 0.1}
_REPEATS = 0.5  # how much a sentence loses for saying again what was said


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sentence of the abstract of hit number ``hit``: ``abstract[start:end]``."""

    hit: int
    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Candidates:
    """All sentences of the hits with their scores and vectors, shape (sentences, dimension)."""

    sentences: tuple[Chosen, ...]
    vectors: NDArray[np.float32]


def asked_terms(question: str) -> list[str]:
    """Return the index terms of a question that say what it is about, each once.

    >>> asked_terms("What speed-up does LCNN offer?")
    ['speed', 'up', 'lcnn', 'offer']
    """
    return [term for term in dict.fromkeys(terms(question)) if term not in _ASKING]


def score_sentences(question: str, hits: Sequence[Hit], embed: Embed, rarity: Rarity) -> Candidates:
    """Score every sentence of the hits' abstracts for a question.

    Args:
        question: standing alone.
        hits: best first.
        embed: texts to rows of length 1.
        rarity: the weight of an index term (inverse document frequency).
    """
    wanted = {term: rarity(term) for term in asked_terms(question)}
    places = [
        (number, start, end)
        for number, hit in enumerate(hits)
        for start, end in sentence_spans(hit.paper.abstract)
    ]
    if not places:
        return Candidates((), np.empty((0, 0), dtype=np.float32))
    texts = [hits[number].paper.abstract[start:end] for number, start, end in places]
    vectors = embed([question, *texts])
    similarities = vectors[1:] @ vectors[0]
    titles = [set(terms(hit.paper.title)) for hit in hits]
    best_hit = hits[0].score or 1.0
    asks_quantity = bool(_QUANTITY.search(question))
    scored = []
    for (number, start, end), text, similarity in zip(places, texts, similarities, strict=True):
        covered = _coverage(wanted, set(terms(text)), titles[number])
        score = (
            _WEIGHTS["similarity"] * float(similarity)
            + _WEIGHTS["coverage"] * covered
            + _WEIGHTS["paper"] * hits[number].score / best_hit
            + _WEIGHTS["quantity"] * (asks_quantity and bool(_DIGIT.search(text)))
        )
        scored.append(Chosen(number, start, end, score))
    return Candidates(tuple(scored), vectors[1:])


def _coverage(wanted: dict[str, float], said: set[str], title: set[str]) -> float:
    """Return the share of the asked terms' weight that is said; what the title says counts half."""
    total = sum(wanted.values())
    if not total:
        return 0.0
    share = sum(
        weight * (1.0 if term in said else 0.5 if term in title else 0.0)
        for term, weight in wanted.items()
    )
    return share / total


def choose(candidates: Candidates, intent: Intent, most: int = 4, a_paper: int = 2) -> list[Chosen]:
    """Choose the sentences of an answer: best first, not saying the same twice.

    A list takes one sentence a paper; otherwise at most ``a_paper`` of one paper.
    """
    sentences, vectors = candidates.sentences, candidates.vectors
    if not sentences:
        return []
    if intent.kind == "list":
        a_paper, most = 1, 10
    gains = np.array([sentence.score for sentence in sentences])
    floor = float(gains.max()) * (0.6 if intent.kind == "list" else 0.7)
    taken: list[int] = []
    counts: dict[int, int] = {}
    while len(taken) < most:
        pick = int(np.argmax(gains))
        if gains[pick] < floor:
            break
        taken.append(pick)
        hit = sentences[pick].hit
        counts[hit] = counts.get(hit, 0) + 1
        same = np.maximum(vectors @ vectors[pick] - 0.5, 0.0)
        gains = gains - _REPEATS * same
        gains[pick] = -math.inf
        if counts[hit] == a_paper:
            gains[[i for i, sentence in enumerate(sentences) if sentence.hit == hit]] = -math.inf
    return [sentences[i] for i in taken]
