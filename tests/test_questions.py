"""What a question asks for, and follow-ups without a model."""

from __future__ import annotations

import json
import math
import re

import pytest

from rag.answers import kinds, questions
from rag.answers.conversation import within_budget
from rag.answers.courtesy import without_courtesy
from rag.answers.followups import refers_back, standalone
from rag.answers.history import parse_history, read_history
from rag.answers.questions import Question, read_question
from rag.errors import InputError
from rag.index.entries import Entry
from rag.index.filters import Condition
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
        ("How does it compare with that?", "mechanism", ()),
        (
            "DPR against ColBERT (late interaction): which is smaller?",
            "compare",
            ("DPR", "ColBERT (late interaction)"),
        ),
        ("T5 or BART - what does each predict?", "compare", ("T5", "BART")),
        ("dropout or not?", "yes_no", ()),
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
        ("Which studies are concerned with rap or metal lyrics?", "list"),
        ("Which authors have analysed farewell letters?", "list"),
        ("What does the literature say about pruning?", "list"),
        ("Is there any work on pruning?", "list"),
        ("Is there a role for pruning in children with measles?", "yes_no"),
        ("May students be a substitute for teachers in an exam?", "yes_no"),
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
        ("I am a student. What is dropout?", "What is dropout?"),
        ("I am a student. Tell me of dropout.", "I am a student. Tell me of dropout."),
        ("Sorry, what is dropout?", "Sorry, what is dropout?"),
        ("(Thanks!)", ""),
        ("How large are LiT and CLIP? Both numbers, please.", "How large are LiT and CLIP?"),
        (
            "I am a PhD student of Slavic studies and count tags. How many are there?",
            "I and count tags. How many are there?",
        ),
        ("As a PhD student, I read much. What is LiT?", "I read much. What is LiT?"),
        # Of the end only 120 characters are looked at: "thanks" and 114 of the dashes.
        ("What is it" + "-" * 200 + "thanks", "What is it" + "-" * 86),
    ],
)
def test_courtesies_do_not_count(typed, asked):
    assert without_courtesy(typed) == asked


@pytest.mark.parametrize(
    ("question", "read"),
    [
        ("We test models. Somebody named FEVER. How many claims does FEVER have?", 3),
        ("We test models. Somebody named FEVER. How many claims does it have?", 1),
        ("We test models. How many claims are there?", 1),
        ("What is FEVER? How large is XNLI?", 1),
        ("What is FEVER? how large is XNLI", 1),
    ],
)
def test_of_a_long_question_the_sentence_that_names_what_is_meant_is_asked(question, read):
    sentences = re.split(r"(?<=[.?]) ", question)
    assert read_question(question).text == " ".join(sentences[read - 1 :])


@pytest.mark.parametrize(
    ("question", "several"),
    [
        ("What is LCNN? How fast is it?", ("What is LCNN?", "How fast is LCNN?")),
        (
            "Which paper proposes CutMix and what is the gain?",
            ("Which paper proposes CutMix", "CutMix: what is the gain?"),
        ),
        ("How do syntax and semantics interact?", ()),
        (
            "How many claims are in FEVER, and in how many languages is XNLI written?",
            ("How many claims are in FEVER", "in how many languages is XNLI written?"),
        ),
        # One more detail of the same paper.
        ("How many claims were written and which kappa did the annotators reach?", ()),
        ("How many claims were written, and what share of the claims is that?", ()),
        ("In which year and at which conference did it appear?", ()),
        ("Both T5 and BART denoise. How do they differ?", ()),
        ("Can a program mend errors while it reads? Which steps were taken for that?", ()),
        ("How is old script read? One program for each writer, or one for all?", ()),
        ("I count rude or kind notes. Why is a plain net too weak?", ()),
        ("two questions: the size of LiT, and who made CLIP", ("the size of LiT", "who made CLIP")),
        ("Two quick ones: what is LiT? who made it?", ("what is LiT?", "who made LiT?")),
        ("two questions of style", ()),
    ],
)
def test_several_questions_in_one(question, several):
    assert tuple(ways[0] for ways in read_question(question).several) == several


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
        ("Why CLIP?", False),
        ("Which dataset?", True),
        ("Is code available?", False),
        ("Is the source code available?", True),
        ("Is the whole source code available?", False),
        # Three words before "his" are something that it can stand for, two are not.
        ("Why did training help his team?", True),
        ("Why did robust training help his team?", False),
        ("How does training improve its accuracy?", True),
        ("Which papers explain it?", False),
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
        ("Why does the third one differ?", "Bees: Why does the third one differ?"),
        ("What about it?", "LCNN: Lookups: What about it?"),
    ],
)
def test_follow_ups_become_questions_that_stand_alone(question, alone):
    turn = Turn("How fast is LCNN on ImageNet?", "37.6x [1], unlike bees [2].")
    assert standalone(question, [turn], ["LCNN: Lookups", "Bees"]) == alone


