"""arXiv's Atom feeds and PubMed's XML, record by record, past broken ones.

Expat reads them through defusedxml: entities that a file declares are refused. After an
error a new parser takes up at the next record.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any, BinaryIO
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from rag.readers.records import to_paper
from rag.readers.text import RECORD_LIMIT, TOO_LONG
from rag.readers.xml_records import from_atom, from_pubmed
from rag.types import Paper, Rejection

_KINDS = {"entry": from_atom, "PubmedArticle": from_pubmed, "PubmedBookArticle": from_pubmed}
_ROOT = re.compile(r"<((?:\w{1,20}:)?(?:feed|PubmedArticleSet))((?:\s[^<>]{0,2000})?)>")
_RECORD = re.compile(rf"<(?:\w{{1,20}}:)?(?:{'|'.join(_KINDS)})[\s>]")
_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
_NUMBER = re.compile(r"&#(?:(\d{1,7})|[xX]([0-9a-fA-F]{1,6}));")
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535))
_XML_OWN = {"amp", "lt", "gt", "quot", "apos"}
_CHUNK = 2**17
_DEPTH_LIMIT = 100
_CUT = "the XML ends before the record does; fetch the file again"


def is_xml_of_papers(head: str) -> bool:
    """Tell whether XML that begins like ``head`` is an Atom feed or PubMed's."""
    return bool(_ROOT.search(head) or _RECORD.search(head))


class _Fault(ValueError):
    """Something that expat lets pass but that ends a record; the message says what."""


class _Target:
    """Collects the records that expat comes past, and remembers where the open one began."""

    def __init__(self) -> None:
        self.parser: Any = None
        self.found: list[tuple[int, Element]] = []
        self.open_line = 0
        self._builder: TreeBuilder | None = None
        self._depth = 0
        self._size = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition("}")[2]
        if name in _KINDS:
            if self._builder:
                raise _Fault("the record is not closed before the next begins")
            self._builder, self._depth, self._size = TreeBuilder(), 0, 0
            self.open_line = self.parser.CurrentLineNumber
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
    """One expat parser and the line of the file on which its input begins."""

    def __init__(self, root: str, lines_before: int) -> None:
        self.target = _Target()
        self._parser = DefusedXMLParser(target=self.target, encoding="utf-8")
        self.target.parser = self._parser.parser
        self._fed = 0
        self._lines_before = lines_before
        if root:
            self.feed(root)

    def feed(self, text: str) -> None:
        data = text.encode("utf-8", "replace")
        self._parser.feed(data)
        self._fed += len(data)

    def close(self) -> None:
        self._parser.close()

    def stopped_at(self, text: str) -> int:
        """Return where in ``text``, the last one fed, the parser met what it refused."""
        expat = self._parser.parser
        index = expat.ErrorByteIndex if expat.ErrorCode else expat.CurrentByteIndex
        data = text.encode("utf-8", "replace")
        return len(data[: max(0, index - self._fed)].decode("utf-8", "ignore"))

    def line(self) -> int:
        return self._lines_before + int(self.target.parser.CurrentLineNumber)

    def papers(self, label: str) -> Iterator[Paper | Rejection]:
        for line, element in self.target.found:
            where = f"{label}:{self._lines_before + line}"
            record = _KINDS[element.tag](element)
            yield (
                record
                if isinstance(record, Rejection)
                else to_paper(record, where, latex=element.tag == "entry")
            )
        self.target.found.clear()

    def where(self, label: str) -> str:
        """Return the line of the record that is open, else the present one."""
        line = self._lines_before + self.target.open_line if self.target.open_line else self.line()
        return f"{label}:{line}"


def read_xml(stream: BinaryIO, label: str) -> Iterator[Paper | Rejection]:
    """Yield a paper for each entry or article, at the line of its tag."""
    session: _Session | None = _Session("", 0)
    root, line = "", 1
    for piece in _pieces(stream):
        if not root and (found := _ROOT.search(piece)):
            root = f"<{found[1]}{' '.join(found[2].split()) and ' ' + ' '.join(found[2].split())}>"
        at = 0
        while at < len(piece):
            if session is None:
                resumed = _RECORD.search(piece, at)
                if not resumed:
                    break
                at = resumed.start()
                session = _Session(root or "<feed>", line + piece.count("\n", 0, at) - 1)
            rest = piece[at:]
            try:
                session.feed(rest)
                at = len(piece)
            except DefusedXmlException:
                yield Rejection(
                    label, "the XML declares entities of its own, which is unsafe; remove them"
                )
                return
            except (ParseError, _Fault) as error:
                yield from session.papers(label)
                yield Rejection(session.where(label), _reason(error))
                at += session.stopped_at(rest) + (0 if isinstance(error, _Fault) else 1)
                session = None
            else:
                yield from session.papers(label)
        line += piece.count("\n")
    if session is not None:
        yield from _closed(session, label)


def _closed(session: _Session, label: str) -> Iterator[Rejection]:
    try:
        session.close()
    except ParseError:
        yield Rejection(session.where(label), _CUT)


def _reason(error: Exception) -> str:
    if isinstance(error, ParseError):
        return f"invalid XML: {expat_message(error)}"
    return f"invalid XML: {error}"


def expat_message(error: ParseError) -> str:
    """Return what is wrong without the position, which counts from where a parser began."""
    return str(error).partition(": line ")[0]


def _pieces(stream: BinaryIO) -> Iterator[str]:
    """Yield the text in pieces that end after a tag, fit for expat.

    HTML's named entities become characters, and characters that XML does not allow go.
    """
    waiting = b""
    while chunk := stream.read(_CHUNK):
        waiting += chunk
        end = waiting.rfind(b">") + 1
        if not end and len(waiting) > RECORD_LIMIT:
            end = len(waiting)
        if end:
            yield _fit(waiting[:end].decode("utf-8", "replace"))
            waiting = waiting[end:]
    if waiting:
        yield _fit(waiting.decode("utf-8", "replace"))


def _fit(text: str) -> str:
    text = text.translate(_CONTROLS) if not text.isprintable() else text
    if "&" in text:
        text = _NUMBER.sub(_character, _ENTITY.sub(_named, text))
    return text


def _named(match: re.Match[str]) -> str:
    return match[0] if match[1] in _XML_OWN else html.unescape(match[0])


def _character(match: re.Match[str]) -> str:
    code = int(match[1]) if match[1] else int(match[2], 16)
    allowed = (
        code in {9, 10, 13}
        or 32 <= code < 0xD800
        or 0xE000 <= code < 0xFFFE
        or 0xFFFF < code < 0x110000
    )
    return match[0] if allowed else ""
