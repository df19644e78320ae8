"""Questions that the library itself answers: computed from its catalogue, with the papers listed.

What the catalogue does not hold is said. A greeting or thanks gets a sentence.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from llama_index.core.base.embeddings.base import BaseEmbedding

from rag import export
from rag.answers import gathering, overview, retrieval
from rag.answers.asking import asked_terms
from rag.answers.questions import PEOPLE, Question
from rag.index.entries import with_key
from rag.index.filters import Condition
from rag.index.index import Index
from rag.index.lexical import Lexical
from rag.receipts.markers import no_markers
from rag.text.people import fold_person, ways_to_call
from rag.text.terms import terms
from rag.types import AnswerKind, Evidence, Paper, Sentence

_LISTED = 20  # papers
_SHOWN = 5  # papers after a number
_COUNTED = 25  # values of a field with their counts
_LOOKED_AT = 50  # papers among which those about a subject are found
_NOUNS = {"author": "authors", "year": "years", "venue": "venues"}


@dataclass(frozen=True, slots=True)
class Known:
    """An answer that was computed; ``papers`` are cited in this order."""

    text: str
    answered: bool = True
    papers: tuple[Paper, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    kind: AnswerKind = "library"


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question to the library, with what is needed to answer it."""

    question: Question
    where: tuple[Condition, ...]
    index: Index
    embedder: BaseEmbedding

    @property
    def library(self) -> Lexical:
        return self.index.lexical


def answer(
    question: Question, *, index: Index, embedder: BaseEmbedding, where: Sequence[Condition] = ()
) -> Known | None:
    """Answer what the catalogue knows, or say what it lacks; None where papers must be read."""
    if question.kind == "chat":
        return _chat(question, index.lexical)
    limits = (*where, *question.where)
    asked = _Asked(question, limits, index, embedder)
    if question.kind == "library":
        return _lacking(asked) or _ANSWERS[question.asks](asked)
    if question.people or (question.limited and not index.lexical.count(limits)):
        return _lacking(asked) or _none(asked)
    return None


def _lacking(asked: _Asked) -> Known | None:
    """Return what says that no paper here has what is asked for; None where some do."""
    question, library = asked.question, asked.library
    fields = {condition.field for condition in question.where}
    needed = {"author" if field in PEOPLE else field for field in fields} & set(_NOUNS)
    if question.people:
        needed.add("author")
    needed |= {
        "who": {"author"},
        "when": {"year"},
        "where": {"venue"},
        "newest": {"year"},
        "oldest": {"year"},
    }.get(question.asks, set())
    if question.asks == "per_year":
        needed.add(_dimension(question.text))
    missing = [_NOUNS[name] for name in sorted(needed) if not _has(name, library)]
    if not missing:
        return None
    said = f"The papers have no {' and no '.join(missing)} here, so that cannot be told."
    if question.asks in {"who", "when", "where"}:
        exact = _named_papers(asked, exact=True)
        text = " ".join(dict.fromkeys([*question.names, question.subject]))
        near = retrieval.search(asked.index, asked.embedder, text, 1, asked.where)
        if exact:
            said += f" The paper is {_quoted(exact[:3])}."
        elif near:
            said += f" The nearest paper is {_quoted([near[0].paper])}."
    return Known(said, answered=False)


def _has(field: str, library: Lexical) -> bool:
    if field == "year":
        return bool(library.count([Condition("year", ">=", "0")]))
    return bool(library.values(field, most=1))


# What each kind of question gets.


def _count(asked: _Asked) -> Known:
    text = asked.question.text.casefold()
    if re.search(r"how many (?:different |distinct )?authors|number of authors", text):
        papers = _named_papers(asked) if asked.question.names else []
        if papers:
            return _listed("", papers[:3], lambda p: f"{_titled(p)} has {len(p.authors)} authors")
        return Known(f"The library has {len(asked.library.values('author')):,} authors.")
    if re.search(r"how many (?:different |distinct )?(?:venues|conferences|journals)", text):
        return Known(f"The library has {len(_venues(asked, ())):,} venues.")
    about = _subject_terms(asked.question)
    count = asked.library.count(asked.where, about)
    if asked.question.people:
        count = 0
    limits = _limits(asked)
    if about:
        limits += f" that {'mentions' if count == 1 else 'mention'} “{asked.question.subject}”"
    if not count:
        return Known(f"The library has no papers{limits}.")
    lead = f"The library has {count:,} {'paper' if count == 1 else 'papers'}{limits}"
    if not asked.where and not about:
        years = asked.library.years()
        return Known(f"{lead}{f', of {min(years)} to {max(years)}' if years else ''}.")
    if about:
        hits = asked.library.search([(term, 1.0) for term in about], _SHOWN, asked.where)
        shown = [with_key(hit.entry().paper) for hit in hits]
    else:
        shown = _newest(asked)[:_SHOWN]
    return _listed(f"{lead}{', among them' if count > len(shown) else ''}:", shown, _titled)


