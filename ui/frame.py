"""What stands around a conversation: chats, welcome, the box to ask in, the library. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import PurePath
from typing import Any

from rag.types import IngestReport, Paper, kind_of
from ui import render
from ui.cards import card
from ui.legend import MEANING, help_dialog, legend
from ui.shelf import Shelf, rejections

# The list of chats is filled in by the page's script: it is in the browser's storage.
CHATS = """
<a class="skip" href="#question">Skip to the question</a>
<nav id="chats" aria-label="Chats">
  <div class="brand"><span class="logo" aria-hidden="true">[1]</span> Papers
    <button type="button" class="quiet" data-do="toggle-chats">Close</button></div>
  <button type="button" class="wide" data-do="new-chat">New chat</button>
  <input type="search" id="find-chat" placeholder="Search chats" aria-label="Search chats"
    autocomplete="off" hidden>
  <ul id="chat-list"></ul>
  <button type="button" class="quiet" data-do="settings" aria-haspopup="dialog">Settings</button>
  <p class="fine">Chats are kept in this browser only.</p>
</nav>
<header id="bar">
  <button type="button" class="quiet" data-do="toggle-chats" aria-controls="chats"
    aria-expanded="false">Chats</button>
  <h1 id="chat-title">New chat</h1>
  <input id="chat-name" aria-label="Name of this chat" maxlength="80" autocomplete="off" hidden>
  <details id="keep"><summary>More</summary><div>
    <button type="button" class="quiet" data-do="rename">Rename</button>
    <button type="button" class="quiet" data-do="pin">Pin to the top, or unpin</button>
    <button type="button" class="quiet" data-do="export" data-form="md">Markdown file</button>
    <button type="button" class="quiet" data-do="export" data-form="docx">Word file</button>
    <button type="button" class="quiet" data-do="export" data-form="json">JSON file</button>
    <button type="button" class="quiet" data-do="print">Print or PDF</button>
    <button type="button" class="quiet" data-do="copy-chat-bibtex">Copy BibTeX</button>
  </div></details>
  <button type="button" class="quiet" data-do="help" aria-label="Help: signs and keys"
    aria-haspopup="dialog">?</button>
  <button type="button" data-do="toggle-library" aria-controls="library"
    aria-expanded="false">Library</button>
</header>
"""

# What is too large to be sent, then the papers that were found; the script fills both.
LISTING = '<div id="too-large" role="alert"></div><div id="papers"></div>'

_COMPOSER = """
<form id="ask" aria-label="Ask">
  <p id="notice" role="alert" hidden></p>
  <p id="narrowed" hidden><span></span><button type="button" class="quiet"
    data-do="clear-filters">Ask all papers</button></p>
  <p id="editing" hidden>Editing a question<span id="forks">: the chat goes on from it as a new
    one</span>
    <button type="button" class="quiet" data-do="cancel-edit">Cancel</button></p>
  <div class="box">
    <label class="sr" for="question">Your question</label>
    <textarea id="question" rows="1" maxlength="20000" placeholder="Ask about these papers"
      autocomplete="off"></textarea>
    <button type="submit" id="send">Ask</button>
    <button type="button" id="stop" data-do="stop" hidden>Stop</button>
  </div>
</form>
<div id="said" class="sr" role="status"></div>
<div id="receipt" role="tooltip" hidden></div>
"""


def composer(*, own_models: bool = False) -> str:
    """Return the box to ask in, and what the script shows of a question at once.

    With ``own_models`` the settings let a browser name a model of its own.
    """
    settings = _SETTINGS.replace("<!-- model -->", _MODEL if own_models else _NO_MODEL)
    fresh = "".join(render.waiting("x", ""))
    return f'{_COMPOSER}{help_dialog()}{settings}<template id="fresh">{fresh}</template>'


_SETTINGS = """
<dialog id="settings" aria-label="Settings"><div class="over"><h2>Settings</h2>
  <button type="button" class="quiet" data-do="close-settings">Close</button></div>
  <form id="settings-form" method="dialog">
    <label>Papers read for an answer
      <select name="k"><option value="">As the server is set</option><option>4</option>
      <option>8</option><option>12</option><option>20</option></select></label>
    <label>Length of answers
      <select name="depth"><option value="">As usual</option><option value="short">Short
      </option><option value="detailed">Detailed</option></select></label>
    <label>Theme
      <select name="theme"><option value="">As this device</option><option value="light">Light
      </option><option value="dark">Dark</option></select></label>
    <p class="fine">These are kept in this browser.</p>
  </form><section id="facts"></section><!-- model --></dialog>
