"""Whether a claim is a sentence of an abstract word for word, and one that the paper asserts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import islice

from rag.text.sentences import sentence_spans

_OUTER = " .…\"'“”‘’"
_STRAIGHT = str.maketrans("“”„«»‘’‐‑", '"""""\'\'--')
_SPACE, _SPACES, _WORD = re.compile(r"\s"), re.compile(r" {2,}"), re.compile(r"\w")
_GOES_ON = re.compile(r"\w|%|[.,]\d")
_OCCURRENCES = 20  # how many are looked at: one is the rule
_LEAST_CLAUSE = 4  # words
_LEAST_MENTION = 3
_LONGEST_LABEL = 60  # characters
_CLAUSE = re.compile(r"[,;:]\s")
_CONDITION = re.compile(r"\b(?:if|unless)\b", re.IGNORECASE)
# What may stand before a main clause: a heading, an adverb that takes nothing back.
_LEAD_IN = re.compile(
    r"[\"“(\s]*(?:(?:background|objectives?|aims?|purpose|methods?|results?|findings?|"
    r"conclusions?|interpretation)[:.]\s+)?(?:(?:however|moreover|furthermore|in addition|"
    r"additionally|here|in this (?:paper|work|study|article)|finally|first(?:ly)?|second(?:ly)?|"
    r"third(?:ly)?|overall|thus|therefore|hence|also|in (?:contrast|particular|summary|total)|"
    r"by contrast|conversely|importantly|notably|interestingly|consequently|as a result|"
    r"specifically|and|but),?\s+)?[\"“(]?",
    re.IGNORECASE,
)
_STOP = re.compile(r"[\s.!…\"”'’)\]]*")
_NEXT_CLAUSE = re.compile(
    r"\s*(?:;|[,—–]\s*(?:and|but|while|whereas|which|yet|so)\b)|"
    # The same subject goes on: "HALO recognises 48 species and reaches…".
    r"\s+and\s+(?:\w{3,}(?:[^\W_s]s|ed)|is|are|was|were|has|have|had|can)\s",
    re.IGNORECASE,
)
_OF_BOTH = re.compile(r"\b(?:between|both|either|neither|nor|not|no|never)\b", re.IGNORECASE)
# What makes of a statement one that is only spoken of.
_DOUBT = re.compile(
    r"\b(?:myths?|misconceptions?|whether|if|unless|contrary|unknown|unclear|uncertain|unproven|"
    r"false(?:ly)?|wrong(?:ly)?|untrue|refut\w+|disprov\w+|debunk\w+|debated?|disputed?|"
    r"controversial|allegedly|supposedly|purport\w*|hypothes\w+|assum\w+|speculat\w+|"
    r"notions?|ideas?|opinions?|possibilit(?:y|ies)|"
    r"(?<!\bwe )(?:claim|argue|contend|allege|maintain)(?:s|d|ed)? that|no (?:\w+ )?evidence|"
    r"no (?:\w+ )?(?:study|studies|trials?|one|data)|"
    r"not (?:true|the case|clear|known|show|find|support|confirm)|"
    r"cannot (?:confirm|conclude|rule)|fail(?:s|ed)? to|belie(?:f|fs|ve|ves|ved)|"
    r"(?:some|many|several|other|previous|earlier|critics?|authors?|people|often|been|sometimes|"
    r"widely|commonly|is|are)\s+(?:\w+\s+){0,2}(?:claim\w*|argue[sd]?|say|said|thought|held|"
    r"suggested|proposed|reported|asserted?))\b",
    re.IGNORECASE,
)
_FALSE = (
    r"(?:myths?|misconceptions?|false|wrong|untrue|incorrect|unfounded|mistaken|refuted|"
    r"rejected|disproved|disproven|debunked|retracted|not\s+(?:true|so|the\s+case|confirmed|"
    r"supported))\b(?!\s+(?:of|for|in|when|if|that|to|about)\b)"
)
# A sentence that takes back the one before it; a label or a sentence that does so beforehand.
_TAKES_BACK = re.compile(
    rf"\W*(?:(?:however|but|yet|in fact)\W+)?(?:{_FALSE}|"
    r"(?:this|that|it|these|the (?:former|claim|statement|hypothesis)|h\d|such|is|was|are|were)\b"
    rf"(?:\s\w+){{0,5}}?\s{_FALSE}|"
    r"we (?:(?:could|can|did|do) not|failed to|cannot) (?:\w+ )?"
    r"(?:confirm|replicate|reproduce|support|find) (?:this|it|that|these)\b|"
    r"(?:we|our \w+(?: \w+)?) (?:here )?(?:refutes?|disproves?|debunks?|rejects?|contradicts?) "
    r"(?:this|it|that|these|claim|h\d)\b|[\w ]{0,20}(?<!to )\bsay\b)",
    re.IGNORECASE,
)
_LABELS = (
    rf"(?:{_FALSE}(?:\s\w+)?|(?:null )?hypothes[ie]s|h\d|claim(?:s|ed)?(?: \d+)?|rumou?r has it|"
    r"(?:some|critics|opponents) (?:object|say))"
)
# With a stop it is a label only where it is a sentence of its own.
_LABEL = re.compile(rf"(?:{_LABELS}\s*:|(?:\A|[.!?])\s*{_LABELS}\s*[.!])\s*[\"“]?\Z", re.IGNORECASE)


