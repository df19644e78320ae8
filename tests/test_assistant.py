"""The engine end to end, with an embedder whose cosines one can compute by hand."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from conftest import AXES, CountingEmbedding

from rag.assistant import Assistant
from rag.errors import InputError, LibraryError
from rag.models.local_embedders import static, word_vectors
from rag.types import Answer

ROWS = [
    {
        "id": "g",
        "title": "On graphs",
        "abstract": "A graph has nodes. Each graph has edges.",
        "year": 2020,
    },
    {
        "id": "i",
        "title": "On images",
        "abstract": "An image has pixels. The image is square.",
        "year": 2021,
    },
    {
        "id": "s",
        "title": "On speech",
        "abstract": "Speech has sounds. We measure 37 hours of speech.",
        "year": 2022,
    },
]


@pytest.fixture
def library(tmp_path):
    path = tmp_path / "papers.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return path


@pytest.fixture
def filled(assistant, library):
    assistant.ingest([str(library)])
    return assistant


def reopened(assistant: Assistant) -> Assistant:
    return Assistant.open(assistant.settings, embedder=assistant.embedder)


def test_an_ingest_reports_what_it_did(assistant, library):
    report = assistant.ingest([str(library)])
    assert replace(report, seconds=0.0) == type(report)(
        files=1, records=3, added=3, updated=0, unchanged=0, duplicates=0, rejected=(),
        papers=3, passages=3, embedded=3, seconds=0.0,
    )  # fmt: skip
    again = assistant.ingest([str(library)])
    assert (again.unchanged, again.embedded, again.papers, again.passages) == (3, 0, 3, 3)


def test_a_missing_file_does_not_stop_the_others(assistant, library):
    report = assistant.ingest(["nowhere.bib", str(library)])
    assert report.added == 3
    assert [rejection.where for rejection in report.rejected] == ["nowhere.bib"]


def test_strict_takes_nothing_in(assistant, library):
    library.write_text(library.read_text() + '{"id": "x", "title": "No abstract"}\n')
    report = assistant.ingest([str(library)], strict=True)
    assert (report.added, report.papers) == (0, 0)
    assert [rejection.where for rejection in report.rejected] == [f"{library}:4"]
    assert assistant.ingest([str(library)]).added == 3


def test_a_changed_abstract_replaces_its_passages(filled, library, embedder):
    rows = [{**ROWS[0], "abstract": "Poetry has rhymes."}, *ROWS[1:]]
    library.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    report = filled.ingest([str(library)])
    assert (report.updated, report.unchanged, report.embedded, report.passages) == (1, 2, 1, 3)
    assert filled.search("poetry", k=1)[0].paper.abstract == "Poetry has rhymes."
    assert "g" not in {hit.paper.id for hit in filled.search("nodes") if hit.lexical}


def test_new_metadata_embeds_nothing(filled, library, embedder):
    rows = [{**ROWS[0], "venue": "ACL"}, *ROWS[1:]]
    library.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    embedder.texts.clear()
    report = filled.ingest([str(library)])
    assert (report.updated, report.embedded) == (1, 0)
    assert set(embedder.texts) <= {"dimension"}
    assert filled.paper("g").venue == "ACL"
    assert filled.search("graph", k=1)[0].dense == pytest.approx(1.0)


def test_a_removed_paper_is_gone_everywhere(filled):
    assert filled.remove(["g"]) == 1
    assert [paper.id for paper in filled.papers()] == ["i", "s"]
    assert filled.info()["passages"] == 2
    assert "g" not in {hit.paper.id for hit in filled.search("graph nodes edges")}
    with pytest.raises(InputError, match="no paper 'g'"):
        filled.paper("g")


def test_removing_an_unknown_paper_removes_none(filled):
    with pytest.raises(InputError, match="no paper 'zz'; see `rag papers list`"):
        filled.remove(["g", "zz"])
    assert len(filled.papers()) == 3


def test_search_ranks_by_words_and_vectors(filled):
    hits = filled.search("image pixels", k=3)
    assert hits[0].paper.id == "i"
    assert hits[0].dense == pytest.approx(1.0)
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


def test_filters_hold_for_words_and_vectors(filled):
    hits = filled.search("graph image speech", where=["year>=2021"])
    assert {hit.paper.id for hit in hits} == {"i", "s"}
    assert filled.search("graph", where=["venue=nowhere"]) == []


def test_an_answer_quotes_and_cites(filled):
    answer = filled.ask("How many hours of speech do they measure?")
    assert answer.answered
    first = answer.sentences[0]
    assert first.text == "We measure 37 hours of speech. [1]"
    assert (first.support, first.score, first.citations) == ("verbatim", 1.0, (1,))
    assert answer.citations[0].paper.id == "s"
    evidence = first.evidence
    assert evidence is not None
    assert (evidence.paper_id, evidence.quote) == ("s", "We measure 37 hours of speech.")
    assert ROWS[2]["abstract"][evidence.start : evidence.end] == evidence.quote
    assert answer.answer.startswith("We measure 37 hours of speech. [1]")


def test_the_stream_gives_hits_then_text_then_the_answer(filled):
    parts = list(filled.stream("What has pixels?"))
    assert [type(part) for part in parts] == [tuple, str, Answer]
    assert parts[1] == parts[2].answer


def test_markers_of_the_papers_own_are_not_citations(assistant, tmp_path):
    path = tmp_path / "p.jsonl"
    path.write_text(
        json.dumps({"id": "p", "title": "T", "abstract": "A robot [7] walks as in [2, 3]."})
    )
    assistant.ingest([str(path)])
    answer = assistant.ask("How does a robot walk?")
    assert answer.answer == "A robot (7) walks as in (2, 3). [1]"
    assert answer.sentences[0].evidence.quote == "A robot [7] walks as in [2, 3]."


@pytest.mark.parametrize("question", ["", "   ", "x" * 4001])
def test_a_question_has_a_length(filled, question):
    with pytest.raises(InputError, match="a question has 1 to 4000 characters"):
        filled.ask(question)


def test_asking_without_an_index_says_how_to_make_one(assistant):
    with pytest.raises(
        LibraryError, match=r"there is no index .*; make one with `rag ingest PATH`"
    ):
        assistant.ask("Anything?")
    assert assistant.info()["health"] == "no papers yet; run `rag ingest PATH`"


def test_another_embedder_is_refused_with_the_way_out(filled):
    other = filled.settings.model_copy(update={"embedder": "static"})
    with pytest.raises(LibraryError, match=r"rag ingest --embedder static --rebuild"):
        Assistant.open(other).search("graph")


def test_a_second_assistant_sees_the_first_ones_papers(filled, tmp_path):
    other = reopened(filled)
    assert [paper.id for paper in other.papers()] == ["g", "i", "s"]
    path = tmp_path / "more.jsonl"
    path.write_text(json.dumps({"id": "w", "title": "W", "abstract": "Weather and music."}))
    other.ingest([str(path)])
    filled.index._seen = 0.0
    assert filled.search("weather", k=1)[0].paper.id == "w"


def test_shards_together_make_the_whole(filled, library, tmp_path):
    parts = Assistant.open(
        filled.settings.model_copy(update={"index": tmp_path / "parts"}), embedder=filled.embedder
    )
    added = [parts.ingest([str(library)], shard=(i, 3)).papers for i in (1, 2, 3)]
    assert added[-1] == 3
    assert parts.papers() == filled.papers()


def test_rebuild_keeps_the_papers_and_embeds_all(filled, monkeypatch):
    other = CountingEmbedding(model_name="another", texts=[])
    again = Assistant.open(filled.settings, embedder=other)
    monkeypatch.setattr("rag.models.embedders.resolve_embedder", lambda settings: ("static", None))
    monkeypatch.setattr("rag.models.embedders.open_embedder", lambda name, settings: other)
    report = again.ingest([], rebuild=True)
    assert (report.embedded, report.papers) == (3, 3)
    assert again.index.store.spec.dimension == len(AXES)
    assert again.search("image", k=1)[0].paper.id == "i"


def test_a_reader_follows_a_rebuild_with_another_embedder(filled, monkeypatch):
    made = []

    def open_embedder(name, settings, built=""):
        made.append(name)
        return CountingEmbedding(model_name=name, texts=[])

    monkeypatch.setattr("rag.models.embedders.open_embedder", open_embedder)
    monkeypatch.setattr("rag.models.embedders.resolve_embedder", lambda settings: ("another", None))
    reader = Assistant.open(filled.settings)
    assert reader.search("image", k=1)[0].paper.id == "i"
    Assistant.open(filled.settings).ingest([], rebuild=True)
    reader.index._seen = 0.0
    hit = reader.search("image", k=1)[0]
    assert (hit.paper.id, hit.dense) == ("i", pytest.approx(1.0))
    assert (made, reader.info()["embedder"]) == (["counting", "another", "another"], "another")


def test_an_index_from_before_the_trained_vectors_goes_on_with_its_own(settings, library):
    """Until it is rebuilt: the two kinds of static vectors lie in spaces of their own."""
    made = settings.model_copy(update={"embedder": "static"})
    with Assistant.open(made, embedder=word_vectors()) as old:
        old.ingest([str(library)])
        assert old.index.spec.embedder == "static"
    with Assistant.open(made) as later:
        assert later.embedder is word_vectors()
        assert (later.info()["embedder"], later.ask("graph").embedder) == ("static", "static")
        later.ingest([], rebuild=True)
        assert (later.index.spec.embedder, later.embedder) == ("static:2", static())
        assert (later.info()["embedder"], later.ask("graph").embedder) == ("static", "static")


def test_a_lost_lexical_index_is_derived_again(filled):
    import shutil

    before = filled.search("graph image")
    shutil.rmtree(filled.settings.index / "lexical")
    assert reopened(filled).search("graph image") == before
