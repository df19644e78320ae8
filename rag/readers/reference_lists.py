"""Lists of references as people keep them: each as it is cited, and "Abstract:" below it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, BinaryIO

from rag.readers.records import NO_ABSTRACT, Found
from rag.readers.text import lines

_ABSTRACT = re.compile(
    r"(?:abstract|résumé|resumen|resumo|riassunto|zusammenfassung|аннотация|реферат|摘要|抄録)"
    r"(?:\s?[:.—–-]|：)\s*",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"(?:\[\d{1,4}\]|\d{1,4}[.)])\s+(?=\S)")
_LONGEST = 1_500  # characters of a reference
_LINK = re.compile(r"https?://\S+|\bdoi:?\s?\S+", re.IGNORECASE)
_PEOPLE = r"(?P<authors>.{2,600}?)(?:,|(?<=\w\w)\.|(?<=\.))"
_YEAR = r"(?P<year>(?:1[5-9]|20)\d\d)"
_VENUE = r"(?:[Ii]n:?\s)?(?P<venue>[^\d.]{2,200}?)(?:[.,]|\s?\(|\s\d|$)"
_INITIALS_LAST = (
    r"(?P<authors>(?:[^\W\d_][\w'’-]{1,40},?\s(?:[^\W\d_]\.-?\s?){1,4}(?:[,;]\s)?){1,20})"
)
_END = r"\.|(?<=[?!])(?=\s[^.?!]{2,200}[,.]?\s\(?\d)"  # a title may hold a question
_TITLE = rf"[\"“]?(?P<title>.{{2,400}}?)(?:[.,]?[\"”][.,]?|{_END})\s"
# The ways to cite, each with the parts that it names.
_STYLES = tuple(
    re.compile(style)
    for style in (
        # Lee, A., & Kim, B. (2016). Title. Journal, 78, 1-9.
        rf"{_PEOPLE}?\s\({_YEAR}[^()]{{0,30}}\)[.,:]?\s{_TITLE}{_VENUE}",
        # A. Lee and B. Kim, "Title," Journal, vol. 78, 2016.
        rf"(?P<authors>[^\"“]{{2,600}}?)[,.:]?\s(?=[\"“]){_TITLE}{_VENUE}.{{0,300}}?{_YEAR}",
        # Lee, A. and Kim, B., 2016. Title. Journal, 78.
        rf"{_PEOPLE}\s{_YEAR}[a-z]?\.\s{_TITLE}{_VENUE}",
        # 李四, 王五. Title[J]. Journal, 2016.
        rf"(?P<authors>[^.]{{2,600}})\.\s?(?P<title>.{{2,400}}?)\[[A-Z/]{{1,5}}\]\.\s?"
        rf"(?P<venue>[^,.]{{2,200}}),\s?{_YEAR}",
        # Lee A.B., Kim B. Title // Journal. 2016.
        rf"{_INITIALS_LAST}(?P<title>.{{2,400}}?)\s//\s(?P<venue>[^.]{{2,200}})\..{{0,99}}?{_YEAR}",
        # LEE, A.; KIM, B. Title. Journal, v. 78, 2016.
        rf"{_INITIALS_LAST}{_TITLE}(?P<venue>[^,.]{{2,200}}),.{{0,200}}?{_YEAR}",
        # Lee A, Kim B. Title. Journal. 2016;78:1-9.
        rf"(?P<authors>[^.]{{2,600}})\.\s{_TITLE}(?P<venue>.{{2,200}}?)[.,]?\s\(?{_YEAR}",
    )
)
_UNCLEAR = "a reference of which the title cannot be told; give the record as BibTeX or RIS"


def is_reference_list(head: str) -> bool:
    """Tell whether a text that begins like ``head`` is such a list."""
    found = _read(enumerate(head.split("\n"), 1))
    return any(not isinstance(each.record, str) for each in found)


def read_reference_list(stream: BinaryIO) -> Iterator[Found]:
    """Yield each reference, at the line where it begins."""
    return _read(lines(stream))


def _read(numbered: Iterable[tuple[int, str | None]]) -> Iterator[Found]:
    start, cited, abstract, apart = 0, "", "", False
    for number, line in numbered:
        text = (line or "").strip()
        label, mark = _ABSTRACT.match(text), _NUMBER.match(text)
        if not text:
            apart = True
        elif label and cited and not abstract:
            abstract, apart = f"{text[label.end() :]} ", False
        elif mark or apart or not start:
            yield from _finished(start, cited, abstract)
            start, cited, abstract, apart = number, text, "", False
        elif abstract:
            abstract += f"{text}\n"
        else:
            cited += f" {text}"
    yield from _finished(start, cited, abstract)


def _finished(line: int, cited: str, abstract: str) -> Iterator[Found]:
    """Yield a reference; what has neither a number nor an abstract is none."""
    mark = _NUMBER.match(cited)
    if abstract:
        record = _parts(cited[mark.end() if mark else 0 :][:_LONGEST])
        yield Found(line, record | {"abstract": abstract} if record else _UNCLEAR)
    elif mark:
        yield Found(line, NO_ABSTRACT)


def _parts(cited: str) -> dict[str, Any]:
    """Return the parts of a reference, none where they cannot be told.

    >>> _parts("Lee A, Kim B. Tides of the sea. J Seas. 2016;78:1-9. doi:10.5555/a")["title"]
    'Tides of the sea'
    """
    bare = _LINK.sub("", cited)
    found = next(filter(None, (style.match(bare) for style in _STYLES)), None)
    return (
        {"doi": _LINK.findall(cited), "url": _LINK.findall(cited)} | found.groupdict()
        if found
        else {}
    )
