"""An answer at a glance: its papers as the rows of a table, with what each says. Pure."""

from __future__ import annotations

from html import escape

from rag.answers.comparisons import sides
from rag.types import Answer

_FEWEST = 2  # papers that make a table


def glance(answer: Answer) -> str:
    """Return a table of the papers that an answer cites, '' for fewer than two.

    A comparison's is open, others are a click away; the page's script saves it.
    """
    says: dict[str, list[str]] = {}
    for sentence in answer.sentences:
        evidence = sentence.evidence
        if evidence and sentence.support != "unsupported":
            quotes = says.setdefault(evidence.paper_id, [])
            if not any(evidence.quote in quote for quote in quotes):
                quotes[:] = [quote for quote in quotes if quote not in evidence.quote]
                quotes.append(evidence.quote)
    if not answer.answered or len(says) < _FEWEST:
        return ""
    rows = "".join(
        f"<tr><td>{citation.number}</td><td>{escape(citation.paper.name)}</td>"
        f"<td>{citation.paper.year or ''}</td>"
        f"<td>{' … '.join(map(escape, says.get(citation.paper.id, [])))}</td></tr>"
        for citation in answer.citations
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("", "Paper", "Year", "Says"))
    opened = " open" if sides(answer.standalone_question) else ""
    return (
        f'<details class="glance"{opened}><summary>As a table</summary>'
        '<div class="table" role="region" aria-label="The papers at a glance" tabindex="0"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
        '<p class="ways"><button type="button" class="quiet" data-do="save-table" data-form="csv">'
        'CSV</button><button type="button" class="quiet" data-do="save-table" data-form="md">'
        "Markdown</button></p></details>"
    )
