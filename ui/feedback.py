"""What people thought of answers: a JSON Lines file in the index's folder."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from rag.durable import make_private, open_private, write_whole
from rag.errors import InputError
from ui.exchanges import read_id

NAME = "feedback.jsonl"
_writing = threading.Lock()
_LONGEST = {"question": 4_000, "answer": 50_000, "note": 2_000}
_MOST_PAPERS = 100


def record(folder: Path, given: Mapping[str, Any], now: datetime | None = None) -> None:
    """Append one opinion to ``folder/feedback.jsonl``.

    Args:
        folder: the index's folder.
        given: ``question``, ``answer``, ``verdict`` ("up" or "down"), ``note``, ``paper_ids``,
            as the page sends them, and the exchange's ``id``: what is said again of the same
            exchange, a note above all, takes the place of what was said before.
        now: the time to write, in UTC; the present where None.

    Raises:
        InputError: the opinion has another shape.
        OSError: the file cannot be written.
    """
    texts = {name: given.get(name, "") for name in _LONGEST}
    ids = given.get("paper_ids", [])
    if (
        given.get("verdict") not in ("up", "down")
        or not all(isinstance(text, str) for text in texts.values())
        or not texts["question"]
        or not isinstance(ids, list)
        or not all(isinstance(name, str) for name in ids)
    ):
        raise InputError("this is no opinion on an answer; rate an answer on the page")
    name = given.get("id")
    known = {"id": name} if isinstance(name, str) and read_id(name) == name else {}
    row = known | {
        "question": texts["question"][: _LONGEST["question"]],
        "answer": texts["answer"][: _LONGEST["answer"]],
        "verdict": given["verdict"],
        "note": texts["note"][: _LONGEST["note"]],
        "paper_ids": ids[:_MOST_PAPERS],
        "time": (now or datetime.now(timezone.utc)).isoformat(timespec="seconds"),
    }
    line = json.dumps(row, ensure_ascii=False) + "\n"
    make_private(folder)
    appending = os.O_WRONLY | os.O_CREAT | os.O_APPEND
    with _writing:
        if known:
            _drop(folder / NAME, f'{{"id": "{name}", ')
        with open_private(folder / NAME, appending) as file:
            file.write(line.encode("utf-8", "backslashreplace"))


def _drop(file: Path, begin: str) -> None:
    """Drop the line that begins so: the opinion from before its note came."""
    lines = file.read_bytes().splitlines(keepends=True) if file.exists() else []
    kept = [line for line in lines if not line.startswith(begin.encode())]
    if len(kept) < len(lines):
        write_whole(file, b"".join(kept))
