"""Verdicts that must hold whatever the constants: quotes, changed numbers, names and denials."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.receipts import support
from rag.receipts.matching import Match, read_paper
from rag.receipts.support import (
    COEFFICIENTS,
    SUPPORTED,
    WEAK,
    Features,
    Measured,
    is_factual,
    judge,
    measure,
    score_of,
)
from rag.types import Evidence, Paper

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
        "Adding records of the weather did not improve the results.",
        "The results were not improved by adding weather records.",
        "HALO was trained on 1,200 hours of bird song from Norway.",
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
        (
            "Rangers in six parks have used it since 2019.",
            "Rangers in two parks have used it since 2019.",
        ),
        ("HALO recognises 48 species.", "ORCA recognises 48 species."),
        ("HALO is 3.2x faster than SWIFT.", "HALO is 3.2x faster than EAGLE."),
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
    claim = f"Graphs have many nodes and few edges {tail.strip()}."
    assert judge("Graphs have many nodes and few edges.", [paper]).support == "supported"
    assert judge(claim, [paper]).support in ("weak", "unsupported")


# The formula, the checks and their limits, by hand.


def test_the_score_is_the_value_of_the_formula():
    features = Features(net=3.0, mistrust=0.3, names=1, opposed=1)
    total = 0.359 + 0.503 * 3 + 0.294 * 0.3 - 0.192 - 0.432
    assert score_of(Measured(features, 1.0, None)) == pytest.approx(1 / (1 + math.exp(-total)))
    least = Features(net=-1e9, mistrust=0, names=0, opposed=0)
    assert score_of(Measured(least, 1.0, None)) == pytest.approx(1 / (1 + math.exp(30)))


@pytest.mark.parametrize(
    ("logit", "limit", "score"),
    [
        # What is held below a limit is pressed together from four fifths of it on.
        (math.log(9), 1.0, 0.9),
        (math.log(9), 0.8, 0.64 + 0.26 * (0.792 - 0.64) / 0.36),
        (math.log(9), 0.15, 0.12 + 0.78 * (0.1485 - 0.12) / 0.88),
        (-math.log(9), 0.15, 0.1),
        (30.0, 0.8, 0.792),
    ],
)
def test_what_a_limit_leaves_of_a_score(logit, limit, score):
    only_constant = dict.fromkeys(COEFFICIENTS, 0.0) | {"constant": logit}
    nothing = Measured(Features(0, 0, 0, 0), limit, None)
    assert score_of(nothing, only_constant) == pytest.approx(score)


@pytest.mark.parametrize(
    ("score", "verdict"),
    [
        (0.76, "supported"),
        (0.75996, "supported"),  # as it is shown: with four digits
        (0.7599, "weak"),
        (0.13, "weak"),
        (0.1299, "unsupported"),
    ],
)
def test_from_which_score_on_a_claim_is_supported_or_weak(monkeypatch, score, verdict):
    monkeypatch.setattr(support, "score_of", lambda measured: score)
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
def test_what_is_too_long_to_be_read_whole_is_never_supported(claim, whole):
    measured = measure(claim, [Paper("p", "", "There are 7 of them.")])
    assert measured is not None
    assert measured.limit == (1.0 if whole else SUPPORTED)


BEES = read_paper("", "Each hive has 40 bees. A cat, BeeNet-2, sleeps for 7 hours.")


read: list[str] = []


def met(monkeypatch, claim, *papers, logits=(-2.0, 1.5)):
    """Measure a claim against papers, each given by what `match` finds; words count as they do."""
    found = iter(
        Match(BEES, np.array(anywhere), np.array(together), opposed, worth, evidence, ("x",))
        for anywhere, together, opposed, worth, evidence in papers
    )
    monkeypatch.setattr(support, "match", lambda *given: next(found))

    def check(claim, passages):
        read[:] = passages
        return np.array(logits)

    monkeypatch.setattr(support, "check", check)
    measured = measure(claim, [PAPER] * len(papers))
    assert measured is not None
    return measured


def test_what_is_measured_is_the_best_of_all_papers_word_by_word(monkeypatch):
    monkeypatch.setattr("rag.text.words.rarity", lambda word: 1.0)
    measured = met(
        monkeypatch,
        "HALO SWIFT sings",  # two names and a word
        ([0.5, 0.0, 0.5], [0.5, 0.0, 0.5], True, 1.0, Evidence("a", "It sings.", 0, 9)),
        ([0.0, 0.5, 0.0], [0.0, 0.5, 0.0], False, 2.0, Evidence("b", "It flies.", 0, 9)),
    )
    # Of each word half is missing, 0.1 more than is usual; the likelier paper speaks.
    assert measured.features == pytest.approx((1.5, 0.15, 1.0, 0.0))
    assert (measured.limit, measured.evidence.paper_id) == (1.0, "b")
    # The network reads the passages of each, and what both say best together.
    assert read == ["x", "x", "It sings. It flies."]


def test_a_few_other_words_are_usual(monkeypatch):
    monkeypatch.setattr("rag.text.words.rarity", lambda word: 1.0)
    features = met(monkeypatch, "HALO sings", ([1, 0.2], [1, 0.2], True, 1.0, None)).features
    assert features == pytest.approx((1.5, 0.0, 0.0, 1.0))


def test_without_a_passage_the_network_has_nothing_to_say(monkeypatch):
    measured = met(monkeypatch, "HALO sings", ([1, 1], [1, 1], False, 0.0, None), logits=())
    assert measured.features.net == -9.0
    assert measure("HALO sings", [Paper("p", "HALO", "  ")]) is None
    assert measure("Of the", [PAPER]) is None


@pytest.mark.parametrize(
    ("claim", "limit"),
    [
        ("A hive has 40 bees.", 1.0),
        ("A hive has some 42 bees.", 1.0),
        ("A hive has 42 bees.", WEAK),
        ("A hive has two doors.", SUPPORTED),
        ("A hive has two doors and 50 bees.", WEAK),
        ("A hive lasts two hours.", WEAK),
        ("BeeNet-2 sleeps.", 1.0),
        ("BeeNet-3 sleeps.", WEAK),
    ],
)
def test_numbers_that_are_not_the_papers_limit_the_score(monkeypatch, claim, limit):
    count = len(support.words(claim))
    measured = met(monkeypatch, claim, ([1.0] * count, [1.0] * count, False, 1.0, None))
    assert measured.limit == limit


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("Die Aufnahmen stammen von einer Universität und nicht aus dem Norden.", "weak"),
        ("HALO wurde mit 1.200 Stunden von Vogelstimmen aus Norwegen trainiert.", "weak"),
        ("HALO wurde mit 7.500 Stunden von Vogelstimmen aus Norwegen trainiert.", "unsupported"),
        ("Das Netz wurde nicht mit GPT-4 verglichen und ist langsam.", "weak"),
    ],
)
def test_what_is_in_another_language_is_not_judged_by_its_words(claim, verdict):
    assert judge(claim, [PAPER]).support == verdict


def test_a_paper_in_the_language_of_the_claim_is_compared_with_it():
    paper = Paper("x", "Vögel", "Das Netz wurde mit Stimmen von Vögeln aus dem Norden trainiert.")
    claim = "Die Fische wurden nicht mit dem Netz gefangen, und der Koch war ein Bär."
    assert judge(claim, [paper]).support == "unsupported"
