"""Sentences made false by program: what a checker must not take for the sentence itself."""

from __future__ import annotations

import random
import re

_OPPOSITES = {
    "increase": "decrease", "increases": "decreases", "increased": "decreased",
    "increasing": "decreasing", "higher": "lower", "better": "worse", "improve": "worsen",
    "improves": "worsens", "improved": "worsened", "outperforms": "falls behind",
    "outperform": "fall behind", "more": "fewer", "larger": "smaller", "greater": "smaller",
    "positive": "negative", "positively": "negatively", "before": "after", "with": "without",
    "best": "worst", "most": "least", "faster": "slower", "stronger": "weaker",
    "reduce": "raise", "reduces": "raises", "reduced": "raised",
    "up-regulated": "down-regulated", "promotes": "inhibits", "supervised": "unsupervised",
    "significantly": "not significantly", "first": "last", "early": "late", "high": "low",
    "long": "short", "all": "some", "many": "few", "effective": "ineffective",
    "superior": "inferior", "significant": "insignificant", "simple": "complex",
    "common": "rare", "monolingual": "multilingual", "similar": "different",
}  # fmt: skip
_OPPOSITES = {b: a for a, b in _OPPOSITES.items()} | _OPPOSITES
_AUXILIARY = r"\b(is|are|was|were|can|does|do|did|could|may|will)"
_DENIALS = (
    (rf"{_AUXILIARY}\b(?! not)", r"\1 not"),
    (rf"{_AUXILIARY} not\b", r"\1"),
    (r"\bwe (show|find|found|demonstrate|observe)\b(?! not)", r"we do not \1"),
)
_NUMBER = re.compile(r"(?<![\w.-])\d+(?:\.\d+)?(?![\w-])")
_NAME = re.compile(r"\b[A-Z][\w-]*[A-Z0-9][\w-]*(?: [A-Z][\w-]+)?\b")
_SIDES = re.compile(
    r"\b(\w[\w-]*(?: [\w-]+){0,2}) (outperforms?|than|over|from|causes?|precedes?|predicts?|"
    r"inhibits?|compared (?:to|with)|rather than|instead of|to) "
    r"((?:the |a )?\w[\w-]*(?: [\w-]+)?)\b"
)
_OPENINGS = re.compile(
    r"\A(?:However|Moreover|Furthermore|Finally|In addition|Therefore|Additionally|Thus|"
    r"Specifically|In this paper|In this work)[, ]+"
)


def falsify(sentence: str, rng: random.Random) -> tuple[str, str] | None:
    """Return the kind of a falsehood and the sentence made false by it; None where none fits."""
    ways = {
        "number": _change_number,
        "direction": _turn_direction,
        "negation": _deny,
        "names": _swap_names,
        "roles": _swap_sides,
    }
    for kind in rng.sample(sorted(ways), len(ways)):
        made = ways[kind](sentence, rng)
        if made and made != sentence:
            return kind, made
    return None


def lighten(sentence: str, rng: random.Random) -> str:
    """Return a sentence as one would quote it: without its opening, perhaps its brackets."""
    text = _OPENINGS.sub("", sentence)
    if rng.random() < 0.5:
        text = re.sub(r"\s*\([^()]{2,60}\)", "", text)
    if rng.random() < 0.7:
        text = re.sub(r"\b[Ww]e\b", "the authors", text)
        text = re.sub(r"\b[Oo]ur\b", "their", text)
    if rng.random() < 0.3:
        text = re.split(r"(?:, (?:which|while|and|but)|; )", text)[0]
    return text[:1].upper() + text[1:]


def _change_number(sentence: str, rng: random.Random) -> str | None:
    """Exchange two numbers, or put another in the place of one."""
    found = list(_NUMBER.finditer(sentence))
    if not found:
        return None
    one = rng.choice(found)
    others = [other for other in found if other[0] != one[0]]
    if others and rng.random() < 0.35:
        low, high = sorted([one, rng.choice(others)], key=lambda match: match.start())
        between = sentence[low.end() : high.start()]
        return sentence[: low.start()] + high[0] + between + low[0] + sentence[high.end() :]
    value, decimals = float(one[0]), len(one[0].partition(".")[2])
    new = f"{value * rng.choice([0.5, 2, 1.3, 0.8, 10, 1.1, 0.1]):.{decimals}f}"
    if new == one[0]:
        new = f"{value + 3:.{decimals}f}"
    return sentence[: one.start()] + new + sentence[one.end() :]


def _turn_direction(sentence: str, rng: random.Random) -> str | None:
    found = [m for m in re.finditer(r"\b[a-z-]+\b", sentence) if m[0] in _OPPOSITES]
    if not found:
        return None
    word = rng.choice(found)
    return sentence[: word.start()] + _OPPOSITES[word[0]] + sentence[word.end() :]


def _deny(sentence: str, rng: random.Random) -> str | None:
    fitting = [pair for pair in _DENIALS if re.search(pair[0], sentence, re.IGNORECASE)]
    if not fitting:
        return None
    pattern, new = rng.choice(fitting)
    place = rng.choice(list(re.finditer(pattern, sentence, re.IGNORECASE)))
    said = re.sub(pattern, new, place[0], flags=re.IGNORECASE)
    return sentence[: place.start()] + said + sentence[place.end() :]


def _swap_names(sentence: str, rng: random.Random) -> str | None:
    names = sorted({match[0] for match in _NAME.finditer(sentence)})
    if len(names) < 2:
        return None
    one, two = rng.sample(names, 2)
    either = rf"\b(?:{re.escape(one)}|{re.escape(two)})\b"
    return re.sub(either, lambda match: two if match[0] == one else one, sentence)


def _swap_sides(sentence: str, rng: random.Random) -> str | None:
    match = _SIDES.search(sentence)
    if not match or rng.random() < 0.2:  # seldom enough to leave the other ways their turn
        return None
    one, verb, two = match.groups()
    return sentence[: match.start()] + f"{two} {verb} {one}" + sentence[match.end() :]
