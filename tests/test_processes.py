"""Real processes: kills, several at once, a real Chroma server."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from conftest import chroma_server

from rag.assistant import Assistant
from rag.errors import LibraryError
from rag.index import chroma_files
from rag.settings import load_settings

WORDS = "graph image speech protein weather music poetry robot river stone".split()


def write_papers(path: Path, count: int, prefix: str = "p") -> None:
    """Write papers of two passages each, all different."""
    rng = random.Random(prefix)
    with path.open("w", encoding="utf-8") as out:
        for number in range(count):
            sentences = [
                f"{' '.join(rng.choices(WORDS, k=9)).capitalize()} {prefix}{number} {i}."
                for i in range(24)
            ]
            row = {
                "id": f"{prefix}{number}",
                "title": f"On {number}",
                "abstract": " ".join(sentences),
            }
            out.write(json.dumps(row) + "\n")


def command(*arguments: str, index: Path, **environment: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-m", "rag.cli", *arguments, "--index", str(index), "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "RAG_EMBEDDER": "static", "RAG_LLM": "none", **environment},
    )


def run(*arguments: str, index: Path, **environment: str) -> dict:
    process = command(*arguments, index=index, **environment)
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return json.loads(out)


def state(index: Path, **settings) -> tuple[list, list]:
    """Return the library and the top ten of some queries."""
    assistant = Assistant.open(
        load_settings(index=index, embedder="static", llm="none", **settings)
    )
    hits = [
        [(hit.paper.id, round(hit.score, 5)) for hit in assistant.search(f"{a} {b} p7")]
        for a, b in zip(WORDS, WORDS[3:], strict=False)
    ]
    papers = assistant.papers()
    assistant.close()
    return papers, hits


@pytest.mark.embedded("two libraries are compared")
def test_killed_ingests_end_as_an_undisturbed_one(tmp_path):
    papers = tmp_path / "papers.jsonl"
    write_papers(papers, 600)
    run("ingest", str(papers), index=tmp_path / "whole")
    index = tmp_path / "killed"
    rng = random.Random(1)
    kills = 0
    for _ in range(4):
        process = command("ingest", str(papers), index=index)
        marker = index / "unfinished.json"
        while process.poll() is None and not marker.exists():
            time.sleep(0.005)
        time.sleep(rng.random() * 0.5)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.communicate(timeout=60)
        if marker.exists():
            told = run("info", index=index)["unfinished"]
            assert told == {"command": "ingest", "running": False}
    assert kills > 0
    report = run("ingest", str(papers), index=index)
    assert report["papers"] == 600
    assert run("info", index=index)["unfinished"] is None
    assert state(index) == state(tmp_path / "whole")


def test_a_reader_sees_what_another_process_adds(tmp_path):
    index = tmp_path / "index"
    write_papers(tmp_path / "a.jsonl", 50, "a")
    write_papers(tmp_path / "b.jsonl", 50, "b")
    run("ingest", str(tmp_path / "a.jsonl"), index=index)
    reader = Assistant.open(load_settings(index=index, embedder="static", llm="none"))
    assert reader.search("b7")[0].paper.id.startswith("a")
    run("ingest", str(tmp_path / "b.jsonl"), index=index)
    ended = time.monotonic()
    while reader.search("b7", k=1)[0].paper.id != "b7":
        assert time.monotonic() - ended < 2.0
        time.sleep(0.05)
    # The vectors are seen too, not only the words.
    assert all(hit.dense is not None for hit in reader.search("b7 graph image", k=1))
    reader.close()


def test_two_writers_take_turns(tmp_path):
    index = tmp_path / "index"
    for name in "ab":
        write_papers(tmp_path / f"{name}.jsonl", 200, name)
    writers = [command("ingest", str(tmp_path / f"{name}.jsonl"), index=index) for name in "ab"]
    for writer in writers:
        _, err = writer.communicate(timeout=120)
        assert writer.returncode == 0, err
    assert run("info", index=index)["papers"] == 400


@pytest.mark.embedded("two libraries are compared")
def test_shards_ingested_side_by_side_into_a_server_make_one_library(tmp_path, chroma):
    papers = tmp_path / "papers.jsonl"
    write_papers(papers, 120)
    run("ingest", str(papers), index=tmp_path / "alone")
    machines = [
        command(
            "ingest",
            str(papers),
            "--shard",
            f"{n}/2",
            index=tmp_path / f"m{n}",
            RAG_CHROMA_URL=chroma,
        )
        for n in (1, 2)
    ]
    for machine in machines:
        _, err = machine.communicate(timeout=120)
        assert machine.returncode == 0, err
    together = state(tmp_path / "m1", chroma_url=chroma)
    assert together == state(tmp_path / "alone")
    assert state(tmp_path / "elsewhere", chroma_url=chroma) == together


def test_a_server_that_is_down_is_one_clear_line(tmp_path):
    process = command("search", "x", index=tmp_path, RAG_CHROMA_URL="http://127.0.0.1:9")
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (1, "")
    assert err.startswith("error: the Chroma server at 127.0.0.1:9 cannot be used")
    assert err.count("\n") == 1


def test_the_token_goes_along_as_a_header_and_shows_nowhere(tmp_path):
    seen = []

    class Refuse(BaseHTTPRequestHandler):
        def do_GET(self):
            seen.append(self.headers["x-chroma-token"])
            self.send_error(403)

        def log_message(self, *arguments):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Refuse) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        plain = {"RAG_CHROMA_TOKEN": "planted-4714"}
        for scheme, sent in (("http", {"planted-4714"}), ("https", set())):
            seen.clear()
            url = f"{scheme}://127.0.0.1:{server.server_port}"
            process = command("search", "x", index=tmp_path, RAG_CHROMA_URL=url, **plain)
            out, err = process.communicate(timeout=60)
            assert (process.returncode, out, set(seen)) == (1, "", sent)
            assert err.startswith("error: the Chroma server at 127.0.0.1:")
            assert err.count("\n") == 1
            assert "planted" not in err
        server.shutdown()


@pytest.mark.embedded("it has a server of its own")
def test_an_assistant_recovers_when_its_server_is_back(tmp_path):
    papers = tmp_path / "papers.jsonl"
    write_papers(papers, 30)
    with chroma_server(tmp_path / "data") as (url, server):
        port = int(url.rpartition(":")[2])
        settings = load_settings(
            index=tmp_path / "m", chroma_url=url, embedder="static", llm="none"
        )
        assistant = Assistant.open(settings)
        assistant.ingest([str(papers)])
        before = assistant.search("graph p7")
        # Killed in the middle of a query: a server that is stopped takes it but never answers.
        server.send_signal(signal.SIGSTOP)
        failed: list[BaseException] = []

        def search() -> None:
            try:
                assistant.search("graph p7")
            except LibraryError as error:
                failed.append(error)

        asking = threading.Thread(target=search)
        asking.start()
        asking.join(0.5)
        assert asking.is_alive()
        server.kill()
        server.wait(timeout=30)
        asking.join(30)
        assert str(failed[0]).startswith(f"the Chroma server at 127.0.0.1:{port} cannot")
        for act in (lambda: assistant.search("graph p7"), lambda: assistant.ask("What is p7?")):
            with pytest.raises(
                LibraryError, match=f"^the Chroma server at 127.0.0.1:{port} cannot"
            ):
                act()
    with chroma_server(tmp_path / "data", port):
        assert assistant.search("graph p7") == before
        assistant.close()


@pytest.mark.embedded("it starts a server of its own")
def test_the_engines_tests_pass_against_a_server():
    files = [str(Path(__file__).with_name(name)) for name in ("test_assistant.py",)]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--server", *files], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.embedded("a server keeps its own log")
def test_a_long_write_leaves_next_to_nothing_in_the_log(assistant, tmp_path, monkeypatch):
    """Every process that opens the store reads the log: 5 s for a part that was not rewritten."""
    monkeypatch.setattr(chroma_files, "_WORTH", 20)
    monkeypatch.setattr(chroma_files, "_MOST", 40)
    monkeypatch.setattr(chroma_files, "_PAST", 1)
    file = tmp_path / "many.jsonl"
    rows = [{"id": f"p{i}", "title": f"Paper {i}", "abstract": "A graph."} for i in range(100)]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert assistant.ingest([str(file)]).passages == 100
    store = assistant.index.store
    # Three parts of 100 // 3 - 1 records were written.
    assert chroma_files.Graph(assistant.settings.index)._pending(str(store._collection.id)) == 4
    assistant.remove([f"p{i}" for i in range(90)])
    assert chroma_files.Graph(assistant.settings.index)._pending(str(store._collection.id)) == 4
    assert assistant.search("Paper 95")[0].paper.id == "p95"
