"""Every cited sentence of a draft, checked against the papers of the library."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, Protocol

from rag.drafts import citing, claims
from rag.drafts.author_year import LEADS, author_marks
from rag.drafts.blocks import Block
from rag.drafts.latex import is_latex, read_latex
from rag.drafts.markdown import read_markdown
from rag.drafts.marks import Cited, Known, Mark, words_beside
from rag.drafts.pairs import plain
from rag.drafts.references import (
    References,
    described,
    in_full,
    is_called,
    looks_like_entry,
    names_in,
    split_references,
    titled,
    written_by,
)
from rag.readers.clean import clean
from rag.receipts.several import judge_each, suggest
from rag.text.anthology import anthology_doi
from rag.types import Evidence, Paper, Support

Format = Literal["markdown", "org", "latex", "pairs"]
Level = Literal["unresolved", "weak", "unsupported"]
# What tells a statement from a title: "BERT is deep", "LoRA freezes the weights".
_SAYS = re.compile(
    r"\b(?:is|are|was|were|has|have|had|does|do|did|can|cannot|could|will|would|may|must|needs?)\b|"
    r"(?<=\w\s)[a-z]{2,40}(?<![su])s\s(?!(?:for|of|in|on|with|and|to|from|as|at|by|or|via|vs)\b)\w"
)
_COMMENT_LINE = re.compile(r"^\s*%\s*$|\s%\s*\Z", re.M)
_SCHEME = re.compile(
    r"\A(?:(?:doi|arxiv):|https?://(?:(?:dx\.)?doi\.org|arxiv\.org/abs)/)(?:10\.48550/arxiv\.(?=\d))?",
    re.I,
)
_SHOWN = 100  # characters of an entry in a message
# What is left of "LoRA freezes weights (https://...)." without its address.
_IN_BRACKETS = re.compile(r"[^\W\d_] ?\(?\)?[.!?]\s*\Z")
_POINTING = frozenset(
    "paper papers preprint code link links here available at url full text arxiv doi pdf version "
    "read source sources this that is it published".split()
)
_STATED = 3  # words with which a heading may state something
_BARE = 4  # words beside an address with which a sentence says nothing of its own yet


class Library(Protocol):
    """What a draft's citations are looked up in; several papers mean that one cannot tell."""

    def named(self, name: str) -> Sequence[Paper]:
        """Return the papers with this citation key, id, DOI or arXiv id."""

    def near(self, text: str) -> Sequence[Paper]:
        """Return papers whose title may stand in a text, or that may be about it."""

    def by_author(self, name: str, year: int) -> Sequence[Paper]:
        """Return papers by an author of this name, of this year or up to three years later."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A cited sentence of a draft: where, what it cites, and its verdict.

    ``papers`` are the ids of the papers that ``keys`` mean; ``unresolved`` are the keys that mean
    none, or any of several: one makes the sentence unsupported, ``problems`` say why.
    ``verdicts`` has, where several papers are cited, that of each by its id; ``suggested`` is the
    id of another paper of the library that says it where those cited do not.
    """

    line: int
    text: str
    keys: tuple[str, ...]
    unresolved: tuple[str, ...]
    support: Support
    score: float
    evidence: Evidence | None
    papers: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    verdicts: Mapping[str, Support] | None = None
    suggested: str | None = None

    @property
    def level(self) -> str:
        """The verdict as reports name it: "unresolved" goes before the support."""
        return "unresolved" if self.unresolved else self.support


def fails(verdict: str, level: Level) -> bool:
    """Say whether a verdict is as bad as that: weak, unsupported or, worst, unresolved.

    >>> fails("unsupported", "weak"), fails("weak", "unsupported")
    (True, False)
    """
    bad = ("unresolved", "unsupported", "weak")
    return verdict in bad[: bad.index(level) + 1]


@dataclass(frozen=True, slots=True)
class DraftReport:
    """All cited sentences of a draft, in order."""

    sentences: tuple[Checked, ...]

    def failed(self, level: Level = "unsupported") -> bool:
        """Say whether any sentence is as bad as that."""
        return any(fails(each.level, level) for each in self.sentences)

    @property
    def counts(self) -> dict[str, int]:
        """How many sentences have each verdict."""
        return dict(Counter(sentence.support for sentence in self.sentences))


def form_of(name: str, text: str) -> Format:
    """Return how a file is written, by its name or else by what is in it.

    >>> form_of("a.tex", ""), form_of("-", '{"claim": "Tea."}'), form_of("-", "# Tea")
    ('latex', 'pairs', 'markdown')
    """
    ending = name.lower().rpartition(".")[2]
    if ending in ("jsonl", "ndjson") or re.match(r'\s*\{\s*"', text):
        return "pairs"
    if ending in ("tex", "ltx", "latex"):
        return "latex"
    if ending == "org":
        return "org"
    return "latex" if ending not in ("md", "markdown") and is_latex(text) else "markdown"


