"""Retrieval on BEIR folders: figures by hand, and equal to pytrec_eval's on the same run."""

from __future__ import annotations

import gzip
import json
import math

import pytest
import pytrec_eval
from conftest import shared

from evals.retrieval import evaluate
from evals.runs import read_run
from rag import cli
from rag.errors import InputError

PAPERS = [
    {"_id": "g1", "title": "Graphs", "text": "A graph has nodes and edges."},
    {"_id": "g2", "title": "More on graphs", "text": "Nodes of a graph may have colours."},
    {"_id": "s", "title": "Speech", "text": "We measure 37 hours of speech."},
    {"_id": "empty", "title": "Without an abstract", "text": ""},
]


@pytest.fixture
def beir(tmp_path, monkeypatch):
    monkeypatch.setenv("RAG_EMBEDDER", "static")
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "tiny"
    (folder / "qrels").mkdir(parents=True)
    with gzip.open(folder / "corpus.jsonl.gz", "wt") as file:
        file.writelines(json.dumps(paper) + "\n" for paper in PAPERS)
    (folder / "queries.jsonl").write_text(
        '{"_id": "hours", "text": "hours speech"}\n{"_id": "lost", "text": "graph nodes"}\n'
    )
    (folder / "qrels" / "test.tsv").write_text(
        "query-id\tcorpus-id\tscore\nhours\ts\t1\nlost\tempty\t1\n"
    )
    return folder


def test_figures_are_means_over_all_judged_queries(beir):
    found = evaluate(beir, folder=beir.parent / "run", trec=beir.parent / "run.trec")
    figures = {
        name: found[name] for name in ("ndcg@10", "recall@10", "recall@100", "mrr@10", "map")
    }
    # One query finds its paper first, the other's paper has no abstract and cannot be found.
    assert figures == dict.fromkeys(figures, 0.5)
    assert found["queries"] == 2
    run = read_run(beir.parent / "run")
    assert run.settings["kind"] == "retrieval"
    assert [row["metrics"]["ndcg@10"] for row in run.rows] == [1.0, 0.0]
    assert run.rows[0]["retrieved"][0]["paper_id"] == "s"
    first = (beir.parent / "run.trec").read_text().splitlines()[0].split()
    assert (first[:4], first[5]) == (["hours", "Q0", "s", "1"], "rag")


def test_words_alone(beir):
    found = evaluate(beir, bm25_only=True, trec=beir.parent / "run.trec")
    assert found["ndcg@10"] == 0.5
    lines = [line.split() for line in (beir.parent / "run.trec").read_text().splitlines()]
    # Only papers that share a word, and the best has score 1.
    assert [(line[0], line[2]) for line in lines if line[0] == "hours"] == [("hours", "s")]
    assert {line[2] for line in lines if line[0] == "lost"} == {"g1", "g2"}
    assert [line[4] for line in lines if line[3] == "1"] == ["1.000000", "1.000000"]


def test_the_corpus_is_kept_where_the_flag_says_and_nowhere_else(beir, monkeypatch, capsys):
    own = beir.parent / "own"
    monkeypatch.setenv("RAG_INDEX", str(own))
    assert cli.main(["eval", "retrieval", "--beir", str(beir), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert list(printed) == [
        "queries", "ndcg@10", "recall@10", "recall@100", "mrr@10", "map", "seconds", "latency",
        "ingest_seconds",
    ]  # fmt: skip
    assert not own.exists()
    kept = beir.parent / "kept"
    for _ in range(2):
        assert cli.main(["eval", "retrieval", "--beir", str(beir), "--index", str(kept)]) == 0
    assert (kept / "chroma").is_dir()
    assert "ndcg@10" in capsys.readouterr().out


def test_an_index_of_other_papers_is_refused(beir):
    other = beir.parent / "other.jsonl"
    other.write_text(
        "".join(
            json.dumps({"id": f"o{i}", "title": f"T{i}", "abstract": "A."}) + "\n" for i in range(5)
        )
    )
    index = beir.parent / "index"
    assert cli.main(["ingest", str(other), "--index", str(index)]) == 0
    with pytest.raises(InputError, match="holds other papers too; name another --index"):
        evaluate(beir, index=index)


def test_ndcg_is_pytrec_evals_on_the_same_run(tmp_path, monkeypatch):
    monkeypatch.setenv("RAG_EMBEDDER", "static")
    bench = shared("bench", "cranfield")
    found = evaluate(bench, trec=tmp_path / "run.trec")
    qrels: dict = {}
    for line in (bench / "qrels" / "test.tsv").read_text().splitlines()[1:]:
        query, paper, grade = line.split("\t")
        qrels.setdefault(query, {})[paper] = int(grade)
    run: dict = {}
    for line in (tmp_path / "run.trec").read_text().splitlines():
        query, _, paper, _, score, _ = line.split()
        run.setdefault(query, {})[paper] = float(score)
    names = {"ndcg@10": "ndcg_cut_10", "recall@100": "recall_100", "map": "map"}
    scored = pytrec_eval.RelevanceEvaluator(qrels, set(names.values())).evaluate(run)
    assert len(scored) == found["queries"] == 225
    for ours, theirs in names.items():
        mean = sum(each[theirs] for each in scored.values()) / 225
        assert math.isclose(found[ours], mean, abs_tol=1e-6)
