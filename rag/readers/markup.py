"""Tags and entities of JATS, PubMed, MathML and HTML in a text, undone; other "<" are left."""

from __future__ import annotations

import html
import re

_ATTRIBUTES = r"""(?:\s+[\w:.-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))*\s*/?>"""
_PREFIX = r"(?:jats:|mml:|\w{1,4}:)?"
# Only tags that can be nothing else: "n <b and c> d" is arithmetic.
_BLOCK = re.compile(
    rf"</?{_PREFIX}(?:p|br|break|div|sec|section|li|ul|ol|list|list-item|tr|td|table|abstract|h[1-6])"
    + _ATTRIBUTES,
    re.IGNORECASE,
)
_HEADING = re.compile(
    rf"<{_PREFIX}(?:title|h[1-6])"
    + _ATTRIBUTES
    + rf"([^<>]{{0,200}})</{_PREFIX}(?:title|h[1-6])\s*>",
    re.IGNORECASE,
)
_LABELLED = re.compile(
    r"<AbstractText\b[^<>]{0,200}?\bLabel\s*=\s*[\"']([^\"'<>]{1,100})[\"'][^<>]{0,200}>",
    re.IGNORECASE,
)
_PART_END = re.compile(r"</AbstractText\s*>\s*;?", re.IGNORECASE)
_DROPPED = re.compile(
    r"<CopyrightInformation\b[^<>]{0,200}>[^<>]{0,2000}</CopyrightInformation\s*>;?", re.I
)
_INLINE = re.compile(
    rf"</?(?:(?:jats|mml|m|ns\d):[\w.-]+|{_PREFIX}(?:i|b|u|s|em|it|bf|strong|sub|sup|inf|sc|tt|italic|bold"
    r"|roman|sans-serif|monospace|underline|overline|strike|small|big|span|font|a|q|cite|named-content"
    r"|alternatives|inline-graphic|graphic|inline-formula|disp-formula|tex-math|math|mi|mo|mn|mrow|msub"
    r"|msup|msubsup|mfrac|msqrt|mtext|mstyle|semantics|annotation|fixed-case|xref|ext-link|uri|img|fn"
    r"|styled-content|astrobj|AbstractText|CopyrightInformation))" + _ATTRIBUTES,
    re.IGNORECASE,
)
_SUP = re.compile(rf"<{_PREFIX}sup>([0-9+\-−()n]{{1,12}})</{_PREFIX}sup>", re.IGNORECASE)
_POWER = re.compile(
    rf"<{_PREFIX}msup{_ATTRIBUTES}((?:(?!</?{_PREFIX}msup)[\s\S]){{0,400}}?)"
    rf"<{_PREFIX}(?:mn|mi)>([0-9+\-−n]{{1,12}})</{_PREFIX}(?:mn|mi)>\s*</{_PREFIX}msup>"
)
_TEX = re.compile(
    rf"<{_PREFIX}(?:tex-math|annotation)\b[^<>]{{0,200}}>([^<]{{0,4000}})</{_PREFIX}(?:tex-math|annotation)\s*>"
)
_TWICE = re.compile(rf"<{_PREFIX}(alternatives|semantics)\b[^<>]{{0,200}}>")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_CDATA = "<![CDATA["
_COMMENT = re.compile(r"<!--[^<>]{0,2000}-->|<\?[A-Za-z][^<>?]{0,300}\?>")
_LONGEST_FORMULA = 20_000  # characters between the tags of one


def without_markup(text: str) -> str:
    """Return ``text`` without tags and entities.

    >>> without_markup('10<sup>-3</sup> <i>E. coli</i> &amp;<AbstractText Label="AIM">We')
    '10⁻³ E. coli & AIM: We'
    """
    if "<" in text:
        if "<!" in text or "<?" in text:
            text = _COMMENT.sub("", _without_cdata(text))
        if "lternatives" in text or "emantics" in text:
            text = _formulas_once(text)
        text = _POWER.sub(lambda match: match[1] + raised(match[2]), text)
        text = _SUP.sub(lambda match: raised(match[1]), text)
        text = _HEADING.sub(_heading, _DROPPED.sub(" ", text))
        text = _LABELLED.sub(lambda match: f" {_with_colon(match[1])} ", _PART_END.sub(" ", text))
        text = _INLINE.sub("", _BLOCK.sub(" ", text))
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
    return text


def _without_cdata(text: str) -> str:
    """Return text without the marks around what is quoted as data; half a pair stays.

    >>> _without_cdata("a <![CDATA[n < 5]]> <![CDATA[b")
    'a n < 5 <![CDATA[b'
    """
    before, *pieces = text.split(_CDATA)
    halves = (piece.partition("]]>") for piece in pieces)
    return before + "".join(
        f"{data}{rest}" if end else f"{_CDATA}{data}" for data, end, rest in halves
    )


def _formulas_once(text: str) -> str:
    """Show a formula that is given as TeX and as MathML, or as text before, once."""
    pieces: list[str] = []
    at = 0
    while found := _TWICE.search(text, at):
        end = text.find(f"{found[1]}>", found.end(), found.end() + _LONGEST_FORMULA)
        start = text.rfind("<", found.end(), end) if end >= 0 else -1
        before = text[at : found.start()]
        if start < 0:
            pieces.append(text[at : found.end()])
            at = found.end()
            continue
        inside = text[found.end() : start]
        tex = _TEX.search(inside)
        shown = tex[1].strip() if tex else _INLINE.sub("", inside).strip()
        if tex and "$" not in shown and not shown.startswith("\\documentclass"):
            shown = f"${shown}$"
        pieces.append(before)
        if not before.endswith(shown):
            pieces.append(shown)
        at = end + len(found[1]) + 1
    return "".join([*pieces, text[at:]])


def _heading(match: re.Match[str]) -> str:
    words = match[1].strip()
    return (
        " "
        if words.rstrip(":.").lower() in {"abstract", "summary", ""}
        else f" {_with_colon(words)} "
    )


def _with_colon(words: str) -> str:
    return words if words.endswith((":", ".", "?")) else f"{words}:"


_RAISED = str.maketrans("0123456789+-−()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ")


def raised(text: str) -> str:
    """Return ``text`` in superscript where every character has such a form, else as it is.

    >>> raised("-3"), raised("th")
    ('⁻³', 'th')
    """
    return text.translate(_RAISED) if _RAISED.keys() >= set(map(ord, text)) else text
