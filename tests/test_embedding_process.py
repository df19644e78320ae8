"""The process that makes static vectors while papers are stored: a real one."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from rag.assistant import Assistant
from rag.errors import RagError
from rag.models import embedding_process
from rag.models.embedders import embed
from rag.models.local_embedders import static
from rag.settings import load_settings
from tests.ended import is_over

TEXTS = ["A graph has nodes.", "", "An image has <s> pixels.", "Each graph has edges."]
PAPERS = [
    {"id": f"p{i}", "title": f"On {word}", "abstract": f"We find {word} in trees. It helps."}
    for i, word in enumerate(["moss", "ants", "nests", "sap", "bark", "beetles"])
]


@pytest.fixture
def papers(tmp_path):
    path = tmp_path / "papers.jsonl"
    path.write_text("".join(json.dumps(paper) + "\n" for paper in PAPERS))
    return str(path)


@pytest.fixture
def started(monkeypatch):
    """The processes that are started."""
    processes = []
    start = subprocess.Popen

    def noted(*arguments, **options):
        processes.append(start(*arguments, **options))
        return processes[-1]

    monkeypatch.setattr(embedding_process.subprocess, "Popen", noted)
    return processes


def stored(folder, papers):
    """Ingest; return each passage with its vector."""
    settings = load_settings(index=folder, embedder="static", llm="none")
    with contextlib.closing(Assistant.open(settings)) as assistant:
        report = assistant.ingest([papers])
        assert (report.added, report.embedded) == (len(PAPERS), len(PAPERS))
        store = assistant.index.store
        return {name: row.tobytes() for name, row in store.vectors(store.passage_ids()).items()}


def asked(process, texts):
    process.ask(texts)
    return process.take()


def test_the_vectors_are_those_of_this_process(started):
    with embedding_process.EmbeddingProcess("static:2") as process:
        found = [asked(process, texts) for texts in (TEXTS, TEXTS[:1], [])]
    for texts, rows in zip((TEXTS, TEXTS[:1], []), found, strict=True):
        np.testing.assert_array_equal(rows, embed(static(), texts))
    assert [process.returncode for process in started] == [-signal.SIGKILL]


def test_a_large_ingest_has_such_a_process_and_stores_the_same(
    started, monkeypatch, tmp_path, papers
):
    alone = stored(tmp_path / "alone", papers)
    assert started == []
    monkeypatch.setattr(embedding_process, "_FEWEST", len(PAPERS))
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr("rag.index.index._BATCHES", {"static": 2})  # three batches
    assert stored(tmp_path / "beside", papers) == alone
    assert len(alone) == len(PAPERS)
    assert [process.returncode for process in started] == [-signal.SIGKILL]


@pytest.mark.parametrize(
    ("cores", "papers", "expected"), [(2, 5_000, True), (2, 4_999, False), (1, 5_000, False)]
)
def test_it_is_worth_it_where_there_is_time_and_a_core_to_win(monkeypatch, cores, papers, expected):
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert embedding_process.is_worth_it(papers) is expected


@pytest.mark.parametrize("first", [[], [TEXTS]])
def test_what_it_dies_of_is_told_and_the_same_command_goes_on(first, started):
    with embedding_process.EmbeddingProcess("static:2") as process:
        for texts in first:
            asked(process, texts)
        started[0].kill()
        started[0].wait()
        with pytest.raises(RagError, match="has ended; run the same command again to go on"):
            asked(process, ["text" * 100_000])


def test_an_ingest_that_loses_it_is_finished_by_the_same_command(
    started, monkeypatch, tmp_path, papers
):
    with monkeypatch.context() as patch:
        patch.setattr("rag.assistant.is_worth_it", lambda _: True)
        patch.setattr("rag.index.index._BATCHES", {"static": 2})
        patch.setattr(
            "rag.index.store.Store.add", lambda *_: os.kill(started[0].pid, signal.SIGKILL)
        )
        with pytest.raises(RagError, match="run the same command again"):
            stored(tmp_path / "index", papers)
    assert stored(tmp_path / "index", papers) == stored(tmp_path / "alone", papers)


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs /proc")
def test_it_ends_with_an_ingest_that_is_killed(tmp_path):
    script = tmp_path / "program.py"
    script.write_text(
        "import subprocess, time\n"
        "from rag.models import embedding_process\n"
        "start = subprocess.Popen\n"
        "def noted(*arguments, **options):\n"
        "    process = start(*arguments, **options)\n"
        "    print(process.pid, flush=True)\n"
        "    return process\n"
        "embedding_process.subprocess.Popen = noted\n"
        "with embedding_process.EmbeddingProcess('static:2') as process:\n"
        "    process.ask(['a graph'])\n"
        "    process.take()\n"
        "    print('ready', flush=True)\n"
        "    time.sleep(60)\n"
    )
    process = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE)
    pid = int(process.stdout.readline())
    assert process.stdout.readline() == b"ready\n"
    process.kill()
    process.communicate()
    assert is_over(pid)
