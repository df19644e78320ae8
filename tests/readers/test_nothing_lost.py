"""Whatever stands beside it, each record that a person can read goes in, and says what it is."""

# ruff: noqa: E501 records stay as their sources write them

from __future__ import annotations

import pytest

from rag.index.intake import plan
from rag.types import Rejection
from tests.readers.made import pdf

BEES = "abstract = {Bees danced.}"
WASPS = "@article{wasps, title = {Wasps}, abstract = {Wasps did not.}, year = 2012}\n"
# An entry before the one on wasps, and the titles that go in.
ENTRIES = {
    "a brace too few": ("@article{a, title = {Bees, abstract = {Bees danced.}}\n\n", ["Wasps"]),
    "a brace too many": ("@article{a, title = {Bees}}, abstract = {Bees danced.}}\n\n", ["Wasps"]),
    "no key": (f"@article{{, title = {{Bees}}, {BEES}}}\n", ["Bees", "Wasps"]),
    "no comma at the end of a field": (f"@article{{a,\n title = {{Bees}}\n {BEES}\n}}\n", ["Wasps"]),
    "a field twice": (f"@article{{a, title = {{Bees}}, title = {{Bees 2}}, {BEES}}}\n", ["Bees", "Wasps"]),
    "an empty field": (f"@article{{a, title = {{Bees}}, doi = {{}}, year = , {BEES}}}\n", ["Bees", "Wasps"]),
    "in round brackets": ('@article(a, title = "Bees", abstract = "Bees danced.")\n', ["Bees", "Wasps"]),
    "quotation marks in braces": ('@article{a, title = "{"}Bees{"} 2", abstract = "Bees danced."}\n', ['"Bees" 2', "Wasps"]),
    "an at sign in a text": ("@article{a, title = {Bees}, abstract = {Write to mei@hive.org.}}\n", ["Bees", "Wasps"]),
    "text between entries": (f"% Encoding: UTF-8\n\nBees: see @a below.\n\n@article{{a, title = {{Bees}}, {BEES}}} % end\n", ["Bees", "Wasps"]),
    "a comment of JabRef's": (f"@article{{a, title = {{Bees}}, {BEES}}}\n@Comment{{jabref-meta: databaseType:bibtex;}}\n", ["Bees", "Wasps"]),
    "a commented entry": (f"@comment{{@article{{x, title = {{X}}}}}}\n@article{{a, title = {{Bees}}, {BEES}}}\n", ["Bees", "Wasps"]),
    "strings and months": ('@string(bl = "Bee Letters")\n@article{a, title = {Bees}, month = may # "~3", journal = bl # { 5}, ' + BEES + "}\n", ["Bees", "Wasps"]),
    "a key with a blank, CRLF": (f"@article{{Ito 2011,\r\n title = {{Bees}},\r\n {BEES}\r\n}}\r\n", ["Bees", "Wasps"]),
    "a key with a slash and umlaut": (f"@article{{Müller/2011:b, title = {{Bees}}, {BEES}}}\n", ["Bees", "Wasps"]),
    "two entries on a line": (f"@article{{a, title = {{Bees}}, {BEES}}} @misc{{b, title = {{Ants}}, {BEES}}}\n", ["Bees", "Ants", "Wasps"]),
    "field names with hyphens": (f"@article{{a, Title = {{Bees}}, Unique-ID = {{WOS:1}}, Date-Added = {{2011}}, {BEES}}}\n", ["Bees", "Wasps"]),
}  # fmt: skip


@pytest.mark.parametrize("name", ENTRIES)
def test_an_odd_entry_keeps_its_neighbours(given, name):
    entry, titles = ENTRIES[name]
    read = given("x.bib", entry + WASPS)
    assert [item.title for item in read if not isinstance(item, Rejection)] == titles


def library(*read):
    return [change.paper for change in plan([item for items in read for item in items], lambda _: []).changes]  # fmt: skip


NOTHINGS = ["NA", "N/A", "#N/A", "null", "NULL", "None", "nan", "-", "--", "n/a", "n.a."]


@pytest.mark.parametrize("nothing", NOTHINGS)
def test_words_for_nothing_are_nobodys_id(given, nothing):
    rows = [
        f"{nothing},{title},{title} are insects.,{nothing},{nothing}\n"
        for title in ("Bees", "Wasps")
    ]
    papers = library(given("x.csv", "id,title,abstract,authors,doi\n" + "".join(rows)))
    assert [(paper.title, paper.authors, paper.doi) for paper in papers] == [("Bees", (), None), ("Wasps", (), None)]  # fmt: skip
    assert len({paper.id for paper in papers} - {nothing}) == 2


