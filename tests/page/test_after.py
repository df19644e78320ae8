"""In a real browser: what comes after an answer, and its papers as a table."""

import csv

from page.conftest import stored_chats
from page.test_reach import serious

BOTH = "GraphMix reaches 81.5% accuracy [1]. PixSort needs only 12 labels a class [2]."


def test_what_to_ask_next_can_be_answered(visit, site):
    page = visit.page
    turn = visit.ask("How accurate is the graph model?")
    page.wait_for_selector(".follow button")
    assert turn.locator(".question").bounding_box()["y"] >= 52, "what comes late moves nothing"
    offered = turn.locator(".follow button").all_inner_texts()
    assert 1 <= len(offered) <= 3
    assert all(site.assistant.would_answer(question) for question in offered)
    assert serious(page) == []
    turn.locator(".follow button").first.click()
    visit.answered(offered[0])
    assert page.locator(".follow:visible").count() <= 1, "only the latest answer offers"


def test_after_a_refusal_the_nearest_question_is_offered(visit):
    turn = visit.ask("Is image advice declined?")
    visit.page.wait_for_selector(".follow button")
    assert turn.locator(".follow h3").inner_text() == "The library can answer"
    assert turn.locator(".follow button").count() == 1


def test_the_answers_before_a_retry_stay_reachable(visit, site):
    page = visit.page
    question = "How often was the graph asked?"
    site.model.says[question] = "Once, on the graph [1]."
    visit.ask(question)
    site.model.says[question] = "Twice, on the graph [1]."
    visit.do("retry")
    page.wait_for_selector(".versions")
    turn = visit.answered(question)
    assert turn.locator(".versions").inner_text() == "‹2 of 2›"
    turn.locator('[data-do=version][aria-label="The answer before"]').click()
    page.wait_for_function("document.querySelector('.answer').innerText.startsWith('Once')")
    assert turn.locator(".versions").inner_text() == "‹1 of 2›"
    page.reload()
    turn = visit.answered(question)
    assert turn.locator(".answer p").first.inner_text().startswith("Once")
    turn.locator('[data-do=version][aria-label="The next answer"]').click()
    page.wait_for_function("document.querySelector('.answer').innerText.startsWith('Twice')")
    assert [len(chat["turns"]) for chat in stored_chats(visit)] == [1]


def test_an_earlier_question_is_edited_in_a_chat_of_its_own(visit):
    page = visit.page
    visit.ask("How accurate is the graph model?")
    visit.ask("What of image labels?")
    page.locator("[data-do=edit]").first.click()
    assert page.input_value("#question") == "How accurate is the graph model?"
    assert "goes on from it as a new one" in page.locator("#editing").inner_text()
    visit.ask("What halves errors in speech?")
    assert page.locator(".question").all_inner_texts() == ["What halves errors in speech?"]
    assert page.locator("#chat-list .chat").all_inner_texts() == [
        "What halves errors in speech?",
        "How accurate is the graph model?",
    ]
    page.locator("#chat-list .chat").nth(1).click()
    page.wait_for_function("document.querySelectorAll('.turn').length === 2")


def test_a_comparison_is_a_table_too(visit, site, tmp_path):
    page = visit.page
    question = "Compare the graph network with the image labels"
    site.model.says[question] = BOTH
    turn = visit.ask(question)
    rows = turn.locator(".glance[open] tbody tr")
    assert rows.count() == 2
    cells = [row.locator("td").all_inner_texts() for row in rows.all()]
    assert sorted(cell[2] for cell in cells) == ["2019", "2021"]
    assert serious(page) == []
    for form in ("csv", "md"):
        with page.expect_download() as waiting:
            turn.locator(f'[data-do=save-table][data-form="{form}"]').click()
        file = tmp_path / form
        waiting.value.save_as(file)
        text = file.read_text(encoding="utf-8")
        if form == "csv":
            assert list(csv.reader(text.splitlines()))[1:] == cells
        else:
            assert text.startswith("|  | Paper | Year | Says |\n| --- | --- | --- | --- |\n| 1 | ")
