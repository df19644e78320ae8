"""An answer without a model: verbatim sentences of the papers found, chosen for the question.

Constants were chosen on one half of two sets of questions (the sample's, and 163 over 332
listed abstracts) and hold on the other; figures in comments are shares of fact questions whose
fact is in the answer, over all four pairs of set and embedder (MiniLM, static).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.answers.asking import asked_terms
from rag.answers.questions import Question
from rag.text.sentences import sentence_spans
from rag.text.terms import terms
from rag.types import Hit

Embed = Callable[[Sequence[str]], NDArray[np.float32]]
Rarity = Callable[[str], float]

_QUANTITY = re.compile(
    r"\bhow (?:many|much|large|big|long|fast|often|far|well|high|low|deep|accurate)\b|"
    r"\b(?:number|size|accuracy|score|percent\w*|share|fraction|speed\W?ups?|rate|cost|amount|"
    r"hours|bleu|f1|fid|map|error)\b",
    re.IGNORECASE,
)
_LINK = re.compile(r"https?://|\bavailable at\b")
_ASKS_LINK = re.compile(
    r"\b(?:code|available|link|url|repository|github|released?|website)\b", re.I
)
_DIGIT = re.compile(r"\d")
# How a sentence begins that reads badly without the one before it.
_LEANS = re.compile(
    r"(?:it|they|this|these|that|those|he|she|its|their|such|here|then|in other words|"
    r"both|the (?:latter|former))\b",
    re.IGNORECASE,
)

READ = 4  # papers whose sentences are worth weighing, unless the question asks for a list
# Similarity of question and sentence counts 1. Coverage 0.4 to 1.2 changes facts by 0.02.
_COVERAGE = 0.8
_PAPER = 0.2  # divided by the paper's rank: 0.91, without it 0.87
_QUANTITY_WEIGHT = 0.2  # for a sentence with a digit where one is asked for
_LINK_WEIGHT = -0.4  # for a sentence with a link where none is asked for
_BEFORE = 0.2  # of the score of the sentence before: 0.92, without it 0.90
_FLOOR = 0.6  # of the best score: 0.90, at 0.7 0.87
_MOST, _MOST_OF_ONE = 4, 3
# A question whose words the first paper has less of is told apart as a paraphrase, of which no
# paper is sure: then one sentence a paper finds the right one in 0.80 of 52, three in 0.72.
_SURE = 0.4
_SAME = 0.92  # cosine from which two sentences say the same


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of the abstract of hit number ``hit``: ``abstract[start:end]``.

    ``similarity`` is the cosine of the question and the sentence read under its title,
    ``coverage`` the share of the asked words that sentence and title have; ``leans`` says that
    it reads badly without the sentence before it, which is the candidate before it.
    """

    hit: int
    start: int
    end: int
    score: float
    similarity: float
    coverage: float
    leans: bool


@dataclass(frozen=True, slots=True)
class Candidates:
    """The sentences of the first hits, in order; vectors of shape (sentences, dimension)."""

    sentences: tuple[Candidate, ...]
    vectors: NDArray[np.float32]


def score_sentences(question: str, hits: Sequence[Hit], embed: Embed, rarity: Rarity) -> Candidates:
    """Score the sentences of the first hits for a question.

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
    titles = [hit.paper.title for hit in hits]
    titled = [f"{titles[place[0]]}. {text}" for place, text in zip(places, texts, strict=True)]
    vectors = embed([question, *titled])
    similarities = vectors[1:] @ vectors[0]
    asks_quantity = bool(_QUANTITY.search(question))
    asks_link = bool(_ASKS_LINK.search(question))
    title_terms = [_term_set(title) for title in titles]
    scored: list[Candidate] = []
    alone = 0.0  # the score of the sentence before, without what it got from its own
    for (number, start, end), text, cosine in zip(places, texts, similarities, strict=True):
        follows = bool(scored) and scored[-1].hit == number
        coverage = _coverage(wanted, _term_set(text), title_terms[number])
        before = _BEFORE * alone if follows else 0.0
        alone = (
            float(cosine)
            + _COVERAGE * coverage
            + _PAPER / (1 + number)
            + _QUANTITY_WEIGHT * (asks_quantity and bool(_DIGIT.search(text)))
            + _LINK_WEIGHT * (not asks_link and bool(_LINK.search(text)))
        )
        leans = follows and bool(_LEANS.match(text))
        scored.append(Candidate(number, start, end, alone + before, float(cosine), coverage, leans))
    return Candidates(tuple(scored), vectors[1:])


@functools.lru_cache(maxsize=4096)
def _term_set(text: str) -> frozenset[str]:
    return frozenset(terms(text))


def _coverage(wanted: Mapping[str, float], said: Set[str], title: Set[str]) -> float:
    """Return the share of the asked terms' weight that is said; what the title says counts half.

    >>> _coverage({"lcnn": 3.0, "speed": 1.0}, {"speed"}, {"lcnn"})
    0.625
    """
    total = sum(wanted.values())
    if not total:
        return 0.0
    share = sum(
        weight * (1.0 if term in said else 0.5 if term in title else 0.0)
        for term, weight in wanted.items()
    )
    return share / total


def choose(candidates: Candidates, question: Question) -> list[Candidate]:
    """Choose the sentences of an answer, paper by paper, each paper's in their own order.

    A comparison takes two of each paper, a list one; otherwise the best four, three of one
    paper, or one a paper where no paper is sure to be meant. The first hit is always among them.
    """
    every = candidates.sentences
    if not every:
        return []
    papers = {
        hit: [i for i, sentence in enumerate(every) if sentence.hit == hit]
        for hit in dict.fromkeys(sentence.hit for sentence in every)
    }
    first = papers[every[0].hit]
    if question.kind in {"compare", "list"}:
        each = 2 if question.kind == "compare" else 1
        taken = [i for own in papers.values() for i in _best(candidates, own, each, each)]
    else:
        sure = max(every[i].coverage for i in first) >= _SURE
        taken = _best(candidates, range(len(every)), _MOST, _MOST_OF_ONE if sure else 1)
        if not set(first) & set(taken):
            taken = [*taken[: _MOST - 1], *_best(candidates, first, 1, 1)]
        leaning = [i for i in taken if every[i].leans and i - 1 not in taken]
        taken += [i - 1 for i in leaning[: _MOST - len(taken)]]
    order = list(dict.fromkeys(every[i].hit for i in taken))
    return [every[i] for i in sorted(set(taken), key=lambda i: (order.index(every[i].hit), i))]


def _best(candidates: Candidates, among: Sequence[int], most: int, of_one: int) -> list[int]:
    """Return the best sentences, best first, none saying again what another says."""
    every, vectors = candidates.sentences, candidates.vectors
    taken: list[int] = []
    for i in sorted(among, key=lambda i: -every[i].score):
        if len(taken) == most or (taken and every[i].score < _FLOOR * every[taken[0]].score):
            break
        of_this = sum(every[j].hit == every[i].hit for j in taken)
        again = taken and float((vectors[taken] @ vectors[i]).max()) > _SAME
        if of_this < of_one and not again:
            taken.append(i)
    return taken
