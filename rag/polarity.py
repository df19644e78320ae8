"""Whether two texts about the same thing point in opposite directions."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.wording import Word, stem

# Verbs and clauses are negated farther than nouns are.
_NEGATION = re.compile(
    r"\b(?P<far>not|cannot|never|neither|nor|unable|fail(?:s|ed|ing)?(?: to)?|hardly|rarely)\b|"
    r"(?P<apostrophe>n['’]t\b)|\b(?:no|none|without|lack(?:s|ed|ing)?|absence|absent)\b",
    re.IGNORECASE,
)
# These look like negations and are none.
_NO_NEGATION = re.compile(
    r"not only|no (?:less|fewer|more) than|no\.? \d|whether or not|not to mention", re.IGNORECASE
)
_CLAUSE_END = re.compile(r"[.;:!?]|,? (?:but|whereas|while|although|however|yet)\b", re.IGNORECASE)
_FAR, _NEAR = 6, 3  # words that a negation reaches

# Opposite directions; a word stands on one axis only.
_AXES = tuple(
    tuple(frozenset(stem(word) for word in side.split()) for side in pair)
    for pair in (
        (
            "increase increased increases increasing elevate elevated enhance enhanced enhances "
            "augment rise rises rising raise raises raised higher upregulate upregulated "
            "upregulation up grow grew boost boosts accelerate accelerates more greater amplify "
            "strengthen gain gains promote promotes stimulate stimulates exacerbate longer larger "
            "improve improves improved improvement facilitate",
            "decrease decreased decreases decreasing reduce reduces reduced reduction lower lowers "
            "lowered diminish attenuate attenuates suppress suppresses inhibit inhibits inhibition "
            "impair impairs decline declines downregulate downregulated downregulation down fewer "
            "less weaken weakens drop drops shorter smaller worsen worsens degrade degrades "
            "hinder hinders block blocks repress represses prevent prevents slow slows",
        ),
        ("better best superior outperform outperforms exceed exceeds surpass surpasses",
         "worse worst inferior underperform underperforms"),
        ("high", "low"),
        ("positive positively", "negative negatively"),
        ("faster fast quickly rapid rapidly", "slower slowly"),
        ("sensitive susceptible vulnerable", "resistant insensitive"),
        ("activate activates activation active", "inactivate deactivate inactivation inactive"),
        ("effective effectively successful", "ineffective unsuccessful"),
        ("necessary required essential indispensable require requires",
         "dispensable unnecessary unneeded"),
        ("beneficial benefit benefits", "harmful harm harms detrimental"),
        ("common frequent often", "rare rarely uncommon"),
        ("stable unchanged", "unstable"),
        ("with presence present", "without absence absent lack lacks lacking"),
        ("agree agrees consistent", "disagree disagrees contradict contradicts inconsistent"),
        ("large", "small"),
        ("many most", "few"),
        ("possible feasible", "impossible infeasible"),
        ("supervised", "unsupervised"),
        ("before prior", "after following"),
    )
)  # fmt: skip
_SIDE = {
    word: (axis, sign)
    for axis, (plus, minus) in enumerate(_AXES)
    for word, sign in [*((w, 1) for w in plus), *((w, -1) for w in minus - plus)]
}


@dataclass(frozen=True, slots=True)
class Opposition:
    """How a claim and a passage differ in direction.

    ``negation`` is the share of the shared words that one of them negates and the other does
    not, ``direction`` the number of the claim's words of direction that the passage reverses.
    """

    negation: float
    direction: int


def negated(text: str, said: Sequence[Word]) -> list[bool]:
    """Return for each word of ``text`` whether a negation reaches it.

    >>> from rag.wording import words
    >>> text = "It does not improve recall, but speed."
    >>> [(word.text, flag) for word, flag in zip(words(text), negated(text, words(text)))]
    [('improve', True), ('recall', True), ('speed', False)]
    """
    flags = [False] * len(said)
    spared = [match.span() for match in _NO_NEGATION.finditer(text)]
    for cue in _NEGATION.finditer(text):
        if any(start <= cue.start() < end for start, end in spared):
            continue
        stop = _CLAUSE_END.search(text, cue.end())
        end = stop.start() if stop else len(text)
        reached = [i for i, word in enumerate(said) if cue.end() <= word.start < end]
        for i in reached[: _FAR if cue["far"] or cue["apostrophe"] else _NEAR]:
            flags[i] = not flags[i]
    return flags


def compare(claim: str, said: Sequence[Word], passage: str, read: Sequence[Word]) -> Opposition:
    """Compare the directions of a claim and a passage, each with its words.

    >>> from rag.wording import words
    >>> one, two = "Dropout reduces overfitting.", "Dropout increases overfitting."
    >>> compare(one, words(one), two, words(two))
    Opposition(negation=0.0, direction=1)
    """
    there: dict[str, set[bool]] = {}
    signs: dict[int, set[int]] = {}
    for word, flag in zip(read, negated(passage, read), strict=True):
        there.setdefault(word.stem, set()).add(flag)
        if word.stem in _SIDE:
            axis, sign = _SIDE[word.stem]
            signs.setdefault(axis, set()).add(-sign if flag else sign)
    shared = differing = direction = 0
    for word, flag in zip(said, negated(claim, said), strict=True):
        if word.stem in _SIDE:
            axis, sign = _SIDE[word.stem]
            wanted = -sign if flag else sign
            direction += axis in signs and wanted not in signs[axis]
        elif word.stem in there:
            shared += 1
            differing += flag not in there[word.stem]
    return Opposition(differing / shared if shared else 0.0, direction)
