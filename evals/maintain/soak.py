"""Batches at full size against a server of ours: ``python -m evals.maintain.soak faults|speed``.

``faults``: 1,000 questions, 16 at a time; the server refuses, fails, breaks off and hangs, and
the batch is killed three times at random moments. Checked: every question has one row, in
order, and the server's log shows that no finished question was asked again.

``speed``: 512 questions, 32 at a time, each answered in a fixed 300 ms. Printed: how many
times the ideal 4.8 s it took, start-up of the program aside.

Run from a checkout: the server is the one of the tests.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SAMPLE = Path(__file__).parents[1] / "datasets" / "sample"
QUESTIONS, CONCURRENCY, KILLS = 1000, 16, 3
# Of 100 requests: so many are refused, fail, break off in mid-reply, or hang.
FAULTS = {"busy": 10, "broken": 5, "cut": 3, "hang": 2}
FIXED, SPEED_QUESTIONS, SPEED_CONCURRENCY = 0.3, 512, 32
TIMEOUT = 3.0  # seconds until the batch gives up on a reply that hangs


def say_line(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def serve(log: Path, kind: str, seed: int) -> None:
    """Answer until standard input closes; print the address, log each request as it comes."""
    from tests.fake_openai import HANG, RESET, FakeOpenAI, Reply, Request, chunk, fail, say

    chance = random.Random(seed)  # noqa: S311  # no secret
    with log.open("a", buffering=1, encoding="utf-8") as file:

        def script(request: Request) -> Reply:
            content = request.body["messages"][-1]["content"]
            draw = chance.random() * 100
            fault = "none"
            for name, share in FAULTS.items() if kind == "faults" else ():
                if draw < share:
                    fault = name
                    break
                draw -= share
            question = content.rstrip().rpartition("Question: ")[2]
            file.write(json.dumps({"question": question, "fault": fault}) + "\n")
            pieces = ["The first paper ", "says so [1]. ", "The second ", "adds to it [2]."]
            if fault == "busy":
                return fail(429, headers={"retry-after": "0.2"})
            if fault == "broken":
                return fail(500)
            if fault == "cut":
                return Reply([chunk(pieces[0]), RESET])
            if fault == "hang":
                return Reply([HANG])
            said = say(*pieces)
            wait = FIXED if kind == "speed" else 0.05
            return Reply([wait, *said.steps], headers=said.headers)

        with FakeOpenAI(script) as server:
            say_line(server.base_url)
            sys.stdin.read()


@contextmanager
def server(log: Path, kind: str, seed: int) -> Iterator[str]:
    """Run `serve` in a process of its own; give its address."""
    command = [sys.executable, "-m", "evals.maintain.soak", "serve", kind, str(log), str(seed)]
    with subprocess.Popen(  # noqa: S603  # ourselves
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("no pipes")
        yield process.stdout.readline().strip()
        process.stdin.close()


def prepare(folder: Path, count: int) -> list[str]:
    """Ingest the sample and write ``count`` distinct questions; return them in order."""
    papers = read_rows(SAMPLE / "papers.jsonl")
    # Named by its title, no paper is missed: every question reaches the model.
    titles = [papers[i % len(papers)]["title"] for i in range(count)]
    texts = [f"What is shown in {title}? (case {i})" for i, title in enumerate(titles)]
    lines = [json.dumps({"id": str(i), "question": text}) for i, text in enumerate(texts)]
    (folder / "q.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    rag(folder, "", "ingest", str(SAMPLE / "papers.jsonl"), "--embedder", "static").wait()
    return texts


def rag(folder: Path, address: str, *arguments: str) -> subprocess.Popen[str]:
    """Start ``rag`` in a folder, with the server as its model."""
    environment = {name: value for name, value in os.environ.items() if name[:4] != "RAG_"}
    environment |= {
        "OPENAI_BASE_URL": address or "http://127.0.0.1:9",
        "RAG_INDEX": str(folder / "index"),
        "RAG_TIMEOUT": str(TIMEOUT),
    }
    command = [sys.executable, "-m", "rag.cli", *arguments]
    with (folder / "stderr.txt").open("a") as errors:
        return subprocess.Popen(  # noqa: S603  # ourselves
            command, env=environment, stdout=subprocess.PIPE, stderr=errors, text=True
        )


def summary_of(folder: Path, process: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for a batch; return the summary it prints."""
    printed = process.communicate()[0]
    if not printed:
        sys.exit((folder / "stderr.txt").read_text()[-2000:])
    summary: dict[str, Any] = json.loads(printed)
    return summary