def find_verbatim(claim: str, abstract: str) -> tuple[int, int] | None:
    """Return where the abstract asserts the claim word for word, None where it does not.

    That is a whole sentence, several, or a main clause. White space, quotes, the case of the
    first letter and a last stop or ellipsis may differ.

    >>> find_verbatim("Tea is good.", "Tea is good. It is a myth that coffee is bad.")
    (0, 11)
    >>> find_verbatim("Coffee is bad.", "Tea is good. It is a myth that coffee is bad.")
    """
    spans = sentence_spans(abstract)
    for start, end in islice(_occurrences(claim, abstract), _OCCURRENCES):
        left = max((a for a, _ in spans if a <= start), default=0)
        right = min((b for _, b in spans if b >= end), default=len(abstract))
        before, piece, after = abstract[left:start], abstract[start:end], abstract[end:right]
        opens = _LEAD_IN.fullmatch(before) or (
            before.rstrip().endswith(";") and not _DOUBT.search(before)
        )
        clause = len(piece.split()) >= _LEAST_CLAUSE and (
            _NEXT_CLAUSE.match(after)
            and not _DOUBT.search(after)
            and not (after.lstrip().startswith("and") and _OF_BOTH.search(piece))
        )
        stands = opens and (_STOP.fullmatch(after) or clause) and not piece.endswith("?")
        if stands and not _is_taken_back(abstract[:start], abstract[end:]):
            return start, end
    return None


def is_only_mentioned(claim: str, abstract: str) -> bool:
    """Say whether an abstract has the claim's words in a row, but speaks of them as in doubt.

    >>> is_only_mentioned("Coffee is bad for sleep.", "It is a myth that coffee is bad for sleep.")
    True
    """
    if len(claim.split()) < _LEAST_MENTION or find_verbatim(claim, abstract):
        return False
    doubted = [
        _is_doubted(abstract[a:start], abstract[end:b])
        or _is_taken_back(abstract[:start], abstract[end:])
        for start, end in islice(_occurrences(claim, abstract), _OCCURRENCES)
        for a, b in sentence_spans(abstract)
        if a <= start < b
    ]
    return bool(doubted) and all(doubted)


def _is_doubted(before: str, after: str) -> bool:
    """Say whether what stands around a statement in its sentence takes it back.

    Before it only its own clause counts, or a condition: "Though some claim the contrary, it is".
    """
    clause = before if _CONDITION.search(before) else _CLAUSE.split(before)[-1]
    return after.rstrip().endswith("?") or bool(_DOUBT.search(f"{clause} {after}"))


def _is_taken_back(before: str, after: str) -> bool:
    """Say whether a label before a statement or the sentence after it takes it back.

    >>> _is_taken_back("Myth: ", ""), _is_taken_back("", ". This is wrong.")
    (True, True)
    """
    stop = _STOP.match(after)
    goes_on = after[stop.end() if stop else 0 :]
    label = _LABEL.search(before[-_LONGEST_LABEL:])
    return bool(label or (stop and stop[0] and _TAKES_BACK.match(goes_on)))


def _occurrences(claim: str, abstract: str) -> Iterator[tuple[int, int]]:
    """Yield where the claim's words stand in a row, cutting neither a word nor a number.

    They are looked for as they are, not by a pattern: none is slow, whatever repeats in them.
    """
    wanted = claim.strip(_OUTER).split()
    if len(wanted) < 2:
        return
    folded = " ".join(wanted).translate(_STRAIGHT)
    text = _SPACE.sub(" ", abstract).translate(_STRAIGHT)
    places: Sequence[int] = range(len(text))  # in the abstract, of each character of the text
    if "  " in text:
        doubled = {at for run in _SPACES.finditer(text) for at in range(run.start() + 1, run.end())}
        places = [at for at in places if at not in doubled]
        text = "".join(text[at] for at in places)
    at = text.find(folded[1:], 1)
    while at > 0:
        start, end = at - 1, at - 1 + len(folded)
        inside = _WORD.match(text, start - 1, start)  # of a word
        begins = text[start].lower() == folded[0].lower() and not inside
        if begins and not _GOES_ON.match(text, end):
            yield places[start], places[end - 1] + 1
        at = text.find(folded[1:], at + 1)
