"""Whatever the bytes: nothing raises, and what comes out is clean."""

# ruff: noqa: E501 samples are as long as they are

import gzip
import io
import re
import unicodedata
import zipfile

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from rag.readers import read
from rag.types import Paper, Rejection

RECORD = '{"_id": "a", "title": "A", "abstract": "Some <i>text</i> of $x$.", "authors": ["B C"]}'
SAMPLES = [
    "RECORD 1\nTITLE\nA\nAUTHOR NAMES\nIto M.\nBo L.\nABSTRACT\naa\nbb\n\nRECORD 2\nTITLE\nB\nSOURCE\nS (2011) 1:2 (3-4).\n"
    "ABSTRACT\nbb\n",
    "1|t|A\n1|a|aa\n1\t0\t1\tA\tGene\t1\n1\tCID\tD1\tD2\n\n2|t|B\n2|a|bb\n",
    "ty -JOUR\nau -Ito, M\nti -A\nab -aa\nbb\ner -\n\nTY-CHAP\nTI-B\nAB-bb\nER-\n",
    "[{'title': 'A', 'abstract': \"a'a\", 'authors': ['Ito, M'], 'year': nan},\n {'title': 'B', 'abstract': 'bb', 'at': date(1, 2)}]",
    "<all><book><authors><author><first>M</first><last>Ito</last></author></authors><title>A</title><abstract>aa</abstract></book>\n"
    "<essay><author>Bo, L</author><title>B <i>b</i></title><summary>bb</summary></essay></all>",
    '{"title": {"0": "A", "1": "B"}, "abstract": {"0": "aa", "1": "bb"}, "year": {"0": 2001, "1": null}}',
    '{"columns": ["title", "abstract"], "data": [["A", "aa"], ["B", "bb"]]}',
    f"{RECORD}{RECORD}\n",
    f"{RECORD}\n{RECORD}\n",
    f'{{"papers": [{RECORD},\n{RECORD}]}}',
    'id,title,abstract,authors\n1,A,"aa\nbb",X Y\n2,"B ""q""",bb,"Z, W"\n',
    "id\ttitle\ttext\n1\tA\taa\n2\tB\tbb\n",
    '@string{v = "V"}\n@misc{a, title={A {B}}, author={C, D and E}, abstract=v # {x}}\n' * 2,
    "TY  - JOUR\nTI  - A\nAB  - aa\n  bb\nER  - \nTY  - JOUR\nTI  - B\nAB  - bb\nER  - \n",
    "PMID- 1\nTI  - A\nAB  - aa\n      bb\n\nPMID- 2\nTI  - B\nAB  - bb\n",
    '<feed xmlns="http://www.w3.org/2005/Atom">\n'
    + "<entry><id>a</id><title>A</title><summary>a &lt; b</summary></entry>\n" * 2
    + "</feed>",
    "<PubmedArticleSet><PubmedArticle><MedlineCitation><PMID>1</PMID><Article><ArticleTitle>A"
    "</ArticleTitle><Abstract><AbstractText>aa</AbstractText></Abstract></Article>"
    "</MedlineCitation></PubmedArticle></PubmedArticleSet>",
    "Get trending papers in your email inbox!\nSubscribeA\n"
    + "aa bb. " * 50
    + "\nB\n"
    + "c " * 200,
    "FN X\nVR 1.0\nPT J\nAU Ito, M\n   Okafor, C\nTI A\nAB aa\n   bb\nPY 2011\nDI 10.5555/a\nER\n\nPT J\nTI B\n"
    "AB Bees. (C) 2011 Elsevier Ltd. All rights reserved.\nER\n\nEF\n",
    "PT\tAU\tTI\tSO\tAB\tPY\nJ\tIto, M; Okafor, C\tA\tS\taa\t2011\nJ\tIto M.\tB\tS\tbb\t2012\n",
    "%0 Journal Article\n%A Ito, Mei\n%T A\n%X aa\nbb\n\n%0 Book\n%F k:1\n%T B\n%X bb\n",
    "<xml><records><record><contributors><authors><author>Ito, M</author></authors></contributors><titles>"
    "<title><style>A</style></title></titles><abstract>aa &lt;i&gt;b&lt;/i&gt;</abstract></record>\n"
    "<record><titles><title>B</title></titles><abstract>b <sup>2</sup></abstract></record></records></xml>",
    "<OAI-PMH><ListRecords><record><header/><metadata><arXiv><id>1101.00001</id><title>A</title>"
    "<abstract>a</abstract></arXiv></metadata></record><record><header/><metadata><dc><title>B</title>"
    "<description>b</description></dc></metadata></record></ListRecords></OAI-PMH>",
    '<collection id="x"><volume id="1"><meta><booktitle>V</booktitle></meta><paper id="1"><title>A</title>'
    "<abstract>a</abstract></paper><paper><title>B</title><abstract>b</abstract></paper></volume></collection>",
    "<responseWrapper><resultList><result><title>A</title><authorString>Ito M.</authorString><abstractText>a"
    "</abstractText></result><result><title>B</title><abstractText>b</abstractText></result></resultList>"
    "</responseWrapper>",
    '{"status": "ok", "message": {"items": [{"title": ["A"], "abstract": "<jats:p>a <jats:inline-formula>'
    "<jats:alternatives><jats:tex-math>$$n=5$$</jats:tex-math><mml:math><mml:msup><mml:mi>n</mml:mi><mml:mn>"
    '2</mml:mn></mml:msup></mml:math></jats:alternatives></jats:inline-formula></jats:p>"},\n'
    '{"data": {"title": "B", "abstractNote": "b", "creators": [{"creatorType": "author", "name": "C, D"}]}}]}}',
    "@misc{A, b'1, title={{\\textless}i{\\textgreater} $\\backslash$nA}, abstract={x {\\ensuremath{\\sim}} "
    "\\textbackslash{}documentclass\\{a\\} \\textbackslash{}begin\\{document\\}\\$\\alpha\\$\\textbackslash{}end\\{document\\}},"
    "\n author={King, Jr., M and {G, H} and I J.}}\n@misc{b, title={B}, abstract={b}}\n",
    "1. Sea. 2011;5(3):1-9. doi: 10.5555/a.\n\nA.\n\nIto M(1), Bo L; T Group.\n\nAuthor information:\n(1)Hives.\n\naa bb.\n\n"
    "DOI: 10.5555/a\nPMID: 1\n\n\n2. Sea. 2012;5(3):1-9.\n\nB.\n\nIto M.\n\nbb.\n\nPMID: 2\n",
    "Ito M, Bo L,\nAA,\nSS,\nVolume 5,\n2011,\nISSN 0000-0000,\nhttps://doi.org/10.5555/a.\n(https://www.sciencedirect.com"
    "/science/article/pii/S1)\nAbstract: aa\nbb\nKeywords: c\n\nBo L,\nBB,\nSS,\n2012,\nISSN 0000-0000,\n"
    "(https://www.sciencedirect.com/science/article/pii/S2)\nAbstract: bb\n",
    "Document 1 of 2\n\nAuthor: Ito, M; Bo, L\n\nAbstract: aa\nbb\n\nTitle: A\n\nPublication title: S; T\n\nProQuest document ID: 1\n\n"
    "Document 2 of 2\n\nAbstract: bb\n\nTitle: B\n\nProQuest document ID: 2\n",
    "Template-Type: ReDIF-Paper 1.0\nAuthor-Name: M Ito\nTitle: A\nAbstract: aa\n bb\n\nTemplate-Type: x\nTitle: B\nAbstract: b\n",
    "SrcDatabase-来源: 刊\nTitle-题名: A\nAuthor-作者: 王;李\nSummary-摘要: 甲。\n\nSrcDatabase-来源: 刊\nTitle-题名: B\nSummary-摘要: 乙\n",
    "\\\\\narXiv:1101.00001\nDate: 1 Jan 2011\n\nTitle: A\nAuthors: M Ito (1), L Bo ((1) X (Y))\n\\\\\n  aa\nbb\n\\\\ ( x )\n----\n"
    "\\\\\narXiv:1101.00002\nDate: 1 Jan 2011\n\nTitle: B\n\\\\\n  b\n\\\\\n",
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:z="http://www.zotero.org/namespaces/export#">\n'
    '<A><z:itemType>a</z:itemType><isPartOf rdf:resource="#j"/><title>A</title><abstract>a</abstract></A>\n'
    "<D><z:itemType>a</z:itemType><title>B</title><abstract>b</abstract></D>"
    '<J rdf:about="#j"><title>S</title><identifier>DOI 10.5555/a</identifier></J></rdf:RDF>',
    '<records><rec resultID="1"><tig><atl>A</atl></tig><ab>a</ab><aug><au>Ito, M</au></aug></rec>\n'
    '<rec resultID="2"><tig><atl>B</atl></tig><ab>b</ab></rec></records>',
    "* TODO AAA\n:PROPERTIES:\n:AUTHOR: I, J and K, L\n:YEAR: 2011\n:END:\n** Abstract\na\n* BBB\n:PROPERTIES:\n:ABSTRACT: b\n:END:\n",
    "1. Ito M, Bo L. AA. SS. 2011;5:1-9. doi:10.5555/a\nAbstract: aa\nbb\n\n[2] Ito, M. (2012). BB? C. SS, 5.\n\nAbstract—bb\n",
    '<html><script type="application/ld+json">{"@graph": [{"@type": "ScholarlyArticle", "name": "A", "abstract": "a", "author":'
    ' {"name": "M Ito"}, "isPartOf": {"isPartOf": {"name": "S"}}}]}</script><script type="application/ld+json">[{"@type": "Thesis", "headline": "B",'
    ' "description": "b"}]</script></html>',
    "%R 2011S..1I\n%T A\n%A Ito, M; Bo, L\n%J S\n%D 05/2011\n%X aa\nbb\n%Y DOI: 10.5555/a\n\n%A Bo, L\n%T B\n%X bb\n",
    "RT Journal Article\nSR 1\nA1 Ito,M;Bo,L\nT1 A\nJF S\nYR 2011\nvo 5\nAB aa\nbb\nDO 10.5555/a\n\nRT Book\nSR 1\nT1 B\nAB bb\n",
    "START_RECORD\nFIELD Title:A\nFIELD Abstract:aa\nbb\nFIELD Author:Ito, M; Bo, L\nEND_RECORD\n\nSTART_RECORD\nFIELD Title:B\n"
    "FIELD Abstract:bb\nEND_RECORD\n",
    '<collection xmlns="http://www.loc.gov/MARC21/slim"><record><datafield tag="100"><subfield code="a">Ito, M,</subfield><subfield '
    'code="e">x</subfield></datafield><datafield tag="245"><subfield code="a">A :</subfield><subfield code="b">b /</subfield></datafield>'
    '<datafield tag="520"><subfield code="a">a</subfield></datafield></record><record><datafield tag="245"><subfield code="a">B</subfield>'
    '</datafield><datafield tag="520"><subfield code="a">b</subfield></datafield></record></collection>',
    '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:dc><dc:title>A</dc:title><dc:creator>Ito, M</dc:creator><dc:description>a'
    "</dc:description></dc:dc><dc:dc><dc:title>B</dc:title><dc:description>b</dc:description></dc:dc></metadata>",
    "<TEI><teiHeader><fileDesc><titleStmt><title>A</title></titleStmt><author><persName><forename>M</forename><forename>L</forename>"
    "<surname>Ito</surname></persName></author></fileDesc><abstract><p>a</p></abstract></teiHeader><teiHeader><titleStmt><title>B</title>"
    "</titleStmt><abstract>b</abstract></teiHeader></TEI>",
    "<html><table><tr><th>Title</th><th>Abstract</th></tr><tr><td>A</td><td>a</td></tr><tr><td>B</td><td>b</td></tr></table></html>",
    "references:\n- title: A\n  abstract: a\n  author:\n  - family: Ito\n    given: M\n- title: B\n  abstract: >\n    b\n    c\n",
    "# L\n\n## AAA\n\n**Authors:** M Ito\n**Year**: 2011\n\n**Abstract:** a\n\n## BBB\n\n- **Venue:** S\n- **Abstract:** b\n",
    '<html><body><dl><dt><a href="/abs/1101.00001">x</a></dt><dd><div class="list-title">Title: A</div><div class="list-authors">'
    '<a>M Ito</a></div><p>a</p></dd><dt>x</dt><dd><div class="list-title">B</div><p>b</p></dd></dl></body></html>',
    '"TITLE","A ""b"""\n"AUTHOR NAMES","Ito M.","de la Bo M.-J."\n"SOURCE","S (2011) 5:3"\n"ABSTRACT","a. © 2011 X."\n\n'
    '"TITLE","B"\n"ABSTRACT","b"\n"DOI","10.5555/b"\n',
    '"About: 2020",,,\nTitle,Abstract,Authors,Extra\nA,a.MethodsWe b,"[{\'name\': \'Ito, M\'}]","Citation Key: k\nDOI: 10.5555/a"\n'
    'B,Abstract The b. Licensee MDPI,"Mei Ito & Chi Bo; et al.",x\n',
    '{"result": [{"total": 1}], "records": [{"title": "A", "abstract": {"h1": "x", "p": "a"}, "creators": [{"creator": "I, J"}],'
    ' "url": [{"value": "https://doi.org/10.5555/a"}], "cdate": 1304380800000}, {"metadata": {"title": "B", "authors": [{"first": "C"}]},'
    ' "abstract": [{"text": "b"}], "bib_entries": {"B0": {"title": "C", "year": 1}}, "external_ids": [{"type": "doi", "value": "1"}]}]}',
    "<pmc-articleset><article><front><article-meta><title-group><article-title>A</article-title></title-group><contrib-group>"
    "<contrib contrib-type='author'><name><surname>I</surname><given-names>J</given-names></name></contrib></contrib-group><abstract>"
    "<sec><title>T</title><p>a <alternatives><tex-math>$x^2$</tex-math><b/></alternatives></p></sec></abstract></article-meta></front>"
    "</article>\n<article><article-meta><article-title/><title-group><article-title>B</article-title></title-group><abstract><p>&lt;![CDATA[b]]&gt;"
    "</p></abstract></article-meta></article></pmc-articleset>",
    "@misc{a, title={\\textsuperscript{2} \\verb|x| \\begin{i}\\item A\\end{i}}, abstract={$5^\\circ \\rm \\farcs \\sqrt[3]{x}$ a}, author={I, J and"
    " and K L}}\n@misc{b, title={B}, abstract={\\documentclass{a}\\begin{document}$$b$$\\end{document}}, url={https://doi.org/10.5555/b}}\n",
    'Title,Abstract,Authors,Source\nA,"<AbstractText Label=""X"">a</AbstractText> $ \\pm $ 185x<alternatives>'
    '185x<inline-graphic xlink:href=""y""/></alternatives>","Ito M., Okafor, C., et al.",S\nB,Abstract: b,"I, J K",-\n',
    "<1>\nUnique Identifier\n  1\nTitle\n  A\nAuthors\n  I J; K L.\nSource\n  S. 9(1):9, 2019.\nAbstract\n  a\n"
    "<2>\nTI  - B\nAU  - I J\nAB  - b\n      b\n",
    "{Reference Type}: Journal Article\n{Title}: A\n{Author}: 王, 小明;鈴木, 花子\n{Abstract}: a\n\n"
    "{Reference Type}: Book\n{Title}: B\n{Abstract}: b\n",
    "<rss version='2.0'><channel><item><title>A</title><description>arXiv:1 Abstract: a</description><dc:creator>I J, K L"
    "</dc:creator></item><item><title>B</title><description>&lt;p&gt;b&lt;/p&gt;</description></item></channel></rss>",
    "<modsCollection><mods><titleInfo><title>A</title></titleInfo><name><namePart type='family'>I</namePart><role><roleTerm>author"
    "</roleTerm></role></name><abstract>a <math><msup><mi>x</mi><mn>2</mn></msup></math></abstract></mods><mods><titleInfo>"
    "<title>B</title></titleInfo><abstract>b</abstract></mods></modsCollection>",
    "@misc{a, title={A $n\\log{\\frac{a}{b}}$}, author={family=I, given=J, prefix=de and 王, 小明}, abstract={a \\raisebox{1ex}{b}}}\n"
    "@misc{b, title={B}, author={given={J K}, family={I}}, abstract={b}}\n",
    'id,dc.title[en],dc.contributor.author,dc.description.abstract[],dc.date.issued\n1,A,"I, J||K, L",a,2011\n2,B,,b,\n',
]
FORBIDDEN = {"Cc", "Cs"}
KEPT = "\u200c\u200d"


