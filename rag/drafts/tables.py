"""The rows of a table, however it is drawn: each says something of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import zip_longest

_RULE = re.compile(r"[-=+|:\s]{3,}")
_GAP = re.compile(r"(?<=\S)\s{2,}(?=\S)")
_SIGNS = re.compile(r"^[|!{+}]+[-+]?|\|+\}?$")  # where a row begins and ends, MediaWiki's too
_ADDRESS = re.compile(r"<https?:[^<>]*>")
_LABELLED = re.compile(r"(?:\[\w{1,10}\]|\d{1,3}[.)]|[⁰¹²³⁴-⁹]{1,3})\s")  # an entry of a list
_DOUBLE, _SINGLE = re.compile(r"\s*(?:\|\||!!)\s*"), re.compile(r"\s*\|\s*")
_BETWEEN = re.compile(r"(?<=\S)\s*(?:\s\|\s|\t)\s*(?=\S)")


def rows(text: str) -> list[tuple[int, list[str]]]:
    r"""Return the rows of what is drawn as a table, each with its place among the lines.

    Its lines begin with a bar, hold bars or tabs, or have a gap at a column that all share.

    >>> rows("Tea    is warm [1]\nIce    is cold [2]")
    [(0, ['Tea', 'is warm [1]']), (1, ['Ice', 'is cold [2]'])]
    >>> rows("Tea is warm [1].\nIce is cold [2].")
    []
    """
    lines = text.split("\n")
    written = [line.strip() for line in lines]
    if len(lines) < 2:
        return []
    if all(line[:1] in tuple("|+!{") for line in written):
        return list(_drawn(written))
    if all(_BETWEEN.search(line) and not _LABELLED.match(line) for line in written):
        return [(number, _BETWEEN.split(line)) for number, line in enumerate(written)]
    told = [(number, line) for number, line in enumerate(lines) if not _RULE.fullmatch(line)]
    if any(_LABELLED.match(line) for line in written):
        return []
    columns = [{gap.end() for gap in _GAP.finditer(line)} for _, line in told]
    if not columns or not set.intersection(*columns):
        return []
    return [(number, _GAP.split(line.strip())) for number, line in told]


def _drawn(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of lines that bars begin; between ``+---+`` several lines are one row."""
    grid = any(line.startswith("+-") for line in lines)
    row: list[str] = []
    first = 0
    for number, line in enumerate([*lines, "+"]):
        between = _DOUBLE if _DOUBLE.search(line.strip("|")) else _SINGLE
        cells = [] if _RULE.fullmatch(line) else between.split(_SIGNS.sub("", line).strip(" "))
        if not grid and cells:
            yield number, cells
        elif cells:
            first = first if row else number
            row = [" ".join(pair).strip() for pair in zip_longest(row, cells, fillvalue="")]
        elif row:
            yield first, row
            row = []


def cells(row: Sequence[str]) -> list[str]:
    """Return the cells of a row: joined where one is nothing but a citation, or a word or two."""
    told = [re.findall(r"[^\W\d_]{2,}", _ADDRESS.sub("", cell)) for cell in row]
    alone = any(cell and len(words) < 4 for cell, words in zip(row, told, strict=True))
    return [" ".join(row)] if alone else list(row)
