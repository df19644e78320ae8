"""Papers, people and conditions in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from rag.answers.catalogue.known import Asked, Known
from rag.answers.questions import PEOPLE
from rag.index.filters import Condition, Group
from rag.receipts.markers import no_markers
from rag.text.people import fold_person, ways_to_call
from rag.types import Paper, Sentence


def limits_of(asked: Asked) -> str:
    """Return the conditions in words, with a space before each.

    Where one has no words of its own, it is shown as it is written.
    """
    people = [*asked.question.people]
    words: list[str] = []
    years = [c for c in asked.where if c.field == "year"]
    for condition in asked.where:
        value = condition.value.strip()
        if isinstance(condition, Group) and condition.field in PEOPLE:
            either = " or ".join(as_person(each.value, asked) for each in condition.members)
            words.append(f" by {either}")
            continue
        if condition.field in PEOPLE or (condition.field, condition.op) == ("author", "="):
            person = as_person(value, asked)
            if condition.op == "!=":
                words.append(f" not by {person}")
            else:
                people.append(person)
        elif condition.field == "venue" and condition.op in {"=", "!="}:
            venues = " or ".join(v.upper() if len(v) < 7 else v for v in value.split(" or "))
            words.append(f" {'not ' * (condition.op == '!=')}from {venues}")
        elif condition.field == "title":
            words.append(f" with “{clean(value)}” in the title")
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
    return "".join([f" by {names_of(people)}" if people else "", *words])


def as_person(value: str, asked: Asked) -> str:
    """Return an author's name as a paper writes it; a surname alone where that is all."""
    called = fold_person(value)
    for entry in asked.library.search_where([Condition("person", "=", called)], 1):
        for author in entry.paper.authors:
            if called in ways_to_call(author):
                return author.split()[-1] if " " not in called else author
    return value.title()


def titled(paper: Paper, *, authors: bool = True) -> str:
    """Return a paper as lists show it: its title, and by whom, when, where as far as known."""
    surnames = [name.split()[-1] for name in paper.authors if name.split()]
    who = f"{surnames[0]} et al." if len(surnames) > 2 else " and ".join(surnames)
    known = [who if authors else "", str(paper.year or ""), paper.venue or ""]
    said = ", ".join(clean(part) for part in known if part)
    return f"**{clean(paper.name)}**{f' ({said})' if said else ''}"


def clean(text: str) -> str:
    """Return a text on one line, nothing in it a marker."""
    return no_markers(" ".join(text.split()))


def names_of(names: Sequence[str]) -> str:
    """Return names with commas and a last “and”."""
    shown = [clean(name) for name in names]
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def number_of(count: int, nouns: str) -> str:
    """Return a number of things.

    >>> number_of(1, "authors"), number_of(2000, "venues")
    ('1 author', '2,000 venues')
    """
    return f"{count:,} {nouns if count != 1 else nouns.removesuffix('s')}"


def quoted(papers: Sequence[Paper]) -> str:
    """Return titles in quotes, joined by “or”."""
    return " or ".join(f"“{clean(paper.name)}”" for paper in papers)


def listed(lead: str, papers: Sequence[Paper], line: Callable[[Paper], str]) -> Known:
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


def grouped(lead: str, groups: Sequence[tuple[str, Sequence[Paper]]]) -> Known:
    """Return an answer with a line for each group, its papers cited."""
    papers = list(dict.fromkeys(paper for _, own in groups for paper in own))
    sentences = []
    for name, own in groups:
        titles = "; ".join(f"**{clean(p.name)}** [{papers.index(p) + 1}]" for p in own)
        numbers = tuple(papers.index(paper) + 1 for paper in own)
        sentences.append(Sentence(f"{clean(name)}: {titles}", numbers, "supported", 1.0))
    text = "\n".join([lead, *(f"- {sentence.text}" for sentence in sentences)])
    return Known(text, papers=tuple(papers), sentences=tuple(sentences))
