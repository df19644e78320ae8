"""Tables as databases export them: their real headers, and how they write people and places."""

# ruff: noqa: E501 rows stay as their sources write them

from __future__ import annotations

import datetime

import pytest

from rag.types import Rejection
from tests.readers.made import workbook

HIVE = "Bees danced for 40 seconds."
LENS = "Lens ID,Title,Date Published,Publication Year,Publication Type,Source Title,ISSNs,Publisher,Source Country,Author/s,Abstract,Volume,Issue Number,Start Page,End Page,Fields of Study,Keywords,MeSH Terms,Chemicals,Funding,Source URLs,External URL,PMID,DOI,Microsoft Academic ID,PMCID,Citing Patents Count,References,Citing Works Count,Is Open Access,Open Access License,Open Access Colour\n"
POP = "Cites,Authors,Title,Year,Source,Publisher,ArticleURL,CitesURL,GSRank,QueryDate,Type,DOI,ISSN,CitationURL,Volume,Issue,StartPage,EndPage,ECC,CitesPerYear,CitesPerAuthor,AuthorCount,Age,Abstract,FullTextURL,RelatedURL\n"
CORD = "cord_uid,sha,source_x,title,doi,pmcid,pubmed_id,license,abstract,publish_time,authors,journal,mag_id,who_covidence_id,arxiv_id,pdf_json_files,pmc_json_files,url,s2_id\n"
IEEE = '"Document Title",Authors,"Author Affiliations","Publication Title",Date Added To Xplore,"Publication Year","Volume","Issue","Start Page","End Page","Abstract","ISSN",ISBNs,"DOI",Funding Information,PDF Link,"Author Keywords","IEEE Terms","Article Citation Count",License,Online Date,Issue Date,"Meeting Date","Publisher",Document Identifier\n'
SCOPUS = '"Authors","Author full names","Author(s) ID","Title","Year","Source title","Volume","Cited by","DOI","Link","Affiliations","Abstract","Author Keywords","Document Type","Publication Stage","Open Access","Source","EID"\n'
WOS_SHEET = [
    ["Publication Type", "Authors", "Book Authors", "Book Editors", "Author Full Names", "Group Authors", "Article Title", "Source Title", "Abstract", "Publication Date", "Publication Year", "DOI", "DOI Link", "UT (Unique WOS ID)"],
    ["J", "Ito, M; Okafor, CB", None, None, "Ito, Mei; Okafor, Chi B.", None, "Bees that dance", "BEE RESEARCH", HIVE, "MAY 3", 2011, "10.5555/bees.1", "http://dx.doi.org/10.5555/bees.1", "WOS:1"],
]  # fmt: skip
ZOTERO = '"Key","Item Type","Publication Year","Author","Title","Publication Title","ISBN","ISSN","DOI","Url","Abstract Note","Date","Date Added","Pages","Extra","Editor","Proceedings Title","Conference Name"\n'
EMBASE = '"TITLE","Bees that ""dance"""\n"AUTHOR NAMES","Ito M.","Okafor C.B.","de la Bo M.-J."\n"AUTHOR ADDRESSES","(Ito M.) Hives, Oslo"\n"SOURCE","Bee Letters (2011) 5:3 (1-9)"\n"SOURCE TITLE","Bee Letters"\n"PUBLICATION YEAR","2011"\n"ABSTRACT","Bees danced for 40 seconds. Copyright © 2011 Bee Press."\n"EMTREE DRUG INDEX TERMS","dance","hive (major focus)"\n"EMBASE ACCESSION ID","L51000001"\n"DOI","10.5555/bees.1"\n"FULL TEXT LINK","http://dx.doi.org/10.5555/bees.1"\n\n"TITLE","Songs"\n"AUTHOR NAMES","Bo L."\n"PUBLICATION YEAR","2012"\n"ABSTRACT","Bees sang."\n'
DIMENSIONS = '"About the data: Exported on May 03, 2020. Criteria: bees. © 2020 Bee Science Inc.",,,\nRank,Publication ID,DOI,PMID,Title,Abstract,Source title,Anthology title,Publication Date,PubYear,Authors,Dimensions URL\n500,pub.1,10.5555/bees.1,,Bees,Bees danced for 40 seconds.,Bee Letters,,2011-05-03,2011,"Ito, Mei; Okafor, Chi B",https://example.org/pub.1\n'
OPENALEX = "id,doi,title,display_name,publication_year,publication_date,ids.openalex,primary_location.source.display_name,primary_location.landing_page_url,type,authorships.author.display_name,authorships.raw_author_name,abstract\n"

