"""A page over a small library, a model that does as it is told, and a browser to drive it."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import re
import shutil
import socket
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from conftest import CountingEmbedding
from fake_openai import DONE, RESET, FakeOpenAI, Reply, Request, chunk, fail, say

from rag.assistant import Assistant
from rag.settings import load_settings
from ui.app import build
from ui.serve import launch
from ui.tools import make_server
from ui.uploads import Uploads

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser") if (found := shutil.which(name))), None
)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync"]
FLAGS += ["--disable-component-update", "--no-first-run"]

# The words that the tests' embedder counts, so that each paper is near its own questions.
GRAPH = (
    "Graph networks pass messages along edges. On the graph benchmark GraphMix reaches 81.5% "
    "accuracy. Training takes 4 hours on one card."
)
IMAGE = (
    "Image classifiers need labels. The image model PixSort needs only 12 labels a class. "
    "It was tried on three image collections."
)
SPEECH = (
    "Speech recognisers fail on rare words. WordGate halves the errors on rare speech. "
    "It adds 3% to the running time."
)
PAPERS: list[dict[str, Any]] = [
    {
        "id": "graphmix",
        "title": "GraphMix: Mixing Messages on a Graph",
        "authors": ["Ada Abel", "Ben Bold"],
        "year": 2019,
        "venue": "ICML",
        "doi": "10.1234/graph.mix",
        "key": "abel2019graphmix",
        "abstract": GRAPH,
    },
    {
        "id": "pixsort",
        "title": "PixSort: Sorting an Image with Few Labels",
        "authors": ["Cy Core"],
        "year": 2021,
        "venue": "CVPR",
        "arxiv_id": "2101.00001",
        "abstract": IMAGE,
    },
    {
        "id": "wordgate",
        "title": "WordGate: Rare Words in Speech",
        "authors": ["Di Dorn"],
        "year": 2023,
        "venue": "ACL",
        "url": "https://example.org/wordgate",
        "abstract": SPEECH,
    },
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Gradio leaves sockets and event loops open; that is no fault of the tests that serve."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents and {"site", "folder"} & set(item.fixturenames):
            item.add_marker(pytest.mark.filterwarnings("ignore::ResourceWarning"))


@dataclass
class Model:
    """Decides what the fake model does with each question; ``calls`` counts them.

    ``says`` has whole answers by the question that they are for. An endless answer goes on
    until its reader leaves; one "step by step" waits for ``go``.
    """

    calls: dict[str, int] = field(default_factory=dict)
    says: dict[str, str] = field(default_factory=dict)
    go: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def __call__(self, request: Request) -> Reply:
        prompt = request.body["messages"][-1]["content"]
        if prompt.startswith("Plan how to search"):
            follows = "by how much does it" in prompt
            asked = "How much does WordGate halve in speech?" if follows else ""
            return say(json.dumps({"searches": [asked or "graph model"], "question": asked}))
        question = prompt.rpartition("Question: ")[2].strip()
        self.calls[question] = self.calls.get(question, 0) + 1
        sources = re.findall(r"=== source \d+ \w+ ===\n.*\n.*\nAbstract: (.*)", prompt)
        told = sources[0].split(". ")[1].rstrip(".") if sources else ""
        words = [piece + " " for piece in f"{told} [1].".split()]
        if question in self.says:
            return say(*re.findall(r"\S+\s*", self.says[question]))
        if "declined" in question:
            return say("These papers do", " not answer that.")
        if "hostile" in question:
            return say(*self.hostile)
        if "down" in question and self.calls[question] == 1:
            return fail(500)
        if "quota" in question:
            return fail(429, code="insufficient_quota")
        if "cut" in question and self.calls[question] == 1:
            return Reply([chunk("What had arrived "), 0.3, RESET])
        if "endless" in question:
            steps = ((chunk(f"to {n} and on "), 0.1) for n in range(1_000))
            return Reply([chunk("It goes on "), *(each for step in steps for each in step)])
        if "step by step" in question:
            return Reply(self._when_let(f"{told[:20]}|{told[20:]} |[|1|].|".split("|")))
        steps: list[Any] = []
        for word in words:
            steps += [chunk(word), 0.05]
        return Reply([*steps, chunk(finish="stop"), DONE])

    def _when_let(self, pieces: list[str]) -> Iterator[bytes]:
        """Say each piece when ``go`` is released once more."""
        for piece in pieces:
            assert self.go.acquire(timeout=120)
            yield chunk(piece)
        yield from (chunk(finish="stop"), DONE)

    hostile = (
        "<script>window.pwned=1</script><img src=x onerror=window.pwned=2> ",
        "![i](http://elsewhere.example/i.png) [go](javascript:window.pwned=3) ",
        "<math><mtext><img src=y onerror=window.pwned=4></mtext></math> ${window.pwned=5} ",
        "{{window.pwned}} `<b>` <svg onload=window.pwned=6> is shown [1].",
    )


@dataclass
class Site:
    """A page that is being served."""

    url: str
    assistant: Assistant
    fake: FakeOpenAI
    model: Model


@pytest.fixture(scope="module")
def papers() -> list[dict[str, Any]]:
    """What the library holds; a module may have its own."""
    return PAPERS


@pytest.fixture(scope="module")
def site(papers: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    file = folder / "papers.jsonl"
    file.write_text("".join(json.dumps(paper) + "\n" for paper in papers), encoding="utf-8")
    model = Model()
    with pytest.MonkeyPatch.context() as patch, FakeOpenAI(model) as fake:
        for name in list(os.environ):
            if name.startswith(("RAG_", "OPENAI_")):
                patch.delenv(name)
        patch.setenv("XDG_CONFIG_HOME", str(folder))
        patch.setenv("GRADIO_TEMP_DIR", str(folder / "uploads"))
        settings = load_settings(
            index=folder / "index", OPENAI_BASE_URL=fake.base_url, llm_model="fake", retries=0
        )
        assistant = Assistant.open(
            settings, embedder=CountingEmbedding(model_name="counting", texts=[])
        )
        assistant.ingest([str(file)])
        with serve(assistant) as url:
            yield Site(url, assistant, fake, model)
        assistant.close()


@contextlib.contextmanager
def serve(assistant: Assistant, port: int = 0, **options: Any) -> Iterator[str]:
    """Serve a page over the library while the block lasts."""
    mcp = options.pop("mcp", False)
    uploads = Uploads()
    own_models = options.pop("own_models", False)
    page = build(assistant, uploads, mcp=mcp, own_models=own_models)
    options = {"auth": None, "no_auth": False, "files": uploads, **options}
    options["server"] = make_server(assistant) if mcp else None
    with left_open():
        yield launch(page, "127.0.0.1", port or free_port(), **options)
        page.close(verbose=False)


@contextlib.contextmanager
def left_open() -> Iterator[None]:
    """Clear away what Gradio leaves open behind it, before it is blamed on a later test."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@pytest.fixture(scope="module")  # while it is open, asyncio.run does not work
