"""Whether abstracts say what a sentence says: a claim, the papers it cites, a verdict.

No language model is asked. The words of the claim are looked for in the abstracts, names and
numbers apart; a small network reads the likeliest passages with it (`rag.receipts.checker`); a
fixed logistic formula weighs these.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from rag.models.cross_encoder import likelihood
from rag.models.local_embedders import word_vectors
from rag.receipts.checker import check
from rag.receipts.matching import Reading, match, plain
from rag.receipts.verbatim import find_verbatim, is_only_mentioned
from rag.text.identifiers import conflicts, identifiers
from rag.text.languages import language_of
from rag.text.quantities import MOST_CLAIMED, as_stated, quantities, unstated
from rag.text.seen import is_blank
from rag.text.sides import exchanged
from rag.text.words import words
from rag.types import Evidence, Paper

# Found by `evals.maintain.calibrate_verdicts` on 5,081 claims written for passages that the network
# was not trained on and on SciFact's claims with odd numbers.
COEFFICIENTS: Mapping[str, float] = {
    "net": 0.503,
    "mistrust": 0.294,
    "names": -0.192,
    "opposed": -0.432,
    "constant": 0.359,
}
# Least scores of "supported" and of "weak", by the tables there: of no set do more than 6% of the
# false claims reach the first (of most 4%), 4% of the claims' true ones stay below the second.
SUPPORTED = 0.76
WEAK = 0.13
_USUAL = 0.4  # up to this share of other words a claim is a rewording like others
_JUST_BELOW = 0.99  # of a limit that a claim may not reach
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

    ``net``: the greatest logit of a passage (see `rag.receipts.checker`). ``mistrust``: that times
    the share of the claim's words, weighed by rarity, that two adjacent sentences and the title
    lack at best, as far as it is more than usual; of such claims the network says no too late.
    ``names``: number of names they lack. ``opposed``: 1 where the paper points the other way (see
    `rag.text.polarity`).
    """

    net: float
    mistrust: float
    names: float
    opposed: float


class Measured(NamedTuple):
    """What a verdict rests on; ``limit`` is what its score has to stay below, 1 without one.

    ``read`` is False where the claim is in another language than the papers, which words and
    network cannot compare: numbers and names alone may then make it unsupported.
    """

    features: Features
    limit: float
    evidence: Evidence | None
    read: bool = True


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
    score = round(score_of(measured), 4)
    support: Literal["supported", "weak", "unsupported"] = (
        "supported" if score >= SUPPORTED else "weak" if score >= WEAK else "unsupported"
    )
    return Verdict(support, score, measured.evidence)


def measure(claim: str, papers: Sequence[Paper]) -> Measured | None:
    """Return what a verdict rests on, None where there is no word or no abstract to compare."""
    whole, claim = claim, claim[:_LONGEST_CLAIM]
    said = words(claim)
    papers = [paper for paper in papers if paper.abstract.strip()]
    if not said or not papers:
        return None
    matches = [match(claim, said, paper, word_vectors()) for paper in papers]
    best = max(matches, key=lambda each: each.worth)
    weights = np.array([word.weight for word in said])
    named = np.array([word.kind == "name" for word in said])
    apart = 1.0 - np.max([each.together for each in matches], axis=0)
    passages = [text for each in matches for text in each.windows]
    if len(matches) > 1:  # what one says in part the others may complete
        passages.append(" ".join(each.evidence.quote for each in matches if each.evidence))
    claimed = quantities(claim)[:MOST_CLAIMED]
    net = float(check(as_stated(claim, claimed, passages), passages).max(initial=-9.0))
    strange = max(0.0, float(weights @ apart / weights.sum()) - _USUAL)
    features = Features(
        net=net,
        mistrust=strange * net,
        names=float(apart[named].sum()),
        opposed=float(best.opposed),
    )
    is_mentioned = any(is_only_mentioned(claim, paper.abstract) for paper in papers)
    spoken = language_of(claim)
    read = spoken == "en" or any(language_of(paper.abstract) == spoken for paper in papers)
    readings = [each.reading for each in matches]
    sentences = [part.text for each in readings for part in each.segments]
    if is_mentioned:
        limit = WEAK
    else:
        limit = _limit(whole if read else _in_english(whole), readings)
        if not read or exchanged(claim, sentences):
            limit = min(SUPPORTED, limit)
    return Measured(features, limit, best.evidence, read)


def _in_english(text: str) -> str:
    """Return a text with its numbers as English writes them: 1.200,5 as 1,200.5."""
    return re.sub(r"\d[\d.,]*\d", lambda number: number[0].translate(_SWAPPED), text)


_SWAPPED = str.maketrans(".,", ",.")


def _limit(claim: str, readings: Sequence[Reading]) -> float:
    """Return what the score has to stay below.

    That is "weak" where a number is stated nowhere, or a name has another number than the papers'
    own; "supported" where it is a count of two or three, or not all of the claim is compared.
    """
    claimed, named = quantities(claim[:_LONGEST_CLAIM]), identifiers(claim[:_LONGEST_CLAIM])
    stated = [number for reading in readings for number in reading.numbers]
    known = [name for reading in readings for name in reading.identifiers]
    missing = unstated(claimed[:MOST_CLAIMED], stated)
    if conflicts(named[:MOST_CLAIMED], known) or not all(each.implied for each in missing):
        return WEAK
    too_long = len(claim) > _LONGEST_CLAIM or max(len(claimed), len(named)) > MOST_CLAIMED
    return SUPPORTED if missing or too_long else 1.0


def score_of(measured: Measured, coefficients: Mapping[str, float] = COEFFICIENTS) -> float:
    """Return the score: the value of the logistic formula, pressed below its limit.

    The lower scores stay as they are, and the order of the others.
    """
    total = coefficients["constant"] + sum(
        coefficients[name] * value for name, value in measured.features._asdict().items()
    )
    score, limit = likelihood(total), measured.limit
    if not measured.read and limit > WEAK:
        score = max(score, WEAK)
    if limit == 1.0:
        return score
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
