"""Cuts a model's text, as it arrives, into prose, code and citation markers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from rag.receipts.lookalikes import no_markers as no_markers

_CLOSER = {"[": "]", "【": "】", "［": "］"}
_SPECIAL = re.compile(r"[\[【［`~]")
# What may stand between the brackets of a marker; the letters are those of "Sources".
_BODY = re.compile(r"[\d \t\xa0,;、，；\-‐‑‒–—−－?source]{0,64}", re.IGNORECASE)
_SEPARATOR = re.compile(r"[,;、，；]")
_ITEM = re.compile(
    r"(?:sources?\s*)?(\d{1,3})(?:\s*[-‐‑‒–—−－]\s*(\d{1,3}))?\s*(\??)", re.IGNORECASE
)
# Longest inline code span; longer ones are text, so that little is ever held back.
_LONGEST_CODE = 256
_RUN = re.compile(r"`{1,64}|~{1,64}")
_FENCE_INFO = re.compile(r"[^`\n]{0,128}")
_FENCE_END = re.compile(r"[ \t>]{0,32}(?:`{1,64}|~{1,64})?[ \t]{0,32}")
_BEFORE_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+•]|\d{1,3}[.)])[ \t]*)?")


class Item(NamedTuple):
    """Sources ``first`` to ``last`` of a marker; ``doubted`` where it carries a ``?``."""

    first: int
    last: int
    doubted: bool

    @property
    def label(self) -> str:
        """The numbers as shown: ``9`` or ``3-5``."""
        return f"{self.first}" if self.first == self.last else f"{self.first}-{self.last}"


class Token(NamedTuple):
    """A piece of text; the pieces of a text, put together, are the text."""

    kind: Literal["text", "code", "fence", "marker"]
    text: str
    items: tuple[Item, ...] = ()


class MarkerScanner:
    """Cuts text that arrives in chunks into tokens; what cannot be decided yet is held back.

    Every decision depends on the text alone, never on where a chunk ended, and on at most
    a few hundred characters ahead: so time is linear and little is held.
    """

    def __init__(self) -> None:
        self._held = ""
        self._line = ""  # how the current line began: enough to tell a fence
        self._fence = ""  # the run of backticks that opened the current block

    def tokens(self, chunk: str, *, final: bool) -> Iterator[Token]:
        """Yield the tokens that ``chunk`` decides; ``final`` says that no more will come."""
        text = self._held + chunk
        at = 0
        while at < len(text):
            token = self._next(text, at, final)
            if token is None:
                break
            at += len(token.text)
            _, newline, tail = token.text.rpartition("\n")
            self._line = (tail if newline else self._line + tail)[:64]
            yield token
        self._held = text[at:]

    def _next(self, text: str, at: int, final: bool) -> Token | None:
        """Return the token at ``at``, or None where more text is needed to tell."""
        if self._fence:
            return self._fenced(text, at, final)
        special = _SPECIAL.search(text, at)
        if special is None:
            return Token("text", text[at:])
        if special.start() > at:
            return Token("text", text[at : special.start()])
        return (self._bracket if text[at] in _CLOSER else self._backticks)(text, at, final)

    def _bracket(self, text: str, at: int, final: bool) -> Token | None:
        close = _end(_BODY, text, at + 1)
        # The character after the bracket tells a link.
        if not final and text[close : close + 2] in ("", _CLOSER[text[at]]):
            return None
        if text[close : close + 1] == _CLOSER[text[at]] and text[close + 1 : close + 2] != "(":
            items = _items(text[at + 1 : close])
            if items:
                return Token("marker", text[at : close + 1], items)
        return Token("text", text[at])

    def _backticks(self, text: str, at: int, final: bool) -> Token | None:
        end = _end(_RUN, text, at)
        run = text[at:end]
        if end == len(text) and not final:
            return None
        if len(run) >= 3 and len(self._line) < 64 and _BEFORE_FENCE.fullmatch(self._line):
            info_end = _end(_FENCE_INFO, text, end)
            if info_end == len(text) and not final:
                return None
            if text[info_end : info_end + 1] in ("", "\n"):
                self._fence = run
                return Token("fence", text[at : info_end + 1])
        if run[0] == "~":
            return Token("text", run)
        return self._inline_code(text, at, end, final)

    def _inline_code(self, text: str, at: int, end: int, final: bool) -> Token | None:
        """Find the run of as many backticks that closes the one at ``text[at:end]``."""
        limit = end + _LONGEST_CODE
        newline = text.find("\n", end, limit)
        stop = min(limit, len(text)) if newline < 0 else newline
        for match in re.finditer("`+", text[end:stop]):
            if len(match.group()) == end - at:
                if end + match.end() == len(text) < limit and not final:
                    return None
                return Token("code", text[at : end + match.end()])
        if stop == len(text) < limit and not final:
            return None
        return Token("text", text[at:end])

    def _fenced(self, text: str, at: int, final: bool) -> Token | None:
        if not self._line:
            end = _end(_FENCE_END, text, at)
            if end == len(text) and not final:
                return None
            run = text[at:end].strip(" \t>")
            if run.startswith(self._fence) and text[end : end + 1] in ("", "\r", "\n"):
                self._fence = ""
                return Token("fence", text[at:end])
        newline = text.find("\n", at)
        return Token("fence", text[at:] if newline < 0 else text[at : newline + 1])


def _end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _items(body: str) -> tuple[Item, ...]:
    """Return what the body of a marker names, or nothing where it is no marker."""
    items = []
    for part in _SEPARATOR.split(body):
        match = _ITEM.fullmatch(part.strip())
        if match is None:
            return ()
        first = int(match.group(1))
        item = Item(first, int(match.group(2) or first), bool(match.group(3)))
        if not (item.first and item.last):
            return ()
        items.append(item)
    return tuple(items)
