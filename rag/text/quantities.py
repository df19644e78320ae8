"""The numbers that a text states, with their units, and whether another text states the same.

The units are a table: pint, the library for them, takes two seconds to load, half a millisecond
to read one, and reads bp as a typographer's point and GB as a bare number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

_HYPHENS = "-‐‑–—−"
_POWER = r"10(?:\^\{?[-−–]?\d{1,2}\}?|[-−–]\d{1,2}(?![\d.])|⁻?[⁰¹²³⁴-⁹]{1,2})"
_TOKEN = re.compile(
    rf"(?P<power>{_POWER})|(?P<digits>\d{{1,3}}(?:(?:[,\u2009\u202f\xa0]\d{{3}})+(?:[.·]\d+)?|"
    rf"(?: \d{{3}})+)(?!\d)|"
    rf"\d+(?:(?!·{_POWER})[.·]\d+)?|(?<![\w.])[.·]\d+)(?:\s?(?:[×x*·]|\\times)\s?(?P<times>{_POWER})|"
    r"[eE](?P<e>[-−+]?\d{1,2})(?!\w))?|\b(?:a|one|two|three|four)[ -](?:third|quarter|fifth)s?"
    r"(?= of\b|(?<=s)\b)|\bhalf (?:of|the|an?)\b|\band a half\b|"
    r"[Pp]er\s?cent(?:age points?)?\b|°C|[^\W\d_]+|[%×]"
)
_PLAIN = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−–·", "0123456789---.", ", \u2009\u202f\xa0^{}")
_IN_NAME = re.compile(r"[^\W\d_]\d+/\Z")
_LETTERS = re.compile(r"[^\W\d_]*")
# What may stand between two numbers that share the unit of the second: "5 to 8%", "2, 3 and 4 h".
_SHARED = re.compile(r"\s*(?:[-–—−,/±:]|to|and|or|versus|vs\.?|,\s*(?:and|or))\s*", re.IGNORECASE)
_OUT_OF = re.compile(r" (?:in|(?:out )?of(?: (?:the|these|all))?) ")
_MOST_IN = 100
_HUNDRED_AND = re.compile(r"hundred and \Z")
# Words that make a bare 0.45 a share of 45%, an unsigned number the size of a fall, and a small
# count one of kinds, which is no statistic.
_SHARE = re.compile(
    r"\b(?:shares?|proportions?|fractions?|probabilit\w+|accurac\w+|precision|recall|sensitivity|"
    r"specificity|F1|F-?scores?|AU(?:RO)?C|prevalence|incidence|(?<!learning )rates?|frequency|"
    r"percentage|coverage|agreement|nDCG|MRR|exact match)\b",
    re.IGNORECASE,
)
_FALL = re.compile(
    r"\b(?:negativ|minus|invers|decreas|declin|reduc|drop|f[ae]ll|los[st]|lower|below)",
    re.IGNORECASE,
)
_KINDS = re.compile(r"\s(?:\w+\s)?(?:kinds|types|sorts|forms|ways|aspects|reasons|respects)\b")
_ROUGHLY = re.compile(
    r"\b(?:about|around|roughly|approximately|nearly|almost|some|over|under|close to|(?:more|less|"
    r"fewer) than|at (?:least|most)|up to)\s(?:an?\s)?\Z",
    re.IGNORECASE,
)
_ROUGH = 0.1  # so far off may be what is said to be about so much
_AROUND = 48  # characters
MOST_CLAIMED = 50  # numbers of one sentence that are compared
_GREATEST, _MOST_DECIMALS = 1e100, 15  # what is beyond is no statistic

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
_PARTS = {"third": 3, "quarter": 4, "fifth": 5}
_SCALES = {"dozen": 12.0, "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9}
_SCALES["trillion"] = 1e12
_SUFFIXES = {"k": 1e3, "M": 1e6, "B": 1e9, "bn": 1e9}
_WORDS = {
    **{word: (value, "") for word, value in {"single": 1.0, **_SPELLED}.items()},
    **{f"{word}fold": (value, "x") for word, value in _SPELLED.items()},
    **dict.fromkeys("twice double doubled doubles doubling".split(), (2.0, "x")),
    **dict.fromkeys("thrice triple tripled triples tripling".split(), (3.0, "x")),
    **dict.fromkeys("quadruple quadrupled quadruples".split(), (4.0, "x")),
    **dict.fromkeys("half halved halving halves".split(), (50.0, "%")),
}
_ANY = re.compile(r"\d|\b(?:" + "|".join((*_WORDS, *_SCALES, "a third", "a quarter")) + r")", re.I)
# Mostly no counts when a sentence uses them ("one of them", "double-blind"): an abstract's offer,
# never a demand on it.
_OFFERED_ONLY = frozenset("zero one single half halving halves double triple quadruple".split())

_PREFIXES = {
    "": ("", 1.0), "n": ("nano", 1e-9), "µ": ("micro", 1e-6), "m": ("milli", 1e-3),
    "c": ("centi", 1e-2), "k": ("kilo", 1e3), "M": ("mega", 1e6), "G": ("giga", 1e9),
    "T": ("tera", 1e12),
}  # fmt: skip
_METRIC = {
    "s": "second sec", "g": "gram", "l": "litre liter", "L": "litre", "m": "metre meter",
    "Hz": "hertz", "B": "byte", "b": "byte", "Da": "dalton", "W": "watt", "J": "joule",
}  # fmt: skip
# How others are written, how many of which unit they are.
_OTHERS = """
% 1 share percent pct; pt 1 point points; x 1 factor X × times fold
th 1 rank st nd rd; K 1 kelvin; °C 1 celsius; bp 1 bases; mmHg 1 mercury
kDa 1e3 dalton kd kD; min 60 second mins minute minutes
h 3600 second hr hrs hour hours; d 86400 second day days; wk 604800 second week weeks
mo 2629800 second month months; y 31557600 second yr yrs year years
µm 1e-6 metre micron microns; µg 1e-6 gram ug mcg; kB 1e3 byte KB
"""
_UNITS: dict[str, str] = {}  # as written: the unit
_SIZES: dict[str, tuple[str, float]] = {}  # the unit: what it measures, and its size
for _base, _names in _METRIC.items():
    for _prefix, (_long, _size) in _PREFIXES.items():
        _unit = _prefix + _base
        _SIZES[_unit] = (_names.split()[0], _size)
        _UNITS |= dict.fromkeys((_unit, _unit.replace("µ", "μ")), _unit)
        for _name in _names.split():
            _UNITS |= dict.fromkeys((_long + _name, f"{_long}{_name}s"), _unit)
for _row in _OTHERS.replace("\n", ";").split(";"):
    _unit, _number, _measure, *_written = _row.split() or ("", "1", "")
    _SIZES[_unit] = (_measure, float(_number))
    _UNITS |= dict.fromkeys((_unit, *_written, *[_measure] * (_unit == "K")), _unit)
# Units that abstracts leave unsaid ("aged 37", "a factor of 3").
_UNSAID = frozenset(("y", "x", "th", "bp", "pt"))


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number ``text[start:end]`` with a canonical unit ("" where none is known).

    ``decimals`` is how many the text gives; ``demanded`` is False for words such as "one", which
    an abstract need not repeat. ``share`` says that it may be one of 0 to 1, ``falls`` that it
    may be how far something fell, ``ratio`` the percentage that two numbers make ("one in five").
    ``rough`` is one that is said to be about so much, ``implied`` a count of two or three in
    words, which a text may show and not tell.
    """

    value: float
    unit: str
    start: int
    end: int
    decimals: int = 0
    demanded: bool = True
    share: bool = False
    falls: bool = False
    ratio: float = 0.0
    rough: bool = False
    implied: bool = False