def _who(asked: _Asked) -> Known:
    def line(paper: Paper) -> str:
        return f"{_titled(paper, authors=False)} is by {_people(paper.authors)}"

    return _of_papers(asked, line, lambda paper: bool(paper.authors), "authors")


def _when(asked: _Asked) -> Known:
    def line(paper: Paper) -> str:
        where = f" ({paper.venue})" if paper.venue else ""
        return f"**{_clean(paper.name)}** was published in {paper.year}{where}"

    return _of_papers(asked, line, lambda paper: paper.year is not None, "year")


def _where(asked: _Asked) -> Known:
    def line(paper: Paper) -> str:
        return f"**{_clean(paper.name)}** appeared in {paper.venue} ({paper.year or 'no year'})"

    return _of_papers(asked, line, lambda paper: bool(paper.venue), "venue")


def _cite(asked: _Asked) -> Known:
    papers = _named_papers(asked)[:3]
    if not papers:
        return _unfound(asked)
    text = asked.question.text.casefold()
    wanted = next((f for f, words in _IDENTIFIERS.items() if words.search(text)), None)
    if wanted:
        return _of_papers(
            asked,
            lambda p: f"{_NAMES[wanted]} of {_titled(p)}: {getattr(p, wanted)}",
            lambda p: bool(getattr(p, wanted)),
            _NAMES[wanted],
        )
    entries = [no_markers(export.bibtex([replace(paper, abstract="")]).strip()) for paper in papers]
    known = _listed("", papers, lambda p: f"{_titled(p)}, key {p.key}")
    return replace(known, text=known.text + "".join(f"\n\n```bibtex\n{e}\n```" for e in entries))


_IDENTIFIERS = {
    "doi": re.compile(r"\bdoi\b"),
    "arxiv_id": re.compile(r"\barxiv\b"),
    "url": re.compile(r"\b(?:url|link|website)\b"),
}
_NAMES = {"doi": "DOI", "arxiv_id": "arXiv id", "url": "link"}


def _newest_first(asked: _Asked) -> Known:
    return _by_age(asked, newest=True)


def _oldest_first(asked: _Asked) -> Known:
    return _by_age(asked, newest=False)


def _by_age(asked: _Asked, *, newest: bool) -> Known:
    papers = _newest(asked, newest=newest)
    papers = [paper for paper in papers if paper.year is not None]
    if asked.question.people or not papers:
        return _none(asked)
    single = re.search(
        r"\b(?:newest|latest|recent|oldest|earliest|first|last)\s+(?:\w+\s+)?paper\b|"
        r"\bwhich paper\b",
        asked.question.text,
        re.IGNORECASE,
    )
    same = [paper for paper in papers if paper.year == papers[0].year]
    shown = same if single and len(same) <= _SHOWN else papers[: _SHOWN if single else 10]
    word = "newest" if newest else "oldest"
    about = f" about “{asked.question.subject}”" if asked.question.subject else ""
    lead = f"The {word} papers{_limits(asked)}{about} are of {papers[0].year}:"
    return _listed(lead, shown, _titled)


def _per_value(asked: _Asked) -> Known:
    text = asked.question.text
    dimension = _dimension(text)
    having = _subject_terms(asked.question)
    counts: list[tuple[str, int]]
    if dimension == "year":
        years = asked.library.years(asked.where, having)
        counts = [(str(year), count) for year, count in sorted(years.items(), reverse=True)]
    elif dimension == "venue":
        counts = _venues(asked, asked.where)
    else:
        counts = [
            (_as_person(name, asked), count)
            for name, count in asked.library.values("author", "", asked.where)[:_COUNTED]
        ]
    if not counts:
        return _none(asked)
    if re.search(r"\b(?:most|prolific|top|frequent|common)\b", text, re.IGNORECASE):
        counts = sorted(counts, key=lambda pair: -pair[1])[:10]
        lead = f"Most papers{_limits(asked)} are of {counts[0][0]} ({counts[0][1]:,}):"
    elif dimension == "year":
        lead = f"The papers{_limits(asked)} are of {counts[-1][0]} to {counts[0][0]}:"
    else:
        lead = f"The papers{_limits(asked)} by {dimension}:"
    shown = counts if dimension == "year" else counts[:_COUNTED]
    rest = f"\n- and {len(counts) - len(shown):,} more" if len(counts) > len(shown) else ""
    return Known(lead + "".join(f"\n- {value}: {count}" for value, count in shown) + rest)


