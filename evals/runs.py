"""A run as a folder: what was in force, the rows, the metrics and a report.

``settings.json``, ``rows.jsonl``, ``metrics.json``, ``report.html``; a run of answers also has
``answers.jsonl``, the batch it was made from. No secret is ever written.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from rag.answers import prompts
from rag.assistant import Assistant
from rag.durable import make_folder, write_whole
from rag.errors import InputError
from rag.settings import Settings, host

_PACKAGES = (
    "rag-papers",
    "llama-index-core",
    "chromadb",
    "tantivy",
    "openai",
    "onnxruntime",
    "numpy",
    "ir-measures",
)
# Settings that are no secret; a key is never among them, whatever is added elsewhere.
_SHOWN = (
    "llm",
    "llm_model",
    "embedder",
    "embedding_model",
    "local_model",
    "prompts",
    "k",
    "threshold",
    "context_tokens",
    "history_tokens",
    "answer_tokens",
    "timeout",
    "retries",
    "openai_base_url",
    "chroma_url",
)


@dataclass(frozen=True, slots=True)
class Run:
    """A run as it stands on disk."""

    folder: Path
    settings: Mapping[str, Any]
    metrics: Mapping[str, Any]
    rows: Sequence[Mapping[str, Any]]


def read_run(folder: Path) -> Run:
    """Return the finished run in a folder.

    Raises:
        InputError: there is none.
    """
    try:
        settings = json.loads((folder / "settings.json").read_text(encoding="utf-8"))
        metrics = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
        lines = (folder / "rows.jsonl").read_text(encoding="utf-8").split("\n")
        rows = [json.loads(line) for line in lines if line]
    except (OSError, ValueError, RecursionError) as error:
        raise InputError(
            f"{folder} holds no finished run ({type(error).__name__}); make one with "
            "`rag eval run` or `rag eval retrieval -o`"
        ) from error
    return Run(folder, settings, metrics, rows)


def write_run(folder: Path, rows: Iterable[Mapping[str, Any]], metrics: Mapping[str, Any]) -> None:
    """Write rows and metrics, the metrics last: they say that the run is finished."""
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    write_whole(folder / "rows.jsonl", "".join(lines).encode("utf-8", "backslashreplace"))
    write_json(folder / "metrics.json", metrics)


def write_json(path: Path, value: Any) -> None:
    """Write a JSON document durably."""
    text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    write_whole(path, text.encode("utf-8", "backslashreplace"))


def begin(folder: Path, kind: str, shape: Mapping[str, Any]) -> None:
    """Make the folder of a run and say what is in force in it.

    The same run may be begun again: it goes on.

    Raises:
        InputError: the folder holds a finished run of another kind or of other settings.
    """
    make_folder(folder)
    settings = folder / "settings.json"
    if (folder / "metrics.json").exists():
        before = read_run(folder).settings
        names = [name for name in shape if before.get(name) != shape[name]]
        if before.get("kind") != kind or names:
            changed = ", ".join(names) or "kind"
            raise InputError(
                f"{folder} holds a finished run with another {changed}; name another folder"
            )
        return
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    write_json(settings, {"kind": kind, "created": now, **shape})


def shape_of(assistant: Assistant) -> dict[str, Any]:
    """Return all that shapes the figures of a run, besides its questions; never a secret."""
    info = assistant.info()
    names = ("papers", "passages", "embedder", "splitter", "generation")
    return {
        "settings": shown_settings(assistant.settings),
        "llm": info["llm_model"] or "none",
        "index": {name: info[name] for name in names},
        "prompts": prompt_digests(assistant.settings.prompts),
        "code": code_digest(),
        "versions": {"python": platform.python_version(), **_versions()},
        "machine": f"{sys.platform} {platform.machine()}, {os.cpu_count()} processors",
    }


def shown_settings(settings: Settings) -> dict[str, Any]:
    """Return the settings that are no secret; addresses without passwords or queries.

    >>> from rag.settings import Settings
    >>> shown_settings(Settings(chroma_url="http://me:pw@host:1/x?token=1"))["chroma_url"]
    'http://host:1/x'
    """
    found = settings.model_dump(mode="json", include=set(_SHOWN))
    for name in ("openai_base_url", "chroma_url"):
        if found[name]:
            parts = urlsplit(found[name])
            found[name] = urlunsplit((parts.scheme, host(found[name]), parts.path, "", ""))
    return found


def prompt_digests(folder: Path | None) -> dict[str, str]:
    """Return the digest of each prompt in force, by name."""
    return {name: prompts.load(name, folder).sha256 for name in prompts.names()}


def code_digest() -> str:
    """Return a digest of this program's own source: figures of other code are other figures."""
    digest = hashlib.sha256()
    root = Path(prompts.__file__).parents[1]
    for path in sorted(root.rglob("*.py")):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]


def _versions() -> dict[str, str]:
    installed = {dist.name: dist.version for dist in metadata.distributions() if dist.name}
    return {name: installed[name] for name in _PACKAGES if name in installed}
