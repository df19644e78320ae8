"""Exports of databases and reference managers, each in the shape in which it is really saved."""

# ruff: noqa: E501 records stay as their sources write them

from __future__ import annotations

import pytest

from rag.types import Rejection

HIVE = "Bees danced for 40 seconds."
WOS_HEAD = "FN Clarivate Analytics Web of Science\nVR 1.0\n"
WOS_FULL = """PT J
AU Ito, M
   Okafor, CB
AF Ito, Mei
   Okafor, Chi B.
TI Bees that dance: a study
   of 5 hives
SO BEE RESEARCH
LA English
DT Article
ID DANCE; HIVE
AB Bees danced
   for 40 seconds. (C) 2011 Elsevier B.V. All rights reserved.
C1 [Ito, Mei] Univ Hive, Dept Bees, Oslo, Norway.
RP Ito, M (corresponding author), Univ Hive, Oslo, Norway.
CR Bo L, 2001, BEE LETT, V5, P1, DOI 10.5555/other.1
   Ed A, 1999, WASP, V1, P2, DOI [10.5555/x.2, DOI 10.5555/x.3]
NR 2
TC 3
PU BEE PRESS
J9 BEE RES
JI Bee Res.
PD MAY
PY 2011
VL 5
DI 10.5555/bees.1
UT WOS:000290000000001
PM 21000001
ER

"""
WOS_BOOK = "PT B\nAU Ito, M\nBE Ed, A\nTI Dances\nSO HANDBOOK OF BEES\nSE Bee Notes\nAB Bees danced.\nPY 2012\nD2 10.5555/book\nBN 978-3-000-00000-5\nUT BCI:BCI2012\nER\n\nEF\n"
ENDNOTE = """<?xml version="1.0" encoding="UTF-8" ?><xml><records><record><database name="My.enl" path="C:\\My.enl">My.enl</database><source-app name="EndNote" version="20.4">EndNote</source-app><rec-number>12</rec-number><foreign-keys><key app="EN" db-id="a5e" timestamp="1">12</key></foreign-keys><ref-type name="{kind}">17</ref-type>{rest}</record></records></xml>"""
STYLED = '<style face="normal" font="default" size="100%">{}</style>'
EN_ARTICLE = (
    f"<contributors><authors><author>{STYLED.format('Ito, Mei')}</author><author>{STYLED.format('World Bee Group,')}</author></authors></contributors><auth-address>Hive</auth-address>"
    f'<titles><title>{STYLED.format("Uptake of CO")}<style face="subscript" size="100%">2</style>{STYLED.format(" at 10")}<style face="superscript" size="100%">-3</style></title><secondary-title>{STYLED.format("Bee Letters")}</secondary-title></titles>'
    f"<periodical><full-title>{STYLED.format('Bee Letters')}</full-title><abbr-1>Bee L.</abbr-1></periodical><pages>1-9</pages><volume>5</volume><keywords><keyword>dance</keyword></keywords>"
    f"<dates><year>{STYLED.format('2011')}</year><pub-dates><date>{STYLED.format('May 3')}</date></pub-dates></dates><isbn>1234-5678</isbn><accession-num>21000001</accession-num>"
    f"<abstract>{STYLED.format('Bees danced.&#xD;They &amp; wasps.')}</abstract><urls><related-urls><url>{STYLED.format('https://example.org/b')}</url></related-urls></urls>"
    f"<electronic-resource-num>{STYLED.format('https://doi.org/10.5555/BEES.1')}</electronic-resource-num>"
)
EN_SECTION = "<contributors><authors><author>Ito, M.</author></authors><secondary-authors><author>Ed, A.</author></secondary-authors><tertiary-authors><author>Ser, B.</author></tertiary-authors></contributors><titles><title>Dances</title><secondary-title>Handbook of Bees</secondary-title><tertiary-title>Bee Notes</tertiary-title></titles><dates><year>in press, 2012</year></dates><abstract>Bees danced.</abstract>"
EN_ZOTERO = '<xml><records><record><source-app name="Zotero" version="6.0">Zotero</source-app><ref-type name="Conference Proceedings">10</ref-type><contributors><authors><author>Ito, Mei</author></authors></contributors><titles><title>Dances</title><secondary-title>Meeting on Bees</secondary-title></titles><dates><year>2013</year></dates><abstract>Bees danced.</abstract></record><record><source-app name="Zotero" version="6.0">Zotero</source-app><titles><title>Songs</title></titles><abstract>Bees sang.</abstract></record></records></xml>'
ENW_ACM = "%0 Conference Paper\n%T Bees that dance\n%A Ito, Mei\n%A Okafor, Chi B.\n%B Proceedings of the 5th Meeting on Bees\n%D 2011\n%I Bee Press\n%C Oslo\n%R 10.5555/bees.1\n%U https://doi.org/10.5555/bees.1\n%X Bees danced.\n%K dance, hive\n"
ENW_ACL = "%0 Conference Proceedings\n%T Bees that dance\n%A Ito, Mei\n%A van Okafor, Chi\n%Y Ed, A.\n%S Proceedings of the Bees\n%D 2011\n%8 June\n%I Bee Press\n%C Oslo\n%F ito-van-okafor-2011-bees\n%X Bees danced.\n%R 10.5555/bees.1\n%U https://example.org/2011.bees-1.1\n%P 1-9\n"
ENW_THESIS = "%0 Thesis\r\n%A Ito, Mei\r\n%T Bees\r\n%I University of Hives\r\n%9 Ph.D. thesis\r\n%D 2011\r\n%X Bees danced.\r\nThey rested.\r\n\r\n"
OAI = '<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2020-01-01</responseDate><request verb="ListRecords">http://example.org/oai</request><ListRecords>{}<resumptionToken>x|1</resumptionToken></ListRecords></OAI-PMH>'
OAI_RECORD = "<record><header><identifier>oai:arXiv.org:1101.00001</identifier><datestamp>2015-01-01</datestamp><setSpec>cs</setSpec></header><metadata>{}</metadata></record>"
OAI_DC = '<oai_dc:dc xmlns:oai_dc="x" xmlns:dc="y"><dc:title>Bees</dc:title><dc:creator>Ito, Mei</dc:creator><dc:creator>Okafor, Chi</dc:creator><dc:subject>Bees</dc:subject><dc:description>  Bees danced for\n40 seconds.\n</dc:description><dc:description>Comment: 12 pages</dc:description><dc:date>2011-01-03</dc:date><dc:date>2012-05-01</dc:date><dc:type>text</dc:type><dc:identifier>http://arxiv.org/abs/1101.00001</dc:identifier><dc:identifier>doi:10.5555/BEES.1</dc:identifier></oai_dc:dc>'
OAI_RAW = '<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>1101.00001</id><submitter>Mei Ito</submitter><version version="v1"><date>Mon, 3 Jan 2011 10:00:00 GMT</date><size>9kb</size></version><version version="v2"><date>Fri, 4 May 2012 10:00:00 GMT</date></version><title>Bees with $\\alpha &gt; 2$</title><authors>Mei Ito (1), Chi Okafor (1 and 2), L. Bo ((1) Univ. of Hives, (2) Bee Inst., Oslo)</authors><categories>q-bio</categories><comments>5 figs</comments><journal-ref>Bee Lett. 5 (2011)</journal-ref><doi>10.5555/bees.1</doi><abstract>  Bees danced for\n40 seconds.</abstract></arXivRaw>'
ATOM = '<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>ArXiv Query</title><id>http://arxiv.org/api/x</id><entry><id>http://arxiv.org/abs/1101.00001v3</id><updated>2012-01-01</updated><published>2011-01-03</published><title>Bees\n that dance</title><summary>Bees danced.</summary><author><name>Mei Ito</name><arxiv:affiliation xmlns:arxiv="http://arxiv.org/schemas/atom">Univ. of Hives</arxiv:affiliation></author><author><name>Chi van Okafor</name></author><arxiv:doi xmlns:arxiv="http://arxiv.org/schemas/atom">10.5555/bees.1</arxiv:doi><link href="http://arxiv.org/abs/1101.00001v3"/><arxiv:journal_ref xmlns:arxiv="http://arxiv.org/schemas/atom">Bee Lett. 5</arxiv:journal_ref></entry></feed>'
ACL_JOURNAL = '<?xml version=\'1.0\' encoding=\'UTF-8\'?>\n<collection id="2011.tbees">\n  <volume id="1" journal-volume="5">\n    <meta>\n      <booktitle>Transactions on Bees, Volume 5</booktitle>\n      <editor><first>A</first><last>Ed</last></editor>\n      <publisher>Bee Press</publisher>\n      <year>2011</year>\n      <venue>tbees</venue>\n    </meta>\n    <frontmatter>\n      <url hash="0">2011.tbees-1.0</url>\n    </frontmatter>\n    <paper id="1">\n      <title>Dances of <fixed-case>API</fixed-case>s at <tex-math>O(n^2)</tex-math></title>\n      <author id="mei-ito"><first>Mei</first><last>Ito</last><affiliation>Hives</affiliation><variant script="hani"><first>美</first><last>伊藤</last></variant></author>\n      <author><first/><last>Plato</last></author>\n      <abstract>Bees <i>danced</i> for 40 seconds: <url>https://example.org/b</url>.</abstract>\n      <url hash="1">2011.tbees-1.1</url>\n      <doi>10.5555/bees.1</doi>\n      <bibkey>ito-plato-2011-dances</bibkey>\n    </paper>\n  </volume>\n</collection>'
EPMC_PREPRINT = '<responseWrapper xmlns:slx="x"><version>6.9</version><hitCount>1</hitCount><resultList><result><id>PPR1</id><source>PPR</source><doi>10.5555/p1</doi><title>Bees dance.</title><authorString>Ito M, Okafor CB.</authorString><authorList><author><fullName>Ito M</fullName><firstName>Mei</firstName><lastName>Ito</lastName><initials>M</initials></author><author><fullName>Okafor CB</fullName><lastName>Okafor</lastName><initials>CB</initials></author></authorList><pubYear>2011</pubYear><abstractText>&lt;h4>Background&lt;/h4>Bees danced.&lt;h4>Methods&lt;/h4>We watched &lt;i>Apis&lt;/i>.</abstractText><bookOrReportDetails><publisher>bioRxiv</publisher><yearOfPublication>2011</yearOfPublication></bookOrReportDetails><fullTextUrlList><fullTextUrl><url>https://example.org/p1</url></fullTextUrl></fullTextUrlList></result></resultList></responseWrapper>'
JATS_ONE = '<?xml version="1.0"?><!DOCTYPE article PUBLIC "-//NLM//DTD JATS (Z39.96) v1.2//EN" "JATS.dtd"><article xmlns:xlink="x" article-type="research-article" dtd-version="1.2" xml:lang="en"><front><journal-meta><journal-title>Bee Letters</journal-title></journal-meta><article-meta><article-id pub-id-type="doi">10.5555/bees.1</article-id><title-group><article-title>Bees <italic>in vitro</italic></article-title></title-group><contrib-group><contrib contrib-type="author"><name><surname>Ito</surname><given-names>Mei</given-names><suffix>Jr</suffix></name></contrib><contrib contrib-type="author"><collab>Bee Group</collab></contrib></contrib-group><pub-date pub-type="epub"><day>3</day><month>5</month><year>2011</year></pub-date><abstract abstract-type="graphical"><p>A picture.</p></abstract><abstract><title>Abstract</title><p>Bees danced <inline-formula><alternatives><tex-math>$n=5$</tex-math><mml:math xmlns:mml="m"><mml:mi>n</mml:mi></mml:math></alternatives></inline-formula> times.</p></abstract></article-meta></front><back><ref-list><ref><element-citation><article-title>Other</article-title><year>1990</year></element-citation></ref></ref-list></back></article>'
PUBMED = '<?xml version="1.0"?><!DOCTYPE PubmedArticleSet><PubmedArticleSet><PubmedArticle><MedlineCitation><PMID Version="1">21</PMID><Article><Journal><JournalIssue><PubDate><MedlineDate>2011 May-Jun</MedlineDate></PubDate></JournalIssue><Title>Bee letters</Title></Journal><ArticleTitle>[Bees &amp; <i>Apis</i>].</ArticleTitle><ELocationID EIdType="doi" ValidYN="Y">10.5555/bees.1</ELocationID><Abstract><AbstractText Label="AIM" NlmCategory="OBJECTIVE">Bees dance.</AbstractText><AbstractText Label="RESULTS">For 40 s.</AbstractText><CopyrightInformation>Copyright 2011 Bee Press.</CopyrightInformation></Abstract><AuthorList CompleteYN="Y"><Author ValidYN="Y"><LastName>Ito</LastName><ForeName>Mei K</ForeName><Initials>MK</Initials><Suffix>Jr</Suffix></Author><Author><CollectiveName>Bee Study Group</CollectiveName></Author></AuthorList></Article></MedlineCitation></PubmedArticle></PubmedArticleSet>'

