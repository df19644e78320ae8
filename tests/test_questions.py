"""What a question asks for, and follow-ups without a model."""

from __future__ import annotations

import json

import pytest

from rag.answers.conversation import within_budget
from rag.answers.courtesy import without_courtesy
from rag.answers.followups import refers_back, standalone
from rag.answers.history import parse_history, read_history
from rag.answers.questions import read_question
from rag.errors import InputError
from rag.index.entries import Entry
from rag.index.lexical import Lexical
from rag.types import Paper, Turn


@pytest.mark.parametrize(
    ("question", "kind", "parts"),
    [
        ("How large is CLIP?", "fact", ()),
        ("Compare BERT and GPT-2.", "compare", ("BERT", "GPT-2")),
        ("What is the difference between DPR and BM25?", "compare", ("DPR", "BM25")),
        ("How does LoRA differ from adapters?", "compare", ("LoRA", "adapters")),
        ("T5 vs. BART?", "compare", ("T5", "BART")),
        ("Which papers use contrastive learning?", "list", ()),
        ("What papers introduce a dataset?", "list", ()),
        ("List all papers about retrieval.", "list", ()),
        ("Which dataset did LCNN release for speech?", "fact", ()),
        ("Contrast DPR with ColBERT on latency.", "compare", ("DPR", "ColBERT")),
        ("How do BERT and T5 differ?", "compare", ("BERT", "T5")),
        ("What do SAM and CLIP have in common?", "compare", ("SAM", "CLIP")),
        ("Which is faster, LCNN or XNOR-Net?", "compare", ("LCNN", "XNOR-Net")),
        ("How does DPR compare with BM25 in terms of recall?", "compare", ("DPR", "BM25")),
        ("How does it compare with that?", "finding", ()),
        (
            "DPR against ColBERT (late interaction): which is smaller?",
            "compare",
            ("DPR", "ColBERT (late interaction)"),
        ),
        ("T5 or BART - what does each predict?", "compare", ("T5", "BART")),
        ("dropout or not?", "topic", ()),
        ("How robust is CLIP against noise?", "finding", ()),
        ("Find me papers on pruning", "list", ()),
        ("Are there any papers that use dropout?", "list", ()),
        ("Papers about graph networks", "list", ()),
        ("point me to papers dealing with sails", "list", ()),
        ("Which methods did the authors compare?", "fact", ()),
    ],
)
def test_what_a_question_asks_for(question, kind, parts):
    read = read_question(question)
    assert (read.kind, read.parts) == (kind, parts)


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("Does dropout help?", "yes_no"),
        ("Which methods reduce the number of parameters in transfer learning?", "list"),
        ("What is dropout?", "definition"),
        ("How does LoRA work?", "mechanism"),
        ("Why does averaging help?", "reason"),
        ("What is the effect of noise on accuracy?", "finding"),
        ("Tell me about pruning", "topic"),
        ("How many papers are there?", "library"),
        ("thanks!", "chat"),
        ("How many points were gained compared with the baseline?", "fact"),
    ],
)
def test_kinds_of_questions(question, kind):
    assert read_question(question).kind == kind


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("What distinguishes LiT from CLOOB?", ("LiT", "CLOOB")),
        ("Is SimCSE better than Sentence-BERT?", ("SimCSE", "Sentence-BERT")),
        ("LiT and CLOOB side by side", ("LiT", "CLOOB")),
        ("pros and cons of T5 versus BART", ("T5", "BART")),
        ("What sets T5 apart from BART?", ("T5", "BART")),
        ("Both T5 and BART are trained to denoise; how do they differ?", ("T5", "BART")),
        ("Should I use T5 or BART?", ("T5", "BART")),
    ],
)
def test_comparisons_in_many_words(question, sides):
    read = read_question(question)
    assert (read.kind, read.parts) == ("compare", sides)


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("Hi! What is dropout? Thanks a lot!", "What is dropout?"),
        ("Could you please tell me what dropout is?", "what dropout is?"),
        ("please answer briefly: how large is CLIP", "how large is CLIP"),
        (
            "I'd like to know which dataset LCNN uses, thank you in advance",
            "which dataset LCNN uses",
        ),
        ("Thank you!", ""),
        ("thanks for the last one, now what about LiT?", "what about LiT?"),
        ("I was wondering, if you don't mind, whether Lion beats Adam", "whether Lion beats Adam"),
        ("I have 16 images; what should I use?", "I have 16 images; what should I use?"),
    ],
)
def test_courtesies_do_not_count(typed, asked):
    assert without_courtesy(typed) == asked


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("What is LCNN? How fast is it?", ("What is LCNN?", "How fast is LCNN?")),
        (
            "Which paper proposes CutMix and what is the gain?",
            ("Which paper proposes CutMix", "CutMix: what is the gain?"),
        ),
        ("How do syntax and semantics interact?", ()),
        ("Both T5 and BART denoise. How do they differ?", ()),
    ],
)
def test_several_questions_in_one(question, several):
    assert read_question(question).several == several


