"""The stock way that `evals.maintain.bench` compares with, as LlamaIndex's documentation shows it.

``VectorStoreIndex.from_documents`` over ``ChromaVectorStore`` with ``SentenceSplitter``, its
retriever and its ``CitationQueryEngine``; for MiniLM, sentence-transformers on torch.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import chromadb
import numpy as np
from llama_index.core import Document, StorageContext, VectorStoreIndex
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import LLM
from llama_index.core.node_parser import SentenceSplitter
from llama_index.core.query_engine import CitationQueryEngine
from numpy.typing import NDArray


def ingest(papers: Path, folder: Path, embedder: BaseEmbedding) -> None:
    """Make an index of the papers in ``folder``."""
    VectorStoreIndex.from_documents(
        [_document(json.loads(line)) for line in papers.open(encoding="utf-8")],
        storage_context=StorageContext.from_defaults(vector_store=_vector_store(folder)),
        transformations=[SentenceSplitter()],
        embed_model=embedder,
    )


def open_index(folder: Path, embedder: BaseEmbedding) -> VectorStoreIndex:
    """Open the index that `ingest` made."""
    return VectorStoreIndex.from_vector_store(_vector_store(folder), embed_model=embedder)


def citation_engine(index: VectorStoreIndex, llm: LLM, k: int) -> CitationQueryEngine:
    """Return the engine that answers with citations, streaming."""
    return CitationQueryEngine.from_args(index, llm=llm, similarity_top_k=k, streaming=True)


class TorchMiniLM(BaseEmbedding):
    """all-MiniLM-L6-v2 by sentence-transformers: torch, fp32, on the CPU, batches of 64."""

    def __init__(self, name: str) -> None:
        # The name under which the ranking rule knows this model.
        super().__init__(model_name="minilm", embed_batch_size=1024)
        from sentence_transformers import SentenceTransformer

        self._model = SentenceTransformer(name, device="cpu")

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return one row a text."""
        rows: NDArray[np.float32] = self._model.encode(list(texts), batch_size=64)
        return rows

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        rows: list[list[float]] = self.encode(texts).tolist()
        return rows

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


def _vector_store(folder: Path) -> Any:
    from llama_index.vector_stores.chroma import ChromaVectorStore

    options = chromadb.config.Settings(anonymized_telemetry=False)
    client = chromadb.PersistentClient(str(folder), settings=options)
    return ChromaVectorStore(chroma_collection=client.get_or_create_collection("papers"))


def _document(row: dict[str, Any]) -> Document:
    details = row.get("metadata", {})
    shown = {
        "title": row["title"],
        "authors": ", ".join(details.get("authors", ())),
        "year": details.get("year", ""),
        "venue": ", ".join(details.get("venue", ())),
        "url": details.get("url", ""),
    }
    return Document(id_=row["_id"], text=row["text"], metadata=shown)
