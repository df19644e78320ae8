"""Listing pages as saved from the web."""

from pathlib import Path

import pytest

from rag.readers import read
from rag.readers.formats import UNKNOWN
from rag.types import Paper, Rejection

PAGES = Path(__file__).parents[2].parent / "shared" / "pages"
ABSTRACT = ("We measure how far a reader of saved pages gets. " * 6).strip()
OTHER = ("Another abstract tells of other things at some length. " * 6).strip()


def found(items):
    return [
        item
        if isinstance(item, Rejection)
        else (int(item.sources[0].rpartition(":")[2]), item.title, item.abstract)
        for item in items
    ]


@pytest.mark.skipif(not PAGES.is_dir(), reason="../shared/pages is not here")
def test_four_saved_pages_give_375_papers_and_no_rejection():
    counts, papers = {}, []
    for path in sorted(PAGES.glob("*.txt")):
        items = list(read(str(path)))
        assert all(isinstance(item, Paper) for item in items)
        counts[path.name[:3]] = len(items)
        papers += items
    assert counts == {"000": 89, "001": 119, "002": 86, "003": 81}
    titles = [paper.title for paper in papers]
    assert len({title.lower() for title in titles}) == 332
    assert (min(map(len, titles)), max(map(len, titles))) == (20, 153)
    assert min(len(paper.abstract) for paper in papers) > 590
    assert {paper.id for paper in papers} == {""}
    assert "An EMO Joint Pruning with Multiple Sub-networks: Fast and Effect" in titles
    assert [titles[0], titles[89][:24], titles[294][:21]] == [
        "TRAM: Bridging Trust Regions and Sharpness Aware Minimization",
        "Fake it till you make it",
        "CLIP meets GamePhysic",
    ]


@pytest.mark.skipif(not PAGES.is_dir(), reason="../shared/pages is not here")
def test_latex_left_in_saved_pages_becomes_text():
    text = " ".join(
        item.abstract
        for path in sorted(PAGES.glob("*.txt"))
        for item in read(str(path))
        if isinstance(item, Paper)
    )
    assert "with the Fréchet mean" in text
    assert "accuracy by 2.19% over" in text
    assert "achieves 76% accuracy" in text
    assert "Joint-Image Diffusion (\\jedi), an" in text  # an unknown command stays
    assert "models (<1M parameters)" in text
    assert "72.2 AP_{50} on" in text


FURNITURE = [
    ["new", "Get trending papers in your email inbox!", "Subscribe"],
    ["byAK and the research community", "Mar 12"],
]


def test_blank_lines_between_entries(given):
    lines = [*FURNITURE[0], *FURNITURE[1], "First Paper", ABSTRACT, "Second: A Paper", OTHER]
    assert found(given("p.txt", "\n\n".join(lines))) == [
        (11, "First Paper", ABSTRACT),
        (15, "Second: A Paper", OTHER),
    ]


def test_no_blank_lines_and_furniture_glued_to_the_first_title(given):
    lines = [
        "Get trending papers in your email inbox once a day!",
        "Get trending papers in your email inbox!",
        "SubscribeFirst Paper",
        ABSTRACT,
        "Second Paper",
        OTHER,
    ]
    assert found(given("p.txt", "\n".join(lines) + "\n")) == [
        (3, "First Paper", ABSTRACT),
        (5, "Second Paper", OTHER),
    ]


def test_daily_papers_by_ak_in_lines_of_their_own(given):
    lines = [*FURNITURE[0], "Daily Papers", "by AK and the research community", "First", ABSTRACT]
    assert found(given("p.txt", "\n\n".join(lines))) == [(11, "First", ABSTRACT)]


@pytest.mark.parametrize(
    "title",
    [
        "Subscribers Come and Go: A Study",
        "New Methods for Old Problems",
        "NewsQA: Questions on News",
        "Daily Papers in Review",
        "May the Force Be with Networks",
        "Bypassing AK Filters",
    ],
)
def test_a_first_title_that_begins_like_furniture_stays_whole(given, title):
    page = "\n".join(["Get trending papers in your email inbox!", title, ABSTRACT])
    assert found(given("p.txt", page)) == [(2, title, ABSTRACT)]


def test_a_lost_abstract_or_title_costs_only_its_own_entry(given):
    lines = [
        "Get trending papers in your email inbox!",
        "No Abstract Here",
        "Second Paper",
        ABSTRACT,
        OTHER,
        "Third Paper",
        OTHER,
        "The Last Title",
    ]
    assert found(given("p.txt", "\n".join(lines))) == [
        Rejection("p.txt:2", "no abstract; only papers with an abstract can be asked about"),
        (3, "Second Paper", ABSTRACT),
        Rejection("p.txt:5", "an abstract without a title above it"),
        (6, "Third Paper", OTHER),
        Rejection("p.txt:8", "no abstract; only papers with an abstract can be asked about"),
    ]


def test_furniture_between_entries_is_left_out(given):
    lines = ["Get trending papers in your email inbox!", "12", "First", ABSTRACT, "Mar 11"]
    lines += ["Subscribe", "·", "Second", OTHER, "- 3 -", "new"]
    assert found(given("p.txt", "\n\n".join(lines))) == [
        (5, "First", ABSTRACT),
        (15, "Second", OTHER),
    ]


def test_a_short_abstract_is_known_by_its_sentence(given):
    short = "We show in only a few words that a short abstract is an abstract all the same."
    page = "\n".join(["Get trending papers in your email inbox!", "First", short])
    assert found(given("p.txt", page)) == [(2, "First", short)]


def test_titles_and_abstracts_by_turns_need_no_furniture(given):
    lines = ["The First Paper", ABSTRACT, "The Second Paper", OTHER]
    assert found(given("p.txt", "\n".join(lines))) == [
        (1, "The First Paper", ABSTRACT),
        (3, "The Second Paper", OTHER),
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"# A project\n\n{ABSTRACT}\n\n## Use\n\n{OTHER}\n",
        f"{ABSTRACT}\n\n{OTHER}\n\n{ABSTRACT}\n",
        f"Chapter One\n\n{ABSTRACT}\n\n{OTHER}\n\nChapter Two\n\n{OTHER}\n",
        "import os\n\n\n@dataclass(frozen=True)\nclass A:\n    pass\n",
        "Dear all,\n\nthe meeting is on Monday.\n\nYours\n",
        "\n".join(f"{n} a line of a log" for n in range(50)),
    ],
    ids=["readme", "prose", "chapters", "python", "letter", "log"],
)
def test_other_text_is_no_listing_page(given, text):
    assert given("p.txt", text) == [Rejection("p.txt", UNKNOWN)]