def browser() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api", reason="needs Playwright")
    if CHROMIUM is None:
        pytest.skip("needs Chromium: apt-get install chromium")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@dataclass
class Visit:
    """A person at the page: what they do and what the browser asked for meanwhile."""

    page: Any
    url: str
    requests: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def ask(self, question: str) -> Any:
        """Ask, wait until the answer is over, return its article."""
        self.page.fill("#question", question)
        self.page.press("#question", "Enter")
        return self.answered(question)

    def answered(self, question: str) -> Any:
        """Wait until the last question is this one and over; return its article."""
        self.page.wait_for_function(
            """(question) => {
                const turns = document.querySelectorAll('.turn');
                const turn = turns[turns.length - 1];
                return document.body.dataset.busy === 'false' && turn
                    && turn.querySelector('.question').textContent === question;
            }""",
            arg=question,
        )
        return self.page.locator(".turn").last

    def do(self, name: str) -> None:
        """Click the (last) control of that name that is in sight."""
        self.page.locator(f'[data-do="{name}"]:visible').last.click()

    @property
    def elsewhere(self) -> set[str]:
        """Addresses outside the site that the browser asked for."""
        own = (self.url, "data:", f"blob:{self.url}")
        return {address for address in self.requests if not address.startswith(own)}


@pytest.fixture
def visit(site: Site, browser: Any, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """A fresh browser with the page open; ``@pytest.mark.parametrize`` may give its options."""
    yield from open_visit(browser, site.url, **getattr(request, "param", {}))


def open_visit(browser: Any, url: str, **options: Any) -> Iterator[Visit]:
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 860}, **options})
    context.set_default_timeout(60_000)  # a busy machine is slow
    visit = Visit(context.new_page(), url)
    context.on("request", lambda asked: visit.requests.append(asked.url))
    visit.page.on("pageerror", lambda error: visit.errors.append(str(error)))
    visit.page.on(
        "console",
        lambda said: visit.errors.append(said.text) if said.type == "error" else None,
    )
    visit.page.goto(url)
    visit.page.wait_for_selector("#welcome", state="attached")
    yield visit
    context.close()
    assert visit.elsewhere == set()
    assert visit.errors == []


def marked_text(card: Any) -> list[str]:
    return [mark.inner_text() for mark in card.locator("mark").all()]


def stored_chats(visit: Visit) -> list[Any]:
    script = """() => Object.keys(localStorage).filter((k) => k.startsWith('rag:chat:'))
        .map((k) => JSON.parse(localStorage[k]))"""
    return list(visit.page.evaluate(script))


def downloads(visit: Visit, name: str, form: str) -> Path:
    with visit.page.expect_download() as waiting:
        visit.page.locator(f'[data-do="{name}"][data-form="{form}"]').click()
    return Path(waiting.value.path())
