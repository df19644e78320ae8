"""What a server refuses by name: left out or renamed, and remembered for that model."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import openai

from rag.models.faults import is_about_the_prompt

# Reasoning models know the limit by its newer name, older servers by the older one alone.
_RENAMED = {"max_tokens": "max_completion_tokens"}
_NEEDED = frozenset(["model", "messages", "stream"])
MOST = 6  # refusals of one request after which it fails


class Parameters:
    """How one model wants to be asked."""

    def __init__(self) -> None:
        """Every parameter is sent until it is refused."""
        self._instead: dict[str, str | None] = {}  # the name to send, or None for nothing

    def applied(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return a request's body without what the model refuses."""
        made: dict[str, Any] = {}
        for name, value in body.items():
            sent: str | None = name
            while sent in self._instead:
                sent = self._instead[sent]
            if sent is not None:
                made[sent] = value
        return made

    def learn(self, error: openai.APIStatusError, body: Mapping[str, Any]) -> bool:
        """Note what an error refuses of a body that was sent; False where it names nothing."""
        if error.status_code not in (400, 422) or is_about_the_prompt(error):
            return False
        name = _refused(error, body)
        if name is None:
            return False
        self._instead[name] = _RENAMED.get(name)
        return True


def _refused(error: openai.APIStatusError, body: Mapping[str, Any]) -> str | None:
    """Return the parameter that an error is about: the one it gives, or names first."""
    names = set(body) - _NEEDED
    if error.param in names:
        return error.param
    said = f"{error.message} {json.dumps(error.body, default=str)}"
    for word in re.findall(r"[a-z]+(?:_[a-z]+)*", said[:10_000]):
        older = next((old for old, new in _RENAMED.items() if word == new), word)
        if word in names or older in names:
            return word if word in names else older
    return None
