"""A model's own verdicts, beside the deterministic ones and never instead of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from llama_index.core.llms import LLM

from rag.answers import prompts
from rag.answers.conversation import ask_once
from rag.settings import Settings
from rag.types import Paper, Sentence, Usage

_VERDICTS = {"SUPPORTED": "supported", "PARTLY": "weak", "UNSUPPORTED": "unsupported"}


def judge_sentences(
    sentences: Sequence[Sentence], cited: Mapping[int, Paper], llm: LLM, settings: Settings
) -> tuple[list[Sentence], prompts.Prompt, Usage]:
    """Return the sentences with ``judge`` set: supported, weak, unsupported or unmeasured.

    Args:
        sentences: of one answer.
        cited: the papers by citation number.
        llm: the judge.
        settings: what is in force.

    Returns:
        The sentences, the prompt and what the verdicts cost. A sentence that cites nothing is
        not judged (None); a reply that is no verdict is "unmeasured".

    Raises:
        ModelError: the model failed.
    """
    prompt = prompts.load("judge", settings.prompts)
    judged, usages = [], []
    for sentence in sentences:
        if not sentence.citations:
            judged.append(sentence)
            continue
        papers = [cited[number] for number in sentence.citations]
        source = "\n\n".join(f"{paper.title}\n{paper.abstract}" for paper in papers)
        text = prompt.fill(source=source, claim=sentence.text)
        reply = ask_once(llm, text, settings, max_tokens=8)
        usages.append(reply.usage)
        words = reply.text.upper().split()
        verdict = _VERDICTS.get(words[0].strip(".,:*\"'") if words else "", "unmeasured")
        judged.append(replace(sentence, judge=verdict))
    return judged, prompt, total(usages)


def unmeasured(sentences: Sequence[Sentence]) -> list[Sentence]:
    """Return the sentences as a judge leaves them that failed."""
    return [replace(each, judge="unmeasured") if each.citations else each for each in sentences]


def total(usages: Sequence[Usage]) -> Usage:
    """Return the sum of usages; the cost is None where any is unknown."""
    costs = [usage.cost_usd for usage in usages]
    known = [cost for cost in costs if cost is not None]
    return Usage(
        sum(usage.prompt_tokens for usage in usages),
        sum(usage.completion_tokens for usage in usages),
        sum(known) if len(known) == len(costs) else None,
    )
