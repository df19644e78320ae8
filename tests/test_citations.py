"""Citation markers: which text is one, how it is renumbered, which sentence it belongs to."""

from __future__ import annotations

import doctest
import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.receipts import citations
from rag.receipts.citations import CitationStream, Parsed, parse, split_cited
from rag.receipts.markers import MarkerScanner

SOURCES = 8


def stream(chunks, sources=SOURCES):
    """What a reader has seen after each chunk, and at the end."""
    parser = CitationStream(sources)
    shown = [parser.feed(chunk) for chunk in chunks] + [parser.finish()]
    return shown, Parsed("".join(shown), parser.order, parser.unresolved)


@pytest.mark.parametrize(
    ("text", "shown", "order", "unresolved"),
    [
        ("Fast [3].", "Fast [1].", (3,), ()),
        ("Fast. [3]", "Fast. [1]", (3,), ()),
        ("[3][1][3]", "[1][2][1]", (3, 1), ()),
        ("[3, 1]", "[1][2]", (3, 1), ()),
        ("[3; 1,3]", "[1][2]", (3, 1), ()),
        ("[ 3 ]", "[1]", (3,), ()),
        ("[2-4]", "[1][2][3]", (2, 3, 4), ()),
        ("[2–4, 7]", "[1][2][3][4]", (2, 3, 4, 7), ()),
        ("【5】 and ［６］", "[1] and [2]", (5, 6), ()),
        ("【5、6】", "[1][2]", (5, 6), ()),
        ("[Source 4]", "[1]", (4,), ()),
        ("[sources 4, 5]", "[1][2]", (4, 5), ()),
        ("[Source 4, Source 5]", "[1][2]", (4, 5), ()),
        ("faster[3] than GPT-2[1]", "faster[1] than GPT-2[2]", (3, 1), ()),
        ("[[3]]", "[[1]]", (3,), ()),
        ("([3])", "([1])", (3,), ()),
        ("[03]", "[1]", (3,), ()),
        # Markers that name no source.
        ("[9]", "[9?]", (), ("[9]",)),
        ("【9】", "[9?]", (), ("[9]",)),
        ("[120]", "[120?]", (), ("[120]",)),
        ("[1, 9, 2, 9]", "[1][9?][2]", (1, 2), ("[9]",)),
        ("[9] [9] [10]", "[9?] [9?] [10?]", (), ("[9]", "[10]")),
        ("[7-9]", "[7-9?]", (), ("[7-9]",)),
        ("[3-1]", "[3-1?]", (), ("[3-1]",)),
        ("[3?]", "[3?]", (), ("[3]",)),
        ("v[9]", "v[9?]", (), ("[9]",)),
        # Text.
        ("arr[0] [0, 1] [0-3] [-1]", "arr[0] [0, 1] [0-3] [-1]", (), ()),
        ("[2020] [n] [^1] [] [1.5] [a-z]", "[2020] [n] [^1] [] [1.5] [a-z]", (), ()),
        ("[1](https://example.org)", "[1](https://example.org)", (), ()),
        ("![1](a.png) [1, 2](x)", "![1](a.png) [1, 2](x)", (), ()),
        ("[1】 【1]", "[1】 【1]", (), ()),
        ("[1,\n2]", "[1,\n2]", (), ()),
        ("[1", "[1", (), ()),
        ("[1, 2", "[1, 2", (), ()),
        ("[1,,2] [,]", "[1,,2] [,]", (), ()),
        ("1] ]]", "1] ]]", (), ()),
        ("[" + " " * 64 + "1]", "[" + " " * 64 + "1]", (), ()),
        ("[" + " " * 63 + "1]", "[1]", (1,), ()),
        # Code.
        ("`a[1]` [2]", "`a[1]` [1]", (2,), ()),
        ("``a`[1]`` [2]", "``a`[1]`` [1]", (2,), ()),
        ("`a`` [1]` [2]", "`a`` [1]` [1]", (2,), ()),
        ("a ` b [2]", "a ` b [1]", (2,), ()),
        ("a ` b [2]\n` c", "a ` b [1]\n` c", (2,), ()),
        ("`" + "x" * 300 + " [2] `", "`" + "x" * 300 + " [1] `", (2,), ()),
        ("```py\na[1]\n```\n[2]", "```py\na[1]\n```\n[1]", (2,), ()),
        ("~~~\na[1]\n~~~~  \n[2]", "~~~\na[1]\n~~~~  \n[1]", (2,), ()),
        ("````\n```\na[1]\n````\n[2]", "````\n```\na[1]\n````\n[1]", (2,), ()),
        ("```\n```x\na[1]\n```\n[2]", "```\n```x\na[1]\n```\n[1]", (2,), ()),
        ("- ```\n  a[1]\n  ```\n[2]", "- ```\n  a[1]\n  ```\n[1]", (2,), ()),
        ("> ```\n> a[1]\n> ```\n[2]", "> ```\n> a[1]\n> ```\n[1]", (2,), ()),
        ("```\r\na[1]\r\n```\r\n[2]", "```\r\na[1]\r\n```\r\n[1]", (2,), ()),
        ("```\na[1]", "```\na[1]", (), ()),
        # Inline code has up to 255 characters, what stands before a fence 63.
        ("`" + "x" * 252 + "[2]`", "`" + "x" * 252 + "[2]`", (), ()),
        ("`" + "x" * 253 + "[2]`", "`" + "x" * 253 + "[1]`", (2,), ()),
        (" " * 63 + "```\n[2]\n", " " * 63 + "```\n[2]\n", (), ()),
        (" " * 64 + "```\n[2]\n", " " * 64 + "```\n[1]\n", (2,), ()),
        ("```a[1]``` [2]", "```a[1]``` [1]", (2,), ()),
        ("x ```\n[2]", "x ```\n[1]", (2,), ()),
        ("~~struck [2]~~", "~~struck [1]~~", (2,), ()),
    ],
)
def test_markers_are_renumbered_and_the_rest_is_kept(text, shown, order, unresolved):
    assert parse(text, SOURCES) == Parsed(shown, order, unresolved)
    assert stream(text)[1] == Parsed(shown, order, unresolved)  # one character at a time


