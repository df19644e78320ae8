"""Conversations from JSON: of one's own making, of chat APIs, or of this program's answers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rag.errors import InputError
from rag.types import Turn

_SHAPE = 'write [{"question": ..., "answer": ...}] or [{"role": ..., "content": ...}]'


def read_history(path: Path) -> list[Turn]:
    """Return the turns in a JSON file, oldest first.

    Raises:
        InputError: the file is missing or holds no conversation.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"cannot read {path} ({error.strerror}); name a JSON file") from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path} is not JSON; {_SHAPE}") from error
    return parse_history(data, str(path))


def parse_history(data: Any, where: str) -> list[Turn]:
    """Return the turns in JSON data; ``where`` names its place in errors.

    >>> parse_history([{"question": "q", "answer": "a [1]"}], "here")
    [Turn(question='q', answer='a [1]', paper_ids=())]

    Raises:
        InputError: the data is no conversation.
    """
    if isinstance(data, dict):
        data = data.get("history") or data.get("messages") or [data]
    if not isinstance(data, list) or not all(isinstance(item, dict) for item in data):
        raise InputError(f"{where} is no conversation; {_SHAPE}")
    if any("role" in item for item in data):
        return _from_messages(data)
    turns = [_turn(item) for item in data]
    if any(turn is None for turn in turns):
        raise InputError(f"{where} is no conversation; {_SHAPE}")
    return [turn for turn in turns if turn is not None]


def _turn(item: dict[str, Any]) -> Turn | None:
    question, answer = item.get("question"), item.get("answer", "")
    if not isinstance(question, str) or not isinstance(answer, str):
        return None
    return Turn(question, answer, _paper_ids(item))


def _paper_ids(item: dict[str, Any]) -> tuple[str, ...]:
    """Return the ids of the papers that a turn cited: given, or in an answer's citations."""
    given = item.get("paper_ids")
    if isinstance(given, list):
        return tuple(name for name in given if isinstance(name, str))
    cited = item.get("citations")
    papers = (
        [c.get("paper") for c in cited if isinstance(c, dict)] if isinstance(cited, list) else []
    )
    ids = [paper.get("id") for paper in papers if isinstance(paper, dict)]
    return tuple(name for name in ids if isinstance(name, str))


def _from_messages(messages: Sequence[dict[str, Any]]) -> list[Turn]:
    turns: list[Turn] = []
    for message in messages:
        role, content = message.get("role"), message.get("content")
        if not isinstance(content, str):
            continue
        if role == "user":
            turns.append(Turn(content, ""))
        elif role == "assistant" and turns:
            turns[-1] = Turn(turns[-1].question, content, _paper_ids(message))
    return turns
