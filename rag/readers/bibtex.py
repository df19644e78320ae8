"""BibTeX: entries by bibtexparser's splitter, a broken one never costs the others."""

from __future__ import annotations

import contextlib
import logging
import re
from collections.abc import Iterator
from typing import BinaryIO

from bibtexparser.middlewares.names import (
    InvalidNameError,
    parse_single_name_into_parts,
    split_multiple_persons_names,
)
from bibtexparser.model import (
    Block,
    DuplicateBlockKeyBlock,
    DuplicateFieldKeyBlock,
    Entry,
    ParsingFailedBlock,
    String,
)
from bibtexparser.splitter import Splitter

from rag.readers.clean import clean
from rag.readers.columns import IDS, field_name
from rag.readers.fields import is_doi
from rag.readers.latex import with_accents
from rag.readers.people import LIST_LIMIT, NAME_LIMIT, first_last
from rag.readers.records import Found
from rag.readers.text import whole
from rag.text.people import in_order

# A record of the kind is recognised by its key and comma, or by what only BibTeX has.
_START = re.compile(
    r"^[ \t]*@(?:(?:string|comment|preamble)\s{0,9}[{(]|[A-Za-z]{2,30}\s{0,9}[{(]\s{0,9}"
    r"[^{}()=\"#%\n]{0,200}\s{0,9},)",
    re.MULTILINE | re.IGNORECASE,
)
_EXPANSION_LIMIT = 2**20  # characters of one value after its abbreviations were put in
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
OWN_ID = "paper_id"  # the field in which `rag.export` writes an id that is not the key
_OF_THE_WHOLE = ("year", "date", "journal", "journaltitle", "publisher")
_WRAPPED = re.compile(r"\\(\r?\n[ \t]*)([{}$%&_#])")
_CURLED = re.compile(  # as Word makes quotation marks
    r"^([ \t]*[A-Za-z][\w-]{1,30}[ \t]*=[ \t]*)[“”]([^“”{}]{0,100000})[“”](?=[ \t]*[,}\n])", re.M
)
_ODD_KEY = re.compile(
    r"^([ \t]*@(?!string|comment|preamble)[A-Za-z]{2,30}\s{0,9}[{(]\s{0,9})"
    r"([^\n{}()=#%\"]{1,200}?[, '][^\n{}()=#%\"]{0,200}?)(,\s{0,99}[A-Za-z][\w:-]{0,40}\s{0,9}=)",
    re.MULTILINE | re.IGNORECASE,
)
_PART_OF_NAME = re.compile(r"\b(family|given|prefix|suffix)\s?=\s?\{?([^,{}=]{1,200})\}?")
_MARK = re.compile(r'\\.|[{}"]', re.DOTALL)
_AGAIN = re.compile(r"\band(?:\s+and)+\b", re.IGNORECASE)
_HIDDEN = str.maketrans({",": "\ue010", " ": "\ue011", "'": "\ue012"})
_SHOWN = str.maketrans({"\ue010": ",", "\ue011": " ", "\ue012": "'"})
# What broke is reported by rejections; the splitter's own warnings would repeat it.
logging.getLogger("bibtexparser").setLevel(logging.CRITICAL)


class _Broken(ValueError):
    """A value that is not BibTeX; the message says why."""


def is_bibtex(head: str) -> bool:
    """Tell whether a text that begins like ``head`` is BibTeX."""
    return _START.search(head) is not None


def read_bibtex(stream: BinaryIO) -> Iterator[Found]:
    """Yield each entry, in order, at the line of its ``@``."""
    return _found(whole(stream))


def entries(text: str) -> dict[str, str]:
    """Return what each key of a BibTeX file stands for, as a reference list would say it.

    >>> entries("@misc{tea, title={On {Tea}}, author={Lee, Ann and Kim, Bo}, year=2020}")
    {'tea': 'Ann Lee, Bo Kim. On Tea. 2020.'}
    """
    found: dict[str, str] = {}
    for _, record, *_ in _found(text):
        if isinstance(record, str):
            continue
        said = [", ".join(each["family"] for each in record.get("authors", ()))]
        said += [str(record.get(name) or "") for name in ("title", "year", "date", "doi", "eprint")]
        told = ". ".join(clean(" ".join(each.split()), latex=True) for each in said if each)
        found.setdefault(str(record["citation_key"]), f"{told}.")
    return found


