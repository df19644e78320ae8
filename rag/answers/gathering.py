"""Question -> the papers to answer from: one search, one for each side, or all that match."""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from llama_index.core.base.embeddings.base import BaseEmbedding

from rag.answers import comparisons, listing, retrieval
from rag.answers.extraction import READ
from rag.answers.naming import chunks, has_inner_capital
from rag.answers.questions import NAMESAKES, Question
from rag.index.filters import Condition
from rag.index.index import Index
from rag.models.embedders import embed_kept
from rag.text.terms import terms
from rag.text.words import Word, squeeze, words
from rag.types import Hit, Turn

_LOOKED_AT = 100  # papers among which a list finds those that match
_MARKERS = re.compile(r"(?:\[\d{1,3}\]\s?)+[.,;]?")
_STRETCHES = 5
_CALLED, _IN_TITLE = 3.0, 1.5  # see `name_strength`
_BEGINNING = 300  # letters of an abstract that tell what it is about
_FIRST = 3  # papers of which one that has both names may answer by itself


@dataclass(frozen=True, slots=True)
class Found:
    """The papers found for a question, best first.

    ``lead`` of them are what the question asks for: the sides of a comparison, the papers of a
    list; for other questions the first few, which are worth reading closely. ``question`` is
    the one asked, but for a comparison whose sides one paper compares: that is a question of fact.
    ``matching`` is how many papers a list found, shown or not; ``absent`` are the sides that no
    paper is about. The first ``named`` hits are papers that the question calls by their names.
    """

    hits: tuple[Hit, ...]
    lead: int
    question: Question
    matching: int = 0
    absent: tuple[str, ...] = ()
    named: int = 0


def gather(
    question: Question,
    *,
    index: Index,
    embedder: BaseEmbedding,
    k: int,
    where: Sequence[Condition] = (),
) -> Found:
    """Find the papers for a question that stands alone: ``k``, of a list as many as match."""
    depth = max(k, _LOOKED_AT) if question.kind == "list" else k
    hits = retrieval.search(index, embedder, question.text, depth, where)
    if question.kind == "list" and (every := listing.matches(question.text, hits, index.lexical)):
        matching = every[: max(k, listing.LISTED)]
        rest = [hit for hit in hits if hit not in matching][: max(0, k - len(matching))]
        lead = len(matching)
        count = len(every)
        if 2 * count > depth:  # those looked at were not all
            count = max(count, listing.count(question.text, index.lexical, where))
        return Found(_ranked([*matching, *rest]), lead, question, matching=count)
    if question.kind == "compare":
        runs = [_run_of(side, question.names, index, embedder, k, where) for side in question.parts]
        sides = choose_sides(question.parts, [*runs, hits], functools.partial(_likeness, embedder))
        joined = " and ".join(question.parts) in question.text  # of each the same is asked
        loosely = comparisons.sides(question.text) is None and not joined
        in_one = _compared_in_one(question.parts, sides, hits[:_FIRST], loosely=loosely)
        if in_one:
            also = f"Is {question.parts[0]} better than {question.parts[1]}?"
            return Found(tuple(hits), READ, replace(question, kind="fact", parts=(), also=also))
        turns = (run[i] for i in range(k) for run in (hits, *runs) if i < len(run))
        rest = [hit for hit in turns if all(hit.paper.id != side.paper.id for side in sides)]
        every = _each_once([*sides, *rest])[: max(k, len(sides))]
        here = [
            side
            for side, hit in zip(question.parts, sides, strict=False)
            if not _is_absent(side, [hit, *hits])
        ]
        absent = tuple(side for side in question.parts if side not in here)
        if len(absent) == 1:
            kept = [hit for side, hit in zip(question.parts, sides, strict=False) if side in here]
            every = [*kept, *(hit for hit in every if hit not in sides)]
            return Found(_ranked(every), 1, replace(question, parts=tuple(here)), absent=absent)
        return Found(_ranked(every), len(sides), question)
    if question.kind == "list":  # hardly a paper has the words: whether one belongs is read
        return Found(tuple(hits[:k]), READ, question)
    first = _called(question.names, index, embedder, hits, where)
    every = _each_once([*first, *hits])[:k]
    return Found(_ranked(every), READ, question, named=len({hit.paper.id for hit in first}))


