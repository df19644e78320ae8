"""One Atom entry or PubMed article, as an element, becomes the fields that records share."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from rag.readers.fields import arxiv_id
from rag.readers.superscript import raised

_NO_NAME = ("Abstract", "UNLABELLED", "UNASSIGNED")


def _text(element: Element | None) -> str:
    """Return all the text below an element, raised characters as superscripts."""
    if element is None:
        return ""
    for sup in element.iter("sup"):
        sup.text = raised(sup.text or "")
    return "".join(element.itertext())


def _below(element: Element, path: str) -> str:
    return _text(element.find(path)).strip()


def from_atom(entry: Element) -> dict[str, object]:
    """Return the fields of an entry of arXiv's API (namespaces are already gone)."""
    own = _below(entry, "id")
    arxiv = arxiv_id(own)
    return {
        "id": arxiv or own,
        "title": _below(entry, "title"),
        "abstract": _below(entry, "summary"),
        "authors": [{"family": _below(author, "name")} for author in entry.iter("author")],
        "year": _below(entry, "published") or _below(entry, "updated"),
        "venue": _below(entry, "journal_ref"),
        "doi": _below(entry, "doi"),
        "arxiv_id": arxiv,
        "url": own,
    }


def from_pubmed(article: Element) -> dict[str, object]:
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
        "title": _below(paper, "ArticleTitle") or _below(paper, "VernacularTitle"),
        "abstract": _abstract(paper.find("Abstract")) or _abstract(citation.find("OtherAbstract")),
        "authors": [_person(author) for author in paper.iterfind("AuthorList/Author")],
        "year": _below(paper, date + "Year")
        or _below(paper, date + "MedlineDate")
        or _below(paper, "ArticleDate/Year")
        or _below(paper, "Book/PubDate/Year"),
        "venue": _below(paper, "Journal/Title") or _below(paper, "Book/BookTitle"),
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
        "given": _below(author, "ForeName") or _below(author, "Initials"),
        "family": _below(author, "LastName") or _below(author, "CollectiveName"),
        "suffix": _below(author, "Suffix"),
    }


def _doi(article: Element, paper: Element) -> str:
    ids = [*article.iterfind("PubmedData/ArticleIdList/ArticleId"), *paper.iterfind("ELocationID")]
    ids += article.iterfind("PubmedBookData/ArticleIdList/ArticleId")
    return next((_text(own) for own in ids if "doi" in (own.get("IdType"), own.get("EIdType"))), "")
