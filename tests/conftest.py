"""What several test files share: an embedder one can compute by hand, and small papers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from llama_index.core.base.embeddings.base import BaseEmbedding

from rag.assistant import Assistant
from rag.settings import Settings, load_settings

SHARED = Path(__file__).parents[1].parent / "shared"

# The axes of the vector space of the tests: a text's vector counts these words.
AXES = ("graph", "image", "speech", "protein", "weather", "music", "poetry", "robot")


class CountingEmbedding(BaseEmbedding):
    """Counts the words of AXES, so that every cosine is known."""

    texts: list[str]

    def _get_text_embedding(self, text: str) -> list[float]:
        self.texts.append(text)
        words = [word.strip(".,:;?!()").lower() for word in text.split()]
        return [float(words.count(axis)) for axis in AXES]

    def _get_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return self._get_text_embedding(query)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the person who runs the tests reaches a test."""
    import os

    for name in list(os.environ):
        if name.startswith(("RAG_", "OPENAI_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(index=tmp_path / "index", llm="none")


@pytest.fixture
def embedder() -> CountingEmbedding:
    return CountingEmbedding(model_name="counting", texts=[])


@pytest.fixture
def assistant(settings: Settings, embedder: CountingEmbedding) -> Any:
    opened = Assistant.open(settings, embedder=embedder)
    yield opened
    opened.close()


def shared(*parts: str) -> Path:
    """Return a path of the development data, or skip the test, saying so."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"needs the development data {'/'.join(parts)} beside the project")
    return path
