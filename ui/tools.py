"""What other programs may call: the tools that ``rag ui --mcp`` offers."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator

import gradio as gr

from rag.assistant import Assistant
from rag.errors import RagError
from rag.types import to_json

Tool = Callable[..., str]


def make_tools(assistant: Assistant) -> tuple[Tool, Tool]:
    """Return ``search_papers`` and ``ask_papers`` for one library; they return JSON."""

    def search_papers(query: str, k: int = 10, where: str = "") -> str:
        """Search the library of paper abstracts; no answer is written.

        Args:
            query: what to look for, in plain words.
            k: how many papers to return, 1 to 100.
            where: a filter such as year>=2021, venue=ACL or author~Radford; several are
                separated by semicolons and must all hold.
        """
        with _told():
            hits = assistant.search(query, k=min(max(int(k), 1), 100), where=_split(where))
        rows = [
            {
                "rank": hit.rank,
                "score": hit.score,
                "paper": to_json(hit.paper),
                "passage": hit.paper.abstract[hit.passage.start : hit.passage.end],
            }
            for hit in hits
        ]
        return json.dumps({"query": query, "hits": rows}, ensure_ascii=False)

    def ask_papers(question: str, where: str = "") -> str:
        """Answer a question from the library of paper abstracts, citing every sentence.

        The answer carries [n] markers; ``sentences`` give for each its verdict and the words
        of the abstract that support it, ``citations`` the papers. ``answered`` is false where
        the papers do not say.

        Args:
            question: in plain words.
            where: a filter such as year>=2021, venue=ACL or author~Radford; several are
                separated by semicolons and must all hold.
        """
        with _told():
            answer = assistant.ask(question, where=_split(where))
        return json.dumps(to_json(answer), ensure_ascii=False)

    return search_papers, ask_papers


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """Turn our errors into the ones that Gradio hands to the caller."""
    try:
        yield
    except RagError as error:
        raise gr.Error(str(error), print_exception=False) from error


def _split(where: str) -> list[str]:
    return [part.strip() for part in where.split(";") if part.strip()]
