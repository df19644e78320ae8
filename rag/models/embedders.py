"""Texts to vectors: MiniLM or E5 through ONNX Runtime, static word vectors, or a remote model.

Each is a LlamaIndex ``BaseEmbedding``, so it can stand wherever LlamaIndex wants one.
``embed`` and ``embed_query`` are the way in for the rest of the program: numpy in one step.
"""

from __future__ import annotations

import functools
import itertools
import threading
import weakref
from collections.abc import Sequence
from typing import Literal, Protocol, cast, runtime_checkable

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding

from rag.errors import LibraryError, ModelError, SettingsError
from rag.models.local_embedders import E5, MiniLM, normalise, static_vectors
from rag.models.weights import how_to_get, model_folder
from rag.settings import Settings
from rag.types import Floats

Name = Literal["minilm", "e5", "static", "openai"]


# By the id of the embedder, vectors of texts that come again; the oldest leave first. Some 20 MB.
_kept: dict[int, dict[str, Floats]] = {}
_MOST_KEPT = 16_384
_keeping = threading.Lock()


@runtime_checkable
class Encoder(Protocol):
    """An embedder that gives numpy vectors itself, quicker than through lists."""

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return one row a text; rows need not be normalised."""
        ...


def encoder(embedder: BaseEmbedding) -> Encoder | None:
    """Return the embedder where it gives numpy vectors itself, else None."""
    return cast(Encoder, embedder) if _encodes(type(embedder)) else None


@functools.cache
def _encodes(kind: type) -> bool:
    return issubclass(kind, Encoder)  # takes 50 µs, several times a question


def resolve_embedder(settings: Settings) -> tuple[Name, str | None]:
    """Return the embedder in force for a new index, and a line for the user or None.

    ``auto`` is minilm where its weights are present, else static.
    """
    if settings.embedder != "auto":
        return settings.embedder, None
    if model_folder("minilm", settings.models):
        return "minilm", None
    return "static", f"using static word vectors; for a better search {how_to_get('minilm')}"


def open_embedder(name: Name, settings: Settings, built: str = "") -> BaseEmbedding:
    """Return the embedder of that name, ready to use; nothing is downloaded.

    ``built`` is what an index was made with: one from before the static vectors were trained goes
    on with the words' own.

    Raises:
        ModelError: its weights are not present or cannot be read.
        SettingsError: openai is asked for without a key and without a base URL.
    """
    if name == "static":
        return static_vectors(built)
    if name != "openai":
        folder = model_folder(name, settings.models)
        if folder is None:
            raise ModelError(f"the {name} embedder is not in {settings.models}; {how_to_get(name)}")
        return E5(folder) if name == "e5" else MiniLM(folder)
    if not (settings.openai_api_key or settings.openai_base_url):
        raise SettingsError(
            "the openai embedder needs a key; set OPENAI_API_KEY or OPENAI_BASE_URL"
        )
    from rag.models.served_embedder import OpenAIEmbedder

    return OpenAIEmbedder(settings)


def embed(embedder: BaseEmbedding, texts: Sequence[str]) -> Floats:
    """Return the vectors of ``texts``, shape (len(texts), dimension), each of length 1.

    A text without a word has the zero vector. No vector depends on the other texts.

    Raises:
        ModelError: the model failed, or gave vectors of unequal length or without a value.
    """
    wanted = [i for i, text in enumerate(texts) if text.strip()]
    if not wanted:
        return np.zeros((len(texts), dimension(embedder)), dtype=np.float32)
    chosen = [texts[i] for i in wanted]
    local = encoder(embedder)
    if local:
        rows = local.encode(chosen)
    else:
        rows = _rows(embedder.get_text_embedding_batch(chosen), len(chosen))
    vectors = np.zeros((len(texts), rows.shape[1]), dtype=np.float32)
    vectors[wanted] = normalise(rows)
    return vectors


class EmbeddingHere:
    """Makes the vectors of texts in this process, when they are taken."""

    def __init__(self, embedder: BaseEmbedding) -> None:
        self._embedder = embedder
        self._texts: Sequence[str] = ()

    def ask(self, texts: Sequence[str]) -> None:
        """Ask for the vectors of texts; `take` them before you ask again."""
        self._texts = texts

    def take(self) -> Floats:
        """Return the vectors of the texts asked for."""
        return embed(self._embedder, self._texts)


def embed_kept(embedder: BaseEmbedding, texts: Sequence[str]) -> Floats:
    """Return what ``embed`` does for texts that come again.

    These are words, sentences of papers, and what is compared with them: a question, a claim.
    """
    if not texts:
        return np.zeros((0, dimension(embedder)), dtype=np.float32)
    kept = _kept.get(id(embedder))
    if kept is None:
        kept = _kept[id(embedder)] = {}
        weakref.finalize(embedder, _kept.pop, id(embedder), None)
    known = {text: row for text in texts if (row := kept.get(text)) is not None}
    new = list(dict.fromkeys(text for text in texts if text not in known))
    if new:
        known |= zip(new, embed(embedder, new), strict=True)
        with _keeping:
            kept.update((text, known[text]) for text in new)
            for oldest in list(itertools.islice(kept, max(0, len(kept) - _MOST_KEPT))):
                del kept[oldest]
    return np.stack([known[text] for text in texts])


def embed_query(embedder: BaseEmbedding, text: str) -> Floats:
    """Return the vector of one question, shape (dimension,), of length 1 or zero."""
    if isinstance(embedder, E5) and text.strip():
        rows = normalise(embedder.encode_query(text))
    elif encoder(embedder) or not text.strip():
        rows = embed_kept(embedder, [text])
    else:
        rows = normalise(_rows([embedder.get_query_embedding(text)], 1))
    vector: Floats = rows[0]
    return vector


def identity(embedder: BaseEmbedding) -> str:
    """Return the name under which an index remembers its embedder, e.g. ``minilm``."""
    name = str(getattr(embedder, "identity", embedder.model_name))
    return name if name != "unknown" else type(embedder).__name__


def shown(built: str) -> str:
    """Return an embedder's identity as settings and answers name it: which table is left out.

    >>> shown("static:2"), shown("openai:text-embedding-3-small")
    ('static', 'openai:text-embedding-3-small')
    """
    return "static" if built.startswith("static:") else built


def check(embedder: BaseEmbedding, built: str) -> None:
    """See that an index which was made with the embedder named ``built`` is searched with it.

    Raises:
        LibraryError: it is another: its vectors would find noise.
    """
    if identity(embedder) != built:
        raise LibraryError(
            f"the index was made with {built}, not {identity(embedder)}; open it with that "
            "embedder, or change the index with `rag ingest --rebuild`"
        )


def dimension(embedder: BaseEmbedding) -> int:
    """Return the length of the embedder's vectors; a remote model is asked once."""
    known = getattr(embedder, "dimension", None)
    return known if isinstance(known, int) else len(embedder.get_query_embedding("dimension"))


def _rows(vectors: list[list[float]], count: int) -> Floats:
    lengths = {len(vector) for vector in vectors}
    if len(vectors) != count or len(lengths) != 1 or lengths == {0}:
        raise ModelError(
            "the embedding model gave vectors of unequal length or number; check its settings"
        )
    return np.asarray(vectors, dtype=np.float32)
