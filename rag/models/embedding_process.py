"""Static word vectors from a process of their own, made while this one stores the papers before.

Chroma keeps Python's lock for as long as it adds (chroma-core/chroma#3873), so a thread would wait
for it.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from typing import IO, cast

from rag.errors import RagError
from rag.types import Floats

_FEWEST = 5_000  # papers in whose time the process's start is won back


def is_worth_it(papers: int) -> bool:
    """Say whether so many papers are embedded sooner with a process of its own."""
    return papers >= _FEWEST and (os.cpu_count() or 1) > 1


class EmbeddingProcess:
    """A process that makes static vectors, as `rag.models.embedders.embed` gives them.

    ``embedder`` is the identity of one of the two static embedders.

    Whatever it is asked raises RagError where the process has ended. It ends with the ``with``
    block, or with this process, however that ends.
    """

    def __init__(self, embedder: str) -> None:
        self._serve = f"from rag.models.embedding_process import serve; serve({embedder!r})"

    def __enter__(self) -> EmbeddingProcess:
        # Not by multiprocessing, which would first run the user's own program in it again.
        self._process = subprocess.Popen(  # noqa: S603  # ourselves, found where this process is
            [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path}; {self._serve}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # keeps it out of Ctrl-C
        )
        return self

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.communicate()

    def ask(self, texts: Sequence[str]) -> None:
        """Ask for the vectors of texts; `take` them before you ask again."""
        asking = cast(IO[bytes], self._process.stdin)
        try:
            pickle.dump(texts, asking)
            asking.flush()
        except OSError:
            raise _gone() from None

    def take(self) -> Floats:
        """Wait for the vectors of the texts asked for."""
        try:
            vectors: Floats = pickle.load(cast(IO[bytes], self._process.stdout))  # noqa: S301
        except (EOFError, pickle.UnpicklingError):
            raise _gone() from None
        return vectors


def _gone() -> RagError:
    return RagError("the process that embeds has ended; run the same command again to go on")


def serve(embedder: str) -> None:
    """Be that process: answer until nobody can ask any more."""
    from rag.models.embedders import embed
    from rag.models.local_embedders import static_vectors

    vectors = static_vectors(embedder)
    try:
        while True:
            texts = pickle.load(sys.stdin.buffer)  # noqa: S301  # from ourselves
            pickle.dump(embed(vectors, texts), sys.stdout.buffer)
            sys.stdout.flush()
    except (EOFError, OSError):  # nobody takes what is left to write either
        os._exit(0)
