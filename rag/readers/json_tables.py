"""Tables as JSON: an object of columns, or of the columns' names and rows, as pandas has them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any

from rag.readers.columns import field_name

_TEXTS = frozenset(["abstract", "text", "summary"])


def rows_of(members: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the records of a table; none where the members of an object are no table.

    >>> rows_of({"title": {"0": "A", "1": "B"}, "abstract": {"0": "We go.", "1": "We stay."}})
    [{'title': 'A', 'abstract': 'We go.'}, {'title': 'B', 'abstract': 'We stay.'}]
    >>> rows_of({"columns": ["title", "year"], "data": [["A", 2001]]})
    [{'title': 'A', 'year': 2001}]
    """
    names, data = members.get("columns"), members.get("data")
    if isinstance(names, list) and isinstance(data, list):
        return [
            dict(zip(map(str, names), row, strict=False)) for row in data if isinstance(row, list)
        ]
    columns = {name: column for name, each in members.items() if (column := _column(each))}
    titles = next((each for name, each in columns.items() if field_name(name) == "title"), {})
    texts = (each for name, each in columns.items() if field_name(name) in _TEXTS)
    if not titles or all(each.keys() != titles.keys() for each in texts):
        return []
    return [{name: column.get(key) for name, column in columns.items()} for key in titles]


def _column(value: Any) -> dict[str, Any]:
    """Return a column as rows' names to cells; a list of one may be anything."""
    if isinstance(value, list) and len(value) > 1:
        return {str(number): cell for number, cell in enumerate(value)}
    if isinstance(value, dict) and all(name.isdigit() for name in islice(value, 9)):
        return value
    return {}