@pytest.mark.parametrize(
    ("question", "titles", "alone"),
    [
        ("What about TinyCLIP?", ["LCNN on ImageNet"], "How fast is TinyCLIP on ImageNet?"),
        ("What about TinyCLIP?", [], "TinyCLIP: How fast is LCNN on ImageNet?"),
        ("And how large is it?", [], "How fast is LCNN on ImageNet? And how large is it?"),
    ],
)
def test_the_subject_is_the_first_name_that_a_cited_title_has(question, titles, alone):
    assert standalone(question, [Turn("How fast is LCNN on ImageNet?", "37.6x")], titles) == alone


def test_a_follow_up_to_follow_ups_leads_twenty_turns_back():
    first, more = Turn("How fast is LCNN?", ""), Turn("And for speech?", "")
    assert standalone("What about CLIP?", [first, more]) == "How fast is CLIP? And for speech?"
    assert standalone("And now?", [first, *[more] * 19]).startswith("How fast is LCNN? And for")
    assert standalone("And now?", [first, *[more] * 20]).startswith("And for speech? And for")


@pytest.mark.parametrize(
    "data",
    [
        [{"question": "q", "answer": "a", "paper_ids": ["p"]}],
        {
            "messages": [
                {"role": "user", "content": "q"},
                {
                    "role": "assistant",
                    "content": "a",
                    "citations": [
                        1,
                        {},
                        {"paper": 1},
                        {"paper": {"id": 1}},
                        {"paper": {"id": "p"}},
                    ],
                },
            ]
        },
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


def test_only_what_user_and_assistant_say_in_turn_is_a_conversation():
    told = [
        ("assistant", "Hello"), ("user", "one?"), ("assistant", "1"), ("user", None),
        ("system", "s"), ("user", "two?"), ("tool", "t"), ("assistant", "2"),
    ]  # fmt: skip
    data = [{"role": role, "content": content} for role, content in told]
    assert parse_history(data, "here") == [Turn("one?", "1"), Turn("two?", "2")]


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
        ("Is TinyCLIP better than forgetting?", "yes_no", ()),
        ("segmentation papers", "list", ()),
        ("TinyCLIP papers", "list", ()),
    ],
)
def test_what_the_librarys_names_tell_of_a_comparison(library, question, kind, parts):
    read = read_question(question, library)
    assert (read.kind, read.parts) == (kind, parts)


@pytest.mark.parametrize(
    ("budget", "question", "answer"),
    [
        (6, "one two three four", "five six"),
        (5, "one two three four", "five"),
        (4, "one two three four", ""),
        (3, "one two three", ""),
        (0, "one", ""),
    ],
)
def test_of_a_turn_that_is_too_long_the_answer_is_cut_first(budget, question, answer):
    turn = Turn("one two three four", "five six")
    assert within_budget([turn], budget) == [Turn(question, answer)]


def test_turns_that_just_fit_are_kept():
    turns = [Turn("one two", "three"), Turn("four", "five")]
    assert [within_budget(turns, budget) for budget in (5, 4, 2)] == [turns, turns[1:], turns[1:]]


