"""Ranking metrics by ir-measures, and BEIR folders to compute them on."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ir_measures
from ir_measures import AP, RR, R, nDCG

from rag.errors import InputError

Qrels = Mapping[str, Mapping[str, int]]
Run = Mapping[str, Mapping[str, float]]

MEASURES = {
    "ndcg@10": nDCG @ 10,
    "recall@10": R @ 10,
    "recall@100": R @ 100,
    "mrr@10": RR @ 10,
    "map": AP,
}


def rank_metrics(qrels: Qrels, run: Run) -> dict[str, dict[str, float]]:
    """Return the metrics of `MEASURES` of each query of ``qrels``, by query and name.

    A query that found nothing scores 0. Gains are the judgements, discounts log2(rank + 1), as
    in trec_eval; a paper is relevant where its judgement is 1 or more.

    >>> rank_metrics({"q": {"a": 1}}, {"q": {"b": 2.0, "a": 1.0}})["q"]["mrr@10"]
    0.5
    """
    names = {str(measure): name for name, measure in MEASURES.items()}
    found: dict[str, dict[str, float]] = {query: {} for query in qrels}
    # ir-measures gives queries without a run their 0 too, but wants one entry in the run.
    whole = {query: dict(run.get(query, {})) or {"": 0.0} for query in qrels}
    for metric in ir_measures.iter_calc(MEASURES.values(), qrels, whole):
        found[metric.query_id][names[str(metric.measure)]] = float(metric.value)
    return {query: {name: found[query][name] for name in MEASURES} for query in found}


@dataclass(frozen=True, slots=True)
class Beir:
    """A BEIR folder: where its papers are, its queries, and their judgements by query and paper."""

    corpus: Path
    queries: dict[str, str]
    qrels: dict[str, dict[str, int]]


def read_beir(folder: Path, split: str) -> Beir:
    """Read ``corpus.jsonl[.gz]``, ``queries.jsonl[.gz]`` and ``qrels/SPLIT.tsv`` of a folder.

    Only queries with judgements are kept.

    Raises:
        InputError: a file is missing or cannot be read, naming it.
    """
    judged = folder / "qrels" / f"{split}.tsv"
    if not judged.is_file():
        others = ", ".join(sorted(path.stem for path in (folder / "qrels").glob("*.tsv")))
        raise InputError(f"{judged} is missing; --split takes {others or 'what qrels/*.tsv are'}")
    qrels: dict[str, dict[str, int]] = {}
    rows = csv.reader(judged.read_text(encoding="utf-8-sig").split("\n"), delimiter="\t")
    for number, row in enumerate(rows, 1):
        if not row or (number == 1 and not _is_grade(row[-1])):
            continue  # a header
        if len(row) not in (3, 4) or not _is_grade(row[-1]):
            raise InputError(f"{judged}:{number} is no judgement; write query, paper, grade")
        qrels.setdefault(row[0], {})[row[-2]] = int(row[-1])
    texts = dict(_queries(_there(folder, "queries.jsonl")))
    missing = [query for query in qrels if query not in texts]
    if missing or not qrels:
        raise InputError(
            f"{folder} lacks the text of query {missing[0]!r}; complete queries.jsonl"
            if missing
            else f"{judged} holds no judgement; name another --split"
        )
    return Beir(_there(folder, "corpus.jsonl"), {query: texts[query] for query in qrels}, qrels)


def _is_grade(text: str) -> bool:
    return text.strip().removeprefix("-").isdecimal()


def _there(folder: Path, name: str) -> Path:
    for path in (folder / name, folder / f"{name}.gz"):
        if path.is_file():
            return path
    raise InputError(f"{folder / name} is missing; --beir takes a BEIR folder")


def _queries(path: Path) -> Iterator[tuple[str, str]]:
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8-sig")
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row: dict[str, Any] = json.loads(line)
            yield str(row["_id"]), str(row["text"])
        except (ValueError, KeyError, TypeError):
            raise InputError(f"{path}:{number} is no query; it needs `_id` and `text`") from None
