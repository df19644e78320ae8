"""What a reasoning model writes for itself, taken out of its answer as it arrives."""

from __future__ import annotations

import re

_TAG = re.compile(r"<(/?)(?:think|thinking|thought|thoughts|reasoning)>", re.IGNORECASE)
# What may become such a tag when more has come.
_BEGUN = re.compile(r"</?[a-z]{0,9}\Z", re.IGNORECASE)


class Thoughts:
    """Leaves blocks like ``<think>...</think>`` out of a text that arrives in chunks.

    Some servers open the block themselves and send only its end: ``restarted`` then counts that
    all before it was thought too.

    >>> thoughts = Thoughts()
    >>> [thoughts.feed(piece) for piece in ("It <thi", "nk>Hm</thi", "nk>is ", "<b>.")]
    ['It ', '', 'is ', '<b>.']
    """

    def __init__(self) -> None:
        """Nothing has arrived."""
        self._held = ""
        self._within = False
        self.restarted = 0

    def feed(self, chunk: str) -> str:
        """Return what a chunk adds to the answer."""
        text = self._held + chunk
        begun = _BEGUN.search(text)
        end = begun.start() if begun else len(text)
        self._held = text[end:]
        return self._answer(text[:end])

    def finish(self) -> str:
        """Return what was held back; the text is complete."""
        text, self._held = self._held, ""
        return self._answer(text)

    def _answer(self, text: str) -> str:
        kept, at = "", 0
        for tag in _TAG.finditer(text):
            if not self._within:
                kept += text[at : tag.start()]
            if tag[1] and not self._within:
                kept = ""
                self.restarted += 1
            self._within = not tag[1]
            at = tag.end()
        return kept if self._within else kept + text[at:]


def without_thoughts(text: str) -> str:
    """Return a whole text without its thoughts.

    >>> without_thoughts("Hm, red?</think>Blue.")
    'Blue.'
    """
    thoughts = Thoughts()
    return thoughts.feed(text) + thoughts.finish()
