"""Lists and dictionaries as Python prints them, which people save in place of JSON."""

from __future__ import annotations

import ast
import re
import warnings
from typing import Any

from rag.readers.text import RECORD_LIMIT

_START = re.compile(r"\s*\[?\s*\{\s*['\"](?:[^'\"\\\n]{1,100}['\"]\s*:\s*)")
_SIGNS = re.compile(r"\{\s*'|[:,\[]\s*(?:'|None\b|True\b|False\b|nan\b)")
_FAULTS = (ValueError, SyntaxError, TypeError, MemoryError, RecursionError)


def from_python(text: str) -> list[tuple[int, Any]] | None:
    r"""Return the line and value of each element of a list, or of what stands there alone.

    None says that the text is nothing that Python printed. What is no plain value (`nan`, a date)
    counts as missing, and nothing is run.

    >>> from_python("[{'title': 'It\\'s', 'year': nan},\n {'title': None}]")
    [(1, {'title': "It's", 'year': None}), (2, {'title': None})]
    """
    if len(text) > RECORD_LIMIT or not _START.match(text) or not _SIGNS.search(text):
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of backslashes
            whole = _Plain().visit(ast.parse(text.strip(), mode="eval")).body
        each = whole.elts if isinstance(whole, (ast.List, ast.Tuple)) else [whole]
        above = text[: len(text) - len(text.lstrip())].count("\n")
        return [(above + node.lineno, ast.literal_eval(node)) for node in each]
    except _FAULTS:
        return None


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
