"""An answer at a glance: its papers as the rows of a table, with what each says."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from rag.answers.comparisons import sides
from rag.models.cross_encoder import ANSWERS, Pair, cross_encoder
from rag.text.sentences import sentence_spans
from rag.types import Answer, Paper
from ui.columns import columns, subject
from ui.examples import name_of

_FEWEST = 2  # papers that make a table
# The least logit of a sentence that fills a cell. Of the sample's comparisons it fills 22 of 23
# cells that the abstracts can fill, and leaves 9 of 11 others empty.
_LEAST = -3.0
_SAYS = "Says"
NONE = "none found"  # in a cell that no sentence fills


@dataclass(frozen=True, slots=True)
class Table:
    """Papers as rows under heads; ``asked`` where the question compares or names columns."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    asked: bool


def table_of(answer: Answer) -> Table | None:
    """Return a table of the papers that an answer cites, None for fewer than two.

    Its columns are what was asked of each paper.
    """
    papers = [citation.paper for citation in answer.citations]
    says = _quotes(answer)
    library = answer.kind == "library"
    question = answer.standalone_question
    pair = sides(question) or ()
    asked = ["Authors", "Venue"] if library else columns(question)
    shown = len(papers if library or pair or asked else says)
    if not answer.answered or shown < _FEWEST:
        return None
    heads = [head for head in asked if head.casefold() != "year"]
    if heads:
        cells = [[_cell(head, _called(paper, pair), paper) for head in heads] for paper in papers]
    else:
        heads = [subject(question) or _SAYS]
        cells = [[" … ".join(says.get(paper.id, []))] for paper in papers]
    blank = "" if library else NONE
    rows = (
        (str(number), paper.name, str(paper.year or ""), *(cell or blank for cell in row))
        for number, (paper, row) in enumerate(zip(papers, cells, strict=True), 1)
    )
    return Table(
        ("No.", "Paper", "Year", *heads),
        tuple(rows),
        bool(pair or (asked and not library)),
    )


def glance(answer: Answer) -> str:
    """Return the table of an answer's papers as HTML, '' where there is none.

    What was asked for as a table is open, others are a click away; the page's script saves it.
    """
    table = table_of(answer)
    if table is None:
        return ""
    show = _clipped if answer.kind == "library" else _whole
    rows = "".join(
        f"<tr><td>{number}</td>{_clipped(name)}<td>{year}</td>{''.join(map(show, row))}</tr>"
        for number, name, year, *row in table.rows
    )
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in table.heads)
    opened = " open" if table.asked else ""
    return (
        f'<details class="glance"{opened}><summary>As a table</summary>'
        '<div class="table" role="region" aria-label="The papers at a glance" tabindex="0"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        '<p class="ways">Save as <button type="button" class="quiet" data-do="save-table" '
        'data-form="csv">CSV</button><button type="button" class="quiet" data-do="save-table" '
        'data-form="md">Markdown</button></p></details>'
    )


def _whole(text: str) -> str:
    shown = escape(text)
    return f'<td><span class="none">{shown}</span></td>' if text == NONE else f"<td>{shown}</td>"


def _clipped(text: str) -> str:
    return f'<td><div class="clip">{escape(text)}</div></td>'


def _quotes(answer: Answer) -> Mapping[str, Sequence[str]]:
    """Return the words that an answer rests on, by their papers' ids, none within another."""
    says: dict[str, list[str]] = {}
    for sentence in answer.sentences:
        evidence = sentence.evidence
        if evidence and sentence.support != "unsupported":
            quotes = says.setdefault(evidence.paper_id, [])
            if not any(evidence.quote in quote for quote in quotes):
                quotes[:] = [quote for quote in quotes if quote not in evidence.quote]
                quotes.append(evidence.quote)
    return says


def _called(paper: Paper, names: Sequence[str]) -> str:
    """Return what a question calls a paper, else what its title does."""
    said = [name for name in names if name.casefold() in paper.title.casefold()] or [
        name for name in names if name.casefold() in paper.abstract.casefold()
    ]
    return said[0] if said else name_of(paper) or paper.name


def _cell(head: str, name: str, paper: Paper) -> str:
    """Return what the library has under a head, else the abstract's sentence that says most on it.

    It is '' where none does.
    """
    if head.casefold() in ("author", "authors"):
        return ", ".join(paper.authors)
    if head.casefold() in ("venue", "venues", "journal", "conference"):
        return paper.venue or ""
    asked = head[:1].lower() + head[1:]
    return _closest((f"{head} of {name}?", f"What is said about {asked}?"), paper)


@functools.lru_cache(maxsize=1024)
def _closest(questions: tuple[str, ...], paper: Paper) -> str:
    texts = [paper.abstract[start:end] for start, end in sentence_spans(paper.abstract)]
    if not texts:
        return ""
    pairs = [Pair(asked, f"{paper.title}: {text}") for asked in questions for text in texts]
    logits = cross_encoder().logits(pairs)[:, ANSWERS].reshape(len(questions), -1).mean(axis=0)
    best = int(logits.argmax())
    return texts[best] if logits[best] >= _LEAST else ""
