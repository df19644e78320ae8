"""What the library's list shows for what the page asks of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rag.errors import RagError
from ui import frame
from ui.exchanges import read_line
from ui.shelf import Library, where_of
from ui.talk import sentence_of

_MOST_READ = 20_000  # papers read to make questions of them
_LISTED, _MOST_LISTED = 60, 5_000  # papers shown at first, and at the most


def find(library: Library, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the list for a form as the page sends it.

    Args:
        library: what to look in.
        given: the filters, ``query``, or ``like`` with a paper's id; ``ids``, the papers that
            were ticked: they do not limit the list, but what is asked; ``most``.

    Returns:
        ``html``; ``matching``, how many papers are asked (None where a filter has no meaning);
        ``welcome``, what a chat shows before its first question.
    """
    most = given.get("most")
    most = min(max(most, 1), _MOST_LISTED) if type(most) is int else _LISTED
    try:
        asked = where_of(given)
        matching = library.count(asked)
        examples = library.examples_for(asked) if matching < _MOST_READ else ()
        html = _listed(library, given, most)
    except RagError as error:
        return {"html": frame.problem(sentence_of(str(error))), "matching": None, "welcome": ""}
    welcome = frame.welcome(library.shelf, examples, matching)
    return {"html": html, "matching": matching, "welcome": welcome}


def _listed(library: Library, given: Mapping[str, Any], most: int) -> str:
    where = where_of({**given, "ids": None})
    query, name = read_line(given.get("query")), given.get("like")
    if isinstance(name, str) and name:
        paper, papers = library.like(name, where, most)
        return frame.found(papers, frame.like(paper))
    papers, match = library.find(query, where, most)
    if query:
        more = match and len(papers) == most
        return frame.found(papers, frame.best(len(papers), query, match=match), more=more)
    count = library.count(where)
    return frame.found(papers, frame.latest(len(papers), count), more=count > len(papers))
