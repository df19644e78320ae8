"""Exports in dialects that were met late: each gives all of its values."""

# ruff: noqa: E501 one case a line

from __future__ import annotations

import json
import time

import pytest

from rag.readers.people import people
from rag.types import Rejection

EMBASE = """RECORD 1
TITLE
ROOKS IN THE RAIN
AUTHOR NAMES
Hoang T.
Van Roy P.J.
AUTHOR ADDRESSES
(Hoang T.) Hue, Vietnam.
SOURCE
Bird Weather (2014) 22:3 (55-60). Date of Publication: March 2014
ABSTRACT
Rooks were wet.
They did not mind.
EMTREE MEDICAL INDEX TERMS
rain
DOI
10.5555/rooks.1

RECORD 2
TITLE
Rooks in the sun
AUTHOR NAMES
Hoang T.
SOURCE
Bird Weather (2015) 23:1 (1-2).
ABSTRACT
Rooks were dry.
"""
OVID = """<1>
Unique Identifier
  77
Authors Full Name
  Ruiz, Ana. Falk, Karl R.
Title
  Slips in winter.
Abstract
  Ice is smooth.
"""
PUBTATOR = """41|t|A gene of rooks
41|a|The gene is long.
41\t2\t6\tgene\tGene\t672
41\tCID\tD003000\tD001

42|t|A gene of crows
42|a|It is short.
"""
PRINTED = """[{'title': "It's a nest", 'abstract': 'Nests are round.', 'authors': ['Ada Twig'], 'year': nan},
 {'title': 'Two nests', 'abstract': "They don't touch.", 'seen': datetime.date(2020, 1, 2), 'open': True, 7: b'x'}]"""
ANY_XML = """<?xml version="1.0"?>
<library><shelf name="a">
<book key="b/1"><author>Jo&atilde;o Reis 0002</author><author>Mei Ito</author><title>Nests under <i>snow</i></title>
<journal>Cold</journal><year>2001</year><ee>https://doi.org/10.5555/snow</ee><abstract>Snow &amp; nests.</abstract></book>
<essay><authors><author><first>Lea</first><last>Bo</last></author></authors><title>Late</title><summary>Nests melt.</summary></essay>
</shelf></library>"""
ZBMATH = json.dumps(
    {
        "result": [
            {
                "id": 7,
                "title": {"title": "Knots", "subtitle": None},
                "contributors": {"authors": [{"name": "Knopf, Jens"}]},
                "year": "2018",
                "source": {"series": [{"title": "Topology"}], "source": "Topology 1, 1 (2018)"},
                "links": [{"type": "doi", "identifier": "10.5555/knots"}],
                "editorial_contributions": [
                    {"contribution_type": "review", "text": "I liked it."},
                    {"contribution_type": "summary", "text": "We count knots."},
                ],
            }
        ]
    }
)
DIMENSIONS = '"About the data: Exported on Mar 01, 2022."\nRank,DOI,Title,Abstract,Source title,Anthology title,PubYear,Authors\n1,,Rooks,Rooks caw.,,Birds: Proceedings,2018,"Twig, Ada"\n'
LOOSE = "ty -JOUR\nau -Twig, Ada\nti -Songs of towns\npy -2004\nab -Birds sing\nhigher.\nUV-light is none.\ndo -10.5555/songs\ner -\n\nTY-CHAP\nAU-Bo, Lea\nTI-Songs of woods\nAB-Birds sing low.\nER-\n"
JF = "TY  - JOUR\nTI  - Whiskers\nJO  - J Whisk\nJF  - Journal of Whiskers\nAU  - {Whisker Board, Oslo}\nAB  - Cats have some.\nER  - \n"
TIES = "@article{a, title={Ice at -70~$^\\circ$C, 5~\\% of it}, abstract={Cold.}}"

