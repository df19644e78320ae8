"""JSON of web services, in the shape in which each really answers."""

# ruff: noqa: E501 answers stay as the services write them

from __future__ import annotations

import json

import pytest

from rag.types import Rejection

HIVE = "Bees danced for 40 seconds."
ITO = "Mei Ito"
OKAFOR = "Chi B. Okafor"
BOTH = (ITO, OKAFOR)
DOI = "10.5555/bees.1"


def bees(**fields):
    return {"title": "Bees", "abstract": HIVE} | fields


CROSSREF = {
    "DOI": "10.5555/BEES.1", "type": "journal-article", "title": ["Bees <i>Apis</i>\n at n"], "subtitle": [],
    "container-title": ["Bee Letters"], "short-container-title": ["Bee L."], "created": {"date-parts": [[2014, 1, 1]], "timestamp": 1388534400000},
    "issued": {"date-parts": [[2011, 5]]}, "published-online": {"date-parts": [[2011, 4, 1]]}, "URL": "https://doi.org/10.5555/bees.1",
    "author": [{"given": "Mei", "family": "Ito", "suffix": "Jr", "sequence": "first", "affiliation": [{"name": "Hives"}], "ORCID": "http://orcid.org/0"}, {"name": "Bee Study Group", "sequence": "additional", "affiliation": []}],
    "editor": [{"given": "A", "family": "Ed"}], "reference": [{"key": "1", "author": "Bo", "article-title": "Other", "year": "1990", "DOI": "10.5555/other"}],
    "abstract": "<jats:title>Abstract</jats:title><jats:sec><jats:title>Aim</jats:title><jats:p>Bees &amp;amp; wasps.</jats:p></jats:sec><jats:sec><jats:title>Results</jats:title><jats:p>CO<jats:sub>2</jats:sub> fell.</jats:p></jats:sec>",
}  # fmt: skip
POSTED = {
    "DOI": "10.5555/p1",
    "type": "posted-content",
    "subtype": "preprint",
    "title": ["Bees"],
    "institution": [{"name": "bioRxiv"}],
    "group-title": "Ecology",
    "container-title": [],
    "posted": {"date-parts": [[2011, 5, 3]]},
    "issued": {"date-parts": [[2011, 5, 3]]},
    "author": [{"given": "Mei", "family": "Ito"}],
    "abstract": "<jats:p>Bees danced.</jats:p>",
}
ZOTERO = {
    "key": "WXYZ",
    "version": 3,
    "itemType": "preprint",
    "title": "Bees",
    "creators": [
        {"creatorType": "author", "firstName": "Mei", "lastName": "Ito"},
        {"creatorType": "editor", "firstName": "A", "lastName": "Ed"},
    ],
    "abstractNote": HIVE,
    "repository": "arXiv",
    "archiveID": "arXiv:1101.00001",
    "date": "May 3, 2011",
    "DOI": "",
    "url": "http://arxiv.org/abs/1101.00001",
    "accessDate": "2020-01-01",
    "extra": "arXiv:1101.00001 [q-bio]\nCitation Key: ito2011",
    "tags": [{"tag": "bees"}],
    "collections": ["AB"],
    "relations": {},
}
ATTACHMENT = {
    "key": "ABCD",
    "data": {
        "key": "ABCD",
        "parentItem": "WXYZ",
        "itemType": "attachment",
        "title": "PDF",
        "url": "https://example.org/x.pdf",
    },
}
BBT = {
    "config": {"id": "x", "label": "BetterBibTeX JSON"},
    "version": {"zotero": "6", "bbt": "6.7"},
    "collections": {"AB": {"key": "AB", "name": "Bees", "collections": [], "items": [1]}},
    "items": [
        {
            "key": "WXYZ",
            "itemType": "bookSection",
            "title": "Bees",
            "creators": [
                {"creatorType": "bookAuthor", "lastName": "Bo"},
                {"creatorType": "author", "firstName": "Mei", "lastName": "Ito"},
            ],
            "abstractNote": HIVE,
            "bookTitle": "Handbook of Bees",
            "date": "2011",
            "extra": "DOI: 10.5555/bees.1",
            "citationKey": "ito2011",
            "itemID": 1,
            "attachments": [{"itemType": "attachment", "title": "PDF", "path": "x.pdf"}],
            "notes": [],
        }
    ],
}
OPENALEX = {
    "id": "https://openalex.org/W1",
    "doi": "https://doi.org/10.5555/bees.1",
    "title": "Bees",
    "display_name": "Bees",
    "publication_year": 2011,
    "ids": {
        "openalex": "https://openalex.org/W1",
        "doi": "https://doi.org/10.5555/bees.1",
        "pmid": "https://pubmed.ncbi.nlm.nih.gov/21",
    },
    "primary_location": {
        "is_oa": False,
        "landing_page_url": "https://example.org/b",
        "source": {
            "id": "https://openalex.org/S1",
            "display_name": "Bee Letters",
            "type": "journal",
        },
    },
    "authorships": [
        {
            "author_position": "first",
            "author": {"id": "https://openalex.org/A1", "display_name": ITO, "orcid": None},
            "institutions": [{"display_name": "Hives"}],
            "raw_author_name": "M. Ito",
        },
        {"author": {"display_name": OKAFOR}},
    ],
    "abstract_inverted_index": {"Bees": [0], "danced": [1], "for": [2], "40": [3], "seconds.": [4]},
    "referenced_works": ["https://openalex.org/W2"],
    "related_works": [],
    "cited_by_count": 3,
}
DATACITE = {
    "doi": "10.5555/BEES.1", "identifiers": [{"identifier": "5", "identifierType": "Hive"}], "types": {"resourceTypeGeneral": "Dataset"}, "container": {},
    "creators": [{"name": "Ito, Mei", "nameType": "Personal", "givenName": "Mei", "familyName": "Ito", "affiliation": ["Hives"]}, {"name": "Hive Watch, Oslo", "nameType": "Organizational"}],
    "titles": [{"title": "Les abeilles", "titleType": "TranslatedTitle"}, {"title": "Bees"}], "publisher": "Open Hives", "publicationYear": 2011, "url": "https://example.org/b",
    "descriptions": [{"description": "A CSV file.", "descriptionType": "TechnicalInfo"}, {"description": f"<p>{HIVE}</p>", "descriptionType": "Abstract"}],
}  # fmt: skip
SERVICES = {
    "Crossref, works": ({"status": "ok", "message-type": "work-list", "message": {"facets": {}, "total-results": 1, "items": [CROSSREF], "items-per-page": 20, "query": {"start-index": 0}}}, {"title": "Bees Apis at n", "authors": ("Mei Ito Jr", "Bee Study Group"), "year": 2011, "venue": "Bee Letters", "doi": DOI, "url": "https://doi.org/10.5555/bees.1", "abstract": "Aim: Bees & wasps. Results: CO2 fell."}),
    "Crossref, a list of works": ([CROSSREF], {"year": 2011, "doi": DOI}),
    "Crossref, a preprint": ({"message": POSTED}, {"venue": None, "year": 2011, "doi": "10.5555/p1"}),
    "bioRxiv, details": ({"messages": [{"status": "ok", "cursor": 0, "count": 1}], "collection": [bees(doi="10.5555/2011.01.01.1", authors="Ito, M.; Okafor, C. B.; van Bo, L.", author_corresponding=ITO, date="2011-05-03", version="1", category="ecology", published="10.5555/j.other.2013.01", server="biorxiv")]}, {"authors": ("M. Ito", "C. B. Okafor", "L. van Bo"), "year": 2011, "doi": "10.5555/2011.01.01.1", "venue": "biorxiv"}),
    "bioRxiv, published": ({"collection": [{"biorxiv_doi": "10.5555/p1", "published_doi": DOI, "published_journal": "Bee Letters", "preprint_platform": "bioRxiv", "preprint_title": "Bees", "preprint_authors": "Ito, M.; Okafor, C. B.", "preprint_category": "ecology", "preprint_date": "2011-05-03", "published_date": "2012-01-01", "preprint_abstract": HIVE}]}, {"title": "Bees", "authors": ("M. Ito", "C. B. Okafor"), "venue": "Bee Letters", "doi": DOI}),
    "medRxiv, a collection": ({"collection": [{"rel_title": "Bees", "rel_doi": "10.5555/p1", "rel_link": "https://example.org/p1", "rel_abs": HIVE, "rel_num_authors": 2, "rel_authors": [{"author_name": ITO, "author_inst": "Hives"}, {"author_name": OKAFOR, "author_inst": "Bees"}], "rel_date": "2011-05-03", "rel_site": "medRxiv"}]}, {"title": "Bees", "authors": BOTH, "year": 2011, "venue": "medRxiv", "doi": "10.5555/p1", "url": "https://example.org/p1"}),
    "OpenReview, notes": ({"notes": [{"id": "aBcD", "forum": "aBcD", "number": 7, "cdate": 1304380800000, "content": {"title": {"value": "Bees"}, "authors": {"value": [ITO, OKAFOR]}, "authorids": {"value": ["~Mei_Ito1"]}, "abstract": {"value": HIVE}, "venue": {"value": "BEES 2011 oral"}, "venueid": {"value": "bees.cc/2011"}, "pdf": {"value": "/pdf/x.pdf"}, "_bibtex": {"value": "@misc{x}"}}}], "count": 1}, {"id": "aBcD", "authors": BOTH, "venue": "BEES 2011 oral", "year": 2011}),
    "OpenReview, withdrawn": ({"notes": [{"id": "q", "content": {"title": {"value": "Bees"}, "abstract": {"value": HIVE}, "authors": {"value": ["Anonymous"]}}}]}, {"authors": (), "year": None}),
    "DOAJ, search": ({"total": 1, "page": 1, "pageSize": 10, "results": [{"last_updated": "2020-01-01", "id": "0123", "bibjson": bees(identifier=[{"id": "1234-5678", "type": "pissn"}, {"id": "10.5555/BEES.1", "type": "doi"}], journal={"volume": "5", "country": "NO", "title": "Bee Letters", "issns": ["1234-5678"]}, year="2011", month="5", author=[{"affiliation": "Hives", "name": ITO}, {"name": OKAFOR}], link=[{"content_type": "pdf", "type": "fulltext", "url": "https://example.org/b"}], keywords=["bees"])}], "sort": None, "last": "x"}, {"id": "0123", "authors": BOTH, "year": 2011, "venue": "Bee Letters", "doi": DOI, "url": "https://example.org/b"}),
    "DOAJ, data dump": ([{"id": "0123", "admin": {"seal": False}, "bibjson": bees(journal={"title": "Bee Letters"}, year="2011", author=[{"name": "Ito, Mei"}])}], {"authors": (ITO,), "venue": "Bee Letters"}),
    "Zotero, a preprint": ([{"key": "WXYZ", "version": 3, "library": {"type": "user", "name": "me"}, "links": {"self": {"href": "x"}}, "meta": {"creatorSummary": "Ito", "parsedDate": "2011-05-03"}, "data": ZOTERO}], {"authors": (ITO,), "year": 2011, "venue": "arXiv", "arxiv_id": "1101.00001", "key": "ito2011"}),
    "Zotero, CSL JSON": ({"items": [{"id": "u1/ABCD", "type": "article-journal", "abstract": HIVE, "container-title": "Bee Letters", "DOI": DOI, "title": "Bees", "author": [{"family": "Ito", "given": "Mei", "suffix": "Jr."}, {"literal": "Bee Group"}, {"family": "Bo", "given": "L.", "non-dropping-particle": "van"}], "issued": {"date-parts": [["2011", 5, 3]]}}]}, {"authors": ("Mei Ito Jr.", "Bee Group", "L. van Bo"), "year": 2011, "venue": "Bee Letters"}),
    "Better BibTeX, a chapter": (BBT, {"authors": (ITO,), "venue": "Handbook of Bees", "key": "ito2011", "doi": DOI}),
    "Hugging Face, one paper": ({"id": "1101.00001", "authors": [{"_id": "6", "name": ITO, "hidden": False, "user": {"fullname": "x", "name": "mei"}}, {"_id": "7", "name": OKAFOR}], "publishedAt": "2011-05-03T00:00:00.000Z", "submittedOnDailyAt": "2012-01-01T00:00:00.000Z", "title": "Bees", "summary": HIVE, "upvotes": 3, "ai_keywords": ["bee"]}, {"arxiv_id": "1101.00001", "authors": BOTH, "year": 2011}),
    "Europe PMC, core": ({"version": "6.9", "hitCount": 1, "request": {"queryString": "bees"}, "resultList": {"result": [{"id": "21", "source": "MED", "pmid": "21", "doi": DOI, "title": "Bees.", "authorString": "Ito M, Okafor CB.", "authorList": {"author": [{"fullName": "Ito M", "firstName": "Mei", "lastName": "Ito", "initials": "M"}, {"collectiveName": "Bee Group"}]}, "journalInfo": {"issue": "3", "journal": {"title": "Bee letters", "medlineAbbreviation": "Bee Lett", "issn": "1234"}, "yearOfPublication": 2011}, "pubYear": "2011", "abstractText": "<h4>Aim</h4>Bees.<h4>Results</h4>Danced.", "fullTextUrlList": {"fullTextUrl": [{"url": "https://example.org/b"}]}, "commentCorrectionList": {"commentCorrection": [{"id": "9", "reference": "x"}]}}]}}, {"id": "21", "authors": (ITO, "Bee Group"), "venue": "Bee letters", "abstract": "Aim: Bees. Results: Danced.", "year": 2011}),
    "Europe PMC, a preprint": ({"resultList": {"result": [{"id": "PPR1", "source": "PPR", "title": "Bees", "authorString": "Ito M.", "bookOrReportDetails": {"publisher": "bioRxiv", "yearOfPublication": 2011}, "abstractText": HIVE, "firstPublicationDate": "2011-05-03"}]}}, {"authors": ("M. Ito",), "venue": "bioRxiv", "year": 2011}),
    "Lens": ({"total": 1, "data": [{"lens_id": "001", "title": "Bees", "year_published": 2011, "source": {"title": "Bee Letters", "type": "Journal"}, "external_ids": [{"type": "pmid", "value": "21"}, {"type": "doi", "value": DOI}], "authors": [{"first_name": "Mei", "last_name": "Ito", "initials": "M"}, {"collective_name": "Bee Group"}], "abstract": HIVE, "source_urls": [{"type": "html", "url": "https://example.org/b"}]}]}, {"authors": (ITO, "Bee Group"), "year": 2011, "venue": "Bee Letters", "doi": DOI, "url": "https://example.org/b"}),
    "OpenAlex, works": ({"meta": {"count": 1}, "results": [OPENALEX], "group_by": []}, {"abstract": HIVE, "authors": BOTH, "venue": "Bee Letters", "year": 2011, "doi": DOI, "url": "https://example.org/b"}),
    "OpenAlex, one work": (OPENALEX, {"abstract": HIVE, "authors": BOTH}),
    "Publish or Perish": ([{"abstract": HIVE, "article_url": "https://example.org/b", "authors": ["M Ito", "CB Okafor", "..."], "cites": 3, "rank": 1, "source": "Bee Letters", "title": "Bees", "year": 2011, "type": "CITATION"}], {"authors": ("M Ito", "CB Okafor"), "venue": "Bee Letters", "url": "https://example.org/b"}),
    "CORD-19, a parse": ({"paper_id": "d1a", "metadata": {"title": "Bees", "authors": [{"first": "Mei", "middle": ["K"], "last": "Ito", "suffix": "", "affiliation": {}, "email": ""}]}, "abstract": [{"text": "Bees danced", "cite_spans": [], "section": "Abstract"}, {"text": "for 40 seconds.", "section": "Abstract"}], "body_text": [{"text": "More.", "section": "Introduction"}], "bib_entries": {"BIBREF0": {"ref_id": "b0", "title": "Other", "authors": [], "year": 1990, "venue": "X"}}, "ref_entries": {"FIGREF0": {"text": "A figure.", "type": "figure"}}, "back_matter": []}, {"id": "d1a", "title": "Bees", "authors": ("Mei K Ito",), "abstract": HIVE}),
    "IEEE": ({"total_records": 1, "articles": [bees(doi=DOI, publication_title="Meeting on Bees", authors={"authors": [{"full_name": ITO, "author_order": 1, "affiliation": "Hives"}, {"full_name": OKAFOR}]}, publication_year=2011, html_url="https://example.org/b", article_number="1")]}, {"authors": BOTH, "venue": "Meeting on Bees", "year": 2011, "url": "https://example.org/b"}),
    "Scopus": ({"search-results": {"opensearch:totalResults": "1", "entry": [{"dc:identifier": "SCOPUS_ID:1", "dc:title": "Bees", "dc:creator": "Ito M.", "author": [{"authname": "Ito M.", "surname": "Ito", "given-name": "Mei"}], "prism:publicationName": "Bee Letters", "prism:coverDate": "2011-05-03", "prism:doi": DOI, "dc:description": HIVE}]}}, {"title": "Bees", "authors": (ITO,), "venue": "Bee Letters", "year": 2011, "doi": DOI}),
    "Springer Nature": ({"result": [{"total": "1"}], "records": [{"contentType": "Article", "identifier": "doi:10.5555/bees.1", "url": [{"format": "html", "value": "https://example.org/b"}], "title": "Bees", "creators": [{"creator": "Ito, Mei"}, {"creator": "Okafor, Chi B."}], "publicationName": "Bee Letters", "publicationDate": "2011-05-03", "doi": DOI, "abstract": {"h1": "Abstract", "p": HIVE}}]}, {"authors": BOTH, "venue": "Bee Letters", "year": 2011, "abstract": HIVE, "url": "https://example.org/b"}),
    "CORE": ({"totalHits": 1, "results": [{"id": 5, "title": "Bees", "abstract": HIVE, "authors": [{"name": "Ito, Mei"}], "yearPublished": 2011, "doi": DOI, "downloadUrl": "https://example.org/b", "journals": [{"title": "Bee Letters", "identifiers": ["1234"]}], "arxivId": "1101.00001"}]}, {"authors": (ITO,), "year": 2011, "venue": "Bee Letters", "arxiv_id": "1101.00001"}),
    "Semantic Scholar": ({"total": 1, "offset": 0, "data": [{"paperId": "f00", "corpusId": 7, "externalIds": {"ArXiv": "1101.00001", "DOI": DOI, "CorpusId": 7}, "url": "https://example.org/f00", "title": "Bees", "abstract": HIVE, "venue": "", "journal": {"name": "Bee Letters", "volume": "5"}, "year": 2011, "authors": [{"authorId": "1", "name": ITO}], "references": [{"paperId": "x", "title": "Other", "year": 1990}]}]}, {"venue": "Bee Letters", "year": 2011, "arxiv_id": "1101.00001", "doi": DOI, "id": "f00"}),
    "HAL": ({"response": {"numFound": 1, "docs": [{"docid": "1", "title_s": ["Bees"], "abstract_s": [HIVE], "authFullName_s": [ITO, OKAFOR], "producedDateY_i": 2011, "journalTitle_s": "Bee Letters", "doiId_s": DOI, "uri_s": "https://example.org/b"}]}}, {"title": "Bees", "authors": BOTH, "year": 2011, "venue": "Bee Letters", "doi": DOI, "url": "https://example.org/b"}),
    "HAL, titles in two languages": ({"response": {"docs": [{"docid": "1", "title_s": ["Les abeilles", "Bees"], "abstract_s": [HIVE]}]}}, {"title": "Les abeilles"}),
    "PLOS": ({"response": {"docs": [{"id": "10.5555/b", "journal": "Bee Letters", "publication_date": "2011-05-03T00:00:00Z", "author_display": [ITO], "abstract": [f"\n{HIVE}\n"], "title_display": "Bees"}]}}, {"title": "Bees", "authors": (ITO,), "year": 2011, "venue": "Bee Letters"}),
    "ADS": ({"response": {"docs": [{"bibcode": "2011BeeL....5....1I", "title": ["Bees"], "abstract": HIVE, "author": ["Ito, Mei"], "year": "2011", "pub": "Bee Letters", "doi": [DOI], "identifier": ["2011arXiv1101I", "arXiv:1101.00001"]}]}}, {"key": "2011BeeL....5....1I", "authors": (ITO,), "venue": "Bee Letters", "doi": DOI, "arxiv_id": "1101.00001"}),
    "DataCite, a list": ({"data": [{"id": DOI, "type": "dois", "attributes": DATACITE}], "meta": {"total": 1}}, {"title": "Bees", "abstract": HIVE, "authors": (ITO, "Hive Watch, Oslo"), "venue": "Open Hives", "year": 2011, "doi": DOI, "url": "https://example.org/b"}),
    "DataCite, one": ({"data": {"id": DOI, "type": "dois", "attributes": DATACITE | {"container": {"type": "Series", "title": "Bee Letters"}}}}, {"title": "Bees", "abstract": HIVE, "venue": "Bee Letters", "year": 2011}),
    "DataCite's own JSON": (DATACITE | {"publisher": {"name": "Open Hives"}}, {"title": "Bees", "abstract": HIVE, "venue": "Open Hives", "doi": DOI}),
    "Papers with Code": ({"count": 1, "next": None, "results": [{"id": "bees", "arxiv_id": "1101.00001", "url_abs": "https://arxiv.org/abs/1101.00001", "title": "Bees", "abstract": HIVE, "authors": [ITO], "published": "2011-05-03", "proceeding": "BEES 2011"}]}, {"arxiv_id": "1101.00001", "venue": "BEES 2011", "url": "https://arxiv.org/abs/1101.00001", "year": 2011}),
}  # fmt: skip


@pytest.mark.parametrize("name", SERVICES)
def test_what_services_answer(given, name):
    content, wanted = SERVICES[name]
    for text in (json.dumps(content), json.dumps(content, indent=2)):
        (item,) = given("x.json", text)
        assert not isinstance(item, Rejection)
        assert {field: getattr(item, field) for field in wanted} == wanted


def test_zoteros_attachments_are_no_papers(given):
    (paper,) = given("x.json", json.dumps([{"key": "WXYZ", "data": ZOTERO}, ATTACHMENT]))
    assert paper.title == "Bees"
