"""Threads that do one kind of work; the caller stays free to stop at any moment."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Task = TypeVar("Task")
Done = TypeVar("Done")


class TaskThreads(Generic[Task, Done]):
    """A fixed number of threads; results come back in the order in which they are ready.

    The threads do not keep the process alive: one that waits for a slow server is left behind
    when the program ends, which an executor of the standard library does not allow.
    """

    def __init__(self, ways: Sequence[Callable[[Task], Done]]) -> None:
        """Start a thread for each of the ways to do the work."""
        self._ways = ways
        self._tasks: queue.SimpleQueue[tuple[Task] | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Done | BaseException] = queue.SimpleQueue()
        self.busy = 0
        for way in ways:
            threading.Thread(target=self._serve, args=(way,), daemon=True).start()

    def put(self, task: Task) -> None:
        """Give out a task; ``busy`` counts those whose result was not taken."""
        self.busy += 1
        self._tasks.put((task,))

    def take(self, timeout: float | None = None) -> list[Done | BaseException]:
        """Return what is ready, waiting for the first; nothing when ``timeout`` seconds pass.

        What a task raised stands in the place of its result.
        """
        ready: list[Done | BaseException] = []
        try:
            ready.append(self._done.get(timeout=timeout))
            while True:
                ready.append(self._done.get_nowait())
        except queue.Empty:
            self.busy -= len(ready)
            return ready

    def end(self) -> None:
        """Let each thread end after its task."""
        for _ in self._ways:
            self._tasks.put(None)

    def _serve(self, way: Callable[[Task], Done]) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                done: Done | BaseException = way(*task)
            except BaseException as error:  # noqa: BLE001  # raised again by whoever takes it
                done = error
            self._done.put(done)
