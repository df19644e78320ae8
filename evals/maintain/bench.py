"""How fast the program is beside the stock way: ``python -m evals.maintain.bench``.

The stock way is in `evals.maintain.bench_stock`. With the same parts, everything is measured in one
run on one machine, ours and stock by turns, each in a process of its own
(`evals.maintain.bench_jobs`); printed is a Markdown table. Run from a checkout: the server that
stands for a model is the one of the tests.
"""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from evals.maintain.bench_rows import ROWS, Row
from evals.maintain.bench_runs import Bench

SHARED = Path(__file__).parents[3] / "shared" / "bench"


def machine() -> str:
    """Return the date and the machine's shape in one line."""
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = next((line.split(": ")[1] for line in text.splitlines() if "model name" in line), "")
    pages = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{datetime.date.today()}: {os.cpu_count()} cores ({model}), {pages:.0f} GB, "
        f"Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}"
    )


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, and print the table; exit 1 where a row misses its reach."""
    parser = argparse.ArgumentParser(prog="python -m evals.maintain.bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"these alone, of {', '.join(ROWS)}")
    parser.add_argument(
        "--papers",
        type=Path,
        default=SHARED / "acl_abstracts.jsonl.gz",
        help="JSON Lines, gzipped: _id, title, text, metadata",
    )
    parser.add_argument("--beir", type=Path, default=SHARED / "scifact-dev")
    parser.add_argument("--torch", default="sentence-transformers/all-MiniLM-L6-v2")
    parser.add_argument("--work", type=Path, help="keep what is made in this folder")
    arguments = parser.parse_args(argv)
    if not arguments.papers.is_file():
        parser.error(f"no abstracts in {arguments.papers}; name a .jsonl.gz with --papers")
    with tempfile.TemporaryDirectory(prefix="rag-bench-") as temporary:
        work = arguments.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        bench = Bench(arguments.papers, arguments.beir, arguments.torch, work)
        say(machine(), "", "| what | ours | stock | ratio | reach | | limit |", "|---" * 7 + "|")
        rows = [_noted(ROWS[name](bench)) for name in arguments.rows or ROWS]
    return 0 if all(row.met for row in rows) else 1


def _noted(row: Row) -> Row:
    cells = (row.what, row.ours, row.stock, row.ratio, row.reach, "yes" if row.met else "no")
    say(f"| {' | '.join((*cells, row.limit))} |")
    return row


def say(*lines: str) -> None:
    """Print at once."""
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
