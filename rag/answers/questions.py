"""A question, read once: what kind it is, what it names, what it is about.

`read_question` mends how it is written, takes courtesies off, and tells its kind by a small model
(`rag.answers.kinds`) after what the library knows by name was masked. What follows in the chain
reads the fields and never the text anew.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

from rag.answers import comparisons, kinds, naming, spelling
from rag.answers.asking import asked_terms
from rag.answers.catalogue import reading
from rag.answers.courtesy import without_courtesy
from rag.index.filters import Condition
from rag.index.lexical import Lexical
from rag.text.languages import NAMES, language_of
from rag.text.sentences import sentence_spans
from rag.text.terms import terms
from rag.text.words import Word, words

Kind = kinds.Kind
# What the library itself may be asked (see `rag.answers.catalogue.answering`).
LIBRARY = frozenset(
    "count count_authors count_venues sized who when where newest oldest per_year per_venue "
    "per_author coauthors cite by overview contains unknown".split()
)


_SURE = 0.5  # likelihood from which no paper is read for a question
_TOLD = 4  # stretches of words of its own: who says so much tells of what papers are asked for
PEOPLE = frozenset(["person", "first"])  # fields of the catalogue that hold authors
_FINDINGS = "What are the main findings and results?"  # of papers that are named by their authors


@dataclass(frozen=True, slots=True)
class Question:
    """A question that stands alone.

    ``text`` is what is searched: as typed, but mended, with names written as the library writes
    them, and without courtesies. ``parts`` are the sides of a comparison; ``asks`` what the
    library is asked, one of LIBRARY; ``names`` what is named; ``where`` the authors, venues and
    years that it is limited to; ``people`` those that no paper has as author; ``subject`` the
    words of its own. ``mended`` holds each typing error as (typed, read); ``several`` the
    questions that it holds, where they are more than one, each in the ways it may be meant;
    ``typed`` the text before all this; ``also`` the same in other words, for a sentence to answer.
    """

    text: str
    kind: Kind = "fact"
    parts: tuple[str, ...] = ()
    asks: str = ""
    names: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()
    people: tuple[str, ...] = ()
    subject: str = ""
    language: str = "en"
    mended: tuple[tuple[str, str], ...] = ()
    several: tuple[tuple[str, ...], ...] = ()
    typed: str = ""
    also: str = ""

    @property
    def note(self) -> str:
        """What is to be said before an answer without a model to a question in another language."""
        if self.language == "en" or not self.subject:  # a search that reads any language
            return ""
        asked = f"The papers are in English; of this question in {NAMES[self.language]} "
        if self.text == self.typed:
            return f"{asked}they have no name.\n\n"
        return f"{asked}the names alone were searched.\n\n"

    @property
    def asking(self) -> str:
        """What `asking_part` returns of the text."""
        return asking_part(self.text)

    @property
    def limited(self) -> bool:
        """Whether the search is limited to what certain people wrote, or wrote in a year."""
        return any(condition.field in PEOPLE for condition in self.where)

    @property
    def terms(self) -> list[str]:
        """The index terms of what is asked about, each once."""
        return asked_terms(self.text)

    @property
    def words(self) -> list[Word]:
        """The words of what is asked about, in order."""
        asked = set(self.terms)
        return [word for word in words(self.text) if asked.intersection(terms_of(word))]


def asking_part(text: str) -> str:
    """Return a text from the first sentence that asks; all of it where none does.

    >>> asking_part("I teach. How large is BERT? Thanks.")
    'How large is BERT? Thanks.'
    """
    spans = sentence_spans(text)
    starts = [start for start, end in spans if _asks(text[start:end])]
    return text[starts[0] :] if starts else text


def _asks(sentence: str) -> bool:
    """Say whether a sentence is a question by its mark or its first words."""
    return "?" in sentence or _ASKING.match(sentence) is not None


def terms_of(word: Word) -> list[str]:
    """Return the index terms of a word."""
    return asked_terms(word.text)


def read_question(
    text: str, library: Lexical | None = None, *, multilingual: bool = False
) -> Question:
    """Read a question that stands alone.

    Args:
        text: as typed.
        library: what names and spelling are held against; without it only form tells.
        multilingual: whether a search finds English papers for questions in other languages.

    >>> question = read_question("Hi! How does BERT differ from GPT-2? Thanks")
    >>> question.kind, question.parts
    ('compare', ('BERT', 'GPT-2'))
    >>> read_question("Which papers use contrastive learning?").kind
    'list'
    """
    asked = without_courtesy(text)
    if not asked:
        return Question(text, "chat", typed=text)
    language = language_of(asked)
    if language != "en":
        read = Question(asked) if multilingual else _foreign(asked, library)
        spoken = not multilingual and _is_spoken(asked, read.names, library)
        if spoken:  # some papers are in that language too
            return replace(read, text=asked, subject=asked, typed=asked)
        return replace(read, language=language, typed=asked)
    mended: tuple[tuple[str, str], ...] = ()
    if library is not None:
        asked = spelling.restore_case(asked, library)
        asked, mended = spelling.mend(asked, library, kinds.weights().vocabulary)
        if mended:
            asked = spelling.restore_case(asked, library)
    elif spelling.case_says_nothing(asked):
        asked = asked.lower()
    asked = _to_the_point(asked, library)
    several = _split(asked, library)
    question = _read(asked, library, alone=len(several) == 1)
    several = several if len(several) > 1 else ()
    return replace(question, mended=mended, several=several, typed=text)


def _to_the_point(text: str, library: Lexical | None) -> str:
    """Return the one sentence that asks where it names what is meant, else the text."""
    sentences = [text[start:end] for start, end in sentence_spans(text)]
    asking = [each for each in sentences if _asks(each)]
    if len(sentences) < 2 or len(asking) != 1 or _IT.search(asking[0]):
        return text
    if _OF_BOTH.search(asking[0]):
        return text
    named = naming.find_names(text, library)
    if _pair(text, named.titles, library) and _compares(kinds.probabilities(named.tokens)):
        return text
    names = naming.find_names(asking[0], library).titles
    told = names if library is None else [name for name in names if library.titled(name)]
    return asking[0] if told else text  # "F1" does not tell what is meant


def _read(text: str, library: Lexical | None, *, alone: bool = True) -> Question:
    """Return the question that a text asks, its kind the likeliest that its parts allow."""
    named = naming.find_names(text, library)
    # What is told before the question does not tell what is wanted.
    asks = asking_part(text)
    tokens = named.tokens if asks == text else naming.find_names(asks, library).tokens
    shares = kinds.probabilities(tokens)
    vocabulary = kinds.weights().vocabulary
    said = kinds.mask(tokens, vocabulary)
    verb_first = not _VERBS.isdisjoint(said[:1])
    sides = comparisons.sides(text)
    of_names = sides and all(any(t in side for t in named.titles) for side in sides)
    both = (
        None
        if of_names or library is None or not alone
        else _both(text, named.titles, library, shares)
    )
    people = any(condition.field in PEOPLE for condition in named.where)
    question = Question(
        text if not people else named.unnamed if named.rest else _FINDINGS,
        names=named.titles,
        where=named.where,
        people=named.people,
        subject=named.rest,
    )
    quoted = QUOTED.search(text)
    title = quoted[1] if quoted and len(quoted[1].split()) > 2 else ""
    inside = [chunk.text for chunk in naming.chunks(title)]
    asked = reading.read(_with_title(named.marked, inside))
    if title and asked.asks in reading.OF_PAPERS and not named.titles:
        question = replace(question, names=(title,))
    if asked.asks and asked.whole and not sides:
        question = replace(question, text=text, kind="library", asks=asked.asks)
        if not asked.titled:
            return replace(question, subject=asked.subject)
        part = quoted[1] if quoted else re.sub(r"\Awords?\s+", "", asked.subject)
        limit = Condition("title", "~", part.casefold())
        return replace(question, subject="", where=(*question.where, limit))
    sure_of_library = sum(share for kind, share in shares.items() if kind in LIBRARY)
    listed = max(shares, key=shares.__getitem__) == "list" and _WORKS.intersection(said)
    if both and not listed:  # "papers on BERT or GPT-2" are a list
        return replace(question, kind="compare", parts=both)
    for kind in sorted(shares, key=shares.__getitem__, reverse=True):
        # To read papers for a question to the library costs less than the other way round.
        if (sure_of_library if kind in LIBRARY else shares[kind]) < _SURE and kind in {
            *LIBRARY,
            "chat",
        }:
            continue
        # "Are nets better than CNNs for X": where not both are names it is searched as a whole.
        compares = of_names or _COMPARE.search(text) or (kind == "compare" and not verb_first)
        if sides and compares and not _claims(sides, named):
            first, second = (_named_side(side, named.titles) for side in sides)
            return replace(question, kind="compare", parts=(first, second))
        if kind in LIBRARY and said.count("X") < _TOLD and _can_be(kind, question, said):
            return replace(question, text=text, kind="library", asks=asked.asks or kind)
        unknown = [word for word in tokens if kinds.mask([word], vocabulary) == ["X"]]
        if kind == "chat" and len(unknown) > _STRANGE:
            continue  # "my phone battery drains overnight, what can I do"
        if kind == "chat" and "N" not in said and _is_small(said, shares[kind]):
            return replace(question, kind="chat")
        long = said.count("X") > _TOLD and shares[kind] < _SURE
        if kind == "list" and (long or verb_first) and not _SOUGHT.intersection(said):
            continue
        if kind not in LIBRARY and kind not in {"compare", "chat"}:
            return replace(question, kind=cast("Kind", kind))
    return question


def _with_title(
    marked: tuple[tuple[str, str], ...], title: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    """Return the words of a question, those of a title in it marked as a name."""
    typed = [word for word, _ in marked]
    for i in range(len(typed) - len(title) + 1 if title else 0):
        if typed[i : i + len(title)] == list(title):
            named = tuple((word, "N") for word in title)
            return (*marked[:i], *named, *marked[i + len(title) :])
    return marked


QUOTED = re.compile(r"(?<!\w)[\"“‘']([^\"“”]+?)[\"”’'](?!\w)")
_WORKS = frozenset("papers articles studies publications literature references research".split())

# "Is there any work on X" asks for a list, "is there a role for X" does not.
_SOUGHT = frozenset(
    "paper papers work works study studies research article articles method methods approaches "
    "dataset datasets anyone anybody anything publications surveys benchmarks models you".split()
)
_VERBS = frozenset(
    "is are was were does do did can could should would will may might must has have isn't "
    "doesn't".split()
)


_COMPARE = re.compile(r"\A(?:compare|contrast)\b|\s(?:vs\.?|versus)\s", re.IGNORECASE)
_PAPERS = frozenset(
    "paper papers article articles document documents abstract abstracts publication publications "
    "work works author authors venue venues library collection database".split()
)
_HELD = frozenset("have has here contain contains include includes there exist".split())
_OUTSIDE = frozenset(
    "cited citations citation cite cites impact index pages page figures affiliation university "
    "downloads downloaded email funded award reviewed popular influential important institution "
    "institutions company lab country publisher editor references acceptance rate".split()
)
_COUNTED = frozenset(
    "year years venue venues conference conferences journal journals most prolific frequent per "
    "each "
    "breakdown distribution statistics stats histogram counts count top there list far".split()
)
# One of these words is in every question that asks so.
_SAYING = {
    asks: frozenset(said.split())
    for asks, said in {
        "who": "wrote write written author authors authored proposed invented introduced developed "
        "created made came behind published built whom whose researchers people creators wrote",
        "when": "published release released introduced proposed written presented invented come "
        "came appear appeared year date out old exist exists from publication",
        "where": "where published publish presented appear appeared venue conference journal "
        "proceedings get peer find",
        "cite": "bibtex bib cite cited citation reference key doi url link arxiv export",
        "newest": "newest latest recent new last what's",
        "oldest": "oldest earliest first",
    }.items()
}
_TITLES_NEED = frozenset("who when where cite".split())


def _can_be(asks: str, question: Question, tokens: Sequence[str]) -> bool:
    """Say whether a question has what one to the library needs."""
    said = set(tokens)
    limited = bool(question.where or question.people)
    if asks == "by":
        return limited
    if asks in _SAYING and not said & _SAYING[asks]:
        return False
    if asks in _TITLES_NEED:
        return bool(question.names or question.subject)
    if asks == "contains":
        return bool(question.names and said & (_PAPERS | _HELD))
    if asks == "count":  # not "how many claims are in FEVER"
        things = [b for a, b in itertools.pairwise(tokens) if a == "many"]
        return bool(said & _PAPERS or (said & {"A", "V"} and things != ["X"]))
    if asks == "unknown":
        return bool(said & _OUTSIDE or "A" in said)
    if asks == "per_year":
        return bool(said & _COUNTED)
    if asks == "overview":
        return not said & {"X", "N", "A"}
    return True


_STRANGE = 3  # words that questions are not asked with: of more, something is said of a subject
_SURE_OF_A_WORD = 0.6  # where one of its words is none of small talk
_SURE_OF_CHAT = 0.9  # where a word refers to something: "is it good" may ask of a paper


def _is_small(said: Sequence[str], share: float) -> bool:
    """Say whether tokens are known ones of small talk, but for one word among others."""
    if "X" in said and len(said) > 1 and share < _SURE_OF_A_WORD:
        return False
    refers = bool({"it", "its", "they", "them", "their", "these", "those"} & set(said))
    return said.count("X") <= (len(said) > 1) and (share >= _SURE_OF_CHAT or not refers)


_OF_BOTH = re.compile(
    r"\b(?:or|both|differ\w*|similarit\w*|alike|compar(?:e|es|ed|ing|ison)|contrast|in\s+common|pros|cons|"
    r"prefer|and\s+how\s+\w+|and\s+which|as\s+opposed\s+to|unlike|whereas|versus|vs|relates?|beyond|"
    r"than|over|improves?|extends?|builds?|as\s+\w+\s+as|"
    r"(?:extension|successor|variant|version|subset|follow-?up|improvement)\s+(?:of|to|over|on)|"
    r"that\s+\S+\s+(?:(?:does|do|did|could|is|was)\s?n[o'’]t|can(?:['’]t|not)|can\s+not))\b",
    re.IGNORECASE,
)


def _both(
    text: str, titles: Sequence[str], library: Lexical, shares: Mapping[str, float]
) -> tuple[str, str] | None:
    """Return the two names of a question that asks of both; None where it does not.

    One of them may be missing from the library. ``shares`` is how likely each kind is.
    """
    pair = _pair(text, titles, library)
    if pair is None or not any(map(library.is_title, pair)):
        return None
    together = re.search(rf"{re.escape(pair[0])}\s+and\s+{re.escape(pair[1])}", text)
    return pair if together or _OF_BOTH.search(text) or _compares(shares) else None


def _pair(text: str, titles: Sequence[str], library: Lexical | None) -> tuple[str, str] | None:
    """Return the two names of a question; where it has more, the two that are papers' own."""
    own = titles
    if library is not None and len(titles) > 2:
        own = [title for title in titles if title in text and library.is_title(title)]
    return (own[0], own[1]) if len(own) == 2 else None


