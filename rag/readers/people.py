"""Authors as records write them become "First Last"."""

from __future__ import annotations

import ast
import json
import re
import warnings
from collections.abc import Iterator, Mapping
from typing import Any

from rag.readers.clean import clean
from rag.text.people import in_order

NAME_LIMIT = 1_000  # characters of one name
LIST_LIMIT = 500_000  # characters of all names; the longest lists have about 5,000 people

# Written so they are suffixes; MD, SR, JR and Md. after one family name are initials.
_SUFFIX = re.compile(r"(?:Jr|Sr|Jnr|Snr)\.?|II|III|IV|2nd|3rd|4th")
_ANY_SUFFIX = re.compile(r"(?:Jr|Sr|Jnr|Snr|PhD|Ph\.D|MD|M\.D|DPhil|MSc|DSc)\.?|II|III|IV", re.I)
_DEGREE = re.compile(r"PhD|Ph\.D\.?|MD|M\.D\.?|DPhil|MSc|DSc|MPH|FRCP")
_WITH_DEGREE = re.compile(r"(.*\S) (PhD|DPhil|MPH|FRCP|(?<=\. )MD)")
_COMPANY = re.compile(r"(?:Inc|Ltd|LLC|GmbH|Corp|Co|PLC|AG|SA|BV)\.?", re.I)
_ORGANISATION = re.compile(
    r"(?i:\A(?:the|for the|on behalf of) )|\b(?:Group|Team|Consorti(?:um|a)|Collaborations?|Network"
    r"|Committee|Society|Association|Institut[eo]?|Organi[sz]ation|Initiative|Investigators|Project"
    r"|Universit\w{1,5}|Foundation|Agency|Ministry|Department|Centre|Center|Council|Commission|Task"
    r"|Study|Laborator\w{1,4}|Alliance|Federation|Trialists|Academy|Research|Inc|Ltd|LLC|GmbH)\b"
)
_DOTTED = re.compile(r"(?:[^\W\d_]{1,2}\.[ -]?){1,5}[^\W\d_]?")
_BARE = re.compile(r"[^\W\d_]{1,3}|(?:[^\W\d_][ -]){1,3}[^\W\d_]")
_NOBODY = {"others", "et al.", "et al", "[...]", "anonymous", "[anonymous]"}
_NOTHING = set("NA N/A n/a n.a. #N/A NULL null None none nan NaN (null)".split())
_IN_BRACES = re.compile(r"\A\{([^{}]*)\}\Z")
_QUOTED = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_LITERAL = 50_000  # characters of a list that Python wrote
_AND_OTHERS = re.compile(r",?\s{1,9}et al\.?\Z")
_WIDE = str.maketrans("；、，", ";;,")
_NUMBERED = re.compile(r"\s(?:\(\d+\)|0\d{3})\Z|\$\$Q.*")  # of Scopus, DBLP and Primo
# Names of fields, in lower case without hyphens and underscores.
_FAMILY = ("family", "last", "lastname", "familyname", "surname", "keyname")
_GIVEN = (
    *("given", "first", "firstname", "givenname", "givennames", "forename", "forenames"),
    "initials",
)
_WHOLE = (
    *("name", "displayname", "fullname", "literal", "collectivename", "text", "rawauthorname"),
    *("authname", "authorname", "creator", "creatorname", "collab"),
)
_COLLECTIVE = ("collectivename", "collab")
_INNER = ("author", "authors", "value", "person")
_ROLES = ("creatortype", "contributortype", "role")


def people(value: Any, *, latex: bool = False) -> tuple[str, ...]:
    """Return authors as "First Last", from a list of names or mappings, or from one string.

    >>> people([{"given": "Ada", "family": "Lovelace"}, "Turing, Alan"])
    ('Ada Lovelace', 'Alan Turing')
    """
    cleaned = (clean(name, latex=latex) for name in _names(value, 0) if len(name) <= NAME_LIMIT)
    return tuple(filter(_is_somebody, map(_bare, cleaned)))


def _bare(name: str) -> str:
    """Return a name without the braces around it and the dots that stand for what was cut off."""
    while (bare := _IN_BRACES.sub(r"\1", name).strip(" ").rstrip("… ").removesuffix("...")) != name:
        name = bare
    return name


def _is_somebody(name: str) -> bool:
    return name not in _NOTHING and name.lower() not in _NOBODY and any(map(str.isalpha, name))


