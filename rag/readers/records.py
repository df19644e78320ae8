"""A mapping from any source (JSON, a table's row, a bibliography's entry) becomes a Paper."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from rag.readers import fields
from rag.readers.clean import clean, clean_abstract
from rag.types import Paper, Rejection

TITLE_LIMIT = 2_000  # characters; the longest real titles have about 500
ABSTRACT_LIMIT = 200_000  # characters; past this it is a book
NO_ABSTRACT = "no abstract; only papers with an abstract can be asked about"
NO_TITLE = "no title and no id; give the record one of them"

# Names of fields in lower case with "_" for space and hyphen; the first with a value counts.
IDS = (
    "_id", "id", "corpus_id", "paper_id", "paperid", "corpusid", "doc_id", "docid", "pmid", "uid",
)  # fmt: skip
TITLES = ("title", "display_name", "document_title", "article_title", "paper_title")
ABSTRACTS = (
    "abstract", "text", "summary", "abstract_note", "abstractnote", "abstract_text", "abstracttext",
)  # fmt: skip
_AUTHORS = (
    "authors_parsed", "authors", "author", "authorships", "author_names", "creators",
    "authorstring",
)  # fmt: skip
_YEARS = (
    "year", "publication_year", "pub_year", "pubyear", "date", "published", "published_date",
    "publication_date", "publicationdate", "pub_date", "pubdate", "issued", "created",
    "update_date",
)  # fmt: skip
_VENUES = (
    "venue", "journal", "container_title", "publication_title", "source_title", "journal_title",
    "journal_ref", "booktitle", "conference", "publicationvenue",
)  # fmt: skip
_KEYS = ("key", "citation_key", "citationkey", "citekey", "bibkey")
_URLS = ("url", "link", "landing_page_url", "pdf_url")
_ARXIV_IDS = ("arxiv_id", "arxivid", "arxiv", "eprint")


def to_paper(raw: Mapping[str, Any], source: str, *, latex: bool = False) -> Paper | Rejection:
    """Return the paper that ``raw`` describes, or why it is none.

    Args:
        raw: field names, in any usual spelling, to values.
        source: where the record begins, as ``file:line``.
        latex: whether its text is LaTeX throughout.
    """
    record = {field_name(name): value for name, value in raw.items() if value is not None}
    if isinstance(extra := record.get("metadata"), dict):
        record = {
            **{field_name(name): value for name, value in extra.items() if value is not None},
            **record,
        }
    latex = latex or "authors_parsed" in record  # arXiv's own dump
    abstract = clean_abstract(_abstract(record), latex=latex)
    if not any(map(str.isalpha, abstract)):
        return Rejection(source, NO_ABSTRACT)
    if len(abstract) > ABSTRACT_LIMIT:
        return Rejection(source, f"the abstract is longer than {ABSTRACT_LIMIT:,} characters")
    title = clean(_first(record, TITLES), latex=latex)
    if len(title) > TITLE_LIMIT:
        return Rejection(source, f"the title is longer than {TITLE_LIMIT:,} characters")
    key = _first_id(record, _KEYS)
    doi, arxiv = _doi(record), _arxiv(record)
    own = _first_id(record, IDS) or _external(record, "corpusid") or key or doi or arxiv or ""
    if not title and not own:
        return Rejection(source, NO_TITLE)
    return Paper(
        id=own,
        title=title,
        abstract=abstract,
        authors=_authors(record, latex),
        year=_year(record),
        venue=clean(_venue(record), latex=latex) or None,
        doi=doi,
        arxiv_id=arxiv,
        url=_url(record),
        key=key or None,
        sources=(source,),
    )


@lru_cache(4096)
def field_name(name: str) -> str:
    """Return a field's or column's name as this module writes it: "Source Title", source_title."""
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def _first(record: Mapping[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        if name in record and (text := fields.words(record[name])).strip():
            return text
    return ""


def _first_id(record: Mapping[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        if name in record and (text := fields.identifier(record[name])):
            return text
    return ""


def _external(record: Mapping[str, Any], name: str) -> str:
    """Return one of Semantic Scholar's externalIds or OpenAlex's ids."""
    for ids in (record.get("externalids"), record.get("ids")):
        if isinstance(ids, Mapping):
            for own, value in ids.items():
                if own.lower() == name:
                    return fields.identifier(value)
    return ""


def _abstract(record: Mapping[str, Any]) -> str:
    inverted = record.get("abstract_inverted_index")
    return _first(record, ABSTRACTS) or (
        _uninverted(inverted) if isinstance(inverted, Mapping) else ""
    )


def _uninverted(index: Mapping[str, Any]) -> str:
    """Return the text of an inverted index: words to the places where they stand."""
    placed = [
        (place, word)
        for word, places in index.items()
        for place in (places if isinstance(places, list) else ())
        if isinstance(place, int)
    ]
    return " ".join(word for _, word in sorted(placed))


def _authors(record: Mapping[str, Any], latex: bool) -> tuple[str, ...]:
    for name in _AUTHORS:
        if name in record and (found := fields.people(record[name], latex=latex)):
            return found
    return ()


def _year(record: Mapping[str, Any]) -> int | None:
    versions = record.get("versions")  # arXiv's dump: the first version is the publication
    if isinstance(versions, list) and versions and isinstance(versions[0], Mapping):
        record = {"year": versions[0].get("created"), **record}
    for name in _YEARS:
        if name in record and (found := fields.year(record[name])):
            return found
    return None


def _venue(record: Mapping[str, Any]) -> str:
    if found := _first(record, _VENUES):
        return found
    location = record.get("primary_location")
    place = location.get("source") if isinstance(location, Mapping) else record.get("host_venue")
    return fields.words(place.get("display_name")) if isinstance(place, Mapping) else ""


def _doi(record: Mapping[str, Any]) -> str | None:
    return fields.doi(record.get("doi") or _external(record, "doi"))


def _arxiv(record: Mapping[str, Any]) -> str | None:
    found = next((fields.arxiv_id(record[name]) for name in _ARXIV_IDS if name in record), None)
    found = found or fields.arxiv_id(_external(record, "arxiv"))
    for name in ("id", "url", "doi"):
        if not found and name in record:
            own = name == "id" and "authors_parsed" in record
            found = fields.arxiv_id(record[name], bare=own)
    return found


def _url(record: Mapping[str, Any]) -> str | None:
    found = (fields.web_address(record[name]) for name in _URLS if name in record)
    return next(filter(None, found), None)
