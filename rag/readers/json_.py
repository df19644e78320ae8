"""JSON Lines, and JSON documents: arrays of papers, bare or wrapped in objects of any name.

The standard library's decoder does the parsing, element by element: a streaming parser such as
ijson would tell no line numbers, know no NaN (which Python's own writer emits) and stop at the
first error. What is broken is skipped by its brackets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from rag.readers.columns import ABSTRACTS, INNER, TITLES, field_name, looks_like_paper
from rag.readers.json_tables import rows_of
from rag.readers.python_lists import from_python, is_python
from rag.readers.records import Found
from rag.readers.text import RECORD_LIMIT, TOO_LONG, lines, whole

_DECODER = json.JSONDecoder(strict=False)  # raw control characters are cleaned away later
_TOO_DEEP = "invalid JSON: nested too deeply"
_LONG_NUMBER = "invalid JSON: a number is too long"
_NOT_AN_OBJECT = "not a record; a record is a JSON object with a title and an abstract"
_NO_NAME = "invalid JSON: Expecting a name and a colon"
_CUT = "the JSON ends before it is complete; fetch the file again"
# A list of these names holds papers even where none has an abstract; those of the others do not.
_LISTS = set(
    "papers data results items records documents works articles result entries notes docs studies"
    " graph".split()
)
_OTHERS = set(
    "references reference citations citedby related relatedworks children bibentries".split()
)
_WRAPPED = 3  # how deep wrappers may stand in each other
_LOOKED_AT = 20  # elements of a list, to tell whether it is one of papers
_LONG_ROW = 2**16  # characters; the end of such a row may lie past what is looked at
_BLANK = re.compile(r"[ \t\r\n]*")
_MARK = re.compile(r'["\\{}\[\]\n]')


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


def read_json_lines(stream: BinaryIO) -> Iterator[Found]:
    """Yield the records of a file with one JSON object a line."""
    for number, line in lines(stream):
        if line is None:
            yield Found(number, TOO_LONG)
        elif line and not line.isspace():
            yield from (Found(number, record) for record in _from_line(line.strip()))


def _from_line(text: str) -> Iterator[dict[str, Any] | str]:
    """Yield the record of a line, or why there is none; where a line break was lost, several."""
    start = 0
    while (found := _decoded(text, start)) and isinstance(found[0], dict):
        following = _LOST_BREAK.match(text, found[1])
        if following is None:
            break
        yield found[0]
        start = following.end()
    yield _last_of_line(text[start:])


_LOST_BREAK = re.compile(r"\s*,?\s*(?=\{)")


def _last_of_line(text: str) -> dict[str, Any] | str:
    value, end, fault, at = _decoded(text, 0)
    if fault:
        value, end, fault, at = _decoded(_without_last_commas(text), 0)
    if _LONE in fault:
        value, end, fault, at = _decoded(_with_backslashes(_without_last_commas(text)), 0)
    if fault and is_python(text):
        return next((record for _, record in from_python(text)), _NOT_AN_OBJECT)
    if fault:
        return fault if at is None else f"{fault} at column {at + 1}"
    if end < len(text):
        return f"invalid JSON: more follows the record at column {end + 1}"
    return value if isinstance(value, dict) else _NOT_AN_OBJECT


def _decoded(text: str, at: int) -> tuple[Any, int, str, int | None]:
    """Return the value that begins at a place and its end, or the fault and its place."""
    try:
        value, end = _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        return None, at, f"invalid JSON: {error.msg.removesuffix(' starting at')}", error.pos
    except RecursionError:
        return None, at, _TOO_DEEP, None
    except ValueError:  # a number with thousands of digits
        return None, at, _LONG_NUMBER, None
    return value, end, "", None


def read_json(stream: BinaryIO) -> Iterator[Found]:
    """Yield the records of a JSON document: an array, a wrapper of one, or records in a row."""
    text = whole(stream)
    if is_python(text):
        yield from (Found(line, record) for line, record in from_python(text))
    else:
        yield from _Document(_without_last_commas(text)).records()


def _without_last_commas(text: str) -> str:
    """Return JSON with blanks for the commas that people leave behind the last of a list's values.

    >>> _without_last_commas('{"a": ["b,]",], }')
    '{"a": ["b,]" ]  }'
    """
    if not _LAST_COMMA.search(text):
        return text
    return _STRING_OR_COMMA.sub(lambda found: " " if found[0] == "," else found[0], text)


def _with_backslashes(text: str) -> str:
    r"""Return JSON with two backslashes for one that escapes nothing, as in LaTeX put in by hand.

    >>> print(_with_backslashes(r'"a\n \alpha \beta \\gamma"'))
    "a\n \\alpha \\beta \\gamma"
    """
    return _ESCAPE.sub(lambda found: found[0] if found[1] else "\\\\", text)


_PART = 2**15  # characters; no record but a book is longer
_OPEN = "Unterminated"
_LONE = "Invalid \\"  # what the decoder says of one
_ESCAPE = re.compile(r'\\(["\\/nrt]|u[0-9a-fA-F]{4}|[bf](?![a-z]))?')
_LAST_COMMA = re.compile(r",(?=\s*[\]}])")
_STRING_OR_COMMA = re.compile(rf'"(?:[^"\\\n]|\\.)*"|{_LAST_COMMA.pattern}')


class _Document:
    """A cursor over the text of a JSON document that counts lines as it goes."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._mended = self._faulty = False
        self._counted = (0, 1)  # up to where lines were counted, and the line there

    def records(self) -> Iterator[Found]:
        """Yield all that there is."""
        while start := self._peek():
            if start == "[":
                yield from self._array()
            elif start == "{":
                yield from self._object(0)
            elif start in ",]}":  # between records, or left by a broken one
                self._at += 1
            else:
                yield Found(self._line(self._at), _NOT_AN_OBJECT)
                end = self._text.find("\n", self._at)
                self._at = len(self._text) if end < 0 else end + 1

    def _array(self) -> Iterator[Found]:
        self._at += 1
        while (start := self._peek()) != "]":
            line = self._line(self._at)
            if not start:
                yield Found(line, _CUT)
                return
            if start == ",":
                self._at += 1
                continue
            value, end, fault, place = self._decoded()
            if fault or end - self._at > RECORD_LIMIT:
                reason = self._reason(fault, place, self._at, line) if fault else TOO_LONG
                yield Found(line, reason)
                self._skip()
                if not self._peek():
                    return
            else:
                if value is not None:  # as a service answers for a paper that it does not know
                    yield Found(line, value if isinstance(value, dict) else _NOT_AN_OBJECT)
                self._at = end
        self._at += 1

    def _object(self, depth: int) -> Iterator[Found]:
        """Yield what an object wraps, or else the one record or the named records that it is."""
        begin, first = self._at, self._line(self._at)
        members: dict[str, Any] = {}
        wraps = False
        self._at += 1
        while (start := self._peek()) != "}":
            if start == ",":
                self._at += 1
                continue
            name, fault, place = self._name(start)
            if not fault:
                start = self._peek()
                line = self._line(self._at)
                value, end, fault, place = self._decoded()
                folded = field_name(name)
                broken = bool(fault)
                titled = not TITLES.isdisjoint(map(field_name, members))
                if start == "[" and _holds_papers(folded, None if broken else value, titled):
                    wraps = True
                    yield from self._array()
                    continue
                if start == "{" and depth < _WRAPPED and _wraps(folded, value, broken):
                    wraps = True
                    yield from self._object(depth + 1)
                    continue
            if fault:
                yield Found(first, self._reason(fault, place, begin, first))
                self._skip(1)
                return
            if isinstance(value, dict) and _is_named_record(value) and folded not in INNER:
                wraps = True
                yield Found(line, {"_id": name, **value})
            else:
                members[name] = value
            self._at = end
        self._at += 1
        if not wraps or looks_like_paper(set(map(field_name, members))):
            yield from (Found(first, row) for row in rows_of(members) or [members])

    def _decoded(self) -> tuple[Any, int, str, int | None]:
        """Return what begins here; the first lone backslash has all doubled from here on.

        The decoder counts all lines before a fault, so after the first it is shown a part only.
        """
        if self._faulty:
            part = self._text[self._at : self._at + _PART]
            value, end, fault, place = _decoded(part, 0)
            if not fault and end < len(part):
                return value, self._at + end, "", None
            if fault and place is not None and place < len(part) - 1 and _OPEN not in fault:
                return None, self._at, fault, self._at + place
        found = _decoded(self._text, self._at)
        self._faulty = self._faulty or bool(found[2])
        if _LONE in found[2] and not self._mended:
            self._mended = True
            self._text = self._text[: self._at] + _with_backslashes(self._text[self._at :])
            found = _decoded(self._text, self._at)
        return found

    def _name(self, start: str) -> tuple[str, str, int | None]:
        """Move past a member's name and colon and return the name, or the fault and its place."""
        if start != '"':
            return "", _NO_NAME if start else _CUT, self._at
        name, end, fault, place = _decoded(self._text, self._at)
        if fault:
            return "", fault, place
        if self._peek(end) != ":":
            return "", _NO_NAME, self._at
        self._at += 1
        return name, "", None

    def _reason(self, fault: str, place: int | None, begin: int, line: int) -> str:
        """Return a fault with its line, where that is not the record's own."""
        there = line if place is None else line + self._text.count("\n", begin, place)
        return fault if there == line else f"{fault} on line {there}"

    def _peek(self, at: int | None = None) -> str:
        """Move to the next character that is not white space and return it, "" at the end."""
        found = _BLANK.match(self._text, self._at if at is None else at)
        self._at = found.end() if found else self._at
        return self._text[self._at : self._at + 1]

    def _line(self, at: int) -> int:
        before, line = self._counted
        self._counted = (at, line + self._text.count("\n", before, at))
        return self._counted[1]

    def _skip(self, depth: int = 0) -> None:
        """Move past a broken value by its brackets, from ``depth`` open ones.

        A string ends at the end of its line, and a record too where its last brace stood in
        such a string: a missing quotation mark does not swallow what follows.
        """
        text, quoted = self._text, False
        while found := _MARK.search(text, self._at):
            mark = found[0]
            self._at = found.end()
            if mark == "\n":
                before = text[max(0, found.start() - 9) : found.start()]
                if quoted and depth == 1 and before.rstrip(" ,\r").endswith("}"):
                    return
                quoted = False
            elif mark == "\\":
                self._at += text[self._at : self._at + 1] not in ("\n", "")
            elif mark == '"':
                quoted = not quoted
            elif not quoted:
                depth += 1 if mark in "{[" else -1
                if depth <= 0:
                    return
        self._at = len(text)


