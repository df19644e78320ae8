"""A mapping from any source (JSON, a table's row, a bibliography's entry) becomes a Paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from rag.readers import fields
from rag.readers.clean import clean, clean_abstract, visible
from rag.readers.columns import ABSTRACTS, INNER, NAMES, TITLES, field_name
from rag.readers.latex import journal
from rag.readers.people import people
from rag.types import Paper, Rejection

_Read = TypeVar("_Read")

TITLE_LIMIT = 2_000  # characters; the longest real titles have about 500
ABSTRACT_LIMIT = 200_000  # characters; past this it is a book
_MARKUP_SHARE = 4  # how many times longer a text may be before its markup is gone
LONG_TITLE = f"the title is longer than {TITLE_LIMIT:,} characters"
LONG_ABSTRACT = f"the abstract is longer than {ABSTRACT_LIMIT:,} characters"
NO_ABSTRACT = "no abstract; only papers with an abstract can be asked about"
NO_TITLE = "no title and no id; give the record one of them"
_USUAL_WIDTH = 100  # fields; layouts of wider records are not remembered


class Found(NamedTuple):
    """What a reader found in a document: a record, or why there is none."""

    line: int  # where it begins; 0 stands for all of the document
    record: Mapping[str, Any] | str  # names of fields, in any usual spelling, to values; the reason
    latex: bool = False  # whether its text is LaTeX throughout
    nameless: str = NO_TITLE  # the reason where it has neither a title nor an id


def is_aside(record: Mapping[str, Any] | str) -> bool:
    """Tell what stands beside papers and is none: Zotero's attachments and notes.

    >>> is_aside({"itemType": "attachment", "title": "Full text PDF"})
    True
    """
    if isinstance(record, str):
        return False
    data = record.get("data")
    inner = data.get("itemType") if isinstance(data, Mapping) else None
    return (record.get("itemType") or record.get("Item Type") or inner) in _ASIDES


_ASIDES = ("attachment", "note", "annotation")


def to_paper(found: Found, label: str) -> Paper | Rejection:
    """Return the paper that a record describes, or why it is none; ``label`` names its document."""
    source = f"{label}:{found.line}" if found.line else label
    if isinstance(found.record, str):
        return Rejection(source, found.record)
    record = _unwrapped(found.record)
    places = _layout(tuple(record))
    dump = "authors_parsed" in record  # arXiv's own, which is LaTeX
    latex = found.latex or dump
    raw_abstract = _abstract(record, places)
    raw_title = _first(fields.title, record, places.get("title")) or ""
    if len(raw_abstract) > _MARKUP_SHARE * ABSTRACT_LIMIT:
        return Rejection(source, LONG_ABSTRACT)
    if len(raw_title) > _MARKUP_SHARE * TITLE_LIMIT:
        return Rejection(source, LONG_TITLE)
    abstract = clean_abstract(raw_abstract, latex=latex)
    if fields.says_nothing(abstract) or not any(map(str.isalnum, abstract)):
        return Rejection(source, NO_ABSTRACT)
    if len(abstract) > ABSTRACT_LIMIT:
        return Rejection(source, LONG_ABSTRACT)
    title = fields.words(clean(raw_title, latex=latex))
    if len(title) > TITLE_LIMIT:
        return Rejection(source, LONG_TITLE)
    others = _other_ids(record, places)
    key = _first(fields.identifier, record, places.get("key")) or None
    url = _first(fields.web_address, record, places.get("url"))
    doi = _first(fields.doi, record, places.get("doi")) or fields.doi(others.get("doi"))
    own = _first(fields.identifier, record, places.get("id"))
    doi = doi or fields.doi_alone(url or "") or fields.doi_alone(own or key or "")
    arxiv = _first(fields.arxiv_id, record, places.get("arxiv"))
    arxiv = arxiv or fields.arxiv_id(others.get("arxiv"))
    if not arxiv and (dump or "publishedAt" in record):  # as Hugging Face's daily papers have it
        arxiv = fields.arxiv_id(own)
    named = (own, url, doi, fields.fit_key(key or ""))
    arxiv = arxiv or next(filter(None, map(fields.prefixed_arxiv_id, named)), None)
    own = own or fields.identifier(others.get("corpusid"))
    own = own or ("" if key else fields.identifier(doi or arxiv))
    if not title and not own and not key:
        return Rejection(source, found.nameless)
    exported = _exported_sources(record)
    venue = _first(fields.venue, record, places.get("venue")) or ""
    return Paper(
        id=own,
        title=title,
        abstract=abstract,
        authors=_authors(record, places, latex) if not exported else people(_as_written(record)),
        year=_year(record, places),
        venue=fields.words(clean(journal(venue), latex=latex)) or None,
        doi=doi,
        arxiv_id=arxiv,
        url=url,
        key=key,
        sources=exported or (source,),
    )


def _unwrapped(record: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a record with what lies in one of its fields, as services wrap it."""
    for extra in (record.get("metadata"), _noted(record.get("extra") or record.get("Extra"))):
        if isinstance(extra, dict):
            record = {**extra, **record}
    for name in INNER if not _INNER.isdisjoint(record) else ():
        inner = record.get(name)
        if isinstance(inner, dict) and not _OF_INNER.isdisjoint(map(field_name, inner)):
            inner = _noted(inner.get("extra")) | inner
            record = {**record, **{k: _bare(v) for k, v in inner.items()}}
    if "@type" in record:  # schema.org's
        record = {"title": record.get("headline") or record.get("name"), **record}
    if _DATACITE.issubset(record):
        venue = fields.venue(record.get("container")) or fields.words(record.get("publisher"))
        record = {**record, "venue": venue}
    return record


