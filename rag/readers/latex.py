"""LaTeX fragments become plain Unicode; text around them is left as it is.

Only fragments that were recognised are converted (pylatexenc knows the symbols), so a per
cent sign is no comment, a price no formula, and an unknown command stays as written.
"""

from __future__ import annotations

import logging
import re
from functools import lru_cache

from pylatexenc.latex2text import (  # type: ignore[import-untyped]
    LatexNodes2Text,
    get_default_latex_context_db,
)

from rag.readers.latex_symbols import CLOSE, JOURNALS, OPEN, SYMBOLS, TILDE
from rag.readers.markup import raised

_CONVERTER = LatexNodes2Text(math_mode="text", strict_latex_spaces=False)
_KNOWN = get_default_latex_context_db()

# What it stumbles over stays as written; its own warnings would puzzle people.
logging.getLogger("pylatexenc").setLevel(logging.CRITICAL)

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
_BARE_ACCENT = re.compile(r"\\([~^])\{ ?\}")  # "\~{}400" is "about 400"
_APOSTROPHE = re.compile(r"(?<=[a-z])\\'(?=(?:s|t|m|d|re|ve|ll)\b)")  # it\'s, escaped in vain

# Pandoc's rule: no space inside the dollars, no digit after them, so $5 and $10 are prices;
# spaces are let pass beside a command.
_MATH = re.compile(
    r"(?<!\\)\$\$?(?:(?=[^\s$])([^$]{1,400})(?<=[^\s\\])"
    r"|( ?\\[A-Za-z][^$]{0,400}|[^$]{0,400}\\[A-Za-z]{1,30} ))"
    r"\$\$?(?!\d)"
    r"|\\\(((?:[^$\\\n]|\\[^()\n]){1,400})\\\)|\\\[((?:[^$\\\n]|\\[^\[\]\n]){1,400})\\\]"
)
_FORMULA = re.compile(r"\\[A-Za-z%]|\^|_\{|[A-Za-z]'?$|[A-Za-z]?_\w$|[A-Za-z] ?[=<>] ?[\w.]+$")
_SCRIPT = re.compile(
    r"([_^])(?:\{([^{}]*)\}|\{?(?:\\(?:text|mathrm|rm)\b ?\{?)?([\w+−-]+)\}{0,2}|(\\[A-Za-z]+))"
)
_FONT = re.compile(
    r"\\(?:math(?:cal|scr|frak|rm|bf|it|sf|tt|normal)|boldsymbol|bm|operatorname\*?|left|right"
    r"|rm|bf|it|sf|tt|sc|cal|displaystyle|textstyle|scriptstyle)"
    r"(?![A-Za-z])"
)
_DEGREE = re.compile(r"\^(?:\{\\circ\}|\\circ(?![A-Za-z]))")
_FUNCTION = re.compile(
    r"(?<=[A-Za-z\d)])(?=\\(?:log|ln|exp|sin|cos|tan|max|min|lim|det|dim|arg)(?![A-Za-z]))"
)
_COMMAND = re.compile(r"\\([A-Za-z]+)\*?")

# Springer prints a document around each formula; it may have been escaped once more.
_DOCUMENT = re.compile(
    r"(\$\$)?\\documentclass\b(?:(?!\\documentclass)[\s\S]){0,2000}?\\begin ?\{document\}"
    r"((?:(?!\\begin ?\{document\})[\s\S]){0,4000}?)\\end ?\{document\s?\}(?(1)\$\$|)"
    r"|\\(?:begin|end) ?\{document\s?\}"
)
_BACKSLASH = re.compile(
    r"\$\\backslash\$|\{?\\(text)?backslash(?![A-Za-z])(?:\{\}|\} ?|(?=[^A-Za-z]))"
)
_LINE_BREAK = re.compile("\ue003n([a-z]*)")  # \n, where its backslash was written as a symbol