FILES = {
    "Embase's text": ("x.txt", EMBASE, [
        {"title": "ROOKS IN THE RAIN", "authors": ("T. Hoang", "P.J. Van Roy"), "venue": "Bird Weather", "year": 2014, "abstract": "Rooks were wet. They did not mind.", "doi": "10.5555/rooks.1"},
        {"title": "Rooks in the sun", "authors": ("T. Hoang",), "venue": "Bird Weather", "year": 2015, "abstract": "Rooks were dry."},
    ]),
    "Ovid, people in a line": ("x.txt", OVID, [{"title": "Slips in winter.", "authors": ("Ana Ruiz", "Karl R. Falk")}]),
    "PubTator": ("x.txt", PUBTATOR, [
        {"id": "41", "title": "A gene of rooks", "abstract": "The gene is long."},
        {"id": "42", "title": "A gene of crows", "abstract": "It is short."},
    ]),
    "printed by Python": ("x.txt", PRINTED, [
        {"title": "It's a nest", "abstract": "Nests are round.", "authors": ("Ada Twig",), "year": None, "sources": ("x.txt:1",)},
        {"title": "Two nests", "abstract": "They don't touch.", "sources": ("x.txt:2",)},
    ]),
    "printed by Python, a line each": ("x.jsonl", "{'title': 'A', 'abstract': 'We nest.', 'doi': None}\n{'title': 'B', 'abstract': 'We rest.'}\n", [
        {"title": "A", "abstract": "We nest.", "sources": ("x.jsonl:1",)},
        {"title": "B", "abstract": "We rest.", "sources": ("x.jsonl:2",)},
    ]),
    "printed by Python, a text": ("x.txt", "{'title': 'A', 'abstract': 'We nest.'}\n{'title': 'B', 'abstract': 'We rest.'}\n", [
        {"title": "A", "sources": ("x.txt:1",)},
        {"title": "B", "sources": ("x.txt:2",)},
    ]),
    "LaTeX put into JSON by hand": ("x.json", r'[{"title": "An \alpha-rule", "abstract": "We show \beta < 5\%.\nIt\u0041 is \\emph{so}."},' + "\n" + r'{"title": "B", "abstract": "Of $\frac{1}{2}$."}]', [
        {"title": "An α-rule", "abstract": "We show β < 5%. ItA is so.", "sources": ("x.json:1",)},
        {"title": "B", "abstract": "Of 1/2.", "sources": ("x.json:2",)},
    ]),
    "LaTeX put into a line by hand": ("x.jsonl", r'{"title": "A \& B", "abstract": "We \emph{go}."}' + "\n", [{"title": "A & B", "abstract": "We go."}]),
    "XML of any kind": ("x.xml", ANY_XML, [
        {"title": "Nests under snow", "authors": ("João Reis", "Mei Ito"), "venue": "Cold", "year": 2001, "doi": "10.5555/snow", "abstract": "Snow & nests."},
        {"title": "Late", "authors": ("Lea Bo",), "abstract": "Nests melt."},
    ]),
    "zbMATH": ("x.json", ZBMATH, [{"title": "Knots", "authors": ("Jens Knopf",), "venue": "Topology", "year": 2018, "doi": "10.5555/knots", "abstract": "We count knots."}]),
    "Dimensions": ("x.csv", DIMENSIONS, [{"title": "Rooks", "authors": ("Ada Twig",), "venue": "Birds: Proceedings", "year": 2018}]),
    "RIS in lower case and without blanks": ("x.ris", LOOSE, [
        {"title": "Songs of towns", "authors": ("Ada Twig",), "year": 2004, "abstract": "Birds sing higher. UV-light is none.", "doi": "10.5555/songs"},
        {"title": "Songs of woods", "authors": ("Lea Bo",), "abstract": "Birds sing low."},
    ]),
    "RIS with a journal's two names": ("x.ris", JF, [{"venue": "Journal of Whiskers", "authors": ("Whisker Board, Oslo",)}]),
    "a table of columns": ("x.json", '{"title": {"0": "A", "1": "B"}, "abstract": {"0": "We go.", "1": "We stay."}, "year": {"0": 2001, "1": null}}', [
        {"title": "A", "abstract": "We go.", "year": 2001},
        {"title": "B", "abstract": "We stay.", "year": None},
    ]),
    "a table of lists": ("x.json", json.dumps({"title": ["A", "B"], "text": ["We go.", "We stay."], "authors": [["Ada Twig"], []]}, indent=1), [
        {"title": "A", "abstract": "We go.", "authors": ("Ada Twig",)},
        {"title": "B", "abstract": "We stay.", "authors": ()},
    ]),
    "a table of names and rows": ("x.json", '{"columns": ["title", "abstract"], "index": [0], "data": [["A", "We go."]]}', [{"title": "A", "abstract": "We go."}]),
    "two languages, which are no table": ("x.json", json.dumps([{"title": ["A", "B"], "abstract": ["We go.", "Wir gehen."]}]), [{"title": "A"}]),
    "lost line breaks": ("x.jsonl", '{"title": "A", "abstract": "We go."}{"title": "B", "abstract": "We stay."}, {"title": "C", "abstract": "We run."}\n{"title": "D", "abstract": "We sit."}\n', [
        {"title": "A", "sources": ("x.jsonl:1",)},
        {"title": "B", "abstract": "We stay."},
        {"title": "C", "sources": ("x.jsonl:1",)},
        {"title": "D", "sources": ("x.jsonl:2",)},
    ]),
    "what ADS marks": ("x.ris", "TY  - JOUR\nTI  - Dust\nAB  - Dust is in <ASTROBJ>M31</ASTROBJ>.\nER  - \n", [{"abstract": "Dust is in M31."}]),
    "braces that relax": ("x.bib", "@misc{a, title={A}, author={{\\relax Ch}arles Twig and Bo, {\\relax Th}eo}, abstract={We go.}}", [{"authors": ("Charles Twig", "Theo Bo")}]),
    "ties in LaTeX": ("x.bib", TIES, [{"title": "Ice at -70 °C, 5 % of it"}]),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_each_file_gives_its_values(given, name):
    file, content, wanted = FILES[name]
    items = given(file, content)
    assert [item for item in items if isinstance(item, Rejection)] == []
    got = [
        {field: getattr(item, field) for field in each}
        for item, each in zip(items, wanted, strict=True)
    ]
    assert got == wanted


def test_what_python_printed_is_not_lost_beside_what_is_broken(given):
    first, broken, last, cut = given(
        "x.txt",
        "[{'title': 'A', 'abstract': 'We [nest.'},\n{'title' = 3},\n{'title': 'C', 'abstract': '\\x41nts rest.'}, {'title': 'D",
    )
    assert (first.title, first.abstract, last.abstract) == ("A", "We [nest.", "Ants rest.")
    reason = "not as Python prints records; write them with json.dump"
    assert broken == Rejection("x.txt:2", reason)
    assert cut == Rejection("x.txt:3", reason)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Twig, A. MD", "A. Twig MD"),
        ("Twig, Ada PhD", "Ada Twig PhD"),
        ("Twig MD", "MD Twig"),
        ("{Board of Birds, Oslo}", "Board of Birds, Oslo"),
        ("Ada Tw... ", "Ada Tw"),
        ("{Ada …} ...", "Ada"),
    ],
)
def test_names(written, read):
    assert people([written]) == (read,)
    assert people([{"literal": read}]) == (read,)


def test_many_broken_elements_are_told_apart_at_once(given):
    pieces = ['{"title": "A", "abstract": "We go."}', '{"title": "B" "abstract": 1}'] * 8_000
    start = time.process_time()
    items = given("x.json", "[" + ",\n".join(pieces) + "]")
    assert time.process_time() - start < 2
    assert len(items) == len(pieces)
    assert items[-1] == Rejection("x.json:16000", "invalid JSON: Expecting ',' delimiter")
    assert items[-2].sources == ("x.json:15999",)
