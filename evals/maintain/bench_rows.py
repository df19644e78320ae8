"""The rows of the table of `evals.maintain.bench`, each measured by a function of its own."""

from __future__ import annotations

import json
import re
import shutil
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from evals.maintain.bench_runs import MANY, MINILM, SOME, STARTS, Bench, run
from rag.index.last_ingest import digest


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; ``limit`` says what cannot be saved and how far off we are."""

    what: str
    ours: str
    stock: str
    ratio: str
    reach: str
    met: bool
    limit: str


def ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """Return the median of the pairs' ratios."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def _compared(
    papers: int, ours: Sequence[dict[str, float]], stock: Sequence[dict[str, float]]
) -> tuple[float, float, list[float]]:
    """Return the gains in wall and processor time, and both ways' papers a second."""
    gain = ratio([s["seconds"] for s in stock], [o["seconds"] for o in ours])
    busy = ratio([s["cpu"] for s in stock], [o["cpu"] for o in ours])
    return gain, busy, [papers / statistics.median(o["seconds"] for o in w) for w in (ours, stock)]


def _bound(bench: Bench, count: int, embedder: str, rate: float) -> str:
    """Say what the longest part of an ingest would allow alone, and how far a rate is from it."""
    took = bench.job("limits", bench.papers(count), bench.fresh(), embedder)
    parts = {"reading": "read", "embedding": "embed", "bare vectors into Chroma": "add"}
    longest = max(parts, key=lambda part: took[parts[part]])
    best = count / took[parts[longest]]
    every = ", ".join(f"{part} {took[name]:.1f} s" for part, name in parts.items())
    return f"{best:.0f}/s, {longest} alone: {best / rate:.1f}x ours ({every})"


def ingest(bench: Bench) -> Row:
    """Static vectors: abstracts a second."""
    papers = bench.papers(MANY)
    ours, stock = bench.pairs([papers, "static"], [papers, "static"])
    gain, busy, rates = _compared(MANY, ours, stock)
    return Row(
        f"ingest {MANY:,} abstracts, `static`",
        f"{rates[0]:.0f}/s",
        f"{rates[1]:.0f}/s",
        f"{gain:.1f}x (processor time {busy:.1f}x)",
        "3x",
        gain >= 3,
        _bound(bench, MANY, "static", rates[0]),
    )


def ingest_minilm(bench: Bench) -> Row:
    """MiniLM against sentence-transformers on torch."""
    if not _torch():
        return _skipped(f"ingest {MINILM} abstracts, `minilm`", "2.5x")
    papers = bench.papers(MINILM)
    ours, stock = bench.pairs([papers, "minilm"], [papers, "minilm", bench.torch])
    gain, busy, rates = _compared(MINILM, ours, stock)
    return Row(
        f"ingest {MINILM} abstracts, `minilm`",
        f"{rates[0]:.0f}/s",
        f"{rates[1]:.0f}/s",
        f"{gain:.1f}x (processor time {busy:.1f}x)",
        "2.5x",
        gain >= 2.5,
        _bound(bench, MINILM, "minilm", rates[0]),
    )


def quality_minilm(bench: Bench) -> Row:
    """What the quicker MiniLM costs in ranking."""
    if not _torch():
        return _skipped("nDCG@10 of `minilm`, SciFact's training claims", "-0.005")
    ours, stock = (
        bench.job("quality", way, str(bench.beir), bench.fresh(), bench.torch)["ndcg"]
        for way in ("ours", "stock")
    )
    return Row(
        "nDCG@10 of `minilm`, SciFact's training claims",
        f"{ours:.4f}",
        f"{stock:.4f} (torch's vectors)",
        f"{ours - stock:+.4f}",
        "-0.005",
        ours >= stock - 0.005,
        "",
    )


def ingest_again(bench: Bench) -> Row:
    """The same file once more."""
    papers, folder = bench.papers(MANY), bench.fresh()
    first = bench.job("ingest", "ours", papers, folder, "static")["seconds"]
    again = statistics.median(
        bench.job("ingest", "ours", papers, folder, "static")["seconds"] for _ in range(STARTS)
    )
    started = time.perf_counter()
    digest([papers])
    reading = time.perf_counter() - started
    return Row(
        f"ingest {MANY:,} abstracts again, nothing changed",
        f"{again * 1000:.0f} ms",
        f"{first:.1f} s the first time",
        f"{first / again:.0f}x",
        "40x",
        first / again >= 40,
        f"{reading * 1000:.0f} ms, hashing the file: {again / reading:.1f}x",
    )