def _is_named_record(value: dict[str, Any]) -> bool:
    """Tell a record from other values: it has both a title and an abstract."""
    return "title" in value and any(field_name(name) in ABSTRACTS for name in value)


def _is_paper(value: Any) -> bool:
    """Tell an object that is a paper, or wraps a single one."""
    if not isinstance(value, dict):
        return False
    inner = [value[name] for name in INNER if isinstance(value.get(name), dict)]
    return any(looks_like_paper(set(map(field_name, each))) for each in (value, *inner))


def _holds_papers(name: str, value: Any, titled: bool) -> bool:
    """Tell whether a list, None where it is broken, is one of papers, not of a titled one's."""
    if name in _OTHERS and (titled or value is None):
        return False
    if value is None or not value:
        return name in _LISTS
    return any(map(_is_paper, value[:_LOOKED_AT])) or (
        name in _LISTS and isinstance(value[0], dict) and not _RECORD.isdisjoint(value[0])
    )


_RECORD = frozenset(["title", "name", "abstract", "id", "_id", "key", *INNER])


def _wraps(name: str, value: Any, broken: bool) -> bool:
    """Tell whether an object wraps papers: a list of them, another wrapper, or a single one."""
    if broken:
        return name not in _OTHERS
    if name in _OTHERS or (name in INNER and _is_paper(value)):
        return False
    return _contains(value, _WRAPPED)


def _contains(value: Any, depth: int) -> bool:
    if not isinstance(value, dict) or not depth or len(value) > 200:
        return False
    inner = [each for name, each in value.items() if field_name(name) not in _OTHERS]
    return any(
        (isinstance(each, list) and any(map(_is_paper, each[:_LOOKED_AT])))
        or (isinstance(each, dict) and (_is_paper(each) or _contains(each, depth - 1)))
        for each in inner
    )
