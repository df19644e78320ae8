"""Files of questions: a line each, a table with a ``question`` column, or JSON Lines."""

from __future__ import annotations

import codecs
import csv
import itertools
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rag.answers.history import parse_history
from rag.errors import InputError
from rag.text.seen import is_blank
from rag.types import Turn

_TABLES = (".csv", ".tsv")
_JSON_LINES = (".jsonl", ".ndjson")
_PLAIN = (".txt", ".md")
_LONGEST_ROW = 50  # lines that one question of a table may span: bounds what an open quote costs


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a file.

    ``id`` is its own, else its line number. ``defect`` says why it cannot be asked, else
    None. ``given`` is the whole record, for what else it says.
    """

    id: str | int
    question: str
    history: tuple[Turn, ...] = ()
    defect: str | None = None
    given: Mapping[str, Any] = field(default_factory=dict)


def read_questions(path: str) -> list[Item]:
    """Return the questions of a file in its order; ``-`` is standard input.

    A record that is no question becomes an item with a defect: it never costs its neighbours.
    An id that occurred before gets ``#`` and a number, so that ids name one row each.

    Raises:
        InputError: the file cannot be read, is of no known kind, or holds no question.
    """
    suffix = Path(path).suffix.lower()
    lines = _lines(path)
    if not suffix:
        first = next((line for line in lines if line.strip()), "")
        suffix = ".jsonl" if first.lstrip().startswith("{") else ".txt"
    if suffix in _TABLES:
        items = list(_from_table(lines, path))
    elif suffix in _JSON_LINES:
        items = [_from_json(line, number, path) for number, line in _full(lines)]
    elif suffix in _PLAIN:
        items = [_item(line, {}, number, path) for number, line in _full(lines)]
    else:
        raise InputError(f"{path} is no file of questions; give .txt, .csv or .jsonl")
    if not items:
        raise InputError(f"{path} holds no question; write one a line")
    return _with_own_ids(items)


def _lines(path: str) -> list[str]:
    try:
        data = sys.stdin.buffer.read() if path == "-" else Path(path).read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path} ({error.strerror}); name a file") from error
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    # What cannot be decoded stays visible as a lone surrogate: a defect of its row alone.
    text = data.decode("utf-16" if wide else "utf-8-sig", "replace" if wide else "surrogateescape")
    # Not splitlines: it also splits at U+2028, which may stand inside a JSON string.
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _full(lines: Sequence[str]) -> Iterator[tuple[int, str]]:
    return ((number, line) for number, line in enumerate(lines, 1) if not is_blank(line))


def _item(question: Any, given: Mapping[str, Any], number: int, path: str) -> Item:
    """Return the item for a record: with a defect where it cannot be asked."""
    name = given.get("id")
    if isinstance(name, bool) or not isinstance(name, (str, int)) or not str(name).strip():
        name = str(number)
    item = Item(name, "", given=given)
    if not _is_text(str(question)) or not _is_text(str(item.id)):
        return Item(str(number), "", defect=f"{path}:{number} is not UTF-8; save the file as UTF-8")
    if not isinstance(question, str) or is_blank(question):
        return replace(item, defect=f"{path}:{number} has no question; write one")
    question = " ".join(question.split())  # as it will be asked
    history: tuple[Turn, ...] = ()
    try:
        if given.get("history"):
            history = tuple(parse_history(given["history"], f"{path}:{number}"))
    except InputError as error:
        return replace(item, question=question, defect=str(error))
    return replace(item, question=question, history=history)


def _is_text(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _from_json(line: str, number: int, path: str) -> Item:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        defect = f'{path}:{number} is no JSON object; write {{"question": ...}}'
        return Item(str(number), "", defect=defect)
    return _item(given.get("question"), given, number, path)


def _from_table(lines: Sequence[str], path: str) -> Iterator[Item]:
    """Yield an item for each row; commas, semicolons or tabs separate."""
    head = next((number for number, _ in _full(lines)), 0)
    names: list[str] = []
    mark = ","
    for mark in ",;\t":
        top = next(csv.reader(lines[max(head - 1, 0) : head], delimiter=mark), [])
        names = [cell.strip().lower() for cell in top]
        if "question" in names:
            break
    else:
        raise InputError(f"{path} has no column `question`; name it so in the first row")
    for number, cells in _rows(lines, head, mark):
        if cells is None:
            defect = f"{path}:{number} opens a quotation mark and does not close it; close it"
            yield Item(str(number), "", defect=defect)
            continue
        if all(map(is_blank, cells)):
            continue
        given: dict[str, Any] = dict(zip(names, cells))  # noqa: B905  # short rows lack cells
        try:
            given["history"] = json.loads(given.get("history") or "null")
        except (ValueError, RecursionError):
            given["history"] = [None]  # as any other list that is no conversation
        yield _item(given.get("question"), given, number, path)


def _rows(lines: Sequence[str], start: int, mark: str) -> Iterator[tuple[int, list[str] | None]]:
    """Yield (line number, cells), None for cells where a quotation mark stays open.

    A row ends where its quotation marks are even in number and the strict rules of CSV hold.
    """
    while start < len(lines):
        end, quotes = start, 0
        while end < len(lines) and end - start < _LONGEST_ROW:
            quotes += lines[end].count('"')
            end += 1
            if quotes % 2 == 0:
                break
        try:
            text = [line + "\n" for line in lines[start:end]]
            rows = list(csv.reader(text, delimiter=mark, strict=True))
        except csv.Error:
            rows = []
        whole = quotes % 2 == 0 and len(rows) == 1
        yield start + 1, rows[0] if whole else None
        start = end if whole else start + 1


def _with_own_ids(items: Sequence[Item]) -> list[Item]:
    taken = {str(item.id) for item in items}
    numbers: dict[str, Iterator[int]] = defaultdict(lambda: itertools.count(2))
    seen: set[str] = set()
    named = []
    for item in items:
        name = str(item.id)
        if name in seen:
            others = (f"{name}#{number}" for number in numbers[name])
            item = replace(item, id=next(other for other in others if other not in taken))
        seen.add(name)
        named.append(item)
    return named
