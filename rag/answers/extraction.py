"""The sentences of the papers found that answer a question, chosen without a language model.

Words and vectors choose the sentences that are worth reading; `rag.models.cross_encoder` reads each
with the question; a fixed logistic formula joins both to how likely the sentence answers.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace

import numpy as np

from rag.answers import listing
from rag.answers.asking import asked_terms
from rag.answers.questions import Question
from rag.models.cross_encoder import ANSWERS, Pair, likelihood
from rag.text.identifiers import conflicts, identifiers
from rag.text.sentences import sentence_spans
from rag.text.terms import terms
from rag.text.words import squeeze
from rag.types import Floats, Hit, Length

Embed = Callable[[Sequence[str]], Floats]
Rarity = Callable[[str], float]
Read = Callable[[Sequence[Pair]], Floats]

_QUANTITY = re.compile(
    r"\bhow (?:many|much|large|big|long|fast|often|far|well|high|low|deep|accurate)\b|"
    r"\b(?:number|size|accuracy|score|percent\w*|share|fraction|speed\W?ups?|rate|cost|amount|"
    r"hours|bleu|f1|fid|map|error)\b",
    re.IGNORECASE,
)
_HOW_MANY_ELSEWHERE = re.compile(
    r"\b(?:wie\s*viele?|combien|cu[aá]nt[oa]s?|quant[aeio]s?|hoeveel|ile|сколько)\b", re.IGNORECASE
)
_LINK = re.compile(r"https?://|\bavailable at\b")
_ASKS_LINK = re.compile(
    r"\b(?:code|available|link|url|repository|github|released?|website)\b", re.I
)
_OPEN = frozenset(["what", "who"])
_DIGIT = re.compile(r"\d")

READ = 6  # papers whose sentences are worth weighing, unless the question asks for a list
_CLOSELY, _LISTED = 24, 60  # sentences that the network reads (of a list): 3 ms each on two cores
_EACH = {"list": 3, "compare": 4}  # of each paper of a list or comparison
# What words and vectors give a sentence: the similarity of question and sentence counts 1.
_COVERAGE = 0.8
_PAPER = 0.2  # divided by the paper's rank
_WHOLE = 1.0  # times how much less of what is asked its paper has than the one that has most
_QUANTITY_WEIGHT = 0.2  # for a sentence with a digit where one is asked for
_LINK_WEIGHT = -0.4  # for a sentence with a link where none is asked for
_BEFORE = 0.2  # of the score of the sentence before
# How likely a sentence answers, from the network's logit, the score above and 1 / the paper's rank.
LIKELY: Mapping[str, float] = {"logit": 0.66, "score": 1.73, "paper": 2.02, "constant": -5.5}
# How likely it shows that its paper belongs in a list, fitted to papers that were judged so.
BELONGS: Mapping[str, float] = {"logit": 0.3, "score": 2.0, "paper": 0.0, "constant": -2.5}
# For 1 / rank where nothing is named and the second paper scores this share of the first or more:
# then the first answers hardly oftener than others (found on judged questions of datasets/checker).
_UNRANKED, _ALIKE = 0.65, 0.8

_MOST: Mapping[Length, int] = {"short": 1, "usual": 4, "detailed": 8}
_MOST_OF_ONE: Mapping[Length, int] = {"short": 1, "usual": 3, "detailed": 5}
_MOST_OF_EACH: Mapping[Length, dict[str, int]] = {  # of a list and a comparison
    "short": {"list": 1, "compare": 1},
    "usual": {"list": 1, "compare": 2},
    "detailed": {"list": 2, "compare": 4},
}
# A second sentence of the paper that answers best is as likely as this.
_ALSO: Mapping[Length, float] = {"short": 0.15, "usual": 0.1, "detailed": 0.05}
_ELSEWHERE, _NEARLY = 0.5, 0.7  # one of another paper as this, and nearly as likely as the best
# Where no sentence is this likely, the best of so many papers, or so many of a named one.
_UNSURE, _NEAREST, _OF_NAMED = 0.1, 3, 2
# A list needs a paper as likely to belong; then others do from _LEAST on. Of 275 judged lists so 2%
# of those with a paper that belongs are declined, and 53% of those without.
_SURELY, _LEAST = 0.18, 0.1
_MAY = 0.1  # what a paper that is called by its name says best is at least as likely as this
_SAME = 0.92  # cosine from which two sentences say the same


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence of the abstract of hit number ``hit``: ``abstract[start:end]``.

    ``score`` is what words and vectors give it. ``logit`` is the network's, ``likely`` how likely
    the sentence answers, 0 to 1; a sentence that was not read has neither (-inf and 0).
    """

    hit: int
    start: int
    end: int
    score: float
    logit: float = -math.inf
    likely: float = 0.0


