"""Questions to begin with, drawn from the papers of the library. Pure."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

from rag.types import Paper

# "BERT: Pre-training of ..." is a paper about BERT.
_NAMED = re.compile(r"([A-Z][\w.+-]{1,24}(?: [A-Z0-9][\w.+-]{0,15})?): \S")
_WORD = re.compile(r"[^\W\d_][\w-]*")
_LONGEST_TITLE, _LONGEST_ASKED = 90, 180  # of an example, and of what is offered after an answer
_PLAIN = frozenset(
    "a an and are as at by for from how in into is it of on or over the to towards toward via "
    "with without we you your what when why using use based new can do does all".split()
)


def example_questions(papers: Sequence[Paper], most: int = 4) -> list[str]:
    """Return up to ``most`` questions that some of the papers should answer.

    They ask what a named method does, what sets two of them apart, what many papers are about
    and what one paper found. The same library gives the same questions.

    >>> example_questions([Paper("1", "LCNN: Lookup-based CNN", "...")])
    ['What is LCNN, and what does it achieve?']
    """
    shuffled = sorted(papers, key=lambda paper: zlib.crc32(paper.id.encode()))
    named = [(name, paper) for paper in shuffled if (name := name_of(paper))]
    made = []
    if named:
        made.append(f"What is {named[0][0]}, and what does it achieve?")
    pair = _related([name for name, _ in named], [paper for _, paper in named])
    if pair:
        made.append(f"How does {pair[0]} differ from {pair[1]}?")
    if topic := _topic(papers):
        made.append(f"Which papers are about {topic}?")
    used = {paper.id for _, paper in named}
    for paper in shuffled:
        if paper.id not in used and paper.title and len(paper.title) <= _LONGEST_TITLE:
            made.append(f"What does “{paper.title.rstrip('.')}” find?")
            break
    return list(dict.fromkeys(made))[:most]


def name_of(paper: Paper) -> str:
    """Return what a paper's title names before a colon, '' for nothing.

    >>> name_of(Paper("1", "LCNN: Lookup-based CNN", "..."))
    'LCNN'
    """
    match = _NAMED.match(paper.title)
    return match[1] if match else ""


def about(paper: Paper) -> str:
    """Return what one may ask about a paper, '' where its title is too long to be asked with.

    >>> about(Paper("1", "On Graphs.", "..."))
    'What does “On Graphs” find?'
    """
    if name := name_of(paper):
        return f"What is {name}, and what does it achieve?"
    title = paper.title.rstrip(".")
    return f"What does “{title}” find?" if 0 < len(title) <= _LONGEST_ASKED else ""


def _related(names: Sequence[str], papers: Sequence[Paper]) -> tuple[str, str] | None:
    """Return the names of the two papers, not the first, whose titles share most words."""
    words = [set(_words(paper.title)) for paper in papers]
    pairs = [
        (len(words[i] & words[j]), -i, -j, names[i], names[j])
        for j in range(min(len(names), 40))
        for i in range(1, j)
        if names[i] != names[j]
    ]
    best = max(pairs, default=None)
    return (best[3], best[4]) if best and best[0] >= 2 else None


def _topic(papers: Sequence[Paper]) -> str | None:
    """Return the two words that stand together in most titles, in at least three."""
    counts: Counter[str] = Counter()
    for paper in papers:
        words = [word.lower() for word in _WORD.findall(paper.title)]
        pairs = pairwise(words)
        counts.update({f"{a} {b}" for a, b in pairs if not {a, b} & _PLAIN})
    best = max(counts.items(), key=lambda item: (item[1], item[0]), default=None)
    return best[0] if best and best[1] >= 3 else None


def _words(title: str) -> list[str]:
    return [w for w in (word.lower() for word in _WORD.findall(title)) if w not in _PLAIN]
