"""What a question asks for, and follow-ups without a model."""

from __future__ import annotations

import json

import pytest

from rag.answers.followups import refers_back, standalone
from rag.answers.history import parse_history, read_history
from rag.answers.questions import read_question
from rag.errors import InputError
from rag.types import Turn


@pytest.mark.parametrize(
    ("question", "kind", "parts"),
    [
        ("How large is CLIP?", "one", ()),
        ("Compare BERT and GPT-2.", "compare", ("BERT", "GPT-2")),
        ("What is the difference between DPR and BM25?", "compare", ("DPR", "BM25")),
        ("How does LoRA differ from adapters?", "compare", ("LoRA", "adapters")),
        ("T5 vs. BART?", "compare", ("T5", "BART")),
        ("Which papers use contrastive learning?", "list", ()),
        ("What papers introduce a dataset?", "list", ()),
        ("List all papers about retrieval.", "list", ()),
        ("Which dataset did LCNN release for speech?", "one", ()),
        ("Contrast DPR with ColBERT on latency.", "compare", ("DPR", "ColBERT on latency")),
        ("How do BERT and T5 differ?", "compare", ("BERT", "T5")),
        ("What do SAM and CLIP have in common?", "compare", ("SAM", "CLIP")),
        ("Which is faster, LCNN or XNOR-Net?", "compare", ("LCNN", "XNOR-Net")),
        ("How does DPR compare with BM25 in terms of recall?", "compare", ("DPR", "BM25")),
        ("How does it compare with that?", "one", ()),
        (
            "DPR against ColBERT (late interaction): which is smaller?",
            "compare",
            ("DPR", "ColBERT (late interaction)"),
        ),
        ("T5 or BART - what does each predict?", "compare", ("T5", "BART")),
        ("dropout or not?", "one", ()),
        ("How robust is CLIP against noise?", "one", ()),
        ("Find me papers on pruning", "list", ()),
        ("Are there any papers that use dropout?", "list", ()),
        ("Papers about graph networks", "list", ()),
        ("Which methods did the authors compare?", "one", ()),
    ],
)
def test_what_a_question_asks_for(question, kind, parts):
    intent = read_question(question)
    assert (intent.kind, intent.parts) == (kind, parts)


@pytest.mark.parametrize(
    ("question", "refers"),
    [
        ("and how large is it?", True),
        ("What about TinyCLIP?", True),
        ("Do they use ImageNet?", True),
        ("How large is CLIP?", False),
        ("Is the code available?", True),
        ("What does the second one cost?", True),
        ("Does that help?", True),
        ("ok, and how many languages was it tested on?", True),
        ("Thanks! How large is it?", True),
        ("How does BERT mask its input?", False),
        ("Which papers show that attention helps?", False),
        ("What is dropout?", False),
    ],
)
def test_which_questions_refer_back(question, refers):
    assert refers_back(question) is refers


def test_a_question_that_stands_alone_is_left_alone():
    assert standalone("How large is CLIP?", [Turn("q", "a")], ["T"]) == "How large is CLIP?"
    assert standalone("How large is it?", []) == "How large is it?"


@pytest.mark.parametrize(
    ("question", "alone"),
    [
        ("What about TinyCLIP?", "How fast is TinyCLIP on ImageNet?"),
        ("And for speech?", "How fast is LCNN on ImageNet? And for speech?"),
        ("And how large is it?", "LCNN: Lookups: how large is it?"),
        ("ok, and how large is it?", "LCNN: Lookups: how large is it?"),
        ("Why does the second one differ?", "Bees: Why does the second one differ?"),
        ("How large is CLIP?", "How large is CLIP?"),
    ],
)
def test_follow_ups_become_questions_that_stand_alone(question, alone):
    turn = Turn("How fast is LCNN on ImageNet?", "37.6x [1], unlike bees [2].")
    assert standalone(question, [turn], ["LCNN: Lookups", "Bees"]) == alone


@pytest.mark.parametrize(
    "data",
    [
        [{"question": "q", "answer": "a", "paper_ids": ["p"]}],
        {"history": [{"question": "q", "answer": "a", "paper_ids": ["p"]}]},
        {"question": "q", "answer": "a", "citations": [{"number": 1, "paper": {"id": "p"}}]},
        [
            {"role": "system", "content": "s"},
            {"role": "user", "content": "q"},
            {"role": "assistant", "content": "a", "paper_ids": ["p"]},
        ],
    ],
)
def test_histories_of_several_shapes(data):
    assert parse_history(data, "here") == [Turn("q", "a", ("p",))]


@pytest.mark.parametrize("data", ["text", 3, [1], [{"answer": "a"}], [{"question": 1}], None])
def test_what_is_no_history_says_so(data):
    with pytest.raises(InputError, match="here is no conversation"):
        parse_history(data, "here")


def test_history_files(tmp_path):
    good = tmp_path / "h.json"
    good.write_text("\ufeff" + json.dumps([{"question": "q"}]), encoding="utf-8")
    assert read_history(good) == [Turn("q", "")]
    (tmp_path / "bad.json").write_text("[" * 100_000, encoding="utf-8")
    with pytest.raises(InputError, match="is not JSON"):
        read_history(tmp_path / "bad.json")
    with pytest.raises(InputError, match="cannot read"):
        read_history(tmp_path / "none.json")