@pytest.fixture
def library():
    index = Lexical(None)
    papers = [
        Paper("a", "TinyCLIP: Distilling", "TinyCLIP prunes. Catastrophic forgetting is avoided."),
        Paper("b", "On segmentation", "Catastrophic forgetting harms segmentation in Genoa."),
        Paper("c", "COVER: a search", "We cover much. COVER searches."),
        Paper("f", "NETS+: sailing", "NETS+ sails."),
        Paper("d", "Wide nets", "Nets cover all. They cover images."),
        Paper("e", "Deep nets", "Segmentation by nets. They cover speech."),
    ]
    index.write([Entry(p, ((0, len(p.abstract)),), {}, 1) for p in papers], [], "s")
    return index


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("HOW DOES TINYCLIP PRUNE?", "how does TinyCLIP prune?"),
        ("What Does Tinyclip Prune?", "what does TinyCLIP prune?"),
        ("waht is catstrophic forgetting", "what is catastrophic forgetting"),
        ("segmantation", "segmentation"),
        ("What does Anna Cover search?", "What does Anna Cover search?"),
        ("What is NETS?", "What is NETS?"),
        ("wat is segmentation", "what is segmentation"),
        ("hwo dose TinyCLIP prune", "how does TinyCLIP prune"),
        ("what is avoidd", "what is avoided"),
        ("what is a colapse", "what is a colapse"),
        ("what does it cover", "what does it cover"),
        ("Who won the cup in Genova?", "Who won the cup in Genova?"),
        ("best recipe for lasagna", "best recipe for lasagna"),
    ],
)
def test_a_question_is_mended_by_what_the_library_knows(library, typed, read):
    assert read_question(typed, library).text == read


def test_a_question_in_another_language_is_asked_by_its_names(library):
    question = read_question("Wie funktioniert TinyCLIP?", library)
    assert (question.language, question.text) == ("de", "TinyCLIP")
    assert question.note == (
        "The papers are in English; of this question in German the names alone were searched.\n\n"
    )
    asked = [
        read_question(text, library) for text in ("Was ist TinyCLIP?", "Qu'est-ce que TinyCLIP ?")
    ]
    assert [(each.language, each.text) for each in asked] == [
        ("de", "TinyCLIP"),
        ("fr", "TinyCLIP"),
    ]
    nameless = read_question("Welche Arbeiten behandeln das Lernen?", library)
    assert (
        nameless.note
        == "The papers are in English; of this question in German they have no name.\n\n"
    )
    whole = read_question("Wie funktioniert TinyCLIP?", library, multilingual=True)
    assert (whole.text, whole.note) == ("Wie funktioniert TinyCLIP?", "")


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
        ("Why do neural networks generalise?", False),
        ("Why?", True),
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


def test_a_long_turn_is_cut_not_dropped():
    turns = [Turn("What is it?", "word " * 50, ("p",)), Turn("And now?", "more " * 500, ("q",))]
    (kept,) = within_budget(turns, 20)
    assert (kept.question, kept.paper_ids) == ("And now?", ("q",))
    assert 10 <= len(kept.answer.split()) <= 20


@pytest.mark.parametrize(
    ("question", "kind", "parts"),
    [
        ("Do TinyCLIP and HugeCLIP both prune?", "compare", ("TinyCLIP", "HugeCLIP")),
        (
            "How much does TinyCLIP prune, and how much HugeCLIP?",
            "compare",
            ("TinyCLIP", "HugeCLIP"),
        ),
        ("What does TinyCLIP do with COVER?", "fact", ()),
        ("How much does HugeCLIP prune, and how much GiantCLIP?", "fact", ()),
        ("the pruning of nets versus the forgetting", "compare", ("pruning of nets", "forgetting")),
        ("Is pruning better than forgetting for TinyCLIP?", "yes_no", ()),
        ("Is TinyCLIP better than forgetting?", "compare", ("TinyCLIP", "forgetting")),
        ("segmentation papers", "list", ()),
        ("TinyCLIP papers", "list", ()),
    ],
)
def test_what_the_librarys_names_tell_of_a_comparison(library, question, kind, parts):
    read = read_question(question, library)
    assert (read.kind, read.parts) == (kind, parts)
