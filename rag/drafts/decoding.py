"""The bytes of a draft become text, whatever their encoding; what is no text is refused."""

from __future__ import annotations

import io
import re

from rag.errors import InputError
from rag.readers.text import Source, buffered

_SELDOM = 20  # of as many bytes one is null, even where only spaces and line ends are not Chinese
_MOSTLY = 4  # times as many are the higher halves of letters as lower ones (Ā)
_CONTROL = re.compile(r"[\0-\x08\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
_BEGINNING = 8_000  # characters; git looks at as many to tell what is no text


def decoded(data: bytes, name: str) -> str:
    r"""Return the text of a file.

    >>> decoded("Thé".encode("utf-16"), "d.md"), decoded(b"Th\xe9", "d.md")
    ('Thé', 'Thé')
    >>> decoded("Thé".encode("utf-16-be"), "d.md")
    'Thé'

    Raises:
        InputError: one cannot tell its encoding.
    """
    source = Source(io.BytesIO(_without_nulls(data)), name)
    if source.refused:
        raise InputError(f"cannot read {name}: {source.refused}")
    return buffered(source).read().decode("utf-8", "replace")


def _without_nulls(data: bytes) -> bytes:
    """Return a file in UTF-16 without a mark of its byte order as UTF-8, any other as it is.

    In Latin letters each second byte is null; a program has nulls on both sides or controls.
    """
    start = data[: 2 * _BEGINNING]
    even, odd = start[::2].count(0), start[1::2].count(0)
    less, more = sorted((even, odd))
    if less * _MOSTLY > more or more * _SELDOM < len(start):
        return data
    try:
        text = data.decode("utf-16-be" if even > odd else "utf-16-le")
    except UnicodeDecodeError:
        return data
    return data if _CONTROL.search(text, 0, _BEGINNING) else text.encode()


def require_text(text: str, name: str) -> None:
    """Refuse a program, an image, a PDF and the like.

    Raises:
        InputError: it is one.
    """
    if "\0" in text[:_BEGINNING] or text.startswith("%PDF-"):
        raise InputError(f"{name} is no text; give a draft, as UTF-8")
