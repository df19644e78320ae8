"""What the words of a text are worth when a claim is compared with it: stems, names, rarity."""

from __future__ import annotations

import functools
import math
import re
from typing import NamedTuple

from rag.text.terms import terms
from rag.text.tokens import encoding

_CHUNK = re.compile(r"[^\W_]+(?:[-‐‑–'’/.·][^\W_]+)*")
_PART = re.compile(r"[^\W_]+")
_ACRONYM = re.compile(r"[a-z]?[a-z]?([A-Z][A-Z0-9]*[A-Z][A-Z0-9]*)s?")
_NOT_ALNUM = re.compile(r"[\W_]+")
_SENTENCE_START = re.compile(r"(?:^|[.!?:]\s+)\W*\Z")
_GREEK = str.maketrans(
    dict(
        zip(
            "αβγδεζηθικλμνξοπρσςτυφχψωµß",
            (
                "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron "
                "pi rho sigma sigma tau upsilon phi chi psi omega mu beta"
            ).split(),
            strict=True,
        )
    )
)
_STOP = frozenset(
    "a an the of in on at to for from by with and or but as is are was were be been being that "
    "this these those it its their his her they them we us our can could may might will would do "
    "does did has have had than then there here which who whom whose what when where while during "
    "into onto over under between among through also such both each other another some any all "
    "more most very so if not no nor only same own via per i you he she s t d m re ve ll".split()
)
_SMALL = ("of", "the", "and", "in", "for", "to", "a")  # not among initials


class Word(NamedTuple):
    """A word at ``text[start:start + len(text)]``.

    ``stem`` is what equal words share; ``squeezed`` the hyphenated chunk it stands in, without
    hyphens; ``acronym`` the capitals and digits of "mRNAs" or "ORFs", lower-cased, "" for other
    words; ``kind`` is "name" for acronyms, identifiers and capitalised words, "number" for
    digits, or "plain".
    """

    text: str
    stem: str
    squeezed: str
    acronym: str
    start: int
    kind: str

    @property
    def weight(self) -> float:
        """What the word counts for: it grows with rarity, about 0.7 to 1.3."""
        return rarity(self.text.lower())


class Wording(NamedTuple):
    """What a text is read for.

    ``forms`` are its squeezed chunks, and those of neighbours written apart; ``initials`` the
    first letters of its words, numbers whole, small words left out.
    """

    words: list[Word]
    forms: set[str]
    initials: str


def words(text: str) -> list[Word]:
    """Return the words of ``text`` that carry meaning, hyphenated ones in their parts.

    >>> [(word.stem, word.kind) for word in words("The BERT-based models improve.")]
    [('bert', 'name'), ('base', 'plain'), ('model', 'plain'), ('improv', 'plain')]
    """
    return read_wording(text).words


def read_wording(text: str) -> Wording:
    """Read a text once for all that is compared.

    >>> sorted(read_wording("BRCA 1 and TGF-β").forms)
    ['1', 'and', 'brca', 'brca1', 'tgfbeta']
    >>> read_wording("the West Nile virus and interleukin 6").initials
    'wnvi6'
    """
    found: list[Word] = []
    shapes: set[str] = set()
    letters: list[str] = []
    before, before_end = "", -2
    for match in _CHUNK.finditer(text):
        at = match.start()
        parts, joined, first = _chunk(match.group())
        shapes.add(joined)
        if at - before_end <= 1 and (len(joined) < 3 or joined.isdecimal()):
            shapes.add(before + joined)
        before, before_end = joined, match.end()
        letters.append(first)
        for word in parts:
            start = at + word.start
            kind = word.kind
            if kind == "capitalised":
                kind = "plain" if opens_sentence(text, start) else "name"
            found.append(word._replace(start=start, kind=kind))
    return Wording(found, shapes, "".join(letters))


class _Chunk(NamedTuple):
    """A hyphenated chunk, read once: its words, squeezed, and the first letters of its parts.

    The words start from the chunk's beginning, and may be "capitalised" in kind: what they are
    depends on where the chunk stands.
    """

    parts: tuple[Word, ...]
    squeezed: str
    initials: str


# Abstracts share most of their words: this halves the time to read one.
@functools.lru_cache(maxsize=32768)
def _chunk(written: str) -> _Chunk:
    joined = squeeze(written)
    parts: list[Word] = []
    letters = ""
    for part in _PART.finditer(written):
        raw = part.group()
        word = raw.lower()
        if word not in _SMALL:
            spelled = word.translate(_GREEK)
            letters += spelled if spelled.isdecimal() else spelled[0]
        stopped = word in _STOP and not (len(raw) == 1 and raw.isupper() and raw not in "AI")
        if not stopped and written not in _STOP:
            core = _ACRONYM.fullmatch(raw)
            acronym = core[1].lower() if core else ""
            parts.append(Word(raw, stem(word), joined, acronym, part.start(), _kind(raw)))
    return _Chunk(tuple(parts), joined, letters)


def opens_sentence(text: str, start: int) -> bool:
    """Say whether a word there begins a sentence, so that its capital tells nothing.

    >>> opens_sentence("In Rome. In it", 9), opens_sentence("In Rome.", 3)
    (True, False)
    """
    return _SENTENCE_START.search(text, max(0, start - 8), start) is not None


def _kind(raw: str) -> str:
    """Return the kind of a word, "capitalised" where it depends on the place."""
    if raw == raw.lower() and raw.isalpha():
        return "plain"
    if raw.isdecimal():
        return "number"
    if any(map(str.isdecimal, raw)) or sum(map(str.isupper, raw)) >= 2:
        return "name"
    return "capitalised" if raw[0].isupper() else "plain"


@functools.lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return the stem of a lower-cased word, Greek letters spelled out.

    >>> stem("tests") == stem("testing")
    True
    """
    word = word.translate(_GREEK)
    stems = terms(word)
    return stems[0] if stems else word


@functools.lru_cache(maxsize=65536)
def rarity(word: str) -> float:
    """Return how rare a word is in general, about 0.7 to 1.3, from no corpus of ours.

    The ids of o200k_base grow with rarity, and a rare word is split into several tokens.
    """
    ids = encoding().encode_ordinary(" " + word[:40])
    return math.sqrt(min(math.log1p(ids[0]) + 3 * (len(ids) - 1), 16.0)) / 3.2


def squeeze(text: str) -> str:
    """Return ``text`` lower-cased with nothing but letters and digits, Greek ones spelled out.

    >>> squeeze("IFN-γ 2")
    'ifngamma2'
    """
    if text.isascii() and text.isalnum():
        return text.lower()
    return _NOT_ALNUM.sub("", text.lower().translate(_GREEK))
