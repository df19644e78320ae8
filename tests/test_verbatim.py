"""Which word-for-word matches a paper asserts, and sentences that cite several papers."""

from __future__ import annotations

import pytest

from rag.answers.writing import Written, receipts
from rag.receipts.several import judge_each, suggest
from rag.receipts.support import SUPPORTED, WEAK, Verdict, judge
from rag.receipts.verbatim import find_verbatim, is_only_mentioned
from rag.types import Hit, Paper, Passage, Usage

TEA = (
    "BACKGROUND: Green tea lowers blood pressure in adults. However, black tea raises the heart "
    "rate, but white tea does not. It is a myth that coffee stunts the growth of children. "
    "Whether oolong tea prevents colds is unknown. Some authors claim that mint tea cures "
    "headaches. We found no evidence that iced tea harms the teeth. Rooibos helps, if it is warm. "
    "Does matcha help?  Tea costs 3.5 dollars; herbs cost less than tea. Chai helps sleepers, "
    "which some people claim without proof."
)


@pytest.mark.parametrize(
    ("claim", "asserted"),
    [
        ("Green tea lowers blood pressure in adults.", True),
        ("green  tea lowers blood\npressure in adults", True),
        ("However, black tea raises the heart rate, but white tea does not.", True),
        ("Black tea raises the heart rate.", True),
        ("Herbs cost less than tea.", True),
        ("It is a myth that coffee stunts the growth of children.", True),
        ("Coffee stunts the growth of children.", False),
        ("Oolong tea prevents colds.", False),
        ("Mint tea cures headaches.", False),
        ("Iced tea harms the teeth.", False),
        ("Rooibos helps.", False),
        ("Does matcha help?", False),
        ("Matcha help", False),
        ("Green tea", False),
        ("blood pressure in adults", False),
        ("Tea costs 3", False),
        ("Chai helps sleepers.", False),
        ("White tea does not.", False),
        (
            "Green tea lowers blood pressure in adults. However, black tea raises the heart rate",
            True,
        ),
    ],
)
def test_verbatim_is_what_the_paper_asserts(claim, asserted):
    found = find_verbatim(claim, TEA)
    assert (found is not None) is asserted
    if found:
        assert TEA[slice(*found)].lower().split() == claim.lower().rstrip(".").split()


@pytest.mark.parametrize(
    ("claim", "abstract", "found"),
    [
        ("Green tea is good.", "Green   tea  is good.", (0, 20)),
        ("Tea.", "Tea.", None),
        ("Tea helps.", "Tea helps.", (0, 9)),
        # A clause has four words, and nothing behind it takes it back.
        ("Tea costs two dollars.", "Tea costs two dollars; herbs do not.", (0, 21)),
        ("Tea costs money.", "Tea costs money; herbs do not.", None),
        ("Tea costs two dollars.", "Tea costs two dollars, which some people claim.", None),
        ("Herbs cost less.", "Tea costs money; herbs cost less.", (17, 32)),
        ("Herbs cost less.", "That tea is good is a myth; herbs cost less.", None),
        ("Tea is good.", "Iced tea is good. Green tea is good.", None),
        ("Tea is good.", "Steatea is good. Tea is good. Tea is good.", (17, 28)),
        ("Tea is good.", "Xtea is good.", None),
        ("Tea is good.", "Pea is good.", None),
        ("Tea costs 3.", "Tea costs 3.5. Tea costs 3%. Tea costs 3. It is so.", (29, 40)),
        # Twenty places are looked at.
        ("Tea is good.", "No: tea is good. " * 19 + "Tea is good.", (323, 334)),
        ("Tea is good.", "No: tea is good. " * 20 + "Tea is good.", None),
    ],
)
def test_where_a_claim_stands_word_for_word(claim, abstract, found):
    assert find_verbatim(claim, abstract) == found