def _by(asked: _Asked) -> Known:
    question = asked.question
    if question.people:
        return _none(asked)
    count = asked.library.count(asked.where)
    if not count:
        return _none(asked)
    if re.search(
        r"\bco-?\s?authors?\b|\b(?:with whom|write with|work with)\b", question.text, re.I
    ):
        return _coauthors(asked)
    if question.subject:
        papers = _about(asked)[:_LISTED]
        if not papers:
            everything = replace(asked, question=replace(question, subject=""))
            every = _newest(everything)[:_SHOWN]
            lead = (
                f"None of the {count:,} papers{_limits(asked)} says it is about "
                f"“{question.subject}”; the newest are:"
            )
            return _listed(lead, every, _titled)
        lead = f"Papers{_limits(asked)} about “{question.subject}”:"
        return _listed(lead, papers, _titled)
    papers = _newest(asked)[:_LISTED]
    more = f"; the newest {len(papers)} are" if count > len(papers) else ""
    noun = "paper" if count == 1 else "papers"
    return _listed(f"The library has {count:,} {noun}{_limits(asked)}{more}:", papers, _titled)


def _coauthors(asked: _Asked) -> Known:
    entries = asked.library.matching(asked.where)
    own = {c.value.strip() for c in asked.where if c.field in PEOPLE}
    names = Counter(name for entry in entries for name in entry.paper.authors)
    others = [(name, count) for name, count in names.most_common() if not own & ways_to_call(name)]
    if not others:
        return Known(f"The papers{_limits(asked)} have no other authors.")
    lines = "".join(f"\n- {name}: {count}" for name, count in others[:_COUNTED])
    return Known(f"The papers{_limits(asked)} were written with {len(others):,} others:{lines}")


def _overview(asked: _Asked) -> Known:
    library = asked.library
    years = library.years(asked.where)
    papers = library.count(asked.where)
    lead = f"The library has {papers:,} papers"
    if years:
        lead += f", of {min(years)} to {max(years)}"
    venues = _venues(asked, asked.where)[:5]
    if venues:
        lead += f"; most are from {', '.join(f'{name} ({count:,})' for name, count in venues)}"
    groups = overview.topics(asked.index)
    lines = [(f"{group.name} (about {group.share:.0%})", group.papers) for group in groups]
    return _grouped(f"{lead}. Its main topics:", lines)


def _contains(asked: _Asked) -> Known:
    papers = _named_papers(asked, exact=True)[:3]
    if not papers:
        return _unfound(asked)
    if re.search(r"\babstract\b", asked.question.text, re.IGNORECASE):
        paper = papers[0]
        whole = Evidence(paper.id, paper.abstract, 0, len(paper.abstract))
        text = f"{no_markers(paper.abstract)} [1]"
        return Known(
            text, papers=(paper,), sentences=(Sentence(text, (1,), "verbatim", 1.0, whole),)
        )
    return _listed("Yes, the library has:", papers, _titled)


_OUTSIDE = (
    (r"cit(?:ed|ation|e|es|ing)|h-?index|referenc", "Citation counts and references are"),
    (r"impact factor|acceptance", "Figures about venues are"),
    (r"pages?|figures?", "Page numbers are"),
    (r"universit|affiliat|institut|company|lab\b|country|based|work|from", "Affiliations are"),
    (r"download", "Downloads are"),
    (r"award", "Awards are"),
    (r"e-?mail", "Addresses are"),
    (r"popular|influential|important", "How influential a paper is is"),
)


def _outside(asked: _Asked) -> Known:
    said = (
        what for words, what in _OUTSIDE if re.search(words, asked.question.text, re.IGNORECASE)
    )
    has = ", ".join(noun for name, noun in _NOUNS.items() if _has(name, asked.library))
    return Known(
        f"{next(said, 'That is')} not known here: the library holds titles, "
        f"{has + ', ' if has else ''}identifiers and abstracts.",
        answered=False,
    )


