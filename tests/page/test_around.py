"""What stands around a conversation: the state, the welcome, the library's parts."""

import json

import pytest

from rag.index.filters import Condition, Group
from rag.types import IngestReport, Paper, Rejection
from ui.examples import example_questions
from ui.frame import best, found, latest, library, like, reading, state_line, taken_in, welcome
from ui.legend import MEANING, legend
from ui.shelf import Library, Shelf, rejections, safe_name, survey, where_of

PAPERS = [
    Paper("1", "LCNN: Lookup Networks", "A.", year=2017, venue="CVPR", sources=("d/a.bib:3",)),
    Paper("2", "GCN: Graph Networks", "A.", year=2019, venue="ICML", sources=("d/b.bib:1",)),
    Paper("3", "GAT: Graph Networks with Attention", "A.", year=2018, venue="ICML",
          sources=("d/b.bib:9", "e/a.bib:1")),
    Paper("4", "On Graph Networks", "A."),
]  # fmt: skip


def test_survey():
    assert survey(PAPERS) == Shelf(
        papers=4,
        years=(2017, 2019),
        venues=(("ICML", 2), ("CVPR", 1)),
        sources=(("a.bib", 2), ("b.bib", 2)),
    )
    assert survey([]) == Shelf(0, None, (), ())


def test_example_questions_are_about_the_library():
    assert example_questions(PAPERS) == [
        "What is GCN, and what does it achieve?",
        "Which papers are about graph networks?",
        "What does “On Graph Networks” find?",
    ]
    assert example_questions([]) == []
    assert example_questions([Paper("x", "", "A.")]) == []


@pytest.mark.parametrize(
    ("filters", "where"),
    [
        (None, []),
        ("x", []),
        ({"query": "q", "from": " 2019 ", "to": ""}, ["year>=2019"]),
        ({"to": 2020, "venue": "A=B; C"}, ["year<=2020", "venue=A=B; C"]),
        ({"source": "x.bib"}, ["source=x.bib"]),
        ({"ids": "a"}, []),
        ({"ids": ["A", 3]}, [Group.of([Condition("id", "=", "a")], any_of=True)]),
    ],
)
def test_where_of(filters, where):
    assert where_of(filters) == where


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("refs.bib", "refs.bib"),
        ("../../etc/passwd", "_.._etc_passwd"),
        (".hidden", "hidden"),
        ("a\nb:c\\d", "a_b_c_d"),
        ("", "file"),
        ("...", "file"),
        ("x" * 200 + ".bib", "x" * 146 + ".bib"),
    ],
)
def test_safe_name(name, safe):
    assert safe_name(name) == safe


def test_state_line():
    facts = {"embedder": "minilm:sentence-transformers/x", "checker": "built in"}
    assert state_line(facts, "a <model>", 8).startswith(
        '<div id="state"><p>Answers are written by a &lt;model&gt;.</p></div>'
    )
    without = state_line(facts, None, 8)
    assert "No language model: answers are quotations from the abstracts." in without
    for setting in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "RAG_LLM=local", "RAG_LOCAL_MODEL"):
        assert setting in without
    assert '<button type="button" class="quiet" data-do="settings">Add a model</button>' in (
        state_line(facts, None, 8, own=True)
    )


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, "by words, and by meaning (MiniLM, on the machine of this page)"),
        ({"embedder": "odd:x"}, "by words, and by odd"),
        ({}, "a small network that comes with the program; it errs, as Help says"),
        ({"checker": "server h:80"}, "a checker at h:80, which the settings name"),
        ({"checker": "folder models/nli"}, "the network in the folder nli, which"),
        ({}, "quotations, without a language model"),
        ({}, "12 for an answer, unless it is set above"),
    ],
)
def test_what_is_in_force_is_said_in_plain_words(facts, said):
    assert said in state_line({"embedder": "minilm", "checker": "built in", **facts}, None, 12)


def test_welcome():
    assert welcome(survey(PAPERS), ["Is <it>?"]) == (
        '<section id="welcome"><h2>Ask 4 papers</h2>'
        "<p>Every sentence of an answer shows the words that support it.</p>"
        '<ul class="examples"><li><button type="button" data-do="example">Is &lt;it&gt;?</button>'
        f"</li></ul>{legend()}{MEANING}</section>"
    )
    assert "The library is empty" in welcome(survey([]), [])


