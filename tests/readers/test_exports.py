"""Files as reference managers, databases and publishers export them, by kind."""

# ruff: noqa: E501 records stay as their sources write them

from __future__ import annotations

import json

import pytest

from rag.index.entries import with_key
from rag.index.intake import plan
from rag.types import Paper, Rejection

HIVE = "Bees danced for 40 seconds."


def ris(*lines):
    return "TY  - JOUR\n" + "\n".join(lines) + "\nER  - \n"


def bib(abstract=HIVE, **fields):
    fields = {"title": "Bees", "abstract": abstract} | fields
    return "@article{k,\n" + "".join(f"{n} = {{{v}}},\n" for n, v in fields.items()) + "}\n"


def table(*rows):
    return "".join(",".join(f'"{cell}"' for cell in row) + "\n" for row in rows)


def a_paper(**fields):
    return {"title": "Bees", "abstract": HIVE} | fields


WOS = "PT J\nAU Ito, M\n   Okafor, C\nTI Bees that\n   dance\nSO J BEE RES\nAB Bees danced\n   for 40 seconds.\nPY 2011\nDI 10.5555/BEES.1\nUT WOS:1\nER\n\nEF\n"
ENDNOTE = """<?xml version="1.0"?><xml><records><record><source-app name="EndNote">EndNote</source-app><rec-number>{n}</rec-number>
<contributors><authors><author>Ito, Mei</author><author>Bee Group</author></authors><secondary-authors><author>Ed, A.</author></secondary-authors></contributors>
<titles><title><style face="normal">Bees </style><style face="italic">that</style> dance</title>{venue}</titles>
<dates><year>2011</year></dates><abstract>Bees danced for 40 seconds.</abstract></record></records></xml>"""
OAI = """<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><header status="deleted"><identifier>oai:x:0</identifier></header></record>
<record><header><identifier>oai:arXiv.org:1101.00001</identifier></header><metadata>{}</metadata></record></ListRecords></OAI-PMH>"""
ACL = """<collection id="2011.bees"><volume id="1"><meta><booktitle>Bees <fixed-case>I</fixed-case></booktitle><year>2011</year></meta>
<paper id="1"><title>Dances</title><author><first>Mei</first><last>Ito</last></author><editor><first>A</first><last>Ed</last></editor><abstract>Bees danced.</abstract><url>2011.bees-1.1</url><bibkey>ito-2011</bibkey></paper></volume>
<volume id="2"><meta><booktitle>Bees II</booktitle><year>2012</year></meta><paper id="1"><title>Songs</title><abstract>Bees sang.</abstract></paper></volume></collection>"""
EPMC = """<responseWrapper><resultList><result><id>7</id><source>MED</source><pmid>7</pmid><doi>10.5555/bees.1</doi><title>Bees &amp; <i>Apis</i></title>
<authorList><author><fullName>Ito M</fullName><firstName>Mei</firstName><lastName>Ito</lastName></author><author><collectiveName>Bee Group</collectiveName></author></authorList>
<journalInfo><yearOfPublication>2011</yearOfPublication><journal><title>Bee Letters</title></journal></journalInfo><abstractText>&lt;h4>Aim&lt;/h4>Bees danced.</abstractText></result></resultList></responseWrapper>"""
JATS = """<pmc-articleset><article article-type="research-article"><front><journal-meta><journal-title-group><journal-title>Bee Letters</journal-title></journal-title-group></journal-meta>
<article-meta><article-id pub-id-type="pmid">77</article-id><article-id pub-id-type="doi">10.5555/bees.1</article-id><title-group><article-title>Bees</article-title></title-group>
<contrib-group><contrib contrib-type="author"><name><surname>Ito</surname><given-names>Mei</given-names></name></contrib><contrib contrib-type="editor"><name><surname>Ed</surname></name></contrib></contrib-group>
<pub-date><year>2011</year></pub-date><abstract><sec><title>Aim</title><p>Bees danced.</p></sec></abstract></article-meta></front></article></pmc-articleset>"""
DUBLIN = '<dc xmlns="http://purl.org/dc/elements/1.1/"><title>Bees</title><creator>Ito, Mei</creator><description>Bees danced.</description><date>2011-05-01</date><identifier>https://doi.org/10.5555/bees.1</identifier></dc>'
RAW = '<arXivRaw><id>1101.00001</id><version version="v1"><date>Mon, 3 Jan 2011</date></version><title>Bees</title><authors>Mei Ito, Chi Okafor</authors><journal-ref>J. Bees 5</journal-ref><abstract>Bees danced.</abstract></arXivRaw>'
ARXIV = '<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>hep-th/0101001</id><created>2001-01-01</created><updated>2005-01-01</updated><authors><author><keyname>Ito</keyname><forenames>Mei</forenames><suffix>Jr.</suffix></author></authors><title>Bees</title><abstract>Bees danced.</abstract></arXiv>'

