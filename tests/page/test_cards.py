"""A card shows a paper, marks exactly the evidence, and links only to where one may go."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        '<li class="card" id="t-1" data-paper="a1" tabindex="-1">'
        '<span class="num" aria-hidden="true">1</span>'
        '<h4 class="title">On &lt; and &amp;</h4>'
        '<p class="by">Ada Abel, Ben Bold. <span class="where">ICML 2019</span></p>'
        '<p class="ways"><a href="https://doi.org/10.1234/x%281%29" target="_blank" '
        'rel="noopener noreferrer">DOI</a><code class="key">abel2019on</code>'
        '<button type="button" class="quiet" data-do="copy-bibtex" aria-label="Copy BibTeX">'
        "BibTeX</button></p>"
        '<details><summary>Abstract</summary><p class="abstract">One. '
        '<mark data-s="0">Two.</mark> Three.</p></details></li>'
    )


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
    assert unescape(re.sub(r"</?mark[^>]*>", "", made)) == abstract


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
        ({"doi": "10.1234/a", "url": "https://e.org"}, "https://doi.org/10.1234/a"),
    ],
)
def test_links(fields, link):
    found = re.findall(r'href="([^"]*)"', card(Paper("x", "X", "A.", **fields), "t"))
    assert found == ([link] if link else [])


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
    assert made.count("&lt;img src=x onerror=alert(1)&gt;") == 6
