"""In a real browser: what leaves the page, on paper, as a Word file, and by the clipboard."""

import base64
import io
import re

import pytest
from docx import Document

from page.conftest import downloads
from page.test_render import GOOD, answer
from rag.types import Sentence
from ui.exchanges import Exchange
from ui.sheet import as_docx, as_html

TEXT = """So **bold** and *slanted* `code` is $x<1$ [1].

| A | B |
|---|---|
| a [1] | b |

1. one
   - two

> said

```
x < 1
```

<script>x</script> [a](https://e.org/a)"""
WHOLE = Exchange("t", "How <b>?", answer=answer(TEXT, [Sentence(TEXT, (1,), "weak", 0.5, GOOD)]))


def test_html_to_paste_holds_no_markup_of_others():
    made = as_html([WHOLE])
    assert made.startswith("<h2>How &lt;b&gt;?</h2><p>So <strong>bold</strong> and <em>slanted")
    assert "<script" not in made
    assert made.endswith("<h3>References</h3><p>[1] Ada Abel. <em>On Graphs</em>. ICML, 2019</p>")


def test_a_word_file():
    document = Document(io.BytesIO(as_docx([WHOLE])))
    styles = [(p.style.name, p.text) for p in document.paragraphs]
    assert styles[0] == ("Heading 1", "How <b>?")
    assert styles[1] == ("Normal", "So bold and slanted code is $x<1$ [1].")
    assert ("List Number", "one") in styles
    assert ("List Bullet 2", "two") in styles
    assert ("Quote", "said") in styles
    assert styles[-1] == ("Normal", "[1] Ada Abel. On Graphs. ICML, 2019")
    assert ("Normal", "<script>x</script> a (https://e.org/a)") in styles
    [table] = document.tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["A", "B"], ["a [1]", "b"]]
    bold = [run.text for run in document.paragraphs[1].runs if run.bold]
    assert bold == ["bold"]


@pytest.mark.parametrize(
    "text", ["\x00\x08 \ud800 \ufffe", "> - a\n> 1. b", "- " * 30, "|\n|-|", ""]
)
def test_a_word_file_of_anything(text):
    made = as_docx([Exchange("t", f"q{text}", partial=text, problem="x")])
    assert Document(io.BytesIO(made)).paragraphs[0].text.startswith("q")


def test_the_page_on_paper(visit):
    page = visit.page
    visit.ask("How accurate is the graph model?")
    visit.ask("What halves errors in speech?")
    pypdf = pytest.importorskip("pypdf", reason="needs pypdf")
    with_cdp = page.context.new_cdp_session(page)
    printed = with_cdp.send("Page.printToPDF", {"printBackground": False})["data"]
    pages = [p.extract_text() for p in pypdf.PdfReader(io.BytesIO(base64.b64decode(printed))).pages]
    assert len(pages) == 1
    [text] = pages
    assert "How accurate is the graph model?" in pages[0]
    assert "https://doi.org/10.1234/graph.mix" in re.sub(r"\s", "", text)
    for control in ("New chat", "Library", "Retry", "Copy", "BibTeX", "Ask only"):
        assert control not in text


@pytest.mark.parametrize("asked", [12, 13, 14, 15])
def test_a_long_chat_on_paper_is_whole(visit, asked):
    page = visit.page
    visit.ask("How accurate is the graph model?")
    page.evaluate(
        "(count) => { const cards = document.querySelector('.turn .cards');"
        " for (let i = 1; i < count; i += 1) {"
        " const more = cards.firstElementChild.cloneNode(true);"
        " more.querySelector('.by').textContent = `Author ${i}`; cards.append(more); } }",
        asked,
    )
    pypdf = pytest.importorskip("pypdf", reason="needs pypdf")
    printed = page.context.new_cdp_session(page).send("Page.printToPDF")["data"]
    pages = pypdf.PdfReader(io.BytesIO(base64.b64decode(printed))).pages
    text = "".join(each.extract_text() for each in pages)
    assert f"Author {asked - 1}" in text
    assert text.count("abel2019graphmix") == asked, "the last lines are not cut"


def test_a_chat_is_saved_for_word(visit):
    visit.ask("How accurate is the graph model?")
    visit.page.click("#keep summary")
    document = Document(downloads(visit, "export", "docx"))
    assert document.paragraphs[0].text == "How accurate is the graph model?"
    assert "GraphMix reaches 81.5% accuracy [1]." in document.paragraphs[1].text


COMPARED = "How do GraphMix and PixSort differ in labels?"
BOTH = "GraphMix reaches 81.5% accuracy [1]. PixSort needs only 12 labels a class [2]."


def test_a_comparison_s_table_leaves_with_the_chat(visit, site):
    site.model.says[COMPARED] = BOTH
    turn = visit.ask(COMPARED)
    shown = [
        [cell.strip() for cell in row.locator("th, td").all_text_contents()]
        for row in turn.locator(".glance[open] tr").all()
    ]
    assert shown[0] == ["No.", "Paper", "Year", "Labels"]
    assert len(shown) == 3
    visit.page.click("#keep summary")
    [table] = Document(downloads(visit, "export", "docx")).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == shown
    visit.page.click("#keep summary")
    text = downloads(visit, "export", "md").read_text(encoding="utf-8")
    assert "\n\n| No. | Paper | Year | Labels |\n| --- | --- | --- | --- |\n| 1 | " in text
    assert "needs only 12 labels a class. |\n" in text


def test_a_table_has_a_row_for_each_paper_that_a_comparison_cites(visit, site):
    question = "Compare GraphMix and PixSort in terms of labels"
    site.model.says[question] = "GraphMix reaches 81.5% accuracy [1]. PixSort is on the Moon [2]."
    turn = visit.ask(question)
    assert turn.locator(".glance[open] tbody tr").count() == 2, "the second is not supported"


def clipboard(page, kind):
    return page.evaluate(
        """async (kind) => {
            const [item] = await navigator.clipboard.read();
            return (await item.getType(kind)).text();
        }""",
        kind,
    )


def test_copies_keep_their_form_and_their_references(visit):
    page = visit.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    turn = visit.ask("How accurate is the graph model?")
    turn.locator("[data-do=copy-answer]").click()
    page.wait_for_function("document.querySelector('#said').innerText === 'Copied'")
    assert "doi:10.1234/graph.mix" in clipboard(page, "text/plain")
    assert "<em>GraphMix: Mixing Messages on a Graph</em>" in clipboard(page, "text/html")
    turn.locator(".answer p").first.select_text()
    page.keyboard.press("Control+c")
    text = clipboard(page, "text/plain")
    assert text.startswith("On the graph benchmark GraphMix reaches 81.5% accuracy [1].")
    assert "[1] GraphMix: Mixing Messages on a Graph. Ada Abel, Ben Bold. ICML 2019 https" in text
    assert page.locator("#said table, #said p").count() == 0
