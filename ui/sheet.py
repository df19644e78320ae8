"""A conversation as plain HTML to paste elsewhere, and as a Word file. Pure."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from html import escape
from typing import Any

from lxml import html as lxml_html

from rag.receipts.markers import Item
from rag.types import Paper
from ui.cards import is_web_address
from ui.exchanges import Exchange
from ui.glance import table_of
from ui.prose import to_html
from ui.transcript import DOUBTS

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def as_html(exchanges: Sequence[Exchange]) -> str:
    """Return the conversation as HTML without classes or scripts, each answer with references."""
    return "".join(part for exchange in exchanges for part in _parts(exchange))


def _parts(exchange: Exchange) -> list[str]:
    answer = exchange.answer
    made = [f"<h2>{escape(exchange.question)}</h2>"]
    if exchange.problem:
        made.append(f"<p><em>{escape(exchange.problem)}</em></p>")
    made += to_html(answer.answer if answer else exchange.partial, (), _marker)
    if answer is None:
        return made
    table = table_of(answer)
    if table and table.asked:
        head = "".join(f"<th>{escape(name)}</th>" for name in table.heads)
        rows = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in table.rows
        )
        made.append(f"<div><table><tr>{head}</tr>{rows}</table></div>")
    doubtful = [each for each in answer.sentences if each.support in DOUBTS]
    if doubtful:
        rows = "".join(f"<li>{DOUBTS[each.support]}: {escape(each.text)}</li>" for each in doubtful)
        made.append(f"<h3>Doubtful</h3><ul>{rows}</ul>")
    if answer.citations:
        rows = "".join(f"<p>[{c.number}] {_reference(c.paper)}</p>" for c in answer.citations)
        made.append(f"<h3>References</h3>{rows}")
    return made


def _marker(item: Item, at: int) -> str:
    return f"[{item.label}{'?' if item.doubted else ''}]"


def _reference(paper: Paper) -> str:
    place = ", ".join(str(part) for part in (paper.venue, paper.year) if part)
    parts = [escape(", ".join(paper.authors)), f"<em>{escape(paper.name)}</em>", escape(place)]
    if paper.doi:
        parts.append(f"doi:{escape(paper.doi)}")
    elif paper.arxiv_id:
        parts.append(f"arXiv:{escape(paper.arxiv_id)}")
    elif paper.url and is_web_address(paper.url):
        parts.append(escape(paper.url))
    return ". ".join(part for part in parts if part)


def as_docx(exchanges: Sequence[Exchange]) -> bytes:
    """Return the conversation as a Word file."""
    from docx import Document  # only where one is wanted

    document = Document()
    whole = lxml_html.fragment_fromstring(
        _NOT_XML.sub("\ufffd", as_html(exchanges)), create_parent="div"
    )
    for element in whole:
        _add(document, document, element, 0)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _add(document: Any, place: Any, element: Any, depth: int) -> None:
    """Add a block of `as_html` to a document; ``depth`` says how deep in lists it stands."""
    tag = element.tag
    if tag in ("h2", "h3"):
        _runs(document.add_heading(level=int(tag[1]) - 1), element)
    elif tag in ("ul", "ol"):
        style = "List Bullet" if tag == "ul" else "List Number"
        for item in element:
            inner = [child for child in item if child.tag in _BLOCKS]
            level = f" {min(depth + 1, 3)}" if depth else ""
            _runs(document.add_paragraph(style=style + level), item)
            for child in inner:
                _add(document, place, child, depth + 1)
    elif tag == "blockquote":
        for child in element:
            if child.tag == "p":
                _runs(document.add_paragraph(style="Quote"), child)
            else:
                _add(document, place, child, depth)
    elif tag == "div" and element.find("table") is not None:
        _add_table(document, element.find("table"))
    elif tag == "hr":
        document.add_paragraph("* * *")
    else:
        _runs(document.add_paragraph(), element)


_BLOCKS = ("ul", "ol", "blockquote", "pre", "div", "p", "hr")


def _add_table(document: Any, table: Any) -> None:
    rows = list(table.iter("tr"))
    made = document.add_table(rows=len(rows), cols=len(rows[0]), style="Table Grid")
    for line, row in zip(made.rows, rows, strict=True):
        for cell, element in zip(line.cells, row, strict=True):
            _runs(cell.paragraphs[0], element, bold=element.tag == "th")


def _runs(paragraph: Any, element: Any, *, bold: bool = False, italic: bool = False) -> None:
    """Add an element's words with their emphasis; a formula is its TeX."""
    if element.tag == "math":
        paragraph.add_run(f"${element.get('alttext', '')}$").italic = True
        return

    def add(text: str | None) -> None:
        if text:
            run = paragraph.add_run(text.replace("\xa0", " "))
            run.bold, run.italic = bold or None, italic or None
            if element.tag in ("code", "pre"):
                run.font.name = "Consolas"

    add(element.text)
    for child in element:
        if child.tag not in _BLOCKS:
            _runs(
                paragraph,
                child,
                bold=bold or child.tag == "strong",
                italic=italic or child.tag == "em",
            )
        add(child.tail)
