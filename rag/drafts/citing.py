r"""The citations in a draft's text, in whatever dress, and the sentences that carry them.

==========================================  ===============================================
``[1]`` ``[1, 3-5]`` ``[1]–[3]`` ``[2, p. 3]``  numbers of the draft's reference list
``［1，3］`` ``【1】``                              the same
``helps.¹`` ``helps ²,³``                     the same, raised
``[@a; @b, p. 3]`` ``@a [p. 3]``              Pandoc's keys
``\citep[see][p.~3]{a,b}`` ``\Textcites``     natbib's and biblatex's keys; ``\nocite`` is none
``\cite{a}--\cite{c}``                         what the list has from a to c
``helps (1).``                                the same, where the list has the number
``(1) helps`` ``helps1,2.``                   the same, where a draft cites in no other way
``(Lee et al., 2017)`` ``Lee (2017)``         author and year; ``（李明等，2017）`` too
``[^1]``                                      a footnote
``[Lee17]``                                   a label of the reference list
``https://arxiv.org/abs/1706.03762``          an address that names a paper; ``arXiv:1706.03762``
``[0, 1]`` ``[2017]`` ``a[1]`` ``[x]``        text
==========================================  ===============================================
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

from rag.text.sentences import sentence_spans

# Letters of Chinese, Japanese and Korean: no case, no space between words.
_EAST = "\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
_WIDE = str.maketrans("［］【】（）〔〕，；、～０１２３４５６７８９", "[][]()[],;,-0123456789")
_OPTION = r"(?:\s*\[(?:[^\[\]]|\[[^\[\]]{0,100}\]){0,300}\]|\s*<[^<>]{0,100}>|\s*\([^()]{0,100}\))"
_KEYS = r"\s*\{([^{}]{1,2000})\}"
CITE = re.compile(
    r"\\(?!nocite|citestyle|setcitestyle|citetext|defcite|bibcite|citereset)"
    rf"([A-Za-z]{{0,20}}(?:[cC]ite|cquote)[A-Za-z]{{0,20}})\*?(?:{_OPTION}{{0,4}}{_KEYS})"
    rf"((?:(?<=\}}){_OPTION}{{0,2}}{_KEYS}){{0,20}})"
)
_NEXT_KEYS = re.compile(rf"{_OPTION}{{0,2}}{_KEYS}")
_DASH = re.compile(r"\s?(?:-{1,2}|[–—])\s?")
_BRACKETED = re.compile(r"\[[^\[\]]{0,2000}@[^\[\]]{1,2000}\]")
_LOCATOR = (
    r"(?:§+|(?i:pp?|pages?|ch(?:ap(?:ters?)?)?|sec(?:tions?)?|figs?|figures?|tab|tables?|eqs?|"
    r"equations?|vol|volume|para|lines?|thm|s(?=\.\s?\d)|p[áa]gs?|theorems?|lemmas?|app(?:endix)?|notes?)(?=[^\w-]))"
)
_AT_KEY = re.compile(
    r"(?<![\w.@\\/])-?@(?!(?:fig|tbl|tab|eq|sec|lst|thm)[:-])(?:\{([^{}\s]{1,300})\}|"
    r"([A-Za-z0-9_](?:[\w:.#$%&+?<>~/-]{0,200}[\w/])?))"
)
# Addresses of papers, alone, behind a link's words or in LaTeX's \\href.
ADDRESS = re.compile(
    r"(?i:(?:\\(?:href|url)\s*\{)?[(<]?(?:(?:https?://(?:www\.)?arxiv\.org/(?:abs|pdf)/|\barxiv:\s?)"
    r"(\d{4}\.\d{4,5})(?:v\d+)?(?:\.pdf)?|(?:https?://(?:www\.|dx\.)?doi\.org/|\bdoi:\s?)"
    r"(10\.\d{4,9}/(?:[^\s\"<>{}()\[\],;]|\([^\s()]{1,40}\)){1,200}(?<![.:?!])))"
    r"/?(?:[)>}]|(?![\w/])))"
)
_IN_TEXT = re.compile(rf"{_AT_KEY.pattern}(?:\s?\[\s*(?:{_LOCATOR}|\d)[^\[\]@]{{0,200}}\])?")
_RANGE = r"\d{1,4}(?:\s?(?:-{1,2}|[–—])\s?\d{1,4}){0,3}"
_ITEM = rf"({_RANGE})(?:,?\s?{_LOCATOR}[^\[\],;]{{0,60}}|:\s?{_RANGE})?(?:†[^\[\],;]{{0,60}})?"
_NEXT = r"\s?(?:[,;]|\s(?:and|&)\s)\s?"
_NUMBERS = re.compile(
    r"\[\s?(?:(?i:see|cf|e\.g|refs?|sources?)\b[.,:]*\s*(?:also\s+)?)?"
    rf"({_ITEM}(?:{_NEXT}{_ITEM}){{0,40}})\s?\]"
)
_PART, _NUMBER = re.compile(rf"(?:\A|{_NEXT})({_RANGE})"), re.compile(r"\d{1,4}")
_TO = re.compile(r"\[(\d{1,4})\]\s?(?:-{1,2}|[–—])\s?\[(\d{1,4})\]")
_ROUNDED = rf"\(({_RANGE}(?:,\s?{_RANGE}){{0,20}})\)"
_ROUND = re.compile(rf"(?<=[^\W\d_][ \n]){_ROUNDED}()(?=\s?[.,;:]|\s*\Z)")
# (3) anywhere but in "(1) ..., and (2) ...", and numbers behind a word in small letters or a stop.
_PLAIN = re.compile(
    rf"(?:(?<=[^\W\d_][ \n])(?<!\b(?:and|are)\s)(?<!\b(?:or|is|by|to)\s)|(?<=al\.[ \n])){_ROUNDED}"
    rf"(?![^()]{{0,300}}(?:[,;:]|\band|\bor)\s\(\d\))"
    r"|(?:(?<=[a-z]{3})(?<!\b[A-Z][a-z]{3})(?<!\b[A-Z][a-z]{4})|(?<=[A-Za-z]{2}[.,;:”\"]))"
    r"(\d{1,3}(?:[,–-]\s?\d{1,3}){0,9})(?=[\s.,;:)]|\Z)"
)
_BEFORE_ROUND = re.compile(
    r"\b(?:eqs?|equations?|steps?|cases?|figs?|figures?|tables?|sections?|parts?|phases?|types?|"
    r"conditions?|stages?|lines?|lemmas?|theorems?|examples?|items?|points?|layers?|levels?|versions?)"
    r"\.?\s\Z",
    re.I,
)
_RAISED = re.compile(
    rf"(?<=[A-Za-z.,;:!?%)\]”\"'。，；：！？」』{_EAST}])"
    r"\s?([⁰¹²³⁴-⁹]{1,3}(?:[,˒⁻–-]\s?[⁰¹²³⁴-⁹]{1,3}){0,20})(?!\w)"
)
_LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹˒⁻", "0123456789,-")
_NOTE = re.compile(r"\[\^([^\[\]\s][^\[\]]{0,100})\]")
_LABEL = re.compile(r"\[([A-Za-z][\w+:.-]{1,30}(?:\s?[,;]\s?[A-Za-z][\w+:.-]{1,30}){0,20})\]")
_ALPHA = re.compile(r"[A-Z][A-Za-z]{1,3}\+?\d\d[a-z]?\Z")
_BEFORE_INTERVAL = re.compile(r"(?:\b(?:intervals?|ranges?|domain|scale)|[∈=<>≤≥×])\s*\Z")
_WORD_BEFORE = re.compile(rf"[^\W{_EAST}]*\Z")
_NUMBERS_BEFORE = re.compile(r"\[\d[^\[\]]*\]\Z")
_PARTICLE = r"(?:(?:[Vv][ao]n|[Dd][eiu]|[Dd]e[rnls]|[Dd]os|[Ll][ae]|ten|ter|al|el|bin)\s+){0,2}"
_LETTER = rf"[^\W\d_{_EAST}]"
_NAME = (
    rf"{_PARTICLE}[^\W\d_a-zß-ÿ{_EAST}]{_LETTER}{{0,40}}(?:(?:[‐-]|['’](?!s\b)){_LETTER}+){{0,3}}"
)
_AND = r"(?:\s*(?:,?\s+(?:and|&|\\&|und|et)(?!\s+al\b)|,)\s+|\s?[和与/]\s?)"
_ET_AL = (
    r"(?:,?\s+(?:et\s+al\.?|u\.\s?a\.|et\s+coll\.|and\s+(?:colleagues|co-?workers|others))|"
    r"\s?等[人学者]{0,2})"
)
_NO_NAMES = frozenset(
    "January February March April May June July August September October November December Jan Feb "
    "Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Spring Summer Autumn Fall Winter Figure Fig Figs "
    "Table Section Sec Eq Equation Chapter Appendix Version Since Until After Before In On From By "
    "Between During Of At As The This These Our Their We It Model Release Python Ubuntu Jahr "
    "Jahre Année Año".split()
)
# An organisation of several words, one of which says that it is one; it is one author.
_BODY = (
    r"(?:Academ(?:y|ies)|Administration|Agency|Alliance|Association|Authority|Bank|Board|Bureau|Bundesamt|"
    r"Cent(?:er|re)s?|Collaboration|Coll[eè]ge|Commission|Committee|Conference|Consortium|Cooperation|"
    r"Council|Department|Federation|Forum|Foundation|Fund|Group|Initiative|Institut(?:e|o|ion)?s?|"
    r"Laborator(?:y|ies)|League|Minist(?:ry|[eè]re|erio)|Nations|Network|Offices?|Organi[sz]ations?|Panel|"
    r"Program(?:me)?|Project|Secretariat|Services?|Societ(?:y|é)|Statistics|Survey|Team|Trust|Union|"
    r"Universi\w{2,5}|Working\sGroup)(?!\w)"
)
_CAPITAL = rf"(?:(?:[A-Z]\.){{1,4}}|{_NAME})"
_OF = r"(?:of|for|on|in|de|del|des|du|la|für|der)"
_MORE = rf"(?:,?(?:\s(?:{_OF}|and|the|&)){{0,3}}\s{_CAPITAL}){{0,7}}"
GROUP = (
    rf"(?!(?:{'|'.join(sorted(_NO_NAMES))})\b)(?:{_BODY}(?=\s{_OF}\s)"
    rf"|(?:(?!{_BODY}){_CAPITAL}\s(?:(?:{_OF}|and|&)\s){{0,2}}){{1,6}}{_BODY}){_MORE}"
)
_SHORT_FORM = r"[\[(][A-Z][A-Za-z-]{1,9}[\])]"  # World Health Organization (WHO)
_IS_GROUP = re.compile(GROUP)
AUTHORS = (
    rf"({GROUP}(?:\s?{_SHORT_FORM})?|{_NAME}(?:{_AND}(?:[A-Z]\.\s?)*{_NAME}){{0,6}})({_ET_AL})?"
)
_YEAR = r"(?:(?:1[89]|20)\d\d[a-z]?\b|in press|n\.\s?d\.|forthcoming|to appear)"
_YEARS = rf"({_YEAR}(?:\s*(?:,|and|&|;|/)\s*{_YEAR}){{0,5}})"
_OPENS = rf"(?<!{_LETTER})"  # between a Chinese letter and a Latin one there is no \\b
_NARRATIVE = re.compile(
    rf"{_OPENS}{AUTHORS}(?:['’]s?)?(?:\s?的)?\s*[(\[]\s*{_YEARS}\s*(?:[,:]?\s*(?:{_LOCATOR}|\d)[^()\[\]]{{0,60}})?[)\]]"
)
_EARLIER = re.compile(rf"\b[Ii]n\s+({_YEAR}),?\s+{AUTHORS}")  # In 2019, Liu et al. trained ...
_UNBRACKETED = re.compile(
    rf"{_OPENS}({_NAME}(?:{_AND}{_NAME})?)({_ET_AL})(?:['’]s?)?,?\s+(?:in\s+)?({_YEAR})"
)
# Lee et al. found it (2017); Lee and Kim found it (2017, 3)
_LATER = re.compile(
    rf"{_OPENS}(?:({_NAME}(?:{_AND}{_NAME}){{0,3}}){_ET_AL}|({_NAME}(?:{_AND}{_NAME}){{1,3}}))"
    rf"[^()\[\].;:]{{1,200}}(\(({_YEAR})([,:]\s?(?:{_LOCATOR}|\d)[^()]{{0,40}})?\))"
)
_PARENTHESIS = re.compile(rf"[(\[](?:[^()\[\]]|{_SHORT_FORM}){{4,600}}[)\]]")
_AUTHOR_YEAR = re.compile(rf"{_OPENS}{AUTHORS}(,)?\s*\(?{_YEARS}")
_EASTERN = re.compile(
    rf"\(\s?([\u4e00-\u9fff]{{2,4}})(?:[和与][\u4e00-\u9fff]{{2,4}})?(?:等人?)?[,\s]\s?({_YEAR})\s?\)"
    rf"|([\u4e00-\u9fff]{{2,3}})等人?\s?\(\s?({_YEAR})\s?\)"
)
_ONLY_NAMES = re.compile(rf"\b{_NAME}(?:{_AND}{_NAME}){{0,3}}{_ET_AL}(?:['’]s)?")


# What leads to the works that a parenthesis or a footnote names.
LEADS = frozenset(
    "see also cf as for in of on by the and or but eg ibid instance example details discussion "
    "explain explained describe described discuss discussed overview survey review introduction "
    "proof original paper work chapter ch page pages pp section sec table figure fig more further "
    "compare similar similarly therein references from among others".split()
)
_TOLD = 2  # words beside those with which a parenthesis says something of its own
_SENTENCE = re.compile(r"\([A-Z].*[.!?]\)", re.S)


class Cited(NamedTuple):
    """What a citation names: a key, a number or label of the list, a note, or names and a year."""

    kind: Literal["key", "label", "note", "authors"]
    name: str
    authors: tuple[str, ...] = ()
    year: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A citation at ``text[start:end]``; ``spoken`` where it is a part of the sentence."""

    start: int
    end: int
    cited: tuple[Cited, ...]
    spoken: bool = False