def batch(folder: Path, address: str, concurrency: int) -> subprocess.Popen[str]:
    """Start the batch."""
    out = str(folder / "out.jsonl")
    more = ["-o", out, "--concurrency", str(concurrency), "--json"]
    return rag(folder, address, "batch", str(folder / "q.jsonl"), *more)


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the whole lines of a JSON Lines file."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_bytes().split(b"\n")[:-1]]


def soak(folder: Path, seed: int) -> bool:
    """Run ``faults``; print what was found and return whether all of it is well."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    questions = prepare(folder, QUESTIONS)
    log, part = folder / "requests.jsonl", folder / "out.jsonl.part"
    log.touch()
    kills: list[tuple[int, set[str]]] = []
    started = time.perf_counter()
    with server(log, "faults", seed) as address:
        for moment in sorted(chance.sample(range(50, QUESTIONS - 50), KILLS)):
            process = batch(folder, address, CONCURRENCY)
            while process.poll() is None and len(read_rows(part)) < moment:
                time.sleep(0.2 * chance.random())
            process.kill()
            process.wait()
            finished = {row["question"] for row in read_rows(part)}
            kills.append((len(read_rows(log)), finished))
            say_line(f"killed at request {kills[-1][0]}: {len(finished)} rows are on disk")
        process = batch(folder, address, CONCURRENCY)
        summary = summary_of(folder, process)
    asked = [row["question"] for row in read_rows(log)]
    again = sum(len(finished.intersection(asked[since:])) for since, finished in kills)
    rows = read_rows(folder / "out.jsonl")
    in_order = [row["question"] for row in rows] == questions
    faults = {name: sum(row["fault"] == name for row in read_rows(log)) for name in FAULTS}
    say_line(f"{len(asked)} requests, faults {faults}; {time.perf_counter() - started:.0f} s")
    say_line(
        f"{len(rows)} rows for {len(questions)} questions, in order: {in_order}; "
        f"{summary['failed']} failed; finished questions asked again: {again}"
    )
    return process.returncode == 0 and in_order and again == 0


def speed(folder: Path, seed: int) -> bool:
    """Run ``speed``; print the ratio to the ideal and return whether it is at most 1.25."""
    prepare(folder, SPEED_QUESTIONS)
    with server(folder / "requests.jsonl", "speed", seed) as address:
        process = batch(folder, address, SPEED_CONCURRENCY)
        summary = summary_of(folder, process)
    reached = len(read_rows(folder / "requests.jsonl"))
    ideal = FIXED * SPEED_QUESTIONS / SPEED_CONCURRENCY
    ratio = summary["seconds"] / ideal
    say_line(
        f"{reached} of {SPEED_QUESTIONS} reached the model, {SPEED_CONCURRENCY} at a time, in "
        f"{summary['seconds']:.2f} s; the ideal is {ideal:.2f} s: {ratio:.2f} times"
    )
    return reached == SPEED_QUESTIONS and bool(ratio <= 1.25)


def main() -> int:
    """Run what the command line names; return 1 where it does not hold."""
    parser = argparse.ArgumentParser(prog="python -m evals.maintain.soak")
    parser.add_argument("what", choices=["faults", "speed", "serve"])
    parser.add_argument("served", nargs="*", help=argparse.SUPPRESS)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    if arguments.what == "serve":
        kind, log, seed = arguments.served
        serve(Path(log), kind, int(seed))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        well = (soak if arguments.what == "faults" else speed)(Path(folder), arguments.seed)
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(main())