def check_draft(
    text: str, form: Format, library: Library, listed: Mapping[str, str] | None = None
) -> DraftReport:
    """Check every sentence that carries a citation, in any of the dresses of `citing`.

    Args:
        text: the draft.
        form: how it is written.
        library: where the papers are.
        listed: what the BibTeX beside the draft says of each of its keys.
    """
    source = plain(text).replace("\r\n", "\n").replace("\r", "\n")
    blocks = read_latex(source) if form == "latex" else read_markdown(source, org=form == "org")
    prose, references = split_references(blocks)
    prose = _works_first(prose)
    for key, entry in (listed or {}).items():
        references.add(key, entry)
    resolve = _Resolver(library, references, in_full(prose, references))
    known, spoken = _read_notes(prose, references, resolve)
    checked = []
    for block, marks in zip(spoken, citing.mark_all([b.text for b in spoken], known), strict=True):
        line, counted = block.line, 0
        for start, end in claims.sentences(block.text, marks) if marks else ():
            own = claims.within(marks, start, end)
            named = (each for mark in own for each in mark.cited)
            cited = tuple(dict.fromkeys(references.placed(each, block.place) for each in named))
            if cited and not _is_address(block.text[start:end], own, start):
                said = claims.claim(block.text, start, end, own)
                shown = " ".join(_COMMENT_LINE.sub("", block.text[start:end]).split())
                line += block.text.count("\n", counted, start)
                counted = start
                said = clean(_COMMENT_LINE.sub("", said), latex=form == "latex")
                found = _check(line, shown, said, cited, resolve)
                checked.append(replace(found, suggested=_suggestion(found, said, library)))
    return DraftReport(tuple(sorted(checked, key=lambda each: each.line)))


def _suggestion(checked: Checked, said: str, library: Library) -> str | None:
    """Return the id of a paper that says what the cited ones do not, None where none does."""
    if checked.unresolved or checked.support in ("verbatim", "supported"):
        return None
    others = [paper for paper in library.near(said) if paper.id not in checked.papers]
    place = suggest(said, others)
    return None if place is None else others[place].id


def _is_address(sentence: str, marks: Sequence[Mark], start: int) -> bool:
    """Say whether a sentence only says where to find a paper ("Paper: https://arxiv.org/...")."""
    if not all(citing.ADDRESS.fullmatch(sentence, m.start - start, m.end - start) for m in marks):
        return False
    beside = citing.ADDRESS.sub("", sentence)
    said = [word for word in words_beside(beside, []) if word not in LEADS | _POINTING]
    stated = len(said) > 1 and _IN_BRACKETS.search(beside)
    return not stated and len(words_beside(beside, [])) < _BARE


def _read_notes(
    prose: Sequence[Block], references: References, resolve: _Resolver
) -> tuple[Known, list[Block]]:
    """Return what citing a footnote means, and the blocks that speak for themselves.

    A footnote that holds citations alone, or describes a work, cites for the sentence that
    bears its number. So does its first sentence, where it says nothing else ("See Lee (2017).").
    """
    known = Known(references.by_label, {})
    spoken = []
    for block in prose:
        if block.kind == "note" and block.label not in known.notes:
            marks = citing.find_marks(block.text, known)
            cited = tuple(each for mark in marks for each in mark.cited)
            work = Cited("note", block.label)
            opening = next(claims.sentences(block.text, marks), (0, 0))[1]
            first = [mark for mark in marks if mark.start < opening]
            beside = words_beside(block.text[:opening], first)
            said = [word for word in beside if word not in LEADS]
            tells = any(m.spoken and re.match(r"\s+[a-z]", block.text[m.end :]) for m in first)
            entry = looks_like_entry(block.text) and not (said and tells)
            if first and len(said) < 2:
                whole = (work,) if resolve(work)[0] else ()
                known.notes[block.label] = whole or tuple(each for m in first for each in m.cited)
                rest = block.text[opening:].lstrip()
                if rest and not (whole and entry):
                    skipped = block.text[: len(block.text) - len(rest)]
                    spoken.append(replace(block, text=rest, line=block.line + skipped.count("\n")))
                continue
            if entry or (not cited and resolve(work)[0]):
                known.notes[block.label] = (work,)
                continue
            known.notes[block.label] = ()
        if block.kind != "heading" or _tells(block.text, citing.find_marks(block.text, known)):
            spoken.append(block)
    return known, spoken


def _tells(heading: str, marks: Sequence[Mark]) -> bool:
    """Say whether a heading that cites states something rather than names it."""
    if not marks:
        return False
    told = "".join(
        heading[a.end : b.start] for a, b in pairwise([Mark(0, 0, ()), *marks, _end(heading)])
    )
    return len(words_beside(told, [])) >= _STATED and bool(_SAYS.search(told))


def _end(text: str) -> Mark:
    return Mark(len(text), len(text), ())


