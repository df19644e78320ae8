"""Static word vectors from a process of their own, made while this one stores the papers before.

Chroma keeps Python's lock for as long as it adds (chroma-core/chroma#3873), so a thread would wait
for it.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import IO, cast

from rag.errors import RagError
from rag.types import Floats

_FEWEST = 5_000  # papers in whose time the process's start is won back


def is_worth_it(papers: int) -> bool:
    """Say whether so many papers are embedded sooner with a process of its own."""
    return papers >= _FEWEST and (os.cpu_count() or 1) > 1


@contextlib.contextmanager
def embedding_process() -> Iterator[Callable[[Sequence[str]], Callable[[], Floats]]]:
    """Give a function that asks a new process for the static vectors of texts.

    What it returns waits for them, as `rag.models.embedders.embed` gives them, and must be called
    before it is asked again. Either raises RagError where the process has ended. The process ends
    with the block, or with this process, however that ends.
    """
    # Not by multiprocessing, which would first run the user's own program in it again.
    process = subprocess.Popen(  # noqa: S603  # ourselves, found where this process found them
        [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path}; {_SERVE}"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        start_new_session=True,  # keeps it out of Ctrl-C
    )
    asking, given = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)

    def ask(texts: Sequence[str]) -> Callable[[], Floats]:
        try:
            pickle.dump(texts, asking)
            asking.flush()
        except OSError:
            raise _gone() from None
        return take

    def take() -> Floats:
        try:
            vectors: Floats = pickle.load(given)  # noqa: S301  # from ourselves
        except (EOFError, pickle.UnpicklingError):
            raise _gone() from None
        return vectors

    try:
        yield ask
    finally:
        process.kill()
        process.communicate()


def _gone() -> RagError:
    return RagError("the process that embeds has ended; run the same command again to go on")


_SERVE = "from rag.models.embedding_process import serve; serve()"


def serve() -> None:
    """Be that process: answer until nobody can ask any more."""
    from rag.models.embedders import embed
    from rag.models.local_embedders import static

    try:
        while True:
            texts = pickle.load(sys.stdin.buffer)  # noqa: S301  # from ourselves
            pickle.dump(embed(static(), texts), sys.stdout.buffer)
            sys.stdout.flush()
    except (EOFError, OSError):  # nobody takes what is left to write either
        os._exit(0)
