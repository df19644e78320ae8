"""Names with a number in them (GPT-2, CD28, Llama 2), and which of them a text confuses."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from rag.text.words import opens_sentence, squeeze

_CHUNK = re.compile(r"[^\W_]+(?:[-‐‑–'’/.·][^\W_]+)*")
_DIGIT = re.compile(r"\d")
_RUN = re.compile(r"[^\W\d_]+|\d+(?:[.·]\d+)?")


class Identifier(NamedTuple):
    """A number in a name: ``family`` is the letters before it, squeezed.

    ``start`` is where the number is, or the first one of "3/4".
    """

    family: str
    number: str
    start: int


def identifiers(text: str) -> list[Identifier]:
    """Return the numbered names of ``text``, one for each number in them.

    >>> [(name.family, name.number) for name in identifiers("In 12 mice p53, IL-10 or Llama 2")]
    [('p', '53'), ('il', '10'), ('llama', '2')]
    """
    found: list[Identifier] = []
    label, end = "", -1  # a capitalised word, and where it ends
    for chunk in _CHUNK.finditer(text) if _DIGIT.search(text) else ():
        written, at = chunk.group(), chunk.start()
        alone = written.isdecimal() and at - end == 1
        letters = squeeze(label) if alone else ""
        for run in _RUN.finditer(written):
            if not run[0][0].isdecimal():
                letters = squeeze(run[0])
            elif letters:
                other = bool(found) and written[: run.start()].endswith("/")
                start = found[-1].start if other else at + run.start()
                found.append(Identifier(letters, run[0], start))
        named = written[0].isupper() and not opens_sentence(text, at)
        label, end = written if named else "", chunk.end()
    return found


def conflicts(claimed: Sequence[Identifier], stated: Sequence[Identifier]) -> list[Identifier]:
    """Return the names of a claim of which the other text has only relatives.

    >>> claim, other = identifiers("IL-6 and CD28"), identifiers("IL-2, CD28, CD4")
    >>> [(name.family, name.number) for name in conflicts(claim, other)]
    [('il', '6')]
    """
    found = []
    borne_out = set()  # "OCT3/4" is borne out by "Oct4"
    for name in claimed:
        relatives = {each.number for each in stated if each.family == name.family}
        if name.number in relatives:
            borne_out.add((name.family, name.start))
        elif relatives:
            found.append(name)
    return [name for name in found if (name.family, name.start) not in borne_out]
