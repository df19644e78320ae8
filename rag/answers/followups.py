"""Follow-ups: whether a question needs what came before; how it stands alone without a model."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answers import kinds
from rag.text.words import words
from rag.types import Turn

_ORDINALS = ("first", "second", "third", "fourth", "fifth")
# Words for something said before; "that" only where it cannot join a clause.
_REFERS = re.compile(
    r"\b(?:it|its|they|them|their|theirs|this|these|those|he|she|his|her|"
    r"(?:is|was|does|did|do|can|than|for|on|to|of|with|about|from)\s+that)\b",
    re.IGNORECASE,
)
_THE_ONE = re.compile(
    r"\bthe\s+(?:(?:former|latter|other|last|large|small|previous|same|"
    rf"{'|'.join(_ORDINALS)})(?:\s+one)?(?=\W*\Z|\s+one\b)|"
    r"(?:paper|method|model|dataset|approach|authors)\b(?!\s+(?:of|that|which|who|by|behind|in)\b))",
    re.IGNORECASE,
)
# What is always at hand refers to nothing that was said.
_AT_HAND = re.compile(r"\b(?:this|the|your|my|our)\s+(?:library|collection)\b", re.IGNORECASE)
_INTERJECTION = re.compile(
    r"\A\s*(?:ok|okay|thanks|thank you|great|right|yes|no|sure|i see)\b\s*"
    r"(?:[,.!;:]+\s*|(?=(?:and|but|so)\b))",
    re.IGNORECASE,
)
_CONTINUES = re.compile(
    r"\s*(?:and|but|so|or|also|then|what about|how about)\b"
    r"|\s*why(?:\s+(?:not|so|is that|that))?\W*\Z",
    re.IGNORECASE,
)
_JOINING = re.compile(r"\s*(?:and|but|so|or|also|then)\b[,\s]*", re.IGNORECASE)
_ABOUT = re.compile(r"\s*(?:and\s+)?(?:what|how)\s+about\s+(\S.{0,200}?)[?.!\s]*\Z", re.IGNORECASE)
_ASKS = re.compile(
    r"\b(?:what|which|who|whose|when|where|why|how|is|are|was|were|does|do|did|can|has|have)\b",
    re.IGNORECASE,
)
_ANTECEDENT = 3  # so many words of subject before "it", and it refers to one of them
_FAR = 20  # turns back that a follow-up to follow-ups may lead
_DEFINES = re.compile(r"\s*(?:what\s+(?:is|are)\s+(?!the\b)|define\b|explain\b)", re.IGNORECASE)


def refers_back(question: str) -> bool:
    """Say whether a question needs what came before it.

    >>> refers_back("and how large is it?"), refers_back("How large is CLIP?")
    (True, False)
    >>> refers_back("Why?"), refers_back("Why do neural networks generalise?")
    (True, False)
    >>> refers_back("How does BERT mask its input?"), refers_back("Is the code available?")
    (False, True)
    >>> refers_back("What is this library about?"), refers_back("Is it in this library?")
    (False, True)
    """
    question = _INTERJECTION.sub("", question)
    rest = _AT_HAND.sub("", question)
    if rest != question and not any(p.search(rest) for p in (_REFERS, _THE_ONE)):
        return bool(_CONTINUES.match(question))
    if _CONTINUES.match(question) or _THE_ONE.search(question):
        return True
    said = [word for word in words(question) if not _ASKS.fullmatch(word.text)]
    named = any(word.kind == "name" for word in said)
    refers = _REFERS.search(question)
    if refers and kinds.likeliest(kinds.tokens_of(question)) != "list":
        before = [word for word in said if word.start < refers.start()]
        # What stands before it in the question itself is likely what it means.
        return len(before) < _ANTECEDENT and not any(word.kind == "name" for word in before)
    if named or _DEFINES.match(question):
        return False
    return len(said) <= (3 if re.search(r"\bthe\b", question, re.IGNORECASE) else 1)


def is_joined(question: str) -> bool:
    """Say whether a question goes on from what was said even where it reads like small talk.

    >>> is_joined("And what can it do?"), is_joined("And how are you?"), is_joined("Hello")
    (True, False, False)
    """
    question = _INTERJECTION.sub("", question)
    return bool(_CONTINUES.match(question) and _REFERS.search(question))


def standalone(question: str, history: Sequence[Turn], titles: Sequence[str] = ()) -> str:
    """Return a follow-up as a question that stands alone, without a model.

    "What about X?" repeats the question before with X in its subject's place; "and on X?", which
    asks nothing by itself, is added to it; any other follow-up is asked of a paper that the
    answer before cited (``titles``, in the order of citation).

    >>> turn = Turn("How fast is LCNN?", "37.6x [1].")
    >>> standalone("What about TinyCLIP?", [turn])
    'How fast is TinyCLIP?'
    >>> standalone("And on ImageNet?", [turn])
    'How fast is LCNN? And on ImageNet?'
    >>> standalone("and how large is it?", [turn], ["LCNN: Lookup-based CNN"])
    'LCNN: Lookup-based CNN: how large is it?'
    """
    if not history or not refers_back(question):
        return question
    question = _INTERJECTION.sub("", question)
    before = standalone(history[-1].question, history[-_FAR:-1])
    about = _ABOUT.match(question)
    if about and not _REFERS.search(about[1]):
        return _with_subject(before, about[1], titles)
    joining = _JOINING.match(question)
    asks = question[joining.end() :] if joining else question
    if not titles or not _ASKS.search(asks):
        return f"{before} {question}"
    ordinals = (i for i, word in enumerate(_ORDINALS) if f"the {word}" in question.lower())
    return f"{titles[min(next(ordinals, 0), len(titles) - 1)]}: {asks}"


def _with_subject(before: str, subject: str, titles: Sequence[str]) -> str:
    """Return the question before with another subject in place of its own.

    Its own is the name that a cited title has, else its only name; where neither is certain,
    the new subject goes in front.
    """
    names = [word for word in words(before) if word.kind == "name"]
    known = {word.stem for title in titles for word in words(title)}
    cited = [name for name in names if name.stem in known]
    own = {before[n.start : _chunk_end(before, n.start)] for n in cited[:1] or names}
    if len(own) != 1:
        return f"{subject}: {before}"
    return before.replace(own.pop(), subject)


def _chunk_end(text: str, start: int) -> int:
    """Return where the run of letters, digits and inner hyphens that begins at ``start`` ends."""
    match = re.compile(r"[^\W_]+(?:[-.+][^\W_]+)*").match(text, start)
    return match.end() if match else start
