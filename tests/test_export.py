"""What is exported and read back is the same, whatever characters are in it."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from rag import export
from rag.index.entries import with_key
from rag.index.intake import plan
from rag.readers import read
from rag.types import Paper

SAMPLE = Path(__file__).parents[1] / "evals" / "datasets" / "sample" / "papers.jsonl"
ODD = Paper(
    "9",
    "{Bells} & 50% of $5_a^b ~ #1: \\alpha-- ``so'' it's --- <b \"x\"> [a] | 钟",
    "A path C:\\new\\x, a {set}, x_1 ~ 5--6, -- it''s `` \"q\" & 10% of $3 and $4; #2 @me, O(n^2).",
    (
        "Lina Ferro", "Tom van Marlow", "The Bells Group", "Martin King Jr.", "Ana de la Cruz III",
        "Deep & Sons, Ltd", "Bells and Whistles", "Plato", "张三", "Seán O'Neil-Śmith",
        "A{b} C", "T. H. Quint", "Group; of two", "Md. Karim",
    ),
    2017,
    "Journal of {B}ells & Co_",
    "10.5555/a_b(c)<1::aid>3.0;2-#",
    "2001.99999",
    "https://example.org/a_b?c=%7Bd%7D&e=~f#g",
    "Ferro:2017/x",
    ("a b.bib:3", "x; y.csv:12"),
)  # fmt: skip


def back(papers, form):
    """Return the papers that an export of papers is ingested as."""
    text = "".join(export.lines(papers, form))
    result = plan(read("-", io.BytesIO(text.encode())), lambda _: [])
    assert not result.rejected
    return [change.paper for change in result.changes]


def same(papers, form):
    """Check that all fields come back; BibTeX and RIS cannot say where a paper was read."""
    if form in ("bibtex", "ris"):
        papers = [replace(paper, sources=()) for paper in papers]
        assert [replace(paper, sources=()) for paper in back(papers, form)] == papers
    else:
        assert back(papers, form) == papers


@pytest.mark.parametrize("form", ["bibtex", "ris", "csv", "jsonl"])
def test_a_paper_with_every_odd_character(form):
    (odd,) = back([ODD], "jsonl")  # as a library holds it: α for \\alpha
    assert (odd.id, odd.key, odd.doi, odd.arxiv_id, odd.url, odd.year, odd.sources) == (
        *(ODD.id, ODD.key, ODD.doi, ODD.arxiv_id, ODD.url, ODD.year, ODD.sources),
    )
    assert odd.authors[5:8] == ("Deep & Sons, Ltd", "Bells and Whistles", "Plato")
    same([odd], form)


@pytest.mark.parametrize("form", ["bibtex", "ris", "csv", "jsonl"])
def test_the_sample(form):
    papers = [with_key(paper) for paper in back_of_sample()]
    same(papers, form)


def back_of_sample():
    return [change.paper for change in plan(read(str(SAMPLE)), lambda _: []).changes]


def ingested(paper: Paper) -> Paper | None:
    """Return the paper as the library holds it after its first ingest."""
    line = json.dumps({"id": paper.id, "title": paper.title, "abstract": paper.abstract,
                       "authors": list(paper.authors), "year": paper.year, "venue": paper.venue,
                       "doi": paper.doi, "url": paper.url, "key": paper.key})  # fmt: skip
    result = plan(read("-", io.BytesIO(line.encode())), lambda _: [])
    return result.changes[0].paper if result.changes else None


# What any of the four formats, LaTeX, a spreadsheet or our own reading might take for its own.
PIECES = (
    *(
        "@misc{",
        "=cmd|' /C calc'!A0",
        "@SUM(1)",
        "+1",
        "x = “y”,",
        "--",
        "---",
        "``",
        "```",
        "\\textbf{x}",
        "$x$",
    ),
    *(
        "\r\n",
        "\n  ",
        " and ",
        " AND ",
        ", Jr",
        " III",
        "et al",
        "Group",
        "van ",
        "O'",
        " J.",
        "李 四",
    ),
    *(
        "e\u0301",
        "\u0308",
        "😀",
        "👩\u200d🔬",
        "\u2028",
        "\x00",
        "AB  - ",
        "ER  - ",
        "TY  - JOUR",
        "; ",
    ),
    *(
        '["a"]',
        "['a']",
        "NA",
        "null",
        "-",
        "<b>",
        "&lt;",
        "\\'e",
        "C:\\x",
        "\\n",
        "^2",
        "_{i}",
        "$5",
    ),
    *("https://x.org/a_b", "10.5555/x", "arXiv:2001.00001", " © 2011 Elsevier", "Abstract: "),
)
WORDS = st.lists(
    st.sampled_from(PIECES)
    | st.sampled_from("aB \\{}%&#$_~^'\"`-<>|;:,.()[]@=+*/é钟\n\tß01")
    | st.characters(exclude_categories=("Cs",)),
    min_size=1,
    max_size=20,
).map("".join)
LINKS = st.sampled_from(
    [None, "https://x.org/", "https://doi.org/10.5555/", "https://arxiv.org/abs/"]
)


@seed(4)
@settings(max_examples=400, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(
    *(WORDS, WORDS, st.lists(WORDS, max_size=3), st.none() | WORDS, st.just("") | WORDS),
    *(st.none() | WORDS, st.sampled_from([None, 2019]), st.none() | WORDS, LINKS),
)
def test_every_field_survives(title, abstract, authors, venue, own, key, year, doi, link):
    doi, url = doi and f"10.5555/{doi}", link and f"{link}{own}"
    paper = ingested(
        Paper(own, title, abstract, tuple(authors), year, venue, doi, url=url, key=key)
    )
    if paper is None:
        return
    for form in ("bibtex", "ris", "csv", "jsonl"):
        same([paper], form)


@pytest.mark.parametrize("form", ["bibtex", "ris", "csv", "jsonl"])
def test_what_once_came_back_otherwise(form):
    people = (
        "//Ann$ $5Lee", "$5 of 丕$x$😀", "Jr M. Jr.", "r; Sr 0001", "Lee MD丛ßTom …", "😀 M. ...",
        "Room (12)", "ö``family=”", "Tom \\Md. family=Group", "{Lee, Ann}", "{{A} b}",
        "Ann Lee PhD",
    )  # fmt: skip
    papers = [
        ingested(Paper("2", "Bells", "They ring.", people, key="}\narXiv:2001.00001")),
        ingested(Paper("", "Drums", "They roll.", doi="10.5555/$^2$", key="k")),
        ingested(Paper("", "Gongs", "They sound.", doi="10.5555/$alpha$_x", key="l")),
    ]
    assert papers[0].arxiv_id == "2001.00001"
    same([with_key(paper) for paper in papers], form)


def test_the_keys_that_bibtex_exports_are_those_that_are_shown():
    papers = [with_key(replace(ODD, key=None, id=f"p{n}", title=f"Bells {n}")) for n in range(2)]
    assert [paper.key for paper in papers] == ["ferro2017bells"] * 2
    text = export.bibtex(papers)
    assert "{ferro2017bells,\n" in text
    assert "{ferro2017bells-1,\n" in text


def test_bibtex_as_other_programs_read_it():
    paper = replace(ODD, authors=ODD.authors[:4], title="Bells", url="https://example.org/a_b")
    assert export.bibtex([replace(paper, abstract="Bells ring.")]) == (
        "@article{Ferro:2017/x,\n"
        "  title = {Bells},\n"
        "  author = {Lina Ferro and Tom van Marlow and {The Bells Group} and King, Jr., Martin},\n"
        "  year = {2017},\n"
        "  journal = {Journal of \\textbraceleft{}B\\textbraceright{}ells \\& Co\\_},\n"
        "  doi = {10.5555/a_b(c)<1::aid>3.0;2-#},\n"
        "  eprint = {2001.99999},\n"
        "  archiveprefix = {arXiv},\n"
        "  url = {https://example.org/a_b},\n"
        "  abstract = {Bells ring.},\n"
        "  paper_id = {9}\n"
        "}\n"
    )


def test_a_ris_record_begins_with_ty():
    assert "".join(export.lines([ODD, ODD], "ris")).startswith("TY  - JOUR\nID  - 9\n")
