"""A draft in Markdown (CommonMark, tables, footnotes; Pandoc's citations) becomes blocks."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

from rag.drafts.blocks import Block, raise_numbers, without_marks
from rag.drafts.dialects import as_markdown
from rag.drafts.html import is_html, linked, read_html
from rag.drafts.tables import cells, rows

_SUP_ONLY = re.compile(r"\A([\s\d,–-]{1,40})\Z")
_CARETS = re.compile(
    r"\^([\d,–-]{1,20})\^|(?<=[\w.,;:!?)\]”\"']) ?\$\s?\^\{?\s?"
    r"\[?(\d{1,3}(?:,\s?\d{1,3}|-{1,2}\d{1,3}){0,9})\]?\}?\s?\$"
)
_RAISED_BRACKETS = re.compile(r"\^\[([\d,\s–-]{1,40})\]\^?|\[\^(\d{1,3})\^\]")
_FENCED = re.compile(r"^[ \t]*:{3,}[^\n]*$", re.M)  # Pandoc's divs
# Pandoc's rule: no space inside the dollars, no digit after them.
_MATH = re.compile(r"\$\$[^$]{1,2000}\$\$|(?<![\\$\w])\$(?=[^\s$])[^$\n]{1,300}(?<=\S)\$(?![\d$])")
_CHUNK_CAPTION = re.compile(
    r"^#\| *(?:fig|tbl)-(?:sub)?cap: *[\"']?(.+?)[\"']?$|\bfig\.cap *= *([\"'])(.+?)\2", re.M
)
_BADGE = re.compile(r"\A\[(?:![A-Za-z]{1,20}\][+-]?|[ xX]\](?=\s))[ \t]*")  # [!NOTE], tasks
_DEFINES = re.compile(r"(?:(?P<term>\A[^\n]{1,100})\n|\A|\n)[:~][ \t]+(?=\S)")
_STOPS = re.compile(r"[.!?](?:\s?(?:\[[^\[\]]{1,80}\]|[⁰¹²³⁴-⁹,]+))?\Z")
_A_SENTENCE = 7  # words at least
_HREF = re.compile(r"<a\b[^<>]{0,300}\bhref\s*=\s*[\"']?([^\"'<>\s]{1,500})", re.I)
_ABSTRACT = re.compile(r"^abstract:[ \t]*(.*(?:\n(?:[ \t]+.*)?)*)", re.M)
_URL = re.compile(r"\bhttps?://[^\s<>\])]{1,500}")


@functools.cache
def _parser() -> MarkdownIt:
    """Return the parser: what looks like a link's definition may be a reference's, so it stays."""
    parser = MarkdownIt("commonmark").enable("table").disable(["reference", "text_join"])
    parser.use(footnote_plugin).use(front_matter_plugin).disable("footnote_tail")
    return parser


def read_markdown(source: str, *, org: bool = False) -> list[Block]:
    """Return the blocks of a draft, in order; ``org`` where it is written in Org."""
    if is_html(source):
        return read_html(source)
    kept: dict[str, Any] = {}
    text = as_markdown(source, org=org)
    written = _RAISED_BRACKETS.sub(lambda match: f"[{match[1] or match[2]}]", text)
    return list(_blocks(_parser().parse(written, kept), kept))


def _blocks(tokens: Sequence[Token], kept: Mapping[str, Any]) -> Iterator[Block]:
    """Yield the blocks; ``kept`` is what the parser has beside the tokens: notes in the text."""
    note = number = ""
    kind: Literal["prose", "heading", "note"] = "prose"
    number_of_row, underlined = 0, False
    row: list[str] | None = None
    lists: list[tuple[int, int]] = []
    for token in tokens:
        line = token.map[0] + 1 if token.map else 1
        if token.type == "footnote_reference_open":
            kind, note = "note", str(token.meta["label"])
        elif token.type == "footnote_reference_close":
            kind, note = "prose", ""
        elif token.type == "ordered_list_open":
            start = token.attrGet("start")
            lists.append((1 if start is None else int(start), 0))
        elif token.type == "ordered_list_close":
            lists.pop()
        elif token.type == "list_item_open":
            number = _number(token.info, lists)
        elif token.type in ("heading_open", "heading_close"):
            kind = "heading" if token.nesting == 1 else "prose"
            underlined = token.markup in ("-", "=")
        elif token.type == "tr_open":
            row, number_of_row = [], line
        elif token.type == "tr_close":
            yield from (Block(text, number_of_row) for text in cells(row or []))
            row = None
        elif token.type == "front_matter":
            yield from _said_ahead(token.content, line + 1)
        elif token.type == "fence":
            chunk = f"{token.info}\n{token.content}"
            for caption in _CHUNK_CAPTION.finditer(chunk):
                said = caption[1] or caption[3]
                yield Block(_finish(said), line + chunk.count("\n", 0, caption.start()))
        elif token.type == "html_block":
            for block in read_html(token.content):
                yield replace(block, text=_finish(block.text), line=line + block.line - 1)
        elif token.type == "inline" and row is not None:
            row.append(_finish(_inline(token.children or [])))
        elif token.type == "inline":
            text = _finish(_inline(token.children or []))
            if kind == "heading" and underlined and _goes_before_a_rule(text):
                kind = "prose"
            yield from _paragraph(Block(text, line, kind, note or number))
            yield from _apart(token.children or [], line, kept)
            number = ""


def _number(written: str, lists: list[tuple[int, int]]) -> str:
    """Return an item's number: as written, or counted where all say the same, as in "1. 1. 1."."""
    if not written:
        return ""
    first, place = lists.pop()
    lists.append((first, place + 1))
    return str(first + place) if written == str(first) else written


