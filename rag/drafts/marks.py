"""A citation in a draft's text, and what tells it from text."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

# Letters of Chinese, Japanese and Korean: no case, no space between words.
EAST = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
LOCATOR = (
    r"(?:§+|(?i:pp?|pages?|ch(?:ap(?:ters?)?)?|sec(?:tions?)?|figs?|figures?|tab|tables?|eqs?|"
    r"equations?|vol|volume|para|lines?|thm|s(?=\.\s?\d)|p[áa]gs?|theorems?|lemmas?|app(?:endix)?|notes?)(?=[^\w-]))"
)


class Cited(NamedTuple):
    """What a citation names: a key, a number or label of the list, a note, or names and a year.

    ``words`` are those before and behind an address, which may say what is there; of authors, a
    first one that a comma follows, which may be none ("For German, Lee et al. (2017)").
    ``place`` is, of a draft with several lists, the one to look in.
    """

    kind: Literal["key", "label", "note", "authors", "address"]
    name: str
    authors: tuple[str, ...] = ()
    year: str = ""
    words: tuple[str, ...] = ()
    place: int | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A citation at ``text[start:end]``; ``spoken`` where it is a part of the sentence."""

    start: int
    end: int
    cited: tuple[Cited, ...]
    spoken: bool = False


class Known(NamedTuple):
    """What of a draft tells a citation from text: the labels of its reference list, its footnotes.

    ``notes`` are what each footnote cites; ``plainly``: the list's numbers stand without brackets,
    in parentheses (3) or where they were raised once3.
    """

    labels: Collection[str]
    notes: dict[str, tuple[Cited, ...]]
    plainly: bool = False


def words_beside(text: str, marks: Sequence[Mark]) -> list[str]:
    """Return the words of a text, in small letters, that are no part of its citations."""
    ends = [0, *(edge for mark in marks for edge in (mark.start, mark.end)), len(text)]
    beside = " ".join(text[a:b] for a, b in zip(ends[::2], ends[1::2], strict=True))
    return re.findall(r"[^\W\d_]{2,}", re.sub(r"https?://\S+|\\[A-Za-z]+", " ", beside).lower())
