"""What MediaWiki alone writes becomes Markdown, line for line; its notes go to the end."""

from __future__ import annotations

import re

_REF = re.compile(
    r"<ref\b(?:[^<>/]{0,200}?\bname\s*=\s*[\"']?([^\"'<>/]{1,100}?)[\"']?\s*(?=/?>|\s\w+=))?[^<>/]{0,100}"
    r"(?:/>|>(.{0,3000}?)</ref>)",
    re.S | re.I,
)
# Where a list at the end says what its notes are: they cite nothing there.
_DEFINED = re.compile(
    r"<references\b[^<>/]{0,200}>(.{0,20000}?)</references>|"
    r"\{\{\s*(?:reflist|references|notelist)\b[^<>{}]{0,200}?\brefs\s*=(.{0,20000}?</ref>)\s*\}\}",
    re.S | re.I,
)
_TEMPLATE = re.compile(r"\{\{([^{}|]{1,60})\|([^{}]{0,2000})\}\}")
_FIELD = re.compile(r"\s*([\w-]{1,30})\s*=\s*")
_HEADING = re.compile(r"^(={1,6})\s*([^\n=]{1,200}?)\s*\1\s*$", re.M)
_LINK = re.compile(r"\[\[(?:[^\[\]|]{1,200}\|)?([^\[\]|@]{1,200})\]\]")
_OUTER = re.compile(r"\[(https?://[^\s\[\]]{1,500}) ([^\[\]]{1,300})\]")
_QUOTES = re.compile(r"'{2,5}")


def from_wikitext(source: str) -> str:
    r"""Return MediaWiki's text as Markdown.

    >>> from_wikitext("== Tea ==\nIt is ''warm''.<ref>Lee (2020). ''Tea''.</ref>")
    '# Tea\nIt is warm.[^ref-1]\n\n[^ref-1]: Lee (2020). Tea.\n'
    """
    notes: dict[str, str] = {}

    def note(match: re.Match[str]) -> str:
        label = "-".join(match[1].split()) if match[1] else f"ref-{len(notes) + 1}"
        if match[2]:
            notes.setdefault(label, " ".join(match[2].split()))
        return f"[^{label}]" + "\n" * match[0].count("\n")

    def defined(match: re.Match[str]) -> str:
        _REF.sub(note, _TEMPLATE.sub(_filled, match[1] or match[2]))
        return "\n" * match[0].count("\n")

    text = _REF.sub(note, _TEMPLATE.sub(_filled, _DEFINED.sub(defined, source)))
    text += "".join(f"\n\n[^{label}]: {said}\n" for label, said in notes.items())
    text = _HEADING.sub(lambda match: f"{'#' * len(match[1][1:])} {match[2]}", text)
    return _QUOTES.sub("", _LINK.sub(r"\1", _OUTER.sub(r"[\2](\1)", text)))


def _filled(match: re.Match[str]) -> str:
    """Return what a template says: sfn, harv and r a citation, the others their fields."""
    name, parts = match[1].strip().lower(), [part.strip() for part in match[2].split("|")]
    plain = [part for part in parts if "=" not in part]
    if name == "r":
        text = "".join(f"[^{'-'.join(part.split())}]" for part in plain if part)
    elif name == "rp":  # the page of a note
        text = ""
    elif name.startswith(("sfn", "harv")):
        text = f" ({' & '.join(plain[:-1])}, {plain[-1]})" if len(plain) > 1 else ""
    else:
        text = _told(parts)
    return text + "\n" * match[0].count("\n")


def _told(parts: list[str]) -> str:
    """Return the fields of a work in an order in which they are read: who, when, what, where."""
    named = {m[1].lower(): part[m.end() :] for part in parts if (m := _FIELD.match(part))}
    if not named:
        return " ".join(parts)
    who = [named[name] for name in named if re.match(r"(?:last|author|surname)\d*$", name)]
    when = named.get("year") or named.get("date") or ""
    rest = (named.get(name, "") for name in ("title", "doi", "arxiv", "url"))
    return ". ".join(filter(None, [", ".join(who), when, *rest]))