_ANSWERS: Mapping[str, Callable[[_Asked], Known]] = {
    "count": _count,
    "who": _who,
    "when": _when,
    "where": _where,
    "newest": _newest_first,
    "oldest": _oldest_first,
    "per_year": _per_value,
    "cite": _cite,
    "by": _by,
    "overview": _overview,
    "contains": _contains,
    "unknown": _outside,
}


# Papers.


def _named_papers(asked: _Asked, *, exact: bool = False) -> list[Paper]:
    """Return the papers that a question names: by title, else those whose titles have its words."""
    question, library = asked.question, asked.library
    found = {
        entry.paper.id: with_key(entry.paper)
        for name in question.names
        for entry in library.titled(name)
    }
    if found or exact:
        return list(found.values())
    wanted = set(_subject_terms(question)) | {t for name in question.names for t in terms(name)}
    if not wanted:
        return []
    text = f"{question.subject} {' '.join(question.names)}"
    hits = retrieval.search(asked.index, asked.embedder, text, _LOOKED_AT, asked.where)
    having = [hit.paper for hit in hits if wanted <= set(terms(hit.paper.title))]
    return sorted(having, key=lambda paper: len(paper.title))[:1]


def _about(asked: _Asked) -> list[Paper]:
    """Return the papers about a question's subject that its conditions allow, best first."""
    subject = asked.question.subject
    hits = retrieval.search(asked.index, asked.embedder, subject, _LOOKED_AT, asked.where)
    wanted = _subject_terms(asked.question)
    whole = [hit.paper for hit in hits if set(wanted) <= _said_in(hit.paper)]
    return whole or [hit.paper for hit in gathering.matches(subject, hits)]


def _newest(asked: _Asked, *, newest: bool = True) -> list[Paper]:
    """Return the papers that the conditions and the subject allow, the newest (or oldest) first.

    Of many only the first years' are read, and of a year those first that say most of the subject.
    """
    having = _subject_terms(asked.question)
    years = sorted(asked.library.years(asked.where, having).items(), reverse=newest)
    papers: list[Paper] = []
    for year, _ in years:
        own = (*asked.where, Condition("year", "=", str(year)))
        if having:
            hits = asked.library.search([(term, 1.0) for term in having], _LOOKED_AT, own)
            entries = [hit.entry() for hit in hits]
            papers += [with_key(e.paper) for e in entries if set(having) <= _said_in(e.paper)]
        else:
            papers += [with_key(entry.paper) for entry in asked.library.matching(own)]
        if len(papers) >= _LISTED:
            return papers
    if not having and sum(count for _, count in years) < asked.library.count(asked.where):
        rest = [with_key(entry.paper) for entry in asked.library.matching(asked.where)]
        papers += [paper for paper in rest if paper.year is None]
    return papers


def _said_in(paper: Paper) -> set[str]:
    return set(terms(f"{paper.title} {paper.abstract}"))


def _subject_terms(question: Question) -> list[str]:
    return asked_terms(question.subject)


def _venues(asked: _Asked, where: Sequence[Condition]) -> list[tuple[str, int]]:
    """Return the venues with their counts, each of several of one paper by itself."""
    found = dict(asked.library.values("venue", "", where))
    return [
        (name, count)
        for name, count in found.items()
        if " " not in name or not all(part in found for part in name.split())
    ]


def _dimension(text: str) -> str:
    """Return by which field a question counts."""
    if re.search(r"\b(?:venues?|conferences?|journals?)\b", text, re.IGNORECASE):
        return "venue"
    if re.search(r"\b(?:authors?|who|prolific)\b", text, re.IGNORECASE):
        return "author"
    return "year"


# Words.


def _chat(question: Question, library: Lexical) -> Known:
    text = question.text.casefold()
    papers = f"the {library.papers:,} papers of this library"
    if re.search(r"\b(?:bye|goodbye|good night|see you)\b", text):
        said = "Goodbye."
    elif re.search(r"\b(?:thanks?|thank you|cheers|thx|helpful)\b", text):
        said = f"You’re welcome; ask more about {papers} whenever you like."
    elif re.search(r"\b(?:who|what|how|help)\b", text) and not re.search(
        r"how are|how is it", text
    ):
        said = (
            f"I answer questions from {papers}, and show the words of each that support an answer."
        )
    else:
        said = f"Hello! Ask a question about {papers}."
    return Known(said, kind="chat")


