"""Whether abstracts say what a sentence says: a claim, the papers it cites, a verdict.

No language model is asked. The words of the claim are looked for in the abstracts, names and
numbers apart; an embedder adds how near the meanings are; a fixed logistic formula weighs these.
``python -m evals.calibrate_support`` redoes the constants from labelled pairs.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding

from rag.embedders import identity
from rag.matching import Match, find_verbatim, match, plain, static
from rag.quantities import quantities, unstated
from rag.types import Evidence, Paper
from rag.wording import Word, words

# Coefficients per embedder: the similarities of others are on scales of their own, so any other
# embedder than these gives way to static.
COEFFICIENTS: Mapping[str, Mapping[str, float]] = {
    "static": {
        "missing": -2.958,
        "gap": -1.707,
        "names": -0.739,
        "relations": -0.449,
        "found": 0.214,
        "similarity": 0.637,
        "topic": 1.187,
        "negation": -2.0,
        "direction": -2.0,
        "constant": 3.452,
    },
    "minilm": {
        "missing": -0.845,
        "gap": -2.043,
        "names": -0.706,
        "relations": -0.474,
        "found": 0.242,
        "similarity": 5.688,
        "topic": 0.855,
        "negation": -2.0,
        "direction": -2.0,
        "constant": -0.187,
    },
}
# Least scores of "supported" and of "weak".
SUPPORTED = 0.6
WEAK = 0.3
# What is left of the score where a number of the claim is in none of the abstracts: always less
# than WEAK, and the order among such claims stays.
_WRONG_NUMBER = 0.99 * WEAK

# Sentences about the answer itself, which no paper can bear out.
_ABOUT_ANSWER = re.compile(
    r"(?:here (?:is|are)|below (?:is|are)|the following|let me|i (?:can|could|will|would|hope|am)|"
    r"sure\b|certainly\b|of course\b|thank|in (?:short|summary|conclusion)\W*$|"
    r"(?:the|these|none of the|no) (?:\w+ )?(?:papers?|abstracts?|sources?|passages?|documents?) "
    r"(?:\w+ )?(?:do(?:es)? not|did not|don't|cannot|mentions?|answers?|says?|provided?))",
    re.IGNORECASE,
)
_LINE_MARK = re.compile(r"\s*(?:[-*+>•]|#{1,6}|\d{1,3}[.)])\s+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What abstracts give a claim; ``score`` (0..1) rises with support.

    ``evidence`` is the part of an abstract that bears on the claim most, None without one.
    """

    support: Literal["verbatim", "supported", "weak", "unsupported"]
    score: float
    evidence: Evidence | None


class Features(NamedTuple):
    """What the formula weighs; fields are named as in COEFFICIENTS.

    ``missing``: share of the claim's words, weighed by rarity, that two adjacent sentences and
    the title lack at best. ``gap``: root of the weight so missing. ``names``: root of the
    number of names that no abstract has. ``relations``: whether a word of relation is missing
    (0 to 1). ``found``: number of ordinary words found. ``similarity``, ``topic``: cosine to the
    nearest sentence and to the title. ``negation``, ``direction``: see `rag.polarity`.
    """

    missing: float
    gap: float
    names: float
    relations: float
    found: float
    similarity: float
    topic: float
    negation: float
    direction: float


def judge(claim: str, papers: Sequence[Paper], embedder: BaseEmbedding | None = None) -> Verdict:
    """Judge a sentence by the abstracts of the papers it cites; markers like [1] do not count.

    ``embedder`` is the one in force; without one the static word vectors serve. Where several
    papers are cited, each word may come from any of them.
    """
    text = plain(claim)
    for paper in papers:
        found = find_verbatim(text, paper.abstract)
        if found:
            start, end = found
            evidence = Evidence(paper.id, paper.abstract[start:end], start, end)
            return Verdict("verbatim", 1.0, evidence)
    said = words(text)
    if not said or not any(paper.abstract.strip() for paper in papers):
        return Verdict("unsupported", 0.0, None)
    if embedder is None or identity(embedder) not in COEFFICIENTS:
        embedder = static()
    matches = [match(text, said, paper, embedder) for paper in papers]
    coefficients = COEFFICIENTS[identity(embedder)]
    score = _logistic(features(said, matches), coefficients)
    numbers = [number for each in matches for number in each.numbers]
    if unstated(quantities(text), numbers):
        score *= _WRONG_NUMBER
    support: Literal["supported", "weak", "unsupported"] = (
        "supported" if score >= SUPPORTED else "weak" if score >= WEAK else "unsupported"
    )
    best = max(matches, key=lambda each: each.worth)
    return Verdict(support, round(score, 4), best.evidence)


def is_factual(sentence: str) -> bool:
    """Say whether a sentence asserts something that a paper could bear out.

    Headings, questions, lead-ins ("Here is a summary:") and remarks on the answer do not.

    >>> is_factual("Dropout reduces overfitting."), is_factual("Here is a summary:")
    (True, False)
    """
    text = plain(sentence)
    if text.startswith("#"):
        return False
    text = _LINE_MARK.sub("", text, count=1).strip(" *_\t")
    if text.endswith(("?", ":")) or _ABOUT_ANSWER.match(text):
        return False
    said = words(text)
    # A heading is short and has no stop; a sentence has, or is longer.
    return len(said) >= 2 and (text.endswith((".", "!", ")", '"', "”", "…")) or len(said) > 6)


def features(said: Sequence[Word], matches: Sequence[Match]) -> Features:
    """Return the features of a claim with these words, given how each paper meets it."""
    weights = np.array([word.weight for word in said])
    kinds = np.array([word.kind for word in said])
    absent = 1.0 - np.max([each.anywhere for each in matches], axis=0)
    apart = float(weights @ (1.0 - np.max([each.together for each in matches], axis=0)))
    best = max(matches, key=lambda each: each.worth)
    return Features(
        missing=apart / float(weights.sum()),
        gap=math.sqrt(apart),
        names=math.sqrt(float(absent[kinds == "name"].sum())),
        relations=min(1.0, float(absent[kinds == "relating"].sum())),
        found=float((1.0 - absent)[kinds == "plain"].sum()),
        similarity=max(each.similarity for each in matches),
        topic=max(each.topic for each in matches),
        negation=best.opposition.negation,
        direction=float(min(2, best.opposition.direction)),
    )


def _logistic(values: Features, coefficients: Mapping[str, float]) -> float:
    total = coefficients["constant"] + sum(
        coefficients[name] * value for name, value in values._asdict().items()
    )
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, total))))