# name: (file, content, what the first paper must have)
FORMATS = {
    "Web of Science, no head, CRLF": ("x.ciw", WOS.replace("\n", "\r\n"), {"title": "Bees that dance", "authors": ("M Ito", "C Okafor"), "year": 2011, "venue": "J BEE RES", "doi": "10.5555/bees.1", "abstract": HIVE}),
    "Web of Science, as text, CRLF": ("x.txt", WOS.replace("\n", "\r\n"), {"title": "Bees that dance"}),
    "Web of Science, byte order mark": ("x.isi", "\ufeffFN Thomson Reuters Web of Knowledge\nVR 1.0\n" + WOS, {"title": "Bees that dance", "year": 2011}),
    "Web of Science, a meeting": ("x.txt", "FN X\nVR 1.0\nPT C\nAU Ito, M\nCA Bee Group\nBE Ed, A\nTI Bees\nSO Bee Notes\nCT Meeting on Bees\nAB Bees danced.\nPY 2012\nER\n", {"authors": ("M Ito", "Bee Group"), "venue": "Bee Notes"}),
    "Web of Science, tabs": ("x.txt", "PT\tAU\tBE\tTI\tSO\tAB\tEY\tDI\r\nC\tIto, M; van Okafor, C\tEd, A\tBees\tBee Notes\tBees danced.\t2013\t\r\n", {"authors": ("M Ito", "C van Okafor"), "year": 2013, "venue": "Bee Notes", "id": ""}),
    "EndNote XML, a journal": ("x.xml", ENDNOTE.format(n=1, venue="<secondary-title>Bee Letters</secondary-title>"), {"title": "Bees that dance", "authors": ("Mei Ito", "Bee Group"), "year": 2011, "venue": "Bee Letters", "id": ""}),
    "EndNote XML, no venue": ("x.xml", ENDNOTE.format(n=2, venue=""), {"venue": None}),
    "EndNote XML, laid out": ("x.xml", ENDNOTE.format(n=3, venue="<alt-title>Bee L.</alt-title>").replace("><", ">\n<"), {"venue": "Bee L.", "year": 2011}),
    "enw, a meeting": ("x.enw", "%0 Conference Paper\n%T Bees that\ndance\n%A Ito, Mei\n%E Ed, A.\n%B Meeting on Bees\n%8 May 2011\n%X Bees danced.\n", {"title": "Bees that dance", "authors": ("Mei Ito",), "venue": "Meeting on Bees", "year": 2011}),
    "enw, with a key": ("x.enw", "%0 Book\n%F Ito:2011\n%T Bees\n%D 2011\n%U https://example.org/b\n%X Bees danced.\n\n%0 Book\n%T Two\n%X Sang.\n", {"key": "Ito:2011", "url": "https://example.org/b", "id": ""}),
    "enw in a text file": ("x.txt", "%0 Journal Article\r\n%A Ito M.\r\n%T Bees\r\n%R https://doi.org/10.5555/BEES.1.\r\n%X Bees danced.\r\n", {"authors": ("M. Ito",), "doi": "10.5555/bees.1"}),
    "OAI-PMH, arXiv": ("x.xml", OAI.format(ARXIV), {"arxiv_id": "hep-th/0101001", "year": 2001, "authors": ("Mei Ito Jr.",)}),
    "OAI-PMH, arXivRaw": ("x.xml", OAI.format(RAW), {"arxiv_id": "1101.00001", "year": 2011, "authors": ("Mei Ito", "Chi Okafor"), "venue": "J. Bees 5"}),
    "OAI-PMH, Dublin Core": ("x.xml", OAI.format(DUBLIN), {"title": "Bees", "authors": ("Mei Ito",), "year": 2011, "doi": "10.5555/bees.1"}),
    "ACL Anthology": ("x.xml", ACL, {"title": "Dances", "authors": ("Mei Ito",), "venue": "Bees I", "year": 2011, "key": "ito-2011", "url": "https://aclanthology.org/2011.bees-1.1"}),
    "Europe PMC, core": ("x.xml", EPMC, {"id": "7", "title": "Bees & Apis", "authors": ("Mei Ito", "Bee Group"), "venue": "Bee Letters", "abstract": "Aim: Bees danced."}),
    "Europe PMC, lite": ("x.xml", "<responseWrapper><resultList><result><title>Bees</title><authorString>Ito M, Okafor C.</authorString><journalTitle>Bee L</journalTitle><pubYear>2011</pubYear><abstractText>Bees danced.</abstractText></result></resultList></responseWrapper>", {"authors": ("M Ito", "C Okafor"), "venue": "Bee L"}),
    "JATS, notes at a title": ("x.xml", JATS.replace("<article-title>Bees<", '<article-title>Bees<xref ref-type="fn" rid="n1"><sup>*</sup></xref> and CO<sub>2</sub><fn id="n1"><p>Funded.</p></fn><'), {"title": "Bees and CO2", "abstract": "Aim: Bees danced."}),
    "PubMed Central": ("x.xml", JATS, {"id": "77", "authors": ("Mei Ito",), "venue": "Bee Letters", "doi": "10.5555/bees.1", "abstract": "Aim: Bees danced."}),
}  # fmt: skip
FORMATS_OF_SEVERAL = {"Web of Science, no head, CRLF": 1, "enw, with a key": 2, "ACL Anthology": 2}

