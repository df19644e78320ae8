"""CSV, TSV and their relatives."""

# ruff: noqa: E501 records stay on one line each

import pytest

from rag.types import Paper, Rejection

OPEN = "a quotation mark is opened here and not closed; close it or double it"
NO_ABSTRACT = "no abstract; only papers with an abstract can be asked about"


def paper(where, own, title, abstract, **more):
    return Paper(id=own, title=title, abstract=abstract, sources=(where,), **more)


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(given, mark):
    text = "id,title,abstract\n1,A,aa\n2,B,bb\n".replace(",", mark)
    assert given("x.csv", text) == [paper("x.csv:2", "1", "A", "aa"), paper("x.csv:3", "2", "B", "bb")]  # fmt: skip


def test_usual_columns_in_any_case(given):
    text = (
        "Title,Abstract,Authors,Year,Journal,DOI,URL\n"
        '"Deep, Wide","Line one\nline ""two""","Doe, J.; Roe, A.",2019.0,Nature,https://doi.org/10.1000/A.,http://x.org\n'
        "Second,Text,John Smith and Jane Doe,n.d.,,nan,javascript:alert(1)\n"
    )
    assert given("x.csv", text) == [
        paper(
            "x.csv:2",
            "10.1000/a",
            "Deep, Wide",
            'Line one line "two"',
            authors=("J. Doe", "A. Roe"),
            year=2019,
            venue="Nature",
            doi="10.1000/a",
            url="http://x.org",
        ),
        paper("x.csv:4", "", "Second", "Text", authors=("John Smith", "Jane Doe")),
    ]


def test_zoteros_and_scopus_columns(given):
    zotero = '"Key","Publication Year","Author","Title","Publication Title","Abstract Note"\n"AB12","2020","Doe, Jane; Roe, Al","T","J","aa"\n'
    assert given("z.csv", zotero) == [
        paper("z.csv:2", "", "T", "aa", authors=("Jane Doe", "Al Roe"), year=2020, venue="J", key="AB12")
    ]  # fmt: skip
    scopus = (
        "Authors;Title;Year;Source title;Link;Abstract\nDoe J., Roe A.;T;2020;J;https://s.org;aa\n"
    )
    assert given("s.csv", scopus) == [
        paper("s.csv:2", "", "T", "aa", authors=("J. Doe", "A. Roe"), year=2020, venue="J", url="https://s.org")
    ]  # fmt: skip


def test_lists_printed_into_cells(given):
    text = """id,title,abstract,authors\n1,A,aa,"['Jane Doe', ""O'Neil, Pat""]"\n2,B,bb,"[""X Y""]"\n"""
    assert [item.authors for item in given("x.csv", text)] == [
        ("Jane Doe", "Pat O'Neil"),
        ("X Y",),
    ]


def test_a_quotation_mark_left_open_costs_only_its_own_row(given):
    text = 'id,title,abstract\n1,A,aa\n2,"B,bb\n3,"C","cc"\n4,D,dd\n'
    assert given("x.csv", text) == [
        paper("x.csv:2", "1", "A", "aa"),
        Rejection("x.csv:3", OPEN),
        paper("x.csv:4", "3", "C", "cc"),
        paper("x.csv:5", "4", "D", "dd"),
    ]


def test_a_quotation_mark_open_to_the_end(given):
    text = 'id,title,abstract\n1,A,"aa\n2,B,bb\n3,C,"cc\n'
    assert given("x.csv", text) == [
        Rejection("x.csv:2", OPEN),
        paper("x.csv:3", "2", "B", "bb"),
        Rejection("x.csv:4", OPEN),
    ]


def test_in_tsv_a_quotation_mark_may_be_just_text(given):
    text = 'id\ttitle\ttext\n1\tA "B" C\t"aa bb\n2\tD\tdd\n'
    assert given("x.tsv", text) == [
        paper("x.tsv:2", "1", 'A "B" C', '"aa bb'),
        paper("x.tsv:3", "2", "D", "dd"),
    ]


def test_rows_that_are_too_wide_too_short_or_blank(given):
    text = "id,title,abstract\n1,A,aa, more\n2,B\n\n,,\n3,C,cc,,\nd4,,dd\n"
    assert given("x.csv", text) == [
        Rejection("x.csv:2", "4 cells under 3 columns; quote cells that hold the delimiter"),
        Rejection("x.csv:3", NO_ABSTRACT),
        paper("x.csv:6", "3", "C", "cc"),
        paper("x.csv:7", "d4", "", "dd"),
    ]


def test_excels_hint_and_byte_order_mark(given):
    text = b"\xef\xbb\xbfsep=;\r\nTitle;Abstract\r\nA;aa\r\n"
    assert given("x.csv", text) == [paper("x.csv:3", "", "A", "aa")]


def test_a_table_without_a_usable_column_says_what_is_missing(given):
    assert given("x.csv", "name,notes\nA,aa\n") == [
        Rejection("x.csv", "no column named abstract, text or summary; rename the one that holds the abstracts")
    ]  # fmt: skip


def test_a_cell_of_a_million_characters_is_read_or_rejected_alone(given):
    text = "id,title,abstract\n1,A,{}\n2,{},bb\n3,C,cc\n".format("word " * 40_001, "t" * 1_000_000)
    assert given("x.csv", text) == [
        Rejection("x.csv:2", "the abstract is longer than 200,000 characters"),
        Rejection("x.csv:3", "the title is longer than 2,000 characters"),
        paper("x.csv:4", "3", "C", "cc"),
    ]


NUMBERED = "id,title,abstract,doi\n{}"
COUNTED = "no title, and a row's number is no id; give the row a title"


def test_a_rows_number_stands_for_no_title(given):
    rows = "1,Bikes,Bikes roll.,\n2,,Trams ring.,\n3,N/A,Buses hum.,\n4,,Ferries float.,10.5555/f\n"
    assert given("a.csv", NUMBERED.format(rows)) == [
        paper("a.csv:2", "1", "Bikes", "Bikes roll."),
        Rejection("a.csv:3", COUNTED),
        Rejection("a.csv:4", COUNTED),
        paper("a.csv:5", "10.5555/f", "", "Ferries float.", doi="10.5555/f"),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        "0,Bikes,Bikes roll.,\n1,,Trams ring.,\n",  # a corpus that counts from 0
        "1,Bikes,Bikes roll.,\n12,,Trams ring.,\n",
        "7,Bikes,Bikes roll.,\n2,,Trams ring.,\n",
        "1,,Bikes roll.,\n2,,Trams ring.,\n",  # no row has a title
    ],
)
def test_an_id_that_is_more_than_the_rows_number_does(given, rows):
    _, two = given("a.csv", NUMBERED.format(rows))
    assert (two.title, two.abstract, two.id) == (
        "",
        "Trams ring.",
        rows.split("\n")[1].split(",")[0],
    )