def test_a_range_is_bounded():
    assert parse("[1-20]", 50).order == tuple(range(1, 21))
    assert parse("[1-21]", 50) == Parsed("[1-21?]", (), ("[1-21]",))


def test_without_sources_every_marker_is_unresolved():
    assert parse("So [1], [2].", 0) == Parsed("So [1?], [2?].", (), ("[1]", "[2]"))


def test_half_a_marker_is_never_shown():
    shown, _ = stream(["It is [", "1", "2] and [", "3", "]", ". End", " [x", "] "], sources=12)
    assert shown == ["It is ", "", "[1] and ", "", "", "[2]. End", " [x", "] ", ""]


def test_text_without_brackets_is_shown_at_once():
    shown, _ = stream(["We ", "find", " it. "])
    assert shown == ["We ", "find", " it. ", ""]


def test_code_in_a_block_is_shown_as_it_comes():
    shown, _ = stream(["```py\n", "x = ", "a[1]", "\n", "``", "`\n", "[2]", " x"])
    assert shown == ["```py\n", "x = ", "a[1]", "\n", "", "```\n", "", "[1] x", ""]


def test_a_fence_closes_behind_a_line_break_that_came_with_it():
    shown, _ = stream(["```\nx", "\n```\n[2]"])
    assert "".join(shown) == "```\nx\n```\n[1]"


# Pieces that are dangerous next to each other, mixed with anything at all.
DANGEROUS = (
    "[ ] 【 】 ［ ］ ( ) ` `` ``` ~~~ ? , ; - – . 0 1 2 3 9 12 2020 Source a x[ [1] [2,3] [2-4] "
    "[9] [9?] [^1] [1](u) 【4】 `[5]`"
).split()
BLANKS = [" ", "\n", "- ", "> ", "\t", "\r\n", "```\n", "\n```\n", "Next one. "]
PIECES = st.one_of(st.sampled_from([*DANGEROUS, *BLANKS]), st.text(max_size=3))
TEXTS = st.lists(PIECES, max_size=40).map("".join)


