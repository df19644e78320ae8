"""arXiv's Atom feeds and PubMed's XML."""

# ruff: noqa: E501 records stay as their sources write them

import pytest

from rag.types import Paper, Rejection


def paper(where, own, title, abstract, **more):
    return Paper(id=own, title=title, abstract=abstract, sources=(where,), **more)


ATOM = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"
      xmlns:arxiv="http://arxiv.org/schemas/atom">
  <title type="html">ArXiv Query: all:attention</title>
  <id>http://arxiv.org/api/query</id>
  <entry>
    <id>http://arxiv.org/abs/1706.03762v7</id>
    <updated>2023-08-02T00:41:18Z</updated>
    <published>2017-06-12T17:57:34Z</published>
    <title>Attention Is
  All You Need</title>
    <summary>  Cost is $O(n^2)$, p &lt; 0.05 &amp; more
by Poincar\\'e.
</summary>
    <author><name>Ashish Vaswani</name></author>
    <author><name>Łukasz Kaiser</name><arxiv:affiliation>Google</arxiv:affiliation></author>
    <arxiv:doi>10.5555/ABC</arxiv:doi>
    <arxiv:journal_ref>NIPS 30 (2017)</arxiv:journal_ref>
    <link href="http://arxiv.org/pdf/1706.03762v7" title="pdf" type="application/pdf"/>
  </entry>
"""
THIRD = """  <entry><id>http://arxiv.org/abs/math/0309136v1</id><title>Third</title>
    <summary>caf&eacute;&#x1; goes on</summary></entry>
