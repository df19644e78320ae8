"""How answers decline, and how a model is seen to."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.receipts.markers import no_markers
from rag.types import Hit

# What a model is told to reply, and what every answer that declines begins with.
REFUSAL = "These papers do not answer that."

_WORD = re.compile(r"\w+")
_PAPERS = r"(?:papers|sources|abstracts|documents|passages|texts?|context|information)"
_SHAPE = re.compile(
    r"(?:(?:answer|refusal|reply|sorry|unfortunately|apologies|my|i|am|m|im|afraid|but|that|"
    r"however|so|no) ){0,6}"
    rf"(?:(?:the|these|those|none of the|none of these|no) (?:\w+ )?{_PAPERS} (?:\w+ )?"
    r"(?:(?:do|does|did|can|could) not |cannot )?(?:directly )?answers? "
    r"(?:that|this|it|the|your)\b)"
)
_NEGATIVE = re.compile(r"\b(?:not|cannot|none|no)\b")
# In a model's own words; only asked of what cites nothing.
_OWN_WORDS = re.compile(
    rf"\b{_PAPERS} (?:\w+ ){{0,4}}?(?:do|does|did|is|are|can|could) not\b|"
    rf"\b{_PAPERS} (?:\w+ ){{0,2}}?cannot\b|\bnone of the (?:\w+ )?{_PAPERS}\b|"
    r"\b(?:i|we) (?:am |m |are |re )?(?:do not know|do not have|cannot|can not|could not|"
    r"not able|unable|not sure)\b|"
    r"\b(?:there (?:is|are|s)|contains?|provides?|have|has|gives?|found|find) no "
    r"(?:\w+ ){0,2}(?:information|mention|data|evidence|answer|details?|reference)\b|"
    rf"\bnot (?:\w+ )?(?:mentioned|stated|provided|given|specified|discussed|addressed|covered|"
    rf"answered|found|contained|included) (?:in|by) (?:\w+ ){{0,2}}{_PAPERS}\b"
)


def is_refusal(text: str) -> bool:
    """Say whether a text begins with the refusal, however dressed and whatever follows it.

    >>> is_refusal("**“These papers don’t answer that.”** They are about birds.")
    True
    >>> is_refusal("These papers answer that: the sky is blue [1].")
    False
    """
    shape = _SHAPE.match(_words_of(text[:400]))
    return bool(shape and _NEGATIVE.search(shape[0]))


def may_refuse(text: str) -> bool:
    """Say whether a text that goes on is a refusal, or may still become one.

    >>> [may_refuse(text) for text in ("", "**These pap", "These papers show", "The graph")]
    [True, True, False, False]
    """
    *said, last = _words_of(text).split() or [""]
    begun = all(word in _OPENING for word in said)
    return is_refusal(text) or (begun and any(word.startswith(last) for word in _OPENING))


_OPENING = frozenset(
    "answer answers refusal reply sorry unfortunately apologies my i am m im afraid but that "
    "however so no the these those none of papers sources abstracts documents passages text texts "
    "context information provided given do does did can could not cannot directly".split()
)


def says_no_answer(text: str) -> bool:
    """Say whether the first sentences of a text that cites nothing say that there is no answer.

    >>> says_no_answer("The provided sources do not mention any budget.")
    True
    """
    return is_refusal(text) or bool(_OWN_WORDS.search(_words_of(text[:300])))


def _words_of(text: str) -> str:
    """Return the words of a text in lower case, with "n't" as the word that it is."""
    plain = text.lower().replace("’", "'").replace("can't", "cannot").replace("n't", " not")
    return " ".join(_WORD.findall(plain.replace("_", " ")))


def declined(hits: Sequence[Hit], missing: Sequence[str]) -> str:
    """Return the answer that says that the papers do not answer, what they lack, and the nearest.

    ``missing`` are asked words that no paper has.
    """
    if not hits:
        return f"{REFUSAL} No paper in the library is near the question."
    lacking = f" No paper mentions {_either(missing)}." if missing else ""
    nearest = "; ".join(f"“{no_markers(hit.paper.name)}”" for hit in hits[:3])
    return f"{REFUSAL}{lacking} The nearest papers are {nearest}."


def none_is_about(names: Sequence[str]) -> str:
    """Say which sides of a comparison no paper is about."""
    return f"No paper here is about {_either([no_markers(name) for name in names])}."


def _either(words: Sequence[str]) -> str:
    """Return words in quotes with commas and "or" between.

    >>> _either(["speech", "audio", "hours"])
    '“speech”, “audio” or “hours”'
    """
    *others, last = (f"“{word}”" for word in words)
    return f"{', '.join(others)} or {last}" if others else last