_STYLES = (
    r"emph|textbf|textit|texttt|textsc|textrm|textsf|textsl|textup|textmd|textnormal|text|textsubscript"
    r"|textsuperscript|mathrm|mathbf|mathit|mathcal|mathsf|mathbb|underline|mbox|hbox|url|path|footnote"
    r"|uppercase|enquote|ensuremath|boldsymbol|bm"
)
_STYLED = re.compile(rf"\\(?:{_STYLES})\s?\{{([^{{}}]{{0,1000}})\}}")
_HIGH = re.compile(r"\\textsuperscript\s?\{([0-9+\-−()n]{1,12})\}")
_ANY_STYLED = re.compile(
    r"\\(?!label\b|cite|vspace|hspace|ref\b)[A-Za-z]{2,30}\*?\{([^{}]{1,1000})\}"
)
_LINKED = re.compile(r"\\(?:href|textcolor)\s?\{[^{}]{0,500}\}\s?\{([^{}]{0,500})\}")
_CITED = re.compile(r"~?\\(?:cite[a-z]{0,10}|ref)\*?(?:\[[^\[\]]{0,100}\])?\{([^{}]{0,300})\}")
_DROPPED = re.compile(r"\\(?:label|vspace|hspace|raisebox)\*?\{[^{}]{0,100}\}")
_BLANK = re.compile(
    r"\\(?:begin|end)\s?\{[a-z]{1,20}\*?\}|\\(?:item|par|noindent|smallskip|medskip|bigskip|small"
    r"|footnotesize|normalsize|large|centering|protect|relax|xspace)(?![A-Za-z])(?:\{\})?"
)
_AS_IT_IS = re.compile(r"\\verb\*?([|+!])([^|+!\n]{0,200})\1")
_SWITCHED = re.compile(
    r"\{\\(?:em|bf|it|tt|sc|sl|rm|sf|small|bfseries|itshape)\s+([^{}]{0,1000})\}"
)
# A symbol; unless the source is LaTeX, after a letter, a colon or a slash it may be a path.
_SYMBOL = re.compile(r"\\([A-Za-z]{2,24})(?![A-Za-z\\])(?: ?\{\}|( (?=\S)))?")
_AFTER_PATH = re.compile(r"[A-Za-z:\\/.]\Z")
_ESCAPED = re.compile(r"(?<![\\:])\\([%&_$#])")
_ANY_ESCAPED = re.compile(r"(?<!\\)\\([%&_$#])")
_DEEPEST = 6  # pylatexenc reads brackets that stand in each other twice at each level
_BRACKET = re.compile(r"\\.|([{\[])|([}\]])", re.DOTALL)
_ROUNDS = 4  # how deep commands may stand in each other

_MARKS = {ord(OPEN): "{", ord(CLOSE): "}", 0xE002: "\\", 0xE003: "\\", ord(TILDE): "~"}


def without_latex(text: str, *, source: bool) -> str:
    r"""Return ``text`` with LaTeX fragments as Unicode.

    ``source`` says that the text is LaTeX throughout (BibTeX, arXiv): then braces, ties,
    dashes and quotation marks are LaTeX's too.

    >>> without_latex(r"Fr\'echet gains 2\% at $O(n \log n)$, \eg for $5", source=False)
    'Fréchet gains 2% at O(n log n), \\eg for $5'
    """
    if source and "\\verb" in text:
        text = _AS_IT_IS.sub(r"\2", text)
    if source and "backslash" in text:
        text = _BACKSLASH.sub(lambda match: "\ue002" if match[1] else "\ue003", text)
        text = _LINE_BREAK.sub(_line_break, text)
    if "{document" in text:
        text = _DOCUMENT.sub(lambda match: match[2] or "", text)
    if "$" in text or "\\(" in text or "\\[" in text:
        text = _MATH.sub(lambda match: _math(match, source), text)
    if source:
        text = _BARE_ACCENT.sub(lambda match: TILDE if match[1] == "~" else match[1], text)
    if "\\" in text:
        text = _APOSTROPHE.sub("'", text)
        text = (_ANY_ACCENT if source else _ACCENT).sub(_convert, text)
        text = _commands(text, source)
        text = _SYMBOL.sub(lambda match: _symbol(match, source), text)
        text = (_ANY_ESCAPED if source else _ESCAPED).sub(r"\1", text)
    if source:
        text = _typography(text)
    return text.translate(_MARKS)


def with_accents(text: str) -> str:
    r"""Return LaTeX with its accented letters as Unicode, and all else as it is.

    >>> with_accents(r"{\'A}lvarez, {Li} and \c{C}elik")
    'Álvarez, {Li} and Çelik'
    """
    return _ANY_ACCENT.sub(_convert, text) if "\\" in text else text


