"""Text as it came from the wild, made plain once: markup, LaTeX, invisible characters."""

from __future__ import annotations

import html
import re
import unicodedata

from rag.readers.latex import without_latex
from rag.readers.superscript import raised

# Controls, lone surrogates, marks that reorder or hide text, tag characters, non-characters.
# The two joiners that some scripts need (U+200C, U+200D) stay.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_ATTRIBUTES = r"""(?:\s+[\w:.-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'))*\s*/?>"""
# Only tags that can be nothing else: "n <b and c> d" is arithmetic.
_BLOCK = re.compile(
    r"</?(?:jats:|\w{1,4}:)?(?:p|br|break|div|sec|section|li|ul|ol|list|list-item|tr|td|h[1-6])"
    + _ATTRIBUTES,
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"<(?:jats:|\w{1,4}:)?title" + _ATTRIBUTES + r"([^<>]*)</(?:jats:|\w{1,4}:)?title\s*>",
    re.IGNORECASE,
)
_INLINE = re.compile(
    r"</?(?:(?:jats|mml|m|ns\d):[\w.-]+|i|b|u|s|em|strong|sub|sup|sc|tt|italic|bold|monospace|underline|"
    r"small|span|font|a|abstract|title|inline-formula|tex-math|math|xref|ext-link|styled-content)"
    + _ATTRIBUTES,
    re.IGNORECASE,
)
_RAISED = re.compile(r"<(?:jats:)?sup>([0-9+\-−()n]{1,12})</(?:jats:)?sup>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_LABEL = re.compile(r"(?:(?:Abstract|ABSTRACT) ?(?:[:—–]|[.-] )|ABSTRACT ) ?(?=\S)")


def clean(text: str, *, latex: bool = False) -> str:
    """Return ``text`` as plain Unicode (NFC) on one line, trimmed.

    ``latex`` says that the source writes LaTeX; other sources are only relieved of what can
    be nothing else.

    >>> clean("  <jats:p>CO<sub>2</sub> &amp; 10<sup>-3</sup>, p < 0.05  and n > 3</jats:p>")
    'CO2 & 10⁻³, p < 0.05 and n > 3'
    """
    # Printable text holds no white space but spaces, so most text is plain as it stands.
    folded = text.strip() if text.isprintable() and "  " not in text else " ".join(text.split())
    text = folded
    if "<" in text or "&" in text:
        text = _without_markup(text)
    if latex or "\\" in text or "$" in text:
        text = without_latex(text, source=latex)
    if not text.isprintable():
        text = _INVISIBLE.sub("", text)
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return text if text is folded else " ".join(text.split())


def clean_abstract(text: str, *, latex: bool = False) -> str:
    """Return ``text`` as :func:`clean` does, without a leading label such as "Abstract:"."""
    text = clean(text, latex=latex)
    if text[:8].lower() == "abstract" and (label := _LABEL.match(text)):
        return text[label.end() :]
    return text


def visible(name: str) -> str:
    r"""Return a file's name fit for messages: no control or reordering characters.

    >>> visible("a\nb\u202e.txt")
    'a�b�.txt'
    """
    return _INVISIBLE.sub("\ufffd", re.sub(r"[\t-\r\x1c-\x1f\x85\u2028\u2029]", "\ufffd", name))


def _without_markup(text: str) -> str:
    """Return ``text`` without tags and entities, also where they were escaped once more."""
    for _ in range(2):
        before = text
        if "<" in text:
            text = _RAISED.sub(lambda match: raised(match[1]), text)
            text = _HEADING.sub(_heading, text)
            text = _INLINE.sub("", _BLOCK.sub(" ", text))
        if "&" in text:
            text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
        if text == before:
            break
    return text


def _heading(match: re.Match[str]) -> str:
    words = match[1].strip()
    if words.rstrip(":.").lower() in {"abstract", "summary", ""}:
        return " "
    return f" {words} " if words.endswith((":", ".", "?")) else f" {words}: "