class TestKinds:
    def test_what_is_weighed_are_runs_of_tokens_the_opening_and_how_many_names(self):
        assert list(kinds.features(["what", "N"])) == [
            "what", "what N", "what N $", "N", "N $",
            "^ what", "^ what N", "^ what N $", "^ what N $", "names=1", "only what N",
        ]  # fmt: skip

    def test_of_a_long_question_the_first_ten_tokens_and_the_last_four_count(self):
        def single(count):
            every = list(kinds.features([f"w{i}" for i in range(count)]))
            assert "^ w0 w1 w2 w3" in every
            assert "^ w0 w1 w2 w3 w4" not in every
            return [int(each[1:]) for each in every if each[0] == "w" and " " not in each]

        assert single(14) == list(range(14))
        assert single(15) == [*range(10), *range(11, 15)]

    @pytest.mark.parametrize(
        ("masked", "last"),
        [
            (["N", "X", "N", "how"], ["names=2", "only N X N how"]),
            (["N"] * 5, ["^ N N N N", "names=2"]),
        ],
    )
    def test_two_names_are_many_and_four_tokens_are_all(self, masked, last):
        assert list(kinds.features(masked))[-2:] == last

    def test_likelihoods_are_those_of_a_linear_model(self):
        weights = {"bias": {0: 1.0}, "how": {1: 1.0 + math.log(3), 0: 0.0}, "X": {0: 5.0, 1: 5.0}}
        model = kinds.Weights({"how"}, ["fact", "list"], weights)
        found = kinds.probabilities(["how", "ice", "melts"], model)  # read as "how X"
        assert found == pytest.approx({"fact": 0.25, "list": 0.75})

    def test_runs_of_unknown_words_are_one(self):
        assert kinds.mask(["ice", "is", "big", "N", "old", "ice"], {"is"}) == [
            "X", "is", "X", "N", "X",
        ]  # fmt: skip

    def test_tokens(self):
        text = "BERT & 3.5 in 1999, it’s 2101."
        assert kinds.tokens_of(text) == ["bert", "and", "D", "in", "Y", "it's", "D"]


@pytest.mark.parametrize(
    ("asks", "said", "given", "can"),
    [
        ("by", "papers by A", {"where": (Condition("person", "=", "lee"),)}, True),
        ("by", "papers by A", {"people": ("Lee",)}, True),
        ("by", "papers by X", {"subject": "lee"}, False),
        ("who", "who wrote N", {"names": ("LiT",)}, True),
        ("who", "who wrote X", {"subject": "bees"}, True),
        ("who", "who wrote it", {}, False),
        ("who", "who won N", {"names": ("LiT",)}, False),
        ("newest", "the newest papers", {}, True),
        ("newest", "the old papers", {}, False),
        ("contains", "is N in here", {"names": ("LiT",)}, True),
        ("contains", "is X in here", {"subject": "bees"}, False),
        ("count", "how many papers", {}, True),
        ("count", "how many from V", {}, True),
        ("count", "how many by A", {}, True),
        ("count", "how many bees", {}, False),
        ("count", "how many X are in V", {}, False),
        ("count", "how many X papers are in V", {}, True),
        ("where", "which team at N is best", {"names": ("LiT",)}, False),
        ("where", "at which venue did N appear", {"names": ("LiT",)}, True),
        ("where", "where can i get N", {"names": ("LiT",)}, True),
        ("unknown", "which university", {}, True),
        ("unknown", "who is A", {}, True),
        ("unknown", "who is X", {}, False),
        ("per_year", "papers per year", {}, True),
        ("per_year", "how many papers", {}, False),
        ("overview", "what is here", {}, True),
        ("overview", "what is X", {}, False),
        ("overview", "what is N", {}, False),
        ("overview", "what is by A", {}, False),
    ],
)
def test_what_the_library_is_asked_needs_its_words(asks, said, given, can):
    assert questions._can_be(asks, Question("q", **given), said.split()) is can


