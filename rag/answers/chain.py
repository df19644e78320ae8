"""The chain: question -> standalone question -> papers -> text -> receipts -> Answer."""

from __future__ import annotations

import contextlib
import functools
import threading
import time
from collections.abc import Iterator, Sequence

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import LLM

from rag.answers import (
    abstention,
    catalogue,
    conversation,
    extraction,
    followups,
    gathering,
    judging,
    prompts,
    questions,
    several,
    writing,
)
from rag.answers.quoting import quote
from rag.errors import InputError, ModelError
from rag.index.filters import Condition
from rag.index.index import Index
from rag.models import replies
from rag.models.embedders import embed_kept, encoder, identity
from rag.receipts.citations import CitationStream
from rag.settings import Settings
from rag.types import (
    Answer,
    Citation,
    Hit,
    Retrieved,
    Seconds,
    Sentence,
    Turn,
    Usage,
)

_LONGEST_QUESTION = 4_000
# Threads that compute at once only take Python's lock from each other, at every call into C.
_TURN = threading.Lock()


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
    multilingual = identity(embedder).startswith("e5")
    read = questions.read_question(question, index.lexical, multilingual=multilingual)
    follows = bool(history) and read.kind != "chat" and followups.refers_back(question)
    if follows and llm is not None:
        alone, prompt, usage = conversation.condense(question, history, llm, settings)
        used[prompt.name] = prompt.sha256
        spent.append(usage)
    elif follows:
        titles = gathering.cited_titles(history[-1], index, embedder)
        alone = followups.standalone(question, history, titles)
    # A remote embedder is waited for, not computed: there the threads wait side by side.
    turn = _TURN if encoder(embedder) else contextlib.nullcontext()
    if follows:
        read = questions.read_question(alone, index.lexical, multilingual=multilingual)
    if read.mended:
        alone = read.text
    if read.several and llm is None:
        ask = functools.partial(
            stream, index=index, embedder=embedder, llm=None, settings=settings, k=k, where=where
        )
        yield from several.one_by_one(question, alone, read.several, ask)
        return
    if read.kind in {"chat", "library"} or read.limited or read.people:
        known = catalogue.answer(read, index=index, embedder=embedder, where=where)
        if known is not None:
            yield from _told(known, question, alone, index, embedder, llm, settings, started)
            return
    limits = (*where, *read.where) if read.limited else where
    with turn:
        found = gathering.gather(read, index=index, embedder=embedder, k=k, where=limits)
        hits, read = found.hits, found.question
        retrieved = time.perf_counter()
        candidates = extraction.score_sentences(
            read.text,
            hits[: found.lead],
            functools.partial(embed_kept, embedder),
            functools.partial(gathering.rarity, index),
        )
        grounds = abstention.find_grounds(read, hits, candidates)
    yield hits
    text, stopped = "", None
    sentences: list[Sentence] = []
    order: list[int] = []
    # Who wrote what is asked about is a filter: what it leaves is what is meant.
    answered = bool(hits) and (read.limited or abstention.answers(grounds, identity(embedder)))
    if not answered:
        generated = verified = time.perf_counter()
    elif llm is None:
        chosen = extraction.choose(candidates, read)
        as_list = read.kind in {"compare", "list"}
        text, sentences, order = quote(hits, chosen, as_list=as_list)
        text = read.note + text
        yield text
        generated = verified = time.perf_counter()
    else:
        prompt = prompts.load("answer", settings.prompts)
        used[prompt.name] = prompt.sha256
        sources = writing.within(hits, settings.context_tokens)
        parser = CitationStream(len(sources))
        try:
            for part in writing.generate(llm, prompt, alone, sources, settings):
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
        answered = not text.strip().startswith(writing.REFUSAL)
        with turn:
            sentences = (
                writing.receipts(text, [hits[i] for i in order], embedder) if answered else []
            )
        if judge and sentences:
            cited = {n: hits[i].paper for n, i in enumerate(order, 1)}
            sentences, prompt, usage = judging.judge_sentences(sentences, cited, llm, settings)
            used[prompt.name] = prompt.sha256
            spent.append(usage)
        verified = time.perf_counter()
    if not answered:
        declined = read.note + _declined(hits, grounds.missing)
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


def _told(
    known: catalogue.Known,
    question: str,
    alone: str,
    index: Index,
    embedder: BaseEmbedding,
    llm: LLM | None,
    settings: Settings,
    started: float,
) -> Iterator[tuple[Hit, ...] | str | Answer]:
    """Yield an answer that was computed, as `stream` yields any."""
    yield ()
    yield known.text
    spent = round(time.perf_counter() - started, 4)
    yield Answer(
        question=question,
        standalone_question=alone,
        answered=known.answered,
        answer=known.text,
        sentences=known.sentences,
        citations=tuple(Citation(n, paper) for n, paper in enumerate(known.papers, 1)),
        retrieved=tuple(
            Retrieved(n, 1.0, paper.id, paper.title) for n, paper in enumerate(known.papers, 1)
        ),
        llm=replies.model_name(settings, llm),
        embedder=identity(embedder),
        prompts={},
        seconds=Seconds(retrieve=spent, total=spent),
        generation=index.generation,
        kind=known.kind,
    )


def _declined(hits: Sequence[Hit], missing: Sequence[str]) -> str:
    """Return the answer that says that the papers do not answer, what they lack, and the nearest.

    ``missing`` are asked words that no near paper has.
    """
    if not hits:
        return f"{writing.REFUSAL} No paper in the library is near the question."
    lacking = f" None near the question mentions {_either(missing)}." if missing else ""
    nearest = "; ".join(f"“{hit.paper.name}”" for hit in hits[:3])
    return f"{writing.REFUSAL}{lacking} The nearest papers are {nearest}."


def _either(words: Sequence[str]) -> str:
    """Return words in quotes with commas and "or" between.

    >>> _either(["speech", "audio", "hours"])
    '“speech”, “audio” or “hours”'
    """
    quoted = [f"“{word}”" for word in words]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
