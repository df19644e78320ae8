"""Whether abstracts say what a sentence says: a claim, the papers it cites, a verdict.

No language model is asked. The words of the claim are looked for in the abstracts, names and
numbers apart; a small network reads the likeliest passages with it (`rag.receipts.checker`); a
fixed logistic formula weighs these.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from rag.models.cross_encoder import likelihood
from rag.models.local_embedders import static
from rag.receipts.checker import check
from rag.receipts.matching import Match, Number, Reading, match, numbers, plain
from rag.receipts.verbatim import find_verbatim, is_only_mentioned
from rag.text.identifiers import conflicts, identifiers
from rag.text.quantities import MOST_CLAIMED, nearness, quantities, states, unstated
from rag.text.seen import is_blank
from rag.text.words import words
from rag.types import Evidence, Paper

# Found on 400 claims written for passages of other papers than the network was trained on, and on a
# quarter of SciFact's training claims that it was not; those count one and a half times.
COEFFICIENTS: Mapping[str, float] = {
    "missing": -1.34,
    "names": -0.394,
    "plain": -0.067,
    "length": 0.768,
    "false": -0.934,
    "net": 0.494,
    "constant": -0.719,
}
# Least scores of "supported" and of "weak".
SUPPORTED = 0.65
WEAK = 0.14
# What the checks leave of a score. A false number never leaves more than "unsupported", a
# foreign name never more than "weak".
_JUST_BELOW = 0.99
_ELSEWHERE = 0.5
# Up to this share of missing words, one direction against another is a contradiction: so it was
# in 12 of 37 contradicted pairs and in none of 98 supported ones.
_ALIGNED = 0.15
_REACH = 3  # words around a number that tell what it counts
_LONGEST_CLAIM = 2_000  # characters; what has more is never more than weak, nothing reads the rest

# Sentences about the answer itself, which no paper can bear out.
_ABOUT_ANSWER = re.compile(
    r"(?:here (?:is|are)|below (?:is|are)|the following|let me|i (?:can|could|will|would|hope|am)|"
    r"sure\b|certainly\b|of course\b|thank|in (?:short|summary|conclusion)\W*$|"
    r"(?:the|these|none of the|no) (?:\w+ )?(?:papers?|abstracts?|sources?|passages?|documents?) "
    r"(?:\w+ )?(?:do(?:es)? not|did not|don't|cannot|mentions?|answers?|says?|provided?))",
    re.IGNORECASE,
)
_LINE_MARK = re.compile(r"\A\s*(?:[-*+>•]|#{1,6}|\d{1,3}[.)])\s+")


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
    the title lack at best. ``names``: number of names they lack. ``plain``: number of ordinary
    words that no abstract has. ``length``: logarithm of the number of words. ``false``: 1 where a
    number or numbered name is wrong. ``net``: the greatest logit of a passage (see
    `rag.receipts.checker`).
    """

    missing: float
    names: float
    plain: float
    length: float
    false: float
    net: float


class Checks(NamedTuple):
    """What forbids support whatever the formula says.

    ``false``: 0 where all numbers and numbered names are stated, else 0.5 to 1, more where
    nothing near is stated. ``elsewhere``: a number is stated, but of something else.
    ``foreign``: a name that no abstract has. ``opposed``: see `rag.text.polarity`; ``aligned``:
    nearly all words are in one place.
    """

    false: float
    elsewhere: bool
    foreign: bool
    opposed: bool
    aligned: bool


def judge(claim: str, papers: Sequence[Paper]) -> Verdict:
    """Judge a sentence by the abstracts of the papers it cites; markers like [1] do not count.

    Where several papers are cited, each word may come from any of them. A verdict depends on no
    embedder: the static word vectors serve everywhere.
    """
    text = plain(claim)
    for paper in papers:
        found = find_verbatim(text, paper.abstract)
        if found:
            start, end = found
            return Verdict("verbatim", 1.0, Evidence(paper.id, paper.abstract[start:end], *found))
    measured = None if is_blank(text) else measure(text, papers)
    if measured is None:
        return Verdict("unsupported", 0.0, None)
    features, checks, evidence = measured
    score = combine(features, checks)
    if any(is_only_mentioned(text, paper.abstract) for paper in papers):
        score = _hold(score, WEAK)
    if not _is_read_whole(text):
        score = _hold(score, SUPPORTED)
    score = round(score, 4)
    support: Literal["supported", "weak", "unsupported"] = (
        "supported" if score >= SUPPORTED else "weak" if score >= WEAK else "unsupported"
    )
    return Verdict(support, score, evidence)


