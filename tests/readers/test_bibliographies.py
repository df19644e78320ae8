"""BibTeX, RIS and PubMed's .nbib."""

from rag.types import Paper, Rejection

NO_ABSTRACT = "no abstract; only papers with an abstract can be asked about"


def paper(where, own, title, abstract, **more):
    return Paper(id=own, title=title, abstract=abstract, sources=(where,), **more)


def entry(where, key, title, abstract, **more):
    return paper(where, "", title, abstract, key=key, **more)


BIBTEX = r"""This file was exported; text between entries is a comment.
% so is this: 50% of it

@string{acl = "Annual Meeting of " # {the ACL}}
@string(jan = "January")
@preamble{"\newcommand{\noop}[1]{}"}
@comment{@article{hidden, title={x}, abstract={y}}}

@inproceedings{vaswani-2017,
  title     = {Attention {Is} All You {N}eed},
  author    = {Vaswani, Ashish and Noam Shazeer and {The Brain and Mind Team} and
               de la Cruz, Mar{\'\i}a and King, Jr., Martin Luther and others},
  year      = 2017,
  month     = jun,
  booktitle = acl # " (" # 55 # "th)",
  abstract  = {We use {\em attention} only---50% faster at $O(n^2)$ \& simpler.
               It costs \$5, \eg for G\"odel's ``small'' set.},
  doi       = "https://doi.org/10.1000/ABC.",
  url       = {https://example.org/~a/b_c},
  pmid      = {123},
}

@ARTICLE{quoted, Title = "A {"}quoted{"} Word", Abstract = "In {\O}slo, {Na{\"i}ve} B\'ezier.",
  journal=nature, eprint={1706.03762v5}, archivePrefix={arXiv}, DATE={2019-05-01}}
@misc{same, title={First}, abstract={One one}}
@misc{same, title={Second}, abstract={Two two}}
"""


def test_bibtex_with_abbreviations_names_and_latex(given):
    assert given("a.bib", BIBTEX) == [
        entry(
            "a.bib:9",
            "vaswani-2017",
            "Attention Is All You Need",
            "We use attention only—50% faster at O(n^2) & simpler. "
            "It costs $5, \\eg for Gödel's “small” set.",
            authors=(
                "Ashish Vaswani",
                "Noam Shazeer",
                "The Brain and Mind Team",
                "María de la Cruz",
                "Martin Luther King Jr.",
            ),
            year=2017,
            venue="Annual Meeting of the ACL (55th)",
            doi="10.1000/abc",
            url="https://example.org/~a/b_c",
        ),
        entry(
            "a.bib:23",
            "quoted",
            'A "quoted" Word',
            "In Øslo, Naïve Bézier.",
            venue="nature",
            year=2019,
            arxiv_id="1706.03762",
        ),
        entry("a.bib:25", "same", "First", "One one"),
        entry("a.bib:26", "same", "Second", "Two two"),
    ]


BROKEN_BIBTEX = """@article{good1, title={One}, abstract={First abstract}}

@article{unclosed,
  title = {No closing brace,
  year = 2001

@article{nocomma,
  title = {Two}
  abstract = {Second abstract},
}
@article{noequals, title {x}, abstract={y}}
@article{good2, title={Three}, abstract={Third abstract}}
@article{bare, title={x}, abstract={In
one} two}
@article{noabstract, title={Only a title}}
@article{, title={No key}, abstract={Fourth abstract}}
@article{cut, title={Five}, abstract={never closed
"""


def test_broken_bibtex_entries_cost_only_themselves(given):
    assert given("a.bib", BROKEN_BIBTEX) == [
        entry("a.bib:1", "good1", "One", "First abstract"),
        Rejection(
            "a.bib:3",
            "broken entry: Unexpected block start: `@article`. "
            "Was still looking for field-value closing `}`",
        ),
        Rejection("a.bib:7", "broken entry: a comma is missing between two fields"),
        Rejection("a.bib:11", "broken entry: Expected a `=` after entry key, but found `{`."),
        entry("a.bib:12", "good2", "Three", "Third abstract"),
        Rejection("a.bib:13", "broken entry: a comma is missing between two fields"),
        Rejection("a.bib:15", NO_ABSTRACT),
        paper("a.bib:16", "", "No key", "Fourth abstract"),
        Rejection("a.bib:17", "broken entry: Unexpectedly reached end of file."),
    ]


def test_abbreviations_that_double_each_other_stop_growing(given):
    lines = ['@string{a0 = "0123456789"}']
    lines += [f"@string{{a{n} = a{n - 1} # a{n - 1}}}" for n in range(1, 25)]
    lines += ["@misc{x, title={T}, abstract={aa}}"]
    items = given("a.bib", "\n".join(lines))
    # 10 * 2**17 characters are past the limit of 2**20; later ones are made of a bare name.
    assert items[0] == Rejection("a.bib:18", "broken @string: a value is too long")
    assert items[-1] == entry("a.bib:26", "x", "T", "aa")


