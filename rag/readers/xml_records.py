"""One record of XML, as an element without namespaces, becomes the fields that records share.

Each dialect is a row of `_DIALECTS`: where its fields stand, the best place first.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from functools import partial

from lxml.etree import _Element as Element

from rag.readers.columns import NAMES, field_name
from rag.readers.fields import arxiv_id
from rag.readers.markup import raised
from rag.readers.people import without_asides

_NO_NAME = ("Abstract", "UNLABELLED", "UNASSIGNED")
Fields = dict[str, object]

_TITLES = "titles/"
_MARC = "datafield[@tag='"
_ISSUE = "Journal/JournalIssue/PubDate/"
_DIALECTS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "atom": {
        "id": ("id",), "title": ("title",), "abstract": ("summary",), "url": ("id",),
        "year": ("published", "updated"), "venue": ("journal_ref",), "doi": ("doi",),
    },
    "pubmed": {
        "title": ("ArticleTitle", "VernacularTitle"), "venue": ("Journal/Title", "Book/BookTitle"),
        "year": (
            f"{_ISSUE}Year", f"{_ISSUE}MedlineDate", "ArticleDate/Year", "Book/PubDate/Year",
        ),
        "people": ("AuthorList/Author",),
    },
    "pubmed's numbers": {
        "id": ("MedlineCitation/PMID", "BookDocument/PMID"),
        "doi": (
            "PubmedData/ArticleIdList/ArticleId[@IdType='doi']", ".//ELocationID[@EIdType='doi']",
            "PubmedBookData/ArticleIdList/ArticleId[@IdType='doi']",
        ),
    },
    "arxiv": {
        "title": ("title",), "abstract": ("abstract",), "venue": ("journal-ref",),
        "year": ("created", "version/date", "updated"), "doi": ("doi",), "arxiv_id": ("id",),
        "people": ("authors/author",),
    },
    "dublin core": {
        "title": ("title",), "year": ("date", "issued"), "venue": ("source", "publisher"),
        "people": ("creator",),
    },
    "resource": {  # DataCite's and AGRIS's
        "title": ("titles/title", "title"), "doi": ("identifier[@identifierType='DOI']",),
        "abstract": (
            "descriptions/description[@descriptionType='Abstract']", "description/abstract",
        ),
        "year": ("publicationYear", "date/dateIssued", "date"), "url": ("identifier",),
        "venue": ("citation/citationTitle", "publisher"),
        "people": ("creators/creator", "creator/creatorPersonal", "creator"),
    },
    "ebsco": {
        "title": (".//tig/atl", ".//bkinfo/btl"), "abstract": (".//ab",),
        "doi": (".//ui[@type='doi']",), "year": (".//pubinfo/dt",),
        "venue": (".//jtl", ".//bkinfo/btl"), "people": (".//aug/au",),
    },
    "zotero": {
        "title": ("title",), "abstract": ("abstract",), "year": ("date",),
        "people": ("authors/Seq/li/Person", "authors/Seq/li"), "url": ("identifier/URI/value",),
        "venue": ("isPartOf/*/title", "presentedAt/*/title", "publisher/*/name"),
    },
    "endnote": {
        "title": (f"{_TITLES}title",), "abstract": ("abstract",), "key": ("label",),
        "year": ("dates/year", "dates/pub-dates/date"),
        "venue": (
            f"{_TITLES}secondary-title", "periodical/full-title", "alt-periodical/full-title",
            f"{_TITLES}tertiary-title", f"{_TITLES}alt-title",
        ),
        "doi": ("electronic-resource-num",), "url": ("urls/related-urls/url", "urls/web-urls/url"),
        "people": ("contributors/authors/author",),
    },
    "anthology": {
        "title": ("title",), "abstract": ("abstract",), "doi": ("doi",), "key": ("bibkey",),
        "url": ("url",), "people": ("author",),
    },
    "rss": {
        "title": ("title",), "abstract": ("description", "encoded"), "url": ("link",),
        "authors": ("creator", "author"), "year": ("pubDate", "date"),
        "venue": ("publicationName", "source"), "doi": ("doi", "identifier"),
    },
    "mods": {
        "title": ("titleInfo/title",), "abstract": ("abstract",),
        "year": ("originInfo/dateIssued", "relatedItem/originInfo/dateIssued", "part/date"),
        "venue": ("relatedItem[@type='host']/titleInfo/title",),
        "doi": ("identifier[@type='doi']",), "key": ("identifier[@type='citekey']",),
        "url": ("location/url",),
    },
    "tei": {  # GROBID's
        "title": (".//titleStmt/title",), "abstract": (".//abstract",), "people": (".//author",),
        "year": (".//publicationStmt/date", ".//imprint/date"), "doi": (".//idno[@type='DOI']",),
        "venue": (".//monogr/title",),
    },
    "marc": {
        "id": ("controlfield[@tag='001']",), "title": (f"{_MARC}245']",),
        "abstract": (f"{_MARC}520']",), "venue": (f"{_MARC}773']/subfield[@code='t']",),
        "year": (f"{_MARC}264']", f"{_MARC}260']", f"{_MARC}773']/subfield[@code='g']"),
        "doi": (f"{_MARC}024']/subfield[@code='a']",),
        "url": (f"{_MARC}856']/subfield[@code='u']",),
    },
    "volume": {"venue": ("booktitle",), "year": ("year",)},
    "europe pmc": {
        "id": ("pmid", "id"), "title": ("title",), "abstract": ("abstractText",), "doi": ("doi",),
        "year": ("pubYear", "journalInfo/yearOfPublication", "firstPublicationDate"),
        "venue": (
            "journalInfo/journal/title", "journalTitle", "bookOrReportDetails/publisher",
        ),
        "people": ("authorList/author",), "authors": ("authorString",),
    },
    "jats": {
        "title": ("title-group/article-title",), "year": ("pub-date/year",),
        "id": ("article-id[@pub-id-type='pmid']",), "doi": ("article-id[@pub-id-type='doi']",),
        "people": (
            "contrib-group/contrib[@contrib-type='author']", "contrib-group/contrib",
        ),
    },
}  # fmt: skip


def _text(element: Element | None) -> str:
    """Return all the text below an element: raised characters as superscripts, a formula once."""
    if element is None:
        return ""
    exponents = (each for power in element.iter("msup") for each in list(power)[1:])
    styled = element.iterfind(".//style[@face='superscript']")
    for sup in (*element.iter("sup"), *styled, *exponents):
        sup.text = raised(sup.text or "")
    for both in element.iter("alternatives"):
        for other in list(both)[1:] if both.find("tex-math") is not None else ():
            both.remove(other)
    return "".join(map(str, element.itertext()))


def _below(element: Element, *paths: str) -> str:
    """Return the text at the first path where there is any."""
    texts = (_text(element.find(path)).strip() for path in paths)
    return next(filter(None, texts), "")


def _each(element: Element, path: str) -> list[str]:
    return [_text(found).strip() for found in element.iterfind(path)]


def _fields(element: Element, dialect: str) -> Fields:
    """Return the fields of an element that stand where the dialect has them."""
    places = dict(_DIALECTS[dialect])
    people = (list(element.iterfind(path)) for path in places.pop("people", ()))
    found: Fields = {name: _below(element, *paths) for name, paths in places.items()}
    persons = [_person(each) for each in next(filter(None, people), ())]
    return found | ({"authors": persons} if persons else {})


def _person(author: Element) -> dict[str, str]:
    """Return what stands below an author by its tag, which `rag.readers.people` knows."""
    parts: dict[str, str] = {}
    for each in author.iterdescendants():
        if each.tag == "forename":  # one by one
            parts["forename"] = f"{parts.get('forename', '')} {_text(each).strip()}"
        elif each.tag != "style":  # EndNote's fonts
            parts.setdefault(str(each.tag), _text(each).strip())
    return parts or {"name": _text(author)}


def from_atom(entry: Element) -> Fields:
    """Return the fields of an entry of arXiv's API."""
    found = _fields(entry, "atom")
    arxiv = arxiv_id(found["id"])
    authors = [{"family": _below(author, "name")} for author in entry.iter("author")]
    return found | {"id": arxiv or found["id"], "arxiv_id": arxiv, "authors": authors}


