"""A draft's own reference list: where it is, its entries, and the paper that an entry describes."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile

from rag.drafts.author_year import GROUP, author_marks, is_group
from rag.drafts.blocks import Block
from rag.drafts.citing import find_marks
from rag.drafts.marks import Cited, Known
from rag.text.anthology import anthology_doi
from rag.text.people import surname
from rag.types import Paper

_NUMBERED = r"(?:[\dIVX]{1,4}[.)]?\s+|[A-Z][.)]\s+)?"
_HEADING = re.compile(
    rf"\W*{_NUMBERED}(?:(?:list of |selected |cited )?(?:references?(?: list| cited)?|"
    r"bibliogra(?:ph(?:y|ie)|f[ií]a)|literatur(?:e(?: cited)?|verzeichnis|angaben)?|citations|"
    r"(?:works|sources)(?: cited| consulted)?|further reading|references and notes|"
    r"notes and references|(?:end)?notes|références(?: bibliographiques)?|"
    r"refer[eê]ncias(?: bibliogr[aá]ficas)?|quellen(?:verzeichnis)?|riferimenti bibliografici|"
    r"参考文献|參考文獻|引用文献|参考资料))"
    r"\W*(?:\{[^{}]*\})?\W*",
    re.I,
)
_PARTICLE = r"(?:[Vv][ao]n|[Dd][aeiu]|[Dd]e[rnls]|[Ll][ae]|ten|ter|al|el)"
_NAME = rf"(?:{_PARTICLE}\s){{0,2}}[^\W\d_a-zß-ÿ][\w'’-]+(?:,? (?:[JS]r\b\.?|I{{2,3}}\b))?"
_NAMES = rf"{_NAME},? (?:[A-Z]\b|et al)|{_NAME}(?: {_NAME})?(?:,| and| &) {_NAME}"  # after a number
_LABEL = re.compile(
    r"\s*(?:\[([^\[\]\s^]{1,40})\][:.]?|\(?(\d{1,3})[.)]|([⁰¹²³⁴-⁹]{1,3})|\^(\d{1,3})\^|"
    rf"(\d{{1,3}})(?=\s(?:{_NAMES})))\s*(?=\S)"
)
# Wikipedia's way back to where an entry is cited: "^", "^ a b", "↑ 1,0 1,1".
_BACKLINK = re.compile(r"(?<!\S)(?:\^(?=\s|$)|↑)(?:\s*(?:[Jj]ump up to:?|[a-z]\b|\d,\d))*\s*")
_BRACKET = re.compile(r"\s*\[(\d{1,3})\]")
_OPENS = re.compile(
    rf"\s*[\"“*_]*(?:(?:[A-Z]\.[\s-]?){{1,3}}\s?{_NAME}|{_NAME},? (?:[A-Z]\b|et al)|"
    rf"{_NAME}(?:, {_NAME})* (?:and|&) |{_NAME}(?: [A-Z]\.)? {_NAME}(?:,| and | & )|"
    rf"{_NAME} [A-Z]{{1,3}}[,.]|"
    rf"{_NAME}, {_NAME}(?:[ -](?:[A-Z]\.|{_NAME}|{_PARTICLE})){{0,3}}[,.;]|"
    rf"{GROUP}[.,]? \(?(?:1[89]|20)\d\d\b)"
)
_DATED = re.compile(r"\b(?:1[89]|20)\d\d[a-z]?\b|10\.\d{4,9}/|arxiv|https?:|\bin press\b", re.I)
_TOLD = re.compile(r"\((?:1[89]|20)\d\d[a-z]?\)\s+[a-z]")
_DOI = re.compile(r"\b10\.\d{4,9}/[^\s\"<>{}]{1,200}")
_LINK = re.compile(r"https?://[^\s<>{}]{1,200}")
_ARXIV = re.compile(r"(?<![\d.])\d{4}\.\d{4,5}(?!\d)")
_LINE = re.compile(
    r"\n(?=[ \t]{0,20}(?:[-*•]\s+)?"
    r"(?:(?:\[[^\[\]\s^]{1,40}\][:.]?|\(?\d{1,3}[.)]|\^|↑)\s|[⁰¹²³⁴-⁹]{1,3}\s?\w|"
    rf"\d{{1,3}}\s(?:{_NAMES})))"
)
_HEAD_LINE = re.compile(r"(?P<head>[^\n]{1,40}(?<![.,;:?!\]]))\n(?P<rest>\s*[^\W\da-z_].*)", re.S)
_LINE_OF_NAMES = re.compile(rf"(?<=[.)\]/\d\"”])\n(?={_OPENS.pattern})")
_LOWERED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_IBID = re.compile(r"\s*(?:ibid|ebd|idem|loc\. cit)\b", re.I)
_WORD = re.compile(r"[^\W\d_]{3,}")
_TOKEN = re.compile(r"[^\W_]+")
_LONGEST_ENTRY = 2_000  # characters in which a misspelt title is looked for
_TITLE_WORDS, _LONG_WORD = 3, 5  # shorter ones differ in a letter where two works do: Part I, II
_EDGES = frozenset(".,;:\"“”„'‘’«»([{)]}*_?!/|")


@dataclass(slots=True)
class References:
    """The entries of a draft, those with a label, key or number by it too.

    Chapters may have a list each, whose numbers begin anew: ``lists`` are their entries by label,
    ``ends`` the places of their last ones.
    """

    entries: list[str] = field(default_factory=list)
    by_label: dict[str, str] = field(default_factory=dict)
    lists: list[dict[str, str]] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def by_authors(self, cited: Cited) -> list[str]:
        """Return the entries of these authors in this year."""
        return [
            entry
            for entry in self.entries
            if cited.year in re.findall(r"\w+", entry)
            and all(_parts(name) <= _words(entry[:400]) for name in cited.authors)
        ]

    def placed(self, cited: Cited, place: int) -> Cited:
        """Return a citation with the list to look in: the next one behind it, or the last."""
        if len(self.lists) < 2 or cited.kind not in ("label", "key"):
            return cited
        return cited._replace(place=min(bisect_left(self.ends, place), len(self.ends) - 1))

    def entry(self, cited: Cited) -> str:
        """Return the entry that a citation names, "" where there is none."""
        own = {} if cited.place is None else self.lists[cited.place]
        anywhere = cited.place is None or not cited.name.isdigit()
        return own.get(cited.name) or (self.by_label.get(cited.name, "") if anywhere else "")

    def add(self, label: str, entry: str) -> None:
        """Take an entry in; the first one with a label keeps it."""
        self.entries.append(entry)
        if label:
            self.by_label.setdefault(label, entry)

    def put(self, label: str, entry: str, place: int, *, anew: bool) -> None:
        """Take the entry of a list in; ``anew`` where one may begin with it."""
        if not self.lists or (anew and label in self.lists[-1]):
            self.lists.append({})
            self.ends.append(place)
        self.ends[-1] = place
        self.by_label.setdefault(label, entry)
        self.lists[-1].setdefault(label, entry)


def split_references(blocks: Sequence[Block]) -> tuple[list[Block], References]:
    """Part a draft's prose and notes from its reference list."""
    prose: list[Block] = []
    references = References()
    unlabelled: list[list[tuple[int, str]]] = [[]]
    headings: set[str] = set()
    listing = notes = anew = False
    parts = [part for whole in blocks for part in _without_head_line(whole)]
    counted = _counted(parts) | _at_end(parts)
    for place, part in enumerate(parts):
        block = replace(part, place=place)
        if block.kind == "note":
            prose.append(block)
        elif block.kind == "entry":
            references.entries.append(block.text)
            references.put(block.label, block.text, place, anew=anew)
            anew = False
        elif _is_heading(block.text):
            listing = True
            notes = "note" in block.text.lower()
            anew = True
            if block.text in headings and unlabelled[-1]:
                unlabelled.append([])
            headings.add(block.text)
        elif block.kind == "heading":
            listing, anew = False, True
            prose.append(block)
        else:
            entries = list(_entries(block, listing=listing or place in counted))
            if notes and not all(looks_like_entry(entry) for _, entry in entries):
                entries = []  # notes that say something
            for label, entry in entries:
                references.entries.append(entry)
                if label:
                    references.put(label, entry, place, anew=anew)
                    anew = False
                else:
                    unlabelled[-1].append((place, entry))
            if not entries:
                prose.append(block)
                anew = True
    if not references.by_label:
        for run in unlabelled:
            for number, (place, entry) in enumerate(run, 1):
                references.put(str(number), entry, place, anew=number == 1)
    return prose, references


