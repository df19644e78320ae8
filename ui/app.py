"""The chat page: what it is made of and what happens when. Read this first.

The browser keeps the conversation; the server keeps nothing of it. ``live`` shows the exchange
that is being written, from views that `ui.talk` yields; the page's script (`page.js`) asks,
stores what came of it and moves it up among the earlier ones.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import functools
import gc
import os
import signal
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from fastapi import HTTPException
from pydantic import SecretStr

from rag import export
from rag.assistant import Assistant
from rag.errors import RagError, SettingsError
from rag.index.entries import with_key
from rag.settings import load_settings
from rag.types import IngestReport
from ui import feedback, frame, listing, sheet, transcript
from ui.exchanges import cited_papers, read_exchanges, read_names, read_object
from ui.following import suggestions
from ui.models import Models
from ui.serve import check_access, launch
from ui.shelf import Library, where_of
from ui.talk import View, answer_views, is_busy, sentence_of, show_again
from ui.tools import make_server, make_tools
from ui.uploads import COOKIE, Uploads

HERE = Path(__file__).parent
# In the order in which they are put together; each begins where the one before ends.
SCRIPTS = (
    "chats.js",
    "receipts.js",
    "library.js",
    "out.js",
    "chatlist.js",
    "settings.js",
    "page.js",
    "keys.js",
)
_AT_ONCE = 48  # answers that are written at the same time; more wait in the queue
_WAITING = 200  # questions that may wait
_EMPTY: View = {"id": "", "html": [], "text": "", "found": [], "result": None}


def build(
    assistant: Assistant, uploads: Uploads, *, mcp: bool = False, own_models: bool = False
) -> gr.Blocks:
    """Return the page over one library.

    Args:
        assistant: answers and holds the library.
        uploads: knows whose the uploaded files are.
        own_models: let each browser name a model, its address and its key.
        mcp: offer ``search_papers`` and ``ask_papers`` to other programs.
    """
    library = Library(assistant)
    models = Models(assistant, own=own_models)
    page = gr.Blocks(title="Papers", analytics_enabled=False, fill_width=True)
    with page:
        gr.HTML(frame.CHATS, elem_id="aside", apply_default_css=False)
        with gr.Column(elem_id="talk"):
            welcome = gr.HTML(elem_id="greeting", apply_default_css=False)
            gr.HTML('<div id="past"></div>', elem_id="earlier", apply_default_css=False)
            live = gr.HTML(
                _EMPTY,
                html_template="${(value.html || []).join('')}",
                js_on_load=_script(),
                server_functions=page_functions(assistant, library),
                elem_id="live",
                apply_default_css=False,
            )
            with gr.Column(elem_id="foot"):
                gr.HTML(
                    frame.composer(own_models=own_models),
                    elem_id="composer",
                    apply_default_css=False,
                )
                state = gr.HTML(elem_id="footing", apply_default_css=False)
        with gr.Column(elem_id="library"):
            shelf = gr.HTML(elem_id="shelf", apply_default_css=False)
            files = gr.File(
                label="Add papers",
                file_count="multiple",
                elem_id="upload",
                height=112,
            )
            report = gr.HTML(elem_id="report", apply_default_css=False)
            gr.HTML(frame.LISTING, elem_id="listing", apply_default_css=False)

        async def ask(event: gr.EventData, request: gr.Request) -> AsyncIterator[View]:
            own = models.of(request.cookies.get(COOKIE, ""))
            async with contextlib.aclosing(answer_views(own, event._data or {})) as views:
                async for view in views:
                    yield view

        def state_of(request: gr.Request) -> str:
            own = models.of(request.cookies.get(COOKIE, ""))
            model = own.llm.metadata.model_name if own.llm else None
            return frame.state_line(own.info(), model, own.settings.k, own=own_models)

        def choose(event: gr.EventData, request: gr.Request) -> str:
            try:
                models.choose(request.cookies.get(COOKIE, ""), read_object(event._data))
            except RagError as error:
                return frame.problem(sentence_of(str(error))) + state_of(request)
            return state_of(request)

        def around(request: gr.Request) -> tuple[str, str, str]:
            return (
                state_of(request),
                frame.welcome(library.shelf, library.examples),
                frame.library(library.shelf),
            )

        def add(paths: list[str], request: gr.Request) -> Iterator[Any]:
            said, rest = frame.reading(0, 0), [gr.skip()] * 4
            yield said, *rest
            try:
                with uploads.taken(request.cookies.get(COOKIE, ""), paths or []) as files:
                    for news in library.add(files):
                        if isinstance(news, IngestReport):
                            said = frame.taken_in(news)
                        else:
                            said = frame.reading(*news)
                        yield said, *rest
            except RagError as error:
                said = frame.problem(sentence_of(str(error)))
            yield said, None, *around(request)

        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        asking = live.ask(ask, outputs=live, concurrency_limit=_AT_ONCE, **quiet)
        asking.failure(None, js="() => document.dispatchEvent(new Event('rag:failed'))")
        live.stop(None, cancels=[asking])
        live.model(choose, outputs=state, **quiet).then(
            None, js="() => document.dispatchEvent(new Event('rag:model'))"
        )
        surroundings = [state, welcome, shelf]
        page.load(around, outputs=surroundings, **quiet)
        live.refresh(around, outputs=surroundings, **quiet).then(
            None, js="() => document.dispatchEvent(new Event('rag:refreshed'))"
        )
        files.upload(
            add,
            inputs=files,
            outputs=[report, files, *surroundings],
            concurrency_limit=1,
            **quiet,
        ).then(None, js="() => document.dispatchEvent(new Event('rag:library'))")
        if mcp:
            for tool in make_tools(assistant):
                gr.events.api(tool, api_name=tool.__name__, concurrency_limit=_AT_ONCE)
    page.queue(max_size=_WAITING, default_concurrency_limit=8, status_update_rate=1.0)
    return page


def _script() -> str:
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in SCRIPTS)


def page_functions(assistant: Assistant, library: Library) -> list[Any]:
    """Return what the page's script may call; each takes and returns JSON data."""

    @_refusing
    def show_chat(data: Any) -> str:
        return show_again(assistant, read_exchanges(data))

    @_refusing
    def save_chat(data: Any) -> str:
        given = read_object(data)
        exchanges = read_exchanges(given.get("exchanges"))
        form = str(given.get("form"))
        if form == "docx":
            return base64.b64encode(sheet.as_docx(exchanges)).decode()
        write = {"json": transcript.as_json, "html": sheet.as_html}
        return write.get(form, transcript.as_markdown)(exchanges)

    @_refusing
    def cite_papers(data: Any) -> str:
        given = read_object(data)
        papers = cited_papers(read_exchanges(given.get("exchanges")))
        papers += [assistant.paper(name) for name in read_names(given.get("ids"))]
        form = "ris" if given.get("form") == "ris" else "bibtex"
        return "".join(export.lines([with_key(paper) for paper in papers], form))

    @_refusing
    def find_papers(data: Any) -> dict[str, Any]:
        return listing.find(library, read_object(data))

    @_refusing
    def follow_ups(data: Any) -> str:
        given = read_object(data)
        exchanges = read_exchanges(given.get("exchanges"))
        answer = exchanges[-1].answer if exchanges else None
        if answer is None or is_busy():
            return ""
        asked = [exchange.question for exchange in exchanges]
        return suggestions(assistant, answer, asked, where_of(given.get("filters")))

    @_refusing
    def remove_papers(data: Any) -> int:
        return library.remove(read_names(read_object(data).get("ids")))

    @_refusing
    def rate_answer(data: Any) -> bool:
        feedback.record(assistant.settings.index, read_object(data))
        return True

    return [show_chat, save_chat, cite_papers, find_papers, follow_ups, remove_papers, rate_answer]


