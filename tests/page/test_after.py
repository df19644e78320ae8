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
    turn = visit.ask("What was declined of WordGate?")
    visit.page.wait_for_selector(".follow button >> visible=true")
    assert turn.locator(".follow button").inner_text() == (
        "What is WordGate, and what does it achieve?"
    ), "what was asked about comes first"


def test_after_a_refusal_on_what_no_paper_is_near_comes_what_the_library_is_about(visit, site):
    site.model.says["Who won the 2018 World Cup?"] = "These papers do not answer that."
    turn = visit.ask("Who won the 2018 World Cup?")
    visit.page.wait_for_selector(".follow button")
    assert turn.locator(".follow button").all_inner_texts() == ["What is this library about?"]
    turn.locator(".follow button").click()
    turn = visit.answered("What is this library about?")
    assert "3 papers" in turn.locator(".answer").inner_text()
    visit.page.wait_for_timeout(300)
    turn = visit.ask("Who won the 2018 World Cup?")
    visit.page.wait_for_timeout(600)
    assert turn.locator(".follow button").count() == 0, "nothing is offered twice"


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


def test_an_answer_is_asked_for_shorter_and_in_detail(visit, site):
    page = visit.page
    question = "How does GraphMix do on the graph?"
    visit.ask(question)
    assert "Answer in" not in _asked(site)
    for name, told in (("Shorter", "Answer in one sentence"), ("More detail", "Answer in detail")):
        page.locator(".turn").last.get_by_role("button", name=name).click()
        page.wait_for_function("document.body.dataset.busy === 'true'")
        turn = visit.answered(question)
        assert told in _asked(site)
    assert turn.locator(".versions").inner_text() == "‹3 of 3›", "the others stay reachable"
    assert serious(page) == []
    page.locator("[data-do=settings]").click()
    page.select_option('#settings-form [name="depth"]', "short")
    page.click("[data-do=close-settings]")
    visit.ask("What of image labels?")
    assert "Answer in one sentence" in _asked(site)


def _asked(site):
    return site.fake.requests[-1].body["messages"][-1]["content"].rpartition("Question: ")[2]


def test_the_answer_before_an_edit_stays_reachable(visit):
    page = visit.page
    visit.ask("How accurate is the graph model?")
    visit.do("edit")
    turn = visit.ask("What of image labels?")
    assert turn.locator(".versions").inner_text() == "‹2 of 2›"
    turn.locator('[data-do=version][aria-label="The answer before"]').click()
    turn = visit.answered("How accurate is the graph model?")
    page.reload()
    turn = visit.answered("How accurate is the graph model?")
    assert turn.locator(".answer p").first.inner_text()
    turn.locator('[data-do=version][aria-label="The next answer"]').click()
    visit.answered("What of image labels?")
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
    assert turn.locator(".glance th").last.inner_text() == "Says"
    for form in ("csv", "md"):
        with page.expect_download() as waiting:
            turn.locator(f'[data-do=save-table][data-form="{form}"]').click()
        file = tmp_path / form
        waiting.value.save_as(file)
        text = file.read_text(encoding="utf-8")
        if form == "csv":
            assert text.startswith("\ufeff"), "for Excel"
            assert list(csv.reader(text.splitlines()))[1:] == cells
        else:
            assert text.startswith(
                "| No. | Paper | Year | Says |\n| --- | --- | --- | --- |\n| 1 | "
            )


def test_a_table_s_columns_are_what_was_asked(visit, site, tmp_path):
    question = "Compare GraphMix and PixSort in terms of accuracy, labels and venue"
    site.model.says[question] = BOTH
    turn = visit.ask(question)
    heads = turn.locator(".glance[open] th").all_inner_texts()
    assert heads == ["No.", "Paper", "Year", "Accuracy", "Labels", "Venue"]
    rows = {
        cells[1].partition(":")[0]: cells[3:]
        for row in turn.locator(".glance tbody tr").all()
        if (cells := row.locator("td").all_inner_texts())
    }
    assert rows["GraphMix"][0] == "On the graph benchmark GraphMix reaches 81.5% accuracy."
    assert rows["PixSort"][1] == "The image model PixSort needs only 12 labels a class."
    assert [row[2] for row in (rows["GraphMix"], rows["PixSort"])] == ["ICML", "CVPR"]
    assert serious(visit.page) == []


def test_what_the_library_lists_is_a_table_too(visit):
    turn = visit.ask("Which papers are from 2019 to 2023?")
    turn.locator(".glance summary").click()
    first = turn.locator(".glance tbody tr").first.locator("td").all_inner_texts()
    assert turn.locator(".glance tbody tr").count() == 3
    assert first[3:] in (["Ada Abel, Ben Bold", "ICML"], ["Di Dorn", "ACL"], ["Cy Core", "CVPR"])