ITO = {"firstName": "Mei", "lastName": "Ito", "creatorType": "author"}
EDITOR = {"firstName": "A", "lastName": "Ed", "creatorType": "editor"}
ZOTERO = {
    "key": "WXYZ",
    "itemType": "journalArticle",
    "title": "Bees",
    "abstractNote": HIVE,
    "creators": [EDITOR, ITO, {"creatorType": "author", "name": "Bee, Wasp and Co"}],
    "publicationTitle": "Bee Letters",
    "date": "2011-05",
    "DOI": "10.5555/BEES.1",
}
JSONS = {
    "Zotero's web API": ([{"key": "WXYZ", "version": 1, "meta": {}, "data": ZOTERO}], {"authors": ("Mei Ito", "Bee, Wasp and Co"), "year": 2011, "venue": "Bee Letters", "doi": "10.5555/bees.1"}),
    "Better BibTeX": ({"config": {}, "collections": {}, "items": [ZOTERO | {"citationKey": "ito2011"}]}, {"key": "ito2011", "authors": ("Mei Ito", "Bee, Wasp and Co")}),
    "a meeting of Zotero's": ([{"data": ZOTERO | {"publicationTitle": "", "proceedingsTitle": "Meeting on Bees", "creators": [EDITOR]}}], {"authors": (), "venue": "Meeting on Bees"}),
    "medRxiv": ({"messages": [{"status": "ok"}], "collection": [a_paper(authors="Ito, M.; Okafor, C. B.;", date="2020-03-04", doi="10.5555/b")]}, {"authors": ("M. Ito", "C. B. Okafor"), "year": 2020}),
    "OpenReview, older": ({"notes": [{"id": "q", "content": a_paper(authors=["Mei Ito"], venue="Bees 2011")}]}, {"id": "q", "authors": ("Mei Ito",), "venue": "Bees 2011"}),
    "DOAJ": ({"results": [{"id": "x", "bibjson": a_paper(author=[{"name": "Mei Ito"}], journal={"title": "Bee Letters", "issns": []}, year="2011", identifier=[{"type": "eissn", "id": "1"}, {"type": "doi", "id": "10.5555/BEES.1"}])}]}, {"doi": "10.5555/bees.1", "venue": "Bee Letters", "year": 2011}),
    "Europe PMC": ({"version": 1, "resultList": {"result": [{"id": "9", "title": "Bees", "abstractText": HIVE, "authorList": {"author": [{"fullName": "Ito M", "firstName": "Mei", "lastName": "Ito"}]}, "journalTitle": "Bee L", "pubYear": "2011"}]}}, {"authors": ("Mei Ito",), "venue": "Bee L", "year": 2011}),
    "Crossref, one work": ({"status": "ok", "message": a_paper(title=["Bees"], author=[{"given": "Mei", "family": "Ito"}, {"name": "Bee Group"}], reference=[{"article-title": "Other", "author": "X", "year": "1990"}], issued={"date-parts": [[2011, 5]]})}, {"title": "Bees", "authors": ("Mei Ito", "Bee Group"), "year": 2011}),
    "Scopus": ({"search-results": {"entry": [a_paper(**{"dc:title": "x", "prism:publicationName": "Bee L", "prism:coverDate": "2011-05-01", "prism:doi": "10.5555/b"})]}}, {"venue": "Bee L", "year": 2011, "doi": "10.5555/b"}),
    "Elasticsearch": ({"took": 1, "hits": {"total": 1, "hits": [{"_id": "h", "_source": a_paper(year=2011)}]}}, {"id": "h", "year": 2011}),
    "JSON:API": ({"data": [{"id": "5", "type": "paper", "attributes": a_paper(published="2011-01-01")}]}, {"id": "5", "year": 2011}),
    "Hugging Face": ([{"paper": {"id": "2301.00001", "title": "Bees", "summary": HIVE, "authors": [{"name": "Mei Ito"}], "publishedAt": "2023-01-02T00:00:00Z"}, "publishedAt": "2023-01-03T00:00:00Z"}], {"arxiv_id": "2301.00001", "authors": ("Mei Ito",), "year": 2023}),
    "lists of any name": ({"answer": {"meine_treffer": [a_paper(year=2011)]}}, {"title": "Bees", "year": 2011}),
}  # fmt: skip

