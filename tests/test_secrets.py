"""Planted secrets: none shows in anything that is printed, written, logged or served."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import urllib.request

import pytest

from rag.cli import main
from rag.index.chroma_files import Graph
from rag.settings import load_settings, without_secrets
from tests.fake_openai import FakeOpenAI, Reply, chunk, event, fail, say

KEY, TOKEN, PASSWORD = "planted-key-4711", "planted-token-4712", "planted-password-4713"
LEAK = f"You sent {KEY}, which is no key."  # as a server may say it again
REPLIES = {
    "well": lambda request: say("A graph ", "has nodes [1]."),
    "refused": lambda request: fail(401, LEAK),
    "wrong": lambda request: fail(400, LEAK),
    "broken": lambda request: fail(500, LEAK),
    "cut": lambda request: Reply([chunk("A graph "), event({"error": {"message": LEAK}})]),
    "garbage": lambda request: Reply([event("{" + LEAK)]),
}
COMMANDS = [
    ["ingest", "p.jsonl", "--index", "other"],
    ["search", "graph"],
    ["ask", "What does a graph have?"],
    ["ask", "What does a graph have?", "--json"],
    ["batch", "q.txt", "-o", "out.jsonl", "--json"],
    ["batch", "q.txt", "-o", "out.jsonl", "--retry-failed"],
    ["eval", "run", "eval.jsonl", "-o", "run"],
    ["papers", "list"],
    ["models", "list"],
    ["info"],
    ["info", "--json"],
]


@pytest.fixture
def planted(tmp_path, monkeypatch):
    """A folder with an index, questions and secrets in force."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAG_EMBEDDER", "static")
    rows = [{"id": "g", "title": "On graphs", "abstract": "A graph has nodes and edges."}]
    (tmp_path / "p.jsonl").write_text(json.dumps(rows[0]) + "\n")
    (tmp_path / "q.txt").write_text("What does a graph have?\n")
    (tmp_path / "eval.jsonl").write_text('{"question": "What does a graph have?"}\n')
    assert main(["ingest", "p.jsonl"]) == 0
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("RAG_CHROMA_TOKEN", TOKEN)
    monkeypatch.setenv("RAG_RETRIES", "0")
    monkeypatch.setenv("RAG_CACHE", str(tmp_path / "cache"))
    return tmp_path


def check(*texts: str) -> None:
    for text in texts:
        for secret in (KEY, TOKEN, PASSWORD):
            assert secret not in text


@pytest.mark.parametrize(
    ("reply", "debug"),
    [
        ("well", "0"),
        ("refused", "1"),
        ("wrong", "0"),
        ("broken", "1"),
        ("cut", "0"),
        ("garbage", "1"),
    ],
)
def test_no_command_shows_or_writes_a_secret(planted, capsys, caplog, monkeypatch, reply, debug):
    monkeypatch.setenv("RAG_DEBUG", debug)
    caplog.set_level(logging.DEBUG, "rag")
    with FakeOpenAI(REPLIES[reply]) as server:
        url = server.base_url.replace("://", f"://me:{PASSWORD}@")
        monkeypatch.setenv("OPENAI_BASE_URL", url)
        for command in COMMANDS:
            main(command)
    out, err = capsys.readouterr()
    check(out, err, *caplog.messages)
    assert server.requests
    written = [file for file in planted.rglob("*") if file.is_file()]
    assert len(written) > 5
    for file in written:
        check(file.read_bytes().decode("latin-1"))


def test_what_chroma_leaves_of_memory_in_its_files_is_blanked(planted, capsys):
    (lengths,) = (file for file in planted.rglob("length.bin"))
    assert lengths.stat().st_size > 0
    assert not lengths.read_bytes().strip(b"\0")
    lengths.write_bytes(KEY.encode().ljust(lengths.stat().st_size, b"\0"))
    assert main(["ingest", "p.jsonl", "--rebuild"]) == 0
    for file in planted.rglob("length.bin"):
        assert not file.read_bytes().strip(b"\0")


def test_room_for_more_vectors_is_blanked_and_the_vectors_stay(planted, capsys):
    (header,) = planted.rglob("header.bin")
    room = header.with_name("data_level0.bin")
    size = int.from_bytes(header.read_bytes()[28:36], "little")
    assert room.stat().st_size == 100 * size
    vectors = bytes(range(1, 101)) * (2 * size // 100 + 1)
    room.write_bytes(vectors[: 2 * size] + KEY.encode().ljust(98 * size, b"\0"))
    said = header.read_bytes()
    header.write_bytes(said[:20] + (2).to_bytes(8, "little") + said[28:])
    Graph(planted / ".rag")._blank()
    assert room.read_bytes() == vectors[: 2 * size] + bytes(98 * size)


def test_secrets_are_cut_out_of_any_text(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "rag.toml").write_text(
        f'OPENAI_API_KEY = "{KEY}"\nchroma_token = "{TOKEN}"\n'
        f'OPENAI_BASE_URL = "http://me:{PASSWORD}@host/v1"\n'
    )
    assert without_secrets(f"{KEY}, {TOKEN} and {PASSWORD}.") == "[key], [key] and [key]."
    assert KEY not in repr(load_settings())


def test_the_page_shows_no_secret(planted, monkeypatch):
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://me:{PASSWORD}@127.0.0.1:9/v1")
    process = subprocess.Popen(
        [sys.executable, "-m", "rag.cli", "ui", "--port", "17391"],
        env={**os.environ, "GRADIO_ANALYTICS_ENABLED": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        lines = []
        while "http://" not in (lines[-1] if lines else ""):
            lines.append(process.stdout.readline())
            assert process.poll() is None, lines
        for path in ("", "config", "gradio_api/info"):
            with urllib.request.urlopen(f"http://127.0.0.1:17391/{path}", timeout=60) as page:
                check(page.read().decode())
    finally:
        process.terminate()
        rest, _ = process.communicate(timeout=60)
    check(*lines, rest)
