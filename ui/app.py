"""The chat page: what it is made of and what happens when. Read this first.

The browser keeps the conversation; the server keeps nothing of it. ``live`` shows the exchange
that is being written, from views that `ui.talk` yields; the page's script (`page.js`) asks,
stores what came of it and moves it up among the earlier ones.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import gradio as gr

from rag import export
from rag.assistant import Assistant
from rag.errors import RagError
from rag.index.entries import with_key
from rag.settings import load_settings
from rag.types import IngestReport
from ui import feedback, frame, transcript
from ui.exchanges import cited_papers, read_exchanges
from ui.serve import check_access, launch
from ui.shelf import Library, where_of
from ui.talk import View, answer_views, sentence_of, show_again
from ui.tools import make_tools

HERE = Path(__file__).parent
# In the order in which they are put together; each begins where the one before ends.
SCRIPTS = ("chats.js", "receipts.js", "library.js", "page.js")
_AT_ONCE = 48  # answers that are written at the same time; more wait in the queue
_WAITING = 200  # questions that may wait
_LISTED = 60  # papers shown at first
_EMPTY: View = {"id": "", "html": [], "text": "", "result": None}


def build(assistant: Assistant, *, mcp: bool = False) -> gr.Blocks:
    """Return the page over one library.

    Args:
        assistant: answers and holds the library.
        mcp: offer ``search_papers`` and ``ask_papers`` to other programs.
    """
    library = Library(assistant)
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
                server_functions=_server_functions(assistant, library),
                elem_id="live",
                apply_default_css=False,
            )
            with gr.Column(elem_id="foot"):
                gr.HTML(frame.composer(), elem_id="composer", apply_default_css=False)
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

        async def ask(event: gr.EventData) -> AsyncIterator[View]:
            async with contextlib.aclosing(answer_views(assistant, event._data or {})) as views:
                async for view in views:
                    yield view

        def around() -> tuple[str, str, str]:
            model = assistant.llm.metadata.model_name if assistant.llm else None
            return (
                frame.state_line(assistant.info(), model),
                frame.welcome(library.shelf, library.examples),
                frame.library(library.shelf),
            )

        def add(paths: list[str]) -> Iterator[Any]:
            said, rest = frame.reading(0, 0), [gr.skip()] * 4
            yield said, *rest
            try:
                for news in library.add(paths or []):
                    if isinstance(news, IngestReport):
                        said = frame.taken_in(news)
                    else:
                        said = frame.reading(*news)
                    yield said, *rest
            except RagError as error:
                said = frame.problem(sentence_of(str(error)))
            yield said, None, *around()

        quiet: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
        asking = live.ask(ask, outputs=live, concurrency_limit=_AT_ONCE, **quiet)
        asking.failure(None, js="() => document.dispatchEvent(new Event('rag:failed'))")
        live.stop(None, cancels=[asking])
        surroundings = [state, welcome, shelf]
        page.load(around, outputs=surroundings, **quiet)
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


def _server_functions(assistant: Assistant, library: Library) -> list[Any]:
    """Return what the page's script may call; each takes and returns JSON data."""

    def show_chat(data: Any) -> str:
        return show_again(assistant, read_exchanges(data))

    def save_chat(data: dict[str, Any]) -> str:
        exchanges = read_exchanges(data.get("exchanges"))
        if data.get("form") == "json":
            return transcript.as_json(exchanges)
        return transcript.as_markdown(exchanges)

    def cite_papers(data: dict[str, Any]) -> str:
        papers = cited_papers(read_exchanges(data.get("exchanges")))
        names = data.get("ids")
        papers += [assistant.paper(str(name)) for name in (names if names else [])]
        return export.bibtex([with_key(paper) for paper in papers])

    def find_papers(data: dict[str, Any]) -> dict[str, Any]:
        where, query = where_of(data), str(data.get("query") or "")
        most = min(max(int(data.get("most") or _LISTED), 1), 5_000)
        try:
            papers, matching = library.find(query, where, most), library.count(where)
        except RagError as error:
            return {"html": frame.problem(sentence_of(str(error))), "matching": None}
        listed = frame.found(papers, matching, best_first=bool(query.strip()))
        return {"html": listed, "matching": matching}

    def rate_answer(data: dict[str, Any]) -> bool:
        feedback.record(assistant.settings.index, data)
        return True

    return [show_chat, save_chat, cite_papers, find_papers, rate_answer]


def main(arguments: argparse.Namespace) -> int:
    """``rag ui``: serve the page until it is stopped.

    Raises:
        RagError: the address needs a password, is taken, or the model cannot be opened.
    """
    check_access(arguments.host, arguments.auth, no_auth=arguments.no_auth)
    flags = {name: getattr(arguments, name, None) for name in ("index", "llm")}
    assistant = Assistant.open(load_settings(**flags))
    try:
        _ = assistant.llm, assistant.embedder  # fail now, not at the first question
        page = build(assistant, mcp=arguments.mcp)
        address = launch(
            page,
            arguments.host,
            arguments.port,
            auth=arguments.auth,
            no_auth=arguments.no_auth,
            mcp=arguments.mcp,
        )
        gc.collect()
        gc.freeze()  # what is loaded by now stays: looking through it again would stall answers
        print(f"the chat page is at {address} (Ctrl-C stops it)", file=sys.stderr)  # noqa: T201
        try:
            threading.Event().wait()
        finally:
            page.close(verbose=False)
    finally:
        assistant.close()
    return 0