@st.composite
def chunked(draw):
    text = draw(TEXTS)
    cuts = sorted(draw(st.lists(st.integers(0, len(text)), max_size=12)))
    edges = [0, *cuts, len(text)]
    return [text[a:b] for a, b in pairwise(edges)]


@given(chunked(), st.integers(0, 12))
@settings(max_examples=100, deadline=None)
def test_any_chunking_gives_what_the_whole_text_gives(chunks, sources):
    _, streamed = stream(chunks, sources)
    assert streamed == parse("".join(chunks), sources)
    assert stream("".join(chunks), sources)[1] == streamed


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_the_tokens_of_a_text_are_the_text(text):
    tokens = list(MarkerScanner().tokens(text, final=True))
    assert "".join(token.text for token in tokens) == text
    assert all(token.text for token in tokens)
    assert all(bool(token.items) == (token.kind == "marker") for token in tokens)


@given(TEXTS, st.integers(0, 12))
@settings(max_examples=100, deadline=None)
def test_numbers_run_from_one_in_order_of_first_use(text, sources):
    shown, order, unresolved = parse(text, sources)
    assert len(set(order)) == len(order)
    assert set(order) <= set(range(1, sources + 1))
    # Read independently: prose is what is left when code and links are cut out.
    prose = "".join(
        token.text if token.kind in ("text", "marker") else "\0"
        for token in MarkerScanner().tokens(shown, final=True)
    )
    prose = re.sub(r"\[[\d, \-–;?]*\]\(", "", prose)
    numbers = [int(n) for n in re.findall(r"\[(\d{1,3})\]", prose) if int(n)]
    assert list(dict.fromkeys(numbers)) == list(range(1, len(order) + 1))
    doubted = re.findall(r"\[(\d{1,3}(?:-\d{1,3})?)\?\]", prose)
    assert [label for label in dict.fromkeys(doubted) if f"[{label}]" in unresolved] == [
        label[1:-1] for label in unresolved
    ]


@given(TEXTS, st.integers(0, 12))
@settings(max_examples=100, deadline=None)
def test_parsing_what_is_shown_changes_nothing(text, sources):
    first = parse(text, sources)
    again = parse(first.text, len(first.order))
    assert again == Parsed(first.text, tuple(range(1, len(first.order) + 1)), first.unresolved)


@given(st.lists(st.sampled_from(["[3]", "[9]", "[2, 4]", "word", " ", ". ", "]", "(x)"])))
@settings(max_examples=100, deadline=None)
def test_no_text_is_lost(pieces):
    text = "".join(p + " " if p == "word" else p for p in pieces).replace("](", "] (")
    shown, order, _ = parse(text, SOURCES)
    back = re.sub(r"\[(\d+)\]", lambda m: f"[{order[int(m[1]) - 1]}]", shown)
    assert back.replace("?]", "]") == text.replace("[2, 4]", "[2][4]")


