"""RIS, PubMed's .nbib, Web of Science and EndNote's .enw: a line begins with a tag.

All are read here, as neither rispy nor nbib says on which line a record stands, rispy adds
continuation lines to the wrong value where a tag is repeated, and nbib gives the whole file
up for one line it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import BinaryIO

from rag.readers import fields
from rag.readers.people import without_asides
from rag.readers.records import Found
from rag.readers.text import RECORD_LIMIT, TOO_LONG, lines

Tags = dict[str, list[str]]


@dataclass(frozen=True)
class Format:
    """A tagged format: how a line and a record begin, and what the tags mean."""

    line: re.Pattern[str]  # tag and value
    start: re.Pattern[str]  # what shows that a text is in this format
    first: str  # the tag with which a record begins; "" stands for any behind a blank line
    last: str | None  # and ends; "" stands for a blank line
    lists: tuple[str, ...]  # tags of which each line that goes on is another value
    places: Mapping[str, tuple[str, ...]]  # field of a paper -> tags, the best first
    more: Callable[[Tags], dict[str, object]] = lambda _: {}  # what is not just a tag's value

    def fits(self, head: str) -> bool:
        """Tell whether a text that begins like ``head`` is in this format."""
        return self.start.search(head) is not None

    def read(self, stream: BinaryIO) -> Iterator[Found]:
        """Yield each record, at the line of its first tag."""
        for number, tags in self._records(stream):
            record = TOO_LONG if tags is None else _fields(tags, self.places) | self.more(tags)
            yield Found(number, record)

    def _records(self, stream: BinaryIO) -> Iterator[tuple[int, Tags | None]]:
        """Yield each record's first line and its tags in order; None for one past the limit.

        A record also ends where the next begins, so that a lost end mark loses nothing.
        """
        start, size, tag = 0, 0, None
        tags: Tags = {}
        for number, line in lines(stream):
            text = "" if line is None else line
            found = self.line.match(text)
            new = found[1] if found else None if text.strip() else ""
            if new is not None and new in (self.first, self.last):
                if start:
                    yield start, tags if size <= RECORD_LIMIT else None
                start, size, tags, tag = (number if new and new == self.first else 0), 0, {}, None
            elif found and not self.first:
                start = start or number
            size += RECORD_LIMIT + 1 if line is None else len(text)
            if not start or size > RECORD_LIMIT:
                continue
            if found:
                tag = new
                tags.setdefault(found[1], []).append((found[2] or "").strip())
            elif tag and (more := text.strip()):
                if tag in self.lists:
                    tags[tag].append(more)
                else:
                    tags[tag][-1] += f" {more}"
        if start:
            yield start, tags if size <= RECORD_LIMIT else None


def _first(tags: Tags, *names: str) -> str:
    values = (value for name in names for value in tags.get(name, ()))
    return next(filter(fields.words, values), "")


def _longest(tags: Tags, *names: str) -> str:
    return max((value for name in names for value in tags.get(name, ())), key=len, default="")


def _fields(tags: Tags, places: Mapping[str, tuple[str, ...]]) -> dict[str, object]:
    """Return the fields of a record whose tags a row of a format's places names."""
    people = (tags.get(tag) for tag in places["authors"])
    groups = (name for tag in places.get("groups", ()) for name in tags.get(tag, ()))
    return {name: _first(tags, *row) for name, row in places.items()} | {
        "authors": [*next(filter(None, people), ()), *groups]
    }


_LISTED = ("FA", "Authors Full Name", "AU", "Authors", "Author", "A1", "%A")


def _of_lists(tags: Tags) -> dict[str, object]:
    """Return the people of a format in which a line may hold several: "Ito M; Okafor C."."""
    lines = next(filter(None, (tags.get(tag) for tag in _LISTED)), [])
    return {"authors": "; ".join(lines)}