RIS_SCOPUS = "TY  - JOUR\nTI  - Bees that dance\nT2  - Bee Letters\nJ2  - Bee Lett.\nVL  - 5\nIS  - 3\nSP  - 1\nEP  - 9\nPY  - 2011\nDO  - 10.5555/bees.1\nAU  - Ito, M.\nAU  - Okafor, C.B.\nUR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-1&doi=10.5555%2fbees.1\nAB  - Bees danced. © 2011 Elsevier B.V., All rights reserved.\nDB  - Scopus\nN1  - Export Date: 5 May 2020; Cited By: 3\nER  -\n\n"
RIS_IEEE = "TY  - CONF\nTI  - Bees that dance\nT2  - 2011 IEEE Meeting on Bees (BEES)\nSP  - 1\nEP  - 9\nAU  - M. Ito\nAU  - C. B. Okafor\nPY  - 2011\nDO  - 10.5555/BEES.2011.1\nJO  - 2011 IEEE Meeting on Bees (BEES)\nVO  - \nY1  - 3-5 May 2011\nAB  - Bees danced.\nER  - \n"
RIS_CHAPTER = "TY  - CHAP\r\nAU  - Ito, Mei\r\nED  - Ed, A.\r\nPY  - 2011\r\nDA  - 2011//\r\nTI  - Dances\r\nBT  - Handbook of Bees\r\nSP  - 1\r\nAB  - Bees danced.\r\nPB  - Bee Press\r\nSN  - 978-3-000-00000-5\r\nUR  - https://doi.org/10.5555/978-3-000-00000-5_1\r\nDO  - 10.5555/978-3-000-00000-5_1\r\nID  - Ito2011\r\nER  - \r\n"
RIS_OVID = "TY  - JOUR\nID  - 21000001\nT1  - Bees that dance. [Review]\nA1  - Ito M\nA1  - Okafor CB\nY1  - 2011//\nN2  - Bees danced.\nKW  - dance\nJF  - Bee Letters\nJA  - Bee Lett\nVL  - 5\nM3  - https://dx.doi.org/10.5555/bees.1\nUR  - https://ovidsp.ovid.com/x\nER  - \n"
RIS_EBSCO = "TY  - JOUR\nID  - 2011-1\nAN  - 2011-1\nAU  - Ito, Mei\nAU  - Okafor, Chi\nT1  - Bees\nJF  - Bee Letters\nPY  - 2011/05//\nAB  - Bees danced. (PsycINFO Database Record (c) 2016 APA, all rights reserved)\nDO  - 10.5555/bees.1\nUR  - https://search.ebscohost.com/login.aspx?direct=true&db=psyh&AN=2011-1\nDP  - EBSCOhost\nDB  - psyh\nER  - \n"

XML_FORMATS = {
    "EndNote, styled": ("x.xml", ENDNOTE.format(kind="Journal Article", rest=EN_ARTICLE), {"title": "Uptake of CO2 at 10⁻³", "authors": ("Mei Ito", "World Bee Group"), "year": 2011, "venue": "Bee Letters", "doi": "10.5555/bees.1", "url": "https://example.org/b", "abstract": "Bees danced. They & wasps.", "key": None}),
    "EndNote, a chapter": ("x.xml", ENDNOTE.format(kind="Book Section", rest=EN_SECTION), {"title": "Dances", "authors": ("M. Ito",), "venue": "Handbook of Bees", "year": 2012}),
    "EndNote, of Zotero": ("x.xml", EN_ZOTERO, {"title": "Dances", "venue": "Meeting on Bees", "year": 2013}),
    "arXiv as Dublin Core": ("x.xml", OAI.format(OAI_RECORD.format(OAI_DC)), {"title": "Bees", "abstract": HIVE, "authors": ("Mei Ito", "Chi Okafor"), "year": 2011, "doi": "10.5555/bees.1", "arxiv_id": "1101.00001"}),
    "arXivRaw with affiliations": ("x.xml", OAI.format(OAI_RECORD.format(OAI_RAW)), {"title": "Bees with α > 2", "abstract": HIVE, "authors": ("Mei Ito", "Chi Okafor", "L. Bo"), "year": 2011, "venue": "Bee Lett. 5 (2011)", "doi": "10.5555/bees.1", "arxiv_id": "1101.00001"}),
    "arXiv's Atom": ("x.xml", ATOM, {"title": "Bees that dance", "authors": ("Mei Ito", "Chi van Okafor"), "year": 2011, "venue": "Bee Lett. 5", "doi": "10.5555/bees.1", "arxiv_id": "1101.00001"}),
    "ACL, a journal": ("x.xml", ACL_JOURNAL, {"title": "Dances of APIs at O(n^2)", "authors": ("Mei Ito", "Plato"), "year": 2011, "venue": "Transactions on Bees, Volume 5", "doi": "10.5555/bees.1", "key": "ito-plato-2011-dances", "abstract": "Bees danced for 40 seconds: https://example.org/b.", "url": "https://aclanthology.org/2011.tbees-1.1"}),
    "Europe PMC, a preprint": ("x.xml", EPMC_PREPRINT, {"title": "Bees dance.", "authors": ("Mei Ito", "CB Okafor"), "year": 2011, "venue": "bioRxiv", "abstract": "Background: Bees danced. Methods: We watched Apis.", "doi": "10.5555/p1"}),
    "JATS, one article": ("x.xml", JATS_ONE, {"title": "Bees in vitro", "authors": ("Mei Ito Jr", "Bee Group"), "year": 2011, "venue": "Bee Letters", "abstract": "Bees danced n=5 times.", "doi": "10.5555/bees.1"}),
    "PubMed": ("x.xml", PUBMED, {"id": "21", "title": "[Bees & Apis].", "authors": ("Mei K Ito Jr", "Bee Study Group"), "year": 2011, "venue": "Bee letters", "abstract": "AIM: Bees dance. RESULTS: For 40 s.", "doi": "10.5555/bees.1"}),
}  # fmt: skip
TAGGED = {
    "Web of Science, full": ("savedrecs.txt", WOS_HEAD + WOS_FULL + WOS_BOOK, {"title": "Bees that dance: a study of 5 hives", "abstract": HIVE, "authors": ("Mei Ito", "Chi B. Okafor"), "year": 2011, "venue": "BEE RESEARCH", "doi": "10.5555/bees.1", "id": "WOS:000290000000001"}),
    "Web of Science, a book": ("savedrecs.ciw", WOS_BOOK, {"title": "Dances", "authors": ("M Ito",), "venue": "HANDBOOK OF BEES", "year": 2012, "doi": "10.5555/book"}),
    "Web of Science, UTF-16 tabs": ("savedrecs.txt", "\ufeffPT\tAU\tBA\tBE\tGP\tAF\tBF\tCA\tTI\tSO\tSE\tLA\tAB\tPD\tPY\tVL\tDI\tD2\tUT\r\nJ\tIto, M; Okafor, CB\t\t\t\tIto, Mei; Okafor, Chi B.\t\tBee Group\tBees \"that\" dance\tBEE RES\t\tEnglish\tBees danced.\tMAY\t2011\t5\t10.5555/bees.1\t\tWOS:1\r\n".encode("utf-16-le"), {"title": 'Bees "that" dance', "authors": ("Mei Ito", "Chi B. Okafor", "Bee Group"), "year": 2011, "venue": "BEE RES", "doi": "10.5555/bees.1"}),
    "enw of the ACM": ("x.enw", ENW_ACM, {"title": "Bees that dance", "authors": ("Mei Ito", "Chi B. Okafor"), "venue": "Proceedings of the 5th Meeting on Bees", "year": 2011, "doi": "10.5555/bees.1"}),
    "enw of the ACL": ("x.endf", ENW_ACL, {"authors": ("Mei Ito", "Chi van Okafor"), "venue": "Proceedings of the Bees", "year": 2011, "key": "ito-van-okafor-2011-bees", "url": "https://example.org/2011.bees-1.1"}),
    "enw of a thesis": ("x.enw", ENW_THESIS, {"abstract": "Bees danced. They rested.", "venue": "University of Hives", "year": 2011}),
    "RIS of Scopus": ("x.ris", RIS_SCOPUS, {"title": "Bees that dance", "abstract": "Bees danced.", "authors": ("M. Ito", "C.B. Okafor"), "venue": "Bee Letters", "year": 2011, "doi": "10.5555/bees.1"}),
    "RIS of IEEE": ("x.ris", RIS_IEEE, {"authors": ("M. Ito", "C. B. Okafor"), "venue": "2011 IEEE Meeting on Bees (BEES)", "year": 2011, "doi": "10.5555/bees.2011.1"}),
    "RIS of a chapter": ("x.ris", RIS_CHAPTER, {"authors": ("Mei Ito",), "venue": "Handbook of Bees", "year": 2011, "doi": "10.5555/978-3-000-00000-5_1"}),
    "RIS of Ovid": ("x.ris", RIS_OVID, {"id": "21000001", "authors": ("M Ito", "CB Okafor"), "venue": "Bee Letters", "year": 2011, "doi": "10.5555/bees.1", "abstract": "Bees danced."}),
    "RIS of EBSCO": ("x.ris", RIS_EBSCO, {"authors": ("Mei Ito", "Chi Okafor"), "venue": "Bee Letters", "year": 2011, "abstract": "Bees danced."}),
    "PubMed's, with a book": ("x.nbib", "PMID- 21\nOWN - NLM\nTI  - Bees that dance: a study of\n      hives.\nLID - 1-9 [pii]\nLID - 10.5555/bees.1 [doi]\nAB  - AIM: Bees dance. RESULTS: For 40 s.\nCI  - Copyright 2011.\nFAU - Ito, Mei K\nAU  - Ito MK\nFAU - Okafor, Chi\nAU  - Okafor C\nCN  - Bee Group\nDP  - 2011 May 3\nTA  - Bee Lett\nJT  - Bee letters\nAID - 1 [pii]\n\nPMID- 22\nBTI - Handbook of Bees\nAB  - Wasps.\nFED - Ed, A\nDP  - 2012\n", {"title": "Bees that dance: a study of hives.", "authors": ("Mei K Ito", "Chi Okafor", "Bee Group"), "year": 2011, "venue": "Bee letters", "doi": "10.5555/bees.1", "id": "21"}),
}  # fmt: skip
SECONDS = {  # what the second record of a file must have, where there is one
    "EndNote, of Zotero": {"title": "Songs", "venue": None},
    "Web of Science, full": {"title": "Dances", "id": "BCI:BCI2012"},
    "PubMed's, with a book": {"title": "Handbook of Bees", "authors": (), "year": 2012},
}
ALL = XML_FORMATS | TAGGED


def fields_of(item, wanted):
    return {name: getattr(item, name) for name in wanted}


@pytest.mark.parametrize("name", ALL)
def test_tagged_files_and_xml(given, name):
    file, content, wanted = ALL[name]
    first, *more = given(file, content)
    assert not isinstance(first, Rejection)
    assert fields_of(first, wanted) == wanted
    second = SECONDS.get(name)
    assert [fields_of(item, second or ()) for item in more] == ([second] if second else [])


def test_other_programs_names_for_xml_tags_do_not_matter(given):
    text = ATOM.replace("<entry>", "<a:entry>").replace("</entry>", "</a:entry>")
    assert [item.title for item in given("x.xml", text)] == ["Bees that dance"]
