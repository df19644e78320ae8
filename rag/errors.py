"""Every error that reaches a person, drawn as a tree.

RagError                 one line: what is wrong; what to do
├── SettingsError        a setting has no meaning or is missing
├── InputError           a file, question, filter or draft cannot be read
│   └── UsageError       a command was given what does not go together
├── LibraryError         the index is missing, locked, damaged or of another kind
│   └── BusyError        another process is writing to it
└── ModelError           a language model or an embedding model failed
    ├── ModelUnavailable down, refused, timed out or over quota: try again
    └── ContextTooLong   the prompt does not fit the model's context

The command line prints the message of a RagError as ``error: ...`` and exits 1.
"""

from __future__ import annotations


class RagError(Exception):
    """Base of all errors meant for people: one line saying what is wrong and what to do."""


class SettingsError(RagError):
    """A setting has no meaning here, or one that is needed is missing."""


class InputError(RagError):
    """A file, question, filter or draft cannot be read."""


class UsageError(InputError):
    """A command was given too little, or what does not go together: the command line exits 2."""


class LibraryError(RagError):
    """The index is missing, damaged, from another version or of another embedder."""


class BusyError(LibraryError):
    """Another process is writing to the index."""


class ModelError(RagError):
    """A language or embedding model failed; ``partial`` is the text that had arrived.

    ``answer`` is what can be answered without the model, where that is known: a `rag.types.Answer`.
    """

    partial = ""
    answer: object = None


class ModelUnavailable(ModelError):
    """The model is down, refuses, is over quota or too slow; trying again may help."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ContextTooLong(ModelError):
    """The prompt does not fit into the model's context."""
