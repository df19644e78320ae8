"""arXiv's Atom feeds and PubMed's XML, record by record, past broken ones.

Expat reads them through defusedxml: entities that a file declares are refused. After an
error a new parser takes up at the next record.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from rag.readers.records import to_paper
from rag.readers.text import RECORD_LIMIT, TOO_LONG
from rag.readers.xml_records import from_atom, from_pubmed
from rag.readers.xml_text import RECORDS, begins_record, root_of, segments
from rag.types import Paper, Rejection

_DEPTH_LIMIT = 100
_ENTITIES = "the XML declares entities of its own, which is unsafe; remove the declarations"
_BROKEN_LIMIT = 1_000  # records in a row, each of which costs a new parser
_TOO_BROKEN = f"more than {_BROKEN_LIMIT:,} broken records in a row; fetch the file again"
_CUT = "the XML ends before the record does; fetch the file again"


class _Fault(ValueError):
    """Something that expat lets pass but that ends a record; the message says what."""


class _Unclosed(_Fault):
    """The next record begins before the last was closed."""


class _Target:
    """Collects the records that expat comes past, and remembers where the open one began."""

    def __init__(self) -> None:
        self.expat: Any = None
        self.found: list[tuple[int, Element]] = []
        self.open_line = 0
        self._builder: TreeBuilder | None = None
        self._depth = 0
        self._size = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        if name in RECORDS:
            if self._builder:
                raise _Unclosed("the record is not closed before the next begins")
            self._builder, self._depth, self._size = TreeBuilder(), 0, 0
            self.open_line = self.expat.CurrentLineNumber
        if self._builder:
            self._depth += 1
            if self._depth > _DEPTH_LIMIT:
                raise _Fault("nested too deeply")
            self._builder.start(name, attributes)

    def data(self, text: str) -> None:
        if self._builder:
            self._size += len(text)
            if self._size > RECORD_LIMIT:
                raise _Fault(TOO_LONG)
            self._builder.data(text)

    def end(self, tag: str) -> None:
        if self._builder:
            self._builder.end(tag.rpartition("}")[2])
            self._depth -= 1
            if not self._depth:
                self.found.append((self.open_line, self._builder.close()))
                self._builder, self.open_line = None, 0

    def close(self) -> None:
        """Be what the parser expects of a target."""


class _Session:
    """One parser, begun after ``lines_before`` lines of the file."""

    def __init__(self, root: str, lines_before: int, label: str) -> None:
        self._target = _Target()
        self._parser = DefusedXMLParser(target=self._target, encoding="utf-8")
        self._target.expat = self._parser.parser
        self._lines_before = lines_before
        self._label = label
        self.feed(root)

    def feed(self, text: str) -> None:
        self._parser.feed(text.encode("utf-8", "replace"))

    def close(self) -> None:
        self._parser.close()

    def papers(self) -> Iterator[Paper | Rejection]:
        """Yield what was completed since the last call."""
        for line, element in self._target.found:
            where = f"{self._label}:{self._lines_before + line}"
            atom = element.tag == "entry"
            yield to_paper((from_atom if atom else from_pubmed)(element), where, latex=atom)
        self._target.found.clear()

    def fault(self, reason: str) -> Rejection:
        """Return a rejection at the line of the record that is open, else at the present one."""
        line = self._target.open_line or int(self._parser.parser.CurrentLineNumber)
        return Rejection(f"{self._label}:{self._lines_before + line}", reason)


def _is_sound(root: str) -> bool:
    """Tell whether a new parser can begin with this start tag."""
    try:
        _Session(root, 0, "")
    except (ParseError, DefusedXmlException):
        return False
    return True


def read_xml(stream: BinaryIO, label: str) -> Iterator[Paper | Rejection]:
    """Yield a paper for each entry or article, at the line of its tag."""
    session: _Session | None = _Session("", 0, label)
    root, line, broken = "<feed>", 1, 0
    for text in segments(stream):
        if found := root_of(text):
            root = found if _is_sound(found) else root
        again = True
        while again and (session or begins_record(text)):
            again = False
            session = session or _Session(root, line - 1, label)
            try:
                session.feed(text)
            except DefusedXmlException:
                yield Rejection(label, _ENTITIES)
                return
            except (ParseError, _Fault) as error:
                whole = list(session.papers())
                yield from whole
                # Expat's own position counts from where this parser began.
                yield session.fault(f"invalid XML: {str(error).partition(': line ')[0]}")
                session = None
                again = isinstance(error, _Unclosed)
                broken = 0 if whole else broken + 1
                if broken > _BROKEN_LIMIT:
                    yield Rejection(label, _TOO_BROKEN)
                    return
            else:
                for paper in session.papers():
                    yield paper
                    broken = 0
        line += text.count("\n")
    if session:
        try:
            session.close()
        except ParseError:
            yield session.fault(_CUT)
