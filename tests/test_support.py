"""Verdicts that must hold whatever the constants: quotes, changed numbers, names and denials."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.receipts import support
from rag.receipts.matching import Match, Number, read_paper
from rag.receipts.support import COEFFICIENTS, Checks, Features, combine, is_factual, judge, measure
from rag.text.quantities import Quantity
from rag.types import Paper

ABSTRACT = (
    "We trained the network HALO on 1,200 hours of bird song from Norway. HALO recognises 48 "
    "species and reaches an accuracy of 91.5% on the Fjord test set, 3.2x faster than SWIFT. "
    "Adding weather records did not improve the results. Rangers in six parks use it since 2019."
)
PAPER = Paper("halo", "Listening to birds with HALO", ABSTRACT)
ORDER = ["unsupported", "weak", "supported", "verbatim"]


def rank(claim: str) -> int:
    return ORDER.index(judge(claim, [PAPER]).support)


@pytest.mark.parametrize(
    "claim",
    [
        "Rangers in six parks use it since 2019.",
        "rangers in six parks use it since 2019",
        "Adding weather records did not improve the results.",
    ],
)
def test_a_slice_of_the_abstract_is_verbatim(claim):
    verdict = judge(claim, [PAPER])
    assert (verdict.support, verdict.score) == ("verbatim", 1.0)
    assert verdict.evidence.quote.lower().rstrip(".") == claim.lower().rstrip(".")


@pytest.mark.parametrize(
    "claim",
    [
        "HALO recognises 48 species.",
        "The accuracy of HALO on the Fjord test set is 91.5 percent.",
        "HALO was trained on 1200 hours of bird song from Norway.",
        "Rangers in 6 parks have used it since 2019.",
    ],
)
def test_a_fair_paraphrase_is_supported(claim):
    assert rank(claim) >= ORDER.index("supported")


@pytest.mark.parametrize(
    ("true", "false"),
    [
        ("HALO recognises 48 species.", "HALO recognises 52 species."),
        ("HALO is 3.2 times faster than SWIFT.", "HALO is 4.2 times faster than SWIFT."),
        (
            "The accuracy of HALO on the Fjord test set is 91.5 percent.",
            "The accuracy of HALO on the Fjord test set is 93.5 percent.",
        ),
        (
            "Rangers in 6 parks have used it since 2019.",
            "Rangers in 6 parks have used it since 2011.",
        ),
        ("Rangers in six parks use it.", "Rangers in two parks use it."),
        ("HALO recognises 48 species.", "ORCA recognises 48 species."),
        ("HALO is 3.2 times faster than SWIFT.", "HALO is 3.2 times faster than EAGLE."),
        ("Weather records did not improve the results.", "Weather records improved the results."),
    ],
)
def test_a_changed_number_name_or_denial_makes_the_verdict_worse(true, false):
    assert judge(false, [PAPER]).score < judge(true, [PAPER]).score
    assert rank(false) < rank(true)


def test_what_the_abstract_does_not_mention_is_unsupported():
    verdict = judge("Coffee delays sleep by 40 minutes.", [PAPER])
    assert verdict.support == "unsupported"
    assert verdict.score < 0.2


def test_the_best_of_several_papers_counts():
    other = Paper("tea", "Tea", "Green tea is warm.")
    assert judge("Green tea is warm.", [PAPER, other]).evidence.paper_id == "tea"
    assert judge("HALO recognises 48 species.", [other, PAPER]).evidence.paper_id == "halo"


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=120) | st.lists(st.sampled_from(ABSTRACT.split()), max_size=15).map(" ".join)
)
def test_evidence_is_a_slice_and_the_score_a_share(claim):
    verdict = judge(claim, [PAPER])
    assert 0.0 <= verdict.score <= 1.0
    if verdict.evidence is not None:
        assert ABSTRACT[verdict.evidence.start : verdict.evidence.end] == verdict.evidence.quote


@pytest.mark.parametrize(
    ("sentence", "factual"),
    [
        ("HALO recognises 48 species.", True),
        ("The method reaches an accuracy of 91.5% on the test set.", True),
        ("Here is a summary:", False),
        ("What do you want to know?", False),
        ("", False),
        ("Birds sing.", True),
        ("Birds.", False),
        ("# Birds sing.", False),
        ("1. Birds.", False),
        ("- Birds sing!", True),
        ("*Birds sing:*", False),
        # Without a stop a heading has up to six words.
        ("Red birds sing loud songs near lakes", True),
        ("Red birds sing loud songs lakes", False),
    ],
)
def test_which_sentences_need_a_citation(sentence, factual):
    assert is_factual(sentence) is factual


@pytest.mark.parametrize("tail", ["And it is red. " * 200, "12 " * 60, "X1 " * 60])
def test_what_is_not_read_to_its_end_is_weak_at_most(tail):
    paper = Paper("p", "On graphs", f"A graph has many nodes and few edges. {tail}")
    claim = f"A graph has few edges and many nodes {tail.strip()}."
    assert judge("A graph has few edges and many nodes.", [paper]).support == "supported"
    assert judge(claim, [paper]).support in ("weak", "unsupported")


# The formula, the checks and their limits, by hand.

NOTHING = Checks(false=0.0, elsewhere=False, foreign=False, opposed=False, aligned=False)


def test_the_score_is_the_value_of_the_formula():
    features = Features(missing=0.5, names=1, plain=2, length=math.log(4), false=1, net=3.0)
    total = -0.719 - 1.34 * 0.5 - 0.394 - 0.067 * 2 + 0.768 * math.log(4) - 0.934 + 0.494 * 3
    assert combine(features, NOTHING) == pytest.approx(1 / (1 + math.exp(-total)))
    least = Features(missing=1e9, names=0, plain=0, length=0, false=0, net=0)
    assert combine(least, NOTHING) == pytest.approx(1 / (1 + math.exp(30)))


# What is held below a limit is pressed together from four fifths of it on: of a score of 0.9
# below 0.65 there is left 0.52 + 0.38 * (0.99 * 0.65 - 0.52) / 0.48.
BELOW_WEAK = 0.112 + 0.788 * (0.1386 - 0.112) / 0.888
BELOW_SUPPORTED = 0.52 + 0.38 * (0.6435 - 0.52) / 0.48


@pytest.mark.parametrize(
    ("found", "score"),
    [
        ({}, 0.9),
        ({"false": 0.5}, BELOW_WEAK),
        ({"false": 1.0}, BELOW_WEAK / 2),
        ({"elsewhere": True}, 0.45),
        ({"foreign": True}, BELOW_SUPPORTED),
        ({"opposed": True}, 0.9 * 0.99 * 0.65),
        ({"opposed": True, "aligned": True}, 0.9 * 0.99 * 0.14),
        ({"aligned": True}, 0.9),
    ],
)
def test_what_the_checks_leave_of_a_score(found, score):
    only_constant = dict.fromkeys(COEFFICIENTS, 0.0) | {"constant": math.log(9)}
    nothing = Features(0, 0, 0, 0, 0, 0)
    assert combine(nothing, NOTHING._replace(**found), only_constant) == pytest.approx(score)


@pytest.mark.parametrize(
    ("score", "verdict"),
    [
        (0.65, "supported"),
        (0.64995, "supported"),  # as it is shown: with four digits
        (0.6499, "weak"),
        (0.14, "weak"),
        (0.1399, "unsupported"),
    ],
)
def test_from_which_score_on_a_claim_is_supported_or_weak(monkeypatch, score, verdict):
    monkeypatch.setattr(support, "combine", lambda features, checks: score)
    judged = judge("Whales sing.", [PAPER])
    assert (judged.support, judged.score) == (verdict, round(score, 4))


@pytest.mark.parametrize(
    ("claim", "whole"),
    [
        ("x" * 1_999 + " y", False),
        ("x" * 1_998 + " y", True),
        ("7 " * 50, True),
        ("7 " * 51, False),
        ("X1 " * 50, True),
        ("X1 " * 51, False),
    ],
)
def test_what_is_too_long_to_be_read_whole_is_never_supported(monkeypatch, claim, whole):
    monkeypatch.setattr(support, "combine", lambda features, checks: 1.0)
    assert judge(claim, [PAPER]).support == ("supported" if whole else "weak")


BEES = read_paper("", "Each hive has 40 bees. A cat, BeeNet-2, sleeps for 7 hours.")


def met(monkeypatch, claim, *papers, logits=(-2.0, 1.5)):
    """Measure a claim against papers, each given by what `match` finds; words count as they do."""
    found = iter(
        Match(BEES, np.array(anywhere), np.array(together), opposed, worth, evidence, ("x",))
        for anywhere, together, opposed, worth, evidence in papers
    )
    monkeypatch.setattr(support, "match", lambda *given: next(found))
    monkeypatch.setattr(support, "check", lambda claim, passages: np.array(logits))
    measured = measure(claim, [PAPER] * len(papers))
    assert measured is not None
    return measured


def test_what_is_measured_is_the_best_of_all_papers_word_by_word(monkeypatch):
    features, checks, evidence = met(
        monkeypatch,
        "HALO SWIFT sings",  # two names and a word
        ([0.5, 0.0, 0.5], [0.5, 0.0, 0.5], True, 1.0, "first"),
        ([0.0, 0.5, 0.0], [0.0, 0.5, 0.0], False, 2.0, "second"),
    )
    assert features == pytest.approx((0.5, 1.0, 0.5, math.log(3), 0.0, 1.5))
    # A name that is half there is no foreign one; the likelier paper speaks.
    assert checks == Checks(0.0, False, False, False, False)
    assert evidence == "second"


@pytest.mark.parametrize(
    ("had", "foreign", "aligned"),
    [((0.25, 1.0), True, False), ((0.75, 0.75), False, False), ((0.875, 0.875), False, True)],
)
def test_a_name_that_is_nowhere_and_words_that_nearly_all_are(monkeypatch, had, foreign, aligned):
    _, checks, _ = met(monkeypatch, "HALO sings", (had, had, True, 1.0, None))
    assert checks == Checks(0.0, False, foreign, True, aligned)


def test_without_a_passage_the_network_has_nothing_to_say(monkeypatch):
    features, _, _ = met(monkeypatch, "HALO sings", ((1, 1), (1, 1), False, 0.0, None), logits=())
    assert features.net == -9.0
    assert measure("HALO sings", [Paper("p", "HALO", "  ")]) is None
    assert measure("Of the", [PAPER]) is None


@pytest.mark.parametrize(
    ("claim", "false", "elsewhere"),
    [
        ("A hive has 40 bees.", 0.0, False),
        ("A hive has 50 bees.", 0.6, False),  # 1 - 0.5 * 40 / 50
        ("A hive has 4000 bees.", 0.995, False),
        ("BeeNet-2 sleeps.", 0.0, False),
        ("BeeNet-3 sleeps.", 1.0, False),
        ("Here sleeps 40.", 0.0, True),
    ],
)
def test_numbers_that_are_false_or_stated_of_something_else(monkeypatch, claim, false, elsewhere):
    count = len(support.words(claim))
    features, checks, _ = met(monkeypatch, claim, ([1.0] * count, [1.0] * count, False, 1.0, None))
    assert checks.false == pytest.approx(false)
    assert features.false == float(false > 0)
    assert checks.elsewhere is elsewhere


@pytest.mark.parametrize(
    ("near", "demanded", "value", "elsewhere"),
    [
        ({"cat"}, True, 40.0, True),
        ({"cat", "bee"}, True, 40.0, False),
        (set(), True, 40.0, False),
        ({"cat"}, False, 40.0, False),
        ({"cat"}, True, 41.0, False),
    ],
)
def test_a_number_is_elsewhere_where_nothing_near_it_is_said(near, demanded, value, elsewhere):
    claimed = Number(Quantity(value, "", 0, 2, demanded=demanded), frozenset(near))
    assert support._is_elsewhere(claimed, BEES.numbers) is elsewhere
