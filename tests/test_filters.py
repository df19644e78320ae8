"""``--where`` expressions: what they mean, and what they match in the index."""

from __future__ import annotations

import json

import pytest

from rag.errors import InputError
from rag.index.entries import Entry
from rag.index.filters import Condition, parse_where
from rag.index.lexical import Lexical
from rag.types import Paper

PAPERS = [
    Paper(
        "A1",
        "Graphs",
        "On graphs.",
        ("Alec Radford", "Ann Lee"),
        2021,
        "ACL",
        sources=("d/a.bib:1",),
    ),
    Paper(
        "b2",
        "Trees (and more)",
        "On trees.",
        ("Bo Li",),
        2019,
        "EMNLP",
        doi="10.1/X",
        sources=("d/a.bib:9",),
    ),
    Paper("c3", "Été", "On summers.", (), None, None, sources=("c.txt:1", "d/b.bib:2")),
]


@pytest.fixture(scope="module")
def lexical():
    index = Lexical(None)
    index.write(
        [Entry(p, ((0, len(p.abstract)),), dict.fromkeys(p.sources, "0"), 1) for p in PAPERS],
        [],
        "s",
    )
    return index


@pytest.mark.parametrize(
    ("expressions", "ids"),
    [
        ([], ["A1", "b2", "c3"]),
        (["year>=2020"], ["A1"]),
        (["year<2020"], ["b2"]),
        (["year=2019"], ["b2"]),
        (["year!=2019"], ["A1", "c3"]),
        (["venue=acl"], ["A1"]),
        (["venue!=ACL"], ["b2", "c3"]),
        (["author~radford"], ["A1"]),
        (["author=Ann Lee"], ["A1"]),
        (["author~Lee", "year>2021"], []),
        (["author!~li"], ["A1", "c3"]),
        (["authors ~ LI"], ["b2"]),
        (["title~(and"], ["b2"]),
        (["title~.*"], []),
        (["title=été"], ["c3"]),
        (["source=a.bib"], ["A1", "b2"]),
        (["source=d/a.bib"], ["A1", "b2"]),
        (["source=d/b.bib:2"], ["c3"]),
        (["id=a1"], ["A1"]),
        (["id=B2"], ["b2"]),
        (["doi=10.1/x"], ["b2"]),
        (["venue~"], None),
    ],
)
def test_what_a_filter_matches(lexical, expressions, ids):
    if ids is None:
        with pytest.raises(InputError):
            parse_where(expressions)
        return
    found = [entry.paper.id for entry in lexical.matching(parse_where(expressions))]
    assert found == ids
    assert lexical.count(parse_where(expressions)) == len(ids)


@pytest.mark.parametrize(
    ("expression", "error"),
    [
        ("year", "cannot read the filter 'year'; write it like year>=2021 or author~Radford"),
        (
            "colour=red",
            "no field 'colour' in the filter 'colour=red'; there are id, title, author, year, "
            "venue, doi, arxiv_id, key, source",
        ),
        ("year~20", "the filter 'year~20' needs a year, like year>=2021"),
        ("year=two", "the filter 'year=two' needs a year, like year>=2021"),
        ("venue>ACL", "> compares years only, not venue; use = or ~ in 'venue>ACL'"),
        ("author~\udcff", "the filter 'author~\\udcff' is not UTF-8; write it anew"),
        ("title=" + "x" * 201, "needs a value of 1 to 200 characters"),
    ],
)
def test_a_filter_without_meaning_says_what_would(expression, error):
    with pytest.raises(InputError) as raised:
        parse_where([expression])
    assert error in str(raised.value)


def test_spaces_and_values_with_operators():
    assert parse_where([" title = a=b "]) == (Condition("title", "=", "a=b"),)


LONG = {
    "cjk": "漢字論文検索質問応答" * 17,
    "emoji": "😀🎈" * 99,
    "accents": "éàü" * 66,
    "ascii": "graph (a+b) [1] " * 12,
}


@pytest.fixture
def long_titles(assistant, tmp_path):
    rows = [
        {
            "id": f"Ü-{name}",
            "title": f"On {text} once",
            "abstract": "A graph.",
            "authors": [f"x{text}"],
        }
        for name, text in LONG.items()
    ]
    # The same at first, and another in the end.
    rows += [{**row, "id": row["id"] + "2", "title": row["title"][:-9] + "!"} for row in rows]
    file = tmp_path / "long.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assistant.ingest([str(file)])
    return assistant


@pytest.mark.parametrize("name", LONG)
def test_a_long_part_in_any_script_is_found(long_titles, name):
    text = LONG[name].strip()
    for where, found in (
        ([f"title~{text}"], [f"Ü-{name}"]),
        ([f"title!~{text}", f"author=x{text}"], [f"Ü-{name}2"]),
        ([f"author~{text[1:170]}"], [f"Ü-{name}", f"Ü-{name}2"]),
        ([f"id=ü-{name.upper()}"], [f"Ü-{name}"]),
        ([f"id~ü-{name[1:]}"], []),
        ([f"id~{name.upper()}2"], [f"Ü-{name}2"]),
    ):
        assert [paper.id for paper in long_titles.papers(where)] == found, where
        assert long_titles.index.lexical.count(parse_where(where)) == len(found)


def test_filters_are_few():
    with pytest.raises(InputError, match=r"^51 filters are more than 50; give fewer$"):
        parse_where(["year>1"] * 51)
