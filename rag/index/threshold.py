"""The threshold that was set on a person's own questions, kept beside the index.

It holds for the embedder and the formula that it was found with; with others it is passed over.
"""

from __future__ import annotations

import json
import math
from pathlib import Path

from rag.durable import make_private, write_whole

_NAME = "threshold.json"


def keep_threshold(folder: Path, value: float, embedder: str, formula: str) -> None:
    """Keep from which confidence the library's papers are quoted."""
    make_private(folder)
    data = {"threshold": value, "embedder": embedder, "formula": formula}
    write_whole(folder / _NAME, (json.dumps(data) + "\n").encode())


def kept_threshold(folder: Path, embedder: str, formula: str) -> float | None:
    """Return what was kept; None where nothing was, or it was found with something else."""
    try:
        known = json.loads((folder / _NAME).read_text(encoding="utf-8"))
        same = (known["embedder"], known["formula"]) == (embedder, formula)
        value = float(known["threshold"])
    except (OSError, ValueError, LookupError, TypeError, RecursionError):  # not there, or damaged
        return None
    return value if same and math.isfinite(value) and 0 <= value <= 1 else None


def forget_threshold(folder: Path) -> bool:
    """Take back what was kept; return whether anything was."""
    there = (folder / _NAME).exists()
    (folder / _NAME).unlink(missing_ok=True)
    return there
