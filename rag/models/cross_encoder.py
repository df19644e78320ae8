"""A small network that reads a text and a passage together and says how they fit.

It is all-MiniLM-L6-v2's encoder (`rag.models.minilm`), trained on: two numbers a pair, the logits
that the passage supports a claim and that it answers a question (Nogueira and Cho 2019 call such a
network a cross-encoder). The weights come with the program; ``evals/datasets/checker`` holds what
was written to train them and says how it was done.
"""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from rag.errors import ModelError
from rag.types import Floats

SUPPORTS, ANSWERS = 0, 1  # columns of what `CrossEncoder.logits` returns
FOLDER = Path(__file__).parent / "checker"
LONGEST = 192  # word pieces of text and passage together, as it was trained
_CLS, _SEP = 101, 102


class Pair(NamedTuple):
    """A claim or question, and the passage that it is held against."""

    text: str
    passage: str


def open_network(folder: Path, unreadable: str) -> tuple[Any, Any]:
    """Return the session of ``model.onnx`` in a folder, and its tokenizer, which cuts nothing.

    Raises:
        ModelError: with what is said where they are ``unreadable``.
    """
    import onnxruntime  # type: ignore[import-untyped]
    from tokenizers import Tokenizer

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # batches run side by side instead
    options.log_severity_level = 3  # errors
    options.enable_mem_pattern = False  # one pattern a shape would be kept for ever
    try:
        session = onnxruntime.InferenceSession(
            folder / "model.onnx", options, providers=["CPUExecutionProvider"]
        )
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    except Exception as error:  # onnxruntime and tokenizers raise kinds of their own
        raise ModelError(unreadable) from error
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return session, tokenizer


class CrossEncoder:
    """The network in a folder of ``model.onnx`` and ``tokenizer.json``, on the CPU."""

    def __init__(self, folder: Path = FOLDER) -> None:
        """Load the network (0.1 s).

        Raises:
            ModelError: the folder does not hold one.
        """
        self.session, self.tokenizer = open_network(
            folder, f"the checker in {folder} cannot be read; install the package again"
        )

    def logits(self, pairs: Sequence[Pair]) -> Floats:
        """Return two logits a pair, shape (len(pairs), 2): see SUPPORTS and ANSWERS.

        A pair's numbers do not depend on the others: nothing is padded.
        """
        rows = self._rows(pairs)
        found = np.zeros((len(pairs), 2), dtype=np.float32)
        alike: dict[int, list[int]] = {}
        for number, row in enumerate(rows):
            alike.setdefault(len(row), []).append(number)
        batches = sorted(alike.values(), key=lambda batch: -len(batch) * len(rows[batch[0]]))
        inputs = [np.array([rows[i] for i in batch], dtype=np.int64) for batch in batches]
        results = (
            map(self._run, inputs) if len(batches) < 2 else _side_by_side().map(self._run, inputs)
        )
        for batch, logits in zip(batches, results, strict=True):
            found[batch] = logits
        return found

    def _run(self, ids: Any) -> Floats:
        logits: Floats = self.session.run(None, {"ids": ids})[0]
        return logits

    def _rows(self, pairs: Sequence[Pair]) -> list[list[int]]:
        """Return [CLS] text [SEP] passage [SEP] as word pieces; the passage is cut to fit."""
        encode = self.tokenizer.encode_batch_fast
        texts = [
            each.ids[: LONGEST // 2]
            for each in encode([p.text for p in pairs], add_special_tokens=False)
        ]
        passages = [
            each.ids for each in encode([p.passage for p in pairs], add_special_tokens=False)
        ]
        return [
            [_CLS, *text, _SEP, *passage[: LONGEST - len(text) - 3], _SEP]
            for text, passage in zip(texts, passages, strict=True)
        ]


def likelihood(logit: float) -> float:
    """Return what a logit stands for, 0 to 1.

    >>> likelihood(0.0), likelihood(float("-inf")) < 1e-12
    (0.5, True)
    """
    return 1.0 / (1.0 + math.exp(-max(-30.0, logit)))


@functools.cache
def _side_by_side() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="rag-checker")


@functools.cache
def cross_encoder() -> CrossEncoder:
    """Return the network that comes with the program, loaded once a process."""
    return CrossEncoder()