def _names(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield from _split_people(value) if len(value) <= LIST_LIMIT else ()
    elif isinstance(value, list):
        for item in _authors_only(value):
            yield _person(item)
    elif isinstance(value, Mapping) and depth < 3:
        inner = next((value[name] for name in _INNER if isinstance(value.get(name), list)), None)
        yield from _names(inner, depth + 1) if inner is not None else [_person(value)]


def without_asides(names: str) -> str:
    """Return names without the institutes in brackets behind them, as arXiv has them.

    >>> without_asides("Ada Bo (1), Lea Li (2) ((1) Tea (House), (2) Inn)")
    'Ada Bo, Lea Li'
    """
    for _ in range(_ROUNDS):
        names = _ASIDE.sub("", names)
    return names


_ASIDE = re.compile(r"\s{0,9}\([^()]{0,9999}\)")
_ROUNDS = 3  # how deep brackets stand in each other


def _authors_only(people: list[Any]) -> list[Any]:
    """Leave out editors and translators where the list says who is what."""
    roles = [_role(each) if isinstance(each, Mapping) else "" for each in people]
    wanted = {"author"} if "author" in roles else set(roles) - _OTHER_ROLES
    return [each for each, role in zip(people, roles, strict=True) if role in wanted or not role]


_OTHER_ROLES = set(
    "editor serieseditor translator contributor reviewedauthor bookauthor supervisor".split()
)


def _role(person: Mapping[str, Any]) -> str:
    return _field(_folded(person), *_ROLES, "inspireroles").lower()


def _person(value: Any) -> str:
    if isinstance(value, str):
        return first_last(clean(value))
    if isinstance(value, list):  # authors_parsed: last, first, suffix
        parts = [part for part in value if isinstance(part, str)]  # then where they work
        return " ".join([in_order("".join(parts[1:2]), "".join(parts[:1])), *parts[2:3]]).strip()
    if not isinstance(value, Mapping):
        return ""
    inner = next((value[name] for name in _INNER if isinstance(value.get(name), Mapping)), value)
    found = _folded(inner)
    family, given = _field(found, *_FAMILY), _field(found, *_GIVEN)
    if family or given:
        particle = _field(found, "nondroppingparticle", "droppingparticle")
        firsts = " ".join(filter(None, [given, _field(found, "middle"), particle]))
        return f"{in_order(firsts, family)} {_field(found, 'suffix')}".strip()
    whole = _field(found, *_WHOLE)
    organisation = found.get("nametype") == "Organizational"
    said = organisation or "literal" in found or _field(found, *_COLLECTIVE, *_ROLES)
    return whole if said else first_last(whole)


def _folded(value: Mapping[str, Any]) -> dict[str, Any]:
    return {str(k).lower().replace("-", "").replace("_", ""): v for k, v in value.items()}


def _field(value: Mapping[str, Any], *names: str) -> str:
    """Return the first that has a text; "Nan" and "Na" are names of people."""
    for name in names:
        text = value.get(name)
        if isinstance(text, list):  # given names one by one
            text = " ".join(part for part in text if isinstance(part, str))
        if isinstance(text, str) and text.strip():
            return text
    return ""


def is_organisation(name: str) -> bool:
    """Tell whether a name is that of a group of people.

    >>> is_organisation("The Bells Group"), is_organisation("Tom Group-Marlow")
    (True, True)
    """
    return _ORGANISATION.search(name) is not None


def suffix_of(name: str) -> str:
    """Return the suffix at the end of a name, or "".

    >>> suffix_of("Martin King Jr."), suffix_of("Martin King")
    ('Jr.', '')
    """
    last = name.rpartition(" ")[2]
    return last if " " in name and _SUFFIX.fullmatch(last) else ""


def first_last(name: str) -> str:
    """Return "Last, First" and "Last F." as "First Last"; other names, also in braces, as they are.

    >>> first_last("King, Jr., Martin"), first_last("de la Cruz M.-J."), first_last("Quint, MD")
    ('Martin King Jr.', 'M.-J. de la Cruz', 'MD Quint')
    """
    name = _NUMBERED.sub("", " ".join(name.split()))
    if _IN_BRACES.fullmatch(name):
        return name
    parts = [part for part in (part.strip() for part in name.split(",")) if part]
    if len(parts) == 1:
        return _turned(parts[0])
    if len(parts) == 2:
        last, first = parts
        if _COMPANY.fullmatch(first) or (" " in last and is_organisation(last)):
            return name
        if _SUFFIX.fullmatch(first) or (_DEGREE.fullmatch(first) and _is_natural(last)):
            return f"{_turned(last)} {first}"
        if degree := _WITH_DEGREE.fullmatch(first):
            return f"{in_order(degree[1], last)} {degree[2]}"
        suffix = suffix_of(first)
        return f"{in_order(first.removesuffix(suffix).strip(), last)} {suffix}".strip()
    if len(parts) == 3:
        last, second, third = parts
        if _ANY_SUFFIX.fullmatch(second):  # Last, Jr., First
            return f"{third} {last} {second}"
        if _ANY_SUFFIX.fullmatch(third):  # Last, First, Jr.
            return f"{second} {last} {third}"
    return name


def _is_natural(name: str) -> bool:
    """Tell "Ada Lovelace" from "Lovelace", "van Lovelace" and "Lovelace A."."""
    return " " in name and name[0].isupper() and _turned(name) == name


def _is_initials(text: str) -> bool:
    if "." in text:
        return text[0].isupper() and _DOTTED.fullmatch(text) is not None
    return text.isupper() and _BARE.fullmatch(text) is not None


def _turned(name: str) -> str:
    """Turn a name round that ends with initials: "Curie M." and "van Curie MS"."""
    words = name.split(" ")
    if len(words) < 2 or len(words) > 8 or is_organisation(name):
        return name
    if suffix := suffix_of(name):  # "Curie M Jr"
        bare = name.removesuffix(suffix).strip()
        if (turned := _turned(bare)) != bare:
            return f"{turned} {suffix}"
    for at in range(max(1, len(words) - 5), len(words)):
        family, initials = words[:at], " ".join(words[at:])
        if _is_initials(initials):
            if any(_is_initials(word) for word in family) or len(family[-1]) < 2:
                return name
            doubtful = _SUFFIX.fullmatch(initials) or (_DEGREE.fullmatch(initials) and at > 1)
            shouting = name.isupper() and len(initials) > 1 and "." not in initials
            turns = (not doubtful or family[0][0].islower()) and not shouting
            return f"{initials} {' '.join(family)}" if turns else name
    return name


def _split_people(text: str) -> list[str]:
    text = _AND_OTHERS.sub("", text.strip().translate(_WIDE))
    if text.startswith("[") and text.endswith("]"):
        return _listed(text)
    if " & " in text:
        text = text.replace(", & ", " and ")
        sides = re.split(" & |;", text)
        if all(" " in side.strip() for side in sides) and not is_organisation(text):
            text = text.replace(" & ", "; " if ";" in text else " and ")
    for word in (" und ", " et ", " y "):
        before, mark, last = text.rpartition(";")
        sides = last.split(word)
        inverted = all(side.count(",") == 1 for side in sides)  # unlike "Ramón y Cajal, S."
        whole = word != " y " and all(" " in side.strip() for side in sides)
        if inverted or (whole and not is_organisation(text) and " von und zu " not in text):
            text = before + mark + last.replace(word, "; " if mark else " and ")
    for mark in (";", "|", "//", "\n", "\u2028"):
        if mark in text:
            return [first_last(name.strip()) for name in text.split(mark)]
    parts = [part.strip(" ,") for part in " ".join(text.split()).split(" and ")]
    if len(parts) > 1 and all(part.count(",") == 1 for part in parts):
        return [first_last(part) for part in parts]
    if len(parts) > 1 and all(
        "," not in p or (p.count(",") < 3 and _is_inverted(p)) for p in parts
    ):
        return [first_last(part) for part in parts]
    return [name for part in parts for name in _split_commas(part)]


def _is_inverted(part: str) -> bool:
    """Tell whether "A, B" is one person: a family name, then given names or initials."""
    last, _, first = (piece.strip() for piece in part.partition(","))
    if not any(map(str.islower, last + first)) and not _is_initials(first):
        return False  # a script without capitals, which has no such order
    if _is_initials(first) or _ANY_SUFFIX.fullmatch(first):
        return True
    given = " " not in first and " " in last
    return given or (not _is_natural(last) and _turned(last) == last)


def _split_commas(text: str) -> list[str]:
    """Split "A B, C D"; turn "Last, First", "Last, F., Last, G." and "Last F., Last G." round."""
    pieces: list[str] = []
    for piece in (piece.strip() for piece in text.split(",")):
        if pieces and _SUFFIX.fullmatch(piece):
            pieces[-1] += f" {piece}"
        elif piece:
            pieces.append(piece)
    if len(pieces) == 1:
        return [first_last(text)]
    if len(pieces) == 2 and _is_inverted(text):
        return [first_last(text)]
    if len(pieces) % 2 == 0:
        firsts, lasts = pieces[1::2], pieces[::2]
        initials = all(_is_initials(first) for first in firsts)
        single = len(pieces) > 2 and not any(map(_is_natural, lasts)) and text.isascii()
        if initials or (single and not any(" " in last for last in lasts)):
            return [
                first_last(f"{last}, {first}") for last, first in zip(lasts, firsts, strict=True)
            ]
    if pieces[-1].endswith(".") and not any("." in piece for piece in pieces[:-1]):
        pieces[-1] = pieces[-1].rstrip(".")  # the full stop of the list, not of the initials
    return [first_last(piece) for piece in pieces]


def _listed(text: str) -> list[str]:
    """Return the names of a list that was printed into one cell, as JSON or as Python does."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = _literal(text[:_LITERAL]) or [one or two for one, two in _QUOTED.findall(text)]
    return [_person(item) for item in value] if isinstance(value, list) else []


def _literal(text: str) -> Any:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of backslashes
            return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return None