@pytest.mark.parametrize(
    ("said", "share", "small"),
    [
        ("hello", 0.1, True),
        ("X", 1.0, False),
        ("hello X", 1.0, True),
        ("X hello X", 1.0, False),
        ("is it good", 0.9, True),
        ("is it good", 0.89, False),
    ],
)
def test_small_talk_has_one_unknown_word_and_refers_to_nothing(said, share, small):
    assert questions._is_small(said.split(), share) is small


@pytest.mark.parametrize(
    ("before", "piece", "same"),
    [
        ("how many claims has FEVER", "how many has SNLI", True),
        ("how many claims has FEVER", "how large is SNLI", False),
        ("what is FEVER", "what of SNLI", True),
        ("how many claims has FEVER", "how many has it", False),
        ("how many claims has FEVER", "how many has its rival", False),
        ("how many claims has FEVER", "how many pairs has SNLI", False),
        ("how many claims FEVER", "how many pairs SNLI", True),
    ],
)
def test_questions_that_open_alike_are_one_where_only_the_name_differs(before, piece, same):
    assert questions._same_opening(before, piece, None) is same


@pytest.mark.parametrize(
    ("piece", "subject", "alone"),
    [
        ("and how fast is it?", "LiT", "how fast is LiT?"),
        ("what is its loss and its cost?", "LiT", "what is LiT’s loss and its cost?"),
        ("is it so that it sings?", "LiT", "is LiT so that it sings?"),
        ("how fast is it?", "", "how fast is it?"),
        ("how fast is LiT beside it?", "LiT", "how fast is LiT beside it?"),
        ("what is the gain?", "LiT", "LiT: what is the gain?"),
        ("what is the test accuracy?", "LiT", "LiT: what is the test accuracy?"),
        ("what is the best test accuracy?", "LiT", "LiT: what is the best test accuracy?"),
        ("what is the test accuracy?", "bees", "bees: what is the test accuracy?"),
        ("what is the best test accuracy?", "bees", "what is the best test accuracy?"),
        ("were the labels checked by hand?", "LiT", "LiT: were the labels checked by hand?"),
        ("were the labels of Oslo checked?", "LiT", "were the labels of Oslo checked?"),
        ("what is the loss of CLIP?", "LiT", "what is the loss of CLIP?"),
        ("who sings?", "LiT", "who sings?"),
    ],
)
def test_a_later_question_gets_the_subject_of_the_first(piece, subject, alone):
    ways = questions._alone(piece, subject, None)
    # Where nothing in it stands for the first's subject, it may as well be of something else.
    assert ways == ((alone, piece) if alone == f"{subject}: {piece}" else (alone,))


def test_whether_articles_say_so_asks_for_no_list_of_articles():
    text = "Do encyclopedia articles about the lives of women say more on husbands than others?"
    assert read_question(text).kind != "list"
    assert read_question("Are there articles about the lives of women?").kind == "list"


def test_whether_one_thing_without_a_name_is_better_is_one_question():
    assert read_question("Are nets better than trees for medical images?").kind == "yes_no"
    assert read_question("Is BERT better than GPT-2 for medical images?").kind == "compare"


def test_half_of_a_sentence_is_no_side_of_a_comparison():
    read = read_question("My boss wants to see rude or kind notes. Why is a plain net too weak?")
    assert read.kind != "compare"
    assert read.parts == ()


@pytest.mark.parametrize(
    ("text", "several"),
    [
        (
            "I read much. What is LiT? It sings. How fast is it?",
            ("I read much. What is LiT?", "LiT sings. How fast is it?"),
        ),
        ("What is LiT? It sings.", None),
        (
            "What is zero-shot quantization and which papers propose it?",
            ("What is zero-shot quantization", "which papers propose zero-shot quantization?"),
        ),
        (
            "What are scaling laws, and who found them?",
            ("What are scaling laws", "who found scaling laws?"),
        ),
        ("What is LiT? Why so?", None),  # two words are no question of their own
        ("What is LiT? Why is that?", None),  # nor what asks for a detail of the first
        ("How long does LiT take and how long CLIP takes?", None),
        (
            "What is LiT? Which method won the Oscar? How do bees sing at night? "
            "How do ants dance in spring? Why do cats purr so loud?",
            (
                "What is LiT?",
                "Which method won the Oscar?",
                "How do bees sing at night?",
                "How do ants dance in spring?",
            ),
        ),
    ],
)
def test_a_text_is_cut_into_its_questions(text, several):
    assert tuple(ways[0] for ways in questions._split(text, None)) == (several or (text,))


