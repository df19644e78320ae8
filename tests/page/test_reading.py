"""In a real browser: an answer with structure, its citations and verdicts, and the way back."""

import pytest

from page.conftest import PAPERS
from page.test_reach import PHONE, no_sideways, serious
from ui.legend import TICKED_FALSE

FILLER = "This sentence only makes the abstract long. " * 40
ANSWER = r"""**GraphMix** has figures:

| Method | Accuracy |
|:--|--:|
| GraphMix | 81.5% [1] |

1. Messages
   - along edges, $\frac{a}{b}$ of them

> It costs $5 or $6.

$$
\sum_i x_i
$$

See [the code](https://example.org/code) or [this](javascript:window.pwned=1)."""
FALSE = "On the graph benchmark GraphMix reaches 18.5% accuracy, less than PixSort [1]."


@pytest.fixture(scope="module")
def papers():
    graph, *others = PAPERS
    return [{**graph, "abstract": f"{FILLER}{graph['abstract']}"}, *others]


@pytest.fixture
def says(site):
    site.model.says["Structure of the graph answer?"] = ANSWER
    site.model.says["A false word on the graph?"] = FALSE
    return site.model.says


def test_structure_is_shown_and_nothing_else(visit, says):
    turn = visit.ask("Structure of the graph answer?")
    assert turn.locator("table th").all_inner_texts() == ["Method", "Accuracy"]
    assert turn.locator("table td").first.inner_text() == "GraphMix"
    assert turn.locator("table td button.cite").count() == 1
    assert turn.locator("ol > li > ul > li").count() == 1
    assert turn.locator("blockquote").inner_text().startswith("It costs $5 or $6.")
    assert turn.locator("li math mfrac").count() == 1
    assert turn.locator('.maths math[display="block"] mo').first.text_content() == "∑"
    links = turn.locator(".answer a")
    assert [link.get_attribute("href") for link in links.all()] == ["https://example.org/code"]
    assert "See the code (https://example.org/code) or [this](javascript:" in turn.inner_text()
    assert serious(visit.page) == []
    visit.page.reload()
    again = visit.answered("Structure of the graph answer?")
    assert again.locator("table, math").count() == 3


def test_what_is_not_supported_has_no_yellow_and_no_tick(visit, says):
    page = visit.page
    turn = visit.ask("A false word on the graph?")
    chip = turn.locator("button.cite").first
    assert chip.locator(".v").inner_text() == "!"
    chip.hover()
    receipt = page.locator("#receipt")
    assert receipt.locator(".why").inner_text() == "closest sentence; it does not say this"
    chip.click()
    mark = turn.locator("mark.on")
    ground = mark.first.evaluate("(node) => getComputedStyle(node).backgroundColor")
    assert ground == "rgba(0, 0, 0, 0)"


def test_the_card_of_a_citation_does_not_cover_its_sentence(visit, says):
    page = visit.page
    turn = visit.ask("How accurate is the graph model?")
    page.wait_for_selector(".follow button")  # nothing more comes
    for width in (1280, 768, 390):
        page.set_viewport_size({"width": width, "height": 700})
        page.mouse.move(5, 600)
        page.wait_for_selector("#receipt", state="hidden")
        chip = turn.locator("button.cite").first
        chip.scroll_into_view_if_needed()
        page.wait_for_timeout(200)  # what scrolls hides the card
        chip.hover()
        page.wait_for_selector("#receipt", state="visible")
        shown = page.locator("#receipt").bounding_box()
        sentence = turn.locator(".s").first.bounding_box()
        above = shown["y"] + shown["height"] <= sentence["y"]
        assert above or shown["y"] >= sentence["y"] + sentence["height"], width


def in_sight(page, locator):
    box = locator.bounding_box()
    return box["y"] >= 50 and box["y"] + box["height"] <= page.viewport_size["height"]


@pytest.mark.parametrize("visit", [{}, PHONE], indirect=True, ids=["wide", "phone"])
def test_title_and_number_stay_in_sight(visit, says):
    page = visit.page
    turn = visit.ask("How accurate is the graph model?")
    chip = turn.locator("button.cite").first
    chip.click()
    page.wait_for_selector(".card.on mark.on")
    card = turn.locator(".card.on")
    for part in (card.locator(".num"), card.locator(".title"), card.locator("mark.on").first):
        assert in_sight(page, part)
    head = card.locator(".head").bounding_box()
    assert head["y"] + head["height"] <= card.locator("mark.on").first.bounding_box()["y"]


@pytest.mark.parametrize("visit", [PHONE], indirect=True)
def test_a_phone_has_a_way_back_from_the_source(visit, says):
    page = visit.page
    turn = visit.ask("How accurate is the graph model?")
    chip = turn.locator("button.cite").first
    chip.tap()
    chip.tap()
    back = turn.locator(".card.on .back")
    assert in_sight(page, back)
    no_sideways(page)
    back.tap()
    assert in_sight(page, chip)
    assert page.evaluate("document.activeElement.matches('button.cite')")
    assert page.locator(".card.on").count() == 0


@pytest.mark.parametrize("visit", [{}, PHONE], indirect=True, ids=["wide", "phone"])
def test_what_the_signs_mean_is_one_click_away_everywhere(visit, says):
    page = visit.page
    help_ = page.locator("#help")
    page.locator("#bar [data-do=help]").click()
    told = f"of false sentences written to fool it {TICKED_FALSE} in 100 got one"
    assert told in help_.inner_text()
    assert help_.locator(".legend dt").count() == 5
    assert serious(page) == []
    page.keyboard.press("Escape")
    assert not help_.is_visible()
    turn = visit.ask("How accurate is the graph model?")
    turn.locator(".receipt [data-do=help]").click()
    assert help_.locator(".legend").is_visible()
    no_sideways(page)
    help_.locator("[data-do=close-help]").click()
    assert not help_.is_visible()
