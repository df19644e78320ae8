"""Prompts from ``prompts/*.md``, with strict variables."""

from __future__ import annotations

import functools
import hashlib
import string
from dataclasses import dataclass
from pathlib import Path

from rag.errors import SettingsError
from rag.importing import own_folder


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt's text with ``$name`` variables; ``sha256`` names it in every answer."""

    name: str
    text: str

    @property
    def sha256(self) -> str:
        """The digest of the prompt as written, before its variables are filled in."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def fill(self, **variables: str) -> str:
        """Return the text with every variable filled in, in one pass: values stay data.

        Raises:
            SettingsError: the prompt names a variable that it is not given, or lacks one.
        """
        template = string.Template(self.text)
        found = template.pattern.finditer(self.text)
        wanted = {match["named"] or match["braced"] for match in found if not match["escaped"]}
        if wanted != set(variables):
            names = ", ".join(f"${name}" for name in sorted(variables))
            raise SettingsError(
                f"the prompt {self.name}.md must use {names} and no other $; edit it"
            )
        return template.substitute(variables)


def load(name: str, folder: Path | None = None) -> Prompt:
    """Return the prompt of this name, from ``folder`` where it has one, else the packaged one.

    Raises:
        SettingsError: the folder's file cannot be read.
    """
    try:
        if folder is not None and (folder / f"{name}.md").is_file():
            return Prompt(name, (folder / f"{name}.md").read_text(encoding="utf-8"))
        return _packaged(name)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"cannot read the prompt {name}.md ({error}); correct RAG_PROMPTS"
        ) from error


@functools.cache
def _packaged(name: str) -> Prompt:
    return Prompt(name, (own_folder("prompts") / f"{name}.md").read_text(encoding="utf-8"))


def names() -> list[str]:
    """Return the names of the packaged prompts."""
    return sorted(file.stem for file in own_folder("prompts").glob("*.md"))