class Known(NamedTuple):
    """What of a draft tells a citation from text: the labels of its reference list, its footnotes.

    ``notes`` are what each footnote cites; ``plainly``: the list's numbers stand without brackets,
    in parentheses (3) or where they were raised once3.
    """

    labels: Collection[str]
    notes: dict[str, tuple[Cited, ...]]
    plainly: bool = False


def mark_all(texts: Sequence[str], known: Known) -> list[list[Mark]]:
    """Return the citations of each text; the numbers may stand plainly where nothing else cites.

    >>> [marks] = mark_all(["BERT (2) is deep and wide1,3."], Known("123", {}))
    >>> [[each.name for each in mark.cited] for mark in marks]
    [['2'], ['1', '3']]
    """
    found = [find_marks(text, known) for text in texts]
    cites = zip(texts, found, strict=True)
    if all(text[m.start] == "(" and m.cited[0].kind == "label" for text, ms in cites for m in ms):
        found = [find_marks(text, known._replace(plainly=True)) for text in texts]
    return found


def find_marks(text: str, known: Known) -> list[Mark]:
    """Return the citations of a text in order; none overlaps another."""
    text = text.translate(_WIDE)  # a letter for a letter
    taken = bytearray(len(text))
    found = []
    for mark in _candidates(text, known):
        if not any(taken[mark.start : mark.end]):
            taken[mark.start : mark.end] = b"\1" * (mark.end - mark.start)
            found.append(mark)
    return sorted(found, key=lambda mark: mark.start)