def from_pubmed(article: Element) -> Fields:
    """Return the fields of a PubMed article or book chapter."""
    papers = map(article.find, ("MedlineCitation/Article", "BookDocument"))
    paper = next((each for each in papers if each is not None), article)
    places = ((paper, "Abstract"), (article, ".//Abstract"), (article, ".//OtherAbstract"))
    abstracts = (_abstract(within.find(path)) for within, path in places)
    return _fields(article, "pubmed's numbers") | {
        "abstract": next(filter(None, abstracts), ""),
        **_fields(paper, "pubmed"),
    }


def _abstract(abstract: Element | None) -> str:
    """Return the parts of an abstract, each after its label: "METHODS: We ..."."""
    parts = []
    for part in abstract.iterfind("AbstractText") if abstract is not None else ():
        label, text = part.get("Label", ""), _text(part).strip()
        parts.append(f"{label}: {text}" if label and label not in _NO_NAME and text else text)
    return " ".join(filter(None, parts))


def from_record(record: Element) -> Fields | None:
    """Return the fields of a record of OAI-PMH or EndNote; None for one that was deleted."""
    if record.find("datafield") is not None:
        return _from_marc(record)
    header = record.find("header")
    if header is None:
        return _fields(record, "endnote")
    if header.get("status") == "deleted":
        return None
    inside = (each for each in record.iterfind("metadata//*") if each.tag in RECORDS)
    found = next(inside, None)
    return RECORDS[str(found.tag)](found) if found is not None else from_jats(record)


