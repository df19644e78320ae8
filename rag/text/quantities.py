"""The numbers that a text states, with their units, and whether another text states the same."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

_TOKEN = re.compile(
    r"\d{1,3}(?:,\d{3})+(?:[.·]\d+)?(?!\d)|\d+(?:[.·]\d+)?|[Pp]er\s?cent(?:age points?)?\b|"
    r"[^\W\d_]+|[%×]"
)
_IN_NAME = re.compile(r"[^\W\d_]\d+/\Z")
_LETTERS = re.compile(r"[^\W\d_]*")
# What may stand between two numbers that share the unit of the second: "5 to 8%", "2, 3 and 4 h".
_SHARED = re.compile(r"\s*(?:[-–—−,/±:]|to|and|or|versus|vs\.?|,\s*(?:and|or))\s*", re.IGNORECASE)
_HYPHENS = "-‐‑–—−"

_SPELLED = {
    word: float(value)
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
        "fifteen sixteen seventeen eighteen nineteen twenty".split()
    )
}
_SPELLED |= {
    word: 10.0 * value
    for value, word in enumerate("thirty forty fifty sixty seventy eighty ninety".split(), 3)
}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_SUFFIXES = {"K": 1e3, "k": 1e3, "M": 1e6, "B": 1e9, "bn": 1e9}
_FACTORS = {
    **dict.fromkeys(("twice", "double", "doubled", "doubles", "doubling"), 2.0),
    **dict.fromkeys(("thrice", "triple", "tripled", "triples", "tripling"), 3.0),
    **dict.fromkeys(("quadruple", "quadrupled", "quadruples"), 4.0),
}
_ANY = re.compile(r"\d|\b(?:" + "|".join((*_SPELLED, *_FACTORS, "half", "single")) + r")", re.I)
# Mostly no counts when a sentence uses them ("one of them", "double-blind"): an abstract's offer,
# never a demand on it.
_OFFERED_ONLY = frozenset(("zero", "one", "single", "half", "double", "triple", "quadruple"))

_UNITS = {
    variant: unit
    for unit, variants in {
        "%": "% percent pct",
        "x": "x X × times fold",
        "y": "y yr yrs year years",
        "mo": "month months mo",
        "wk": "week weeks wk",
        "d": "d day days",
        "h": "h hr hrs hour hours",
        "min": "min mins minute minutes",
        "s": "s sec secs second seconds",
        "ms": "ms millisecond milliseconds",
        "us": "µs μs microsecond microseconds",
        "kg": "kg kilogram kilograms",
        "g": "g gram grams",
        "mg": "mg milligram milligrams",
        "ug": "µg μg ug mcg microgram micrograms",
        "ng": "ng nanogram nanograms",
        "l": "l L litre litres liter liters",
        "ml": "ml mL millilitre millilitres milliliter milliliters",
        "ul": "µl μl µL μL",
        "km": "km kilometre kilometres kilometer kilometers",
        "m": "m metre metres meter meters",
        "cm": "cm centimetre centimetres centimeter centimeters",
        "mm": "mm millimetre millimetres millimeter millimeters",
        "um": "µm μm micron microns micrometer micrometers micrometre micrometres",
        "nm": "nm nanometre nanometres nanometer nanometers",
        "hz": "Hz hertz",
        "khz": "kHz",
        "mhz": "MHz",
        "ghz": "GHz",
        "kb": "kB KB kb kilobytes",
        "mb": "MB Mb megabytes",
        "gb": "GB Gb gigabytes",
        "tb": "TB Tb terabytes",
        "c": "°C",
        "k": "K kelvin",
        "kda": "kDa kd kD",
        "bp": "bp",
        "mmhg": "mmHg",
        "th": "st nd rd th",
    }.items()
    for variant in variants.split()
}
# Units that abstracts leave unsaid ("aged 37", "a factor of 3").
_UNSAID = frozenset(("y", "x", "th", "bp"))


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number ``text[start:end]`` with a canonical unit ("" where none is known).

    ``decimals`` is how many the text gives; ``demanded`` is False for words such as "one",
    which an abstract need not repeat.
    """

    value: float
    unit: str
    start: int
    end: int
    decimals: int = 0
    demanded: bool = True


def quantities(text: str) -> list[Quantity]:
    """Return the numbers of ``text`` in order; digits inside names (GPT-2, CD28) are none.

    >>> [(q.value, q.unit) for q in quantities("IL-6 rose 1,200-fold in two of 5-8% (37.6x).")]
    [(1200.0, 'x'), (2.0, ''), (5.0, '%'), (8.0, '%'), (37.6, 'x')]
    """
    found: list[Quantity] = []
    if not _ANY.search(text):
        return found
    for match in _TOKEN.finditer(text):
        token, start, end = match.group(), match.start(), match.end()
        if token[0].isdecimal():
            quantity = _from_digits(text, token, start, end)
            if quantity:
                found.append(quantity)
            continue
        word = token.lower()
        touching = found and text[found[-1].end : start] in ("", " ", "-", "\u00a0", "\u2009")
        if touching and word in _SCALES:
            value = found[-1].value * _SCALES[word]
            found[-1] = replace(found[-1], value=value, end=end, decimals=0, demanded=True)
        elif (
            touching
            and not found[-1].unit
            and _unit_of(token)
            and not text[end : end + 1].isalnum()
        ):
            found[-1] = replace(found[-1], unit=_unit_of(token), end=end)
        elif touching and _adds(found[-1], word):
            found[-1] = replace(found[-1], value=found[-1].value + _SPELLED[word], end=end)
        elif not (start and (text[start - 1].isalnum() or text[end : end + 1].isalnum())):
            found += _from_word(word, start, end)
    return _share_units(text, found)


