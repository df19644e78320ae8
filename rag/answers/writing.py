"""An answer that a model writes from numbered sources, and the check of each of its sentences."""

from __future__ import annotations

import contextlib
import functools
import hashlib
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, replace

from llama_index.core.llms import LLM, ChatMessage, MessageRole

from rag.answers import prompts
from rag.answers.refusals import REFUSAL, is_refusal, may_refuse, says_no_answer
from rag.answers.repetition import Repetition
from rag.answers.thoughts import Thoughts
from rag.errors import ModelError
from rag.models import replies
from rag.receipts import several, support
from rag.receipts.attribution import Attribution
from rag.receipts.citations import CitationStream, split_cited
from rag.receipts.markers import no_markers
from rag.settings import Settings
from rag.text import tokens
from rag.types import Hit, Length, Sentence, Usage

_HOW_LONG: Mapping[Length, str] = {  # said after the question
    "short": "Answer in one sentence, in two at the most.",
    "detailed": "Answer in detail, in up to twelve sentences: all that the sources say on it.",
}
_LIKELIER_THAN_NOT = 0.5  # from this score on a paper is the source of a sentence without one
CITED_NOTHING = "The model cited nothing. The papers themselves say:"


def within(hits: Sequence[Hit], budget: int) -> list[Hit]:
    """Return the first hits whose abstracts fit into the budget of tokens, one at the least."""
    kept: list[Hit] = []
    for hit in hits:
        budget -= _tokens_of(hit.paper.title, hit.paper.abstract) + 30
        if kept and budget < 0:
            break
        kept.append(hit)
    return kept


@functools.lru_cache(maxsize=1024)
def _tokens_of(title: str, abstract: str) -> int:
    return tokens.count(title) + tokens.count(abstract)


@dataclass(frozen=True, slots=True)
class Written:
    """What a model wrote.

    ``order`` are the sources cited, by their places among the hits; it is empty where nothing is
    cited and nothing could be attributed. ``attributed`` are the claims whose source was found.
    """

    text: str
    order: tuple[int, ...]
    attributed: frozenset[str]
    stopped: str | None
    usage: Usage

    @property
    def declines(self) -> bool:
        """Whether the model says that the papers do not answer."""
        return is_refusal(self.text) or (not self.order and says_no_answer(self.text))


def write(
    llm: LLM,
    prompt: prompts.Prompt,
    question: str,
    sources: Sequence[Hit],
    settings: Settings,
    source_of: Callable[[str], int | None],
    length: Length = "usual",
) -> Generator[str, None, Written]:
    """Have a model answer from the sources: yield what may be shown of it, as it comes.

    Nothing is shown of a refusal. ``source_of`` finds the number of the source for a sentence
    without one.

    Raises:
        ModelError: the model failed; ``partial`` is the text that had arrived.
    """
    body, mark = render_sources(sources)
    if length in _HOW_LONG:
        question = f"{question}\n\n{_HOW_LONG[length]}"
    room = settings.answer_tokens * (2 if length == "detailed" else 1)
    text = prompt.fill(sources=body, question=question, refusal=REFUSAL, mark=mark)
    message = ChatMessage(role=MessageRole.USER, content=text)
    draft = _Draft(len(sources), source_of)
    completion: replies.Completion | None = None
    reply = replies.complete_stream(llm, [message], max_tokens=room, settings=settings)
    with contextlib.closing(reply):
        try:
            for part in reply:
                if isinstance(part, replies.Completion):
                    completion = part
                elif shown := draft.feed(part):
                    yield shown
                if draft.repeats:
                    break
        except ModelError as error:
            draft.finish()
            error.partial = draft.text
            raise
    if shown := draft.finish():
        yield shown
    stopped = completion.stopped if completion else None
    return Written(
        text=draft.text,
        order=tuple(number - 1 for number in draft.order),
        attributed=draft.attributed,
        stopped="repetition" if draft.repeats else stopped,
        usage=completion.usage if completion else _usage(llm, text, draft.text),
    )


def _usage(llm: LLM, sent: str, written: str) -> Usage:
    """Return about what a reply cost that was broken off."""
    used = Usage(tokens.count(sent), tokens.count(written))
    return replace(used, cost_usd=replies.cost(llm, used))


