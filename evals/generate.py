"""Questions worded by a model, kept only where they can be checked."""

from __future__ import annotations

import re
from typing import Any

from llama_index.core.llms import LLM

from rag.answers import prompts
from rag.answers.conversation import ask_once
from rag.settings import Settings
from rag.types import Paper

_REPLY = re.compile(r"\s*Question:[ \t]*([^\n]{8,400})\n+\s*Fact:[ \t]*([^\n]{1,200})\s*\Z")
_WORDS = re.compile(r"\w+")
_RUN = 3


def generate_question(paper: Paper, llm: LLM, settings: Settings) -> dict[str, Any] | None:
    """Return a question about a paper in a model's words, marked as generated.

    None where its reply does not pass: the fact must stand in the abstract and not in the
    question, and the question may not borrow three words in a row from the abstract.

    Raises:
        ModelError: the model failed.
    """
    text = prompts.load("make_question", settings.prompts).fill(
        title=paper.name, abstract=paper.abstract
    )
    reply = _REPLY.match(ask_once(llm, text, settings, max_tokens=160).text)
    if not reply:
        return None
    question, fact = (part.strip().strip("\"'“”") for part in reply.groups())
    borrowed = _runs(question) & _runs(paper.abstract)
    if not fact or fact not in paper.abstract or fact.casefold() in question.casefold() or borrowed:
        return None
    return {
        "kind": "generated",
        "generated": True,
        "question": question,
        "papers": [paper.id],
        "facts": [[fact]],
    }


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _WORDS.findall(text.casefold())
    return {tuple(words[i : i + _RUN]) for i in range(len(words) - _RUN + 1)}
