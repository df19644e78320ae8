"""Drafts in many styles: each cited sentence is listed once, with the papers that it means."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.drafts.checking import check_draft, form_of
from rag.drafts.citing import find_marks
from rag.drafts.claims import claim
from rag.drafts.marks import Known
from rag.drafts.references import described
from rag.receipts.support import Verdict
from rag.types import Paper

HERE = Path(__file__).parent
SAMPLE = HERE.parent / "evals" / "datasets" / "sample" / "papers.jsonl"
PAPERS = [
    Paper(row["id"], row["title"], row["abstract"], tuple(row["authors"]), row["year"],
          arxiv_id=row["arxiv_id"], key=row["key"])
    for row in map(json.loads, SAMPLE.read_text(encoding="utf-8").splitlines())
]  # fmt: skip


class Sample:
    """The sample papers as a library."""

    def named(self, name: str) -> list[Paper]:
        return [paper for paper in PAPERS if name in (paper.id, paper.arxiv_id)]

    def near(self, text: str) -> list[Paper]:
        return PAPERS

    def by_author(self, name: str, year: int) -> list[Paper]:
        return [paper for paper in PAPERS if any(name in author for author in paper.authors)]


def check(text: str, name: str = "draft.md"):
    return check_draft(text, form_of(name, text), Sample()).sentences


def expected() -> dict[str, list[str]]:
    """Return, for each draft, its cited sentences: ``line: sentence -> papers ?unresolved``."""
    found: dict[str, list[str]] = {}
    for line in (HERE / "drafts" / "expected").read_text(encoding="utf-8").splitlines():
        name, _, sentence = line.partition(":")
        found.setdefault(name, []).append(sentence)
    return found


EXPECTED = expected()


@pytest.mark.parametrize("name", EXPECTED)
def test_each_cited_sentence_is_listed_once_with_its_papers(name):
    text = (HERE / "drafts" / name).read_text(encoding="utf-8")
    listed = []
    for each in check(text, name):
        meant = " ".join([*each.papers, *(f"?{key}" for key in each.unresolved)])
        listed.append(f"{each.line}: {each.text} -> {meant}")
    assert listed == EXPECTED[name]


def test_each_draft_is_expected():
    drafts = {path.name for path in (HERE / "drafts").iterdir()}
    assert drafts == {*EXPECTED, "expected"}


@pytest.mark.parametrize(
    ("name", "false"),
    [
        ("ieee.md", "BERT-large has 970 million parameters"),
        ("pandoc.md", "Chinchilla has 12 billion parameters"),
        ("biblatex.tex", "MMLU has 75 subjects"),
        ("plain.txt", "Self-RAG trains 31 retrievers"),
        ("apa.md", "BEIR has 71 datasets"),
        ("raised_list.txt", "Contriever is better than BM25 on 5 of"),
        ("raised_list.txt", "SQuAD holds 107,785 questions³; humans reach 66.8%"),
        ("long_notes.md", "The re-ranker was 72% better"),
        ("locators.md", "The passages of DPR are about 35 million"),
        ("addresses.md", "The k-selection reaches up to 75%"),
    ],
)
def test_a_planted_falsehood_is_found(name, false):
    text = (HERE / "drafts" / name).read_text(encoding="utf-8")
    (sentence,) = (each for each in check(text, name) if each.text.startswith(false))
    assert sentence.support == "unsupported"
    assert not sentence.unresolved


BERT = Paper("bert", "BERT", "...", ("Jacob Devlin",), 2019)
ATTENTION = Paper("att", "Attention", "...", ("Ann Lee", "Bo Chen"), 2017, arxiv_id="1612.00001")
TUNING = Paper("tun", "Visual Instruction Tuning", "...", ("Haotian Liu",), 2023)
BARE = Paper("bare", "Of tea and time", "...")


@pytest.mark.parametrize(
    ("entry", "found"),
    [
        ("Devlin, J. (2019). BERT. NAACL.", ["bert"]),
        ("J. Devlin et al. “BERT,” in NAACL", ["bert"]),
        ("Somebody, A.: BERT. In: NAACL (2019)", ["bert"]),
        ("Liu, Y. RoBERTa: A Robustly Optimized BERT Pretraining Approach. 2019.", []),
        ("Devlin, J. BERT: Pre-training of Deep Transformers. 2019.", []),
        ("Devlin, J. Sentence-BERT. 2019.", []),
        ("Somebody, A. BERT. 1999.", []),
        ("Mack, A. Inattention blindness. 2017.", []),
        ("Lee, A. Attention — a study. 2017.", ["att"]),
        ("Lee, A. Attention. 2016.", ["att"]),
        ("Other, X. Attention. 2016.", ["att"]),  # the year of its preprint
        ("Liu, H. Improved Baselines with Visual Instruction Tuning. 2023.", []),
        ("Liu, H. Visual instruc-\ntion tuning, 2023", ["tun"]),
        ("Liu, H. Visual Instrucion Tuning. 2023.", ["tun"]),
        ("Liu, H. Visual Instruction Tunign. 2023.", ["tun"]),
        ("Liu, H. Visual Instrucion Tuning. 2021.", []),
        ("Lee, H. Visual Instrucion Tuning. 2023.", []),
        ("Liu, H. Visual Instrucion Tunin. 2023.", []),
        ("Liu, H. Improved Baselines with Visual Instrucion Tuning. 2023.", []),
        ("Liu, H. Visual Instrucion Tuning: a sequel. 2023.", []),
        ("Of tea and time", ["bare"]),
        ("Attention", ["att"]),
        ("", []),
    ],
)
def test_an_entry_is_a_whole_title_with_an_author_or_the_year(entry, found):
    assert [p.id for p in described(entry, [BERT, ATTENTION, TUNING, BARE])] == found


@pytest.mark.parametrize(
    "text",
    [
        "Values lie in the range [1, 5].", "An index a[1].", "In [2017] it rained.", "A [link][1].",
        "- [x] done", "1. A numbered item", "[1](https://example.org) is a link.",
        "Mail me@example.org.", "See @fig:one.", "In March (2020) we met.", "GPT-3 (2020) is.",
        "`[@devlin2018bert]` is code.", "$[1]$ is a vector.", "    [@devlin2018bert] is code too",
        "# A heading [@devlin2018bert]", "<!-- [@devlin2018bert] -->", "An area of 5 m².",
        "It holds (95% CI, 2019).", "[^1] aside.\n\n[^1]: We ran this in 2019.",
    ],
)  # fmt: skip
def test_what_is_no_citation(text):
    assert check(text) == ()


@pytest.mark.parametrize(
    "text",
    [
        r"\nocite{devlin2018bert}", r"\citestyle{apa}", r"% \cite{devlin2018bert}",
        r"\verb|\cite{devlin2018bert}|", r"\begin{equation}\cite{devlin2018bert}\end{equation}",
        r"\section{On \cite{devlin2018bert}}", r"\iffalse \cite{devlin2018bert} \fi",
    ],
)  # fmt: skip
def test_what_is_no_claim_in_latex(text):
    assert check(f"\\begin{{document}}\n{text} Words.\n\\end{{document}}", "draft.tex") == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Vaswani et al. (2017) use attention.", "The authors use attention."),
        ("As @devlin2018bert [p. 3] shows, it is deep.", "As the paper shows, it is deep."),
        ("It is deep (Devlin et al., 2019), too.", "It is deep, too."),
        ("[@devlin2018bert] shows it.", "The paper shows it."),
        ("It is *deep* [see @devlin2018bert].", "It is deep."),
        ("Table: It is deep [@devlin2018bert].", "It is deep."),
        ("Table 3: It is deep [@devlin2018bert].", "It is deep."),
    ],
)
def test_the_claim_is_the_sentence_without_its_citations(text, said, monkeypatch):
    seen = []

    def judge(claim, papers, embedder=None):
        seen.append(claim)
        return Verdict("weak", 0.4, None), [Verdict("weak", 0.4, None)]

    monkeypatch.setattr("rag.drafts.checking.judge_each", judge)
    check(text)
    assert seen == [said]


def test_an_ambiguous_citation_says_so_and_is_not_judged():
    (one,) = check("BART and RAG came (Lewis et al., 2020).")
    assert one.unresolved == ("Lewis 2020",)
    assert one.problems == ("'Lewis 2020' names several papers: lewis2020retrieval, lewis2019bart",)
    assert (one.papers, one.support, one.evidence) == ((), "unsupported", None)


def test_each_cited_paper_has_its_own_verdict():
    (one,) = check(
        "It was trained with the same computation as the 280-billion-parameter Gopher "
        "[@hoffmann2022chinchilla; @hu2021lora]."
    )
    assert one.support == "supported"
    assert one.verdicts == {"hoffmann2022chinchilla": "supported", "hu2021lora": "unsupported"}


HALL = "Town Hall Office of Bees and Wasps"
OF_BODIES = [
    Paper("air", "Air in towns", "Dirty air shortens lives.", ("World Health Organization",), 2019),
    Paper("count", "Hives", "We counted 31 hives.", ("U.S. Census Bureau",), 2020),
    Paper("jobs", "Jobs", "Jobs for bees rose by 2%.", ("Bureau of Labor Statistics",), 2020),
    Paper("hall", "Wasps", "Wasps nest in the hall.", (HALL, "Ann Lee"), 2018),
]  # fmt: skip


class OfBodies(Sample):
    """A library of papers by organisations."""

    def near(self, text: str) -> list[Paper]:
        return OF_BODIES

    def by_author(self, name: str, year: int) -> list[Paper]:
        return [paper for paper in OF_BODIES if any(name in author for author in paper.authors)]


@pytest.mark.parametrize(
    "listed",
    [
        "",
        "\n\n## References\n\nU.S. Census Bureau. (2020). Hives. Author.\n"
        "Bureau of Labor Statistics (2020). Jobs.\n"
        "Town Hall Office of Bees and Wasps, 2018. Wasps.\n"
        "World Health Organization. (2019). Air in towns.\n",
    ],
)
@pytest.mark.parametrize(
    ("text", "papers", "unresolved"),
    [
        ("The U.S. Census Bureau (2020) counted 31 hives.", ["count"], []),
        ("Jobs rose by 2% (Bureau of Labor Statistics, 2020).", ["jobs"], []),
        ("Air kills (World Health Organization [WHO], 2019; U.S. Census Bureau, 2020).",
         ["air", "count"], []),
        ("World Health Organization (WHO) (2019) warns of air.", ["air"], []),
        (f"The {HALL} (2018) fears wasps.", ["hall"], []),
        ("The Ministry of Bees (2020) and the Hive Bureau (2020) are silent.", [],
         ["Ministry of Bees 2020", "Hive Bureau 2020"]),
        ("Bank and Bureau (2020) are people.", [], ["Bank and Bureau 2020"]),
    ],
)  # fmt: skip
def test_an_organisation_of_several_words_is_one_author(text, papers, unresolved, listed):
    (one,) = check_draft(text + listed, "markdown", OfBodies()).sentences
    assert (sorted(one.papers), list(one.unresolved)) == (papers, unresolved)


def test_what_an_organisation_does_the_paper_or_its_authors_do():
    text = "The World Bank (2019) lends."
    assert claim(text, 0, len(text), find_marks(text, Known((), {}))) == "The paper lends."
