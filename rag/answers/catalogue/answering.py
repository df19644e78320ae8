"""Questions that the library itself answers: computed from its catalogue, with the papers listed.

What the catalogue does not hold is said. A greeting or thanks gets a sentence.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence

from llama_index.core.base.embeddings.base import BaseEmbedding

from rag.answers import retrieval
from rag.answers.catalogue.chat import chat, say_what_is_outside
from rag.answers.catalogue.counts import (
    count_papers,
    count_per_value,
    count_values,
    describe_library,
)
from rag.answers.catalogue.known import NOUNS, Asked, Known, has_field
from rag.answers.catalogue.lists import (
    list_by_size,
    list_coauthors,
    list_newest,
    list_oldest,
    list_papers,
    say_none,
)
from rag.answers.catalogue.particulars import cite, say_when, say_where, say_whether_held, say_who
from rag.answers.catalogue.shelves import named_papers
from rag.answers.catalogue.wording import quoted
from rag.answers.questions import PEOPLE, Question
from rag.index.filters import Condition, Group
from rag.index.index import Index
from rag.index.lexical import Lexical


def answer(
    question: Question, *, index: Index, embedder: BaseEmbedding, where: Sequence[Condition] = ()
) -> Known | None:
    """Answer what the catalogue knows, or say what it lacks; None where papers must be read."""
    if question.kind == "chat":
        return chat(question, index.lexical)
    limits = (*where, *(_by_words(each, question, index.lexical) for each in question.where))
    asked = Asked(question, limits, index, embedder)
    if question.kind == "library":
        known = _lacking(asked) or _ANSWERS[question.asks](asked)
        # Of a subject alone no paper by its words: they may say it in others.
        return None if _only_about(asked) and not known.answered else known
    if question.people or (question.limited and not index.lexical.count(limits)):
        return _lacking(asked) or say_none(asked)
    return None


def _only_about(asked: Asked) -> bool:
    """Say whether a count per year or the like is limited by nothing but a subject."""
    question = asked.question
    counts = question.asks.startswith("per_")
    return counts and bool(question.subject) and not asked.where and not question.people


def _by_words(condition: Condition, question: Question, library: Lexical) -> Condition:
    """Return a condition on a part of titles as one on titles that have it as whole words."""
    if condition.field != "title":
        return condition
    begins = re.search(r"\b(?:start|begin)", question.text, re.IGNORECASE)
    start = r"\A\W*" if begins else r"(?<![^\W_])"
    part = re.compile(rf"{start}{re.escape(condition.value)}s?(?![^\W_])")
    titles = [title for title, _ in library.values("title", "", [condition]) if part.search(title)]
    members = tuple(Condition("title", "=", title) for title in titles)
    return Group("title", "=", condition.value, members, any_of=True)


def _lacking(asked: Asked) -> Known | None:
    """Return what says that no paper here has what is asked for; None where some do."""
    question, library = asked.question, asked.library
    fields = {condition.field for condition in question.where}
    needed = {"author" if field in PEOPLE else field for field in fields} & set(NOUNS)
    if question.people:
        needed.add("author")
    needed |= {
        "who": {"author"},
        "when": {"year"},
        "where": {"venue"},
        "newest": {"year"},
        "oldest": {"year"},
        "per_year": {"year"},
        "per_venue": {"venue"},
        "per_author": {"author"},
        "count_authors": {"author"},
        "count_venues": {"venue"},
        "sized": {"author"},
        "coauthors": {"author"},
    }.get(question.asks, set())
    missing = [NOUNS[name] for name in sorted(needed) if not has_field(name, library)]
    if not missing:
        return None
    said = f"The papers have no {' and no '.join(missing)} here, so that cannot be told."
    if question.asks in {"who", "when", "where"}:
        exact = named_papers(asked, exact=True)
        text = " ".join(dict.fromkeys([*question.names, question.subject]))
        near = retrieval.search(asked.index, asked.embedder, text, 3, asked.where)
        if exact:
            said += f" The paper is {quoted(exact[:3])}."
        elif near:
            titles = "; ".join(quoted([hit.paper]) for hit in near)
            said += f" The nearest papers are {titles}."
    return Known(said, answered=False)


_ANSWERS: Mapping[str, Callable[[Asked], Known]] = {
    "count": count_papers,
    "count_authors": count_values,
    "count_venues": count_values,
    "sized": list_by_size,
    "who": say_who,
    "when": say_when,
    "where": say_where,
    "newest": list_newest,
    "oldest": list_oldest,
    "per_year": count_per_value,
    "per_venue": count_per_value,
    "per_author": count_per_value,
    "coauthors": list_coauthors,
    "cite": cite,
    "by": list_papers,
    "overview": describe_library,
    "contains": say_whether_held,
    "unknown": say_what_is_outside,
}
