"""Which of the papers found belong in a list: those that have most of what it asks for."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Sequence

import numpy as np

from rag.answers.asking import CATEGORY, LISTING, asked_terms
from rag.index.filters import Condition
from rag.index.lexical import Lexical
from rag.text.terms import first_term, terms
from rag.text.words import Word, words
from rag.types import Hit

LISTED = 20  # papers in a list
# A paper is listed for its score in the search and the words and pairs of words that it has, the
# rarer weighing more, each as a share of the best: below so much relevance has fallen. On 57 lists
# of 58,929 papers 0.89 of what was meant is found, and 0.86 of what is listed is right.
_MIXED, _ENOUGH = 0.7, 0.65
_HELD = 0.5  # share of the asked words' weight that the paper must have which has most
_NAMED = 0.6  # share of the words that is enough for a paper with all the names asked
_RELEVANT = 0.5  # share of the score that is enough for one with a scarce word
_OR = re.compile(r"\s*(?:,?\s+(?:and/or|or|and)|/)\s*(?:(?:the|other)\s+)*", re.IGNORECASE)
_SCARCE = 1_000  # a word is scarce that at the most one of so many papers has


def matches(question: str, hits: Sequence[Hit], library: Lexical) -> list[Hit]:
    """Return the hits that have most of what a list asks for: its words, and pairs side by side.

    Where any paper has all the names that are asked, only such papers match. A word that hardly
    any paper of a large library has is enough. Where none has much of it none matches.
    """
    asked = _listed_words(question)
    roots = [first_term(word.text) for word in asked]
    pairs = [
        (i, i + 1)
        for i, (word, after) in enumerate(itertools.pairwise(asked))
        if after.start - (word.start + len(word.text)) <= 1
    ]
    in_one = [first_term(asked[i].text + asked[j].text) for i, j in pairs]
    had = np.zeros((len(hits), len(roots) + len(pairs)))
    written = [_as_written(word.text, root) for word, root in zip(asked, roots, strict=True)]
    for row, hit in zip(had, hits, strict=True):
        text = f"{hit.paper.title} {hit.paper.abstract}".casefold()
        said = [*terms(hit.paper.title), "", *terms(hit.paper.abstract)]
        alone, together = set(said), set(itertools.pairwise(said))
        for (i, j), joined in zip(pairs, in_one, strict=True):
            if joined in alone:  # "fairytale" has both words of "fairy tale"
                alone |= {roots[i], roots[j]}
                together.add((roots[i], roots[j]))
        row[:] = [
            *(root in alone and form in text for root, form in zip(roots, written, strict=True)),
            *((roots[i], roots[j]) in together for i, j in pairs),
        ]
    if not had.any():
        return []
    own = had.copy()
    for left, right in alternatives(question, asked):
        had[:, left] = had[:, right] = had[:, [left, right]].max(axis=1)
    weights = [
        word.weight
        * rarity(library.papers, library.document_frequency(root))
        * (root not in roots[:place])  # what is said twice counts once
        for place, (word, root) in enumerate(zip(asked, roots, strict=True))
    ]
    if (had[:, : len(roots)] @ weights).max() < _HELD * sum(weights):
        return []
    telling = had @ np.array([*weights, *((weights[i] + weights[j]) / 2 for i, j in pairs)])
    nearness = np.array([hit.score for hit in hits]) / max(hits[0].score, 1e-9)
    kept = _MIXED * nearness + (1 - _MIXED) * telling / telling.max() >= _ENOUGH
    names = [i for i, word in enumerate(asked) if word.kind == "name"]
    all_names = had[:, names].all(axis=1)
    if names and all_names.any():
        kept = all_names & (telling >= _NAMED * telling.max())
    most = min(LISTED, library.papers // _SCARCE)
    scarce = [i for i, r in enumerate(roots) if 0 < library.document_frequency(r) <= most]
    kept |= own[:, scarce].any(axis=1) & (nearness >= _RELEVANT)
    return [hit for hit, keep in zip(hits, kept, strict=True) if keep]


def having_all(question: str, hits: Sequence[Hit], *, names_do: bool) -> frozenset[int]:
    """Return which hits have all the words of a list; of one with names these, if ``names_do``."""
    asked = _listed_words(question)
    names = [word for word in asked if word.kind == "name" and names_do]
    wanted = {first_term(word.text) for word in names or asked}
    said = [{*terms(hit.paper.title), *terms(hit.paper.abstract)} for hit in hits]
    return frozenset(number for number, own in enumerate(said) if wanted and wanted <= own)


def alternatives(text: str, asked: Sequence[Word]) -> list[tuple[int, int]]:
    """Return the places of words of which either will do: “rap or metal lyrics”, “a, b and c”."""
    ends = [(word.start + len(word.text), after.start) for word, after in itertools.pairwise(asked)]
    joined = [_OR.fullmatch(text, *between) is not None for between in ends]
    for i in range(len(ends) - 2, -1, -1):  # a comma before such a pair does the same
        joined[i] = joined[i] or (joined[i + 1] and text[slice(*ends[i])].strip() == ",")
    return [(i, i + 1) for i, either in enumerate(joined) if either]


def _as_written(word: str, root: str) -> str:
    """Return what a text must have of a word beside its root: of "adapters", "adapt" is not enough.

    >>> _as_written("adapters", "adapt"), _as_written("pruning", "prune")
    ('adapter', '')
    """
    base = word.casefold().removesuffix("s")
    return base if base.endswith(("er", "or")) and not root.endswith(("er", "or")) else ""


def count(question: str, library: Lexical, where: Sequence[Condition] = ()) -> int:
    """Return how many papers have all the words of a list, 0 where only reading them tells."""
    asked = {first_term(word.text): word.text for word in _listed_words(question)}
    if any(_as_written(word, root) for root, word in asked.items()):
        return 0
    return library.count(where, list(asked))


def rarity(papers: int, having: int) -> float:
    """Return BM25's inverse document frequency of what so many of the papers have."""
    return math.log(1.0 + (papers - having + 0.5) / (having + 0.5))


def _listed_words(question: str) -> list[Word]:
    """Return the words of a question that tell which papers belong in the list.

    Of "the BEIR benchmark" the name is enough.
    """
    subject = set(asked_terms(question))
    asked = [
        word
        for word in words(question)
        if subject.intersection(terms(word.text)) and len(word.text) > 1
    ]
    asked = [
        word
        for i, word in enumerate(asked)
        if not (i and asked[i - 1].kind == "name" and first_term(word.text) in CATEGORY)
    ]
    return [word for word in asked if first_term(word.text) not in LISTING] or asked
