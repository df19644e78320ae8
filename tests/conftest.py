"""What several test files share: an embedder one can compute by hand, and small papers."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import chromadb
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


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--server",
        action="store_true",
        help="run the engine's tests against a real Chroma server in place of the embedded one",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--server"):  # what a test leaves open holds a socket
        config.addinivalue_line("filterwarnings", "ignore::ResourceWarning")
        config.addinivalue_line("filterwarnings", "ignore::pytest.PytestUnraisableExceptionWarning")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for item in items:
        reason = next((mark.args[0] for mark in item.iter_markers("embedded")), None)
        if reason and config.getoption("--server"):
            item.add_marker(pytest.mark.skip(reason=f"only without a server: {reason}"))


@contextlib.contextmanager
def chroma_server(folder: Path, port: int = 0) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run a Chroma server on a port, a free one for 0; give its address and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = port or free.getsockname()[1]
    binary = str(Path(sys.executable).with_name("chroma"))
    command = [binary, "run", "--host", "127.0.0.1", "--port", str(port), "--path", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(1200):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.05)
            yield f"http://127.0.0.1:{port}", server
        finally:
            server.terminate()


@pytest.fixture(scope="session")
def chroma(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a real Chroma server."""
    with chroma_server(tmp_path_factory.mktemp("chroma")) as (url, _):
        yield url


@pytest.fixture(autouse=True)
def clean_environment(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """No setting of the person who runs the tests reaches a test."""
    for name in list(os.environ):
        if name.startswith(("RAG_", "OPENAI_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    if request.config.getoption("--server"):
        url = request.getfixturevalue("chroma")
        client = chromadb.HttpClient(port=urlsplit(url).port, host="127.0.0.1")
        for collection in client.list_collections():
            client.delete_collection(collection.name)
        client.close()
        monkeypatch.setenv("RAG_CHROMA_URL", url)


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
