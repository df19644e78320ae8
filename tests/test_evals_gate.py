"""The gate goes red where the engine or a prompt got worse, and only then."""

from __future__ import annotations

import dataclasses
import json

import pytest

from evals.maintain import gate, obedient
from rag.answers import extraction, prompts
from rag.answers.refusals import REFUSAL

PAPERS = [
    {"id": "g", "title": "Colouring graphs", "abstract": "A graph has 17 nodes. They are red."},
    {"id": "i", "title": "Sharp images", "abstract": "An image has 99 pixels. It is square."},
    {"id": "s", "title": "Loud speech", "abstract": "Speech lasts 37 hours. It was recorded."},
]
QUESTIONS = [
    {"id": "1", "kind": "fact", "question": "How many nodes has a graph?", "papers": ["g"],
     "facts": [["17"]]},
    {"id": "2", "kind": "fact", "question": "How many pixels has an image?", "papers": ["i"],
     "facts": [["99"]]},
    {"id": "3", "kind": "unanswerable", "question": "Who won the chess cup?", "papers": []},
    # Near enough for the engine, so that only the prompt's own rule declines it.
    {"id": "5", "kind": "unanswerable", "papers": [],
     "question": "Who painted the nodes of the graph red with a brush?"},
    {"id": "4", "kind": "followup", "question": "How many hours does it last?", "papers": ["s"],
     "facts": [["37"]], "history": [{"question": "What is loud speech?", "answer": "Noise."}]},
]  # fmt: skip


@pytest.fixture
def sample(tmp_path, monkeypatch):
    """A small sample without minilm, and a baseline of its own."""
    for name, rows in (("papers", PAPERS), ("questions", QUESTIONS)):
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    monkeypatch.setattr(gate, "SAMPLE", tmp_path)
    monkeypatch.setattr(gate, "BASELINE", tmp_path / "baseline.json")
    monkeypatch.setattr(gate, "TOLERANCE", {"static": 0.01, "prompts": 0.01})
    assert gate.main(["--update"]) == 0
    return tmp_path


def edit_prompt(monkeypatch, name, edit):
    original = prompts.load

    def load(wanted, folder=None):
        prompt = original(wanted, folder)
        return dataclasses.replace(prompt, text=edit(prompt.text)) if wanted == name else prompt

    monkeypatch.setattr(prompts, "load", load)


def test_what_is_as_it_was_is_green(sample, capsys):
    baseline = json.loads((sample / "baseline.json").read_text())
    assert set(baseline["figures"]) == {"static", "prompts"}
    assert baseline["figures"]["prompts"]["facts_found"] == 1.0
    assert baseline["figures"]["prompts"]["declined_rightly"] == 1.0
    assert gate.main([]) == 0
    assert capsys.readouterr().out.endswith("green\n")


def test_settings_of_the_person_do_not_count(sample, monkeypatch):
    monkeypatch.setenv("RAG_K", "1")
    monkeypatch.setenv("RAG_LLM", "openai")
    assert gate.main([]) == 0


def test_worse_quotations_are_red(sample, monkeypatch, capsys):
    monkeypatch.setattr(extraction, "choose", lambda candidates, *_: [candidates.sentences[-1]])
    assert gate.main([]) == 1
    out = capsys.readouterr().out
    assert "red: static facts_found is " in out
    assert "red: prompts" not in out


@pytest.mark.parametrize(
    ("old", "new", "figure"),
    [
        ("Use only what the numbered sources", "Use what you know; the sources", "supported"),
        ("End every sentence that states something with the number of each source that says it, "
         "like [1] or [2][3]. Cite only the numbers given.", "Do not cite.", "own_citations"),
        ("Keep numbers, names and units exactly as the sources have them.", "", "facts_found"),
        ("in one to five short sentences", "with all there is", "citation_precision"),
        ("reply with exactly this sentence and nothing else: $refusal",
         "guess, and never reply with $refusal", "declined_rightly"),
    ],
)  # fmt: skip
def test_a_broken_rule_of_a_prompt_is_red(sample, monkeypatch, capsys, old, new, figure):
    monkeypatch.setattr(gate, "TOLERANCE", {"prompts": 0.01})
    assert old in prompts.load("answer").text
    edit_prompt(monkeypatch, "answer", lambda text: text.replace(old, new))
    assert gate.main([]) == 1
    out = capsys.readouterr().out
    assert f"red: prompts {figure} is " in out
    assert "red: the prompt answer is not the one behind the baseline; measure it with" in out