@pytest.mark.parametrize(
    ("claim", "abstract", "mentioned"),
    [
        ("Tea helps sleepers.", "It is a myth that tea helps sleepers.", True),
        ("Tea helps.", "It is a myth that tea helps.", False),
        ("Tea helps sleepers.", "It is a myth that tea helps.", False),
        ("Tea helps sleepers.", "The myth is old: green tea helps sleepers.", False),
        ("Tea helps sleepers.", "If it is warm, tea helps sleepers at night.", True),
        ("Tea helps sleepers.", "Green tea helps sleepers?", True),
        (
            "Tea helps sleepers.",
            "A myth is that tea helps sleepers. Green tea helps sleepers.",
            False,
        ),
    ],
)
def test_what_stands_only_in_doubt_is_mentioned(claim, abstract, mentioned):
    assert is_only_mentioned(claim, abstract) is mentioned


@pytest.mark.parametrize(
    "claim",
    [
        "Coffee stunts the growth of children.",
        "Oolong tea prevents colds.",
        "Mint tea cures headaches.",
        "Iced tea harms the teeth.",
    ],
)
def test_what_is_only_mentioned_is_not_said(claim):
    assert is_only_mentioned(claim, TEA)
    assert judge(claim, [Paper("t", "Teas", TEA)]).support == "unsupported"


def test_a_fragment_of_what_is_asserted_is_supported():
    claim = "Black tea raises the heart rate, but white tea does not."
    assert judge(claim, [Paper("t", "Teas", TEA)]).support in ("verbatim", "supported")
    assert not is_only_mentioned("Green tea lowers blood pressure", TEA)


@pytest.mark.parametrize(
    ("claim", "mentioned"),
    [
        ("Mate harms the heart.", True),
        ("Mate helps the heart.", False),
        ("Tea slows ageing.", True),
        ("Coffee cures colds.", True),
        ("Cocoa helps pupils.", True),
        ("Milk burns the throat.", True),
    ],
)
def test_a_doubt_counts_for_its_own_clause(claim, mentioned):
    abstract = (
        "Although it is often said that mate harms the heart, mate helps the heart. Smith et al. "
        "claimed that tea slows ageing. The idea that coffee cures colds is appealing. Do we know "
        "that cocoa helps pupils? If drunk hot, milk burns the throat."
    )
    assert is_only_mentioned(claim, abstract) is mentioned


MOSS = Paper("moss", "On moss", "Moss grows on the north side of 40 oaks in Norway.")
FERN = Paper("fern", "On ferns", "Ferns lower the temperature of 90 ponds in Chile.")


def test_a_sentence_mixed_from_two_papers_is_weak_at_most(monkeypatch):
    scores = {("moss",): 0.5, ("fern",): 0.3, ("moss", "fern"): 0.9}

    def judged(claim, papers, embedder=None):
        score = scores[tuple(paper.id for paper in papers)]
        return Verdict("supported" if score >= SUPPORTED else "weak", score, None)

    monkeypatch.setattr("rag.receipts.several.judge", judged)
    verdict, each = judge_each("Moss and ferns.", [MOSS, FERN])
    assert (verdict.support, verdict.score) == ("weak", 0.7524)  # 0.99 of the limit
    assert [one.score for one in each] == [0.5, 0.3]


def test_a_sentence_of_two_halves_is_weak_and_with_a_false_number_unsupported():
    true = "Moss grows on 40 oaks in Norway and ferns lower the temperature of 90 ponds in Chile."
    verdict, each = judge_each(true, [MOSS, FERN])
    assert (verdict.support, [one.support for one in each]) == ("weak", ["unsupported"] * 2)
    assert judge_each(true.replace("90", "91"), [MOSS, FERN])[0].support == "unsupported"


def test_the_paper_that_says_it_counts():
    alone, each = judge_each(MOSS.abstract, [FERN, MOSS])
    assert (alone.support, alone.evidence.paper_id) == ("verbatim", "moss")
    assert [one.support for one in each] == ["unsupported", "verbatim"]


