"""Questions with what a good answer holds: papers it cites, facts it states, or a refusal."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rag.batches.question_files import Item, read_questions


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what is expected.

    ``papers`` are ids, None where nothing is said of them. ``facts`` are lists of wordings,
    any of which states the fact. ``answerable`` is None where neither is known.
    """

    item: Item
    kind: str
    papers: tuple[str, ...] | None
    facts: tuple[tuple[str, ...], ...]

    @property
    def answerable(self) -> bool | None:
        """Whether the papers answer it; a question with an empty list of papers is not."""
        if self.kind == "unanswerable":
            return False
        if self.facts or self.papers:
            return True
        return None if self.papers is None else False


def read_expectations(path: str) -> list[Question]:
    """Return the questions of a file; see `rag.batches.question_files`.

    JSON Lines may add ``kind``, ``papers`` and ``facts``. What is malformed becomes the item's
    defect: the question is not asked, and its row says why.
    """
    return [_question(item) for item in read_questions(path)]


def _question(item: Item) -> Question:
    given = item.given
    papers, facts = given.get("papers"), given.get("facts", [])
    kind = given.get("kind")
    named = kind if isinstance(kind, str) and kind else "question"
    if item.defect:
        return Question(item, named, None, ())
    if papers is not None and not _are_texts(papers):
        return _malformed(item, named, "`papers` is no list of ids")
    if not isinstance(facts, list) or not all(fact and _are_texts(fact) for fact in facts):
        return _malformed(item, named, "`facts` is no list of lists of wordings")
    return Question(
        item,
        named,
        None if papers is None else tuple(dict.fromkeys(papers)),
        tuple(tuple(fact) for fact in facts),
    )


def _malformed(item: Item, kind: str, why: str) -> Question:
    return Question(replace(item, defect=f"question {item.id}: {why}; correct it"), kind, None, ())


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) and text for text in value)


def states(text: str, fact: Sequence[str]) -> bool:
    """Say whether a text states a fact in any of its wordings, in any case.

    Dashes and spaces are alike, and a number is not found within a longer one.

    >>> states("It gains 9–19 points [1].", ["between 9 and 19", "9-19"])
    True
    >>> states("It scores 28.41 BLEU.", ["28.4"])
    False
    """
    said = _plain(text)
    return any(_said(_plain(wording), said) for wording in fact)


def _said(wording: str, said: str) -> bool:
    before = r"(?<![0-9])(?<![0-9][.,])" if wording[:1].isdigit() else ""
    after = r"(?![0-9])(?![.,][0-9])" if wording[-1:].isdigit() else ""
    return bool(wording) and re.search(before + re.escape(wording) + after, said) is not None


_ALIKE = str.maketrans(
    {**dict.fromkeys("‐‑‒–—−", "-"), **dict.fromkeys("‘’", "'"), "“": '"', "”": '"'}
)
_MARKER = re.compile(r"\[\d{1,3}\??\]")


def _plain(text: str) -> str:
    return " ".join(_MARKER.sub(" ", text).translate(_ALIKE).casefold().split())


def expected_json(question: Question) -> Mapping[str, Any]:
    """Return what is expected as it stands in a row."""
    return {
        "answerable": question.answerable,
        "papers": None if question.papers is None else list(question.papers),
        "facts": [list(fact) for fact in question.facts],
    }