def _candidates(text: str, known: Known) -> Iterator[Mark]:
    latex = [_latex_mark(match) for match in CITE.finditer(text)]
    for first, last in pairwise(latex):
        if _DASH.fullmatch(text, first.end, last.start):
            yield Mark(first.start, last.end, _between(first, last, [*known.labels]))
    yield from latex
    for match in _BRACKETED.finditer(text):
        cited = _keys(match[0])
        if cited:
            yield Mark(match.start(), match.end(), cited)
    for match in ADDRESS.finditer(text):
        yield Mark(match.start(), match.end(), (Cited("key", match[1] or match[2]),))
    for match in _IN_TEXT.finditer(text):
        yield Mark(match.start(), match.end(), _keys(match[0]), spoken=True)
    for match in _NOTE.finditer(text):
        cited = known.notes.get(match[1], (Cited("note", match[1]),))
        yield Mark(match.start(), match.end(), cited)
    for match in _TO.finditer(text):
        yield Mark(match.start(), match.end(), tuple(_expand(f"{match[1]}-{match[2]}")))
    for match in _NUMBERS.finditer(text):
        numbers = tuple(_expand(match[1]))
        if _is_citation(text, match, numbers, known.labels):
            yield Mark(match.start(), match.end(), numbers)
    for match in (_PLAIN if known.plainly else _ROUND).finditer(text):
        numbers = tuple(_expand(match[1] or match[2]))
        before = text[max(0, match.start() - 20) : match.start()]
        if match[2] and not before.endswith("s"):  # step2, but steps2
            before += " "
        listed = all(each.name in known.labels for each in numbers)
        if listed and not _BEFORE_ROUND.search(before):
            yield Mark(match.start(), match.end(), numbers)
    for match in _RAISED.finditer(text):
        numbers = tuple(_expand(match[1].translate(_LOWERED)))
        if _is_raised_citation(text, match, numbers, known.labels):
            yield Mark(match.start(), match.end(), numbers)
    for match in _LABEL.finditer(text):
        names = [name.strip() for name in re.split(r"[,;]", match[1])]
        if all(name in known.labels or _ALPHA.match(name) for name in names):
            yield Mark(match.start(), match.end(), tuple(Cited("label", name) for name in names))
    yield from _author_marks(text)


