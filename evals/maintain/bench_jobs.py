"""What `evals.maintain.bench` measures in a process of its own.

``python -m evals.maintain.bench_jobs JOB ARG...``
Each job prints one JSON object. ``seconds`` and ``cpu`` leave the start of the process and its
imports out; ``rss`` is its memory in MB at the end.
"""

from __future__ import annotations

import itertools
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding
from llama_index.core.llms import MockLLM

from evals.maintain import bench_stock
from evals.ranking import rank_metrics, read_beir
from rag import readers
from rag.answers.asking import query_terms
from rag.answers.retrieval import CANDIDATES
from rag.assistant import Assistant
from rag.index import passages
from rag.index.store import Spec, Store
from rag.models import embedders
from rag.models.local_embedders import static
from rag.settings import load_settings
from rag.types import Paper

PROMPT = "Which approach does the paper {title} take?"  # named by its title, it is answered
K = 10
FIRST = 0.05  # seconds until the model of `first_token` says its first word


def ingest(way: str, papers: str, folder: str, embedder: str, torch: str = "") -> dict[str, float]:
    """Make an index, our way or the stock way; ``torch`` names the stock's MiniLM."""
    if way == "ours":
        with _ours(folder, embedder) as assistant:
            _ = assistant.embedder  # opened before the clock starts, as the stock's
            with _timed() as took:
                assistant.ingest([papers])
        return took
    stock = static() if embedder == "static" else bench_stock.TorchMiniLM(torch)
    with _timed() as took:
        bench_stock.ingest(Path(papers), Path(folder), stock)
    return took


def limits(papers: str, folder: str, embedder: str) -> dict[str, float]:
    """Measure what an ingest cannot do without: reading, embedding, adding bare vectors."""
    with _timed() as reading:
        read = [paper for paper in readers.read(papers) if isinstance(paper, Paper)]
    limit = passages.limit_of(passages.splitter(embedder))
    texts = [
        passages.text_to_embed(paper, *span)
        for paper in read
        for span in passages.split(paper.abstract, limit)
    ]
    settings = load_settings(index=folder, embedder=embedder)
    model = embedders.open_embedder(embedders.resolve_embedder(settings)[0], settings)
    with _timed() as embedding:
        rows = np.vstack([embedders.embed(model, part) for part in _parts(texts, 512)])
    store = Store(settings)
    store.create(Spec(embedder, rows.shape[1], "bare"))
    with _timed() as adding:
        for part in _parts(range(len(rows)), 5000):
            ids = [str(number) for number in part]
            store._collection.add(ids=ids, embeddings=rows[part.start : part.stop])
    store.close()
    found = {"read": reading, "embed": embedding, "add": adding}
    return {name: took["seconds"] for name, took in found.items()}


def add_ten(folder: str) -> dict[str, float]:
    """Open what Chroma holds and add ten bare vectors to it."""
    with _timed() as took:
        store = Store(load_settings(index=folder))
        rows = np.eye(10, store.spec.dimension, dtype=np.float32)
        store._collection.add(ids=[f"bare-{number}" for number in range(10)], embeddings=rows)
    store.close()
    return took


def imports() -> dict[str, float]:
    """Import what both ways need, and no more."""
    return {"rss": _resident()}


def quality(way: str, beir: str, folder: str, torch: str) -> dict[str, float]:
    """Rank a BEIR folder with MiniLM, ours or torch's: nDCG@10."""
    data = read_beir(Path(beir), "dev")
    given = bench_stock.TorchMiniLM(torch) if way == "stock" else None
    with _ours(folder, "minilm", given) as assistant:
        assistant.ingest([str(data.corpus)])
        run = {
            query: {hit.paper.id: hit.score for hit in assistant.search(text, k=100)}
            for query, text in data.queries.items()
        }
    scored = rank_metrics(data.qrels, run).values()
    return {"ndcg": statistics.fmean(each["ndcg@10"] for each in scored)}


def retrieve(ours: str, stock: str, papers: str) -> dict[str, float]:
    """Search both indexes by turns, then ours by vectors and by words alone: median seconds."""
    queries = _titles(papers, 200)
    embedder = static()
    retriever = bench_stock.open_index(Path(stock), embedder).as_retriever(similarity_top_k=K)
    with _ours(ours, "static", embedder) as assistant:
        index = assistant.index
        ways: dict[str, Callable[[str], Any]] = {
            "ours": lambda query: assistant.search(query, k=K),
            "stock": retriever.retrieve,
        }
        parts: dict[str, Callable[[str], Any]] = {
            "vectors": lambda query: index.nearest(
                embedders.embed_query(embedder, query), CANDIDATES
            ),
            "words": lambda query: index.lexical.search(query_terms(query), CANDIDATES),
        }
        return _by_turns(ways, queries) | _by_turns(parts, queries)


