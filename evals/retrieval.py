"""Retrieval on a BEIR folder: rank papers for each query, and score the ranks."""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from evals import metrics, runs
from evals.ranking import MEASURES, Beir, rank_metrics, read_beir
from rag.assistant import Assistant
from rag.commands import run_lines
from rag.durable import check_output, write_output
from rag.errors import InputError
from rag.settings import load_settings
from rag.text.terms import terms
from rag.types import Hit

log = logging.getLogger(__name__)

DEPTH = 100  # papers ranked for each query
_SHOWN = 10  # of which a row names so many


@dataclass(frozen=True, slots=True)
class Ranked:
    """What was found for one query, and in how many seconds."""

    query: str
    hits: list[Hit]
    seconds: float


def evaluate(
    beir: Path,
    *,
    split: str = "test",
    index: Path | None = None,
    embedder: str | None = None,
    bm25_only: bool = False,
    trec: Path | None = None,
    folder: Path | None = None,
) -> dict[str, Any]:
    """Rank and score the queries of a BEIR folder.

    Args:
        beir: the folder.
        split: which judgements.
        index: where the corpus is kept ingested; a temporary folder where None.
        embedder: for a new index; see the settings.
        bm25_only: rank by words alone.
        trec: where to write the run, in TREC's form.
        folder: where to write a run with rows and metrics.

    Returns:
        The means of `evals.ranking.MEASURES` over all judged queries, ``queries``, ``seconds``
        (of all searches), ``latency`` and ``ingest_seconds``.

    Raises:
        InputError: the folder or the index is not what it should be.
    """
    data = read_beir(beir, split)
    if trec:
        check_output(trec)
    with _ingested(data.corpus, index, embedder) as (assistant, ingest_seconds):
        if folder:
            shape = {**runs.shape_of(assistant), "beir": beir.name, "split": split}
            # The stamp of a temporary index says nothing of what is in it.
            shape["index"].pop("generation")
            runs.begin(folder, "retrieval", {**shape, "bm25_only": bm25_only})
        ranked = list(_rank(assistant, data, bm25_only))
    lines = {each.query: list(run_lines(each.query, each.hits)) for each in ranked}
    if trec:
        write_output(trec, "".join(line for each in lines.values() for line in each).encode())
    # The scores as written: what others compute from the file is what is computed here.
    run = {
        each.query: {
            hit.paper.id: float(line.split()[4])
            for hit, line in zip(each.hits, lines[each.query], strict=True)
        }
        for each in ranked
    }
    scored = rank_metrics(data.qrels, run)
    rows = [_row(each, data, scored[each.query]) for each in ranked]
    found = _summary(rows, ingest_seconds)
    if folder:
        runs.write_run(folder, rows, {"kind": "retrieval", **found})
    return found


@contextmanager
def _ingested(
    corpus: Path, index: Path | None, embedder: str | None
) -> Iterator[tuple[Assistant, float]]:
    """Give an assistant over the corpus and nothing else, and the seconds of the ingest."""
    with tempfile.TemporaryDirectory(prefix="rag-eval-") as temporary:
        settings = load_settings(index=index or Path(temporary), embedder=embedder, llm="none")
        assistant = Assistant.open(settings)
        try:
            report = assistant.ingest([str(corpus)])
            if report.papers > report.records:
                raise InputError(
                    f"the index {settings.index} holds other papers too; name another --index"
                )
            if report.rejected:
                log.warning(
                    "%d of %d records rejected, first %s: %s",
                    len(report.rejected),
                    report.records,
                    report.rejected[0].where,
                    report.rejected[0].reason,
                )
            yield assistant, report.seconds
        finally:
            assistant.close()


def _rank(assistant: Assistant, data: Beir, bm25_only: bool) -> Iterator[Ranked]:
    search = _search_words if bm25_only else _search
    search(assistant, next(iter(data.queries.values())))  # what is opened once is not timed
    for query, text in tqdm(data.queries.items(), unit=" queries", disable=None, leave=False):
        started = time.perf_counter()
        hits = search(assistant, text)
        yield Ranked(query, hits, time.perf_counter() - started)


def _search(assistant: Assistant, text: str) -> list[Hit]:
    return assistant.search(text, k=DEPTH)


def _search_words(assistant: Assistant, text: str) -> list[Hit]:
    """Rank by BM25 alone; scores are shares of the best."""
    hits = assistant.by_words(terms(text), k=DEPTH)
    return [replace(hit, score=hit.score / hits[0].score) for hit in hits]


def _row(ranked: Ranked, data: Beir, scored: dict[str, float]) -> dict[str, Any]:
    return {
        "id": ranked.query,
        "question": data.queries[ranked.query],
        "expected": data.qrels[ranked.query],
        "metrics": {**scored, "seconds": round(ranked.seconds, 6)},
        "retrieved": [
            {
                "rank": hit.rank,
                "score": round(hit.score, 6),
                "paper_id": hit.paper.id,
                "title": hit.paper.title,
            }
            for hit in ranked.hits[:_SHOWN]
        ],
    }


def _summary(rows: Sequence[dict[str, Any]], ingest_seconds: float) -> dict[str, Any]:
    found = metrics.means(row["metrics"] for row in rows)
    seconds = [row["metrics"]["seconds"] for row in rows]
    return {
        "queries": len(rows),
        **{name: found[name]["mean"] for name in MEASURES},
        "seconds": round(sum(seconds), 3),
        "latency": metrics.percentiles(seconds),
        "ingest_seconds": ingest_seconds,
        "metrics": found,
    }
