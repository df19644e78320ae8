"""A paper's card: what it is, where it is, and its abstract with the evidence marked. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from itertools import pairwise
from urllib.parse import quote, urlsplit

from rag.types import Paper

_DOI = re.compile(r"10\.\d{4,9}/[^\s<>\"]{1,200}")
_ARXIV = re.compile(r"[A-Za-z0-9./-]{1,40}")
_MOST_AUTHORS = 6


def card(
    paper: Paper,
    name: str,
    number: int | None = None,
    evidence: Iterable[tuple[int, int, int]] = (),
) -> str:
    """Return a paper's card.

    Args:
        paper: what to show.
        name: the card's id in the page.
        number: its citation number, for a paper that is cited.
        evidence: (sentence, start, end) of what to mark in the abstract.
    """
    marked = list(evidence)
    badge = f'<span class="num" aria-hidden="true">{number}</span>' if number else ""
    place = " ".join(str(part) for part in (paper.venue, paper.year) if part)
    authors = f"{escape(_authors(paper))}. " if paper.authors else ""
    return (
        f'<li class="card" id="{name}" data-paper="{escape(paper.id)}" tabindex="-1">{badge}'
        f'<h4 class="title">{escape(paper.name)}</h4>'
        f'<p class="by">{authors}<span class="where">{escape(place)}</span></p>'
        f'<p class="ways">{_link(paper)}<code class="key">{escape(paper.key or paper.id)}</code>'
        '<button type="button" class="quiet" data-do="copy-bibtex" aria-label="Copy BibTeX">'
        "BibTeX</button></p>"
        f"{_abstract(paper, marked)}</li>"
    )


def _abstract(paper: Paper, evidence: Sequence[tuple[int, int, int]]) -> str:
    if not paper.abstract:
        return '<p class="by">No longer in the library.</p>'
    marked = mark(paper.abstract, evidence)
    return f'<details><summary>Abstract</summary><p class="abstract">{marked}</p></details>'


def mark(abstract: str, evidence: Sequence[tuple[int, int, int]]) -> str:
    """Return an abstract with the evidence marked; ``data-s`` names the sentences it is for.

    >>> mark("a < b. c", [(0, 0, 5)])
    '<mark data-s="0">a &lt; b</mark>. c'
    """
    edges = sorted({0, len(abstract), *(edge for _, *span in evidence for edge in span)})
    made = []
    for start, end in pairwise(edges):
        owners = [str(i) for i, left, right in evidence if left <= start and end <= right]
        text = escape(abstract[start:end])
        made.append(f'<mark data-s="{" ".join(owners)}">{text}</mark>' if owners else text)
    return "".join(made)


def _authors(paper: Paper) -> str:
    shown = ", ".join(paper.authors[:_MOST_AUTHORS])
    more = len(paper.authors) - _MOST_AUTHORS
    return f"{shown} and {more} more" if more > 0 else shown


def _link(paper: Paper) -> str:
    """Return a link to the paper: its DOI, arXiv page or URL; '' where none is safe."""
    for address, words in _addresses(paper):
        return f'<a href="{escape(address)}" target="_blank" rel="noopener noreferrer">{words}</a>'
    return ""


def _addresses(paper: Paper) -> Iterator[tuple[str, str]]:
    if paper.doi and _DOI.fullmatch(paper.doi):
        yield f"https://doi.org/{quote(paper.doi, safe='/')}", "DOI"
    if paper.arxiv_id and _ARXIV.fullmatch(paper.arxiv_id):
        yield f"https://arxiv.org/abs/{quote(paper.arxiv_id, safe='/')}", "arXiv"
    if paper.url and is_web_address(paper.url):
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