"""
_MODEL = """
  <form id="model-form" method="dialog"><h3>Model</h3>
    <label>Name <input name="model" autocomplete="off" placeholder="such as gpt-4o-mini"></label>
    <label>Address of its service, which speaks OpenAI's protocol
      <input name="address" type="url" autocomplete="off" placeholder="such as http://localhost:11434/v1">
    </label>
    <label>Key <input name="key" type="password" autocomplete="off"></label>
    <p class="fine">The key stays in the memory of this page's server until it stops, for this
      browser alone; it is not shown again. Questions and abstracts are sent to that address.</p>
    <p class="row"><button type="submit" class="strong">Use this model</button>
      <button type="button" data-do="own-model-off">Use the page's own</button></p>
    <p id="model-said" role="status"></p></form>
"""
_NO_MODEL = '<p class="fine">Which model answers is set where the page is started.</p>'
_MODEL_HELP = (
    "<p>To have answers written by a language model, start the page with one of these set:</p>"
    "<dl><dt>OPENAI_API_KEY</dt><dd>a key of OpenAI or of a service that speaks its protocol"
    "</dd><dt>OPENAI_BASE_URL</dt><dd>the address of such a service, on this machine too"
    "</dd><dt>RAG_LLM=local</dt><dd>a GGUF file named by RAG_LOCAL_MODEL, run on this machine"
    "</dd></dl>"
)
_EMBEDDERS = {
    "minilm": "by meaning (MiniLM, on the machine of this page)",
    "e5": "by meaning in many languages (multilingual E5, on the machine of this page)",
    "static": "by word vectors, which come with the program; MiniLM would find more",
    "openai": "by meaning (an embedding service, to which questions are sent)",
}


def state_line(facts: Mapping[str, Any], model: str | None, k: int, *, own: bool = False) -> str:
    """Return what answers, in a line, and for the settings all that is in force, in words.

    Args:
        facts: as `rag.assistant.Assistant.info` gives them.
        model: the model's name; None where answers are quotations.
        k: how many papers are read for an answer.
        own: a browser may bring a model of its own.
    """
    in_force = f'<template id="in-force">{_in_force(facts, model, k)}</template>'
    if model is not None:
        return f'<div id="state"><p>Answers are written by {escape(model)}.</p></div>{in_force}'
    said = "No language model: answers are quotations from the abstracts."
    if own:
        add = '<button type="button" class="quiet" data-do="settings">Add a model</button>'
        return f'<div id="state"><p>{said} {add}</p></div>{in_force}'
    return (
        f'<details id="state"><summary>{said} <u>Add a model</u></summary>{_MODEL_HELP}</details>'
        f"{in_force}"
    )


def _in_force(facts: Mapping[str, Any], model: str | None, k: int) -> str:
    name = kind_of(str(facts["embedder"]))
    kind, _, where = str(facts["checker"]).partition(" ")
    checker = {
        "server": f"a checker at {where}, which the settings name",
        "folder": f"the network in the folder {PurePath(where).name}, which the settings name",
    }.get(kind, "a small network that comes with the program; it errs, as Help says")
    rows = (
        ("Answers", f"written by {model}" if model else "quotations, without a language model"),
        ("Search", f"by words, and {_EMBEDDERS.get(name, f'by {name}')}"),
        ("Checking", checker),
        ("Papers read", f"{k} for an answer, unless it is set above"),
    )
    listed = "".join(f"<dt>{head}</dt><dd>{escape(words)}</dd>" for head, words in rows)
    return f"<h3>In force</h3><dl>{listed}</dl>"


def welcome(shelf: Shelf, questions: Sequence[str], asked: int | None = None) -> str:
    """Return what a chat shows before its first question.

    Args:
        shelf: what the library holds.
        questions: what one may ask.
        asked: how many papers are asked, where not all are.
    """
    if not shelf.papers:
        return (
            '<section id="welcome"><h2>The library is empty</h2><p>Add papers to ask about: '
            "BibTeX, RIS, CSV, JSON, PubMed or arXiv XML, or a saved listing page.</p>"
            '<button type="button" class="strong" data-do="toggle-library">Add papers</button>'
            "</section>"
        )
    many = _papers(shelf.papers if asked is None else asked)
    rows = "".join(
        f'<li><button type="button" data-do="example">{escape(q)}</button></li>' for q in questions
    )
    return (
        f'<section id="welcome"><h2>Ask {many}</h2>'
        "<p>Every sentence of an answer shows the words that support it.</p>"
        f'<ul class="examples">{rows}</ul>{legend()}{MEANING}</section>'
    )


def library(shelf: Shelf) -> str:
    """Return the library's head, filters and the place of its list."""
    first, last = shelf.years or (None, None)
    years = f"{_year('from', 'From year', first)}{_year('to', 'To year', last)}" if first else ""
    venues = _choice("venue", "Venue", shelf.venues) if shelf.venues else ""
    files = _choice("source", "File", shelf.sources) if shelf.sources else ""
    fine = (
        '<p class="fine full">What is filtered or ticked here is what is asked.</p>'
        if shelf.papers
        else ""
    )
    return (
        '<div class="over"><h2>Library</h2><button type="button" class="quiet" '
        'data-do="toggle-library">Close</button></div>'
        f'<p class="count">{_papers(shelf.papers).capitalize()}</p>'
        '<form id="filters" aria-label="Search and filter">'
        '<label class="full">Search <input type="search" name="query" autocomplete="off"></label>'
        f"{years}{venues}{files}{fine}</form>"
    )