def test_any_other_word_in_a_prompt_asks_for_a_measurement(sample, monkeypatch, capsys):
    monkeypatch.setattr(gate, "TOLERANCE", {"prompts": 0.01})
    edit_prompt(monkeypatch, "judge", lambda text: text + "\n")
    assert gate.main([]) == 1
    out = capsys.readouterr().out
    assert [line for line in out.splitlines() if line.startswith("red: ")] == [
        "red: the prompt judge is not the one behind the baseline; measure it with a model "
        "(`rag eval run`, `rag eval compare`), then --update"
    ]
    assert gate.main(["--update"]) == 0
    assert gate.main([]) == 0


def test_the_tolerance_is_a_bound():
    baseline = {"tolerance": {"static": 0.01}, "figures": {"static": {"supported": 0.9}}}
    assert gate.shortfalls(baseline, {"static": {"supported": 0.89}}) == []
    assert gate.shortfalls(baseline, {"static": {"supported": 0.95}}) == []
    assert gate.shortfalls(baseline, {"static": {"supported": 0.8899}}) == [
        "static supported is 0.8899, the baseline 0.9000"
    ]
    assert gate.shortfalls(baseline, {"static": {"supported": None}}) == [
        "static supported is unmeasured, the baseline is 0.9000"
    ]
    assert gate.shortfalls(baseline, {"minilm": {"supported": 1.0}}) == [
        "minilm has no baseline; write it with --update"
    ]


def test_of_declining_wrongly_more_is_worse():
    baseline = {"tolerance": {"static": 0.01}, "figures": {"static": {"declined_wrongly": 0.1}}}
    assert gate.shortfalls(baseline, {"static": {"declined_wrongly": 0.0}}) == []
    assert gate.shortfalls(baseline, {"static": {"declined_wrongly": 0.2}}) == [
        "static declined_wrongly is 0.2000, the baseline 0.1000"
    ]


def test_weights_that_are_not_here_are_skipped_aloud(sample, monkeypatch, capsys):
    monkeypatch.setattr(gate, "TOLERANCE", {"static": 0.01, "minilm": 0.02})
    monkeypatch.setenv("RAG_MODELS", str(sample / "nowhere"))
    assert gate.main([]) == 0
    assert "minilm: skipped, its weights are not here (`rag models get minilm`)" in (
        capsys.readouterr().out
    )


def test_without_a_baseline_it_is_red(sample, capsys):
    (sample / "baseline.json").unlink()
    assert gate.main([]) == 1
    assert capsys.readouterr().out.endswith("baseline.json is missing; write it with --update\n")


def test_the_obedient_model_does_what_it_reads():
    rules = f"Use only the sources. Cite like [1]. Be short. Else reply with {REFUSAL}\n"
    source = (
        "=== source 3 ab ===\nTitle: T\nAbstract: Cats have 9 lives.\n=== end of source 3 ab ==="
    )
    keep = "Keep numbers exactly.\n"
    asked = "\n\nQuestion: How many lives have cats?"
    assert obedient.reply_to(rules + keep + source + asked) == "Cats have 9 lives. [3]"
    assert obedient.reply_to(rules + source + asked) == "Cats have some lives. [3]"
    assert obedient.reply_to(rules + source + "\n\nQuestion: Who sang?") == REFUSAL
    assert obedient.Obedient().complete(rules + keep + source + asked).text == (
        "Cats have 9 lives. [3]"
    )
