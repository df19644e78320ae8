"""What a question names, by what the library knows: titles, authors, venues, years."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rag.answers import kinds
from rag.answers.asking import ASKING, CATALOGUE
from rag.index.filters import Condition
from rag.index.lexical import Lexical
from rag.text.terms import terms
from rag.text.tokens import encoding

_CHUNK = re.compile(r"[^\W_]+(?:[-‐‑–'’/.+][^\W_]+)*\+*")
_LONGEST_TITLE = 25  # words
_MOST_CHUNKS = 60  # words of a question that are looked at
_INNER = re.compile(r"\A(?=.*[^\W\d_])(?:.+[A-Z].*|.*\d.*)\Z")  # LoRA, GPT-2, BERT
_YEAR = r"((?:19|20)\d\d)"
_YEARS = tuple(
    (re.compile(pattern, re.IGNORECASE), ops)
    for pattern, ops in (
        (rf"\b(?:between|from)\s+{_YEAR}\s*(?:and|to|until|till|through|[-–—])\s*{_YEAR}\b", (">=", "<=")),
        (rf"\b{_YEAR}\s*(?:[-–—]|to|until)\s*{_YEAR}\b", (">=", "<=")),
        (rf"\b(?:since|from)\s+{_YEAR}\s+(?:on|onwards?)\b", (">=",)),
        (rf"\b{_YEAR}\s+(?:or|and)\s+(?:later|newer|after|onwards?)\b", (">=",)),
        (rf"\b{_YEAR}\s+(?:or|and)\s+(?:earlier|older|before)\b", ("<=",)),
        (rf"\b(?:since|starting\s+(?:in|from))\s+{_YEAR}\b", (">=",)),
        (rf"\b(?:after|later\s+than|newer\s+than)\s+{_YEAR}\b", (">",)),
        (rf"\b(?:before|prior\s+to|earlier\s+than|older\s+than)\s+{_YEAR}\b", ("<",)),
        (rf"\b(?:until|till|up\s+to|by\s+the\s+end\s+of)\s+{_YEAR}\b", ("<=",)),
        (rf"\b{_YEAR}\b", ("=",)),
    )
)
_BY = frozenset("by did has does of from with author authors professor prof dr and & or".split())
_PERSONAL = frozenset("by did has et and author professor prof dr".split())
_AT = frozenset("at in from of to for on".split())
_PAPERS = frozenset("papers paper articles publications proceedings findings".split())
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"})


class Chunk(NamedTuple):
    """A word of a question, hyphens included, and where it stands."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Named:
    """What a question names, and its tokens with that masked (see `rag.answers.kinds`).

    ``titles`` are names of papers as the library writes them, ``where`` the authors, venues and
    years as conditions; ``people`` are names behind "by" that no author has; ``rest`` are the
    words that remain, in order, without those by which catalogues are asked.
    """

    tokens: tuple[str, ...]
    titles: tuple[str, ...]
    where: tuple[Condition, ...]
    people: tuple[str, ...]
    rest: str


def chunks(text: str) -> list[Chunk]:
    """Return the words of a text with their inner hyphens.

    >>> [chunk.text for chunk in chunks("How is GPT-2's size?")]
    ['How', 'is', 'GPT-2', 'size']
    """
    found = []
    for match in _CHUNK.finditer(text):
        word = re.sub(r"['’]s\Z", "", match.group())
        found.append(Chunk(word, match.start(), match.start() + len(word)))
    return found[:_MOST_CHUNKS]


def titles_in(words: Sequence[Chunk], text: str, library: Lexical) -> Iterator[tuple[int, int, str]]:
    """Yield (first, last + 1, name as written) of the runs of words that are papers' names."""
    i = 0
    while i < len(words):
        for size in range(min(_LONGEST_TITLE, len(words) - i), 0, -1):
            run = text[words[i].start : words[i + size - 1].end]
            if library.is_title(run):
                written = _as_written(run, library)
                if size > 3 or is_name(written, library):
                    yield i, i + size, written
                    i += size - 1
                    break
        i += 1


def _as_written(run: str, library: Lexical) -> str:
    """Return a title, or its head, as the library writes it."""
    wanted = "".join(filter(str.isalnum, run)).casefold()
    for entry in library.titled(run):
        head = entry.paper.title.partition(":")[0].strip()
        if "".join(filter(str.isalnum, head)).casefold() == wanted:
            return head
    return run


