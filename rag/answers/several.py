"""Several questions in one: each answered or declined by itself, the texts put together."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from rag.answers.followups import refers_back
from rag.answers.questions import asking_part
from rag.answers.quoting import NEAREST
from rag.receipts.markers import no_markers
from rag.types import Answer, Citation, Hit, Paper, Retrieved, Seconds, Sentence, Turn

Ask = Callable[[str, Sequence[Turn]], Iterator[tuple[Hit, ...] | str | Answer]]
_MARKER = re.compile(r"\[(\d{1,3})\]")


def one_by_one(
    question: str, alone: str, parts: Sequence[Sequence[str]], ask: Ask, *, every: bool = False
) -> Iterator[tuple[Hit, ...] | str | Answer]:
    """Ask each part, in each of the ways it may be meant; yield the hits of all, text and Answer.

    What is answered by the papers more surely is what was meant. A part that refers back is asked
    of the papers that the part before cited. With ``every`` nothing is yielded where one is
    not answered outright, by what few papers say.
    """
    answers: list[Answer] = []
    asked: list[str] = []
    found: list[Hit] = []
    history: tuple[Turn, ...] = ()
    for ways in parts:
        # Where nothing was cited that a part could refer to, it is asked with the one before.
        before = f"{asked[-1]} " if asked and not history else ""
        each = {way: _asked(f"{before * refers_back(way)}{way}", history, ask) for way in ways}
        meant = max(each, key=lambda way: each[way][1].confidence or 0.0)
        seen, answer = each[meant]
        if every and not _is_outright(answer):
            return
        asked.append(meant)
        found.extend(seen)
        answers.append(answer)
        cited = tuple(citation.paper.id for citation in answer.citations)
        history = (Turn(meant, answer.answer, cited),) if cited else ()
    hits: dict[str, Hit] = {}
    for hit in sorted(found, key=lambda hit: hit.rank):
        hits.setdefault(hit.paper.id, hit)
    yield tuple(replace(hit, rank=rank) for rank, hit in enumerate(hits.values(), 1))
    answer = join(question, alone, asked, answers)
    yield answer.answer
    yield answer


_FEW = 2


def _is_outright(answer: Answer) -> bool:
    few = len(answer.citations) <= _FEW
    nearest = answer.answer.startswith(NEAREST)
    return answer.answered and answer.kind == "papers" and few and not nearest


def _asked(question: str, history: Sequence[Turn], ask: Ask) -> tuple[tuple[Hit, ...], Answer]:
    """Return the hits of a question and its answer."""
    pieces = list(ask(question, history))
    hits = [hit for piece in pieces if isinstance(piece, tuple) for hit in piece]
    return tuple(hits), next(piece for piece in pieces if isinstance(piece, Answer))


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
        texts.append(f"**{no_markers(asking_part(part))}**\n{_renumbered(answer.answer, numbers)}")
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
