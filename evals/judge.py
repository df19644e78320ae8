"""A language model as judge of answers: correctness, and faithfulness to what is cited.

Its verdicts stand beside the deterministic ones. What it says that is no verdict, or not at
all, is unmeasured (None): never 0, and never left out of the counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from llama_index.core.llms import LLM

from evals.questions import Question
from rag.answers import prompts
from rag.answers.conversation import ask_once
from rag.answers.judging import judge_sentences, total
from rag.errors import ModelError
from rag.settings import Settings
from rag.types import Paper, Sentence, Usage, to_json

_CORRECT = {"CORRECT": 1.0, "PARTLY": 0.5, "WRONG": 0.0}
_FAITHFUL = {"supported": 1.0, "weak": 0.5, "unsupported": 0.0}
UNMEASURED = "unmeasured"


def judge_answer(
    answer: Mapping[str, Any],
    question: Question,
    titles: Mapping[str, str],
    llm: LLM,
    settings: Settings,
) -> dict[str, Any]:
    """Return a judge's verdicts on one answer.

    Args:
        answer: ``ask``'s JSON.
        question: what is expected; correctness applies where that is known.
        titles: of the expected papers, by id.
        llm: the judge.
        settings: what is in force.

    Returns:
        ``correctness``: 1, 0.5, 0 or None for unmeasured; missing where it does not apply.
        ``faithfulness``: the mean over the sentences that cite (supported 1, partly 0.5), None
        where any of them is unmeasured; missing where none cites. ``sentences``: the verdict on
        each that cites. ``faults``: why the judge failed. ``usage``: what it took.
    """
    faults: list[str] = []
    spent: list[Usage] = []
    found: dict[str, Any] = {}
    if question.answerable is not None:
        try:
            found["correctness"], usage = _correctness(answer, question, titles, llm, settings)
            spent.append(usage)
        except ModelError as error:
            found["correctness"] = None
            faults.append(str(error))
    papers = {c["number"]: _value(Paper, c["paper"]) for c in answer["citations"]}
    verdicts = []
    for sentence in answer["sentences"]:
        if not sentence["citations"]:
            continue
        try:
            bare = _value(Sentence, {**sentence, "evidence": None})
            (judged,), _, usage = judge_sentences([bare], papers, llm, settings)
            verdicts.append(str(judged.judge))
            spent.append(usage)
        except ModelError as error:
            verdicts.append(UNMEASURED)
            faults.append(str(error))
    if verdicts:
        values = [_FAITHFUL.get(verdict) for verdict in verdicts]
        known = [value for value in values if value is not None]
        found["faithfulness"] = sum(known) / len(known) if len(known) == len(values) else None
    usage = total(spent)
    return {**found, "sentences": verdicts, "faults": faults, "usage": to_json(usage)}


def _correctness(
    answer: Mapping[str, Any],
    question: Question,
    titles: Mapping[str, str],
    llm: LLM,
    settings: Settings,
) -> tuple[float | None, Usage]:
    cited = [f"[{c['number']}] {c['paper']['title']}" for c in answer["citations"]]
    text = prompts.load("correctness", settings.prompts).fill(
        question=answer["standalone_question"],
        expected=expected_text(question, titles),
        answer="\n".join([answer["answer"], *cited]),
    )
    reply = ask_once(llm, text, settings, max_tokens=8)
    words = reply.text.upper().split()
    return _CORRECT.get(words[0].strip(".,:*\"'") if words else ""), reply.usage


def expected_text(question: Question, titles: Mapping[str, str]) -> str:
    """Return what is expected of an answer, in words for a judge.

    ``titles`` names the papers by id; one that is missing is named by its id.
    """
    if not question.answerable:
        return "to decline, because the papers do not say"
    facts = [f"it says {' or '.join(fact)}" for fact in question.facts]
    papers = [f"it cites {titles.get(paper, paper)}" for paper in question.papers or ()]
    return "; ".join([*facts, *papers])


def _value(kind: type[Any], row: Mapping[str, Any]) -> Any:
    """Return a dataclass from its JSON: lists become tuples."""
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in row.items()})
