r"""The citations in a draft's text, in whatever dress.

==========================================  ===============================================
``[1]`` ``[1, 3-5]`` ``[1]–[3]`` ``[2, p. 3]``  numbers of the draft's reference list
``［1，3］`` ``【1】``                              the same
``helps.¹`` ``helps ²,³``                     the same, raised
``[@a; @b, p. 3]`` ``@a [p. 3]``              Pandoc's keys
``\citep[see][p.~3]{a,b}`` ``\Textcites``     natbib's and biblatex's keys; ``\nocite`` is none
``\cite{a}--\cite{c}``                         what the list has from a to c
``helps (1).``                                the same, where the list has the number
``Ref. 3``                                    the same, where the list has the number
``(1) helps`` ``helps1,2.``                   the same, where a draft cites in no other way
``(Lee et al., 2017)`` ``Lee (2017)``         author and year; ``（李明等，2017）`` too
``[^1]``                                      a footnote
``[Lee17]``                                   a label of the reference list
``https://arxiv.org/abs/1706.03762``          an address that names a paper; ``arXiv:1706.03762``
``[0, 1]`` ``[2017]`` ``a[1]`` ``[x]``        text
==========================================  ===============================================
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise

from rag.drafts.author_year import author_marks
from rag.drafts.marks import EAST, LOCATOR, Cited, Known, Mark
from rag.text import anthology

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
_AT_KEY = re.compile(
    r"(?<![\w.@\\/])-?@(?!(?i:fig|tbl|tab|eq|sec|lst|thm|lem|cor|def)[:-])(?:\{([^{}\s]{1,300})\}|"
    r"([A-Za-z0-9_](?:[\w:.#$%&+?<>~/-]{0,200}[\w/])?))"
)
# Addresses of papers, alone, behind a link's words or in LaTeX's \\href.
ADDRESS = re.compile(
    r"(?i:(?:\\(?:href|url)\s*\{)?[(<]?(?:(?:(?:https?://)?(?<![\w@-])(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/|(?<!@)\barxiv:\s?)"
    r"(\d{4}\.\d{4,5})(?:v\d+)?(?:\.pdf)?|(?:(?:https?://)?(?<![\w@-])(?:www\.|dx\.)?doi\.org/|(?<!@)\bdoi:\s?)"
    r"(10\.\d{4,9}/(?:[^\s\"<>{}()\[\],;]|\([^\s()]{1,40}\)){1,200}(?<![.:?!]))|"
    rf"{anthology.ADDRESS})/?(?:[)>}}]|(?![\w/-])))"
)
_LINKED_NUMBER = re.compile(r"\[\d{1,4}\] ?\Z")  # that links to a paper is none of the list's
_HREF_WORDS = re.compile(r"(?<=\})\{([^{}]{1,300})\}")
_LINK_WORDS = 300
_IN_TEXT = re.compile(rf"{_AT_KEY.pattern}(?:\s?\[\s*(?:{LOCATOR}|\d)[^\[\]@]{{0,200}}\])?")
_RANGE = r"\d{1,4}(?:\s?(?:-{1,2}|[–—])\s?\d{1,4}){0,3}"
_ITEM = rf"({_RANGE})(?:,?\s?{LOCATOR}[^\[\],;]{{0,60}}|:\s?{_RANGE})?(?:†[^\[\],;]{{0,60}})?"
_NEXT = r"\s?(?:[,;]|\s(?:and|&)\s)\s?"
_NUMBERS = re.compile(
    r"\[\s?(?:(?i:see|cf|e\.g|refs?|sources?)\b[.,:]*\s*(?:also\s+)?)?"
    rf"({_ITEM}(?:{_NEXT}{_ITEM}){{0,40}})\s?\]"
)
_REF = re.compile(rf"\b[Rr]ef(?:s\b\.?|\.)\s({_RANGE}(?:{_NEXT}{_RANGE}){{0,20}})(?![\w.]\w)")
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
    # A digit bears one in a name (GPT-4²).
    rf"(?:(?<=[A-Za-z.,;:!?%)\]”\"'。，；：！？」』{EAST}])|(?<=[A-Za-z]\d)|(?<=[A-Za-z]-\d))"
    r"\s?([⁰¹²³⁴-⁹]{1,3}(?:[,˒⁻–-]\s?[⁰¹²³⁴-⁹]{1,3}){0,20})(?!\w)"
)
_LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹˒⁻", "0123456789,-")
_NOTE = re.compile(r"\[\^([^\[\]\s][^\[\]]{0,100})\]")
_LABEL = re.compile(r"\[([A-Za-z][\w+:.-]{1,30}(?:\s?[,;]\s?[A-Za-z][\w+:.-]{1,30}){0,20})\]")
_ALPHA = re.compile(r"[A-Z][A-Za-z]{1,3}\+?\d\d[a-z]?\Z")
_OPEN_INTERVAL = r"\[\s?(?:[-−]|0\b|\d+\.\d)"
_BEFORE_INTERVAL = re.compile(
    r"(?:\b(?:intervals?|ranges?|domain|scale)|[∈=<>≤≥×]|"
    r"\b(?:lies?|lying|lay|falls?|fell|ranges?|ranging)\s(?:with)?in|"
    rf"{_OPEN_INTERVAL}[^\[\]]{{0,12}}\](?:,\s?\[[^\[\]]{{1,12}}\])?,?(?:\s(?:or|and|to))?)\s*\Z"
)
_NEXT_INTERVAL = re.compile(rf",?\s(?:or|and|to)\s{_OPEN_INTERVAL}")
# p. [14], Section [3]: a place in this very draft.
_REFERS = re.compile(
    r"\b(?:pp?\.|[Pp]ages?|(?i:fig|sec|eq|ch|chap|tab|no|vol|app|alg)\.|Fig(?:ure)?s?|Tab(?:le)?s?|"
    r"Sec(?:tion)?s?|Eq(?:uation)?s?|Chapters?|Append(?:ix|ices)|Algorithms?|Steps?|Lines?|Listings?|"
    r"Lemmas?|Theorems?|Parts?|Abb(?:ildung)?\.?|Abschnitt|Kapitel|Tabelle|(?<!\.)S\.)\s?\Z"
)
_IS_CODE = re.compile(r"\(|\s?=|[._][a-z]")
_WORD_BEFORE = re.compile(rf"[^\W{EAST}]*\Z")
_NUMBERS_BEFORE = re.compile(r"\[\d[^\[\]]*\]\Z")


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
        number = _LINKED_NUMBER.search(text, max(0, match.start() - 12), match.start())
        opens = number.start() if number and match[0][0] == "<" else match.start()
        yield Mark(opens, match.end(), (_address(match),))
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
    for match in _REF.finditer(text):
        numbers = tuple(_expand(match[1]))
        if all(each.name in known.labels for each in numbers):
            yield Mark(match.start(), match.end(), numbers, spoken=True)
    for match in _RAISED.finditer(text):
        numbers = tuple(_expand(match[1].translate(_LOWERED)))
        if _is_raised_citation(text, match, numbers, known.labels):
            yield Mark(match.start(), match.end(), numbers)
    for match in _LABEL.finditer(text):
        names = [name.strip() for name in re.split(r"[,;]", match[1])]
        if all(name in known.labels or _ALPHA.match(name) for name in names):
            yield Mark(match.start(), match.end(), tuple(Cited("label", name) for name in names))
    yield from author_marks(text)


def _address(match: re.Match[str]) -> Cited:
    text, linked = match.string, _HREF_WORDS.match(match.string, match.end())
    before = linked[1] if linked else text[max(0, match.start() - _LINK_WORDS) : match.start()]
    behind = text[match.end() : match.end() + _LINK_WORDS]
    name = match[1] or match[2] or f"10.18653/v1/{match[3]}"
    return Cited("address", name, words=(" ".join(before.split()), " ".join(behind.split())))


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
    if (
        ("0" not in labels and _BEFORE_INTERVAL.search(before))
        or ("0" not in labels and _NEXT_INTERVAL.match(text, match.end()))
        or _REFERS.search(before)
        or _IS_CODE.match(text, match.end())
    ):
        return False
    word = _WORD_BEFORE.search(before)
    short = word is not None and 0 < len(word[0]) < 4
    glued = short and not (word and len(word[0]) > 1 and word[0].isupper() and labels)  # RNA[2]
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