RIS = """TY  - JOUR
ID  - smith2020
AU  - Smith, John A.
A1  - ignored beside AU
AU  - Doe, Jane, Jr.
TI  - A first title
that goes on
AB  - The abstract begins
      and goes on
  at some length.
XX  - an unknown tag
that goes on too
PY  - 2020/03/01/
JO  - Journal of Tests
M3  - Journal Article
DO  - 10.1000/XYZ
UR  - https://example.org/a
ER  -\x20

TY  - CONF
T1  - The end mark is lost
N2  - Another abstract
A1  - Roe, Al
Y1  - n.d.
UR  - https://doi.org/10.1000/from-link
TY  - JOUR
TI  - No abstract here
ER  -
TY  - JOUR
TI  - Arxiv
AB  - Third
UR  - https://arxiv.org/abs/1706.03762v2
ER  -
"""


def test_ris_with_continuation_lines_unknown_tags_and_a_lost_end(given):
    assert given("a.ris", RIS.replace("\n", "\r\n")) == [
        paper(
            "a.ris:1",
            "smith2020",
            "A first title that goes on",
            "The abstract begins and goes on at some length.",
            authors=("John A. Smith", "Jane Doe Jr."),
            year=2020,
            venue="Journal of Tests",
            doi="10.1000/xyz",
            url="https://example.org/a",
        ),
        paper(
            "a.ris:20",
            "10.1000/from-link",
            "The end mark is lost",
            "Another abstract",
            authors=("Al Roe",),
            doi="10.1000/from-link",
            url="https://doi.org/10.1000/from-link",
        ),
        Rejection("a.ris:26", NO_ABSTRACT),
        paper(
            "a.ris:29",
            "1706.03762",
            "Arxiv",
            "Third",
            arxiv_id="1706.03762",
            url="https://arxiv.org/abs/1706.03762v2",
        ),
    ]


NBIB = """
PMID- 12345678
OWN - NLM
IS  - 1234-5678 (Print)
TI  - A study of things with
      a long title.
LID - S0140-6736(20)30183-5 [pii]
LID - 10.1000/Things [doi]
AB  - BACKGROUND: Things are many. METHODS: We counted
      them - twice.
FAU - Smith, John A
AU  - Smith JA
FAU - Doe, Jane
AU  - Doe J
CN  - Things Group
DP  - 2019 Mar 12
TA  - J Things
JT  - Journal of things

PMID- 2
TI  - No abstract
a line that belongs nowhere

PMID- 3
TI  - Third
AB  - Short names.
AU  - Roe AB
DP  - 1998 Dec-1999 Jan
TA  - J Things
"""


def test_nbib_with_continuation_lines(given):
    assert given("a.nbib", NBIB) == [
        paper(
            "a.nbib:2",
            "12345678",
            "A study of things with a long title.",
            "BACKGROUND: Things are many. METHODS: We counted them - twice.",
            authors=("John A Smith", "Jane Doe", "Things Group"),
            year=2019,
            venue="Journal of things",
            doi="10.1000/things",
        ),
        Rejection("a.nbib:20", NO_ABSTRACT),
        paper(
            "a.nbib:24",
            "3",
            "Third",
            "Short names.",
            authors=("AB Roe",),
            year=1998,
            venue="J Things",
        ),
    ]


CHAPTERS = """@incollection{reeds, crossref = {Marsh2009},
  title = {Reeds}, abstract = {Reeds stand in water.}}
@inproceedings{sedges, CrossRef = "Meeting", title = {Sedges},
  date = {2010-12}, abstract = {Sedges have edges.}}
@article{rushes, crossref = {special}, title = {Rushes}, abstract = {Rushes are round.}}
@misc{moss, crossref = {nowhere}, title = {Moss}, abstract = {Moss is low.}}
@misc{self, crossref = {self}, title = {Self}, abstract = {It names itself.}}
@string{mm = "Marshes and Meadows"}
@book{marsh2009, title = {Plants of the {Marsh}}, editor = {Ed, A.}, year = 2009,
  publisher = {Wet Press}}
@proceedings{meeting, booktitle = mm, title = {Proceedings}, year = 2011}
@periodical{special, journal = {Marsh Letters}, title = {A Special Issue}, year = {2012}}
"""


def test_bibtex_inherits_from_a_crossref_wherever_it_stands(given):
    papers = [item for item in given("a.bib", CHAPTERS) if isinstance(item, Paper)]
    assert [(paper.key, paper.title, paper.venue, paper.year) for paper in papers] == [
        ("reeds", "Reeds", "Plants of the Marsh", 2009),
        ("sedges", "Sedges", "Marshes and Meadows", 2010),
        ("rushes", "Rushes", "Marsh Letters", 2012),
        ("moss", "Moss", None, None),
        ("self", "Self", None, None),
    ]


def test_a_key_that_is_a_doi_gives_the_doi(given):
    (paper,) = given("acm.bib", "@misc{10.5555/Bells.1, title={Bells}, abstract={They ring.}}")
    assert (paper.key, paper.doi) == ("10.5555/Bells.1", "10.5555/bells.1")
