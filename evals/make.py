"""Evaluation sets from a library: questions whose answer is known, and some it cannot answer.

How questions are worded stands in `evals.patterns` and `evals.numbers`; here each is held against
the whole library.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from itertools import count as counting
from itertools import islice
from pathlib import Path

from tqdm import tqdm

from evals import numbers, patterns, phrases
from evals.asked_library import Library
from evals.catalogue_questions import catalogue
from evals.feedback import read_feedback
from evals.generate import generate_question
from evals.phrases import Row
from evals.unanswerable import unanswerable
from rag.assistant import Assistant
from rag.durable import check_output, write_output
from rag.errors import InputError

_LIBRARY_SHARE = 4  # of so many questions one at the most is for the catalogue
# The order of kinds; one that has run out is passed over.
_TURNS = ("fact", "topic", "definition", "topic", "fact", "library", "topic", "comparison")


def write_set(
    assistant: Assistant, out: Path, *, count: int = 100, feedback: Path | None = None
) -> dict[str, int]:
    """Write an evaluation set of the library to a JSON Lines file; return how many by kind.

    The choice of papers hangs on their ids alone, so that the same library gives the same set.

    Args:
        assistant: its library; its model, where there is one, words better questions.
        out: the file.
        count: how many questions it can answer at the most; a quarter as many it cannot.
        feedback: what people thought of answers; see `evals.feedback`.

    Raises:
        InputError: the library has no papers. ModelError: the model failed.
    """
    check_output(out)
    papers = sorted(assistant.papers(), key=lambda paper: _shuffled(paper.id))
    if not papers:
        raise InputError("the library has no papers; bring some with `rag ingest PATH`")
    usage = phrases.read_usage(papers)
    library = Library(assistant, papers, usage)
    made = islice(_answerable(library, count), count)
    rows = list(tqdm(made, total=count, unit=" questions", disable=None, leave=False))
    rows += islice(unanswerable(library), max(1, len(rows) // 4))
    if feedback:
        rows += read_feedback(feedback, {paper.id for paper in papers})
    places = {row["kind"]: counting(1) for row in rows}
    named = [{"id": f"{row['kind']}-{next(places[row['kind']]):03}", **row} for row in rows]
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in named]
    write_output(out, "".join(lines).encode("utf-8", "backslashreplace"))
    return dict(Counter(row["kind"] for row in rows))


def _shuffled(name: str) -> bytes:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()


def _answerable(library: Library, count: int) -> Iterator[Row]:
    """Yield at most ``count`` questions, the kinds by turns."""
    asked: set[str] = set()
    if library.assistant.llm is not None:
        for row in islice(_worded_by_model(library), count):
            asked.update(row["papers"])
            yield row
    made = {
        "fact": _facts(library),
        "topic": _topics(library),
        "definition": _definitions(library),
        "comparison": _comparisons(library),
        "library": islice(catalogue(library), max(1, count // _LIBRARY_SHARE)),
    }
    left = list(_TURNS)
    while left:
        for kind in list(left):
            rows = (each for each in made[kind] if asked.isdisjoint(each.get("papers", ())))
            found = next(rows, None)
            if found is None:
                left = [other for other in left if other != kind]
            else:
                yield found


def _worded_by_model(library: Library) -> Iterator[Row]:
    assistant = library.assistant
    for paper in library.papers:
        if assistant.llm and (row := generate_question(paper, assistant.llm, assistant.settings)):
            yield row


def _facts(library: Library) -> Iterator[Row]:
    for paper in library.starting(0):
        yield from numbers.facts(paper, library.usage)[:1]


def _topics(library: Library) -> Iterator[Row]:
    for paper in library.starting(1 / 4):
        row = patterns.topic(paper, library.usage)
        if row and [holder.id for holder in library.holders(row["question"])] == [paper.id]:
            yield row


def _definitions(library: Library) -> Iterator[Row]:
    for paper in library.starting(1 / 2):
        if row := patterns.definition(paper, library.usage):
            yield row


def _comparisons(library: Library) -> Iterator[Row]:
    asks = (
        "How do {} and {} differ?",
        "How does {} compare with {}?",
        "What sets {} apart from {}?",
    )
    for number, ((one, name), (two, other)) in enumerate(library.pairs):
        question = asks[number % len(asks)].format(name, other)
        yield {"kind": "comparison", "question": question, "papers": [one.id, two.id], "facts": []}
