"""XML of many services, cut into records: each is parsed alone, so a broken one costs no other.

lxml reads what it can of a record that is not well-formed. Nothing is expanded or fetched:
the declarations of a file never reach the parser.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from lxml import etree

from rag.readers.columns import ABSTRACTS, TITLES, field_name
from rag.readers.records import Found
from rag.readers.text import RECORD_LIMIT, TOO_LONG, whole
from rag.readers.xml_records import ANY, CONTEXT, RDF, RECORDS, from_zotero

# How a file of each kind begins, and the tags of its records.
_KINDS = (
    (r"feed[\s>]|entry[\s>]", ("entry",)),
    (r"PubmedArticleSet[\s>]|Pubmed(?:Book)?Article[\s>]", ("PubmedArticle", "PubmedBookArticle")),
    (r"OAI-PMH[\s>]|ListRecords[\s>]|records>\s{0,99}<record[\s>]", ("record",)),
    (r"(?:collection|record)\s[^<>]{0,500}MARC21", ("record",)),
    (r"(?:responseWrapper|resultList)[\s>]", ("result",)),
    (r"collection\s[^<>]{0,99}\bid=|volume\s[^<>]{0,99}\bid=", ("meta", "paper")),
    (r"rss\s[^<>]{0,2000}\bversion=|RDF\s[^<>]{0,2000}rss", ("item",)),
    (r"rec\s[^<>]{0,99}\bresultID=", ("rec",)),
    (r"resources?\s[^<>]{0,2000}(?:datacite|agmes)", ("resource",)),
    (r"TEI[\s>]", ("teiHeader",)),
    (r"(?:dc|metadata)\s[^<>]{0,2000}purl\.org/dc", ("dc",)),
    (r"mods(?:Collection)?[\s>]", ("mods",)),
    (r"pmc-articleset[\s>]|article\s[^<>]{0,2000}(?:article-type|dtd-version)=", ("article",)),
)
_ROOTS = [(re.compile(rf"<(?:\w{{1,20}}:)?(?:{root})"), names) for root, names in _KINDS]
_AMPERSAND = re.compile(r"&(?:#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,30};)?")
_NOT_ALLOWED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_PROLOG = re.compile(r"\A\s*(?:<[?!][^<>]{0,1000}>\s*){0,9}")
_CHUNK = 2**17
_STYLE = re.compile(r"</?(?:i|b|u|em|strong|sub|sup|italic|bold)>")
_NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
_LONGEST_TAG = 20_000  # characters
_CUT = "the XML ends before the record does; fetch the file again"
_UNCLOSED = "invalid XML: the record is not closed before the next begins"
_ENTITIES = "the XML declares entities of its own, which is unsafe; remove the declarations"


def is_xml_of_papers(head: str) -> bool:
    """Tell whether XML that begins like ``head`` is of a kind that is known."""
    return bool(_tags(head))


def _tags(head: str) -> tuple[str, ...]:
    return next((names for root, names in _ROOTS if root.search(head)), ()) or _tags_of_any(head)


def _tags_of_any(head: str) -> tuple[str, ...]:
    """Return the tags of elements right below which both a title and an abstract stand.

    >>> _tags_of_any("<list><book><title>A</title><abstract>B</abstract></book></list>")
    ('book',)
    """
    tags: dict[str, None] = {}
    above: list[tuple[str, set[str]]] = []
    for closing, tag, empty in map(re.Match.groups, _TAG.finditer(head)):
        name = tag.rpartition(":")[2]
        if name.lower() == "html" or len(above) > _DEEPEST:
            return ()
        if closing:
            while above and above.pop()[0] != name:
                pass
        elif above:
            holds = above[-1][1]
            holds.add(field_name(name))
            if not holds.isdisjoint(TITLES) and not holds.isdisjoint(_ABSTRACTS):
                tags[above[-1][0]] = None
        if not closing and not empty:
            above.append((name, set()))
    return tuple(tags)


_TAG = re.compile(r"<(/?)([A-Za-z_][\w.:-]{0,60})(?:\s[^<>]{0,2000}?)?(/?)>")
_ABSTRACTS = ABSTRACTS - {"text", "description", "descriptions"}
_DEEPEST = 30


def read_xml(stream: BinaryIO) -> Iterator[Found]:
    """Yield each record, at the line of its tag."""
    context: dict[str, object] = {}
    for line, name, text, fault in _records(stream):
        element, fault = (None, fault) if fault else _parsed(text)
        if element is None or fault:
            yield Found(line, fault)
        elif name in CONTEXT:
            context = CONTEXT[name](element)
        elif (record := RECORDS[name](element)) is not None:
            yield Found(line, {**context, **record}, latex=name == "entry")


def is_zotero(head: str) -> bool:
    """Tell Zotero's RDF."""
    return "zotero.org/namespaces/export#" in head[:5_000]


