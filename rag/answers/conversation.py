"""What of a conversation a model is told, and one message that it is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from llama_index.core.llms import LLM, ChatMessage, MessageRole

from rag.models import replies
from rag.settings import Settings
from rag.text import tokens
from rag.types import Turn

_LONGEST = (4_000, 40_000)  # characters of a turn's question and of its answer that are read


def within_budget(history: Sequence[Turn], budget: int) -> list[Turn]:
    """Return the last turns that fit into a budget of tokens, oldest first.

    >>> within_budget([Turn("one two", "three"), Turn("four", "five")], 3)
    [Turn(question='four', answer='five', paper_ids=())]

    The oldest that does not fit is cut, where it is the last turn.

    >>> within_budget([Turn("one two", "three four five")], 4)
    [Turn(question='one two', answer='three four', paper_ids=())]
    """
    kept: list[Turn] = []
    for turn in map(_plain, reversed(history)):
        budget -= tokens.count(turn.question) + tokens.count(turn.answer)
        if budget < 0 and kept:
            break
        kept.insert(0, _cut(turn, budget) if budget < 0 else turn)
    return kept


def _plain(turn: Turn) -> Turn:
    """Return a turn with its question on one line, as a question is asked, and neither too long."""
    question = " ".join(turn.question[: 10 * _LONGEST[0]].split())[: _LONGEST[0]]
    return replace(turn, question=question, answer=turn.answer[: _LONGEST[1]])


def _cut(turn: Turn, budget: int) -> Turn:
    """Return a turn without the last tokens of its answer, then of its question: -budget."""
    question, answer = (tokens.encoding().encode_ordinary(t) for t in (turn.question, turn.answer))
    over = -budget
    kept_answer = answer[: max(0, len(answer) - over)]
    kept_question = question[: max(1, len(question) - max(0, over - len(answer)))]
    decode = tokens.encoding().decode
    return replace(turn, question=decode(kept_question), answer=decode(kept_answer))


def ask_once(llm: LLM, text: str, settings: Settings, *, max_tokens: int) -> replies.Completion:
    """Return the whole reply to one message.

    Raises:
        ModelError: the model failed.
    """
    message = ChatMessage(role=MessageRole.USER, content=text)
    for part in replies.complete_stream(llm, [message], max_tokens=max_tokens, settings=settings):
        if isinstance(part, replies.Completion):
            return part
    raise RuntimeError("the reply ended without its completion")
