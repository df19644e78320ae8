"""Raised characters that have a Unicode form of their own."""

from __future__ import annotations

_RAISED = str.maketrans("0123456789+-−()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ")
_HAVE_FORM = frozenset("0123456789+-−()n")


def raised(text: str) -> str:
    """Return ``text`` in superscript where every character has such a form, else as it is.

    >>> raised("-3"), raised("th")
    ('⁻³', 'th')
    """
    return text.translate(_RAISED) if _HAVE_FORM.issuperset(text) else text