class _Draft:
    """A reply on its way to being an answer: what may be shown of it, and what it cites."""

    def __init__(self, sources: int, source_of: Callable[[str], int | None]) -> None:
        self._sources = sources
        self._source_of = source_of
        self._thoughts = Thoughts()
        self._restart()

    def _restart(self) -> None:
        self.text = ""
        self._begun = self._grounded = False
        self._shown = 0
        self._repetition = Repetition()
        self._attribution = Attribution(self._source_of)
        self._citations = CitationStream(self._sources)

    @property
    def order(self) -> tuple[int, ...]:
        """The numbers of the sources cited, by first use; none where nothing is said of them."""
        if not self._grounded:
            pieces = split_cited(self.text) if self._citations.order else []
            self._grounded = any(piece.citations and _says(piece.claim) for piece in pieces)
        return self._citations.order if self._grounded else ()

    @property
    def attributed(self) -> frozenset[str]:
        """The claims that got a source here."""
        return frozenset(self._attribution.claims)

    @property
    def repeats(self) -> bool:
        """Whether the text was cut where it repeats itself."""
        return self._repetition.found

    def feed(self, piece: str) -> str:
        """Return what may be shown now."""
        restarted = self._thoughts.restarted
        plain = self._thoughts.feed(piece)
        if self._thoughts.restarted > restarted:
            self._restart()
        if not self._begun:
            plain = plain.lstrip()
            self._begun = bool(plain)
        once = self._repetition.feed(plain)
        return self._show(self._citations.feed(self._attribution.feed(once)))

    def finish(self) -> str:
        """Return what was held back; the text is complete."""
        once = self._repetition.feed(self._thoughts.finish()) + self._repetition.finish()
        marked = self._attribution.feed(once) + self._attribution.finish()
        return self._show(self._citations.feed(marked) + self._citations.finish())

    def _show(self, text: str) -> str:
        self.text += text
        if may_refuse(self.text) or (not self.order and says_no_answer(self.text)):
            return ""
        shown = self.text[self._shown :]
        self._shown = len(self.text)
        return shown


def _says(claim: str) -> bool:
    """Say whether what is cited is more than a marker alone or words that lead to another line."""
    return any(map(str.isalpha, claim)) and not claim.rstrip(" *_.").endswith((":", "?"))


def find_source(claim: str, sources: Sequence[Hit]) -> int | None:
    """Return the number of the source that most likely says a claim, None where none does."""
    best, found = _LIKELIER_THAN_NOT, None
    for number, hit in enumerate(sources, 1):
        verdict = support.judge(claim, [hit.paper])
        if verdict.score > best:
            best, found = verdict.score, number
    return found


def render_sources(sources: Sequence[Hit]) -> tuple[str, str]:
    """Return the sources as they stand in a prompt, numbered, and the mark that delimits them.

    The mark is a digest of all the texts, which none of them can hold itself, and bracketed
    numbers of the papers' own become round: no abstract can end its source or cite another.
    """
    texts = [
        f"Title: {no_markers(hit.paper.title)}\nYear: {hit.paper.year or 'unknown'}\n"
        f"Abstract: {no_markers(hit.paper.abstract)}"
        for hit in sources
    ]
    mark = hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:12]
    blocks = [
        f"=== source {number} {mark} ===\n{text}\n=== end of source {number} {mark} ==="
        for number, text in enumerate(texts, 1)
    ]
    return "\n\n".join(blocks), mark


def receipts(written: Written, cited: Sequence[Hit], read: Sequence[Hit] = ()) -> list[Sentence]:
    """Check each sentence of a model's answer against the papers it cites, or else those read."""
    checked = []
    for piece in split_cited(written.text):
        papers = [cited[number - 1].paper for number in piece.citations]
        if not papers and not piece.unresolved and not support.is_factual(piece.claim):
            checked.append(Sentence(piece.text, (), "uncited", 0.0))
            continue
        verdict, each = several.judge_each(piece.claim, papers) if papers else (None, [])
        others = [hit for hit in read if hit.paper not in papers]
        good = verdict is not None and several.is_borne_out(verdict)
        place = None if good else several.suggest(piece.claim, [h.paper for h in others])
        checked.append(
            Sentence(
                text=piece.text,
                citations=piece.citations,
                support=verdict.support
                if verdict and not piece.unresolved
                else "unsupported"
                if piece.unresolved
                else "uncited",
                score=verdict.score if verdict else 0.0,
                evidence=verdict.evidence if verdict else None,
                unresolved=piece.unresolved,
                verdicts={
                    str(number): own.support
                    for number, own in zip(piece.citations, each, strict=True)
                    if len(each) > 1
                },
                suggested=None if place is None else others[place].rank,
                attributed=bool(papers) and piece.claim in written.attributed,
            )
        )
    return checked
