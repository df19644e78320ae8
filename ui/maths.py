"""TeX formulas to MathML, which browsers draw themselves: nothing more is loaded for it. Pure."""

from __future__ import annotations

import functools
import re
from html import escape
from typing import Any

_LONGEST = 1_000
# `$5 and $6` are no formula: a dollar holds on to what is inside and no digit follows the second.
TEX = (
    r"\$\$(?P<shown>[^$]{1,1000})\$\$"
    r"|\\\[(?P<set>(?:[^\\]|\\(?![\[\]])){1,1000})\\\]"
    r"|\\\((?P<put>(?:[^\\\n]|\\(?![()\n])){1,500})\\\)"
    r"|(?<![\w\\$])\$(?P<inline>(?![\d.,]{1,20}\s?[A-Za-z]{2})[^\s$]"
    r"(?:[^$\n]{0,300}?[^\s$\\])?)\$(?![\d$])"
)
# What MathML Core has, less what leads somewhere or runs: the rest is no formula of ours.
TAGS = frozenset(
    "math mrow mi mn mo ms mtext mspace mfrac msqrt mroot mstyle mpadded mphantom menclose msub "
    "msup msubsup munder mover munderover mmultiscripts mprescripts none mtable mtr mtd".split()
)
_VALUES = {
    **dict.fromkeys(
        ("stretchy", "fence", "separator", "accent", "accentunder", "displaystyle", "largeop"),
        re.compile("true|false"),
    ),
    **dict.fromkeys(
        ("lspace", "rspace", "width", "minsize", "maxsize", "linethickness"),
        re.compile(r"-?\d?(?:\.\d{1,4})?(?:em|ex)|0"),
    ),
    "display": re.compile("block|inline"),
    "form": re.compile("prefix|infix|postfix"),
    "mathvariant": re.compile("[a-z-]{1,30}"),
    "scriptlevel": re.compile(r"[+-]?\d"),
    "columnalign": re.compile("(?:left|right|center| ){1,200}"),
}


@functools.lru_cache(maxsize=512)
def to_mathml(tex: str, *, shown: bool = False) -> str | None:
    r"""Return a formula as MathML; None where it cannot be read.

    Args:
        tex: without its dollars.
        shown: on a line of its own.

    >>> to_mathml("x<1")
    '<math alttext="x&lt;1" display="inline"><mrow><mi>x</mi><mo>&lt;</mo><mn>1</mn></mrow></math>'
    """
    from latex2mathml import converter  # only where there is a formula

    if len(tex) > _LONGEST:
        return None
    try:
        made = converter.convert_to_element(tex.strip(), display="block" if shown else "inline")
        # The source goes along, for those who hear it, copy it or take it to Word.
        return _written(made).replace(" display", f' alttext="{escape(tex.strip())}" display', 1)
    except Exception:  # noqa: BLE001  # a model writes what it likes: then its source is shown
        return None


def _written(element: Any) -> str:
    """Write an element anew, from what may be in it.

    Raises:
        ValueError: it holds something else.
    """
    if element.tag not in TAGS:
        raise ValueError(element.tag)
    allowed = "".join(
        f' {name}="{value}"'
        for name, value in element.attrib.items()
        if name in _VALUES and _VALUES[name].fullmatch(value)
    )
    inside = "".join(map(_written, element))
    # The library gives some signs as references, which are read as such and then escaped.
    text = escape(_read(element.text or ""), quote=False)
    return f"<{element.tag}{allowed}>{text}{inside}</{element.tag}>"


_REFERENCE = re.compile(r"&#x([0-9A-Fa-f]{2,6});")


def _read(text: str) -> str:
    return _REFERENCE.sub(lambda found: chr(int(found[1], 16)), text)
