"""How the page is served: to whom, with which limits, and with nothing from elsewhere."""

from __future__ import annotations

import contextlib
import ipaddress
import sys
from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import gradio as gr
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse

from rag.errors import SettingsError

_HERE = Path(__file__).parent
_LARGEST_UPLOAD = "100mb"
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
_SANS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"]
_MONO = ["ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace"]

Message = MutableMapping[str, Any]


class _Guard:
    """Adds the headers to every response and turns other names for this machine away.

    A page elsewhere whose name is made to lead to this machine could otherwise read along.
    """

    def __init__(self, app: Callable[..., Awaitable[None]], *, only_here: bool) -> None:
        self._app = app
        self._only_here = only_here

    async def __call__(self, scope: Message, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        name = urlsplit(f"//{Headers(scope=scope).get('host', '')}").hostname or ""
        if self._only_here and not _is_this_machine(name):
            await PlainTextResponse(_NOT_HERE, status_code=403)(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(_HEADERS)
            await send(message)

        await self._app(scope, receive, with_headers)


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


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def launch(
    page: gr.Blocks, host: str, port: int, *, auth: str | None, no_auth: bool, mcp: bool
) -> str:
    """Start to serve the page; return its address.

    Without a password, and unless that is meant, it answers to this machine's own names only.

    Raises:
        SettingsError: the port is taken or the host is not one of this machine's.
    """
    user, _, password = (auth or "").partition(":")
    only_here = auth is None and not no_auth
    # In the head: the way by parameter has Gradio rewrite every selector.
    style = (_HERE / "style.css").read_text(encoding="utf-8")
    try:
        with contextlib.redirect_stdout(sys.stderr):  # some of what Gradio says is not to be hushed
            _, address, _ = page.launch(
                server_name=host,
                server_port=port,
                auth=(user, password) if auth else None,
                max_threads=_THREADS,
                max_file_size=_LARGEST_UPLOAD,
                mcp_server=mcp,
                app_kwargs={"middleware": [Middleware(_Guard, only_here=only_here)]},
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
            )
    except OSError as error:
        raise SettingsError(
            f"cannot serve on {host}:{port}; choose another with --port, or another --host"
        ) from error
    return str(address)
