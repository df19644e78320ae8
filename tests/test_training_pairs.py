"""Pairs for the checker: falsehoods by program, passages, batches kept out; fitting."""

from __future__ import annotations

import gzip
import itertools
import json
import random
import re
from collections import Counter

import numpy as np
import pytest

from evals.maintain import training_pairs
from evals.maintain.falsify import falsify, lighten
from evals.maintain.fitting import auroc, fit_logistic, logits
from evals.maintain.training_pairs import Example


@pytest.mark.parametrize(
    ("sentence", "made"),
    [
        ("It has 12 rows.", {"number"}),
        ("Alpha is better.", {"direction", "negation"}),
        ("BERT beat GPT-2.", {"names"}),
        ("Nothing here.", set()),
    ],
)
def test_a_sentence_is_made_false_in_the_ways_that_fit(sentence, made):
    found = [falsify(sentence, random.Random(seed)) for seed in range(40)]
    assert {each[0] for each in found if each} == made
    assert all(each is None or each[1] != sentence for each in found)


def test_names_change_places_and_sides_too():
    assert falsify("BERT beat GPT-2.", random.Random(0)) == ("names", "GPT-2 beat BERT.")
    made = {falsify("dogs outperform old cats", random.Random(seed)) for seed in range(40)}
    assert ("roles", "old cats outperform dogs") in made


def test_a_quoted_sentence_loses_its_opening():
    said = {
        lighten("However, we win (see below), which helps.", random.Random(s)) for s in range(60)
    }
    assert "We win (see below), which helps." in said
    assert "The authors win" in said


@pytest.fixture
def bench(tmp_path, monkeypatch):
    """One paper a corpus, a claim and a question of each half, and no public sets."""
    abstract = (
        "Bees dance at noon. They count to four. The hive then sleeps until the evening comes."
    )
    for name in ("scifact-dev", "pubmedqa-dev/qrels", "support"):
        (tmp_path / name).mkdir(parents=True)
    papers = {"acl": "A1", "scifact": "S1", "pubmedqa": "P1"}
    for corpus, path in training_pairs._CORPORA.items():
        row = {
            "_id": papers[corpus],
            "title": "Bees",
            "text": abstract,
            "metadata": {"year": "2020"},
        }
        sections = [
            ["METHODS", "They count to four and more."],
            ["RESULTS", "Bees do count well to four."],
        ]
        write(tmp_path / path, [row | {"sections": sections}])
    write(
        tmp_path / "support" / "wice.jsonl.gz", [{"claim": "C", "evidence": "E", "supported": True}]
    )
    rows = [
        {"claim_id": n, "label": "SUPPORT", "claim": "Bees count.", "title": "Bees",
         "abstract": ["Bees dance.", "They count."], "rationale_idx": [[1]]}
        for n in (1, 2)
    ]  # fmt: skip
    write(tmp_path / "scifact-dev" / "claim_support.jsonl.gz", rows)
    (tmp_path / "pubmedqa-dev" / "queries.jsonl").write_text(
        json.dumps({"_id": "q1", "text": "Do bees count to four well?"}) + "\n"
    )
    (tmp_path / "pubmedqa-dev" / "qrels" / "dev.tsv").write_text("q\tc\ts\nq1\tP1\t1\n")
    data = tmp_path / "data"
    data.mkdir()
    claim = {"corpus": "acl", "paper": "A1", "start": 20, "end": 39, "kind": None}
    write(
        data / "claims.jsonl.gz",
        [
            claim | {"batch": "a00", "how": "T", "claim": "Bees reach four."},
            claim | {"batch": "a00", "how": "F", "claim": "Bees reach five."},
            claim | {"batch": "a10", "how": "t", "claim": "They count to 4."},
            {"batch": "m00", "corpus": "own", "paper": "m00.3", "start": 0, "end": 12,
             "how": "U", "kind": None, "claim": "Wasps sting."},
        ],
    )  # fmt: skip
    write(data / "passages.jsonl.gz", [{"_id": "m00.3", "title": "", "text": "Wasps sleep."}])
    question = {
        "corpus": "acl",
        "paper": "A1",
        "answered_by": [1],
        "question": "How far do bees count?",
    }
    write(
        data / "questions.jsonl.gz",
        [question | {"batch": "qa00", "kind": "N"}, question | {"batch": "qa04", "kind": "N"}],
    )
    judged = [["acl", "A1", 0, 19, 0], ["acl", "A1", 20, 39, 2]]
    write(
        data / "judged.jsonl.gz",
        [
            {"batch": "jg0_0", "question": "Is four reached?", "judged": judged},
            {"batch": "jg1_3", "question": "Is five reached?", "judged": judged},
        ],
    )
    monkeypatch.setattr(training_pairs, "DATASETS", data)
    return tmp_path


def write(path, rows):
    with gzip.open(path, "wt") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def test_what_is_kept_out_is_not_trained_on(bench):
    data = training_pairs.build(bench)
    (held,) = data.held_claims
    assert (held.text, held.passage, held.label) == (
        "They count to 4.", "Bees: They count to four.", 1.0,
    )  # fmt: skip
    held_out = [(one.kind, one.answered_by, len(one.own)) for one in data.held_questions]
    assert held_out == [("N", [1], 3), ("J", [1], 2)]
    trained = {example.text for example in data.train}
    assert {"Bees reach four.", "Bees reach five.", "C", "How far do bees count?"} <= trained
    assert "They count to 4." not in trained
    claims = [example for example in data.train if example.text.startswith("Bees reach")]
    assert len({example.group for example in claims}) == 1
    (own,) = [example for example in data.train if example.text == "Wasps sting."]
    assert (own.passage, own.label) == ("Wasps sleep.", 0.0)
    (sci,) = [example for example in data.train if example.kind == "sci SUPPORT"]
    assert (sci.passage, sci.label) == ("Bees: They count.", 1.0)
    judged = [(e.text, e.passage, e.label) for e in data.train if e.kind == "J"]
    assert judged == [
        ("Is four reached?", "Bees: Bees dance at noon.", 0.0),
        ("Is four reached?", "Bees: They count to four.", 1.0),
    ]
    results = {e.passage: e.label for e in data.train if e.kind == "pubmedqa"}
    assert results == {"They count to four and more.": 0.0, "Bees do count well to four.": 0.95}


