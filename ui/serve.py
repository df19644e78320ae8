"""How the page is served: to whom, with which limits, and with nothing from elsewhere.

`Guard` stands before everything that is served, Gradio's own routes included. In its order: the
name by which one came, the origin of the page that asks, the password, whose files are named.
"""

from __future__ import annotations

import contextlib
import ipaddress
import json
import os
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import gradio as gr
from gradio.routes import App, ORJSONResponse
from mcp.server.fastmcp import FastMCP
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request, cookie_parser
from starlette.responses import JSONResponse, PlainTextResponse, Response

from rag.errors import SettingsError
from ui import tools, uploads
from ui.access import Door, address_of, login_page, refusal
from ui.uploads import Uploads

_HERE = Path(__file__).parent
_LARGEST_UPLOAD = "100mb"
_LARGEST_CALL = 32 * 2**20  # bytes of what the page's script sends: a conversation at the most
_THREADS = 96  # each answer that is being written holds one
# Gradio builds functions from strings and sets styles inline; nothing else may come from
# anywhere but this server, whatever finds its way into the page.
_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'self'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_NOT_HERE = "This page answers to this machine only; start it with --auth to reach it by this name."
_FOREIGN = "This page takes nothing that another site sends."
_NOT_YOURS = "Only files that this browser uploaded can be read; upload them again."
# Routes of Gradio's that hand out or fetch files, or keep what was shown: the page uses none.
_CLOSED = ("file=", "file/", "proxy=", "stream/", "deep_link", "run-history", "dev/", "runs")
_CALLS = ("queue/join", "run/", "api/", "call/", "component_server")
_API = "/gradio_api/"
_SANS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
_MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]

Message = MutableMapping[str, Any]


