"""More processes that answer the questions of a batch: Python computes on one core in each.

They are started before this process imports what it needs itself, for they need the same
seconds for it. On 2 cores, with a model that takes 300 ms and 32 questions at a time, 512
questions take 1.15 times the ideal, by one process 1.7 (``python -m evals.maintain.soak speed``).
"""

from __future__ import annotations

import itertools
import logging
import multiprocessing
import os
import queue
import signal
import threading
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING

from rag.batches.journal import Row
from rag.errors import RagError
from rag.importing import heavy_imports
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.batches.rows import Task

_AT_ONCE = 16  # questions at a time that keep one process busy
_AN_OPENING = 128  # questions in whose time a process opens

_Reply = Row | BaseException
_spawn = multiprocessing.get_context("spawn")


class AnsweringProcess:
    """A process with an assistant of its own; any number of threads may ask it.

    It ends with this process, however that ends, and leaves what it was answering.
    """

    def __init__(self, settings: Settings, at_once: int) -> None:
        """Start a process that opens the assistant of the settings and has it asked so often."""
        self.at_once = at_once
        self._pipe, other = _spawn.Pipe()
        self._process = _spawn.Process(target=_serve, args=(other, settings, at_once), daemon=True)
        handler = signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is this process's alone
        try:
            self._process.start()
        finally:
            signal.signal(signal.SIGINT, handler)
        other.close()
        self._opened: queue.SimpleQueue[RagError | None] = queue.SimpleQueue()
        self._numbers = itertools.count()
        self._lock = threading.Lock()
        self._waiting: dict[int, queue.SimpleQueue[_Reply]] = {}
        self._over = False
        threading.Thread(target=self._listen, daemon=True).start()

    def wait_until_open(self) -> None:
        """Return when the process can be asked.

        Raises:
            RagError: it cannot open what answers.
        """
        fault = self._opened.get()
        if fault is not None:
            raise fault

    def ask(self, task: Task) -> Row:
        """Return the row of a question; see `rag.batches.rows.ask_one`.

        Raises:
            RagError: no further question would fare better, or the process has ended.
        """
        reply: queue.SimpleQueue[_Reply] = queue.SimpleQueue()
        with self._lock:
            if self._over:
                raise _gone()
            number = next(self._numbers)
            self._waiting[number] = reply
            try:
                self._pipe.send((number, task))
            except OSError:
                raise _gone() from None
        row = reply.get()
        if isinstance(row, BaseException):
            raise row
        return row

    def close(self) -> None:
        """End the process; nothing is lost by that but answers under way."""
        self._process.kill()
        self._process.join()

    def _listen(self) -> None:
        try:
            self._opened.put(self._pipe.recv())
            while True:
                number, row = self._pipe.recv()
                self._waiting.pop(number).put(row)
        except (EOFError, OSError):
            with self._lock:
                self._over = True
            self._opened.put(_gone())
            for reply in self._waiting.values():
                reply.put(_gone())


def start_processes(settings: Settings, questions: int, concurrency: int) -> list[AnsweringProcess]:
    """Start the processes that are worth it beside this one: none for a few questions.

    A model in this process's own memory is not shared.
    """
    most = min(os.cpu_count() or 1, concurrency // _AT_ONCE, questions // _AN_OPENING)
    if most < 2 or settings.llm_in_force == "local":
        return []
    return [AnsweringProcess(settings, concurrency // most) for _ in range(most - 1)]


def _gone() -> RagError:
    return RagError("a process that answered questions has ended; run the same command to go on")


def _serve(pipe: Connection, settings: Settings, at_once: int) -> None:
    """Answer what comes through the pipe until it is closed at the other end."""
    logging.basicConfig(format="%(message)s", level=logging.ERROR)  # as `rag.cli` does
    logging.getLogger("rag").setLevel(logging.WARNING)
    with heavy_imports():
        from rag.assistant import Assistant
        from rag.batches.rows import ask_one, shape_of, ways_to_ask
    assistant = Assistant.open(settings)
    try:
        shape_of(assistant)
    except RagError as error:
        pipe.send(error)
        return
    pipe.send(None)
    sending = threading.Lock()

    def answer(number: int, task: Task) -> None:
        reply: _Reply
        try:
            reply = ask_one(assistant, task)
        except RagError as error:
            reply = error
        with sending:
            pipe.send((number, reply))

    with ways_to_ask(assistant, at_once) as ways, ThreadPoolExecutor(len(ways)) as pool:
        try:
            while True:
                pool.submit(answer, *pipe.recv())
        except (EOFError, OSError):  # the batch is over, or was killed
            os._exit(0)  # whatever is under way is nobody's any more