def _paragraph(block: Block) -> Iterator[Block]:
    """Yield a paragraph, or the cells of the table that it draws."""
    drawn = rows(block.text) if block.kind == "prose" and not block.label else []
    for place, row in drawn:
        yield from (Block(cell, block.line + place) for cell in cells(row))
    if not drawn:
        yield from _defined(block)


def _defined(block: Block) -> Iterator[Block]:
    """Yield a paragraph, or what it defines: "Term", and on the next line ": what it is"."""
    found = list(_DEFINES.finditer(block.text)) if block.kind == "prose" else []
    if not found or found[0].start():
        yield block
        return
    if found[0]["term"]:
        yield replace(block, text=found[0]["term"])
    ends = [*(match.start() for match in found[1:]), len(block.text)]
    for match, end in zip(found, ends, strict=True):
        line = block.line + block.text.count("\n", 0, match.end())
        yield replace(block, text=block.text[match.end() : end], line=line)


def _goes_before_a_rule(text: str) -> bool:
    """Say whether the line below a text ends a paragraph or a table rather than underlines it."""
    long = len(re.findall(r"[^\W\d_]{2,}", text)) >= _A_SENTENCE
    return bool((long and _STOPS.search(text.rstrip())) or re.search(r"\S {3,}\S", text))


def _said_ahead(fields: str, line: int) -> Iterator[Block]:
    """Yield the abstract that stands among a draft's fields."""
    if found := _ABSTRACT.search(fields):
        text = found[1].lstrip("|>- ")
        yield Block(_finish(text), line + fields.count("\n", 0, found.start()))


def _apart(children: Sequence[Token], line: int, kept: Mapping[str, Any]) -> Iterator[Block]:
    """Yield what stands below images and in notes within the text."""
    for child in children:
        line += child.type in ("softbreak", "hardbreak")
        if child.type == "image":
            yield Block(_finish(_inline(child.children or [])), line)
        elif child.type == "footnote_ref" and "label" not in child.meta:
            number = child.meta["id"]
            tokens = kept["footnotes"]["list"][number].get("tokens", [])
            yield Block(_finish(_inline(tokens)), line, "note", f"footnote {number + 1}")


def _inline(children: Sequence[Token]) -> str:
    """Return the words of a paragraph without markup."""
    pieces: list[str] = []
    link, address = 0, ""
    raised = False
    for child in children:
        if child.type == "link_open":
            link, address = len(pieces), str(child.attrGet("href"))
        elif child.type == "link_close":
            pieces[link:] = [linked("".join(pieces[link:]), address)]
        elif child.type in ("softbreak", "hardbreak"):
            pieces.append("\n")
        elif child.type == "code_inline" or child.content == "@":  # \\@ is no key
            pieces.append(without_marks(child.content))
        elif child.type == "html_inline" and (opened := _HREF.match(child.content)):
            link, address = len(pieces), opened[1]
        elif child.type == "html_inline" and address and child.content.lower() == "</a>":
            pieces[link:], address = [linked("".join(pieces[link:]), address)], ""
        elif child.type == "html_inline":
            raised = child.content.lower().startswith("<sup")
            breaks = child.content.count("\n") + child.content.lower().startswith("<br")
            pieces.append("\n" * child.content.count("\n") or " " * breaks)
        elif child.type == "footnote_ref":
            number = child.meta["id"]
            pieces.append(f"[^{child.meta.get('label', f'footnote {number + 1}')}]")
        elif child.type != "image":
            pieces.append(_SUP_ONLY.sub(_raised, child.content) if raised else child.content)
    return "".join(pieces)


def _finish(text: str) -> str:
    text = _CARETS.sub(_raised, _BADGE.sub("", _FENCED.sub("", text)))
    text = _MATH.sub(lambda formula: without_marks(formula[0]), text)
    return _URL.sub(lambda url: without_marks(url[0]), text)


def _raised(match: re.Match[str]) -> str:
    return raise_numbers(next(filter(None, match.groups())).replace("--", "-"))
