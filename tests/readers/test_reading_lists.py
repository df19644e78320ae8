"""Reading lists in Markdown."""

from rag.types import Paper, Rejection

LIST = """# To read

Some **bold** words on top.

## Soon

- **Ferries in fog** (Moe & Dahl, 2015), Shore Notes. https://doi.org/10.5555/fog_1
  Abstract: Ferries slow down in fog.
  They ring 9 bells.

  My own note.
- **A paper yet to find** (Bo, 2016).
2. **[Trams in snow](https://arxiv.org/abs/1101.00001)**
   **Abstract:** Trams stop in snow.
"""


def test_a_title_in_bold_above_an_abstract_is_a_paper(given):
    assert given("list.md", LIST) == [
        Paper(
            id="10.5555/fog_1",
            title="Ferries in fog",
            abstract="Ferries slow down in fog. They ring 9 bells.",
            authors=("Moe", "Dahl"),
            year=2015,
            venue="Shore Notes",
            doi="10.5555/fog_1",
            url="https://doi.org/10.5555/fog_1",
            sources=("list.md:7",),
        ),
        Rejection("list.md:12", "no abstract; only papers with an abstract can be asked about"),
        Paper(
            id="1101.00001",
            title="Trams in snow",
            abstract="Trams stop in snow.",
            arxiv_id="1101.00001",
            url="https://arxiv.org/abs/1101.00001",
            sources=("list.md:13",),
        ),
    ]


def test_bold_words_without_an_abstract_are_no_list(given):
    (item,) = given("notes.md", "- **Ferries** are slow (Moe, 2015).\n- **Trams** ring.\n")
    assert item.reason.startswith("not a known format")
