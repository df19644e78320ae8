"""What a batch costs: a cap while it runs, and an estimate before it does."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from llama_index.core.llms import (
    ChatMessage,
    ChatResponse,
    CompletionResponse,
    CustomLLM,
    LLMMetadata,
    MessageRole,
)
from tqdm import tqdm

from rag.answers import planning
from rag.assistant import Assistant
from rag.batches.question_files import Item
from rag.errors import InputError, SettingsError
from rag.models import replies
from rag.types import Usage


def row_cost(row: Mapping[str, Any]) -> float | None:
    """Return what a row cost in US dollars; None where the price is unknown.

    Where the server is not OpenAI's, the price of OpenAI's model of that name counts.
    """
    used = Usage(**row["usage"])
    return replies.price(row["llm"], used) if used.cost_usd is None else used.cost_usd


class Budget:
    """A cap in US dollars; no question starts that is likely to pass it."""

    def __init__(self, cap: float | None, model: str) -> None:
        """Take the cap, None for none, and the name of the model in force.

        Raises:
            SettingsError: there is a cap, but no price is known.
        """
        if cap is not None and replies.price(model, Usage()) is None:
            raise SettingsError(
                f"the price of {model} is not known, so --max-cost cannot hold; leave it out"
            )
        self._cap = None if model == "none" else cap
        self._spent = self._dearest = 0.0
        self._known = False

    def note(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Count what finished rows cost."""
        for row in rows:
            if self._cap is None or "error" in row:
                continue
            cost = row_cost(row) or 0.0
            self._spent += cost
            self._dearest = max(self._dearest, cost)
            self._known = True

    def allows(self, busy: int) -> bool:
        """Say whether one more may start while ``busy`` are under way.

        Each is taken to cost as much as the dearest so far; the first goes alone to show it.
        """
        if self._cap is None:
            return True
        if not self._known and busy:
            return False
        likely = self._spent + (busy + 1) * self._dearest
        return self._spent < self._cap and likely <= self._cap * (1 + 1e-9)


class _Silent(CustomLLM):
    """Stands in for the model: counts what it is sent and repeats the question."""

    reply: str = "?"

    @property
    def metadata(self) -> LLMMetadata:
        return LLMMetadata(model_name="none")

    def stream_chat(self, messages: Sequence[ChatMessage], **_: Any) -> Iterator[ChatResponse]:  # type: ignore[override]
        message = ChatMessage(role=MessageRole.ASSISTANT, content=self.reply)
        yield ChatResponse(message=message, delta=self.reply)

    def complete(self, prompt: str, formatted: bool = False, **_: Any) -> CompletionResponse:
        raise NotImplementedError

    def stream_complete(self, prompt: str, formatted: bool = False, **_: Any) -> Any:
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Price:
    """What questions would cost: prompt tokens as counted here, completion tokens at the most."""

    prompt_tokens: int
    completion_tokens: int
    cost_usd: float | None


def estimate(assistant: Assistant, items: Sequence[Item]) -> Price:
    """Price questions by retrieving for each and counting its prompt; no model is asked."""
    settings = assistant.settings
    model = replies.model_name(settings)
    asked = [item for item in items if item.defect is None]
    prompt = written = 0
    if model != "none":
        stand_in = _Silent()
        offline = settings.model_copy(update={"cache": None})
        counting = Assistant.open(offline, llm=stand_in, embedder=assistant.embedder)
        for item in tqdm(asked, unit=" questions", disable=None, leave=False):
            stand_in.reply = item.question
            try:
                answer = counting.ask(item.question, history=item.history)
            except InputError:  # what cannot be asked costs nothing
                continue
            prompt += answer.usage.prompt_tokens
            written += settings.answer_tokens * ("answer" in answer.prompts)
            written += planning.MOST_TOKENS * ("plan" in answer.prompts)
        counting.close()
    used = Usage(prompt, written)
    return Price(used.prompt_tokens, used.completion_tokens, replies.price(model, used))
