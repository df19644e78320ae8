"""Questions to rows, side by side; what is wrong with one question becomes its row's error."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from rag.answers import prompts
from rag.assistant import Assistant
from rag.batches.cost import Budget
from rag.batches.journal import Row
from rag.batches.question_files import Item
from rag.batches.threads import TaskThreads
from rag.errors import LibraryError, ModelError, RagError, SettingsError
from rag.models import replies
from rag.models.embedders import identity, shown
from rag.text import tokens
from rag.types import Answer, to_json

log = logging.getLogger(__name__)

_GRACE = 5.0  # seconds that answers under way get after Ctrl-C: they are paid for

Task = tuple[Item, str]  # a question and its digest


def shape_of(assistant: Assistant) -> dict[str, Any]:
    """Return what shapes an answer beside the question and the papers.

    Opens the model and the embedder, so that what is wrong with them is said before any
    question is asked, and by one thread.
    """
    assistant.require()
    tokens.encoding()  # 0.3 s
    settings, llm = assistant.settings, assistant.llm
    used = ("answer", "plan") if llm else ()
    least, source = assistant.threshold
    return {
        "index": settings.chroma_url or str(settings.index.resolve()),
        "llm": replies.model_name(settings, llm),
        "origin": getattr(llm, "origin", None),
        "embedder": identity(assistant.embedder),
        "k": settings.k,
        **({} if source == "default" else {"threshold": least}),
        "tokens": [settings.context_tokens, settings.history_tokens, settings.answer_tokens],
        "prompts": {name: prompts.load(name, settings.prompts).sha256 for name in used},
    }


def digest(item: Item, shape: Mapping[str, Any]) -> str:
    """Return a digest of a question, its history and what shapes its answer."""
    whole = [item.question, to_json(item.history), shape]
    text = json.dumps(whole, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def ask_all(
    ways: Sequence[Callable[[Task], Row]],
    todo: deque[Task],
    budget: Budget,
    record: Callable[[Sequence[Row]], None],
) -> None:
    """Ask what is to do, taking it off the queue as it starts; record what is finished.

    Each of ``ways`` answers one question at a time.
    """
    threads = TaskThreads(ways)
    fault: BaseException | None = None

    def take(timeout: float | None = None) -> BaseException | None:
        finished = threads.take(timeout)
        record([row for row in finished if not isinstance(row, BaseException)])
        return next((row for row in finished if isinstance(row, BaseException)), None)

    try:
        while threads.busy or (todo and not fault):
            while todo and not fault and threads.busy < len(ways) and budget.allows(threads.busy):
                threads.put(todo.popleft())
            if not threads.busy:
                return
            fault = take() or fault
    except KeyboardInterrupt:
        log.warning("stopping; the same command goes on from here")
        end = time.monotonic() + _GRACE
        while threads.busy and (left := end - time.monotonic()) > 0:
            take(left)
        raise
    finally:
        threads.end()
    if fault:
        raise fault


@contextlib.contextmanager
def ways_to_ask(assistant: Assistant, at_once: int) -> Iterator[list[Callable[[Task], Row]]]:
    """Give a way to answer for each thread that asks an assistant, ``at_once`` at the model."""
    with replies.limited(assistant.llm, at_once) as held:
        yield [functools.partial(ask_one, assistant)] * (under_way(at_once) if held else at_once)


def under_way(at_once: int) -> int:
    """Return how many questions to have under way where a model gets ``at_once`` at most.

    While it has these, a quarter more are searched and prepared, or checked: it never waits.
    """
    return at_once + at_once // 4


def ask_one(assistant: Assistant, task: Task) -> Row:
    """Return the row of a question; what is wrong with this one alone becomes its error.

    Raises:
        SettingsError, LibraryError: the next question would fare no better.
    """
    item, shaped = task
    error = item.defect
    answer = None
    if error is None:
        try:
            answer = assistant.ask(item.question, history=item.history)
        except (SettingsError, LibraryError):
            raise
        except RagError as failure:
            error = str(failure)
            answer = _only_found(failure)
        except Exception as failure:  # noqa: BLE001  # told in the row
            error = f"{type(failure).__name__}: {failure}"
    row = {"id": item.id, **to_json(answer or _no_answer(assistant, item)), "digest": shaped}
    return row if error is None else {**row, "error": " ".join(error.split())}


def _only_found(failure: RagError) -> Answer | None:
    """Return what was found before the model failed: a row with an error answers nothing."""
    without = failure.answer if isinstance(failure, ModelError) else None
    if not isinstance(without, Answer):
        return None
    return replace(without, answered=False, answer="", sentences=(), citations=())


def _no_answer(assistant: Assistant, item: Item) -> Answer:
    return Answer(
        question=item.question,
        standalone_question=item.question,
        answered=False,
        answer="",
        sentences=(),
        citations=(),
        retrieved=(),
        llm=replies.model_name(assistant.settings, assistant.llm),
        embedder=shown(identity(assistant.embedder)),
        prompts={},
        generation=assistant.generation,
    )