def read_zotero(stream: BinaryIO) -> Iterator[Found]:
    """Yield each item of Zotero's RDF, which is read at once: journals follow them."""
    text = whole(stream)
    if "<!ENTITY" in text:
        yield Found(0, _ENTITIES)
        return
    root, fault = _parsed(_mended(text))
    items: list[Any] = [] if root is None else list(root)
    hosts = {each.get(f"{RDF}about", ""): each for each in items}
    for item in items:
        if item.find("itemType") is not None and item.tag != "Attachment":
            yield Found(item.sourceline, from_zotero(item, hosts))
    if fault:
        yield Found(0, fault)


def _parsed(text: str) -> tuple[etree._Element | None, str]:
    """Return a record as an element without namespaces, whatever is wrong with it."""
    element, faults = _read(text)
    if faults and _STYLE.search(text):  # one that is not closed would swallow what follows
        element, faults = _read(_STYLE.sub("", text))
    if element is None:
        return None, "invalid XML: nothing of the record can be read"
    if any("depth" in fault for fault in faults):
        return None, "invalid XML: nested too deeply"
    for each in element.iter():
        bare = str(each.tag).rpartition("}")[2].rpartition(":")[2]
        each.tag = bare if _NAME.fullmatch(bare) else "nameless"
    return element, ""


def _read(text: str) -> tuple[etree._Element | None, list[str]]:
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    element = etree.fromstring(text.encode("utf-8", "replace"), parser)
    faults = [error.message for error in parser.error_log]
    return element, [fault for fault in faults if "prefix" not in fault]


def _records(stream: BinaryIO) -> Iterator[tuple[int, str, str, str]]:
    """Yield line, tag and text of each record, and what is wrong with it."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    text, line, ended = "", 1, False
    tags, closed, any_kind = "", True, False
    while not ended:
        chunk = stream.read(max(_CHUNK, len(text)))
        ended = not chunk
        text += decoder.decode(chunk, ended)
        if not tags:
            tags = "|".join(map(re.escape, _tags(text)))
            any_kind = not any(root.search(text) for root, _ in _ROOTS)
            start = re.compile(rf"<(?:\w{{1,20}}:)?({tags})(?=[\s>/])")
            rooted = start.match(_PROLOG.sub("", text, count=1)) is None
            end = re.compile(rf"</(?:\w{{1,20}}:)?(?:{tags})\s{{0,9}}>|(?={start.pattern})")
        at = 0
        while found := start.search(text, at):
            closed = not rooted
            if "<!ENTITY" in text[at : found.start()]:
                yield 0, "", "", _ENTITIES
                return
            stop, fault = _end_of(text, found, end)
            if not stop and not ended and len(text) - found.start() <= RECORD_LIMIT:
                break
            line += text.count("\n", at, found.start())
            at = stop or len(text)
            closed = closed or fault == _CUT
            if fault == _UNCLOSED and text[found.start() : at].rstrip().endswith("metadata>"):
                line += text.count("\n", found.start(), at)  # it wraps the one that begins here
                continue
            if at - found.start() > RECORD_LIMIT:
                fault = TOO_LONG
            name = ANY if any_kind else found[1]
            yield line, name, "" if fault else _mended(text[found.start() : at]), fault
            line += text.count("\n", found.start(), at)
        else:
            keep = max(at, text.rfind("<", max(at, len(text) - _LONGEST_TAG)))
            keep = keep if keep > at or text[at : at + 1] == "<" else len(text)
            closed = closed or "</" in text[at:]
            line += text.count("\n", at, keep)
            at = keep
        text = text[at:]
    if not closed:
        yield line, "", "", _CUT


def _end_of(text: str, start: re.Match[str], end: re.Pattern[str]) -> tuple[int, str]:
    """Return where a record ends, 0 where nowhere yet, and its fault if that isn't by its tag."""
    tag_end = text.find(">", start.end(), start.end() + _LONGEST_TAG)
    if tag_end > 0 and text[tag_end - 1] == "/":
        return tag_end + 1, ""
    found = end.search(text, start.end())
    if found is None:
        return 0, _CUT
    return found.end(), "" if found[0] else _UNCLOSED


def _mended(text: str) -> str:
    """Return text of which no parser need despair: HTML's entities and bare "&" are no more.

    >>> _mended("caf&eacute; &amp; R&D &#x1;&#233;")
    'café &amp; R&amp;D é'
    """
    if "&" in text:
        text = _AMPERSAND.sub(lambda match: _escaped(html.unescape(match[0])), text)
    return _NOT_ALLOWED.sub("", text)


def _escaped(character: str) -> str:
    return "" if character == "\ufffd" else html.escape(character, quote=False)
