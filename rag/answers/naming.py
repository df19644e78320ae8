"""What a question names, by what the library knows: titles, authors, venues, years."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from rag.answers import kinds
from rag.answers.asking import ASKING, CATALOGUE, FUNCTION
from rag.index.filters import Condition, Group
from rag.index.lexical import Lexical
from rag.text.people import fold_person
from rag.text.terms import terms
from rag.text.tokens import encoding
from rag.text.words import squeeze

_CHUNK = re.compile(r"[^\W_]+(?:[-‐‑–'’/.+][^\W_]+)*\+*")
_LONGEST_TITLE = 25  # words
_MOST_CHUNKS = 60  # words of a question that are looked at
_INNER = re.compile(r"\A(?=.*[^\W\d_])(?:.+[A-Z].*|.*\d.*)\Z")  # LoRA, GPT-2, BERT
_YEAR = r"((?:19|20)\d\d)"
_DATED = re.compile(rf"{_YEAR}(?:s|[-–—/]{_YEAR})?")  # 2019, the 1990s, 2015-2018
_DENIAL = (
    r"\b(?:not|except(?:ing)?|excluding|without|besides|other\s+than|apart\s+from)\s+"
    r"(?:(?:those|the|papers?|work|published|written|authored|co-?authored|by|from|at|in|of)\s+){0,3}"
)
_YEARS = tuple(
    (re.compile(pattern, re.IGNORECASE), ops)
    for pattern, ops in (
        (rf"{_DENIAL}{_YEAR}\b", ("!=",)),
        (
            rf"\b(?:between|from)\s+{_YEAR}\s*(?:and|to|until|till|through|[-–—])\s*{_YEAR}\b",
            (">=", "<="),
        ),
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
_EITHER_YEAR = re.compile(
    rf"\b{_YEAR}\s+(?:or|and|vs\.?|versus|than)\s+(?:in\s+)?{_YEAR}\b", re.IGNORECASE
)
_PERSONAL = frozenset("by did has et and author professor prof dr".split())
_AT = frozenset("at in from of to for on".split())
_VENUE_NOUNS = frozenset("venue conference journal workshop".split())
_WRITINGS = frozenset("papers publications articles".split())
_PAPERS = frozenset("papers paper articles publications proceedings findings".split())


class Chunk(NamedTuple):
    """A word of a question, hyphens included, and where it stands."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Named:
    """What a question names, and its tokens with that masked (see `rag.answers.kinds`).

    ``titles`` are names of papers as the library writes them, ``where`` the authors, venues and
    years as conditions; ``people`` are names that stand as authors' do and that no paper has;
    ``rest`` are the words that remain, in order, without those by which catalogues are asked;
    ``unnamed`` is the text without authors and years; ``marked`` has each word with what it is:
    N of a title, A of an author, V of a venue, Y a year.
    """

    tokens: tuple[str, ...]
    titles: tuple[str, ...]
    where: tuple[Condition, ...]
    people: tuple[str, ...]
    rest: str
    unnamed: str
    marked: tuple[tuple[str, str], ...] = ()


_QUESTION_WORDS = frozenset("what who where when how why it that there here".split())


def chunks(text: str) -> list[Chunk]:
    """Return the words of a text with their inner hyphens.

    >>> [chunk.text for chunk in chunks("How is GPT-2's size?")]
    ['How', 'is', 'GPT-2', 'size']
    """
    found = []
    for match in _CHUNK.finditer(text):
        word = match.group()
        if word[:-2].casefold() not in _QUESTION_WORDS:  # "what's" is two words, "GPT's" one
            word = re.sub(r"['’]s\Z", "", word)
        found.append(Chunk(word, match.start(), match.start() + len(word)))
    return found[:_MOST_CHUNKS]


