"""Several questions in one: each answered or declined by itself, the texts put together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from rag.receipts.markers import no_markers
from rag.types import Answer, Citation, Hit, Paper, Retrieved, Seconds, Sentence

Ask = Callable[[str], Iterator[tuple[Hit, ...] | str | Answer]]
_MARKER = re.compile(r"\[(\d{1,3})\]")


def one_by_one(
    question: str, alone: str, parts: Sequence[Sequence[str]], ask: Ask
) -> Iterator[tuple[Hit, ...] | str | Answer]:
    """Ask each part, in each of the ways it may be meant; yield the hits of all, text and Answer.

    What is answered by the papers more surely is what was meant.
    """
    answers: list[Answer] = []
    found: list[Hit] = []
    for ways in parts:
        seen, answer = max((_asked(way, ask) for way in ways), key=lambda each: _sure(each[1]))
        found.extend(seen)
        answers.append(answer)
    hits: dict[str, Hit] = {}
    for hit in sorted(found, key=lambda hit: hit.rank):
        hits.setdefault(hit.paper.id, hit)
    yield tuple(replace(hit, rank=rank) for rank, hit in enumerate(hits.values(), 1))
    answer = join(question, alone, [one.question for one in answers], answers)
    yield answer.answer
    yield answer


def _asked(question: str, ask: Ask) -> tuple[tuple[Hit, ...], Answer]:
    """Return the hits of a question and its answer."""
    pieces = list(ask(question))
    hits = [hit for piece in pieces if isinstance(piece, tuple) for hit in piece]
    return tuple(hits), next(piece for piece in pieces if isinstance(piece, Answer))


def _sure(answer: Answer) -> float:
    return answer.confidence or 0.0


def join(question: str, alone: str, parts: Sequence[str], answers: Sequence[Answer]) -> Answer:
    """Return one answer of several, its citations numbered through; answered where any is."""
    papers: list[Paper] = []
    texts: list[str] = []
    sentences: list[Sentence] = []
    for part, answer in zip(parts, answers, strict=True):
        numbers: dict[int, int] = {}
        for citation in answer.citations:
            if citation.paper not in papers:
                papers.append(citation.paper)
            numbers[citation.number] = papers.index(citation.paper) + 1
        texts.append(f"**{no_markers(part)}**\n{_renumbered(answer.answer, numbers)}")
        sentences += [
            replace(
                sentence,
                text=_renumbered(sentence.text, numbers),
                citations=tuple(numbers[number] for number in sentence.citations),
            )
            for sentence in answer.sentences
        ]
    # The first of each question, then the second of each.
    every = sorted(
        (one for answer in answers for one in answer.retrieved), key=lambda one: one.rank
    )
    read: dict[str, Retrieved] = {}
    for one in every:
        read.setdefault(one.paper_id, one)
    kinds = {answer.kind for answer in answers}
    sure = [answer.confidence for answer in answers if answer.confidence is not None]
    return replace(
        answers[0],
        question=question,
        standalone_question=alone,
        answered=any(answer.answered for answer in answers),
        answer="\n\n".join(texts),
        sentences=tuple(sentences),
        citations=tuple(Citation(number, paper) for number, paper in enumerate(papers, 1)),
        retrieved=tuple(replace(one, rank=rank) for rank, one in enumerate(read.values(), 1)),
        seconds=Seconds(
            **{
                name: round(sum(getattr(answer.seconds, name) for answer in answers), 4)
                for name in Seconds.__slots__
            }
        ),
        settings=next((answer.settings for answer in answers if answer.settings), {}),
        confidence=min(sure) if sure else None,
        kind=kinds.pop() if len(kinds) == 1 else "papers",
    )


def _renumbered(text: str, numbers: dict[int, int]) -> str:
    """Return a text with its markers as they are numbered in the whole.

    >>> _renumbered("It is [1] so [2].", {1: 3, 2: 1})
    'It is [3] so [1].'
    """
    return _MARKER.sub(lambda m: f"[{numbers.get(int(m[1]), int(m[1]))}]", text)
