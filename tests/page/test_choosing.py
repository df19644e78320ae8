"""In a real browser: papers are chosen, found by likeness, taken along and removed."""

import json

import pytest

from page.test_library_panel import narrowed_to, open_library, titles  # noqa: F401
from page.test_reach import PHONE, no_sideways, serious

GRAPH_TITLE = "GraphMix: Mixing Messages on a Graph"
IMAGE_TITLE = "PixSort: Sorting an Image with Few Labels"


def greeting(page, text):
    page.wait_for_function(
        "(text) => document.querySelector('#welcome h2')?.textContent === text", arg=text
    )


def test_ticked_papers_alone_are_asked(visit, open_library):  # noqa: F811
    page = open_library
    page.locator("#papers .card", has_text="PixSort").locator(".pick").check()
    narrowed_to(page, f"Asking only “{IMAGE_TITLE}”")
    greeting(page, "Ask 1 paper")
    assert page.locator(".examples button").all_inner_texts() == [
        "What is PixSort, and what does it achieve?"
    ]
    page.locator("#papers .card", has_text="WordGate").locator(".pick").check()
    narrowed_to(page, "Asking 2 papers that you ticked")
    assert page.locator("#picked").inner_text() == "2 ticked"
    assert len(titles(page)) == 3, "ticking leaves the list as it is"
    assert serious(page) == []
    page.keyboard.press("Escape")
    turn = visit.ask("How accurate is the graph model?")
    assert set(turn.locator(".card .title").all_text_contents()).isdisjoint({GRAPH_TITLE})
    visit.do("clear-filters")
    page.wait_for_selector("#narrowed", state="hidden")
    assert page.locator("#papers .pick:checked").count() == 0


def test_a_search_s_result_can_be_ticked_as_a_whole(visit, open_library):  # noqa: F811
    page = open_library
    page.fill('#filters [name="query"]', "graph benchmark")
    page.wait_for_selector("#papers .count:has-text('1 paper with words of “graph benchmark”')")
    assert titles(page) == [GRAPH_TITLE], "what does not match is not shown"
    page.locator("[data-do=pick-all]").click()
    narrowed_to(page, f"Asking only “{GRAPH_TITLE}”")
    page.fill('#filters [name="query"]', "zebra")
    page.wait_for_selector("#papers .count:has-text('nearest in meaning')")


@pytest.mark.parametrize("visit", [{}, PHONE], indirect=True, ids=["wide", "phone"])
def test_a_card_offers_its_paper_and_others_like_it(visit):
    page = visit.page
    turn = visit.ask("How accurate is the graph model?")
    card = turn.locator(".card").first
    card.locator("[data-do=ask-only]").click()
    narrowed_to(page, f"Asking only “{GRAPH_TITLE}”")
    assert page.evaluate("document.activeElement.id") == "question"
    no_sideways(page)
    visit.do("clear-filters")
    card.locator("[data-do=like]").click()
    page.wait_for_selector("#papers .count:has-text('Papers like “GraphMix')")
    assert GRAPH_TITLE not in titles(page)
    assert len(titles(page)) == 2
    no_sideways(page)
    page.locator("[data-do=unlike]").click()
    page.wait_for_selector("#papers .count:has-text('3 papers, latest year first')")


def test_a_paper_leaves_as_ris(visit):
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    turn = visit.ask("What halves errors in speech?")
    turn.locator('.card [data-do="copy-ris"]').first.click()
    visit.page.wait_for_function("document.querySelector('#said').innerText === 'Copied'")
    copied = visit.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("TY  - JOUR\nID  - wordgate\n")
    assert turn.locator(".card .key").first.inner_text() == "dorn2023wordgate"


def test_papers_are_removed_after_a_second_click(visit, site, tmp_path):
    page = visit.page
    file = tmp_path / "more.jsonl"
    row = {"id": "tides", "title": "Tides", "abstract": "The weather moves the tides."}
    file.write_text(json.dumps(row))
    site.assistant.ingest([str(file)])
    page.reload()
    page.locator("#bar [data-do=toggle-library]").click()
    page.locator("#papers .card", has_text="Tides").locator(".pick").check()
    remove = page.locator("[data-do=remove]")
    page.wait_for_selector("[data-do=remove]:has-text('Remove 1 from the library')")
    remove.click()
    assert remove.inner_text() == "Remove 1 for good?"
    assert site.assistant.count() == 4
    remove.click()
    page.wait_for_function("document.querySelector('#shelf .count').innerText === '3 papers'")
    page.wait_for_selector("#narrowed", state="hidden")
    assert site.assistant.count() == 3
    assert "Tides" not in titles(page)
