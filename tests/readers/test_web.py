"""Pages of one paper as saved from the web."""

# ruff: noqa: E501 pages stay as they are served

import pytest

from rag.types import Paper, Rejection

KELP = "Kelp grew 3 cm a day under the pier & nowhere else in 40 bays that we dived in."
TITLE = '<meta name="citation_title" content="Kelp under piers">'

HIGHWIRE = f"""<!DOCTYPE html>
<html lang="en"><head><title>Kelp | Shore Notes</title><link rel="canonical" href="https://example.org/kelp">
{TITLE}<meta name="citation_author" content="Moe, Siri"><meta name="citation_author" content="Tom O&#39;Dea">
<meta name="citation_publication_date" content="2015/03/02"><meta name="citation_journal_title" content="Shore Notes">
<meta name="citation_doi" content="10.5555/KELP.1"><meta content="{KELP.replace("&", "&amp;")}" name="citation_abstract">
</head><body><pre>@article{{other, title={{Other}}, abstract={{Other}}}}</pre></body></html>"""
DUBLIN = f"""<html><head><meta name="DC.Title" content="Kelp under piers" /><meta name="DC.Creator" content="Siri Moe" />
<meta name="DC.Date" content="2015-03-02"/><meta name="DC.Source" content="Shore Notes"/><meta name="DC.Identifier" content="https://doi.org/10.5555/kelp.1"/>
<meta name="DC.Description" content="&lt;p&gt;{KELP}&lt;/p&gt;"/></head></html>"""
BLOCK = f"""<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html><html><head>{TITLE}<meta name="dc.description" content="Kelp grew under the pier and nowhere else, as we found when we dived..."></head>
<body><a class="abstract-link" href="#a">Abstract</a><section class="article__abstract" id="a"><h2>Abstract</h2><button>Copy</button>
<h3>Aims</h3><p>To <b>watch</b> CO<sub>2</sub> in kelp at n&nbsp;&lt;&nbsp;5 piers.</p><h3>Results</h3><p>It fell by 10<sup>-3</sup> a day.</p></section></body></html>"""
HEADED = f"""<html><head>{TITLE}</head><body><article><h2>Zusammenfassung</h2><p>{KELP}</p><p>So much for kelp.</p><h2>Einleitung</h2><p>More.</p></article></body></html>"""

LINKED = f"""<html><head><title>Kelp</title><script type="application/ld+json">not JSON</script><script type="application/ld+json">
{{"@context": "https://schema.org", "@graph": [{{"@type": "WebSite", "name": "Shore Notes online"}}, {{"@type": ["ScholarlyArticle"],
"headline": "Kelp under piers", "description": "{KELP}", "datePublished": "2015-03-02", "author": [{{"@type": "Person", "givenName":
"Siri", "familyName": "Moe"}}, {{"@type": "Organization", "name": "The Kelp Group"}}], "sameAs": "https://doi.org/10.5555/kelp.1",
"isPartOf": {{"@type": "PublicationIssue", "isPartOf": {{"@type": "Periodical", "name": "Shore Notes"}}}}}}]}}</script></head></html>"""

PAGES = {
    "JSON-LD alone": (LINKED, {"title": "Kelp under piers", "abstract": KELP, "authors": ("Siri Moe", "The Kelp Group"), "year": 2015, "venue": "Shore Notes", "doi": "10.5555/kelp.1"}),
    "Highwire's tags": (HIGHWIRE, {"title": "Kelp under piers", "abstract": KELP, "authors": ("Siri Moe", "Tom O'Dea"), "year": 2015, "venue": "Shore Notes", "doi": "10.5555/kelp.1", "url": "https://example.org/kelp", "sources": ("x.html:1",)}),
    "Dublin Core": (DUBLIN, {"title": "Kelp under piers", "abstract": KELP, "authors": ("Siri Moe",), "year": 2015, "venue": "Shore Notes", "doi": "10.5555/kelp.1"}),
    "a block named abstract, the tag cut": (BLOCK, {"abstract": "Aims: To watch CO2 in kelp at n < 5 piers. Results: It fell by 10⁻³ a day."}),
    "a heading": (HEADED, {"abstract": f"{KELP} So much for kelp."}),
    "a long description": (f'<html><head>{TITLE}<meta property="og:description" content="{KELP * 4}"></head></html>', {"abstract": KELP * 4}),
    "people in one tag": (f'<html><head>{TITLE}<meta name="citation_authors" content="Moe, Siri; O\'Dea, Tom"><meta name="citation_abstract" content="{KELP}"></head></html>', {"authors": ("Siri Moe", "Tom O'Dea")}),
}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_the_page_of_a_paper_is_that_paper(given, name):
    page, wanted = PAGES[name]
    (item,) = given("x.html", page)
    assert isinstance(item, Paper)
    assert {field: getattr(item, field) for field in wanted} == wanted


@pytest.mark.parametrize(
    "page",
    [
        "<!doctype html>",
        f"<html><head>{TITLE}</head><body><h2>Abstract</h2><p>Log in.</p></body></html>",
        f'<html><head>{TITLE}<meta name="description" content="{KELP}"></head></html>',
        f"<html><head><title>Kelp</title></head><body><div class=abstract>{KELP}</div></body></html>",
        f'<html><head>{TITLE}</head><body><div class="graphical-abstract">{KELP}</div></body></html>',
    ],
)
def test_a_page_without_an_abstract_or_a_papers_title_is_none(given, page):
    assert given("x.html", page) == [Rejection("x.html", "a web page; save it as text")]
