"""Hostile input to what the page shows and calls: the part of `evals.maintain.fuzz` for ``ui/``.

What is shown must be HTML of our own making alone: known tags, each closed in its order, no
attribute that runs or loads anything. What is called answers, or refuses with a line of text.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from fastapi import HTTPException

from rag.assistant import Assistant
from rag.errors import RagError
from rag.settings import load_settings
from rag.types import to_json
from ui import maths
from ui.app import page_functions
from ui.exchanges import read_exchanges, read_turns
from ui.prose import to_html
from ui.render import writing
from ui.shelf import Library, where_of
from ui.talk import show_again
from ui.tools import conditions, make_tools

Mutate = Callable[[str, random.Random], str]
ROWS = [
    {"id": "g", "title": "On graphs", "abstract": "A graph has nodes. It has edges.", "year": 1},
    {"id": "p", "title": "On <p>", "abstract": "A <p> is short [1].", "url": "http://e.org/?a&b"},
]  # fmt: skip
TEXT = (
    "# Head\nSo **a *b*** `c` [1][2, 9?].\n\n- one\n2) two\n\n```py\nx < 1\n```\nA <b> &amp; [1-3]"
)
ODD: list[Any] = [
    None, True, 0, -1, 10**30, 1e308, "", "\ud800", "\0", "up", "json", "g", [], {}, [None], [[]],
    {"exchanges": {}}, ["g"] * 200, "x" * 5000,
]  # fmt: skip
_PROSE = """
    a article aside b blockquote button code dd del details div dl dt em form h2 h3 h4 hr input
    label li mark ol option p path pre progress section select span strong summary svg table tbody
    td th thead tr ul
"""
TAGS = frozenset(_PROSE.split()) | maths.TAGS
OPEN_ENDED = frozenset(["input", "path", "hr"])


class Shown(HTMLParser):
    """Reads what is shown; complains of whatever is not of our making."""

    def __init__(self, html: str) -> None:
        """Read all of it."""
        super().__init__()
        self._opened: list[str] = []
        self.feed(html)
        self.close()
        if self._opened:
            raise AssertionError(f"left open: {self._opened}")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Know the tag and its attributes."""
        if tag not in TAGS or any(name.startswith("on") or name == "style" for name, _ in attrs):
            raise AssertionError(f"<{tag}> with {attrs}")
        for name, value in attrs:
            if name in ("href", "src") and not (value or "").startswith(("http://", "https://")):
                raise AssertionError(f"a link to {value}")
        if tag not in OPEN_ENDED:
            self._opened.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Know a tag that has no end; it is none that stays open."""
        self.handle_starttag(tag, attrs)
        if tag not in OPEN_ENDED:
            self._opened.pop()

    def handle_endtag(self, tag: str) -> None:
        """Close the last one that was opened."""
        if not self._opened or self._opened.pop() != tag:
            raise AssertionError(f"</{tag}> closes nothing")

    def handle_comment(self, data: str) -> None:
        """We write none."""
        raise AssertionError(f"a comment: {data}")


class PageFuzz:
    """What the page shows and calls, over a small library in a folder."""

    def __init__(self, folder: Path, mutated: Mutate) -> None:
        """Make the library and a conversation about it."""
        (folder / "papers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
        settings = load_settings(index=folder / "index", embedder="static", llm="none")
        self.assistant, self.mutated = Assistant.open(settings), mutated
        self.assistant.ingest([str(folder / "papers.jsonl")])
        answer = self.assistant.ask("What does a graph have?")
        self.hits = self.assistant.search("graph")
        self.exchange = {
            "id": "a1",
            "question": "What?",
            "answer": to_json(answer),
            "verdict": "up",
        }
        broken = {"id": "a2", "question": "Why?", "partial": TEXT, "problem": "it stopped"}
        self.call = {
            "exchanges": [self.exchange, broken], "ids": ["g", "p"], "form": "json", "most": 2,
            "query": "graph", "from": "0", "to": "2020", "venue": "", "source": "papers.jsonl",
            "question": "What?", "answer": TEXT, "verdict": "up", "note": "", "paper_ids": ["g"],
        }  # fmt: skip
        self.functions = page_functions(self.assistant, Library(self.assistant))
        self.tools = make_tools(self.assistant)
        self.targets = [self.prose, self.prose, self.render, self.render, self.calls, self.asked]

    def prose(self, chance: random.Random) -> None:
        """A model's text as it is shown, whole or cut anywhere."""
        text = self.mutated(TEXT, chance)
        Shown("".join(to_html(text)))
        Shown("".join(writing("a1", text, text[: chance.randrange(len(text) + 1)], self.hits)))

    def render(self, chance: random.Random) -> None:
        """A conversation that a browser kept, and that somebody changed."""
        exchanges = [self.odd(self.exchange, chance) for _ in range(chance.randrange(1, 3))]
        Shown(show_again(self.assistant, read_exchanges(exchanges)))

    def calls(self, chance: random.Random) -> None:
        """The functions that the page's script calls."""
        try:
            said = chance.choice(self.functions)(self.odd(self.call, chance))
        except HTTPException as refusal:
            if refusal.status_code != 422 or not refusal.detail or "\n" in refusal.detail:
                raise AssertionError(f"{refusal.status_code}: {refusal.detail}") from refusal
            return
        if isinstance(said, dict):
            Shown(said["html"])
        json.dumps(said)

    def asked(self, chance: random.Random) -> None:
        """What a question of the page, or of another program, comes with."""
        given = self.odd(self.call, chance)
        given = given if isinstance(given, dict) else {}
        read_turns(given.get("exchanges"))
        where, text = where_of(given), self.mutated("year>=2021; venue=A; B", chance)
        try:
            self.assistant.count([*where, *conditions(text)])
            self.tools[0](self.mutated("graph nodes", chance)[:4_000], 2, text)
        except RagError as error:
            if "\n" in str(error):
                raise AssertionError(f"more than a line: {error}") from error
        except Exception as error:
            if type(error).__module__ != "gradio.exceptions":
                raise

    def odd(self, value: Any, chance: random.Random) -> Any:
        """Return JSON data with some of it replaced, repeated, renamed or gone."""
        data = json.loads(json.dumps(value))
        for _ in range(chance.choice((0, 1, 1, 2, 4))):
            data = self._odd(data, chance)
        return data

    def _odd(self, data: Any, chance: random.Random) -> Any:
        """Change one place, however deep."""
        if isinstance(data, dict) and data and chance.random() < 0.9:
            name = chance.choice(list(data))
            kind = chance.randrange(12)
            if kind == 0:
                del data[name]
            elif kind == 1:
                data[self.mutated(name, chance)] = data.pop(name)
            else:
                data[name] = self._odd(data[name], chance)
            return data
        if isinstance(data, list) and data and chance.random() < 0.9:
            at = chance.randrange(len(data))
            data[at] = self._odd(data[at], chance)
            return data * chance.choice((1, 1, 1, 1, 3))
        if isinstance(data, str) and chance.random() < 0.8:
            return self.mutated(data, chance)
        if type(data) is int and chance.random() < 0.5:
            return data + chance.choice((-100, -1, 1, 7, 10**6))
        return json.loads(json.dumps(chance.choice(ODD)))  # which the next change does not change
