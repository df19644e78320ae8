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
from rag.answers.courtesy import without_courtesy
from rag.answers.followups import standalone
from rag.drafts.checking import check_draft
from rag.drafts.pairs import verify_pairs
from rag.drafts.reports import report_lines
from rag.errors import InputError, RagError
from rag.index.filters import parse_where
from rag.readers.clean import clean
from rag.receipts.citations import CitationStream, split_cited
from rag.receipts.lookalikes import no_markers
from rag.types import Paper, Turn
from ui.prose import to_html
from ui.shelf import where_of
from ui.tools import conditions

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


# What opens and does not close, or runs up to something that it must not meet.
HALVES = ["()", "[]", "{}", " x", "\nx", "ax", '" ', "`a", "$a", "*a", "-a"]
LISTS = {
    "numbers": "{} ", "decimals": "{}.5%, ", "markers": "It is so [{}]. ", "keys": "So [@k{}]. ",
    "cites": "So \\cite{{k{}}}. ", "names": "Name{} ", "ranges": "{}-9 ",
    "foot": "a[^{0}]\n[^{0}]: b\n",
    "divs": ":::\n", "keyed": "@a ", "notes": "\\footnote{{{0}", "raised": "helps.¹ graph{}² ",
    "entries": "[{}] A. Bee. On graphs. 2001.\n\n", "authors": "Bee{} (2001) says that. ",
}  # fmt: skip
LISTED = {name: "".join(row.format(n) for n in range(30_000))[:SIZE] for name, row in LISTS.items()}
HALVED = {two: two[0] * (SIZE // 2) + two[1] * (SIZE // 2) for two in HALVES}
SHAPES = HALVED | LISTED


class OnePaper:
    def named(self, name):
        return [GRAPHS] if name in {"key", "k7"} else []

    def near(self, text):
        return [GRAPHS]

    def by_author(self, name, year):
        return [GRAPHS]


GRAPHS = Paper("g", "On graphs", "A graph has nodes. It has 12 edges.", ("A. Bee",), 2001)


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


def draft(text: str, form: str) -> None:
    list(report_lines(check_draft(text, form, OnePaper()), "json", "draft"))


def filters(text: str) -> None:
    for expression in (text, f"title={text}", f"year>={text}", f"{text}=x", f"venue~x{text}y"):
        for made in ([expression], conditions(expression), conditions(f";{expression}")):
            with contextlib.suppress(InputError):
                parse_where(made)


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
    "filters": lambda text, _: filters(text),
}
# Two texts of others at once: a claim is read up to its 2,000th character, an abstract to its
# 40,000th, and fifty numbers of the one are looked for among a thousand of the other.
DEEPER = {
    **WORK,
    "pair": lambda text, _: pair(text, f"{text[1:]} x"),
    "numbers": lambda text, _: pair(text[:2_000], text[2_000:]),
    "markdown": lambda text, _: draft(text, "markdown"),
    "latex": lambda text, _: draft(f"\\begin{{document}} {text}", "latex"),
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


@pytest.mark.parametrize("work", DEEPER)
def test_nothing_unbalanced_or_many_takes_long(work, tmp_path):
    slow = []
    for name, text in SHAPES.items():
        started = time.process_time()
        DEEPER[work](text, tmp_path)
        if (took := time.process_time() - started) > _LIMIT:
            slow.append((name, took))
    assert slow == []


@pytest.mark.parametrize("kind", ["text", "numbers", "lists"])
def test_a_filter_as_large_as_a_call_may_be_is_refused_at_once(kind):
    large = {"text": "v" * 30_000_000, "numbers": [7] * 10**7, "lists": [[["v"] * 9]] * 500_000}
    for name in ("venue", "from"):
        started = time.process_time()
        with contextlib.suppress(InputError):
            parse_where(where_of({name: large[kind]}))
        assert time.process_time() - started < _LIMIT / 10


def test_marks_over_one_letter_are_not_put_in_order_for_long():
    """Unicode's order of marks takes the square of their number."""
    started = time.process_time()
    text = clean("e" + "\u0327\u0301" * SIZE + " graph")
    assert time.process_time() - started < _LIMIT / 4
    assert text == "\u0229" + "\u0327" * 14 + "\u0301" * 15 + " graph"
    assert clean("e\u0301\u0327 \u0939\u093f\u0928\u094d\u0926\u0940") == "\u0229\u0301 हिन्दी"


def test_what_a_draft_cites_often_is_looked_up_once(monkeypatch):
    asked = []
    monkeypatch.setattr(OnePaper, "near", lambda _, text: asked.append(text) or [GRAPHS])
    draft("So it is[^a][^b][^c].\n\n[^a]: A. Bee\n\n[^b]: A. Bee\n\n[^c]: A. Bee\n", "markdown")
    assert asked == ["A. Bee"]


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


@pytest.mark.parametrize("piece", ["\\frac{", "\\sqrt[", "\\text{a", "\\left[\\frac{"])
def test_no_formula_takes_long(piece):
    started = time.process_time()
    for closed in ("", "}" * 20):
        clean(f"A ${piece * 30}{closed}$ b", latex=True)
    assert time.process_time() - started < _LIMIT


def test_no_conversation_takes_long(assistant, tmp_path):
    row = {"id": "g", "title": "On graphs", "abstract": "A graph has nodes."}
    (tmp_path / "p.jsonl").write_text(json.dumps(row) + "\n")
    assistant.ingest([str(tmp_path / "p.jsonl")])
    slow = []
    for piece in [*PIECES, *HALVED]:
        text = HALVED.get(piece) or shape(piece)
        started = time.process_time()
        for question, history in ((text[:4_000], ()), ("And it?", [Turn(text, text, ("g",))] * 3)):
            with contextlib.suppress(RagError):  # there is no question in it
                assistant.ask(question, history=history)
        if (took := time.process_time() - started) > _LIMIT:
            slow.append((piece, took))
    assert slow == []


@pytest.mark.parametrize("piece", [" " * 200 + "- a\n", "A", "<![CDATA[", "\n \t"])
def test_no_earlier_question_takes_long(piece, assistant, tmp_path):
    row = {"id": "g", "title": "On graphs", "abstract": "A graph has nodes."}
    (tmp_path / "p.jsonl").write_text(json.dumps(row) + "\n")
    assistant.ingest([str(tmp_path / "p.jsonl")])
    text = f"What is {shape(piece)} in a graph?"
    started = time.process_time()
    answer = assistant.ask("And what about that?", history=[Turn(text, text)])
    assert time.process_time() - started < 2
    assert len(answer.standalone_question) <= 4_000


BRACKETS = ["[1" + " " * 100 + "x]", "[source" + " " * 100 + "x]", "[" + "1 ? " * 29 + "x]"]


@pytest.mark.parametrize("piece", [*BRACKETS, "<![CDATA[", "]]><![CDATA["])
def test_what_opens_again_and_again_is_read_once(piece):
    started = time.process_time()
    no_markers(shape(piece))
    clean(shape(piece))
    assert time.process_time() - started < 1


def test_a_conversation_of_nothing_leads_back_a_little_way():
    assert standalone("And it?", [Turn("", "")] * 5_000).endswith("And it?")


COURTEOUS = [
    "(" * 4_000,
    "? " * 2_000,
    "-" * 2_000 + " - " * 600,
    "thanks, " * 500,
    "? thanks" * 500,
]


@pytest.mark.parametrize("text", COURTEOUS, ids=lambda text: text[:8])
def test_courtesies_are_looked_for_at_both_ends_alone(text):
    started = time.process_time()
    without_courtesy(f"What is this{text}about")
    without_courtesy(text)
    assert time.process_time() - started < _LIMIT