@pytest.mark.parametrize(
    "unit", ["[", "[1", "[ ", "`", "``` ", "`a", "【[", "[1,", "\n```", "[1]", "~", "\n~~~\n", "*"]
)
def test_hostile_text_is_read_with_bounded_lookahead(unit):
    text = unit * (100_000 // len(unit))
    parser = CitationStream(SOURCES)
    seen = 0
    held = 0
    for start in range(0, len(text), 50):
        seen += len(parser.feed(text[start : start + 50]))
        held = max(held, len(parser._scanner._held))
    assert held <= 600
    assert seen + len(parser.finish()) >= len(text) - text.count("[") * 2
    assert parse(text, SOURCES).text.count("\n") == text.count("\n")


def cited(text):
    """Each sentence as (text, citations, unresolved)."""
    sentences = split_cited(text)
    assert all(text[s.start : s.end] == s.text for s in sentences)
    return [(s.text, s.citations, s.unresolved) for s in sentences]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("It is so [1].", [("It is so [1].", (1,), ())]),
        (
            "It is faster. [1] Next one holds [2]. Last.",
            [
                ("It is faster. [1]", (1,), ()),
                ("Next one holds [2].", (2,), ()),
                ("Last.", (), ()),
            ],
        ),
        (
            "It is faster.[1][2]Next one.",
            [("It is faster.[1][2]", (1, 2), ()), ("Next one.", (), ())],
        ),
        (
            "It is faster [1]. Next one.",
            [("It is faster [1].", (1,), ()), ("Next one.", (), ())],
        ),
        ("It [2] is [1], [2] so.", [("It [2] is [1], [2] so.", (2, 1), ())]),
        ("As in [1] and [9?].", [("As in [1] and [9?].", (1,), ("[9]",))]),
        ("[1] shows that.", [("[1] shows that.", (1,), ())]),
        (
            "Two things:\n- First one [1]\n- Second. [2]\n1. Third [3-9?]",
            [
                ("Two things:", (), ()),
                ("First one [1]", (1,), ()),
                ("Second. [2]", (2,), ()),
                ("Third [3-9?]", (), ("[3-9]",)),
            ],
        ),
        ("- [1] Attention works.", [("[1] Attention works.", (1,), ())]),
        ("## Results\nGood [1].", [("Results", (), ()), ("Good [1].", (1,), ())]),
        ("It is so.\n[1][2]", [("It is so.\n[1][2]", (1, 2), ())]),
        ("It is so.\n\n- [1]", [("It is so.", (), ()), ("[1]", (1,), ())]),
        ("[1] [2]", [("[1] [2]", (1, 2), ())]),
        (
            "Call it:\n```py\nx = a[1]. Then B.\n```\n[2] Good.",
            [("Call it:", (), ()), ("[2] Good.", (2,), ())],
        ),
        ("Use `a[1]` here [2].", [("Use `a[1]` here [2].", (2,), ())]),
        ("**It works.** [1] Next.", [("**It works.** [1]", (1,), ()), ("Next.", (), ())]),
        ("Vaswani et al. [1] say so.", [("Vaswani et al. [1] say so.", (1,), ())]),
        ("| a | b [1] |\n|---|---|", [("| a | b [1] |", (1,), ())]),
        ("It is so.\n---\n***", [("It is so.", (), ())]),
        ("One [1].\r\nTwo [2].", [("One [1].", (1,), ()), ("Two [2].", (2,), ())]),
    ],
)
def test_markers_belong_to_their_sentence(text, expected):
    assert cited(text) == expected


def test_a_claim_is_the_sentence_without_markers():
    claims = [s.claim for s in split_cited("It is [1] faster [2][9?]. **Done.** [1]\n\n- [3]")]
    assert claims == ["It is faster.", "**Done.**", ""]


@given(TEXTS, st.integers(0, 12))
@settings(max_examples=100, deadline=None)
def test_every_marker_of_an_answer_is_in_one_sentence(text, sources):
    shown, order, unresolved = parse(text, sources)
    sentences = split_cited(shown)
    assert all(shown[s.start : s.end] == s.text for s in sentences)
    assert {n for s in sentences for n in s.citations} == set(range(1, len(order) + 1))
    assert {u for s in sentences for u in s.unresolved} == set(unresolved)
    ends = [0, *(s.end for s in sentences)]
    assert all(end <= s.start for end, s in zip(ends, sentences, strict=False))


def test_a_very_long_answer_is_split():
    sentences = split_cited("It is so [1]. " * 5000 + "[" * 50_000)
    assert len(sentences) == 5000
    assert all(s.citations == (1,) for s in sentences)


def test_the_examples_in_the_documentation_hold():
    result = doctest.testmod(citations)
    assert result.attempted >= 5
    assert result.failed == 0
