"""Listing pages as saved from the web."""

from pathlib import Path

import pytest

from rag.readers import read
from rag.types import Paper, Rejection

PAGES = Path(__file__).parents[2].parent / "shared" / "pages"


@pytest.mark.skipif(not PAGES.is_dir(), reason="../shared/pages is not here")
def test_four_saved_pages_give_375_papers_and_no_rejection():
    counts, titles = {}, []
    for path in sorted(PAGES.glob("*.txt")):
        items = list(read(str(path)))
        assert all(isinstance(item, Paper) for item in items)
        counts[path.name[:3]] = len(items)
        titles += [item.title for item in items]
        assert all(len(item.abstract) > 500 and item.id == "" for item in items)
    assert counts == {"000": 89, "001": 119, "002": 86, "003": 81}
    assert len({title.lower() for title in titles}) == 332
    assert "An EMO Joint Pruning with Multiple Sub-networks: Fast and Effect" in titles
    assert titles[89].startswith("Fake it till you make it: Learning transferable")
    assert max(len(title) for title in titles) == 153


ABSTRACT = "We measure how far a reader gets. " * 10
OTHER = "Another text about other things. " * 10


def page(tmp_path, text):
    (tmp_path / "p.txt").write_text(text, encoding="utf-8")
    return [
        item if isinstance(item, Rejection) else (item.sources[0], item.title, item.abstract)
        for item in read(str(tmp_path / "p.txt"))
    ]


def test_blank_lines_between_entries(tmp_path):
    where = f"{tmp_path}/p.txt"
    text = f"new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\nbyAK and the research community\n\nMar 12\n\nFirst Paper\n\n{ABSTRACT}\n\nSecond Paper\n\n{OTHER}"
    assert page(tmp_path, text) == [
        (f"{where}:11", "First Paper", ABSTRACT.strip()),
        (f"{where}:15", "Second Paper", OTHER.strip()),
    ]
