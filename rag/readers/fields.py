"""Single values as records write them: texts, ids, years, DOIs, addresses."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from rag.readers.clean import clean

# What exports write where there is nothing.
_NOTHING = {"", "nan", "none", "null", "n/a", "#n/a", "na", "-", "--", "—", "n.a."}
_NOTHING |= {"[no abstract available]", "(null)", "<na>", "nat"}
_NOTHING |= {"no abstract available", "no abstract available.", "no abstract"}
_SHORT = 2_000  # characters; no id, venue or address is longer
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d)(?!\d)")
_COMPACT_DATE = re.compile(r"(1[5-9]\d\d|20\d\d)(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])?")
_DOI_LIMIT = 500  # characters
# Old DOIs hold <1::AID>; other angle brackets are markup around one.
_DOI = re.compile(r"10\.\d{4,9}/[!#-;=?-~]+(?:[<>](?=\d)[!#-;=?-~]+)*")
_ARXIV = re.compile(r"(?:\d{4}\.\d{4,5}|[a-z-]{2,12}(?:\.[A-Z]{2})?/\d{7})(?=v\d{1,3}(?!\d)| \[|$)")
_ARXIV_PLACE = re.compile(
    r"(?:https?://)?(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html)/|arxiv:\s?|(?:https?://)?(?:dx\.)?"
    r"(?:doi\.org/)?10\.48550/arxiv\.",
    re.IGNORECASE,
)
_DEPTH = 4
_YEAR_MS = 31_556_952_000  # milliseconds
_TIME = 10**11  # a number past this is milliseconds since 1970, as OpenReview writes
_HUGE = 10**30
_ADDRESS = ("url", "landing_page_url", "value", "href")


def says_nothing(text: str) -> bool:
    """Tell whether a text stands for nothing: "NA", "null", "-"."""
    return len(text) < 30 and text.strip().lower() in _NOTHING


def words(value: Any, depth: int = 0) -> str:
    """Return a field as text: lists are joined, what stands for nothing is ""."""
    if isinstance(value, str):
        return "" if says_nothing(value) else value
    if isinstance(value, list) and depth < _DEPTH:
        return " ".join(filter(None, (words(item, _DEPTH) for item in value)))
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < _HUGE else ""
    if isinstance(value, Mapping) and depth <= _DEPTH:
        names = ("text", "name", "value", "#text", "title", "description", "p")
        return next((text for name in names if (text := words(value.get(name), _DEPTH + 1))), "")
    return ""


def title(value: Any) -> str:
    """Return a title or an abstract as text; of a list, as of several languages, the first.

    DataCite says of which kind each is: an abstract goes before what has no kind.

    >>> title(["Les marées", "Tides"]), title("Tides"), title([{"title": "T", "titleType": "X"}])
    ('Les marées', 'Tides', '')
    """
    if not isinstance(value, list):
        return "" if _kind(value) else words(value)
    wanted = (each for kind in ("Abstract", "summary", "") for each in value if _kind(each) == kind)
    return next(filter(None, map(words, wanted)), "")


def _kind(value: Any) -> str:
    if not isinstance(value, Mapping):
        return ""
    kinds = map(value.get, ("descriptionType", "titleType", "contribution_type"))
    return next((kind for kind in kinds if isinstance(kind, str) and kind), "")


def short(value: Any) -> str:
    """Return a field as text where it is no longer than such a field can be, else ""."""
    text = words(value)
    return text if len(text) <= _SHORT else ""


def identifier(value: Any) -> str:
    """Return a record's own id as text: 12, 12.0 and "12" are the same id."""
    if isinstance(value, Mapping):
        value = value.get("$oid")
    if isinstance(value, bool):
        return ""
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        value = int(value) if value.is_integer() else value
    if isinstance(value, (int, float)):
        return str(value) if abs(value) < _HUGE else ""
    text = value if isinstance(value, str) and len(value) <= _SHORT else ""
    text = text if is_doi(text) else clean(text)
    return "" if says_nothing(text) else text