def _run_of(
    side: str,
    names: Sequence[str],
    index: Index,
    embedder: BaseEmbedding,
    k: int,
    where: Sequence[Condition],
) -> list[Hit]:
    """Return the papers found for a side, first those that are called by a name in it."""
    found = retrieval.search(index, embedder, side, _LOOKED_AT, where)
    own = [name for name in names if name.casefold() in side.casefold()]
    called = [_titled(name, found, index, embedder, where) for name in own or [side]]
    return _each_once([*itertools.chain.from_iterable(called), *found[:k]])


def _titled(
    name: str,
    hits: Sequence[Hit],
    index: Index,
    embedder: BaseEmbedding,
    where: Sequence[Condition],
) -> list[Hit]:
    """Return the papers whose titles begin with a name; where it is a common word too, few are.

    Those among the hits come first, in their order; the others are fetched if they are few.
    """
    meant = [entry.paper.id for entry in index.lexical.titled(name)]
    near = [hit for hit in hits if hit.paper.id in meant]
    if len(meant) > NAMESAKES:
        return near
    reached = {hit.paper.id for hit in near}
    limits = [Condition("id", "=", paper_id) for paper_id in meant if paper_id not in reached]
    rest = [retrieval.search(index, embedder, name, 1, [*where, limit]) for limit in limits]
    return [*near, *itertools.chain.from_iterable(rest)]


def _likeness(embedder: BaseEmbedding, one: Hit, other: Hit) -> float:
    """Return the cosine of how two papers begin."""
    first, second = embed_kept(
        embedder, [f"{hit.paper.title}. {hit.paper.abstract[:_BEGINNING]}" for hit in (one, other)]
    )
    return float(first @ second)


def _called(
    names: Sequence[str],
    index: Index,
    embedder: BaseEmbedding,
    hits: Sequence[Hit],
    where: Sequence[Condition],
) -> list[Hit]:
    """Return the papers whose titles begin with the names that are asked: they are meant."""
    called: list[Hit] = []
    for name in names:
        if len(index.lexical.titled(name)) <= NAMESAKES:
            called += _titled(name, hits, index, embedder, where)
    return called


def _is_absent(side: str, hits: Sequence[Hit]) -> bool:
    """Say whether a side is a name that none of the papers has."""
    named = any(word.kind == "name" for word in words(side))
    return named and all(name_strength(side, hit) == 0.0 for hit in hits)


def choose_sides(
    parts: Sequence[str],
    runs: Sequence[Sequence[Hit]],
    likeness: Callable[[Hit, Hit], float] = lambda one, other: 0.0,
) -> list[Hit]:
    """Return the paper of each side of a comparison, no paper twice.

    A side is the paper that its name stands for, best in the title's beginning, and not the
    other's; of namesakes those two are meant that are most alike. Between equals the run of the
    side decides, then the run of the whole question.

    Args:
        parts: the sides as the question words them.
        runs: the hits of each side, and last those of the whole question.
        likeness: of two papers.
    """
    meant: list[list[Hit]] = []
    for number, part in enumerate(parts):
        others = [other for other in parts if other != part]
        order = _each_once([*runs[number], *runs[-1]])
        taken = {side[0].paper.id for side in meant if len(side) == 1}
        order = [hit for hit in order if hit.paper.id not in taken]
        fit = [
            name_strength(part, hit)
            - max((name_strength(other, hit) / 2 for other in others), default=0.0)
            for hit in order
        ]
        best = max(fit, default=0.0)
        same = [hit for hit, value in zip(order, fit, strict=True) if value == best]
        meant.append(same if best >= _CALLED else same[:1])
    if len(meant) == 2 and max(map(len, meant)) > 1:
        pairs = [pair for pair in itertools.product(*meant) if pair[0].paper.id != pair[1].paper.id]
        return list(max(pairs, key=lambda pair: likeness(*pair))) if pairs else meant[0][:1]
    return [side[0] for side in meant if side]


def _compared_in_one(
    parts: Sequence[str], sides: Sequence[Hit], near: Sequence[Hit], *, loosely: bool
) -> bool:
    """Say whether a side has no paper of its own, but the paper for the other names it too.

    Where neither has one, or a question has two names but is not worded as a comparison
    (``loosely``), it is enough that one of the papers ``near`` has both.
    """
    own = [name_strength(part, hit) for part, hit in zip(parts, sides, strict=False)]
    others = [name_strength(part, hit) for part, hit in zip(parts[::-1], sides, strict=False)]
    if len(own) != 2:
        return False
    of_both = any(min(pair) > 0.0 for pair in zip(own, others, strict=True))
    near_both = (min(name_strength(part, hit) for part in parts) for hit in near)
    if loosely and near:
        return min(own) < _CALLED and (of_both or any(near_both))
    if max(own) < _IN_TITLE:  # neither side has a paper of its own
        return of_both or any(strength >= 1.0 for strength in near_both)
    return any(own[i] >= _IN_TITLE > own[1 - i] and others[i] > 0 for i in (0, 1))


