"""Identity, merging and the plan of an ingest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag.index.entries import (
    Entry,
    citation_key,
    id_from_title,
    normalised_title,
    parse_passage_id,
)
from rag.index.intake import plan
from rag.types import Paper, Rejection


def record(title="A title", abstract="Some words.", source="a.jsonl:1", **fields) -> Paper:
    return Paper(fields.pop("id", ""), title, abstract, sources=(source,), **fields)


def entry(paper: Paper, digest_of: Paper | None = None) -> Entry:
    """Return the entry that a first ingest of the records would store."""
    result = plan([digest_of or paper], lambda papers: [])
    change = result.changes[0]
    return Entry(change.paper, ((0, len(change.paper.abstract)),), change.records, 1)


def again(result, records):
    """Return the plan of the same ingest in the library that the first one made."""
    entries = [
        Entry(c.paper, ((0, len(c.paper.abstract)),), c.records, 1, c.other_keys)
        for c in result.changes
    ]
    return plan(records, lambda _: entries)


def counts(result) -> tuple[int, int, int, int, int]:
    return (
        result.added,
        result.updated,
        result.unchanged,
        result.duplicates,
        len(result.rejected),
    )


@pytest.mark.parametrize(
    ("first", "second", "papers"),
    [
        (record(doi="10.1/a", id="x"), record("Other", doi="10.1/a", id="y", source="b:2"), 1),
        (record(arxiv_id="1.2", id="x"), record("Other", arxiv_id="1.2", id="y", source="b:2"), 1),
        (record("A Title!"), record("a  title", source="b:2"), 1),
        (record("A title", id="x"), record("A title", source="b:2"), 1),
        (record("A title", id="x"), record("A title", id="y", source="b:2"), 2),
        (record("A title"), record("B title", source="b:2"), 2),
        (record("A title", id="x"), record("A title", id="x", source="b:2"), 1),
    ],
)
def test_which_records_are_one_paper(first, second, papers):
    result = plan([first, second], lambda _: [])
    assert len(result.changes) == papers
    assert counts(result) == (papers, 0, 0, 2 - papers, 0)


def test_a_third_record_joins_two_papers():
    by_doi = record(id="x", doi="10.1/a", source="a:1")
    by_arxiv = record(id="y", arxiv_id="1.2", source="a:2")
    both = record(id="z", doi="10.1/a", arxiv_id="1.2", source="a:3")
    result = plan([by_doi, by_arxiv, both], lambda _: [])
    assert [change.paper.id for change in result.changes] == ["x"]
    assert result.changes[0].paper.sources == ("a:1", "a:2", "a:3")
    assert counts(result) == (1, 0, 0, 2, 0)


def test_merged_records_keep_the_fuller_metadata_and_all_sources():
    short = record(abstract="Cut…", doi="10.1/a", id="x", year=2020)
    full = record(
        abstract="Whole words.", doi="10.1/a", id="y", year=1999, venue="ACL", source="b:9"
    )
    paper = plan([short, full], lambda _: []).changes[0].paper
    assert paper == Paper(
        "x",
        "A title",
        "Whole words.",
        year=2020,
        venue="ACL",
        doi="10.1/a",
        key="2020title",
        sources=("a.jsonl:1", "b:9"),
    )


def test_the_same_id_with_another_title_is_another_paper():
    records = [record("One", id="7"), record("Two", id="7", source="b:3")]
    result = plan(records, lambda _: [])
    assert [change.paper.id for change in result.changes] == ["7", id_from_title("Two")]
    assert counts(result) == (2, 0, 0, 0, 0)
    assert counts(again(result, records)) == (0, 0, 2, 0, 0)


def test_the_same_record_again_is_unchanged():
    old = entry(record(id="x"))
    result = plan([record(id="x")], lambda _: [old])
    assert counts(result) == (0, 0, 1, 0, 0)
    assert result.changes == []


def test_a_changed_abstract_of_the_same_file_replaces_the_old_one():
    old = entry(record(abstract="The old and longer words.", id="x"))
    result = plan([record(abstract="New words.", id="x")], lambda _: [old])
    assert counts(result) == (0, 1, 0, 0, 0)
    assert result.changes[0].paper.abstract == "New words."
    assert result.changes[0].old == (old,)


def test_a_corrected_title_of_the_same_file_is_an_update():
    old = entry(record("Tpyo", id="x"))
    result = plan([record("Typo", id="x")], lambda _: [old])
    assert counts(result) == (0, 1, 0, 0, 0)
    assert result.changes[0].paper.title == "Typo"


def test_another_file_with_the_same_paper_adds_a_source_only():
    old = entry(record(id="x"))
    result = plan([record(id="x", source="b:4")], lambda _: [old])
    assert counts(result) == (0, 0, 0, 1, 0)
    assert result.changes[0].paper.sources == ("a.jsonl:1", "b:4")


def test_lines_that_moved_are_no_change_of_content():
    old = entry(record(id="x"))
    result = plan([record(id="x", source="a.jsonl:5")], lambda _: [old])
    assert counts(result) == (0, 0, 1, 0, 0)
    assert result.changes[0].paper.sources == ("a.jsonl:5",)


def test_going_back_to_an_earlier_abstract_is_seen():
    first = record(abstract="First words.", id="x")
    second = replace(first, abstract="Second words.")
    stored = entry(first)
    change = plan([second], lambda _: [stored]).changes[0]
    newer = Entry(change.paper, ((0, 13),), change.records, 2)
    again = plan([first], lambda _: [newer])
    assert again.changes[0].paper.abstract == "First words."


def test_a_record_that_shows_two_stored_papers_to_be_one_joins_them():
    one = entry(record(id="x", doi="10.1/a"))
    two = entry(record("B", id="y", arxiv_id="1.2", source="b:1"))
    both = record(id="z", doi="10.1/a", arxiv_id="1.2", source="c:1")
    result = plan([both], lambda _: [one, two])
    assert counts(result) == (0, 1, 0, 0, 0)
    assert result.changes[0].paper.id == "x"
    assert result.changes[0].old == (one, two)


def test_rejections_count_as_records_only_where_they_name_a_line():
    result = plan(
        [Rejection("a.bib:3", "no abstract"), Rejection("b.bin", "unknown")], lambda _: []
    )
    assert (result.records, counts(result)) == (1, (0, 0, 0, 0, 2))


def test_ids_from_titles():
    assert id_from_title("Attention Is All You Need") == "attention-is-all-you-need-5563e10c"
    assert id_from_title("attention is  all you need!") == "attention-is-all-you-need-5563e10c"
    assert id_from_title("注意") == "4ffef8f3"
    assert normalised_title("ＢＥＲＴ – x") == "bertx"


def test_an_entry_survives_its_payload():
    paper = Paper("a#b", "T", "Words. More.", ("É", "B"), 2020, sources=("f:1",))
    made = Entry(paper, ((0, 6), (7, 12)), {"f:1": "00"}, 3)
    again = Entry.from_payload(made.payload)
    assert again == made
    assert again.version == made.version
    assert replace(again).payload == made.payload  # made anew from what was read
    ids = [parse_passage_id(name) for name in made.passage_ids]
    assert [(i.paper_id, i.seq, i.number, i.total) for i in ids] == [
        ("a#b", 3, 0, 2),
        ("a#b", 3, 1, 2),
    ]


@pytest.mark.parametrize(
    ("paper", "key"),
    [
        (Paper("i", "T", "a", key="own2020"), "own2020"),
        (Paper("i", "The Ärmel of Time", "a", ("Zoë Müller",), 2021), "muller2021armel"),
        (Paper("i", "", "a"), "i"),
    ],
)
def test_citation_keys(paper, key):
    assert citation_key(paper) == key
