"""A server that speaks OpenAI's protocol on this machine and fails in whatever way is asked.

    with FakeOpenAI(lambda request: say("Hel", "lo.")) as server:
        settings = load_settings(OPENAI_BASE_URL=server.base_url)

The script is called with each request and returns how to behave: ``say`` a text in pieces,
``fail`` with a status, ``vectors`` for embeddings, or any ``Reply`` made by hand.
"""

from __future__ import annotations

import itertools
import json
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

# Steps of a reply besides bytes (sent) and numbers (seconds to wait).
RESET = object()  # break the connection
HANG = object()  # say nothing more until the test is over

EVENTS = {"content-type": "text/event-stream"}
JSON = {"content-type": "application/json"}
DONE = b"data: [DONE]\n\n"
USAGE = (11, 7)


@dataclass(frozen=True)
class Request:
    """What was asked: ``number`` counts from 1."""

    number: int
    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]


@dataclass(frozen=True)
class Reply:
    """What to do: send the head, then take the steps one by one."""

    steps: Iterable[Any] = ()
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: EVENTS)


def event(data: Any) -> bytes:
    """One server-sent event; a string is sent as it is."""
    return f"data: {data if isinstance(data, str) else json.dumps(data)}\n\n".encode()


def chunk(content: str | None = None, *, finish: str | None = None) -> bytes:
    """One piece of a streamed chat completion."""
    choice = {"index": 0, "delta": {"content": content} if content else {}, "finish_reason": finish}
    return event(_completion([choice]))


def _completion(choices: list[Any], **more: Any) -> dict[str, Any]:
    kind = "chat.completion.chunk"
    return {"id": "1", "object": kind, "created": 1, "model": "fake", "choices": choices, **more}


def counted(prompt: int, completion: int) -> bytes:
    """The last event of a reply, with its token counts."""
    usage = {"prompt_tokens": prompt, "completion_tokens": completion}
    return event(_completion([], usage=usage | {"total_tokens": prompt + completion}))


def say(*pieces: str, finish: str | None = "stop", usage: tuple[int, int] | None = USAGE) -> Reply:
    """Stream the pieces as a chat completion."""
    role = {"index": 0, "delta": {"role": "assistant", "content": ""}, "finish_reason": None}
    steps = [event(_completion([role])), *map(chunk, pieces)]
    steps += [chunk(finish=finish)] if finish else []
    steps += [counted(*usage)] if usage else []
    return Reply([*steps, DONE])


def fail(
    status: int,
    message: str = "it failed",
    *,
    code: str | None = None,
    kind: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Reply:
    """Answer with an error in OpenAI's form."""
    body = {"error": {"message": message, "type": kind, "code": code, "param": None}}
    return Reply([json.dumps(body).encode()], status, {**JSON, **(headers or {})})


def vectors(rows: Iterable[Iterable[float]]) -> Reply:
    """Answer a request for embeddings."""
    data = [
        {"object": "embedding", "index": i, "embedding": list(row)} for i, row in enumerate(rows)
    ]
    usage = {"prompt_tokens": 1, "total_tokens": 1}
    body = {"object": "list", "data": data, "model": "fake", "usage": usage}
    return Reply([json.dumps(body).encode()], headers=JSON)


def in_turn(*replies: Reply) -> Callable[[Request], Reply]:
    """A script that gives one reply after the other, the last one again and again."""
    return lambda request: replies[min(request.number, len(replies)) - 1]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128  # else connections that come at once wait a second or three

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that leave; anything else is the script's fault."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class FakeOpenAI:
    """The server, while the ``with`` block lasts; ``requests`` is what it was asked.

    ``connections`` counts those that were opened.
    """

    def __init__(self, script: Callable[[Request], Reply]) -> None:
        self.requests: list[Request] = []
        self.connections = 0
        self.hung_up = threading.Event()  # a client left before the reply was over
        self._closing = threading.Event()
        self._lock = threading.Lock()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                fake.connections += 1
                super().setup()

            def do_POST(self) -> None:
                fake._answer(self, script)

            def do_GET(self) -> None:
                fake._answer(self, script)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.base_url = f"http://127.0.0.1:{self._server.server_port}/v1"
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    def __enter__(self) -> FakeOpenAI:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, handler: BaseHTTPRequestHandler, script: Callable[[Request], Reply]) -> None:
        length = int(handler.headers.get("content-length", 0))
        body = json.loads(handler.rfile.read(length)) if length else {}
        with self._lock:
            number = len(self.requests) + 1
            request = Request(number, handler.path, dict(handler.headers.items()), body)
            self.requests.append(request)
        reply = script(request)
        try:
            self._send(handler, reply)
        except OSError:
            self.hung_up.set()
            handler.close_connection = True

    def _send(self, handler: BaseHTTPRequestHandler, reply: Reply) -> None:
        steps = iter(reply.steps)
        first = next(steps, b"")
        if first in (RESET, HANG):  # before a word was said
            self._take(handler, first)
            return
        handler.send_response(reply.status)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        handler.send_header("transfer-encoding", "chunked")
        handler.end_headers()
        for step in itertools.chain([first], steps):
            if self._closing.is_set() or not self._take(handler, step):
                return
        handler.wfile.write(b"0\r\n\r\n")

    def _take(self, handler: BaseHTTPRequestHandler, step: Any) -> bool:
        """Take one step; False where the connection is over."""
        if isinstance(step, bytes):
            if step:
                handler.wfile.write(f"{len(step):x}\r\n".encode() + step + b"\r\n")
                handler.wfile.flush()
            return True
        if isinstance(step, (int, float)):
            time.sleep(step)
            return True
        handler.close_connection = True
        if step is RESET:  # no orderly end: the other side sees a reset
            time.sleep(0.1)  # a reset discards what the other side has not read yet
            linger = struct.pack("ii", 1, 0)
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            handler.connection.close()
        else:
            self._closing.wait(30)
        return False
