"""References as databases print them with their abstracts: PubMed's and ScienceDirect's text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from rag.readers.people import without_asides
from rag.readers.records import Found
from rag.readers.text import whole

_PUBMED = re.compile(r"(?:\A\s*|\n\s*\n)\d{1,6}\. (?=[^\n]{1,200}\n)")
_NUMBER = re.compile(r"^PMID: (\d{1,9})", re.MULTILINE)
_DOI = re.compile(r"^DOI: (\S{1,500})|\bdoi: (\S{1,500})", re.MULTILINE)
_ISSUE = re.compile(r"([^.]{2,300})\. ((?:1[89]|20)\d\d)")
_BLANK = re.compile(r"\n[ \t]*\n\s*")
# Paragraphs that stand around an abstract.
_ASIDE = re.compile(
    r"(?:Author information|Collaborators|Comments? (?:in|on)|Errat(?:um|a) (?:in|for)"
    r"|Updates? (?:in|of)|Republished|Retract|Expression of|\[Article in|Summary for|©|Copyright"
    r"|\(c\)|Publisher:|Conflict of interest)"
)
_END = re.compile(r"(?:DOI|PMID|PMCID): ?\S")
_SCIENCE_DIRECT = re.compile(
    r"^(?P<authors>[^\n]{2,5000}),\n(?P<title>[^\n]{2,1000}),\n(?P<venue>[^\n]{2,300}),\n"
    r"(?P<year>(?:[^\n]{1,100},\n){1,6})(?:ISSN|ISBN) [^\n]{1,40},\n(?P<doi>https?://\S{1,300}\n)?"
    r"\((?P<url>https?://www\.sciencedirect\.com/\S{1,300})\)\n(?:Abstract: ?"
    r"(?P<abstract>[^\n]{1,100000}(?:\n(?!Keywords:|\n)[^\n]{1,100000}){0,99}))?",
    re.MULTILINE,
)


def is_printed(head: str) -> bool:
    """Tell whether a text that begins like ``head`` is such a list."""
    return bool(_SCIENCE_DIRECT.search(head) or (_PUBMED.match(head) and _NUMBER.search(head)))


def read_printed(stream: BinaryIO) -> Iterator[Found]:
    """Yield each reference, at the line where it begins."""
    text = whole(stream)
    starts = [found for found in _PUBMED.finditer(text) if _ISSUE.match(text, found.end())]
    ends = [*(found.start() for found in starts[1:]), len(text)][: len(starts)]
    records = [
        (start.end(), _from_pubmed(text[start.end() : end]))
        for start, end in zip(starts, ends, strict=True)
    ] or [(found.start(), found.groupdict()) for found in _SCIENCE_DIRECT.finditer(text)]
    line, at = 1, 0
    for place, record in records:
        line, at = line + text.count("\n", at, place), place
        yield Found(line, record)


def _from_pubmed(text: str) -> dict[str, Any]:
    cited, title, *more = [" ".join(part.split()) for part in _BLANK.split(text.strip())] + [""]
    issue = _ISSUE.match(cited)
    number, doi = _NUMBER.search(text), _DOI.search(text)
    authors = without_asides(more[0]).replace(";", ",") if more else ""
    named = authors.endswith(".") and all(len(name.split()) < 8 for name in authors.split(","))
    end = next((at for at, part in enumerate(more) if _END.match(part)), len(more))
    abstract = (part for part in more[named:end] if not _ASIDE.match(part))
    return {
        "pmid": number and number[1],
        "title": title,
        "authors": authors.rstrip(".") if named else "",
        "venue": issue and issue[1],
        "year": issue and issue[2],
        "abstract": " ".join(abstract),
        "doi": doi and (doi[1] or doi[2]),
    }
