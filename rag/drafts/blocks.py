"""What a draft is read into, whichever way it was written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, list item, row, caption or the like, which begins on ``line``.

    ``text`` has the draft's line ends and citations, code and formulas hold none any more, and
    raised numbers are superscript digits. ``label`` is a footnote's name, the number of a list
    item or the key of an entry of the reference list, ``place`` the block's among all.
    """

    text: str
    line: int
    kind: Literal["prose", "heading", "note", "entry"] = "prose"
    label: str = ""
    place: int = 0


_NEUTRAL = str.maketrans("[]@\\", "()＠/")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def without_marks(code: str) -> str:
    """Return code or a formula so that nothing in it reads as a citation.

    >>> without_marks("x[1] @y")
    'x(1) ＠y'
    """
    return code.translate(_NEUTRAL)


def raise_numbers(numbers: str) -> str:
    """Return numbers as superscript digits.

    >>> raise_numbers("1,3")
    '¹,³'
    """
    return numbers.translate(_RAISED)
