"""In a real browser: keys alone, small screens, the dark, and what axe-core finds wrong."""

from pathlib import Path

import pytest

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True}
DARK = {"color_scheme": "dark"}


def no_sideways(page):
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0


def focused(page, selector):
    return page.evaluate("(s) => document.activeElement.matches(s)", selector)


def tab_to(page, selector, most=40):
    for _ in range(most):
        page.keyboard.press("Tab")
        if focused(page, selector):
            return
    pytest.fail(f"{selector} cannot be reached with the Tab key")


def test_keys_alone(visit):
    page = visit.page
    page.wait_for_function("document.activeElement.id === 'question'")
    page.locator(".skip").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("document.activeElement.id === 'question'")
    page.keyboard.type("How accurate is")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("the graph model?")
    page.keyboard.press("Enter")
    visit.answered("How accurate is\nthe graph model?")
    assert focused(page, "#question"), "asking moved the focus"
    page.locator(".question").last.click()
    tab_to(page, "button.cite")
    assert page.locator("#receipt").is_visible()
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.press("Escape")
    assert not page.locator("#receipt").is_visible()
    page.keyboard.press("Enter")
    assert focused(page, ".card.on")
    page.keyboard.press("Escape")
    assert focused(page, "button.cite")
    tab_to(page, '[data-do="rate"]')
    page.keyboard.press("Space")
    assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
    page.locator("#question").focus()
    page.keyboard.press("Shift+Tab")
    page.locator("#bar [data-do=toggle-library]").press("Enter")
    page.wait_for_function("document.activeElement.name === 'query'")
    page.keyboard.press("Escape")
    assert focused(page, "[data-do=toggle-library]")


def test_escape_stops_an_answer(visit):
    page = visit.page
    page.fill("#question", "Tell me an endless graph story")
    page.press("#question", "Enter")
    page.wait_for_selector("#live .writing")
    page.keyboard.press("Escape")
    turn = visit.answered("Tell me an endless graph story")
    assert "Stopped" in turn.locator(".problem").inner_text()


@pytest.mark.parametrize("visit", [PHONE], indirect=True)
def test_a_phone(visit):
    page = visit.page
    no_sideways(page)
    page.tap("#question")
    turn = visit.ask("How accurate is the graph model?")
    no_sideways(page)
    chip = turn.locator("button.cite").first
    chip.tap()
    receipt = page.locator("#receipt")
    assert receipt.is_visible()
    box = receipt.bounding_box()
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    answer, sources = (turn.locator(s).bounding_box() for s in (".answer", ".sources"))
    assert sources["y"] >= answer["y"] + answer["height"], "the sources are below the answer"
    chip.tap()
    mark = turn.locator("mark.on").first
    place = mark.bounding_box()
    assert 0 < place["y"] < 740
    no_sideways(page)
    page.locator("#bar [data-do=toggle-chats]").tap()
    page.wait_for_selector("#chat-list .chat", state="visible")
    page.wait_for_function("document.activeElement.closest('#chats')")
    page.touchscreen.tap(350, 300)
    page.wait_for_selector("#chat-list .chat", state="hidden")
    page.locator("#bar [data-do=toggle-library]").tap()
    page.wait_for_selector("#papers .card")
    no_sideways(page)


def test_nothing_jumps_while_an_answer_arrives(visit):
    page = visit.page
    visit.ask("What of image labels?")
    page.evaluate(
        """() => {
            window.moved = 0;
            new PerformanceObserver((list) => {
                for (const entry of list.getEntries()) {
                    if (!entry.hadRecentInput) window.moved += entry.value;
                }
            }).observe({type: 'layout-shift', buffered: false});
        }"""
    )
    page.fill("#question", "Tell me an endless graph story")
    page.press("#question", "Enter")
    page.wait_for_function("document.querySelector('.writing .answer')?.innerText.length > 40")
    page.wait_for_timeout(600)  # what follows an input closely does not count as a shift
    page.evaluate("window.moved = 0")
    tops = []
    for _ in range(10):
        tops.append(page.evaluate("document.querySelector('#live .question').offsetTop - scrollY"))
        page.wait_for_timeout(100)
    assert len(set(tops)) == 1
    assert page.evaluate("window.moved") == 0


def test_a_question_stays_where_it_is_until_its_answer_is_over(visit):
    page = visit.page
    turn = visit.ask("What of image labels?")
    turn.locator("button.cite").first.click()
    turn.locator(".cost summary").click()
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.evaluate(
        """() => {
            window.tops = new Set();
            const look = () => {
                const question = document.querySelector('#live .question');
                const top = Math.round(question?.getBoundingClientRect().top);
                if (question?.textContent === 'Is image advice declined?') window.tops.add(top);
                requestAnimationFrame(look);
            };
            look();
        }"""
    )
    visit.ask("Is image advice declined?")
    page.wait_for_timeout(200)
    [top] = page.evaluate("[...window.tops]")
    assert 52 <= top < 120, "the question is below the bar"


@pytest.mark.parametrize("visit", [DARK], indirect=True)
def test_dark(visit):
    ground, ink = visit.page.evaluate(
        "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
    )
    assert ground == "rgb(21, 23, 26)"
    assert ink == "rgb(231, 229, 224)"


def axe_script():
    found = pytest.importorskip("axe_playwright_python.base", reason="needs axe-core")
    return (Path(found.__file__).parent / "axe.min.js").read_text(encoding="utf-8")


def serious(page):
    found = page.evaluate(
        f"{axe_script()}; axe.run().then((r) => r.violations.map((v) => "
        "[v.impact, v.id, v.nodes.map((n) => n.html)]))"
    )
    return [violation for violation in found if violation[0] in ("serious", "critical")]


@pytest.mark.parametrize("visit", [{}, DARK, PHONE], indirect=True, ids=["light", "dark", "phone"])
def test_axe_finds_nothing_serious(visit):
    page = visit.page
    page.wait_for_selector("#welcome")
    assert serious(page) == [], "first visit"
    page.fill("#question", "Tell me an endless graph story")
    page.press("#question", "Enter")
    page.wait_for_selector("#live .writing")
    assert serious(page) == [], "while an answer is written"
    visit.do("stop")
    visit.answered("Tell me an endless graph story")
    assert serious(page) == [], "stopped"
    turn = visit.ask("How accurate is the graph model?")
    turn.locator("button.cite").first.click()
    turn.locator(".cost summary").click()
    turn.locator(".thumb").first.click()
    assert serious(page) == [], "answered, with a card open"
    visit.ask("Is image advice declined?")
    assert serious(page) == [], "declined"
    visit.ask("What of the graph quota?")
    assert serious(page) == [], "error"
    page.locator("#bar [data-do=toggle-library]").click()
    page.wait_for_selector("#papers .card")
    page.wait_for_function("document.getAnimations().length === 0")
    assert serious(page) == [], "library"
