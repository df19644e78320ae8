"""A writer beside readers in other processes: ``python -m evals.maintain.together PAPERS``.

For ``--seconds`` one process ingests, changes and removes papers piece by piece while four others
search and ask without pause. Checked: no error; every abstract that is shown is one that was
written, and every quotation stands in it; each piece is found by each reader, by every query that
begins 1 s or more after the end of its ingest. Printed: how long after that end the last query
began that missed the piece, and the first one ended that found it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evals.maintain.kills import opened, write_rows
from evals.maintain.soak import say_line
from rag.assistant import Assistant

READERS, PIECE, ALLOWED = 4, 40, 1.0


def piece(rows: list[dict[str, Any]], number: int) -> Iterator[dict[str, Any]]:
    """Yield the papers of a piece: new ones, and two of the piece before in a new version."""
    for at in range(number * PIECE - 2 * (number > 0), (number + 1) * PIECE):
        row = rows[at % len(rows)]
        text = f"{row['text']} This is paper p{at} as of piece {number}."
        title = f"{row['title']} {word(at // PIECE)}"
        yield {"_id": f"p{at}", "title": title, "text": text, "year": 2000}


def word(number: int) -> str:
    """Return a word that stands only in the titles of one piece."""
    letters = "".join(chr(ord("a") + int(digit)) for digit in str(number))
    return f"quark{letters}x"  # with an ending that no stemmer cuts off


def read(index: Path, rows: list[dict[str, Any]]) -> None:
    """Search and ask until standard input closes; print what was seen as JSON."""
    assistant = opened(index)
    known = {row["text"][:40] for row in rows}
    news = index.parent / "news.jsonl"
    missing: list[float] = []
    found: list[float] = []
    wrong: list[str] = []
    asked = 0
    _finds(assistant, 0)  # opens what it needs
    seen = len(news.read_text().splitlines())
    while not (index.parent / "end").exists():
        told = [json.loads(line) for line in news.read_text().splitlines()]
        try:
            for number, ended in told[seen:]:
                missed, began = 0.0, time.monotonic()
                while not _finds(assistant, number) and began - ended < 5 * ALLOWED:
                    missed, began = began - ended, time.monotonic()
                missing.append(missed)
                found.append(time.monotonic() - ended)
                seen += 1
            row = rows[asked * 7 % len(rows)]
            for hit in assistant.search(row["title"]):
                _check(hit.paper, known)
            answer = assistant.ask(f"What is shown in {row['title'][:200]}?")
            texts = {c.paper.id: c.paper.abstract for c in answer.citations}
            for sentence in answer.sentences:
                quoted = sentence.evidence
                if quoted and quoted.quote != texts[quoted.paper_id][quoted.start : quoted.end]:
                    raise RuntimeError(f"no quotation: {quoted}")
            asked += 1
        except Exception as error:  # noqa: BLE001  # counted, and told at the end
            wrong.append(f"{type(error).__name__}: {error}"[:300])
    say_line(json.dumps({"asked": asked, "missing": missing, "found": found, "wrong": wrong}))


def _finds(assistant: Assistant, number: int) -> bool:
    hits = assistant.search(word(number), k=1)
    return bool(hits) and hits[0].paper.title.endswith(word(number))


def _check(paper: Any, known: set[str]) -> None:
    if f"This is paper {paper.id} as of piece" not in paper.abstract:
        raise RuntimeError(f"another paper's abstract: {paper}")
    if paper.abstract[:40] not in known:
        raise RuntimeError(f"an abstract that nobody wrote: {paper}")


def main() -> int:
    """Run the writer and start the readers; return 1 where anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m evals.maintain.together")
    parser.add_argument("papers", type=Path)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--index", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    with (gzip.open if given.papers.suffix == ".gz" else open)(given.papers, "rt") as file:
        rows = [json.loads(line) for line, _ in zip(file, range(2000))]  # noqa: B905
    # Markup that readers of files clean away is no matter here.
    rows = [row for row in rows if row["text"][:60].replace(" ", "").isalpha()]
    if given.index:
        read(given.index, rows)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        return write(Path(folder), rows, given)


def write(folder: Path, rows: list[dict[str, Any]], given: argparse.Namespace) -> int:
    """Ingest piece by piece while the readers read; return 1 where anything is wrong."""
    index, news = folder / "index", folder / "news.jsonl"
    news.touch()
    assistant = opened(index)
    command = [
        sys.executable,
        "-m",
        "evals.maintain.together",
        str(given.papers),
        "--index",
        str(index),
    ]
    readers: list[subprocess.Popen[str]] = []
    ended, number = time.monotonic() + given.seconds, 0
    while time.monotonic() < ended or number < 2:
        write_rows(folder / "papers.jsonl", list(piece(rows, number)))
        assistant.ingest([str(folder / "papers.jsonl")])
        if number > 1:
            assistant.remove([f"p{(number - 2) * PIECE}"])
        with news.open("a") as file:
            file.write(json.dumps([number, time.monotonic()]) + "\n")
        if not readers:
            readers = [
                subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
                for _ in range(READERS)
            ]
        number += 1
    (folder / "end").touch()
    reports = [json.loads(reader.communicate()[0] or "{}") for reader in readers]
    wrong = [text for report in reports for text in report["wrong"]]
    asked = sum(report["asked"] for report in reports)
    found = sorted(seconds for report in reports for seconds in report["found"])
    missing = max(seconds for report in reports for seconds in report["missing"])
    say_line(
        f"{number} pieces in {given.seconds:.0f} s beside {asked} searches and as many answers in "
        f"{READERS} processes, {len(wrong)} errors; no query that began more than {missing:.2f} s "
        f"after a piece's end missed it; found after {found[len(found) // 2]:.2f} s (median) to "
        f"{found[-1]:.2f} s"
    )
    for text in sorted(set(wrong))[:5]:
        say_line(text)
    return 1 if wrong or missing > ALLOWED else 0


if __name__ == "__main__":
    sys.exit(main())
