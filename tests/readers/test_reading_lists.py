"""Reading lists in Markdown and org-mode, and lists of references."""

import pytest

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


ORG = """#+TITLE: To read
* TODO [#A] Ferries in fog   :sea:
  :PROPERTIES:
  :AUTHOR: Moe, Siri and Dahl, Ola
  :YEAR: 2015
  :JOURNAL: Shore Notes
  :DOI: 10.5555/fog_1
  :CUSTOM_ID: moe2015
  :END:
** Abstract
Ferries slow down in fog.
They ring 9 bells.

** Notes
Not mine.
* Trams in snow
:PROPERTIES:
:ABSTRACT: Trams stop in snow.
:END:
* Buses
:PROPERTIES:
:YEAR: 2001
:END:
#+begin_abstract
Buses wait.
#+end_abstract
"""


def test_a_headline_of_org_mode_with_properties_is_a_paper(given):
    assert given("list.org", ORG) == [
        Paper(
            id="",
            title="Ferries in fog",
            abstract="Ferries slow down in fog. They ring 9 bells.",
            authors=("Siri Moe", "Ola Dahl"),
            year=2015,
            venue="Shore Notes",
            doi="10.5555/fog_1",
            key="moe2015",
            sources=("list.org:2",),
        ),
        Paper("", "Trams in snow", "Trams stop in snow.", sources=("list.org:16",)),
        Paper("", "Buses", "Buses wait.", year=2001, sources=("list.org:20",)),
    ]


def test_a_heading_abstract_in_markdown_is_one_too(given):
    (paper,) = given(
        "list.md", "# To read\n\n## Ferries\n\n### Abstract\n\nFerries sail.\n\n## Log\n"
    )
    assert (paper.title, paper.abstract) == ("Ferries", "Ferries sail.")


AUTHORS = ("S. Moe", "O. Dahl")
CITED = {
    "Vancouver": ("Moe S, Dahl O. Ferries in fog. Shore Notes. 2015;3:1-9.", ("S Moe", "O Dahl")),
    "APA": ("Moe, S., & Dahl, O. (2015). Ferries in fog. Shore Notes, 3(1), 1–9.", AUTHORS),
    "Harvard": ("Moe, S. and Dahl, O., 2015. Ferries in fog. Shore Notes, 3, pp.1-9.", AUTHORS),
    "IEEE": ("S. Moe and O. Dahl, “Ferries in fog,” Shore Notes, vol. 3, 2015.", AUTHORS),
    "Chicago": ('Moe, S., and O. Dahl. "Ferries in fog." Shore Notes 3 (2015): 1.', AUTHORS),
}


@pytest.mark.parametrize("style", CITED)
@pytest.mark.parametrize("number", ["", "2. ", "[2] "])
def test_a_reference_with_its_abstract_below_is_a_paper(given, style, number):
    cited, authors = CITED[style]
    cited = f"{number}{cited}\n https://doi.org/10.5555/fog_1"
    text = f"My list\n\n{cited}\n\nAbstract: Ferries ring\n9 bells.\n"
    assert given("list.txt", text) == [
        Paper(
            id="10.5555/fog_1",
            title="Ferries in fog",
            abstract="Ferries ring 9 bells.",
            authors=authors,
            year=2015,
            venue="Shore Notes",
            doi="10.5555/fog_1",
            url="https://doi.org/10.5555/fog_1",
            sources=("list.txt:3",),
        )
    ]


def test_a_numbered_reference_without_an_abstract_is_rejected_by_its_place(given):
    text = (
        "1. Moe S. Is it fog? A study. Shore Notes. 2015;3:1.\nAbstract: It is.\n"
        "2. Bo L. Trams. Rails. 2016.\n3. Something.\nAbstract: Of something.\n"
    )
    one, *others = given("list.txt", text)
    assert (one.title, one.venue, one.abstract) == ("Is it fog? A study", "Shore Notes", "It is.")
    assert others == [
        Rejection("list.txt:3", "no abstract; only papers with an abstract can be asked about"),
        Rejection(
            "list.txt:4",
            "a reference of which the title cannot be told; give the record as BibTeX or RIS",
        ),
    ]
