"""What a comparison or list asks of each paper: the columns of its table. Pure."""

from __future__ import annotations

import re

from rag.answers.comparisons import sides

_MOST, _LONGEST = 4, 60  # columns, and characters of a head

# Before what is asked of each: "X and Y: how ...", "in terms of size", "with their venues".
_PLAINLY = (
    r"[:;?]\s+|,?\s(?:in\s+terms\s+of|with\s+(?:respect|regard)\s+to|regarding|concerning)\s+|"
    r"\swith\s+(?=(?:their|its)\b)|"
    r",?\s(?:and|plus)\s+(?=(?:what|which|how|where|when|why|who|their|its)\s)"
)
_OF_PAPERS = re.compile(rf"(?:{_PLAINLY})(?P<said>\S.*)", re.IGNORECASE | re.DOTALL)
_OF_SIDES = re.compile(
    rf"(?:{_PLAINLY}|,?(?<!side)\sby\s+|\s(?:compare|differ)\s+(?:in|on)\s+)(?P<said>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
_LIST = re.compile(
    r"\s*(?:please\s+)?(?:(?:list|show|find|give|name)\s+(?:me\s+)?(?:all\s+)?(?:the\s+)?(?:papers|work|"
    r"studies|articles)\s+(?:that\s+)?|(?:which|what)\s+(?:papers?|works?|studies|articles|datasets?|"
    r"benchmarks?|models?|methods?|systems?|approaches)\s+)(?P<does>\S.*)",
    re.IGNORECASE | re.DOTALL,
)
# As `sides` leaves them: "storage that ColBERT", "ColBERT represent a passage", "RAG on recall".
_FIRST = re.compile(r"(?P<said>\S.*?)\s(?:of|that|in|for|used\s+by)\s(?P<name>\S+)")
_NAME = r"[A-Z0-9]\S*(?:\s[A-Z0-9]\S*){0,2}"
_SECOND = re.compile(
    rf"(?:{_NAME})\s(?:(?P<joined>in|on)\s+)?(?P<said>(?!and\s)[a-z]\S*\s.*|(?<=n\s)[a-z]\S*)"
)
_BETWEEN = re.compile(
    r"\s*[,;]?\s+(?:and|as\s+well\s+as|plus)\s+(?:by\s+|in\s+terms\s+of\s+)?|\s*[,;]\s+(?:by\s+)?",
    re.IGNORECASE,
)
_ASKS = r"(?:what|which|how|where|when|why|who|whose)\b"
_BEFORE_ASKING = re.compile(rf"\s*[,;]?\s+(?:and\s+)?(?={_ASKS})", re.IGNORECASE)
_ITS = re.compile(r"\A(?:the|a|an|their|its)\s+", re.IGNORECASE)
_EDGES = " \t\n?.!,;:–—-"


def columns(question: str) -> list[str]:
    """Return what is asked of each paper, in the question's words; nothing where it is all.

    >>> columns("Compare LLaMA and Chinchilla by size and by the number of training tokens.")
    ['Size', 'Number of training tokens']
    >>> columns("Which papers use BEIR?"), columns("How do BERT and GPT differ?")
    ([], [])
    """
    pair = sides(question)
    if pair is None:
        listed = _LIST.match(question)
        tail = _OF_PAPERS.search(listed["does"]) if listed else None
        return _heads(_parts(tail["said"])) if tail else []
    at = question.rfind(pair[1])
    first, second = _FIRST.fullmatch(pair[0]), _SECOND.fullmatch(pair[1])
    tail = _OF_SIDES.search(question, at) if at >= 0 else None
    if second and not second["joined"]:  # a verb: "how A and B represent a passage"
        parts = [second["said"]] if re.search(r"\b(?:how|what)\b", question, re.I) else []
    else:
        parts = _parts(second["said"]) if second else []
    if first and not _FIRST.fullmatch(pair[1]):
        parts.insert(0, first["said"])
    return _heads([*parts, *(_parts(tail["said"]) if tail else [])])


def subject(question: str) -> str:
    """Return what a list asks for, in its words, '' where it is no list or says too much.

    >>> subject("Which papers use the BEIR benchmark?"), subject("How do BERT and GPT differ?")
    ('Use the BEIR benchmark', '')
    """
    listed = None if sides(question) else _LIST.match(question)
    return next(iter(_heads([listed["does"]])), "") if listed else ""


def _parts(text: str) -> list[str]:
    """Return the things that are named one after the other; a clause that asks stays whole."""
    clauses = [part for part in _BEFORE_ASKING.split(text) if part.strip(_EDGES)]
    asking = re.compile(_ASKS, re.IGNORECASE)
    return [
        part
        for clause in clauses
        for part in ([clause] if asking.match(clause) else _BETWEEN.split(clause))
    ]


def _heads(parts: list[str]) -> list[str]:
    words = [_ITS.sub("", part.strip(_EDGES)) for part in parts]
    heads = [each[:1].upper() + each[1:] for each in words if 1 < len(each) <= _LONGEST]
    return list(dict.fromkeys(heads))[:_MOST]
