"""The chain: question -> standalone question -> papers -> text -> receipts -> Answer."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import logging
import re
import threading
import time
from collections.abc import Iterator, Sequence

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import LLM, ChatMessage, MessageRole

from rag.answers import abstention, conversation, extraction, gathering, judging, prompts, questions
from rag.errors import InputError, ModelError
from rag.index.filters import Condition
from rag.index.index import Index
from rag.models import replies
from rag.models.embedders import embed_kept, encoder, identity
from rag.receipts import support
from rag.receipts.citations import CitationStream, split_cited
from rag.settings import Settings
from rag.text import tokens
from rag.types import (
    Answer,
    Citation,
    Evidence,
    Hit,
    Retrieved,
    Seconds,
    Sentence,
    Turn,
    Usage,
)

log = logging.getLogger(__name__)

# What a model is told to reply, and what every answer that declines begins with.
REFUSAL = "These papers do not answer that."
_LONGEST_QUESTION = 4_000
# Threads that compute at once only take Python's lock from each other, at every call into C.
_TURN = threading.Lock()
_BRACKETED = re.compile(r"\[(\d{1,3}(?:\s?[,;–-]\s?\d{1,3})*)\]")


def stream(
    question: str,
    *,
    index: Index,
    embedder: BaseEmbedding,
    llm: LLM | None,
    settings: Settings,
    k: int,
    where: Sequence[Condition] = (),
    history: Sequence[Turn] = (),
    judge: bool = False,
) -> Iterator[tuple[Hit, ...] | str | Answer]:
    """Answer a question: yield the hits, then text as it comes, then the Answer.

    With ``judge`` a model adds its own verdict to each sentence.

    Raises:
        InputError: the question is empty or too long.
        ModelError: the model failed; ``partial`` holds the text that had arrived.
    """
    question = " ".join(question.encode("utf-8", "replace").decode().split())
    if not question or len(question) > _LONGEST_QUESTION:
        raise InputError(f"a question has 1 to {_LONGEST_QUESTION} characters; ask another")
    started = time.perf_counter()
    history = conversation.within_budget(history, settings.history_tokens)
    used: dict[str, str] = {}
    spent: list[Usage] = []
    alone = question
    follows = bool(history) and questions.refers_back(question)
    if follows and llm is not None:
        alone, prompt, usage = conversation.condense(question, history, llm, settings)
        used[prompt.name] = prompt.sha256
        spent.append(usage)
    elif follows:
        titles = gathering.cited_titles(history[-1], index, embedder)
        alone = questions.standalone(question, history, titles)
    # A remote embedder is waited for, not computed: there the threads wait side by side.
    turn = _TURN if encoder(embedder) else contextlib.nullcontext()
    intent = questions.read_question(alone)
    with turn:
        found = gathering.gather(alone, intent, index=index, embedder=embedder, k=k, where=where)
        hits, intent = found.hits, found.intent
        retrieved = time.perf_counter()
        candidates = extraction.score_sentences(
            alone,
            hits[: found.lead],
            functools.partial(embed_kept, embedder),
            functools.partial(gathering.rarity, index),
        )
        grounds = abstention.find_grounds(alone, hits, candidates, intent)
    yield hits
    text, stopped = "", None
    sentences: list[Sentence] = []
    order: list[int] = []
    answered = bool(hits) and abstention.answers(grounds, identity(embedder))
    if not answered:
        generated = verified = time.perf_counter()
    elif llm is None:
        chosen = extraction.choose(candidates, intent)
        text, sentences, order = _quote(hits, chosen, as_list=intent.kind != "one")
        yield text
        generated = verified = time.perf_counter()
    else:
        prompt = prompts.load("answer", settings.prompts)
        used[prompt.name] = prompt.sha256
        sources = _within(hits, settings.context_tokens)
        parser = CitationStream(len(sources))
        try:
            for part in _generate(llm, prompt, alone, sources, settings):
                if isinstance(part, replies.Completion):
                    spent.append(part.usage)
                    stopped = part.stopped
                    shown = parser.finish()
                else:
                    shown = parser.feed(part)
                if shown:
                    text += shown
                    yield shown
        except ModelError as error:
            error.partial = text + parser.finish()
            raise
        generated = time.perf_counter()
        order = [hits.index(sources[number - 1]) for number in parser.order]
        answered = not text.strip().startswith(REFUSAL)
        with turn:
            sentences = _receipts(text, [hits[i] for i in order], embedder) if answered else []
        if judge and sentences:
            cited = {n: hits[i].paper for n, i in enumerate(order, 1)}
            try:
                sentences, prompt, usage = judging.judge_sentences(sentences, cited, llm, settings)
                used[prompt.name] = prompt.sha256
                spent.append(usage)
            except ModelError as error:  # the answer stands without it
                log.warning("the judge's verdicts are unmeasured: %s", error)
                sentences = judging.unmeasured(sentences)
        verified = time.perf_counter()
    if not answered:
        declined = _declined(hits, grounds.missing)
        if declined.startswith(text):
            yield declined[len(text) :]
        text, order = declined, []
    yield Answer(
        question=question,
        standalone_question=alone,
        answered=answered,
        answer=text.strip(),
        sentences=tuple(sentences),
        citations=tuple(Citation(n, hits[i].paper) for n, i in enumerate(order, 1)),
        retrieved=tuple(Retrieved(h.rank, h.score, h.paper.id, h.paper.title) for h in hits),
        llm=replies.model_name(settings, llm),
        embedder=identity(embedder),
        prompts=used,
        usage=judging.total(spent),
        seconds=Seconds(
            retrieve=round(retrieved - started, 4),
            generate=round(generated - retrieved, 4),
            verify=round(verified - generated, 4),
            total=round(time.perf_counter() - started, 4),
        ),
        generation=index.generation,
        settings={
            "k": k,
            "where": [f"{c.field}{c.op}{c.value}" for c in where],
            "context_tokens": settings.context_tokens,
            "history_tokens": settings.history_tokens,
            "answer_tokens": settings.answer_tokens,
            "judge": judge,
        },
        stopped=stopped,
        confidence=round(abstention.score(grounds.features, identity(embedder)), 4),
    )


def _quote(
    hits: Sequence[Hit], chosen: Sequence[extraction.Candidate], *, as_list: bool
) -> tuple[str, list[Sentence], list[int]]:
    """Return the answer made of the chosen sentences, its receipts and the order of hits."""
    order = list(dict.fromkeys(piece.hit for piece in chosen))
    sentences = []
    for piece in chosen:
        paper = hits[piece.hit].paper
        quote = paper.abstract[piece.start : piece.end]
        number = order.index(piece.hit) + 1
        sentences.append(
            Sentence(
                text=f"{_no_markers(quote)} [{number}]",
                citations=(number,),
                support="verbatim",
                score=1.0,
                evidence=Evidence(paper.id, quote, piece.start, piece.end),
            )
        )
    lines = [f"- {sentence.text}" if as_list else sentence.text for sentence in sentences]
    return ("\n" if as_list else " ").join(lines), sentences, order


def _no_markers(text: str) -> str:
    """Turn bracketed numbers of a paper's own into round ones: they are no citations here.

    >>> _no_markers("as shown before [3, 4].")
    'as shown before (3, 4).'
    """
    return _BRACKETED.sub(r"(\1)", text)


def _within(hits: Sequence[Hit], budget: int) -> list[Hit]:
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


def _generate(
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
        f"Title: {_no_markers(hit.paper.title)}\nYear: {hit.paper.year or 'unknown'}\n"
        f"Abstract: {_no_markers(hit.paper.abstract)}"
        for hit in sources
    ]
    mark = hashlib.sha256("\0".join(texts).encode("utf-8", "surrogatepass")).hexdigest()[:12]
    blocks = [
        f"=== source {number} {mark} ===\n{text}\n=== end of source {number} {mark} ==="
        for number, text in enumerate(texts, 1)
    ]
    return "\n\n".join(blocks), mark


def _receipts(text: str, cited: Sequence[Hit], embedder: BaseEmbedding) -> list[Sentence]:
    """Check each sentence of a model's answer against the papers it cites."""
    receipts = []
    for piece in split_cited(text):
        papers = [cited[number - 1].paper for number in piece.citations]
        if not papers and not piece.unresolved and not support.is_factual(piece.claim):
            receipts.append(Sentence(piece.text, (), "uncited", 0.0))
            continue
        verdict = support.judge(piece.claim, papers, embedder) if papers else None
        receipts.append(
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
            )
        )
    return receipts


def _declined(hits: Sequence[Hit], missing: Sequence[str]) -> str:
    """Return the answer that says that the papers do not answer, what they lack, and the nearest.

    ``missing`` are asked words that no near paper has.
    """
    if not hits:
        return f"{REFUSAL} No paper in the library is near the question."
    lacking = f" None near the question mentions {_either(missing)}." if missing else ""
    nearest = "; ".join(f"“{hit.paper.name}”" for hit in hits[:3])
    return f"{REFUSAL}{lacking} The nearest papers are {nearest}."


def _either(words: Sequence[str]) -> str:
    """Return words in quotes with commas and "or" between.

    >>> _either(["speech", "audio", "hours"])
    '“speech”, “audio” or “hours”'
    """
    quoted = [f"“{word}”" for word in words]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