TABLES = {
    "Lens": ("x.csv", LENS + '001-002,"Bees, a study",2011-05-03,2011,journal article,Bee Letters,1234;5678,Bee Press,Norway,Mei Ito; Chi B. Okafor,Bees danced for 40 seconds.,5,3,1,9,Biology,,,,,https://example.org/a; https://example.org/b,https://doi.org/10.5555/bees.1,,10.5555/bees.1,,,0,,3,false,,\n', {"title": "Bees, a study", "authors": ("Mei Ito", "Chi B. Okafor"), "year": 2011, "venue": "Bee Letters", "doi": "10.5555/bees.1", "url": "https://example.org/a"}),
    "Lens, nothing but a date": ("x.csv", LENS + '"",Bees,2011-05-03,,preprint,N/A,,,,,"<jats:title>Abstract</jats:title><jats:p>Bees danced.</jats:p>",,,,,,,,,,,,,,,,0,,,,,\n', {"abstract": "Bees danced.", "year": 2011, "venue": None, "authors": ()}),
    "Publish or Perish": ("x.csv", '\ufeff' + POP + '3,"M Ito, CB Okafor, L Bo…","Bees that dance",2011,"Bee Letters","Bee Press","https://example.org/b","https://scholar.example.org/c",1,"2020-05-03 10:00:00","PDF","10.5555/bees.1","","",,,,,3,0.3,1,3,9,"Bees danced for 40 seconds.","",""\n', {"authors": ("M Ito", "CB Okafor", "L Bo"), "venue": "Bee Letters", "year": 2011, "url": "https://example.org/b", "doi": "10.5555/bees.1"}),
    "CORD-19": ("metadata.csv", CORD + 'ug7v899j,d1a,PMC; Medline,Bees,10.5555/bees.1,PMC35282,11472636,no-cc,"OBJECTIVE: Bees. RESULTS: Danced.",2011-07-04,"Ito, Mei; Okafor, Chi B; van Bo, L.",Bee Letters,,,,document_parses/pdf_json/d1a.json,,https://www.ncbi.nlm.nih.gov/pmc/1/; https://example.org/2,\nab,,ArXiv,Wasps,,,,arxiv,Wasps did not.,2020,"Ito, Mei",,,,2004.00001,,,https://arxiv.org/pdf/2004.00001v1.pdf,215415\n', [{"authors": ("Mei Ito", "Chi B Okafor", "L. van Bo"), "year": 2011, "venue": "Bee Letters"}, {"authors": ("Mei Ito",), "year": 2020, "arxiv_id": "2004.00001", "venue": None}]),
    "IEEE": ("export2020.csv", IEEE + '"Bees that dance","M. Ito; C. B. Okafor; L. van Bo","Hives, Oslo; Hives, Oslo; Bees","2011 IEEE Meeting on Bees",3 May 2011,"2011","5",,"1","9","Bees danced for 40 seconds.","1234-5678",,"10.5555/BEES.2011.1","",https://ieeexplore.example.org/x?arnumber=1,"dance;hive",,3,IEEE,3 May 2011,2011,,"IEEE","IEEE Conferences"\n', {"authors": ("M. Ito", "C. B. Okafor", "L. van Bo"), "venue": "2011 IEEE Meeting on Bees", "year": 2011, "doi": "10.5555/bees.2011.1"}),
    "Scopus": ("scopus.csv", "\ufeff" + SCOPUS + '"Ito M.; Okafor C.B.; van der Bo L.-M.","Ito, Mei (57000000001); Okafor, Chi B. (57000000002); van der Bo, Lea-Maria (7)","1; 2; 7","Bees that dance","2011","Bee Letters","5","3","10.5555/bees.1","https://www.scopus.com/x","Hives","Bees danced for 40 seconds. © 2011 Elsevier B.V.","dance","Article","Final","","Scopus","2-s2.0-1"\n', {"authors": ("M. Ito", "C.B. Okafor", "L.-M. van der Bo"), "venue": "Bee Letters", "abstract": HIVE, "url": "https://www.scopus.com/x", "doi": "10.5555/bees.1"}),
    "Scopus, without an abstract": ("scopus.csv", SCOPUS + '"Ito M.","Ito, Mei (5)","5","Bees","2011","Bee Letters","","","","","","[No abstract available]","","","","","Scopus","2-s2.0-1"\n', Rejection("scopus.csv:2", "no abstract; only papers with an abstract can be asked about")),
    "Web of Science as a workbook": ("savedrecs.xlsx", workbook(savedrecs=WOS_SHEET), {"title": "Bees that dance", "authors": ("M Ito", "CB Okafor"), "year": 2011, "venue": "BEE RESEARCH", "doi": "10.5555/bees.1"}),
    "a workbook with a line above the header": ("x.xlsx", workbook(**{"My papers": [["Exported on 3 May 2020"], [], ["Title", "Abstract", "Date", "Authors"], ["Bees", HIVE, datetime.datetime(2011, 5, 3), "Mei Ito\nChi Okafor"]]}), {"sources": ("x.xlsx/My papers:4",), "year": 2011, "authors": ("Mei Ito", "Chi Okafor")}),
    "Zotero": ("x.csv", "\ufeff" + ZOTERO + '"AB12","conferencePaper","2011","Ito, Mei; Okafor, Chi; Bee Group","Bees","","","","","https://example.org/b","Bees danced for 40 seconds.","2011-05","2020-05-03 10:00:00","","Citation Key: ito2011\nDOI: 10.5555/bees.1","Ed, A.","Proceedings of the Bees","Meeting on Bees"\n', {"authors": ("Mei Ito", "Chi Okafor", "Bee Group"), "venue": "Proceedings of the Bees", "doi": "10.5555/bees.1", "key": "ito2011"}),
    "Embase, fields by row": ("records.csv", EMBASE, [{"title": 'Bees that "dance"', "authors": ("M. Ito", "C.B. Okafor", "M.-J. de la Bo"), "year": 2011, "venue": "Bee Letters", "abstract": HIVE, "doi": "10.5555/bees.1", "sources": ("records.csv:1",)}, {"title": "Songs", "authors": ("L. Bo",), "year": 2012, "sources": ("records.csv:13",)}]),
    "Embase, fields by column": ("records.csv", '"Title","Author Names","Author Addresses","Publication Type","Source","Source Title","Publication Year","Volume","Date of Publication","Abstract","DOI","Embase Link"\n"Bees","Ito M., Okafor C.B., Bo L.","(Ito M.) Hives","Article","Bee Letters (2011) 5:3","Bee Letters","2011","5","1 May 2011","Bees danced for 40 seconds.","10.5555/bees.1","https://example.org/x"\n', {"authors": ("M. Ito", "C.B. Okafor", "L. Bo"), "venue": "Bee Letters", "year": 2011}),
    "Embase, an issue for a source": ("x.csv", '"Title","Author Names","Source","Publication Year","Abstract","DOI"\n"Bees","Ito M.","Bee Letters (2011) 78:12 (1210-1222). Date of Publication: 3 May 2011","2011","Bees danced for 40 seconds.","10.5555/bees.1"\n"Bees","Ito M.","Bees (Oslo). (2011) 5 SUPPL. 1 (S2)","2011","Bees danced for 40 seconds.","10.5555/bees.2"\n"Bees","Ito M.","Meeting on Bees (BEES 2011) 5","2011","Bees danced for 40 seconds.","10.5555/bees.3"\n', [{"venue": "Bee Letters"}, {"venue": "Bees (Oslo)"}, {"venue": "Meeting on Bees (BEES 2011) 5"}]),
    "a link for a DOI": ("x.csv", "Title,Abstract,DOI link\nBees,Bees danced for 40 seconds.,https://doi.org/10.5555/BEES.1\n", {"doi": "10.5555/bees.1"}),
    "an address for a DOI": ("x.csv", "Title,Abstract,DOI URL\nBees,Bees danced for 40 seconds.,http://dx.doi.org/10.5555/bees.1\n", {"doi": "10.5555/bees.1"}),
    "a link to a DOI": ("x.csv", "Title,Abstract,Link to DOI\nBees,Bees danced for 40 seconds.,doi.org/10.5555/bees.1\n", {"doi": "10.5555/bees.1"}),
    "Cochrane": ("citation-export.csv", '"Cochrane Review ID","Author(s)","Title","Source","Abstract","Year","Issue","DOI","URL"\n"CD000001","Ito M, Okafor CB, van Bo L","Bees for dancing","Cochrane Database of Systematic Reviews","Bees danced for 40 seconds.","2011","5","10.5555/CD1.pub2","http://example.org/x"\n', {"authors": ("M Ito", "CB Okafor", "L van Bo"), "venue": "Cochrane Database of Systematic Reviews", "year": 2011, "doi": "10.5555/cd1.pub2"}),
    "Dimensions, a line above the header": ("x.csv", DIMENSIONS, {"title": "Bees", "authors": ("Mei Ito", "Chi B Okafor"), "year": 2011, "venue": "Bee Letters", "sources": ("x.csv:3",)}),
    "OpenAlex": ("works.csv", OPENALEX + "https://openalex.org/W1,https://doi.org/10.5555/bees.1,Bees,Bees,2011,2011-05-03,https://openalex.org/W1,Bee Letters,https://doi.org/10.5555/bees.1,article,Mei Ito|Chi B. Okafor,M. Ito|C. Okafor,Bees danced for 40 seconds.\n", {"authors": ("Mei Ito", "Chi B. Okafor"), "venue": "Bee Letters", "year": 2011, "doi": "10.5555/bees.1", "id": "https://openalex.org/W1"}),
    "Covidence": ("x.csv", 'Title,Authors,Abstract,Published Year,Published Month,Journal,Volume,Accession Number,DOI,Ref,Covidence #,Study,Notes,Tags\nBees,"Ito, M.; Okafor, C.",Bees danced for 40 seconds.,2011,5,Bee Letters,5,,10.5555/bees.1,,#12,Ito 2011,,\n', {"authors": ("M. Ito", "C. Okafor"), "year": 2011, "venue": "Bee Letters"}),
    "Rayyan": ("x.csv", 'key,title,year,month,day,journal,issn,volume,issue,pages,authors,url,language,publisher,location,abstract,notes,pubmed_id\nrayyan-1,Bees,2011,5,3,Bee Letters,,5,,1-9,"Ito, Mei and Okafor, Chi",https://example.org/b,eng,,,Bees danced for 40 seconds.,,21\n', {"authors": ("Mei Ito", "Chi Okafor"), "venue": "Bee Letters", "key": "rayyan-1"}),
    "ProQuest": ("x.csv", 'Title,Abstract,StoreId,ArticleType,Authors,companies,copyright,documentType,entryDate,issn,pubdate,pubtitle,year,DocumentURL\nBees,Bees danced for 40 seconds.,1,Journal,"Ito, Mei; Okafor, Chi",,,Article,,,May 2011,Bee Letters,2011,https://example.org/b\n', {"authors": ("Mei Ito", "Chi Okafor"), "year": 2011, "venue": "Bee Letters", "url": "https://example.org/b"}),
    "ERIC": ("x.csv", "Title,Author,Publication Date,ERIC Number,Journal,Abstract\nBees,\"Ito, Mei; Okafor, Chi\",2011-05-00,EJ1,Bee Letters,Bees danced for 40 seconds.\n", {"authors": ("Mei Ito", "Chi Okafor"), "year": 2011}),
    "columns named by tags": ("x.csv", '"TI","AB","AU","PY","SO","DI"\n"Bees","Bees danced for 40 seconds.","Ito M.;Okafor C","2011","Bee Letters","10.5555/b"\n', {"authors": ("M. Ito", "C Okafor"), "year": 2011, "venue": "Bee Letters", "doi": "10.5555/b"}),
    "arXiv's dump as a table": ("x.csv", 'id,submitter,authors,title,journal-ref,doi,abstract,update_date,authors_parsed\n1101.00001,Mei,"Mei Ito, Chi Okafor (Hives)",Bees,,,Bees danced for 40 seconds.,2015-01-01,"[[\'Ito\', \'Mei\', \'\'], [\'Okafor\', \'Chi\', \'Jr\']]"\n', {"authors": ("Mei Ito", "Chi Okafor Jr"), "arxiv_id": "1101.00001"}),
    "Markdown": ("x.md", "# Papers\n\n| Title | Abstract | Year |\n|---|:---:|---:|\n| Bees | Bees danced for 40 seconds. | 2011 |\n", {"title": "Bees", "abstract": HIVE, "year": 2011}),
    "the Cochrane Library's text": ("x.txt", "Record #1 of 2\nID: CN-01\nAU: Ito M\nAU: Okafor CB\nTI: Bees\nSO: Bee Letters\nYR: 2011\nVL: 5\nAB: Bees danced for 40 seconds.\nDOI: 10.5555/b\n\n\nRecord #2 of 2\nID: CN-02\nTI: Wasps\nAB: Did not.\n", [{"id": "CN-01", "authors": ("M Ito", "CB Okafor"), "year": 2011, "venue": "Bee Letters", "doi": "10.5555/b", "abstract": HIVE}, {"id": "CN-02", "title": "Wasps"}]),
    "German columns": ("x.csv", 'Titel;Autoren;Jahr;Zeitschrift;Zusammenfassung;DOI\r\nMöwen im Wind;Groß, Änne und Voß, Uwe;2011;Küste heute;Möwen fliegen – bei Wind.;10.5555/m.1\r\n'.encode("cp1252"), {"title": "Möwen im Wind", "authors": ("Änne Groß", "Uwe Voß"), "year": 2011, "venue": "Küste heute", "abstract": "Möwen fliegen – bei Wind.", "doi": "10.5555/m.1"}),
    "French columns": ("x.csv", 'Titre,Auteurs,Année,Revue,Résumé\nLes mouettes,Anne Petit et Luc Roy,2011,Bord de mer,Les mouettes volent.\n', {"title": "Les mouettes", "authors": ("Anne Petit", "Luc Roy"), "year": 2011, "venue": "Bord de mer", "abstract": "Les mouettes volent."}),
    "Spanish columns": ("x.csv", 'Título,Autores,Año,Revista,Resumen\nGaviotas,"Ramón y Cajal, Ana; Gil, Eva",2011,Costa,Las gaviotas vuelan.\n', {"title": "Gaviotas", "authors": ("Ana Ramón y Cajal", "Eva Gil"), "year": 2011, "venue": "Costa", "abstract": "Las gaviotas vuelan."}),
    "Chinese columns": ("x.csv", "题名,作者,年,期刊,摘要\n海鸥在风中的飞行,王芳;李强,2011,海岸研究,我们在三个海湾观察了海鸥的飞行。结果表明风大时它们飞得更低。\n".encode("gbk"), {"title": "海鸥在风中的飞行", "authors": ("王芳", "李强"), "year": 2011, "venue": "海岸研究"}),
    "CNKI's columns": ("x.csv", "Title-题名,Author-作者,Source-文献来源,PubTime-发表时间,Summary-摘要\n海鸥,王芳;李强,海岸研究,2011-05-03,海鸥在风中飞行。\n", {"title": "海鸥", "authors": ("王芳", "李强"), "year": 2011, "venue": "海岸研究", "abstract": "海鸥在风中飞行。"}),
    "Japanese columns": ("x.csv", "タイトル,著者,年,雑誌,抄録\nカモメの飛行,佐藤花子;鈴木一郎,2011,海辺,カモメは風の中を飛ぶ。\n", {"title": "カモメの飛行", "authors": ("佐藤花子", "鈴木一郎"), "year": 2011, "venue": "海辺", "abstract": "カモメは風の中を飛ぶ。"}),
    "Excel's semicolons, CRLF, Windows-1252": ("x.csv", "Titre;Title;Authors;Abstract\r\nX;Bees’ “dance” – là;Müller, É.;Bees danced – très bien.\r\n".encode("cp1252"), {"title": "Bees’ “dance” – là", "authors": ("É. Müller",)}),
}  # fmt: skip


@pytest.mark.parametrize("name", TABLES)
def test_tables_as_they_are_exported(given, name):
    file, content, wanted = TABLES[name]
    items = given(file, content)
    if isinstance(wanted, Rejection):
        assert items == [wanted]
        return
    wanted = wanted if isinstance(wanted, list) else [wanted]
    got = [
        {field: getattr(item, field, item) for field in each}
        for item, each in zip(items, wanted, strict=True)
    ]
    assert got == wanted


def test_sheets_of_a_workbook_are_named(given):
    rows = [["Title", "Abstract"], ["Bees", HIVE]]
    data = workbook(**{"1st half": rows, "Notes": [["To do"], ["Ask Mei"]], "2nd half": rows})
    first, notes, second = given("x.xlsx", data)
    assert (first.sources, second.sources) == (("x.xlsx/1st half:2",), ("x.xlsx/2nd half:2",))
    assert notes == Rejection(
        "x.xlsx/Notes",
        "no column named abstract, text or summary; rename the one that holds the abstracts",
    )
