"""Authors as records write them become "First Last"."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from rag.readers.clean import clean

_INITIALS = re.compile(r"(?:[A-ZÀ-ÖØ-Þ]\.?[ -]?){1,4}")
_LAST_INITIALS = re.compile(r"([^.]{1,60}) ((?:[A-ZÀ-ÖØ-Þ]\.[ -]?){1,4})")
_SUFFIX = re.compile(r"(?:Jr|Sr|II|III|IV|PhD|MD)\.?", re.IGNORECASE)
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")

NAME_LIMIT = 1_000  # characters of one name
LIST_LIMIT = 500_000  # characters of all names; the longest lists have about 5,000 people


def people(value: Any, *, latex: bool = False) -> tuple[str, ...]:
    """Return authors as "First Last", from a list of names or mappings, or from one string.

    >>> people([{"given": "Ada", "family": "Lovelace"}, "Turing, Alan"])
    ('Ada Lovelace', 'Alan Turing')
    """
    if isinstance(value, str):
        names = _split_people(value) if len(value) <= LIST_LIMIT else []
    elif isinstance(value, list):
        names = [_person(item) for item in value]
    else:
        names = [_person(value)] if isinstance(value, Mapping) else []
    cleaned = (clean(name, latex=latex) for name in names if len(name) <= NAME_LIMIT)
    return tuple(
        name for name in cleaned if name and name.lower() not in {"others", "et al.", "et al"}
    )


def _person(value: Any) -> str:
    if isinstance(value, str):
        return first_last(value)
    if isinstance(value, list):  # authors_parsed: last, first, suffix
        parts = [part for part in value if isinstance(part, str) and part]
        return " ".join([*parts[1:2], *parts[:1], *parts[2:3]])
    if not isinstance(value, Mapping):
        return ""
    inner = value.get("author")
    if isinstance(inner, Mapping):
        value = inner
    family = _field(value, "family", "last", "last_name", "lastName")
    given = _field(value, "given", "first", "first_name", "firstName")
    if family or given:
        particle = _field(value, "non-dropping-particle", "dropping-particle")
        parts = [given, _field(value, "middle"), particle, family, _field(value, "suffix")]
        return " ".join(part for part in parts if part)
    return first_last(_field(value, "name", "display_name", "literal"))


def _field(value: Mapping[str, Any], *names: str) -> str:
    """Return the first that has a text; "Nan" and "Na" are names of people."""
    for name in names:
        text = value.get(name)
        if isinstance(text, list):  # given names one by one
            text = " ".join(part for part in text if isinstance(part, str))
        if isinstance(text, str) and text:
            return text
    return ""


def first_last(name: str) -> str:
    """Return "Last, First" as "First Last"; other names as they are."""
    if "," not in name:
        return name
    parts = [part.strip() for part in name.split(",")]
    if len(parts) == 2 and all(parts):
        return name if _SUFFIX.fullmatch(parts[1]) else f"{parts[1]} {parts[0]}"
    if len(parts) == 3 and all(parts):
        last, second, third = parts
        if _SUFFIX.fullmatch(second):  # Last, Jr., First
            return f"{third} {last} {second}"
        if _SUFFIX.fullmatch(third):  # Last, First, Jr.
            return f"{second} {last} {third}"
    return name


def _split_people(text: str) -> list[str]:
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        return _listed(text)
    if ";" in text:
        return [first_last(name.strip()) for name in text.split(";")]
    parts = [part.strip(" ,") for part in " ".join(text.split()).split(" and ")]
    if len(parts) > 1 and all(part.count(",") == 1 for part in parts):
        return [first_last(part) for part in parts]
    if len(parts) > 1 and all("," not in part or _inverted(part) for part in parts):
        return [first_last(part) for part in parts]
    return [name for part in parts for name in _split_commas(part)]


def _inverted(part: str) -> bool:
    """Tell whether "A, B" is one person: the given name is one word or initials."""
    last, _, first = part.partition(",")
    return " " not in last.strip() or bool(_INITIALS.fullmatch(first.strip()))


def _split_commas(text: str) -> list[str]:
    """Split "A B, C D"; turn "Last, First", "Last, F., Last, G." and "Last F., Last G." round."""
    pieces = [piece.strip() for piece in text.split(",") if piece.strip()]
    if len(pieces) % 2 == 0:
        firsts = pieces[1::2]
        if all(_INITIALS.fullmatch(first) for first in firsts) or not any(" " in p for p in pieces):
            return [f"{first} {last}" for last, first in zip(pieces[::2], firsts, strict=True)]
    ends = [_LAST_INITIALS.fullmatch(piece) for piece in pieces]
    return [
        f"{end[2]} {end[1]}" if end and all(ends) else p
        for p, end in zip(pieces, ends, strict=True)
    ]


def _listed(text: str) -> list[str]:
    """Return the names of a list that was printed into one cell, as JSON or as Python does."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return [first_last(one or two) for one, two in _QUOTED.findall(text)]
    return [_person(item) for item in value] if isinstance(value, list) else []