def _between(first: Mark, last: Mark, labels: Sequence[str]) -> tuple[Cited, ...]:
    r"""Return what ``\\cite{a}--\\cite{c}`` means: what the list has from the one to the other."""
    ends = first.cited[-1].name, last.cited[0].name
    listed = labels[labels.index(ends[0]) : labels.index(ends[1])] if {*ends} <= {*labels} else []
    inner = (Cited("key", key) for key in listed)
    return tuple(dict.fromkeys((*first.cited, *inner, *last.cited)))


def _latex_mark(match: re.Match[str]) -> Mark:
    command, first, more = match[1].lower(), match[2], match[3]
    groups = [first]
    if command.endswith("cites") or "volcite" in command:
        groups += _NEXT_KEYS.findall(more)
        end = match.end()
    else:
        end = match.end() - len(more)
    if "volcite" in command:
        groups = groups[1:2]
    keys = [key.strip() for group in groups for key in group.split(",") if key.strip()]
    spoken = bool(
        re.search(r"(?:^|text|short|new)cites?$|citet|citea(?:l?t|uthor)?$|cquote", command)
    )
    # A command in a capital is for where a sentence begins.
    begins = match[1][0].isupper() and bool(re.match(r"\s+[a-z]", match.string[end : end + 9]))
    spoken = (spoken and command != "cite") or begins
    return Mark(match.start(), end, tuple(Cited("key", key) for key in dict.fromkeys(keys)), spoken)


