"""Ask a pile of paper abstracts; every sentence of the answer has a receipt."""

from __future__ import annotations

TYPE_CHECKING = False  # type checkers know the name; importing typing is half of a start's time

if TYPE_CHECKING:
    from rag.assistant import Assistant
    from rag.errors import RagError
    from rag.settings import Settings, load_settings
    from rag.types import Answer, Hit, Paper, Turn

__all__ = ["Answer", "Assistant", "Hit", "Paper", "RagError", "Settings", "Turn", "load_settings"]

_HOMES = {
    "Answer": "rag.types",
    "Assistant": "rag.assistant",
    "Hit": "rag.types",
    "Paper": "rag.types",
    "RagError": "rag.errors",
    "Settings": "rag.settings",
    "Turn": "rag.types",
    "load_settings": "rag.settings",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: ``rag --help`` pays for none."""
    if name not in _HOMES:
        raise AttributeError(f"module 'rag' has no attribute {name!r}")
    import importlib

    found: object = getattr(importlib.import_module(_HOMES[name]), name)
    return found