def _works_first(prose: Sequence[Block]) -> list[Block]:
    """Return the blocks; that paragraph of a footnote which describes a work goes first."""
    first: dict[str, int] = {}
    ordered = list(prose)
    for place, block in enumerate(ordered):
        if block.kind == "note" and place > first.setdefault(block.label, place):
            before = first[block.label]
            if looks_like_entry(block.text) and not looks_like_entry(ordered[before].text):
                ordered[before], ordered[place] = block, ordered[before]
    return ordered


class _Resolver:
    """Finds the paper that a citation means; each is looked up once."""

    def __init__(self, library: Library, references: References, notes: Mapping[str, str]) -> None:
        self._library = library
        self._references = references
        self._notes = notes
        self._found: dict[Cited, tuple[Paper | None, str]] = {}
        self._of_entry: dict[str, Sequence[Paper]] = {}

    def __call__(self, cited: Cited) -> tuple[Paper | None, str]:
        """Return the paper and "", or None and why there is none."""
        if cited not in self._found:
            papers = {paper.id: paper for paper in self._papers(cited)}
            if len(papers) == 1:
                self._found[cited] = (next(iter(papers.values())), "")
            elif papers:
                several = f"{cited.name!r} names several papers: {', '.join(papers)}"
                self._found[cited] = (None, several)
            else:
                entry = self._entry(cited)
                described = f" ({entry[:_SHOWN]}{'…' * (len(entry) > _SHOWN)})" if entry else ""
                listed = cited.kind not in ("label", "note") or entry
                where = "paper in the library" if listed else "reference in the draft"
                self._found[cited] = (None, f"no {where} for {cited.name!r}{described}")
        return self._found[cited]

    def _entry(self, cited: Cited) -> str:
        """Return what the draft's own list or footnote says of a citation."""
        note = self._notes.get(cited.name) if cited.kind == "note" else None
        return " ".join((note or self._references.entry(cited)).split())

    def _papers(self, cited: Cited) -> Sequence[Paper]:
        if cited.kind == "address":
            return self._library.named(cited.name) or self._linked(cited)
        if cited.kind != "authors":
            found = self._described(self._entry(cited))
            name = _SCHEME.sub("", cited.name)  # @doi:10.48550/arXiv.2106.09685
            return found or (self._library.named(name) if cited.kind == "key" else ())
        entries = self._references.by_authors(cited)
        if entries:
            return [paper for entry in entries for paper in self._described(entry)]
        if not cited.year[0].isdigit():  # in press
            return ()
        first, *others = cited.authors
        theirs = self._library.by_author(first, int(cited.year[:4]))
        wrote = (is_called(first, name) for paper in theirs for name in paper.authors)
        if others and cited.words == (first,) and not any(wrote):
            return self._papers(cited._replace(authors=(*others,), words=()))
        return written_by(cited, theirs)

    def _linked(self, cited: Cited) -> Sequence[Paper]:
        """Return what a link's words call by its title or its authors, where its address is new."""
        before, behind = cited.words[0].rstrip(" <("), cited.words[1]
        near = f"{before} {behind}".strip()
        found = [
            paper
            for paper in (self._library.near(near) if near else ())
            if anthology_doi(paper.url or "") == cited.name.casefold()
            or titled(before, behind, paper)
        ]
        marks = [mark for mark in author_marks(before) if mark.end == len(before)]
        marks += [mark for mark in author_marks(behind) if mark.start == 0]
        return found or [p for mark in marks for each in mark.cited for p in self._papers(each)]

    def _described(self, entry: str) -> Sequence[Paper]:
        key = re.fullmatch(r"\W*@([\w:.-]+)\W*", entry)  # [1]: @lee2020
        for name in [key[1]] if key else names_in(entry):
            found = self._library.named(name)
            if found:
                return found
        if entry not in self._of_entry:
            near = self._library.near(entry) if entry.strip() else ()
            self._of_entry[entry] = described(entry, near)
        return self._of_entry[entry]


def _check(
    line: int,
    shown: str,
    said: str,
    cited: Sequence[Cited],
    resolve: Callable[[Cited], tuple[Paper | None, str]],
) -> Checked:
    found = {each: resolve(each) for each in cited}
    papers = list({paper.id: paper for paper, _ in found.values() if paper}.values())
    unresolved = tuple(dict.fromkeys(one.name for one, (p, _) in found.items() if p is None))
    verdict, each = judge_each(said, papers) if papers else (None, [])
    return Checked(
        line=line,
        text=shown,
        keys=tuple(dict.fromkeys(one.name for one in cited)),
        unresolved=unresolved,
        support=verdict.support if verdict and not unresolved else "unsupported",
        score=verdict.score if verdict else 0.0,
        evidence=verdict.evidence if verdict else None,
        papers=tuple(paper.id for paper in papers),
        problems=tuple(dict.fromkeys(why for _, why in found.values() if why)),
        verdicts={paper.id: own.support for paper, own in zip(papers, each, strict=True)}
        if len(papers) > 1
        else None,
    )