_INNER = frozenset(INNER)
_OF_INNER = TITLES | ABSTRACTS | frozenset(map(field_name, INNER))
_DATACITE = frozenset(["titles", "descriptions"])


def _noted(extra: Any) -> dict[str, Any]:
    """Return what people note in Zotero's field for all else, a "Name: value" a line."""
    lines = extra[:_NOTES].splitlines() if isinstance(extra, str) else ()
    found = (line.partition(":") for line in lines)
    return {_NOTED[name]: value for name, _, value in found if name in _NOTED and value.strip()}


_NOTES = 10_000  # characters
_NOTED = {"Citation Key": "citation_key", "DOI": "noted_doi", "arXiv": "arxiv_id"}


def _bare(value: Any) -> Any:
    """Return what OpenReview says as {"value": ...}."""
    return value["value"] if isinstance(value, dict) and set(value) == {"value"} else value


def _exported_sources(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the sources in a record of our own export, so that a backup makes the same library."""
    listed = record.get("sources")
    if not isinstance(listed, list) or not set(record) >= _EXPORTED:
        return ()
    names = [visible(name) for name in listed if isinstance(name, str)]
    return tuple(name for name in names if _SOURCE.fullmatch(name))


def _as_written(record: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the names in a record of our own export, which are not to be turned once more."""
    names = record["authors"]
    return [{"literal": name} for name in names] if isinstance(names, list) else []


_EXPORTED = frozenset(["id", "title", "abstract", "authors", "arxiv_id", "key"])
_SOURCE = re.compile(r".{1,1000}:\d{1,12}")


def _layout(names: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Return which of a record's fields hold which part of a paper, the best first."""
    return _known_layout(names) if len(names) < _USUAL_WIDTH else _find_layout(names)


def _find_layout(names: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    own = {field_name(name): name for name in reversed(names)}
    parts = ((part, tuple(own[n] for n in wanted if n in own)) for part, wanted in NAMES.items())
    return {part: there for part, there in parts if there}


_known_layout = lru_cache(256)(_find_layout)


def _first(
    read: Callable[[Any], _Read], record: Mapping[str, Any], names: tuple[str, ...] | None
) -> _Read | None:
    """Return the first of the fields that has a value, as ``read`` understands it."""
    for name in names or ():
        if value := read(record[name]):
            return value
    return None


def _abstract(record: Mapping[str, Any], found: Mapping[str, tuple[str, ...]]) -> str:
    if text := _first(fields.words, record, found.get("abstract")):
        return text
    several = _first(fields.title, record, found.get("abstracts"))
    return several or _first(fields.uninverted, record, found.get("index")) or ""


def _authors(
    record: Mapping[str, Any], found: Mapping[str, tuple[str, ...]], latex: bool
) -> tuple[str, ...]:
    for name in found.get("authors", ()):
        if names := people(record[name], latex=latex):
            return names
    return ()


def _year(record: Mapping[str, Any], found: Mapping[str, tuple[str, ...]]) -> int | None:
    """Return the year; in arXiv's dump that of the first version, not of the last change."""
    first = _first(fields.first_version, record, found.get("versions"))
    said = (_first(fields.year, record, found.get(part)) for part in ("year", "venue", "made"))
    return first or next(filter(None, said), None)


def _other_ids(
    record: Mapping[str, Any], found: Mapping[str, tuple[str, ...]]
) -> Mapping[str, Any]:
    """Return Semantic Scholar's externalIds, OpenAlex's ids or DOAJ's list, in lower case."""
    for name in found.get("other_ids", ()):
        ids = record[name]
        if isinstance(ids, list):
            listed = [each for each in ids if isinstance(each, dict)]
            named = {
                str(each.get("type") or each.get("@type")).removeprefix("cir:"): next(
                    (
                        each[name]
                        for name in ("id", "value", "@value", "identifier")
                        if each.get(name)
                    ),
                    None,
                )
                for each in listed
            }
            arxiv = (fields.prefixed_arxiv_id(each) for each in ids)  # as ADS has it among others
            ids = {"arxiv": next(filter(None, arxiv), None)} | named
        if isinstance(ids, Mapping):
            return {str(own).lower(): value for own, value in ids.items()}
    return {}