def _refusing(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Answer data that means nothing with a refusal that says so, not with a failure."""

    @functools.wraps(function)
    def refusing(data: Any) -> Any:
        try:
            return function(data)
        except RagError as error:
            raise HTTPException(422, str(error)) from error

    return refusing


def main(arguments: argparse.Namespace) -> int:
    """``rag ui``: serve the page until it is stopped.

    Raises:
        RagError: the address needs a password, is taken, or the model cannot be opened.
    """
    flags = {name: getattr(arguments, name, None) for name in ("index", "llm")}
    settings = load_settings(**flags)
    auth, token = arguments.auth or _said(settings.ui_auth), _said(settings.ui_token)
    check_access(arguments.host, auth, no_auth=arguments.no_auth)
    if token and not auth:
        raise SettingsError("RAG_UI_TOKEN needs a password beside it; set RAG_UI_AUTH=USER:PASS")
    if threading.current_thread() is threading.main_thread():
        # A service is stopped so: what was uploaded and not read goes as on Ctrl-C.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with contextlib.ExitStack() as stack:
        assistant = Assistant.open(settings)
        stack.callback(assistant.close)
        _ = assistant.llm, assistant.embedder  # fail now, not at the first question
        # A folder of our own: the usual one is every Gradio program's on the machine.
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="rag-ui-"))
        os.environ["GRADIO_TEMP_DIR"] = folder
        uploads = Uploads()
        own = auth is None and not arguments.no_auth
        page = build(assistant, uploads, mcp=arguments.mcp, own_models=own)
        address = launch(
            page,
            arguments.host,
            arguments.port,
            auth=auth,
            no_auth=arguments.no_auth,
            token=token,
            files=uploads,
            server=make_server(assistant) if arguments.mcp else None,
        )
        stack.callback(page.close, verbose=False)
        gc.collect()
        gc.freeze()  # what is loaded by now stays: looking through it again would stall answers
        print(f"the chat page is at {address} (Ctrl-C stops it)", file=sys.stderr)  # noqa: T201
        if arguments.mcp:
            print(f"programs find MCP at {address}mcp", file=sys.stderr)  # noqa: T201
        threading.Event().wait()
    return 0


def _said(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
