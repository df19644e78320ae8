"""The lexical index and catalogue of papers: the only file that imports tantivy.

It is derived from the store and may be lost at any time: `rag.assistant` rebuilds it. It
answers three things: BM25 over title and abstract, lookups by id, DOI, arXiv id and key, and
filters. Beside it lies the stamp of the store's change that it reflects, written after each commit:
what is read with a stamp is at least as new as it says.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import tantivy
from tantivy import Occur, Query

from rag.durable import replace_text
from rag.index.entries import Entry, citation_key, file_of, id_from_title, normalised_title
from rag.index.filters import Condition, Group
from rag.text.anthology import anthology_doi
from rag.text.people import ways_to_call
from rag.text.words import squeeze
from rag.types import Paper

_HEAP = 64_000_000
_MANY = 10_000_000
_NAMES = ("id", "doi", "arxiv_id", "key", "title", "author", "venue", "source")


class LexicalHit(NamedTuple):
    """A paper found by words: its slot (see `slot`), BM25 score and place in the index."""

    slot: int
    score: float
    address: tantivy.DocAddress
    searcher: tantivy.Searcher

    def entry(self) -> Entry:
        """Return the paper's entry as it was when found, whatever was written since."""
        return _entry(self.searcher, self.address)


@functools.lru_cache(maxsize=65536)
def slot(paper_id: str) -> int:
    """Return a 64-bit number for a paper id, which the index reads faster than the id."""
    return int.from_bytes(hashlib.blake2b(paper_id.encode(), digest_size=8).digest(), "big")


