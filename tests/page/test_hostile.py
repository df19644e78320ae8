"""Titles, abstracts, file names, questions and a model's words run nothing and load nothing."""

import json

import pytest

SCRIPT = "<script>window.pwned=11</script>"
IMAGE = "<img src=z onerror=window.pwned=12>"
MATHS = '<math><mtext><img src=w onerror="window.pwned=13"></mtext></math>'
MARKDOWN = "![x](http://elsewhere.example/x.png) [y](javascript:window.pwned=14)"
TEMPLATES = "${window.pwned=15} {{pwned}} `"
BREAKOUT = "\"'><svg onload=window.pwned=16>"
ALL = f"{SCRIPT} {IMAGE} {MATHS} {MARKDOWN} {TEMPLATES} {BREAKOUT}"


@pytest.fixture(scope="module")
def papers():
    return [
        {
            "id": f"graph{BREAKOUT}",
            "title": f"A graph {ALL}",
            "authors": [f"Eve {IMAGE}"],
            "year": 2020,
            "venue": f"Venue {BREAKOUT}",
            "url": "javascript:window.pwned=17",
            "doi": f"10.1234/{BREAKOUT}",
            "key": f"eve{BREAKOUT}",
            "abstract": f"The graph is good. The graph is {ALL} indeed. It is an image too.",
        },
        {"id": "plain", "title": "An image", "abstract": "An image is plain. It is small."},
    ]


def unharmed(visit):
    page = visit.page
    page.wait_for_timeout(300)
    assert page.evaluate("window.pwned") is None
    foreign = "#talk :is(script, img, math, iframe, object, [onload], [onerror])"
    assert page.locator(foreign).count() == 0
    links = [a.get_attribute("href") for a in page.locator("#talk a, #library a").all()]
    assert [link for link in links if not link.startswith("https://")] == []
    assert visit.elsewhere == set()


def test_a_hostile_paper(visit):
    page = visit.page
    unharmed(visit)  # the example questions are made of titles
    turn = visit.ask(f"What is the graph {BREAKOUT} good for?")
    chip = turn.locator("button.cite").first
    chip.hover()
    assert page.locator("#receipt strong").inner_text().startswith("A graph <script>")
    chip.click()
    shown = turn.locator(".card.on .abstract").inner_text()
    assert shown.endswith("indeed. It is an image too.")
    assert "onerror=window.pwned=12>" in shown
    assert turn.locator(".card.on mark").count() == 1
    turn.locator(".rest > summary").click()
    unharmed(visit)
    page.reload()
    visit.answered(f"What is the graph {BREAKOUT} good for?")
    unharmed(visit)


def test_a_hostile_model(visit):
    turn = visit.ask("A hostile word on the graph?")
    text = turn.locator(".answer p").first.inner_text()
    assert text.startswith("<script>window.pwned=1</script><img src=x onerror=window.pwned=2>")
    assert "![i](http://elsewhere.example/i.png) [go](javascript:window.pwned=3)" in text
    unharmed(visit)
    turn.locator(".cost summary").click()
    unharmed(visit)


def test_a_hostile_question(visit):
    turn = visit.ask(f"Is the image declined? {ALL}")
    assert turn.locator(".question").inner_text() == f"Is the image declined? {ALL}"
    assert visit.page.locator("#chat-title").inner_text().startswith("Is the image declined? <scr")
    assert visit.page.locator("#chat-list script").count() == 0
    unharmed(visit)


def test_a_hostile_library(visit, tmp_path):
    page = visit.page
    page.locator("#bar [data-do=toggle-library]").click()
    page.wait_for_selector("#papers .card")
    assert page.locator("#filters option").nth(1).inner_text().startswith("Venue \"'><svg")
    page.select_option('#filters [name="venue"]', index=1)
    page.wait_for_function("!document.querySelector('#narrowed').hidden")
    assert page.locator("#papers .card").count() == 1
    file = tmp_path / "x'\"><img src=q onerror=window.pwned=18>.bib"
    file.write_text("@article{k, title={No abstract here}}", encoding="utf-8")
    page.set_input_files('#upload input[type="file"]', str(file))
    page.wait_for_selector(".rejected li")
    unharmed(visit)


def test_what_the_storage_holds_is_not_trusted(visit):
    bad = {"id": '"><img src=s onerror=window.pwned=19>', "question": ALL, "problem": ALL,
           "partial": ALL, "answer": {"answer": ALL}, "verdict": BREAKOUT}  # fmt: skip
    chat = {"id": "bad", "title": ALL, "updated": 1, "turns": [bad, 7, None, {"question": 3}]}
    visit.page.evaluate(
        """(chat) => {
            localStorage.setItem('rag:chat:bad', JSON.stringify(chat));
            localStorage.setItem('rag:chat:worse', '{');
            sessionStorage.setItem('rag:current', 'bad');
        }""",
        json.loads(json.dumps(chat)),
    )
    visit.page.reload()
    turn = visit.answered(ALL)
    assert turn.locator(".problem").inner_text().startswith("<script>window.pwned=11</script>")
    unharmed(visit)
