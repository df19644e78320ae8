"""The values that the parts pass to each other: frozen, slotted, without behaviour.

``to_json`` turns any of them into the plain data that ``--json`` prints.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float32]"  # rows of vectors
AnswerKind = Literal["papers", "library", "chat"]
Length = Literal["usual", "short", "detailed"]  # of an answer
Support = Literal["verbatim", "supported", "weak", "unsupported", "uncited"]


@dataclass(frozen=True, slots=True)
class Paper:
    """One paper of the library, known by its abstract.

    ``id`` is empty only between a reader and the library, where a record brought no id of
    its own. ``sources`` are the places it was read from, as ``file:line``.
    """

    id: str
    title: str
    abstract: str
    authors: tuple[str, ...] = ()
    year: int | None = None
    venue: str | None = None
    doi: str | None = None
    arxiv_id: str | None = None
    url: str | None = None
    key: str | None = None
    sources: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What to call the paper: its title, or its id where it has none."""
        return self.title or self.id


@dataclass(frozen=True, slots=True)
class Rejection:
    """A record or file that was not taken in: ``where`` is ``file:line`` or a file."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What a paper keeps of an earlier reading, as its record, at ``where``, no longer gives it."""

    where: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences of one abstract: ``abstract[start:end]``."""

    paper_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A paper found for a query, with its best passage.

    ``score`` orders the hits of one query (higher is better). ``dense`` is the cosine
    similarity of query and passage (None where the passage was found by words alone),
    ``lexical`` the BM25 score of the paper (0.0 where it shares no word with the query).
    """

    rank: int
    score: float
    paper: Paper
    passage: Passage
    dense: float | None = None
    lexical: float = 0.0


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words of one abstract that bear on a sentence: ``abstract[start:end] == quote``."""

    paper_id: str
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer with its receipt.

    ``citations`` are numbers into ``Answer.citations``. ``unresolved`` are markers the model
    wrote for sources that it was not given, as written. ``judge`` is a model's own verdict
    where one was asked for; it never replaces ``support``. ``verdicts`` has, where several
    papers are cited, that of each by its number; ``suggested`` is the rank in
    ``Answer.retrieved`` of a paper that says it where the cited ones do not. ``attributed`` says
    that the model gave the sentence no source, and the program found the one that it has.
    """

    text: str
    citations: tuple[int, ...]
    support: Support
    score: float
    evidence: Evidence | None = None
    unresolved: tuple[str, ...] = ()
    judge: str | None = None
    verdicts: Mapping[str, Support] = field(default_factory=dict)
    suggested: int | None = None
    attributed: bool = False


@dataclass(frozen=True, slots=True)
class Citation:
    """A cited paper under its number in the answer."""

    number: int
    paper: Paper


@dataclass(frozen=True, slots=True)
class Retrieved:
    """A paper that was read for an answer, whether cited or not."""

    rank: int
    score: float
    paper_id: str
    title: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens and money spent on one answer; ``cost_usd`` is None where the price is unknown."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cost_usd: float | None = 0.0


@dataclass(frozen=True, slots=True)
class Seconds:
    """Where the time of one answer went, in seconds."""

    retrieve: float = 0.0
    generate: float = 0.0
    verify: float = 0.0
    total: float = 0.0


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier exchange of a conversation; ``paper_ids`` are the papers it cited."""

    question: str
    answer: str
    paper_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer with its receipts; ``answered`` is False where the papers do not say.

    ``generation`` names the state of the index that answered, ``settings`` what else shaped
    the answer. ``confidence`` (0..1) is how sure the papers found are to answer, whatever was
    made of them. ``kind`` is "library" where the catalogue was asked and the answer computed,
    "chat" where nothing was. ``stopped`` says why a model's text is incomplete ("length",
    "repetition" where it went on saying the same, "error" where quotations stand in for it), else
    None.
    """

    question: str
    standalone_question: str
    answered: bool
    answer: str
    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    retrieved: tuple[Retrieved, ...]
    llm: str
    embedder: str
    prompts: Mapping[str, str]
    usage: Usage = field(default_factory=Usage)
    seconds: Seconds = field(default_factory=Seconds)
    generation: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    stopped: str | None = None
    confidence: float | None = None
    kind: AnswerKind = "papers"


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What one ingest did; every record counts once among added ... rejected."""

    files: int
    records: int
    added: int
    updated: int
    unchanged: int
    duplicates: int
    rejected: tuple[Rejection, ...]
    papers: int
    passages: int
    embedded: int
    seconds: float
    gone: int = 0  # papers that came only from what was read, and are no longer in it
    removed: int = 0  # those of them that were removed, with ``sync``
    kept: tuple[Kept, ...] = ()


def kind_of(embedder: str) -> str:
    """Return which of the settings' embedders an identity is of: what stands before its colon.

    >>> kind_of("openai:text-embedding-3-small"), kind_of("minilm")
    ('openai', 'minilm')
    """
    return embedder.partition(":")[0]


def to_json(value: Any) -> Any:
    """Return ``value`` as plain JSON data: dataclasses become dicts, tuples lists.

    >>> to_json(Rejection("a.bib:3", "no abstract"))
    {'where': 'a.bib:3', 'reason': 'no abstract'}
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: to_json(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {key: to_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [to_json(item) for item in value]
    return value
