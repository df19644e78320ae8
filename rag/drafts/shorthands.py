r"""The commands that a draft in LaTeX defines for itself become what they stand for.

Those without arguments are any words; of those with arguments the ones that cite are spelt out
(``\newcommand{\see}[1]{\citep{#1}}``), since only these tell where the draft cites.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from rag.drafts.citing import CITE

_SHORT = re.compile(
    r"\\(?:(?:new|provide)command\*?\s*\{?|def\s*)\\([A-Za-z]{1,30})\}?\s*"
    r"\{((?:[^{}#\n]|\{[^{}#\n]{0,80}\}){1,80})\}"
    r"|\\let\s*\\([A-Za-z]{1,30})\s*=?\s*(\\[A-Za-z]{0,20}[cC]ite[A-Za-z]{0,20})"
)
_LONGEST_SHORT = 100
_COMMAND = re.compile(r"\\([A-Za-z]{1,30})(?![A-Za-z])(?:\{\})?")
_SPACING = re.compile(r"\\xspace\b\s*\Z|\\@\Z")
_XPARSE = r"(?:[mos]|O\s*\{[^{}]{0,100}\})"
_DEFINED = re.compile(
    r"\\(?:(?:(?:re)?new|provide)command|DeclareRobustCommand|[gex]?def|"
    r"(?:New|Renew|Provide|Declare)DocumentCommand)\*?\s*\{?\s*\\(?P<name>[A-Za-z]{1,30})\s*\}?\s*"
    r"(?P<takes>\[\d\]\s*(?:\[[^\[\]]{0,100}\]\s*)?|(?:#\d\s*){1,9}|"
    rf"\{{\s*{_XPARSE}(?:\s*{_XPARSE}){{0,8}}\s*\}}\s*)?\{{"
)
_COUNT = re.compile(r"\[(\d)\]\s*(?:\[([^\[\]]*)\])?")
_KIND = re.compile(r"O\s*\{([^{}]*)\}|([mos])")
_PLACE = re.compile(r"#(\d)")
_GIVEN = {
    "m": r"\s*\{((?:[^{}]|\{(?:[^{}]|\{[^{}]{0,200}\}){0,300}\}){0,1000})\}",
    "o": r"(?:\s*\[([^\[\]]{0,300})\])?",
    "s": r"(\*)?",
}
_LONGEST_OWN = 500
_NESTED = 2  # how deep one stands in another
_LONGEST_GROUP = 5_000


class _Own(NamedTuple):
    r"""A command: how its uses look, what its arguments are where not given, what it stands for.

    ``is_plain`` where it reads as one that cites anyway (``\newcommand{\mycite}[1]{(\cite{#1})}``).
    """

    use: re.Pattern[str]
    usual: Sequence[str]
    text: str
    is_plain: bool

    def spelt(self, text: str) -> str:
        """Return a text with the command's uses as what they stand for."""
        return self.use.sub(self._filled, text)

    def _filled(self, match: re.Match[str]) -> str:
        pairs = zip(match.groups(), self.usual, strict=True)
        given = [" ".join(_told(usual if arg is None else arg).split()) for arg, usual in pairs]
        places = {str(number): arg for number, arg in enumerate(given, 1)}
        return _PLACE.sub(lambda place: places.get(place[1], ""), self.text) + lines(match[0])


def spelt_out(source: str) -> str:
    r"""Return a draft with its own commands as what they stand for.

    >>> spelt_out(r"\newcommand{\tea}{Earl Grey\xspace} \tea{} is warm, \tea too.")
    ' Earl Grey is warm, Earl Grey too.'
    >>> spelt_out(r"\newcommand{\see}[2][3]{\cite[p. #1]{#2}} So \see{lee}, \see[4]{kim}.")
    ' So \\cite[p. 3]{lee}, \\cite[p. 4]{kim}.'
    """
    for written in (_spelt_citing(_spelt_short(source)), _spelt_short(source)):
        if len(written) < 2 * len(source):
            return written
    return source


def _spelt_short(source: str) -> str:
    found = ((m[1] or m[3], m[2] or m[4]) for m in _SHORT.finditer(_told(source)))
    short = {name: _SPACING.sub("", text) for name, text in found if len(text) < _LONGEST_SHORT}
    if not short:
        return source
    nested = {name: _replaced(text, short) for name, text in short.items()}
    return _replaced(_SHORT.sub(lambda match: lines(match[0]), source), nested)


def _replaced(text: str, short: Mapping[str, str]) -> str:
    return _COMMAND.sub(lambda match: short.get(match[1], match[0]), text)


def _spelt_citing(source: str) -> str:
    told = _told(source)
    own = {match["name"]: _own(match, told[match.end() : end]) for match, end in _defined(told)}
    for _ in range(_NESTED):
        for name, command in own.items():
            text = command.text
            for other in own.values():
                text = other.spelt(text) if len(text) < _LONGEST_OWN else text
            own[name] = command._replace(text=text)
    citing = [each for each in own.values() if CITE.search(each.text) and not each.is_plain]
    if not any(CITE.search(command.text) for command in own.values()):
        return source
    pieces, at = [], 0
    for match, end in _defined(source):
        pieces += [source[at : match.start()], lines(source[match.start() : end])]
        at = end + 1
    text = "".join([*pieces, source[at:]])
    for _ in range(_NESTED):
        for command in citing:
            text = command.spelt(text) if len(command.text) < _LONGEST_OWN else text
    return text


def _defined(text: str) -> Iterator[tuple[re.Match[str], int]]:
    """Yield how each definition begins, up to its text, and where that ends."""
    done = 0
    for match in _DEFINED.finditer(text):
        limit = match.end() + 2 * _LONGEST_OWN
        end = closing(text, match.end(), limit) if match.start() >= done else None
        if end is not None:
            yield match, end
            done = end


def _own(match: re.Match[str], text: str) -> _Own:
    takes = match["takes"] or ""
    counted = _COUNT.match(takes)
    if counted:
        first = "m" if counted[2] is None else "o"
        kinds = [
            (first if place == 0 else "m", counted[2] or "") for place in range(int(counted[1]))
        ]
    elif takes.startswith("#"):
        kinds = [("m", "")] * takes.count("#")
    else:
        kinds = [(kind or "o", usual) for usual, kind in _KIND.findall(takes)]
    given = "".join(_GIVEN[kind] for kind, _ in kinds) or r"(?:\{\})?"
    use = re.compile(rf"\\{match['name']}(?![A-Za-z]){given}")
    text = _SPACING.sub("", " ".join(text.split()))
    alone = [kind for kind, _ in kinds].count("m") == 1 and f"{{#{len(kinds)}}}" in text
    is_plain = alone and CITE.match(f"\\{match['name']}{{x}}") is not None
    return _Own(use, [usual for _, usual in kinds], text, is_plain)


def _told(text: str) -> str:
    """Return LaTeX without its comments."""
    return re.sub(r"(?<!\\)%[^\n]*", "", text)


def lines(text: str) -> str:
    """Return the line ends of a text, which stay where it goes."""
    return "\n" * text.count("\n")


def closing(text: str, at: int, end: int) -> int | None:
    """Return where the brace closes that was opened just before ``at``, None if not before ``end``.

    What a draft's author left open may not swallow the rest of it.
    """
    depth = 1
    for brace in re.compile(r"\\.|[{}]", re.S).finditer(text, at, min(end, at + _LONGEST_GROUP)):
        depth += {"{": 1, "}": -1}.get(brace[0], 0)
        if not depth:
            return brace.start()
    return None
