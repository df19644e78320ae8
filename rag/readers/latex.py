"""LaTeX fragments become plain Unicode; text around them is left as it is.

Only fragments that were recognised are converted (pylatexenc knows the symbols), so a per
cent sign is no comment, a price no formula, and an unknown command stays as written.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pylatexenc.latex2text import (  # type: ignore[import-untyped]
    LatexNodes2Text,
    get_default_latex_context_db,
)

from rag.readers.superscript import raised

_CONVERTER = LatexNodes2Text(math_mode="text", strict_latex_spaces=False)
_KNOWN = get_default_latex_context_db()

_LETTER = r"(?:\\[ij]|[A-Za-z])"
_SPECIAL = r"(?:ss|ae|AE|oe|OE|aa|AA|dh|DH|th|TH|o|O|l|L|i|j)"
# An accent or a special letter in braces can be nothing but LaTeX ...
_BRACED = (
    rf"\{{\\(?:[\"'`^~=.]|[uvHckrbdt](?![A-Za-z]))\s?\{{?{_LETTER}\}}?\}}"
    rf"|\\[\"'`^~=.uvHckrbdt]\{{{_LETTER}\}}"
    rf"|\{{\\{_SPECIAL}\}}|\\{_SPECIAL}\{{\}}|(?<=[A-Za-z])\\{_SPECIAL}(?![A-Za-z]) ?"
)
# ... a bare one only inside a word, unless the source is LaTeX.
_BARE = r"(?<=[A-Za-z])\\(?:'[aeiouycnszAEIOU]|[\"`^][aeiouy]|~[anou])"
_ACCENT = re.compile(f"{_BRACED}|{_BARE}")
_ANY_ACCENT = re.compile(rf"{_BRACED}|\\[\"'`^~=.]{_LETTER}|\\[uvHckrbdt] [A-Za-z]\b")
_APOSTROPHE = re.compile(r"(?<=[a-z])\\'(?=(?:s|t|m|d|re|ve|ll)\b)")  # it\'s, escaped in vain

# Pandoc's rule: no space inside the dollars, no digit after them, so $5 and $10 are prices.
_MATH = re.compile(
    r"(?<!\\)\$\$?(?=[^\s$])([^$]{1,400})(?<=[^\s\\])\$\$?(?!\d)"
    r"|\\\(((?:[^$\\\n]|\\[^()\n]){1,400})\\\)|\\\[((?:[^$\\\n]|\\[^\[\]\n]){1,400})\\\]"
)
_FORMULA = re.compile(r"\\[A-Za-z%]|\^|_\{|[A-Za-z]'?$|[A-Za-z]?_\w$|[A-Za-z] ?[=<>] ?[\w.]+$")
_SCRIPT = re.compile(r"([_^])\{?(?:\\(?:text|mathrm|rm)\b ?\{?)?([\w+−-]+)\}{0,2}")
_FONT = re.compile(
    r"\\(?:math(?:cal|scr|frak|rm|bf|it|sf|tt|normal)|boldsymbol|bm|operatorname\*?|left|right)"
    r"(?![A-Za-z])"
)
_COMMAND = re.compile(r"\\([A-Za-z]+)\*?")

_STYLES = (
    r"emph|textbf|textit|texttt|textsc|textrm|textsf|textsl|text|textsuperscript|textsubscript"
    r"|mathrm|mathbf|mathit|mathcal|underline|mbox|url|path|footnote|uppercase|enquote"
)
_STYLED = re.compile(rf"\\(?:{_STYLES})\s?\{{([^{{}}]{{0,1000}})\}}")
_ANY_STYLED = re.compile(
    r"\\(?!label\b|cite|vspace|hspace|ref\b)[A-Za-z]{2,30}\*?\{([^{}]{0,1000})\}"
)
_LINKED = re.compile(r"\\href\s?\{[^{}]{0,500}\}\s?\{([^{}]{0,500})\}")
_CITED = re.compile(r"~?\\(?:cite[a-z]{0,10}|ref)\*?(?:\[[^\[\]]{0,100}\])?\{([^{}]{0,300})\}")
_DROPPED = re.compile(r"\\(?:label|vspace|hspace)\*?\{[^{}]{0,100}\}")
_SWITCHED = re.compile(
    r"\{\\(?:em|bf|it|tt|sc|sl|rm|sf|small|bfseries|itshape)\s+([^{}]{0,1000})\}"
)
# A symbol that stands alone; after a letter, a colon or a slash it may be a path.
_SYMBOL = re.compile(
    r"(?<![A-Za-z:\\/.])\\(alpha|beta|gamma|delta|epsilon|varepsilon|zeta|eta|theta|kappa|lambda"
    r"|mu|nu|xi|pi|rho|sigma|tau|phi|varphi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Sigma|Phi|Psi"
    r"|Omega|times|leq|geq|le|ge|sim|approx|pm|cdot|infty|ell|rightarrow|ldots|dots)"
    r"(?![A-Za-z\\])(?: ?\{\})?"
)
_ESCAPED = re.compile(r"(?<![\\:])\\([%&_$#])")
_ROUNDS = 4  # how deep commands may stand in each other
_OPEN, _CLOSE = "\ue000", "\ue001"  # braces that were meant, while the others are removed


def without_latex(text: str, *, source: bool) -> str:
    r"""Return ``text`` with LaTeX fragments as Unicode.

    ``source`` says that the text is LaTeX throughout (BibTeX, arXiv): then braces, ties,
    dashes and quotation marks are LaTeX's too.

    >>> without_latex(r"Fr\'echet gains 2\% at $O(n \log n)$, \eg for $5", source=False)
    'Fréchet gains 2% at O(n log n), \\eg for $5'
    """
    if "$" in text or "\\(" in text or "\\[" in text:
        text = _MATH.sub(lambda match: _math(match, source), text)
    if "\\" in text:
        text = _APOSTROPHE.sub("'", text)
        text = (_ANY_ACCENT if source else _ACCENT).sub(_convert, text)
        text = _commands(text, source)
        text = _SYMBOL.sub(lambda match: _to_text(f"\\{match[1]}"), text)
        text = _ESCAPED.sub(r"\1", text)
    if source:
        text = _typography(text)
    return text.replace(_OPEN, "{").replace(_CLOSE, "}")


def _math(match: re.Match[str], source: bool) -> str:
    inside = next(group for group in match.groups() if group is not None)
    if not source and not _FORMULA.search(inside):
        return match[0]
    script = _SCRIPT.fullmatch(inside)
    if script:
        return raised(script[2]) if script[1] == "^" else script[2]
    inside = _FONT.sub("", inside.replace("\\|", "‖"))
    inside = _COMMAND.sub(lambda name: name[0] if _is_known(name[1]) else name[1], inside)
    return _to_text(f"${inside}$")  # in dollars, so that pylatexenc keeps the spaces


def _convert(match: re.Match[str]) -> str:
    return _to_text(match[0].rstrip(" "))


@lru_cache(4096)
def _to_text(fragment: str) -> str:
    """Return a fragment as pylatexenc reads it, or as it is where that fails."""
    try:
        text = _CONVERTER.latex_to_text(fragment).strip() or fragment
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError):
        return fragment
    return text.replace("{", _OPEN).replace("}", _CLOSE)


@lru_cache(4096)
def _is_known(name: str) -> bool:
    return _KNOWN.get_macro_spec(name) is not None


def _commands(text: str, source: bool) -> str:
    """Replace commands by what stands in their braces, from the inside out."""
    for _ in range(_ROUNDS):
        before = text
        text = _SWITCHED.sub(r"\1", _STYLED.sub(r"\1", _LINKED.sub(r"\1", text)))
        if source:
            text = _CITED.sub(r" [\1]", _DROPPED.sub("", text))
            text = _ANY_STYLED.sub(r"\1", text)
        if text == before:
            break
    return text


def _typography(text: str) -> str:
    text = text.replace("\\{", _OPEN).replace("\\}", _CLOSE).replace("\\\\", " ")
    text = re.sub(r"\\[-/]", "", re.sub(r"\\[ ,;:!]", " ", text))
    text = re.sub(r"(?<=[\w.,)])~(?=[\w\\($])(?!(?<=\d~)\d)", " ", text)  # 6~8 is a range
    text = text.replace("---", "—").replace("--", "–").replace("``", "“").replace("''", "”")
    return text.replace("{", "").replace("}", "")
