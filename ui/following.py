"""What to ask next: questions on the papers found that the library can answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

import numpy as np

from rag.answers.questions import read_question
from rag.assistant import Assistant
from rag.errors import RagError
from rag.index.filters import Where
from rag.receipts.matching import mentions
from rag.types import Answer, Paper
from ui.examples import about, name_of

_READ, _MOST, _TRIED = 6, 3, 6
# Below this confidence the nearest papers are far: of 31 questions that the sample's papers do not
# answer it was 0.00 to 0.05 for all of the 14 on everyday things but two.
_LEAST = 0.05
_NEAR = 0.5  # share of the asked words that a near paper has
_NAME = 2.0  # how much more a name counts among them
ABOUT = "What is this library about?"


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
    papers = [known[name] for name in ids if name in known]
    told = " ".join(asked).casefold()
    found: list[str] = []
    made = _questions(papers, answer, told) if answer.answered else _nearest(papers, answer)
    for number, question in enumerate(filter(None, made)):
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


def _questions(papers: Sequence[Paper], answer: Answer, told: str) -> Iterator[str]:
    cited = {citation.paper.id for citation in answer.citations}
    shares = _shares(papers, answer.standalone_question)
    # What was read and is cited nowhere may share nothing with the question.
    papers = [paper for paper in papers if paper.id in cited or shares[paper]]
    named = [(name, paper) for paper in papers if (name := name_of(paper))]
    new = [name for name, paper in named if paper.id not in cited and name.casefold() not in told]
    old = [name for name, paper in named if paper.id in cited]
    if old and new:
        yield f"How does {new[0]} differ from {old[0]}?"
    for name, paper in named:
        if name in new:
            yield about(paper)
    for name, paper in named:
        if paper.id in cited:
            yield f"How does {name} work?"
    for paper in papers:
        if not name_of(paper) and paper.title.casefold() not in told:
            yield about(paper)


def _nearest(papers: Sequence[Paper], answer: Answer) -> Iterator[str]:
    """Yield questions on the papers that a declined question names, then on those that it is near.

    Last comes what the library is about: of what no paper is near the nearest is far.
    """
    asked = answer.standalone_question.casefold()
    named = [paper for paper in papers if (name := name_of(paper)) and name.casefold() in asked]
    shares = (
        _shares(papers, answer.standalone_question) if (answer.confidence or 0.0) >= _LEAST else {}
    )
    near = [paper for paper, share in shares.items() if share >= _NEAR]
    yield from map(about, dict.fromkeys([*named, *near]))
    yield ABOUT


def _shares(papers: Sequence[Paper], question: str) -> dict[Paper, float]:
    """Return which share, by weight, of what a question asks about each paper has."""
    words = read_question(question).words
    weights = np.array([word.weight * (_NAME if word.kind == "name" else 1) for word in words])
    if not words:
        return dict.fromkeys(papers, 0.0)
    return {paper: float(mentions(words, paper) @ weights / weights.sum()) for paper in papers}


def _is_answered(assistant: Assistant, question: str, where: Where) -> bool:
    try:
        return assistant.would_answer(question, where=where)
    except RagError:
        return False
