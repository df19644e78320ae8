"""What the rows of `evals.maintain.bench` are measured with: papers, indexes and processes."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

SOME, MANY, MINILM = 1_000, 20_000, 2_000
PAIRS = 2  # runs of each way, by turns, where a run takes long
STARTS = 7  # where it does not


class Bench:
    """The papers, and the indexes that several rows need, made when first asked for."""

    def __init__(self, papers: Path, beir: Path, torch: str, work: Path) -> None:
        self.beir, self.torch, self.work = beir, torch, work
        with gzip.open(papers, "rt", encoding="utf-8") as lines:
            self.lines = lines.readlines()
        self.whole = len(self.lines)

    def papers(self, count: int) -> str:
        """Return a file of the first papers."""
        file = self.work / f"papers-{count}.jsonl"
        if not file.exists():
            file.write_text("".join(islice(self.lines, count)), encoding="utf-8")
        return str(file)

    def index(self, way: str, count: int) -> str:
        """Return an index of the first papers, with static vectors."""
        folder = self.work / f"{way}-{count}"
        if not folder.exists():
            self.job("ingest", way, self.papers(count), str(folder), "static")
        return str(folder)

    def fresh(self) -> str:
        """Return an empty folder."""
        return tempfile.mkdtemp(dir=self.work)

    def job(self, *arguments: str) -> dict[str, Any]:
        """Run a job of `evals.maintain.bench_jobs`; return what it found."""
        done = run("-m", "evals.maintain.bench_jobs", *arguments)
        found: dict[str, Any] = json.loads(done.out.splitlines()[-1])
        return found

    def pairs(self, ours: Sequence[str], stock: Sequence[str]) -> tuple[list[Any], list[Any]]:
        """Run an ingest of each way by turns, each time into an empty folder."""
        runs: tuple[list[Any], list[Any]] = [], []
        for _ in range(PAIRS):
            for (papers, *more), found, way in zip(
                (ours, stock), runs, ("ours", "stock"), strict=True
            ):
                folder = self.fresh()
                found.append(self.job("ingest", way, papers, folder, *more))
                shutil.rmtree(folder)
        return runs


@dataclass(frozen=True, slots=True)
class Done:
    """A finished process: what it printed, its seconds on the clock and of processors."""

    out: str
    seconds: float
    cpu: float


def run(*arguments: str, may_fail: bool = False) -> Done:
    """Run this Python with the arguments, with no setting of the user's."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("RAG_", "OPENAI_"))
    }
    before, started = os.times(), time.perf_counter()
    done = subprocess.run(  # noqa: S603  # ourselves
        [sys.executable, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode and not may_fail:
        raise SystemExit(f"{' '.join(arguments)} failed")
    after, seconds = os.times(), time.perf_counter() - started
    cpu = after.children_user + after.children_system
    return Done(done.stdout, seconds, cpu - before.children_user - before.children_system)
