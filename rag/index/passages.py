"""Abstract -> passages: runs of whole sentences, counted in tokens, that keep their offsets."""

from __future__ import annotations

from rag.text import tokens
from rag.text.sentences import sentence_spans
from rag.types import Paper, kind_of

# nDCG@10 with MiniLM was highest at this size of passage, the best passage standing for its paper.
PASSAGE_TOKENS = 128
# Static vectors rank the same from 128 to 512 (scifact-dev 0.718, cranfield 0.401); so they are
# nearly half as many to make, keep and search.
_LONGER = {"static": 512}


def splitter(embedder: str) -> str:
    """Name the cut for an embedder; an index remembers it.

    >>> splitter("minilm")
    'sentences/128'
    """
    return f"sentences/{_LONGER.get(kind_of(embedder), PASSAGE_TOKENS)}"


def limit_of(splitter: str) -> int:
    """Return the most tokens of a passage for the name of a cut."""
    return int(splitter.rpartition("/")[2])


def split(abstract: str, limit: int = PASSAGE_TOKENS) -> tuple[tuple[int, int], ...]:
    """Return the offsets of the passages of ``abstract``: whole sentences, in order.

    A passage has at most ``limit`` tokens unless one sentence alone is longer. Passages of one
    abstract are made about equally long, so that none is a mere tail.

    >>> split("One two. Three four.", limit=4)
    ((0, 8), (9, 20))
    """
    if not abstract.strip():
        return ()
    whole = (len(abstract) - len(abstract.lstrip()), len(abstract.rstrip()))
    if len(abstract) <= limit or (total := tokens.count(abstract)) <= limit:
        return (whole,)
    spans = sentence_spans(abstract)
    sizes = [tokens.count(abstract[start:end]) for start, end in spans]
    share = total / -(-total // limit)
    passages: list[tuple[int, int]] = []
    start, size = spans[0][0], 0
    for number, ((_, end), tokens_here) in enumerate(zip(spans, sizes, strict=True)):
        size += tokens_here
        last = number + 1 == len(spans)
        if last or size + sizes[number + 1] > limit or size >= share:
            passages.append((start, end))
            start, size = (spans[number + 1][0] if not last else end), 0
    return tuple(passages)


def text_to_embed(paper: Paper, start: int, end: int) -> str:
    """Return what stands for a passage in the vector space: the title and its words."""
    return (
        f"{paper.title}. {paper.abstract[start:end]}" if paper.title else paper.abstract[start:end]
    )