HEAD = ("Title", "Abstract")
COLUMNS = {
    "a venue that says nothing": ("x.ris", ris("TI  - Bees", "AB  - Bees danced.", "JO  - n/a", "JF  - NULL", "T2  - Bee Letters", "PY  - -", "DA  - 2011/05//"), {"venue": "Bee Letters", "year": 2011}),
    "a meeting in RIS": ("x.ris", ris("TI  - Bees", "AB  - Bees danced.", "A2  - Ed, A.", "C3  - Meeting on Bees"), {"venue": "Meeting on Bees", "authors": ()}),
    "Lens": ("x.csv", table(("Lens ID", *HEAD, "Author/s", "Source Title", "Publication Year", "PMID"), ("1-2", "Bees", HIVE, "Mei Ito; Chi Okafor", "Bee Letters", "2011", "N/A")), {"authors": ("Mei Ito", "Chi Okafor"), "year": 2011, "id": ""}),
    "OpenAlex": ("x.csv", table(("id", "display_name", "abstract", "authorships.author.display_name", "primary_location.source.display_name", "publication_date"), ("https://openalex.org/W1", "Bees", HIVE, "Mei Ito|Chi Okafor", "Bee Letters", "2011-05-01")), {"authors": ("Mei Ito", "Chi Okafor"), "venue": "Bee Letters", "year": 2011}),
    "Publish or Perish": ("x.csv", table(("Cites", "Authors", *HEAD, "Year", "Source", "ArticleURL"), ("3", "M Ito, C Okafor, ...", "Bees", HIVE, "2011", "Bee Letters", "https://example.org/b")), {"authors": ("M Ito", "C Okafor"), "venue": "Bee Letters", "url": "https://example.org/b"}),
    "CORD-19": ("x.csv", table(("cord_uid", "source_x", "title", "abstract", "publish_time", "authors", "journal", "url"), ("ab", "PMC", "Bees", HIVE, "2011-05-01", "Ito, Mei A", "Bee Letters", "https://example.org/1; https://example.org/2")), {"authors": ("Mei A Ito",), "year": 2011, "url": "https://example.org/1"}),
    "Embase": ("x.csv", table((*HEAD, "Author names", "Source title", "Publication year"), ("Bees", HIVE, "Ito M., Okafor C.B.", "Bee Letters", "2011")), {"authors": ("M. Ito", "C.B. Okafor"), "venue": "Bee Letters", "year": 2011}),
    "IEEE": ("x.csv", table(("Document Title", "Authors", "Publication Title", "Publication Year", "Abstract", "DOI", "PDF Link"), ("Bees", "M. Ito; C. Okafor", "Bee Letters", "2011", HIVE, "10.5555/b", "https://example.org/b")), {"authors": ("M. Ito", "C. Okafor"), "doi": "10.5555/b"}),
    "Cochrane": ("x.csv", table(("Cochrane Review ID", "Author(s)", *HEAD, "Source", "Year"), ("CD1", "Ito M, Okafor C", "Bees", HIVE, "Bee Reviews", "2011")), {"authors": ("M Ito", "C Okafor"), "venue": "Bee Reviews"}),
    "a database is no venue": ("x.bib", bib(source="Scopus"), {"venue": None}),
    "editors are not authors": ("x.bib", bib(editor="Ed, A."), {"authors": ()}),
}  # fmt: skip

NAMES = {
    "one person in a cell": ("x.csv", table((*HEAD, "Author"), ("Bees", HIVE, "van Ito, Mei R. K.")), ("Mei R. K. van Ito",)),
    "two people": ("x.csv", table((*HEAD, "Author"), ("Bees", HIVE, "Mei Ito, Chi Okafor")), ("Mei Ito", "Chi Okafor")),
    "initials like suffixes": ("x.ris", ris("TI  - B", "AB  - Bees.", "AU  - Ito, JR", "AU  - Ali, Md", "AU  - Ito, Mei, Jr.", "AU  - Ito, III"), ("JR Ito", "Md Ali", "Mei Ito Jr.", "Ito III")),
    "families before initials": ("x.csv", table((*HEAD, "Authors"), ("Bees", HIVE, "de la Ito M.-J.; Smith-Okafor C B; O'Ito K., Sr.")), ("M.-J. de la Ito", "C B Smith-Okafor", "K. O'Ito Sr.")),
    "Scopus's numbers": ("x.csv", table((*HEAD, "Author full names"), ("Bees", HIVE, "Ito, Mei (123); Okafor, Chi (45)")), ("Mei Ito", "Chi Okafor")),
    "a suffix after initials": ("x.nbib", "PMID- 1\nTI  - B\nAB  - Bees.\nFAU - Ito, Mei 2nd\nFAU - Okafor, C Jr\nDP  - 2011 Summer\n", ("Mei Ito 2nd", "C Okafor Jr")),
    "organisations in BibTeX": ("x.bib", bib(author="{Bee and Wasp Group, Ltd} and {Ito}, Mei and others"), ("Bee and Wasp Group, Ltd", "Mei Ito")),
    "a person called Na": ("x.ris", ris("TI  - B", "AB  - Bees.", "AU  - Na, Li", "AU  - Null, C."), ("Li Na", "C. Null")),
    "scripts without capitals": ("x.csv", table((*HEAD, "Authors"), ("Bees", HIVE, "王小明, 李四")), ("王小明", "李四")),
    "DBLP's numbers": ("x.json", json.dumps([a_paper(authors={"author": [{"text": "Mei Ito 0001"}]})]), ("Mei Ito",)),
}  # fmt: skip