def _compares(shares: Mapping[str, float]) -> bool:
    """Say whether a question is likelier a comparison than anything else."""
    return shares["compare"] >= _SURE


def _claims(sides: Sequence[str], named: naming.Named) -> bool:
    """Say whether two nouns are compared in a claim of a paper that is named beside them."""
    nouns = [re.split(r"\s(?:for|on)\s", side)[0] for side in sides]
    return bool(named.titles) and not any(title in noun for title in named.titles for noun in nouns)


def _named_side(side: str, titles: Sequence[str]) -> str:
    """Return a side of a comparison without what follows the name in it.

    >>> _named_side("FYI for distillation", ["FYI"])
    'FYI'
    """
    for title in titles:
        rest = side[len(title) :]
        if side.startswith(title) and re.match(r"\s+(?:for|on|in|at|when|with)\b", rest):
            return title
    return side


def _foreign(text: str, library: Lexical | None) -> Question:
    """Return a question in another language as what the library knows of it: names decide."""
    named = naming.find_names(text, library)
    known = [
        _own_part(chunk.text, library)
        for chunk in naming.chunks(text)
        if library is not None
        and len(chunk.text) > 2
        and any(library.document_frequency(term) for term in asked_terms(chunk.text))
        and (chunk.text in " ".join(named.titles) or not chunk.text.islower())
    ]
    named = replace(named, titles=tuple(_own_part(title, library) for title in named.titles))
    titles = " ".join(named.titles)
    others = [word for word in known if word not in titles and not (titles and word.istitle())]
    searched = " ".join(dict.fromkeys([*named.titles, *others])) or text
    kind: Kind = "list" if named.titles and _PAPERS_ELSEWHERE.search(text) else "fact"
    return Question(searched, kind, names=named.titles, subject=searched)