class Guard:
    """Stands before an application: turns away what may not come in, adds headers to the rest."""

    def __init__(
        self,
        app: Any,
        *,
        only_here: bool,
        door: Door | None,
        files: Uploads,
        server: FastMCP | None,
        page: gr.Blocks,
    ) -> None:
        """Take the application, and what decides.

        Args:
            app: what is served.
            only_here: answer to this machine's own names only. A page elsewhere whose name is
                made to lead to this machine could otherwise read along.
            door: asks for a password; None lets everybody in.
            files: who uploaded what.
            server: the tools for other programs, where they are offered.
            page: what is served.
        """
        self._app = app
        self._only_here = only_here
        self._door = door
        self._files = files
        self._server = server
        self._page = page
        self._tools = server.streamable_http_app() if server else None
        self._starting = True  # Gradio's launch itself asks once, without a password

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        """Serve one request, or the whole life of the server."""
        if scope["type"] == "lifespan":
            async with contextlib.AsyncExitStack() as stack:
                if self._server:
                    await stack.enter_async_context(self._server.session_manager.run())
                await self._app(scope, receive, send)
            return
        if scope["type"] == "websocket":  # the page opens none
            await receive()
            await send({"type": "websocket.close", "code": 1008})  # before it is open: HTTP 403
            return
        headers = Headers(scope=scope)
        visit = cookie_parser(headers.get("cookie", "")).get(uploads.COOKIE, "")
        new = "" if uploads.is_visit(visit) else uploads.new_visit()
        foreign = _is_foreign(headers)

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                made = MutableHeaders(scope=message)
                made.update(_HEADERS)
                for name in [name for name in made if name.startswith("access-control-")]:
                    if foreign:
                        del made[name]
                if new and scope["path"] in ("/", f"{_API}upload"):
                    made.append("set-cookie", _cookie(new, _is_secure(scope, headers)))
            await send(message)

        answer = await self._refuse(scope, receive, headers, foreign=foreign)
        if answer is not None:
            await answer(scope, receive, with_headers)
        elif self._tools and scope["path"].rstrip("/") in tools.PATHS:
            await self._talk(scope, receive, with_headers)
        elif scope["path"].rstrip("/") == f"{_API}upload":
            await self._upload(scope, receive, with_headers, new or visit)
        elif scope["method"] == "POST" and _below_api(scope["path"]).startswith(_CALLS):
            await self._call(scope, receive, with_headers, new or visit)
        else:
            await self._app(scope, receive, with_headers)

    async def _refuse(
        self, scope: Message, receive: Any, headers: Headers, *, foreign: bool
    ) -> Response | None:
        """Return the answer to a request that may not come in, or that is about coming in."""
        path, method = scope["path"], scope["method"]
        if self._only_here and not _is_this_machine(_host(headers.get("host", ""))):
            return PlainTextResponse(_NOT_HERE, 403)
        if foreign and method not in ("GET", "HEAD"):
            return PlainTextResponse(_FOREIGN, 403)
        if self._door is not None:
            if self._starting and path == f"{_API}startup-events":
                self._starting = False
                return None
            if path.rstrip("/") == "/login":
                if method == "POST":
                    secure = _is_secure(scope, headers)
                    return await self._door.log_in(Request(dict(scope), receive), secure=secure)
                return login_page()
            admitted = self._door.admits(headers, address_of(scope))
            if admitted is not True:
                html = method == "GET" and "text/html" in headers.get("accept", "")
                response = refusal(admitted, html=html)
                if path.rstrip("/") in tools.PATHS:  # a browser would open a dialogue of its own
                    response.headers["WWW-Authenticate"] = 'Basic realm="Papers", charset="UTF-8"'
                return response
        if _below_api(path).startswith(_CLOSED):
            return PlainTextResponse("Not found", 404)
        return None

    async def _upload(self, scope: Message, receive: Any, send: Any, visit: str) -> None:
        """Have files stored, and remember whose they are before anybody knows where they are."""
        sent: list[Message] = []

        async def hold(message: Message) -> None:
            sent.append(message)

        # Gradio moves a file into its place after its answer.
        await self._app(_uncompressed(scope), receive, hold)
        status = next((m["status"] for m in sent if m["type"] == "http.response.start"), 500)
        if status == 200:
            body = b"".join(m.get("body", b"") for m in sent if m["type"] == "http.response.body")
            self._files.note(visit, json.loads(body))
        for message in sent:
            await send(message)

    async def _call(self, scope: Message, receive: Any, send: Any, visit: str) -> None:
        """Pass on what the page's script calls, where its data and its files are in order."""
        body = await _whole(receive)
        answer: Response | None = None
        if body is None:
            answer = PlainTextResponse("Too large", 413)
        elif Headers(scope=scope).get("content-type", "").partition(";")[0] != "application/json":
            answer = JSONResponse({"detail": "Send JSON."}, 415)
        else:
            try:
                data = json.loads(body)
                named = list(_paths(data.get("data"))) if isinstance(data, dict) else None
            except (ValueError, RecursionError):
                named = None
            if named is None or (
                scope["path"].rstrip("/").endswith("component_server") and not self._is_known(data)
            ):
                answer = JSONResponse({"detail": "This is no call; send a JSON object."}, 400)
            elif not all(self._files.holds(visit, path) for path in named):
                answer = JSONResponse({"detail": _NOT_YOURS}, 403)
        if answer is not None:
            await answer(scope, receive, send)
            return
        await self._app(scope, _again(body or b"", receive), send)

    async def _talk(self, scope: Message, receive: Any, send: Any) -> None:
        """Pass on what is said over MCP, where it is JSON; at some else the package fails."""
        if scope["method"] == "POST":
            body = await _whole(receive)
            if body is None:
                await PlainTextResponse("Too large", 413)(scope, receive, send)
                return
            try:
                json.loads(body)
            except (ValueError, RecursionError):
                error = {"code": -32700, "message": "Parse error: this is no JSON"}
                answer = JSONResponse({"jsonrpc": "2.0", "id": None, "error": error}, 400)
                await answer(scope, receive, send)
                return
            receive = _again(body, receive)
        await self._tools({**scope, "path": "/mcp"}, receive, send)  # type: ignore[misc]

    def _is_known(self, call: Mapping[str, Any]) -> bool:
        """Say whether a function of a part of the page is called; Gradio fails at others."""
        part, session = call.get("component_id"), call.get("session_hash")
        texts = isinstance(session, str) and isinstance(call.get("fn_name"), str)
        return texts and type(part) is int and part in self._page.blocks


