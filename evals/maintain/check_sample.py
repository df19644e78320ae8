"""Check the sample library and its questions: ``python -m evals.maintain.check_sample``.

Prints a table of counts, then one line per defect; exits 1 where there is any.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rag.errors import InputError

SAMPLE = Path(__file__).parents[1] / "datasets" / "sample"
PAPER_COUNT = 60
ABSTRACT_WORDS = range(100, 201)
MINIMUM = {
    "fact": 35,
    "paraphrase": 25,
    "comparison": 15,
    "list": 12,
    "followup": 15,
    "unanswerable": 24,
    "typo": 10,
}
PAPER_FIELDS = {
    "id": str,
    "key": str,
    "title": str,
    "authors": list,
    "year": int,
    "venue": str,
    "arxiv_id": str,
    "url": str,
    "abstract": str,
}
QUESTION_FIELDS = {"id": str, "kind": str, "question": str, "papers": list, "facts": list}
TURN_FIELDS = {"question": str, "answer": str, "paper_ids": list}
ARXIV_ID = re.compile(r"\d{2}(0[1-9]|1[0-2])\.\d{4,5}")

Row = Mapping[str, Any]


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSON Lines file; row ``i`` stands on line ``i + 1``.

    Raises:
        InputError: a line is not a JSON object, naming file and line.
    """
    rows = []
    # Not splitlines: it also splits at U+2028, which may stand inside a JSON string.
    for number, line in enumerate(path.read_text(encoding="utf-8").rstrip("\n").split("\n"), 1):
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(f"{path.name}:{number}: {error}; correct the line") from None
        if not isinstance(row, dict):
            raise InputError(f"{path.name}:{number}: no JSON object; write one object a line")
        rows.append(row)
    return rows


def find_paper_defects(papers: Sequence[Row]) -> Iterator[str]:
    """Yield one line per defect of the papers, as ``papers.jsonl:LINE: what is wrong``."""
    if len(papers) != PAPER_COUNT:
        yield f"papers.jsonl: {len(papers)} papers, {PAPER_COUNT} expected"
    ids: set[str] = set()
    titles: set[str] = set()
    for number, paper in enumerate(papers, 1):
        where = f"papers.jsonl:{number}"
        missing = find_missing(paper, PAPER_FIELDS)
        if missing:
            yield f"{where}: without {', '.join(missing)}"
            continue
        if paper["id"] in ids:
            yield f"{where}: id {paper['id']} occurs twice"
        ids.add(paper["id"])
        title = re.sub(r"\W+", " ", paper["title"]).casefold().strip()
        if title in titles:
            yield f"{where}: title {paper['title']!r} occurs twice"
        titles.add(title)
        if paper["key"] != paper["id"]:
            yield f"{where}: key {paper['key']} is not the id {paper['id']}"
        if not all(isinstance(name, str) and name.strip() for name in paper["authors"]):
            yield f"{where}: an author without a name"
        words = len(paper["abstract"].split())
        if words not in ABSTRACT_WORDS:
            yield f"{where}: an abstract of {words} words, 100 to 200 expected"
        if not ARXIV_ID.fullmatch(paper["arxiv_id"]):
            yield f"{where}: {paper['arxiv_id']} is no arXiv id"
        elif paper["url"] != f"https://arxiv.org/abs/{paper['arxiv_id']}":
            yield f"{where}: url {paper['url']} is not that of {paper['arxiv_id']}"


