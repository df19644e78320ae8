"""Citation markers in a model's text: renumbered while it streams, then read by sentence.

What is a marker, with eight sources:

==========================  =====================================================
``[3]`` ``[ 3 ]`` ``【3】``    source 3, shown as ``[1]`` where it is the first one used
``［3］`` ``[Source 3]``       the same
``[3][5]`` ``[3, 5; 6]``      several sources, shown as ``[1][2][3]``
``[3-5]`` ``[3–5]``           sources 3, 4, 5 (at most 20 of them)
``faster[3]`` ``GPT-2[3]``    a citation too, though glued to a word
``[9]`` ``[3-9]`` ``[5-3]``   no such source: shown as ``[9?]`` and reported as ``[9]``
``[0]`` ``[2020]`` ``[n]``    text, as are ``[^1]``, ``[0, 1]`` and ``[-1]``
``[1](https://...)``          a Markdown link: text
`` `arr[3]` ``                inline code and fenced blocks: left alone
==========================  =====================================================

So each ``[n]`` from 1 to 999 in the shown text, code and links aside, is a citation number;
a marker that leads nowhere is told by its question mark, which is also believed where the
model wrote it (models copy earlier answers).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from rag.receipts.markers import Item, MarkerScanner
from rag.text.sentences import sentence_spans

_LONGEST_RANGE = 20
_LINE_HEAD = re.compile(r"[ \t>]*(?:(?:[-*+•]|\d{1,3}[.)]|#{1,6})[ \t]+)?")
_LINE = re.compile(r"[^\r\n]+")
_SPACE_BEFORE_STOP = re.compile(r" ([.,;:!?])")


class CitationStream:
    """Renumbers the markers of a text that arrives in chunks, by first use.

    >>> stream = CitationStream(sources=4)
    >>> stream.feed("It is faster [4, ") + stream.feed("2].") + stream.finish()
    'It is faster [1][2].'
    >>> stream.order
    (4, 2)
    """

    def __init__(self, sources: int) -> None:
        """Take how many sources the model was given: they are numbered from 1."""
        self._sources = sources
        self._scanner = MarkerScanner()
        self._numbers: dict[int, int] = {}  # source -> citation number
        self._unresolved: dict[str, None] = {}

    @property
    def order(self) -> tuple[int, ...]:
        """Return the sources cited so far: citation ``n`` is source ``order[n - 1]``."""
        return tuple(self._numbers)

    @property
    def unresolved(self) -> tuple[str, ...]:
        """Return the distinct markers so far that name no source, such as ``[9]``."""
        return tuple(self._unresolved)

    def feed(self, chunk: str) -> str:
        """Take in a chunk and return what may be shown now: never half a marker."""
        return self._shown(chunk, final=False)

    def finish(self) -> str:
        """Return what was held back; the text is complete."""
        return self._shown("", final=True)

    def _shown(self, chunk: str, *, final: bool) -> str:
        return "".join(
            self._markers(token.items) if token.kind == "marker" else token.text
            for token in self._scanner.tokens(chunk, final=final)
        )

    def _markers(self, items: tuple[Item, ...]) -> str:
        shown: dict[str, None] = {}
        for item in items:
            known = 1 <= item.first <= item.last <= self._sources
            if item.doubted or not known or item.last - item.first >= _LONGEST_RANGE:
                self._unresolved[f"[{item.label}]"] = None
                shown[f"[{item.label}?]"] = None
                continue
            for source in range(item.first, item.last + 1):
                shown[f"[{self._numbers.setdefault(source, len(self._numbers) + 1)}]"] = None
        return "".join(shown)


class Parsed(NamedTuple):
    """A whole text with its markers renumbered; see :class:`CitationStream`."""

    text: str
    order: tuple[int, ...]
    unresolved: tuple[str, ...]


def parse(text: str, sources: int) -> Parsed:
    """Renumber the markers of a whole text: what streaming it in any chunks gives.

    >>> parse("Seen in [3]. Also [7] and [3].", sources=3)
    Parsed(text='Seen in [1]. Also [7?] and [1].', order=(3,), unresolved=('[7]',))
    """
    stream = CitationStream(sources)
    shown = stream.feed(text) + stream.finish()
    return Parsed(shown, stream.order, stream.unresolved)


@dataclass(frozen=True, slots=True)
class CitedSentence:
    """One sentence of a shown text: ``text`` is ``shown[start:end]``, its markers included.

    ``claim`` is the sentence without markers: what can be checked against a source. It is
    empty for markers that stand alone.
    """

    text: str
    start: int
    end: int
    citations: tuple[int, ...]
    unresolved: tuple[str, ...]
    claim: str


class _Marker(NamedTuple):
    start: int
    end: int
    items: tuple[Item, ...]


def split_cited(text: str) -> list[CitedSentence]:
    """Cut a shown text into sentences, in order, each with the markers that belong to it.

    A line or list item ends a sentence. A marker after the full stop belongs to the sentence
    before it, one at the start of a line to the sentence that follows. Fenced code and lines
    without a word are left out; a bullet or number before a list item is no part of it.

    >>> [(s.text, s.citations) for s in split_cited("It is fast. [1] It may be [2] small.")]
    [('It is fast. [1]', (1,)), ('It may be [2] small.', (2,))]
    """
    plain, markers = _mask(text)
    found: list[tuple[int, int, list[_Marker]]] = []
    waiting = iter([*markers, None])
    marker = next(waiting)
    for line in _LINE.finditer(plain):
        spans = _line_spans(plain, line.start(), line.end())
        first = len(found)
        found += [(start, end, []) for start, end in spans]
        owner = first
        while marker is not None and marker.start < line.end():
            while owner + 1 < len(found) and found[owner + 1][0] < marker.start:
                owner += 1
            if not spans:  # markers alone on a line: of the sentence above, if any is near
                if not found or text[found[-1][1] : marker.start].strip():
                    found.append((marker.start, marker.end, []))
                owner = len(found) - 1
            start, end, own = found[owner]
            own.append(marker)
            found[owner] = (min(start, marker.start), max(end, marker.end), own)
            marker = next(waiting)
    return [_sentence(text, plain, *sentence) for sentence in found]


def _mask(text: str) -> tuple[str, list[_Marker]]:
    """Return ``text`` with markers and fenced code blanked, offsets kept, and the markers."""
    pieces: list[str] = []
    markers: list[_Marker] = []
    at = 0
    for token in MarkerScanner().tokens(text, final=True):
        end = at + len(token.text)
        if token.kind == "marker":
            markers.append(_Marker(at, end, token.items))
        blank = {"marker": " ", "fence": "\n"}.get(token.kind)
        pieces.append(blank * (end - at) if blank else token.text)
        at = end
    return "".join(pieces), markers


def _line_spans(plain: str, start: int, end: int) -> list[tuple[int, int]]:
    head = _LINE_HEAD.match(plain, start, end)
    start = head.end() if head else start
    # Emphasis closes after a full stop as a quotation mark does.
    body = plain[start:end].replace("*", '"')
    spans = [(start + left, start + right) for left, right in sentence_spans(body)]
    return [(left, right) for left, right in spans if any(map(str.isalnum, plain[left:right]))]


def _sentence(text: str, plain: str, start: int, end: int, own: list[_Marker]) -> CitedSentence:
    items = [item for marker in own for item in marker.items]
    claim = _SPACE_BEFORE_STOP.sub(r"\1", " ".join(plain[start:end].split()))
    return CitedSentence(
        text=text[start:end],
        start=start,
        end=end,
        citations=tuple(dict.fromkeys(item.first for item in items if not item.doubted)),
        unresolved=tuple(dict.fromkeys(f"[{item.label}]" for item in items if item.doubted)),
        claim=claim,
    )
