"""Embedders that run on this machine: MiniLM and E5 through ONNX Runtime, static word vectors."""

from __future__ import annotations

import functools
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.bridge.pydantic import PrivateAttr

from rag.errors import ModelError
from rag.models.cross_encoder import open_network
from rag.models.weights import how_to_get
from rag.types import Floats

WINDOW = 1024  # texts held as tokens at a time
BATCH_TOKENS = 500  # what a processor's cache holds; 2,000 are a tenth slower
ROOM = 1024  # token vectors in memory at a time, a processor's cache full
REMEMBERED = 200_000  # words; some 40 MB
TABLE = Path(__file__).parent / "static" / "vectors.safetensors"


def normalise(rows: Floats) -> Floats:
    """Return the rows at length 1; a row of zeros stays.

    Raises:
        ModelError: a value is not a number.
    """
    if not np.isfinite(rows).all():
        raise ModelError("the embedding model gave a vector without a value; choose another model")
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    units: Floats = (rows / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return units


class _Local(BaseEmbedding):
    """What MiniLM and Static share: everything LlamaIndex asks for goes through ``encode``."""

    @property
    def identity(self) -> str:
        """The name under which an index remembers the embedder."""
        return self.model_name

    def encode(self, texts: Sequence[str]) -> Floats:
        # Were it abstract, LlamaIndex would wrap each call in a span: 0.3 ms a call.
        raise NotImplementedError

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return [[float(value) for value in row] for row in normalise(self.encode(texts))]

    def _get_text_embedding(self, text: str) -> list[float]:
        return self._get_text_embeddings([text])[0]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embeddings([query])[0]

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_query_embedding(query)


class MiniLM(_Local):
    """all-MiniLM-L6-v2 (Wang et al. 2020; sentence-transformers), 384 dimensions, on the CPU.

    Reads the first 256 word pieces of a text, as its authors set.
    """

    _session: Any = PrivateAttr()
    _tokenizer: Any = PrivateAttr()

    def __init__(self, folder: Path, name: str = "minilm", longest: int = 256) -> None:
        super().__init__(model_name=name, embed_batch_size=1024)
        self._session, self._tokenizer = open_network(
            folder,
            f"the model in {folder} cannot be read; delete that folder and {how_to_get(name)}",
        )
        self._tokenizer.enable_truncation(longest)

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return int(self._session.get_outputs()[0].shape[1])

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return the mean of each text's token states, shape (len(texts), dimension)."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for start in range(0, len(texts), WINDOW):
            encoded = self._tokenizer.encode_batch_fast(list(texts[start : start + WINDOW]))
            ids = [encoding.ids for encoding in encoded]
            batches = _batches([len(each) for each in ids])
            rows = self._run_all([[ids[i] for i in batch] for batch in batches])
            for batch, means in zip(batches, rows, strict=True):
                vectors[np.add(batch, start)] = means
        return vectors

    def _run_all(self, batches: list[list[list[int]]]) -> list[Floats]:
        if len(batches) == 1:
            return [self._run(batches[0])]
        pool = ThreadPoolExecutor(min(len(batches), os.cpu_count() or 1))
        try:
            return list(pool.map(self._run, batches))
        finally:
            pool.shutdown(cancel_futures=True)  # an interrupt waits for running batches only

    def _run(self, ids: list[list[int]]) -> Floats:
        means: Floats = self._session.run(None, {"ids": np.array(ids, dtype=np.int64)})[0]
        return means


class E5(MiniLM):
    """multilingual-e5-small (Wang et al. 2024), 384 dimensions, some hundred languages.

    It reads the first 512 word pieces, and tells questions from passages by a word before them.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, "e5", 512)

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return the vectors of texts as passages, see `MiniLM.encode`."""
        return super().encode([f"passage: {text}" for text in texts])

    def encode_query(self, text: str) -> Floats:
        """Return the vector of a question, shape (1, dimension)."""
        return super().encode([f"query: {text}"])

    def _get_query_embedding(self, query: str) -> list[float]:
        return [float(value) for value in normalise(self.encode_query(query))[0]]


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Return the indices in batches of one length each, longest first, within BATCH_TOKENS.

    >>> _batches([240, 5, 240, 5, 240])
    [[0, 2], [4], [1, 3]]
    """
    alike: dict[int, list[int]] = {}
    for index, length in enumerate(lengths):
        alike.setdefault(length, []).append(index)
    batches = []
    for length, indices in sorted(alike.items(), reverse=True):
        size = max(1, BATCH_TOKENS // max(1, length))
        batches += [indices[start : start + size] for start in range(0, len(indices), size)]
    return batches


class Static(_Local):
    """Static token vectors, averaged, 256 dimensions, in one of two tables.

    WordLlama's l2_supercat (MIT) is told how words are alike. Trained on from it, towards which
    paper belongs to a question or claim (``evals/maintain/train_static.py``), is the table that
    finds papers; an index from before there was one goes on with WordLlama's.

    Tokens and WordLlama's weights lie in its package and are read without importing it (importing
    it configures the root logger). Its vectors equal those of its ``embed`` up to rounding, but
    runs of white space count as one space. Words are split into tokens once and remembered.
    """

    _vectors: Any = PrivateAttr()
    _tokenizer: Any = PrivateAttr()
    _known: dict[str, list[int]] = PrivateAttr(default_factory=dict)

    def __init__(self, table: Path | None = None) -> None:
        super().__init__(model_name="static:2" if table else "static", embed_batch_size=1024)
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        spec = find_spec("wordllama")
        places = spec.submodule_search_locations if spec else None
        folder = Path(places[0] if places else "")
        weights = folder / "weights" / "l2_supercat_256.safetensors"
        tokens = folder / "tokenizers" / "l2_supercat_tokenizer_config.json"
        if not (weights.is_file() and tokens.is_file()):
            raise ModelError(
                "the static word vectors are missing; run `pip install --force-reinstall wordllama`"
            )
        if table is None:
            self._vectors = load_file(weights)["embedding.weight"].astype(np.float32)
        else:
            try:
                held = load_file(table)
            except (OSError, SafetensorError) as error:
                raise ModelError(
                    f"the vectors in {table} cannot be read; install the package again"
                ) from error
            self._vectors = held["vectors"] * held["scales"][:, None]
        self._tokenizer = _tokenizer(tokens)

    @property
    def dimension(self) -> int:
        """The length of a vector."""
        return 256

    @property
    def table(self) -> Floats:
        """The vectors of the tokens, shape (32000, 256)."""
        vectors: Floats = self._vectors
        return vectors

    def ids(self, text: str) -> list[int]:
        """Return the numbers of a text's tokens."""
        words = text.split()
        return list(chain.from_iterable(map(self._tokens(set(words)).__getitem__, words)))

    def encode(self, texts: Sequence[str]) -> Floats:
        """Return the mean of each text's token vectors, shape (len(texts), 256)."""
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        room = np.empty((ROOM, self.dimension), dtype=np.float32)
        for start in range(0, len(texts), WINDOW):
            split = [text.split() for text in texts[start : start + WINDOW]]
            known = self._tokens(set(chain.from_iterable(split)))
            for row, words in enumerate(split, start):
                ids = list(chain.from_iterable(map(known.__getitem__, words)))
                if ids:
                    vectors[row] = self._mean(ids, room)
        return vectors

    def _mean(self, ids: list[int], room: Floats) -> Floats:
        total = np.zeros(self.dimension, dtype=np.float32)
        for start in range(0, len(ids), ROOM):
            part = ids[start : start + ROOM]
            # Into memory that is already there: a third of the time of fresh memory a text.
            rows = self._vectors.take(part, axis=0, out=room[: len(part)], mode="clip")
            total += rows.sum(axis=0)
        total /= len(ids)
        return total

    def _tokens(self, words: set[str]) -> dict[str, list[int]]:
        """Return a table that holds the token ids of at least ``words``.

        No token of this vocabulary reaches over a space, so words can be split on their own.
        """
        known = self._known
        if len(known) > REMEMBERED:
            known = self._known = {}
        new = [word for word in words if word not in known]
        # The model alone, without the steps around it, takes a third of the time; only "<s>" and
        # the like need them.
        tokenize = self._tokenizer.model.tokenize
        for word in new:
            if "<" in word:
                known[word] = self._tokenizer.encode(word, add_special_tokens=False).ids
            else:
                known[word] = [token.id for token in tokenize(f"▁{word}")]
        return known


@functools.cache
def _tokenizer(file: Path) -> Any:
    """Return a tokenizer, read once for both tables."""
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(file))


def write_table(vectors: Floats, file: Path) -> None:
    """Write token vectors as `Static` reads them: bytes, and a scale for each token."""
    from safetensors.numpy import save_file

    scales = np.maximum(np.abs(vectors).max(axis=1), 1e-9).astype(np.float32) / 127
    whole = np.rint(vectors / scales[:, None]).astype(np.int8)
    save_file({"vectors": whole, "scales": scales}, file)


@functools.cache
def word_vectors() -> Static:
    """Return WordLlama's vectors, loaded once a process (0.1 s)."""
    return Static()


@functools.cache
def static() -> Static:
    """Return the static embedder, loaded once a process (0.1 s)."""
    return Static(TABLE)


def static_vectors(built: str = "") -> Static:
    """Return the static embedder that an index was made with; without one that of new indexes."""
    return word_vectors() if built == "static" else static()
