"""Greetings, thanks, preambles and wishes about the answer's form: taken off what is asked."""

from __future__ import annotations

import re

_ASKER = (
    r"(?:what|which|who|whom|whose|when|where|why|how|whether|if|is|are|was|were|does|do|did|can|"
    r"could|has|have|should|would|will|in\s+what|in\s+which|at\s+which|on\s+which|by\s+whom)"
)
_GREETING = (
    r"(?:hi|hello|hey|hiya|greetings|dear\s+\w+|good\s+(?:morning|afternoon|evening|day))"
    r"(?:\s+(?:there|all|everyone|everybody|team|folks|again))?"
)
_THANKS = (
    r"(?:many\s+thanks|thanks|thank\s+you|thx|cheers|ty)(?:\s+(?:so|very)\s+much|\s+a\s+(?:lot|bunch|million))?"
    r"(?:\s+(?:in\s+advance|for\s+(?:your|the|any)\s+\w+(?:\s+\w+)?))?"
)
_BRIEFLY = (
    r"(?:please\s+)?(?:(?:answer|reply|respond|explain|keep\s+it|be|make\s+it)\s+)"
    r"(?:as\s+)?(?:very\s+)?(?:briefly|short(?:ly)?|concise(?:ly)?|brief|simply|quickly|in\s+"
    r"(?:\w+\s+){0,2}(?:sentences?|words?|lines?|paragraphs?|english|bullet\s+points?))"
    r"(?:\s+(?:please|as\s+possible|only))?"
)
_BEFORE = tuple(
    re.compile(rf"\A(?:{pattern})", re.IGNORECASE)
    for pattern in (
        rf"{_GREETING}\b\s*[,.!:;–-]+\s*|{_GREETING}\s+(?={_ASKER}\b|i\b|please\b)",
        rf"{_THANKS}\b\s*[,.!:;–-]+\s*",
        rf"{_BRIEFLY}\s*[,.!:;–-]+\s*",
        r"(?:(?:just\s+)?(?:a|one)\s+)?(?:quick|short|small|simple|another|further|last)\s+(?:question|one)\s*[,.:;–-]+\s*",
        r"(?:question|q)\s*[:]\s*",
        r"(?:ok(?:ay)?|so|well|um+|hm+|great|sure|right|alright|now|also|and|but|then)\b\s*,\s*",
        rf"(?:ok(?:ay)?|so|also|and|but|then|now)\s+(?={_ASKER}\b)",
        r"if\s+(?:you\s+(?:don['’]?t\s+)?mind|possible)\b[\s,]+",
        r"(?:please|pls|kindly)\b[\s,]+",
        rf"(?:(?:could|can|would|will)\s+(?:you|someone|anyone)\s+(?:please\s+|kindly\s+|maybe\s+|perhaps\s+|quickly\s+)*"
        rf"(?:tell|inform|enlighten|remind)\s+me\s+)(?:(?=about\b|something\b|more\b)|(?={_ASKER}\b))",
        r"(?:could|can|would|will)\s+you\s+(?:please\s+|kindly\s+|maybe\s+|perhaps\s+)*(?:help\s+me\s+(?:to\s+)?)?"
        r"(?=(?:list|find|show|give|recommend|suggest|explain|describe|name|compare|summari[sz]e|define|"
        r"check|tell|contrast|provide|search|look|point|get)\b)",
        rf"(?:please\s+)?(?:tell|let)\s+me\s+(?:know\s+)?(?={_ASKER}\b)",
        rf"(?:i(?:['’]d|\s+would|\s+am|['’]m)?\s+(?:just\s+|really\s+|also\s+)*(?:like|love|want|need|wish|trying|curious|"
        rf"interested|keen|going)\s+(?:to\s+|in\s+)?(?:know(?:ing)?|understand|learn|ask|find\s+out|see|figure\s+out)?\s*"
        rf"(?:you\s+)?(?:about\s+)?,?\s*)(?={_ASKER}\b)",
        rf"(?:i\s+(?:was\s+|am\s+)?(?:just\s+)?wonder(?:ing)?|i['’]m\s+wondering|wondering|any\s+(?:idea|clue)|"
        rf"do\s+you\s+(?:happen\s+to\s+)?know|does\s+anyone\s+know|i\s+have\s+(?:a|one)\s+question\s*[,:.]?)\s*[,:]?\s*"
        rf"(?={_ASKER}\b)",
        rf"(?:if|whether)\s+(?=\w)(?!{_ASKER}\b)(?=i\s+may\s+ask[\s,:]+)i\s+may\s+ask[\s,:]+",
    )
)
_AFTER = tuple(
    re.compile(rf"(?:{pattern})[\s.!?,;:)]*\Z", re.IGNORECASE)
    for pattern in (
        rf"[\s.!?,;(–-]+{_THANKS}",
        rf"[\s.!?,;(–-]+{_BRIEFLY}",
        r"[\s.!?,;(–-]+(?:please|pls|plz|if\s+(?:you\s+(?:don['’]?t\s+)?mind|possible)|asap)",
        r"[\s.!?,;(–-]+(?:best|kind|many)\s+(?:regards|wishes)[\s\w,]{0,20}",
    )
)
_LONGEST_AFTER = 120  # characters at the end that are looked at
# A sentence that says something of the person who asks, and nothing of what is asked.
_ASIDE = re.compile(
    r"\A(?:i\s+am|i['’]m|we\s+are|we['’]re)\s+(?:a|an|new|preparing|writing|currently|just|in\s+a\s+hurry)\b"
    r"(?!.*\b(?:about|on|with|for|into|which|that)\b)"
    r"|\A(?:sorry|excuse\s+me|forgive\s+me|hope\s+you|i\s+hope)\b",
    re.IGNORECASE,
)
# Who asks is not what is asked: "PhD" is no name here.
_ASKER_IS = re.compile(
    r"(?:\b(I)\s+am|\b(I)['’]m|\b(we)\s+are|\bas|\bbeing)\s+an?\s+(?:[\w-]+\s+){0,3}?"
    r"(?:student|researcher|postdoc|professor|lecturer|teacher|engineer|developer|linguist|librarian|"
    r"journalist|clinician|doctor|nurse)\b(?:\s+(?:of|in|at)(?:\s+[\w-]+){1,3}?(?=\s+and\b|[,;]))?[\s,;]+(?=\w)",
    re.IGNORECASE,
)
_STOPS = re.compile(r"(?<=[.!?])\s+(?=\S)")