def test_another_paper_that_says_it_is_suggested():
    assert suggest("Ferns lower the temperature of 90 ponds in Chile.", [MOSS, FERN]) == 1
    assert suggest("Ferns lower the temperature of 17 ponds in Chile.", [MOSS, FERN]) is None
    assert suggest("[1]", [MOSS, FERN]) is None
    assert suggest("Ferns.", []) is None


def test_the_three_with_most_of_the_words_are_judged_and_the_best_of_them_suggested(monkeypatch):
    papers = [Paper(str(i), "", "ants bees cats dogs emus"[: 5 * i]) for i in (1, 2, 5, 4, 3)]

    def judged(claim, papers):
        score = {"5": 0.3, "4": 0.8, "3": 0.9}.get(papers[0].id, 1.0)
        return Verdict("supported" if score >= SUPPORTED else "weak", score, None)

    monkeypatch.setattr("rag.receipts.several.judge", judged)
    assert suggest("Ants bees cats dogs emus.", papers) == 4


def test_a_sentence_of_an_answer_tells_each_verdict_and_the_paper_that_says_it():
    read = [
        Hit(rank, 1.0, paper, Passage(paper.id, 0, 9)) for rank, paper in ((1, MOSS), (2, FERN))
    ]
    text = (
        "Ferns lower the temperature of 90 ponds in Chile. [1] "
        "Moss grows on the north side of 40 oaks in Norway [1][2]. Salmon eat 12 gulls [1]."
    )
    wrong, both, none = receipts(Written(text, (0, 1), frozenset(), None, Usage()), read, read)
    assert (wrong.support, wrong.suggested, dict(wrong.verdicts)) == ("unsupported", 2, {})
    assert (both.support, both.suggested) == ("verbatim", None)
    assert both.verdicts == {"1": "verbatim", "2": "unsupported"}
    assert (none.support, none.suggested) == ("unsupported", None)


@pytest.mark.parametrize(
    ("claim", "sentence", "asserted"),
    [
        ("HALO recognises 48 species.", "HALO recognises 48 species and reaches 91%.", True),
        ("HALO tells the species apart.", "HALO tells the species apart and is fast.", True),
        ("The size of the hive.", "The size of the hive and weather matter.", False),
        ("It finds no bees here.", "It finds no bees here and loses flowers.", False),
        ("It falls between a hive.", "It falls between a hive and trees of wood.", False),
    ],
)
def test_a_clause_whose_subject_goes_on_is_asserted(claim, sentence, asserted):
    assert (find_verbatim(claim, sentence) is not None) is asserted


X = "The drug reduces mortality in elderly patients."


@pytest.mark.parametrize(
    "abstract",
    [
        f"“{X}” is a myth.",
        f"{X} This statement is a common misconception.",
        f"{X} However, this claim was refuted by later trials.",
        f"{X} We could not confirm this.",
        f"{X} (Retracted.)",
        f"Wrong. {X}",
        f"Critics object. “{X}” they say.",
        f"Claim 1. {X} We disprove Claim 1.",
        f"Rumour has it. {X} Not so.",
        f"Myth: {X} Fact: it does not.",
        f"Null hypothesis: {X}",
        f"H1: {X} H1 was rejected.",
        f'Smith et al. wrote: "{X}" Our trial refutes this.',
        f"It is claimed: {X}",
    ],
)
def test_what_the_words_around_it_take_back_is_not_said(abstract):
    assert find_verbatim(X, abstract) is None
    verdict = judge(X, [Paper("p", "Trial", abstract)])
    assert verdict.support == "unsupported"
    assert verdict.score < WEAK


@pytest.mark.parametrize(
    "abstract",
    [
        f"{X} This was confirmed in 2020.",
        f"RESULTS: {X} It is not known why.",
        f"{X} This is not true of children.",
        f"We tested it. {X} The hypothesis was supported.",
        f"{X} A wrong dose was rejected.",
        f"We learned this by trial and error, and judged each claim. {X}",
        f"It was not said that this is wrong. {X}",
    ],
)
def test_what_is_not_taken_back_stays_verbatim(abstract):
    assert judge(X, [Paper("p", "Trial", abstract)]).support == "verbatim"