def ingest_ten(bench: Bench) -> Row:
    """Ten new papers into all of them, as a command."""
    index = bench.index("ours", bench.whole)
    took = []
    for number in range(STARTS):
        file = bench.work / "ten.jsonl"
        new = [json.loads(line) for line in bench.lines[:: bench.whole // 10][:10]]
        for paper in new:
            paper["_id"] += f"-{number}-{time.time_ns()}"
        file.write_text("".join(json.dumps(paper) + "\n" for paper in new), encoding="utf-8")
        start = run("-c", "import rag.commands, rag.index.store, llama_index.core")
        whole = run("-m", "rag.cli", "ingest", str(file), "--index", index, "--json")
        if json.loads(whole.out)["added"] != 10:
            raise SystemExit("the ten papers were not added")
        took.append((whole.seconds - start.seconds, whole.cpu - start.cpu, start.seconds))
    beyond, busy, start = (statistics.median(column) for column in zip(*took, strict=True))
    copy = shutil.copytree(index, bench.fresh(), dirs_exist_ok=True)
    least = bench.job("add_ten", copy)["seconds"]
    shutil.rmtree(copy)
    return Row(
        f"ten new papers into {bench.whole:,}",
        f"{beyond:.2f} s beyond the start",
        f"{start:.1f} s to start",
        f"processor time {busy:.2f} s",
        "1 s",
        beyond < 1,
        f"{least:.2f} s, bare vectors into Chroma: {beyond / least:.1f}x",
    )


def retrieve(bench: Bench) -> Row:
    """Hybrid search against dense retrieval."""
    found = [
        bench.job("retrieve", *(bench.index(way, count) for way in ("ours", "stock")), papers)
        for count in (SOME, bench.whole)
        for papers in [bench.papers(bench.whole)]
    ]
    small, large = found
    growth = large["ours"] / small["ours"]
    longer = max(("vectors", "words"), key=large.__getitem__)
    return Row(
        f"a search, hybrid, {bench.whole:,} papers (median)",
        f"{large['ours'] * 1000:.1f} ms",
        f"{large['stock'] * 1000:.1f} ms, vectors only",
        f"{large['ours'] / large['stock']:.2f}x",
        "1x; grows by less than 3x",
        large["ours"] <= large["stock"] and growth < 3,
        f"{growth:.1f}x the {small['ours'] * 1000:.1f} ms of {SOME:,} papers (stock "
        f"{large['stock'] / small['stock']:.1f}x); {large[longer] * 1000:.1f} ms, {longer} alone: "
        f"{large['ours'] / large[longer]:.1f}x",
    )


def show_help(bench: Bench) -> Row:
    """``rag --help``."""
    took = [
        (run("-m", "rag.cli", "--help"), run("-c", "pass"), run("-c", "import argparse"))
        for _ in range(STARTS)
    ]
    ours, bare, least = (
        statistics.median(each.seconds for each in one) for one in zip(*took, strict=True)
    )
    return Row(
        "`rag --help`",
        f"{ours:.2f} s",
        f"{bare:.2f} s, `python -c pass`",
        f"{ours / bare:.1f}x",
        "0.3 s or 3x",
        ours < max(0.3, 3 * bare),
        f"{least:.2f} s, importing argparse: {ours / least:.1f}x",
    )


def ask_cold(bench: Bench) -> Row:
    """``rag ask`` as a process of its own, without a model."""
    index = bench.index("ours", bench.whole)
    question = "What does phrase-based machine translation gain?"
    took = [
        (
            run("-m", "rag.cli", "ask", question, "--index", index),
            run("-c", "import chromadb, llama_index.core"),
        )
        for _ in range(STARTS)
    ]
    gain = statistics.median(ours.seconds / bare.seconds for ours, bare in took)
    busy = statistics.median(ours.cpu / bare.cpu for ours, bare in took)
    ours, bare = (
        statistics.median(each.seconds for each in one) for one in zip(*took, strict=True)
    )
    return Row(
        f"`rag ask`, no model, cold, {bench.whole:,} papers",
        f"{ours:.2f} s",
        f"{bare:.2f} s, the imports of chromadb and llama_index.core",
        f"{gain:.2f}x (processor time {busy:.2f}x)",
        "1.3x",
        gain <= 1.3,
        f"the imports; {ours - bare:.1f} s beyond them",
    )


def first_token(bench: Bench) -> Row:
    """What is added to the model's own time to its first word."""
    indexes = [bench.index(way, bench.whole) for way in ("ours", "stock")]
    found = bench.job("first_token", *indexes, bench.papers(bench.whole))
    ours, stock = ((found[way] - found["model"]) * 1000 for way in ("ours", "stock"))
    return Row(
        f"added to a model's first word, {bench.whole:,} papers (median)",
        f"{ours:.0f} ms",
        f"{stock:.0f} ms, CitationQueryEngine",
        f"{ours / stock:.2f}x",
        "30 ms",
        ours < 30,
        f"{found['search'] * 1000:.0f} ms, one search: {ours / found['search'] / 1000:.1f}x",
    )


def memory(bench: Bench) -> Row:
    """What a process holds that answers from all papers."""
    papers = bench.papers(bench.whole)
    ours, stock = (
        bench.job("hold", way, bench.index(way, bench.whole), papers)["rss"]
        for way in ("ours", "stock")
    )
    least = bench.job("imports")["rss"]
    return Row(
        f"memory of an assistant over {bench.whole:,} papers",
        f"{ours:.0f} MB",
        f"{stock:.0f} MB",
        f"{ours / stock:.2f}x",
        "1x",
        ours < stock,
        f"{least:.0f} MB, the imports alone: {ours / least:.1f}x",
    )


def batch(bench: Bench) -> Row:
    """A batch with a model that takes 300 ms."""
    printed = run(
        "-m", "evals.maintain.soak", "speed", may_fail=True
    ).out  # says so where it is slow
    seconds, ideal, times = re.findall(r"([\d.]+) s; .* ([\d.]+) s: ([\d.]+) times", printed)[0]
    return Row(
        "a batch of 512 questions, 32 at a time, model of 300 ms",
        f"{seconds} s",
        f"{ideal} s, the ideal",
        f"{times}x",
        "1.15x",
        float(times) <= 1.15,
        f"the ideal; {float(seconds) - float(ideal):.1f} s beyond it",
    )


def _torch() -> bool:
    return find_spec("sentence_transformers") is not None


def _skipped(what: str, reach: str) -> Row:
    how = "skipped: `pip install torch==2.13.0 sentence-transformers`"
    return Row(what, how, "", "", reach, False, "")


ROWS: dict[str, Callable[[Bench], Row]] = {
    row.__name__: row
    for row in (
        ingest,
        ingest_minilm,
        quality_minilm,
        ingest_again,
        retrieve,
        first_token,
        memory,
        ingest_ten,
        show_help,
        ask_cold,
        batch,
    )
}