def _found(text: str) -> Iterator[Found]:
    strings = {month: month.capitalize() for month in _MONTHS}
    blocks = Splitter(_readable(text)).split().blocks
    parents = _parents(blocks)
    for block in blocks:
        line = (block.start_line or 0) + 1
        if isinstance(block, DuplicateFieldKeyBlock | DuplicateBlockKeyBlock):
            block = block.ignore_error_block or block  # what two of one key mean is not ours
        try:
            if isinstance(block, Entry):
                yield Found(line, _record(block, strings, parents), latex=True)
            elif isinstance(block, String):
                strings[block.key.lower()] = _value(block.value, strings)
            elif isinstance(block, ParsingFailedBlock):
                reason = getattr(block.error, "abort_reason", None) or str(block.error)
                yield Found(line, f"broken entry: {' '.join(str(reason).split())}")
        except _Broken as error:
            yield Found(
                line, f"broken {'entry' if isinstance(block, Entry) else '@string'}: {error}"
            )


def _parents(blocks: list[Block]) -> dict[str, dict[str, object]]:
    """Return what entries that others name as their crossref pass on, by key in lower case."""
    named = {_parent(block) for block in blocks if isinstance(block, Entry)} - {""}
    strings = {month: month.capitalize() for month in _MONTHS}
    found: dict[str, dict[str, object]] = {}
    for block in blocks if named else ():
        with contextlib.suppress(_Broken):  # which is reported at its own place
            if isinstance(block, String):
                strings[block.key.lower()] = _value(block.value, strings)
            elif isinstance(block, Entry) and (key := _key(block.key).lower()) in named:
                found.setdefault(key, _passed_on(_own(block, strings)))
    return found


def _parent(entry: Entry) -> str:
    """Return the key of the entry from which one inherits, in lower case; "" for none."""
    fields = (str(field.value) for field in entry.fields if field.key.lower() == "crossref")
    parent = next(fields, "").strip('{}" \n\t').lower()
    return parent if parent != _key(entry.key).lower() else ""


def _passed_on(parent: dict[str, object]) -> dict[str, object]:
    """Return what a chapter or paper has from the book or proceedings in which it is."""
    found = {name: parent[name] for name in _OF_THE_WHOLE if parent.get(name)}
    title = parent.get("booktitle") or parent.get("title")
    return found | ({"booktitle": title} if title else {})


def _record(
    entry: Entry, strings: dict[str, str], parents: dict[str, dict[str, object]]
) -> dict[str, object]:
    """Return the fields of an entry, and what it inherits, under the names that all share."""
    own = _own(entry, strings)
    inherited = parents.get(_parent(entry), {})
    if own.get("year") or own.get("date"):
        inherited = {name: inherited[name] for name in inherited.keys() - {"year", "date"}}
    record = {**inherited, **own}
    if "journal" not in record:
        places = ("journaltitle", "booktitle", "school", "institution")
        record["journal"] = next((record[name] for name in places if record.get(name)), None)
    return record


def _own(entry: Entry, strings: dict[str, str]) -> dict[str, object]:
    record: dict[str, object] = {"citation_key": _key(entry.key)}
    for field in entry.fields:
        name = field.key.lower()
        if name == OWN_ID:
            value = _value(str(field.value), strings)
            record["id"] = value if is_doi(value) else clean(value, latex=True)
        elif name != "key" and field_name(name) not in IDS:  # they are other programs' numbers
            record.setdefault(name, _value(str(field.value), strings))
    if record.get("author"):
        record["authors"] = [{"family": name} for name in names(str(record.pop("author")))]
    if str(record.get("archiveprefix", record.get("eprinttype", "arxiv"))).lower() != "arxiv":
        record.pop("eprint", None)
    return record


