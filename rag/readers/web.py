"""The page of one paper as saved from the web: its meta tags, and the abstract that it shows."""

from __future__ import annotations

import copy
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, BinaryIO

from lxml import etree, html

from rag.readers import fields
from rag.readers.records import Found
from rag.readers.tables import is_header
from rag.readers.text import RECORD_LIMIT, TOO_LONG, whole

NO_PAPER = "a web page; save it as text"
_PAGE = re.compile(
    r"\s*(?:(?:<\?xml [^<>]{0,200}>|<!--[^<>]{0,2000}-->)\s*)?<(?:!doctype html|html)", re.I
)
_OF_A_PAPER = re.compile(
    r"[\"'](?:Medical)?ScholarlyArticle[\"']|<meta\s[^<>]{0,5000}?(?:name|property)\s?=\s?[\"']?(?:bepress_)?(?:citation_|dc[.:]"
    r"|dcterms[.:]|eprints\.)|<div class=[\"']list-title",
    re.I,
)
# What the tags are called, the best name first.
_TAGS = {
    "title": ("citation_title", "dc.title", "dcterms.title", "eprints.title"),
    "authors": (
        "citation_author", "citation_authors", "dc.creator", "dcterms.creator",
        "eprints.creators_name", "dc.contributor",
    ),
    "year": (
        "citation_publication_date", "citation_date", "citation_year", "citation_online_date",
        "prism.publicationdate", "dcterms.issued", "dc.date.issued", "dc.date", "dcterms.date",
        "eprints.date",
    ),
    "venue": (
        "citation_journal_title", "citation_conference_title", "citation_inbook_title",
        "citation_book_title", "prism.publicationname", "eprints.publication", "dc.source",
    ),
    "doi": ("citation_doi", "prism.doi", "dc.identifier.doi", "dc.identifier"),
    "arxiv_id": ("citation_arxiv_id",),
    "url": ("canonical", "citation_abstract_html_url", "citation_public_url", "og:url"),
}  # fmt: skip
# Tags that hold the abstract, with the least length at which they are likely to.
_ABSTRACTS = (
    ("citation_abstract", 1), ("dcterms.abstract", 1), ("dc.description.abstract", 1),
    ("eprints.abstract", 1), ("dc.description", 60), ("dcterms.description", 60),
)  # fmt: skip
_OF_ANY_PAGE = (("description", 250), ("og:description", 250))
_LABELLED = re.compile(r"(?:^|[\s_-])(?:abs\d{1,2}|abstract\w{0,20})(?:$|[\s_-])", re.I)
_OTHER = re.compile(r"graphical|visual|video|link|button|tab\b|nav|menu|list", re.I)
_HEADING = re.compile(
    r"\W*(?:abstract|summary|zusammenfassung|résumé|resumen|resumo|摘要)\W*", re.I
)
_KEYWORDS = re.compile(r"\s*(?:key ?words?|index terms|mots[- ]clés|palabras clave)\s*:", re.I)
_SHOWN = (60, 10_000)  # characters; less is a link to the abstract, more is the whole page
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = ("section", "article", "header", "blockquote", "dl", "dt", "dd", "main", "table", "tr")
_KEPT = {*_HEADINGS, "p", "div", "br", "li", "ul", "ol", "sub", "sup"}
_DROPPED = ("script", "style", "button", "nav", "figure", "noscript", "svg", "form", "template")


def is_page(head: str) -> bool:
    """Tell a web page by how it begins."""
    return _PAGE.match(head) is not None


def is_paper_page(head: str) -> bool:
    """Tell a web page whose meta tags are those of a paper."""
    return is_page(head) and _OF_A_PAPER.search(head) is not None


def read_paper_page(stream: BinaryIO) -> Iterator[Found]:
    """Yield the paper of a page, or why there is none."""
    text = whole(stream)
    if len(text) > RECORD_LIMIT:
        yield Found(0, TOO_LONG)
        return
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        page = html.document_fromstring(text.replace("\0", "").encode(), parser=parser)
    except etree.ParserError:  # nothing in it but its declaration
        yield Found(0, NO_PAPER)
        return
    titles = [each for each in page.iter("div") if "list-title" in each.get("class", "")]
    if titles:  # one of arXiv's lists
        yield from map(_listed, titles)
        return
    tags = _tags(page)
    record: dict[str, Any] = {
        part: next((tags[name] for name in names if name in tags), [])
        for part, names in _TAGS.items()
    }
    abstract = _described(tags, _ABSTRACTS) or _shown(page) or _described(tags, _OF_ANY_PAGE)
    if not record["title"] or not abstract:
        records = [*_linked_articles(page), *_rows(page)]
        yield from (Found(1, each) for each in records) if records else [Found(0, NO_PAPER)]
        return
    for part in ("title", "year", "venue", "arxiv_id"):
        record[part] = next(iter(record[part]), None)
    if len(record["authors"]) == 1:  # all of them in one tag
        record["authors"] = record["authors"][0]
    yield Found(1, record | {"abstract": abstract})


