"""Commands that are killed: ``python -m evals.maintain.kills WHAT PAPERS``.

WHAT is ingest, update, remove, rebuild, sync or batch. The command is killed at a random moment
of its work and then run again, ``--kills`` times, each time from the same state before. Checked:
in between the index opens, says that work was cut off, and holds only whole papers; in the end
the papers, the vectors, bit by bit, and the first ten of 200 queries are those of an undisturbed
run. (A library of more than 128 MB of vectors is searched by Chroma's graph, which differs a
little from build to build, killed or not.) Of a batch the answers are compared, all but their
times; before its end there is no file of them.

PAPERS are JSON Lines, plain or gzipped, of which the first ``--count`` are taken.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evals.maintain.soak import say_line
from rag.assistant import Assistant
from rag.models.downloads import sha256
from rag.settings import load_settings
from rag.types import Paper

QUERIES = 200
KINDS = ["ingest", "update", "remove", "rebuild", "sync", "batch"]
Found = list[list[tuple[str, int, float]]]  # by query, by rank: paper, passage's start, score


def start(index: Path, *arguments: str, sign: Path | None = None) -> subprocess.Popen[str]:
    """Start ``rag``; return when it writes to the index (or ``sign`` is there) or has ended."""
    environment = {name: value for name, value in os.environ.items() if name[:4] != "RAG_"}
    environment["RAG_LLM"] = "none"
    command = [sys.executable, "-m", "rag.cli", *arguments, "--index", str(index), "--json"]
    process = subprocess.Popen(  # noqa: S603  # ourselves
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    sign = sign or index / "holder.json"
    while not sign.exists() and process.poll() is None:
        time.sleep(0.002)
    return process


def run(index: Path, *arguments: str, sign: Path | None = None) -> float:
    """Run ``rag`` to its end; return the seconds since it began to write."""
    (index / "holder.json").unlink(missing_ok=True)
    process = start(index, *arguments, sign=sign)
    began = time.perf_counter()
    _, errors = process.communicate()
    if process.returncode:
        sys.exit(f"rag {arguments[0]} exits {process.returncode}: {errors}")
    return time.perf_counter() - began


def opened(index: Path) -> Assistant:
    """Open an index for reading, without a model."""
    return Assistant.open(load_settings(index=index, embedder="static", llm="none"))


@dataclass(frozen=True)
class State:
    """What an index holds, and what queries find in it."""

    papers: list[Paper]
    vectors: str  # their digest
    files: list[str]  # the digest of each file that keeps them beside Chroma
    found: Found


def state_of(index: Path, queries: Sequence[str]) -> State:
    """Return the state of an index."""
    assistant = opened(index)
    vectors = assistant.index.store.vectors(assistant.index.store.passage_ids())
    names = sorted(vectors)
    rows = np.stack([vectors[name] for name in names])
    digest = hashlib.sha256("\n".join(names).encode() + rows.tobytes()).hexdigest()
    files = [sha256(file) for file in index.glob("vectors-*")]
    first = [found(assistant, query) for query in queries]
    state = State(assistant.papers(), digest, files, first)
    assistant.close()
    return state


def found(assistant: Assistant, query: str) -> list[tuple[str, int, float]]:
    """Return the ten best papers for a query."""
    hits = assistant.search(query, k=10)
    return [(hit.paper.id, hit.passage.start, round(hit.score, 5)) for hit in hits]


def write_rows(file: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Write JSON Lines."""
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