def _keys(text: str) -> tuple[Cited, ...]:
    found = [braced or bare for braced, bare in _AT_KEY.findall(text)]
    return tuple(Cited("key", key) for key in dict.fromkeys(found))


def _expand(numbers: str) -> Iterator[Cited]:
    """Yield the numbers of ``1, 3-5``; a range that falls or spans over 30 stays as written."""
    for part in _PART.findall(numbers):
        ends = [int(number) for number in _NUMBER.findall(part)]
        whole = ends == sorted(ends) and ends[-1] - ends[0] <= 30
        listed = range(ends[0], ends[-1] + 1) if whole else ["-".join(map(str, ends))]
        yield from (Cited("label", str(number)) for number in listed)


def _is_citation(
    text: str, match: re.Match[str], numbers: Sequence[Cited], labels: Collection[str]
) -> bool:
    """Say whether bracketed numbers cite: not an interval, a year, an index, or a link's label."""
    names = [each.name for each in numbers]
    before = text[max(0, match.start() - 30) : match.start()]
    if _BEFORE_INTERVAL.search(before) or text[match.end() : match.end() + 1] == "(":
        return False
    word = _WORD_BEFORE.search(before)
    glued = word is not None and bool(word[0]) and len(word[0]) < 4
    if before.endswith("]") and not _NUMBERS_BEFORE.search(before):
        return False
    if glued or ("0" in names and "0" not in labels):
        return False
    listed = any(name in labels for name in names)
    return listed or not any(len(name) == 4 and name.isdigit() for name in names)


def _is_raised_citation(
    text: str, match: re.Match[str], numbers: Sequence[Cited], labels: Collection[str]
) -> bool:
    """Say whether raised numbers cite: behind a stop, or listed and no power (m², χ²)."""
    before = text[max(0, match.start(1) - 8) : match.start(1)].rstrip()
    if before[-1:] in tuple(".,;!?”。，；！？」』"):
        return True
    unit = re.search(r"(?<![^\W\d_])[^\W\d_]{1,2}\Z", before)
    return unit is None and any(each.name in labels for each in numbers)


