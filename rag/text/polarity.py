"""Whether two sentences about the same thing point in opposite directions."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

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


_UP = _inflect(
    "increase~ elevate~ enhance~ augment~ raise~ boost~ amplify amplifies amplified strengthen~ "
    "promote~ stimulate~ accelerate~ upregulate~ exacerbate~ facilitate~ improve~ gain~ grow grows "
    "grew rise rises rose rising higher greater more longer larger upregulation improvement "
    "improvements enhancement elevation"
)
_DOWN = _inflect(
    "decrease~ reduce~ lower~ diminish~ attenuate~ suppress suppresses suppressed suppressing "
    "inhibit~ impair~ decline~ downregulate~ weaken~ worsen~ degrade~ hinder~ block~ repress "
    "represses repressed prevent~ drop drops dropped dropping less fewer shorter smaller slow "
    "slows slowed reduction reductions downregulation inhibition suppression loss impairment"
)
_TOKEN = re.compile(r"[^\W_]+")


class _Direction(NamedTuple):
    """A way up (True) or down, with the stems of the words around it."""

    up: bool
    near: frozenset[str]


def opposed(claim: str, said: Sequence[Word], passage: str, read: Sequence[Word]) -> bool:
    """Say whether a claim and a passage point in opposite directions; each comes with its words.

    That is: the claim says up and the passage down next to the same words, or the other way round
    (a denial turns a direction round), or only one of the texts denies what both name.

    >>> from rag.text.words import words
    >>> claim, passage = "Dropout reduces overfitting.", "Dropout does not reduce overfitting."
    >>> opposed(claim, words(claim), passage, words(passage))
    True
    """
    stated = _directions(passage, read, _AROUND_STATED)
    claimed = _directions(claim, said, _AROUND_CLAIMED)
    for mine in claimed if stated else ():
        shared = [len(mine.near & theirs.near) for theirs in stated]
        nearest = {each.up for each, n in zip(stated, shared, strict=True) if n == max(shared)}
        if mine.up not in nearest:
            return True
    if claimed and stated:
        return False
    both = {word.stem for word in said} & {word.stem for word in read}
    return denies(claim, said, both) != denies(passage, read, both)


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
    denied: set[int] = set()  # where the words are that a denial reaches
    for _, _, end, right in _denials(text):
        denied |= {token.start() for token in islice(_TOKEN.finditer(text, end, right), _AFTER)}
    starts = [word.start for word in said]
    found = []
    for token in _TOKEN.finditer(text):
        word, start = token.group().lower(), token.start()
        if word in _UP or word in _DOWN:
            at = bisect_left(starts, start)
            own = at < len(said) and starts[at] == start
            near = (*said[max(0, at - around) : at], *said[at + own : at + own + around])
            stems = frozenset(each.stem for each in near)
            found.append(_Direction((word in _UP) != (start in denied), stems))
    return found