def names(text: str) -> list[str]:
    """Return the people of an author field as "First von Last Jr".

    >>> names("King, Jr., Martin and {Bells and Co.} and Tom van Marlow and Curie M.")
    ['Martin King Jr.', '{Bells and Co.}', 'Tom van Marlow', 'M. Curie']
    """
    if len(text) > LIST_LIMIT:
        return []
    text = with_accents(text)
    try:
        listed = split_multiple_persons_names(text if "{" in text else _AGAIN.sub("and", text))
    except (ValueError, IndexError):
        listed = text.split(" and ")
    return [_person(name) for name in listed if len(name) <= NAME_LIMIT]


def _person(name: str) -> str:
    if _is_whole(name):
        return name
    if said := dict(_PART_OF_NAME.findall(name)):  # biblatex: family=Bo, given=Lea, prefix=van
        given = " ".join(said[part] for part in ("given", "prefix") if part in said)
        return f"{in_order(given, said.get('family', ''))} {said.get('suffix', '')}".strip()
    if "," not in name:
        return first_last(name)
    try:
        parts = parse_single_name_into_parts(name, strict=False)
    except (InvalidNameError, ValueError, IndexError):
        return name
    pieces = (parts.von + parts.last, parts.jr, parts.first)
    if any("," in word for piece in pieces for word in piece):
        return " ".join([*parts.first, *parts.von, *parts.last, *parts.jr])
    return first_last(", ".join(" ".join(piece) for piece in pieces if piece))


def _is_whole(name: str) -> bool:
    """Tell a name in braces, which is not to be taken apart, whatever braces are in it."""
    with contextlib.suppress(_Broken):
        return name[:1] == "{" and _closing(name, 0) == len(name) - 1
    return False


def _readable(text: str) -> str:
    """Mend what the splitter would give an entry up for, keeping each line where it is.

    Commas and blanks in keys are hidden; an escape that was wrapped is joined again.
    """
    text = _WRAPPED.sub(lambda m: rf"{m[1]}\{m[2]}" if m[2] == "{" else rf"\{m[2]}{m[1]}", text)
    text = _CURLED.sub(r"\1{\2}", text)
    return _ODD_KEY.sub(lambda match: match[1] + match[2].translate(_HIDDEN) + match[3], text)


def _key(key: str) -> str:
    return key.translate(_SHOWN).strip()


def _value(raw: str, strings: dict[str, str]) -> str:
    """Return a value: pieces in braces or quotes, numbers and abbreviations, joined by #."""
    pieces, at, size = [], 0, 0
    while True:
        piece, at = _piece(raw, at, strings)
        pieces.append(piece)
        size += len(piece)
        if size > _EXPANSION_LIMIT:
            raise _Broken("a value is too long")
        if at == len(raw):
            return "".join(pieces)
        if raw[at] != "#":
            raise _Broken("a comma is missing between two fields")
        at = _past_blanks(raw, at + 1)


def _piece(raw: str, start: int, strings: dict[str, str]) -> tuple[str, int]:
    opening = raw[start : start + 1]
    if opening in {"{", '"'}:
        end = _closing(raw, start)
        return raw[start + 1 : end], _past_blanks(raw, end + 1)
    end = raw.find("#", start)
    end = len(raw) if end < 0 else end
    word = raw[start:end].strip()
    if any(mark in word for mark in '{}"=\n'):
        raise _Broken("a comma or a brace is missing between two fields")
    return strings.get(word.lower(), word), end


def _closing(raw: str, start: int) -> int:
    """Return where the brace or quotation mark at ``start`` is closed."""
    depth, quoted = 0, raw[start] == '"'
    for found in _MARK.finditer(raw, start + quoted):
        mark = found[0]
        if mark in "{}":
            depth += 1 if mark == "{" else -1
        if depth == 0 and mark == ('"' if quoted else "}"):
            return found.start()
    raise _Broken("a brace or quotation mark is not closed")


def _past_blanks(raw: str, at: int) -> int:
    while at < len(raw) and raw[at].isspace():
        at += 1
    return at