def _year(name: str, label: str, shown: int | None) -> str:
    hint = f' placeholder="any ({shown})"' if shown else ""
    return (
        f'<label>{label} <input type="number" name="{name}" min="0" max="9999" step="1"{hint}>'
        "</label>"
    )


def _choice(name: str, label: str, choices: Iterable[tuple[str, int]]) -> str:
    options = "".join(
        f'<option value="{escape(value)}">{escape(value)} ({count})</option>'
        for value, count in choices
    )
    return (
        f'<label>{label} <select name="{name}"><option value="">Any</option>{options}'
        "</select></label>"
    )


def found(papers: Sequence[Paper], head: str, *, more: bool = False) -> str:
    """Return the list of the papers that were found, each to be ticked.

    Args:
        papers: the first of them.
        head: what they are, as HTML.
        more: there are more to show.
    """
    cards = "".join(card(paper, f"l-{number}", pick=True) for number, paper in enumerate(papers, 1))
    button = '<button type="button" class="quiet" data-do="more-papers">Show more</button>'
    return (
        f'<h3 class="count">{head}</h3>{_CHOOSING if papers else ""}<ul class="cards">{cards}</ul>'
        f"{button if more and papers else ''}"
    )


_CHOOSING = (
    '<p class="choosing"><button type="button" class="quiet" data-do="pick-all">Tick these</button>'
    '<span id="picked"></span>'
    '<button type="button" class="quiet" data-do="clear-filters" hidden>Ask all papers</button>'
    '<button type="button" class="quiet" data-do="remove" hidden>Remove</button></p>'
)


def latest(shown: int, matching: int) -> str:
    """Return the head of a list in the order of years."""
    if shown < matching:
        return f"{shown} of {_papers(matching)}, latest year first"
    return _papers(matching) + (", latest year first" if matching > 1 else "")


def best(shown: int, query: str, *, match: bool) -> str:
    """Return the head of a list that was searched for."""
    said = f"“{escape(query)}”"
    if not match:
        return f"No paper has the words {said}; these are nearest in meaning"
    return f"{_papers(shown)} with words of {said}, best first"


def like(paper: Paper) -> str:
    """Return the head of the papers that are like one."""
    back = '<button type="button" class="quiet" data-do="unlike">Show all</button>'
    return f"Papers like “{escape(paper.name)}”, nearest first {back}"


def reading(done: int, total: int) -> str:
    """Return how far an upload is: passages embedded, of all; zeros before they are counted."""
    if not total:
        return f'<div class="report">{render.doing("Reading the files")}</div>'
    return (
        f'<div class="report"><p>{done:,} of {total:,} passages read</p>'
        f'<progress aria-label="Reading" max="{total}" value="{done}"></progress></div>'
    )


def taken_in(report: IngestReport) -> str:
    """Return what an upload did, with each rejection as the command line words it."""
    rows = "".join(
        f"<li><b>{escape(r.where)}</b>: {escape(r.reason)}</li>" for r in rejections(report)
    )
    head = (
        f"{report.added:,} added, {report.updated:,} updated, {report.unchanged:,} unchanged, "
        f"{report.duplicates:,} duplicates, {len(report.rejected):,} rejected; "
        f"{_papers(report.papers)} in the library"
    )
    listed = f'<ul class="rejected">{rows}</ul>' if rows else ""
    return f'<div class="report"><p>{head}.</p>{listed}</div>'


def problem(text: str) -> str:
    """Return a problem with the library as a line."""
    return f'<div class="report"><p class="problem">{escape(text)}</p></div>'


def _papers(count: int) -> str:
    return "1 paper" if count == 1 else f"{count:,} papers"
