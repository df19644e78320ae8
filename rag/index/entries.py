"""A paper as the library stores it: its versions, its id and its citation key. Pure.

A record is a `Paper` as a reader made it. An `Entry` is a paper as it is stored, with what is
needed to tell next time that nothing has changed. `rag.index.identity` says which records
are one paper, `rag.index.intake` what must be written.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, lru_cache
from typing import NamedTuple

from rag.readers.fields import fit_key, says_nothing
from rag.readers.people import suffix_of
from rag.types import Kept, Paper, Passage, Rejection

_NOT_WORD = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class Entry:
    """One version of a paper as the store keeps it.

    ``spans`` are the offsets of its passages in the abstract, ``records`` maps each source
    (``file:line``) to the digest of what was read there, ``seq`` counts the paper's versions,
    ``other_keys`` are citation keys under which it was brought beside its own.
    """

    paper: Paper
    spans: tuple[tuple[int, int], ...]
    records: Mapping[str, str]
    seq: int
    other_keys: tuple[str, ...] = ()

    @cached_property
    def payload(self) -> str:
        """The entry as JSON: what is stored, the same bytes on every machine."""
        data = {
            "paper": _as_dict(self.paper),
            "spans": self.spans,
            "records": dict(self.records),
            "seq": self.seq,
        }
        if self.other_keys:
            data["other_keys"] = self.other_keys
        return json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

    @cached_property
    def version(self) -> str:
        """Name this version of the paper; a later one has a greater ``seq``."""
        digest = hashlib.sha256(self.payload.encode()).hexdigest()[:12]
        return f"{self.seq}.{digest}"

    @property
    def passage_ids(self) -> list[str]:
        """The store's ids of the passages: ``paper#version.number.count``."""
        count = len(self.spans)
        return [f"{self.paper.id}#{self.version}.{i}.{count}" for i in range(count)]

    @property
    def passages(self) -> list[Passage]:
        """The passages, in the abstract's order."""
        return [Passage(self.paper.id, start, end) for start, end in self.spans]

    @classmethod
    def from_payload(cls, payload: str) -> Entry:
        """Return the entry that ``payload`` holds.

        Raises:
            ValueError, KeyError, TypeError: the payload is damaged.
        """
        data = json.loads(payload)
        paper = data["paper"]
        paper["authors"] = tuple(paper["authors"])
        paper["sources"] = tuple(paper["sources"])
        spans = tuple((start, end) for start, end in data["spans"])
        others = tuple(data.get("other_keys", ()))
        entry = cls(Paper(**paper), spans, data["records"], data["seq"], others)
        entry.__dict__["payload"] = payload
        return entry


class PassageId(NamedTuple):
    """A passage's id in the store, taken apart: number ``number`` of ``total``."""

    paper_id: str
    seq: int
    version: str
    number: int
    total: int


def paper_of(passage_id: str) -> str:
    """Return the id of a passage's paper.

    >>> paper_of("a#b#2.0f3c.0.1")
    'a#b'
    """
    return passage_id.rpartition("#")[0]


def parse_passage_id(text: str) -> PassageId:
    """Take an id of `Entry.passage_ids` apart.

    >>> parse_passage_id("a#b#2.0f3c.0.1")
    PassageId(paper_id='a#b', seq=2, version='2.0f3c', number=0, total=1)
    """
    paper_id, _, rest = text.rpartition("#")
    seq, digest, number, total = rest.split(".")
    return PassageId(paper_id, int(seq), f"{seq}.{digest}", int(number), int(total))


@lru_cache(4096)
def normalised_title(title: str) -> str:
    """Fold a title so that case, accents' encoding, punctuation and spaces do not count.

    >>> normalised_title("BERT:  Pre-training…")
    'bertpretraining'
    """
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", title).casefold())


def id_from_title(title: str) -> str:
    """Make an id from a title, the same on every machine.

    >>> id_from_title("Attention Is All You Need")
    'attention-is-all-you-need-5563e10c'
    """
    digest = hashlib.sha256(normalised_title(title).encode()).hexdigest()[:8]
    ascii_title = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    slug = _NOT_WORD.sub("-", ascii_title.casefold()).strip("-")[:48].rstrip("-")
    return f"{slug}-{digest}" if slug else digest


def citation_key(paper: Paper) -> str:
    """Return the paper's citation key, made from author, year and title where it has none.

    >>> citation_key(Paper("x", "The Long Road", "...", ("Ada B. Lovelace",), 1843))
    'lovelace1843long'
    """
    if paper.key:
        return paper.key
    words = [w for w in _NOT_WORD.split(_ascii(paper.title)) if w not in _SMALL_WORDS]
    author = _ascii(_family(paper.authors[0])) if paper.authors else ""
    made = f"{_NOT_WORD.sub('', author)}{paper.year or ''}{words[0] if words else ''}"
    return made or paper.id


def fit_for_bibtex(key: str) -> str:
    """Return a citation key without what would end it in a BibTeX file."""
    fit = unicodedata.normalize("NFC", fit_key(key))
    return f"paper{fit}" if says_nothing(fit) else fit


def _family(name: str) -> str:
    """Return the last of a person's family names: "King" of "Martin King Jr."."""
    return (name.removesuffix(suffix_of(name)).split() or [""])[-1]


def with_key(paper: Paper) -> Paper:
    """Return the paper as it is shown: with a citation key, made where it has none."""
    return paper if paper.key else replace(paper, key=citation_key(paper))


_SMALL_WORDS = frozenset(["", "a", "an", "the", "on", "of", "in", "for", "to", "and", "with"])


def _ascii(text: str) -> str:
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()


@dataclass(frozen=True, slots=True)
class Change:
    """A paper to write in place of ``old``.

    ``old`` is empty where the paper is new, and has several entries where a record shows that
    papers which were apart so far are one.
    """

    paper: Paper
    records: Mapping[str, str]
    old: tuple[Entry, ...]
    other_keys: tuple[str, ...] = ()


@dataclass(slots=True)
class Plan:
    """What an ingest has to do, and the counts it will report; ``papers`` were read and kept.

    ``still`` are the ids of the library's papers that were read again.
    """

    changes: list[Change] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)
    records: int = 0
    papers: int = 0
    added: int = 0
    updated: int = 0
    unchanged: int = 0
    duplicates: int = 0
    still: set[str] = field(default_factory=set)
    kept: list[Kept] = field(default_factory=list)


_FIELDS = tuple(each.name for each in fields(Paper))


def _as_dict(paper: Paper) -> dict[str, object]:
    """Return what ``dataclasses.asdict`` does, in a thirtieth of its time (70 us a paper)."""
    return {name: getattr(paper, name) for name in _FIELDS}


def digest(record: Paper) -> str:
    """Return the digest of what a record says, whatever its place."""
    text = json.dumps(_as_dict(record) | {"sources": ()}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def file_of(source: str) -> str:
    """Return the file of a ``file:line``."""
    return source.rpartition(":")[0]
