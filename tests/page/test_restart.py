"""In a real browser: ``rag ui`` is killed in the middle of an answer and started anew."""

import contextlib
import json
import os
import subprocess
import sys
import time
import urllib.request

import pytest
from fake_openai import FakeOpenAI

from page.conftest import PAPERS, Model, free_port, open_visit
from rag.assistant import Assistant
from rag.settings import load_settings


@contextlib.contextmanager
def rag_ui(folder, base_url, port):
    """Run ``rag ui`` until the block ends, then kill it."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("RAG_", "OPENAI_"))}
    environment |= {"OPENAI_BASE_URL": base_url, "RAG_RETRIES": "0", "RAG_EMBEDDER": "static"}
    command = [sys.executable, "-m", "rag.cli", "ui", "--index", "ix", "--port", str(port)]
    with (folder / "log").open("ab") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stderr=log)
    try:
        for _ in range(800):  # a busy machine takes a minute
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
                break
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.25)
        yield process
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def folder(tmp_path):
    file = tmp_path / "p.jsonl"
    file.write_text("".join(json.dumps(paper) + "\n" for paper in PAPERS))
    assistant = Assistant.open(load_settings(index=tmp_path / "ix", embedder="static"))
    assistant.ingest([str(file)])
    assistant.close()
    return tmp_path


def test_the_page_survives_a_restart(browser, folder):
    port = free_port()
    with FakeOpenAI(Model()) as fake:
        with rag_ui(folder, fake.base_url, port):
            visits = open_visit(browser, f"http://127.0.0.1:{port}/")
            visit = next(visits)
            page = visit.page
            visit.ask("How accurate is the graph model GraphMix?")
            page.fill("#question", "Tell me an endless graph story")
            page.press("#question", "Enter")
            page.wait_for_function(
                "document.querySelector('#live .answer')?.innerText.includes('and on')"
            )
        problem = page.locator("#live .problem")
        problem.wait_for()
        assert problem.inner_text().startswith("The connection was lost")
        with rag_ui(folder, fake.base_url, port):
            page.wait_for_selector(".turn.broken")
            turn = visit.answered("Tell me an endless graph story")
            assert turn.locator(".answer p").first.inner_text().startswith("It goes on to 0")
            assert "Retry to ask again" in turn.locator(".problem").inner_text()
            assert page.locator(".turn").count() == 2
            visit.do("edit")
            page.fill("#question", "What labels does the image model PixSort need?")
            page.press("#question", "Enter")
            turn = visit.answered("What labels does the image model PixSort need?")
            assert turn.get_attribute("class") == "turn answered"
            visit.errors.clear()  # the browser complains of the server that was not there
            assert next(visits, None) is None
    assert (folder / "log").read_text().count(f"http://127.0.0.1:{port}/") == 2
