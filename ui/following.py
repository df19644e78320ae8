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
from ui.examples import name_of

_READ, _MOST, _TRIED = 6, 3, 6
# Below this confidence the nearest papers are far: of 31 questions that the sample's papers do not
# answer it was 0.00 to 0.05 for all of the 14 on everyday things but two.
_LEAST = 0.05
_NAME = 2.0  # how much more a name counts
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
    cited = {citation.paper.id for citation in answer.citations}
    papers = [known[name] for name in ids if name in known]
    told = " ".join(asked).casefold()
    found: list[str] = []
    made = _questions(papers, cited, told) if answer.answered else _nearest(papers, answer)
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


def _nearest(papers: Sequence[Paper], answer: Answer) -> Iterator[str]:
    """Yield questions on the papers that a declined question names, then on those that it is near.

    Last comes what the library is about: of what no paper is near the nearest is far.
    """
    question = answer.standalone_question
    asked = question.casefold()
    named = [paper for paper in papers if (name := name_of(paper)) and name.casefold() in asked]
    near = _near(papers, question) if (answer.confidence or 0.0) >= _LEAST else []
    for paper in dict.fromkeys([*named, *near]):
        if name := name_of(paper):
            yield f"What is {name}, and what does it achieve?"
        elif paper.title:
            yield f"What does “{paper.title.rstrip('.')}” find?"
    yield ABOUT


def _near(papers: Sequence[Paper], question: str) -> list[Paper]:
    """Return the papers that have most of what a question asks about, by the words' weight."""
    words = read_question(question).words
    weights = np.array([word.weight * (_NAME if word.kind == "name" else 1) for word in words])
    return [
        paper for paper in papers if words and mentions(words, paper) @ weights >= weights.sum() / 2
    ]


def _is_answered(assistant: Assistant, question: str, where: Where) -> bool:
    try:
        return assistant.would_answer(question, where=where)
    except RagError:
        return False