class Case:
    """A state before, a command, and the state in which it must end."""

    def __init__(self, what: str, folder: Path, rows: Sequence[dict[str, Any]]) -> None:
        """Make the state before, run the command undisturbed and time it."""
        self.before, file = folder / "before", folder / "papers.jsonl"
        self.queries = [row["title"] for row in rows[-QUERIES:]]  # of papers that are not there
        rows = rows[:-QUERIES]
        ingest = ["ingest", str(file), "--embedder", "static"]
        old: list[Paper] = []
        changed = [{**row, "text": f"Formerly. {row['text']}"} for row in rows[::3]]
        if what != "ingest":
            write_rows(file, changed if what == "update" else rows)
            run(self.before, *ingest)
            old = state_of(self.before, ()).papers
        write_rows(file, [*changed, *rows[1::3]] if what == "sync" else rows)
        self.command = {
            "remove": ["papers", "remove", *(row["_id"] for row in rows[::2])],
            "rebuild": ["ingest", "--rebuild", "--embedder", "static"],
            "sync": [*ingest, "--sync"],
        }.get(what, ingest)
        self.begin(folder / "whole")
        self.seconds = run(folder / "whole", *self.command)
        self.whole = state_of(folder / "whole", self.queries)
        self.allowed = {(paper.id, paper.abstract) for paper in [*old, *self.whole.papers]}

    def begin(self, index: Path) -> None:
        """Put an index into the state before."""
        shutil.rmtree(index, ignore_errors=True)
        if self.before.exists():
            shutil.copytree(self.before, index)
            (index / "holder.json").unlink()

    def removed(self, index: Path, marked: bool) -> bool:
        """Say whether a removal was complete when it was killed: again, it would find no paper."""
        if self.command[0] != "papers" or marked:
            return False
        assistant = opened(index)
        papers = assistant.papers()
        assistant.close()
        return papers == self.whole.papers

    def kill_once(self, index: Path, chance: random.Random) -> tuple[str, list[str]]:
        """Kill the command and run it again; return what was seen, and what is wrong."""
        self.begin(index)
        moment, look = chance.random() * self.seconds, chance.random() < 0.7
        process = start(index, *self.command)
        time.sleep(moment)
        process.kill()
        process.communicate()
        wrong = []
        marked = (index / "unfinished.json").exists()
        seen = f"killed after {moment:.2f} s{', marked' if marked else ''}"
        if look:
            assistant = opened(index)
            health, papers = str(assistant.info()["health"]), assistant.papers()
            assistant.close()
            seen += f", {len(papers)} papers"
            if marked != ("cut off" in health):
                wrong.append(f"marked: {marked}, but {health}")
            if any((paper.id, paper.abstract) not in self.allowed for paper in papers):
                wrong.append("papers that nobody wrote")
        if not self.removed(index, marked):
            run(index, *self.command)
        after = state_of(index, self.queries)
        if after.papers != self.whole.papers:
            wrong.append("other papers")
        if after.vectors != self.whole.vectors:
            wrong.append("other vectors")
        if after.files != self.whole.files:
            wrong.append("other files of vectors")
        differ = sum(a != b for a, b in zip(after.found, self.whole.found, strict=True))
        if differ:
            wrong.append(f"{differ} queries find others")
        if (index / "unfinished.json").exists():
            wrong.append("still marked as unfinished")
        return seen, wrong


class BatchCase:
    """A library, a file of questions, and the answers in which a batch must end."""

    def __init__(self, folder: Path, rows: Sequence[dict[str, Any]]) -> None:
        """Make the library, answer the questions undisturbed and time it."""
        self.index, self.questions = folder / "index", folder / "q.jsonl"
        write_rows(folder / "papers.jsonl", rows)
        run(self.index, "ingest", str(folder / "papers.jsonl"), "--embedder", "static")
        asked = [f"What is shown in {row['title']}?" for row in rows[:QUERIES]]
        write_rows(self.questions, [{"id": n, "question": q} for n, q in enumerate(asked)])
        self.seconds = self.answer(folder / "whole.jsonl")
        self.whole = self.answers(folder / "whole.jsonl")

    def answer(self, out: Path) -> float:
        """Run the batch; return the seconds since its first answer."""
        part = out.with_name(f"{out.name}.part")
        return run(self.index, *self.command(out), sign=part)

    def command(self, out: Path) -> list[str]:
        """Return the batch's command line."""
        return ["batch", str(self.questions), "-o", str(out)]

    @staticmethod
    def answers(out: Path) -> list[dict[str, Any]]:
        """Return the rows of a batch without their times."""
        rows = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
        return [{**row, "seconds": None} for row in rows]

    def kill_once(self, out: Path, chance: random.Random) -> tuple[str, list[str]]:
        """Kill the batch and run it again; return what was seen, and what is wrong."""
        part = out.with_name(f"{out.name}.part")
        for file in (out, part):
            file.unlink(missing_ok=True)
        moment = chance.random() * self.seconds
        process = start(self.index, *self.command(out), sign=part)
        time.sleep(moment)
        process.kill()
        process.communicate()
        kept = len(part.read_bytes().splitlines()) if part.exists() else 0
        wrong = []
        if out.exists() and self.answers(out) != self.whole:
            wrong.append("an unfinished file of answers")
        self.answer(out)
        if self.answers(out) != self.whole:
            wrong.append("other answers")
        if part.exists():
            wrong.append("the part is still there")
        return f"killed after {moment:.2f} s, {kept} answers", wrong


def main() -> int:
    """Run what the command line names; return 1 where anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m evals.maintain.kills")
    parser.add_argument("what", choices=KINDS)
    parser.add_argument("papers", type=Path)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with (gzip.open if given.papers.suffix == ".gz" else open)(given.papers, "rt") as file:
        rows = [json.loads(line) for line, _ in zip(file, range(given.count + QUERIES))]  # noqa: B905
    chance = random.Random(given.seed)  # noqa: S311  # no secret
    bad = 0
    with tempfile.TemporaryDirectory() as folder:
        case: Case | BatchCase
        if given.what == "batch":
            case, what = BatchCase(Path(folder), rows), f"{QUERIES} answers"
        else:
            case = Case(given.what, Path(folder), rows)
            what = f"{len(case.whole.papers)} papers"
        say_line(f"{what} in {case.seconds:.1f} s when left alone")
        for number in range(1, given.kills + 1):
            seen, wrong = case.kill_once(Path(folder) / "killed", chance)
            bad += bool(wrong)
            say_line(f"{number:3} {seen}: {'; '.join(wrong) or 'well'}")
    say_line(f"{given.kills} kills of {given.what}, {bad} ended wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