def journal(text: str) -> str:
    r"""Return the journal that one of ADS's macros names, or ``text``.

    >>> journal(r"\apj"), journal("Journal of Bells")
    ('ApJ', 'Journal of Bells')
    """
    return JOURNALS.get(text.strip("{} ").removeprefix("\\"), text) if "\\" in text else text


def _math(match: re.Match[str], source: bool) -> str:
    inside = next(group for group in match.groups() if group is not None).strip()
    if not source and not _FORMULA.search(inside):
        return match[0]
    inside = _DEGREE.sub("°", _FONT.sub("", inside.replace("\\|", "‖")))
    script = _SCRIPT.fullmatch(inside)
    if script:
        low = _plain(next(part for part in script.groups()[1:] if part is not None), source)
        return raised(low) if script[1] == "^" else low
    return _plain(inside, source)


def _plain(formula: str, source: bool) -> str:
    formula = _FUNCTION.sub(" ", formula)
    formula = _COMMAND.sub(
        lambda name: name[0] if _is_known(name[1]) else SYMBOLS.get(name[1], name[1]), formula
    )
    return _to_text(f"${formula}$") if formula else ""  # in dollars, so pylatexenc keeps spaces


def _convert(match: re.Match[str]) -> str:
    return _to_text(match[0].rstrip(" "))


@lru_cache(4096)
def _to_text(fragment: str) -> str:
    """Return a fragment as pylatexenc reads it, or as it is where that fails or takes long."""
    if _depth(fragment) > _DEEPEST:
        return fragment
    try:
        text = _CONVERTER.latex_to_text(fragment).strip() or fragment
    except (ValueError, IndexError, KeyError, TypeError, AttributeError, RecursionError):
        return fragment
    return text.replace("{", OPEN).replace("}", CLOSE)


def _depth(fragment: str) -> int:
    r"""Return how many brackets are open at once; a closing one need not be of the same kind.

    >>> _depth(r"$\frac{a[1]}{\{b}$")
    2
    """
    depth = deepest = 0
    for found in _BRACKET.finditer(fragment):
        depth = depth + 1 if found[1] else max(0, depth - 1) if found[2] else depth
        deepest = max(deepest, depth)
    return deepest


@lru_cache(4096)
def _is_known(name: str) -> bool:
    return _KNOWN.get_macro_spec(name) is not None


def _symbol(match: re.Match[str], source: bool) -> str:
    name = match[1]
    if name not in SYMBOLS:
        return match[0]
    before = match.string[max(0, match.start() - 1) : match.start()]
    if not source and not name.startswith("text") and _AFTER_PATH.search(before):
        return match[0]
    return SYMBOLS[name] + ("" if source and name.startswith("text") else match[2] or "")


def _line_break(match: re.Match[str]) -> str:
    known = match[1] and (f"n{match[1]}" in SYMBOLS or _is_known(f"n{match[1]}"))
    return match[0] if known else f" {match[1]}"


def _commands(text: str, source: bool) -> str:
    """Replace commands by what stands in their braces, from the inside out."""
    for _ in range(_ROUNDS):
        before = text
        text = _HIGH.sub(lambda match: raised(match[1]), _LINKED.sub(r"\1", text))
        text = _SWITCHED.sub(r"\1", _STYLED.sub(r"\1", text))
        if source:
            text = _CITED.sub(r" [\1]", _DROPPED.sub("", _BLANK.sub(" ", text)))
            text = _ANY_STYLED.sub(r"\1", text)
        if text == before:
            break
    return text


def _typography(text: str) -> str:
    text = text.replace("\\{", OPEN).replace("\\}", CLOSE).replace("\\\\", " ")
    text = re.sub(r"\\([SP])(?![A-Za-z])", lambda match: {"S": "§", "P": "¶"}[match[1]], text)
    text = re.sub(r"\\[-/]", "", re.sub(r"\\[ ,;:!]", " ", text))
    text = re.sub(r"(?<=[\w.,)\]])~(?=[\w\\($°%±≤≥×])(?!(?<=\d~)\d)", " ", text)  # 6~8 is a range
    text = text.replace("---", "—").replace("--", "–").replace("``", "“").replace("''", "”")
    return text.replace("{", "").replace("}", "")
