"""Verdicts that must hold whatever the constants: quotes, changed numbers, names and denials."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.receipts.support import is_factual, judge
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
