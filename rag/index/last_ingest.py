"""What the last ingest read and led to, so that the same files again need not be parsed.

Parsing, merging and comparing 20,000 records takes seconds, reading their bytes milliseconds.
Remembered is only an ingest after which the same one changes nothing, together with the state
of the library that it led to; `rag.index.index` forgets it before anything is written.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from rag.durable import replace_text
from rag.index.entries import Plan
from rag.types import IngestReport, Rejection, to_json

_NAME = "last-ingest.json"


def digest(files: Sequence[str], paths: Sequence[str] = ()) -> str | None:
    """Return the digest of the files' names and bytes, of how they were named and of our code.

    None where one of the files can be read but once, or not at all.
    """
    code = sorted(Path(__file__).parents[1].rglob("*.py"))
    found = hashlib.sha256("\0".join(paths).encode("utf-8", "surrogateescape"))
    try:
        for path in [*code, *map(Path, files)]:
            if not path.is_file():
                return None
            with path.open("rb") as file:
                found.update(f"{path}\0{path.stat().st_size}\0".encode("utf-8", "surrogateescape"))
                while block := file.read(2**20):
                    found.update(block)
    except (OSError, ValueError):  # the readers say what is wrong with it
        return None
    return found.hexdigest()


def recall(folder: Path, digest: str | None, generation: str) -> IngestReport | None:
    """Return what an ingest of the files with this digest reports; None where it must be run."""
    try:
        known = json.loads((folder / _NAME).read_text(encoding="utf-8"))
        if digest is None or known["digest"] != digest or known["generation"] != generation:
            return None
        rejected = tuple(Rejection(**each) for each in known["report"].pop("rejected"))
        return IngestReport(**known["report"] | {"rejected": rejected, "kept": ()})
    except (OSError, ValueError, RecursionError, LookupError, TypeError):  # not there, or damaged
        return None


def remember(folder: Path, digest: str, generation: str, plan: Plan, report: IngestReport) -> None:
    """Keep what the same ingest will report, if it is sure to change nothing.

    That is sure where this one only added papers, or did nothing.
    """
    if any(change.old for change in plan.changes):
        return
    taken = report.added + report.updated + report.unchanged + report.duplicates
    again = dataclasses.replace(
        report,
        added=0,
        updated=0,
        unchanged=plan.papers,
        duplicates=taken - plan.papers,
        embedded=0,
        gone=report.gone - report.removed,
        removed=0,
        kept=(),
    )
    data = {"digest": digest, "generation": generation, "report": to_json(again)}
    replace_text(folder / _NAME, json.dumps(data))


def forget(folder: Path) -> None:
    """Forget the last ingest: the library is about to change."""
    (folder / _NAME).unlink(missing_ok=True)