def test_library_filters():
    made = library(Shelf(1_234, (1990, 2020), (("<V>", 3),), ()))
    assert 'name="source"' not in made
    assert "<select" not in library(Shelf(3, None, (), ()))
    assert 'name="from"' not in library(Shelf(3, None, (), ()))
    assert '<p class="count">1,234 papers</p>' in made
    assert '<option value="&lt;V&gt;">&lt;V&gt; (3)</option>' in made
    assert 'name="from" min="0" max="9999" step="1" placeholder="any (1990)"' in made


def test_found_says_how_many_there_are():
    assert latest(4, 4) == "4 papers, latest year first"
    assert latest(1, 1) == "1 paper"
    assert latest(60, 1_000) == "60 of 1,000 papers, latest year first"
    assert best(2, "<b>", match=True) == "2 papers with words of “&lt;b&gt;”, best first"
    assert best(2, "b", match=False).startswith("No paper has the words “b”;")
    assert like(PAPERS[3]).startswith("Papers like “On Graph Networks”, nearest first <button")
    every = found(PAPERS, "4 papers")
    assert every.startswith('<h3 class="count">4 papers</h3><p class="choosing">')
    assert every.count('<input type="checkbox" class="pick" aria-label="Ask: ') == 4
    assert "more-papers" not in every
    assert 'data-do="more-papers"' in found(PAPERS, "4 papers", more=True)
    assert found([], "0 papers") == '<h3 class="count">0 papers</h3><ul class="cards"></ul>'


def test_rejections_are_named_as_they_were_uploaded():
    rejected = (Rejection("/tmp/x/uploads/a.bib:3", "no <abstract>"),)
    report = IngestReport(1, 3, 1, 0, 1, 0, rejected, 9, 9, 1, 0.1)
    assert rejections(report) == [Rejection("a.bib:3", "no <abstract>")]
    assert taken_in(report) == (
        '<div class="report"><p>1 added, 0 updated, 1 unchanged, 0 duplicates, 1 rejected; '
        "9 papers in the library.</p>"
        '<ul class="rejected"><li><b>a.bib:3</b>: no &lt;abstract&gt;</li></ul></div>'
    )


def test_an_upload_is_kept_and_known_again(assistant, tmp_path):
    file = tmp_path / "in.jsonl"
    file.write_text(json.dumps({"id": "g", "title": "G", "abstract": "A graph."}))
    shelf = Library(assistant)
    assert shelf.shelf == Shelf(0, None, (), ())
    *steps, report = shelf.add([str(file)])
    assert (steps[-1], report.added) == ((1, 1), 1)
    [report] = shelf.add([str(file)])
    assert report.unchanged == 1
    assert shelf.shelf.sources == (("in.jsonl", 1),)
    assert (assistant.settings.index / "uploads" / "in.jsonl").read_bytes() == file.read_bytes()
    [paper] = shelf.find("", (), 5)[0]
    assert paper.id == "g"
    assert shelf.find("graph", (), 5) == ([paper], True)
    assert shelf.find("image", (), 5) == ([paper], False)
    assert shelf.find("", ["year>=2000"], 5) == ([], True)
    assert shelf.like("g", (), 5) == (paper, [])
    assert (shelf.count([]), shelf.count(["year>=2000"])) == (1, 0)


def test_a_file_without_papers_is_not_kept(assistant, tmp_path):
    file = tmp_path / "in.pdf"
    file.write_bytes(b"%PDF-1.4")
    [report] = Library(assistant).add([str(file)])
    [rejection] = rejections(report)
    assert (rejection.where, rejection.reason[:10]) == ("in.pdf", "a PDF file")
    assert not (assistant.settings.index / "uploads").exists()


def test_an_upload_says_how_far_it_is():
    assert "</span>Reading the files</p></div>" in reading(0, 0)
    assert (
        '<p>5 of 2,000 passages read</p><progress aria-label="Reading" max="2000" value="5">'
        in (reading(5, 2_000))
    )
