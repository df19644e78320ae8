"""A draft that is a web page becomes blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from lxml import etree, html

from rag.drafts.blocks import Block, raise_numbers, without_marks
from rag.drafts.citing import ADDRESS

_PAGE = re.compile(r"\s*(?:<\?xml[^<>]{0,200}>\s*)?<(?:!doctype html|html|body)\b", re.I)
_DROPPED = ("title", "script", "style", "template")  # what stands in them is no prose
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = frozenset(
    "p div li blockquote section article main aside header footer pre figcaption caption tr dt dd "
    "ul ol table body html".split()
).union(_HEADINGS)
_NUMBERS = re.compile(r"\s*\[?([\d\s,–-]{1,40})\]?\s*")


def is_html(text: str) -> bool:
    """Tell a web page by how it begins."""
    return _PAGE.match(text) is not None


def read_html(source: str) -> list[Block]:
    """Return the blocks of a page, in order.

    >>> [block.text for block in read_html("<html><p>It helps<sup>2</sup>.<p>So&nbsp;[1].")]
    ['It helps².', 'So [1].']
    """
    try:
        page = html.document_fromstring(source.replace("\0", "").encode("utf-8"), _parser())
    except etree.ParserError:  # nothing in it
        return []
    return [block for block in _blocks(page) if block.text.strip()]


def _parser() -> html.HTMLParser:
    return html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)


def _blocks(page: html.HtmlElement) -> Iterator[Block]:
    """Yield what stands between the edges of blocks, each at the line where it begins."""
    for element in list(page.iter("sup", "code", "pre", "br", "a")):
        _make_plain(element)
    pieces: list[str] = []
    place, label, count = page, "", 0
    for event, element in etree.iterwalk(page, events=("start", "end")):
        words = (element.text if event == "start" else element.tail) or ""
        if element.tag in _BLOCKS or element.tag in _DROPPED:
            yield _block(pieces, place, label)
            pieces, label = [], ""
            if element.tag in ("ol", "ul"):
                count = _given(element, "start", 1) - 1
            elif element.tag == "li" and event == "start":
                count = _given(element, "value", count + 1)
                label = str(count) if element.getparent().tag == "ol" else ""
            place = element if event == "start" else element.getparent()
        if element.tag in ("td", "th"):
            pieces.append(" ")
        pieces.append("" if event == "start" and element.tag in _DROPPED else words)
    yield _block(pieces, place, label)


def _given(element: html.HtmlElement, name: str, usual: int) -> int:
    """Return the number that an attribute gives."""
    given = element.get(name, "")
    return int(given) if re.fullmatch(r"\d{1,4}", given) else usual


def _make_plain(element: html.HtmlElement) -> None:
    """Turn raised numbers, code, line breaks and links into text."""
    tail, words = element.tail or "", str(element.text_content())
    numbers, address = _NUMBERS.fullmatch(words), element.get("href", "")
    element.clear()
    element.text, element.tail = words, tail
    if element.tag == "br":
        element.tail = f"\n{tail}" if not tail.startswith("\n") else tail
    elif element.tag == "a":
        element.text = linked(words, address) if address else words
    elif element.tag in ("code", "pre"):
        element.text = without_marks(words)
    elif numbers:
        element.text = raise_numbers(numbers[1].strip())


def linked(words: str, address: str) -> str:
    """Return what stands for a link: its words, and its address where that names a paper.

    >>> linked("it", "https://arxiv.org/abs/1706.03762"), linked("1", "#ref1"), linked("1", "x")
    ('it <https://arxiv.org/abs/1706.03762>', '[1]', '')
    """
    if not re.search(r"[^\W\d_]|\[", words):
        words = f"[{words}]" if address[:1] == "#" and _NUMBERS.fullmatch(words) else ""
    names = ADDRESS.fullmatch(address) and address not in words
    return f"{words} <{address}>" if names else words


def _block(pieces: list[str], place: html.HtmlElement | None, label: str) -> Block:
    text = "".join(pieces).replace("\xa0", " ")
    line = (place.sourceline if place is not None else None) or 1
    lead = len(text) - len(text.lstrip())
    heading = place is not None and place.tag in _HEADINGS
    kind: Literal["heading", "prose"] = "heading" if heading else "prose"
    return Block(text.strip(), line + text.count("\n", 0, lead), kind, label)
