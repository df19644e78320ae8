"""Importing what takes seconds."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator
from typing import Any


@contextlib.contextmanager
def heavy_imports() -> Iterator[None]:
    """Leave what is imported in the block out of garbage collection, now and later.

    It leaves next to nothing to collect, and looking through it takes 0.2 s of 3.5.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextlib.contextmanager
def unchecked() -> Iterator[None]:
    """Let the decorator of the package `overrides` only mark methods within this block.

    At each import it compares every method of Chroma's with the one that it overrides, for which
    it disassembles the class: without, chromadb and its client are there in 0.77 s, not in 1.04.
    """
    try:
        import overrides
    except ImportError:  # a version of Chroma without it
        yield
        return
    checking = overrides.override, overrides.overrides
    overrides.override = overrides.overrides = _marked  # type: ignore[assignment]
    try:
        yield
    finally:
        overrides.override, overrides.overrides = checking


def _marked(method: Callable[..., Any] | None = None, **_: bool) -> Callable[..., Any]:
    if method is None:
        return _marked
    method.__override__ = True  # type: ignore[attr-defined]  # what its EnforceOverrides looks for
    return method
