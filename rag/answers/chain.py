"""The chain: question -> standalone question -> papers -> text -> receipts -> Answer.

`stream` is the whole way. Whether to answer is decided in `rag.answers.abstention` where no model
answers; where one does, the model decides.
"""

from __future__ import annotations

import contextlib
import functools
import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import LLM

from rag.answers import (
    abstention,
    conversation,
    extraction,
    followups,
    gathering,
    judging,
    meaning,
    planning,
    prompts,
    questions,
    retrieval,
    several,
    writing,
)
from rag.answers.catalogue import answering
from rag.answers.catalogue.known import Known
from rag.answers.quoting import NEAREST, quote
from rag.answers.refusals import declined, none_is_about
from rag.errors import InputError, ModelError
from rag.index.filters import Condition
from rag.index.index import Index
from rag.models import replies
from rag.models.cross_encoder import cross_encoder
from rag.models.embedders import embed_kept, encoder, identity, shown
from rag.settings import Settings
from rag.text.seen import is_blank
from rag.types import Answer, Citation, Hit, Length, Retrieved, Seconds, Sentence, Turn, Usage

log = logging.getLogger(__name__)

Part: TypeAlias = "tuple[Hit, ...] | str | Answer"
Choose = Callable[[str, Sequence[Hit]], Sequence[Hit]]

_LONGEST_QUESTION = 4_000
# Threads that compute at once only take Python's lock from each other, at every call into C.
_TURN = threading.Lock()
_PATIENCE = 0.5  # seconds: behind a question whose work takes longer, another one waits no more


@contextlib.contextmanager
def _in_turn() -> Iterator[None]:
    """Compute alone, or beside one who takes long."""
    alone = _TURN.acquire(timeout=_PATIENCE)
    try:
        yield
    finally:
        if alone:
            _TURN.release()