def is_name(written: str, library: Lexical) -> bool:
    """Say whether a word is a name: by a capital or digit within, or rare in the library."""
    rare = max(3, library.papers // 2_000)
    return any(
        _INNER.match(word) or all(library.document_frequency(term) <= rare for term in terms(word))
        for word in written.split()
    )


def has_inner_capital(word: str) -> bool:
    """Say whether a word is written as only names are.

    >>> [has_inner_capital(word) for word in ("LoRA", "GPT-2", "Attention", "2019")]
    [True, True, False, False]
    """
    return bool(_INNER.match(word))


def is_common(word: str) -> bool:
    """Say whether a word is plain English (or a number), by one token of a general vocabulary.

    >>> is_common("attention"), is_common("catstrophic")
    (True, False)
    """
    return len(encoding().encode_ordinary(" " + word.lower())) == 1


def find_names(text: str, library: Lexical | None) -> Named:
    """Find what a question names."""
    words = chunks(text)
    marks: dict[int, str] = {}
    where: list[Condition] = []
    titles: list[str] = []
    people: list[str] = []
    for first, last, written in titles_in(words, text, library) if library else ():
        titles.append(written)
        marks.update(dict.fromkeys(range(first, last), "N"))
    for first, last, condition in _authors_in(words, text, marks, library) if library else ():
        marks.update(dict.fromkeys(range(first, last), "A"))
        where.append(condition)
    for first, last, condition in _venues_in(words, text, marks, library) if library else ():
        marks.update(dict.fromkeys(range(first, last), "V"))
        where.append(condition)
    for i, word in enumerate(words):
        if i not in marks and has_inner_capital(word.text) and not word.text[0].isdigit():
            marks[i] = "N"
            titles.append(word.text)
    where.extend(years_in(text))
    people.extend(_strangers_in(words, text, marks))
    return Named(
        tokens=tuple(_tokens(words, marks)),
        titles=tuple(dict.fromkeys(titles)),
        where=tuple(dict.fromkeys(where)),
        people=tuple(people),
        rest=_rest(words, text, marks),
    )


def years_in(text: str) -> list[Condition]:
    """Return the conditions that a text sets for years.

    >>> [f"{each.op}{each.value}" for each in years_in("papers between 2018 and 2020")]
    ['>=2018', '<=2020']
    """
    for pattern, ops in _YEARS:
        match = pattern.search(text)
        if match:
            return [Condition("year", op, year) for op, year in zip(ops, match.groups(), strict=True)]
    return []


def _tokens(words: Sequence[Chunk], marks: dict[int, str]) -> Iterator[str]:
    before = ""
    for i, word in enumerate(words):
        mark = marks.get(i, "")
        if mark and mark == before:
            continue
        before = mark
        yield from [mark] if mark else kinds.tokens_of(word.text)


def _rest(words: Sequence[Chunk], text: str, marks: dict[int, str]) -> str:
    """Return the run of words from the first to the last that says something of its own."""
    own = [
        i
        for i, word in enumerate(words)
        if marks.get(i, "") not in {"A", "V"}
        and not re.fullmatch(_YEAR, word.text)
        and word.text.casefold() not in CATALOGUE
        and any(term not in ASKING for term in terms(word.text))
    ]
    return " ".join(
        words[i].text
        for i in range(own[0], own[-1] + 1)
        if i in own or (i - 1 in own and i + 1 in own and marks.get(i, "") not in {"A", "V"})
    ) if own else ""


def _authors_in(
    words: Sequence[Chunk], text: str, marks: dict[int, str], library: Lexical
) -> Iterator[tuple[int, int, Condition]]:
    """Yield the runs of words that are authors of the library, with the condition for each."""
    i = 0
    while i < len(words):
        for size in (4, 3, 2, 1):
            run = range(i, i + size)
            if run.stop > len(words) or any(j in marks for j in run):
                continue
            found = _author(words, run, text, library)
            if found:
                yield i, run.stop, found
                i = run.stop - 1
                break
        i += 1


def _author(
    words: Sequence[Chunk], run: range, text: str, library: Lexical
) -> Condition | None:
    name = " ".join(words[j].text for j in run)
    if len(name) < 2 or "," in text[words[run.start].start : words[run.stop - 1].end]:
        return None
    if len(run) > 1:
        first = words[run.start].text.casefold()
        if len(first) < 2 and not first.isalpha():
            return None
        if not all(any(map(str.isupper, words[j].text[:1])) for j in run):
            before = words[run.start - 1].text.casefold() if run.start else ""
            if before not in _PERSONAL:
                return None
        wanted = fold(name)
        full = [value for value, _ in library.values("author", first + " ") if fold(value) == wanted]
        if full:
            return Condition("author", "=", full[0])
        return None
    return _surname(words, run.start, text, library)


def _surname(words: Sequence[Chunk], i: int, text: str, library: Lexical) -> Condition | None:
    """Return the condition for one word where it stands as authors' surnames do."""
    word = words[i].text
    after = text[words[i].end : words[i].end + 12]
    before = words[i - 1].text.casefold() if i else ""
    cited = re.match(r"\s*(?:et\.?\s+al\b|\(?(?:19|20)\d\d\b|['’]s\s+(?:\w+\s+)?pap)", after)
    joined = re.match(r"\s*(?:and|&)\s+[A-Z][a-z]+\s*(?:et|\(?(?:19|20)\d\d|find|show|report|say|conclude|argue|write|publish|\Z)", text[words[i].end : words[i].end + 60])
    named = before in _PERSONAL and word[:1].isupper() and not has_inner_capital(word)
    if not (cited or joined or named or before == "by") or len(word) < 2 or not word[0].isalpha():
        return None
    if not cited and not word[:1].isupper() and is_common(word):
        return None
    known = Condition("author", "~", f" {word.casefold()}")
    return known if library.count([known]) else None


def fold(name: str) -> str:
    """Return a person's name without case, accents, points and the two ways to write umlauts.

    >>> fold("Hinrich Schütze") == fold("hinrich schuetze") == fold("Hinrich Schutze")
    True
    """
    plain = name.casefold().translate(_UMLAUTS)
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    plain = re.sub(r"(?<=[aou])e(?![aiou])", "", plain)
    return " ".join(re.sub(r"[^a-z ]", " ", plain).split())


def _venues_in(
    words: Sequence[Chunk], text: str, marks: dict[int, str], library: Lexical
) -> Iterator[tuple[int, int, Condition]]:
    """Yield the words that are venues of the library, where they stand as venues do."""
    for i, word in enumerate(words):
        if i in marks and marks[i] != "N":
            continue
        if not library.count([Condition("venue", "=", word.text.casefold())]):
            continue
        before = words[i - 1].text.casefold() if i else ""
        after = words[i + 1].text.casefold() if i + 1 < len(words) else ""
        year = re.fullmatch(_YEAR, after) is not None
        capital = word.text.isupper() or has_inner_capital(word.text)
        placed = year or before == "at" or (before in _AT and not is_common(word.text))
        if placed or (capital and (before in _AT or after in _PAPERS)) or (
            after in _PAPERS and not is_common(word.text)
        ):
            yield i, i + 1, Condition("venue", "=", word.text.casefold())


_PERSON = r"((?:[A-Z][\w.'’-]*\s+){0,3}[A-Z][\w'’-]+)"
_STRANGERS = (
    re.compile(rf"\bby\s+{_PERSON}(?=\W*(?:\Z|(?:on|about|since|from|in|that|before|after|at)\b))"),
    re.compile(
        rf"\b(?:did|has|have)\s+{_PERSON}\s+(?:write|written|publish|published|find|found|work|worked)\b"
    ),
    re.compile(rf"{_PERSON}\s+et\.?\s+al\b"),
)


def _strangers_in(words: Sequence[Chunk], text: str, marks: dict[int, str]) -> Iterator[str]:
    """Yield the names that stand where an author's would, whom no paper has as author."""
    for pattern in _STRANGERS:
        for match in pattern.finditer(text):
            run = [
                i for i, word in enumerate(words) if match.start(1) <= word.start < match.end(1)
            ]
            if not any(i in marks or has_inner_capital(words[i].text) for i in run):
                marks.update(dict.fromkeys(run, "A"))
                yield match[1]
