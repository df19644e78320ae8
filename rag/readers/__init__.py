"""Files to papers: ``expand`` finds the files, ``read`` streams the papers of one.

The format is found by content, then by name. Nothing that a file holds raises: what cannot
be taken in comes out as a Rejection with its place, and the records around it are kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from rag.readers.archives import Document, documents
from rag.readers.clean import visible
from rag.readers.files import expand, opened
from rag.readers.formats import read_document
from rag.types import Paper, Rejection

__all__ = ["expand", "read"]


def read(path: str, stdin: BinaryIO | None = None) -> Iterator[Paper | Rejection]:
    """Yield the papers and the rejected records of one file, in its order.

    Args:
        path: a file as ``expand`` names it; "-" is standard input. ``.gz`` and ``.zip`` are
            opened whatever their name.
        stdin: the bytes to read for "-"; by default those of the process.

    Yields:
        Papers with ``sources=("path:line",)``, the line where the record begins, and an empty
        ``id`` where the record brings none; Rejections with ``where`` as ``path:line``.
    """
    label = visible(path)
    try:
        with opened(path, stdin) as stream:
            for document in documents(stream, label, path.lower()):
                if isinstance(document, Document):
                    yield from read_document(document)
                else:
                    yield document
    except OSError as error:
        yield Rejection(label, f"cannot be read: {error.strerror or error}")
