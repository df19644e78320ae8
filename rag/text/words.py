"""What the words of a text are worth when a claim is compared with it: stems, names, rarity."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Sequence
from typing import NamedTuple

from rag.text.terms import terms
from rag.text.tokens import encoding

_CHUNK = re.compile(r"[^\W_]+(?:[-‐‑–'’/.·][^\W_]+)*")
_PART = re.compile(r"[^\W_]+")
_IN_BRACKETS = re.compile(r"\((?=\w{0,5}[A-Z])([^\W_][\w-]{1,9})\)")
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
# British to American, so that both stem alike (applied to lower-cased words of 5 letters or more).
_SPELLINGS = tuple(
    (re.compile(british), american)
    for british, american in (
        (r"aem", "em"),
        (r"oed", "ed"),
        (r"oes", "es"),
        (r"paed", "ped"),
        (r"our(s|ed|ing|al)?$", r"or\1"),
        (r"is(e|es|ed|ing|ation|ations)$", r"iz\1"),
        (r"ys(e|es|ed|ing)$", r"yz\1"),
        (r"ll(ed|ing)$", r"l\1"),
        (r"programme", "program"),
        (r"([^s])tre(s?)$", r"\1ter\2"),
    )
)
_MAYBE_BRITISH = re.compile(r"ae|oe|our|[iy]s|ll|mme|tre")  # else none of them applies
_STOP = frozenset(
    "a an the of in on at to for from by with and or but as is are was were be been being that "
    "this these those it its their his her they them we us our can could may might will would do "
    "does did has have had than then there here which who whom whose what when where while during "
    "into onto over under between among through also such both each other another some any all "
    "more most very so if not no nor only same own via per i you he she s t d m re ve ll".split()
)
_SMALL = ("of", "the", "and", "in", "for", "to", "a")  # not among initials
# Words that say how things relate. Abstracts are full of them and paraphrases change them, so
# neither their presence nor their absence says much.
_RELATING = frozenset(
    "able ability activity affect affects approximately associate associated association because "
    "cause caused causes causing cell cells contribute contributes decrease decreased decreases "
    "depend dependent depends due effect effects expression find found function functions gene "
    "general generally genes give given gives great high higher importance important increase "
    "increased increases induce induces involve involved involves lead leads less level levels "
    "low lower major many necessary need needs occur occurs patients people play plays protein "
    "proteins reduce reduced reduces regulate regulated regulates regulation related relation "
    "require required requires result resulting results rise role roles several show shown shows "
    "significant significantly type types use used using".split()
)


class Word(NamedTuple):
    """A word at ``text[start:start + len(text)]``.

    ``stem`` is what equal words share; ``squeezed`` the hyphenated chunk it stands in, without
    hyphens; ``acronym`` the capitals and digits of "mRNAs" or "ORFs", lower-cased, "" for other
    words; ``kind`` is "name" for acronyms, identifiers and capitalised words, "number" for
    digits, "relating" or "plain".
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
        return 0.5 if self.kind == "relating" else rarity(self.text.lower())


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

    Acronyms in brackets after what they abbreviate are left out: they only repeat it.

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
    brackets = _IN_BRACKETS.finditer(text) if "(" in text else ()
    own = {match.start(1) for match in brackets if _is_own(text, match)}
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
        for raw, root, squeezed, acronym, offset, kind in parts if at not in own else ():
            start = at + offset
            if kind == "capitalised":
                opening = _SENTENCE_START.search(text, max(0, start - 8), start)
                kind = _common_kind(raw.lower()) if opening else "name"
            found.append(Word(raw, root, squeezed, acronym, start, kind))
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


def _is_own(text: str, bracketed: re.Match[str]) -> bool:
    """Say whether a bracketed acronym abbreviates the words right before it."""
    acronym, end = squeeze(bracketed[1]).removesuffix("s"), bracketed.start()
    before = [each.group() for each in _PART.finditer(text, max(0, end - 120), end)]
    return abbreviates(acronym, [squeeze(word) for word in before[-len(acronym) - 2 :]])


def abbreviates(acronym: str, phrase: Sequence[str]) -> bool:
    """Say whether the letters of an acronym come in order in the last words of a phrase.

    >>> abbreviates("fgf", ["the", "fibroblast", "growth", "factor"])
    True
    """
    return any(
        word[:1] == acronym[:1] and _in_order(acronym, "".join(phrase[i:]))
        for i, word in enumerate(phrase)
    )


def _in_order(letters: str, text: str) -> bool:
    at = -1
    for letter in letters:
        at = text.find(letter, at + 1)
        if at < 0:
            return False
    return True


def _kind(raw: str) -> str:
    """Return the kind of a word, "capitalised" where it depends on the place."""
    if raw == raw.lower() and raw.isalpha():
        return _common_kind(raw)
    if raw.isdecimal():
        return "number"
    if any(map(str.isdecimal, raw)) or sum(map(str.isupper, raw)) >= 2:
        return "name"
    return "capitalised" if raw[0].isupper() else _common_kind(raw.lower())


def _common_kind(word: str) -> str:
    return "relating" if word in _RELATING else "plain"


@functools.lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return the stem of a lower-cased word, the same for British and American spelling.

    >>> stem("tumours") == stem("tumor")
    True
    """
    word = word.translate(_GREEK)
    if len(word) >= 5 and _MAYBE_BRITISH.search(word):
        for british, american in _SPELLINGS:
            word = british.sub(american, word)
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
