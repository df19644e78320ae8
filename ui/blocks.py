"""A model's text, cut into blocks: paragraphs, lists, quotations, tables, code, formulas. Pure.

A block says where its text stands, so that whatever is known of a place in the text (a sentence,
a citation) holds in it too. Only what is named here is structure; all else is a paragraph.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

_QUOTE = re.compile(r"[ \t]{0,12}>[ ]?")
_BULLET = re.compile(r"([ \t]*)(?:[-*+•]|(\d{1,3})[.)])[ \t]+(?=\S)")
_HEADING = re.compile(r"[ \t]{0,12}#{1,6}[ \t]+")
_RULE = re.compile(r"[ ]{0,3}(?:(?:-[ \t]*){3,40}|(?:\*[ \t]*){3,40}|(?:_[ \t]*){3,40})\Z")
_BELOW_HEAD = re.compile(r"[ ]{0,8}\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*){0,60}\|?[ \t]*\Z")
_BAR = re.compile(r"(?<!\\)\|")
_DEEPEST = 6  # lists and quotations within each other; deeper ones are text
_SPACE = " \t\r"


class Span(NamedTuple):
    """A part of the text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Block:
    """A block named as in HTML: it holds others, or the text of ``spans``, a line or more each.

    ``maths`` and ``pre`` have one span; ``number`` is a list item's own, ``align`` a cell's.
    """

    tag: str
    spans: tuple[Span, ...] = ()
    inside: tuple[Block, ...] = ()
    number: int = 0
    align: str = ""


class _Line(NamedTuple):
    start: int
    end: int
    tag: str = ""  # of a block that was cut out before


def blocks(text: str, cut: Iterable[tuple[str, int, int]] = ()) -> list[Block]:
    r"""Return the blocks of a text; ``cut`` are (tag, start, end) of those that are known already.

    >>> [block.tag for block in blocks("So it is:\n\n- a\n- b")]
    ['p', 'ul']
    """
    return _parse(text, list(_lines(text, cut)), 0)


def leaves(found: Iterable[Block]) -> Iterator[Block]:
    """Yield the blocks that hold text, in order."""
    for block in found:
        if block.inside:
            yield from leaves(block.inside)
        else:
            yield block


def _lines(text: str, cut: Iterable[tuple[str, int, int]]) -> Iterator[_Line]:
    at = 0
    for tag, start, end in (*cut, ("", len(text), len(text))):
        while at < start:
            newline = text.find("\n", at, start)
            stop = newline if newline >= 0 else start
            # What stands before a block that was cut out is how far it is set in.
            if newline >= 0 or not tag or text[at:stop].strip(_SPACE):
                yield _Line(at, stop)
                at = stop + 1
            else:
                break
        if tag:
            yield _Line(min(at, start), end, tag)
            at = end + (text[end : end + 1] == "\n")


def _parse(text: str, lines: Sequence[_Line], depth: int) -> list[Block]:
    made: list[Block] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if _is_blank(text, line):
            at += 1
            continue
        kind = _kind(text, lines, at, depth)
        if line.tag:
            start = line.start + _indent(text, line)
            made.append(Block(line.tag, (Span(start, line.end),)))
            at += 1
        elif kind in ("h3", "hr"):
            head = _HEADING.match(text, line.start, line.end) if kind == "h3" else None
            made.append(Block(kind, (Span(head.end() if head else line.end, line.end),)))
            at += 1
        elif kind == "table":
            at = _table(text, lines, at, made)
        elif kind == "blockquote":
            at = _quotation(text, lines, at, depth, made)
        elif kind:
            at = _list(text, lines, at, depth, made)
        else:
            at = _paragraph(text, lines, at, depth, made)
    return made


def _kind(text: str, lines: Sequence[_Line], at: int, depth: int) -> str:
    """Return the tag of the block that begins with a line, "" for a paragraph."""
    start, end, tag = lines[at]
    if tag:
        return tag
    if text[start : start + 1].isalpha() and text.find("|", start, end) < 0:
        return ""  # most lines are words
    if _HEADING.match(text, start, end):
        return "h3"
    if _RULE.match(text[start : min(end, start + 100)].rstrip()) and end - start < 100:
        return "hr"
    if depth < _DEEPEST:
        if _QUOTE.match(text, start, end):
            return "blockquote"
        if bullet := _BULLET.match(text, start, end):
            return "ol" if bullet[2] else "ul"
    if at + 1 < len(lines) and _begins_table(text, lines[at], lines[at + 1]):
        return "table"
    return ""