def _is_heading(text: str) -> bool:
    return len(text) < 80 and _HEADING.fullmatch(text) is not None


def _without_head_line(block: Block) -> Iterator[Block]:
    """Yield a block in two where its first line is a heading: short, then a new sentence."""
    lines = block.text.split("\n", 1)
    match = _HEAD_LINE.fullmatch(block.text)
    listed = len(lines) > 1 and len(lines[0]) < 80 and _HEADING.fullmatch(lines[0])
    if block.kind == "prose" and (match or listed):
        yield Block(lines[0], block.line, "heading")
        yield Block(lines[1], block.line + 1)
    else:
        yield block


def _entries(block: Block, *, listing: bool) -> Iterator[tuple[str, str]]:
    """Yield label and text of the entries of a block, none where it is prose."""
    pieces = [part for piece in _LINE.split(block.text) for part in _LINE_OF_NAMES.split(piece)]
    found = []
    pieces = [_BACKLINK.sub("", piece) for piece in pieces if re.search(r"\w", piece)]
    numbers = [int(match[1]) for match in map(_BRACKET.match, pieces) if match]
    listing = listing or (len(numbers) == len(pieces) > 1 and numbers == sorted(set(numbers)))
    listing = listing or _is_counted(pieces)
    for piece in pieces:
        match = _LABEL.match(re.sub(r"^\s*[-*•]\s+", "", piece))
        rest = piece if match is None else match.string[match.end() :]
        label = next((group for group in match.groups() if group), "") if match else ""
        defined = match is not None and match[0].rstrip().endswith("]:")
        set_apart = match is not None and not (match[2] or match[5])  # [1] or ¹
        dated, opens = bool(_DATED.search(rest)), bool(_OPENS.match(rest))
        entry = (
            (listing and (bool(label or block.label) or dated))
            or defined
            or (set_apart and dated and (opens or "http" in rest))
        )  # fmt: skip
        if not entry:
            return
        if not defined or label.isdigit() or _OPENS.match(rest):
            number = label.translate(_LOWERED) or block.label
            found.append((number, " ".join(rest.split())))
        else:
            found.append(("", ""))  # the address of a link
    yield from found


