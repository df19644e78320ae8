"""In a real browser: questions, citations, follow-ups, what goes wrong, and what is kept."""

import json

import pytest

from page.conftest import (
    GRAPH,
    SPEECH,
    downloads,
    marked_text,
    open_visit,
    serve,
    stored_chats,
)

TOLD = "On the graph benchmark GraphMix reaches 81.5% accuracy"


def test_the_first_question_is_streamed_and_its_citation_leads_to_the_words(visit, site):
    page = visit.page
    page.evaluate(
        """() => {
            window.seen = [];
            new MutationObserver(() => {
                const shown = document.querySelector('#live .writing .answer')?.textContent;
                if (shown) window.seen.push(shown);
            }).observe(document.querySelector('#live'), {subtree: true, childList: true,
                characterData: true});
        }"""
    )
    question = "How accurate is the graph model, step by step?"
    page.fill("#question", question)
    page.press("#question", "Enter")
    shown = "(text) => document.querySelector('#live .writing .answer')?.innerText.trim() === text"
    for said in (TOLD[:20].rpartition(" ")[0], TOLD):  # a word is shown when it is whole
        site.model.go.release()
        page.wait_for_function(shown, arg=said)  # before the model goes on
    for _ in "[1]":
        site.model.go.release()
        page.wait_for_timeout(200)
    page.wait_for_selector("#live .writing .cite")
    site.model.go.release()
    turn = visit.answered(question)
    assert "[" not in "".join(page.evaluate("window.seen")), "half a marker was shown"

    chip = turn.locator("button.cite").first
    assert chip.locator(".n").inner_text() == "1"
    chip.hover()
    receipt = page.locator("#receipt")
    assert receipt.locator("strong").inner_text() == "GraphMix: Mixing Messages on a Graph"
    assert receipt.locator(".when").inner_text() == "ICML 2019"
    start = GRAPH.index(TOLD)
    assert receipt.locator("q").inner_text().startswith(TOLD)

    chip.click()
    card = turn.locator(".card.on")
    assert card.locator(".key").inner_text() == "abel2019graphmix"
    assert card.locator(".abstract").inner_text() == GRAPH
    [answer] = [turn["answer"] for turn in stored_chats(visit)[0]["turns"]]
    evidence = answer["sentences"][0]["evidence"]
    assert marked_text(card) == [GRAPH[evidence["start"] : evidence["end"]]]
    assert evidence["start"] == start
    assert card.locator("mark.on").count() == 1
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.matches('button.cite')")


def test_what_was_read_but_not_cited_is_folded(visit):
    turn = visit.ask("How accurate is the graph model, once more?")
    rest = turn.locator(".rest")
    assert rest.locator("> summary").inner_text() == "2 read but not cited"
    assert not rest.locator(".card").first.is_visible()
    rest.locator("> summary").click()
    titles = {title.inner_text() for title in rest.locator(".title").all()}
    assert titles == {
        "PixSort: Sorting an Image with Few Labels",
        "WordGate: Rare Words in Speech",
    }


def test_a_follow_up_keeps_context(visit, site):
    visit.ask("What halves errors in speech?")
    asked = len(site.fake.requests)
    turn = visit.ask("and by how much does it?")
    rewriting, answering = site.fake.requests[asked:]
    assert "Question: What halves errors in speech?" in rewriting.body["messages"][-1]["content"]
    prompt = answering.body["messages"][-1]["content"]
    assert prompt.endswith("Question: How much does WordGate halve in speech?\n")
    turn.locator(".cost summary").click()
    understood = turn.locator(".cost dd").first.inner_text()
    assert understood == "How much does WordGate halve in speech?"


def test_an_answer_that_declines_looks_like_an_answer(visit):
    turn = visit.ask("Is image advice declined?")
    assert turn.get_attribute("class") == "turn declined"
    text = turn.locator(".answer p").first.inner_text()
    assert text.startswith("These papers do not answer that.")
    assert "“PixSort: Sorting an Image with Few Labels”" in text
    assert turn.locator(".sources h3").inner_text() == "Nearest papers"
    assert turn.locator(".sources .card").count() == 3
    assert turn.locator(".problem").count() == 0