@pytest.mark.parametrize(
    ("one", "other", "papers"),
    [
        ("title,abstract,year\nBees,Danced.,2011\n", "title,abstract,year\nBees,Danced well.,2012\n", 2),
        ("title,abstract,year\nBees dance,Danced.,2011\n", "title,abstract,year\n“Bees” dance!,Danced well.,2011\n", 1),
        ("title,abstract,authors\nBees,Danced.,Mei Ito\n", 'title,abstract,authors\nBees,Danced well.,"Ito, M."\n', 1),
        ("title,abstract,authors\nBees,Danced.,Mei Ito\n", 'title,abstract,authors\nBees,Danced well.,"Ito, K."\n', 2),
        ("title,abstract,authors\nBees,Danced.,Mei Müller\n", "title,abstract,authors\nBees,Danced well.,Mei Muller\n", 1),
        ("title,abstract,doi\nBees,Danced.,10.5555/A\n", "title,abstract,doi\nBees II,Sang.,https://dx.doi.org/10.5555/a.\n", 1),
        ("key,title,abstract\nito,Bees,Danced.\n", "key,title,abstract\nito,Wasps,Did not.\n", 2),
        ("_id,title,text\n1,Bees,Danced.\n", "_id,title,text\n2,Bees,Danced well.\n", 2),
        ("title,abstract,arxiv_id\nBees,Danced.,1101.00001v1\n", "title,abstract,url\nBees 2,Sang.,https://arxiv.org/abs/1101.00001v2\n", 1),
    ],
)  # fmt: skip
def test_one_paper_or_two(given, one, other, papers):
    read = [given("a.csv", one), given("b.csv", other)]
    assert len(library(*read)) == len(library(*read[::-1])) == papers


# Files of other kinds, each with a reason that says what to do.


@pytest.mark.parametrize(
    ("name", "data", "words"),
    [
        ("x.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "which has to be saved as .xlsx or CSV"),
        ("x.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "which has to be saved as .xlsx or CSV"),
        ("x.png", b"\x89PNG\r\n\x1a\n" + bytes(99), "an image"),
        ("x.csv", b"Abstract,Year\nBees danced.,2011\n", "no column named title or id"),
        ("x.csv", b"Title,Year\nBees,2011\n", "no column named abstract"),
        ("x.jsonl", b'{"abstract": "Bees danced."}\n', "no title and no id"),
        ("x.jsonl", b'{"title": "Bees"}\n', "no abstract"),
        ("x.ris", b"TY  - JOUR\nAB  - Bees danced.\nER  - \n", "no title and no id"),
        ("x.pdf", pdf([(18, "Bees and their dances"), (10, "They danced. " * 9)]), "the abstract cannot be told"),
        ("x.pdf", pdf([]), "without text"),
        ("x.pdf", b"%PDF-1.7\n" + bytes(99), "cannot be read"),
        ("x.xml", b"<?xml version='1.0'?><html><body>Bees</body></html>", "a web page"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said(given, name, data, words):
    (item,) = given(name, data)
    assert isinstance(item, Rejection)
    assert words in item.reason


ABSTRACT = "We counted how long bees danced in front of their hives in summer and found that they danced for 40 seconds."
IEEE = [
    (8, "IEEE TRANSACTIONS ON BEES, VOL. 5, NO. 3, MAY 2011"), (24, "Dances of Bees"), (11, "Mei Ito, Member, IEEE, and Chi B. Okafor"),
    (9, f"Abstract-{ABSTRACT[:58]}"), (9, ABSTRACT[59:]), (9, "Index Terms-Bees, dances."), (10, "I. INTRODUCTION"), (10, "Bees are insects, as is known to all who have read of them before this."),
    (10, "They are studied by many people in many places on the whole earth now."), (7, "Digital Object Identifier 10.5555/bees.1"),
]  # fmt: skip
ELSEVIER = [
    (8, "Bee Letters 5 (2011) 1-9"), (8, "Contents lists available at ScienceDirect"), (16, "Dances of bees in summer"), (12, "Mei Ito a, Chi Okafor b"), (8, "a University of Hives"),
    (8, "a r t i c l e i n f o"), (8, "Keywords: bees"), (8, "a b s t r a c t"), (9, ABSTRACT[:58]), (9, ABSTRACT[59:]), (7, "Copyright 2011 Elsevier Ltd. All rights reserved."), (10, "1. Introduction"),
    (10, "Bees are insects, as is known to all who have read of them before this."), (10, "They are studied by many people in many places on the whole earth now."), (7, "doi:10.5555/j.bees.2011.01.001"),
]  # fmt: skip
CONFERENCE = [
    (17, "Dances of Bees"), (12, "Mei Ito"), (10, "University of Hives"), (10, "mei@hives.org"), (12, "Abstract"), (10, ABSTRACT[:58]), (10, ABSTRACT[59:]), (10, "CCS Concepts: bees"), (10, "Keywords: bees"), (12, "1 Introduction"),
    (10, "Bees are insects, as is known to all who have read of them before this."), (10, "They are studied by many people in many places on the whole earth now."),
]  # fmt: skip
PAGES = {
    "IEEE": (IEEE, ("Dances of Bees", ("Mei Ito", "Chi B. Okafor"), "10.5555/bees.1")),
    "Elsevier": (ELSEVIER, ("Dances of bees in summer", ("Mei Ito", "Chi Okafor"), "10.5555/j.bees.2011.01.001")),
    "a meeting": (CONFERENCE, ("Dances of Bees", ("Mei Ito",), None)),
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_first_pages_of_pdf_files(given, name):
    lines, wanted = PAGES[name]
    (paper,) = given("x.pdf", pdf(lines))
    assert paper.abstract == ABSTRACT
    assert (paper.title, paper.authors, paper.doi) == wanted


def test_ids_of_an_odd_kind_are_passed_over(given):
    data = (
        '[{"title": "T", "abstract": "A hive hums.", "identifier": [{"type": ["doi"], "id": 3}]}]'
    )
    (paper,) = given("x.json", data)
    assert (paper.title, paper.doi) == ("T", None)
