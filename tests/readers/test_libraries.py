"""Exports of physicists, chemists, clinicians and libraries, east and west, with their values."""

# ruff: noqa: E501 files stay as their sources write them

import pytest

from rag.types import Paper

EXPORTS = {
    'inspire2.json': (
        '{"hits": {"hits": [{"id": "1712345", "links": {"json": "x"}, "metadata": {"control_number": 1712345, "titles": [{"source": "arXiv", "title": "Kettles at 13 TeV"}], "abstracts": [{"source": "Springer", "value": "We weighed 31 kettles and found that 5% leak."}, {"source": "arXiv", "value": "Other."}], "authors": [{"full_name": "Aad, Georges", "affiliations": [{"value": "CERN"}]}, {"full_name": "Boss, Ida", "inspire_roles": ["supervisor"]}], "collaborations": [{"value": "ATLAS"}], "dois": [{"value": "10.1103/PhysRevD.99.1", "source": "APS"}], "arxiv_eprints": [{"value": "1901.00002", "categories": ["hep-ex"]}], "publication_info": [{"journal_title": "Phys.Rev.D", "year": 2019, "journal_volume": "99"}], "references": [{"reference": {"title": {"title": "Old"}}}]}}], "total": 1}}',
        'utf-8',
        [{'title': 'Kettles at 13 TeV', 'authors': ('Georges Aad',), 'year': 2019, 'venue': 'Phys.Rev.D', 'doi': '10.1103/physrevd.99.1', 'abstract': 'We weighed 31 kettles and found that 5% leak.', 'arxiv_id': '1901.00002'}],
    ),
    'ads.refer.txt': (
        '\n\n%R 2017ApJ...800....1F\n%T Kettles near the Sun\n%A Ferro, Lina; Marlow, Tom\n%F AA(Obs A), AB(Obs B)\n%J The Astrophysical Journal, Volume 800, Issue 1, article id. 1 (2017).\n%V 800\n%D 05/2017\n%P 1\n%U https://ui.adsabs.harvard.edu/abs/2017ApJ...800....1F\n%X We weighed 31 kettles and found that 5% leak.\n%Y DOI: 10.3847/1\n\n',
        'utf-8',
        [{'title': 'Kettles near the Sun', 'authors': ('Lina Ferro', 'Tom Marlow'), 'year': 2017, 'venue': 'The Astrophysical Journal, Volume 800, Issue 1, article id. 1 (2017).', 'abstract': 'We weighed 31 kettles and found that 5% leak.'}],
    ),
    'scifinder_tagged.txt': (
        'START_RECORD\nFIELD Copyright:Copyright (C) 2019 ACS on SciFinder (R)\nFIELD Database:CAPLUS\nFIELD Title:Kettles of copper\nFIELD Abstract:We weighed 31 kettles and found that 5% leak.\nFIELD Author:Ferro, Lina; Marlow, T. H.\nFIELD CAS Registry Number:7440-50-8\nFIELD Publication Year:2019\nFIELD Journal Title:Journal of Kettle Chemistry\nFIELD Digital Object Identifier:10.1021/jk.9b00001\nEND_RECORD\n\nSTART_RECORD\nFIELD Title:Kettles of tin\nFIELD Abstract:Tin kettles leak.\nFIELD Author:Quint, B.\nFIELD Publication Year:2018\nFIELD Journal Title:Tin\nEND_RECORD\n',
        'utf-8',
        [{'title': 'Kettles of copper', 'authors': ('Lina Ferro', 'T. H. Marlow'), 'year': 2019, 'venue': 'Journal of Kettle Chemistry', 'doi': '10.1021/jk.9b00001', 'abstract': 'We weighed 31 kettles and found that 5% leak.'}, {'title': 'Kettles of tin', 'authors': ('B. Quint',), 'year': 2018, 'venue': 'Tin', 'doi': None, 'abstract': 'Tin kettles leak.'}],
    ),
    'refworks.txt': (
        'RT Journal Article\nSR Electronic(1)\nID 7\nA1 Ferro,Lina\nA1 Marlow,Tom H.\nT1 Kettles at sea\nYR 2017\nFD Mar 2017\nVO 5\nIS 1\nSP 1\nOP 9\nK1 kettles\nAB We weighed 31 kettles and found that 5% leak.\nJF Journal of Kettles\nSN 0000-0000\nDO 10.5555/kettle.7\nLK https://example.org/7\n\n\nRT Book Section\nSR Print(0)\nID 8\nA1 Quint,B.\nT1 Tin\nT2 Book of Tin\nYR 2016\nAB Tin kettles leak.\n',
        'utf-8',
        [{'title': 'Kettles at sea', 'authors': ('Lina Ferro', 'Tom H. Marlow'), 'year': 2017, 'venue': 'Journal of Kettles', 'doi': '10.5555/kettle.7', 'abstract': 'We weighed 31 kettles and found that 5% leak.'}, {'title': 'Tin', 'authors': ('B. Quint',), 'year': 2016, 'venue': 'Book of Tin', 'doi': None, 'abstract': 'Tin kettles leak.'}],
    ),
    'cnki_refworks.txt': (
        'RT Journal Article\nSR 1\nA1 王小明;李四\nAD 某大学;\nT1 水壶的研究\nJF 水壶学报\nYR 2020\nIS 03\nvo 5\nOP 1-9\nK1 水壶\nAB 我们称了31个水壶，其中5%漏水。\nSN 1000-0000\nCN 11-0000/X\nLA 中文;\nDS CNKI\nLK https://kns.cnki.net/kcms/detail/1.html\nDO 10.13000/j.cnki.2020.03.001\n',
        'utf-8',
        [{'title': '水壶的研究', 'authors': ('王小明', '李四'), 'year': 2020, 'venue': '水壶学报', 'doi': '10.13000/j.cnki.2020.03.001', 'abstract': '我们称了31个水壶，其中5%漏水。'}],
    ),
    'vip.csv': (
        '题名,作者,机构,刊名,年,卷,期,文摘,DOI\n水壶的研究,王小明;李四,某大学,水壶学报,2020,5,3,我们称了31个水壶。,10.13000/j.2020.1\n',
        'gb18030',
        [{'title': '水壶的研究', 'authors': ('王小明', '李四'), 'year': 2020, 'venue': '水壶学报', 'doi': '10.13000/j.2020.1', 'abstract': '我们称了31个水壶。'}],
    ),
    'airiti.csv': (
        '篇名,作者,刊名,出版年月,摘要,DOI\n水壺之研究,王小明、李四,水壺學報,202003,我們稱了31個水壺。,10.6000/J.2020.1\n',
        'utf-8',
        [{'title': '水壺之研究', 'authors': ('王小明', '李四'), 'year': 2020, 'venue': '水壺學報', 'doi': '10.6000/j.2020.1', 'abstract': '我們稱了31個水壺。'}],
    ),
    'ichushi.refer.txt': (
        '%A 鈴木花子\n%A 佐藤健\n%T やかんの研究\n%J やかん学会誌\n%V 5\n%D 2019\n%X やかんを31個量った。\n\n%A 田中一\n%T 鍋の研究\n%J 鍋\n%D 2018\n%X 鍋は重い。\n',
        'utf-8',
        [{'title': 'やかんの研究', 'authors': ('鈴木花子', '佐藤健'), 'year': 2019, 'venue': 'やかん学会誌', 'doi': None, 'abstract': 'やかんを31個量った。'}, {'title': '鍋の研究', 'authors': ('田中一',), 'year': 2018, 'venue': '鍋', 'doi': None, 'abstract': '鍋は重い。'}],
    ),
    'jst.csv': (
        '惍棟斣崋,榓暥昗戣,塸暥昗戣,挊幰柤,帒椏柤,敪峴擭,彺榐\n19A0000001,傗偐傫偺尋媶,On kettles,楅栘壴巕;嵅摗寬,傗偐傫妛夛帍,2019,傗偐傫傪31屄検偭偨丅\n',
        'gb18030',
        [{'title': 'やかんの研究', 'authors': ('鈴木花子', '佐藤健'), 'year': 2019, 'venue': 'やかん学会誌', 'abstract': 'やかんを31個量った。'}],
    ),
    'capes.csv': (
        'T韙ulo;Autor(es);Ano de publica玢o;Peri骴ico;Resumo;DOI\nChaleiras no mar;Silva, Jo鉶 da, Souza, Maria de;2017;Revista da Chaleira;Pesamos 31 chaleiras.;10.1590/s0000\n',
        'gb18030',
        [{'title': 'Chaleiras no mar', 'year': 2017, 'venue': 'Revista da Chaleira', 'doi': '10.1590/s0000', 'abstract': 'Pesamos 31 chaleiras.'}],
    ),
    'bdtd.csv': (
        '"id","title","author","advisor","publishDate","description","url"\n"USP_1","Chaleiras no mar","Silva, João da","Boss, Ida","2017","Pesamos 31 chaleiras.","http://example.org/1"\n',
        'utf-8',
        [{'title': 'Chaleiras no mar', 'authors': ('João da Silva',), 'year': 2017, 'abstract': 'Pesamos 31 chaleiras.'}],
    ),
    'ctgov.csv': (
        'NCT Number,Study Title,Study URL,Acronym,Study Status,Brief Summary,Conditions,Sponsor,Start Date\nNCT01234567,Kettles in Sleep,https://clinicaltrials.gov/study/NCT01234567,KIS,COMPLETED,We weighed 31 kettles and found that 5% leak.,Sleep,Hive,2017-03\n',
        'utf-8',
        [{'title': 'Kettles in Sleep', 'abstract': 'We weighed 31 kettles and found that 5% leak.'}],
    ),
    'ctgov.json': (
        '{"studies": [{"protocolSection": {"identificationModule": {"nctId": "NCT01234567", "briefTitle": "Kettles in Sleep", "officialTitle": "A trial of kettles"}, "descriptionModule": {"briefSummary": "We weighed 31 kettles and found that 5% leak."}, "statusModule": {"startDateStruct": {"date": "2017-03"}}}}]}',
        'utf-8',
        [{'title': 'Kettles in Sleep', 'abstract': 'We weighed 31 kettles and found that 5% leak.'}],
    ),
    'eppi.json': (
        '{"CodeSets": [], "References": [{"ItemId": 1, "Title": "Kettles in wards", "ParentTitle": "Ward Kettles", "Authors": "Ferro Lina ; Marlow Tom ; ", "Year": "2018", "Abstract": "We weighed 31 kettles and found that 5% leak.", "DOI": "10.1111/jwk.1", "TypeName": "Journal, Article"}]}',
        'utf-8',
        [{'title': 'Kettles in wards', 'year': 2018, 'venue': 'Ward Kettles', 'doi': '10.1111/jwk.1', 'abstract': 'We weighed 31 kettles and found that 5% leak.'}],
    ),
    'marc.xml': (
        '<?xml version="1.0"?>\n<collection xmlns="http://www.loc.gov/MARC21/slim"><record><leader>00000nam</leader><controlfield tag="001">991</controlfield><controlfield tag="008">170301s2017    xx</controlfield><datafield tag="024" ind1="7" ind2=" "><subfield code="a">10.5555/kettle.9</subfield><subfield code="2">doi</subfield></datafield><datafield tag="100" ind1="1" ind2=" "><subfield code="a">Ferro, Lina,</subfield><subfield code="e">author.</subfield></datafield><datafield tag="245" ind1="1" ind2="0"><subfield code="a">Kettles at sea :</subfield><subfield code="b">a study /</subfield><subfield code="c">Lina Ferro.</subfield></datafield><datafield tag="264" ind1=" " ind2="1"><subfield code="b">Tin Press,</subfield><subfield code="c">2017.</subfield></datafield><datafield tag="520" ind1="3" ind2=" "><subfield code="a">We weighed 31 kettles and found that 5% leak.</subfield></datafield><datafield tag="700" ind1="1" ind2=" "><subfield code="a">Marlow, Tom</subfield></datafield><datafield tag="773" ind1="0" ind2=" "><subfield code="t">Journal of Kettles</subfield></datafield></record></collection>',
        'utf-8',
        [{'title': 'Kettles at sea : a study', 'authors': ('Lina Ferro', 'Tom Marlow'), 'year': 2017, 'venue': 'Journal of Kettles', 'doi': '10.5555/kettle.9', 'abstract': 'We weighed 31 kettles and found that 5% leak.'}],
    ),
    'dc.xml': (
        '<?xml version="1.0"?><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/"><dc:title>Kettles at sea</dc:title><dc:creator>Ferro, Lina</dc:creator><dc:description>We weighed 31 kettles and found that 5% leak.</dc:description><dc:date>2017-03</dc:date></oai_dc:dc></metadata>',
        'utf-8',
        [{'title': 'Kettles at sea', 'authors': ('Lina Ferro',), 'year': 2017, 'abstract': 'We weighed 31 kettles and found that 5% leak.'}],
    ),
    'grobid.tei.xml': (
        '<?xml version="1.0" encoding="UTF-8"?>\n<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader xml:lang="en"><fileDesc><titleStmt><title level="a" type="main">Kettles at sea</title></titleStmt><publicationStmt><publisher/><date type="published" when="2017-03-01">2017</date></publicationStmt><sourceDesc><biblStruct><analytic><author><persName><forename type="first">Lina</forename><surname>Ferro</surname></persName><affiliation/></author><author><persName><forename type="first">Tom</forename><forename type="middle">H</forename><surname>Marlow</surname></persName></author><title level="a" type="main">Kettles at sea</title></analytic><monogr><title level="j">Journal of Kettles</title><imprint><date type="published" when="2017-03-01"/></imprint></monogr><idno type="DOI">10.5555/kettle.9</idno></biblStruct></sourceDesc></fileDesc><profileDesc><abstract><div xmlns="http://www.tei-c.org/ns/1.0"><p>We weighed 31 kettles and found that 5% leak.</p></div></abstract></profileDesc></teiHeader><text><body><p>Long.</p></body><back><listBibl><biblStruct><analytic><title>Old</title></analytic></biblStruct></listBibl></back></text></TEI>',
        'utf-8',
        [{'title': 'Kettles at sea', 'authors': ('Lina Ferro', 'Tom H Marlow'), 'year': 2017, 'venue': 'Journal of Kettles', 'doi': '10.5555/kettle.9', 'abstract': 'We weighed 31 kettles and found that 5% leak.'}],
    ),
    'primo.json': (
        '{"info": {"total": 1}, "docs": [{"pnx": {"display": {"title": ["Kettles at sea"], "creator": ["Ferro, Lina$$QFerro, Lina"], "description": ["We weighed 31 kettles and found that 5% leak."]}, "addata": {"date": ["2017"]}}}]}',
        'utf-8',
        [{'title': 'Kettles at sea', 'abstract': 'We weighed 31 kettles and found that 5% leak.'}],
    ),
    'scopus_api.json': (
        '{"search-results": {"opensearch:totalResults": "1", "entry": [{"@_fa": "true", "prism:url": "https://api.elsevier.com/1", "dc:identifier": "SCOPUS_ID:85000000001", "eid": "2-s2.0-1", "dc:title": "Kettles at sea", "dc:creator": "Ferro L.", "prism:publicationName": "Journal of Kettles", "prism:coverDate": "2017-03-01", "prism:doi": "10.5555/kettle.9", "dc:description": "We weighed 31 kettles and found that 5% leak.", "author": [{"authid": "1", "authname": "Ferro L.", "surname": "Ferro", "given-name": "Lina"}]}]}}',
        'utf-8',
        [{'title': 'Kettles at sea', 'authors': ('Lina Ferro',), 'year': 2017, 'venue': 'Journal of Kettles', 'doi': '10.5555/kettle.9', 'abstract': 'We weighed 31 kettles and found that 5% leak.'}],
    ),
    'ieee_api.json': (
        '{"total_records": 1, "articles": [{"doi": "10.1109/K.2017.1", "title": "Kettles at sea", "publisher": "IEEE", "authors": {"authors": [{"full_name": "Lina Ferro", "author_order": 1}, {"full_name": "Tom Marlow", "author_order": 2}]}, "abstract": "We weighed 31 kettles and found that 5% leak.", "publication_title": "IEEE Kettles", "publication_year": 2017, "html_url": "https://ieeexplore.ieee.org/document/1/"}]}',
        'utf-8',
        [{'title': 'Kettles at sea', 'authors': ('Lina Ferro', 'Tom Marlow'), 'year': 2017, 'venue': 'IEEE Kettles', 'doi': '10.1109/k.2017.1', 'abstract': 'We weighed 31 kettles and found that 5% leak.'}],
    ),
    'plos.json': (
        '{"response": {"numFound": 1, "docs": [{"id": "10.1371/journal.pone.0000001", "journal": "PLOS ONE", "publication_date": "2017-03-01T00:00:00Z", "author_display": ["Lina Ferro", "Tom Marlow"], "abstract": ["We weighed 31 kettles and found that 5% leak."], "title_display": "Kettles at <i>sea</i>", "score": 1.0}]}}',
        'utf-8',
        [{'title': 'Kettles at sea', 'authors': ('Lina Ferro', 'Tom Marlow'), 'year': 2017, 'venue': 'PLOS ONE', 'doi': '10.1371/journal.pone.0000001', 'abstract': 'We weighed 31 kettles and found that 5% leak.'}],
    ),
    'osf.json': (
        '{"data": [{"id": "abcde", "type": "preprints", "attributes": {"title": "Kettles at sea", "description": "We weighed 31 kettles and found that 5% leak.", "date_published": "2017-03-01T00:00:00", "doi": "10.31234/osf.io/abcde"}, "relationships": {}, "links": {}}]}',
        'utf-8',
        [{'title': 'Kettles at sea', 'year': 2017, 'doi': '10.31234/osf.io/abcde', 'abstract': 'We weighed 31 kettles and found that 5% leak.'}],
    ),
    's2ag.jsonl': (
        '{"corpusid": 12345, "openaccessinfo": {"externalids": {"DOI": "10.5555/kettle.9"}}, "abstract": "We weighed 31 kettles and found that 5% leak.", "updated": "2022-01-01"}\n',
        'utf-8',
        [{'title': '', 'abstract': 'We weighed 31 kettles and found that 5% leak.', 'id': '12345'}],
    ),
    'bib_smart.bib': (
        '@article{ferro2017,\n title = “Kettles”,\n author = “Ferro, Lina”,\n year = “2017”,\n abstract = “We weighed 31 kettles.”\n}\n',
        'utf-8',
        [{'title': 'Kettles', 'authors': ('Lina Ferro',), 'year': 2017, 'abstract': 'We weighed 31 kettles.'}],
    ),
    'html_table.html': (
        '<html><body><table><tr><th>Title</th><th>Authors</th><th>Year</th><th>Abstract</th></tr><tr><td>Kettles</td><td>Ferro, Lina</td><td>2017</td><td>We weighed.</td></tr></table></body></html>',
        'utf-8',
        [{'title': 'Kettles', 'authors': ('Lina Ferro',), 'year': 2017, 'abstract': 'We weighed.'}],
    ),
    'zotero_notes.json': (
        '[{"itemID": 1, "itemType": "journalArticle", "title": "Kettles", "abstractNote": "We weighed 31 kettles and found that 5% leak.", "creators": [{"firstName": "Lina", "lastName": "Ferro", "creatorType": "author"}], "date": "2017-03", "publicationTitle": "J", "attachments": [{"title": "PDF", "path": "x"}], "notes": [{"note": "<p>hm</p>"}]}, {"itemType": "note", "note": "<p>x</p>"}, {"itemType": "annotation"}]',
        'utf-8',
        [{'title': 'Kettles', 'authors': ('Lina Ferro',), 'year': 2017, 'venue': 'J', 'abstract': 'We weighed 31 kettles and found that 5% leak.'}],
    ),
    'nature_ld.html': (
        '<!DOCTYPE html><html><head><script type="application/ld+json">{"mainEntity":{"headline":"Kettles","description":"We weighed 31 kettles and found that 5% leak.","datePublished":"2017-03-01T00:00:00Z","sameAs":"https://doi.org/10.1038/k1","isPartOf":{"name":"Nature Kettles","issn":["1"],"volumeNumber":"5","@type":["Periodical","PublicationVolume"]},"publisher":{"name":"NPG","@type":"Organization"},"author":[{"name":"Lina Ferro","affiliation":[],"@type":"Person"}],"@type":"ScholarlyArticle"},"@context":"https://schema.org","@type":"WebPage"}</script></head><body></body></html>',
        'utf-8',
        [{'title': 'Kettles', 'authors': ('Lina Ferro',), 'year': 2017, 'venue': 'Nature Kettles', 'doi': '10.1038/k1', 'abstract': 'We weighed 31 kettles and found that 5% leak.'}],
    ),
    'dataverse.jsonld': (
        '{"@context": "http://schema.org", "@type": "Dataset", "identifier": "https://doi.org/10.7910/DVN/1", "name": "Kettles data", "creator": [{"name": "Ferro, Lina"}], "datePublished": "2017-03-01", "description": ["We weighed 31 kettles and found that 5% leak."]}',
        'utf-8',
        [{'title': 'Kettles data', 'authors': ('Lina Ferro',), 'year': 2017, 'doi': '10.7910/dvn/1', 'abstract': 'We weighed 31 kettles and found that 5% leak.'}],
    ),
    'graph.jsonld': (
        '{"@context": "https://schema.org", "@graph": [{"@type": "ScholarlyArticle", "name": "Kettles", "abstract": "We weighed 31 kettles and found that 5% leak.", "author": {"name": "Lina Ferro"}}, {"@type": "ScholarlyArticle", "name": "Tin", "abstract": "Tin leaks."}]}',
        'utf-8',
        [{'title': 'Kettles', 'authors': ('Lina Ferro',), 'abstract': 'We weighed 31 kettles and found that 5% leak.'}, {'title': 'Tin', 'abstract': 'Tin leaks.'}],
    ),
    'xls_html.xls': (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><meta charset="utf-8"></head><body><table border=1><tr><th>Título</th><th>Autores</th><th>Año</th><th>Resumen</th></tr><tr><td>Teteras</td><td>Ferro, L.</td><td>2017</td><td>Pesamos 31.</td></tr></table></body></html>',
        'utf-8',
        [{'title': 'Teteras', 'authors': ('L. Ferro',), 'year': 2017, 'abstract': 'Pesamos 31.'}],
    ),
    'marc_prefix.xml': (
        '<?xml version="1.0"?><marc:collection xmlns:marc="http://www.loc.gov/MARC21/slim"><marc:record><marc:leader/><marc:controlfield tag="001">5</marc:controlfield><marc:datafield tag="110" ind1="2" ind2=" "><marc:subfield code="a">Kettle Board</marc:subfield></marc:datafield><marc:datafield tag="245" ind1="1" ind2="0"><marc:subfield code="a">Kettles.</marc:subfield></marc:datafield><marc:datafield tag="260" ind1=" " ind2=" "><marc:subfield code="a">Rome :</marc:subfield><marc:subfield code="c">c2017.</marc:subfield></marc:datafield><marc:datafield tag="520" ind1=" " ind2=" "><marc:subfield code="a">We weighed 31 kettles and found that 5% leak.</marc:subfield></marc:datafield></marc:record></marc:collection>',
        'utf-8',
        [{'title': 'Kettles', 'authors': ('Kettle Board',), 'year': 2017, 'abstract': 'We weighed 31 kettles and found that 5% leak.'}],
    ),
    'oai_marc.xml': (
        '<?xml version="1.0"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><header><identifier>oai:x:1</identifier></header><metadata><record xmlns="http://www.loc.gov/MARC21/slim"><controlfield tag="001">5</controlfield><datafield tag="100" ind1="1" ind2=" "><subfield code="a">Ferro, Lina</subfield></datafield><datafield tag="245" ind1="1" ind2="0"><subfield code="a">Kettles</subfield></datafield><datafield tag="520" ind1=" " ind2=" "><subfield code="a">We weighed 31 kettles and found that 5% leak.</subfield></datafield></record></metadata></record></ListRecords></OAI-PMH>',
        'utf-8',
        [{'title': 'Kettles', 'authors': ('Lina Ferro',), 'abstract': 'We weighed 31 kettles and found that 5% leak.'}],
    ),
    'org_noabs.org': (
        '* Reading\n** Kettles\n:PROPERTIES:\n:AUTHOR: Lina Ferro\n:YEAR: 2017\n:ABSTRACT: We weighed 31 kettles and found that 5% leak.\n:END:\n** DONE Tin :tin:\n:PROPERTIES:\n:TITLE: Tin, a study\n:BTYPE: article\n:AUTHOR: Quint, B.\n:ABSTRACT: Tin leaks.\n:CUSTOM_ID: quint\n:END:\n',
        'utf-8',
        [{'title': 'Kettles', 'authors': ('Lina Ferro',), 'year': 2017, 'abstract': 'We weighed 31 kettles and found that 5% leak.'}, {'title': 'Tin', 'authors': ('B. Quint',), 'abstract': 'Tin leaks.', 'key': 'quint'}],
    ),
    'refs_apa.txt': (
        'Annotated bibliography\n\nFerro, L., Marlow, T., & Quint, B. (2017). Kettles at sea: A study of 31 kettles. Journal of Kettles, 5(1), 1–9. https://doi.org/10.5555/kettle.1\n\nAbstract: We weighed 31 kettles and found that 5% leak.\n\nQuint, B. (2018, May). Tin. In Proceedings of Tin (pp. 1-5). ACM.\n\nAbstract: Tin leaks.\n',
        'utf-8',
        [{'title': 'Kettles at sea: A study of 31 kettles', 'authors': ('L. Ferro', 'T. Marlow', 'B. Quint'), 'year': 2017, 'venue': 'Journal of Kettles', 'doi': '10.5555/kettle.1', 'abstract': 'We weighed 31 kettles and found that 5% leak.'}, {'title': 'Tin', 'authors': ('B. Quint',), 'year': 2018, 'venue': 'Proceedings of Tin', 'doi': None, 'abstract': 'Tin leaks.'}],
    ),
    'refs_gost.txt': (
        '1. Иванов И.И. О чайниках // Чайники. 2018. № 5. С. 1-9.\nАннотация: Мы взвесили 31 чайник.\n',
        'utf-8',
        [{'title': 'О чайниках', 'authors': ('И.И. Иванов',), 'year': 2018, 'venue': 'Чайники', 'abstract': 'Мы взвесили 31 чайник.'}],
    ),
    'refs_gb7714.txt': (
        '[1] 王小明, 李四. 水壶的研究[J]. 水壶学报, 2020, 5(3): 1-9.\n摘要：我们称了31个水壶。\n',
        'utf-8',
        [{'title': '水壶的研究', 'authors': ('王小明', '李四'), 'year': 2020, 'venue': '水壶学报', 'abstract': '我们称了31个水壶。'}],
    ),
    'refs_abnt.txt': (
        '1. SILVA, J.; SOUZA, M. Chaleiras no mar. Revista da Chaleira, v. 5, n. 1, p. 1-9, 2017.\nResumo: Pesamos 31 chaleiras.\n',
        'utf-8',
        [{'title': 'Chaleiras no mar', 'authors': ('J. SILVA', 'M. SOUZA'), 'year': 2017, 'venue': 'Revista da Chaleira', 'abstract': 'Pesamos 31 chaleiras.'}],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPORTS)
def test_each_export_gives_its_values(given, name):
    text, codec, wanted = EXPORTS[name]
    papers = given(name, text.encode(codec))
    assert len(papers) == len(wanted)
    for paper, values in zip(papers, wanted, strict=True):
        assert isinstance(paper, Paper)
        assert {field: getattr(paper, field) for field in values} == values