async def _whole(receive: Any) -> bytes | None:
    """Return a request's body; None where it is too large."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > _LARGEST_CALL:
            return None
        if not message.get("more_body"):
            return b"".join(parts)


def _again(body: bytes, receive: Any) -> Callable[[], Awaitable[Message]]:
    """Give a body that was read once more, and then what comes."""
    given = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive_again() -> Message:
        return next(given, None) or await receive()

    return receive_again


def _paths(data: Any) -> Iterator[object]:
    """Yield what is named as a file anywhere in a call's data: Gradio would open or fetch it."""
    waiting = [data]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            meta = each.get("meta")
            if "path" in each and isinstance(meta, dict) and "_type" in meta:
                yield each["path"]
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each


def _below_api(path: str) -> str:
    """Return a path without the prefix of Gradio's own routes, which also work without it."""
    return path.removeprefix(_API).lstrip("/")


def _uncompressed(scope: Message) -> Message:
    headers = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
    return {**scope, "headers": headers}


def _cookie(visit: str, secure: bool) -> str:
    end = "; Secure" if secure else ""
    return f"{uploads.COOKIE}={visit}; Path=/; HttpOnly; SameSite=Lax{end}"


def _is_secure(scope: Message, headers: Headers) -> bool:
    said = headers.get("x-forwarded-proto", "").partition(",")[0].strip()
    return "https" in (scope.get("scheme"), said)


def _host(address: str) -> str:
    try:
        return urlsplit(f"//{address}").hostname or ""
    except ValueError:
        return ""


def _is_foreign(headers: Headers) -> bool:
    """Say whether a page of another site asks; browsers say where a page came from."""
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site") in ("cross-site", "same-site")
    asked = [headers.get("host", ""), *headers.get("x-forwarded-host", "").split(",")]
    asked = [host.strip().lower() for host in asked]
    try:
        came = urlsplit(origin)
    except ValueError:
        return True
    return came.scheme not in ("http", "https") or came.netloc.lower() not in asked


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_access(host: str, auth: str | None, *, no_auth: bool) -> None:
    """Let a page be reached from other machines only with a password, or knowingly without.

    Raises:
        SettingsError: neither holds, or the password has another form.
    """
    if auth is not None:
        user, colon, password = auth.partition(":")
        if not (user and colon and password):
            raise SettingsError("--auth takes USER:PASS; give both")
    elif not no_auth and not _is_this_machine(host):
        raise SettingsError(
            f"anyone who reaches {host} could read and fill the library; give --auth USER:PASS, "
            "or --no-auth if that is meant"
        )


class _App(App):
    """Gradio's application behind our guard, before whatever Gradio puts around it."""

    guard: dict[str, Any]

    def build_middleware_stack(self) -> Any:
        """Put the guard in front."""
        return Guard(super().build_middleware_stack(), **self.guard)


def launch(
    page: gr.Blocks,
    host: str,
    port: int,
    *,
    auth: str | None,
    no_auth: bool,
    token: str | None = None,
    files: Uploads,
    server: FastMCP | None = None,
) -> str:
    """Start to serve the page; return its address.

    Without a password, and unless that is meant, it answers to this machine's own names only.

    Raises:
        SettingsError: the port is taken or the host is not one of this machine's.
    """
    # Else uvicorn believes what any program on this machine says of where it comes from.
    os.environ.setdefault("FORWARDED_ALLOW_IPS", "")
    app = _App(default_response_class=ORJSONResponse)
    door = Door(auth, token) if auth else None
    only_here = auth is None and not no_auth
    app.guard = {"only_here": only_here, "door": door, "files": files, "server": server}
    app.guard["page"] = page
    # In the head: the way by parameter has Gradio rewrite every selector.
    style = (_HERE / "style.css").read_text(encoding="utf-8")
    try:
        with contextlib.redirect_stdout(sys.stderr):  # some of what Gradio says is not to be hushed
            _, address, _ = page.launch(
                server_name=host,
                server_port=port,
                max_threads=_THREADS,
                max_file_size=_LARGEST_UPLOAD,
                mcp_server=False,
                theme=gr.themes.Base(font=_SANS, font_mono=_MONO),
                head=f"<style>{style}</style>",
                favicon_path=_HERE / "icon.png",
                footer_links=[],
                quiet=True,
                inbrowser=False,
                share=False,
                ssr_mode=False,
                pwa=False,
                run_history=False,
                enable_monitoring=False,
                prevent_thread_lock=True,
                _app=app,
            )
    except OSError as error:
        raise SettingsError(
            f"cannot serve on {host}:{port}; choose another with --port, or another --host"
        ) from error
    return str(address)
