"""What to ask next: questions on the papers found that the library can answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from rag.assistant import Assistant
from rag.errors import RagError
from rag.index.filters import Where
from rag.types import Answer, Paper
from ui.examples import name_of

_READ, _MOST, _TRIED = 6, 3, 6


def suggestions(assistant: Assistant, answer: Answer, asked: Sequence[str], where: Where) -> str:
    """Return up to three questions as buttons; those are left out that would be declined.

    Args:
        assistant: answers; no model of its is asked.
        answer: the latest; where it declines, what is near to it is offered.
        asked: the questions of the conversation.
        where: the filters in force.
    """
    if answer.kind == "chat":
        return ""
    ids = [each.paper_id for each in answer.retrieved[:_READ]]
    known = assistant.with_ids(ids)
    cited = {citation.paper.id for citation in answer.citations}
    papers = [known[name] for name in ids if name in known]
    told = " ".join(asked).casefold()
    found: list[str] = []
    made = _questions(papers, cited, told) if answer.answered else _nearest(papers, answer.question)
    for number, question in enumerate(made):
        if len(found) == (_MOST if answer.answered else 1) or number == _TRIED:
            break
        if question.casefold() not in told and _is_answered(assistant, question, where):
            found.append(question)
    if not found:
        return ""
    head = "Ask next" if answer.answered else "The library can answer"
    rows = "".join(
        f'<li><button type="button" data-do="example">{escape(q)}</button></li>' for q in found
    )
    return f'<h3>{head}</h3><ul class="examples">{rows}</ul>'


def _questions(papers: Sequence[Paper], cited: set[str], told: str) -> Iterator[str]:
    named = [(name, paper) for paper in papers if (name := name_of(paper))]
    new = [name for name, paper in named if paper.id not in cited and name.casefold() not in told]
    old = [name for name, paper in named if paper.id in cited]
    if old and new:
        yield f"How does {new[0]} differ from {old[0]}?"
    for name in new:
        yield f"What is {name}, and what does it achieve?"
    for name, paper in named:
        if paper.id in cited:
            yield f"How does {name} work?"
    for paper in papers:
        if not name_of(paper) and paper.title and paper.title.casefold() not in told:
            yield f"What does “{paper.title.rstrip('.')}” find?"


def _nearest(papers: Sequence[Paper], question: str) -> Iterator[str]:
    """Yield questions on the papers that a declined question names, then on the nearest."""
    asked = question.casefold()
    named = {paper.id for paper in papers if (name := name_of(paper)) and name.casefold() in asked}
    for paper in sorted(papers, key=lambda paper: paper.id not in named):
        if name := name_of(paper):
            yield f"What is {name}, and what does it achieve?"
        elif paper.title:
            yield f"What does “{paper.title.rstrip('.')}” find?"


def _is_answered(assistant: Assistant, question: str, where: Where) -> bool:
    try:
        return assistant.would_answer(question, where=where)
    except RagError:
        return False
