"""What of a text can be seen: the rest is there and has no shape."""

from __future__ import annotations

import unicodedata

# Nobody sees these: marks of width zero, joiners, what is written over another character; and
# letters that have no shape.
_UNSEEN = frozenset(["Cc", "Cf", "Mn", "Me", "Mc", "Co", "Cn", "Cs"])
_SHAPELESS = dict.fromkeys(map(ord, "\u115f\u1160\u2800\u3164\uffa0"), " ")

# What a terminal obeys, as it is shown; for `str.translate`.
CONTROLS = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}


def seen(text: str) -> str:
    r"""Return a text without what nobody sees; letters without a shape become spaces.

    >>> seen("a\u200bb\u3164c")
    'ab c'
    """
    shown = (c for c in text.translate(_SHAPELESS) if unicodedata.category(c) not in _UNSEEN)
    return "".join(shown)


def is_blank(text: str) -> bool:
    r"""Say whether there is nothing to see: no character, spaces, or what `seen` leaves out.

    >>> is_blank(" \u200b\ufeff\u00ad\ufe0f\u3164"), is_blank("\u200b?")
    (True, False)
    """
    return not text.strip() or not seen(text).strip()