def _author_marks(text: str) -> Iterator[Mark]:
    for match in _NARRATIVE.finditer(text):
        before = text[max(0, match.start() - 5) : match.start()].lower()
        sure = match[2] or before.endswith("the ")  # The WHO (2020)
        cited = tuple(_by_authors(match[1], sure, match[3]))
        if cited:
            yield Mark(match.start(), match.end(), cited, spoken=True)
    for match in _PARENTHESIS.finditer(text):
        inner = []
        for each in _AUTHOR_YEAR.finditer(text, match.start(), match.end()):
            cited = tuple(_by_authors(each[1], each[2] or each[3], each[4]))
            inner += [Mark(each.start(), each.end(), cited)] if cited else []
        told = {*words_beside(_AUTHOR_YEAR.sub(" ", match[0]), [])} - LEADS
        if len(told) > _TOLD or (told and _SENTENCE.fullmatch(match[0])):
            yield from inner
        elif inner:
            cited = tuple(each for mark in inner for each in mark.cited)
            yield Mark(match.start(), match.end(), cited)
    for match in _UNBRACKETED.finditer(text):
        cited = tuple(_by_authors(match[1], match[2], match[3]))
        yield Mark(match.start(), match.end(), cited, spoken=True)
    for match in _EARLIER.finditer(text):
        if match[3]:
            cited = tuple(_by_authors(match[2], match[3], match[1]))
            yield Mark(match.start(2), match.end(), cited, spoken=True)
    for match in _LATER.finditer(text):
        cited = tuple(_by_authors(match[1] or match[2], True, match[4]))
        if cited and (match[1] or match[5]):
            yield Mark(match.start(3), match.end(), cited)
    for match in _EASTERN.finditer(text):
        name, year = match[1] or match[3], match[2] or match[4]
        work = Cited("authors", f"{name} {year}", (name,), year)
        yield Mark(match.start(), match.end(), (work,), spoken=bool(match[3]))


def _by_authors(names: str, sure: str | bool | None, years: str) -> Iterator[Cited]:
    names = re.sub(rf"\s?{_SHORT_FORM}\Z", "", names)
    authors = [names] if is_group(names) else [name for name in re.split(_AND, names) if name]
    while authors and authors[0] in _NO_NAMES:
        del authors[0]
    if not authors or any(name in _NO_NAMES for name in authors):
        return
    least = 3 if sure else 99  # letters of an organisation: (WHO, 2020), not (ACL 2020), (CI, 2019)
    if len(authors) == 1 and 1 < len(authors[0]) < least and authors[0].isupper():
        return
    for year in re.findall(_YEAR, years):
        yield Cited("authors", f"{' and '.join(authors)} {year}", tuple(authors), year)


def is_group(name: str) -> bool:
    """Tell whether a name is that of an organisation, in several words.

    >>> is_group("U.S. Census Bureau"), is_group("Lee and Kim")
    (True, False)
    """
    return _IS_GROUP.fullmatch(name) is not None


_CLOSES = re.compile(r"(?<=[.!?])[}“»]|(?<=[。！？])[}»]")
_MARKUP = re.compile(r"\\[A-Za-z]{1,30}\*?\{?|[{}$@]|`(?=`)|^[ \t]*%[ \t]*$", re.M)
_GOES_ON = re.compile(r"\b(?:al|cf|e\.g|i\.e|etc|vs|figs?|eqs?|refs?|u\.s|u\.k)\.\s*\Z", re.I)