"""
VASWANI = paper(
    "a.xml:6",
    "1706.03762",
    "Attention Is All You Need",
    "Cost is O(n^2), p < 0.05 & more by Poincaré.",
    authors=("Ashish Vaswani", "Łukasz Kaiser"),
    year=2017,
    venue="NIPS 30 (2017)",
    doi="10.5555/abc",
    arxiv_id="1706.03762",
    url="http://arxiv.org/abs/1706.03762v7",
)


def third(line):
    return paper(
        f"a.xml:{line}",
        "math/0309136",
        "Third",
        "café goes on",
        arxiv_id="math/0309136",
        url="http://arxiv.org/abs/math/0309136v1",
    )


def test_an_atom_feed(given):
    assert given("a.xml", ATOM + THIRD + "</feed>\n") == [VASWANI, third(21)]


def test_what_can_be_read_of_a_broken_entry_is(given):
    broken = (
        "  <entry>\n<title>A & <b>B</title><summary>No &unknown; tag</i>.</summary>\n  </entry>\n"
    )
    assert given("a.xml", ATOM + broken + THIRD + "</feed>\n") == [
        VASWANI,
        paper("a.xml:21", "", "A & B", "No &unknown; tag."),
        third(24),
    ]


@pytest.mark.parametrize("name", ["a:1.0line", "m:-math", "x:ªb", ":", "a:b:"])
def test_a_tag_whose_name_is_none_costs_only_itself(given, name):
    (paper,) = given(
        "x.xml",
        f"<feed><entry><title>T</title><summary>Bees.</summary><{name}>5</{name}></entry></feed>",
    )
    assert (paper.title, paper.abstract) == ("T", "Bees.")


def test_a_broken_root_costs_nothing_but_itself(given):
    text = (
        "<feed xmlns='a' xmlns='a'>\n"
        + "<entry><title>T</title><id>i</id><summary>s</summary></entry>"
    )
    assert given("a.xml", text + "</feed>") == [
        paper("a.xml:2", "i", "T", "s"),
    ]


def test_an_entry_that_is_not_closed_costs_only_itself(given):
    broken = "  <entry>\n    <title>Open</title><summary>lost\n"
    assert given("a.xml", ATOM + broken + THIRD + "</feed>\n") == [
        VASWANI,
        Rejection("a.xml:21", "invalid XML: the record is not closed before the next begins"),
        third(23),
    ]


def test_a_feed_that_ends_early(given):
    cut = "the XML ends before the record does; fetch the file again"
    assert given("a.xml", ATOM + THIRD[:60]) == [VASWANI, Rejection("a.xml:21", cut)]
    assert given("a.xml", ATOM) == [VASWANI, Rejection("a.xml:21", cut)]


def test_nesting_without_end_costs_only_its_own_entry(given):
    deep = "<entry><summary>" + "<x>" * 100_000 + "\n"
    closed = deep + "</x>" * 100_000 + "</summary></entry>"
    for broken, reason in (
        (deep, "the record is not closed before the next begins"),
        (closed, "nested too deeply"),
    ):
        assert given("a.xml", ATOM + broken + THIRD + "</feed>") == [
            VASWANI,
            Rejection("a.xml:21", f"invalid XML: {reason}"),
            third(22),
        ]


def test_entities_of_the_files_own_are_refused(given):
    bomb = '<?xml version="1.0"?>\n<!DOCTYPE feed [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>\n'
    assert given("a.xml", bomb + ATOM.partition("\n")[2] + "</feed>") == [
        Rejection(
            "a.xml",
            "the XML declares entities of its own, which is unsafe; remove the declarations",
        )
    ]


def test_declared_latin_1(given):
    text = ATOM.replace("UTF-8", "ISO-8859-1").replace("Łukasz", "Lükasz") + "</feed>"
    (item,) = given("a.xml", text.encode("latin-1"))
    assert item.authors == ("Ashish Vaswani", "Lükasz Kaiser")


PUBMED = """<?xml version="1.0" ?>
<!DOCTYPE PubmedArticleSet PUBLIC "-//NLM//DTD PubMedArticle//EN" "https://x.org/p.dtd">
<PubmedArticleSet>
<PubmedArticle><MedlineCitation Status="MEDLINE"><PMID Version="1">111</PMID>
<Article PubModel="Print"><Journal><JournalIssue CitedMedium="Print"><PubDate>
<MedlineDate>1998 Dec-1999 Jan</MedlineDate></PubDate></JournalIssue>
<Title>Journal of X</Title></Journal>
<ArticleTitle>CO<sub>2</sub> at 10<sup>-3</sup> M in <i>E. coli</i>.</ArticleTitle>
<ELocationID EIdType="pii">S1</ELocationID>
<Abstract><AbstractText Label="BACKGROUND" NlmCategory="BACKGROUND">One, p &lt; 0.05.</AbstractText>
<AbstractText Label="METHODS">Two &amp; <b>three</b>.</AbstractText>
<CopyrightInformation>Copyright someone.</CopyrightInformation></Abstract>
<AuthorList><Author><LastName>Doe</LastName><ForeName>Jane B</ForeName></Author>
<Author><LastName>Roe</LastName><Initials>A</Initials><Suffix>Jr</Suffix></Author>
<Author><CollectiveName>The X Group</CollectiveName></Author></AuthorList>
</Article><CommentsCorrectionsList><CommentsCorrections><PMID>999</PMID></CommentsCorrections>
</CommentsCorrectionsList></MedlineCitation>
<PubmedData><ReferenceList><Reference><ArticleIdList><ArticleId IdType="doi">10.1000/other</ArticleId>
</ArticleIdList></Reference></ReferenceList><ArticleIdList><ArticleId IdType="pubmed">111</ArticleId>
<ArticleId IdType="doi">10.1000/Own</ArticleId></ArticleIdList></PubmedData></PubmedArticle>
<PubmedArticle><MedlineCitation><PMID>112</PMID><Article><ArticleTitle>None</ArticleTitle></Article>
</MedlineCitation></PubmedArticle>
<PubmedBookArticle><BookDocument><PMID>113</PMID><Book><BookTitle>A Book</BookTitle>
<PubDate><Year>2011</Year></PubDate></Book><ArticleTitle>A chapter</ArticleTitle>
<Abstract><AbstractText>All of it.</AbstractText></Abstract></BookDocument></PubmedBookArticle>
</PubmedArticleSet>
"""


def test_pubmed_with_labels_markup_and_medline_dates(given):
    assert given("p.xml", PUBMED) == [
        paper(
            "p.xml:4",
            "111",
            "CO2 at 10⁻³ M in E. coli.",
            "BACKGROUND: One, p < 0.05. METHODS: Two & three.",
            authors=("Jane B Doe", "A Roe Jr", "The X Group"),
            year=1998,
            venue="Journal of X",
            doi="10.1000/own",
        ),
        Rejection("p.xml:21", "no abstract; only papers with an abstract can be asked about"),
        paper("p.xml:23", "113", "A chapter", "All of it.", year=2011, venue="A Book"),
    ]


def test_pubmed_on_one_line(given):
    text = PUBMED.replace("\n", " ")
    assert [item.where if isinstance(item, Rejection) else item.id for item in given("p.xml", text)] == [
        "111",
        "p.xml:1",
        "113",
    ]  # fmt: skip


def test_other_xml_and_web_pages_are_named(given):
    assert [item.reason for item in given("a.xml", "<?xml version='1.0'?><svg></svg>")] == [
        "not a known format; give BibTeX, RIS, EndNote, Web of Science, PubMed, arXiv or other "
        "services' XML, JSON, JSON Lines, CSV, .xlsx or a saved listing page"
    ]
    assert given("a.html", "<!DOCTYPE html><html><body>Papers</body></html>") == [
        Rejection("a.html", "a web page; save it as text")
    ]
