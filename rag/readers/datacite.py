"""DataCite's records of DOIs, as its REST service and its own JSON have them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_LISTS = frozenset(["titles", "descriptions"])
_AS_OTHERS_HAVE_IT = ("doi", "url", "publicationYear", "identifiers")


def from_datacite(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a record of DataCite, bare or wrapped; none where it is another's.

    >>> found = from_datacite({"titles": [{"title": "Tides"}], "descriptions": [], "doi": "10.1/a"})
    >>> found["title"], found["doi"]
    ('Tides', '10.1/a')
    """
    data = record.get("data")
    wrapped = data.get("attributes") if isinstance(data, Mapping) else None
    for each in (record, record.get("attributes"), wrapped):
        if isinstance(each, Mapping) and _LISTS.issubset(each):
            return _fields(each)
    return {}


def _fields(record: Mapping[str, Any]) -> dict[str, Any]:
    container, publisher = record.get("container"), record.get("publisher")
    journal = container.get("title") if isinstance(container, Mapping) else None
    name = publisher.get("name") if isinstance(publisher, Mapping) else publisher
    people = [
        {"literal": each.get("name")} if each.get("nameType") == "Organizational" else each
        for each in _mappings(record.get("creators"))
    ]
    return {own: record[own] for own in _AS_OTHERS_HAVE_IT if own in record} | {
        "title": _of_kind(record["titles"], "title", ""),
        "abstract": _of_kind(record["descriptions"], "description", "Abstract"),
        "creators": people,
        "venue": journal or name,
    }


def _of_kind(value: Any, name: str, kind: str) -> Any:
    """Return the first text of a kind in a list, else the first that doesn't say its kind."""
    of_each = [(each.get(f"{name}Type") or "", each.get(name)) for each in _mappings(value)]
    wanted = (text for own in (kind, "") for said, text in of_each if said == own)
    return next(filter(None, wanted), "")


def _mappings(value: Any) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []
