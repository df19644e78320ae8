"""``rag batch``: what is asked, of how many processes, and what is said of it."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rag.batches.processes import start_processes
from rag.batches.question_files import Item, read_questions
from rag.durable import check_output, is_stdout, is_stream, real_path
from rag.errors import InputError, RagError
from rag.importing import heavy_imports
from rag.settings import Settings, load_settings

if TYPE_CHECKING:
    from rag.batches.run import Summary


def main(arguments: argparse.Namespace) -> int:
    """``rag batch``: exit 1 where questions are left, or where every one failed."""
    items = read_questions(arguments.questions)
    out = Path(arguments.output)
    same = not is_stream(out) and real_path(out) == real_path(arguments.questions)
    if same or out.is_dir():
        raise InputError(f"{out} cannot take the answers; name another file")
    if out.exists() or out.is_symlink():  # else its folder may be made
        check_output(out)
    settings = load_settings(index=arguments.index)
    if arguments.dry_run:
        _print_price(settings, items, out, arguments)
        return 0
    with contextlib.ExitStack() as stack:
        processes = start_processes(settings, len(items), arguments.concurrency)
        for process in processes:
            stack.callback(process.close)
        with heavy_imports():  # the processes import the same meanwhile
            from rag.assistant import Assistant
            from rag.batches.run import run

        summary = run(
            Assistant.open(settings),
            items,
            out,
            concurrency=arguments.concurrency,
            processes=processes,
            retry_failed=arguments.retry_failed,
            max_cost=arguments.max_cost,
        )
    told = json.dumps(asdict(summary)) if arguments.json else _summary_line(summary)
    print(told, file=sys.stderr if is_stdout(out) else sys.stdout)
    if summary.left:
        raise RagError(
            f"stopped at --max-cost {arguments.max_cost:g}: {summary.left} of {summary.questions} "
            "questions are left; run the same command with a higher one"
        )
    return 1 if summary.failed == summary.questions else 0


def _print_price(
    settings: Settings, items: list[Item], out: Path, arguments: argparse.Namespace
) -> None:
    from rag.assistant import Assistant
    from rag.batches.cost import estimate
    from rag.batches.run import still_open

    assistant = Assistant.open(settings)
    todo = still_open(assistant, items, out, retry_failed=arguments.retry_failed)
    price = estimate(assistant, todo)
    if arguments.json:
        counts = {"questions": len(items), "left": len(todo)}
        print(json.dumps({**counts, **asdict(price)}))  # noqa: T201
        return
    print(  # noqa: T201
        f"{len(todo)} of {len(items)} questions to ask: {price.prompt_tokens} tokens to read, at "
        f"most {price.completion_tokens} to write, {_money(price.cost_usd, 'at most ')}"
    )


def _summary_line(summary: Summary) -> str:
    tokens = summary.prompt_tokens + summary.completion_tokens
    lines = [
        f"{summary.questions} questions: {summary.answered} answered, {summary.declined} declined, "
        f"{summary.failed} failed, {summary.left} left; {summary.asked} asked in "
        f"{summary.seconds:.1f} s; {tokens} tokens, {_money(summary.cost_usd)}",
    ]
    if not summary.left:
        lines.append(f"answers in {summary.output}")
    if summary.failed:
        lines.append("ask what failed again with --retry-failed")
    return "\n".join(lines)


def _money(dollars: float | None, qualifier: str = "") -> str:
    return "price unknown" if dollars is None else f"{qualifier}{dollars:.4f} USD"
