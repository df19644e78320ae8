"""The tagged formats of reference managers and databases: a row of signs and places each."""

from __future__ import annotations

import re
from dataclasses import replace

from rag.readers import fields
from rag.readers.people import without_asides
from rag.readers.tagged import Format, Tags, first, of_places


def _longest(tags: Tags, *names: str) -> str:
    return max((value for name in names for value in tags.get(name, ())), key=len, default="")


_LISTED = ("FA", "AUTHOR NAMES", "Authors Full Name", "AU", "Authors", "Author", "A1", "%A")


def _of_lists(tags: Tags) -> dict[str, object]:
    """Return the people of a format in which a line may hold several: "Ito M; Okafor C."."""
    lines = next(filter(None, (tags.get(tag) for tag in _LISTED)), [])
    return {"authors": "; ".join(lines)}


def _of_ovid(tags: Tags) -> dict[str, object]:
    """Return the people of Ovid, of whom a line may hold several: "Ito, Mei. Okafor, Chi R."."""
    names = str(_of_lists(tags)["authors"])
    apart = _NEXT_PERSON.sub("; ", names)
    return {"authors": apart if all("," in name for name in apart.split("; ") if name) else names}


_NEXT_PERSON = re.compile(r"\. (?=[^\W\d_][\w'’-]+(?:[ -][\w'’-]+){0,2}, )")


def _of_pubtator(tags: Tags) -> dict[str, object]:
    number, _, title = first(tags, "t").partition("|t|")
    return {"id": number, "title": title, "abstract": first(tags, "a").partition("|a|")[2]}


def _of_proquest(tags: Tags) -> dict[str, object]:
    journal, _, _ = first(tags, "Publication title").partition("; ")  # and where it appears
    return {**_of_lists(tags), "venue": journal}


def _of_arxiv(tags: Tags) -> dict[str, object]:
    number, _, _ = first(tags, "arXiv").partition(" ")
    return {"arxiv_id": number, "authors": without_asides(first(tags, "Authors", "Author"))}


def _of_ris(tags: Tags) -> dict[str, object]:
    links = [fields.web_address(url) for tag in ("UR", "L2", "LK") for url in tags.get(tag, ())]
    dates = (tags.get(tag, [""])[0] for tag in ("PY", "Y1", "DA", "YR"))
    numbers = (first(tags, tag) for tag in ("DO", "M3", "DI"))
    return {
        "abstract": _longest(tags, "AB", "N2"),
        "year": next(filter(fields.year, dates), ""),
        "doi": next(filter(None, map(fields.doi, numbers)), None),
        "arxiv_id": next(filter(None, map(fields.prefixed_arxiv_id, tags.get("C8", ()))), None),
        "url": next(filter(None, links), None) or first(tags, "UR"),
    }


def _of_nbib(tags: Tags) -> dict[str, object]:
    numbers = tags.get("LID", []) + tags.get("AID", [])
    return {"doi": next((each for each in numbers if each.endswith("[doi]") or "/10." in each), "")}


def from_web_of_science(tags: Tags) -> dict[str, object]:
    """Return the fields of a record of Web of Science, be it of tags or of a table's row."""
    return of_places(tags, WEB_OF_SCIENCE.places)


RIS = Format(
    re.compile(r"[ \t]{0,3}([A-Z][A-Z0-9])(?: {1,2}-(?: |$)|  -)(.*)"),
    re.compile(r"^[ \t]{0,3}TY(?: {1,2}- |  -)", re.MULTILINE),
    *("TY", "ER", ()),
    {
        "id": ("ID", "AN"), "key": ("LB",), "title": ("TI", "T1", "CT"), "authors": ("AU", "A1"),
        "venue": ("JF", "JO", "T2", "JA", "BT", "J2", "C3", "T3", "PB"),
    },
    _of_ris,
)  # fmt: skip
# As scripts and people write it, when no line may begin like a tag by chance.
LOOSE_RIS = replace(
    RIS,
    line=re.compile(
        r"(?i:[ \t]{0,3}(TY|ER|ID|LB|A[1-4BUN]|T[1-3I]|CT|ST|J[AFO2]|BT|C[1-8]|P[BY]|Y[12R]|D[AIO]"
        r"|M[1-3]|UR|L[1-4K]|VL|IS|[SE]P|SN|KW|N[12]|ED|CY|LA|DB|RP) {0,2}- ?(.*))"
    ),
    start=re.compile(r"\A\s*(?i:ty) {0,2}- ?[A-Za-z]{3,6}\s{0,9}$", re.MULTILINE),
    lower=True,
)
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
    _of_ovid,
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
EMBASE = Format(  # a field's name on a line, its value below
    re.compile(
        r"(RECORD(?= \d)|(?:TITLE|ORIGINAL (?:NON-ENGLISH )?TITLE|SOURCE(?: TITLE)?|ABSTRACT"
        r"|(?:AUTHOR|CORRESPONDENCE|EMAIL|EMTREE|DRUG|DEVICE|CAS|LANGUAGE OF|FULL|EMBASE|MEDLINE"
        r"|PUBLICATION|CONFERENCE|BOOK|AiP/IP|MANUFACTURERS?|CLINICAL TRIAL|MOLECULAR SEQUENCE"
        r"|TRADE) [A-Z/() -]{3,40}|VOLUME|ISSUE|ISSN|ISBN|DOI|PUI|COPYRIGHT|EDITORS?|PUBLISHER)$)"
        r"(.*)"
    ),
    re.compile(r"^RECORD 1\s{0,9}^TITLE\r?$", re.MULTILINE),
    *("RECORD", None, ("AUTHOR NAMES",)),
    {
        "id": ("PUI", "EMBASE ACCESSION ID"), "title": ("TITLE",), "abstract": ("ABSTRACT",),
        "authors": ("AUTHOR NAMES",), "doi": ("DOI",),
        "year": ("PUBLICATION YEAR", "PUBLICATION DATE", "SOURCE"),
        "venue": ("SOURCE TITLE", "SOURCE"),
    },
    _of_lists,
)  # fmt: skip
PUBTATOR = Format(  # lines of a number and t, a or what was found where
    re.compile(r"(?=\d{1,12}[|\t]([ta](?=\|)|[A-Z\d]))(.*)"),
    re.compile(r"^\d{1,12}\|t\|.*\n\d{1,12}\|a\|", re.MULTILINE),
    *("t", None, ()),
    {"authors": ()},
    _of_pubtator,
)
# As they are tried; what has a sign of its own that no other has comes first.
FORMATS = (
    *(RIS, NBIB, ERIC, WEB_OF_SCIENCE, ENW, COCHRANE, OVID, MEDLARS, NOTE_EXPRESS),
    *(PROQUEST, REDIF, CNKI, ARXIV_MAIL, REFER, REFWORKS, SCIFINDER, EMBASE, PUBTATOR, LOOSE_RIS),
)
