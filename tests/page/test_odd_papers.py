"""In a real browser: papers and answers that are long, wide, or written from right to left."""

import pytest

from page.conftest import Visit
from page.test_reach import PHONE, no_sideways, serious

LONG = "On the Very Long Title of a Paper about Graph Networks and What They Are Good for " * 9
PAPERS = [
    {"id": "long", "title": LONG, "abstract": "Graph networks are good for long titles."},
    {"id": "bare", "title": "", "abstract": "A graph without a title. It has 5 edges in it."},
    {"id": "rtl", "title": "صور وشبكات", "abstract": "الشبكات جيدة. The image network is good."},
    {"id": "token", "title": "S" * 300, "abstract": f"Speech {'y' * 400} is hard."},
]


@pytest.fixture(scope="module")
def papers():
    return PAPERS


@pytest.mark.parametrize("visit", [PHONE], indirect=True)
def test_nothing_is_wider_than_a_phone(visit: Visit, site):
    page = visit.page
    for question, said in (
        ("What is a graph good for?", f"They are {'w' * 200} [1]. And [2]."),
        (
            "Is image good?",
            f"So ${'x_i^2 + ' * 20} y$ holds [1] and $${'y_j + ' * 30} z$$ too [2].",
        ),
        (
            "Which speech is hard?",
            "| a | b | c |\n|---|---|---|\n" + f"| {'wide ' * 9} | b [1] | c |",
        ),
    ):
        site.model.says[question] = said
        turn = visit.ask(question)
        no_sideways(page)
        right = turn.evaluate(
            """(turn) => Math.max(...[...turn.querySelectorAll('*')].filter(
                (node) => !node.closest('.formula, .table')
            ).map((node) => node.getBoundingClientRect().right))"""
        )
        assert right <= page.viewport_size["width"]
        assert serious(page) == []
    page.locator("#bar [data-do=toggle-library]").click()
    page.wait_for_selector("#papers .card")
    for link in page.locator("#papers .search a").all():
        assert link.bounding_box()["height"] < 30, "a name of one word is on one line"


def test_a_title_that_is_too_long_is_no_question(visit: Visit, site):
    site.model.says["What of the graph titles?"] = "They are long [1]."
    visit.ask("What of the graph titles?")
    visit.page.wait_for_timeout(500)
    assert visit.page.locator(".follow button", has_text="Very Long Title").count() == 0


def test_what_is_written_from_right_to_left_starts_there(visit: Visit, site):
    site.model.says["ما هي الشبكات؟ image"] = "الشبكات جيدة. شبكات الصور."
    turn = visit.ask("ما هي الشبكات؟ image")
    left, right = turn.locator(".question").evaluate(
        """(question) => {
            const words = document.createRange();
            words.selectNodeContents(question);
            const [own, box] = [words, question].map((each) => each.getBoundingClientRect());
            return [own.left - box.left, box.right - own.right];
        }"""
    )
    assert right <= left
    start = "getComputedStyle(document.querySelector('.answer p')).unicodeBidi"
    assert visit.page.evaluate(start) == "plaintext"