def _is_counted(pieces: Sequence[str]) -> bool:
    """Say whether pieces are a list without a heading: "1 Lee, A. Tea. 2020", "2 Kim, ..."."""
    return len(pieces) > 1 and [*map(_count, pieces)] == [*range(1, len(pieces) + 1)]


def _count(piece: str) -> int:
    """Return the plain number before an entry, 0 where there is none ("1 Lee (2020) says that")."""
    match = _LABEL.match(piece)
    if not match or not match[5] or not _DATED.search(piece, match.end(5)):
        return 0
    return 0 if _TOLD.search(piece) else int(match[5])


def _counted(blocks: Sequence[Block]) -> set[int]:
    """Return the places of blocks that are together such a list, each an entry."""
    found: set[int] = set()
    run: list[int] = []
    for place, block in enumerate([*blocks, Block("", 0)]):
        number = _count(block.text) if block.kind == "prose" else 0
        if number != len(run) + 1:
            found.update(run if len(run) > 1 else ())
            run = []
        run += [place] if number == len(run) + 1 else []
    return found


def _at_end(blocks: Sequence[Block]) -> set[int]:
    """Return the places of the numbered items that end a draft, where they are what it cites."""
    if any(block.kind == "entry" or _is_heading(block.text) for block in blocks):
        return set()
    items: list[int] = []
    for place in range(len(blocks) - 1, -1, -1):
        block = blocks[place]
        if block.kind != "note" and not (block.kind == "prose" and _may_be_entry(block)):
            break
        items += [place] if block.kind == "prose" else []
        if block.label == "1":
            break
    items.reverse()
    labels = [blocks[place].label for place in items]
    if len(items) < 2 or labels != [*map(str, range(1, len(items) + 1))]:
        return set()
    known = Known(labels, {})
    marks = (mark for block in blocks[: items[0]] for mark in find_marks(block.text, known))
    cited = {each.name for mark in marks for each in mark.cited if each.kind == "label"}
    open_all = all(_OPENS.match(blocks[place].text) for place in items)
    return {*items} if {*labels} <= cited or (open_all and cited.intersection(labels)) else set()


