"""Token counts, from the encoding that llama-index-core ships: nothing is downloaded."""

from __future__ import annotations

import functools
import importlib.util
import os
from pathlib import Path

import tiktoken


@functools.cache
def encoding() -> tiktoken.Encoding:
    """Return o200k_base, read from llama-index-core's own folder without importing it."""
    spec = importlib.util.find_spec("llama_index.core")
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent / "_static" / "tiktoken_cache"
        os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(folder))
    return tiktoken.get_encoding("o200k_base")


def count(text: str) -> int:
    """Return the number of tokens of ``text``; special tokens count as plain text.

    >>> count("hello world")
    2
    """
    return len(encoding().encode_ordinary(text))
