"""Whether two sentences about the same thing point in opposite directions."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from rag.text.words import Word

# Denials; what only looks like one comes first, so that it is passed over.
_DENIAL = re.compile(
    r"\bnot only\b|\bno (?:less|fewer|more) than\b|\bno\.? \d|\bwhether or not\b|"
    r"(?P<cue>\b(?:no|not|cannot|never|neither|nor|none|unable|fail(?:s|ed|ing)?|hardly|rarely|"
    r"unaffected|unchanged|unrelated)\b|n['’]t\b)",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(
    r"[.;:!?]|,|\b(?:but|whereas|while|although|though|however|yet|when|if|because)\b",
    re.IGNORECASE,
)
_AFTER, _BEFORE = 6, 4  # words that a denial reaches in its clause
_AROUND_CLAIMED, _AROUND_STATED = 3, 5  # words by which a direction is known to be of the same


def _inflect(listed: str) -> frozenset[str]:
    """Return the words; those marked with ~ are verbs and come with -s, -ed, -ing.

    >>> sorted(_inflect("rose reduce~"))
    ['reduce', 'reduced', 'reduces', 'reducing', 'rose']
    """
    out = set()
    for word in listed.split():
        base = word.rstrip("~")
        out.add(base)
        if word.endswith("~"):
            root = base.removesuffix("e")
            out |= {f"{base}s", f"{root}ed", f"{root}ing"}
    return frozenset(out)


# Opposite directions. A word stands on one axis only.
_AXES = tuple(
    (_inflect(plus), _inflect(minus))
    for plus, minus in (
        (
            "increase~ elevate~ enhance~ augment~ raise~ boost~ amplify amplifies amplified "
            "strengthen~ promote~ stimulate~ accelerate~ upregulate~ exacerbate~ facilitate~ "
            "improve~ gain~ grow grows grew rise rises rose rising higher greater more longer "
            "larger upregulation improvement improvements enhancement elevation",
            "decrease~ reduce~ lower~ diminish~ attenuate~ suppress suppresses suppressed "
            "suppressing inhibit~ impair~ decline~ downregulate~ weaken~ worsen~ degrade~ hinder~ "
            "block~ repress represses repressed prevent~ drop drops dropped dropping "
            "less fewer shorter smaller slow slows slowed reduction reductions "
            "downregulation inhibition suppression loss impairment",
        ),
        (
            "better best superior outperform~ exceed~ surpass surpasses surpassed beats",
            "worse worst inferior underperform~",
        ),
        ("high", "low"),
        ("positive positively", "negative negatively"),
        ("faster fast quickly rapid rapidly quicker", "slower slowly"),
        ("sensitive susceptible vulnerable sensitivity", "resistant insensitive resistance"),
        ("activate~ activation active", "inactivate~ deactivate~ inactivation inactive"),
        ("effective effectively successful", "ineffective ineffectively unsuccessful"),
        ("necessary required essential indispensable requires", "dispensable unnecessary"),
        ("beneficial benefit benefits", "harmful harm harms detrimental"),
        ("common frequent frequently often", "rare rarely uncommon infrequent seldom"),
        ("stable", "unstable"),
        ("consistent agree~", "inconsistent disagree~ contradict~"),
        ("large", "small"),
        ("possible feasible", "impossible infeasible"),
        ("supervised", "unsupervised"),
        ("most", "least"),
        ("early earlier", "late later"),
        ("above", "below"),
        ("before", "after"),
        ("maximum maximal", "minimum minimal"),
        ("independent independently", "dependent"),
        ("with", "without"),
    )
)
_WITH = len(_AXES) - 1  # so common that only the same words right after it count
_SIDE = {
    word: (axis, sign)
    for axis, sides in enumerate(_AXES)
    for sign, side in zip((1, -1), sides, strict=True)
    for word in side
}
_DEGREES = frozenset("more less".split())
_TOKEN = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class _Direction:
    """A sign (1 or -1) taken on an axis, with the stems of the words around it."""

    axis: int
    sign: int
    near: frozenset[str]


def opposed(claim: str, said: Sequence[Word], passage: str, read: Sequence[Word]) -> bool:
    """Say whether a claim and a passage point in opposite directions; each comes with its words.

    That is: the claim has a word of direction whose opposite the passage has next to the same
    words (a denial turns a direction round), or only one of the texts denies what both name.

    >>> from rag.text.words import words
    >>> claim, passage = "Dropout reduces overfitting.", "Dropout does not reduce overfitting."
    >>> opposed(claim, words(claim), passage, words(passage))
    True
    """
    stated = _directions(passage, read, _AROUND_STATED)
    agreed = False
    for mine in _directions(claim, said, _AROUND_CLAIMED):
        same_axis = [theirs for theirs in stated if theirs.axis == mine.axis]
        shared = [len(mine.near & theirs.near) for theirs in same_axis]
        most = max(shared, default=0)
        if not same_axis or (mine.axis == _WITH and not most):
            continue
        signs = {each.sign for each, n in zip(same_axis, shared, strict=True) if n == most}
        if mine.sign not in signs:
            return True
        agreed = agreed or mine.axis != _WITH
    both = {word.stem for word in said} & {word.stem for word in read}
    return not agreed and denies(claim, said, both) != denies(passage, read, both)


def denies(text: str, said: Sequence[Word], stems: set[str]) -> bool:
    """Say whether a denial in a text with these words reaches one of the stems."""
    starts = [word.start for word in said]  # words follow each other
    for left, start, end, right in _denials(text):
        here, there = bisect_left(starts, start), bisect_left(starts, end)
        first = max(bisect_left(starts, left), here - _BEFORE)
        last = min(bisect_left(starts, right), there + _AFTER)
        if any(word.stem in stems for word in (*said[first:here], *said[there:last])):
            return True
    return False


def _denials(text: str) -> Iterator[tuple[int, int, int, int]]:
    """Yield (start of the clause, start and end of the denial, end of the clause)."""
    ends = [0, *(match.start() for match in _CLAUSE_END.finditer(text)), len(text)]
    for cue in _DENIAL.finditer(text):
        if cue["cue"]:
            left = ends[bisect_left(ends, cue.start(), lo=1) - 1]
            yield left, cue.start(), cue.end(), ends[bisect_left(ends, cue.end(), lo=1)]


def _directions(text: str, said: Sequence[Word], around: int) -> list[_Direction]:
    """Return the directions of a text with these words, denials counted in."""
    denied = bytearray(len(text) + 1)
    for _, _, end, right in _denials(text):
        tokens = list(islice(_TOKEN.finditer(text, end, right), _AFTER))
        stop = tokens[-1].end() if tokens else end
        denied[end:stop] = b"\1" * (stop - end)
    starts = [word.start for word in said]
    found: list[_Direction] = []

    def add(axis: int, sign: int, start: int) -> None:
        at = bisect_left(starts, start)
        own = at < len(said) and starts[at] == start
        after = [word.stem for word in said[at + own : at + own + around]]
        before = [word.stem for word in said[max(0, at - around) : at]]
        near = after[:2] if axis == _WITH else before + after
        found.append(_Direction(axis, sign, frozenset(near)))

    degree = place = 0  # of a "more" or "less" that may belong to the next word
    for token in _TOKEN.finditer(text):
        word, start = token.group().lower(), token.start()
        turn = -1 if denied[start] else 1
        axis, sign = _SIDE.get(word, (-1, 0))
        if degree and (axis < 0 or word in _DEGREES):
            add(0, degree, place)
            degree = 0
        if word in _DEGREES:
            degree, place = sign * turn, start
        elif axis >= 0:
            add(axis, sign * (degree or turn), start)
            degree = 0
    if degree:
        add(0, degree, place)
    return found