def _is_spoken(text: str, names: Sequence[str], library: Lexical | None) -> bool:
    """Say whether papers have most of the words of a question in another language.

    Not where it calls a paper by its name: that decides.
    """
    if library is None or any(0 < len(library.titled(name)) <= NAMESAKES for name in names):
        return False
    said = [word.text for word in words(text) if word.text.islower() and len(word.text) > _SMALL]
    known = [library.document_frequency(term) > 1 for word in said for term in terms(word)]
    return len(known) > 1 and sum(known) >= _SPOKEN * len(known)


NAMESAKES = 3  # papers of one name: of more, the search tells which is meant
_SMALL, _SPOKEN = 3, 0.7  # letters of a word that tells nothing; share of the words
_PAPERS_ELSEWHERE = re.compile(
    r"\b(?:welche[nrs]?|quels|quelles|qu[eé]|cu[aá]les|quali|quais|welke)\s+(?:\w+\s+)?"
    r"(?:papers?|artikel|arbeiten|studien|veröffentlichungen|articles|travaux|études|"
    r"publications|art[ií]culos|trabajos|estudios|articoli|artigos|trabalhos|artikelen)\b",
    re.IGNORECASE,
)


def _own_part(name: str, library: Lexical | None) -> str:
    """Return the name in a compound of another language: of “SQuAD-Korpus” the first part."""
    if library is None or "-" not in name or naming.commonest_form(name, library):
        return name
    parts = [part for part in name.split("-") if naming.has_inner_capital(part)]
    return parts[0] if len(parts) == 1 else name


