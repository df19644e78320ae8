"""What LaTeX's commands and ADS's macros for journals stand for: a table, after pylatexenc's."""

from __future__ import annotations

import re
import unicodedata

from pylatexenc.latexencode import (  # type: ignore[import-untyped]
    get_builtin_conversion_rules,
    get_builtin_uni2latex_dict,
)

# Braces and tildes that were meant, while the others are removed.
OPEN, CLOSE, TILDE = "\ue000", "\ue001", "\ue004"

# ADS's macros for journals, of which people write the abbreviations.
JOURNALS = {
    "aap": "A&A", "aapr": "A&A Rev.", "aaps": "A&AS", "actaa": "Acta Astron.", "aj": "AJ",
    "ao": "Appl. Opt.", "aplett": "Astrophys. Lett.", "apj": "ApJ", "apjl": "ApJL",
    "apjs": "ApJS", "applopt": "Appl. Opt.", "apspr": "Astrophys. Space Phys. Res.",
    "apss": "Ap&SS", "araa": "ARA&A", "azh": "AZh", "baas": "BAAS", "bac": "BAC",
    "bain": "BAN", "caa": "Chinese A&A", "cjaa": "ChJAA", "fcp": "Fund. Cosmic Phys.",
    "gca": "GeCoA", "grl": "GeoRL", "iaucirc": "IAU Circ.", "apjlett": "ApJL", "apjsupp": "ApJS",
    "maps": "M&PS", "icarus": "Icarus", "jcap": "JCAP",
    "jcp": "J. Chem. Phys.", "jgr": "JGR", "jqsrt": "JQSRT", "jrasc": "JRASC",
    "memras": "MmRAS", "memsai": "MmSAI", "mnras": "MNRAS", "na": "New A", "nar": "New A Rev.",
    "nat": "Nature", "nphysa": "Nucl. Phys. A", "pasa": "PASA", "pasj": "PASJ", "pasp": "PASP",
    "physrep": "Phys. Rep.", "physscr": "Phys. Scr.", "planss": "Planet. Space Sci.",
    "pra": "PhRvA", "prb": "PhRvB", "prc": "PhRvC", "prd": "PhRvD", "pre": "PhRvE",
    "prl": "PhRvL", "procspie": "Proc. SPIE", "psj": "PSJ", "qjras": "QJRAS",
    "rmxaa": "RMxAA", "skytel": "S&T", "solphys": "Sol. Phys.", "sovast": "Soviet Ast.",
    "ssr": "Space Sci. Rev.", "zap": "ZAp",
}  # fmt: skip
# What those tables lack or say otherwise.
_OWN = {
    "textless": "<", "textgreater": ">", "textbar": "|", "textasciicircum": "^",
    "textasciitilde": TILDE, "textbackslash": "\\", "textbraceleft": OPEN, "textbraceright": CLOSE,
    "textunderscore": "_", "textdollar": "$", "textpercent": "%", "textquotesingle": "'",
    "textmicro": "µ", "textasteriskcentered": "*", "textohm": "Ω", "textdiscount": "%",
    "textasciigrave": "`", "euro": "€", "textpm": "±", "textminus": "−", "textsurd": "√",
    "texthyphen": "-", "textquotedbl": '"', "textbardbl": "‖", "textborn": "*",
    "textcentoldstyle": "¢", "textcopyleft": "🄯", "textdblhyphen": "=", "textdied": "†",
    "textdivorced": "⚮", "textdollaroldstyle": "$", "textgravedbl": "˵", "textguarani": "₲",
    "textlbrackdbl": "⟦", "textrbrackdbl": "⟧", "textlquill": "⁅", "textrquill": "⁆",
    "textmarried": "⚭", "textpilcrow": "¶", "textquotestraightbase": "‚",
    "textquotestraightdblbase": "„", "textperiod": ".", "textthreequartersemdash": "—",
    "texttwelveudash": "—", "guillemetleft": "«", "guillemetright": "»", "emptyset": "∅", "Re": "ℜ",
    "Im": "ℑ", "prime": "′", "dagger": "†", "lbrack": "[", "rbrack": "]", "arcmin": "′",
    "arcsec": "″", "farcs": ".″", "farcm": ".′", "degr": "°", "arcdeg": "°", "micron": "µm",
    "lt": "<", "gt": ">", "colon": ":", "dotsc": "…", "SS": "SS", "texttildelow": TILDE,
    "textlangle": "⟨", "textrangle": "⟩", "dag": "†", "ddag": "‡", "copyright": "©", "pounds": "£",
    "TeX": "TeX", "LaTeX": "LaTeX", "textnbsp": " ", "degree": "°", "celsius": "°C", "micro": "µ",
    "ohm": "Ω", "perthousand": "‰", "times": "×", "to": "→", "gets": "←", "dots": "…", "le": "≤",
    "ge": "≥", "ne": "≠", "land": "∧", "lor": "∨", "iff": "⇔", "implies": "⇒", "cdot": "·",
    "quad": " ", "qquad": " ", "newline": " ", "linebreak": " ", "lbrace": OPEN, "rbrace": CLOSE,
    "sun": "⊙", "earth": "⊕",
}  # fmt: skip


def _symbols() -> dict[str, str]:
    """Return what each command that is one character stands for, after pylatexenc's tables."""
    one = re.compile(r"\{?(?:\\ensuremath\{)?\\([A-Za-z]{2,24})(?:\{\})?\s*\}?\}?")
    rows = [*get_builtin_uni2latex_dict().items()]
    rows += get_builtin_conversion_rules("unicode-xml")[0].rule.items()
    found: dict[str, str] = {}
    for code, command in rows:
        name = one.fullmatch(command)
        if name and code > 127 and not unicodedata.combining(chr(code)):
            found.setdefault(name[1], chr(code))
    digits = enumerate("zero one two three four five six seven eight nine".split())
    return found | {f"text{name}oldstyle": str(digit) for digit, name in digits} | _OWN


SYMBOLS = _symbols()
