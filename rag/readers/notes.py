"""YAML: a note with what is known of a paper at its top, a bibliography as Pandoc reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO, ClassVar

import yaml  # type: ignore[import-untyped]

from rag.readers.records import Found
from rag.readers.text import whole

_START = re.compile(r"(?:---\s*\n)?(?:[^\n]*\n){0,60}?(?:title|references):", re.IGNORECASE)
_FRONT = re.compile(r"---\s*\n([\s\S]*?)\n(?:---|\.\.\.)\s*(?:\n|\Z)")
_ABSTRACT = re.compile(
    r"^(?:#{1,6}\s*Abstract:?|\*\*Abstract:?\*\*:?)\s*\n+([\s\S]+?)(?=\n#|\n---|\Z)", re.I | re.M
)
_ANCHOR = re.compile(r"(?:^|[\s\[,{])[&*]\w", re.MULTILINE)
_LIMIT = 100_000  # characters of YAML, of which Python reads 100,000 a second


class _Texts(yaml.SafeLoader):  # type: ignore[misc]
    """Reads all values as texts, so that a date stays as it was written."""

    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}


def is_note(head: str) -> bool:
    """Tell whether a text that begins like ``head`` is such a note or bibliography."""
    return head.startswith(("---\n", "---\r\n", "references:")) and bool(_START.match(head))


def read_note(stream: BinaryIO) -> Iterator[Found]:
    """Yield the paper of a note, or those of a bibliography."""
    text = whole(stream)
    front = _FRONT.match(text)
    said = front[1] if front else text
    if len(said) > _LIMIT:
        yield Found(0, "too long a YAML; save it as CSL JSON")
        return
    try:
        found: Any = None if _ANCHOR.search(said) else yaml.load(said, _Texts)  # noqa: S506 a safe one
    except (yaml.YAMLError, RecursionError, ValueError):
        found = None
    if not isinstance(found, dict):
        yield Found(1, "YAML that cannot be read; mend what stands at its top")
    elif isinstance(records := found.get("references"), list):
        yield from (Found(1, each) for each in records if isinstance(each, dict))
    else:
        below = _ABSTRACT.search(text, front.end()) if front else None
        yield Found(1, {"abstract": below and below[1], **found})