def test_stop_keeps_what_had_arrived(visit, site):
    page = visit.page
    site.fake.hung_up.clear()
    page.fill("#question", "Tell me an endless graph story")
    page.press("#question", "Enter")
    page.wait_for_function("document.querySelector('.answer')?.innerText.includes('to 1 and on')")
    visit.do("stop")
    turn = visit.answered("Tell me an endless graph story")
    assert turn.locator(".problem").inner_text() == "Stopped. What had arrived is kept."
    assert turn.locator(".answer p").first.inner_text().startswith("It goes on to 0 and on")
    assert site.fake.hung_up.wait(60), "the model was not told to stop"
    shown = turn.locator(".answer p").first.inner_text()
    page.wait_for_timeout(500)
    assert turn.locator(".answer p").first.inner_text() == shown
    later = visit.ask("How accurate is the graph model?")
    assert later.get_attribute("class") == "turn answered"


def test_a_slow_model_is_said_and_can_be_stopped(visit):
    page = visit.page
    page.fill("#question", "Is the graph told step by step?")
    page.press("#question", "Enter")
    page.wait_for_selector("#live .doing:has-text('Reading 3 abstracts')")
    page.wait_for_selector("#live .doing:has-text('Still waiting for the model; wait, or stop')")
    visit.do("stop")
    turn = visit.answered("Is the graph told step by step?")
    assert turn.locator(".problem").inner_text() == "Stopped. What had arrived is kept."
    assert turn.locator('[data-do="retry"]').is_visible()


def test_a_server_that_is_too_busy_says_so(site, browser, monkeypatch):
    monkeypatch.setattr("ui.app._AT_ONCE", 1)
    monkeypatch.setattr("ui.app._WAITING", 1)
    with serve(site.assistant) as url:
        for one, two, three in zip(*(open_visit(browser, url) for _ in range(3)), strict=True):
            for visit in (one, two):
                visit.page.fill("#question", "Tell me an endless graph story")
                visit.page.press("#question", "Enter")
                visit.page.wait_for_selector(".doing, .writing")
            one.page.wait_for_selector(".writing")
            turn = three.ask("How accurate is the graph model?")
            problem = turn.locator(".problem").inner_text()
            assert problem.startswith("The server could not take the question: it is too busy")
            assert two.page.locator(".doing").inner_text() == "Searching the library"
            one.do("stop")
            two.page.wait_for_selector(".writing")
            two.do("stop")
            three.do("retry")
            three.page.wait_for_selector(".turn.answered")
            three.errors.clear()  # the browser complains of the answer 503


def test_what_the_browser_cannot_keep_is_said(visit):
    page = visit.page
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full'); } }")
    visit.ask("How accurate is the graph model?")
    assert page.locator("#notice").inner_text() == (
        "This browser's storage is full; delete a chat to keep this one."
    )


@pytest.mark.parametrize(
    ("question", "arrived", "problem"),
    [
        ("Is the graph server down?", "", "out of order (HTTP 500); try again later."),
        ("Is the graph answer cut?", "What had arrived", "broke off its reply"),
    ],
)
def test_a_failure_says_what_to_do_and_retry_mends_it(visit, question, arrived, problem):
    turn = visit.ask(question)
    assert problem in turn.locator(".problem").inner_text()
    assert turn.locator(".answer").inner_text().startswith(arrived)
    visit.do("retry")
    visit.page.wait_for_selector(".turn.answered")
    turn = visit.answered(question)
    assert turn.locator(".problem").count() == 0
    assert visit.page.locator(".turn").count() == 1
    assert [t["problem"] for t in stored_chats(visit)[0]["turns"]] == [""]


def test_an_exhausted_quota_is_said_in_the_chat(visit):
    turn = visit.ask("What of the graph quota?")
    assert "quota is used up; check the account's billing." in turn.locator(".problem").inner_text()


def test_the_last_question_can_be_edited(visit):
    visit.ask("How accurate is the graph model?")
    visit.ask("What of image labels?")
    visit.do("edit")
    assert visit.page.input_value("#question") == "What of image labels?"
    visit.page.fill("#question", "What of image collections?")
    visit.page.press("#question", "Enter")
    visit.answered("What of image collections?")
    shown = [q.inner_text() for q in visit.page.locator(".question").all()]
    assert shown == ["How accurate is the graph model?", "What of image collections?"]


def test_chats_live_in_this_browser_until_they_are_deleted(visit):
    page = visit.page
    visit.ask("How accurate is the graph model?")
    visit.do("new-chat")
    assert page.locator("#welcome").is_visible()
    visit.ask("What of image labels?")
    assert page.locator(".turn").count() == 1
    assert page.locator("#chat-list .chat").all_inner_texts() == [
        "What of image labels?",
        "How accurate is the graph model?",
    ]
    page.locator("#chat-list .chat").nth(1).click()
    page.wait_for_function(
        "document.querySelector('.question')?.innerText === 'How accurate is the graph model?'"
    )
    page.locator("#chat-list .chat").nth(1).hover()
    remove = page.locator('#chat-list [data-do="delete-chat"]').nth(1)
    remove.click()
    assert len(stored_chats(visit)) == 2, "one click does not delete"
    remove.click()
    assert page.locator("#chat-list .chat").count() == 1
    assert [chat["title"] for chat in stored_chats(visit)] == ["What of image labels?"]
    assert page.locator("#welcome").is_visible()


