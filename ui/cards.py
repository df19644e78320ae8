"""A paper's card: what it is, where it is, and its abstract with the evidence marked. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from html import escape
from itertools import pairwise
from urllib.parse import quote, urlsplit

from rag.index.entries import citation_key, fit_for_bibtex
from rag.types import Paper

_DOI = re.compile(r"10\.\d{4,9}/[^\s<>\"]{1,200}")
_ARXIV = re.compile(r"[A-Za-z0-9./-]{1,40}")
_MOST_AUTHORS = 6


def card(
    paper: Paper,
    name: str,
    number: int | None = None,
    evidence: Iterable[tuple[int, int, int]] = (),
    doubted: Collection[int] = (),
    *,
    pick: bool = False,
) -> str:
    """Return a paper's card.

    Args:
        paper: what to show.
        name: the card's id in the page.
        number: its citation number, for a paper that is cited.
        evidence: (sentence, start, end) of what to mark in the abstract.
        doubted: the sentences that the marked words do not say.
        pick: let it be ticked.
    """
    badge = f'<span class="num" aria-hidden="true">{number}</span>' if number else ""
    if pick:
        label = escape(f"Ask: {paper.name}")
        badge = f'<input type="checkbox" class="pick" aria-label="{label}">'
    place = " ".join(str(part) for part in (paper.venue, paper.year) if part)
    key = fit_for_bibtex(citation_key(paper))
    authors = f"{escape(_authors(paper))}. " if paper.authors else ""
    return (
        f'<li class="card" id="{name}" data-paper="{escape(paper.id)}" tabindex="-1">'
        f'<div class="head">{badge}<h4 class="title">{escape(paper.name)}</h4>{_BACK}</div>'
        f'<p class="by">{authors}<span class="where">{escape(place)}</span></p>'
        f'<p class="ways">{_links(paper)}<code class="key">{escape(key)}</code></p>'
        f"{_abstract(paper, list(evidence), doubted)}{_tools(paper)}</li>"
    )


_BACK = '<button type="button" class="quiet back" data-do="back">Back</button>'


def _tools(paper: Paper) -> str:
    """Return what one can do with a paper that is in the library."""
    if not paper.abstract:
        return ""
    made = "".join(
        f'<button type="button" class="quiet" data-do="{action}" aria-label="{label}">{words}'
        "</button>"
        for action, label, words in (
            ("ask-only", "Ask only this paper", "Ask only this"),
            ("like", "Papers like this one", "Papers like this"),
            ("copy-bibtex", "Copy BibTeX", "BibTeX"),
            ("copy-ris", "Copy RIS", "RIS"),
        )
    )
    return f'<p class="tools">{made}</p>'


def _abstract(
    paper: Paper, evidence: Sequence[tuple[int, int, int]], doubted: Collection[int]
) -> str:
    if not paper.abstract:
        return '<p class="by">No longer in the library.</p>'
    marked = mark(paper.abstract, evidence, doubted)
    return f'<details><summary>Abstract</summary><p class="abstract">{marked}</p></details>'


def mark(
    abstract: str, evidence: Sequence[tuple[int, int, int]], doubted: Collection[int] = ()
) -> str:
    """Return an abstract with links and the evidence marked; ``data-s`` names its sentences.

    >>> mark("a < b. c", [(0, 0, 5)])
    '<mark data-s="0">a &lt; b</mark>. c'
    """
    links = [(found.start(), found.end(), _address(found)) for found in _LINK.finditer(abstract)]
    spans = [*(span for _, *span in evidence), *(span for *span, _ in links)]
    edges = sorted({0, len(abstract), *(edge for span in spans for edge in span)})
    made = []
    for start, end in pairwise(edges):
        text = escape(abstract[start:end])
        for left, right, address in links:
            if address and left <= start and end <= right:
                text = _link(address, text)
        owners = [i for i, left, right in evidence if left <= start and end <= right]
        if owners:
            near = ' class="near"' if all(i in doubted for i in owners) else ""
            text = f'<mark data-s="{" ".join(map(str, owners))}"{near}>{text}</mark>'
        made.append(text)
    return "".join(made)


# What an abstract names that leads somewhere; the stop after it is the sentence's.
_LINK = re.compile(
    r"(?<!\]\()\bhttps?://[^\s<>\"'()]{1,500}[^\s<>\"'().,;:!?]"
    r"|\b(?:doi:\s?)?(?P<doi>10\.\d{4,9}/[^\s<>\"]{1,100}[^\s<>\".,;:!?)\]])"
    r"|\barxiv:\s?(?P<arxiv>\d{4}\.\d{4,5}(?:v\d{1,2})?)",
    re.IGNORECASE,
)


def _address(found: re.Match[str]) -> str:
    if found["doi"]:
        return f"https://doi.org/{quote(found['doi'], safe='/')}"
    if found["arxiv"]:
        return f"https://arxiv.org/abs/{found['arxiv']}"
    return found[0] if is_web_address(found[0]) else ""


def _authors(paper: Paper) -> str:
    shown = ", ".join(paper.authors[:_MOST_AUTHORS])
    more = len(paper.authors) - _MOST_AUTHORS
    return f"{shown} and {more} more" if more > 0 else shown


def _links(paper: Paper) -> str:
    """Return the ways to a paper: its DOI, arXiv page and URL, else where to search for it."""
    found = [_link(address, words) for address, words in _addresses(paper)]
    if found:
        return "".join(found)
    title = quote(" ".join(paper.title.split())[:300], safe="")
    if not title:
        return ""
    searches = "".join(_link(address.format(title), words) for address, words in _SEARCHES)
    return f'<span class="search">Search: {searches}</span>'


# Asked by a click only.
_SEARCHES = (
    ("https://arxiv.org/search/?searchtype=title&query={}", "arXiv"),
    ("https://scholar.google.com/scholar?q={}", "Scholar"),
    ("https://www.semanticscholar.org/search?q={}", "Semantic Scholar"),
)


def _link(address: str, html: str) -> str:
    return f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">{html}</a>'


def _addresses(paper: Paper) -> Iterator[tuple[str, str]]:
    if paper.doi and _DOI.fullmatch(paper.doi):
        yield f"https://doi.org/{quote(paper.doi, safe='/')}", "DOI"
    if paper.arxiv_id and _ARXIV.fullmatch(paper.arxiv_id):
        yield f"https://arxiv.org/abs/{quote(paper.arxiv_id, safe='/')}", "arXiv"
    known = [name for name in (paper.doi, paper.arxiv_id) if name]
    if paper.url and is_web_address(paper.url) and not any(n in paper.url for n in known):
        yield paper.url, "Link"


def is_web_address(url: str) -> bool:
    """Say whether a link may lead there: http or https, a host, nothing unprintable.

    >>> is_web_address("https://arxiv.org/abs/1"), is_web_address("javascript:alert(1)")
    (True, False)
    """
    if len(url) > 2_000 or any(c.isspace() or not c.isprintable() for c in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme.lower() in ("http", "https") and bool(parts.netloc)
