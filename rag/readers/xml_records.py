"""One record of XML, as an element without namespaces, becomes the fields that records share."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from lxml.etree import _Element as Element

from rag.readers.fields import arxiv_id
from rag.readers.superscript import raised

_NO_NAME = ("Abstract", "UNLABELLED", "UNASSIGNED")
_ASIDE = re.compile(r"\s{0,9}\([^()]{0,9999}\)")
_ROUNDS = 3  # how deep brackets stand in each other
Fields = dict[str, object]


def _text(element: Element | None) -> str:
    """Return all the text below an element: raised characters as superscripts, a formula once."""
    if element is None:
        return ""
    for sup in (*element.iter("sup"), *element.iterfind(".//style[@face='superscript']")):
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


def from_atom(entry: Element) -> Fields:
    """Return the fields of an entry of arXiv's API."""
    own = _below(entry, "id")
    arxiv = arxiv_id(own)
    return {
        "id": arxiv or own,
        "title": _below(entry, "title"),
        "abstract": _below(entry, "summary"),
        "authors": [{"family": _below(author, "name")} for author in entry.iter("author")],
        "year": _below(entry, "published", "updated"),
        "venue": _below(entry, "journal_ref"),
        "doi": _below(entry, "doi"),
        "arxiv_id": arxiv,
        "url": own,
    }


def from_pubmed(article: Element) -> Fields:
    """Return the fields of a PubMed article or book chapter."""
    citation = article.find("MedlineCitation")
    citation = article.find("BookDocument") if citation is None else citation
    if citation is None:
        return {}
    paper = citation.find("Article")
    paper = citation if paper is None else paper
    date = "Journal/JournalIssue/PubDate/"
    return {
        "id": _below(citation, "PMID"),
        "title": _below(paper, "ArticleTitle", "VernacularTitle"),
        "abstract": _abstract(paper.find("Abstract")) or _abstract(citation.find("OtherAbstract")),
        "authors": [_person(author) for author in paper.iterfind("AuthorList/Author")],
        "year": _below(
            paper, date + "Year", date + "MedlineDate", "ArticleDate/Year", "Book/PubDate/Year"
        ),
        "venue": _below(paper, "Journal/Title", "Book/BookTitle"),
        "doi": _doi(article, paper),
    }


def _abstract(abstract: Element | None) -> str:
    """Return the parts of an abstract, each after its label: "METHODS: We ..."."""
    parts = []
    for part in abstract.iterfind("AbstractText") if abstract is not None else ():
        label, text = part.get("Label", ""), _text(part).strip()
        parts.append(f"{label}: {text}" if label and label not in _NO_NAME and text else text)
    return " ".join(filter(None, parts))


def _person(author: Element) -> dict[str, str]:
    return {
        "given": _below(author, "ForeName", "Initials"),
        "family": _below(author, "LastName", "CollectiveName"),
        "suffix": _below(author, "Suffix"),
    }


def _doi(article: Element, paper: Element) -> str:
    ids = [*article.iterfind("PubmedData/ArticleIdList/ArticleId"), *paper.iterfind("ELocationID")]
    ids += article.iterfind("PubmedBookData/ArticleIdList/ArticleId")
    return next((_text(own) for own in ids if "doi" in (own.get("IdType"), own.get("EIdType"))), "")


def from_record(record: Element) -> Fields | None:
    """Return the fields of a record of OAI-PMH or EndNote; None for one that was deleted."""
    header = record.find("header")
    if header is None:
        return _from_endnote(record)
    if header.get("status") == "deleted":
        return None
    kinds = {"arXiv": _from_arxiv, "arXivRaw": _from_arxiv, "dc": _from_dublin_core}
    found = next((each for each in record.iterfind("metadata/*") if each.tag in kinds), None)
    return kinds[found.tag](found) if found is not None else from_jats(record)


def _from_arxiv(paper: Element) -> Fields:
    people = [
        {
            "given": _below(a, "forenames"),
            "family": _below(a, "keyname"),
            "suffix": _below(a, "suffix"),
        }
        for a in paper.iterfind("authors/author")
    ]
    return {
        "title": _below(paper, "title"),
        "abstract": _below(paper, "abstract"),
        "authors": people or _without_asides(_below(paper, "authors")),
        "year": _below(paper, "created", "version/date", "updated"),
        "venue": _below(paper, "journal-ref"),
        "doi": _below(paper, "doi"),
        "arxiv_id": _below(paper, "id"),
    }


def _without_asides(names: str) -> str:
    """Return names without the institutes in brackets behind them."""
    for _ in range(_ROUNDS):
        names = _ASIDE.sub("", names)
    return names


