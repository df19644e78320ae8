"""Workbooks and PDF files."""

# ruff: noqa: E501 one case a line

from __future__ import annotations

import sys

import pytest

from rag.types import Paper, Rejection
from tests.readers.made import PAPER, SHEET, pdf, workbook

NO_COLUMN = "no column named abstract, text or summary; rename the one that holds the abstracts"


def test_a_workbook(given):
    first = Paper("", "Bees", "Bees danced for 40 seconds.", ("Mei Ito", "Chi Okafor"), 2011)
    assert given("x.xlsx", workbook(Papers=SHEET, Notes=[["nothing"]], Empty=[])) == [
        Paper(**fields(first, "x.xlsx/Papers:2")),
        Paper("", "Wasps", "Wasps did not.", year=2012, sources=("x.xlsx/Papers:4",)),
        Rejection("x.xlsx/Notes", NO_COLUMN),
    ]


def fields(paper: Paper, source: str) -> dict[str, object]:
    return {n: getattr(paper, n) for n in ("id", "title", "abstract", "authors", "year")} | {
        "sources": (source,)
    }


def test_a_damaged_workbook(given):
    data = bytearray(workbook(Papers=SHEET))
    at = data.find(b"xl/worksheets/sheet1.xml") + 40
    data[at : at + 20] = b"x" * 20
    (item,) = given("x.xlsx", bytes(data))
    assert item == Rejection("x.xlsx", "a damaged Excel workbook; open it and save it again")


def test_a_workbook_of_far_too_many_columns(given):
    (item,) = given("x.xlsx", workbook(Wide=[["a"] * 1001]))
    assert item.reason == "more than 1,000 columns or far too many rows"


def test_a_pdf_file(given):
    assert given("x.pdf", pdf(PAPER)) == [
        Paper(
            "10.5555/bees.1",
            "How bees dance: a study of hives",
            "We counted how long bees danced in front of their hives in summer and found that they "
            "danced for 40 seconds, and no longer.",
            ("Mei Ito", "Chi Okafor", "Lea Bo"),
            2020,
            doi="10.5555/bees.1",
            arxiv_id="2001.99999",
            sources=("x.pdf:1",),
        )
    ]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (pdf([(10, "Dear Sir, please find the invoice of May enclosed. " * 4)]), "a PDF file of which the abstract cannot be told; give the record as BibTeX or RIS"),
        (pdf([(10, "1")]), "a PDF file without text, perhaps scanned; run it through text recognition"),
        (b"%PDF-1.7\n%%EOF", "a PDF file that cannot be read; open it and save it again"),
    ],
)  # fmt: skip
def test_pdf_files_that_are_no_papers(given, data, reason):
    assert given("x.pdf", data) == [Rejection("x.pdf", reason)]


def test_without_the_extra_one_line_names_it(given, monkeypatch):
    monkeypatch.setitem(sys.modules, "pypdf", None)
    assert given("x.pdf", pdf(PAPER)) == [
        Rejection("x.pdf", "a PDF file, which the extra pdf reads: pip install 'rag-papers[pdf]'")
    ]