def quantities(text: str) -> list[Quantity]:
    """Return the numbers of ``text`` in order; digits inside names (GPT-2, CD28) are none.

    >>> [(q.value, q.unit) for q in quantities("IL-6 rose 1,200-fold in two of 5-8% (37.6x).")]
    [(1200.0, 'x'), (2.0, ''), (5.0, '%'), (8.0, '%'), (37.6, 'x')]
    >>> [(q.value, q.unit) for q in quantities("3×10⁻⁴ s; −0.42; two thirds of 300 K")]
    [(0.0003, 's'), (-0.42, ''), (66.7, '%'), (300.0, 'K')]
    """
    found: list[Quantity] = []
    if not _ANY.search(text):
        return found
    for match in _TOKEN.finditer(text):
        token, start, end = match.group(), match.start(), match.end()
        if match["digits"] or match["power"]:
            found += _from_digits(text, match)
            continue
        word = token.lower()
        last = found[-1] if found else None
        if last and start < last.end:
            continue
        if last and text[last.end : start] in ("", " ", "-", "\u00a0", "\u2009"):
            glued = text[end : end + 1].isalnum()
            if word == "and a half":
                found[-1] = replace(
                    last, value=last.value + 0.5, end=end, decimals=1, demanded=True
                )
                continue
            if word in _SCALES:
                value = last.value * _SCALES[word]
                found[-1] = replace(
                    last, value=value, end=end, decimals=0, demanded=True, implied=False
                )
                continue
            if not last.unit and _unit_of(token) and not glued:
                demanded = last.demanded or last.value == 0.5  # half an hour
                found[-1] = replace(
                    last,
                    unit=_unit_of(token),
                    end=end,
                    share=False,
                    demanded=demanded,
                    implied=False,
                )
                continue
            if (
                last.value in range(20, 100, 10)
                and 0 < _SPELLED.get(word, 0) < 10
                and not last.unit
            ):
                found[-1] = replace(last, value=last.value + _SPELLED[word], end=end)
                continue
        if last and word in _SPELLED and _HUNDRED_AND.match(text, max(0, last.end - 7), start):
            found[-1] = replace(last, value=last.value + _SPELLED[word], end=end)
            continue
        known = word in _WORDS or word in _SCALES or not word.isalpha()
        if known and not text[start - 1 : start].isalnum() and not text[end : end + 1].isalnum():
            found += _from_word(text, word, start, end)
    found = [
        replace(each, rough=bool(_ROUGHLY.search(text, max(0, each.start - 20), each.start)))
        for each in found
        if abs(each.value) < _GREATEST
    ]
    return _with_ratios(text, _share_units(text, found))