def test_words_of_another_language_are_searched_where_the_library_has_them(library):
    def searched(text):
        return questions._foreign(text, library).text

    assert searched("Was macht TinyCLIP in Genoa?") == "TinyCLIP"
    assert searched("Was ist in Genoa?") == "Genoa"
    assert searched("Wie viel segmentation?") == "Wie viel segmentation?"  # as English is written
    assert searched("Was ist COVER, was NETS+?") == "NETS+ COVER"


@pytest.mark.parametrize(
    ("side", "name"),
    [("FYI for ice", "FYI"), ("FYI ice", "FYI ice"), ("the FYI for ice", "the FYI for ice")],
)
def test_a_side_ends_behind_its_name(side, name):
    assert questions._named_side(side, ["FYI"]) == name


def test_what_people_found_is_asked_without_their_names(library):
    found = read_question("What is dropout?")
    assert (found.limited, found.terms) == (False, ["dropout"])
    assert [word.text for word in Question("What does the deep LiT do?").words] == ["deep", "LiT"]
    assert Question("q", where=(Condition("first", "=", "lee"),)).limited
    assert not Question("q", where=(Condition("year", "=", "2020"),)).limited


LONG = [
    "a" * 41,
    "a" * 25 + " " + "b" * 25,
    "Graph" + "x" * 40,
    "é" * 30 + " " + "ü" * 30,
    "漢" * 50,
]


@pytest.mark.parametrize("words", LONG)
@pytest.mark.parametrize("asked", ["{}", "Which papers are about {}?", "What is {} of {}?"])
def test_words_longer_than_the_index_keeps_are_asked_for(assistant, tmp_path, words, asked):
    row = {"id": "g", "title": f"On {words}", "abstract": f"A graph has {words}, it says."}
    (tmp_path / "p.jsonl").write_text(json.dumps(row) + "\n")
    assistant.ingest([str(tmp_path / "p.jsonl")])
    question = asked.replace("{}", words)
    assert assistant.search(question)[0].paper.id == "g"
    assert assistant.ask(question).question == question


def test_two_numbers_that_are_asked_for_are_two_questions():
    asked = read_question("number of rows in FewRows, and number of letters that are in MANYMAIL?")
    assert asked.several == (
        ("number of rows in FewRows",),
        ("number of letters that are in MANYMAIL?",),
    )


def test_by_how_much_is_no_part_of_a_side():
    asked = read_question("Is FewRows bigger than MANYMAIL and by how much?")
    assert (asked.kind, asked.parts) == ("compare", ("FewRows", "MANYMAIL"))


def test_of_a_compound_in_another_language_the_name_is_searched(library):
    asked = read_question("Wie funktioniert das TinyCLIP-Verfahren?", library)
    assert (asked.text, asked.names) == ("TinyCLIP", ("TinyCLIP",))


@pytest.mark.parametrize(
    "question",
    [
        "How many hours, and of which GPU, went into Alpha?",
        "For how many epochs and on which GPUs was Alpha trained?",
        "Is there a doll that signs what it hears, and in which sign language?",
    ],
)
def test_a_piece_that_asks_nothing_by_itself_is_not_cut_off(question):
    assert read_question(question).several == ()


def test_papers_that_examine_something_are_a_list():
    assert read_question("Papers examining the values of old tales?").kind == "list"


def test_one_name_against_another_is_a_comparison_but_not_any_word():
    assert read_question("BERT against ELMo").parts == ("BERT", "ELMo")
    assert read_question("Insults against reporters on the net: who rated them?").parts == ()


def test_a_want_of_advice_is_no_small_talk():
    assert read_question("my hamster sneezes all the time, what should I do").kind != "chat"


