"""In a real browser: chats are searched, named, pinned and seen from other tabs; settings."""

import json

import pytest

from page.conftest import open_visit, serve, stored_chats
from page.test_reach import serious
from rag.errors import SettingsError
from ui.models import Models

QUESTIONS = (
    "How accurate is the graph model?",
    "What of image labels?",
    "What halves errors in speech?",
    "Is the graph trained on one card?",
)


def names(page):
    return page.locator("#chat-list .chat").all_inner_texts()


def ask_all(visit):
    for question in QUESTIONS:
        visit.do("new-chat")
        visit.ask(question)


def test_chats_are_searched_named_and_pinned(visit):
    page = visit.page
    ask_all(visit)
    assert names(page) == list(reversed(QUESTIONS))
    page.fill("#find-chat", "wordgate")
    assert names(page) == ["What halves errors in speech?"], "answers are searched too"
    page.fill("#find-chat", "")
    page.click("#keep summary")
    page.click("[data-do=rename]")
    page.keyboard.type("Cards & cost")
    page.keyboard.press("Enter")
    assert page.locator("#chat-title").inner_text() == "Cards & cost"
    page.locator("#chat-list .chat", has_text="graph model").click()
    page.click("#keep summary")
    page.click("[data-do=pin]")
    assert names(page)[0] == "How accurate is the graph model?"
    assert serious(page) == []
    page.reload()
    page.wait_for_selector("#chat-list .chat")
    assert names(page)[:2] == ["How accurate is the graph model?", "Cards & cost"]


def test_two_tabs_of_one_chat_lose_nothing(visit, site):
    first, second = "How accurate is the graph model?", "What of image labels?"
    visit.ask(first)
    with visit.page.context.expect_page() as opening:
        visit.page.evaluate("window.open(location.href, '_blank')")  # it begins with this chat
    other = opening.value
    other.wait_for_selector(".turn")
    visit.ask(second)
    other.wait_for_function("document.querySelectorAll('.turn.answered').length === 2")
    assert other.locator(".question").all_inner_texts() == [first, second]
    slow = "Is the graph told step by step?"
    visit.page.fill("#question", slow)
    visit.page.press("#question", "Enter")
    visit.page.wait_for_selector(".doing")
    other.fill("#question", "What halves errors in speech?")
    other.press("#question", "Enter")
    other.wait_for_function("document.querySelectorAll('.turn.answered').length === 3")
    for _ in range(9):
        site.model.go.release()
    visit.answered(slow)
    asked = [[turn["question"] for turn in chat["turns"]] for chat in stored_chats(visit)]
    assert sorted(asked) == [
        [first, second, slow],
        [first, second, "What halves errors in speech?"],
    ]
    other.close()


def test_another_tab_s_chat_appears(visit):
    other = visit.page.context.new_page()
    other.goto(visit.url)
    other.fill("#question", "What of image labels?")
    other.press("#question", "Enter")
    visit.page.wait_for_selector("#chat-list .chat:text-is('What of image labels?')")
    assert visit.page.locator("#chat-list [aria-current]").count() == 0
    other.wait_for_selector(".turn.answered")
    other.close()


def test_a_chat_is_where_one_left_it(visit):
    page = visit.page
    for question in QUESTIONS:
        visit.ask(question)
    page.evaluate("window.scrollTo(0, 321)")
    page.wait_for_timeout(400)
    visit.do("new-chat")
    page.locator("#chat-list .chat").first.click()
    page.wait_for_function("window.scrollY === 321")


def test_a_long_question_folds(visit):
    page = visit.page
    question = "How accurate is the graph model? " + "It is a long story. " * 100
    page.fill("#question", question)
    page.press("#question", "Enter")
    page.wait_for_selector(".turn.answered, .turn.declined, .turn.broken")
    title = page.locator(".question").last
    assert title.bounding_box()["height"] < 200
    visit.do("unfold")
    assert title.bounding_box()["height"] > 300


def test_what_is_too_long_is_said_and_not_cut(visit):
    page = visit.page
    page.fill("#question", "word " * 1_000)
    page.press("#question", "Enter")
    page.wait_for_selector(".turn.broken")
    assert page.locator(".turn .problem").inner_text().startswith("A question has 1 to 4000")
    assert len(stored_chats(visit)[0]["turns"][0]["question"]) == 4_999


def test_settings(visit, site):
    page = visit.page
    page.locator("[data-do=settings]").click()
    page.select_option('#settings-form [name="theme"]', "dark")
    page.select_option('#settings-form [name="k"]', "4")
    assert page.locator("#facts dd").all_inner_texts() == [
        "written by fake",
        "by words, and by counting",
        "a small network that comes with the program; it errs, as Help says",
        "8 for an answer, unless it is set above",
    ]
    assert serious(page) == []
    page.click("[data-do=close-settings]")
    ground = "getComputedStyle(document.body).backgroundColor"
    assert page.evaluate(ground) == "rgb(21, 23, 26)"
    visit.ask("How accurate is the graph model?")
    assert stored_chats(visit)[0]["turns"][0]["answer"]["settings"]["k"] == 4
    page.reload()
    page.wait_for_selector(".turn.answered")
    assert page.evaluate(ground) == "rgb(21, 23, 26)"


def test_a_model_of_one_s_own(site, browser, monkeypatch):
    question = "How accurate is the graph model?"
    key = "sk-a-very-own-key"
    with serve(site.assistant, own_models=True) as url:
        for visit, other in zip(open_visit(browser, url), open_visit(browser, url), strict=True):
            page = visit.page
            page.locator("[data-do=settings]").click()
            page.fill('#model-form [name="model"]', "mine")
            page.fill('#model-form [name="address"]', "ftp://elsewhere")
            page.click("#model-form [type=submit]")
            page.wait_for_selector("#model-said:has-text('The address of the model is none')")
            page.fill('#model-form [name="address"]', site.fake.base_url)
            page.fill('#model-form [name="key"]', key)
            assert serious(page) == []
            page.click("#model-form [type=submit]")
            page.wait_for_selector("#model-said:has-text('Answers are written by mine.')")
            assert page.locator("#facts dd").first.inner_text() == "written by mine"
            assert page.input_value('#model-form [name="key"]') == ""
            page.click("[data-do=close-settings]")
            visit.ask(question)
            sent = site.fake.requests[-1]
            assert sent.body["model"] == "mine"
            headers = {name.lower(): value for name, value in sent.headers.items()}
            assert headers["authorization"] == f"Bearer {key}"
            assert key not in page.content() + json.dumps(stored_chats(visit))
            other.ask(question)
            assert site.fake.requests[-1].body["model"] == "fake"
            page.reload()
            page.wait_for_selector("#state:has-text('mine')")
            page.locator("[data-do=settings]").click()
            page.click("[data-do=own-model-off]")
            page.wait_for_selector("#model-said:has-text('Answers are written by fake.')")


def test_a_page_for_others_takes_no_model_from_them(visit, site):
    visit.page.locator("[data-do=settings]").click()
    assert visit.page.locator("#model-form").count() == 0
    with pytest.raises(SettingsError, match="set where the page is started"):
        Models(site.assistant, own=False).choose("v", {"model": "x"})
