"""In a real browser: a page without a model, and one without papers."""

import json

import pytest
from conftest import CountingEmbedding

from page.conftest import PAPERS, open_visit, serve
from page.test_reach import PHONE, serious
from rag.assistant import Assistant
from rag.settings import load_settings


@pytest.fixture(scope="module", params=["papers", "nothing"])
def plain(request, tmp_path_factory):
    """An assistant without a model, over a library or none."""
    folder = tmp_path_factory.mktemp("plain")
    settings = load_settings(index=folder / "index", llm="none")
    embedder = CountingEmbedding(model_name="counting", texts=[])
    with Assistant.open(settings, embedder=embedder) as assistant:
        if request.param == "papers":
            file = folder / "papers.jsonl"
            file.write_text("".join(json.dumps(paper) + "\n" for paper in PAPERS))
            assistant.ingest([str(file)])
        yield assistant


@pytest.mark.parametrize("options", [{}, PHONE], ids=["desk", "phone"])
def test_first_steps(plain, browser, options):
    with serve(plain, own_models=True) as url:
        for visit in open_visit(browser, url, **options):
            page = visit.page
            assert serious(page) == []
            page.get_by_role("button", name="Add a model").click()
            assert page.locator("#model-form").is_visible()
            assert page.locator("#facts dd").first.inner_text() == (
                "quotations, without a language model"
            )
            assert serious(page) == []
            page.keyboard.press("Escape")
            if plain.index.exists:
                _with_papers(visit)
            else:
                _without_papers(visit)


def _with_papers(visit):
    page = visit.page
    turn = visit.ask("Hello!")
    assert turn.locator(".sources").inner_text() == "", "a greeting has no sources"
    turn = visit.ask("What does PixSort need?")
    turn.locator("button.cite").first.click()
    page.locator("#keep summary").click()
    box = page.locator("#keep > div").bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= page.viewport_size["width"]
    page.locator("#bar [data-do=toggle-library]").click()
    page.locator("#papers .pick").first.check()
    page.keyboard.press("Escape")
    page.wait_for_function("document.body.dataset.library === ''")


def _without_papers(visit):
    page = visit.page
    turn = visit.ask("What does PixSort need?")
    assert turn.locator(".problem").inner_text() == (
        "The library is empty; press Library and add papers, then ask again."
    )
    assert serious(page) == []
