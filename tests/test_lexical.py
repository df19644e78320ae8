"""BM25 as one can compute it by hand, and what survives on disk."""

from __future__ import annotations

import math

import pytest

from rag.index.entries import Entry
from rag.index.lexical import Lexical, slot
from rag.text.terms import terms
from rag.types import Paper


def entry(name: str, abstract: str, **fields) -> Entry:
    paper = Paper(name, "", abstract, sources=(f"{name}.txt:1",), **fields)
    return Entry(paper, ((0, len(abstract)),), {f"{name}.txt:1": "0"}, 1)


@pytest.fixture
def lexical(tmp_path):
    index = Lexical(tmp_path / "lexical")
    index.write(
        [
            entry("one", "red red blue green"),
            entry("two", "red tall tall tall"),
            entry("three", "tiny cats sat here"),
        ],
        [],
        "stamp-1",
    )
    return index


def bm25(
    frequency: int, having: int, length: int = 4, papers: int = 3, average: float = 4.0
) -> float:
    """Okapi BM25 with k1 1.2 and b 0.75."""
    rarity = math.log(1 + (papers - having + 0.5) / (having + 0.5))
    return rarity * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * length / average))


def test_scores_are_bm25(lexical):
    hits = lexical.search(["red"], 10)
    assert [hit.slot for hit in hits] == [slot("one"), slot("two")]
    assert [hit.score for hit in hits] == pytest.approx([bm25(2, 2), bm25(1, 2)], rel=1e-5)


def test_terms_are_lower_cased_and_stemmed():
    assert terms("Cats, RUNNING (models') 3.2x") == ["cat", "run", "model", "3", "2x"]
    assert terms("") == []


def test_nothing_asked_finds_nothing(lexical):
    assert lexical.search([], 10) == []
    assert lexical.search(["absent"], 10) == []


def test_a_write_replaces_and_removes(lexical):
    lexical.write([entry("one", "entirely new")], ["two"], "stamp-2")
    assert [e.paper.id for e in lexical.matching(())] == ["one", "three"]
    assert lexical.search(["red"], 10) == []
    assert (lexical.stamp, lexical.papers) == ("stamp-2", 2)


def test_another_reader_sees_a_commit_after_reload(lexical, tmp_path):
    reader = Lexical(tmp_path / "lexical")
    lexical.write([entry("four", "words")], [], "stamp-2")
    assert reader.papers == 3
    reader.reload()
    assert (reader.papers, reader.stamp) == (4, "stamp-2")


def test_what_was_found_stays_what_it_was_when_another_thread_writes(lexical):
    hits = lexical.search(["red"], 10)
    lexical.write([entry("new", "red words")], ["one", "two", "three"], "stamp-2")
    assert [hit.entry().paper.id for hit in hits] == ["one", "two"]


def test_a_damaged_index_starts_again_empty(lexical, tmp_path):
    for file in (tmp_path / "lexical").glob("meta.json"):
        file.write_bytes(b"\0garbage")
    again = Lexical(tmp_path / "lexical")
    assert (again.papers, again.stamp) == (0, "")


def test_lookups_by_every_name(lexical):
    paper = entry("x#1", "words", doi="10.1/abc", arxiv_id="2101.00001", key="Lee2020")
    lexical.write([paper], [], "s")
    for name in ("x#1", "10.1/ABC", "2101.00001", "10.48550/arXiv.2101.00001", "lee2020"):
        assert lexical.named(name) == [paper.paper]
    assert lexical.named("nobody") == []
    assert lexical.sharing([Paper("other", "", "a", doi="10.1/abc")]) == [paper]


def test_a_paper_of_the_anthology_is_found_by_the_doi_that_its_address_holds(lexical):
    place = "https://aclanthology.org/2021.bees-1.12"
    lexical.write([entry("hive", "Hives grow.", url=place)], [], "stamp-2")
    assert [paper.id for paper in lexical.named("10.18653/v1/2021.BEES-1.12")] == ["hive"]
