"""Files as services of many fields write them, each with every value that it gives."""

# ruff: noqa: E501 files stay as their sources write them

from __future__ import annotations

import pytest

FILES = {
    'BetterBibLaTeX': (
        'bbl.bib',
        '@online{tanakaKelp2021,\n  title = {Kelp {{Forests}} in {{Winter}}},\n  author = {Tanaka, Haruki and Nguyễn, Văn An and family=Vries, given=Anna, prefix=de, useprefix=true},\n  date = {2021-11-05},\n  eprint = {2111.01234},\n  eprinttype = {arxiv},\n  eprintclass = {q-bio},\n  url = {http://arxiv.org/abs/2111.01234},\n  urldate = {2022-01-01},\n  abstract = {Kelp grows 5~cm a day in winter.},\n  pubstate = {preprint}\n}',
        [
            {'title': 'Kelp Forests in Winter', 'authors': ('Haruki Tanaka', 'Văn An Nguyễn', 'Anna de Vries'), 'year': 2021, 'arxiv_id': '2111.01234', 'url': 'http://arxiv.org/abs/2111.01234', 'abstract': 'Kelp grows 5 cm a day in winter.'},
        ],
    ),
    'ACL': (
        'acl.bib',
        '@inproceedings{ortiz-etal-2022-word,\n    title = "Word {S}torms: {A}n {E}nglish{--}{T}urkish Corpus of 1{,}000 Sayings",\n    author = {Ortiz Su{\\\'a}rez, Pedro  and\n      {\\.I}lhan, {\\c{C}}a{\\u{g}}lar  and\n      L{\\\'e}, H{\\~o}},\n    editor = "Ed, A.  and\n      Itor, B.",\n    booktitle = "Proceedings of the 60th Annual Meeting (Volume 1: Long Papers)",\n    month = may,\n    year = "2022",\n    address = "Dublin, Ireland",\n    publisher = "Association",\n    url = "https://aclanthology.org/2022.acl-long.999",\n    doi = "10.18653/v1/2022.acl-long.999",\n    pages = "1--9",\n    abstract = "We collect 1,000 sayings {--} half are {``}old{\'\'}. Code: \\url{https://github.com/x/y_z}.",\n}',
        [
            {'title': 'Word Storms: An English–Turkish Corpus of 1,000 Sayings', 'authors': ('Pedro Ortiz Suárez', 'Çağlar İlhan', 'Hõ Lé'), 'year': 2022, 'venue': 'Proceedings of the 60th Annual Meeting (Volume 1: Long Papers)', 'doi': '10.18653/v1/2022.acl-long.999', 'url': 'https://aclanthology.org/2022.acl-long.999', 'abstract': 'We collect 1,000 sayings – half are “old”. Code: https://github.com/x/y_z.'},
        ],
    ),
    'ADS': (
        'ads.bib',
        '@ARTICLE{2018ApJ...860...10S,\n       author = {{Smith}, John A. and {van Dyk}, Schuyler D. and {D\'Angelo}, G. and {de la Fuente Marcos}, C. and {Planck Collaboration} and {Zhang}, Xiao-Ming},\n        title = "{The Mass of {\\ensuremath{\\alpha}} Cen at z $\\sim$ 0.5}",\n      journal = {\\mnras},\n     keywords = {stars, Astrophysics - Solar and Stellar Astrophysics},\n         year = 2018,\n        month = jun,\n       volume = {860},\n       number = {1},\n          eid = {10},\n        pages = {10},\n     abstract = "{We weigh {\\ensuremath{\\alpha}} Cen at 1.1{\\,}M$_{\\odot}$ (10$^{5}$ yr; <SUP>13</SUP>CO) within \\raisebox{-0.5ex}\\textasciitilde5 per cent.}",\n          doi = {10.3847/1538-4357/aabcde},\narchivePrefix = {arXiv},\n       eprint = {1805.01234},\n primaryClass = {astro-ph.SR},\n       adsurl = {https://ui.adsabs.harvard.edu/abs/2018ApJ...860...10S},\n      adsnote = {Provided by the SAO/NASA Astrophysics Data System}\n}',
        [
            {'title': 'The Mass of α Cen at z ∼ 0.5', 'authors': ('John A. Smith', 'Schuyler D. van Dyk', "G. D'Angelo", 'C. de la Fuente Marcos', 'Planck Collaboration', 'Xiao-Ming Zhang'), 'year': 2018, 'venue': 'MNRAS', 'doi': '10.3847/1538-4357/aabcde', 'arxiv_id': '1805.01234', 'abstract': 'We weigh α Cen at 1.1 M⊙ (10⁵ yr; ¹³CO) within ~5 per cent.'},
        ],
    ),
    'ScienceDirect': (
        'S0123456789.bib',
        '@article{GARCIA2020105123,\ntitle = {Effects of tea on sleep: A randomised trial},\njournal = {Sleep Medicine Letters},\nvolume = {75},\npages = {105123},\nyear = {2020},\nissn = {1389-9457},\ndoi = {https://doi.org/10.1016/j.sleep.2020.105123},\nurl = {https://www.sciencedirect.com/science/article/pii/S1389945720301234},\nauthor = {Elena García and Xin Li and Jean-Luc {de Brouwer} and Md. Abdur Rahman},\nkeywords = {Tea, Sleep},\nabstract = {Background\nTea may disturb sleep.\nMethods\nWe gave 60 adults tea (n = 30) or water.\nResults\nSleep fell by 22 min (95% CI 10–34).}\n}',
        [
            {'title': 'Effects of tea on sleep: A randomised trial', 'authors': ('Elena García', 'Xin Li', 'Jean-Luc de Brouwer', 'Md. Abdur Rahman'), 'year': 2020, 'venue': 'Sleep Medicine Letters', 'doi': '10.1016/j.sleep.2020.105123', 'url': 'https://www.sciencedirect.com/science/article/pii/S1389945720301234', 'abstract': 'Background Tea may disturb sleep. Methods We gave 60 adults tea (n = 30) or water. Results Sleep fell by 22 min (95% CI 10–34).'},
        ],
    ),
    'ProQuest RIS': (
        'ProQuestDocuments.ris',
        'TY  - JOUR\nT1  - On moving barns\nAN  - 1897654321; 201712345\nAB  - Barns move little. [PUBLICATION ABSTRACT]\nJF  - Barn Studies\nAU  - Doe, Jane Q\nAU  - Roe, Richard, Jr.\nY1  - 2014/Fall///\nPY  - 2014\nDA  - Fall 2014\nSP  - 5\nEP  - 15\nCY  - Ames\nPB  - Barn Press\nVL  - 3\nSN  - 00001111\nUR  - https://www.proquest.com/docview/1897654321?accountid=1\nL2  - http://resolver.example.edu/x\nLA  - English\nDB  - Agricultural Database\nDO  - http://dx.doi.org/10.1234/barn.5\nER  - \n\n',
        [
            {'title': 'On moving barns', 'authors': ('Jane Q Doe', 'Richard Roe Jr.'), 'year': 2014, 'venue': 'Barn Studies', 'doi': '10.1234/barn.5', 'url': 'https://www.proquest.com/docview/1897654321?accountid=1', 'abstract': 'Barns move little.'},
        ],
    ),
    'Scopus CSV': (
        'scopus.csv',
        '\ufeff"Authors","Author full names","Author(s) ID","Title","Year","Source title","Volume","Issue","Art. No.","Page start","Page end","Page count","Cited by","DOI","Link","Abstract","Document Type","Publication Stage","Open Access","Source","EID"\n"Tanaka H.; Van Der Meer J.; O’Neill K.-A.","Tanaka, Haruki (57200000001); Van Der Meer, Jan (7000000002); O’Neill, Kerry-Ann (5500000003)","57200000001; 7000000002; 5500000003","Kelp and “urchins”: 5 < x","2021","Marine Letters","12","3","","1","9","","4","10.1111/mal.12345","https://www.scopus.com/inward/record.uri?eid=2-s2.0-85100000001&doi=10.1111%2fmal.12345&partnerID=40","Urchins eat 3 kg m−2 of kelp. © 2021 The Authors. Marine Letters published by John Wiley & Sons Ltd.","Article","Final","All Open Access","Scopus","2-s2.0-85100000001"\n',
        [
            {'title': 'Kelp and “urchins”: 5 < x', 'authors': ('H. Tanaka', 'J. Van Der Meer', 'K.-A. O’Neill'), 'year': 2021, 'venue': 'Marine Letters', 'doi': '10.1111/mal.12345', 'url': 'https://www.scopus.com/inward/record.uri?eid=2-s2.0-85100000001&doi=10.1111%2fmal.12345&partnerID=40', 'abstract': 'Urchins eat 3 kg m−2 of kelp.'},
        ],
    ),
    'Dimensions CSV': (
        'dimensions.csv',
        '"About the data: Exported on Jan 01, 2023. Criteria: \'kelp\'."\nRank,Publication ID,DOI,PMID,PMCID,Title,Abstract,Acknowledgements,Funding,Source title,Anthology title,MeSH terms,Publication date,PubYear,Publication date (online),Publication date (print),Volume,Issue,Pagination,Open Access,Publication Type,Authors,Authors (Raw Affiliation),Corresponding Authors,Authors Affiliations,Dimensions URL\n500,pub.1100000001,10.1111/mal.12345,,,Kelp and urchins,Urchins eat kelp.,,,Marine Letters,,,2021-03-01,2021,2021-03-01,,12,3,1-9,Closed,Article,"Tanaka, Haruki; Van der Meer, Jan","Tanaka, Haruki (Univ, City); Van der Meer, Jan (Univ)","Tanaka, Haruki (Univ)","Tanaka, Haruki (Univ)",https://app.dimensions.ai/details/publication/pub.1100000001\n',
        [
            {'title': 'Kelp and urchins', 'authors': ('Haruki Tanaka', 'Jan Van der Meer'), 'year': 2021, 'venue': 'Marine Letters', 'doi': '10.1111/mal.12345', 'url': 'https://app.dimensions.ai/details/publication/pub.1100000001', 'abstract': 'Urchins eat kelp.'},
        ],
    ),
    'PubMed CSV': (
        'csv-pubmed.csv',
        'PMID,Title,Authors,Citation,First Author,Journal/Book,Publication Year,Create Date,PMCID,NIHMS ID,DOI,Abstract\n31234567,Sleep and tea,"Ångström ÅK, García-Pérez JL 3rd, van \'t Hof B.","Sci Tea. 2019 Jun 24;9(1):9012.",Ångström ÅK,Sci Tea,2019,2019/06/26,PMC65,,10.1038/s41598-019-00001-1,Tea is drunk.\n',
        [
            {'title': 'Sleep and tea', 'authors': ('ÅK Ångström', 'JL García-Pérez 3rd', "B van 't Hof"), 'year': 2019, 'venue': 'Sci Tea', 'doi': '10.1038/s41598-019-00001-1', 'abstract': 'Tea is drunk.'},
        ],
    ),
    'S2 citations wrapper': (
        's2c.json',
        '{"offset": 0, "data": [{"contexts": ["x"], "isInfluential": false, "citingPaper": {"paperId": "q", "title": "Citing kelp", "abstract": "We cite kelp.", "year": 2022, "authors": [{"name": "L. Bo"}]}}]}',
        [
            {'title': 'Citing kelp', 'authors': ('L. Bo',), 'year': 2022, 'abstract': 'We cite kelp.'},
        ],
    ),
    'INSPIRE': (
        'inspire.json',
        '{"hits": {"hits": [{"id": "1", "metadata": {"titles": [{"source": "arXiv", "title": "Kelp bosons"}], "abstracts": [{"source": "arXiv", "value": "We find kelp at $m_H=125$ GeV."}], "authors": [{"full_name": "Tanaka, Haruki", "first_name": "Haruki", "last_name": "Tanaka"}], "collaborations": [{"value": "KELP"}], "dois": [{"value": "10.1103/kelp"}], "arxiv_eprints": [{"value": "2101.00003", "categories": ["hep-ex"]}], "publication_info": [{"year": 2021, "journal_title": "Phys.Rev.D"}], "earliest_date": "2021-01-02"}}], "total": 1}}',
        [
            {'title': 'Kelp bosons', 'authors': ('Haruki Tanaka',), 'year': 2021, 'venue': 'Phys.Rev.D', 'doi': '10.1103/kelp', 'arxiv_id': '2101.00003', 'abstract': 'We find kelp at m_H=125 GeV.'},
        ],
    ),
    'Zenodo': (
        'zenodo.json',
        '{"hits": {"hits": [{"id": 77, "doi": "10.5281/zenodo.77", "created": "2022-01-01", "metadata": {"title": "Kelp set", "doi": "10.5281/zenodo.77", "publication_date": "2021-12-01", "description": "<p>Kelp.</p>", "creators": [{"name": "Tanaka, Haruki", "affiliation": "U"}], "resource_type": {"type": "publication"}}}]}}',
        [
            {'title': 'Kelp set', 'authors': ('Haruki Tanaka',), 'year': 2021, 'doi': '10.5281/zenodo.77', 'abstract': 'Kelp.'},
        ],
    ),
    'CORE': (
        'core.json',
        '{"totalHits": 1, "results": [{"id": 9, "title": "Kelp", "abstract": "Kelp.", "authors": [{"name": "Tanaka, Haruki"}], "doi": "10.1234/core", "yearPublished": 2021, "publisher": "U", "journals": [{"title": "Marine Letters", "identifiers": ["1234"]}], "downloadUrl": "https://core.ac.uk/download/9.pdf", "arxivId": null}]}',
        [
            {'title': 'Kelp', 'authors': ('Haruki Tanaka',), 'year': 2021, 'venue': 'Marine Letters', 'doi': '10.1234/core', 'url': 'https://core.ac.uk/download/9.pdf', 'abstract': 'Kelp.'},
        ],
    ),
    'IEEE API': (
        'ieeeapi.json',
        '{"total_records": 1, "articles": [{"doi": "10.1109/K.1", "title": "Kelp radios", "publisher": "IEEE", "abstract": "We radio kelp.", "authors": {"authors": [{"affiliation": "U", "full_name": "Haruki Tanaka", "author_order": 1}, {"full_name": "J. van der Meer", "author_order": 2}]}, "publication_title": "2021 IEEE Kelp", "publication_year": 2021, "html_url": "https://ieeexplore.ieee.org/document/1/", "article_number": "1"}]}',
        [
            {'title': 'Kelp radios', 'authors': ('Haruki Tanaka', 'J. van der Meer'), 'year': 2021, 'venue': '2021 IEEE Kelp', 'doi': '10.1109/k.1', 'url': 'https://ieeexplore.ieee.org/document/1/', 'abstract': 'We radio kelp.'},
        ],
    ),
    'Scopus API': (
        'scopus.json',
        '{"search-results": {"opensearch:totalResults": "1", "entry": [{"@_fa": "true", "prism:url": "https://api.elsevier.com/x", "dc:identifier": "SCOPUS_ID:85", "eid": "2-s2.0-85", "dc:title": "Kelp", "dc:creator": "Tanaka H.", "prism:publicationName": "Marine Letters", "prism:coverDate": "2021-03-01", "prism:doi": "10.1234/sc", "dc:description": "Kelp grows.", "author": [{"@_fa": "true", "authname": "Tanaka H.", "surname": "Tanaka", "given-name": "Haruki", "initials": "H."}, {"authname": "van der Meer J.", "surname": "van der Meer", "given-name": "Jan"}]}]}}',
        [
            {'title': 'Kelp', 'authors': ('Haruki Tanaka', 'Jan van der Meer'), 'year': 2021, 'venue': 'Marine Letters', 'doi': '10.1234/sc', 'url': 'https://api.elsevier.com/x', 'abstract': 'Kelp grows.'},
        ],
    ),
    'Rayyan CSV': (
        'rayyan.csv',
        'key,title,year,month,day,journal,issn,volume,issue,pages,authors,url,language,publisher,location,abstract,notes,pubmed_id,pmc_id\nrayyan-1,Kelp mood,2021,3,1,Marine Med,,1,2,1-9,"Tanaka H and van der Meer J and Bo L",https://x.org,eng,,,Kelp lifts mood.,"RAYYAN-INCLUSION: {""A""=>""Included""}",,\n',
        [
            {'title': 'Kelp mood', 'authors': ('H Tanaka', 'J van der Meer', 'L Bo'), 'year': 2021, 'venue': 'Marine Med', 'url': 'https://x.org', 'abstract': 'Kelp lifts mood.'},
        ],
    ),
    'PMC JATS set': (
        'pmc.xml',
        '<?xml version="1.0"?><pmc-articleset><article xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:mml="http://www.w3.org/1998/Math/MathML" article-type="research-article"><front><journal-meta><journal-id journal-id-type="nlm-ta">KL</journal-id><journal-title-group><journal-title>Kelp Letters</journal-title></journal-title-group></journal-meta><article-meta><article-id pub-id-type="pmid">44</article-id><article-id pub-id-type="pmc">55</article-id><article-id pub-id-type="doi">10.1234/pmc.1</article-id><article-categories><subj-group><subject>A</subject></subj-group></article-categories><title-group><article-title>Kelp <italic>in situ</italic><xref ref-type="fn" rid="f1">*</xref></article-title><alt-title>K</alt-title></title-group><contrib-group><contrib contrib-type="author" corresp="yes"><name name-style="eastern"><surname>Tanaka</surname><given-names>Haruki</given-names></name><xref ref-type="aff" rid="a1">1</xref></contrib><contrib contrib-type="author"><collab>Kelp Group</collab></contrib></contrib-group><contrib-group><contrib contrib-type="editor"><name><surname>Ed</surname><given-names>A</given-names></name></contrib></contrib-group><pub-date pub-type="collection"><year>2021</year></pub-date><pub-date pub-type="epub"><day>1</day><month>3</month><year>2020</year></pub-date><abstract><sec><title>Background</title><p>Kelp <inline-formula><mml:math><mml:msup><mml:mi>m</mml:mi><mml:mn>2</mml:mn></mml:msup></mml:math></inline-formula>.</p></sec><sec><title>Results.</title><p>It grew.</p></sec></abstract></article-meta></front><body><p>no</p></body></article></pmc-articleset>',
        [
            {'title': 'Kelp in situ', 'authors': ('Haruki Tanaka', 'Kelp Group'), 'year': 2021, 'venue': 'Kelp Letters', 'doi': '10.1234/pmc.1', 'abstract': 'Background: Kelp m². Results. It grew.'},
        ],
    ),
    'RSS of arXiv': (
        'rss.xml',
        '<?xml version=\'1.0\' encoding=\'UTF-8\'?>\n<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel><title>cs.CL updates</title><link>http://rss.arxiv.org/rss/cs.CL</link><description>x</description><item><title>Kelp LLMs</title><link>https://arxiv.org/abs/2401.00001</link><description>arXiv:2401.00001v1 Announce Type: new \nAbstract: We train kelp.</description><guid isPermaLink="false">oai:arXiv.org:2401.00001v1</guid><category>cs.CL</category><pubDate>Mon, 01 Jan 2024 00:00:00 -0500</pubDate><arxiv:announce_type>new</arxiv:announce_type><dc:rights>x</dc:rights><dc:creator>Haruki Tanaka, Jan van der Meer</dc:creator></item></channel></rss>',
        [
            {'title': 'Kelp LLMs', 'authors': ('Haruki Tanaka', 'Jan van der Meer'), 'year': 2024, 'arxiv_id': '2401.00001', 'url': 'https://arxiv.org/abs/2401.00001', 'abstract': 'We train kelp.'},
        ],
    ),
    'MODS': (
        'mods.xml',
        '<?xml version="1.0" encoding="UTF-8"?>\n<modsCollection xmlns="http://www.loc.gov/mods/v3">\n<mods ID="tanaka-2022-lamps"><titleInfo><title>Lamps and kelp</title></titleInfo><name type="personal"><namePart type="given">Haruki</namePart><namePart type="family">Tanaka</namePart><role><roleTerm authority="marcrelator" type="text">author</roleTerm></role></name><originInfo><dateIssued>2022-05</dateIssued></originInfo><typeOfResource>text</typeOfResource><relatedItem type="host"><titleInfo><title>Proceedings of Lamp</title></titleInfo><name type="personal"><namePart type="given">A</namePart><namePart type="family">Ed</namePart><role><roleTerm>editor</roleTerm></role></name></relatedItem><abstract>We light kelp.</abstract><identifier type="citekey">tanaka-2022-lamps</identifier><identifier type="doi">10.18653/v1/x.1</identifier><location><url>https://aclanthology.org/x.1</url></location></mods></modsCollection>',
        [
            {'title': 'Lamps and kelp', 'authors': ('Haruki Tanaka',), 'year': 2022, 'venue': 'Proceedings of Lamp', 'doi': '10.18653/v1/x.1', 'url': 'https://aclanthology.org/x.1', 'abstract': 'We light kelp.'},
        ],
    ),
    'PubMed page': (
        'pubmed.html',
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Kelp | Publisher</title><meta name="citation_title" content="Sleep and tea"><meta name="citation_authors" content="Haruki Tanaka;Jan van der Meer;"><meta name="citation_pmid" content="31234567"><meta name="citation_doi" content="10.1038/t.1"><meta name="citation_date" content="06/24/2019"><meta name="citation_journal_title" content="Scientific tea"><meta name="description" content="None of them slept worse…"></head><body><div class="abstract" id="abstract"><h2 class="title">Abstract</h2><div class="abstract-content selected" id="eng-abstract"><p><strong class="sub-title">Background: </strong>Tea is drunk by many people in the world.</p><p><strong class="sub-title">Methods: </strong>We drank five cups.</p></div><p><strong>Keywords: </strong>tea</p></div></body></html>',
        [
            {'title': 'Sleep and tea', 'authors': ('Haruki Tanaka', 'Jan van der Meer'), 'year': 2019, 'venue': 'Scientific tea', 'doi': '10.1038/t.1', 'abstract': 'Background: Tea is drunk by many people in the world. Methods: We drank five cups.'},
        ],
    ),
    'Wiley page': (
        'wiley.html',
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Kelp | Publisher</title><meta name="citation_title" content="Kelp in chalk streams"><meta name="citation_author" content="Haruki Tanaka"><meta name="citation_author" content="Mario van der Meer"><meta name="citation_publication_date" content="2021/03/01"><meta name="citation_journal_title" content="Kelp Biology"><meta name="citation_doi" content="10.1111/kb.1"></head><body><section class="article-section article-section__abstract" lang="en" id="section-1-en"><h3 class="article-section__header section1" id="abstract"> Abstract </h3><div class="article-section__content en main"><ol class="rlist"><li><p>Kelp rarely grows in the chalk streams of England.</p></li><li><p>We planted five of them, and none grew.</p></li></ol></div></section></body></html>',
        [
            {'title': 'Kelp in chalk streams', 'authors': ('Haruki Tanaka', 'Mario van der Meer'), 'year': 2021, 'venue': 'Kelp Biology', 'doi': '10.1111/kb.1', 'abstract': 'Kelp rarely grows in the chalk streams of England. We planted five of them, and none grew.'},
        ],
    ),
    'CNKI NoteExpress': (
        'CNKI.net',
        '{Reference Type}: Journal Article\n{Title}: 海带在冬季的生长\n{Author}: 王小明;李四\n{Journal}: 海洋学报\n{Year}: 2021\n{Abstract}: 本文研究了海带在冬季的生长情况。\n{DOI}: 10.1234/cnki\n\n',
        [
            {'title': '海带在冬季的生长', 'authors': ('王小明', '李四'), 'year': 2021, 'venue': '海洋学报', 'doi': '10.1234/cnki', 'abstract': '本文研究了海带在冬季的生长情况。'},
        ],
    ),
    'Ovid medline text': (
        'ovid.cgi',
        '<1>\nUnique Identifier\n  31234567\nTitle\n  Sleep and tea.\nAuthors\n  Tanaka H; van der Meer J.\nSource\n  Scientific Tea. 9(1):9, 2019 06 24.\nAbstract\n  Tea is drunk by many.\nDigital Object Identifier\n  https://dx.doi.org/10.1038/t.1\n\n<2>\nUnique Identifier\n  31234568\nTitle\n  More tea.\nAuthors\n  Bo L.\nAbstract\n  Tea again.\n',
        [
            {'title': 'Sleep and tea.', 'authors': ('H Tanaka', 'J. van der Meer'), 'year': 2019, 'venue': 'Scientific Tea', 'doi': '10.1038/t.1', 'abstract': 'Tea is drunk by many.'},
            {'title': 'More tea.', 'authors': ('L. Bo',), 'abstract': 'Tea again.'},
        ],
    ),
    'Medline of Ovid, tags': (
        'medline.txt',
        '<1>\nUI  - 31234567\nAU  - Tanaka H\nAU  - van der Meer J\nTI  - Sleep and tea.\nSO  - Scientific Tea. 9(1):9, 2019 06 24.\nAB  - Tea is drunk by many\n      of us.\nDO  - https://dx.doi.org/10.1038/t.1\nYR  - 2019\n',
        [
            {'title': 'Sleep and tea.', 'authors': ('H Tanaka', 'J van der Meer'), 'year': 2019, 'venue': 'Scientific Tea', 'doi': '10.1038/t.1', 'abstract': 'Tea is drunk by many of us.'},
        ],
    ),
    'BibTeX of the East': (
        'ja.bib',
        '@article{tanaka, author={田中, 春樹 and 鈴木 花子 and 佐藤,健}, title={ケルプの成長}, journal={海洋誌}, year={2021}, abstract={ケルプは育つ。}}\n@article{wang, author={王, 小明 and 李, 四 and 欧阳, 修}, title={海带}, journal={海洋学报}, year={2021}, abstract={海带生长。}}\n@article{kim, author={김, 철수 and 이영희}, title={다시마}, year={2021}, abstract={다시마가 자란다.}}\n',
        [
            {'title': 'ケルプの成長', 'authors': ('田中 春樹', '鈴木 花子', '佐藤 健'), 'year': 2021, 'venue': '海洋誌', 'abstract': 'ケルプは育つ。'},
            {'title': '海带', 'authors': ('王小明', '李四', '欧阳 修'), 'year': 2021, 'venue': '海洋学报', 'abstract': '海带生长。'},
            {'title': '다시마', 'authors': ('김철수', '이영희'), 'year': 2021, 'abstract': '다시마가 자란다.'},
        ],
    ),
    'RIS of the East': (
        'ja.ris',
        'TY  - JOUR\nAU  - 田中, 春樹\nAU  - スミス, ジョン\nTI  - ケルプ\nAB  - ケルプは育つ。\nPY  - 2021\nER  - \n',
        [
            {'title': 'ケルプ', 'authors': ('田中 春樹', 'ジョン スミス'), 'year': 2021, 'abstract': 'ケルプは育つ。'},
        ],
    ),
    'DSpace CSV': (
        'dspace.csv',
        'id,collection,dc.contributor.author,dc.date.issued[],dc.description.abstract[en_US],dc.identifier.uri,dc.identifier.doi,dc.title[en_US]\n12,10/1,"Tanaka, Haruki||van der Meer, Jan",2021-03,Kelp grows in sheds.,https://hdl.handle.net/10/12,10.1234/ds.1,Kelp in sheds\n',
        [
            {'title': 'Kelp in sheds', 'authors': ('Haruki Tanaka', 'Jan van der Meer'), 'year': 2021, 'doi': '10.1234/ds.1', 'url': 'https://hdl.handle.net/10/12', 'abstract': 'Kelp grows in sheds.'},
        ],
    ),
    'WordPress RSS, journal RDF': (
        'rdf.xml',
        '<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/"><channel rdf:about="x"><title>Kelp Letters</title></channel><item rdf:about="https://x.org/a"><title>Kelp &amp; sheds</title><link>https://x.org/a</link><description>&lt;p&gt;Kelp grows in &lt;i&gt;sheds&lt;/i&gt;.&lt;/p&gt;</description><dc:creator>Haruki Tanaka, Jan van der Meer</dc:creator><dc:date>2021-03-01</dc:date><prism:publicationName>Kelp Letters</prism:publicationName><prism:doi>10.1234/rdf.1</prism:doi></item></rdf:RDF>',
        [
            {'title': 'Kelp & sheds', 'authors': ('Haruki Tanaka', 'Jan van der Meer'), 'year': 2021, 'venue': 'Kelp Letters', 'doi': '10.1234/rdf.1', 'url': 'https://x.org/a', 'abstract': 'Kelp grows in sheds.'},
        ],
    ),
    'ERIC/CINAHL RIS': (
        'cinahl.ris',
        'TY  - JOUR\r\nID  - 150000001\r\nT1  - Kelp baths in wards: a pilot.\r\nA1  - Tanaka, Haruki\r\nA1  - van der Meer, Jan\r\nY1  - 2021/03//Mar2021\r\nN2  - Kelp baths calmed 5 of 9.\r\nJF  - Kelp Nursing\r\nJO  - Kelp Nursing\r\nSN  - 0000-0001\r\nM3  - Article\r\nDO  - 10.1234/cin.1\r\nUR  - https://search.ebscohost.com/login.aspx?direct=true&db=ccm&AN=150000001\r\nER  - \r\n',
        [
            {'title': 'Kelp baths in wards: a pilot.', 'authors': ('Haruki Tanaka', 'Jan van der Meer'), 'year': 2021, 'venue': 'Kelp Nursing', 'doi': '10.1234/cin.1', 'url': 'https://search.ebscohost.com/login.aspx?direct=true&db=ccm&AN=150000001', 'abstract': 'Kelp baths calmed 5 of 9.'},
        ],
    ),
    'IEEE Xplore RIS': (
        'ieee.ris',
        'TY  - JOUR\nTI  - Kelp radios\nT2  - IEEE Kelp\nSP  - 1\nEP  - 9\nAU  - H. Tanaka\nAU  - J. van der Meer\nPY  - 2021\nKW  - kelp\nDO  - 10.1109/K.2\nJO  - IEEE Kelp\nVO  - 5\nY1  - March 2021\nAB  - Radios of kelp reach 5 km.\nER  - \n\n',
        [
            {'title': 'Kelp radios', 'authors': ('H. Tanaka', 'J. van der Meer'), 'year': 2021, 'venue': 'IEEE Kelp', 'doi': '10.1109/k.2', 'abstract': 'Radios of kelp reach 5 km.'},
        ],
    ),
    'arXiv new-style bib': (
        'arxiv.bib',
        '@misc{tanaka2021kelp,\n      title={Kelp in the Loop: 2nd-Order Sheds}, \n      author={Haruki Tanaka and Jan van der Meer},\n      year={2021},\n      eprint={2101.00009},\n      archivePrefix={arXiv},\n      primaryClass={cs.LG},\n      url={https://arxiv.org/abs/2101.00009}, \n      abstract={We loop kelp $O(n\\log n)$ times; see \\citet{x}. 100\\% of it grew.}\n}',
        [
            {'title': 'Kelp in the Loop: 2nd-Order Sheds', 'authors': ('Haruki Tanaka', 'Jan van der Meer'), 'year': 2021, 'arxiv_id': '2101.00009', 'url': 'https://arxiv.org/abs/2101.00009', 'abstract': 'We loop kelp O(n log n) times; see [x]. 100% of it grew.'},
        ],
    ),
    'HAL bib': (
        'hal.bib',
        "@article{tanaka:hal-01,\n  TITLE = {{Les algues {\\`a} marée basse}},\n  AUTHOR = {Tanaka, Haruki and Le Gall, {\\'E}lodie and d'Ornano, J{\\^o}},\n  URL = {https://hal.science/hal-01},\n  JOURNAL = {{Revue des algues}},\n  YEAR = {2021},\n  MONTH = Mar,\n  DOI = {10.1234/hal.2},\n  HAL_ID = {hal-01},\n  ABSTRACT = {{Elles poussent {\\oe}uvre apr{\\`e}s {\\oe}uvre.}},\n}",
        [
            {'title': 'Les algues à marée basse', 'authors': ('Haruki Tanaka', 'Élodie Le Gall', "Jô d'Ornano"), 'year': 2021, 'venue': 'Revue des algues', 'doi': '10.1234/hal.2', 'url': 'https://hal.science/hal-01', 'abstract': 'Elles poussent œuvre après œuvre.'},
        ],
    ),
    'MathSciNet bib': (
        'math.bib',
        "@article {MR1234567,\n    AUTHOR = {Erd\\H{o}s, P\\'al and Tur\\'an, P. and {\\v{C}}ech, E.},\n     TITLE = {On some $\\mathcal{K}$-sheds with $\\|f\\|_{L^2}\\le 1$},\n   JOURNAL = {J. Kelp (N.S.)},\n      YEAR = {1941},\n       URL = {https://doi.org/10.1112/kelp/s1-16.4.212},\n  ABSTRACT = {Let $x_1,\\dots,x_n\\in\\mathbb{R}$. Then $\\sum x_i^2<\\infty$.},\n}",
        [
            {'title': 'On some K-sheds with ‖f‖_L^2≤ 1', 'authors': ('Pál Erdős', 'P. Turán', 'E. Čech'), 'year': 1941, 'venue': 'J. Kelp (N.S.)', 'doi': '10.1112/kelp/s1-16.4.212', 'url': 'https://doi.org/10.1112/kelp/s1-16.4.212', 'abstract': 'Let x_1,…,x_n∈ℝ. Then ∑ x_i^2<∞.'},
        ],
    ),
    'AIP/APS RIS with html': (
        'aps.ris',
        'TY  - JOUR\nAU  - Tanaka, H.\nAU  - KELP Collaboration\nTI  - Search for <math><mi>H</mi><mo>→</mo><mi>γ</mi></math> in sheds\nJO  - Phys. Rev. Kelp\nPY  - 2021/03/01/\nAB  - At <math xmlns="m"><msqrt><mi>s</mi></msqrt><mo>=</mo><mn>13</mn></math> TeV we see 10<sup>−3</sup> of them.\nDO  - 10.1103/KELP.1\nER  - \n',
        [
            {'title': 'Search for H→γ in sheds', 'authors': ('H. Tanaka', 'KELP Collaboration'), 'year': 2021, 'venue': 'Phys. Rev. Kelp', 'doi': '10.1103/kelp.1', 'abstract': 'At s=13 TeV we see 10⁻³ of them.'},
        ],
    ),
    'Crossref CSV-ish TSV with Dutch': (
        'ned.tsv',
        "Titel\tAuteur(s)\tJaar\tTijdschrift\tSamenvatting\tDOI\nWieren\tvan 't Hof, J.; de Wit, A.\t2021\tWierblad\tWieren groeien.\t10.1234/nl.1\n",
        [
            {'title': 'Wieren', 'authors': ("J. van 't Hof", 'A. de Wit'), 'year': 2021, 'venue': 'Wierblad', 'doi': '10.1234/nl.1', 'abstract': 'Wieren groeien.'},
        ],
    ),
    'Spanish CSV': (
        'es.csv',
        'Título;Autores;Año;Revista;Resumen\nAlgas;"García Márquez, G.; Ramón y Cajal, S.";2021;Revista de algas;Crecen.\n',
        [
            {'title': 'Algas', 'authors': ('G. García Márquez', 'S. Ramón y Cajal'), 'year': 2021, 'venue': 'Revista de algas', 'abstract': 'Crecen.'},
        ],
    ),
    'Embase RIS': (
        'embase.ris',
        'TY  - JOUR\nM1  - (Tanaka H.; van der Meer J.) U, City\nA1  - Tanaka H.\nA1  - van der Meer J.\nT1  - Kelp tablets\nY1  - 2021\nN2  - Objective: To give kelp. Results: 5 of 9 liked it. Copyright © 2021, The Author(s).\nJF  - Kelp Med.\nJA  - Kelp Med.\nVL  - 1\nDO  - 10.1234/emb.1\nUR  - https://www.embase.com/search/results?subaction=viewrecord&id=L1&from=export\nU2  - L1\nER  - \n',
        [
            {'title': 'Kelp tablets', 'authors': ('H. Tanaka', 'J. van der Meer'), 'year': 2021, 'venue': 'Kelp Med.', 'doi': '10.1234/emb.1', 'url': 'https://www.embase.com/search/results?subaction=viewrecord&id=L1&from=export', 'abstract': 'Objective: To give kelp. Results: 5 of 9 liked it.'},
        ],
    ),
    'PsycINFO EBSCO XML? Zotero RIS': (
        'zot.ris',
        'TY  - CONF\nTI  - Kelp <i>in silico</i>\nAU  - Tanaka, Haruki\nAU  - Kelp Study Group\nT2  - Proceedings of Kelp\nA3  - Ed, A.\nDA  - 2021/03/01/\nPY  - 2021\nDO  - 10.1234/zot.1\nUR  - https://x.org/zot\nY2  - 2022/01/01/00:00:00\nL1  - https://x.org/zot.pdf\nKW  - kelp\nAB  - We grow it.\nN1  - <p>note</p>\nER  - \n',
        [
            {'title': 'Kelp in silico', 'authors': ('Haruki Tanaka', 'Kelp Study Group'), 'year': 2021, 'venue': 'Proceedings of Kelp', 'doi': '10.1234/zot.1', 'url': 'https://x.org/zot', 'abstract': 'We grow it.'},
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FILES)
def test_each_file_gives_all_its_values(given, name):
    file, content, wanted = FILES[name]
    items = given(file, content)
    got = [
        {field: getattr(item, field) for field in each}
        for item, each in zip(items, wanted, strict=True)
    ]
    assert got == wanted
