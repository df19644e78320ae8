"""A model's text as it arrives, made plain: whole characters, no controls, no thoughts."""

from __future__ import annotations

import re

_SURROGATE = re.compile("[\ud800-\udfff]")
# What a terminal would obey, line feeds and tabs aside; what shows text in another order than it
# is in, and tags that nobody sees.
_CONTROLS = dict.fromkeys(
    [
        *(*range(0x09), *range(0x0B, 0x20), *range(0x7F, 0xA0)),
        *(*range(0x202A, 0x202F), *range(0x2066, 0x206A), *range(0xE0000, 0xE0080)),
    ]
)
_OPEN, _CLOSE = "<think>", "</think>"


class ReplyText:
    r"""Takes the pieces of a reply and gives what is to be shown of each.

    A character that arrives in two halves is given whole, half of one becomes U+FFFD. Some
    servers send a reasoning model's thoughts before its answer, in tags: they are no answer.

    >>> text = ReplyText()
    >>> [text.feed(piece) for piece in ("<thi", "nk>Hm", "m</think>", "A\ud83d", "\ude00\x1b[2J")]
    ['', '', '', 'A', '😀[2J']
    """

    def __init__(self) -> None:
        """Nothing has arrived."""
        self._half = ""  # of a character
        self._begun = ""  # what may be a tag
        self._place = "start"  # then "thoughts" or "answer"

    def feed(self, piece: str) -> str:
        """Return what a piece adds to the text."""
        text = self._half + piece
        self._half = ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            self._half, text = text[-1], text[:-1]
        return self._answer(_plain(text))

    def finish(self) -> str:
        """Return what was held back for more that did not come."""
        rest = self._answer(_plain(self._half))
        self._half = ""
        return self._begun + rest if self._place == "start" else rest

    def _answer(self, text: str) -> str:
        """Return text without the thoughts that stand before the answer."""
        if self._place == "answer":
            return text
        self._begun += text
        if self._place == "start":
            begun = self._begun.lstrip()
            if len(begun) < len(_OPEN) and _OPEN.startswith(begun):
                return ""
            self._place = "thoughts" if begun.startswith(_OPEN) else "answer"
            if self._place == "answer":
                return self._begun
        _, closed, after = self._begun.partition(_CLOSE)
        self._begun = "" if closed else self._begun[-len(_CLOSE) :]
        if not closed:
            return ""
        self._place = "answer"
        return after.lstrip()


def _plain(text: str) -> str:
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text.translate(_CONTROLS)
