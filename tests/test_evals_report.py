"""Reports: everything escaped, nothing loaded, readable at a phone's width and in print."""

from __future__ import annotations

import json
import shutil

import pytest

from evals.compare import compare
from evals.questions import read_expectations
from evals.report import format_figure, write_comparison, write_report
from evals.runner import run_answers
from evals.runs import read_run

BAIT = (
    '<script>document.title="owned"</script><img src=http://127.0.0.1:9/x onerror=alert(1)>'
    "</style></title>{{ 7*7 }}&amp;"
)
PAPERS = [
    {
        "id": f"g{BAIT}",
        "title": f"On graphs {BAIT}",
        "abstract": f"A graph has nodes. {BAIT} Edges.",
    },
    {
        "id": "s",
        "title": "S" * 300,
        "abstract": "We measure 37 hours of speech. It is " + "l" * 200,
    },
]
QUESTIONS = [
    {"id": f"q{BAIT}", "kind": f"k{BAIT}", "question": f"What has a graph {BAIT}?",
     "papers": [f"g{BAIT}"], "facts": [[BAIT]]},
    {"id": "2", "question": "How many hours of speech?", "papers": ["s"], "facts": [["37 hours"]]},
    {"id": "3", "kind": "unanswerable", "question": "Who won?", "papers": []},
    {"id": "4", "question": "", "papers": ["s"]},
]  # fmt: skip


@pytest.fixture
def pages(assistant, tmp_path, monkeypatch):
    """The three kinds of page, of a library that is out to break them."""
    path = tmp_path / "papers.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in PAPERS))
    # Readers clean what they can; here all of it must reach the page.
    monkeypatch.setattr("rag.readers.records.clean_abstract", lambda text, **_: text)
    assistant.ingest([str(path)])
    questions = tmp_path / "q.jsonl"
    questions.write_text("".join(json.dumps(row) + "\n" for row in QUESTIONS))
    folder = tmp_path / "run"
    run_answers(assistant, read_expectations(str(questions)), folder)
    for name in ("b", "r"):
        shutil.copytree(folder, tmp_path / name)
    rows = [json.loads(line) for line in (folder / "rows.jsonl").read_text().splitlines()]
    rows[0]["answer"]["answer"] = BAIT
    (tmp_path / "b" / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    compared = tmp_path / "compare.html"
    write_comparison(compared, compare(read_run(folder), read_run(tmp_path / "b")))
    return [write_report(folder), write_report(retrieval_run(tmp_path / "r")), compared]


def retrieval_run(folder):
    hits = [{"rank": 1, "score": 1.0, "paper_id": f"g{BAIT}", "title": BAIT}]
    metrics = {"ndcg@10": 0.5, "recall@10": 1.0, "seconds": 0.01}
    row = {"id": BAIT, "question": BAIT, "metrics": metrics, "retrieved": hits,
           "expected": {f"g{BAIT}": 1, "s": 2, "x": 0}}  # fmt: skip
    means = {name: {"mean": v, "measured": 1, "unmeasured": 0} for name, v in metrics.items()}
    latency = {"p50": 0.01, "p95": 0.01, "mean": 0.01}
    found = {"kind": "retrieval", "queries": 1, "metrics": means, "latency": latency}
    settings = {"kind": "retrieval", "beir": BAIT, "split": "test", "bm25_only": False,
                "index": {"papers": 2, "embedder": BAIT}}  # fmt: skip
    (folder / "rows.jsonl").write_text(json.dumps(row) + "\n")
    (folder / "metrics.json").write_text(json.dumps(found))
    (folder / "settings.json").write_text(json.dumps(settings))
    return folder


def test_untrusted_text_is_text(pages):
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert "&lt;script&gt;" in text
        assert "<script" not in text
        assert "<img" not in text
        assert "{{ 7*7 }}" in text
        assert "49" not in text.split("{{ 7*7 }}")[0][-40:]


def test_the_report_says_what_was_expected_and_what_came(pages):
    text = pages[0].read_text(encoding="utf-8")
    assert "4 questions to 2 papers, answered by" in text
    assert '“37 hours”: <span class="good">stated</span>' in text
    assert "Failed: " in text
    assert "to decline: <span class=" in text
    assert text.index("(no question)") < text.index("How many hours of speech?")


def test_figures_in_words():
    assert [format_figure(v) for v in (None, 3, 0.5, 1.0)] == ["unmeasured", "3", "0.500", "1.000"]


def test_the_same_run_gives_the_same_page(pages):
    before = pages[0].read_bytes()
    assert write_report(pages[0].parent).read_bytes() == before


@pytest.fixture
def browser():
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if not path:
        pytest.skip("needs Chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield opened
        opened.close()


def test_pages_open_without_an_error_a_request_or_a_sideways_scroll(pages, browser):
    for page in pages:
        for width, scheme in ((380, "light"), (1280, "dark")):
            context = browser.new_context(
                viewport={"width": width, "height": 900}, color_scheme=scheme
            )
            tab = context.new_page()
            noise: list[str] = []
            tab.on("console", lambda message, noise=noise: noise.append(message.text))
            tab.on("pageerror", lambda error, noise=noise: noise.append(str(error)))
            tab.on("request", lambda request, noise=noise: noise.append(request.url))
            tab.on("dialog", lambda dialog, noise=noise: noise.append(dialog.message))
            tab.goto(page.as_uri())
            assert [text for text in noise if text not in (page.as_uri(), "data:,")] == []
            assert "owned" != tab.title() != ""
            assert tab.evaluate("document.documentElement.scrollWidth") == width
            tab.emulate_media(media="print")
            assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == (
                "rgb(255, 255, 255)"
            )
            context.close()