def sentences(text: str, marks: Sequence[Mark]) -> Iterator[tuple[int, int]]:
    """Yield where the sentences are; what cites after a full stop belongs to the one before.

    >>> text = "It is fast. [1] It is small (Lee et al. 2020)."
    >>> [text[a:b] for a, b in sentences(text, find_marks(text, Known((), {})))]
    ['It is fast. [1]', 'It is small (Lee et al. 2020).']
    """
    masked = list(_MARKUP.sub(lambda match: " " * len(match[0]), _CLOSES.sub('"', text)))
    for mark in marks:
        goes_on = _GOES_ON.search(text[max(0, mark.start - 12) : mark.start])
        masked[mark.start : mark.end] = ("x" if goes_on else "X") * (mark.end - mark.start)
        if "".join(masked[max(0, mark.start - 1) : mark.start]) in ("%", ")", "]"):
            masked[mark.start - 1] = "x"  # one raised number is no initial: 66%³.
    whole = "".join(masked)
    runs, done = _runs(marks), 0
    for match in re.finditer(r"([.!?…。！？])[\"'”’)」』）]{0,2}\s*(?=[Xx])", whole):
        last = runs.get(match.end())
        if last is None or match.start() < done or not _AFTER_RUN.match(whole, last):
            continue
        stop = match[1] if match[1] in "。！？" else "."
        masked[match.start() : last] = "x" * (last - match.start() - 1) + stop
        done = last
    before = 0
    for start, end in sentence_spans("".join(masked)):
        opens = re.search(r"\S*\Z", text[before:start])  # \\emph{, `` and the like
        yield start - len(opens[0] if opens else ""), end
        before = end


_AFTER_RUN = re.compile(rf"\.?\s*\Z|\.?\s+[\"'“‘(\[]?[^\W\da-z_]|[“「『《{_EAST}]")
_FOLLOWS = re.compile(r"\s+[a-z]+")
_NOT_SAID = re.compile(
    r"https?://\S+|\A\[[ xX]\]\s|\barxiv:\s?\d{4}\.\d{4,5}(?:v\d+)?|"
    r"\b(?:doi:?\s?)?10\.\d{4,9}/\S+",
    re.IGNORECASE,
)
_LINKED = re.compile(r"\[([^\[\]\d][^\[\]]*)\]")


def words_beside(text: str, marks: Sequence[Mark]) -> list[str]:
    """Return the words of a text, in small letters, that are no part of its citations."""
    ends = [0, *(edge for mark in marks for edge in (mark.start, mark.end)), len(text)]
    beside = " ".join(text[a:b] for a, b in zip(ends[::2], ends[1::2], strict=True))
    return re.findall(r"[^\W\d_]{2,}", re.sub(r"https?://\S+|\\[A-Za-z]+", " ", beside).lower())


def _runs(marks: Sequence[Mark]) -> dict[int, int]:
    """Return by where each mark begins where its run of marks ends.

    A space or comma may stand between two, or both; one that is a part of its sentence belongs to
    no run.
    """
    runs: dict[int, int] = {}
    following: Mark | None = None
    for mark in reversed(marks):
        if mark.spoken:
            continue
        joined = following is not None and following.start <= mark.end + 2
        runs[mark.start] = runs[following.start] if following and joined else mark.end
        following = mark
    return runs


def within(marks: Sequence[Mark], start: int, end: int) -> Sequence[Mark]:
    """Return those of the marks, which are in order, that begin in ``text[start:end]``."""
    return marks[_first(marks, start) : _first(marks, end)]


def _first(marks: Sequence[Mark], at: int) -> int:
    return bisect.bisect_left(marks, at, key=lambda mark: mark.start)


def claim(text: str, start: int, end: int, marks: Sequence[Mark]) -> str:
    """Return what a sentence says: citations gone, or "the authors" where they are its words."""
    pieces, at, opens = [], start, True
    for mark in marks:
        if start <= mark.start < end:
            before = text[at : mark.start]
            pieces.append(_ONLY_NAMES.sub("the authors", before) if before else "")
            opens = opens and not pieces[-1].strip()
            follows = _FOLLOWS.match(text, mark.end, end) if mark.spoken or opens else None
            if follows:
                pieces.append("the paper" if follows[0].endswith("s") else "the authors")
                opens = False
            at = mark.end
    pieces.append(_ONLY_NAMES.sub("the authors", text[at:end]))
    said = _NOT_SAID.sub("", " ".join("".join(pieces).split()))
    said = re.sub(r"\(\s*[;,<>]*\s*\)|\[\s*[;,]?\s*\]", "", said)
    said = _LINKED.sub(r"\1", said)
    said = re.sub(r"\bthe authors,? the authors\b", "the authors", said)
    said = re.sub(r"\b([Tt]he) the (authors|paper)\b", r"\1 \2", said)
    said = re.sub(r"\s+([.,;:!?)])", r"\1", re.sub(r"^[\s,;.:]+", "", said))
    return said[:1].upper() + said[1:]