def _from_digits(text: str, match: re.Match[str]) -> Iterator[Quantity]:
    """Yield the number of a token of digits, none where it is part of a name."""
    start, end = match.span()
    before = text[start - 1 : start]
    if before.isalnum() or before == "_":
        return
    if before and before in _HYPHENS + "./" and text[max(0, start - 2) : start - 1].isalpha():
        return
    if before == "/" and _IN_NAME.search(text, max(0, start - 12), start):  # OCT3/4
        return
    written = (match["digits"] or "1").translate(_PLAIN)
    decimals = len(written.partition(".")[2])
    power = match["e"] or (match["times"] or match["power"] or "")[2:]
    exponent = int(power.translate(_PLAIN) or 0)
    value = float(f"{written}e{exponent}")
    decimals = min(_MOST_DECIMALS, max(0, decimals - exponent))
    if before and before in "-−–" and not text[max(0, start - 2) : start - 1].strip(" \n([=~<>≈,:"):
        value = -value
    near = text[max(0, start - _AROUND) : end + _AROUND // 2]
    falls = value > 0 and bool(_FALL.search(near))
    share = 0 < value < 1 and decimals >= 1 and bool(_SHARE.search(near))
    quantity = Quantity(value, "", start, end, decimals, value != 0, share, falls)
    glued = _LETTERS.match(text, end)
    letters = glued.group() if glued else ""
    after = text[end + len(letters) : end + len(letters) + 1]
    following = text[end + 1 : end + 3]
    named = following[:1].isupper() or (following[:1].isdigit() and following[1:].isalpha())
    if letters and not after.isdigit():
        end += len(letters)
        decade = letters == "s" and value >= 20 and value % 10 == 0
        if letters in _SUFFIXES:
            yield Quantity(value * _SUFFIXES[letters], "", start, end)
        elif letters in _UNITS:
            unit = "" if decade else _UNITS[letters]
            yield replace(quantity, unit=unit, end=end, share=False, demanded=True)
    elif not letters and not (after and after in _HYPHENS and named):  # 5-HT; but 5-fold, 5-8
        yield quantity


def _from_word(text: str, word: str, start: int, end: int) -> Iterator[Quantity]:
    """Yield the number that a word spells, if any."""
    many, _, part = word.replace("-", " ").partition(" ")
    if part.rstrip("s") in _PARTS:
        share = 100 * _SPELLED.get(many, 1.0) / _PARTS[part.rstrip("s")]
        yield Quantity(round(share, 1), "%", start, end, -1)
    elif many == "half" and part in ("a", "an"):
        yield Quantity(0.5, "", start, end, 1, demanded=False)
    elif many in _WORDS:
        demanded = bool(part) or not (many in _OFFERED_ONLY or _KINDS.match(text, end))
        decimals, implied = -1 if many == "half" else 0, many in ("two", "three")
        yield Quantity(*_WORDS[many], start, end, decimals, demanded, implied=implied)
    elif word in _SCALES and text[max(0, start - 2) : start].lower() == "a ":
        yield Quantity(_SCALES[word], "", start, end)


def _unit_of(token: str) -> str:
    if token[:3].lower() == "per" and "cent" in token:
        return "pt" if "point" in token else "%"
    return _UNITS.get(token) or _UNITS.get(token.lower() if len(token) > 2 else token, "")


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


def _with_ratios(text: str, found: list[Quantity]) -> list[Quantity]:
    """Tell two numbers such as "9 out of 10" what percentage they make."""
    for i in range(len(found) - 1):
        part, whole = found[i], found[i + 1]
        between = text[part.end : whole.start]
        if not 0 < part.value < whole.value or part.unit or not _OUT_OF.fullmatch(between):
            continue
        if between != " in " or whole.value <= _MOST_IN:  # not "3 in 2019"
            share = 100 * part.value / whole.value
            found[i : i + 2] = replace(part, ratio=share), replace(whole, ratio=share)
    return found


def states(stated: Iterable[Quantity], claimed: Quantity) -> bool:
    """Say whether one of ``stated`` says what ``claimed`` says, which may be rounder.

    >>> states(quantities("76.3% of 1,000 cases"), quantities("76 percent")[0])
    True
    """
    return any(_same(claimed, each) for each in stated)


def _same(claimed: Quantity, stated: Quantity) -> bool:
    signs = (claimed.value < 0) == (stated.value < 0) or claimed.falls or stated.falls
    return signs and any(
        _alike(*mine, *theirs, rough=claimed.rough)
        for mine in _readings(claimed)
        for theirs in _readings(stated)
    )


def _readings(quantity: Quantity) -> Iterator[tuple[float, str, int]]:
    """Yield value, unit and decimals: 300 K may be kelvin or 300,000, 0.45 be 45%."""
    yield abs(quantity.value), quantity.unit, quantity.decimals
    if quantity.unit in ("K", "B"):
        yield abs(quantity.value) * {"K": 1e3, "B": 1e9}[quantity.unit], "", 0
    if quantity.ratio:
        yield quantity.ratio, "of", -1
    if quantity.share:
        yield round(100 * quantity.value, 6), "%", quantity.decimals - 2


def _alike(
    wanted: float, unit: str, decimals: int, given: float, other: str, others: int, *, rough: bool
) -> bool:
    if unit == "of" or other == "of":  # 8 of 9 is not 9 of 10, though both are about 90%
        percent = (wanted, given, decimals) if unit == "%" else (given, wanted, others)
        return {unit, other} == {"of", "%"} and _near(*percent)
    if unit != other and unit and (other or unit not in _UNSAID):
        (measure, size), (other_measure, other_size) = _SIZES[unit], _SIZES[other]
        if measure != other_measure:
            return False
        given = given * other_size / size
        if abs(given - wanted) <= 0.005 * wanted:
            return True
    return (rough and abs(given - wanted) <= _ROUGH * wanted) or _near(wanted, given, decimals)


def _near(wanted: float, given: float, decimals: int) -> bool:
    """Say whether ``given``, rounded as ``wanted`` is, is the same; at most 5% apart."""
    if abs(wanted - given) <= 1e-9 * abs(wanted):
        return True
    if not wanted or abs(given - wanted) > 0.05 * abs(wanted):
        return False
    if decimals < 0:  # two thirds
        return abs(given - wanted) < 2
    if wanted >= 1000 and wanted % 100 == 0:  # 59,000 for 58,929
        digits = len(str(int(wanted)).rstrip("0")) - len(str(int(wanted)))
        return round(given, digits) == wanted
    cut = int(given * 10**decimals) / 10**decimals
    return given % 1 != 0 and (round(given, decimals) == wanted or cut == wanted)


def as_stated(text: str, claimed: Sequence[Quantity], passages: Sequence[str]) -> str:
    """Return a text, each of its numbers as the first passage writes it that states the same.

    >>> text = "It took 500 ms for 14 days."
    >>> as_stated(text, quantities(text), ["After two weeks it took 0.5 s."])
    'It took 0.5 s for two weeks.'
    """
    written = [(each, passage) for passage in passages for each in quantities(passage)]
    last = len(text)
    for number in reversed(claimed):
        for each, passage in written:
            if number.end <= last and number.value * each.value >= 0 and _same(number, each):
                stated = passage[each.start : each.end]
                text = f"{text[: number.start]}{stated}{text[number.end :]}"
                break
        last = number.start
    return text


def unstated(claimed: Sequence[Quantity], stated: Sequence[Quantity]) -> list[Quantity]:
    """Return the demanded numbers of a claim that the other text does not state.

    >>> [q.value for q in unstated(quantities("5 of 8 cases"), quantities("5 of 9 cases"))]
    [8.0]
    """
    return [each for each in claimed if each.demanded and not states(stated, each)]
