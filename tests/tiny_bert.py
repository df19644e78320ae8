"""A small random BERT: its weights, its tokenizer, and what it computes, in plain numpy."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "graph", "image", "speech", "music", "robot"]
HIDDEN, INNER, LAYERS, HEADS, LONGEST = 24, 40, 2, 12, 300


def small_weights(seed: int = 0) -> dict[str, Any]:
    """Weights under the names of the published file."""
    random = np.random.default_rng(seed)

    def matrix(*shape: int) -> Any:
        return random.normal(0, 0.4, shape).astype(np.float32)

    def norm(name: str) -> dict[str, Any]:
        return {f"{name}.weight": 1 + matrix(HIDDEN) / 4, f"{name}.bias": matrix(HIDDEN)}

    def dense(name: str, inside: int, outside: int) -> dict[str, Any]:
        return {f"{name}.weight": matrix(outside, inside), f"{name}.bias": matrix(outside)}

    weights = {
        "embeddings.word_embeddings.weight": matrix(len(WORDS), HIDDEN),
        "embeddings.position_embeddings.weight": matrix(LONGEST, HIDDEN),
        "embeddings.token_type_embeddings.weight": matrix(2, HIDDEN),
        **norm("embeddings.LayerNorm"),
    }
    for layer in (f"encoder.layer.{i}" for i in range(LAYERS)):
        for part in ("query", "key", "value"):
            weights |= dense(f"{layer}.attention.self.{part}", HIDDEN, HIDDEN)
        weights |= dense(f"{layer}.attention.output.dense", HIDDEN, HIDDEN)
        weights |= norm(f"{layer}.attention.output.LayerNorm")
        weights |= dense(f"{layer}.intermediate.dense", HIDDEN, INNER)
        weights |= dense(f"{layer}.output.dense", INNER, HIDDEN)
        weights |= norm(f"{layer}.output.LayerNorm")
    return weights


def mean_state(weights: dict[str, Any], ids: list[int]) -> Any:
    """Return the mean of the token states of one text, as Devlin et al. 2019 define them."""

    def norm(states: Any, name: str) -> Any:
        centred = states - states.mean(axis=-1, keepdims=True)
        scale = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + 1e-12)
        return centred / scale * weights[f"{name}.weight"] + weights[f"{name}.bias"]

    def dense(states: Any, name: str) -> Any:
        return states @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    size = HIDDEN // HEADS
    states = norm(
        weights["embeddings.word_embeddings.weight"][ids]
        + weights["embeddings.position_embeddings.weight"][: len(ids)]
        + weights["embeddings.token_type_embeddings.weight"][0],
        "embeddings.LayerNorm",
    )
    for layer in (f"encoder.layer.{i}" for i in range(LAYERS)):
        query, key, value = (
            dense(states, f"{layer}.attention.self.{part}") for part in ("query", "key", "value")
        )
        mixed = np.zeros_like(states)
        for head in range(HEADS):
            part = slice(head * size, (head + 1) * size)
            scores = np.exp(query[:, part] @ key[:, part].T / math.sqrt(size))
            mixed[:, part] = scores / scores.sum(axis=1, keepdims=True) @ value[:, part]
        attended = dense(mixed, f"{layer}.attention.output.dense")
        states = norm(states + attended, f"{layer}.attention.output.LayerNorm")
        inner = dense(states, f"{layer}.intermediate.dense")
        inner = inner * (1 + np.vectorize(math.erf)(inner / math.sqrt(2))) / 2
        states = norm(states + dense(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
    return states.mean(axis=0)


def write_tokenizer(path: Path) -> None:
    """Write a tokenizer of whole words with the marks that BERT puts around a text."""
    tokenizer = Tokenizer(
        models.WordPiece({word: i for i, word in enumerate(WORDS)}, unk_token="[UNK]")
    )
    tokenizer.normalizer = normalizers.BertNormalizer()
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(path))
