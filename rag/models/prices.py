"""What a reply costs, where that is known."""

from __future__ import annotations

import re

from llama_index.core.llms import LLM

from rag.types import Usage

LOCAL_PREFIX = "local/"  # begins the names of models that run in this process

# US dollars for a million tokens in and out, as OpenAI published them in June 2026.
_PRICES = {
    "gpt-4o-mini": (0.15, 0.60),
    "gpt-4o": (2.50, 10.00),
    "gpt-4.1-nano": (0.10, 0.40),
    "gpt-4.1-mini": (0.40, 1.60),
    "gpt-4.1": (2.00, 8.00),
    "gpt-5-nano": (0.05, 0.40),
    "gpt-5-mini": (0.25, 2.00),
    "gpt-5": (1.25, 10.00),
    "gpt-5.4-nano": (0.20, 1.25),
    "gpt-5.4-mini": (0.75, 4.50),
    "gpt-5.4": (2.50, 15.00),
    "gpt-5.5": (5.00, 30.00),
}
_SNAPSHOT = re.compile(r"-\d{4}-\d{2}-\d{2}\Z")


def price(model: str, usage: Usage) -> float | None:
    """Return what ``usage`` of ``model`` costs at OpenAI in US dollars, None where unknown.

    >>> price("gpt-4o-mini-2024-07-18", Usage(1_000_000, 1_000_000))
    0.75
    """
    if model == "none" or model.startswith(LOCAL_PREFIX):
        return 0.0
    rates = _PRICES.get(_SNAPSHOT.sub("", model))
    if rates is None:
        return None
    return (usage.prompt_tokens * rates[0] + usage.completion_tokens * rates[1]) / 1e6


def cost(llm: LLM | None, usage: Usage) -> float | None:
    """Return what ``usage`` of ``llm`` costs in US dollars, None where that is unknown."""
    if llm is None:
        return 0.0
    from rag.models.served_llm import OPENAI_URL, ServedLLM

    if not isinstance(llm, ServedLLM):
        return None
    known = llm.origin == OPENAI_URL or llm.model.startswith(LOCAL_PREFIX)
    return price(llm.model, usage) if known else None
