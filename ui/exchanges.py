"""One question and what came of it, as the page keeps it, to and from the browser's storage.

The browser keeps the conversation and sends it back to be shown again, so that a server that
starts anew loses nothing. What comes back is read with distrust: what has another shape than
what was sent is dropped, and every quotation must still be a slice of its abstract.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from rag.errors import InputError
from rag.types import Answer, Evidence, Length, Paper, Passage, Turn

_ID = re.compile(r"[a-z0-9]{1,16}")
_MOST_EXCHANGES = 500
_LONGEST_TEXT, _LONGEST_LINE = 100_000, 4_000
_MOST_NAMES = 5_000
_MOST_FOUND, _MOST_VERSIONS, _MOST_READ = 100, 99, 30


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question with its answer, or with what had arrived and why it is not whole.

    ``id`` names it within the page. ``verdict`` is the person's own: "up", "down" or "".
    ``found`` is what had been found to read; ``at`` of ``of`` is which of the answers to a
    question that was asked again this is.
    """

    id: str
    question: str
    answer: Answer | None = None
    partial: str = ""
    problem: str = ""
    verdict: str = ""
    found: tuple[Passage, ...] = ()
    at: int = 1
    of: int = 1

    @property
    def turn(self) -> Turn:
        """The exchange as later questions refer to it."""
        if self.answer is None:
            return Turn(self.question, self.partial)
        ids = tuple(citation.paper.id for citation in self.answer.citations)
        return Turn(self.question, self.answer.answer, ids)


def read_exchanges(data: Any) -> list[Exchange]:
    """Return the exchanges in a browser's data, oldest first; what is damaged is left out."""
    rows = data if isinstance(data, list) else []
    read = (_read_exchange(row) for row in rows[-_MOST_EXCHANGES:])
    return [exchange for exchange in read if exchange is not None]


def read_turns(data: Any) -> list[Turn]:
    """Return the earlier exchanges that a question may refer to, oldest first."""
    rows = data if isinstance(data, list) else []
    turns = []
    for row in rows[-_MOST_EXCHANGES:]:
        if not isinstance(row, Mapping):
            continue
        question, answer, ids = row.get("question"), row.get("answer"), row.get("paper_ids")
        if isinstance(question, str) and isinstance(answer, str) and isinstance(ids, list):
            named = tuple(name for name in ids if isinstance(name, str))
            turns.append(Turn(question[:_LONGEST_TEXT], answer[:_LONGEST_TEXT], named))
    return turns


