"""How long many who ask at once wait: ``python -m evals.maintain.bench_ui``.

Serves the page as ``rag ui`` does, over the sample library and a model that says its first word
after a second, and asks through Gradio's queue as browsers do. Each person's model speaks of
that person alone, so a word in the wrong place is seen.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from asyncio import StreamReader
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

SAMPLE = Path(__file__).parents[1] / "datasets" / "sample" / "papers.jsonl"
_PERSON = re.compile(r"person (\d+)")


@dataclass(frozen=True, slots=True)
class Waited:
    """How one person fared, in seconds from asking; ``foreign`` names whose words they saw."""

    person: int
    first_words: float
    answer: float
    updates: int
    foreign: tuple[int, ...]


class _Model(BaseHTTPRequestHandler):
    """Speaks OpenAI's protocol: waits, then says words that name the person who asks."""

    protocol_version = "HTTP/1.1"
    first_token = 1.0
    words = 120
    between = 0.03

    def do_POST(self) -> None:  # the name that http.server calls
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        found = _PERSON.findall(body)
        person = found[-1] if found else "0"
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        time.sleep(self.first_token)
        for number in range(self.words):
            end = f" of person {person} [1]. " if number % 20 == 19 else " "
            self._say({"content": f"word{number}{end}"})
            time.sleep(self.between)
        self._say({}, "stop")
        self._send(b"data: [DONE]\n\n")
        self._send(b"")

    def _say(self, delta: dict[str, str], finish: str | None = None) -> None:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        event = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "bench"}
        self._send(f"data: {json.dumps(event | {'choices': [choice]})}\n\n".encode())

    def _send(self, data: bytes) -> None:
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


def serve_model(port: int) -> None:
    """Serve the model until killed: a process of its own, which takes no time of the page's."""
    _Server(("127.0.0.1", port), _Model).serve_forever()


@contextlib.asynccontextmanager
async def _reply(url: str, path: str, body: bytes | None = None) -> AsyncIterator[StreamReader]:
    """Ask the page; the reader is at the reply's body.

    Plain HTTP/1.0 over a connection of its own: a client of more comfort takes as much of the
    machine's time as the page does, which people's browsers do not.
    """
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port, limit=2**24)
    try:
        head = f"{'GET' if body is None else 'POST'} {path} HTTP/1.0\r\nhost: {address.netloc}\r\n"
        if body is not None:
            head += f"content-type: application/json\r\ncontent-length: {len(body)}\r\n"
        writer.write(head.encode() + b"\r\n" + (body or b""))
        status = await reader.readline()
        if b" 200 " not in status:
            raise SystemExit(f"the page answers {status.decode().strip()}")
        while (await reader.readline()).strip():
            pass
        yield reader
    finally:
        writer.close()


async def _lines(
    url: str, config: dict[str, Any], person: int, event: str, data: Any = None
) -> AsyncIterator[str]:
    """Do what a browser does on one of the page's events; yield what the server says, as it comes.

    Each person has one session of Gradio's, whatever they do.
    """
    function = next(d for d in config["dependencies"] if d["targets"][0][1] == event)
    body = {
        "data": [],
        "event_data": data,
        "fn_index": function["id"],
        "trigger_id": function["targets"][0][0],
        "session_hash": f"person{person}",
    }
    async with _reply(url, "/gradio_api/queue/join", json.dumps(body).encode()) as reader:
        await reader.read()
    async with _reply(url, f"/gradio_api/queue/data?session_hash=person{person}") as reader:
        while line := await reader.readline():
            if line.startswith(b"data:"):
                yield line.decode()
                if b'"msg":"process_completed"' in line.replace(b" ", b""):
                    return


async def ask(url: str, config: dict[str, Any], person: int) -> Waited:
    """Ask as a browser does; return how long it took."""
    question = f"What does dense retrieval do, asks person {person}?"
    asked = {"id": f"p{person}", "question": question, "history": [], "filters": {}}
    started = time.perf_counter()
    first = 0.0
    said: list[str] = []
    async for line in _lines(url, config, person, "ask", asked):
        if "word0" in line and not first:
            first = time.perf_counter() - started
        said.append(line)
    answer = time.perf_counter() - started
    seen = {int(n) for line in said for n in _PERSON.findall(line)}
    return Waited(person, first, answer, len(said), tuple(sorted(seen - {person})))