def _limits(asked: _Asked) -> str:
    """Return the conditions in words, with a space before each.

    Where one has no words of its own, it is shown as it is written.
    """
    people = [*asked.question.people]
    words: list[str] = []
    years = [c for c in asked.where if c.field == "year"]
    for condition in asked.where:
        value = condition.value.strip()
        if condition.field in PEOPLE or (condition.field, condition.op) == ("author", "="):
            people.append(_as_person(value, asked))
        elif condition.field == "venue" and condition.op == "=":
            words.append(f" from {value.upper() if len(value) < 7 else value}")
        elif condition.field != "year":
            words.append(f" with {condition.field}{condition.op}{condition.value}")
    if len(years) == 2 and [c.op for c in years] == [">=", "<="]:
        words.append(f" from {years[0].value} to {years[1].value}")
    else:
        said = {
            "=": "of",
            ">=": "since",
            ">": "after",
            "<": "before",
            "<=": "until",
            "!=": "not of",
        }
        words += [f" {said[c.op]} {c.value}" for c in years]
    return "".join([f" by {_people(people)}" if people else "", *words])


def _as_person(value: str, asked: _Asked) -> str:
    """Return an author's name as a paper writes it; a surname alone where that is all."""
    called = fold_person(value)
    for entry in asked.library.search_where([Condition("person", "=", called)], 1):
        for author in entry.paper.authors:
            if called in ways_to_call(author):
                return author.split()[-1] if " " not in called else author
    return value.title()


def _titled(paper: Paper, *, authors: bool = True) -> str:
    """Return a paper as lists show it: its title, and by whom, when, where as far as known."""
    surnames = [name.split()[-1] for name in paper.authors if name.split()]
    who = f"{surnames[0]} et al." if len(surnames) > 2 else " and ".join(surnames)
    known = [who if authors else "", str(paper.year or ""), paper.venue or ""]
    said = ", ".join(_clean(part) for part in known if part)
    return f"**{_clean(paper.name)}**{f' ({said})' if said else ''}"


def _clean(text: str) -> str:
    return no_markers(" ".join(text.split()))


def _people(names: Sequence[str]) -> str:
    shown = [_clean(name) for name in names]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _quoted(papers: Sequence[Paper]) -> str:
    return " or ".join(f"“{_clean(paper.name)}”" for paper in papers)


def _of_papers(
    asked: _Asked, line: Callable[[Paper], str], has: Callable[[Paper], bool], what: str
) -> Known:
    """Say something of each paper that is named, or that it is not known of it."""
    papers = _named_papers(asked)
    if not papers:
        return _unfound(asked)
    known = [paper for paper in papers if has(paper)][:_SHOWN]
    if not known:
        return Known(f"The library has no {what} of {_quoted(papers[:3])}.", answered=False)
    return _listed("", known, line)


def _unfound(asked: _Asked) -> Known:
    name = next(iter(asked.question.names), asked.question.subject)
    text = asked.question.subject or name
    hits = retrieval.search(asked.index, asked.embedder, text, 3, asked.where)
    nearest = f" The nearest are {_quoted([hit.paper for hit in hits])}." if hits else ""
    said = f"No paper in the library has “{_clean(name)}” in its title."
    return Known(f"{said}{nearest.replace(' or ', '; ')}", answered=False)


def _none(asked: _Asked) -> Known:
    about = f" about “{asked.question.subject}”" if asked.question.subject else ""
    return Known(f"The library has no paper{_limits(asked)}{about}.", answered=False)


def _listed(lead: str, papers: Sequence[Paper], line: Callable[[Paper], str]) -> Known:
    """Return an answer with a line for each paper, cited."""
    sentences = [
        Sentence(f"{line(paper)} [{number}]", (number,), "supported", 1.0)
        for number, paper in enumerate(papers, 1)
    ]
    if not lead and len(sentences) == 1:
        text = sentences[0].text
    else:
        text = "\n".join([*filter(None, [lead]), *(f"- {sentence.text}" for sentence in sentences)])
    return Known(text, papers=tuple(papers), sentences=tuple(sentences))


def _grouped(lead: str, groups: Sequence[tuple[str, Sequence[Paper]]]) -> Known:
    """Return an answer with a line for each group, its papers cited."""
    papers = list(dict.fromkeys(paper for _, own in groups for paper in own))
    sentences = []
    for name, own in groups:
        titles = "; ".join(f"**{_clean(p.name)}** [{papers.index(p) + 1}]" for p in own)
        numbers = tuple(papers.index(paper) + 1 for paper in own)
        sentences.append(Sentence(f"{_clean(name)}: {titles}", numbers, "supported", 1.0))
    text = "\n".join([lead, *(f"- {sentence.text}" for sentence in sentences)])
    return Known(text, papers=tuple(papers), sentences=tuple(sentences))
