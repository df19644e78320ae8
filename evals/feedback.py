"""What people thought of answers, as questions of an evaluation set."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rag.errors import InputError


def read_feedback(path: Path, known: set[str]) -> list[dict[str, Any]]:
    """Return a row for each question that was rated on the chat page.

    Each line has ``question``, ``answer``, ``verdict`` ("up" or "down"), ``note`` and
    ``paper_ids``; a later line on the same question and answer supersedes an earlier one. What
    was liked is expected again: the papers it cited, or that it declined. Of what was disliked
    only the question and the note are known. Lines that are no opinion are left out.

    Args:
        path: the file.
        known: the ids of the papers in the library; others cannot be expected.

    Raises:
        InputError: the file cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path}; name the feedback.jsonl of an index") from error
    latest: dict[tuple[str, str], dict[str, Any]] = {}
    for line in lines:
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(row, dict) and isinstance(row.get("question"), str) and row["question"]:
            latest[row["question"], str(row.get("answer", ""))] = row
    return [made for row in latest.values() if (made := _row(row, known))]


def _row(given: dict[str, Any], known: set[str]) -> dict[str, Any] | None:
    row = {"kind": "feedback", "question": given["question"]}
    if given.get("note"):
        row["note"] = str(given["note"])
    if given.get("verdict") == "down":
        return row
    if given.get("verdict") != "up":
        return None
    cited = given.get("paper_ids")
    ids = [name for name in cited if isinstance(name, str)] if isinstance(cited, list) else []
    papers = [name for name in dict.fromkeys(ids) if name in known]
    if ids and not papers:
        return row
    return {**row, "papers": papers, "facts": []}
