"""What blocks, read from a program that must not."""

from __future__ import annotations

import asyncio
import contextvars
import itertools
from collections.abc import AsyncGenerator, Generator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")


async def in_one_thread(items: Generator[Item, None, None]) -> AsyncGenerator[Item, None]:
    """Yield what a generator does, each item made in one thread while the event loop goes on.

    Who leaves early does not wait: the generator is closed after the item under way.
    """
    context, loop = contextvars.copy_context(), asyncio.get_running_loop()
    thread = ThreadPoolExecutor(1, thread_name_prefix="rag-ask")

    def following() -> list[Item]:
        return list(itertools.islice(items, 1))

    try:
        while item := await loop.run_in_executor(thread, context.run, following):
            yield item[0]
    finally:
        thread.submit(items.close)
        thread.shutdown(wait=False)
