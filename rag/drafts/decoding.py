"""The bytes of a draft become text, whatever their encoding; what is no text is refused."""

from __future__ import annotations

import io

from rag.errors import InputError
from rag.readers.text import Source, buffered

_BEGINNING = 8_000  # characters; git looks at as many to tell what is no text


def decoded(data: bytes, name: str) -> str:
    r"""Return the text of a file.

    >>> decoded("Thé".encode("utf-16"), "d.md"), decoded(b"Th\xe9", "d.md")
    ('Thé', 'Thé')

    Raises:
        InputError: one cannot tell its encoding.
    """
    source = Source(io.BytesIO(data), name)
    if source.refused:
        raise InputError(f"cannot read {name}: {source.refused}")
    return buffered(source).read().decode("utf-8", "replace")


def require_text(text: str, name: str) -> None:
    """Refuse a program, an image, a PDF and the like.

    Raises:
        InputError: it is one.
    """
    if "\0" in text[:_BEGINNING] or text.startswith("%PDF-"):
        raise InputError(f"{name} is no text; give a draft, as UTF-8")
