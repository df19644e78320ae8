"""The processes that answer a part of a batch: real ones, and what happens when they end."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from rag.assistant import Assistant
from rag.batches import processes, run
from rag.batches.processes import AnsweringProcess, start_processes
from rag.batches.question_files import Item
from rag.batches.rows import ask_one
from rag.errors import LibraryError, RagError
from rag.settings import load_settings
from tests.ended import is_over

PAPERS = [
    {"id": "g", "title": "On graphs", "abstract": "A graph has nodes. Each graph has edges."},
    {"id": "i", "title": "On images", "abstract": "An image has pixels. The image is square."},
]
TASKS = [(Item("a", "What has nodes?"), "d1"), (Item("b", "What has pixels?"), "d2")]


@pytest.fixture
def settings(tmp_path):
    """The settings of an index of two papers, without a model."""
    path = tmp_path / "papers.jsonl"
    path.write_text("".join(json.dumps(paper) + "\n" for paper in PAPERS))
    settings = load_settings(index=tmp_path / "index", embedder="static", llm="none")
    with contextlib.closing(Assistant.open(settings)) as assistant:
        assistant.ingest([str(path)])
    return settings


def timeless(row):
    return {key: value for key, value in row.items() if key != "seconds"}


def test_a_process_gives_the_rows_that_this_process_would(settings):
    with contextlib.closing(AnsweringProcess(settings, 2)) as process:
        process.wait_until_open()
        given = [process.ask(task) for task in TASKS]
    with contextlib.closing(Assistant.open(settings)) as assistant:
        expected = [ask_one(assistant, task) for task in TASKS]
    assert list(map(timeless, given)) == list(map(timeless, expected))
    assert [row["citations"][0]["paper"]["id"] for row in given] == ["g", "i"]
    with pytest.raises(RagError, match="has ended; run the same command to go on"):
        process.ask(TASKS[0])


def test_a_batch_with_processes_has_its_rows_in_order(settings, tmp_path):
    questions = [Item(f"q{i}", f"What has graph number {i}?") for i in range(40)]
    asked = []
    with (
        contextlib.closing(Assistant.open(settings)) as assistant,
        contextlib.closing(AnsweringProcess(settings, 2)) as process,
    ):
        ask = process.ask
        process.ask = lambda task: asked.append(task[0].id) or ask(task)
        out = tmp_path / "out.jsonl"
        summary = run.run(assistant, questions, out, concurrency=4, processes=[process])
        alone = tmp_path / "alone.jsonl"
        run.run(assistant, questions, alone, concurrency=1)
    rows, expected = (
        [timeless(json.loads(line)) for line in path.read_text().splitlines()]
        for path in (out, alone)
    )
    assert rows == expected
    assert (summary.asked, summary.left) == (40, 0)
    assert asked
    assert set(asked) < {item.id for item in questions}  # this process answered some itself


def test_a_process_that_cannot_open_says_why(tmp_path):
    settings = load_settings(index=tmp_path / "nothing", llm="none")
    with (
        contextlib.closing(AnsweringProcess(settings, 1)) as process,
        pytest.raises(LibraryError, match="there is no index"),
    ):
        process.wait_until_open()


def test_a_process_that_dies_stops_the_batch_and_loses_no_row(settings, tmp_path):
    questions = [Item(f"q{i}", f"What has graph number {i}?") for i in range(100)]
    out = tmp_path / "out.jsonl"
    with (
        contextlib.closing(Assistant.open(settings)) as assistant,
        contextlib.closing(AnsweringProcess(settings, 2)) as process,
    ):
        ask, asked = process.ask, itertools.count(1)

        def ask_then_die(task):
            if next(asked) == 5:
                os.kill(process._process.pid, signal.SIGKILL)
            return ask(task)

        process.ask = ask_then_die
        with pytest.raises(RagError, match="has ended; run the same command to go on"):
            run.run(assistant, questions, out, concurrency=4, processes=[process])
        kept = len((tmp_path / "out.jsonl.part").read_text().splitlines())
        summary = run.run(assistant, questions, out)
    assert 4 <= kept < 100
    assert (summary.asked, summary.left) == (100 - kept, 0)


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs /proc")
def test_a_process_ends_with_a_batch_that_is_killed(settings):
    program = (
        "import sys, time\n"
        "from rag.batches.processes import AnsweringProcess\n"
        "from rag.settings import load_settings\n"
        "if __name__ == '__main__':\n"
        f"    settings = load_settings(index={str(settings.index)!r}, llm='none')\n"
        "    process = AnsweringProcess(settings, 1)\n"
        "    process.wait_until_open()\n"
        "    print(process._process.pid, flush=True)\n"
        "    time.sleep(60)\n"
    )
    script = settings.index.with_name("program.py")
    script.write_text(program)
    process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE)
    pid = int(process.stdout.readline())
    process.kill()
    process.communicate()
    assert is_over(pid)


@pytest.mark.parametrize(
    ("cores", "questions", "concurrency", "llm", "shares"),
    [
        (8, 10_000, 64, "none", [16, 16, 16]),
        (2, 10_000, 64, "none", [32]),
        (8, 512, 32, "none", [16]),
        (8, 255, 32, "none", []),
        (8, 10_000, 8, "none", []),
        (1, 10_000, 64, "none", []),
        (8, 10_000, 64, "local", []),
    ],
)
def test_processes_are_started_where_they_are_worth_it(
    monkeypatch, cores, questions, concurrency, llm, shares
):
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    monkeypatch.setattr(processes, "AnsweringProcess", lambda settings, at_once: at_once)
    settings = load_settings(llm=llm, local_model="model.gguf")
    assert start_processes(settings, questions, concurrency) == shares