_WITH_ROLES = ("245", "100", "110", "700")  # where subfields behind the name say who did what


def _from_marc(record: Element) -> Fields:
    """Return the fields of a library's record; a title goes on in its second part."""
    for field in record.iterfind("datafield"):
        for part in field:
            if field.get("tag") in _WITH_ROLES and part.get("code") not in ("a", "b"):
                part.clear()
            part.tail = " "
    found = _fields(record, "marc")
    people = [
        name.rstrip(" ,.") for tag in ("100", "700") for name in _each(record, f"{_MARC}{tag}']")
    ]
    bodies = [{"literal": name.rstrip(" ,.")} for name in _each(record, f"{_MARC}110']")]
    title = " ".join(str(found["title"]).split()).rstrip(" /.")
    return found | {"title": title, "authors": [*people, *bodies]}


def _from_arxiv(paper: Element) -> Fields:
    return {"authors": without_asides(_below(paper, "authors")), **_fields(paper, "arxiv")}


def _from_dublin_core(paper: Element) -> Fields:
    places = _each(paper, "identifier") + _each(paper, "relation")
    return _fields(paper, "dublin core") | {
        "abstract": max(_each(paper, "description"), key=len, default=""),
        "doi": next((place for place in places if "10." in place), ""),
        "url": next((place for place in places if place.startswith("http")), ""),
    }


def from_anthology(paper: Element) -> Fields:
    """Return the fields of a paper of the ACL Anthology; `meta` gives its venue and year."""
    found = _fields(paper, "anthology")
    url = str(found["url"])
    return found | {"url": f"https://aclanthology.org/{url}" if url and "://" not in url else url}


def anthology_volume(meta: Element) -> Fields:
    """Return what a volume's papers have in common."""
    return {name: _below(meta, *paths) for name, paths in _DIALECTS["volume"].items()}