def _by_turns(ways: dict[str, Callable[[str], Any]], queries: list[str]) -> dict[str, float]:
    took: dict[str, list[float]] = {way: [] for way in ways}
    for number, query in enumerate(queries):
        for way, search in ways.items():
            started = time.perf_counter()
            search(query)
            if number >= 10:  # what is opened once is not measured
                took[way].append(time.perf_counter() - started)
    return {way: statistics.median(seconds) for way, seconds in took.items()}


def hold(way: str, folder: str, papers: str) -> dict[str, float]:
    """Answer from an index without a model's help; the memory is what counts."""
    queries = _titles(papers, 50)
    if way == "ours":
        with _ours(folder, "static") as assistant:
            for query in queries:
                assistant.ask(query)
            return {"rss": _resident()}
    index = bench_stock.open_index(Path(folder), static())
    engine = bench_stock.citation_engine(index, MockLLM(max_tokens=64), K)
    for query in queries:
        for _ in _words(engine, query):
            pass
    return {"rss": _resident()}


def _words(engine: Any, question: str) -> Iterator[str]:
    """Yield the words of the stock way's answer as they come."""
    yield from engine.query(question).response_gen


def first_token(ours: str, stock: str, papers: str) -> dict[str, float]:
    """Measure the seconds until the first words, by turns: the model alone, ours, stock."""
    from llama_index.llms.openai_like import OpenAILike  # type: ignore[import-untyped]

    from tests.fake_openai import FakeOpenAI, Reply, say

    questions = [PROMPT.format(title=title) for title in _titles(papers, 60)]
    said = say("It ", "takes the first [1]. ", "So it does.")
    with FakeOpenAI(lambda _: Reply([FIRST, *said.steps], headers=said.headers)) as server:
        settings = load_settings(index=ours, llm="openai", OPENAI_BASE_URL=server.base_url)
        embedder = static()
        llm = OpenAILike(model="fake", api_base=server.base_url, api_key="none", is_chat_model=True)
        index = bench_stock.open_index(Path(stock), embedder)
        engine = bench_stock.citation_engine(index, llm, settings.k)
        assistant = Assistant.open(settings, embedder=embedder)
        client = httpx.Client(base_url=server.base_url)
        ways: dict[str, Callable[[str], Iterator[Any]]] = {
            "model": lambda question: _said(client, question),
            "ours": lambda question: (p for p in assistant.stream(question) if type(p) is str),
            "stock": lambda question: _words(engine, question),
        }
        took: dict[str, list[float]] = {way: [] for way in ways}
        for number, question in enumerate(questions):
            asked, seconds = len(server.requests), {}
            for way, ask in ways.items():
                started = time.perf_counter()
                parts = ask(question)
                next(parts)
                seconds[way] = time.perf_counter() - started
                for _ in parts:
                    pass
            # What we decline without the model is not compared.
            if number >= 10 and len(server.requests) - asked == len(ways):
                for way in ways:
                    took[way].append(seconds[way])
        search = _by_turns({"search": assistant.search}, questions)
        assistant.close()
    return {way: statistics.median(seconds) for way, seconds in took.items()} | search


def _said(client: httpx.Client, question: str) -> Iterator[str]:
    """Yield the lines of the model's own reply."""
    messages = [{"role": "user", "content": question}]
    body = {"model": "fake", "stream": True, "messages": messages}
    with client.stream("POST", "chat/completions", json=body) as reply:
        yield from (
            line for line in reply.iter_lines() if '"content": "It' in line or "[DONE]" in line
        )


@contextmanager
def _timed() -> Iterator[dict[str, float]]:
    took: dict[str, float] = {}
    seconds, cpu = time.perf_counter(), sum(os.times()[:4])  # with that of processes of its own
    yield took
    took["seconds"] = time.perf_counter() - seconds
    took["cpu"] = sum(os.times()[:4]) - cpu


@contextmanager
def _ours(folder: str, embedder: str, given: BaseEmbedding | None = None) -> Iterator[Assistant]:
    settings = load_settings(index=folder, embedder=embedder, llm="none")
    assistant = Assistant.open(settings, embedder=given)
    try:
        yield assistant
    finally:
        assistant.close()


def _titles(papers: str, count: int) -> list[str]:
    """Return the titles of papers spread over a file."""
    lines = Path(papers).read_text(encoding="utf-8").splitlines()
    chosen = itertools.islice(lines, 0, None, max(1, len(lines) // count))
    return [json.loads(line)["title"] for line in chosen][:count]


def _parts(items: Any, size: int) -> Iterator[Any]:
    return (items[start : start + size] for start in range(0, len(items), size))


def _resident() -> float:
    """Return this process's memory in MB (Linux)."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


JOBS: dict[str, Callable[..., dict[str, float]]] = {
    job.__name__: job
    for job in (ingest, limits, add_ten, imports, quality, retrieve, hold, first_token)
}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(JOBS[sys.argv[1]](*sys.argv[2:])) + "\n")
