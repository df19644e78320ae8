"""JSON text read value by value with line numbers, in bounded memory, past broken values.

The standard library's decoder does the parsing. A streaming parser such as ijson would tell
no line numbers, know no NaN (which Python's own writer emits) and stop at the first error.
"""

from __future__ import annotations

import codecs
import json
import re
from typing import Any, BinaryIO

from rag.readers.text import RECORD_LIMIT, TOO_LONG

DECODER = json.JSONDecoder(strict=False)  # raw control characters are cleaned away later
TOO_DEEP = "invalid JSON: nested too deeply"
LONG_NUMBER = "invalid JSON: a number is too long"
_CHUNK = 2**17
_BLANK = re.compile(r"[ \t\r\n]*")
_MARK = re.compile(r'["\\{}\[\]\n]')
_NEAR = 16  # characters: an error so close to the end of what was read may be for want of more


class BadValue(ValueError):
    """A value that cannot be read: the message says why, ``line`` where the fault is."""

    def __init__(self, reason: str, line: int) -> None:
        super().__init__(reason)
        self.line = line

    def within(self, record_line: int) -> str:
        """Return the reason, with the fault's line where it is not the record's own."""
        return str(self) if self.line == record_line else f"{self} on line {self.line}"


def syntax_fault(error: json.JSONDecodeError) -> str:
    """Return what the decoder found wrong, without the place."""
    return f"invalid JSON: {error.msg.removesuffix(' starting at')}"


class JsonText:
    """A cursor over JSON text; ``line`` is the line it stands on, from 1."""

    def __init__(self, stream: BinaryIO) -> None:
        self.line = 1
        self._stream = stream
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._text = ""
        self._at = 0
        self._ended = False

    def peek(self) -> str:
        """Return the next character that is not white space, "" at the end."""
        while True:
            self._advance(_BLANK.match(self._text, self._at).end())  # type: ignore[union-attr]
            if self._at < len(self._text) or not self._read_more():
                return self._text[self._at : self._at + 1]

    def skip(self) -> None:
        """Move past the character that ``peek`` returned."""
        self._advance(self._at + 1)

    def value(self) -> Any:
        """Return the value that begins here and move past it.

        Raises:
            BadValue: it is broken, too long or too deep; the cursor has not moved.
        """
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                open_end = len(self._text) - error.pos < _NEAR or "Unterminated" in error.msg
                if open_end and len(self._text) - self._at > RECORD_LIMIT:
                    raise BadValue(TOO_LONG, self.line) from None
                if open_end and self._read_more():
                    continue
                line = self.line + self._text.count("\n", self._at, error.pos)
                raise BadValue(syntax_fault(error), line) from None
            except RecursionError:
                raise BadValue(TOO_DEEP, self.line) from None
            except ValueError:  # a number with thousands of digits
                raise BadValue(LONG_NUMBER, self.line) from None
            if end == len(self._text) and self._read_more():
                continue  # a number may go on
            if end - self._at > RECORD_LIMIT:
                raise BadValue(TOO_LONG, self.line)
            self._advance(end)
            return value

    def skip_value(self, depth: int = 0) -> None:
        """Move past a broken value by its brackets, from ``depth`` open ones.

        A string ends at the end of its line, and a record too where its last brace stood in
        such a string: a missing quotation mark does not swallow what follows.
        """
        quoted = False
        while self._at < len(self._text) or self._read_more():
            found = _MARK.search(self._text, self._at)
            if not found:
                self._advance(len(self._text))
                continue
            mark = found[0]
            self._advance(found.end())
            if mark == "\n":
                before = self._text[max(0, found.start() - 9) : found.start()]
                if quoted and depth == 1 and before.rstrip(" ,\r").endswith("}"):
                    return
                quoted = False
            elif mark == "\\":
                if self._at == len(self._text):
                    self._read_more()
                self._advance(min(self._at + (self._text[self._at :][:1] != "\n"), len(self._text)))
            elif mark == '"':
                quoted = not quoted
            elif not quoted:
                depth += 1 if mark in "{[" else -1
                if depth <= 0:
                    return

    def skip_line(self) -> None:
        """Move to the beginning of the next line."""
        while self._at < len(self._text) or self._read_more():
            end = self._text.find("\n", self._at)
            self._advance(len(self._text) if end < 0 else end + 1)
            if end >= 0:
                return

    def _advance(self, end: int) -> None:
        self.line += self._text.count("\n", self._at, end)
        self._at = end

    def _read_more(self) -> bool:
        """Add at least as much again as is waiting, so that reading stays linear."""
        if self._ended:
            return False
        waiting = self._text[self._at :]
        chunk = self._stream.read(max(_CHUNK, len(waiting)))
        self._ended = not chunk
        self._text = waiting + self._decoder.decode(chunk, not chunk)
        self._at = 0
        return not self._ended