def _from_digits(text: str, token: str, start: int, end: int) -> Quantity | None:
    """Return the number of a token of digits, None where it is part of a name."""
    before = text[start - 1 : start]
    if before.isalnum() or before == "_":
        return None
    if before and before in _HYPHENS + "./" and text[max(0, start - 2) : start - 1].isalpha():
        return None
    if before == "/" and _IN_NAME.search(text, max(0, start - 12), start):  # OCT3/4
        return None
    value = float(token.replace(",", "").replace("·", "."))
    decimals = len(token.replace("·", ".").partition(".")[2])
    glued = _LETTERS.match(text, end)
    letters = glued.group() if glued else ""
    after = text[end + len(letters) : end + len(letters) + 1]
    if letters:
        if after.isdigit():
            return None
        if letters in _SUFFIXES:
            value, end = value * _SUFFIXES[letters], end + len(letters)
            return Quantity(value, "", start, end)
        decade = letters == "s" and value >= 20 and value % 10 == 0
        if letters not in _UNITS:
            return None
        unit = "" if decade else _UNITS[letters]
        return Quantity(value, unit, start, end + len(letters), decimals)
    following = text[end + 1 : end + 3]
    named = following[:1].isupper() or (following[:1].isdigit() and following[1:].isalpha())
    if after and after in _HYPHENS and named:  # 5-HT, 4-1BB; but 5-fold, 5-8
        return None
    return Quantity(value, "", start, end, decimals, demanded=value != 0)


def _from_word(word: str, start: int, end: int) -> list[Quantity]:
    """Return the number that a word spells, if any."""
    demanded = word not in _OFFERED_ONLY
    if word in _SPELLED:
        return [Quantity(_SPELLED[word], "", start, end, demanded=demanded)]
    if word in _FACTORS:
        return [Quantity(_FACTORS[word], "x", start, end, demanded=demanded)]
    if word.endswith("fold") and word[:-4] in _SPELLED:
        return [Quantity(_SPELLED[word[:-4]], "x", start, end)]
    if word == "single":
        return [Quantity(1.0, "", start, end, demanded=False)]
    if word == "half":
        return [Quantity(50.0, "%", start, end, demanded=False)]
    return []


def _unit_of(token: str) -> str:
    if token[:3].lower() == "per":
        return "%"
    return _UNITS.get(token) or _UNITS.get(token.lower() if len(token) > 2 else token, "")


def _adds(last: Quantity, word: str) -> bool:
    """Say whether ``word`` continues a spelled number, as in twenty-five."""
    return (
        word in _SPELLED
        and 0 < _SPELLED[word] < 10
        and last.value in range(20, 100, 10)
        and not last.unit
    )


def _share_units(text: str, found: list[Quantity]) -> list[Quantity]:
    """Give a number the unit of the next one where both stand in one range or list."""
    for i in range(len(found) - 2, -1, -1):
        here, following = found[i], found[i + 1]
        between = text[here.end : following.start]
        year = here.value in range(1900, 2100) and following.unit != "y"
        if not following.unit or here.unit or year or len(between) > 12:
            continue
        if _SHARED.fullmatch(between):
            found[i] = replace(here, unit=following.unit)
    return found


def states(stated: Iterable[Quantity], claimed: Quantity) -> list[Quantity]:
    """Return those of ``stated`` that say what ``claimed`` says, which may be rounder.

    >>> bool(states(quantities("76.3% of 1,000 cases"), quantities("76 percent")[0]))
    True
    """
    return [each for each in stated if _same(claimed, each)]


def _same(claimed: Quantity, stated: Quantity) -> bool:
    wanted, given = claimed.value, stated.value
    if claimed.unit == "%" and not stated.unit and 0 < given < 1 and stated.decimals >= 2:
        return _near(wanted, round(100 * given, 6), claimed.decimals)  # 0.89 is 89%
    free = not claimed.unit or (not stated.unit and claimed.unit in _UNSAID)
    if claimed.unit != stated.unit and not free:
        return False
    return wanted == given or _near(wanted, given, claimed.decimals)


def _near(wanted: float, given: float, decimals: int) -> bool:
    """Say whether ``given``, rounded as ``wanted`` is, is the same; at most 5% apart."""
    if wanted == given:
        return True
    if not wanted or abs(given - wanted) > 0.05 * abs(wanted):
        return False
    if wanted >= 1000 and wanted % 100 == 0:  # 59,000 for 58,929
        digits = len(str(int(wanted)).rstrip("0")) - len(str(int(wanted)))
        return round(given, digits) == wanted
    cut = int(given * 10**decimals) / 10**decimals
    return given % 1 != 0 and (round(given, decimals) == wanted or cut == wanted)


def unstated(claim: str, stated: Sequence[Quantity]) -> list[Quantity]:
    """Return the demanded numbers of a claim that the other text does not state.

    >>> [q.value for q in unstated("5 of 8 cases", quantities("5 of 9 cases"))]
    [8.0]
    """
    return [each for each in quantities(claim) if each.demanded and not states(stated, each)]


def nearness(claimed: Quantity, stated: Sequence[Quantity]) -> float:
    """Return how near the nearest of the stated numbers is, 0 to 1: smaller over larger."""
    ratios = [
        min(claimed.value, each.value) / max(claimed.value, each.value)
        for each in stated
        if claimed.value > 0 and each.value > 0
    ]
    return max(ratios, default=0.0)
