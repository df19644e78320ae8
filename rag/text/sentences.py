"""Where the sentences of an abstract begin and end."""

from __future__ import annotations

import functools
import re

# A stop, closing quotes or brackets, then space and what may open a sentence; or a Chinese or
# Japanese stop, which needs no space; or a stop to which the next sentence is glued.
_END = re.compile(
    r"[.!?][\"'’”)\]]{0,3}(?=\s+[\"'“‘(\[]{0,2}[^\W_])|[。！？][\"'’”)\]」』）】]{0,3}"
    r"|(?P<glued>[.?])[\"'’”)\]]{0,3}(?=[^\W\d_]{1,20}[\s,’'-])"
)
# Words before a stop that seldom end a sentence (abstracts of several fields were read).
_ABBREVIATIONS = frozenset(
    "e.g i.e cf etc vs viz al fig figs eq eqs sec ref refs no nos vol approx resp ca dr prof mr "
    "mrs ms st dept inc ltd corp u.s u.k ph.d m.sc b.sc a.k.a aka w.r.t wrt s.t i.i.d iid dept est "
    "spp sp var subsp jan feb mar apr jun jul aug sep sept oct nov dec".split()
)
# These end a sentence when a capital follows ("... images, etc. We show ...").
_MAY_END = frozenset({"etc", "al", "u.s", "u.k", "ph.d", "i.i.d", "iid", "sp", "spp"})
_WORD = re.compile(r"[\w.\-]+\Z")
# The last word of a sentence to which another is glued: no part of an address or of a program.
_LAST = re.compile(
    r"(?:\A|\s)(?:[^\s.@/\\_]*(?:[^\W\d_]{3}|[\d%)\]])|[^\s@/\\_A-Za-z]*[\d%)\]])"
    r"[\"'’”)\]]*\Z"
)


@functools.lru_cache(maxsize=1024)
def sentence_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Return the (start, end) of each sentence of ``text``, in order, without outer space.

    Every character that is not white space lies in exactly one span.

    >>> text = "We gain 3.2x, e.g. on CPUs. It is small."
    >>> [text[start:end] for start, end in sentence_spans(text)]
    ['We gain 3.2x, e.g. on CPUs.', 'It is small.']
    >>> sentence_spans("它很快。它很小。")
    ((0, 4), (4, 8))
    >>> text = "It helps users.However, torch.nn and booking.com are one word."
    >>> [text[start:end] for start, end in sentence_spans(text)]
    ['It helps users.', 'However, torch.nn and booking.com are one word.']
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        if match["glued"] and not _is_glued(text, match.start(), match.end()):
            continue
        if text[match.start()] == "." and not _ends_here(text, match.start(), match.end()):
            continue
        if not any(map(str.isalnum, text[start : match.end()])):  # ". . ."
            continue
        _append(spans, text, start, match.end())
        start = match.end()
    _append(spans, text, start, len(text))
    return tuple(spans)


def _is_glued(text: str, stop: int, end: int) -> bool:
    """Say whether what follows a stop without a space opens a sentence: “users.However,”."""
    first, second = text[end], text[end + 1]
    opens = first.isupper() and (second.islower() or (first in "AI" and second == " "))
    return opens and _LAST.search(text, max(0, stop - 40), stop) is not None


def _ends_here(text: str, stop: int, end: int) -> bool:
    """Say whether the full stop at ``stop`` ends a sentence."""
    if text[stop - 1 : stop].isspace():  # text that was cut into words: "the wing . it"
        return True
    following = text[end : end + 8].lstrip()[:1]
    word_match = _WORD.search(text, max(0, stop - 24), stop)
    word = word_match.group().strip(".").lower() if word_match else ""
    if following.islower():
        # "... in vivo. p53 ..." is rare; "approx. five" and "e.g. this" are not.
        return word not in _ABBREVIATIONS and len(word) > 3 and "." not in word
    if word in _MAY_END:
        return following.isupper()
    if len(word) == 1 and word.isalpha():  # an initial: "J. Smith", but not "... vitamin D. We"
        return text[max(0, stop - 2) : stop - 1].isspace() and _opens(text, end)
    return word not in _ABBREVIATIONS


def _opens(text: str, end: int) -> bool:
    """Say whether what follows reads like the start of a sentence rather than a name."""
    return text[end : end + 16].lstrip().split(" ")[0] in _OPENERS


_OPENERS = frozenset(
    "We The This These That It In Our Here However To A An For As On By With Although While "
    "Moreover Furthermore Finally Using Results Both Such There When".split()
)


def _append(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    left = start + len(piece) - len(piece.lstrip())
    right = left + len(piece.strip())
    if right > left:
        spans.append((left, right))