TEXTS = {
    "symbols bare and in braces": ("x.bib", bib("A \\textquotedblleft bee\\textquotedblright{} {\\textendash} 5\\textdegree{}C, {\\texteuro}3, \\textonehalf, x\\textsubscript{2} {\\ensuremath{\\geq}} 4"), "A “bee” – 5°C, €3, ½, x2 ≥ 4"),
    "markup behind escapes": ("x.bib", bib("In {\\textless}sub{\\textgreater}2{\\textless}/sub{\\textgreater} {\\&}amp; {\\&}{\\#}945; bees"), "In 2 & α bees"),
    "a preamble": ("x.csv", table(HEAD, ("Bees", "With \\documentclass[12pt]{minimal} \\usepackage{amsmath} \\begin{document}$$\\beta > 3$$\\end{document} bees.")), "With β > 3 bees."),
    "a preamble escaped": ("x.bib", bib("With \\textbackslash{}documentclass[12pt]\\{minimal\\} \\textbackslash{}begin\\{document\\}\\$\\$\\textbackslash{}beta \\$\\$\\textbackslash{}end\\{document\\} bees."), "With β bees."),
    "line breaks written out": ("x.bib", bib("One.{\\textbackslash}nTwo $\\backslash$nbees."), "One.\\nTwo bees."),
    "labels of PubMed": ("x.csv", table(HEAD, ("Bees", "<AbstractText Label='AIM'>We saw.</AbstractText><AbstractText Label='END'>Bees.</AbstractText>")), "AIM: We saw. END: Bees."),
    "a formula twice": ("x.csv", table(HEAD, ("Bees", "At <alternatives><tex-math>$k=3$</tex-math><mml:math><mml:mi>k</mml:mi><mml:mo>=</mml:mo><mml:mn>3</mml:mn></mml:math></alternatives> bees")), "At k=3 bees"),
    "a power in MathML": ("x.csv", table(HEAD, ("Bees", "10 <mml:math><mml:msup><mml:mi>m</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math> of <bold>comb</bold>")), "10 m² of comb"),
    "blanks in dollars": ("x.csv", table(HEAD, ("Bees", "$ \\sim 5$ bees, $\\pm $ 2, for $5 and $6")), "∼ 5 bees, ± 2, for $5 and $6"),
    "a copyright tail": ("x.csv", table(HEAD, ("Bees", "Bees danced. Copyright © 2011 The Authors. Published by Elsevier Ltd. All rights reserved.")), "Bees danced."),
    "a tail of a society": ("x.csv", table(HEAD, ("Bees", "Bees danced. © The Author(s) 2011. Published by Oxford University Press on behalf of the Bee Society. All rights reserved. For permissions, please e-mail: x@example.org.")), "Bees danced."),
    "a licence": ("x.csv", table(HEAD, ("Bees", "Bees danced. This is an open access article under the CC BY-NC-ND license (http://creativecommons.org/licenses/by-nc-nd/4.0/).")), "Bees danced."),
    "EBSCO's notice": ("x.ris", ris("TI  - Bees", "AB  - Bees danced. [ABSTRACT FROM AUTHOR] Copyright of Bee Letters is the property of Bee Press and its content may not be copied without permission. Users may print."), "Bees danced."),
    "PsycInfo's notice": ("x.ris", ris("TI  - Bees", "AB  - Bees danced. (PsycInfo Database Record (c) 2021 APA, all rights reserved)"), "Bees danced."),
    "a sentence about copyright": ("x.csv", table(HEAD, ("Bees", "Bees danced. Copyright law does not cover dances.")), "Bees danced. Copyright law does not cover dances."),
    "a sentence with the sign": ("x.csv", table(HEAD, ("Bees", "The sign © stands on 3 hives in 2011.")), "The sign © stands on 3 hives in 2011."),
    "a heading on its own line": ("x.bib", bib("Abstract\nBees danced. Abstract art did not."), "Bees danced. Abstract art did not."),
    "a heading of another language": ("x.csv", table(HEAD, ("Bees", "Zusammenfassung:\n\nBees danced.")), "Bees danced."),
    "nothing but a word and a line": ("x.bib", bib("Abstract art\nof bees."), "Abstract art of bees."),
    "a tilde for about": ("x.bib", bib("On {\\~{}}400 bees, \\~{}5 wasps and 2\\^{}3 ants~now."), "On ~400 bees, ~5 wasps and 2^3 ants now."),
    "a glued label": ("x.csv", table(HEAD, ("Bees", "AbstractBees danced.")), "Bees danced."),
    "a label before another": ("x.csv", table(HEAD, ("Bees", "Abstract Objective Bees danced.")), "Objective Bees danced."),
    "abstraction": ("x.csv", table(HEAD, ("Bees", "Abstraction is a dance. Abstract Art follows.")), "Abstraction is a dance. Abstract Art follows."),
}  # fmt: skip

DOIS = [
    ("{https://doi.org/10.5555/BEES\\_1}", "10.5555/bees_1"),
    ("\\url{10.5555/a}", "10.5555/a"),
    ("doi: 10.5555/a.", "10.5555/a"),
    ("(10.5555/a)", "10.5555/a"),
    ("10.5555/a(b)c", "10.5555/a(b)c"),
    ("10.5555/a{\\_}b\\&c", "10.5555/a_b&c"),
    ("10.5555/(sici)1(199)45:1{\\textless}1::aid-1{\\textgreater}3.0", "10.5555/(sici)1(199)45:1<1::aid-1>3.0"),
]  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
def test_formats(given, name):
    file, content, wanted = FORMATS[name]
    papers = given(file, content)
    assert len(papers) == FORMATS_OF_SEVERAL.get(name, 1)
    assert {field: getattr(papers[0], field) for field in wanted} == wanted


@pytest.mark.parametrize("name", JSONS)
def test_json_of_web_services(given, name):
    content, wanted = JSONS[name]
    for text in (json.dumps(content), json.dumps(content, indent=1)):
        (paper,) = given("x.json", text)
        assert {field: getattr(paper, field) for field in wanted} == wanted


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_and_tags(given, name):
    file, content, wanted = COLUMNS[name]
    (paper,) = given(file, content)
    assert {field: getattr(paper, field) for field in wanted} == wanted


@pytest.mark.parametrize("name", NAMES)
def test_names(given, name):
    file, content, wanted = NAMES[name]
    (paper,) = given(file, content)
    assert paper.authors == wanted


@pytest.mark.parametrize("name", TEXTS)
def test_abstracts_as_printed(given, name):
    file, content, wanted = TEXTS[name]
    (paper,) = given(file, content)
    assert paper.abstract == wanted


@pytest.mark.parametrize(("written", "doi"), DOIS)
def test_dois_in_any_dress(given, written, doi):
    assert given("x.bib", bib(doi=written))[0].doi == doi


@pytest.mark.parametrize(
    ("written", "journal"),
    [("{\\mnras}", "MNRAS"), ("\\aj", "AJ"), ("\\aap", "A&A"), ("\\nature", "\\nature")],
)
def test_macros_of_journals(given, written, journal):
    assert given("x.bib", bib(journal=written))[0].venue == journal


@pytest.mark.parametrize("key", ["O'Ito, Jr2011", "Ito 2011", "Ito,Okafor2011", "10.5555/a,b"])
def test_odd_keys_lose_no_entry(given, key):
    text = f"@misc{{{key},\n title={{T}}, abstract={{One.}}}}\n@misc{{b, title={{U}}, abstract={{Two.}}}}\n"
    assert [(p.key, p.title) for p in given("x.bib", text)] == [(key, "T"), ("b", "U")]


def test_an_escape_that_is_wrapped(given):
    text = "@misc{a, title={T}, abstract={A \\\n  {set\\\n} of 5\\\n% bees}}\n@misc{b, title={U}, abstract={Two.}}"
    first, second = given("x.bib", text)
    assert first.abstract == "A {set} of 5% bees"
    assert second.sources == ("x.bib:5",)


@pytest.mark.parametrize("nothing", ["NA", "n/a", "#N/A", "NULL", "None", "nan", "-", "N/A "])
def test_words_for_nothing_are_nothing(given, nothing):
    row = (nothing, "Bees", HIVE, nothing, nothing, nothing, nothing)
    text = table(("id", *HEAD, "year", "venue", "doi", "key"), row)
    assert given("x.csv", text) == [Paper("", "Bees", HIVE, sources=("x.csv:2",))]


def test_a_table_without_titles_says_so(given):
    assert given("x.csv", "Abstract;Year\nBees.;2011\n") == [
        Rejection("x.csv", "no column named title or id; rename the one that holds the titles")
    ]


# Encodings.

ROW = "title,authors,abstract\n{},{},{}\n"
ENCODED = [
    ("gbk", ROW.format("蜜蜂的舞蹈", "王明", "我们发现蜜蜂在试验中跳舞的时间是四十秒。")),
    ("gb18030", ROW.format("Bees", "李娜; 王明", "We saw bees.")),
    ("big5", ROW.format("蜜蜂的舞蹈", "王明", "我們發現蜜蜂在試驗中跳舞的時間是四十秒。")),
    ("shift_jis", ROW.format("ミツバチのダンス", "山田", "ミツバチは四十秒おどった。")),
    ("euc_jp", ROW.format("ミツバチのダンス", "山田", "ミツバチは四十秒おどりました。これはとてもながいです。")),
    ("euc_kr", ROW.format("꿀벌의 춤", "김민", "꿀벌은 사십 초 동안 춤을 추었다.")),
    ("cp1251", ROW.format("Танец пчёл", "Иванов", "Пчёлы танцевали сорок секунд.")),
    ("cp1250", ROW.format("Tanec včel", "Dvořák", "Včely tančily čtyřicet sekund a je to příliš.")),
    ("iso8859_2", ROW.format("Taniec pszczół", "Żółw", "Pszczoły tańczyły czterdzieści sekund.")),
    ("cp1252", ROW.format("La danse", "Étienne Müller", "Les abeilles ont dansé – très bien.")),
    ("cp1252", ROW.format("Bees", "Søren Ångström; José Ñandú", "“Bees” danced… for 40 s.")),
]  # fmt: skip