def titles_in(
    words: Sequence[Chunk], text: str, library: Lexical
) -> Iterator[tuple[int, int, str]]:
    """Yield (first, last + 1, name as written) of the runs of words that are papers' names."""
    i = 0
    while i < len(words):
        for size in range(min(_LONGEST_TITLE, len(words) - i), 0, -1):
            run = text[words[i].start : words[i + size - 1].end]
            if library.is_title(run) and not (
                size == 1
                and run.istitle()
                and (
                    goes_on(words, i, text)
                    or is_person(words, i, library)
                    or stands_as_author(words, i)
                )
            ):  # LUKE is not meant by "Luke Zettlemoyer", nor PoE by "by Lee or Poe"
                written = _as_written(run, library)
                if size > 3 or is_name(run, written, library):
                    yield i, i + size, written
                    i += size - 1
                    break
        i += 1


def _as_written(run: str, library: Lexical) -> str:
    """Return a title, or its head, as the library writes it."""
    heads = [entry.paper.title.partition(":")[0].strip() for entry in library.titled(run)]
    same = [head for head in heads if squeeze(head) == squeeze(run)]
    exact = [head for head in same if head.casefold() == run.casefold()]
    return next(iter([*exact, *same]), run)


def is_name(typed: str, written: str, library: Lexical) -> bool:
    """Say whether what begins a title is a name: by a capital or digit within, or a rare word.

    Plain English in small letters is one only where papers seldom write it so.
    """
    asking = [
        word in kinds.weights().vocabulary or FUNCTION.issuperset(terms(word))
        for word in typed.casefold().split()
    ]
    if all(asking) or (any(asking) and " " not in written):  # "is a" is no "ISA"
        return False
    if " " in typed and typed == written and typed.istitle():
        return True
    if " " not in typed and typed.islower() and is_common(typed):
        form = commonest_form(typed, library)
        return form is not None and has_inner_capital(form)
    rare = max(3, library.papers // 2_000)
    return any(
        _INNER.match(word) or all(library.document_frequency(term) <= rare for term in terms(word))
        for word in written.split()
    )


_READ_FOR_FORM, _APART = 10, 8  # papers, every so many of those found
_MOSTLY = 0.6  # share from which a common word is the name that papers write so


def commonest_form(word: str, library: Lexical) -> str | None:
    """Return how papers write a word; None where they do not have it as it is."""
    needed = terms(word)
    if not needed or not all(library.document_frequency(term) for term in needed):
        return None
    # The first are those whose name it is: "SPoT" before all others that spot something.
    hits = library.search(needed, _READ_FOR_FORM * _APART)
    hits = hits[:: max(1, len(hits) // _READ_FOR_FORM)]
    texts = [f"{hit.entry().paper.title} {hit.entry().paper.abstract}" for hit in hits]
    pattern = re.compile(rf"(?<!\w){re.escape(word)}(?!\w)", re.IGNORECASE)
    forms = Counter(form for text in texts for form in sorted(set(pattern.findall(text))))
    if not forms:
        return None
    form = max(forms, key=forms.__getitem__)
    named = has_inner_capital(form) and is_common(word)
    return form if not named or forms[form] >= _MOSTLY * forms.total() else word.lower()


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
    forms = {f" {word.lower()}", f" {word}"}
    return any(len(encoding().encode_ordinary(form)) == 1 for form in forms)


def find_names(text: str, library: Lexical | None) -> Named:
    """Find what a question names."""
    words = chunks(text)
    marks: dict[int, str] = {}
    where: list[Condition] = []
    titles: list[str] = []
    people: list[str] = []
    if library:
        for first, last, written in titles_in(words, text, library):
            titles.append(written)
            marks.update(dict.fromkeys(range(first, last), "N"))
        for first, last, condition in _authors_in(words, text, marks, library):
            marks.update(dict.fromkeys(range(first, last), "A"))
            where.append(_denied(condition, text, words[first].start))
    for first, last, condition in _venues_in(words, text, marks, library) if library else ():
        marks.update(dict.fromkeys(range(first, last), "V"))
        where.append(_denied(condition, text, words[first].start))
    for i, word in enumerate(words):  # "ACL or EMNLP"
        beside = [i + step for step in (-2, 2) if marks.get(i + step) == "V"]
        joined = any(words[(i + j) // 2].text.casefold() in {"and", "or"} for j in beside)
        venue = Condition("venue", "=", word.text.casefold())
        if joined and library and marks.get(i) in {None, "N"} and library.count([venue]):
            marks[i] = "V"
            where.append(venue)
            titles = [title for title in titles if title.casefold() != word.text.casefold()]
    for i, word in enumerate(words):
        plain = word.text.casefold() in kinds.weights().vocabulary or word.text[0].isdigit()
        if i not in marks and has_inner_capital(word.text) and not plain:
            first = i
            while _VERSION.fullmatch(word.text) and first and _is_of_name(words, first - 1, marks):
                first -= 1
            marks.update(dict.fromkeys(range(first, i + 1), "N"))
            titles.append(text[words[first].start : word.end])
    if re.search(r"\bfirst[- ]author", text, re.IGNORECASE):
        where = [replace(c, field="first") if c.field == "person" else c for c in where]
    where.extend(years_in(text))
    people.extend(_strangers_in(words, text, marks))
    return Named(
        tokens=tuple(_tokens(words, marks)),
        titles=tuple(dict.fromkeys(titles)),
        where=_either(dict.fromkeys(where), text),
        people=tuple(people),
        rest=_rest(words, text, marks),
        unnamed=_unnamed(words, text, marks),
        marked=tuple(
            (word.text, "Y" if _DATED.fullmatch(word.text) else marks.get(i, ""))
            for i, word in enumerate(words)
        ),
    )


_VERSION = re.compile(r"v\d+(?:\.\d+)*", re.IGNORECASE)


def _is_of_name(words: Sequence[Chunk], i: int, marks: Mapping[int, str]) -> bool:
    """Say whether a word before a version belongs to the name: “Google Landmarks v2”."""
    word = words[i].text
    return i not in marks and word[0].isupper() and not FUNCTION.intersection(terms(word))


_DENYING = re.compile(rf"{_DENIAL}\Z", re.IGNORECASE)


def _denied(condition: Condition, text: str, start: int) -> Condition:
    """Return a condition denied where “not by”, “except those of” or the like stands before it."""
    denied = _DENYING.search(text, max(0, start - 60), start)
    return replace(condition, op="!=") if denied else condition


def _either(where: Iterable[Condition], text: str) -> tuple[Condition, ...]:
    """Return conditions, those on several venues, or on people with “or”, as one on any of them."""
    where = list(where)
    for field, apart in (("venue", True), ("person", bool(re.search(r"\bor\b", text)))):
        each = [c for c in where if c.field == field and c.op == "="]
        if len(each) > 1 and apart:
            said = " or ".join(condition.value for condition in each)
            where = [condition for condition in where if condition not in each]
            where.append(Group(field, "=", said, tuple(each), any_of=True))
    return tuple(where)


def years_in(text: str) -> list[Condition]:
    """Return the conditions that a text sets for years.

    >>> [f"{each.op}{each.value}" for each in years_in("papers between 2018 and 2020")]
    ['>=2018', '<=2020']
    """
    decade = re.search(r"\b((?:19|20)\d)0['’]?s\b", text)
    if decade:
        return [Condition("year", op, decade[1] + end) for op, end in ((">=", "0"), ("<=", "9"))]
    either = _EITHER_YEAR.search(text)
    if either and abs(int(either[1]) - int(either[2])) == 1:
        first, last = sorted(either.groups())
        return [Condition("year", ">=", first), Condition("year", "<=", last)]
    for pattern, ops in _YEARS:
        match = pattern.search(text)
        if match:
            return [
                Condition("year", op, year) for op, year in zip(ops, match.groups(), strict=True)
            ]
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
        and not _DATED.fullmatch(word.text)
        and not (word.text.isdigit() and _follows(words, i) in _WRITINGS)  # "the last 5 papers"
        and word.text.casefold() not in CATALOGUE
        and any(term not in ASKING for term in terms(re.sub(r"['’]s\Z", "", word.text)))
    ]
    return (
        " ".join(
            words[i].text
            for i in range(own[0], own[-1] + 1)
            if i in own or (i - 1 in own and i + 1 in own and marks.get(i, "") not in {"A", "V"})
        )
        if own
        else ""
    )


def _unnamed(words: Sequence[Chunk], text: str, marks: dict[int, str]) -> str:
    """Return a text without its authors, what joins them, and years."""
    kept = [
        word.text
        for i, word in enumerate(words)
        if marks.get(i) != "A"
        and not re.fullmatch(_YEAR, word.text)
        and not (word.text in {"and", "et", "al"} and marks.get(i - 1) == "A")
        and not (word.text == "al" and marks.get(i - 2) == "A")
    ]
    return " ".join(kept)


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


def _follows(words: Sequence[Chunk], i: int) -> str:
    """Return the word after number ``i``, in small letters."""
    return words[i + 1].text.casefold() if i + 1 < len(words) else ""


def _author(words: Sequence[Chunk], run: range, text: str, library: Lexical) -> Condition | None:
    """Return the condition for a run of words where it stands as authors do; None where not."""
    whole = text[words[run.start].start : words[run.stop - 1].end]
    if not whole[0].isalpha() or re.search(r"[,\d]", whole):
        return None
    name = " ".join(words[j].text for j in run)
    before = words[run.start - 1].text.casefold() if run.start else ""
    capital = all(words[j].text[:1].isupper() for j in run)
    after = text[words[run.stop - 1].end :][:60]
    cited = bool(_CITED.match(after)) and (
        capital or bool(re.match(r"\s*et\b", after)) or (len(run) > 1 and _YEAR_NEXT.match(after))
    )
    if len(run) == 1 and name.casefold() in kinds.weights().vocabulary:
        return None
    if len(run) == 1 and name.isupper() and not text.isupper():  # what SAP did, not what Sap wrote
        return None
    before_names = {"by"} if len(run) == 1 and not capital else _PERSONAL
    next_word = _follows(words, run.stop - 1)
    # "Neubig papers", but not "long papers"
    theirs = next_word in _WRITINGS and (
        len(run) > 1 or not any(is_common(words[j].text) for j in run)
    )
    theirs = theirs or (before == "of" and capital and _written_of(words, run.start))
    placed = cited or theirs or before in before_names
    if not (placed or (capital and len(run) > 1)) or len(name) < 2:
        return None
    if len(run) == 1 and not capital and is_common(name) and not re.match(r"\s*et\b", after):
        return None
    if len(run) == 1 and goes_on(words, run.start, text):
        return None
    gap = text[words[run.start - 1].end : words[run.start].start] if run.start else ""
    joined = before == "and" or "&" in gap
    whose = bool(re.match(r"['’]s\b", after))
    # "by Lee and Poe": in any order
    listed = whose or (before == "by" and not re.match(r"\s*et\b", after))
    fields = ("first", "person") if cited and not (joined or listed) else ("person",)
    known = [Condition(field, "=", fold_person(name)) for field in fields]
    year = _YEAR_NEXT.match(after)
    of_then = [Condition("year", "=", year[1])] if year and len(known) > 1 else []
    for where in (of_then, []):  # who is the first author of none then is one of its authors
        found = [condition for condition in known if library.count([condition, *where])]
        if found:
            return found[0]
    return None


def is_person(words: Sequence[Chunk], i: int, library: Lexical) -> bool:
    """Say whether a word is, with the one before or after it, an author of the library."""
    pairs = (words[max(i - 1, 0) : i + 1], words[i : i + 2])
    names = [fold_person(" ".join(word.text for word in pair)) for pair in pairs if len(pair) == 2]
    return any(library.count([Condition("person", "=", name)]) for name in names)


def stands_as_author(words: Sequence[Chunk], i: int) -> bool:
    """Say whether a word stands as an author's name does: “by Lee” or “by Ann Lee or Poe”."""
    first = i
    while first and (words[first].text.istitle() or words[first].text in {"and", "or"}):
        first -= 1
    return first < i and words[first].text.casefold() == "by" and words[i].text.istitle()


def _written_of(words: Sequence[Chunk], i: int) -> bool:
    """Say whether “papers of” stands before a word."""
    return i > 1 and words[i - 2].text.casefold() in {*_WRITINGS, "work", "works"}


def goes_on(words: Sequence[Chunk], i: int, text: str) -> bool:
    """Say whether a capitalised word stands right beside another, and is but a part of a name."""
    return any(
        0 < right < len(words)
        and text[words[left].end : words[right].start] == " "
        and words[left].text[:1].isupper()
        and words[right].text[:1].isupper()
        and words[left].start > 0
        for left, right in ((i - 1, i), (i, i + 1))
        if left >= 0
    )


_YEAR_NEXT = re.compile(rf"\s*\(?{_YEAR}\b")
# What stands behind the last of the authors of a cited paper.
_CITED = re.compile(
    r"\s*(?:et\.?\s+al\b|\(?(?:19|20)\d\d\b|['’]s\s+(?:\w+\s+)?(?:papers?|work)\b|"
    r"(?:and|&)\s+[A-Z][\w-]+\s*(?:et\b|\(?(?:19|20)\d\d|find|show|report|say|conclude|argue|"
    r"write|publish|propose|\Z))"
)


def _venues_in(
    words: Sequence[Chunk], text: str, marks: dict[int, str], library: Lexical
) -> Iterator[tuple[int, int, Condition]]:
    """Yield the words that are venues of the library, where they stand as venues do.

    What a venue in brackets abbreviates belongs to it: “Global WordNet Conference (GWC)”.
    """
    for i, word in enumerate(words):
        if i in marks and marks[i] != "N":
            continue
        venue = Condition("venue", "=", word.text.casefold())
        if not library.count([venue]):
            if i not in marks and _stands_as_venue(words, i):
                yield i, i + 1, venue
            continue
        before = words[i - 1].text.casefold() if i else ""
        after = words[i + 1].text.casefold() if i + 1 < len(words) else ""
        year = re.fullmatch(_YEAR, after) is not None
        capital = word.text.isupper() or has_inner_capital(word.text)
        placed = year or before == "at" or (before in _AT and not is_common(word.text))
        beside = {word.text.casefold() for word in words[max(0, i - 3) : i + 4]}
        spelled = _spelled_out(words, i, text)
        if (
            placed
            or spelled
            or (capital and before in {"did", "does", "has"} and beside & _WRITINGS)
            or (capital and (before in _AT or after in _PAPERS or {before, after} & _VENUE_NOUNS))
            or (after in _PAPERS and not is_common(word.text))
            or (after in _WRITINGS and has_inner_capital(commonest_form(word.text, library) or ""))
        ):
            yield i - spelled, i + 1, venue


def _spelled_out(words: Sequence[Chunk], i: int, text: str) -> int:
    """Return how many words before one in brackets it is made of, by their first letters."""
    letters = words[i].text.casefold()
    before = words[max(0, i - len(letters)) : i]
    spelled = "".join(word.text[0].casefold() for word in before) == letters
    return len(before) if spelled and text[: words[i].start].endswith("(") else 0


def _stands_as_venue(words: Sequence[Chunk], i: int) -> bool:
    """Say whether a word stands as only venues do: “papers from JAIR”."""
    written = i > 1 and words[i - 2].text.casefold() in {*_PAPERS, "published", "appeared"}
    placed = written and words[i - 1].text.casefold() in {"at", "from"}
    return placed and has_inner_capital(words[i].text)


_PERSON = r"((?:[A-Z][\w.'’-]*\s+){0,3}[A-Z][\w'’-]+)"
_STRANGERS = (
    re.compile(
        rf"{_PERSON}(?=['’]s\s+(?:papers|works?|articles|publications|co-?authors|collaborators)\b)"
    ),
    re.compile(rf"\bco-?authors\s+of\s+{_PERSON}"),
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
            run = [i for i, word in enumerate(words) if match.start(1) <= word.start < match.end(1)]
            if not any(i in marks or has_inner_capital(words[i].text) for i in run):
                marks.update(dict.fromkeys(run, "A"))
                yield match[1]