def name_strength(side: str, hit: Hit) -> float:
    """Return how clearly a paper is what ``side`` or one of the names in it stands for, 0 to 3.

    3 where the title begins with the name and a colon, 2 where it begins with the name, 1.5
    where it has the name, 1 where only the abstract has it, 0.5 where it has one word of a name
    of several: "MARCO: …" is not MS MARCO.
    """
    title, abstract = hit.paper.title, hit.paper.abstract
    said = words(side)
    runs = itertools.groupby(said, key=lambda word: word.kind in {"name", "number"})
    names = [_chunks(run) for is_name, run in runs if is_name]
    wanted = [*names, _chunks(said)]
    if squeeze(title.partition(":")[0]) in {"".join(name) for name in wanted}:
        return 3.0
    in_title, in_abstract = _chunks(words(title)), _chunks(words(abstract))
    best = 0.0
    for name in filter(None, wanted):
        if in_title[: len(name)] == name:
            best = max(best, 2.0)
        elif _in_a_row(name, in_title):
            best = max(best, 1.5)
        elif _in_a_row(name, in_abstract):
            best = max(best, 1.0)
    part = any(not {*in_title, *in_abstract}.isdisjoint(name) for name in names)
    return best or 0.5 * part


def _chunks(said: Iterable[Word]) -> list[str]:
    """Return the squeezed chunks of words, of which a number like 2.0 has two."""
    return [chunk for chunk, _ in itertools.groupby(word.squeezed for word in said)]


def _in_a_row(wanted: Sequence[str], said: Sequence[str]) -> bool:
    size = len(wanted)
    return any(said[i : i + size] == wanted for i in range(len(said) - size + 1))


def cited_titles(turn: Turn, index: Index, embedder: BaseEmbedding) -> list[str]:
    """Return the titles of the papers that a turn cited, in the order of citation.

    A turn that does not name them is taken to cite what is found for each stretch of its answer
    that ends in a marker.
    """
    known = index.lexical.by_id(turn.paper_ids)
    titles = [known[key].paper.title for key in turn.paper_ids if key in known]
    if titles:
        return titles
    stretches = [piece for piece in _MARKERS.split(turn.answer) if len(piece.split()) > 1]
    queries = [f"{turn.question} {piece}" for piece in stretches[:_STRETCHES]] or [turn.question]
    hits = [hit for query in queries for hit in retrieval.search(index, embedder, query, 1)]
    return list(dict.fromkeys(hit.paper.title for hit in hits))


def rarity(index: Index, term: str) -> float:
    """Return BM25's inverse document frequency of an index term."""
    return listing.rarity(index.lexical.papers, index.lexical.document_frequency(term))


def is_known(index: Index, word: str) -> bool:
    """Say whether any paper has a word."""
    return any(index.lexical.document_frequency(term) for term in terms(word))


def unknown(index: Index, text: str, said: Sequence[str]) -> list[str]:
    """Return which words of a text no paper has, a hyphenated one whole: “Q-Former”, not “Q”."""
    whole = {part: one.text for one in chunks(text) for part in re.split(r"[-‐‑–]", one.text)}
    found = [whole.get(word, word) for word in said if not is_known(index, word)]
    return list(dict.fromkeys(found))


def names_unheard(index: Index, strangers: Sequence[str]) -> bool:
    """Say whether one of the words that no paper has is a name, and no version of a known one."""
    return any(
        has_inner_capital(word) and not is_known(index, word.rstrip("0123456789"))
        for word in strangers
    )


def is_foreign(index: Index, question: Question) -> bool:
    """Say whether an English question has words of its own, of which no paper has any."""
    asked = question.terms if question.language == "en" else []
    return bool(asked) and not any(index.lexical.document_frequency(term) for term in asked)


def _each_once(hits: Sequence[Hit]) -> list[Hit]:
    first: dict[str, Hit] = {}
    for hit in hits:
        first.setdefault(hit.paper.id, hit)
    return list(first.values())


def _ranked(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate(hits, 1))