def packed(data):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("x.bib", data)
    return [data, gzip.compress(data, mtime=0), archive.getvalue()]


def check(data):
    items = list(read("-", io.BytesIO(data)))
    assert items
    for item in items:
        if isinstance(item, Rejection):
            assert item.where.startswith("-")
            assert item.reason
            assert "\n" not in item.reason
            continue
        assert isinstance(item, Paper)
        assert item.abstract
        assert item.title or item.id or item.key
        assert re.fullmatch(r"-(/.+)?:[1-9][0-9]*", item.sources[0], re.DOTALL)
        texts = [item.id, item.title, item.abstract, *item.authors]
        texts += filter(None, [item.venue, item.doi, item.arxiv_id, item.url, item.key])
        for text in texts:
            assert text == unicodedata.normalize("NFC", " ".join(text.split()))
            assert not {unicodedata.category(mark) for mark in text} & FORBIDDEN
            text.encode()


@seed(1)
@settings(max_examples=150, deadline=None, database=None)
@given(st.binary(max_size=400))
def test_any_bytes(data):
    check(data)


@seed(2)
@settings(max_examples=150, deadline=None, database=None)
@given(st.text(max_size=200))
def test_any_text_in_every_field(text):
    quoted = text.replace('"', '""')
    check(f'title,abstract,authors,year,venue,doi,url,id\n{(chr(34) + quoted + chr(34) + ",") * 8}'.encode("utf-8", "replace"))  # fmt: skip
    check(f"@misc{{k, title = {{{text}}}, author={{{text}}}, abstract = {{{text}}}}}".encode("utf-8", "replace"))  # fmt: skip


@pytest.mark.parametrize("number", range(len(SAMPLES)))
def test_samples_as_they_are(number):
    items = list(read("-", io.BytesIO(SAMPLES[number].encode())))
    assert all(isinstance(item, Paper) for item in items)
    assert len(items) == (1 if "Pubmed" in SAMPLES[number] else 2)


@seed(3)
@settings(
    max_examples=300,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    st.sampled_from(SAMPLES),
    st.integers(0, 2),
    st.lists(
        st.tuples(
            st.integers(0, 10_000),
            st.integers(0, 12),
            st.binary(max_size=4)
            | st.sampled_from(
                [
                    b'"',
                    b"{",
                    b"}",
                    b"\\",
                    b"<",
                    b">",
                    b"&",
                    b"\n",
                    b"\0",
                    b"@",
                    b",",
                    b"\xed\xa0\x80",
                ]
            ),
        ),
        max_size=5,
    ),
)
def test_mutated_samples(sample, kind, changes):
    data = packed(sample.encode())[kind]
    for at, cut, put in changes:
        at %= len(data) + 1
        data = data[:at] + put + data[at + cut :]
    check(data)