def from_rss(item: Element) -> Fields:
    """Return the fields of an item of a feed; arXiv says what it announces above the abstract."""
    found = _fields(item, "rss")
    _, label, abstract = str(found["abstract"]).partition("Abstract:")
    return found | ({"abstract": abstract} if label else {})


def from_mods(record: Element) -> Fields:
    """Return the fields of a record of MODS, as libraries and the ACL Anthology have it."""
    people = [
        {str(part.get("type") or "name"): _text(part) for part in name.iterfind("namePart")}
        | {"role": _below(name, "role/roleTerm[@type='text']", "role/roleTerm")}
        for name in record.iterfind("name")
    ]
    return _fields(record, "mods") | {"authors": people}


def from_jats(record: Element) -> Fields:
    """Return the fields of an article as PubMed Central has it."""
    meta = record.find(".//article-meta")
    if meta is None:
        return {}
    abstracts = (part for part in meta.iterfind("abstract") if not part.get("abstract-type"))
    abstract = next(abstracts, None)
    for title in abstract.iter("title") if abstract is not None else ():
        words = " ".join(_text(title).split())
        title.clear(keep_tail=True)  # type: ignore[call-arg]  # not in its stubs
        title.text = f" {words}{'' if words.endswith(('.', ':', '?')) else ':'} "
    for block in abstract.iter("p", "sec") if abstract is not None else ():
        block.tail = f" {block.tail or ''}"
    for name in ("xref[@ref-type='fn']", "fn"):
        for note in meta.iterfind(f"title-group/article-title//{name}"):
            note.clear(keep_tail=True)  # type: ignore[call-arg]  # not in its stubs
    return _fields(meta, "jats") | {
        "abstract": " ".join(_text(abstract).split()).replace(" .", "."),
        "venue": _below(record, ".//journal-title"),
    }


def from_zotero(item: Element, hosts: Mapping[str, Element]) -> Fields:
    """Return the fields of an item of Zotero's RDF, whose journal may stand elsewhere."""
    for part in item.iterfind("isPartOf"):
        if (host := hosts.get(part.get(f"{RDF}resource", ""))) is not None:
            part.append(copy.deepcopy(host))
    numbers = _each(item, "identifier") + _each(item, "isPartOf/*/identifier")
    doi = next((number for number in numbers if number.startswith("DOI")), "")
    return {**_fields(item, "zotero"), "doi": doi}


def from_any(record: Element) -> Fields:
    """Return the fields of a record whose elements are called as columns of tables are."""
    found: dict[str, object] = {}
    people = []
    for part in record:
        if field_name(str(part.tag)) in _PEOPLE:
            inner = [each for each in part if field_name(str(each.tag)) in _PEOPLE]
            people += [_person(each) for each in inner or [part]]
        else:
            found.setdefault(str(part.tag), _text(part).strip())
    whole = " ".join(people[0].values()) if len(people) == 1 and "name" in people[0] else people
    return {**found, "authors": whole}


_PEOPLE = frozenset((*NAMES["authors"], "person"))
ANY = ""  # the name under which records of no known dialect are read
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
RECORDS: Mapping[str, Callable[[Element], Fields | None]] = {
    "rec": partial(_fields, dialect="ebsco"),
    "resource": partial(_fields, dialect="resource"),
    "entry": from_atom,
    "PubmedArticle": from_pubmed,
    "PubmedBookArticle": from_pubmed,
    "record": from_record,
    "paper": from_anthology,
    "result": partial(_fields, dialect="europe pmc"),
    "article": from_jats,
    "item": from_rss,
    "teiHeader": partial(_fields, dialect="tei"),
    "mods": from_mods,
    ANY: from_any,
    # What OAI-PMH may carry.
    "arXiv": _from_arxiv,
    "arXivRaw": _from_arxiv,
    "dc": _from_dublin_core,
    "qualifieddc": _from_dublin_core,
    "thesis": _from_dublin_core,
}
# What stands before records and holds for those that follow.
CONTEXT: Mapping[str, Callable[[Element], Fields]] = {"meta": anthology_volume}
