"""Query -> papers: vectors and words fused, filtered, one hit a paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import NodeWithScore, QueryBundle, TextNode
from numpy.typing import NDArray

from rag.embedders import embed_query
from rag.filters import Condition
from rag.index import Index
from rag.lexical import LexicalHit, slot, terms
from rag.library import Entry, PassageId, with_key
from rag.types import Hit

CANDIDATES = 200


def search(
    index: Index,
    embedder: BaseEmbedding,
    query: str,
    k: int = 10,
    where: Sequence[Condition] = (),
) -> list[Hit]:
    """Return the ``k`` best papers for a query, best first, each with its best passage."""
    if not query.strip() or not index.exists:
        return []
    count = max(CANDIDATES, 2 * k)
    lexical = index.lexical.search([(term, 1.0) for term in terms(query)], count, where)
    dense = _nearest(index, embed_query(embedder, query), count, where)
    return _hits(index, lexical, dense, k)


def _nearest(
    index: Index, vector: NDArray[np.float32], count: int, where: Sequence[Condition]
) -> dict[int, tuple[PassageId, float]]:
    """Return the nearest passage of each paper near the query, by the paper's slot."""
    only: list[str] | None = None
    keep: set[int] | None = None
    if where:
        matching = index.lexical.count(where)
        if matching <= _FEW:
            only = [name for entry in index.lexical.matching(where) for name in entry.passage_ids]
            if not only:
                return {}
        else:  # look deeper, so that about `count` of what is found may stay
            keep = index.lexical.slots(where)
            count = count * index.lexical.papers // matching + count
    best: dict[int, tuple[PassageId, float]] = {}
    for passage, similarity in index.store.nearest(vector, count, only):
        number = slot(passage.paper_id)
        if keep is None or number in keep:
            best.setdefault(number, (passage, similarity))
    return best


_FEW = 2_000  # so many papers are filtered by the store itself (82 ms for 3,000 ids)


def _fuse(lexical: dict[int, float], dense: dict[int, float]) -> list[tuple[int, float]]:
    """Return slots with their fused score, best first; equal scores in the order of slots."""

    def scaled(scores: dict[int, float]) -> dict[int, float]:
        if not scores:
            return {}
        low, high = min(scores.values()), max(scores.values())
        width = (high - low) or 1.0
        return {key: (score - low) / width for key, score in scores.items()}

    words, vectors = scaled(lexical), scaled(dense)
    fused = {
        key: 0.5 * words.get(key, 0.0) + 0.5 * vectors.get(key, 0.0) for key in words | vectors
    }
    return sorted(fused.items(), key=lambda item: (-item[1], item[0]))


def _hits(
    index: Index,
    lexical: list[LexicalHit],
    dense: dict[int, tuple[PassageId, float]],
    k: int,
) -> list[Hit]:
    by_slot = {hit.slot: hit for hit in lexical}
    ranked = _fuse(
        {hit.slot: hit.score for hit in lexical},
        {number: similarity for number, (_, similarity) in dense.items()},
    )
    hits: list[Hit] = []
    position = 0
    while len(hits) < k and position < len(ranked):
        page = ranked[position : position + k]
        position += k
        unread = [dense[n][0].paper_id for n, _ in page if n not in by_slot]
        entries = {slot(key): entry for key, entry in index.lexical.by_id(unread).items()}
        for number, score in page:
            word_hit = by_slot.get(number)
            entry = index.lexical.entry_at(word_hit.address) if word_hit else entries.get(number)
            # What the store holds of another version belongs to a write under way or cut off.
            near = dense.get(number)
            if near and (entry is None or near[0].version != entry.version):
                near = None
            if entry is None or (near is None and word_hit is None) or len(hits) == k:
                continue
            hits.append(_hit(len(hits) + 1, score, entry, near, word_hit))
    return hits


def _hit(
    rank: int,
    score: float,
    entry: Entry,
    near: tuple[PassageId, float] | None,
    word_hit: LexicalHit | None,
) -> Hit:
    passage = entry.passages[near[0].number if near else 0]
    return Hit(
        rank=rank,
        score=score,
        paper=with_key(entry.paper),
        passage=passage,
        dense=near[1] if near else None,
        lexical=word_hit.score if word_hit else 0.0,
    )


class PaperRetriever(BaseRetriever):
    """The hybrid search as a LlamaIndex retriever: a node a paper, its text the passage."""

    def __init__(
        self,
        index: Index,
        embedder: BaseEmbedding,
        k: int = 10,
        where: Sequence[Condition] = (),
        **options: Any,
    ) -> None:
        self._index, self._embedder, self._k, self._where = index, embedder, k, where
        super().__init__(**options)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = search(self._index, self._embedder, query_bundle.query_str, self._k, self._where)
        return [NodeWithScore(node=_node(hit), score=hit.score) for hit in hits]


def _node(hit: Hit) -> TextNode:
    paper = hit.paper
    return TextNode(
        id_=f"{paper.id}:{hit.passage.start}",
        text=paper.abstract[hit.passage.start : hit.passage.end],
        metadata={"paper_id": paper.id, "title": paper.title, "year": paper.year},
        start_char_idx=hit.passage.start,
        end_char_idx=hit.passage.end,
    )
