"""What looks like a citation marker in a paper's own text, made plain."""

from __future__ import annotations

import re
import unicodedata

from rag.text.seen import seen

_OPENING = "\\[［【〔〖〘〚⟦⟬⁅❲⦋⦍⦏｢「『﹝⸢⸤﹇︗︹︻﹁﹃"
_CLOSING = "\\]］】〕〗〙〛⟧⟭⁆❳⦌⦎⦐｣」』﹞⸣⸥﹈︘︺︼﹂﹄"
_BRACKETED = re.compile(f"[{_OPENING}]([^{_OPENING}{_CLOSING}\n]{{1,120}})[{_CLOSING}]")
_NUMBER = r"(?:sources? ?)?:? ?\d{1,3} ?\??"
_NUMBERS = re.compile(rf"{_NUMBER}(?: ?[-‐‑‒–—−－,;、，； ] ?{_NUMBER}){{0,60}}", re.IGNORECASE)


def no_markers(text: str) -> str:
    r"""Turn bracketed numbers of a paper's own into round ones: they are no citations here.

    So it is with every way to write them that a reader or a model may take for one.

    >>> no_markers("as shown before [3, 4], 【１】 and [\u200b²]; see [2020]")
    'as shown before (3, 4), (1) and (2); see [2020]'
    >>> no_markers("[1?, 2] [❸] [⑷] [\u05b05]")
    '(1?, 2) (3) (4) (5)'
    """
    return _BRACKETED.sub(_round, text)


def _round(match: re.Match[str]) -> str:
    inside = match[1]
    if not inside.isascii():
        inside = unicodedata.normalize("NFKC", seen("".join(map(_digits, inside))))
        inside = seen(inside)
    # One space for many: runs of them could be shared out in too many ways.
    return f"({inside})" if _NUMBERS.fullmatch(" ".join(inside.split())) else match[0]


def _digits(character: str) -> str:
    """Return a number in a circle, in brackets or with a full stop as plain digits."""
    if unicodedata.category(character) != "No":
        return character
    number = unicodedata.numeric(character)
    return str(int(number)) if number.is_integer() else character
