"""Who surpasses whom: names that a claim has the other way round than the paper."""

from __future__ import annotations

import pytest

from rag.receipts.support import SUPPORTED, judge
from rag.text.sides import exchanged
from rag.types import Paper

SAID = [
    "On nine of ten sets, Chinchilla beats Gopher, GPT-3 and Jurassic-1.",
    "BERT-base is 40% larger than DistilBERT, yet DistilBERT is 60% faster than BERT-base.",
    "It surpasses ANCE on MS MARCO.",
    "SWATS is outperformed by Lion.",
]


@pytest.mark.parametrize(
    ("claim", "contrary"),
    [
        ("Gopher beats Chinchilla.", True),
        ("Gopher outperforms Chinchilla on nine of ten sets.", True),
        ("Chinchilla is worse than Gopher.", True),
        ("Chinchilla is surpassed by GPT-3.", True),
        ("Chinchilla outperforms Gopher.", False),
        ("Gopher is beaten by Chinchilla.", False),
        ("Gopher lags behind Chinchilla.", False),
        ("Gopher beats GPT-3.", False),  # which is not said
        ("DistilBERT is larger than BERT-base.", True),
        ("DistilBERT is smaller than BERT-base.", False),
        ("BERT-base is faster than DistilBERT.", True),
        ("BERT-base is better than DistilBERT.", False),  # which is another thing
        ("ANCE surpasses SPLADE.", True),  # "it" is none of the two's names
        ("SPLADE surpasses ANCE.", False),
        ("SWATS outperforms Lion.", True),
        ("Lion outperforms SWATS by 3 points.", False),
        ("On ANCE, models fall behind SPLADE.", False),
        ("Bees outperform ants.", False),
    ],
)
def test_names_that_stand_crosswise_are_exchanged(claim, contrary):
    assert exchanged(claim, SAID) is contrary


def test_where_the_paper_says_both_nothing_is_exchanged():
    both = ["Alpha beats Beta at night.", "Beta beats Alpha by day."]
    assert not exchanged("Alpha beats Beta.", both)
    assert not exchanged("Beta beats Alpha.", both)


def test_a_claim_with_its_names_exchanged_gets_no_tick():
    paper = Paper("p", "Chinchilla", "Chinchilla beats Gopher on nine of ten sets.")
    assert judge("Chinchilla beats Gopher on nine of the ten sets.", [paper]).score > 0.5
    assert judge("Gopher beats Chinchilla on nine of ten sets.", [paper]).score < SUPPORTED