async def ask_model(url: str, person: int) -> float:
    """Ask the model itself; return in how many seconds its first word came."""
    asked = {"messages": [{"role": "user", "content": f"asks person {person}"}]}
    started = time.perf_counter()
    first = 0.0
    async with _reply(url, "/v1/chat/completions", json.dumps(asked).encode()) as reader:
        while line := await reader.readline():
            if b"word0" in line and not first:
                first = time.perf_counter() - started
    return first


async def ask_model_at_once(url: str, people: int) -> list[float]:
    """Have many people ask the model itself at the same moment: what no page can be faster than."""
    return list(await asyncio.gather(*(ask_model(url, n) for n in range(1, people + 1))))


async def ask_at_once(url: str, people: int) -> list[Waited]:
    """Have many people open the page, one after the other, and ask at the same moment."""
    async with _reply(url, "/config") as reader:
        config = json.loads(await reader.read())
    for person in range(people + 1):
        async for _ in _lines(url, config, person, "load"):
            pass
    await ask(url, config, 0)  # what is loaded with the first question is not measured
    return list(await asyncio.gather(*(ask(url, config, n) for n in range(1, people + 1))))


def main(argv: Sequence[str] | None = None) -> int:
    """Print the figures; exit 1 where somebody saw another's words or got none."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=40, help="who ask at once (40)")
    parser.add_argument("--rounds", type=int, default=3, help="how often they do (3)")
    parser.add_argument("--embedder", default="static", help="for the sample library (static)")
    parser.add_argument("--port", type=int, default=7911, help="and the one after it (7911)")
    arguments = parser.parse_args(argv)
    rounds = list(_rounds(arguments))
    waited = [one for each, _ in rounds for one in each]
    for name, values in (
        ("the model's own first words", [own for _, each in rounds for own in each]),
        ("time to first words", [one.first_words for one in waited]),
        ("time to the whole answer", [one.answer for one in waited]),
    ):
        p50, p95 = statistics.median(values), _percentile(values, 95)
        _print(f"{name}: p50 {p50:.2f} s, p95 {p95:.2f} s, most {max(values):.2f} s")
    updates = statistics.median(one.updates for one in waited)
    _print(f"updates an answer: {updates:.0f}")
    foreign = [one for one in waited if one.foreign]
    silent = [one for one in waited if not one.first_words]
    _print(f"saw another's words: {len(foreign)}; got none: {len(silent)}")
    return 1 if foreign or silent else 0


def _rounds(arguments: argparse.Namespace) -> Iterator[tuple[list[Waited], list[float]]]:
    with tempfile.TemporaryDirectory() as folder:
        index = str(Path(folder) / "index")
        rag = [sys.executable, "-m", "rag.cli"]
        subprocess.run(  # noqa: S603
            [*rag, "ingest", "--index", index, str(SAMPLE), "--embedder", arguments.embedder],
            check=True,
        )
        model = (
            f"from evals.maintain.bench_ui import serve_model; serve_model({arguments.port + 1})"
        )
        page = [*rag, "ui", "--index", index, "--port", str(arguments.port)]
        service = f"http://127.0.0.1:{arguments.port + 1}/"
        settings = {"OPENAI_BASE_URL": f"{service}v1"}
        with (
            _running([sys.executable, "-c", model], {}),
            _running(page, settings) as served,
        ):
            url = f"http://127.0.0.1:{arguments.port}/"
            _wait_for(url, served)
            for _ in range(arguments.rounds):
                own = asyncio.run(ask_model_at_once(service, arguments.people))
                yield asyncio.run(ask_at_once(url, arguments.people)), own


@contextlib.contextmanager
def _running(command: Sequence[str], settings: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process until the block ends."""
    process = subprocess.Popen(command, env=os.environ | settings)  # noqa: S603
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _wait_for(url: str, process: subprocess.Popen[bytes]) -> None:
    while process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5):  # noqa: S310
            return
        time.sleep(0.2)
    raise SystemExit("the page did not start")


def _percentile(values: Sequence[float], percent: int) -> float:
    """Return the value that ``percent`` of them do not exceed (nearest rank)."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)]


def _print(line: str) -> None:
    print(line)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