def test_true_claims_stand_beside_near_passages_of_other_papers(bench, monkeypatch):
    other = "Honey bees reach the count of four dots when they fly. " * 9
    papers = [("A2", other.strip())] + [
        (f"A{n}", "Rivers carry sand to the sea. " * 15) for n in (3, 4)
    ]
    with gzip.open(bench / "acl_abstracts.jsonl.gz", "at") as file:
        for name, text in papers:
            row = {"_id": name, "title": name, "text": text, "metadata": {"year": "2020"}}
            file.write(json.dumps(row) + "\n")
    monkeypatch.setattr(training_pairs, "_MISCITED", 1.0)
    monkeypatch.setattr(training_pairs, "_NEAREST", slice(0, 3))
    data = training_pairs.build(bench)
    (stranger,) = [example for example in data.train if example.kind == "stranger"]
    assert (stranger.text, stranger.label) == ("Bees reach four.", 0.0)
    assert "Honey bees reach the count of four dots" in stranger.passage
    groups = {e.group for e in data.train if e.text == "Bees reach four." and e.label}
    assert groups == {stranger.group}


def test_no_length_of_a_claim_tells_its_label(tmp_path, monkeypatch):
    sorts = [("T", 2, 30), ("T", 9, 70), ("F", 2, 90), ("F", 9, 10), ("t", 2, 8), ("f", 9, 8)]
    rows = [
        {"batch": "a00", "how": how, "claim": "so " * words}
        for how, words, count in sorts
        for _ in range(count)
    ]
    write(tmp_path / "claims.jsonl.gz", [*rows, rows[0] | {"batch": "b00"}])
    monkeypatch.setattr(training_pairs, "DATASETS", tmp_path)
    left = Counter(
        (row["batch"], row["how"], len(row["claim"].split()))
        for row in training_pairs.claims_of_even_length()
    )
    assert left.pop(("b00", "T", 2)) == 1  # other batches have other lengths
    assert set(left) == {("a00", how, words) for how in "TF" for words in (2, 9)}
    # Of both the share that is the less: 30 of 100 short, 10 of 100 long.
    assert (left["a00", "T", 2], left["a00", "F", 9]) == (30, 10)
    assert 20 < left["a00", "F", 2] < 40
    assert 4 < left["a00", "T", 9] < 20


def test_names_change_in_all_of_a_group_alike(monkeypatch):
    monkeypatch.setattr(training_pairs, "_RENAMED", 1.0)
    said = [("BERT beats GPT-2.", "GPT-2 lost to BERT."), ("GPT-2 beats BERT.", "BERT lost.")]
    examples = [Example(n // 2, 0, *said[n % 2], 1.0, "T") for n in range(4)]
    examples.append(Example(9, 1, "What is BERT?", "BERT is.", 1.0, "N"))
    found = list(training_pairs._renamed(examples, random.Random(0)))
    for one, other in zip(found[:4:2], found[1:4:2], strict=True):
        first, second = re.findall(r"BERT|GPT-2", one.text)
        assert {first, second} == {"BERT", "GPT-2"}
        assert (one.passage, other.text) == (
            f"{second} lost to {first}.", f"{second} beats {first}.",
        )  # fmt: skip
    assert {one.text for one in found[:4]} == {"BERT beats GPT-2.", "GPT-2 beats BERT."}
    assert found[4] == examples[4]


def test_the_same_data_and_seed_give_the_same_pairs(bench):
    one, same, other = (training_pairs.build(bench, seed) for seed in (7, 7, 8))
    assert one.digest == same.digest != other.digest


def test_a_fit_tells_apart_what_a_line_does():
    rows = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 1.0], [3.0, 0.0]])
    labels = np.array([0.0, 0.0, 1.0, 1.0])
    values = logits(rows, fit_logistic(rows, labels))
    assert list(values > 0) == [False, False, True, True]
    assert auroc(labels, values) == 1.0
    assert auroc(labels, -values) == 0.0


def test_a_list_is_trained_on_by_few(bench, monkeypatch):
    ends = [7 * i for i in range(13)]
    text = "".join(f"Bee{i:>2}. " for i in range(12))
    row = {"_id": "B1", "title": "Hive", "text": text, "metadata": {"year": "2019"}}
    grades = [0, 2, 0, 1, 0, 2, 0, 2, 0, 0, 1, 0]
    judged = [["own", "B1", a, a + 6, g] for a, g in zip(ends, grades, strict=False)]
    write(training_pairs.DATASETS / "passages.jsonl.gz", [row])
    asked = {"batch": "jl0_0", "question": "Which bees?", "judged": judged}
    write(training_pairs.DATASETS / "judged.jsonl.gz", [asked])
    data = training_pairs.Data()
    corpora = training_pairs.read_corpora(bench)
    training_pairs._add_judged(data, corpora, itertools.count())
    groups: dict[int, list[float]] = {}
    for example in data.train:
        groups.setdefault(example.group, []).append(example.label)
    assert list(groups.values()) == [
        [0.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.45],
        [0.0, 0.0, 0.0, 1.0, 1.0, 0.45],
    ]
    assert {e.passage for e in data.train} == {f"Hive: Bee{i:>2}." for i in range(12)}