@functools.cache
def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("slot", fast=True)
    builder.add_bytes_field("entry", stored=True)
    builder.add_text_field("body", tokenizer_name="en_stem", index_option="freq")
    for name in (*_NAMES, "folded", "head", "person", "first"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("year", indexed=True)
    return builder.build()


class Changes:
    """Takes what is to change in a lexical index; see `Lexical.changing`."""

    def __init__(self, writer: Any, before: tantivy.Searcher) -> None:
        self._writer, self._before = writer, before

    def remove(self, paper_ids: Iterable[str]) -> None:
        """Remove papers; unknown ids do not matter."""
        for paper_id in paper_ids:
            self._writer.delete_documents_by_query(_is("id", paper_id))

    def add(self, entries: Iterable[Entry]) -> None:
        """Add papers, each in place of the one with its id."""
        for entry in entries:
            if self._before.doc_freq("id", entry.paper.id):  # else a sixth more time
                self._writer.delete_documents_by_query(_is("id", entry.paper.id))
            self._writer.add_document(_document(entry))


class NoChanges:
    """Takes what is to change where the index will learn of it otherwise."""

    def remove(self, paper_ids: Iterable[str]) -> None:
        """Do nothing."""

    def add(self, entries: Iterable[Entry]) -> None:
        """Do nothing."""


class Lexical:
    """The lexical index in a folder, or in memory where ``folder`` is None."""

    def __init__(self, folder: Path | None, *, mend: bool = True) -> None:
        """Open; where there is none, or a damaged one, an empty one is made in its place.

        With ``mend=False``, for who does not hold the lock, nothing is made or removed.

        Raises:
            OSError: the folder may not be read or written.
            ValueError: there is none that can be read, and none was to be made.
        """
        self._folder = folder
        self.stamp = ""  # the store's stamp that this index reflects; empty where none
        if folder is not None and mend:
            folder.mkdir(parents=True, exist_ok=True)
        try:
            if folder is not None and not (folder / "meta.json").exists():
                raise ValueError(f"there is no index in {folder}")
            self._index = tantivy.Index(_schema(), str(folder) if folder else None)
            self.reload()
            if folder is not None:
                _check_files(folder)
        except ValueError:
            if folder is None or not mend:
                raise
            self.wipe()

    def wipe(self) -> None:
        """Start again from an empty index."""
        if self._folder is not None:
            # Moved first: a thread of the index before may still put files there.
            gone = self._folder.with_name("lexical.gone")
            shutil.rmtree(gone, ignore_errors=True)
            self._folder.replace(gone)
            shutil.rmtree(gone, ignore_errors=True)
            self._folder.mkdir(parents=True)
        self._index = tantivy.Index(_schema(), str(self._folder) if self._folder else None)
        self.reload()

    def reload(self) -> None:
        """See what has been committed since, by any process."""
        if self._folder is not None:
            file = self._folder / "stamp"
            self.stamp = file.read_text() if file.exists() else ""
        self._index.reload()
        self._searcher = self._index.searcher()

    @property
    def in_memory(self) -> bool:
        """Whether no other process sees it."""
        return self._folder is None

    @property
    def papers(self) -> int:
        """How many papers there are."""
        return int(self._searcher.num_docs)

    def search(
        self, terms: Sequence[str], count: int, where: Sequence[Condition] = ()
    ) -> list[LexicalHit]:
        """Return the papers that share an index term, best BM25 first (k1 1.2, b 0.75)."""
        if not terms:
            return []
        query = Query.boolean_query([(Occur.Should, _is("body", term, "freq")) for term in terms])
        if where:
            kept = Query.const_score_query(self._query(where), 0.0)
            query = Query.boolean_query([(Occur.Must, query), (Occur.Must, kept)])
        searcher = self._searcher  # places count in it alone; another thread may look afresh
        hits = searcher.search(query, count, count=False).hits
        addresses = [address for _, address in hits]
        slots = searcher.fast_field_values("slot", addresses)
        return [
            LexicalHit(int(number or 0), float(score), address, searcher)
            for number, (score, address) in zip(slots, hits, strict=True)
        ]

    def matching(self, where: Sequence[Condition]) -> list[Entry]:
        """Return the entries for which all conditions hold, in the order of their ids."""
        return sorted(self._entries(self._query(where)), key=lambda entry: entry.paper.id)

    def search_where(self, where: Sequence[Condition], count: int) -> list[Entry]:
        """Return so many of the entries for which all conditions hold, whichever."""
        searcher = self._searcher
        hits = searcher.search(self._query(where), count, count=False).hits
        return [_entry(searcher, address) for _, address in hits]

    def count(self, where: Sequence[Condition], having: Sequence[str] = ()) -> int:
        """Return for how many papers all conditions hold, that have all index terms."""
        return self._count(self._having(where, having))

    def having(self, where: Sequence[Condition], having: Sequence[str]) -> list[Entry]:
        """Return the entries for which all conditions hold, that have all index terms."""
        return list(self._entries(self._having(where, having)))

    def _having(self, where: Sequence[Condition], having: Sequence[str]) -> Query:
        terms = [(Occur.Must, _is("body", term, "freq")) for term in having]
        return Query.boolean_query([(Occur.Must, self._query(where)), *terms])

    def slots(self, where: Sequence[Condition]) -> set[int]:
        """Return the slots of the papers for which all conditions hold."""
        searcher = self._searcher
        hits = searcher.search(self._query(where), _MANY, count=False).hits
        found = searcher.fast_field_values("slot", [address for _, address in hits])
        return {int(number or 0) for number in found}

    def by_id(self, paper_ids: Sequence[str]) -> dict[str, Entry]:
        """Return the entries with these ids, by id."""
        return {entry.paper.id: entry for entry in self._in("id", paper_ids)}

    def sharing(self, papers: Sequence[Paper]) -> list[Entry]:
        """Return the entries that share an id, key, DOI, arXiv id, title or file with a paper."""
        keys = {citation_key(paper) for paper in papers} | {p.key for p in papers if p.key}
        dois = {paper.doi for paper in papers if paper.doi}
        arxiv_ids = {paper.arxiv_id for paper in papers if paper.arxiv_id}
        ids = {paper.id for paper in papers} | {id_from_title(paper.title) for paper in papers}
        files = {file_of(source) for paper in papers for source in paper.sources}
        wanted = {
            "id": ids | keys | dois | arxiv_ids,
            "key": map(str.casefold, keys),
            "doi": dois,
            "arxiv_id": map(str.casefold, arxiv_ids),
            "folded": {title for p in papers if (title := normalised_title(p.title))},
            "source": map(str.casefold, files),
        }
        found: dict[str, Entry] = {}
        for field, values in wanted.items():
            for entry in self._in(field, list(values)):
                found.setdefault(entry.paper.id, entry)
        return list(found.values())

    def named(self, name: str) -> list[Paper]:
        """Return the papers with this id, citation key, DOI or arXiv id, the one with it first."""
        folded = name.casefold()
        preprint = folded.removeprefix("10.48550/arxiv.")  # the DOI that arXiv gives
        wanted = {"id": name, "key": folded, "doi": folded, "arxiv_id": preprint}
        found: dict[str, Paper] = {}
        for field, value in wanted.items():
            for entry in sorted(self._in(field, [value]), key=lambda entry: entry.paper.id):
                found.setdefault(entry.paper.id, entry.paper)
        return list(found.values())

    def from_places(self, files: Sequence[str], beginnings: Sequence[str]) -> list[Entry]:
        """Return the entries of these files, and of files whose names begin so, and maybe more."""
        found = {e.paper.id: e for e in self._in("source", [name.casefold() for name in files])}
        for beginning in beginnings:
            part = beginning.casefold().encode()[:_LONGEST_PATTERN].decode("utf-8", "ignore")
            query = Query.regex_query(_schema(), "source", f"(?s){_literally(part)}.*")
            found.update((entry.paper.id, entry) for entry in self._entries(query))
        return list(found.values())

    def document_frequency(self, term: str) -> int:
        """Return in how many papers an index term occurs; removed ones count for a while."""
        return min(self._searcher.doc_freq("body", term), self.papers)

    def titled(self, name: str) -> list[Entry]:
        """Return the entries whose title, or what stands in it before a colon, is ``name``.

        Case, hyphens and spaces do not count.
        """
        return self._in("head", [squeeze(name)])

    def is_title(self, name: str) -> bool:
        """Say whether `titled` finds any; fast enough for every run of words of a question."""
        return bool(self._searcher.doc_freq("head", squeeze(name)))

    def values(
        self,
        field: str,
        prefix: str = "",
        where: Sequence[Condition] = (),
        most: int | None = None,
    ) -> list[tuple[str, int]]:
        """Return the values of a field that begin so, each with how many papers have it.

        The commonest come first; with ``most`` any so many.

        Fields are those of filters, ``head`` (see `titled`), ``person`` and ``first``, any and the
        first of the authors (see `rag.text.people`), and ``body``, the index terms.
        """
        found = self._searcher.terms_with_prefix(
            field, prefix, self._query(where) if where else None, most
        )
        return [(value, int(count)) for value, count in found]

    def years(self, where: Sequence[Condition] = (), having: Sequence[str] = ()) -> dict[int, int]:
        """Return how many papers each year has, counted as `count` does."""
        return dict(self._years(where, having, 0, 4095))

    def _years(
        self, where: Sequence[Condition], having: Sequence[str], low: int, high: int
    ) -> Iterator[tuple[int, int]]:
        ends = (Condition("year", ">=", str(low)), Condition("year", "<=", str(high)))
        count = self.count([*where, *ends], having)
        if count and low == high:
            yield low, count
        elif count:
            middle = (low + high) // 2
            yield from self._years(where, having, low, middle)
            yield from self._years(where, having, middle + 1, high)

    def spread(self, count: int) -> list[Entry]:
        """Return so many entries, evenly from the whole library; all where there are fewer."""
        hits = self._searcher.search(Query.all_query(), _MANY, count=False).hits
        places = sorted((hit[1] for hit in hits), key=lambda at: (at.segment_ord, at.doc))
        step = max(1.0, len(places) / count)
        chosen = [places[int(i * step)] for i in range(min(count, len(places)))]
        return [_entry(self._searcher, address) for address in chosen]

    @contextlib.contextmanager
    def changing(self, stamp: str) -> Iterator[Changes]:
        """Add and remove papers: with the end of the block all of it counts, or nothing.

        The caller holds the lock on the index; ``stamp`` is the store's that will be reflected.
        """
        self.reload()
        writer = self._index.writer(_HEAP, 1)
        try:
            yield Changes(writer, self._searcher)
            writer.commit()
        finally:
            writer.wait_merging_threads()
        self.stamp = stamp
        if self._folder is not None:
            replace_text(self._folder / "stamp", stamp)
        self.reload()

    def write(self, add: Iterable[Entry], remove: Iterable[str], stamp: str) -> None:
        """Replace the entries of ``add`` and remove the papers of ``remove``; see `changing`."""
        with self.changing(stamp) as changes:
            changes.remove(remove)
            changes.add(add)

    def _query(self, where: Sequence[Condition]) -> Query:
        """Return the query for the papers for which all conditions hold."""
        clauses = [(Occur.Must, Query.all_query())]
        for condition in where:
            denied = condition.op.startswith("!")
            if isinstance(condition, Group):
                each = [self._query([member]) for member in condition.members]
                how = Occur.Should if condition.any_of else Occur.Must
                query = Query.boolean_query([(how, one) for one in each])
            else:
                query = _one_condition(condition)
            if _is_cut(condition):
                names = [
                    entry.paper.id
                    for entry in self._entries(query)
                    if any(condition.value in v for v in _values(entry.paper, condition.field))
                ]
                query = Query.term_set_query(_schema(), "id", names)
            clauses.append((Occur.MustNot if denied else Occur.Must, query))
        return Query.boolean_query(clauses)

    def _in(self, field: str, values: Sequence[str]) -> list[Entry]:
        # No paper's name has a lone surrogate, which tantivy does not take.
        wanted = [value for value in values if value.encode("utf-8", "replace").decode() == value]
        if not wanted:
            return []
        return list(self._entries(Query.term_set_query(_schema(), field, wanted)))

    def _entries(self, query: Query) -> Iterator[Entry]:
        searcher = self._searcher
        hits = searcher.search(query, _MANY, count=False).hits
        # In the order of the files: each compressed block is read once.
        for _, address in sorted(hits, key=lambda hit: (hit[1].segment_ord, hit[1].doc)):
            yield _entry(searcher, address)

    def _count(self, query: Query) -> int:
        found = self._searcher.search(query, 1, count=True)
        return int(found.count)  # type: ignore[attr-defined]  # missing from tantivy's stubs


def _check_files(folder: Path) -> None:
    """Raise ValueError where a file is missing: tantivy would notice when it first needs it."""
    meta, before = (folder / "meta.json").read_text(), ""
    while meta != before:  # else a writer has put others in their place meanwhile
        names = [segment["segment_id"].replace("-", "") for segment in json.loads(meta)["segments"]]
        files = [folder / f"{name}.{ending}" for name in names for ending in _ENDINGS]
        if all(file.exists() for file in files):
            return
        meta, before = (folder / "meta.json").read_text(), meta
    raise ValueError(f"a file is missing in {folder}")


_ENDINGS = ("fast", "fieldnorm", "idx", "pos", "store", "term")


def _is(field: str, value: str, option: str = "basic") -> Query:
    return Query.term_query(_schema(), field, value, option)


def _entry(searcher: tantivy.Searcher, address: tantivy.DocAddress) -> Entry:
    return _read_entry(bytes(searcher.doc(address)["entry"][0]))


@functools.lru_cache(maxsize=1024)
def _read_entry(payload: bytes) -> Entry:
    return Entry.from_payload(payload.decode())


def _document(entry: Entry) -> tantivy.Document:
    paper = entry.paper
    document = tantivy.Document()
    document.add_unsigned("slot", slot(paper.id))
    document.add_bytes("entry", entry.payload.encode())
    document.add_text("body", f"{paper.title} {paper.abstract}")
    document.add_text("id", paper.id)
    for field in ("title", "key", "doi", "arxiv_id", "venue", "author", "source"):
        for value in _values(paper, field):
            document.add_text(field, value)
    if other := anthology_doi(paper.url or ""):
        document.add_text("doi", other)
    document.add_text("folded", normalised_title(paper.title))
    for key in entry.other_keys:
        document.add_text("key", key.casefold())
    for name in {squeeze(paper.title), squeeze(paper.title.partition(":")[0])}:
        document.add_text("head", name[:_LONGEST_HEAD])
    for name in {name for author in paper.authors for name in ways_to_call(author)}:
        document.add_text("person", name)
    for name in ways_to_call(paper.authors[0]) if paper.authors else ():
        document.add_text("first", name)
    if paper.year is not None:
        document.add_integer("year", paper.year)
    return document


def _values(paper: Paper, field: str) -> list[str]:
    """Return what is looked up in a field of a paper, in lower case."""
    values: Iterable[str | None]
    if field == "author":
        values = paper.authors
    elif field == "key":
        values = [citation_key(paper)]
    elif field == "venue":
        values = venues(paper.venue or "")
    elif field == "source":
        paths = [(source, source.rpartition(":")[0]) for source in paper.sources]
        values = {name for whole, path in paths for name in (whole, path, path.rpartition("/")[2])}
    else:
        values = [getattr(paper, field)]
    return [value.casefold() for value in values if value]


def venues(written: str) -> list[str]:
    """Return a paper's venue as it is written, and each of several that are written together.

    Several are parted by signs, or are short names side by side, as lists of them are read.

    >>> venues("emnlp ijcnlp"), venues("Nature Methods"), venues("ACL / EACL")
    (['emnlp ijcnlp', 'emnlp', 'ijcnlp'], ['Nature Methods'], ['ACL / EACL', 'ACL', 'EACL'])
    """
    parts = [part.strip() for part in _APART.split(written)]
    names = written.split()
    if len(parts) == 1 and len(names) > 1 and all(map(_SHORT_NAME.fullmatch, names)):
        parts = names
    return list(dict.fromkeys(part for part in (written, *parts) if part))


_APART = re.compile(r"\s*[;/,|]\s*")
# One word in small letters or with two capitals: "emnlp", "EMNLP", "NeurIPS", not "Nature".
_SHORT_NAME = re.compile(r"[a-z\d]{2,20}|(?=\S*[A-Z]\S*[A-Z])[A-Za-z\d-]{2,20}")
_LONGEST_HEAD = 300


def _one_condition(condition: Condition) -> Query:
    if condition.field == "year":
        return _year_query(condition)
    if condition.op.endswith("~"):
        part = condition.value.encode()[:_LONGEST_PATTERN].decode("utf-8", "ignore")
        pattern = _any_case(part) if condition.field == "id" else _literally(part)
        return Query.regex_query(_schema(), condition.field, f"(?s).*{pattern}.*")
    if condition.field == "id":
        return Query.regex_query(_schema(), "id", _any_case(condition.value))
    return _is(condition.field, condition.value)


# Bytes of a pattern, which is compiled to at most 1,000 states.
_LONGEST_PATTERN = 240


def _is_cut(condition: Condition) -> bool:
    """Say whether a condition asks for more than `_one_condition` looks for."""
    return condition.op.endswith("~") and len(condition.value.encode()) > _LONGEST_PATTERN


def _year_query(condition: Condition) -> Query:
    low, high = {
        "=": (condition.year, condition.year),
        "!=": (condition.year, condition.year),
        ">=": (condition.year, _MANY),
        ">": (condition.year + 1, _MANY),
        "<=": (-_MANY, condition.year),
        "<": (-_MANY, condition.year - 1),
    }[condition.op]
    return Query.range_query(_schema(), "year", tantivy.FieldType.Integer, low, high)


_SPECIAL = frozenset("\\.+*?()|[]{}^$#&-~ /")


def _literally(value: str) -> str:
    return "".join(f"\\{c}" if c in _SPECIAL else c for c in value)


def _any_case(value: str) -> str:
    """Return a pattern for ``value`` in any case: ids keep theirs."""
    return "".join(
        f"[{c}{c.upper()}]" if c.isalpha() and len(c.upper()) == 1 else _literally(c) for c in value
    )
