"""What looks like a citation marker in a paper's own text, made plain."""

from __future__ import annotations

import re
import unicodedata

_OPENING = "\\[［【〔〖〚⟦⁅❲⦋⦍⦏｢「『﹝"
_CLOSING = "\\]］】〕〗〛⟧⁆❳⦌⦎⦐｣」』﹞"
_BRACKETED = re.compile(f"[{_OPENING}]([^{_OPENING}{_CLOSING}\n]{{1,120}})[{_CLOSING}]")
# Nobody sees these: marks of width zero, joiners, and what is written over another character.
_UNSEEN = re.compile(
    "[\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e01ef"
    "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_NUMBERS = re.compile(
    r"\s*(?:sources?\s*)?:?\s*\d{1,3}"
    r"(?:\s*[-‐‑‒–—−－,;、，；\s]\s*(?:sources?\s*)?\d{1,3}){0,40}\s*\??\s*",
    re.IGNORECASE,
)


def no_markers(text: str) -> str:
    r"""Turn bracketed numbers of a paper's own into round ones: they are no citations here.

    So it is with every way to write them that a reader or a model may take for one.

    >>> no_markers("as shown before [3, 4], 【１】 and [\u200b²]; see [2020]")
    'as shown before (3, 4), (1) and (2); see [2020]'
    """
    return _BRACKETED.sub(_round, text)


def _round(match: re.Match[str]) -> str:
    inside = match[1]
    if not inside.isascii():
        inside = _UNSEEN.sub("", unicodedata.normalize("NFKC", _UNSEEN.sub("", inside)))
    return f"({inside})" if _NUMBERS.fullmatch(inside) else match[0]