def _of_proquest(tags: Tags) -> dict[str, object]:
    journal, _, _ = _first(tags, "Publication title").partition("; ")  # and where it appears
    return {**_of_lists(tags), "venue": journal}


def _of_arxiv(tags: Tags) -> dict[str, object]:
    number, _, _ = _first(tags, "arXiv").partition(" ")
    return {"arxiv_id": number, "authors": without_asides(_first(tags, "Authors", "Author"))}


def _of_ris(tags: Tags) -> dict[str, object]:
    links = [fields.web_address(url) for tag in ("UR", "L2", "LK") for url in tags.get(tag, ())]
    dates = (tags.get(tag, [""])[0] for tag in ("PY", "Y1", "DA", "YR"))
    numbers = (_first(tags, tag) for tag in ("DO", "M3", "DI"))
    return {
        "abstract": _longest(tags, "AB", "N2"),
        "year": next(filter(fields.year, dates), ""),
        "doi": next(filter(None, map(fields.doi, numbers)), None),
        "arxiv_id": next(filter(None, map(fields.prefixed_arxiv_id, tags.get("C8", ()))), None),
        "url": next(filter(None, links), None) or _first(tags, "UR"),
    }


def _of_nbib(tags: Tags) -> dict[str, object]:
    numbers = tags.get("LID", []) + tags.get("AID", [])
    return {"doi": next((each for each in numbers if each.endswith("[doi]") or "/10." in each), "")}


def from_web_of_science(tags: Tags) -> dict[str, object]:
    """Return the fields of a record of Web of Science, be it of tags or of a table's row."""
    return _fields(tags, WEB_OF_SCIENCE.places)