def test_what_papers_in_that_language_say_is_searched_as_typed():
    index = Lexical(None)
    said = "Le modèle traduit les phrases basques avec attention."
    papers = [Paper(key, f"Étude {key}", said) for key in "ab"]
    papers.append(Paper("c", "TinyCLIP: a model", said))
    index.write([Entry(p, ((0, len(p.abstract)),), {}, 1) for p in papers], [], "s")
    typed = "Quelles phrases basques traduit le modèle ?"
    asked = read_question(typed, index)
    assert (asked.language, asked.text, asked.note) == ("en", typed, "")
    named = read_question("Quelles phrases basques traduit le modèle TinyCLIP ?", index)
    assert (named.language, named.text) == ("fr", "TinyCLIP")
    assert read_question("Comment chantent les oiseaux du jardin ?", index).language == "fr"
    articles = "Quels articles traitent du modèle TinyCLIP ?"
    assert read_question(articles, index).kind == "list"


def test_two_names_with_an_or_are_compared_whatever_nouns_are(library):
    asked = read_question("I could use TinyCLIP or NETS+. Compare the notes and the sums.", library)
    assert (asked.kind, asked.parts) == ("compare", ("TinyCLIP", "NETS+"))


@pytest.mark.parametrize(
    "text",
    [
        "What can TinyCLIP do that NETS+ can't?",
        "Is NETS+ an extension of TinyCLIP?",
        "I know TinyCLIP. How is NETS+ different?",
        "What would I lose by switching from TinyCLIP to NETS+?",
    ],
)
def test_what_asks_of_two_names_compares_them(library, text):
    asked = read_question(text, library)
    assert asked.kind == "compare"
    assert sorted(asked.parts) == ["NETS+", "TinyCLIP"]


def test_what_is_asked_is_read_from_the_first_sentence_that_asks():
    said = "I teach. I read of LiT in 2022. How fast is it? And CLIP? Thanks."
    assert questions.Question(said).asking == "How fast is it? And CLIP? Thanks."
    assert questions.Question("Tell me of LiT. It sings.").asking == "Tell me of LiT. It sings."


def test_of_more_than_two_names_those_are_compared_that_papers_have(library):
    text = "I build QA and waver between TinyCLIP and NETS+. What does each of them do?"
    asked = read_question(text, library)
    assert (asked.names, asked.kind) == (("TinyCLIP", "NETS+", "QA"), "compare")
    assert asked.parts == ("TinyCLIP", "NETS+")


def test_a_place_is_no_side_of_a_comparison():
    asked = read_question("In what tongue is LiT, and which net does LCNN outperform at calls?")
    assert [ways[0] for ways in asked.several] == [
        "In what tongue is LiT",
        "which net does LCNN outperform at calls?",
    ]


def test_a_name_that_no_paper_has_leaves_the_sentence_before_it_in(library):
    """Of “F1” alone nobody could tell which classifier is meant; of TinyCLIP one can."""
    text = "Whistles were used to tell songs from speech. What F1 did the best of them reach?"
    assert read_question(text, library).text == text
    named = read_question("I need songs for speech. How does TinyCLIP prune?", library)
    assert named.text == "How does TinyCLIP prune?"


def test_who_says_much_of_a_matter_does_not_make_small_talk():
    assert read_question("My phone battery drains overnight, what can I do?").kind != "chat"
    assert read_question("What can you do for me?").kind == "chat"


def test_a_text_may_be_two_questions_where_each_half_says_enough():
    halves = questions.halves
    text = "the F1 of the first parser, and over which years do the 76 notes and letters reach"
    assert halves(text, plainly=False) == [
        ("the F1 of the first parser", "over which years do the 76 notes and letters reach")
    ]
    assert halves(text, plainly=True) == []
    assert halves("what is the first score plus what came of it all", plainly=True) == [
        ("what is the first score", "what came of it all")
    ]
    assert halves("what is the score plus what came of it all", plainly=True) == []
    three = "what is one two three and what is four five six; and what is seven eight nine"
    assert [len(half.split()) for way in halves(three, plainly=False) for half in way] == [
        11, 5, 5, 11,
    ]  # fmt: skip
