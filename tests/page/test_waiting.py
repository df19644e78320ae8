"""In a real browser: what is shown while one waits, and what stays when it fails."""

from page.conftest import free_port, open_visit, serve
from ui import talk


def test_the_time_until_the_first_words_is_told(visit, site, monkeypatch):
    page = visit.page
    monkeypatch.setattr(talk, "_waits", talk.deque([9.0, 3.2, 4.4], maxlen=9))
    page.fill("#question", "Is the graph told step by step?")
    page.press("#question", "Enter")
    page.wait_for_selector(".doing:has-text('Reading 3 abstracts; first words in about 4 seconds')")
    visit.do("stop")
    turn = visit.answered("Is the graph told step by step?")
    page.wait_for_selector(".found q")
    assert turn.locator(".found q").count() == 3
    assert turn.locator(".found cite").first.inner_text().startswith("GraphMix")
    assert turn.locator(".sources h3").inner_text() == "Papers found"
    assert turn.locator(".sources .card").count() == 3
    page.reload()
    turn = visit.answered("Is the graph told step by step?")
    assert turn.locator(".found q").count() == 3


def test_a_model_that_fails_leaves_what_was_found(visit):
    turn = visit.ask("What of the graph quota?")
    assert turn.locator(".answer p").count() >= 2
    assert turn.locator(".card").count() >= 1


def test_retry_asks_again_once_the_server_is_back(site, browser):
    port = free_port()
    question = "How accurate is the graph model?"
    with serve(site.assistant, port) as url:
        visits = open_visit(browser, url)
        visit = next(visits)
        visit.ask(question)
    visit.do("retry")
    notice = visit.page.locator("#notice")
    notice.wait_for()
    assert notice.inner_text() == (
        "The server does not answer. Is it running? It is asked again once it does."
    )
    assert visit.page.locator(".toast-wrap:visible").count() == 0
    with serve(site.assistant, port):
        visit.page.wait_for_selector(".versions")
        turn = visit.answered(question)
        assert turn.locator(".versions").inner_text() == "‹2 of 2›"
        visit.errors.clear()  # the browser says that nobody answered
        assert next(visits, None) is None
