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
from rag.models.downloads import SOURCES, fetch, sha256

FORMAT = 2  # rises whenever the prepared graph changes, so that older ones are made anew
_ABOUT = {
    "minilm": "finds papers worded unlike the question; `rag models get minilm` brings it",
    "e5": "reads a hundred languages, in four times the time; `rag models get e5` brings it",
}


def how_to_get(name: str) -> str:
    """Return what to do where a model is not there.

    >>> how_to_get("minilm")
    'run `rag models get minilm` to bring it'
    """
    return f"run `rag models get {name}` to bring it"


def get_model(name: str, folder: Path) -> Path:
    """Bring ``minilm`` or ``e5`` into a folder of its name in ``folder`` and return that folder.

    Does nothing where it is there and whole. Safe to run from two processes at once. See
    `rag.models.downloads` for where the files come from.

    Raises:
        ModelError: no place answers, or what came is not what its authors published.
    """
    target = folder / name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / f"{name}.lock"):
            if _whole(target):
                return target
            for left in folder.glob(f".{name}-*"):  # by a run that was killed
                shutil.rmtree(left)
            with tempfile.TemporaryDirectory(dir=folder, prefix=f".{name}-") as scratch:
                files, ready = Path(scratch) / "files", Path(scratch) / name
                files.mkdir()
                ready.mkdir()
                fetch(name, files)
                _prepare(name, files, ready)
                if target.exists():
                    shutil.rmtree(target)
                ready.replace(target)
    except OSError as error:
        raise ModelError(
            f"{folder} cannot be written: {error.strerror or error}; "
            "free the space or set RAG_MODELS to another folder"
        ) from error
    return target


def model_folder(name: str, folder: Path) -> Path | None:
    """Return the folder of a prepared model in ``folder``, None where there is none.

    Raises:
        ModelError: the folder may not be read.
    """
    target = folder / name
    try:
        files = _manifest(target)
        whole = bool(files) and all(
            (target / file).is_file() and (target / file).stat().st_size == size
            for file, (size, _) in files.items()
        )
    except OSError as error:
        raise ModelError(
            f"{target} cannot be read: {error.strerror or error}; "
            "correct its permissions or set RAG_MODELS to another folder"
        ) from error
    return target if whole else None


def list_models(folder: Path) -> list[dict[str, Any]]:
    """Return what ``rag models list`` shows: one entry per embedding model.

    ``bytes`` is the size on disk, None where the model is not there.
    """
    listed: list[dict[str, Any]] = []
    for name, about in _ABOUT.items():
        there = model_folder(name, folder)
        size = sum(file.stat().st_size for file in there.iterdir()) if there else None
        present = there is not None
        listed.append(
            {"name": name, "present": present, "dimension": 384, "bytes": size, "about": about}
        )
    about = "comes with the program, very fast, weaker on questions in other words"
    static = {"name": "static", "present": True, "dimension": 256, "bytes": None, "about": about}
    return [*listed, static]


def _prepare(name: str, files: Path, ready: Path) -> None:
    """Write the graph, the tokenizer and the manifest into ``ready``."""
    from safetensors.numpy import load_file

    from rag.models import e5
    from rag.models.minilm import build_encoder

    if name == "e5":
        weights, tokenizer = e5.read(files / "e5-small-q4.bin")
        tokenizer.save(str(ready / "tokenizer.json"), pretty=False)
    else:
        weights = load_file(files / "model.safetensors")
        shutil.copyfile(files / "tokenizer.json", ready / "tokenizer.json")
    (ready / "model.onnx").write_bytes(build_encoder(weights).SerializeToString())
    manifest = {
        "format": FORMAT,
        "source": next(iter(SOURCES[name].digests.values())),
        "onnxruntime": importlib.metadata.version("onnxruntime"),
        "files": {
            file: {"bytes": (ready / file).stat().st_size, "sha256": sha256(ready / file)}
            for file in ("model.onnx", "tokenizer.json")
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
