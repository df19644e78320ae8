"""What a question asks of the library: a thing asked for, and what limits it.

A question is the library's where each of its words is part of that: what is asked (how many, who,
the newest), a noun of catalogues (papers, authors, venues), a limit (an author, a venue, a year),
or what the papers are about, where such words stand: "papers about X", "X papers".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from rag.answers.asking import ASKING, CATALOGUE
from rag.text.terms import terms


class Reading(NamedTuple):
    """What is asked ("" where nothing that a library knows), about what, and if that is all.

    ``titled`` is whether the subject is to stand in titles.
    """

    asks: str
    subject: str
    whole: bool
    titled: bool = False


def read(words: Sequence[tuple[str, str]]) -> Reading:
    """Read a question's words, each with N for a paper's name, A an author, V a venue, Y a year.

    >>> read([("EMNLP", "V"), ("papers", ""), ("on", ""), ("irony", ""), ("2020", "Y")])
    Reading(asks='by', subject='irony', whole=True, titled=False)
    >>> read([("How", ""), ("many", ""), ("speakers", ""), ("has", ""), ("SALA", "N")]).whole
    False
    """
    subject = _subject(words)
    shown: list[str] = []
    whole = True
    for i, (word, mark) in enumerate(words):
        small = word.casefold().replace("’", "'")
        own = "X" if i in subject else small if _OUTSIDE.fullmatch(small) else mark or small
        if shown[-1:] != [own] or own not in {"X", "A", "N"}:
            shown.append(own)
        if not mark and i not in subject and not _is_plain(word):
            whole = False
    text = " ".join(shown)
    asks = _asks(text)
    typed = " ".join(word for word, _ in words).casefold()
    # "The documents in the Enron corpus" are none of the library's.
    if _OF_DATA.search(text) or _OF_A_CORPUS.search(typed):
        whole = False
    if "N" in shown and asks not in OF_PAPERS:
        whole = False
    # "The ACL paper on parsing splits trees into which parts" asks of what it says.
    if _FURTHER.search(" ".join(words[i][0] for i in subject[1:])):
        whole = False
    said = " ".join(words[i][0] for i in subject)
    return Reading(asks, said, whole, bool(subject and _IN_TITLES.search(text)))


def _words(text: str) -> str:
    """Return a pattern for any of some words, in which “_” stands for a space."""
    return rf"\b(?:{'|'.join(text.split()).replace('_', ' ')})\b"


NUMBERS = {
    word: number
    for number, word in enumerate("two three four five six seven eight nine ten".split(), 2)
}
_PAPERS = _words(
    "papers? articles? works? publications? abstracts? documents? entry entries studies titles? "
    "texts?"
)
_PEOPLE = _words("(?:co-?)?authors? researchers? people persons? writers? scientists?")
_WHO = _words("who whom whose who's whos by_whom")
_VENUES = _words("venues? conferences? journals? workshops?")
_YEARS = _words("years? periods? timespan time_span spans? decades?")
_LIBRARY = _words("library collection corpus database index dataset catalogue catalog here you")
_HOW_MANY = _words(
    "how_(?:many|much|big|large|often) numbers?_of count(?:ing)? total size quantity amount "
    "share percentage fraction proportion"
)
_MOST = _words(
    "most top highest largest biggest busiest prolific productive frequent common fewest least"
)
_PER = _words("per each every breakdown distribution histogram statistics stats") + (
    rf"|\bby (?={_YEARS}|{_VENUES}|{_PEOPLE})"
)
_NEW = _words("newest latest recent last new")
_OLD = _words("oldest earliest first")
_CITED = _words("bibtex bib cite citations? reference key doi url link pdf website arxiv")
_WITH = _words("co-?authors? collaborat\\w+ with_whom (?:worked?|works|wrote|writes?)_with")
# What is asked of what papers say, not of their catalogue.
_SAYING = _words(
    "find finds found findings? shows showed reports? reported conclu\\w+ argued? says? said "
    "summari[sz]e results? describe"
)
_HELD = r"\A(?:is|are|do|does|have|has|got|can)\b.*" + _words(
    "have has got contain include hold there here in"
)
OF_PAPERS = frozenset("who when where cite contains unknown count_authors".split())
_IN_TITLES = re.compile(
    r"\btitles?\b.*\b(?:with|contain\w*|have|has|ha[sv]ing|includ\w+|start\w*|begin\w*|mention\w*)"
    r"\b.*X|X.*\bin (?:the|its|their) titles?\b"
)
_AUTHORS_OF_ONE = (
    r"\b(?:most|more|longest|largest|biggest|highest)\s+(?:number of\s+|list of\s+)?"
    rf"{_PEOPLE}"
    rf"|{_words('only single sole just')}.*{_PEOPLE}|\bsingle-author\w*"
    rf"|\b(?<!top )(?<!first )(?<!last )(?:\d+|one|{'|'.join(NUMBERS)})[ -]author"
)
# What no catalogue of papers holds, and what is said of it.
OUTSIDE = (
    (
        r"\bcited\b(?! as)|how (?:many|often)\b.*\bcit|\bcitations\b|citation (?:counts?|numbers?)"
        r"|\bh-?index|\breferences\b",
        "Citation counts and references are",
    ),
    (r"impact factor", "Impact factors are"),
    (r"acceptance|accepted", "Acceptance rates are"),
    (r"\bpages?\b|\bhow many figures\b", "Page numbers are"),
    (
        r"universit|affiliat|institut|compan|\blabs?\b|countr|employ|"
        r"\bwhere\b.*\bA\b.*\b(?:work|works|working|based|from|live|lives)\b",
        "Affiliations are",
    ),
    (r"download", "Downloads are"),
    (r"\baverage|\bmedian\b", "Averages are"),
    (r"\bawards?\b", "Awards are"),
    (r"\be-?mails?\b|\baddress(?:es)?\b|\bcontact\b|\bphone\b", "Addresses are"),
    (r"\bpopular|\binfluential|\bimportant", "How influential a paper is is"),
)
_OUTSIDE = re.compile("|".join(pattern for pattern, _ in OUTSIDE))


# What a list of papers shows with each.
_SHOWN_ANYWAY = re.compile(
    r"\b(?:with|and|including|plus) (?:the|their|its|his|her)"
    r"(?: (?:and|the|their|publication|years?|venues?|titles?|dates?))+\b"
)
_FURTHER = re.compile(r"\b(?:which|what|why|whose)\b", re.IGNORECASE)
_DATA = r"(?:corp(?:us|ora)|data(?:set|base)s?|collection|treebank|benchmark)"
_OF_DATA = re.compile(rf"\bX {_DATA}\b")
_OF_A_CORPUS = re.compile(rf"\b(?:documents|texts|articles|abstracts)\b.*\b{_DATA} of\b")
# "Does it cover X"
_COVERS = re.compile(
    r"(?:does|do|is|are) (?:it|(?:this|the|your) (?:library|collection|database|corpus))"
    r"(?= (?:cover|include|contain|have)\b)"
)


def _asks(said: str) -> str:
    """Return what is asked by a question in small letters, its names and subject masked."""

    def has(*patterns: str) -> bool:
        return all(re.search(pattern, said) for pattern in patterns)

    said = _SHOWN_ANYWAY.sub("", said)
    counted = has(_HOW_MANY)
    if has(r"\A(?:how|why)\b(?! (?:do|can|to|should) .*\bcite\b)") and not counted:
        return ""
    if _OUTSIDE.search(said) and has(rf"\b[NAV]\b|{_PAPERS}|\bit\b|{_PEOPLE}"):
        return "unknown"
    if has(r"\bN\b|\bA\b.*\bY\b", _CITED):
        return "cite"
    if _COVERS.match(said) and has(r"\bX\b"):
        return "count"
    if has(_SAYING) and not counted:
        return ""
    if has(r"\bA\b", rf"{_WITH}|{_WHO}.*\bwith\b|\bcollaborat"):
        return "count" if counted else "by" if has(r"\bA\b.*\bA\b") else "coauthors"
    if has(r"\bA and A\b", r"\bboth\b|\b(?:co-?)?authors\b|\bjoint(?:ly)?\b", _PAPERS):
        return "count" if counted else "by"
    if has(_AUTHORS_OF_ONE) and not has(r"\b[A]\b|\bN\b"):
        return "sized"
    if counted and not has(rf"{_MOST}.*{_PAPERS}", rf"{_PEOPLE}|{_WHO}"):
        return _counted(said)
    if has(rf"{_MOST}|{_PER}") and has(rf"{_YEARS}|{_VENUES}|{_PEOPLE}|{_WHO}|prolific|productive"):
        return f"per_{_dimension(said)}"
    if has(r"\bN\b"):
        for asks, head in (
            ("who", rf"{_WHO}|{_PEOPLE}|\bauthored\b"),
            ("when", rf"\bwhen\b|{_YEARS}|\bdates?\b"),
            ("where", rf"\bwhere\b|{_VENUES}|\bproceedings\b"),
            ("contains", rf"{_HELD}|\btitle\b"),
        ):
            if has(head):
                return asks
    if has(r"\b(?:more|fewer)\b.*\bY (?:or|and|than)(?: in)? Y\b", _PAPERS):
        return "per_year"
    aged = re.search(rf"{_NEW}|{_OLD}", re.sub(r"(?:first|last)[ -]author\w*", "", said))
    if aged and has(rf"{_PAPERS}|\b[AVX]\b|\bones?\b"):
        return "newest" if re.search(_NEW, aged.group()) else "oldest"
    limited = bool(has(r"\b[AVY]\b") or _IN_TITLES.search(said))
    heads = (
        rf"{_YEARS}|{_VENUES}|\b(?:where|when)\b.*\bA\b|\A(?:list|show|which|what|who)\b.*{_PEOPLE}"
    )
    if has(heads) and not has(r"\bN\b"):
        return f"per_{_dimension(said)}"
    return "by" if limited and has(rf"{_PAPERS}|anything|everything|what|\bA\b") else ""


def _counted(said: str) -> str:
    """Return what is counted: papers, authors or venues, or papers by each of these."""
    if re.search(_PER, said):
        return f"per_{_dimension(said)}"
    last = max((match.end() for match in re.finditer(_HOW_MANY, said)), default=0)
    head = re.match(
        rf"\s*(?:of |the |different |distinct |unique |various )*(?:({_PEOPLE})|({_VENUES}))",
        said[last:],
    )
    if head:
        return "count_authors" if head[1] else "count_venues"
    return "count" if re.search(rf"{_PAPERS}|{_LIBRARY}|\b[AV]\b", said) else ""


def _dimension(said: str) -> str:
    """Return by which field is counted: what is named behind "per", else "most", else at all."""
    for before in (_PER, _MOST, ""):
        heads = [
            (match.start(), field)
            for field, head in (
                ("year", rf"{_YEARS}|\bwhen\b"),
                ("venue", rf"{_VENUES}|\bwhere\b"),
                ("author", rf"{_PEOPLE}|{_WHO}|prolific|productive"),
            )
            for match in [re.search(rf"(?:{before}).*?({head})" if before else head, said)]
            if match
        ]
        if heads:
            return min(heads)[1]
    return "year"


_ABOUT = re.compile(
    _words(
        "about on regarding concerning around concern(?:s|ing)? deal(?:ing|s)?_with with "
        "related_to titled called"
    )
)
# Between papers and what they are about.
_TREAT = re.compile(
    _words(
        "mention(?:s|ing)? discuss(?:es|ing)? us(?:e|es|ing) cover(?:s|ing)? address(?:es|ing)? "
        "stud(?:y|ies) treats? propos(?:e|es|ing) evaluat(?:e|es|ing) investigat(?:e|es|ing) "
        "explor(?:e|es|ing) analy[sz](?:e|es|ing) describ(?:e|es|ing) contain(?:s|ing)? "
        "include(?:s|ing)? has have for of in to"
    )
)


def _subject(words: Sequence[tuple[str, str]]) -> list[int]:
    """Return the places of the words that say what the papers are about."""
    found: list[int] = []
    run: list[int] = []
    marker = papers = ""
    asked = _COVERS.match(" ".join(word for word, _ in words).casefold())
    opening = len(asked[0].split()) if asked else -1
    for i, (word, mark) in enumerate(words):
        small = word.casefold()
        if mark in {"A", "V", "Y"}:
            found += _trimmed(run, words, marker)
            run, marker = [], ""
        elif i and _ABOUT.fullmatch(small) and all(_is_plain(words[j][0]) for j in run):
            run, marker = [], "about"
        elif marker:
            run.append(i)
        elif (papers or i == opening) and _TREAT.fullmatch(small):
            marker = "treat"
        elif re.fullmatch(_PAPERS, small):
            papers = small
            first = i
            while first and not words[first - 1][1] and not _is_plain(words[first - 1][0]):
                first -= 1
            found += range(first, i)
    return found + _trimmed(run, words, marker)


def _trimmed(run: Sequence[int], words: Sequence[tuple[str, str]], marker: str) -> list[int]:
    """Return the places in a run without the words around it that only ask.

    Of “about counting in here” “counting” is kept, of “that have appeared here” nothing.
    """
    own = [i for i in run if words[i][1] or not _is_plain(words[i][0])]
    said = [i for i in run if i in own or not _says_nothing(words[i][0])]
    if not own and marker == "about" and said and not _HEAD.fullmatch(words[said[0]][0].casefold()):
        own = said[:1]
    return [i for i in run if said[0] <= i <= own[-1]] if own else []


# Words of questions that say nothing by themselves, beside those of `rag.answers.asking`.
_FILLERS = frozenset(
    "together only roughly approximately around exactly currently altogether overall so far ever "
    "already actually really just right now also maybe some single alone own different distinct "
    "unique various full complete exact whole entire gimme whats what's hey please within during "
    "fewer than containing starting start starts begin beginning times time yet available stored "
    "publishing held got longest shortest fewest more less than both either anywhere whom's mr "
    "ms paper's stuff thing things bit little short quick rate factor factors hi ok lot lots "
    "contributed signed "
    "contribute involved usually often mostly mainly his her percent changed "
    "change grown evolved least "
    "gathered altogether respectively main please kind sort sorts hold holds owns store "
    "stores keep keeps possess through there's you've they've i've it's".split()
)
_GRAMMAR = re.compile(
    "|".join((_PAPERS, _PEOPLE, _WHO, _VENUES, _YEARS, _LIBRARY, _MOST, _NEW, _OLD, _CITED))
    + f"|{_OUTSIDE.pattern}|"
    + _words(
        "how share percentage fraction proportion number size quantity amount total count counting "
        "big large often collaborat\\w+ based "
        "work(?:ed|ing)? pages? cit\\w+ impact acceptance proceedings single-author\\w* sole"
    )
)


_HEAD = re.compile("|".join((_PAPERS, _PEOPLE, _WHO, _VENUES, _YEARS, _LIBRARY)))


def _says_nothing(word: str) -> bool:
    """Say whether a word says nothing anywhere."""
    small = word.casefold().replace("’", "'")
    return small in _FILLERS or len(small) == 1 or all(term in ASKING for term in terms(small))


def _is_plain(word: str) -> bool:
    """Say whether a word only asks."""
    small = re.sub(r"['’]s\Z", "", word.casefold())
    return (
        _says_nothing(small)
        or small in CATALOGUE
        or small in NUMBERS
        or small in {"word", "words"}
        or small.isdigit()
        or bool(_GRAMMAR.fullmatch(small))
    )
