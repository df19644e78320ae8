"""In a real browser: the keys that lead to the question, and back to those before."""

from page.test_reach import focused


def test_the_question_has_the_focus_and_keys_lead_to_it(visit):
    page = visit.page
    page.wait_for_function("document.activeElement.id === 'question'")
    page.keyboard.type("a/b?")
    assert page.input_value("#question") == "a/b?", "in the box they are letters"
    page.fill("#question", "")
    for key in ("/", "Control+k"):
        page.locator("#bar [data-do=toggle-library]").focus()
        page.keyboard.press(key)
        assert focused(page, "#question"), key
        assert page.input_value("#question") == ""
    page.locator("#bar [data-do=toggle-library]").focus()
    page.keyboard.press("?")
    assert page.locator("#help .keys kbd").first.inner_text() == "Enter"
    page.keyboard.press("Escape")
    assert not page.locator("#help").is_visible()


def test_what_cannot_be_seen_is_no_question(visit):
    page = visit.page
    for blank in ("\u200b\u00ad", "\u3164 \u2800", "\ufe0f\u0301"):
        page.fill("#question", blank)
        page.press("#question", "Enter")
        assert page.locator("article").count() == 0
        assert page.input_value("#question") == blank


def test_up_recalls_what_was_asked(visit):
    page = visit.page
    visit.ask("How accurate is the graph model?")
    visit.ask("What of image labels?")
    page.focus("#question")
    for key, shown in (
        ("ArrowUp", "What of image labels?"),
        ("ArrowUp", "How accurate is the graph model?"),
        ("ArrowUp", "How accurate is the graph model?"),
        ("ArrowDown", "What of image labels?"),
        ("ArrowDown", ""),
    ):
        page.keyboard.press(key)
        assert page.input_value("#question") == shown
    page.keyboard.type("mine")
    page.keyboard.press("ArrowUp")
    assert page.input_value("#question") == "mine", "what is written is not lost"
