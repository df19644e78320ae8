"""Which records are one paper: through the library, in one call and in later ones."""

from __future__ import annotations

import json
import random

import pytest

from rag.assistant import Assistant
from rag.drafts.checking import check_draft
from rag.errors import InputError, LibraryError
from rag.readers import read
from rag.types import Paper

BIB = "@misc{%s, title={%s}, author={Ito, Mei}, year={%d}, abstract={%s}}\n"


@pytest.fixture
def write(tmp_path):
    def written(name, text):
        (tmp_path / name).write_text(text)
        return str(tmp_path / name)

    return written


def titles(assistant):
    return {(paper.title, paper.key) for paper in assistant.papers()}


def test_keys_are_unique_and_stay_with_their_papers(assistant, write):
    first = write("a.bib", BIB % ("ito", "Bees", 2011, "Bees danced.") * 1)
    second = write("b.bib", BIB % ("ito", "Wasps", 2012, "Wasps did not."))
    third = write("c.jsonl", json.dumps({"title": "Ants", "abstract": "Ants.", "key": "Ito"}))
    assistant.ingest([first])
    assistant.ingest([second])
    assistant.ingest([third])
    assert titles(assistant) == {("Bees", "ito"), ("Wasps", "itoa"), ("Ants", "Itob")}
    for paths in ([first], [second], [third], [third, second, first]):
        report = assistant.ingest(paths)
        assert (report.unchanged, report.added, report.updated) == (len(paths), 0, 0)
    assistant.remove(["ito"])
    again = write("d.bib", BIB % ("ito", "Moths", 2013, "Moths flew."))
    assistant.ingest([again])
    assert titles(assistant) == {("Wasps", "itoa"), ("Ants", "Itob"), ("Moths", "itoc")}


def test_an_ambiguous_key_is_said_to_be(assistant, write):
    rows = BIB % ("ito", "Bees", 2011, "Bees danced.") + BIB % ("ito", "Wasps", 2012, "Wasps sat.")
    assistant.ingest([write("a.bib", rows)])
    assert [len(assistant.named(key)) for key in ("ito", "ito".upper(), "itoa", "x")] == [
        2,
        2,
        1,
        0,
    ]
    with pytest.raises(InputError, match="'ito' names 2 papers; give one of the ids 'bees-"):
        assistant.paper("ito")
    draft = "Bees danced [@ito].\n\nWasps sat [@itoa]."
    report = check_draft(draft, "markdown", assistant.lookup())
    assert [sentence.support for sentence in report.sentences] == ["unsupported", "verbatim"]
    assert report.sentences[0].problems[0].startswith("'ito' names several papers: bees-")


def test_a_paper_answers_to_each_key_under_which_it_was_brought(assistant, write):
    row = {"title": "Bees", "authors": ["Mei Ito"], "year": 2011, "abstract": "Bees danced."}
    assistant.ingest([write("a.jsonl", json.dumps(row))])
    assistant.ingest([write("b.bib", BIB % ("Ito:bees", "Bees", 2011, "Bees danced."))])
    (paper,) = assistant.papers()
    assert paper.key == "ito2011bees"
    assert assistant.named("ito:bees") == [paper] == assistant.named("ito2011bees")


def test_one_title_of_two_years_are_two_papers_with_ids_that_stay(assistant, write):
    row = {"title": "Bees", "authors": ["Mei Ito"], "abstract": "Bees danced."}
    rows = [row | {"year": year} for year in (2011, 2012, 2013)]
    path = write("a.jsonl", "".join(json.dumps(each) + "\n" for each in rows))
    assert assistant.ingest([path]).added == 3
    before = assistant.papers()
    assert assistant.ingest([path]).unchanged == 3
    write("a.jsonl", "".join(json.dumps(each) + "\n" for each in rows[::-1]))
    assert assistant.ingest([path]).added == 0
    assert {(p.id, p.year, p.key) for p in assistant.papers()} == {
        (p.id, p.year, p.key) for p in before
    }


def test_a_row_number_is_no_identity(assistant, write):
    rows = "id,title,abstract\n1,{},Some words.\n2,{},Other words.\n"
    assistant.ingest([write("a.csv", rows.format("Bees", "Wasps"))])
    assistant.ingest([write("b.csv", rows.format("Ants", "Moths"))])
    assert sorted(paper.title for paper in assistant.papers()) == ["Ants", "Bees", "Moths", "Wasps"]
    assert {paper.id for paper in assistant.papers()} > {"1", "2"}


def test_papers_of_a_data_set_are_never_merged_by_title(assistant, write):
    rows = [{"_id": str(n), "title": "Letter", "text": "Some words."} for n in range(3)]
    path = write("corpus.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    assert assistant.ingest([path]).added == 3
    assert assistant.ingest([path]).unchanged == 3


def test_whatever_comes_in_whatever_order_a_second_ingest_changes_nothing(assistant, tmp_path):
    chance = random.Random(5)
    paths = []
    for number in range(6):
        rows = []
        for _ in range(25):
            row = {"title": chance.choice(["Bees", "Wasps", "Ants", ""]), "abstract": "Some words."}
            for name, values in {
                "id": ["1", "2", "NA"], "key": ["k", "m"], "doi": ["10.5555/a", "10.5555/b"],
                "year": [2011, 2012], "authors": [["Mei Ito"], ["Ito M."], ["Chi Okafor"]],
                "arxiv_id": ["2001.00001", "2001.00002"],
            }.items():  # fmt: skip
                if chance.random() < 0.4:
                    row[name] = chance.choice(values)
            rows.append(json.dumps(row) + "\n")
        paths.append(tmp_path / f"{number}.jsonl")
        paths[-1].write_text("".join(rows))
    names = [str(path) for path in paths]
    assistant.ingest(names[:3])
    assistant.ingest(names)
    before = assistant.papers()
    assert len({paper.key.casefold() for paper in before if paper.key}) == len(before)
    assert len({paper.id for paper in before}) == len(before)
    for order in (names, names[::-1], names[2:4], names):
        report = assistant.ingest(order)
        assert (report.added, report.updated, report.embedded) == (0, 0, 0)
    assert assistant.papers() == before
    kept = {source for paper in before for source in paper.sources}
    read_from = {
        each.sources[0] for name in names for each in read(name) if isinstance(each, Paper)
    }
    assert kept == read_from


def test_thousands_are_removed_at_once(assistant, write):
    rows = (json.dumps({"id": str(n), "title": f"T {n}", "abstract": "Bees."}) for n in range(3000))
    assistant.ingest([write("a.jsonl", "\n".join(rows))])
    assert assistant.remove([str(n) for n in range(1, 3000)]) == 2999
    assert [paper.id for paper in assistant.papers()] == ["0"]


def test_another_embedder_is_refused_though_nothing_has_changed(settings, write):
    path = write("a.jsonl", json.dumps({"title": "Bees", "abstract": "Bees danced."}))
    with Assistant.open(settings.model_copy(update={"embedder": "static"})) as first:
        first.ingest([path])
    with (
        Assistant.open(settings.model_copy(update={"embedder": "minilm"})) as second,
        pytest.raises(LibraryError, match="the index was made with static, not minilm"),
    ):
        second.ingest([path])