_ASKS = (
    r"(?:what|which|who|whom|whose|when|where|why|how|is|are|was|were|does|do|did|can|has|have|"
    r"(?:the\s+)?number\s+of)"
)
_JOINED = re.compile(
    rf"\s*[,;]?\s+(?:and\s+also|and|also|plus)\s+(?=(?:(?:in|on|at|by|to|for|with|of|from)\s+)?{_ASKS}\b)|"
    r"\s*[,;]\s+(?=(?:what|why|how)\s+(?:is|are|was|were|does|do|did)\b)",
    re.IGNORECASE,
)
_ASKING = re.compile(
    rf"(?:\A(?:and\s+|but\s+|also\s+)?|[,;:]\s*|\b(?:in|on|at|by|to|for|with|of)\s+){_ASKS}\b|\?",
    re.IGNORECASE,
)
_LONGEST_HALF = 4  # words
_MOST, _SHORTEST = 4, 3  # questions in one; words of each
_IT = re.compile(
    r"\b(?:it|they|them|this|these)\b"
    r"(?!\s+(?:papers?|works?|methods?|true|possible|likely|clear|better|worth|hard|is|takes?)\b)",
    re.IGNORECASE,
)
_ITS = re.compile(r"\b(?:its|their|his|her)\b", re.IGNORECASE)
# "What is zero-shot quantization and which papers propose it?"
_DEFINED = re.compile(
    r"\A(?:what\s+(?:is|are)|define|explain)\s+(?!the\b)(.+?)\W*\Z", re.IGNORECASE
)
_THE = re.compile(r"\A(?:what|which|how\s+\w+)\s+(?:is|are|was|were)\s+the\b", re.IGNORECASE)
# "…, and were the labels checked": those of what was named, not things known to all.
_ITS_OWN = re.compile(
    r"\A(?:and\s+)?(?:what|which|how|were|was|are|is|did|do|does)\b[^A-Z]*?\bthe\s+[a-z]+s?\b[^A-Z]*\Z"
)
_JOINING = re.compile(r"\A(?:and|also|but|so|then)\b[\s,]*", re.IGNORECASE)


