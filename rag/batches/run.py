"""Many questions from a file, answered side by side; no finished answer is ever lost."""

from __future__ import annotations

import contextlib
import logging
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from rag.assistant import Assistant
from rag.batches.cost import Budget, row_cost
from rag.batches.journal import Journal, Row, Stream, claimed, row_key
from rag.batches.processes import AnsweringProcess
from rag.batches.question_files import Item
from rag.batches.rows import Task, ask_all, digest, shape_of, under_way, ways_to_ask
from rag.durable import is_stream, real_path
from rag.errors import InputError
from rag.models import replies

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


def run(
    assistant: Assistant,
    items: Sequence[Item],
    out: Path,
    *,
    concurrency: int = 8,
    processes: Sequence[AnsweringProcess] = (),
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
        out: JSON Lines, what ``ask`` gives with ``id``, ``digest`` and, where it failed, ``error``;
            a stream gets each row as soon as it is its turn.
        concurrency: questions at the model at a time.
        processes: processes that answer a part of them, with the same settings.
        retry_failed: ask again what failed.
        max_cost: of all rows, in US dollars; see `Budget`.
        shape: what else makes a row another one, beside what `shape_of` says.

    Raises:
        BusyError: another batch has ``out``. InputError: ``out`` holds something else.
        SettingsError, LibraryError: nothing can be answered; what was finished is kept.
    """
    out = out if is_stream(out) else real_path(out)
    shaped = {**shape_of(assistant), **(shape or {})}  # opens what answers
    for process in processes:
        process.wait_until_open()
    started = time.perf_counter()
    budget = Budget(max_cost, replies.model_name(assistant.settings, assistant.llm))
    tasks = [(item, digest(item, shaped)) for item in items]
    with claimed(out):
        journal = Stream(out, [_key(task) for task in tasks]) if is_stream(out) else Journal(out)
        _check(journal, tasks, out, assistant.generation)
        todo = deque(task for task in tasks if _is_open(task, journal.rows, retry_failed))
        asked = len(todo)
        open_keys = {_key(task) for task in todo}
        done = [journal.rows[key] for key in map(_key, tasks) if key not in open_keys]
        with contextlib.ExitStack() as stack:
            stack.enter_context(contextlib.closing(journal))
            stack.enter_context(logging_redirect_tqdm())
            bar = stack.enter_context(_Bar(len(tasks)))
            here = concurrency - sum(process.at_once for process in processes)
            ways = list(stack.enter_context(ways_to_ask(assistant, here)))
            ways += [each.ask for each in processes for _ in range(under_way(each.at_once))]

            def record(rows: Sequence[Row]) -> None:
                journal.add(rows)
                bar.show(rows)
                budget.note(rows)

            bar.show(done)
            budget.note(done)
            ask_all(ways, todo, budget, record)
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


def still_open(
    assistant: Assistant, items: Sequence[Item], out: Path, *, retry_failed: bool
) -> list[Item]:
    """Return the questions that `run` would ask."""
    shaped = shape_of(assistant)
    rows: Mapping[str, Row] = {}
    if not is_stream(out) and (file := real_path(out)).parent.exists():  # else none is made
        with claimed(file):
            rows = Journal(file).rows
    tasks = [(item, digest(item, shaped)) for item in items]
    return [task[0] for task in tasks if _is_open(task, rows, retry_failed)]


def _key(task: Task) -> str:
    return row_key({"id": task[0].id, "digest": task[1]})


def _is_open(task: Task, rows: Mapping[str, Row], retry_failed: bool) -> bool:
    row = rows.get(_key(task))
    return row is None or (retry_failed and "error" in row)


def _check(journal: Journal | Stream, tasks: Sequence[Task], out: Path, generation: str) -> None:
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
