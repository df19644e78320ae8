"""Whether the papers found answer a question: one rule for all models, from what was retrieved.

The words of the question are looked for in the papers, as claims are in `rag.receipts.support`;
cosines add how near the meanings are; a fixed logistic formula weighs these. Nothing depends on how
retrieval scores its hits. ``python -m evals.maintain.calibrate_abstention`` redoes the constants.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from rag.answers.asking import MEASURING, asked_terms
from rag.answers.extraction import READ, Candidates
from rag.answers.questions import Question
from rag.models.embedders import embed_kept
from rag.models.local_embedders import static
from rag.receipts.matching import mentions, nearest_sentence
from rag.text.terms import terms
from rag.text.words import Word, words
from rag.types import Hit

# Found on the sample's 141 questions, and on its fact questions with the name exchanged for
# another paper's; "" is any embedder without constants of its own, whose cosines are not used.
COEFFICIENTS: Mapping[str, Mapping[str, float]] = {
    "minilm": {
        "similarity": 2.56,
        "alone": 6.221,
        "words": 1.601,
        "coverage": 4.301,
        "unnamed": -2.178,
        "names": 0.027,
        "constant": -4.984,
    },
    "static": {
        "similarity": 1.713,
        "alone": 4.932,
        "words": 0.931,
        "coverage": 5.001,
        "unnamed": -1.917,
        "names": -0.764,
        "constant": -4.016,
    },
    "": {
        "similarity": 0.0,
        "alone": 0.0,
        "words": 3.372,
        "coverage": 5.041,
        "unnamed": -2.054,
        "names": -2.402,
        "constant": -2.707,
    },
}
# Below this the papers do not answer. Chosen so that MISSED of the sample's answerable questions
# are declined (see the risk-coverage table that the command prints).
LEAST: Mapping[str, float] = {"minilm": 0.38, "static": 0.33, "": 0.34}

_NAME_WEIGHT = 2.0  # a paper that has the rest but not the name is the wrong one
_FOUND = 0.5  # strength from which a word counts as mentioned


class Features(NamedTuple):
    """What the formula weighs; fields are named as in COEFFICIENTS.

    ``similarity``: cosine, by the embedder in force, of the question and the nearest sentence
    read under its title. ``alone``: that again where the question has no name, and so nothing
    else to go by. ``words``: the similarity by static word vectors, without the title.
    ``coverage``: the share of the asked words, weighed by rarity and names double, that the
    paper has which has most of them. ``unnamed``: how far one of the asked names is missing
    there, 0 to 1. ``names``: 1 where the question has a name.
    """

    similarity: float
    alone: float
    words: float
    coverage: float
    unnamed: float
    names: float


@dataclass(frozen=True, slots=True)
class Grounds:
    """What speaks for answering: the features, and the asked words that no near paper has."""

    features: Features
    missing: tuple[str, ...]


def find_grounds(question: Question, hits: Sequence[Hit], candidates: Candidates) -> Grounds:
    """Measure how far the first hits bear on a question.

    The sides of a comparison count as one paper: neither has the other's name.
    """
    asked = _asked_words(question.text)
    near = hits[:READ]
    nearest = max((sentence.similarity for sentence in candidates.sentences), default=0.0)
    nearest_words = _static_nearest(question.text, near)
    if not asked or not near:
        return Grounds(Features(nearest, nearest, nearest_words, 0.0, 0.0, 0.0), ())
    # Shape (papers, words): how far each paper has each word, 0 to 1.
    had = np.stack([mentions(asked, hit.paper) for hit in near])
    missing = [
        word.text for word, best in zip(asked, had.max(axis=0), strict=True) if best < _FOUND
    ]
    if question.kind == "compare":
        had = np.vstack([had[:2].max(axis=0), had[2:]])
    named = np.array([word.kind == "name" for word in asked])
    weights = np.array([word.weight for word in asked]) * np.where(named, _NAME_WEIGHT, 1.0)
    weights /= weights.sum()
    best = had[int(np.argmax(had @ weights))]
    return Grounds(
        Features(
            similarity=nearest,
            alone=0.0 if named.any() else nearest,
            words=nearest_words,
            coverage=float(best @ weights),
            unnamed=float((1.0 - best[named]).max(initial=0.0)),
            names=float(named.any()),
        ),
        tuple(dict.fromkeys(missing)),
    )


def score(features: Features, embedder: str) -> float:
    """Return how sure it is that the papers answer, 0 to 1.

    ``embedder`` is the identity of the one that gave ``similarity``.
    """
    return combine(features, COEFFICIENTS[embedder if embedder in COEFFICIENTS else ""])


def combine(features: Sequence[float], coefficients: Mapping[str, float]) -> float:
    """Return the value of the logistic formula, 0 to 1; features in the order of Features."""
    total = coefficients["constant"] + sum(
        coefficients[name] * value for name, value in zip(Features._fields, features, strict=True)
    )
    return 1.0 / (1.0 + math.exp(-total))


def answers(grounds: Grounds, embedder: str) -> bool:
    """Say whether the papers answer the question that the grounds are of."""
    least = LEAST[embedder if embedder in LEAST else ""]
    return score(grounds.features, embedder) >= least


def _asked_words(question: str) -> list[Word]:
    """Return the words of a question that papers which answer it should have."""
    asked = set(asked_terms(question)) - MEASURING
    return [word for word in words(question) if asked.intersection(terms(word.text))]


def _static_nearest(question: str, hits: Sequence[Hit]) -> float:
    vector = embed_kept(static(), [question])[0]
    return max((nearest_sentence(vector, hit.paper, static()) for hit in hits), default=0.0)