RIS = Format(
    re.compile(r"[ \t]{0,3}([A-Z][A-Z0-9])(?: {1,2}-(?: |$)|  -)(.*)"),
    re.compile(r"^[ \t]{0,3}TY(?: {1,2}- |  -)", re.MULTILINE),
    *("TY", "ER", ()),
    {
        "id": ("ID", "AN"), "key": ("LB",), "title": ("TI", "T1", "CT"), "authors": ("AU", "A1"),
        "venue": ("JO", "JF", "T2", "JA", "BT", "J2", "C3", "T3", "PB"),
    },
    _of_ris,
)  # fmt: skip
NBIB = Format(
    re.compile(r"([A-Z]{2,4}) {0,2}- ?(.*)"),
    re.compile(r"^PMID- ?\d", re.MULTILINE),
    *("PMID", None, ()),
    {
        "id": ("PMID",), "title": ("TI", "BTI", "TT"), "abstract": ("AB", "OAB"),
        "authors": ("FAU", "AU"), "groups": ("CN",), "year": ("DP", "DEP"), "venue": ("JT", "TA"),
    },
    _of_nbib,
)  # fmt: skip
ERIC = replace(NBIB, start=re.compile(r"^OWN  ?- ERIC", re.MULTILINE), first="OWN")
WEB_OF_SCIENCE = Format(
    re.compile(r"([A-Z][A-Z0-9])(?: (.*)|$)"),
    re.compile(
        r"^PT [A-Z][\w ]{0,20}\r?\n(?:(?:[A-Z][A-Z0-9]|  ) .*\n){0,40}?(?:TI|AU|AF|UT|SO) ",
        re.MULTILINE,
    ),
    *("PT", "ER", ("AU", "AF", "CA", "BE")),
    {
        "id": ("UT",), "title": ("TI",), "abstract": ("AB",), "authors": ("AF", "AU"),
        "groups": ("CA",), "year": ("PY", "EY", "EA", "PD"), "venue": ("SO", "CT", "SE", "J9"),
        "doi": ("DI", "D2", "DO"),
    },
)  # fmt: skip
ENW = Format(
    re.compile(r"(%[A-Z0-9!@+~#$&*()^>=?\[\]])(?: (.*)|$)"),
    re.compile(r"^%0 [A-Z]", re.MULTILINE),
    *("%0", None, ()),
    {
        "id": ("%M",), "key": ("%F",), "title": ("%T",), "abstract": ("%X",), "authors": ("%A",),
        "year": ("%D", "%8"), "venue": ("%J", "%B", "%S", "%O", "%I"), "doi": ("%R", "%Y"),
        "url": ("%U",),
    },
)  # fmt: skip
REFER = replace(  # its elder, as ADS and Ichushi write it
    ENW, start=re.compile(r"\A\s*%[ARTJ] (?:.*\n%[A-Z] ){2}"), first="", last="", more=_of_lists
)
REFWORKS = Format(
    re.compile(r"([A-Za-z][A-Za-z0-9])(?: (.*)|$)"),
    re.compile(
        r"^RT [A-Z][A-Za-z ]{3,30}\r?\n(?:[A-Z][A-Z0-9] .*\n){0,9}?(?:[AT]1|SR) ", re.MULTILINE
    ),
    *("RT", None, ()),
    {
        "id": ("ID",), "title": ("T1",), "abstract": ("AB",), "authors": ("A1",),
        "year": ("YR", "FD"), "venue": ("JF", "JO", "T2", "PB"), "doi": ("DO",),
        "url": ("LK", "UL"),
    },
    _of_lists,
)  # fmt: skip
SCIFINDER = Format(
    re.compile(r"(?:FIELD )?((?<=FIELD )[A-Z][\w /()-]{1,40}(?=:)|START_RECORD|END_RECORD):?(.*)"),
    re.compile(r"^START_RECORD\s{0,9}^FIELD ", re.MULTILINE),
    *("START_RECORD", "END_RECORD", ()),
    {
        "id": ("Accession Number",), "title": ("Title",), "abstract": ("Abstract",),
        "authors": ("Author",), "year": ("Publication Year", "Publication Date"),
        "venue": ("Journal Title",), "doi": ("Digital Object Identifier",), "url": ("URL",),
    },
    _of_lists,
)  # fmt: skip
OVID = Format(  # with names or with tags of two letters, the value below or beside
    re.compile(
        r"(<(?=\d{1,6}>)|[A-Z][A-Z0-9](?=  ?-)|[A-Z][A-Za-z ()/]{2,40}$)(?:\d{1,6}>|  ?- ?(.*))?$"
    ),
    re.compile(r"^<1>\s{0,9}^(?:[A-Z][A-Z0-9]  ?- |[A-Z][A-Za-z ()/]{2,40}\r?\n )", re.MULTILINE),
    *("<", None, ("AU", "FA", "Author", "Authors", "Authors Full Name", "Author NameID")),
    {
        "id": ("UI", "Unique Identifier", "PM", "AN", "Accession Number"),
        "title": ("TI", "Title"), "abstract": ("AB", "Abstract"),
        "authors": ("AU", "Authors", "Author"),
        "year": ("YR", "Year of Publication", "DP", "Date of Publication", "SO", "Source"),
        "venue": ("JN", "Journal Name", "Journal Title", "SO", "Source"),
        "doi": ("DO", "Digital Object Identifier", "DOI"),
    },
    _of_lists,
)  # fmt: skip
MEDLARS = replace(OVID, start=re.compile(r"^VN  ?- Ovid", re.MULTILINE), first="VN")
NOTE_EXPRESS = Format(
    re.compile(r"\{([A-Z][A-Za-z ()/]{1,40})\}: ?(.*)"),
    re.compile(r"^\{Reference Type\}: ", re.MULTILINE),
    *("Reference Type", None, ()),
    {
        "title": ("Title",), "abstract": ("Abstract",), "authors": ("Author",), "year": ("Year",),
        "venue": ("Journal", "Secondary Title", "Tertiary Title"), "doi": ("DOI",),
        "url": ("URL",),
    },
    _of_lists,
)  # fmt: skip
COCHRANE = Format(
    re.compile(r"([A-Z]{2,4}): (.*)"),
    re.compile(r"^Record #\d{1,9} of \d{1,9}\s{0,9}^ID: ", re.MULTILINE),
    *("ID", None, ()),
    {
        "id": ("ID",), "title": ("TI",), "abstract": ("AB",), "authors": ("AU",), "year": ("YR",),
        "venue": ("SO",), "doi": ("DOI",), "url": ("US",),
    },
)  # fmt: skip
PROQUEST = Format(  # its report as text
    re.compile(
        r"(Document(?= \d)|(?:Abstract|Authors?|Title|Publication (?:title|year|date|info)|DOI|URL"
        r"|Links|Subject|[A-Z][a-z ]{2,30}(?:subject|term|keyword|ID|number|source|type|language)"
        r"|Keywords|Volume|Issue|Pages|Full text|Publisher|ISSN|Copyright|Database"
        r"|Last updated|Company|Location)(?=: ))(?:: | )(.*)"
    ),
    re.compile(r"^Document 1 of \d{1,9}\s*$[\s\S]*^ProQuest document ID: ", re.MULTILINE),
    *("Document", None, ()),
    {
        "title": ("Title",), "abstract": ("Abstract",), "authors": ("Author", "Authors"),
        "id": ("ProQuest document ID",), "doi": ("DOI",),
        "year": ("Publication year", "Publication date"), "venue": ("Publication title",),
    },
    _of_proquest,
)  # fmt: skip
REDIF = Format(  # of RePEc
    re.compile(r"([A-Z][A-Za-z]+(?:-[A-Z][A-Za-z]+){0,3}): ?(.*)"),
    re.compile(r"^Template-Type: ", re.MULTILINE),
    *("Template-Type", None, ()),
    {
        "id": ("Handle",), "title": ("Title",), "abstract": ("Abstract",), "doi": ("DOI",),
        "authors": ("Author-Name",), "year": ("Year", "Creation-Date", "Publication-Date"),
        "venue": ("Journal", "Book-Title", "Series"), "url": ("File-URL",),
    },
)  # fmt: skip
CNKI = Format(
    re.compile(r"([A-Z][A-Za-z]{2,20})-[^\s:]{1,9}: ?(.*)"),
    re.compile(r"^SrcDatabase-\S{1,9}: ", re.MULTILINE),
    *("SrcDatabase", None, ()),
    {
        "title": ("Title",), "abstract": ("Summary",), "authors": ("Author",),
        "year": ("Year", "PubTime"), "venue": ("Source",), "url": ("Link", "URL"),
    },
    _of_lists,
)  # fmt: skip
ARXIV_MAIL = Format(
    re.compile(
        r"(\\\\(?=$| )|arXiv(?=:\d|:[a-z-]{2,12}/)|(?:Date|Title|Authors?|Categories|Comments"
        r"|Journal-ref|DOI|Report-no|(?:MSC|ACM)-class|License)(?=:)):?(?: ?(.*)|$)"
    ),
    re.compile(r"^arXiv:\S+.{0,40}\n(?:replaced.*\n)?Date: .*\n\s*^Title: ", re.MULTILINE),
    *("arXiv", None, ()),
    {
        "arxiv_id": ("arXiv",), "title": ("Title",), "abstract": ("\\\\",), "doi": ("DOI",),
        "authors": ("Authors", "Author"), "year": ("Date",), "venue": ("Journal-ref",),
    },
    _of_arxiv,
)  # fmt: skip
# As they are tried; what has a sign of its own that no other has comes first.
FORMATS = (
    *(RIS, NBIB, ERIC, WEB_OF_SCIENCE, ENW, COCHRANE, OVID, MEDLARS, NOTE_EXPRESS),
    *(PROQUEST, REDIF, CNKI, ARXIV_MAIL, REFER, REFWORKS, SCIFINDER),
)