def _linked_articles(page: html.HtmlElement) -> Iterator[dict[str, Any]]:
    """Yield the papers that a page describes as schema.org has it, in JSON within a script."""
    for script in page.iterfind(".//script[@type='application/ld+json']"):
        try:
            waiting = [json.loads(script.text or "", strict=False)]
        except (ValueError, RecursionError):
            continue
        for value in waiting:
            if isinstance(value, list):
                waiting += value
            elif isinstance(value, dict) and _ARTICLE.search(str(value.get("@type"))):
                yield value
            elif isinstance(value, dict):
                waiting += [value.get("@graph"), value.get("mainEntity")]


def _rows(page: html.HtmlElement) -> Iterator[dict[str, str]]:
    """Yield the rows of tables of papers, as which some services write what they call .xls."""
    for table in page.iter("table"):
        header: list[str] = []
        for row in table.iter("tr"):
            cells = [cell.text_content().strip() for cell in row.iter("th", "td")]
            if header and any(cells):
                yield dict(zip(header, cells))  # noqa: B905 a short row lacks its last cells
            elif is_header(cells):
                header = cells


_ARTICLE = re.compile(r"ScholarlyArticle|Thesis|Report")


def _listed(title: html.HtmlElement) -> Found:
    """Return a paper of one of arXiv's lists, whose number stands before it."""
    entry = next(title.iterancestors("dd"), title)
    before = next(entry.itersiblings("dt", preceding=True), title)
    links = [f"arxiv:{link.get('href', '').rpartition('/abs/')[2]}" for link in before.iter("a")]
    people = [each for block in entry.find_class("list-authors") for each in block.iter("a")]
    record = {
        "title": title.text_content().strip().removeprefix("Title:"),
        "authors": [each.text_content() for each in people],
        "abstract": " ".join(each.text_content() for each in entry.iter("p")),
        "arxiv_id": next(filter(None, map(fields.prefixed_arxiv_id, links)), None),
    }
    return Found(title.sourceline or 1, record)


def _tags(page: html.HtmlElement) -> dict[str, list[str]]:
    """Return what the meta tags of each name say, in lower case and with dots for colons in it."""
    tags: dict[str, list[str]] = defaultdict(list)
    for link in page.iterfind(".//link[@rel='canonical']"):
        tags["canonical"].append(link.get("href", ""))
    for meta in page.iter("meta"):
        name = (meta.get("name") or meta.get("property") or "").lower().removeprefix("bepress_")
        name = re.sub(r"^(dc|dcterms|prism):", r"\1.", name)
        if content := meta.get("content", "").strip():
            tags[name].append(content)
    return dict(tags)


def _described(tags: dict[str, list[str]], names: tuple[tuple[str, int], ...]) -> str:
    """Return the first of the texts that is long enough and was not cut off."""
    texts = ((text, least) for name, least in names for text in tags.get(name, ()))
    return next((t for t, least in texts if len(t) >= least and not t.endswith(("...", "…"))), "")


def _shown(page: html.HtmlElement) -> str:
    """Return the abstract that a page shows, as HTML: a block that is named so or headed so."""
    for block in page.iter("section", "div", "blockquote", "p"):
        if _is_labelled(block) and (text := _fitting([block])):
            inner = [each for each in block.iterdescendants() if _is_labelled(each)]
            within = list(filter(None, (_fitting([each]) for each in inner)))
            return within[0] if len(within) == 1 else text  # in one of a title and an abstract
    for heading in page.iter(*_HEADINGS):
        if _HEADING.fullmatch(heading.text_content()):
            below = []
            for each in heading.itersiblings():
                if each.tag in _HEADINGS and each.tag <= heading.tag:
                    break
                below.append(each)
            if text := _fitting(below):
                return text
    return ""


def _is_labelled(block: html.HtmlElement) -> bool:
    named = f"{block.get('id', '')} {block.get('class', '')}"
    return bool(_LABELLED.search(named)) and not _OTHER.search(named)


def _fitting(blocks: list[html.HtmlElement]) -> str:
    """Return blocks as HTML of simple tags, "" where they are too short or too long."""
    least, most = _SHOWN
    length = sum(len(block.text_content()) for block in blocks)
    return " ".join(map(_simple, blocks)) if least <= length <= most else ""


def _simple(block: html.HtmlElement) -> str:
    block = copy.deepcopy(block)
    block.tail = None
    for each in list(block.iterdescendants(*_DROPPED)):
        each.drop_tree()
    for each in list(block.iterdescendants()):
        heading = each.tag in _HEADINGS and _HEADING.fullmatch(each.text_content())
        if heading or (each.tag == "p" and _KEYWORDS.match(each.text_content())):
            each.drop_tree()
        elif each.tag not in _KEPT and each.tag not in _BLOCKS:
            each.drop_tag()
    for each in block.iter():
        each.tag = "div" if each.tag in _BLOCKS else each.tag
        each.attrib.clear()
    return str(html.tostring(block, encoding="unicode"))