@pytest.mark.parametrize(("codec", "text"), ENCODED)
def test_other_encodings_are_told(given, codec, text):
    (paper,) = given("x.csv", text.encode(codec))
    row = text.split("\n")[1].split(",")
    assert (paper.title, paper.abstract) == (row[0], ",".join(row[2:]))


def test_an_encoding_that_cannot_be_told_is_refused(given):
    (item,) = given("x.csv", ROW.format("Bees", "山田太郎", "We saw bees.").encode("shift_jis"))
    assert isinstance(item, Rejection)
    assert "its encoding is not UTF-8 and cannot be told for sure" in item.reason
    assert item.reason.endswith("; save it as UTF-8")


# The same paper twice.

SAME = {
    "a DOI in braces": (bib(doi="{{10.5555/A}}"), table((*HEAD, "DOI"), ("Other", HIVE, "https://doi.org/10.5555/a")), 1),
    "title, year, author": (bib(author="Ito, Mei", year="2011"), table((*HEAD, "Year", "Authors"), ("BEES!", HIVE, "2011", "Ito M.")), 1),
    "no year on one side": (bib(author="Ito, Mei"), table((*HEAD, "Year", "Authors"), ("Bees", HIVE, "2011", "Mei Ito")), 1),
    "another year": (bib(year="2011"), table((*HEAD, "Year"), ("Bees", HIVE, "2019")), 2),
    "another author": (bib(author="Ito, Mei"), table((*HEAD, "Authors"), ("Bees", HIVE, "Okafor, Chi")), 2),
    "another DOI": (bib(doi="10.5555/a"), table((*HEAD, "DOI"), ("Bees", HIVE, "10.5555/b")), 2),
    "keys of two programs": (bib(year="2011"), table(("Key", *HEAD, "Year"), ("WXYZ", "Bees", HIVE, "2011")), 1),
    "ids of two data sets": ('{"_id": "1", "title": "Bees", "text": "Bees danced."}\n', table(("id", *HEAD), ("x9", "Bees", HIVE)), 2),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_the_same_paper_in_two_files(given, name):
    one, other, papers = SAME[name]
    read = given("a.bib" if one.startswith("@") else "a.jsonl", one) + given("b.csv", other)
    assert len(read) == 2
    for order in (read, read[::-1]):
        result = plan(order, lambda _: [])
        assert (len(result.changes), result.duplicates) == (papers, 2 - papers)
        sources = {source for change in result.changes for source in change.paper.sources}
        assert sources == {item.sources[0] for item in read}


def test_one_key_of_two_papers(given):
    text = (
        "@misc{a, title={Bees}, abstract={Bees danced.}}\n"
        "@misc{a, title={Wasps}, abstract={Wasps did not.}, doi={10.5555/w}}\n"
        "@misc{a, title={Bees}, abstract={Bees danced.}, year={2011}}\n"
    )
    result = plan(given("x.bib", text), lambda _: [])
    papers = [change.paper for change in result.changes]
    assert [(p.title, p.key) for p in papers] == [("Bees", "a"), ("Wasps", "aa")]
    assert papers[0].id.startswith("bees-")
    assert papers[1].id == "10.5555/w"
    assert [change.other_keys for change in result.changes] == [(), ("a",)]
    assert result.duplicates == 1


@pytest.mark.parametrize(
    ("authors", "key"),
    [("Quint, MD", "quint2011bees"), ("Ito M.", "ito2011bees"), ("King, Jr., Mei", "king2011bees")],
)
def test_keys_follow_the_family_name(given, authors, key):
    (paper,) = given("x.ris", ris("TI  - Bees", "AB  - Bees.", f"AU  - {authors}", "PY  - 2011"))
    assert with_key(paper).key == key
