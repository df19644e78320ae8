"""A question to what the page shows, as it comes."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rag.assistant import Assistant
from rag.errors import InputError, ModelError, RagError
from rag.library import with_key
from rag.types import Answer, Hit, Paper, to_json
from ui import render
from ui.exchanges import Exchange, read_id, read_turns
from ui.shelf import where_of

# Seconds between two updates of an answer that is being written: smooth, and cheap for many.
_BETWEEN = 0.05

View = dict[str, Any]


def answer_views(assistant: Assistant, asked: Mapping[str, Any]) -> Iterator[View]:
    """Answer what the page asks; yield views, each the whole state of the exchange.

    Args:
        assistant: answers.
        asked: ``id``, ``question``, ``history`` (question, answer, paper_ids) and ``filters``
            as the page sends them.

    Yields:
        ``id``; ``html`` in pieces; ``text``, what has been written; and, in the last one,
        ``result``: what the page is to keep of the exchange.
    """
    name = read_id(asked.get("id"))
    question = str(asked.get("question") or "").strip()
    hits: Sequence[Hit] = ()
    text = ""
    shown = 0.0
    yield _view(name, render.waiting(name, question))
    try:
        parts = assistant.stream(
            question,
            where=where_of(asked.get("filters")),
            history=read_turns(asked.get("history")),
        )
        for part in parts:
            if isinstance(part, Answer):
                yield _over(Exchange(name, question, answer=part), hits)
            elif isinstance(part, str):
                text += part
                now = time.monotonic()
                if now - shown >= _BETWEEN:
                    shown = now
                    yield _view(name, render.writing(name, question, text, hits), text)
            else:
                hits = part
                yield _view(name, render.waiting(name, question, hits))
    except RagError as error:
        partial = text or (error.partial if isinstance(error, ModelError) else "")
        problem = sentence_of(str(error))
        yield _over(Exchange(name, question, partial=partial, problem=problem), hits)


def _view(name: str, html: Sequence[str], text: str = "", result: Any = None) -> View:
    return {"id": name, "html": list(html), "text": text, "result": result}


def _over(exchange: Exchange, hits: Sequence[Hit]) -> View:
    html = render.finished(exchange, {hit.paper.id: with_key(hit.paper) for hit in hits})
    return _view(exchange.id, html, "", to_json(exchange))


def show_again(assistant: Assistant, exchanges: Sequence[Exchange]) -> str:
    """Return the HTML of exchanges that are over, oldest first."""
    library: dict[str, Paper | None] = {}
    for exchange in exchanges:
        for retrieved in exchange.answer.retrieved if exchange.answer else ():
            if retrieved.paper_id not in library:
                library[retrieved.paper_id] = _paper(assistant, retrieved.paper_id)
    known = {name: paper for name, paper in library.items() if paper}
    return "".join(piece for exchange in exchanges for piece in render.finished(exchange, known))


def _paper(assistant: Assistant, paper_id: str) -> Paper | None:
    try:
        found = assistant.paper(paper_id)
    except InputError:  # removed since
        return None
    return found if found.id == paper_id else None


def sentence_of(message: str) -> str:
    """Return an error's line as a sentence of the conversation.

    >>> sentence_of("gpt-4o limits its rate; try again later")
    'Gpt-4o limits its rate; try again later.'
    """
    message = " ".join(message.split())
    return message[:1].upper() + message[1:] + ("" if message.endswith((".", "!", "?")) else ".")