def _from_dublin_core(paper: Element) -> Fields:
    places = _each(paper, "identifier") + _each(paper, "relation")
    return {
        "title": _below(paper, "title"),
        "abstract": max(_each(paper, "description"), key=len, default=""),
        "authors": _each(paper, "creator"),
        "year": _below(paper, "date"),
        "venue": _below(paper, "source"),
        "doi": next((place for place in places if "10." in place), ""),
        "url": next((place for place in places if place.startswith("http")), ""),
    }


def _from_endnote(record: Element) -> Fields:
    titles = "titles/"
    return {
        "title": _below(record, titles + "title"),
        "abstract": _below(record, "abstract"),
        "authors": _each(record, "contributors/authors/author"),
        "year": _below(record, "dates/year", "dates/pub-dates/date"),
        "venue": _below(
            record, titles + "secondary-title", "periodical/full-title",
            "alt-periodical/full-title",
            titles + "tertiary-title", titles + "alt-title",
        ),
        "doi": _below(record, "electronic-resource-num"),
        "url": _below(record, "urls/related-urls/url", "urls/web-urls/url"),
        "key": _below(record, "label"),
    }  # fmt: skip


def from_anthology(paper: Element) -> Fields:
    """Return the fields of a paper of the ACL Anthology; `meta` gives its venue and year."""
    url = _below(paper, "url")
    return {
        "title": _below(paper, "title"),
        "abstract": _below(paper, "abstract"),
        "authors": [
            {"given": _below(author, "first"), "family": _below(author, "last") or _text(author)}
            for author in paper.iterfind("author")
        ],
        "doi": _below(paper, "doi"),
        "key": _below(paper, "bibkey"),
        "url": url if "://" in url else f"https://aclanthology.org/{url}" if url else "",
    }


def anthology_volume(meta: Element) -> Fields:
    """Return what a volume's papers have in common."""
    return {"venue": _below(meta, "booktitle"), "year": _below(meta, "year")}


def from_europe_pmc(result: Element) -> Fields:
    """Return the fields of a result of Europe PMC, short or full."""
    people = [
        {
            "given": _below(author, "firstName", "initials"),
            "family": _below(author, "lastName", "collectiveName"),
        }
        for author in result.iterfind("authorList/author")
    ]  # fmt: skip
    return {
        "id": _below(result, "pmid", "id"),
        "title": _below(result, "title"),
        "abstract": _below(result, "abstractText"),
        "authors": people or _below(result, "authorString"),
        "year": _below(result, "pubYear", "journalInfo/yearOfPublication", "firstPublicationDate"),
        "venue": _below(
            result, "journalInfo/journal/title", "journalTitle", "bookOrReportDetails/publisher"
        ),
        "doi": _below(result, "doi"),
    }  # fmt: skip


def from_jats(record: Element) -> Fields:
    """Return the fields of an article as PubMed Central has it."""
    meta = record.find(".//article-meta")
    if meta is None:
        return {}
    ids = {own.get("pub-id-type"): _text(own).strip() for own in meta.iterfind("article-id")}
    parts = []
    for part in [each for each in meta.iterfind("abstract") if not each.get("abstract-type")][:1]:
        for title in part.iter("title"):
            title.text = f" {title.text or ''}: "
        for block in part.iter("p", "sec"):
            block.tail = f" {block.tail or ''}"
        parts.append(" ".join(_text(part).split()))
    return {
        "id": ids.get("pmid", ""),
        "title": _below(meta, "title-group/article-title"),
        "abstract": " ".join(parts).replace(": :", ":").replace(" .", "."),
        "authors": [
            {
                "given": _below(each, "name/given-names"),
                "family": _below(each, "name/surname", "collab"),
                "suffix": _below(each, "name/suffix"),
            }
            for each in meta.iterfind("contrib-group/contrib")
            if each.get("contrib-type", "author") == "author"
        ],
        "year": _below(meta, "pub-date/year"),
        "venue": _below(record, ".//journal-title"),
        "doi": ids.get("doi", ""),
    }  # fmt: skip


RECORDS: Mapping[str, Callable[[Element], Fields | None]] = {
    "entry": from_atom,
    "PubmedArticle": from_pubmed,
    "PubmedBookArticle": from_pubmed,
    "record": from_record,
    "paper": from_anthology,
    "result": from_europe_pmc,
    "article": from_jats,
}
# What stands before records and holds for those that follow.
CONTEXT: Mapping[str, Callable[[Element], Fields]] = {"meta": anthology_volume}