def read_id(value: Any) -> str:
    """Return an exchange's id: what the page made, else one that does no harm in HTML."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else "x"


def read_object(value: Any) -> Mapping[str, Any]:
    """Return a JSON object.

    Raises:
        InputError: it is none.
    """
    if not isinstance(value, Mapping):
        raise InputError("this is no call of the page; send a JSON object")
    return value


def read_names(value: Any) -> list[str]:
    """Return the ids in a list of them, none twice; nothing for what is no list.

    Raises:
        InputError: they are more than a page shows.
    """
    names = value if isinstance(value, list) else []
    if len(names) > _MOST_NAMES:
        raise InputError(f"at most {_MOST_NAMES} papers at a time; name fewer")
    return list(dict.fromkeys(name for name in names if isinstance(name, str)))


def read_count(value: Any) -> int | None:
    """Return how many papers are to be read, None where the settings say it."""
    return value if type(value) is int and 1 <= value <= _MOST_READ else None


def read_length(value: Any) -> Length:
    """Return how long an answer is to be, usual where it is not said."""
    return value if value in ("short", "detailed") else "usual"


def read_line(value: Any) -> str:
    """Return a line of text, '' for anything else.

    >>> read_line(" graph  nets "), read_line(["x"])
    ('graph nets', '')
    """
    text = value if isinstance(value, str) else ""
    return " ".join(text[:_LONGEST_LINE].encode("utf-8", "replace").decode().split())


def _read_exchange(row: Any) -> Exchange | None:
    if not isinstance(row, Mapping):
        return None
    question = _text(row.get("question"))
    if not question:
        return None
    return Exchange(
        id=read_id(row.get("id")),
        question=question,
        answer=_read_answer(row.get("answer")),
        partial=_text(row.get("partial")),
        problem=_text(row.get("problem")),
        verdict=said if (said := _text(row.get("verdict"))) in ("up", "down") else "",
        found=_read_found(row.get("found")),
        at=read_version(row.get("at")),
        of=read_version(row.get("of")),
    )


def _read_found(data: Any) -> tuple[Passage, ...]:
    try:
        found: tuple[Passage, ...] = _build(tuple[Passage, ...], data)
    except (TypeError, ValueError, KeyError, RecursionError):
        return ()
    return found[:_MOST_FOUND]


def read_version(value: Any) -> int:
    """Return which of the answers to one question it is, from 1."""
    return value if type(value) is int and 1 <= value <= _MOST_VERSIONS else 1


def _text(value: Any) -> str:
    return value[:_LONGEST_TEXT] if isinstance(value, str) else ""


def _read_answer(data: Any) -> Answer | None:
    try:
        answer: Answer = _build(Answer, data)
    except (TypeError, ValueError, KeyError, RecursionError):
        return None
    numbers = [citation.number for citation in answer.citations]
    if numbers != list(range(1, len(numbers) + 1)) or len(answer.answer) > _LONGEST_TEXT:
        return None
    abstracts = {citation.paper.id: citation.paper.abstract for citation in answer.citations}
    sentences = tuple(
        sentence
        if sentence.evidence is None or _is_slice(sentence.evidence, abstracts)
        else dataclasses.replace(sentence, evidence=None)
        for sentence in answer.sentences
    )
    return dataclasses.replace(answer, sentences=sentences)


def _is_slice(evidence: Evidence, abstracts: Mapping[str, str]) -> bool:
    abstract = abstracts.get(evidence.paper_id, "")
    return (
        0 <= evidence.start < evidence.end <= len(abstract)
        and abstract[evidence.start : evidence.end] == evidence.quote
    )


def cited_papers(exchanges: Sequence[Exchange]) -> list[Paper]:
    """Return the papers that a conversation cites, each once, in order of first use."""
    answers = [exchange.answer for exchange in exchanges if exchange.answer]
    papers = [citation.paper for answer in answers for citation in answer.citations]
    return list({paper.id: paper for paper in papers}.values())


def _build(kind: Any, data: Any) -> Any:
    """Return ``data`` as ``kind``: what `rag.types.to_json` made, checked all the way down.

    Raises:
        TypeError, ValueError, KeyError: the data has another shape.
    """
    if isinstance(kind, type) and dataclasses.is_dataclass(kind):
        hints = get_type_hints(kind)
        given = {f.name: data[f.name] for f in dataclasses.fields(kind) if f.name in data}
        return kind(**{name: _build(hints[name], value) for name, value in given.items()})
    origin, arguments = get_origin(kind), get_args(kind)
    if kind is Any:
        return data
    if origin is Literal:
        return arguments[arguments.index(data)]
    if origin is tuple:
        if not isinstance(data, list):
            raise TypeError(kind)
        return tuple(_build(arguments[0], item) for item in data)
    if origin in (Union, UnionType):
        if data is None and type(None) in arguments:
            return None
        return _build(next(a for a in arguments if a is not type(None)), data)
    if origin is not None:  # Mapping[str, ...]
        if not isinstance(data, Mapping):
            raise TypeError(kind)
        return {str(key): _build(arguments[1], value) for key, value in data.items()}
    if kind is float and isinstance(data, int) and not isinstance(data, bool):
        return float(data)
    if not isinstance(data, kind) or (kind is not bool and isinstance(data, bool)):
        raise TypeError(kind)
    return data
