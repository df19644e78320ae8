"""Small files replaced whole: after any stop there is the old text or the new, never a part."""

from __future__ import annotations

import os
from pathlib import Path


def write_whole(path: Path, data: bytes) -> None:
    """Write a file durably: after any stop it holds either what it held or all of ``data``."""
    new = path.with_name(path.name + ".new")
    with new.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
    sync_folder(path.parent)


def replace_text(path: Path, text: str) -> None:
    """Write a small file so that a kill leaves what it held or all of ``text``.

    Unlike `write_whole` it does not wait for the disk: a loss of power may leave neither.
    """
    new = path.with_name(path.name + ".new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable, where the system lets folders be synced."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
