"""Typing errors mended against the words of the library, and capitals put where they belong."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from rapidfuzz.distance import OSA

from rag.answers import kinds
from rag.answers.asking import ASKING, CATALOGUE, FUNCTION
from rag.answers.naming import (
    Chunk,
    chunks,
    commonest_form,
    goes_on,
    has_inner_capital,
    is_common,
    is_person,
    stands_as_author,
    titles_in,
)
from rag.index.lexical import Lexical
from rag.text.terms import first_term, terms
from rag.text.words import rarity

_SHORTEST_NAME = 6  # letters of a name that may be another with one wrong
_SHORTEST, _LONG = 3, 7  # letters of a word that is mended; more of one that may have two errors
_RARE = 3  # so many papers at the most have a word that may yet be an error, ...
_RARE_OF = 5_000  # ... or one of so many: of a large library some have made it too, ...
_OFTENER = 200  # ... where another that is like it stands in so many times more
_RARELY = 10_000  # one of so many papers has a word that another is taken for, or more
_SELDOM = 100  # times as often is the likelier word, whichever letters are wrong
_TRIED = 20  # terms whose written forms are looked at
_READ = 12  # papers in which a term's written form is looked for
_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_LETTERS = re.compile(r"[^\W\d_]+\Z")
_CAPITALISED = 0.85  # share of the longer words with a capital from which case says nothing


def case_says_nothing(text: str) -> bool:
    """Say whether a text is all in capitals or in Title Case, so that no capital marks a name.

    >>> case_says_nothing("HOW LARGE IS CLIP?"), case_says_nothing("How Does Clip Align Images?")
    (True, True)
    >>> case_says_nothing("How does CLIP align images?"), case_says_nothing("LiT vs CLOOB")
    (False, False)
    """
    written = _WORD.findall(text)
    if len(written) < 3:
        return False
    if text.upper() == text:
        return any(len(word) > 3 for word in written)
    plain = [word for word in written if len(word) > 3 and not has_inner_capital(word)]
    small = [word for word in written[1:] if word.islower()]
    asking = kinds.weights().vocabulary
    telling = [word for word in written[1:] if word.lower() in asking and not word.islower()]
    capital = sum(word[0].isupper() for word in plain)
    capitals = len(plain) > 1 and capital >= _CAPITALISED * len(plain)
    return capitals and bool(telling or not small)


def restore_case(text: str, library: Lexical) -> str:
    """Write the names of a question as the library does; without case to go by, all else small.

    A word that is no plain English, or has a capital, is looked up in papers that have it: "elmo"
    becomes "ELMo", and "Sarcasm" "sarcasm".
    """
    if case_says_nothing(text):
        text = text.lower()
    words = chunks(text)
    written: dict[int, tuple[int, str]] = {}
    for first, last, name in titles_in(words, text, library):
        if last - first == 1 and has_inner_capital(words[first].text):
            continue  # BLEU is written so already, though a paper is called BLEU+
        if has_inner_capital(name) or last - first == 1 or not name.islower():
            written[words[first].start] = (words[last - 1].end, name)
    taken = [(start, end) for start, (end, _) in written.items()]
    for i, word in enumerate(words):
        inside = any(start <= word.start < end for start, end in taken)
        # "Natural Questions"; "by Lee or Poe"
        inside = inside or goes_on(words, i, text) or stands_as_author(words, i)
        capital = word.start > 0 and word.text[0].isupper() and not has_inner_capital(word.text)
        if inside or not (capital or (word.text.islower() and not is_common(word.text))):
            continue
        shown = commonest_form(word.text, library)
        if shown and (has_inner_capital(shown) or (capital and shown.islower())):
            written[word.start] = (word.end, shown)
    for start in sorted(written, reverse=True):
        end, name = written[start]
        text = text[:start] + name + text[end:]
    return text


def mend(text: str, library: Lexical, asking: Set[str]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """Return a question with its typing errors mended, and each as (typed, read).

    Only words are mended that are no plain English and that no paper has, or hardly any while
    one like it is common.

    Args:
        text: the question.
        library: whose words are taken.
        asking: the words by which questions ask, taken where the library's are no nearer.
    """
    mended: list[tuple[str, str]] = []
    names = {
        i for first, last, _ in titles_in(chunks(text), text, library) for i in range(first, last)
    }
    for i, word in reversed(list(enumerate(chunks(text)))):
        for part in _parts(word) if i not in names else ():
            read = _mended(part, part.start == 0, library, asking)
            if read and read != part.text and not is_person(chunks(text), i, library):
                mended.insert(0, (part.text, read))
                text = text[: part.start] + read + text[part.end :]
    return text, tuple(mended)


def _parts(word: Chunk) -> list[Chunk]:
    """Return the parts of a hyphenated word, the last first; a name's hyphens stay.

    >>> [part.text for part in _parts(Chunk("re-evalutaion", 4, 17))]
    ['evalutaion', 're']
    """
    if has_inner_capital(word.text):
        return [word]
    parts = [
        Chunk(match.group(), word.start + match.start(), word.start + match.end())
        for match in re.finditer(r"[^-‐‑–]+", word.text)
    ]
    return parts[::-1]


def _mended(word: Chunk, first: bool, library: Lexical, asking: Set[str]) -> str | None:
    typed = word.text
    small = typed.lower()
    if (
        len(typed) < _SHORTEST
        or not _LETTERS.match(typed)
        or small in asking
        or small in CATALOGUE
        or not typed.isascii()
    ):
        return None
    stem = first_term(small)
    having = library.document_frequency(stem)
    if has_inner_capital(typed):
        return _title_near(small, library) if not having else None
    if stem in FUNCTION or having > max(_RARE, library.papers // _RARE_OF):
        return None
    if is_common(typed) or len(small) == _SHORTEST:  # then only as words that ask: "wich", "teh"
        plain = [word for word in asking if first_term(word) in ASKING]
        short = [word for word in plain if len(word) == len(small) + 1 and _within(small, word)]
        short = short or [word for word in plain if sorted(word) == sorted(small)]
        meant = typed[0].isupper() or (having > 0 and is_common(typed))
        likeliest = min(short, key=lambda w: (w[0] != small[0], rarity(w)), default=None)
        return likeliest if not meant else None
    proper = typed[0].isupper() and not first
    limit = 2 if len(small) > _LONG and not having and not proper else 1
    known = [(OSA.distance(small, each), -library.papers, each) for each in asking if len(each) > 3]
    choices = [choice for choice in known if choice[0] <= limit] if not proper else []
    maybe_name = first and typed[0].isupper() and len(small) < _SHORTEST_NAME  # perhaps a name
    if not proper or len(small) > _LONG:
        forms = _forms_near(small, stem, limit, having, library)
        choices += [one for one in forms if not maybe_name or sorted(one[2]) == sorted(small)]
    if not choices:
        return None
    # Letters that only changed places are the likeliest error, then one left out.
    letters = sorted(small)
    return min(
        choices,
        key=lambda c: (c[0], sorted(c[2]) != letters, -len(c[2]), rarity(c[2]), c[1], c[2]),
    )[2]


def _title_near(small: str, library: Lexical) -> str | None:
    """Return the one name of a paper that is a letter away from a name that no paper has."""
    if len(small) < _SHORTEST_NAME:
        return None
    heads = [head for head, _ in library.values("head", small[0]) if head.isalpha()]
    near = [head for head in heads if OSA.distance(small, head, score_cutoff=1) == 1]
    if len(near) != 1:
        return None
    names = (entry.paper.title.partition(":")[0].strip() for entry in library.titled(near[0]))
    return next((name for name in names if has_inner_capital(name)), None)


def _within(short: str, word: str) -> bool:
    """Say whether a word has the letters of a shorter one in order."""
    rest = iter(word)
    return all(letter in rest for letter in short)


def _forms_near(
    small: str, stem: str, limit: int, having: int, library: Lexical
) -> list[tuple[int, int, str]]:
    """Return (distance, -papers, word) of the library's words near a typed one."""
    least = max(1, _OFTENER * having, library.papers // _RARELY)
    near: list[tuple[int, int, str]] = []
    for start in dict.fromkeys((small[:1], small[1:2] + small[:1])):
        for term, count in library.values("body", start):
            if count < least or abs(len(term) - len(stem)) > 5 or not term.isalpha():
                continue
            apart = OSA.distance(stem, term)
            trimmed = min(apart, OSA.distance(small[: len(term)], term))
            if trimmed <= (2 if count > 1 else 1) and len(term) > 2:
                near.append((apart, -count, term))
    found = []
    for _, papers, term in sorted(near)[:_TRIED]:
        for form in _written_forms(term, library):
            distance = OSA.distance(small, form)
            if distance <= limit and (distance < 2 or form[0] == small[0]):
                found.append((distance, papers, form))
    most = min((papers for _, papers, _ in found), default=0)
    same = sorted(small)
    return [each for each in found if each[1] * _SELDOM <= most or sorted(each[2]) == same]


def _written_forms(term: str, library: Lexical) -> Sequence[str]:
    """Return the words by which papers write an index term."""
    hits = library.search([term], _READ)
    text = " ".join(f"{hit.entry().paper.title} {hit.entry().paper.abstract}" for hit in hits)
    return sorted({word.lower() for word in _WORD.findall(text) if terms(word)[:1] == [term]})
