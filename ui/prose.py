"""A model's text to HTML: paragraphs, lists, code, emphasis and citation chips. Pure.

Nothing of the text becomes markup of its own: whatever is not one of these is escaped, so
links, images, formulas and tags are shown as they were written.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import NamedTuple

from rag.receipts.markers import Item, MarkerScanner

_LINE = re.compile(r"[^\n]+")
_BULLET = re.compile(r"[ \t]*(?:[-*+•]|(\d{1,3})[.)])[ \t]+")
_HEADING = re.compile(r"#{1,6}[ \t]+")
_STARS = re.compile(r"\*{1,2}")
_STOPS = ".,;:!?)"
_TIE = '<span class="tie">'

Chip = Callable[[Item, int], str]


class Wrap(NamedTuple):
    """What to put around ``text[start:end]``; wraps do not overlap."""

    start: int
    end: int
    before: str
    after: str


class _Block(NamedTuple):
    tag: str  # p, h3, ul, ol or pre
    start: int
    end: int
    number: int = 0


class _Piece(NamedTuple):
    kind: str
    start: int
    end: int
    items: tuple[Item, ...]


def plain_chip(item: Item, at: int) -> str:
    """Return a citation chip that leads nowhere yet: the answer is still being written."""
    if item.doubted:
        return f'<span class="cite dead">{escape(item.label)}?</span>'
    return f'<span class="cite"><span class="n">{escape(item.label)}</span></span>'


def to_html(text: str, wraps: Sequence[Wrap] = (), chip: Chip = plain_chip) -> list[str]:
    r"""Return the HTML of ``text``, a string for each block.

    >>> to_html("So it is **fast** [1].\n\n- <b>")[1]
    '<ul><li>&lt;b&gt;</li></ul>'
    """
    writer = _Writer(text, wraps, chip)
    made: list[str] = []
    run: list[str] = []
    run_tag = ""
    for block in (*_blocks(text, writer.pieces), _Block("", 0, 0)):
        if run and block.tag != run_tag:
            made.append(f"<{run_tag}>{''.join(run)}</{run_tag}>")
            run = []
        if block.tag in ("ul", "ol"):
            run_tag = block.tag
            value = f' value="{block.number}"' if block.tag == "ol" else ""
            run.append(f"<li{value}>{writer.inline(block.start, block.end)}</li>")
        elif block.tag == "pre":
            made.append(f"<pre>{escape(text[block.start : block.end])}</pre>")
        elif block.tag:
            inner = writer.inline(block.start, block.end)
            made.append(f"<{block.tag}>{inner}</{block.tag}>")
    return made


def _pieces(text: str) -> list[_Piece]:
    found: list[_Piece] = []
    at = 0
    for token in MarkerScanner().tokens(text, final=True):
        end = at + len(token.text)
        if found and found[-1].kind == token.kind in ("fence", "text"):
            found[-1] = found[-1]._replace(end=end)
        else:
            found.append(_Piece(token.kind, at, end, token.items))
        at = end
    return found


def _blocks(text: str, pieces: Sequence[_Piece]) -> Iterator[_Block]:
    at = 0
    for piece in pieces:
        if piece.kind == "fence":
            yield from _paragraphs(text, at, piece.start)
            yield _fenced(text, piece.start, piece.end)
            at = piece.end
    yield from _paragraphs(text, at, len(text))


def _fenced(text: str, start: int, end: int) -> _Block:
    """Return the lines between the fences."""
    first = text.find("\n", start, end)
    last = text.rfind("\n", start, end)
    inside = first + 1 if first >= 0 else end
    closed = last > first and not text[last + 1 : end].strip(" \t>`~")
    return _Block("pre", inside, max(inside, last if closed else end))


def _paragraphs(text: str, start: int, end: int) -> Iterator[_Block]:
    """Yield the blocks between two fences; lines that follow each other are one paragraph."""
    open_block: _Block | None = None
    line_end = start
    for line in _LINE.finditer(text, start, end):
        near = text.count("\n", line_end, line.start()) <= 1
        line_end = line.end()
        if not line[0].strip():
            near = False
        bullet = _BULLET.match(text, line.start(), line.end())
        heading = _HEADING.match(text, line.start(), line.end())
        if open_block and (bullet or heading or not near):
            yield open_block
            open_block = None
        if not line[0].strip():
            continue
        if bullet:
            tag, number = ("ol", int(bullet[1])) if bullet[1] else ("ul", 0)
            open_block = _Block(tag, bullet.end(), line.end(), number)
        elif heading:
            yield _Block("h3", heading.end(), line.end())
        elif open_block:
            open_block = open_block._replace(end=line.end())
        else:
            open_block = _Block("p", line.start(), line.end())
    if open_block:
        yield open_block


class _Writer:
    """Writes runs of one text: its pieces, wraps and emphasis are found once."""

    def __init__(self, text: str, wraps: Sequence[Wrap], chip: Chip) -> None:
        self.text = text
        self.pieces = _pieces(text)
        self._starts = [piece.start for piece in self.pieces]
        self._wraps = wraps
        self._wrap_starts = [wrap.start for wrap in wraps]
        self._chip = chip

    def inline(self, start: int, end: int) -> str:
        """Return the HTML of ``text[start:end]``, which lies within one block."""
        made: list[str] = []
        at = start
        for i in range(max(0, bisect_right(self._wrap_starts, start) - 1), len(self._wraps)):
            wrap = self._wraps[i]
            left, right = max(wrap.start, start), min(wrap.end, end)
            if left >= end:
                break
            if left < right:
                made.append(self._run(at, left))
                made.append(f"{wrap.before}{self._run(left, right)}{wrap.after}")
                at = right
        made.append(self._run(at, end))
        return "".join(made)

    def _run(self, start: int, end: int) -> str:
        if start >= end:
            return ""
        made: list[str] = []
        opened: list[str] = []
        tied = False  # chips hold on to the word before and the stop after: none begins a line
        stars = self._stars(start, end)
        for piece, left, right in self._within(start, end):
            at = left
            if piece.kind == "marker":
                if not tied:
                    tied = True
                    made.append(_TIE)
                    if made[-2:-1] and made[-2].endswith(" "):
                        made[-2:] = made[-2][:-1], f"{_TIE}&nbsp;"
                made += [self._chip(item, left) for item in piece.items]
                continue
            if tied:
                at += self.text[left] in _STOPS
                made.append(f"{self.text[left:at]}</span>")
                tied = False
            if piece.kind == "code":
                made.append(f"<code>{escape(self.text[at:right].strip('`'))}</code>")
                continue
            for star in _STARS.finditer(self.text, left, right):
                made.append(escape(self.text[at : star.start()]))
                made.append(_toggle(stars.get(star.start(), ""), opened) or star[0])
                at = star.end()
            made.append(escape(self.text[at:right]))
        return "".join(made) + "</span>" * tied + "".join(f"</{tag}>" for tag in reversed(opened))

    def _within(self, start: int, end: int) -> Iterator[tuple[_Piece, int, int]]:
        """Yield the pieces of ``text[start:end]`` with the part of each that lies in it."""
        for i in range(max(0, bisect_right(self._starts, start) - 1), len(self.pieces)):
            piece = self.pieces[i]
            if piece.start >= end:
                break
            yield piece, max(piece.start, start), min(piece.end, end)

    def _stars(self, start: int, end: int) -> dict[int, str]:
        """Return which runs of asterisks open or close emphasis: those that pair up."""
        waiting: dict[str, int] = {}
        paired: dict[int, str] = {}
        for piece, left, right in self._within(start, end):
            if piece.kind != "text":
                continue
            for star in _STARS.finditer(self.text, left, right):
                tag = "strong" if len(star[0]) == 2 else "em"
                before = self.text[star.start() - 1 : star.start()]
                after = self.text[star.end() : star.end() + 1]
                if tag in waiting and before.strip():
                    paired[waiting.pop(tag)] = paired[star.start()] = tag
                elif after.strip() and not (tag == "em" and before.isalnum()):
                    waiting[tag] = star.start()
        return paired


def _toggle(tag: str, opened: list[str]) -> str:
    """Open the tag, or close it and whatever was opened inside it; '' for no tag."""
    if not tag:
        return ""
    if tag not in opened:
        opened.append(tag)
        return f"<{tag}>"
    inner = opened[opened.index(tag) + 1 :]
    del opened[opened.index(tag) :]
    return "".join(f"</{name}>" for name in (*reversed(inner), tag))
