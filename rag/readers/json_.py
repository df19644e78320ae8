"""JSON Lines, and JSON documents: arrays of papers, bare or wrapped in an object."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, BinaryIO

from rag.readers.records import to_paper
from rag.readers.text import TOO_LONG, lines
from rag.types import Paper, Rejection

_DECODER = json.JSONDecoder(strict=False)  # raw control characters are cleaned away later
_NOT_AN_OBJECT = "not a record; a record is a JSON object with a title and an abstract"


def is_json_lines(head: str, name: str) -> bool:
    """Tell JSON Lines (one record a line) from one JSON document, by how it begins."""
    rows = [row.strip() for row in head.split("\n", 50) if row.strip()]
    if not rows or not rows[0].startswith("{"):
        return name.endswith((".jsonl", ".ndjson"))
    if len(rows) == 1:
        return name.endswith((".jsonl", ".ndjson"))
    if rows[0].endswith(("{", "[", ",", ":")):  # laid out over several lines
        return False
    return rows[0].endswith("}") or rows[1].startswith("{") or name.endswith((".jsonl", ".ndjson"))


def read_json_lines(stream: BinaryIO, label: str) -> Iterator[Paper | Rejection]:
    """Yield the papers of a file with one JSON object a line."""
    for number, line in lines(stream):
        if line is None:
            yield Rejection(f"{label}:{number}", TOO_LONG)
        elif line and not line.isspace():
            yield _from_text(line, f"{label}:{number}")


def _from_text(text: str, where: str) -> Paper | Rejection:
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        return Rejection(where, f"invalid JSON: {error.msg} at column {error.colno}")
    except RecursionError:
        return Rejection(where, "invalid JSON: nested too deeply")
    except ValueError:  # a number with thousands of digits
        return Rejection(where, "invalid JSON: a number is too long")
    return _from_value(value, where)


def _from_value(value: Any, where: str) -> Paper | Rejection:
    return to_paper(value, where) if isinstance(value, dict) else Rejection(where, _NOT_AN_OBJECT)
