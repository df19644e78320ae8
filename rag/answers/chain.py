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
    conversation,
    extraction,
    gathering,
    judging,
    prompts,
    questions,
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
        text, sentences, order = quote(hits, chosen, as_list=intent.kind != "one")
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
            cited_hits = [hits[i] for i in order]
            sentences = writing.receipts(text, cited_hits, embedder, sources) if answered else []
        if judge and sentences:
            cited = {n: hits[i].paper for n, i in enumerate(order, 1)}
            sentences, prompt, usage = judging.judge_sentences(sentences, cited, llm, settings)
            used[prompt.name] = prompt.sha256
            spent.append(usage)
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
