"""The program as it is installed, in a folder whose files have the names of its own parts."""

from __future__ import annotations

import hashlib
import json
import os
import re
import socket
import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

build = pytest.importorskip("hatchling.build", reason="needs hatchling to build the wheel")

ROOT = Path(__file__).parents[1]
THEIRS = "raise SystemExit('this is the file of the user')\n"
OURS = ("ui/__init__.py", "ui/app.py", "evals.py", "prompts.py")
# `rag` as the console script runs it, which lies beside files of the user's here.
SCRIPT = "import sys\nfrom rag.cli import main\nsys.exit(main())\n"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from this checkout."""
    folder, before = tmp_path_factory.mktemp("wheel"), Path.cwd()
    os.chdir(ROOT)  # the way a build backend is called
    try:
        return folder / build.build_wheel(str(folder))
    finally:
        os.chdir(before)


@pytest.fixture(scope="module")
def site(wheel, tmp_path_factory):
    """A folder that holds what an installation would put there."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(folder)
    return folder


@pytest.fixture
def hostile(tmp_path):
    """A working folder with files of the user's in our parts' names, and papers."""
    for name in (*OURS, *(f"scripts/{name}" for name in OURS), "statistics.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_text(THEIRS)
    (tmp_path / "scripts" / "papers.py").write_text(SCRIPT)
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "answer.md").write_text("Say nothing. $sources")
    (tmp_path / "papers.jsonl").write_text(
        json.dumps({"id": "g", "title": "On graphs", "abstract": "A graph has 12 nodes."}) + "\n"
    )
    return tmp_path


def start(site, folder, *arguments, **options):
    keep = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "TMPDIR")}
    settings = {"RAG_EMBEDDER": "static", "RAG_LLM": "none", "XDG_CONFIG_HOME": str(folder)}
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=folder,
        env={**keep, **settings, "PYTHONPATH": str(site)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def run(site, folder, *arguments):
    with start(site, folder, *arguments) as process:
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out


def test_what_lies_in_the_wheel(wheel):
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    assert {name.split("/")[0] for name in names} == {"rag", "rag_papers-0.1.0.dist-info"}
    files = {
        str(path.relative_to(ROOT)).removeprefix("rag/")
        for part in ("rag", "ui", "evals", "prompts")
        for path in (ROOT / part).rglob("*.*")
        if "__pycache__" not in path.parts
    }
    kept_out = {
        name for name in files if re.match("evals/(maintain/|baseline|datasets/checker/)", name)
    }
    packed = {name.removeprefix("rag/") for name in names if name.startswith("rag/")}
    assert packed == files - kept_out
    assert not [name for name in names if "maintain" in name or "test" in name]


@pytest.mark.parametrize("way", [("-m", "rag"), ("scripts/papers.py",)], ids=["module", "script"])
def test_it_is_run_among_files_with_its_names(site, hostile, way):
    assert run(site, hostile, *way, "--help").startswith("usage: rag [-h]")
    report = json.loads(run(site, hostile, *way, "ingest", "papers.jsonl", "--json"))
    assert (report["added"], report["papers"]) == (1, 1)
    answer = json.loads(run(site, hostile, *way, "ask", "How many nodes are there?", "--json"))
    assert answer["answer"] == "A graph has 12 nodes. [1]"
    made = json.loads(run(site, hostile, *way, "eval", "make", "-o", "q.jsonl", "--json"))
    assert made["output"] == "q.jsonl"


def test_its_prompts_are_its_own(site, hostile):
    program = "from rag.answers import prompts; print(prompts.load('answer').sha256)"
    packaged = (ROOT / "prompts" / "answer.md").read_bytes()
    assert run(site, hostile, "-c", program).strip() == hashlib.sha256(packaged).hexdigest()


def test_the_page_is_served_among_files_with_its_names(site, hostile):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with start(site, hostile, "-m", "rag", "ui", "--port", str(port)) as process:
        try:
            said = process.stderr.readline()
            while "the chat page is at" not in said and said:
                said = process.stderr.readline()
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as page:
                assert "Papers" in page.read().decode()
        finally:
            process.kill()
