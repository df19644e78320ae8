"""An answer that a model writes from numbered sources, and the check of each of its sentences."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterator, Sequence

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import LLM, ChatMessage, MessageRole

from rag.answers import prompts
from rag.models import replies
from rag.receipts import several, support
from rag.receipts.citations import split_cited
from rag.receipts.markers import no_markers
from rag.settings import Settings
from rag.text import tokens
from rag.types import Hit, Sentence

# What a model is told to reply, and what every answer that declines begins with.
REFUSAL = "These papers do not answer that."


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


def generate(
    llm: LLM,
    prompt: prompts.Prompt,
    question: str,
    sources: Sequence[Hit],
    settings: Settings,
) -> Iterator[str | replies.Completion]:
    """Ask the model; see `rag.models.replies.complete_stream`."""
    body, mark = render_sources(sources)
    text = prompt.fill(sources=body, question=question, refusal=REFUSAL, mark=mark)
    message = ChatMessage(role=MessageRole.USER, content=text)
    yield from replies.complete_stream(
        llm, [message], max_tokens=settings.answer_tokens, settings=settings
    )


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


def receipts(
    text: str, cited: Sequence[Hit], embedder: BaseEmbedding, read: Sequence[Hit] = ()
) -> list[Sentence]:
    """Check each sentence of a model's answer against the papers it cites, or else those read."""
    checked = []
    for piece in split_cited(text):
        papers = [cited[number - 1].paper for number in piece.citations]
        if not papers and not piece.unresolved and not support.is_factual(piece.claim):
            checked.append(Sentence(piece.text, (), "uncited", 0.0))
            continue
        verdict, each = several.judge_each(piece.claim, papers, embedder) if papers else (None, [])
        others = [hit for hit in read if hit.paper not in papers]
        good = verdict is not None and several.is_borne_out(verdict)
        place = None if good else several.suggest(piece.claim, [h.paper for h in others], embedder)
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
            )
        )
    return checked
