"""A library that questions are made for: its papers in order, and what is held against them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from evals import phrases
from evals.phrases import Usage
from rag.answers.asking import asked_terms
from rag.assistant import Assistant
from rag.text.terms import terms
from rag.types import Paper

_NEAR = 50  # papers looked at to see which hold some words
_PAIRED = 8  # papers among which another one's like is looked for
_LIKE = 2  # rare words that the titles of such two share
_RARE = 20  # papers, or a tenth of the library: words in more say little


class Library:
    """The papers in the order in which they are asked about, and what is held against them."""

    def __init__(self, assistant: Assistant, papers: Sequence[Paper], usage: Usage) -> None:
        self.assistant = assistant
        self.papers = papers
        self.usage = usage
        self.pairs = self._pairs()  # each is used once: compared, or never compared

    def starting(self, part: float) -> Iterator[Paper]:
        """Yield all papers from one of them on: kinds that start apart ask of different ones."""
        start = int(part * len(self.papers))
        return chain(self.papers[start:], self.papers[:start])

    def holders(self, text: str) -> list[Paper]:
        """Return the papers that hold all telling words of a text, as far as BM25 finds them."""
        wanted = set(asked_terms(text)) or set(terms(text))
        hits = self.assistant.by_words(sorted(wanted), k=_NEAR)
        return [hit.paper for hit in hits if wanted <= terms_of(hit.paper)]

    def named(self, part: float) -> Iterator[tuple[Paper, str]]:
        """Yield the papers that name a thing of their own, with the name."""
        for paper in self.starting(part):
            name = phrases.name_of(paper, self.usage)
            if name and not phrases.shared_task(paper):
                yield paper, name

    def _pairs(self) -> Iterator[tuple[tuple[Paper, str], tuple[Paper, str]]]:
        """Yield named papers by twos: the titles are alike, and so is what they name."""
        paired: set[str] = set()
        for paper, name in self.named(3 / 4):
            words = self._rare(paper.title)
            if paper.id in paired or len(words) < _LIKE:
                continue
            for hit in self.assistant.by_words(sorted(words), k=_PAIRED):
                other = phrases.name_of(hit.paper, self.usage)
                alike = len(words & self._rare(hit.paper.title)) >= _LIKE
                same = phrases.is_data(paper) == phrases.is_data(hit.paper)
                new = hit.paper.id != paper.id and hit.paper.id not in paired
                if other and alike and same and new and not phrases.shared_task(hit.paper):
                    paired |= {paper.id, hit.paper.id}
                    yield (paper, name), (hit.paper, other)
                    break

    def _rare(self, title: str) -> set[str]:
        most = max(_RARE, len(self.papers) // 10)
        return {term for term in asked_terms(title) if self.assistant.frequency(term) <= most}


def terms_of(paper: Paper) -> set[str]:
    """Return the index terms of a paper."""
    return set(terms(f"{paper.title} {paper.abstract}"))