def _may_be_entry(block: Block) -> bool:
    """Say whether a numbered item gives a date or an address, and neither cites nor tells."""
    text = block.text
    cites = re.search(r"\[\d", text) or any(text[each.start] == "(" for each in author_marks(text))
    return bool(
        block.label.isdigit() and _DATED.search(text) and not cites and not _TOLD.search(text)
    )


def looks_like_entry(note: str) -> bool:
    """Say whether a footnote describes a work rather than remarks on something."""
    return bool(_OPENS.match(note) and _DATED.search(note)) and len(note) < 600


def in_full(blocks: Sequence[Block], references: References) -> dict[str, str]:
    """Return each footnote's text: that of an earlier entry for "Ibid., 3." and "Lee, Tea, 3."."""
    found: dict[str, str] = {}
    known = [({*_WORD.findall(entry)}, entry) for entry in references.entries]
    last = ""
    for block in blocks:
        if block.kind == "note" and block.label not in found:
            words = {*_WORD.findall(block.text)}
            short = len(words) > 1 and not _DATED.search(block.text)
            fitting = (entry for there, entry in reversed(known) if short and words <= there)
            last = (last if _IBID.match(block.text) else next(fitting, "")) or block.text
            known.append((words, last))
            found[block.label] = last
    return found


def names_in(entry: str) -> list[str]:
    """Return the DOIs and arXiv ids that an entry gives.

    >>> names_in("Lee, Tea, doi:10.1000/tea.1. arXiv:2004.04906v2")
    ['10.1000/tea.1', '2004.04906']
    """
    dois = [doi.rstrip(".,;)]") for doi in _DOI.findall(entry)]
    dois += filter(None, map(anthology_doi, _LINK.findall(entry)))
    return dois + _ARXIV.findall(_DOI.sub("", entry))


def described(entry: str, papers: Sequence[Paper]) -> list[Paper]:
    """Return the papers that an entry describes: whole title, and an author or the year.

    Of such a title one word may be a letter off where the first author and the year are given.

    >>> bert = Paper("b", "BERT", "...", ("Jacob Devlin",), 2019)
    >>> [len(described(entry, [bert])) for entry in ("Devlin, J. BERT. 2019.", "RoBERTa. 2019.")]
    [1, 0]
    """
    known = _words(entry)
    fitting = [paper for paper in papers if _has_title(entry, paper.title)] or [
        paper
        for paper in papers
        if paper.authors
        and known & years(paper)
        and _word(surname(paper.authors[0])) in known
        and _has_misspelt(entry, paper.title)
    ]
    scores = {
        paper.id: bool(known & {_word(surname(name)) for name in paper.authors})
        + bool(known & years(paper))
        + (_squeeze(entry)[0] == _squeeze(paper.title)[0])
        + (not paper.authors and paper.year is None)
        for paper in fitting
    }
    sure = [paper for paper in fitting if scores[paper.id]]
    longest = max((len(paper.title) for paper in sure), default=0)
    best = max((scores[p.id] for p in sure if len(p.title) == longest), default=0)
    return [p for p in sure if len(p.title) == longest and scores[p.id] == best]


def written_by(cited: Cited, papers: Sequence[Paper]) -> list[Paper]:
    """Return the papers of these authors in this year; the first author has to be the first."""
    first, *_ = cited.authors
    found = [
        paper
        for paper in papers
        if paper.authors
        and cited.year[:4] in years(paper)
        and is_called(first, paper.authors[0])
        and all(any(is_called(name, author) for author in paper.authors) for name in cited.authors)
    ]
    return [paper for paper in found if str(paper.year) == cited.year[:4]] or found


