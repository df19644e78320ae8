"""The two sides of a comparison, as a question words them."""

from __future__ import annotations

import re

_SIDE = r"(\S.{0,118}?\S|\S)"
_AND = r"(?:and|&)"
_WITH = r"(?:and|with|to|against|versus|vs\.?|&|from)"
_TRAITS = (
    r"(?:comparison|differences?|similarit(?:y|ies)|contrasts?|relation(?:ship)?s?|"
    r"trade-?\s?offs?|parallels?)"
)
_FIT = (  # one is (more) something than the other
    r"(?:better|worse|faster|slower|larger|smaller|bigger|cheaper|stronger|weaker|(?:more|less)\s"
    r"\S{3,40}|\S{3,20}er)(?:\s\S{2,20}){0,3}?"
)
_NO_SIDE = re.compile(
    r"\b(?:what|which|how|why|who|when|is|are|was|were|does|do|did|should|would|can|not|they|them|it|"
    r"that|this|these|those|i|we|you|at|in|on|for|with|by|to|from)\b",
    re.IGNORECASE,
)
# In these orders: what says most plainly which the sides are comes first.
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\bboth\s+{_SIDE}\s+{_AND}\s+{_SIDE}(?=\s+(?:are|use|do|have|learn|train|can|work)\b|\s*[,;:]|"
        r"\s+\w+s?\s+[^;]{1,60};)",
        rf"\bwhich\s+of\s+{_SIDE}\s+(?:and|or)\s+{_SIDE}\s+(?:is|are|was|has|does|do)\b",
        rf"\b(?:compar(?:e|es|ing|ison of)|contrast(?:ing)?)\s+(?:how\s+|what\s+|whether\s+)?"
        rf"{_SIDE}\s+{_WITH}\s+(\S.{{1,118}})",
        rf"\b{_TRAITS}\s+(?:is\s+there\s+|are\s+there\s+)?(?:between|btw|of|betw\.?)\s+{_SIDE}\s+"
        rf"{_WITH}\s+(\S.{{1,118}})",
        rf"\b(?:advantages?|benefits?|strengths?)\s+of\s+{_SIDE}\s+(?:over|against|compared\s+(?:to|with))\s+"
        r"(\S.{1,118})",
        rf"\bpros\s+(?:and|&)\s+cons\s+of\s+{_SIDE}\s+(?:versus|vs\.?|and|against|or)\s+(\S.{{1,118}})",
        rf"\b(?:distinguish(?:es)?|separates?|tells?)\s+{_SIDE}\s+(?:from|{_AND})\s+(\S.{{1,118}})",
        rf"\bsets?\s+{_SIDE}\s+apart\s+from\s+(\S.{{1,118}})",
        rf"\bsets?\s+apart\s+{_SIDE}\s+(?:from|{_AND})\s+(\S.{{1,118}})",
        rf"\bmakes?\s+{_SIDE}\s+(?:so\s+)?different\s+from\s+(\S.{{1,118}})",
        rf"\b(?:how|what|where|in\s+(?:what|which)\s+\w+)\s+(?:does|do|is|are|did)\s+{_SIDE}\s+"
        r"(?:(?:differ|different|distinct)\s+from|compared?\s+(?:to|with|against)|related?\s+to)\s+"
        r"(\S.{1,118})",
        rf"\b(?:how|where|in\s+(?:what|which)\s+\w+)\s+(?:do|does|are|is|did)\s+{_SIDE}\s+{_AND}\s+{_SIDE}\s+"
        r"(?:differ|different|compare|similar|related|relate|alike)\b",
        rf"\bwhat\s+(?:do|have|does|has)\s+{_SIDE}\s+{_AND}\s+{_SIDE}\s+(?:have\s+in\s+common|in\s+common|share)\b",
        rf"\b(?:is|are|was|were)\s+{_SIDE}\s+(?:the\s+same\s+as|similar\s+to|different\s+from|superior\s+to|"
        rf"inferior\s+to|{_FIT}\s+than)\s+(\S.{{1,118}})",
        rf"\b(?:why|when)\s+(?:is|are)\s+{_SIDE}\s+{_FIT}\s+than\s+(\S.{{1,118}})",
        rf"\b(?:are)\s+{_SIDE}\s+{_AND}\s+{_SIDE}\s+(?:the\s+same|similar|alike)\b",
        rf"\b(?:does|do|did|can)\s+{_SIDE}\s+(?:outperform|beat|surpass|exceed|(?:work|perform|do)\s+"
        rf"(?:better|worse)\s+than)\s+(\S.{{1,118}})",
        r"\b(?:should|would|shall)\s+(?:i|we|you|one)\s+(?:rather\s+)?(?:use|choose|pick|prefer|take|try)\s+"
        rf"{_SIDE}\s+(?:or|over|instead\s+of|rather\s+than)\s+(\S.{{1,118}})",
        rf"\b(?:use|using|prefer|choose)\s+{_SIDE}\s+(?:instead\s+of|rather\s+than|over)\s+(\S.{{1,118}})",
        rf"\b(?:which|who|what)\b[^,:?;]{{2,80}}[,:?;]\s*{_SIDE}\s+or\s+([^?.,:;]{{2,118}})",
        rf"\bwhich\s+(?:one\s+)?(?:is|was|works|performs|should\s+i\s+use)\s+\S{{3,20}}\s+{_SIDE}\s+or\s+"
        r"([^?.,:;]{2,118})",
        rf"\b(?:difference|differences)\s+{_SIDE}\s+(?:{_AND}|vs\.?)\s+(\S.{{1,118}})",
        rf"\A\s*{_SIDE}\s+(?:versus|vs\.?|as\s+opposed\s+to|in\s+comparison\s+(?:to|with)|in\s+contrast\s+to|"
        r"compared\s+(?:to|with|against))\s+(?:other\s+.{2,80}?\s+such\s+as\s+)?(\S.{1,118})",
        r"\A\s*((?-i:\S*\w[A-Z]\S*))\s+against\s+(\S.{1,118})",
        rf"\A\s*{_SIDE}\s*(?:,|\s{_AND})\s+{_SIDE}(?:\s+side\s+by\s+side|\s+compared|\s+comparison|"
        r"\s+differences?|\s*[:,;]\s*(?:what|how|which|similarities|differences?).*)",
        rf"\A\s*{_SIDE}\s+or\s+([^,;:?]{{2,118}})",
    )
)
# Where the second side ends and what is compared begins.
_ASPECT = re.compile(
    r"[?:;,]\s.*|\s[-–—]\s.*|[?:;,.!]+\Z|"
    r"\s(?:and\s+by|as|by|in\s+terms\s+of|regarding|when|with\s+respect\s+to|side\s+by\s+side|for\s+\S+ing|"
    r"on\s+the\s+\S+)(?:\s.*|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_LONGEST = 9  # words of a side
_LEADING = re.compile(r"\A(?:the|a|an|using|either|between|of)\s+", re.IGNORECASE)


def sides(question: str) -> tuple[str, str] | None:
    """Return what a comparison compares; None where two sides cannot be told.

    >>> sides("What sets LiT apart from CLOOB?"), sides("Is dropout useful?")
    (('LiT', 'CLOOB'), None)
    """
    for pattern in _PATTERNS:
        match = pattern.search(question)
        if match is None:
            continue
        first, second = match.groups()
        pair = (_trimmed(first), _trimmed(_ASPECT.sub("", second, count=1)))
        if all(len(side) > 1 and not _NO_SIDE.match(side) and _is_one(side) for side in pair):
            return pair
    return None


def _is_one(side: str) -> bool:
    """Say whether a side is a noun with little beside it, not half of a sentence, or two.

    >>> _is_one("fine-tuning of the last layer"), _is_one("a teacher. Why is the plain one")
    (True, False)
    """
    return len(side.split()) <= _LONGEST and not re.search(r"[.?!]\s", side)


def _trimmed(side: str) -> str:
    return _LEADING.sub("", side.strip(" ?.!,;:")).strip(" ?.!,;:")