def find_question_defects(questions: Sequence[Row], papers: Sequence[Row]) -> Iterator[str]:
    """Yield one line per defect of the questions, as ``questions.jsonl:LINE: what is wrong``."""
    abstracts = {str(p.get("id")): str(p.get("abstract", "")).casefold() for p in papers}
    ids: set[str] = set()
    for number, question in enumerate(questions, 1):
        where = f"questions.jsonl:{number}"
        missing = find_missing(question, QUESTION_FIELDS, may_be_empty=("papers", "facts"))
        if missing:
            yield f"{where}: without {', '.join(missing)}"
            continue
        if question["id"] in ids:
            yield f"{where}: id {question['id']} occurs twice"
        ids.add(question["id"])
        if question["kind"] not in MINIMUM:
            yield f"{where}: kind {question['kind']} is unknown"
        for defect in find_answer_defects(question, abstracts):
            yield f"{where}: {defect}"
    counts = Counter(question.get("kind") for question in questions)
    for kind, minimum in MINIMUM.items():
        if counts[kind] < minimum:
            yield f"questions.jsonl: {counts[kind]} of kind {kind}, at least {minimum} expected"


def find_answer_defects(question: Row, abstracts: Mapping[str, str]) -> Iterator[str]:
    """Yield what is wrong with the papers, facts and history that one question expects.

    ``abstracts`` maps a paper's id to its casefolded abstract.
    """
    known = [paper_id for paper_id in question["papers"] if paper_id in abstracts]
    for paper_id in question["papers"]:
        if paper_id not in abstracts:
            yield f"paper {paper_id} is unknown"
    if question["kind"] == "unanswerable":
        if question["papers"] or question["facts"]:
            yield "unanswerable, yet with papers or facts"
    elif not question["papers"]:
        yield f"{question['kind']} without papers"
    if question["kind"] in ("fact", "comparison", "followup", "typo") and not question["facts"]:
        yield f"{question['kind']} without facts"
    for fact in question["facts"]:
        if not isinstance(fact, list) or not all(isinstance(w, str) and w for w in fact):
            yield f"fact {fact!r} is no list of wordings"
        elif not any(wording.casefold() in abstracts[i] for wording in fact for i in known):
            yield f"no abstract of its papers says {' | '.join(fact)}"
    history = question.get("history", [])
    if bool(history) != (question["kind"] == "followup"):
        yield "a follow-up has history, and nothing else has"
    for turn in history:
        missing = find_missing(turn, TURN_FIELDS)
        if missing:
            yield f"history without {', '.join(missing)}"
            continue
        for paper_id in turn["paper_ids"]:
            if paper_id not in abstracts:
                yield f"paper {paper_id} of its history is unknown"


def find_missing(
    row: Row, fields: Mapping[str, type], may_be_empty: Sequence[str] = ()
) -> list[str]:
    """Return the fields that are absent, of another type, or empty where they must not be.

    >>> find_missing({"id": "f01", "papers": []}, {"id": str, "papers": list, "kind": str})
    ['papers', 'kind']
    """
    return [
        name
        for name, kind in fields.items()
        if not isinstance(row.get(name), kind) or not (row[name] or name in may_be_empty)
    ]


def format_counts(papers: Sequence[Row], questions: Sequence[Row]) -> str:
    """Return the table of counts: kind, questions, papers they expect, facts they hold."""
    lines = [f"{'kind':<14}{'questions':>9}{'papers':>8}{'facts':>7}"]
    for kind in (*MINIMUM, "all"):
        rows = [row for row in questions if kind in ("all", row.get("kind"))]
        expected = {paper_id for row in rows for paper_id in row.get("papers", ())}
        facts = sum(len(row.get("facts", ())) for row in rows)
        lines.append(f"{kind:<14}{len(rows):>9}{len(expected):>8}{facts:>7}")
    return "\n".join([*lines, f"{len(papers)} papers in the library"])


def main(folder: Path = SAMPLE) -> int:
    """Check the two files of ``folder``; return the exit status, 1 where a defect was found."""
    try:
        papers = read_rows(folder / "papers.jsonl")
        questions = read_rows(folder / "questions.jsonl")
    except InputError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    sys.stdout.write(format_counts(papers, questions) + "\n")
    defects = [*find_paper_defects(papers), *find_question_defects(questions, papers)]
    sys.stdout.write("".join(f"{defect}\n" for defect in defects))
    return 1 if defects else 0


if __name__ == "__main__":
    sys.exit(main())
