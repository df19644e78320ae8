"""Whether two texts say the contrary of each other about which of two names surpasses which."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

# What is compared: the words for one side above the other, and for below.
_AXES = tuple(
    tuple(re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for words in pair)
    for pair in (
        (
            r"outperform\w*|beat(?:s|en|ing)?|surpass\w*|exceed\w*|outdo(?:es|ne|ing)?|outdid|"
            r"(?:better|superior|higher|stronger|ahead)(?: \w+){0,2}? (?:than|to|of)",
            r"(?:worse|inferior|lower|weaker|poorer)(?: \w+){0,2}? (?:than|to)|loses? to|lost to|"
            r"trail(?:s|ed)?|(?:falls?|fell|stays?|stayed|is|are|lags?|lagged) (?:far )?behind",
        ),
        (
            r"(?:larger|bigger|longer)(?: \w+){0,2}? than",
            r"(?:smaller|shorter)(?: \w+){0,2}? than",
        ),
        (r"(?:faster|quicker)(?: \w+){0,2}? than", r"slower(?: \w+){0,2}? than"),
    )
)
_BY = re.compile(r"\s+by\s+(?!\d|about|some|more|over|up|an?\b)")
_BREAK = re.compile(r"[;:!?]|\.\s|\b(?:but|while|whereas|although|though|which|yet)\b")
_NAME = re.compile(r"(?<![\w-])(?:[A-Z][\w-]*|\w*\d[\w-]*[A-Za-z][\w-]*)")
_NO_NAME = frozenset(
    "the a an it its in on our we this that they as by all both these with of".split()
)
_BESIDE = 80  # characters on either side in which names are looked for


class _Order(NamedTuple):
    axis: int
    above: frozenset[str]
    below: frozenset[str]


def exchanged(claim: str, sentences: Sequence[str]) -> bool:
    """Say whether a claim has two names the other way round than a sentence, and as none has it.

    >>> said = ["On nine of ten sets Chinchilla beats Gopher."]
    >>> exchanged("Gopher outperforms Chinchilla.", said)
    True
    >>> exchanged("Gopher is outperformed by Chinchilla.", said)
    False
    """
    claimed = list(_orders(claim))
    stated = [order for text in sentences for order in _orders(text)] if claimed else []
    for mine in claimed:
        same = [each for each in stated if each.axis == mine.axis]
        if any(mine.above & each.above and mine.below & each.below for each in same):
            continue
        if any(_crossed(mine, each) for each in same):
            return True
    return False


def _crossed(mine: _Order, other: _Order) -> bool:
    """Say whether two orders share their names crosswise; one side may be "it"."""
    if mine.above & other.above or mine.below & other.below:
        return False
    one, two = mine.above & other.below, mine.below & other.above
    crosswise = (one and (two or not other.above)) or (two and not other.below)
    return bool(mine.above and mine.below and crosswise)


def _orders(text: str) -> Iterator[_Order]:
    for axis, (above, below) in enumerate(_AXES):
        for pattern, turned in ((above, False), (below, True)):
            for match in pattern.finditer(text):
                lead = text[max(0, match.start() - _BESIDE) : match.start()]
                before = _BREAK.split(lead)[-1].rpartition(",")[2]  # not "On WMT, A beats B"
                after = _BREAK.split(text[match.end() : match.end() + _BESIDE])[0]
                first, second = _names(before), _names(after)
                if turned != bool(_BY.match(text, match.end())):
                    first, second = second, first
                yield _Order(axis, first, second)


def _names(text: str) -> frozenset[str]:
    return frozenset(name.casefold() for name in _NAME.findall(text)) - _NO_NAME
