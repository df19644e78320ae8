"""Replies of models kept on disk, so that asking the same again costs nothing."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from llama_index.core.llms import LLM, ChatMessage

from rag.durable import make_private, replacing
from rag.errors import SettingsError


def reply_file(folder: Path, llm: LLM, messages: Sequence[ChatMessage], max_tokens: int) -> Path:
    """Return where the reply is kept; everything that shapes a reply is in the file's name."""
    shape = {
        "format": 1,
        "class": llm.class_name(),
        "model": llm.metadata.model_name,
        "origin": getattr(llm, "origin", getattr(llm, "api_base", None)),
        "temperature": getattr(llm, "temperature", None),
        "options": getattr(llm, "additional_kwargs", None),
        "max_tokens": max_tokens,
        "messages": [[message.role.value, message.content] for message in messages],
    }
    text = json.dumps(shape, sort_keys=True, default=str)
    name = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return folder / name[:2] / f"{name}.json"


def check_folder(folder: Path) -> None:
    """Make the folder and see that it can be written, before a reply is paid for.

    Raises:
        SettingsError: it cannot.
    """
    try:
        make_private(folder)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise _unwritable(folder, error) from error


def read_reply(file: Path) -> Any:
    """Return the reply kept in ``file``, or None where there is none that can be read."""
    try:
        return json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):  # the next reply writes it anew
        return None


def write_reply(file: Path, reply: dict[str, Any]) -> None:
    """Keep ``reply`` in ``file``: all of it or, when interrupted, nothing.

    Raises:
        SettingsError: the folder cannot be written.
    """
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with replacing(file, shared=True) as target:
            target.write(json.dumps(reply).encode())
    except OSError as error:
        raise _unwritable(file.parent.parent, error) from error


def _unwritable(folder: Path, error: OSError) -> SettingsError:
    return SettingsError(
        f"RAG_CACHE={folder} cannot be written ({error.strerror}); choose another or unset it"
    )
