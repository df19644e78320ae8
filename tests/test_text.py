"""Sentences, passages, tokens and prompts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answers import prompts
from rag.errors import SettingsError
from rag.index import passages
from rag.text import tokens
from rag.text.sentences import sentence_spans


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("", []),
        ("   ", []),
        ("One.", ["One."]),
        ("No stop at the end", ["No stop at the end"]),
        ("It rose by 3.5 points. We stop.", ["It rose by 3.5 points.", "We stop."]),
        ("See Fig. 3 for it. Done!", ["See Fig. 3 for it.", "Done!"]),
        ("Smith et al. 2020 show it. Fine.", ["Smith et al. 2020 show it.", "Fine."]),
        ("Others (Li et al. We disagree.", ["Others (Li et al.", "We disagree."]),
        ("Some, e.g. cats, i.e. pets. More.", ["Some, e.g. cats, i.e. pets.", "More."]),
        ("By J. Smith and K. Lee. Good?", ["By J. Smith and K. Lee.", "Good?"]),
        ("We give vitamin D. The rest is control.", ["We give vitamin D.", "The rest is control."]),
        ("He said “stop.” Then he left.", ["He said “stop.”", "Then he left."]),
        ("At https://a.b/c.d we put code. End.", ["At https://a.b/c.d we put code.", "End."]),
        ("Lines.\n\nBreak. Twice.", ["Lines.", "Break.", "Twice."]),
        (
            "the wing . it is thin . . . and long .",
            ["the wing .", "it is thin . . .", "and long ."],
        ),
        ("It helps users.However, we do not.", ["It helps users.", "However, we do not."]),
        (
            "We gain 3.2%.A test (by us).Then it ends.",
            ["We gain 3.2%.", "A test (by us).", "Then it ends."],
        ),
        ("C'est mieux.Dès lors, on gagne.", ["C'est mieux.", "Dès lors, on gagne."]),
        (
            "See torch.Tensor.Size and x@y.Org or Node.JS of U.S.A now.",
            ["See torch.Tensor.Size and x@y.Org or Node.JS of U.S.A now."],
        ),
        ("Was es ist. Über alles. Ende.", ["Was es ist.", "Über alles.", "Ende."]),
    ],
)
def test_sentences(text, sentences):
    assert [text[start:end] for start, end in sentence_spans(text)] == sentences


@given(st.text(alphabet=st.sampled_from("aB1 .!?()\"'\n"), max_size=200))
def test_sentences_cover_all_but_space(text):
    spans = sentence_spans(text)
    ends = [0, *[edge for span in spans for edge in span], len(text)]
    assert ends == sorted(ends)
    outside = [text[ends[i] : ends[i + 1]] for i in range(0, len(ends), 2)]
    assert not "".join(outside).strip()


def test_tokens_are_counted_without_a_network():
    assert tokens.count("") == 0
    assert tokens.count("hello world") == 2
    assert tokens.count("<|endoftext|>") == 7


def test_a_short_abstract_is_one_passage():
    assert passages.split("One two. Three four.", limit=100) == ((0, 20),)
    assert passages.split("  padded. ", limit=100) == ((2, 9),)
    assert passages.split("  ") == ()


def test_passages_end_where_sentences_end_and_are_about_equal():
    abstract = " ".join(f"Sentence number {n} has some words." for n in range(12))
    spans = passages.split(abstract, limit=40)
    texts = [abstract[start:end] for start, end in spans]
    assert len(texts) == 3
    assert " ".join(texts) == abstract
    assert [text.count(".") for text in texts] == [4, 4, 4]


def test_a_sentence_longer_than_a_passage_stays_whole():
    long = "Word " * 50 + "end."
    spans = passages.split(f"Short one. {long} Last one.", limit=20)
    assert [f"Short one. {long} Last one."[a:b] for a, b in spans] == [
        "Short one.",
        long,
        "Last one.",
    ]


@given(st.text(max_size=400), st.integers(1, 30))
def test_passages_lose_nothing(text, limit):
    spans = passages.split(text, limit)
    assert "".join("".join(text[a:b].split()) for a, b in spans) == "".join(text.split())


def test_prompts_are_filled_in_one_pass():
    prompt = prompts.Prompt("p", "A $x and ${y}, $$5.")
    assert prompt.fill(x="$y", y="b") == "A $y and b, $5."


@pytest.mark.parametrize("text", ["$x", "$x $y $z", "nothing"])
def test_a_prompt_with_other_variables_is_refused(text):
    with pytest.raises(SettingsError, match=r"the prompt p\.md must use \$x, \$y and no other"):
        prompts.Prompt("p", text).fill(x="1", y="2")


def test_a_folder_of_prompts_goes_before_the_packaged_ones(tmp_path):
    (tmp_path / "answer.md").write_text("mine $x", encoding="utf-8")
    assert prompts.load("answer", tmp_path).text == "mine $x"
    assert prompts.load("plan", tmp_path).text == prompts.load("plan").text
    assert len(prompts.load("judge").sha256) == 64
