"""``--where`` expressions: ``field op value``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from rag.errors import InputError
from rag.text.seen import is_blank

FIELDS = ("id", "title", "author", "year", "venue", "doi", "arxiv_id", "key", "source")
_ALIASES = {"authors": "author", "sources": "source", "journal": "venue", "arxiv": "arxiv_id"}
_BEGINNING = re.compile(r"\s*([A-Za-z_]{1,20})\s*(!=|>=|<=|!~|==|=|~|>|<)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LONGEST_VALUE, _MOST = 200, 50


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition on a paper; ``value`` is folded to lower case.

    ``=`` asks for the whole value (of one author, of a source's path, name or ``file:line``),
    ``~`` for a part of it; ``!=`` and ``!~`` deny; the rest compare years.
    """

    field: str
    op: str
    value: str

    @property
    def year(self) -> int:
        """The value as a year."""
        return int(self.value)


@dataclass(frozen=True, slots=True)
class Group(Condition):
    """Conditions of which one or all must hold, or with the op ``!`` must not."""

    members: tuple[Condition, ...] = ()
    any_of: bool = True

    @classmethod
    def of(cls, members: Sequence[Condition], *, any_of: bool, denied: bool = False) -> Group:
        """Return a group that says what it holds as its value.

        >>> Group.of(parse_where(["year=2020", "year=2022"]), any_of=True).value
        '(year=2020 or year=2022)'
        """
        said = (" or " if any_of else " and ").join(f"{c.field}{c.op}{c.value}" for c in members)
        return cls("", "!" if denied else "", f"({said})", tuple(members), any_of)


Where: TypeAlias = "Sequence[str | Condition]"


def parse_where(expressions: Where) -> tuple[Condition, ...]:
    """Return the conditions that all must hold; those that are conditions already stay.

    >>> parse_where(["year>=2021", "author ~ Radford"])[1]
    Condition(field='author', op='~', value='radford')

    Raises:
        InputError: an expression has no meaning, saying what would.
    """
    if len(expressions) > _MOST:
        raise InputError(f"{len(expressions)} filters are more than {_MOST}; give fewer")
    return tuple(each if isinstance(each, Condition) else _parse(each) for each in expressions)


def _parse(expression: str) -> Condition:
    shown = repr(expression[:80])
    if _SURROGATE.search(expression):
        raise InputError(f"the filter {shown} is not UTF-8; write it anew")
    match = _BEGINNING.match(expression)
    if match is None:
        raise InputError(
            f"cannot read the filter {shown}; write it like year>=2021 or author~Radford"
        )
    name, op = match.groups()
    value = expression[match.end() :].strip()
    field = _ALIASES.get(name.lower(), name.lower())
    op = "=" if op == "==" else op
    if field not in FIELDS:
        raise InputError(f"no field {name!r} in the filter {shown}; there are {', '.join(FIELDS)}")
    if len(value) > _LONGEST_VALUE or is_blank(value):
        raise InputError(f"the filter {shown} needs a value of 1 to {_LONGEST_VALUE} characters")
    if field == "year":
        if "~" in op or not re.fullmatch(r"-?\d{1,9}", value, re.ASCII):
            raise InputError(f"the filter {shown} needs a year, like year>=2021")
    elif op in {"<", "<=", ">", ">="}:
        raise InputError(f"{op} compares years only, not {field}; use = or ~ in {shown}")
    return Condition(field, op, value.casefold())
