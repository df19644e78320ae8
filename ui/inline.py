"""The inside of a block to HTML: code, emphasis, formulas, links and citation chips. Pure.

Nothing of the text becomes markup of its own: whatever is not one of these is escaped, so images
and tags are shown as they were written. A link shows where it leads, and leads to http or https.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import NamedTuple

from rag.receipts.markers import Item, MarkerScanner
from ui.blocks import Span
from ui.cards import is_web_address
from ui.maths import TEX, to_mathml

_TEX = re.compile(TEX)
_TO = r"https?://(?:[^\s<>()\"'`]|\([^\s<>()\"'`]{0,200}\)){1,1000}"
_INLINE = re.compile(
    r"(?P<image>!\[[^\[\]\n]{0,300}\]\([^\s()]{0,1000}\))"
    rf"|\[(?P<words>[^\[\]\n]{{1,300}})\]\((?P<link>{_TO})\)|(?P<bare>(?<!\]\()\b{_TO})"
    r"|(?P<star>\*{1,2})"
)
_STAR = re.compile(r"(?P<star>\*{1,2})")  # all that there is where no address is
_STOPS = ".,;:!?)"
_WIDE = 40  # characters of TeX that fit on a phone
FORMULA = 'role="group" aria-label="Formula" tabindex="0"'
_TIE = '<span class="tie">'

Chip = Callable[[Item, int], str]


class Wrap(NamedTuple):
    """What to put around ``text[start:end]``, and after the last of it; wraps do not overlap."""

    start: int
    end: int
    before: str
    after: str
    last: str = ""


class Piece(NamedTuple):
    """A part of the text; ``html`` is what a formula is shown as."""

    kind: str  # text, code, fence, marker or maths
    start: int
    end: int
    items: tuple[Item, ...] = ()
    html: str = ""


def _formula(piece: Piece, tex: str) -> str:
    """Return a formula in a box of its own, which scrolls where it may be wider than a phone."""
    kind = " shown" if ' display="block"' in piece.html else " wide" if len(tex) > _WIDE else ""
    scrolls = f" {FORMULA}" if kind and "\n" not in tex else ""  # else its block does
    return f'<span class="formula{kind}"{scrolls}>{piece.html}</span>'


def plain_chip(item: Item, at: int) -> str:
    """Return a citation chip that leads nowhere yet: the answer is still being written."""
    if item.doubted:
        return f'<span class="cite dead">{escape(item.label)}?</span>'
    return f'<span class="cite"><span class="n">{escape(item.label)}</span></span>'


def cut_pieces(text: str) -> list[Piece]:
    """Return the pieces of a text: put together, they are the text."""
    found: list[Piece] = []
    at = 0
    for token in MarkerScanner().tokens(text, final=True):
        end = at + len(token.text)
        if found and found[-1].kind == token.kind in ("fence", "text"):
            found[-1] = found[-1]._replace(end=end)
        else:
            found.append(Piece(token.kind, at, end, token.items))
        at = end
    if "$" not in text and "\\" not in text:
        return found
    return [part for piece in found for part in _with_formulas(text, piece)]


def _with_formulas(text: str, piece: Piece) -> Iterator[Piece]:
    """Yield a piece in parts: the formulas that can be read, and what stands between them."""
    at = piece.start
    for tex in _TEX.finditer(text, at, piece.end) if piece.kind == "text" else ():
        shown = tex["shown"] or tex["set"]
        made = to_mathml(shown or tex["put"] or tex["inline"], shown=bool(shown))
        if made:
            if at < tex.start():
                yield piece._replace(start=at, end=tex.start())
            yield Piece("maths", tex.start(), tex.end(), html=made)
            at = tex.end()
    if at < piece.end or piece.start == piece.end:
        yield piece._replace(start=at)


class Inline:
    """Writes what stands in the blocks of one text; its wraps and emphasis are found once."""

    """Writes the blocks of one text: its pieces, wraps and emphasis are found once."""

    def __init__(
        self,
        text: str,
        pieces: Sequence[Piece],
        wraps: Sequence[Wrap],
        chip: Chip,
        spans: Sequence[Span],
    ) -> None:
        """Take the text, its pieces, what goes around and into it, and where all blocks stand."""
        self.text = text
        self._marks = _INLINE if "http" in text else _STAR
        self._pieces = pieces
        self._starts = [piece.start for piece in pieces]
        self._wraps = [self._around_formulas(wrap) for wrap in wraps]
        self._wrap_starts = [wrap.start for wrap in self._wraps]
        self._chip = chip
        self._ends = self._last_places(spans)

    def _around_formulas(self, wrap: Wrap) -> Wrap:
        """Let a wrap begin and end at a formula's end rather than within it."""
        start, end = map(self._out_of_formula, (wrap.start, wrap.end))
        return wrap._replace(start=start, end=max(start, end))

    def _out_of_formula(self, at: int) -> int:
        piece = self._pieces[max(0, bisect_right(self._starts, at) - 1)]
        return piece.end if piece.kind == "maths" and piece.start < at < piece.end else at

    def _last_places(self, spans: Sequence[Span]) -> dict[int, int]:
        """Return for each wrap the start of the last span that has a part of it."""
        found: dict[int, int] = {}
        for span in spans:
            for number in self._wraps_within(span):
                found[number] = span.start
        return found

    def _wraps_within(self, span: Span) -> Iterator[int]:
        first = max(0, bisect_right(self._wrap_starts, span.start) - 1)
        for number in range(first, len(self._wraps)):
            wrap = self._wraps[number]
            if wrap.start >= span.end:
                break
            if max(wrap.start, span.start) < min(wrap.end, span.end):
                yield number

    def words(self, spans: Sequence[Span]) -> str:
        """Return the HTML of what stands in a block."""
        return "\n".join(map(self._span, spans))

    def _span(self, span: Span) -> str:
        made: list[str] = []
        at = span.start
        for number in self._wraps_within(span):
            wrap = self._wraps[number]
            left, right = max(wrap.start, span.start), min(wrap.end, span.end)
            made.append(self._run(at, left))
            last = wrap.last if self._ends[number] == span.start else ""
            made.append(f"{wrap.before}{self._run(left, right)}{wrap.after}{last}")
            at = right
        made.append(self._run(at, span.end))
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
            if piece.kind == "maths":
                made.append(_formula(piece, self.text[at:right]))
                continue
            for found in self._marks.finditer(self.text, at, right):
                made.append(escape(self.text[at : found.start()]))
                if found["star"]:
                    shown = _toggle(stars.get(found.start(), ""), opened) or found[0]
                else:
                    shown = _link(found)
                made.append(shown)
                at = found.end()
            made.append(escape(self.text[at:right]))
        return "".join(made) + "</span>" * tied + "".join(f"</{tag}>" for tag in reversed(opened))

    def _within(self, start: int, end: int) -> Iterator[tuple[Piece, int, int]]:
        """Yield the pieces of ``text[start:end]`` with the part of each that lies in it."""
        for i in range(max(0, bisect_right(self._starts, start) - 1), len(self._pieces)):
            piece = self._pieces[i]
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
            for star in self._marks.finditer(self.text, left, right):
                if not star["star"]:
                    continue
                tag = "strong" if len(star[0]) == 2 else "em"
                before = self.text[star.start() - 1 : star.start()]
                after = self.text[star.end() : star.end() + 1]
                if tag in waiting and before.strip():
                    paired[waiting.pop(tag)] = paired[star.start()] = tag
                elif after.strip() and not (tag == "em" and before.isalnum()):
                    waiting[tag] = star.start()
        return paired


def _link(found: re.Match[str]) -> str:
    """Return a link as its words and its address, which alone is opened; an image as written."""
    address = found["link"] or found["bare"] or ""
    left = ""
    if found["bare"]:  # the stop at its end is the sentence's
        address = address.rstrip("*.,;:!?")
        left = found["bare"][len(address) :]
    if not is_web_address(address):
        return escape(found[0])
    made = (
        f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer nofollow">'
        f"{escape(address)}</a>"
    )
    return f"{escape(found['words'])} ({made})" if found["words"] else made + escape(left)


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
