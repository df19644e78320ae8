"""The threshold of answering, set on a person's own questions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from tqdm import tqdm

from evals.questions import Question
from rag.assistant import Assistant
from rag.errors import InputError, RagError
from rag.settings import Settings

_FEWEST = 10  # questions that can be answered, and that cannot: fewer say nothing
_STEPS = [round(0.1 * step, 1) for step in range(1, 10)]  # shown beside the chosen one


class Judged(NamedTuple):
    """A question's confidence, and whether the papers answer it."""

    confidence: float
    answerable: bool


def calibrate(
    assistant: Assistant, questions: Sequence[Question], most_declined: float
) -> dict[str, Any]:
    """Keep with the index the threshold that decides the questions best; return what it does.

    Args:
        assistant: its library; no model is asked.
        questions: with what is expected.
        most_declined: of what can be answered, the share that may be declined.

    Raises:
        InputError: the questions are too few of either sort. LibraryError: there is no library.
    """
    assistant.require()
    before = assistant.threshold[0]
    judged, undecided, failed = _ask(assistant.settings, assistant, questions)
    answerable = sum(one.answerable for one in judged)
    if min(answerable, len(judged) - answerable) < _FEWEST:
        raise InputError(
            f"{answerable} questions with an answer and {len(judged) - answerable} without were "
            f"asked of the papers; give at least {_FEWEST} of each (no answer: an empty `papers`)"
        )
    chosen = choose(judged, most_declined)
    assistant.keep_threshold(chosen)
    return {
        "threshold": chosen,
        "before": before,
        "questions": len(questions),
        "answerable": answerable,
        "unanswerable": len(judged) - answerable,
        "undecided": undecided,
        "failed": failed,
        "table": [declined(judged, value) for value in sorted({*_STEPS, before, chosen})],
    }


def _ask(
    settings: Settings, assistant: Assistant, questions: Sequence[Question]
) -> tuple[list[Judged], int, int]:
    """Return what the threshold decides, how many questions it does not, and how many failed.

    At a threshold of 1 whatever is answered is answered for another reason.
    """
    strict = settings.model_copy(update={"threshold": 1.0})
    asking = Assistant.open(strict, embedder=assistant.embedder)
    judged: list[Judged] = []
    undecided = failed = 0
    for question in tqdm(questions, unit=" questions", disable=None, leave=False):
        if question.answerable is None and not question.item.defect:
            undecided += 1
            continue
        try:
            if question.item.defect:
                raise InputError(question.item.defect)
            answer = asking.ask(question.item.question, history=question.item.history)
        except RagError:
            failed += 1
            continue
        if answer.confidence is None or answer.answered:
            undecided += 1
        else:
            judged.append(Judged(answer.confidence, bool(question.answerable)))
    return judged, undecided, failed


def choose(judged: Sequence[Judged], most_declined: float) -> float:
    """Return the threshold with the best balanced decisions among those that decline few wrongly.

    Balanced is the mean of the share of what cannot be answered that is declined and the share of
    the rest that is not. A threshold lies in the middle between two confidences; of equally good
    ones the lowest is taken.

    >>> choose([Judged(0.2, False), Judged(0.4, True), Judged(0.8, True)], 0.0)
    0.3
    """
    seen = sorted({one.confidence for one in judged})
    between = [round((low + high) / 2, 4) for low, high in pairwise(seen)]
    best, best_value = 0.0, -1.0
    for value in [0.0, *between]:
        shares = declined(judged, value)
        balance = shares["declined_rightly"] - shares["declined_wrongly"]
        if shares["declined_wrongly"] <= most_declined and balance > best_value:
            best, best_value = value, balance
    return best


def declined(judged: Sequence[Judged], threshold: float) -> dict[str, float]:
    """Return the shares that a threshold declines of what cannot be answered and of what can.

    >>> declined([Judged(0.2, False), Judged(0.4, True), Judged(0.8, True)], 0.5)
    {'threshold': 0.5, 'declined_rightly': 1.0, 'declined_wrongly': 0.5}
    """
    shares = {}
    for name, answerable in (("declined_rightly", False), ("declined_wrongly", True)):
        those = [one.confidence < threshold for one in judged if one.answerable == answerable]
        shares[name] = sum(those) / len(those) if those else 0.0
    return {"threshold": threshold, **shares}