def fit_key(key: str) -> str:
    """Return a citation key without what would end it in a BibTeX file."""
    return "".join(character for character in key if character not in _KEY_BREAKERS)


_KEY_BREAKERS = frozenset(" ,{}()\"'#%~$\\=@\t\n")


def year(value: Any, depth: int = 0) -> int | None:
    """Return the year of a number, date, list of date parts or text; None where absurd.

    >>> year("12 Mar 2019"), year([[2020, 5]]), year("n.d."), year(float("nan")), year(0)
    (2019, 2020, None, None, None)
    """
    if isinstance(value, bool) or depth > _DEPTH:
        return None
    if isinstance(value, (int, float)):
        if not abs(value) < _HUGE:  # or no number at all
            return None
        value = str(int(1970 + value / _YEAR_MS if value > _TIME else value))
    if isinstance(value, str):
        text = value[:200].strip()
        found = _COMPACT_DATE.fullmatch(text) or _YEAR.search(text)
        return int(found[1]) if found else None
    if isinstance(value, list) and value:
        return year(value[0], depth + 1)
    if isinstance(value, Mapping):
        for name in ("date-parts", "year", "raw", "literal"):
            if found_year := year(value.get(name), depth + 1):
                return found_year
    return None


def first_version(versions: Any) -> int | None:
    """Return the year of the first of arXiv's versions."""
    first = versions[0] if isinstance(versions, list) and versions else None
    return year(first.get("created")) if isinstance(first, Mapping) else None


def doi(value: Any) -> str | None:
    r"""Return a DOI in lower case, bare, or None.

    >>> doi("https://doi.org/10.18653/V1/N19-1423."), doi(r"{10.1000/a\_b}"), doi("none")
    ('10.18653/v1/n19-1423', '10.1000/a_b', None)
    """
    text = _undressed(words(value)[: 2 * _DOI_LIMIT])
    if "%2" in text:
        text = unquote(text)
    found = _DOI.search(text[:_DOI_LIMIT])
    if found is None:
        return None
    bare = found[0].rstrip(".,;:'*")
    while bare[-1] in _CLOSED and bare.count(bare[-1]) > bare.count(_CLOSED[bare[-1]]):
        bare = bare[:-1].rstrip(".,;:'*")  # what stood around it
    return bare.lower() if len(bare.partition("/")[2]) else None


def is_doi(text: str) -> bool:
    """Tell a bare DOI, in which what looks like a formula is none.

    >>> is_doi("10.5555/$x$"), is_doi("10.5555/{x}"), is_doi("doi:10.5555/x")
    (True, False, False)
    """
    return text.startswith("10.") and doi(text) == text


def doi_alone(text: str) -> str | None:
    """Return the DOI that an address leads to or an id is, or None.

    >>> doi_alone("https://dx.doi.org/10.1000/A"), doi_alone("https://x.org/10.1000/a")
    ('10.1000/a', None)
    """
    return doi(text) if _IS_DOI.match(text) else None


_IS_DOI = re.compile(
    r"(?:https?://(?:(?:dx\.)?doi\.org|[\w.-]{3,99}/doi(?:/\w{1,9})?)/)?10\.\d{4,9}/", re.I
)
_CLOSED = {")": "(", "]": "["}
_DRESS = {
    "\\textless": "<", "\\textgreater": ">", "\\textunderscore": "_", "\\url": "", "{": "", "}": "",
    "\\": "", "&lt;": "<", "&gt;": ">", "&amp;": "&",
}  # fmt: skip


def _undressed(text: str) -> str:
    """Return an identifier or address without braces, escapes and entities."""
    if "\\" in text or "{" in text or "}" in text or "&" in text:
        for dress, bare in _DRESS.items():
            text = text.replace(dress, bare)
    return text


