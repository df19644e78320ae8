"""Answers to HTML. Pure: everything that is not of our making is escaped.

Titles, abstracts, questions and a model's words are text and stay text: they pass through
``html.escape`` on their way in, and links lead to http, https or a DOI. Of a model's Markdown
`ui.prose` keeps the harmless part; the rest is shown as it was written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

from rag.receipts.markers import Item
from rag.receipts.support import is_factual
from rag.types import Answer, Hit, Paper, Sentence
from ui.cards import card
from ui.exchanges import Exchange
from ui.glance import glance
from ui.inline import Wrap, plain_chip
from ui.legend import MEANING
from ui.prose import to_html

# A source's verdict on a sentence: the sign on its chip, and what it says in words.
_SIGNS = {
    "verbatim": ("✓", "word for word in this abstract"),
    "supported": ("✓", "supported by this abstract"),
    "weak": ("~", "closest sentence; it does not clearly say this"),
    "unsupported": ("!", "this abstract does not say it"),
}
_CLOSEST = "closest sentence; it does not say this"
# Only these are said aloud, after the sentence.
_FLAGS = {"weak": "check the source", "unsupported": "not supported", "uncited": "no source"}
_QUOTED, _LONGEST_QUOTE = 3, 400
_LONG = 2.0  # seconds: a wait of this length is announced
_FOLDED = 600  # characters of a question from which it is folded
_WITHOUT = "Without the model:"
_ADDED = "source added"  # by the program: the model gave none
# Why a text is incomplete, and what to do.
_STOPPED = {
    "length": "The model stopped here, at its limit; ask for the rest.",
    "repetition": "The model began to repeat itself; it was cut here.",
    "content_filter": "The model's content filter stopped it here; ask in other words.",
}


def waiting(name: str, question: str, hits: Sequence[Hit] = (), wait: float = 0.0) -> list[str]:
    """Return the exchange while nothing is written yet, in pieces.

    Args:
        name: the exchange's id in the page.
        question: what was asked.
        hits: the papers that are being read, once they are found.
        wait: in how many seconds the first words are likely to come, 0 where that is unknown.
    """
    what = f"Reading {_count(len(hits), 'abstract')}" if hits else "Searching the library"
    if hits and wait >= _LONG:
        what += f"; first words in about {_count(round(wait), 'second')}"
    return _framed(name, question, "waiting", [doing(what)], _being_read(hits))


def doing(what: str) -> str:
    """Return a line that says what goes on."""
    return f'<p class="doing"><span class="dot" aria-hidden="true"></span>{what}</p>'


def writing(name: str, question: str, text: str, hits: Sequence[Hit]) -> list[str]:
    """Return the exchange while its answer is being written, in pieces."""
    return _framed(name, question, "writing", to_html(text), _being_read(hits))


def finished(exchange: Exchange, library: Mapping[str, Paper]) -> list[str]:
    """Return an exchange that is over, in pieces.

    Args:
        exchange: what was asked and what came of it.
        library: papers by id, for those that were read but not cited.
    """
    answer = exchange.answer
    broken = []
    if answer is None or exchange.problem:
        text = to_html(exchange.partial)
        broken = [*text, f'<p class="problem">{escape(exchange.problem)}</p>']
    if answer is None:
        below = f'<div class="below">{_RETRY}{_versions(exchange)}</div>'
        parts = [*broken, _quotations(exchange, library), below]
        return _framed(exchange.id, exchange.question, "broken", parts, _found(exchange, library))
    state = "broken" if broken else "answered" if answer.answered else "declined"
    placed = _place(exchange.id, answer)
    chips = _Chips(exchange.id, answer, placed)
    text = to_html(answer.answer, [p.wrap for p in placed], chips.chip)
    if broken:
        text = [*broken, f'<p class="doing">{_WITHOUT}</p>', *text]
    if answer.stopped in _STOPPED:
        text.append(f'<p class="problem">{_STOPPED[answer.stopped]}</p>')
    return _framed(
        exchange.id,
        exchange.question,
        state,
        [*text, _footer(exchange, answer, placed)],
        _sources(exchange.id, answer, placed, library),
    )


def _quotations(exchange: Exchange, library: Mapping[str, Paper]) -> str:
    """Return the words that had been found for a question whose answer did not come."""
    rows = []
    for passage in exchange.found[:_QUOTED]:
        paper = library.get(passage.paper_id)
        words = paper.abstract[passage.start : passage.end] if paper else ""
        if paper and words:
            shown = words if len(words) <= _LONGEST_QUOTE else f"{words[:_LONGEST_QUOTE]}…"
            rows.append(f"<li><q>{escape(shown)}</q> <cite>{escape(paper.name)}</cite></li>")
    if not rows:
        return ""
    return f'<p class="doing">Found until then:</p><ul class="found">{"".join(rows)}</ul>'


def _found(exchange: Exchange, library: Mapping[str, Paper]) -> str:
    cards = "".join(
        card(library[passage.paper_id], f"{exchange.id}-r{rank}")
        for rank, passage in enumerate(exchange.found, 1)
        if passage.paper_id in library
    )
    return f'<h3>Papers found</h3><ul class="cards">{cards}</ul>' if cards else ""


def _versions(exchange: Exchange) -> str:
    """Return the way to the other answers to a question that was asked again."""
    if exchange.of < 2 or exchange.at > exchange.of:
        return ""
    steps = [
        f'<button type="button" class="quiet" data-do="version" data-to="{to}" '
        f'aria-label="{label}"{"" if 1 <= to <= exchange.of else " disabled"}>{sign}</button>'
        for to, label, sign in (
            (exchange.at - 1, "The answer before", "‹"),
            (exchange.at + 1, "The next answer", "›"),
        )
    ]
    return f'<span class="versions">{steps[0]}{exchange.at} of {exchange.of}{steps[1]}</span>'


def _framed(name: str, question: str, state: str, answer: Sequence[str], sources: str) -> list[str]:
    """Return an exchange in pieces; while it is written all but one or two stay the same."""
    long = " long" if len(question) > _FOLDED else ""
    return [
        f'<article class="turn {state}" id="{name}" aria-label="Question and answer">'
        f'<div class="asked"><h2 class="question{long}">{escape(question)}</h2>'
        '<button type="button" class="quiet again" data-do="edit">Edit</button></div>'
        f'{_UNFOLD if long else ""}<div class="answer">',
        *answer,
        f'</div><aside class="sources" aria-label="Sources">{sources}</aside></article>',
    ]


_UNFOLD = '<button type="button" class="quiet unfold" data-do="unfold">Show all of it</button>'


def _being_read(hits: Sequence[Hit]) -> str:
    rows = "".join(f"<li>{escape(hit.paper.name)}</li>" for hit in hits)
    return f'<h3>Reading</h3><ul class="reading">{rows}</ul>' if rows else ""


@dataclass(frozen=True, slots=True)
class _Placed:
    """A sentence and where it stands in its answer; ``verdict`` is how it is shown.

    ``better`` is the card of another paper, which says it where the cited ones do not.
    """

    sentence: Sentence
    start: int
    end: int
    verdict: str
    better: str

    @property
    def wrap(self) -> Wrap:
        flag = _FLAGS.get(self.verdict) or (_ADDED if self.sentence.attributed else "")
        said = f'&nbsp;<span class="flag {self.verdict}">{flag}</span>' if flag else ""
        if self.better:
            said += (
                f' <button type="button" class="flag" data-do="open-card" '
                f'data-card="{self.better}">another paper says it</button>'
            )
        return Wrap(self.start, self.end, f'<span class="s {self.verdict}">', "</span>", said)


def _place(name: str, answer: Answer) -> list[_Placed]:
    ids = {r.rank: r.paper_id for r in answer.retrieved}
    numbers = {c.paper.id: f"{name}-{c.number}" for c in answer.citations}
    placed = []
    at = 0
    for sentence in answer.sentences:
        start = answer.answer.find(sentence.text, at)
        if start < 0:
            continue
        at = start + len(sentence.text)
        # What states nothing needs no source.
        idle = sentence.support == "uncited" and not is_factual(sentence.text)
        rank = sentence.suggested
        better = numbers.get(ids[rank], f"{name}-r{rank}") if rank in ids else ""
        placed.append(_Placed(sentence, start, at, "idle" if idle else sentence.support, better))
    return placed


class _Chips:
    """Makes the citation chips of one answer."""

    def __init__(self, name: str, answer: Answer, placed: Sequence[_Placed]) -> None:
        self._name = name
        self._papers = {citation.number: citation.paper for citation in answer.citations}
        self._placed = placed

    def chip(self, item: Item, at: int) -> str:
        """Return the chip for a marker that stands at ``at`` in the answer."""
        paper = self._papers.get(item.first)
        if item.doubted or paper is None or item.last != item.first:
            return plain_chip(item._replace(doubted=True), at)
        number = next((i for i, p in enumerate(self._placed) if p.start <= at < p.end), -1)
        verdict, quoted = _verdict_of(self._placed[number].sentence if number >= 0 else None,
                                      item.first, paper)  # fmt: skip
        sign, words = _SIGNS.get(verdict, ("", ""))
        if quoted and verdict == "unsupported":
            words = _CLOSEST
        year = f", {paper.year}" if paper.year else ""
        label = f"Source {item.first}: {paper.name}{year}{'; ' if words else ''}{words}"
        kind = f"cite {verdict}".rstrip()
        return (
            f'<button type="button" class="{kind}" data-card="{self._name}-{item.first}" '
            f'data-sentence="{number}" data-verdict="{words}" data-quote="{escape(quoted)}" '
            f'aria-label="{escape(label)}"><span class="n">{item.first}</span>'
            f'<span class="v" aria-hidden="true">{sign}</span></button>'
        )


def _verdict_of(sentence: Sentence | None, number: int, paper: Paper) -> tuple[str, str]:
    """Return what one source says of a sentence, and the words quoted from it; '' for unknown."""
    if sentence is None:
        return "", ""
    evidence = sentence.evidence
    own = evidence is not None and evidence.paper_id == paper.id
    alone = own or sentence.citations == (number,)
    verdict = sentence.verdicts.get(str(number)) or (sentence.support if alone else "")
    return (verdict if verdict in _SIGNS else ""), evidence.quote if evidence and own else ""


_RETRY = '<button type="button" class="quiet again" data-do="retry">Retry</button>'


_LENGTHS = "".join(
    f'<button type="button" class="quiet again" data-do="length" data-length="{length}">{words}'
    "</button>"
    for length, words in (("short", "Shorter"), ("detailed", "More detail"))
)


def _footer(exchange: Exchange, answer: Answer, placed: Sequence[_Placed]) -> str:
    """Return what stands below an answer: its receipt, what one can do, its cost."""
    thumbs = "".join(
        f'<button type="button" class="quiet thumb" data-do="rate" data-verdict="{verdict}" '
        f'aria-pressed="{str(exchange.verdict == verdict).lower()}" aria-label="{label}">'
        f"{_THUMB}</button>"
        for verdict, label in (("up", "Helpful"), ("down", "Not helpful"))
    )
    copy = '<button type="button" class="quiet" data-do="copy-answer">Copy</button>'
    again = f"{_RETRY}{_LENGTHS if answer.answered and answer.kind == 'papers' else ''}"
    return (
        f"{_receipt(answer, placed)}{glance(answer)}"
        f'<div class="below">{copy}{again}{_versions(exchange)}'
        f'<span class="thumbs">{thumbs}</span>{_cost(answer)}</div>'
        '<form class="note" hidden><label>What was good, wrong or missing? (optional)'
        '<input name="note" maxlength="2000" autocomplete="off"></label>'
        '<button type="submit">Send</button></form><div class="follow"></div>'
    )


_THUMB = (
    '<svg viewBox="0 0 20 20" aria-hidden="true" focusable="false"><path d="M6.5 9 10 2.6c1.3 0 2 '
    "1 1.8 2.2L11.2 8h4.3c1 0 1.7.9 1.5 1.9l-1 5.2c-.2.8-.8 1.4-1.7 1.4H6.5zM3 9h3.5v7.5H3z"
    '"/></svg>'
)


def _receipt(answer: Answer, placed: Sequence[_Placed]) -> str:
    """Return a line that counts the verdicts; nothing for an answer that declines."""
    if not answer.answered:
        return ""
    shown = [p.verdict for p in placed if p.verdict != "idle"]
    counts = [
        (sum(kind in kinds for kind in shown), words)
        for kinds, words in (
            (("verbatim",), "word for word"),
            (("supported",), "supported"),
            (("weak",), "to check in the source"),
            (("unsupported",), "not supported"),
            (("uncited",), "without a source"),
        )
    ]
    said = ", ".join(f"{count} {words}" for count, words in counts if count)
    if not said:
        return ""
    return f'<p class="receipt">{_count(len(shown), "sentence")}: {said}. {MEANING}</p>'


def _cost(answer: Answer) -> str:
    """Return time, tokens and what answered, folded."""
    tokens = answer.usage.prompt_tokens + answer.usage.completion_tokens
    seconds = answer.seconds
    rows = [
        ("Model", "none: quotations" if answer.llm == "none" else answer.llm),
        ("Embedder", answer.embedder),
        ("Search", f"{seconds.retrieve:.2f} s"),
        ("Writing", f"{seconds.generate:.2f} s"),
        ("Checking", f"{seconds.verify:.2f} s"),
    ]
    if tokens:
        used = f"{answer.usage.prompt_tokens:,} read, {answer.usage.completion_tokens:,} written"
        rows.append(("Tokens", used))
        if answer.usage.cost_usd is not None:
            rows.append(("Cost", f"${answer.usage.cost_usd:.4f}"))
    if answer.standalone_question != answer.question:
        rows.insert(0, ("Understood as", answer.standalone_question))
    listed = "".join(f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in rows)
    total = f"{seconds.total:.{1 if seconds.total >= 1 else 2}f} s" + (
        f", {tokens:,} tokens" if tokens else ""
    )
    return f'<details class="cost"><summary>{total}</summary><dl>{listed}</dl></details>'


def _sources(
    name: str, answer: Answer, placed: Sequence[_Placed], library: Mapping[str, Paper]
) -> str:
    """Return the cards: the papers cited, then those read but not cited."""
    cited = {citation.paper.id for citation in answer.citations}
    doubted = {i for i, p in enumerate(placed) if p.sentence.support in ("weak", "unsupported")}
    cards = [
        card(
            citation.paper,
            f"{name}-{citation.number}",
            citation.number,
            [
                (i, evidence.start, evidence.end)
                for i, p in enumerate(placed)
                if (evidence := p.sentence.evidence) and evidence.paper_id == citation.paper.id
            ],
            doubted,
        )
        for citation in answer.citations
    ]
    rest = [
        card(library.get(r.paper_id) or Paper(r.paper_id, r.title, ""), f"{name}-r{r.rank}")
        for r in answer.retrieved
        if r.paper_id not in cited
    ]
    if not answer.answered:
        return f'<h3>Nearest papers</h3><ul class="cards">{"".join(rest)}</ul>' if rest else ""
    if not cards and not rest:  # a greeting, a count
        return ""
    made = '<button type="button" class="quiet" data-do="copy-bibtex">Copy BibTeX</button>'
    shown = f'<div class="over"><h3>Sources</h3>{made}</div><ol class="cards">{"".join(cards)}</ol>'
    if rest:
        shown += (
            f'<details class="rest"><summary>{len(rest)} read but not cited</summary>'
            f'<ul class="cards">{"".join(rest)}</ul></details>'
        )
    return shown


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
