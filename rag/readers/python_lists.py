"""Lists and dictionaries as Python prints them, which people save in place of JSON."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from typing import Any

from rag.readers.text import RECORD_LIMIT, TOO_LONG

_START = re.compile(r"\s*\[?\s*\{\s*'")  # as no JSON begins
_TOKEN = re.compile(r"'(?:[^'\\\n]|\\.)*'|\"(?:[^\"\\\n]|\\.)*\"|\\.|[\[\](){}]")
_FAULTS = (ValueError, SyntaxError, TypeError, AttributeError, MemoryError, RecursionError)
_BROKEN = "not as Python prints records; write them with json.dump"


def is_python(text: str) -> bool:
    """Tell what Python printed from JSON, by its first quotation mark."""
    return _START.match(text) is not None


def from_python(text: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    r"""Yield the line and value of each element of a list, or of what stands there alone.

    What is no plain value (`nan`, a date) counts as missing, and nothing is run. For what cannot
    be read comes the reason.

    >>> list(from_python("[{'title': 'It\\'s', 'year': nan},\n {'title': None}]"))
    [(1, {'title': "It's", 'year': None}), (2, {'title': None})]
    """
    line = counted = 0
    for start, end in _elements(text):
        line, counted = line + text.count("\n", counted, start), start
        yield line + 1, TOO_LONG if end - start > RECORD_LIMIT else _value(text[start:end])


def _elements(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each element begins and ends, by the brackets outside of strings."""
    begin = len(text) - len(text.lstrip())
    begin += text[begin : begin + 1] == "["
    depth, start = 0, begin
    for found in _TOKEN.finditer(text, begin):
        if found[0] in "[({":
            start = start if depth else found.start()
            depth += 1
        elif found[0] in "])}":
            depth -= 1
            if depth < 0:
                return
            if not depth:
                yield start, found.end()
    if depth:
        yield start, len(text)


def _value(text: str) -> dict[str, Any] | str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of backslashes
            value = ast.literal_eval(_Plain().visit(ast.parse(text, mode="eval")))
        return {str(key): each for key, each in value.items()}
    except _FAULTS:
        return _BROKEN


class _Plain(ast.NodeTransformer):
    """Put None for names and calls."""

    def visit_Name(self, node: ast.Name) -> ast.AST:
        """Return None's node at the name's place."""
        return ast.copy_location(ast.Constant(None), node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Return None's node at the call's place."""
        return ast.copy_location(ast.Constant(None), node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Return None's node at the attribute's place."""
        return ast.copy_location(ast.Constant(None), node)
