"""Text as it came from the wild, made plain once: markup, LaTeX, invisible characters."""

from __future__ import annotations

import re
import unicodedata

from rag.readers.latex import without_latex
from rag.readers.markup import without_markup

# Controls, lone surrogates, marks that reorder or hide text, tag characters, non-characters.
# The two joiners that some scripts need (U+200C, U+200D) stay.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_MOST_MARKS = 30  # over one letter, as in Unicode's stream-safe text: more take long to be ordered
_MARKS = re.compile(rf"[^\w\s!-~]{{{_MOST_MARKS + 1},}}")  # where there may be more
_ROUNDS = 6  # how often a text may have been escaped once more
_FIRST = "Background|Objectives?|Introduction|Purpose|Aims?|Context|Motivation|Importance|Summary"
_PARTS = (
    rf"{_FIRST}|Methods?|Materials and [Mm]ethods|Methodology|Design|Setting|Participants"
    r"|Findings|Interpretation|Results?|Discussion|Conclusions?"
)
_LABEL = re.compile(
    r"(?:(?:Abstract|ABSTRACT) ?(?:[:—–]|[.-] )|ABSTRACT "
    rf"|(?:Abstract|ABSTRACT)(?=[A-Z][a-z])|Abstract (?=(?:{_FIRST}|{_FIRST.upper()})\b"
    r"|(?:We|The|This|These|In|An?|Our|To|It|There|Here|Although|While|As|For|On|With|By|When|Many"
    r"|Most|Recent|Recently)\b"
    r"|(?!Interpretation|Meaning|Syntax|State|Algebra|Data|Art|Concept|Reasoning|Argument|Dialectical|Thinking"
    r"|Visual)[A-Z][a-z]+ [a-z])) ?(?=\S)"
)
_OWN_LINE = re.compile(  # a heading alone above the abstract
    r"\s*(?:abstract|summary|zusammenfassung|résumé|resumen|resumo|摘要|抄録|要旨)"
    r"[ \t]*[:.：]?[ \t]*[\n\r\u2028]\s*(?=\S)",
    re.IGNORECASE,
)
_HEADING = rf"({_PARTS})(?=[A-Z][a-z])"
_GLUED = re.compile(rf"(?<=[.?!)\]]){_HEADING}")  # "... rust.MethodsWe"
# How publishers' and databases' notices behind an abstract begin; they follow a sentence's end ...
_NOTICE = re.compile(
    r"(?:(?<=[.?!)\]%”\"'’])\s{0,3}|(?<=[a-z\d])(?=[©\[]))"
    r"(?:[©Ⓒ]|\(c\)\s?(?:Copyright|[^.)]{0,60}\d{4})"
    r"|(?:Crown )?Copyright:?\s?(?:©|\(c\)|\(?\d{4}|of .{1,200}? is the property of"
    r"|(?:The|by the) authors?\b)|[\[(]Copyright\b|\(?PsycINFO Database Record"
    r"|All rights reserved(?=\W{0,3}(?:\Z|(?-i:[A-Z©])))"
    r"|Published (?:under |(?:by|online) [^.]{0,80}(?:Elsevier|Wiley|Springer|Press|Society|Ltd"
    r"|Inc\b|B\.V|GmbH|LLC|Group|Association|Universit))|\[?ABSTRACT FROM (?:AUTHOR|PUBLISHER)"
    r"|\[(?:PUBLICATION )?ABSTRACT|Licensee MDPI|Georg Thieme Verlag|Reproduced with permission of"
    r"|(?:19|20)\d\d (?:The Authors?\b|Elsevier|(?:John )?Wiley|Springer|IEEE|Published by)"
    r"|This is an open[- ]access|This (?:article|work|paper|journal) is (?:(?:licen[sc]ed"
    r"|distributed|published|made available) under|protected by copyright|an open[- ]access))",
    re.IGNORECASE,
)
# ... and whatever follows them speaks of such things too.
_OF_A_NOTICE = re.compile(
    r"[©Ⓒ]|copyright|\(c\)|rights|licen[sc]e|permission|publish|property of|elsevier|springer|wiley"
    r"|\bltd|\binc\b|press\b|on behalf|society|association|authors?\b|creative commons|cc[- ]by"
    r"|open[- ]access|psycinfo|abstract|https?:|www\.|\bdoi\b|\d{4};\s?\d|users may|e-?mail|b\.v\."
    r"|warranty|abridged",
    re.IGNORECASE,
)
_WORDS_OF_NOTICES = (
    *("©", "ⓒ", "(c)", "copyright", "rights reserved", "psycinfo", "published", "abstract from"),
    *("[abstract", "abstract]", "open access", "open-access", "licens", "licenc"),
    *("distributed under", "made available", "protected by", "thieme", "with permission"),
)
_SENTENCE_END = re.compile(r"(?<=[.!?\])])\s+")
_ASIDE = 25  # characters: a shorter piece of a notice need not speak of anything
_LONGEST_TAIL = 1_500  # characters


