"""The chain: question -> standalone question -> papers -> text -> receipts -> Answer."""

from __future__ import annotations

import contextlib
import functools
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import LLM

from rag.answers import (
    abstention,
    conversation,
    extraction,
    gathering,
    judging,
    planning,
    prompts,
    questions,
    retrieval,
    writing,
)
from rag.answers.quoting import quote
from rag.answers.refusals import declined
from rag.errors import InputError, ModelError
from rag.index.filters import Condition
from rag.index.index import Index
from rag.models import replies
from rag.models.embedders import embed_kept, encoder, identity
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
        ModelError: the model failed; ``partial`` holds the text that had arrived, ``answer`` the
            Answer that there is without it.
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
    plan: planning.Plan | None = None
    fault: ModelError | None = None
    compares = questions.read_question(question).kind == "compare"
    if llm is not None and planning.is_needed(question, compares=compares, follows=follows):
        told = history if follows else ()
        try:
            plan, prompt, usage = planning.make(question, told, llm, settings)
            used[prompt.name] = prompt.sha256
            spent.append(usage)
        except ModelError as error:
            fault = error  # told when the papers are found
    if follows and plan and plan.question:
        alone = plan.question
    elif follows:
        titles = gathering.cited_titles(history[-1], index, embedder)
        alone = questions.standalone(question, history, titles)
    in_force = planning.matching(plan.where, where, index) if plan else where
    # A remote embedder is waited for, not computed: there the threads wait side by side.
    turn = _TURN if encoder(embedder) else contextlib.nullcontext()
    intent = questions.read_question(alone)
    with turn:
        found = gathering.gather(alone, intent, index=index, embedder=embedder, k=k, where=in_force)
        hits, intent, lead = found.hits, found.intent, found.lead
        if plan:
            runs = [retrieval.search(index, embedder, s, k, in_force) for s in plan.searches]
            hits = planning.merge([*runs, hits], max(k, len(hits)))
            lead = max(lead, len(runs))
        retrieved = time.perf_counter()
        candidates = extraction.score_sentences(
            alone,
            hits[:lead],
            functools.partial(embed_kept, embedder),
            functools.partial(gathering.rarity, index),
        )
        grounds = abstention.find_grounds(alone, hits, candidates, intent)
    yield hits

    def answer_of(made: _Made, stopped: str | None = None) -> Answer:
        done = time.perf_counter()
        return Answer(
            question=question,
            standalone_question=alone,
            answered=made.answered,
            answer=made.text.strip(),
            sentences=tuple(made.sentences),
            citations=tuple(Citation(n, hits[i].paper) for n, i in enumerate(made.order, 1)),
            retrieved=tuple(Retrieved(h.rank, h.score, h.paper.id, h.paper.title) for h in hits),
            llm=replies.model_name(settings, llm),
            embedder=identity(embedder),
            prompts=used,
            usage=judging.total(spent),
            seconds=Seconds(
                retrieve=round(retrieved - started, 4),
                generate=round((generated or done) - retrieved, 4),
                verify=round(done - (generated or done), 4),
                total=round(done - started, 4),
            ),
            generation=index.generation,
            settings={
                "k": k,
                "where": [f"{c.field}{c.op}{c.value}" for c in in_force],
                "context_tokens": settings.context_tokens,
                "history_tokens": settings.history_tokens,
                "answer_tokens": settings.answer_tokens,
                "judge": judge,
            },
            stopped=stopped,
            confidence=round(abstention.score(grounds.features, identity(embedder)), 4),
        )

    def quoted() -> _Made:
        if not hits or not abstention.answers(grounds, identity(embedder)):
            return _Made(declined(hits, grounds.missing), answered=False)
        chosen = extraction.choose(candidates, intent)
        return _Made(*quote(hits, chosen, as_list=intent.kind != "one"))

    generated: float | None = None
    if llm is None or not hits:
        made = quoted()
        yield made.text
        yield answer_of(made)
        return
    prompt = prompts.load("answer", settings.prompts)
    sources = writing.within(hits, settings.context_tokens)

    def source_of(claim: str) -> int | None:
        with turn:
            return writing.find_source(claim, sources, embedder)

    try:
        if fault:
            raise fault
        written = yield from writing.write(llm, prompt, alone, sources, settings, source_of)
    except ModelError as error:
        error.answer = answer_of(quoted(), stopped="error")
        raise
    generated = time.perf_counter()
    used[prompt.name] = prompt.sha256
    spent.append(written.usage)
    if written.declines:
        made = _Made(declined(hits, grounds.missing), answered=False)
        yield made.text
    elif not written.order:
        made = quoted()
        if made.answered:
            note = f"{writing.CITED_NOTHING}\n\n"
            yield note
            yield made.text
            made = replace(made, text=note + made.text)
        else:
            yield made.text
    else:
        with turn:
            cited = [hits[i] for i in written.order]
            sentences = writing.receipts(written.text, cited, written.attributed, embedder)
        if judge and sentences:
            papers = {n: hit.paper for n, hit in enumerate(cited, 1)}
            sentences, prompt, usage = judging.judge_sentences(sentences, papers, llm, settings)
            used[prompt.name] = prompt.sha256
            spent.append(usage)
        made = _Made(written.text, sentences, written.order)
    yield answer_of(made, written.stopped)


@dataclass(frozen=True, slots=True)
class _Made:
    """An answer's text, its receipts and what it cites, by places among the hits."""

    text: str
    sentences: Sequence[Sentence] = ()
    order: Sequence[int] = ()
    answered: bool = True