def without_courtesy(text: str) -> str:
    """Return a question without what is said for politeness around it; empty where that is all.

    >>> without_courtesy("Hi there, could you please tell me what dropout is? Thanks a lot!")
    'what dropout is?'
    >>> without_courtesy("Thank you!")
    ''
    """
    text = _ASKER_IS.sub(r"\1\2\3 ", text) if len(_STOPS.split(text)) > 1 else text
    kept = [_shortened(piece) for piece in _STOPS.split(text) if not _is_courtesy(piece)]
    kept = [piece for piece in kept if piece]
    if len(kept) > 1 and any("?" in piece for piece in kept):
        kept = [piece for piece in kept if not _ASIDE.match(piece)]
    return _shortened(" ".join(kept))


def _shortened(shown: str) -> str:
    """Return a text without what its beginning and end say for politeness."""
    shown, before = shown.strip(), ""
    while shown != before:
        before = shown
        for pattern in _BEFORE:
            shown = pattern.sub("", shown).strip()
        for pattern in _AFTER:
            last = max(0, len(shown) - _LONGEST_AFTER)
            cut = (shown[:last] + pattern.sub("", shown[last:])).strip()
            if cut != shown:
                shown = cut + ("?" if "?" in shown[len(cut) :] else "")
    return shown


_FORM = (  # "Both numbers, please."
    r"(?:(?:just|only|all|both|the|exact|full)\s+)*(?:numbers?|names?|titles?|figures?|years?|details?|"
    r"one\s+word|a\s+list)(?:,)?\s+(?:please|pls|will\s+do|is\s+fine|only)"
)
_ALONE = re.compile(
    rf"(?:{_GREETING}|{_THANKS}|{_BRIEFLY}|{_FORM}|please)[\s.!?,;:]*\Z", re.IGNORECASE
)


def _is_courtesy(sentence: str) -> bool:
    return _ALONE.match(sentence) is not None
