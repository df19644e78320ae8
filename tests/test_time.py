"""Shapes of 100 KB that make a careless program compute for minutes: none does here.

A stopwatch is no test, so the limits are ten times what such a text takes: what grows with the
square of its length would take a hundred times as much.
"""

from __future__ import annotations

import contextlib
import json
import time

import pytest

from rag import readers
from rag.drafts.pairs import verify_pairs
from rag.errors import RagError
from rag.receipts.citations import CitationStream, split_cited
from rag.receipts.lookalikes import no_markers
from rag.types import Turn
from ui.prose import to_html

SIZE = 100_000
_LIMIT = 10.0  # seconds of processor
PIECES = [
    "a", " ", "\n", "\t", "12 ", "7", "5% ", "3-4 ", "1 ± 2 ", "1e5 ", ". ", "A b. ", "A. ", "a, ",
    "[", "[1]", "[1, ", "]", "(", '"', "`", "```\n", "*a", "_a ", "# a\n", "- a\n",
    "\\cite{a}", "{",
    "@a{b, ", "[@a]", "[@a; @b] ", "漢", "漢。", "😀",
    "a\u0301", "a\u200b", "［１］", "not ", "isn't ",
    "ABC ", "aBcD", "a-", "a/", "http://a.b/", "<a ", "&amp;", "$a$", "e.g. ", "et al. ", "¹", "? ",
]  # fmt: skip


def shape(piece: str) -> str:
    return (piece * (SIZE // len(piece) + 1))[:SIZE]


@pytest.fixture(scope="module", autouse=True)
def loaded():
    """What is read once is no part of the time."""
    pair = {"claim": "A graph has 2 nodes.", "title": "", "abstract": "A graph has 2 nodes."}
    list(verify_pairs([json.dumps(pair)]))


def pair(claim: str, abstract: str) -> None:
    line = json.dumps({"claim": claim, "title": "On graphs", "abstract": abstract})
    list(verify_pairs([line]))


def stream(text: str) -> None:
    scanner = CitationStream(8)
    for at in range(0, SIZE, 50):
        scanner.feed(text[at : at + 50])
    scanner.finish()
    split_cited(text)


WORK = {
    "abstract": lambda text, _: pair("A graph isn't 12 nodes, 5% or 3-4 in 2020.", text),
    "claim": lambda text, _: pair(text, "A graph isn't 12 nodes, 5% or 3-4 in 2020."),
    "prose": lambda text, _: to_html(text),
    "stream": lambda text, _: stream(text),
    "lookalikes": lambda text, _: no_markers(text),
}


@pytest.mark.parametrize("work", WORK)
def test_no_shape_takes_long(work, tmp_path):
    slow = []
    for piece in PIECES:
        started = time.process_time()
        WORK[work](shape(piece), tmp_path)
        if (took := time.process_time() - started) > _LIMIT:
            slow.append((piece, took))
    assert slow == []


@pytest.mark.parametrize("name", ["x.bib", "x.jsonl", "x.md"])
def test_no_file_takes_long(name, tmp_path):
    slow = []
    for piece in PIECES:
        text = shape(piece)
        wrapped = {
            "x.bib": f"@misc{{k, title={{T}}, abstract={{{text}}}}}\n{text}",
            "x.jsonl": json.dumps({"id": "x", "title": "T", "abstract": text}),
            "x.md": text,
        }[name]
        (tmp_path / name).write_text(wrapped, encoding="utf-8")
        started = time.process_time()
        list(readers.read(str(tmp_path / name)))
        if (took := time.process_time() - started) > _LIMIT:
            slow.append((piece, took))
    assert slow == []


def test_no_conversation_takes_long(assistant, tmp_path):
    row = {"id": "g", "title": "On graphs", "abstract": "A graph has nodes."}
    (tmp_path / "p.jsonl").write_text(json.dumps(row) + "\n")
    assistant.ingest([str(tmp_path / "p.jsonl")])
    slow = []
    for piece in PIECES:
        text = shape(piece)
        started = time.process_time()
        for question, history in ((text[:4_000], ()), ("And it?", [Turn(text, text, ("g",))] * 3)):
            with contextlib.suppress(RagError):  # there is no question in it
                assistant.ask(question, history=history)
        if (took := time.process_time() - started) > _LIMIT:
            slow.append((piece, took))
    assert slow == []