@dataclass(frozen=True, slots=True)
class Candidates:
    """The sentences of the first hits, in order; vectors of shape (sentences, dimension)."""

    sentences: tuple[Candidate, ...]
    vectors: Floats

    @property
    def plainly(self) -> bool:
        """Whether a sentence says just what is asked (see `says_plainly`)."""
        return any(one.likely == 1.0 for one in self.sentences)


def score_sentences(
    question: Question, hits: Sequence[Hit], embed: Embed, rarity: Rarity, read: Read
) -> Candidates:
    """Score the sentences of the first hits for a question.

    Args:
        question: standing alone.
        hits: best first.
        embed: texts to rows of length 1.
        rarity: the weight of an index term (inverse document frequency).
        read: pairs of question and passage to logits (see `rag.models.cross_encoder`).
    """
    every, vectors = _skim(question.text, hits, embed, rarity)
    others = rivals(question.parts or [question.text], hits)
    closely = sorted(
        (i for i in range(len(every)) if every[i].hit not in others), key=lambda i: -every[i].score
    )
    if question.kind in _EACH:
        each = _EACH[question.kind]
        closely = [i for i, place in _places(every, closely) if place < each]
    closely = closely[: _LISTED if question.kind == "list" else _CLOSELY]
    asked = [(i, text) for i in closely for text in _asked_of(question, every[i].hit)]
    ranked = bool(question.names) or len(hits) < 2 or hits[1].score < _ALIKE * hits[0].score
    weights = BELONGS if question.kind == "list" else LIKELY
    logits = read([Pair(text, titled(hits[every[i].hit], every[i])) for i, text in asked])
    for (i, _), logit in zip(asked, logits[:, ANSWERS], strict=True):
        best = max(every[i].logit, float(logit))
        chance = likely(best, every[i], weights, ranked=ranked)
        every[i] = replace(every[i], logit=best, likely=chance)
    if question.kind == "list":
        # Where one paper belongs for sure, the names are enough for others.
        sure = max((one.likely for one in every), default=0.0) >= _SURELY
        having = listing.having_all(question.text, hits, names_do=sure)
        for i in _best_of_each(every, having):
            every[i] = replace(every[i], likely=max(every[i].likely, _SURELY))
    for i in closely:
        one = every[i]
        if says_plainly(question.text, hits[one.hit].paper.abstract[one.start : one.end]):
            every[i] = replace(one, likely=1.0)
    return Candidates(tuple(every), vectors)


def _best_of_each(every: Sequence[Candidate], among: Set[int]) -> list[int]:
    """Return the index of the likeliest sentence of each of these hits that was read."""
    order = sorted(range(len(every)), key=lambda i: -every[i].likely)
    first = [i for i, place in _places(every, order) if not place]
    return [i for i in first if every[i].hit in among and every[i].likely]


