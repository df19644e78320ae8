"""The sentences that carry a draft's citations, and what they claim."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator, Sequence

from rag.drafts.author_year import ONLY_NAMES
from rag.drafts.marks import EAST, Mark
from rag.text.sentences import sentence_spans

_CLOSES = re.compile(r"(?<=[.!?])[}“»]|(?<=[。！？])[}»]")
_MARKUP = re.compile(r"\\[A-Za-z]{1,30}\*?\{?|[{}$@]|`(?=`)|^[ \t]*%[ \t]*$", re.M)
_GOES_ON = re.compile(
    r"\b(?:al|cf|vgl|cfr|bzw|bspw|z\.\s?b|e\.g|i\.e|etc|vs|figs?|eqs?|refs?|u\.s|u\.k)\.\}?\s*\Z",
    re.I,
)


_TAG = re.compile(r"(?<=\w)[.!?]\[[^\[\]\n]{1,40}\](?=\s)")  # .[citation needed]


def sentences(text: str, marks: Sequence[Mark]) -> Iterator[tuple[int, int]]:
    """Yield where the sentences are; what cites after a full stop belongs to the one before.

    >>> from rag.drafts.citing import find_marks
    >>> from rag.drafts.marks import Known
    >>> text = "It is fast. [1] It is small (Lee et al. 2020)."
    >>> [text[a:b] for a, b in sentences(text, find_marks(text, Known((), {})))]
    ['It is fast. [1]', 'It is small (Lee et al. 2020).']
    """
    masked = list(_MARKUP.sub(lambda match: " " * len(match[0]), _CLOSES.sub('"', text)))
    for mark in marks:
        goes_on = _GOES_ON.search(text[max(0, mark.start - 12) : mark.start])
        masked[mark.start : mark.end] = ("x" if goes_on else "X") * (mark.end - mark.start)
        if "".join(masked[max(0, mark.start - 1) : mark.start]) in ("%", ")", "]"):
            masked[mark.start - 1] = "x"  # one raised number is no initial: 66%³.
    whole = "".join(masked)
    runs, done = _runs(marks), 0
    for match in re.finditer(r"([.!?…。！？])[\"'”’)」』）]{0,2}\s*(?=[Xx])", whole):
        last = runs.get(match.end())
        if last is None or match.start() < done or not _AFTER_RUN.match(whole, last):
            continue
        stop = match[1] if match[1] in "。！？" else "."
        masked[match.start() : last] = "0" * (last - match.start() - 1) + stop  # no initial
        done = last
    for tag in _TAG.finditer(whole):
        masked[tag.start() : tag.end()] = "0" * (tag.end() - tag.start() - 1) + "."
    before = 0
    for start, end in sentence_spans("".join(masked)):
        opens = re.search(r"\S*\Z", text[before:start])  # \\emph{, `` and the like
        yield start - len(opens[0] if opens else ""), end
        before = end


_AFTER_RUN = re.compile(rf"\.?\s*\Z|\.?\s+[\"'“‘(\[]?[^\W\da-z_]|[“「『《{EAST}]")
_FOLLOWS = re.compile(r"\s+[a-z]+")
_NOT_SAID = re.compile(
    r"https?://\S+|\A\[[ xX]\]\s|\barxiv:\s?\d{4}\.\d{4,5}(?:v\d+)?|"
    r"\b(?:doi:?\s?)?10\.\d{4,9}/\S+",
    re.IGNORECASE,
)
_CAPTION = re.compile(r"\A(?:Table|Figure|Listing)(?:\s[\w.]{1,6})?:\s+")
_LINKED = re.compile(r"\[([^\[\]\d][^\[\]]*)\]")


def _runs(marks: Sequence[Mark]) -> dict[int, int]:
    """Return by where each mark begins where its run of marks ends.

    A space or comma may stand between two, or both; one that is a part of its sentence belongs to
    no run.
    """
    runs: dict[int, int] = {}
    following: Mark | None = None
    for mark in reversed(marks):
        if mark.spoken:
            continue
        joined = following is not None and following.start <= mark.end + 2
        runs[mark.start] = runs[following.start] if following and joined else mark.end
        following = mark
    return runs


def within(marks: Sequence[Mark], start: int, end: int) -> Sequence[Mark]:
    """Return those of the marks, which are in order, that begin in ``text[start:end]``."""
    return marks[_first(marks, start) : _first(marks, end)]


def _first(marks: Sequence[Mark], at: int) -> int:
    return bisect.bisect_left(marks, at, key=lambda mark: mark.start)


def claim(text: str, start: int, end: int, marks: Sequence[Mark]) -> str:
    """Return what a sentence says: citations gone, or "the authors" where they are its words."""
    pieces, at, opens = [], start, True
    for mark in marks:
        if start <= mark.start < end:
            before = text[at : mark.start]
            pieces.append(ONLY_NAMES.sub("the authors", before) if before else "")
            opens = opens and not pieces[-1].strip()
            follows = _FOLLOWS.match(text, mark.end, end) if mark.spoken or opens else None
            if follows:
                pieces.append("the paper" if follows[0].endswith("s") else "the authors")
                opens = False
            at = mark.end
    pieces.append(ONLY_NAMES.sub("the authors", text[at:end]))
    said = _NOT_SAID.sub("", " ".join("".join(pieces).split()))
    said = re.sub(r"\(\s*[;,<>]*\s*\)|\[\s*[;,]?\s*\]", "", said)
    said = _CAPTION.sub("", _LINKED.sub(r"\1", said))
    said = re.sub(r"\bthe authors,? the authors\b", "the authors", said)
    said = re.sub(r"\b([Tt]he) the (authors|paper)\b", r"\1 \2", said)
    said = re.sub(r"\s+([.,;:!?)])", r"\1", re.sub(r"^[\s,;.:]+", "", said))
    return said[:1].upper() + said[1:]
