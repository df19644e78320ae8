"""What the catalogue is asked, and an answer that was computed from it."""

from __future__ import annotations

from dataclasses import dataclass

from llama_index.core.base.embeddings.base import BaseEmbedding

from rag.answers.questions import Question
from rag.index.filters import Condition
from rag.index.index import Index
from rag.index.lexical import Lexical
from rag.types import AnswerKind, Paper, Sentence

NOUNS = {"author": "authors", "year": "years", "venue": "venues"}
SHOWN = 5  # papers after a number
COUNTED = 25  # values of a field with their counts


@dataclass(frozen=True, slots=True)
class Known:
    """An answer that was computed; ``papers`` are cited in this order."""

    text: str
    answered: bool = True
    papers: tuple[Paper, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    kind: AnswerKind = "library"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the library, with what is needed to answer it."""

    question: Question
    where: tuple[Condition, ...]
    index: Index
    embedder: BaseEmbedding

    @property
    def library(self) -> Lexical:
        """The catalogue of papers."""
        return self.index.lexical


def has_field(field: str, library: Lexical) -> bool:
    """Say whether any paper has a year, an author or a venue."""
    if field == "year":
        return bool(library.count([Condition("year", ">=", "0")]))
    some = library.search_where([], 50)  # all values are slow to read where there are many
    return any(
        paper.authors if field == "author" else paper.venue for paper in (e.paper for e in some)
    ) or bool(library.values(field, most=1))