def _is_read_whole(claim: str) -> bool:
    """Say whether all of a claim is compared."""
    if len(claim) > _LONGEST_CLAIM:
        return False
    return max(len(quantities(claim)), len(identifiers(claim))) <= MOST_CLAIMED


def measure(claim: str, papers: Sequence[Paper]) -> tuple[Features, Checks, Evidence | None] | None:
    """Return what a verdict rests on, None where there is no word or no abstract to compare."""
    claim = claim[:_LONGEST_CLAIM]
    said = words(claim)
    papers = [paper for paper in papers if paper.abstract.strip()]
    if not said or not papers:
        return None
    matches = [match(claim, said, paper, static()) for paper in papers]
    best = max(matches, key=lambda each: each.worth)
    weights = np.array([word.weight for word in said])
    kinds = np.array([word.kind for word in said])
    absent = 1.0 - np.max([each.anywhere for each in matches], axis=0)
    apart = 1.0 - np.max([each.together for each in matches], axis=0)
    missing = float(weights @ apart / weights.sum())
    false = _falsehood(claim, [each.reading for each in matches])
    features = Features(
        missing=missing,
        names=float(apart[kinds == "name"].sum()),
        plain=float(absent[kinds == "plain"].sum()),
        length=math.log(len(said)),
        false=float(false > 0),
        net=_net(claim, matches),
    )
    stated = [number for each in matches for number in each.reading.numbers]
    checks = Checks(
        false=false,
        elsewhere=any(
            _is_elsewhere(number, stated) for number in numbers(claim, said, _REACH)[:MOST_CLAIMED]
        ),
        foreign=bool((absent[kinds == "name"] > 0.5).any()),
        opposed=best.opposed,
        aligned=missing < _ALIGNED,
    )
    return features, checks, best.evidence


def _net(claim: str, matches: Sequence[Match]) -> float:
    """Return the greatest logit that the network gives any passage, -9 where there is none."""
    passages = [text for each in matches for text in each.windows]
    return float(check(claim, passages).max(initial=-9.0))


def _falsehood(claim: str, readings: Sequence[Reading]) -> float:
    """Return 0 where every number and numbered name is stated, else 0.5 to 1.

    It is 1 where a name has another number, else the more, the farther off the next number is.
    """
    known = [name for reading in readings for name in reading.identifiers]
    if conflicts(identifiers(claim)[:MOST_CLAIMED], known):
        return 1.0
    stated = [number.quantity for reading in readings for number in reading.numbers]
    return max((1.0 - 0.5 * nearness(each, stated) for each in unstated(claim, stated)), default=0)


def _is_elsewhere(claimed: Number, stated: Sequence[Number]) -> bool:
    """Say whether a number is stated, but never near a word that the claim has near it."""
    same = [each for each in stated if states([each.quantity], claimed.quantity)]
    if not same or not claimed.near or not claimed.quantity.demanded:
        return False
    return not any(claimed.near & each.near for each in same)


def combine(
    features: Features, checks: Checks, coefficients: Mapping[str, float] = COEFFICIENTS
) -> float:
    """Return the score: the logistic formula, cut down by what the checks found."""
    total = coefficients["constant"] + sum(
        coefficients[name] * value for name, value in features._asdict().items()
    )
    score = likelihood(total)
    if checks.false:
        score = _hold(score, WEAK) * (1.5 - checks.false)
    if checks.elsewhere:
        score *= _ELSEWHERE
    if checks.foreign:
        score = _hold(score, SUPPORTED)
    if checks.opposed:
        score *= _JUST_BELOW * (WEAK if checks.aligned else SUPPORTED)
    return score


def _hold(score: float, limit: float) -> float:
    """Return the score pressed below a limit: the lower ones stay, the order stays."""
    knee = 0.8 * limit
    return min(score, knee) + max(score - knee, 0.0) * (_JUST_BELOW * limit - knee) / (1.0 - knee)


def is_factual(sentence: str) -> bool:
    """Say whether a sentence asserts something that a paper could bear out.

    Headings, questions, lead-ins ("Here is a summary:") and remarks on the answer do not.

    >>> is_factual("Dropout reduces overfitting."), is_factual("Here is a summary:")
    (True, False)
    """
    text = plain(sentence)
    if text.startswith("#"):
        return False
    text = _LINE_MARK.sub("", text).strip(" *_\t")
    if text.endswith(("?", ":")) or _ABOUT_ANSWER.match(text):
        return False
    said = words(text)
    # A heading is short and has no stop; a sentence has, or is longer.
    return len(said) >= 2 and (text.endswith((".", "!", ")", '"', "”", "…")) or len(said) > 6)