def stream(
    question: str,
    *,
    index: Index,
    embedder: BaseEmbedding,
    llm: LLM | None,
    settings: Settings,
    k: int,
    least: float = abstention.LEAST,
    where: Sequence[Condition] = (),
    history: Sequence[Turn] = (),
    judge: bool = False,
    choose: Choose | None = None,
    length: Length = "usual",
    apart: bool = True,
) -> Iterator[Part]:
    """Answer a question: yield the hits, then text as it comes, then the Answer.

    With ``judge`` a model adds its own verdict to each sentence. ``choose`` says which of the
    papers found are read, in which order. Without a model they are quoted from the confidence
    ``least`` on, and several questions in one are asked one by one, each ``apart``.

    Raises:
        InputError: the question is empty or too long.
        ModelError: the model failed; ``partial`` holds the text that had arrived, ``answer`` the
            Answer that there is without it.
    """
    question = " ".join(question.encode("utf-8", "replace").decode().split())
    if is_blank(question) or len(question) > _LONGEST_QUESTION:
        raise InputError(f"a question has 1 to {_LONGEST_QUESTION} characters; ask another")
    started = time.perf_counter()
    history = conversation.within_budget(history, settings.history_tokens)
    used: dict[str, str] = {}
    spent: list[Usage] = []
    alone = question
    multilingual = identity(embedder).startswith("e5")
    read = questions.read_question(question, index.lexical, multilingual=multilingual)
    chats = read.kind == "chat" and not followups.is_joined(question)
    follows = bool(history) and not chats and followups.refers_back(question)
    plan: planning.Plan | None = None
    fault: ModelError | None = None
    compares = read.kind == "compare"
    searched = follows or read.kind not in {"chat", "library"}  # others ask the catalogue
    planned = planning.is_needed(question, compares=compares, follows=follows)
    if llm is not None and searched and planned:
        try:
            told = history if follows else ()
            plan, prompt, usage = planning.make(question, told, llm, settings)
            used[prompt.name] = prompt.sha256
            spent.append(usage)
        except ModelError as error:
            fault = error  # told when the papers are found
    if follows and plan and plan.question:
        alone = plan.question
    elif follows:
        titles = gathering.cited_titles(history[-1], index, embedder)
        alone = followups.standalone(question, history, titles)[:_LONGEST_QUESTION]
    # A remote embedder is waited for, not computed: there the threads wait side by side.
    turn = _in_turn if encoder(embedder) else contextlib.nullcontext
    if follows:
        read = questions.read_question(alone, index.lexical, multilingual=multilingual)
    if read.mended:
        alone = read.text
    by_meaning = multilingual and read.language != "en"

    def ask(part: str, before: Sequence[Turn]) -> Iterator[Part]:
        return stream(
            part,
            index=index,
            embedder=embedder,
            llm=None,
            settings=settings,
            k=k,
            least=least,
            where=where,
            history=before,
            length=length,
            apart=False,
        )

    if read.several and llm is None and apart:
        yield from several.one_by_one(question, alone, read.several, ask)
        return
    if read.kind in {"chat", "library"} or read.limited or read.people:
        known = answering.answer(read, index=index, embedder=embedder, where=where)
        if known is not None:
            yield ()
            yield known.text
            yield _computed(known, question, alone, index, embedder, llm, settings, started)
            return
        if read.kind == "library":
            read = replace(read, kind="list")
    limits = (*where, *read.where) if read.limited else where
    limits = planning.matching(plan.where, limits, index) if plan else limits
    with turn():
        found = gathering.gather(read, index=index, embedder=embedder, k=k, where=limits)
        hits, read, lead = found.hits, found.question, found.lead
        if plan:
            runs = [retrieval.search(index, embedder, s, k, limits) for s in plan.searches]
            hits = planning.merge([*runs, hits], max(k, len(hits)))
            lead = max(lead, len(runs))
        if choose is not None:
            hits = tuple(choose(alone, hits))
        retrieved = time.perf_counter()
        candidates = extraction.score_sentences(
            read,
            hits[:lead],
            functools.partial(embed_kept, embedder),
            functools.partial(gathering.rarity, index),
            functools.partial(meaning.logits, embedder) if by_meaning else cross_encoder().logits,
        )
        grounds = abstention.find_grounds(read, hits, candidates, index.lexical.papers)
        strange = gathering.is_foreign(index, read)
        if by_meaning:
            sure = meaning.score(candidates)
        else:
            sure = 1.0 if candidates.plainly else abstention.score(grounds.features)
        confidence = 0.0 if strange else round(sure, 4)

    @functools.cache  # each name and word is looked up in the library
    def unknown() -> list[str]:
        # Of a question in another language only the names are searched, so only they can lack.
        said = grounds.missing if read.language == "en" else read.names
        return gathering.unknown(index, read.text, said)

    @functools.cache
    def answers() -> bool:
        unheard = gathering.names_unheard(index, unknown())
        unsure = extraction.nearest(candidates, read)
        needed = abstention.least_for(read, grounds, least, unheard=unheard, unsure=unsure)
        # Who wrote what is asked about is a filter: what it leaves is what is meant.
        meant = read.limited or bool(found.absent) or sure >= needed
        return bool(hits) and meant and not strange

    if llm is None and apart and read.kind not in {"list", "compare"}:
        for halves in questions.halves(read.text, plainly=answers()):
            parts = [(half,) for half in halves]
            both = list(several.one_by_one(question, alone, parts, ask, every=True))
            if both:
                yield from both
                return
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
            embedder=shown(identity(embedder)),
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
                "where": [f"{c.field}{c.op}{c.value}" for c in limits],
                "context_tokens": settings.context_tokens,
                "history_tokens": settings.history_tokens,
                "answer_tokens": settings.answer_tokens,
                "judge": judge,
                **({"length": length} if length != "usual" else {}),
            },
            stopped=stopped,
            confidence=confidence,
        )

    def quoted() -> _Made:
        if not answers():
            return _Made(read.note + declined(hits, unknown()), answered=False)
        named = found.named if not plan else 0
        told = extraction.heard(candidates, hits, read, named)
        chosen = extraction.choose(told, read, named, length)
        unsure = extraction.nearest(told, read)
        listed = len({piece.hit for piece in chosen})
        more = 0 if unsure or read.kind != "list" else max(0, found.matching - listed)
        made = _Made(*quote(hits, chosen, read, more, apart=unsure))
        if unsure:
            made = replace(made, text=f"{NEAREST}\n\n{made.text}")
        if found.absent:
            made = replace(made, text=f"{none_is_about(found.absent)}\n\n{made.text}")
        return replace(made, text=read.note + made.text)

    generated: float | None = None
    if llm is None or not hits:
        made = quoted()
        yield made.text
        yield answer_of(made)
        return
    prompt = prompts.load("answer", settings.prompts)
    sources = writing.within(hits, settings.context_tokens)

    def source_of(claim: str) -> int | None:
        with turn():
            return writing.find_source(claim, sources)

    try:
        if fault:
            raise fault
        written = yield from writing.write(llm, prompt, alone, sources, settings, source_of, length)
    except ModelError as error:
        error.answer = answer_of(quoted(), stopped="error")
        raise
    generated = time.perf_counter()
    used[prompt.name] = prompt.sha256
    spent.append(written.usage)
    if written.declines:
        made = _Made(declined(hits, unknown()), answered=False)
        yield made.text
    elif not written.order:
        made = quoted()
        if made.answered:
            note = f"{writing.CITED_NOTHING}\n\n"
            yield f"\n\n{note}"  # what the model wrote stands before it
            yield made.text
            made = replace(made, text=note + made.text)
        else:
            yield made.text
    else:
        cited = [hits[i] for i in written.order]
        with turn():
            sentences = writing.receipts(written, cited, sources)
        if judge and sentences:
            papers = {n: hit.paper for n, hit in enumerate(cited, 1)}
            try:
                sentences, prompt, usage = judging.judge_sentences(sentences, papers, llm, settings)
                used[prompt.name] = prompt.sha256
                spent.append(usage)
            except ModelError as error:  # the answer stands without it
                log.warning("the judge's verdicts are unmeasured: %s", error)
                sentences = judging.unmeasured(sentences)
        made = _Made(written.text, sentences, written.order)
    yield answer_of(made, written.stopped)


@dataclass(frozen=True, slots=True)
class _Made:
    """An answer's text, its receipts and what it cites, by places among the hits."""

    text: str
    sentences: Sequence[Sentence] = ()
    order: Sequence[int] = ()
    answered: bool = True


def _computed(
    known: Known,
    question: str,
    alone: str,
    index: Index,
    embedder: BaseEmbedding,
    llm: LLM | None,
    settings: Settings,
    started: float,
) -> Answer:
    """Return an answer that the catalogue gave."""
    spent = round(time.perf_counter() - started, 4)
    papers = tuple(enumerate(known.papers, 1))
    return Answer(
        question=question,
        standalone_question=alone,
        answered=known.answered,
        answer=known.text,
        sentences=known.sentences,
        citations=tuple(Citation(number, paper) for number, paper in papers),
        retrieved=tuple(Retrieved(number, 1.0, p.id, p.title) for number, p in papers),
        llm=replies.model_name(settings, llm),
        embedder=shown(identity(embedder)),
        prompts={},
        seconds=Seconds(retrieve=spent, total=spent),
        generation=index.generation,
        kind=known.kind,
    )