def rivals(asked: Sequence[str], hits: Sequence[Hit]) -> frozenset[int]:
    """Return which hits have only relatives of a numbered name: GPT-3 where GPT-4 is asked.

    Args:
        asked: the question, or each side of a comparison: one will do.
        hits: the papers.
    """
    names = [identifiers(each) for each in asked]
    if not all(names):
        return frozenset()
    stated = [identifiers(f"{hit.paper.title}. {hit.paper.abstract}") for hit in hits]
    return frozenset(
        number for number, own in enumerate(stated) if all(conflicts(each, own) for each in names)
    )


def says_plainly(question: str, sentence: str) -> bool:
    """Say whether a sentence is the question itself with something in the place of "what".

    >>> says_plainly("What is square?", "The image is square.")
    True
    >>> says_plainly("What is square?", "It is square root normalised.")
    False
    """
    first, *said = terms(question) or [""]
    return first in _OPEN and len(said) > 1 and terms(sentence)[-len(said) :] == said


def _asked_of(question: Question, hit: int) -> list[str]:
    """Return what the network is asked of a paper; of a side of a comparison also what it is.

    No sentence answers a question for a comparison by itself.
    """
    if question.kind == "compare" and hit < len(question.parts):
        return [question.text, f"What is {question.parts[hit]}?"]
    if question.language != "en":  # its names are all that is searched
        asks = "How many are in" if _HOW_MANY_ELSEWHERE.search(question.typed) else "What is"
        return [question.text, f"{asks} {question.subject}?"]
    every = [question.text, question.asking, question.also]
    return [text for text in dict.fromkeys(every) if text]


def _places(every: Sequence[Candidate], order: Sequence[int]) -> list[tuple[int, int]]:
    """Return each index with how many of the same paper stand before it."""
    seen: dict[int, int] = {}
    placed = []
    for i in order:
        placed.append((i, seen.get(every[i].hit, 0)))
        seen[every[i].hit] = placed[-1][1] + 1
    return placed


def titled(hit: Hit, piece: Candidate) -> str:
    """Return a sentence as the network reads it, under its paper's title."""
    text = hit.paper.abstract[piece.start : piece.end]
    return f"{hit.paper.title}: {text}" if hit.paper.title else text


def likely(
    logit: float,
    piece: Candidate,
    weights: Mapping[str, float] = LIKELY,
    *,
    ranked: bool = True,
) -> float:
    """Return how likely a sentence answers, 0 to 1; ``ranked`` where the first papers rather do."""
    total = (
        weights["constant"]
        + weights["logit"] * logit
        + weights["score"] * piece.score
        + weights["paper"] * (1 / (1 + piece.hit) if ranked else _UNRANKED)
    )
    return likelihood(total)


def _skim(
    question: str, hits: Sequence[Hit], embed: Embed, rarity: Rarity
) -> tuple[list[Candidate], Floats]:
    """Score all sentences of the hits by words and vectors."""
    places = [
        (number, start, end)
        for number, hit in enumerate(hits)
        for start, end in sentence_spans(hit.paper.abstract)
    ]
    if not places:
        return [], np.empty((0, 0), dtype=np.float32)
    wanted = {term: rarity(term) for term in asked_terms(question)}
    texts = [hits[number].paper.abstract[start:end] for number, start, end in places]
    titles = [hit.paper.title for hit in hits]
    under = [f"{titles[place[0]]}. {text}" for place, text in zip(places, texts, strict=True)]
    vectors = embed([question, *under])
    asks_quantity = bool(_QUANTITY.search(question))
    asks_link = bool(_ASKS_LINK.search(question))
    title_terms = [_term_set(title) for title in titles]
    shares = [
        _coverage(wanted, _term_set(hit.paper.abstract) | said, frozenset())
        for hit, said in zip(hits, title_terms, strict=True)
    ]
    most = max(shares)
    found: list[Candidate] = []
    alone = 0.0  # the score of the sentence before, without what it got from its own
    cosines = vectors[1:] @ vectors[0]
    for (number, start, end), text, cosine in zip(places, texts, cosines, strict=True):
        before = _BEFORE * alone if found and found[-1].hit == number else 0.0
        alone = (
            float(cosine)
            + _COVERAGE * _coverage(wanted, _term_set(text), title_terms[number])
            + _PAPER / (1 + number)
            + _QUANTITY_WEIGHT * (asks_quantity and bool(_DIGIT.search(text)))
            + _LINK_WEIGHT * (not asks_link and bool(_LINK.search(text)))
        )
        less = _WHOLE * (shares[number] - most)
        found.append(Candidate(number, start, end, alone + before + less))
    return found, vectors[1:]


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


