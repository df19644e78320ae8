"""XML as text: cut where records begin, and rid of what would stop a parser needlessly."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import BinaryIO

from rag.readers.text import RECORD_LIMIT

RECORDS = ("entry", "PubmedArticle", "PubmedBookArticle")
_RECORD = re.compile(rf"<(?:\w{{1,20}}:)?(?:{'|'.join(RECORDS)})(?=[\s>])")
_ROOT = re.compile(r"<(?:\w{1,20}:)?(?:feed|PubmedArticleSet)(?:\s[^<>]{0,2000})?>")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)[A-Za-z][A-Za-z0-9]{1,30};")
_NUMBER = re.compile(r"&#(?:(\d{1,7})|[xX]([0-9a-fA-F]{1,6}));")
_NOT_ALLOWED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CHUNK = 2**17


def is_xml_of_papers(head: str) -> bool:
    """Tell whether XML that begins like ``head`` is an Atom feed or PubMed's."""
    return bool(_ROOT.search(head) or _RECORD.search(head))


def root_of(text: str) -> str:
    """Return the root's start tag on one line where it stands in ``text``, else ""."""
    found = _ROOT.search(text)
    return " ".join(found[0].split()) if found else ""


def begins_record(text: str) -> bool:
    """Tell whether ``text`` begins with the start tag of a record."""
    return _RECORD.match(text) is not None


def segments(stream: BinaryIO) -> Iterator[str]:
    """Yield all the text, cut before each record and in places after other tags.

    HTML's named entities have become characters, and characters XML forbids are gone.
    """
    waiting = b""
    while chunk := stream.read(_CHUNK):
        waiting += chunk
        end = waiting.rfind(b">") + 1
        if not end and len(waiting) > RECORD_LIMIT:
            end = len(waiting)
        if end:
            yield from _cut(waiting[:end].decode("utf-8", "replace"))
            waiting = waiting[end:]
    yield from _cut(waiting.decode("utf-8", "replace"))


def _cut(text: str) -> Iterator[str]:
    text = _NOT_ALLOWED.sub("", text)
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
        text = _NUMBER.sub(_character, text)
    begin = 0
    for found in _RECORD.finditer(text):
        if found.start() > begin:
            yield text[begin : found.start()]
        begin = found.start()
    if begin < len(text):
        yield text[begin:]


def _character(match: re.Match[str]) -> str:
    """Return a reference to a character, "" where XML does not allow that character."""
    code = int(match[1]) if match[1] else int(match[2], 16)
    allowed = code in {9, 10, 13} or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE
    return match[0] if allowed or 0x10000 <= code < 0x110000 else ""
