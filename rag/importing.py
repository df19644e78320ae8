"""Importing what takes seconds, and what of ours another program could also have by its name."""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any


def own_folder(name: str) -> Path:
    """Return our ``ui``, ``evals`` or ``prompts``: in a wheel inside rag/, else beside it."""
    rag = Path(__file__).parent
    return rag / name if (rag / name).is_dir() else rag.parent / name


def import_own(module: str) -> Any:
    """Import a module of ours, also where the user's folder or script has its own ``ui``."""
    package = module.partition(".")[0]
    folder = own_folder(package)
    known = sys.modules.get(package)
    if package != "rag" and getattr(known, "__file__", None) != str(folder / "__init__.py"):
        for name in [name for name in sys.modules if name.partition(".")[0] == package]:
            del sys.modules[name]
        spec = importlib.util.spec_from_file_location(package, folder / "__init__.py")
        if spec is None or spec.loader is None:
            raise ImportError(f"{folder} cannot be imported")
        sys.modules[package] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[package])
    return importlib.import_module(module)


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
