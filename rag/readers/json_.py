"""JSON Lines, and JSON documents: arrays of papers, bare or wrapped in an object."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from rag.readers.json_text import (
    DECODER,
    LONG_NUMBER,
    TOO_DEEP,
    BadValue,
    JsonText,
    syntax_fault,
)
from rag.readers.records import ABSTRACTS, to_paper
from rag.readers.text import RECORD_LIMIT, TOO_LONG, lines
from rag.types import Paper, Rejection

_NOT_AN_OBJECT = "not a record; a record is a JSON object with a title and an abstract"
_CUT = "the JSON ends before it is complete; fetch the file again"
# Under these names an object wraps its list of papers, or another such object.
_LISTS = {"papers", "data", "results", "items", "records", "documents", "works", "articles"}
_LISTS |= {"result", "entries", "recommendedpapers"}
_WRAPPERS = {"message", "response", "resultlist", "data", "results"}
_LONG_ROW = 2**16  # characters; the end of such a row may lie past what is looked at
_WRAPPED = 3  # how deep wrappers may stand in each other


def is_json_lines(head: str, name: str) -> bool:
    """Tell JSON Lines (one record a line) from one JSON document, by how it begins."""
    rows = [row.strip() for row in head.split("\n", 50) if row.strip()]
    named = name.endswith((".jsonl", ".ndjson"))
    if rows and rows[0].startswith("["):
        return False
    if not rows or not rows[0].startswith("{") or len(rows) == 1:
        return named and (not rows or rows[0][0] != "{" or len(rows[0]) > _LONG_ROW)
    if rows[0].endswith(("{", "[", ",", ":")):  # laid out over several lines
        return False
    return rows[0].endswith("}") or rows[1].startswith("{") or named


def read_json_lines(stream: BinaryIO, label: str) -> Iterator[Paper | Rejection]:
    """Yield the papers of a file with one JSON object a line."""
    for number, line in lines(stream):
        if line is None:
            yield Rejection(f"{label}:{number}", TOO_LONG)
        elif line and not line.isspace():
            yield _from_text(line.strip(), f"{label}:{number}")


def _from_text(text: str, where: str) -> Paper | Rejection:
    try:
        value, end = DECODER.raw_decode(text)
    except json.JSONDecodeError as error:
        return Rejection(where, f"{syntax_fault(error)} at column {error.colno}")
    except RecursionError:
        return Rejection(where, TOO_DEEP)
    except ValueError:  # a number with thousands of digits
        return Rejection(where, LONG_NUMBER)
    if end < len(text):
        return Rejection(where, f"invalid JSON: more follows the record at column {end + 1}")
    return _from_value(value, where)


def _from_value(value: Any, where: str) -> Paper | Rejection:
    return to_paper(value, where) if isinstance(value, dict) else Rejection(where, _NOT_AN_OBJECT)


def read_json(stream: BinaryIO, label: str) -> Iterator[Paper | Rejection]:
    """Yield the papers of a JSON document: an array, a wrapper of one, or records in a row."""
    text = JsonText(stream)
    while start := text.peek():
        if start == "[":
            yield from _array(text, label)
        elif start == "{":
            yield from _object(text, label, 0)
        elif start in ",]}":  # between records, or left by a broken one
            text.skip()
        else:
            yield Rejection(f"{label}:{text.line}", _NOT_AN_OBJECT)
            text.skip_line()


def _array(text: JsonText, label: str) -> Iterator[Paper | Rejection]:
    text.skip()
    while (start := text.peek()) != "]":
        if not start:
            yield Rejection(f"{label}:{text.line}", _CUT)
            return
        if start == ",":
            text.skip()
            continue
        line = text.line
        where = f"{label}:{line}"
        try:
            value = text.value()
        except BadValue as error:
            yield Rejection(where, error.within(line))
            text.skip_value()
            if not text.peek():
                return
        else:
            yield _from_value(value, where)
    text.skip()


def _object(text: JsonText, label: str, depth: int) -> Iterator[Paper | Rejection]:
    """Yield what an object wraps, or else the one record or the named records that it is."""
    first_line = text.line
    where = f"{label}:{first_line}"
    members: dict[str, Any] = {}
    size, wraps = 0, False
    text.skip()
    while (start := text.peek()) != "}":
        if start == ",":
            text.skip()
            continue
        try:
            name = _member_name(text, start)
            start = text.peek()
            line = text.line
            if start == "[" and name.lower() in _LISTS:
                wraps = True
                yield from _array(text, label)
                continue
            if start == "{" and name.lower() in _WRAPPERS and depth < _WRAPPED:
                wraps = True
                yield from _object(text, label, depth + 1)
                continue
            value = text.value()
        except BadValue as error:
            yield Rejection(where, error.within(first_line))
            text.skip_value(depth=1)
            return
        if _is_named_record(value):
            wraps = True
            yield to_paper({"_id": name, **value}, f"{label}:{line}")
        elif not wraps:
            size += len(value) if isinstance(value, (str, list, dict)) else 1
            members[name] = value if size < RECORD_LIMIT else None
    text.skip()
    if not wraps:
        yield to_paper(members, where)


def _member_name(text: JsonText, start: str) -> str:
    if not start:
        raise BadValue(_CUT, text.line)
    name = text.value() if start == '"' else None
    if not isinstance(name, str) or text.peek() != ":":
        raise BadValue("invalid JSON: Expecting a name and a colon", text.line)
    text.skip()
    return name


def _is_named_record(value: Any) -> bool:
    """Tell a record from other values: it has both a title and an abstract."""
    return isinstance(value, dict) and "title" in value and any(name in value for name in ABSTRACTS)
