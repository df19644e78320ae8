"""A model's text to HTML, block by block. Pure.

Nothing of the text becomes markup of its own: what is no block of `ui.blocks` and nothing that
`ui.inline` knows is escaped, so images and tags are shown as they were written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from ui.blocks import Block, Span, blocks, leaves
from ui.inline import FORMULA, Chip, Inline, Piece, Wrap, cut_pieces, plain_chip


def to_html(text: str, wraps: Sequence[Wrap] = (), chip: Chip = plain_chip) -> list[str]:
    r"""Return the HTML of ``text``, a string for each block.

    >>> to_html("So it is **fast** [1].\n\n- <b>")[1]
    '<ul><li>&lt;b&gt;</li></ul>'
    """
    pieces = cut_pieces(text)
    found = blocks(text, _cut(text, pieces))
    spans = [span for leaf in leaves(found) for span in leaf.spans]
    writer = _Writer(text, Inline(text, pieces, wraps, chip, spans))
    return [writer.block(block) for block in found]


def _cut(text: str, pieces: Sequence[Piece]) -> Iterator[tuple[str, int, int]]:
    """Yield the blocks that no line of theirs may cut: code, and formulas on their own lines."""
    for piece in pieces:
        if piece.kind == "fence":
            yield "pre", piece.start, piece.end
        elif piece.kind == "maths" and "\n" in text[piece.start : piece.end]:
            before = text[text.rfind("\n", 0, piece.start) + 1 : piece.start]
            after = text[piece.end : piece.end + 1]
            if not before.strip() and after in ("", "\n"):
                yield "maths", piece.start, piece.end


class _Writer:
    def __init__(self, text: str, inline: Inline) -> None:
        self.text = text
        self._inline = inline

    def block(self, block: Block) -> str:
        """Return the HTML of a block."""
        tag = block.tag
        if tag == "pre":
            return f"<pre>{escape(self._code(block.spans[0]))}</pre>"
        if tag == "maths":
            inner = self._inline.words(block.spans)
            return f'<div class="maths" {FORMULA}>{inner}</div>'
        if tag == "hr":
            return "<hr>"
        if tag == "table":
            return self._table(block)
        if tag == "li":
            # A list item's own words are no paragraph.
            first, *rest = block.inside or (Block("p"),)
            own = self._inline.words(first.spans) if first.tag == "p" else self.block(first)
            value = f' value="{block.number}"' if block.number else ""
            return f"<li{value}>{own}{''.join(map(self.block, rest))}</li>"
        if block.inside:
            return f"<{tag}>{''.join(map(self.block, block.inside))}</{tag}>"
        return f"<{tag}>{self._inline.words(block.spans)}</{tag}>"

    def _table(self, table: Block) -> str:
        head, *rows = map(self._row, table.inside)
        return (
            '<div class="table" role="region" aria-label="Table" tabindex="0"><table>'
            f"<thead>{head}</thead><tbody>{''.join(rows)}</tbody></table></div>"
        )

    def _row(self, row: Block) -> str:
        return f"<tr>{''.join(map(self._cell, row.inside))}</tr>"

    def _cell(self, cell: Block) -> str:
        scope = ' scope="col"' if cell.tag == "th" else ""
        align = f' class="{cell.align}"' if cell.align else ""
        return f"<{cell.tag}{scope}{align}>{self._inline.words(cell.spans)}</{cell.tag}>"

    def _code(self, span: Span) -> str:
        """Return the lines between the fences."""
        start, end = span
        first = self.text.find("\n", start, end)
        last = self.text.rfind("\n", start, end)
        inside = first + 1 if first >= 0 else end
        closed = last > first and not self.text[last + 1 : end].strip(" \t>`~")
        return self.text[inside : max(inside, last if closed else end)]
