"""A question to what the page shows, as it comes."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import functools
import gc
import statistics
import threading
import time
from collections import deque
from collections.abc import AsyncGenerator, Callable, Generator, Mapping, Sequence
from typing import Any

from rag.assistant import Assistant
from rag.errors import InputError, LibraryError, ModelError, RagError
from rag.index.entries import with_key
from rag.settings import cut_out
from rag.types import Answer, Hit, Passage, to_json
from ui import render
from ui.exchanges import Exchange, read_count, read_id, read_length, read_turns, read_version
from ui.shelf import where_of

# Seconds between two updates of an answer that is being written: smooth while few are, and
# longer the more there are, so that all together cost about the same.
_BETWEEN = 0.04
_AT_EASE = 6  # answers at once that get this pace
_under_way: set[object] = set()
_waits: deque[float] = deque(maxlen=9)  # seconds that the latest answers' first words took

_EMPTY = "the library is empty; press Library and add papers, then ask again"

View = dict[str, Any]
Part = tuple[Hit, ...] | str | Answer


async def answer_views(
    assistant: Assistant, asked: Mapping[str, Any]
) -> AsyncGenerator[View, None]:
    """Answer what the page asks; yield views, each the whole state of the exchange.

    Leaving it early stops the model at its next word.

    Args:
        assistant: answers.
        asked: ``id``, ``question``, ``history`` (question, answer, paper_ids), ``filters``
            and ``length`` as the page sends them.

    Yields:
        ``id``; ``html`` in pieces; ``text``, what has been written; and, in the last one,
        ``result``: what the page is to keep of the exchange.
    """
    asked = asked if isinstance(asked, Mapping) else {}
    name = read_id(asked.get("id"))
    question = asked.get("question")
    question = question.strip() if isinstance(question, str) else ""
    hits: Sequence[Hit] = ()
    text = ""
    began = time.monotonic()
    first = read_version(asked.get("of"))
    new = functools.partial(Exchange, name, question, at=first, of=first)
    ask = functools.partial(
        assistant.stream,
        question,
        k=read_count(asked.get("k")),
        where=where_of(asked.get("filters")),
        history=read_turns(asked.get("history")),
        length=read_length(asked.get("length")),
    )
    async with contextlib.aclosing(_arriving(ask)) as arriving:
        async for parts in arriving:
            for part in parts:
                if isinstance(part, Answer):
                    yield await asyncio.to_thread(_over, new(answer=part), hits)
                    return
                if isinstance(part, LibraryError) and not assistant.exists:
                    part = InputError(_EMPTY)
                if isinstance(part, RagError):
                    key = assistant.settings.openai_api_key
                    secrets = [key.get_secret_value()] if key else []
                    yield _over(_broken(new(), text, part, hits, secrets), hits)
                    return
                if isinstance(part, str):
                    if hits and not text and assistant.llm:
                        _waits.append(time.monotonic() - began)
                    text += part
                else:
                    hits, began = part, time.monotonic()
            if text:
                yield _view(name, render.writing(name, question, text, hits), text, hits)
                # Meanwhile more arrives, to be shown together.
                await asyncio.sleep(_BETWEEN * max(1.0, len(_under_way) / _AT_EASE))
            elif len(_under_way) <= _AT_EASE:  # else the first words matter more
                wait = statistics.median(_waits) if _waits and assistant.llm else 0.0
                yield _view(name, render.waiting(name, question, hits, wait), "", hits)


def is_busy() -> bool:
    """Say whether so many answers are under way that nothing else should be computed."""
    return len(_under_way) >= _AT_EASE


def _passages(hits: Sequence[Hit]) -> tuple[Passage, ...]:
    return tuple(hit.passage for hit in hits)


def _broken(
    begun: Exchange, text: str, error: RagError, hits: Sequence[Hit], secrets: Sequence[str]
) -> Exchange:
    """Return the exchange that an error ended: what had arrived, and what there is without it."""
    known = error.answer if isinstance(error, ModelError) else None
    return dataclasses.replace(
        begun,
        found=_passages(hits),
        answer=known if isinstance(known, Answer) else None,
        partial=error.partial or text if isinstance(error, ModelError) else text,
        problem=sentence_of(cut_out(str(error), secrets)),
    )


async def _arriving(
    ask: Callable[[], Generator[Part, None, None]],
) -> AsyncGenerator[list[Part | RagError], None]:
    """Yield what has come since the last time, in order; an error of ours comes as a part.

    A thread of its own waits for the model, so that leaving need not wait for its next word.
    """
    loop = asyncio.get_running_loop()
    came: asyncio.Queue[Part | BaseException | None] = asyncio.Queue()
    left = threading.Event()

    def tell(part: Part | BaseException | None) -> None:
        with contextlib.suppress(RuntimeError):  # the page is being closed
            loop.call_soon_threadsafe(came.put_nowait, part)

    def listen() -> None:
        try:
            with contextlib.closing(ask()) as parts:
                for part in parts:
                    if left.is_set():
                        break
                    tell(part)
            tell(None)
            if left.is_set():
                gc.collect()  # a model's client that is left early hangs up when it is collected
        except BaseException as error:  # noqa: BLE001  # raised again where it is awaited
            tell(error)

    threading.Thread(target=listen, name="rag-answer", daemon=True).start()
    _under_way.add(came)
    try:
        while True:
            batch = [await came.get()]
            while not came.empty():
                batch.append(came.get_nowait())
            parts: list[Part | RagError] = []
            for part in batch:
                if isinstance(part, BaseException) and not isinstance(part, RagError):
                    raise part
                if part is not None:
                    parts.append(part)
            if parts:
                yield parts
            if batch[-1] is None:
                return
    finally:
        left.set()
        _under_way.discard(came)


def _view(
    name: str,
    html: Sequence[str],
    text: str = "",
    hits: Sequence[Hit] = (),
    result: Any = None,
) -> View:
    found = to_json(_passages(hits))
    return {"id": name, "html": list(html), "text": text, "found": found, "result": result}


def _over(exchange: Exchange, hits: Sequence[Hit]) -> View:
    html = render.finished(exchange, {hit.paper.id: with_key(hit.paper) for hit in hits})
    return _view(exchange.id, html, "", hits, to_json(exchange))


def show_again(assistant: Assistant, exchanges: Sequence[Exchange]) -> str:
    """Return the HTML of exchanges that are over, oldest first."""
    read = [
        each.paper_id
        for exchange in exchanges
        for each in (exchange.answer.retrieved if exchange.answer else exchange.found)
    ]
    known = assistant.with_ids(list(dict.fromkeys(read))) if read else {}
    return "".join(piece for exchange in exchanges for piece in render.finished(exchange, known))


def sentence_of(message: str) -> str:
    """Return an error's line as a sentence of the conversation.

    >>> sentence_of("there is no index; make one"), sentence_of("gpt-4o is down; try again")
    ('There is no index; make one.', 'gpt-4o is down; try again.')
    """
    message = " ".join(message.split())
    first = message.partition(" ")[0]
    if first.isalpha():  # not the name of a model
        message = message[:1].upper() + message[1:]
    return message if message.endswith((".", "!", "?")) else f"{message}."
