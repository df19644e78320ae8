"""Citations by authors and year: ``(Lee et al., 2017)``, ``Lee (2017)``, ``（李明等，2017）``."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.drafts.marks import EAST, LOCATOR, Cited, Mark, words_beside

_SUFFIX = r"(?:,?\s(?:[JS]r\b\.?|I{2,3}\b|IV\b))?"
_PARTICLE = r"(?:(?:[Vv][ao]n|[Dd][eiu]|[Dd]e[rnls]|[Dd]os|[Ll][ae]|ten|ter|al|el|bin)\s+){0,2}"
_LETTER = rf"[^\W\d_{EAST}]"
_INITIAL = rf"[^\W\d_a-zß-ÿ{EAST}]"
_NAME = rf"{_PARTICLE}{_INITIAL}{_LETTER}{{0,40}}(?:(?:[‐-]|['’](?!s\b)){_LETTER}+){{0,3}}{_SUFFIX}"
_AND = r"(?:\s*(?:,?\s+(?:and|&|\\&|und|et|y|e|en|och|og)(?!\s+al\b)|,)\s+|\s?[和与/]\s?)"
_ET_AL = (
    r"(?:,?\s+(?:et\s+al\.?|u\.\s?a\.|et\s+coll\.|and\s+(?:colleagues|co-?workers|others))|"
    r"\s?等[人学者]{0,2})"
)
_NO_NAMES = frozenset(
    "January February March April May June July August September October November December Jan Feb "
    "Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Spring Summer Autumn Fall Winter Figure Fig Figs "
    "Table Section Sec Eq Equation Chapter Appendix Version Since Until After Before In On From By "
    "Between During Of At As The This These Our Their We It Model Release Python Ubuntu Jahr "
    "Jahre Année Año".split()
)
# Names too: “(Oslo, Mai 2023)” is a place and a month.
_MONTHS = frozenset(
    "Januar Februar März Mai Juni Juli Oktober Dezember Janvier Février Mars Avril Juin Juillet "
    "Août Septembre Octobre Novembre Décembre Enero Febrero Marzo Abril Mayo Junio Julio Agosto "
    "Septiembre Octubre Noviembre Diciembre".split()
)
# What stands before an author: "Finally, Lee et al. (2017)".
_LEADS_IN = re.compile(
    r"(?:[A-Z]\w{2,12}(?:ally|ntly|ingly|edly|[ai]bly|larly|vely|tely|sely|[sr]stly|ondly|irdly|ously|tfully)|"
    r"However|Moreover|Furthermore|Further|Also|Additionally|Finally|Then|Next|Thus|Hence|Therefore|"
    r"Here|There|Later|Earlier|First|Second|Third|Last|Instead|Indeed|Similarly|Likewise|Nevertheless|"
    r"Nonetheless|Still|Yet|Today|Now|Again|Meanwhile|Besides|Otherwise|Overall|Conversely|Accordingly|"
    r"Following|Unlike|Like|Although|Though|While|Whereas|See|Cf|With|For|To|And|But|Or|If|When|Where|"
    r"Because|Per|Via|Even|Both|Prior|Contrary|Extending|Using|Zudem|Auch|Laut|Nach|Wie|Selon|Comme|"
    r"Enfin|Según|Como)\Z"
)
_NAMED_AFTER = re.compile(r"(?<!\w)[A-Z][\w-]+ of (?:the )?\Z")  # the Treaty of Rome (1957)
# An organisation of several words, one of which says that it is one; it is one author.
_BODY = (
    r"(?:Academ(?:y|ies)|Administration|Agency|Alliance|Association|Authority|Bank|Board|Bureau|Bundesamt|"
    r"Cent(?:er|re)s?|Collaboration|Coll[eè]ge|Commission|Committee|Conference|Consortium|Cooperation|"
    r"Council|Department|Federation|Forum|Foundation|Fund|Group|Initiative|Institut(?:e|o|ion)?s?|"
    r"Laborator(?:y|ies)|League|Minist(?:ry|[eè]re|erio)|Nations|Network|Offices?|Organi[sz]ations?|Panel|"
    r"Program(?:me)?|Project|Secretariat|Services?|Societ(?:y|é)|Statistics|Survey|Team|Trust|Union|"
    r"Universi\w{2,5}|Working\sGroup)(?!\w)"
)
_CAPITAL = rf"(?:(?:[A-Z]\.){{1,4}}|{_NAME})"
_OF = r"(?:of|for|on|in|de|del|des|du|la|für|der)"
_MORE = rf"(?:,?(?:\s(?:{_OF}|and|the|&)){{0,3}}\s{_CAPITAL}){{0,7}}"
GROUP = (
    rf"(?!(?:{'|'.join(sorted(_NO_NAMES))}|{_LEADS_IN.pattern[:-2]})\b)(?:{_BODY}(?=\s{_OF}\s)"
    rf"|(?:(?!{_BODY}){_CAPITAL}\s(?:(?:{_OF}|and|&)\s){{0,2}}){{1,6}}{_BODY}){_MORE}"
)
_SHORT_FORM = r"[\[(][A-Z][A-Za-z-]{1,9}[\])]"  # World Health Organization (WHO)
_SUFFIXES = re.compile(rf"(?<=\w){_SUFFIX[:-1]}")
_IS_GROUP = re.compile(GROUP)
AUTHORS = (
    rf"({GROUP}(?:\s?{_SHORT_FORM})?|{_NAME}(?:{_AND}(?:[A-Z]\.\s?)*{_NAME}){{0,6}})({_ET_AL})?"
)
_YEAR = r"(?:(?:1[89]|20)\d\d[a-z]?\b|in press|n\.\s?d\.|forthcoming|to appear)"
_YEARS = rf"({_YEAR}(?:\s*(?:,|and|&|;|/)\s*{_YEAR}){{0,5}})"
_OPENS = rf"(?<!{_LETTER})"  # between a Chinese letter and a Latin one there is no \\b
_NARRATIVE = re.compile(
    rf"{_OPENS}{AUTHORS}(?:['’]s?)?(?:\s?的)?\s*[(\[]\s*{_YEARS}\s*(?:[,:]?\s*(?:{LOCATOR}|\d)[^()\[\]]{{0,60}})?[)\]]"
)
_EARLIER = re.compile(rf"\b[Ii]n\s+({_YEAR}),?\s+{AUTHORS}")  # In 2019, Liu et al. trained ...
_UNBRACKETED = re.compile(
    rf"{_OPENS}({_NAME}(?:{_AND}{_NAME})?)({_ET_AL})(?:['’]s?)?,?\s+(?:in\s+)?({_YEAR})"
)
# Lee et al. found it (2017); Lee and Kim found it (2017, 3)
_LATER = re.compile(
    rf"{_OPENS}(?:({_NAME}(?:{_AND}{_NAME}){{0,3}}){_ET_AL}|({_NAME}(?:{_AND}{_NAME}){{1,3}}))"
    rf"[^()\[\].;:]{{1,200}}(\(({_YEAR})([,:]\s?(?:{LOCATOR}|\d)[^()]{{0,40}})?\))"
)
_PARENTHESIS = re.compile(rf"[(\[](?:[^()\[\]]|{_SHORT_FORM}){{4,600}}[)\]]")
_AUTHOR_YEAR = re.compile(rf"{_OPENS}{AUTHORS}(,)?\s*\(?{_YEARS}")
_EASTERN = re.compile(
    rf"\(\s?([\u4e00-\u9fff]{{2,4}})(?:[和与][\u4e00-\u9fff]{{2,4}})?(?:等人?)?[,\s]\s?({_YEAR})\s?\)"
    rf"|([\u4e00-\u9fff]{{2,3}})等人?\s?\(\s?({_YEAR})\s?\)"
)
ONLY_NAMES = re.compile(rf"\b{_NAME}(?:{_AND}{_NAME}){{0,3}}{_ET_AL}(?:['’]s)?")


# What leads to the works that a parenthesis or a footnote names.
LEADS = frozenset(
    "see also cf as for in of on by the and or but eg ibid instance example details discussion "
    "explain explained describe described discuss discussed overview survey review introduction "
    "proof original paper work chapter ch page pages pp section sec table figure fig more further "
    "compare similar similarly therein references from among others vgl siehe dazu auch "
    "hierzu sowie voir aussi ver véase también cfr".split()
)
_TOLD = 2  # words beside those with which a parenthesis says something of its own
_SENTENCE = re.compile(r"\([A-Z].*[.!?]\)", re.S)


def author_marks(text: str) -> Iterator[Mark]:
    """Yield what a text cites by authors and year; a later mark may overlap one before."""
    for match in _NARRATIVE.finditer(text):
        before = text[max(0, match.start() - 5) : match.start()].lower()
        sure = match[2] or before.endswith("the ")  # The WHO (2020)
        cited = tuple(_by_authors(match[1], sure, match[3]))
        if cited and not (_NAMED_AFTER.search(text, max(0, match.start() - 40), match.start())):
            yield Mark(match.start(), match.end(), cited, spoken=True)
    for match in _PARENTHESIS.finditer(text):
        inner = []
        for each in _AUTHOR_YEAR.finditer(text, match.start(), match.end()):
            cited = tuple(_by_authors(each[1], each[2] or each[3], each[4]))
            inner += [Mark(each.start(), each.end(), cited)] if cited else []
        told = {*words_beside(_AUTHOR_YEAR.sub(" ", match[0]), [])} - LEADS
        if len(told) > _TOLD or (told and _SENTENCE.fullmatch(match[0])):
            yield from inner
        elif inner:
            cited = tuple(each for mark in inner for each in mark.cited)
            yield Mark(match.start(), match.end(), cited)
    for match in _UNBRACKETED.finditer(text):
        cited = tuple(_by_authors(match[1], match[2], match[3]))
        yield Mark(match.start(), match.end(), cited, spoken=True)
    for match in _EARLIER.finditer(text):
        if match[3]:
            cited = tuple(_by_authors(match[2], match[3], match[1]))
            yield Mark(match.start(2), match.end(), cited, spoken=True)
    for match in _LATER.finditer(text):
        cited = tuple(_by_authors(match[1] or match[2], True, match[4]))
        if cited and (match[1] or match[5]):
            yield Mark(match.start(3), match.end(), cited)
    for match in _EASTERN.finditer(text):
        name, year = match[1] or match[3], match[2] or match[4]
        work = Cited("authors", f"{name} {year}", (name,), year)
        yield Mark(match.start(), match.end(), (work,), spoken=bool(match[3]))


def _by_authors(names: str, sure: str | bool | None, years: str) -> Iterator[Cited]:
    names = _SUFFIXES.sub("", re.sub(rf"\s?{_SHORT_FORM}\Z", "", names))
    authors = [names] if is_group(names) else [name for name in re.split(_AND, names) if name]
    while authors and (authors[0] in _NO_NAMES or (authors[1:] and _LEADS_IN.match(authors[0]))):
        names = names.removeprefix(authors.pop(0)).lstrip(", ")
    if not authors or any(name in _NO_NAMES for name in authors):
        return
    if len(authors) > 1 and authors[-1] in _MONTHS:
        return
    least = 3 if sure else 99  # letters of an organisation: (WHO, 2020), not (ACL 2020), (CI, 2019)
    if len(authors) == 1 and 1 < len(authors[0]) < least and authors[0].isupper():
        return
    doubtful = (authors[0],) if re.match(rf"{re.escape(authors[0])},\s", names) else ()
    for year in re.findall(_YEAR, years):
        name = f"{' and '.join(authors)} {year}"
        yield Cited("authors", name, tuple(authors), year, words=doubtful)


def is_group(name: str) -> bool:
    """Tell whether a name is that of an organisation, in several words.

    >>> is_group("U.S. Census Bureau"), is_group("Lee and Kim")
    (True, False)
    """
    return _IS_GROUP.fullmatch(name) is not None