def _paragraph(text: str, lines: Sequence[_Line], at: int, depth: int, made: list[Block]) -> int:
    spans = [Span(lines[at].start, lines[at].end)]
    at += 1
    while at < len(lines) and not _is_blank(text, lines[at]) and not _kind(text, lines, at, depth):
        start, end, _ = lines[at]
        if start == spans[-1].end + 1:  # nothing was taken off at its start
            spans[-1] = Span(spans[-1].start, end)
        else:
            spans.append(Span(start, end))
        at += 1
    made.append(Block("p", tuple(spans)))
    return at


def _quotation(text: str, lines: Sequence[_Line], at: int, depth: int, made: list[Block]) -> int:
    inner = []
    while at < len(lines) and not lines[at].tag:
        mark = _QUOTE.match(text, lines[at].start, lines[at].end)
        if not mark:
            break
        inner.append(_Line(mark.end(), lines[at].end))
        at += 1
    made.append(Block("blockquote", inside=tuple(_parse(text, inner, depth + 1))))
    return at


def _list(text: str, lines: Sequence[_Line], at: int, depth: int, made: list[Block]) -> int:
    """Read the items of one list; what is set in further than its bullets belongs to an item."""
    tag, base = _kind(text, lines, at, depth), _indent(text, lines[at])
    items: list[Block] = []
    while at < len(lines) and _kind(text, lines, at, depth) == tag:
        bullet = _BULLET.match(text, lines[at].start, lines[at].end)
        if bullet is None or _indent(text, lines[at]) < base:
            break
        inner = [_Line(bullet.end(), lines[at].end)]
        at += 1
        while (more := _belonging(text, lines, at, base, depth)) > at:
            inner += lines[at:more]
            at = more
        inside = _parse(text, inner, depth + 1)
        items.append(Block("li", inside=tuple(inside), number=int(bullet[2] or 0)))
        while at < len(lines) and _is_blank(text, lines[at]):
            at += 1
    made.append(Block(tag, inside=tuple(items)))
    return at


def _belonging(text: str, lines: Sequence[_Line], at: int, base: int, depth: int) -> int:
    """Return up to which line an item goes on, from the next one; ``at`` where it is over."""
    first = at
    while at < len(lines) and _is_blank(text, lines[at]):
        at += 1
    if at == len(lines):
        return first
    set_in = _indent(text, lines[at]) >= base + 2
    goes_on = at == first and not _kind(text, lines, at, depth)
    return at + 1 if set_in or goes_on else first


def _begins_table(text: str, head: _Line, below: _Line) -> bool:
    if head.tag or below.tag or "|" not in text[head.start : head.end]:
        return False
    if below.end - below.start > 2_000:
        return False
    ruled = _BELOW_HEAD.match(text[below.start : below.end])
    return bool(ruled) and len(_cells(text, head)) == len(_cells(text, below))


def _table(text: str, lines: Sequence[_Line], at: int, made: list[Block]) -> int:
    head = _cells(text, lines[at])
    aligned = [_align(text[start:end]) for start, end in _cells(text, lines[at + 1])]
    rows = [Block("tr", inside=tuple(map(_cell, ["th"] * len(head), head, aligned)))]
    at += 2
    while at < len(lines) and not lines[at].tag and "|" in text[lines[at].start : lines[at].end]:
        cells = _cells(text, lines[at])[: len(head)]
        cells += [Span(lines[at].end, lines[at].end)] * (len(head) - len(cells))
        rows.append(Block("tr", inside=tuple(map(_cell, ["td"] * len(head), cells, aligned))))
        at += 1
    made.append(Block("table", inside=tuple(rows)))
    return at


def _cell(tag: str, span: Span, align: str) -> Block:
    return Block(tag, (span,), align=align)


def _cells(text: str, line: _Line) -> list[Span]:
    """Return where the cells of a row stand, without the bars and spaces around them."""
    bars = [bar.start() for bar in _BAR.finditer(text, line.start, line.end)]
    edges = [line.start - 1, *bars, line.end]
    spans = [_stripped(text, a + 1, b) for a, b in pairwise(edges)]
    if spans and bars and not text[line.start : bars[0]].strip():
        spans = spans[1:]
    if spans and bars and not text[bars[-1] + 1 : line.end].strip():
        spans = spans[:-1]
    return spans


def _stripped(text: str, start: int, end: int) -> Span:
    while start < end and text[start] in _SPACE:
        start += 1
    while end > start and text[end - 1] in _SPACE:
        end -= 1
    return Span(start, end)


def _align(ruled: str) -> str:
    if ruled.endswith(":"):
        return "center" if ruled.startswith(":") else "right"
    return ""


def _is_blank(text: str, line: _Line) -> bool:
    return not line.tag and not text[line.start : line.end].strip()


def _indent(text: str, line: _Line) -> int:
    start, end, _ = line
    found = 0
    while start + found < end and text[start + found] in " \t":
        found += 1
    return found