def is_called(name: str, author: str) -> bool:
    """Tell whether a paper's author may be cited by a name."""
    return _parts(name) <= (_words(author) if is_group(name) else {_word(surname(author))})


def _parts(name: str) -> set[str]:
    """Return what of a name has to stand where it is meant: a family's name, or all words."""
    return _words(name) if is_group(name) else {_word(name)}


def titled(before: str, behind: str, paper: Paper) -> bool:
    """Say whether a paper's whole title, of three words at least, stands beside an address."""
    name = _squeeze(paper.title)[0]
    beside = _squeeze(before)[0].endswith(name) or _squeeze(behind)[0].startswith(name)
    return beside and len(paper.title.split()) > 2


def years(paper: Paper) -> set[str]:
    """Return the years a paper may be cited under: its own, and that of its arXiv id."""
    found = {str(paper.year)} if paper.year else set()
    if paper.arxiv_id and _ARXIV.match(paper.arxiv_id):
        found.add(f"20{paper.arxiv_id[:2]}")
    return found


def _has_title(entry: str, title: str) -> bool:
    """Say whether a whole title stands in an entry, not a part of a longer one."""
    letters, places = _squeeze(entry)
    wanted, _ = _squeeze(title)
    at = letters.find(wanted) if len(wanted) > 1 else -1
    while at >= 0:
        before = entry[: places[at]].rstrip()
        after = entry[places[at + len(wanted) - 1] + 1 :].lstrip()
        if _is_edge(before[-2:][::-1]) and _is_edge(after[:2]) and not after.startswith(":"):
            return True
        at = letters.find(wanted, at + 1)
    return False


def _has_misspelt(entry: str, title: str) -> bool:
    """Say whether a title stands in an entry with one letter too many, too few or another."""
    wanted = [_squeeze(word)[0] for word in _TOKEN.findall(title)]
    there = list(_TOKEN.finditer(entry[:_LONGEST_ENTRY]))
    letters = [_squeeze(match[0])[0] for match in there]
    for first in range(len(there) - len(wanted) + 1 if len(wanted) >= _TITLE_WORDS else 0):
        pairs = zip(letters[first:], wanted, strict=False)
        wrong = [(a, b) for a, b in pairs if a != b]
        if len(wrong) == 1 and _one_off(*wrong[0]):
            before = entry[: there[first].start()].rstrip()
            after = entry[there[first + len(wanted) - 1].end() :].lstrip()
            if _is_edge(before[-2:][::-1]) and _is_edge(after[:2]) and not after.startswith(":"):
                return True
    return False


def _one_off(one: str, other: str) -> bool:
    """Say whether two long words differ in one letter, or in the order of two.

    >>> _one_off("langauge", "language"), _one_off("models", "model"), _one_off("ii", "iii")
    (True, True, False)
    """
    if min(len(one), len(other)) < _LONG_WORD or not (one + other).isalpha():
        return False
    pairs = zip(one, other, strict=False)
    alike = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    a, b = one[alike:], other[alike:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def _is_edge(beside: str) -> bool:
    """Say whether a title may begin or end beside this character and the next one."""
    dash = beside[:1] in tuple("–—-") and beside[1:2] in ("", " ", "-")
    return not beside or beside[0] in _EDGES or dash


def _squeeze(text: str) -> tuple[str, list[int]]:
    """Return the letters and digits of a text, folded, and where each stood."""
    letters, places = [], []
    for place, character in enumerate(text):
        for each in unicodedata.normalize("NFKD", character).casefold():
            if each.isalnum():
                letters.append(each)
                places.append(place)
    return "".join(letters), places


def _words(text: str) -> set[str]:
    return {_word(word) for word in re.findall(r"[^\W_]+(?:['’-][^\W\d_]+)*", text)}


def _word(word: str) -> str:
    return _squeeze(word.split()[-1] if word.split() else "")[0]