def test_a_reload_shows_the_same(visit):
    page = visit.page
    visit.ask("How accurate is the graph model?")
    before = page.locator(".turn").last.inner_html()
    page.fill("#question", "half a question")
    page.reload()
    turn = visit.answered("How accurate is the graph model?")
    assert turn.inner_html() == before
    assert page.input_value("#question") == "half a question"
    turn.locator("button.cite").first.click()
    assert turn.locator("mark.on").count() == 1


def test_a_reload_in_the_middle_keeps_what_had_arrived(visit):
    page = visit.page
    page.fill("#question", "Tell me an endless graph story")
    page.press("#question", "Enter")
    page.wait_for_function("document.querySelector('.answer')?.innerText.includes('to 1 and on')")
    page.reload()
    turn = visit.answered("Tell me an endless graph story")
    assert turn.locator(".answer p").first.inner_text().startswith("It goes on to 0 and on")
    assert "Retry to ask again" in turn.locator(".problem").inner_text()
    assert turn.locator('[data-do="retry"]').is_visible()
    visit.errors.clear()  # Gradio's script complains of the stream that the reload broke


def test_two_browsers_at_once_do_not_mix(visit, site, browser):
    for other in open_visit(browser, site.url):
        visit.page.fill("#question", "How accurate is the graph model?")
        other.page.fill("#question", "What halves errors in speech?")
        visit.page.press("#question", "Enter")
        other.page.press("#question", "Enter")
        mine = visit.answered("How accurate is the graph model?")
        theirs = other.answered("What halves errors in speech?")
        assert mine.locator(".answer p").first.inner_text().startswith(TOLD)
        assert theirs.locator(".answer p").first.inner_text().startswith("WordGate halves")
        for seen in (visit, other):
            assert seen.page.locator(".turn").count() == 1
            assert len(stored_chats(seen)) == 1
        assert "speech" not in visit.page.locator("#past, #live").all_inner_texts()[1]


def test_exports(visit, tmp_path):
    visit.ask("How accurate is the graph model?")
    visit.ask("Is image advice declined?")
    visit.page.click("#keep summary")
    markdown = downloads(visit, "export", "md").read_text(encoding="utf-8")
    answer, declined = (turn["answer"] for turn in stored_chats(visit)[0]["turns"])
    assert markdown == (
        "## How accurate is the graph model?\n\n"
        f"{TOLD} [1].\n\n"
        "References:\n\n"
        "[1] Ada Abel, Ben Bold. *GraphMix: Mixing Messages on a Graph*. ICML, 2019. "
        "doi:10.1234/graph.mix\n\n"
        "## Is image advice declined?\n\n"
        f"{declined['answer']}\n"
    )
    visit.page.click("#keep summary")
    data = json.loads(downloads(visit, "export", "json").read_text(encoding="utf-8"))
    assert data["history"][0] == answer
    assert [turn["answered"] for turn in data["history"]] == [True, False]


def test_bibtex_is_copied(visit):
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    turn = visit.ask("What halves errors in speech?")
    turn.locator('.card [data-do="copy-bibtex"]').first.click()
    visit.page.wait_for_function("document.querySelector('#said').innerText === 'Copied'")
    copied = visit.page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("@article{dorn2023wordgate,")
    assert SPEECH.replace("%", r"\%") in copied


def test_feedback_is_written_down(visit, site):
    turn = visit.ask("What of image labels?")
    turn.locator('.thumb[data-verdict="down"]').click()
    turn.locator('input[name="note"]').fill("which labels?")
    turn.locator(".note button").click()
    file = site.assistant.settings.index / "feedback.jsonl"
    lines = []
    while not lines or "which" not in lines[0]:
        visit.page.wait_for_timeout(50)
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    [row] = map(json.loads, lines)  # with its note it is one line
    assert row["note"] == "which labels?"
    assert row["question"] == "What of image labels?"
    assert (row["verdict"], row["paper_ids"]) == ("down", ["pixsort"])
    visit.page.reload()
    visit.answered("What of image labels?")
    pressed = visit.page.locator('.thumb[data-verdict="down"]').get_attribute("aria-pressed")
    assert pressed == "true"