def heard(
    candidates: Candidates, hits: Sequence[Hit], question: Question, named: int
) -> Candidates:
    """Return the sentences of the first ``named`` hits and of others that have their names.

    Of what a question names, a paper that does not know it has nothing to say.
    """
    names = [squeeze(name) for name in question.names]  # BLEU+ is BLEU
    texts = [squeeze(f"{hit.paper.title} {hit.paper.abstract}") for hit in hits] if named else []
    knowing = [i < named or any(name in text for name in names) for i, text in enumerate(texts)]
    kept = [i for i, one in enumerate(candidates.sentences) if not named or knowing[one.hit]]
    return Candidates(tuple(candidates.sentences[i] for i in kept), candidates.vectors[kept])


def nearest(candidates: Candidates, question: Question) -> bool:
    """Say whether no sentence is likely to answer: then those of several papers are the nearest."""
    least = {"list": _SURELY, "compare": 0.0, "topic": 0.0}.get(question.kind, _UNSURE)
    return max((one.likely for one in candidates.sentences), default=0.0) < least


def choose(
    candidates: Candidates, question: Question, named: int = 0, length: Length = "usual"
) -> list[Candidate]:
    """Choose the sentences of an answer, the best first.

    Of the paper that answers best up to three sentences, as far as they are likely to answer too;
    of others only what is nearly as likely. Where the first ``named`` hits are called by their
    names and may answer, they alone are heard. A comparison takes two of each paper, a list one
    of each that may belong; an answer of another ``length`` fewer or more.
    """
    every = candidates.sentences
    order = sorted(range(len(every)), key=lambda i: (-every[i].likely, -every[i].score))
    if not order:
        return []
    if question.kind in _EACH:
        each = _MOST_OF_EACH[length][question.kind]
        kept = [i for i, place in _places(every, order) if place < each]
        if question.kind == "list" and nearest(candidates, question):
            kept = kept[:_NEAREST]
        elif question.kind == "list":
            kept = [i for i in kept if every[i].likely >= _LEAST]
        return [every[i] for i in sorted(kept, key=lambda i: every[i].hit)]
    own = [i for i in order if every[i].hit < named]
    # Of a question in another language only its names are read, so they decide.
    if own and (every[own[0]].likely >= _MAY or question.language != "en"):
        order = own
    if nearest(candidates, question):
        if own:
            return [every[i] for i in sorted(own[: min(_OF_NAMED, _MOST[length])])]
        least = _NEARLY * every[order[0]].likely
        firsts = [every[i] for i, place in _places(every, order) if not place]
        return [one for one in firsts if one.likely >= least][: min(_NEAREST, _MOST[length])]
    best = every[order[0]]
    taken = order[:1]
    for i in order[1:]:
        one = every[i]
        least = _ALSO[length] if one.hit == best.hit else max(_ELSEWHERE, _NEARLY * best.likely)
        of_this = sum(every[j].hit == one.hit for j in taken)
        again = float((candidates.vectors[taken] @ candidates.vectors[i]).max()) > _SAME
        room = of_this < _MOST_OF_ONE[length] and len(taken) < _MOST[length]
        if one.likely >= least and room and not again:
            taken.append(i)
    papers = list(dict.fromkeys(every[i].hit for i in taken))
    rest = sorted(taken[1:], key=lambda i: (papers.index(every[i].hit), i))
    return [best, *(every[i] for i in rest)]
