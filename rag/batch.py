"""Many questions from a file, answered side by side; no finished answer is ever lost."""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from rag import llms
from rag.assistant import Assistant
from rag.batch_cost import Budget, estimate, row_cost
from rag.batch_rows import Task, ask_all, digest, shape_of
from rag.errors import InputError, RagError
from rag.journal import Journal, Row, claimed, row_key
from rag.question_files import Item, read_questions
from rag.settings import load_settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Summary:
    """How a batch stands: each question counts once among answered, declined, failed, left.

    ``asked`` counts the questions of this call alone; tokens and ``cost_usd`` (None where a
    price is unknown) are of all rows.
    """

    questions: int
    answered: int
    declined: int
    failed: int
    left: int
    asked: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: float | None
    seconds: float
    output: str


def main(arguments: argparse.Namespace) -> int:
    """``rag batch``: exit 1 where questions are left, or where every one failed."""
    items = read_questions(arguments.questions)
    out = Path(arguments.output)
    if out.resolve() == Path(arguments.questions).resolve() or out.is_dir():
        raise InputError(f"{out} cannot take the answers; name another file")
    assistant = Assistant.open(load_settings(index=arguments.index))
    if arguments.dry_run:
        _print_price(assistant, items, out, arguments)
        return 0
    summary = run(
        assistant,
        items,
        out,
        concurrency=arguments.concurrency,
        retry_failed=arguments.retry_failed,
        max_cost=arguments.max_cost,
    )
    print(json.dumps(asdict(summary)) if arguments.json else _told(summary))  # noqa: T201
    if summary.left:
        raise RagError(
            f"stopped at --max-cost {arguments.max_cost:g}: {summary.left} of {summary.questions} "
            "questions are left; run the same command with a higher one"
        )
    return 1 if summary.failed == summary.questions else 0


def run(
    assistant: Assistant,
    items: Sequence[Item],
    out: Path,
    *,
    concurrency: int = 8,
    retry_failed: bool = False,
    max_cost: float | None = None,
    shape: Mapping[str, Any] | None = None,
) -> Summary:
    """Answer questions into ``out``, a row each, in their order.

    Rows that ``out`` or its journal holds are kept where question and settings are the same.
    Where the cost stops it, ``out`` is not written and the journal stays.

    Args:
        assistant: answers, from as many threads as ``concurrency``.
        items: with ids that differ.
        out: JSON Lines: what ``ask`` gives with ``id``, ``digest`` and, where it failed, ``error``.
        concurrency: questions under way at a time.
        retry_failed: ask again what failed.
        max_cost: of all rows, in US dollars; see `Budget`.
        shape: what else makes a row another one, beside what `shape_of` says.

    Raises:
        BusyError: another batch has ``out``. InputError: ``out`` holds something else.
        SettingsError, LibraryError: nothing can be answered; what was finished is kept.
    """
    out = out.resolve()
    shaped = {**shape_of(assistant), **(shape or {})}  # opens what answers
    started = time.perf_counter()
    budget = Budget(max_cost, llms.model_name(assistant.settings, assistant.llm))
    tasks = [(item, digest(item, shaped)) for item in items]
    with claimed(out):
        journal = Journal(out)
        _check(journal, tasks, out, assistant.index.generation)
        todo = deque(task for task in tasks if _is_open(task, journal.rows, retry_failed))
        asked = len(todo)
        open_keys = {_key(task) for task in todo}
        done = [journal.rows[key] for key in map(_key, tasks) if key not in open_keys]
        with contextlib.closing(journal), logging_redirect_tqdm(), _Bar(len(tasks)) as bar:

            def record(rows: Sequence[Row]) -> None:
                journal.add(rows)
                bar.show(rows)
                budget.note(rows)

            bar.show(done)
            budget.note(done)
            ask_all(assistant, todo, concurrency, budget, record)
        left = {_key(task) for task in todo}
        if not left:
            journal.finish([_key(task) for task in tasks])
        done = [journal.rows[key] for key in map(_key, tasks) if key not in left]
        spent = [row_cost(row) for row in done]
        return Summary(
            questions=len(tasks),
            answered=sum("error" not in row and row["answered"] for row in done),
            declined=sum("error" not in row and not row["answered"] for row in done),
            failed=sum("error" in row for row in done),
            left=len(todo),
            asked=asked - len(todo),
            prompt_tokens=sum(row["usage"]["prompt_tokens"] for row in done),
            completion_tokens=sum(row["usage"]["completion_tokens"] for row in done),
            cost_usd=None if None in spent else round(sum(filter(None, spent), 0.0), 6),
            seconds=round(time.perf_counter() - started, 3),
            output=str(out),
        )


class _Bar:
    """The progress of a batch, on a terminal alone: rate, failures, tokens, cost."""

    def __init__(self, total: int) -> None:
        self._bar = tqdm(total=total, unit=" questions", disable=None, leave=False)
        self._failed = self._tokens = 0
        self._cost = 0.0

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.close()

    def show(self, rows: Sequence[Row]) -> None:
        """Count finished rows."""
        for row in rows:
            self._failed += "error" in row
            self._tokens += row["usage"]["prompt_tokens"] + row["usage"]["completion_tokens"]
            self._cost += row_cost(row) or 0.0
        self._bar.set_postfix_str(
            f"{self._failed} failed, {self._tokens} tokens, {self._cost:.4f} USD", refresh=False
        )
        self._bar.update(len(rows))


def _key(task: Task) -> str:
    return row_key({"id": task[0].id, "digest": task[1]})


def _is_open(task: Task, rows: Mapping[str, Row], retry_failed: bool) -> bool:
    row = rows.get(_key(task))
    return row is None or (retry_failed and "error" in row)


def _check(journal: Journal, tasks: Sequence[Task], out: Path, generation: str) -> None:
    """Refuse to replace the answers to other questions; say what is kept and what is not."""
    asked = {(str(item.id), item.question) for item, _ in tasks}
    known = [row for row in journal.rows.values() if (str(row["id"]), row["question"]) in asked]
    if journal.rows and not known:
        raise InputError(f"{out} holds the answers to other questions; name another file")
    kept = [journal.rows[key] for key in map(_key, tasks) if key in journal.rows]
    if not kept and known:
        log.warning("the settings are not those of the answers in %s; asking again", out)
    old = sum("error" not in row and row["generation"] != generation for row in kept)
    if old:
        log.warning(
            "keeping %d answers from before the library changed; delete %s to ask again", old, out
        )


def _print_price(
    assistant: Assistant, items: Sequence[Item], out: Path, arguments: argparse.Namespace
) -> None:
    shaped = shape_of(assistant)
    with claimed(out.resolve()):
        rows = Journal(out.resolve()).rows
    tasks = [(item, digest(item, shaped)) for item in items]
    todo = [task[0] for task in tasks if _is_open(task, rows, arguments.retry_failed)]
    price = estimate(assistant, todo)
    if arguments.json:
        counts = {"questions": len(items), "left": len(todo)}
        print(json.dumps({**counts, **asdict(price)}))  # noqa: T201
        return
    print(  # noqa: T201
        f"{len(todo)} of {len(items)} questions to ask: {price.prompt_tokens} tokens to read, at "
        f"most {price.completion_tokens} to write, {_money(price.cost_usd, 'at most ')}"
    )


def _told(summary: Summary) -> str:
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