def arxiv_id(value: Any) -> str | None:
    """Return an arXiv id without version or prefix, or None.

    >>> arxiv_id("https://arxiv.org/pdf/1706.03762v5.pdf"), arxiv_id("hep-th/9901001v2")
    ('1706.03762', 'hep-th/9901001')
    """
    text = words(value)
    if len(text) > 500:
        return None
    text = text.strip().removesuffix(".pdf")
    place = _ARXIV_PLACE.match(text)
    found = _ARXIV.match(text, place.end() if place else 0)
    return found[0] if found else None


def prefixed_arxiv_id(value: Any) -> str | None:
    """Return an arXiv id from text that says that it is one: an address, a DOI, arXiv:..."""
    if not isinstance(value, str) or "arxiv" not in value.lower():
        return None
    return arxiv_id(value) if _ARXIV_PLACE.match(value.strip()) else None


def uninverted(index: Any) -> str:
    """Return the text of an inverted index: words to the places where they stand.

    >>> uninverted({"is": [1], "all": [2], "it": [0]})
    'it is all'
    """
    if not isinstance(index, Mapping):
        return ""
    placed = [
        (place, word)
        for word, places in index.items()
        for place in (places if isinstance(places, list) else ())
        if isinstance(place, int)
    ]
    return " ".join(word for _, word in sorted(placed))


def venue(value: Any, depth: int = 0) -> str:
    """Return the name of a journal from text, or from what OpenAlex and others wrap it in.

    >>> venue({"source": {"display_name": "PeerJ"}}), venue("NULL"), venue("Gut (2011) 5:3 (1-9)")
    ('PeerJ', '', 'Gut')
    """
    if isinstance(value, Mapping) and depth < _DEPTH:
        return next((name for part in _VENUE if (name := venue(value.get(part), depth + 1))), "")
    if isinstance(value, list) and value and isinstance(value[0], Mapping):
        return venue(value[0], depth)
    text = short(value).strip()
    if issue := _ISSUE.match(text):
        text = issue[1] or issue[2]
    return "" if text.lower() in _DATABASES or "://" in text else text


# Embase's source: "Journal (2021) 78:12 (1210-1222). Date of Publication: ...", and Ovid's:
# "Journal. 78(12):1210-22, 2021 Dec."
_ISSUE = re.compile(
    r"(\S.{0,300}?)\.?\s{1,3}\((?:1[5-9]|20)\d\d\)[.,]?\s{0,3}"
    r"(?:\d{1,5}:|\d{1,5}\s?\(|\w{0,9}\s?\(?(?:SUPPL|PART)|Date of Publication|Article Number)"
    r"|(\S.{1,300}?)\. {1,3}\d{1,5}(?:\([^()]{1,20}\))?:",
    re.IGNORECASE,
)

_VENUE = (
    *("display_name", "title", "name", "text", "value", "journal", "series", "source"),
    *("raw_source_name", "journal_title", "publisher", "isPartOf"),
)
_DATABASES = set(
    "scopus,wos,web of science,pubmed,medline,med,ppr,pmc,crossref,embase,arxiv.org,biorxiv.org"
    ",openalex,google scholar,semantic scholar,s2,dblp,isi,cochrane,elsevier,ieee xplore".split(",")
)


def web_address(value: Any) -> str | None:
    """Return an http(s) address, or None: other schemes could run code where it is shown.

    >>> web_address([{"type": "html", "url": "https://example.org"}]), web_address("file:///x")
    ('https://example.org', None)
    """
    if isinstance(value, list):
        value = next((each for each in value if isinstance(each, (str, Mapping))), None)
    if isinstance(value, Mapping):
        value = next((value[name] for name in _ADDRESS if isinstance(value.get(name), str)), None)
    text = clean(_undressed(short(value)).partition("; ")[0])
    return (
        text if text[:8].lower().startswith(("http://", "https://")) and " " not in text else None
    )
