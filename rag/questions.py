"""What a question asks for: one answer, a comparison, a list; and what it refers back to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from rag.types import Turn

_COMPARE = [
    re.compile(
        r"\bcompar\w+\s+(.{2,120}?)\s+(?:and|with|to|against|versus|vs\.?)\s+(.{2,120})", re.I
    ),
    re.compile(
        r"\bdifferences?\s+(?:is\s+there\s+)?between\s+(.{2,120}?)\s+and\s+(.{2,120})", re.I
    ),
    re.compile(
        r"\bhow\s+(?:does|do|is|are|did)\s+(.{2,120}?)\s+(?:differ|different)\s+from\s+(.{2,120})",
        re.I,
    ),
    re.compile(r"(.{2,120}?)\s+(?:versus|vs\.?)\s+(.{2,120})", re.I),
]
_LIST = re.compile(
    r"\b(?:(?:which|what)\s+(?:of\s+(?:the|these)\s+)?(?:\w+\s+){0,2}"
    r"(?:papers?|works?|studies|articles|methods|datasets|benchmarks|models|approaches|authors)\b"
    r"|(?:list|name|enumerate)\s+(?:all\s+|the\s+)?(?:\w+\s+){0,2}"
    r"(?:papers|works|studies|methods|datasets|benchmarks|models|approaches))",
    re.I,
)
_PLURAL = re.compile(
    r"\b(papers|works|studies|articles|methods|datasets|benchmarks|models|approaches)\b", re.I
)
_REFERS = re.compile(
    r"\b(it|its|they|them|their|theirs|this|that|these|those|he|she|his|her|"
    r"the (?:paper|method|model|dataset|authors|approach|same|former|latter|other|second|first))\b",
    re.I,
)
_CONTINUES = re.compile(r"\s*(?:and|but|so|or|also|then|what about|how about|why)\b", re.I)
_ABOUT = re.compile(r"\s*(?:and\s+)?(?:what|how)\s+about\s+(.+?)[?.!\s]*\Z", re.I | re.S)


@dataclass(frozen=True, slots=True)
class Intent:
    """What a question asks for; ``parts`` are the sides of a comparison."""

    kind: Literal["one", "compare", "list"]
    parts: tuple[str, ...] = ()


def read_question(question: str) -> Intent:
    """Return what the question asks for.

    >>> read_question("How does BERT differ from GPT-2?")
    Intent(kind='compare', parts=('BERT', 'GPT-2'))
    >>> read_question("Which papers use contrastive learning?").kind
    'list'
    """
    for pattern in _COMPARE:
        match = pattern.search(question)
        if match:
            sides = tuple(side.strip(" ?.!,;:") for side in match.groups())
            if all(sides):
                return Intent("compare", sides)
    if _LIST.search(question) and _PLURAL.search(question):
        return Intent("list")
    return Intent("one")


def refers_back(question: str) -> bool:
    """Say whether a question needs what came before it.

    >>> refers_back("and how large is it?"), refers_back("How large is CLIP?")
    (True, False)
    """
    return bool(_CONTINUES.match(question) or _REFERS.search(question))


def standalone(question: str, history: Sequence[Turn], titles: Sequence[str] = ()) -> str:
    """Return a follow-up as a question that stands alone, without a model.

    "What about X?" repeats the question before with X; "and how large is it?" is asked of the
    papers that the answer before cited first (``titles``).

    >>> turn = Turn("How fast is LCNN?", "37.6x [1].")
    >>> standalone("What about TinyCLIP?", [turn])
    'TinyCLIP: How fast is LCNN?'
    >>> standalone("and how large is it?", [turn], ["LCNN: Lookup-based CNN"])
    'LCNN: Lookup-based CNN: and how large is it?'
    """
    if not history or not refers_back(question):
        return question
    about = _ABOUT.match(question)
    if about and not _REFERS.fullmatch(about[1]):
        return f"{about[1]}: {history[-1].question}"
    subject = titles[0] if titles else history[-1].question
    return f"{subject}: {question}"