# "two questions: the size of X, and who made Y"
_TWO = re.compile(
    r"\A(?:i\s+have\s+|just\s+)?(?:two|2|a\s+couple\s+of)\s+(?:(?:quick|short|small|simple|easy)\s+)?"
    r"(?:questions?|ones|things)\s*[:,.–-]+\s*",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\s*;\s*(?:and\s+)?|\s*,\s+and\s+|\s*,\s+|\s+and\s+also\s+|\s+and\s+")


def _split(text: str, library: Lexical | None) -> tuple[tuple[str, ...], ...]:
    """Return the questions that a text holds, each in the ways it may be meant when alone.

    Where it holds but one that is the text itself.
    """
    if announced := _TWO.match(text):
        rest = text[announced.end() :]
        halves = [part for part in _BETWEEN.split(rest, maxsplit=1) if len(part.split()) > 1]
        if rest.count("?") < 2 and len(halves) == 2:
            return ((halves[0],), (halves[1],))
        text = rest
    whole_text = ((text,),)
    if comparisons.sides(text):
        return whole_text
    pieces: list[str] = []
    context = ""  # a statement belongs to the question after it
    for start, end in sentence_spans(text):
        sentence = text[start:end]
        plainly = "?" not in text or _asks(sentence)
        asks = _ASKING.search if plainly else _ASKING.match
        for piece in _JOINED.split(sentence) if asks(sentence) else [sentence]:
            whole = f"{context} {piece}".strip()
            if not asks(piece):
                context = whole
            elif len(piece.split()) < _SHORTEST or _HALF.match(piece):
                return whole_text
            elif piece is not sentence and pieces and _same_opening(pieces[-1], piece, library):
                return whole_text  # "how long does X take, and how long Y": one comparison
            else:
                pieces.append(whole)
                context = ""
    if context or len(pieces) < 2 or _is_half(pieces[0]):
        return whole_text
    named = naming.find_names(pieces[0], library)
    author = " ".join(word for word, mark in named.marked if mark == "A")
    subject = next((name for name in named.titles if _is_own(name, library)), author)
    if not subject and (topic := _DEFINED.match(pieces[0])):
        subject = topic[1]
    later = [_alone(piece, subject, library) for piece in pieces[1:_MOST]]
    if any(_belongs(ways[0], library) for ways in later):
        return whole_text
    return ((pieces[0],), *later)


def _is_own(name: str, library: Lexical | None) -> bool:
    """Say whether a name is of few papers: without one, “it” is of the paper that answers first."""
    if library is None or library.is_title(name):
        return True
    having = max(map(library.document_frequency, terms(name)), default=0)
    return having <= max(3, library.papers // _RARE)


_RARE = 1_000  # of so many papers one has a name that is a method's own

_ALSO = re.compile(r"[,;]?\s+(?:and\s+also|plus)\s+", re.IGNORECASE)
_AND = re.compile(r"[?;]\s+(?:and\s+)?|[,;]?\s+(?:and|plus)\s+(?:also\s+)?", re.IGNORECASE)
_TOLD_BY_HALF = 5  # words


def halves(text: str, *, plainly: bool) -> list[tuple[str, str]]:
    """Return the ways in which a text may be two questions, the most even two first.

    ``plainly`` are only those that more than an “and” joins.

    >>> halves("the F1 of the first Basque parser and also what share Coq got right", plainly=True)
    [('the F1 of the first Basque parser', 'what share Coq got right')]
    """
    cuts = (_ALSO if plainly else _AND).finditer(text)
    ways = [(text[: cut.start()], text[cut.end() :]) for cut in cuts]
    ways = [way for way in ways if min(len(half.split()) for half in way) >= _TOLD_BY_HALF]
    return sorted(ways, key=lambda way: abs(len(way[0]) - len(way[1])))[:2]


def _is_half(piece: str) -> bool:
    """Say whether a piece has no verb yet: “for how many epochs, and on which GPUs, was …”."""
    said = piece.casefold().split()
    if _VERBS.intersection(said):
        return False
    return len(said) <= (_LONGEST_HALF if "how" in said else _SHORTEST) and said[0] != "who"


_REFERS = re.compile(
    r"\b(?:that|those|each|the\s+(?:annotators?|authors?|baselines?|best|same|others?|models?|"
    r"systems?|methods?|approach|data(?:set)?|corpus|papers?|results?|gains?))\b",
    re.IGNORECASE,
)
_FEW = 2  # terms of a question that says little, one that says too little to stand alone
_HALF = re.compile(
    r"\A(?:in|on|at|by|to|for|with|of|from)\s+(?:what|which)\s+(?:\w+\s+)?\w+(?:\W*\Z|,)",
    re.IGNORECASE,
)


def _belongs(piece: str, library: Lexical | None) -> bool:
    """Say whether a later question asks for one more detail of what the first is about.

    >>> _belongs("which kappa did the annotators reach", None)
    True
    >>> _belongs("one model for every language, or one for all?", None)
    True
    """
    if naming.find_names(piece, library).titles:
        return False
    if not re.search(rf"\b{_ASKS}\b", piece, re.IGNORECASE):
        return True
    said = len(asked_terms(piece))
    kind = _read(piece, library).kind
    refers = bool(_REFERS.search(piece))
    if kind == "list":  # "which steps were taken for that"
        return said <= _FEW and refers and not _WORKS.intersection(piece.casefold().split())
    return (said < _FEW or refers) and kind not in {"library", "compare"}


def _same_opening(before: str, piece: str, library: Lexical | None) -> bool:
    """Say whether a question asks what the one before does, of another name.

    >>> _same_opening("how long does LoRA take", "how long BitFit", None)
    True
    >>> _same_opening("how many claims has FEVER", "how many pairs has SNLI", None)
    False
    """
    opening = piece.split()[: 1 if piece.casefold().startswith("wh") else 2]
    again = before.casefold().split()[: len(opening)] == [word.casefold() for word in opening]
    names = " ".join(naming.find_names(piece, library).titles)
    own = set(asked_terms(piece)) - set(asked_terms(names)) - set(asked_terms(before))
    whole = opening == ["number", "of"] or any(w in _VERBS for w in before.casefold().split())
    return again and not (own and whole) and not (_IT.search(piece) or _ITS.search(piece))


def _alone(piece: str, subject: str, library: Lexical | None) -> tuple[str, ...]:
    """Return a later question with what it leaves to the first put in; as it is too, in doubt."""
    piece = _JOINING.sub("", piece)
    named = naming.find_names(piece, library)
    if not subject or subject in named.titles:
        return (piece,)
    if _ITS.search(piece):
        return (_ITS.sub(f"{subject}’s", piece, count=1),)
    if _IT.search(piece):
        return (_IT.sub(subject, piece, count=1),)
    short = _THE.match(piece) and len(named.rest.split()) <= 2
    if not named.titles and (
        short or (_ITS_OWN.search(piece) and naming.has_inner_capital(subject))
    ):
        return (f"{subject}: {piece}", piece)
    return (piece,)
