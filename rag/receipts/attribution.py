"""Sources for sentences that a model left without one, put in while its text arrives."""

from __future__ import annotations

import re
from collections.abc import Callable

from rag.receipts.citations import CitedSentence, split_cited
from rag.receipts.support import is_factual

# A stop at the end of what has come, and what may be a marker or the next sentence's first word.
_UNDECIDED = re.compile(r"[.!?…:][\"'’”)\]*_]{0,3}(\s+\S*)\Z")
_LONGEST = 4_000  # characters; what is longer without an end is no sentence


class Attribution:
    """Puts the marker of a source behind each sentence that has none.

    Reads a model's text in chunks, with the model's own numbers, and gives it back with the
    markers put in, each before anything of the next sentence. ``claims`` are the sentences that
    got one.

    >>> named = Attribution(lambda claim: 3 if "fast" in claim else None)
    >>> named.feed("Hashing is fast. It may ") + named.feed("be small.") + named.finish()
    'Hashing is fast. [3] It may be small.'
    """

    def __init__(self, find: Callable[[str], int | None]) -> None:
        """Take what finds the number of the source that says a claim, if any does."""
        self._find = find
        self._text = ""  # from the first sentence that is not settled
        self._given = 0  # so much of it
        self.claims: set[str] = set()

    def feed(self, chunk: str) -> str:
        """Return what may be shown now."""
        self._text += chunk
        if len(self._text) > _LONGEST:
            shown = self._give(len(self._text))
            self._text, self._given = "", 0
            return shown
        pieces = split_cited(self._text)
        # The last sentence may yet turn out to go on the one before.
        settled = len(pieces) - (1 if pieces and " " in pieces[-1].claim else 2)
        shown = self._settle(pieces[: max(0, settled)], pieces)
        return shown + self._give(self._limit())

    def finish(self) -> str:
        """Return what was held back; the text is complete."""
        pieces = split_cited(self._text)
        return self._settle(pieces, pieces) + self._give(len(self._text))

    def _limit(self) -> int:
        """Return up to where the text cannot come to stand behind a marker to be put in."""
        pieces = split_cited(self._text)
        if not pieces:
            return 0
        end = pieces[0].end
        undecided = _UNDECIDED.search(self._text[:end])
        return undecided.start(1) if undecided and len(pieces) == 1 else end

    def _settle(self, settled: list[CitedSentence], pieces: list[CitedSentence]) -> str:
        """Return the settled sentences, each with a marker, and go on behind them."""
        shown = ""
        for piece in settled:
            shown += self._give(piece.end)
            number = self._source_of(piece)
            if number is not None:
                shown += f" [{number}]"
                self.claims.add(piece.claim)
        if settled and len(pieces) > len(settled):
            start = pieces[len(settled)].start
            shown += self._give(start)
            self._text = self._text[start:]
            self._given = 0
        return shown

    def _source_of(self, piece: CitedSentence) -> int | None:
        if piece.citations or piece.unresolved or not is_factual(piece.claim):
            return None
        return self._find(piece.claim)

    def _give(self, end: int) -> str:
        given = self._text[self._given : end]
        self._given = max(self._given, end)
        return given