def clean(text: str, *, latex: bool = False) -> str:
    """Return ``text`` as plain Unicode (NFC) on one line, trimmed.

    ``latex`` says that the source writes LaTeX; other sources are only relieved of what can
    be nothing else. What is clean stays as it is.

    >>> clean("  <jats:p>CO<sub>2</sub> &amp; 10<sup>-3</sup>, p < 0.05  and n > 3</jats:p>")
    'CO2 & 10⁻³, p < 0.05 and n > 3'
    """
    # Printable text holds no white space but spaces, so most text is plain as it stands.
    folded = text.strip() if text.isprintable() and "  " not in text else " ".join(text.split())
    text = folded
    for _ in range(_ROUNDS):
        before = text
        if "<" in text or "&" in text:
            text = without_markup(text)
        if latex or "\\" in text or "$" in text:
            text = without_latex(text, source=latex)
        if not text.isprintable():
            text = _INVISIBLE.sub("", text)
        if not text.isascii():
            text = unicodedata.normalize("NFC", _MARKS.sub(_few_marks, text))
        if text == before:
            return text
        text = " ".join(text.split())
        latex = False  # what comes to light was escaped, and is evident or text
    return text


def _few_marks(match: re.Match[str]) -> str:
    kept, run = [], 0
    for character in match[0]:
        run = run + 1 if unicodedata.combining(character) else 0
        if run <= _MOST_MARKS:
            kept.append(character)
    return "".join(kept)


def clean_abstract(text: str, *, latex: bool = False) -> str:
    """Return ``text`` as :func:`clean` does, without its label and its publisher's notices.

    >>> clean_abstract("Abstract: We ring 5 bells. © 2017 Elsevier Ltd. All rights reserved.")
    'We ring 5 bells.'
    """
    heading = _OWN_LINE.match(text)
    text = clean(text[heading.end() :] if heading else text, latex=latex)
    while text[:8].lower() == "abstract" and (label := _LABEL.match(text)):
        text = text[label.end() :]
        if label[0].isalpha() and (part := re.match(_HEADING, text)):
            text = f"{part[0]}: {text[part.end() :]}"
    text = _GLUED.sub(r" \1: ", text)
    return _without_notices(text)


def _without_notices(text: str) -> str:
    tail = text[-_LONGEST_TAIL:].lower()
    if not any(word in tail for word in _WORDS_OF_NOTICES):
        return text
    for found in _NOTICE.finditer(text, max(0, len(text) - _LONGEST_TAIL)):
        _, *more = _SENTENCE_END.split(text[found.start() :].strip())
        if all(len(piece) < _ASIDE or _OF_A_NOTICE.search(piece) for piece in more):
            kept = text[: found.start()].rstrip()
            return kept if any(map(str.isalnum, kept)) else text
    return text


def visible(name: str) -> str:
    r"""Return a file's name fit for messages: no control or reordering characters.

    >>> visible("a\nb\u202e.txt")
    'a�b�.txt'
    """
    return _INVISIBLE.sub("\ufffd", re.sub(r"[\t-\r\x1c-\x1f\x85\u2028\u2029]", "\ufffd", name))
