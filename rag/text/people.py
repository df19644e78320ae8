"""People's names, so that one person's are equal however they are typed."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "o", "ł": "l", "đ": "d"})


def fold_person(name: str) -> str:
    """Return a person's name without case, accents, points and the two ways to write umlauts.

    >>> fold_person("Hinrich Schütze") == fold_person("hinrich schuetze")
    True
    >>> fold_person("Hinrich Schütze") == fold_person("Hinrich Schutze")
    True
    """
    plain = name.casefold().translate(_LETTERS)
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    plain = re.sub(r"(?<=[aou])e(?![aiou])", "", plain)
    plain = " ".join(re.sub(r"[^a-z ]", " ", plain).split())
    return plain or name.casefold()


def ways_to_call(author: str) -> set[str]:
    """Return how an author may be called, folded: in full, by surname, with an initial.

    >>> sorted(ways_to_call("Emily M. Bender"))
    ['bender', 'e bender', 'emily bender', 'emily m bender']
    """
    full = fold_person(author)
    parts = full.split()
    if len(parts) < 2:
        return {full}
    first, last = parts[0], parts[-1]
    called = {full, last, f"{first} {last}", f"{first[0]} {last}"}
    if len(parts) > 2 and len(parts[-2]) > 1:
        called.add(f"{parts[-2]} {last}")  # de Marneffe
    return called
