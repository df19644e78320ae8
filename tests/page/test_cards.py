"""A card shows a paper, marks exactly the evidence, and links only to where one may go."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.export import bibtex
from rag.types import Paper
from ui.cards import card, is_web_address, mark

PAPER = Paper(
    id="a1",
    title="On < and &",
    abstract="One. Two. Three.",
    authors=("Ada Abel", "Ben Bold"),
    year=2019,
    venue="ICML",
    doi="10.1234/x(1)",
    key="abel2019on",
)


def test_card():
    assert card(PAPER, "t-1", 1, [(0, 5, 9)]) == (
        '<li class="card" id="t-1" data-paper="a1" tabindex="-1"><div class="head">'
        '<span class="num" aria-hidden="true">1</span><h4 class="title">On &lt; and &amp;</h4>'
        '<button type="button" class="quiet back" data-do="back">Back</button></div>'
        '<p class="by">Ada Abel, Ben Bold. <span class="where">ICML 2019</span></p>'
        '<p class="ways"><a href="https://doi.org/10.1234/x%281%29" target="_blank" '
        'rel="noopener noreferrer">DOI</a><code class="key">abel2019on</code></p>'
        '<details><summary>Abstract</summary><p class="abstract">One. '
        '<mark data-s="0">Two.</mark> Three.</p></details><p class="tools">'
        '<button type="button" class="quiet" data-do="ask-only" aria-label="Ask only this paper">'
        'Ask only this</button><button type="button" class="quiet" data-do="like" '
        'aria-label="Papers like this one">Papers like this</button>'
        '<button type="button" class="quiet" data-do="copy-bibtex" aria-label="Copy BibTeX">'
        'BibTeX</button><button type="button" class="quiet" data-do="copy-ris" '
        'aria-label="Copy RIS">RIS</button></p></li>'
    )


def test_the_key_is_the_one_that_bibtex_gets():
    paper = Paper("x", "The Long Road", "A.", ("Ada Lovelace",), 1843)
    assert '<code class="key">lovelace1843long</code>' in card(paper, "t")
    assert "{lovelace1843long," in bibtex([paper])


@pytest.mark.parametrize(
    ("abstract", "addresses"),
    [
        ("Code: https://e.org/a_b/c?d=1&e, so.", ["https://e.org/a_b/c?d=1&amp;e"]),
        ("See doi:10.1234/ab.c(1). It", ["https://doi.org/10.1234/ab.c%281"]),
        ("In arXiv:2001.01234v2, as", ["https://arxiv.org/abs/2001.01234v2"]),
        ("javascript:x http:// data:text/html,x 10.5 arxiv: 2020", []),
        ('https://e.org/"><img>', ["https://e.org/"]),
    ],
)
def test_what_an_abstract_names_is_linked_and_stays_the_same(abstract, addresses):
    made = mark(abstract, [(0, 2, 20)])
    assert list(dict.fromkeys(re.findall(r'href="([^"]*)"', made))) == addresses
    assert unescape(re.sub(r"</?(?:mark|a)\b[^>]*>", "", made)) == abstract


def test_a_paper_without_an_address_is_searched_for():
    made = card(Paper("x", 'On "A&B" <so>', "A."), "t")
    title = "On%20%22A%26B%22%20%3Cso%3E"
    assert re.findall(r'href="([^"]*)"', made) == [
        f"https://arxiv.org/search/?searchtype=title&amp;query={title}",
        f"https://scholar.google.com/scholar?q={title}",
        f"https://www.semanticscholar.org/search?q={title}",
    ]


def test_a_paper_that_is_gone_has_no_abstract_to_open():
    made = card(Paper("gone", "", ""), "t-r1")
    assert "No longer in the library." in made
    assert '<h4 class="title">gone</h4>' in made
    assert "<details>" not in made


@pytest.mark.parametrize(
    ("evidence", "marked"),
    [
        ([], "abcdef"),
        ([(0, 0, 6)], '<mark data-s="0">abcdef</mark>'),
        ([(0, 1, 3), (1, 4, 5)], 'a<mark data-s="0">bc</mark>d<mark data-s="1">e</mark>f'),
        (
            [(0, 0, 4), (2, 2, 6)],
            '<mark data-s="0">ab</mark><mark data-s="0 2">cd</mark><mark data-s="2">ef</mark>',
        ),
    ],
)
def test_mark(evidence, marked):
    assert mark("abcdef", evidence) == marked


@given(
    st.text(max_size=40),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=4),
)
def test_marked_words_are_the_slice(abstract, pairs):
    spans = [
        (i, min(a, b, len(abstract)), min(max(a, b), len(abstract)))
        for i, (a, b) in enumerate(pairs)
    ]
    made = mark(abstract, spans)
    pieces = re.findall(r'<mark data-s="([\d ]+)">([^<]*)</mark>', made)
    for i, start, end in spans:
        words = "".join(unescape(text) for owners, text in pieces if str(i) in owners.split())
        assert words == abstract[start:end]
    assert unescape(re.sub(r"</?(?:mark|a)\b[^>]*>", "", made)) == abstract


@pytest.mark.parametrize(
    ("fields", "link"),
    [
        ({"doi": "10.1/x"}, None),
        ({"doi": 'javascript:"x"'}, None),
        ({"doi": "10.1234/a b"}, None),
        ({"doi": '10.1234/"onx'}, None),
        ({"arxiv_id": "2101.00001v2"}, "https://arxiv.org/abs/2101.00001v2"),
        ({"arxiv_id": "x' onclick='y"}, None),
        ({"url": "javascript:alert(1)"}, None),
        ({"url": "data:text/html,x"}, None),
        ({"url": "https://e.org/a?b=1&c=2"}, "https://e.org/a?b=1&amp;c=2"),
        ({"url": 'https://e.org/"><script>'}, "https://e.org/&quot;&gt;&lt;script&gt;"),
    ],
)
def test_links(fields, link):
    found = re.findall(r'href="([^"]*)"', card(Paper("x", "", "A.", **fields), "t"))
    assert found == ([link] if link else [])


def test_all_ways_to_a_paper_are_shown():
    made = card(Paper("x", "X", "A.", doi="10.1234/a", arxiv_id="2101.1", url="https://e.org"), "t")
    assert re.findall(r'href="([^"]*)"[^>]*>(\w+)', made) == [
        ("https://doi.org/10.1234/a", "DOI"),
        ("https://arxiv.org/abs/2101.1", "arXiv"),
        ("https://e.org", "Link"),
    ]


@pytest.mark.parametrize(
    "url",
    ["", "x", "//e.org", "http:", "https://", "ftp://e.org", "JAVASCRIPT:x", " https://e.org",
     "https://e.org/\n", "https://e.org/\u202e", "java\tscript:x", "https://[", "vbscript:x"],
)  # fmt: skip
def test_no_web_address(url):
    assert not is_web_address(url)


def test_hostile_fields_stay_text():
    bad = '"><img src=x onerror=alert(1)>'
    made = card(Paper(bad, bad, bad, (bad,), 2020, bad, key=bad), "t", 1, [(0, 0, len(bad))])
    assert "<img" not in made
    assert made.count("&lt;img src=x onerror=alert(1)&gt;") == 5  # a key has no such signs
