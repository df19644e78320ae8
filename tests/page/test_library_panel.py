"""In a real browser: the library's count, search, filters, and files that are added."""

import json

import pytest


@pytest.fixture
def open_library(visit):
    visit.page.locator("#bar [data-do=toggle-library]").click()
    visit.page.wait_for_selector("#papers .card")
    return visit.page


def titles(page):
    return page.locator("#papers .title").all_inner_texts()


def narrowed_to(page, text):
    page.wait_for_function(
        "(text) => document.querySelector('#narrowed span').textContent === text", arg=text
    )


def test_count_search_and_list(open_library):
    page = open_library
    assert page.locator("#shelf .count").inner_text() == "3 papers"
    assert titles(page) == [  # the newest first
        "WordGate: Rare Words in Speech",
        "PixSort: Sorting an Image with Few Labels",
        "GraphMix: Mixing Messages on a Graph",
    ]
    page.fill('#filters [name="query"]', "graph")
    page.wait_for_function(
        "document.querySelector('#papers .title').innerText.startsWith('GraphMix')"
    )


def test_the_list_comes_however_early_it_is_opened(visit):
    page = visit.page
    page.add_init_script(
        """new MutationObserver((_, watch) => {
            const button = document.querySelector('#bar [data-do=toggle-library]');
            if (!button || !window.gradio_config) return;
            button.click();
            if (document.body.dataset.library === 'open') watch.disconnect();
        }).observe(document, { childList: true, subtree: true })"""
    )
    page.reload()
    page.wait_for_selector("#papers .card")


def test_a_filter_limits_the_questions_too(visit, open_library):
    page = open_library
    page.fill('#filters [name="from"]', "2020")
    narrowed_to(page, "Asking 2 papers from 2020")
    assert len(titles(page)) == 2
    page.select_option('#filters [name="venue"]', "CVPR")
    narrowed_to(page, "Asking 1 paper from 2020, in CVPR")
    page.keyboard.press("Escape")
    turn = visit.ask("How accurate is the graph model?")
    assert turn.locator(".card .title").all_inner_texts() == [
        "PixSort: Sorting an Image with Few Labels"
    ]
    visit.do("clear-filters")
    page.wait_for_selector("#narrowed", state="hidden")
    visit.do("new-chat")
    turn = visit.ask("How accurate is the graph model?")
    assert turn.locator(".card .title").first.inner_text().startswith("GraphMix")


def test_a_filter_without_meaning_is_said(open_library):
    page = open_library
    page.fill('#filters [name="from"]', "20999999999")
    problem = page.locator("#papers .problem")
    problem.wait_for()
    assert problem.inner_text() == "The filter 'year>=20999999999' needs a year, like year>=2021."


def test_an_uploaded_paper_answers_the_next_question(visit, open_library, site, tmp_path):
    page = open_library
    file = tmp_path / "more.jsonl"
    rows = [
        {
            "id": "rainfall",
            "title": "Rain and Weather",
            "year": 2024,
            "abstract": "The weather is wet. Weather forecasts by RainNet see six days ahead.",
        },
        {"id": "empty", "title": "Without words"},
    ]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    try:
        page.set_input_files('#upload input[type="file"]', str(file))
        page.wait_for_selector(".report:not(:has(progress, .doing))")
        assert page.locator(".report > p").inner_text() == (
            "1 added, 0 updated, 0 unchanged, 0 duplicates, 1 rejected; 4 papers in the library."
        )
        [rejection] = site.assistant.ingest([str(file)]).rejected
        where = rejection.where.rpartition("/")[2]
        assert where == "more.jsonl:2"
        assert page.locator(".rejected li").inner_text() == f"{where}: {rejection.reason}"
        page.wait_for_function("document.querySelector('#shelf .count').innerText === '4 papers'")
        page.wait_for_selector("#papers .title:text-is('Rain and Weather')")
        assert "more.jsonl (1)" in page.locator('[name="source"] option').all_inner_texts()
        page.keyboard.press("Escape")
        turn = visit.ask("How far do weather forecasts see?")
        assert (
            turn.locator(".answer p")
            .first.inner_text()
            .startswith("Weather forecasts by RainNet see six days ahead")
        )
    finally:
        site.assistant.remove(["rainfall"])


def test_a_file_of_no_known_format_is_rejected_in_the_same_words(open_library, site, tmp_path):
    file = tmp_path / "letter.txt"
    file.write_text("Dear all, nothing here is a paper.", encoding="utf-8")
    open_library.set_input_files('#upload input[type="file"]', str(file))
    line = open_library.locator(".rejected li")
    line.wait_for()
    [rejection] = site.assistant.ingest([str(file)]).rejected
    assert line.inner_text() == f"letter.txt: {rejection.reason}"


DROP = """([name, text]) => {
    const data = new DataTransfer();
    data.items.add(new File([text], name));
    for (const kind of ['dragenter', 'dragover', 'drop']) {
        const event = new DragEvent(kind, {bubbles: true, cancelable: true, dataTransfer: data});
        document.querySelector('#greeting').dispatchEvent(event);
    }
}"""


def test_a_file_may_be_dropped_anywhere(visit, site):
    page = visit.page
    row = {"id": "tides", "title": "Tides", "abstract": "The weather moves the tides."}
    try:
        page.evaluate(DROP, ["more tides.jsonl", json.dumps(row)])
        page.wait_for_selector("#upload", state="visible")
        page.wait_for_selector("#papers .title:text-is('Tides')")
        assert page.locator(".report > p").inner_text().startswith("1 added, 0 updated")
    finally:
        site.assistant.remove(["tides"])


def test_a_file_that_is_too_large_is_not_sent(visit):
    page = visit.page
    limit = page.evaluate("window.gradio_config.max_file_size")
    assert limit == 100 * 2**20
    page.evaluate("window.gradio_config.max_file_size = 2 ** 20")
    page.evaluate(DROP, ["<big>.bib", " " * (2**20 + 1)])
    said = page.locator("#too-large .problem")
    said.wait_for()
    assert said.inner_text() == "<big>.bib: larger than 1 MB; split it, or use rag ingest."
    assert not [address for address in visit.requests if address.endswith("/upload")]
