"""Names with a number in them (GPT-2, CD28, type 1), and which of them a text confuses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.text.words import abbreviates, squeeze

_CHUNK = re.compile(r"[^\W_]+(?:[-‐‑–'’/.·][^\W_]+)*")
_DIGIT = re.compile(r"\d")
_RUN = re.compile(r"[^\W\d_]+|\d+(?:[.·]\d+)?")
# Words that a bare number labels, as capitalised ones do: "type 1", "GPT 2".
_LABELLED = frozenset(
    "type grade stage phase level class group step version chromosome layer figure table section "
    "experiment model part day week cohort factor receptor interleukin kinase helper task".split()
)
_LONGEST_ACRONYM = 6


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number in a name: ``family`` is the letters before it, ``rest`` those glued to it.

    Both are squeezed; ``context`` holds up to four squeezed words that end with the family;
    ``start`` is where the number is, or the first one of "3/4".
    """

    family: str
    number: str
    rest: str
    context: tuple[str, ...]
    start: int


def identifiers(text: str) -> list[Identifier]:
    """Return the numbered names of ``text``, one for each number in them.

    >>> [(name.family, name.number) for name in identifiers("p53 and IL-10 in type 2, in 12 mice")]
    [('p', '53'), ('il', '10'), ('type', '2')]
    """
    found: list[Identifier] = []
    if not _DIGIT.search(text):
        return found
    before: list[str] = []  # the chunks so far, as written
    last_end = 0
    for chunk in _CHUNK.finditer(text):
        written = chunk.group()
        if not _DIGIT.search(written):
            before.append(written)
            last_end = chunk.end()
            continue
        runs = list(_RUN.finditer(written))
        beside = chunk.start() - last_end == 1 and bool(before)
        label = beside and (before[-1][0].isupper() or before[-1].lower() in _LABELLED)
        letters = ""
        for i, run in enumerate(runs):
            part = run.group()
            if part[0].isdecimal():
                alone = len(runs) == 1
                following = squeeze(runs[i + 1].group()) if i + 1 < len(runs) else ""
                glued = bool(following) and runs[i + 1].start() == run.end()
                if letters or (alone and label):
                    family = letters or squeeze(before[-1])
                    phrase = [*before[-3:], letters] if letters else before
                    context = tuple(squeeze(word) for word in phrase[-4:])
                    rest = following if glued else ""
                    other = bool(found) and written[: run.start()].endswith("/")
                    start = found[-1].start if other else chunk.start() + run.start()
                    found.append(Identifier(family, part, rest, context, start))
            else:
                letters = squeeze(part)
        before.append(written)
        last_end = chunk.end()
    return found


def conflicts(claimed: Sequence[Identifier], stated: Sequence[Identifier]) -> list[Identifier]:
    """Return the names of a claim of which the other text has only relatives.

    >>> claim, other = identifiers("IL-6 and CD28"), identifiers("interleukin 2, CD28, CD4")
    >>> [(name.family, name.number) for name in conflicts(claim, other)]
    [('il', '6')]
    """
    found = []
    borne_out = set()  # "OCT3/4" is borne out by "Oct4"
    for name in claimed:
        relatives = [each for each in stated if _related(name, each)]
        if any(each.number == name.number for each in relatives):
            borne_out.add((name.family, name.start))
        elif relatives:
            found.append(name)
    return [name for name in found if (name.family, name.start) not in borne_out]


def _related(one: Identifier, other: Identifier) -> bool:
    return (
        one.family == other.family
        or _shortens(one.family, other.context)
        or _shortens(other.family, one.context)
    )


def _shortens(family: str, context: Sequence[str]) -> bool:
    return 2 <= len(family) <= _LONGEST_ACRONYM and abbreviates(family, context)
