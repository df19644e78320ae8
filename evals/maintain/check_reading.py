"""Read the questions of ``evals/datasets/reading`` against two libraries; count what is right.

python -m evals.maintain.check_reading --library acl=INDEX --library pages=INDEX [--half a] [-v]
"""

from __future__ import annotations

import argparse
import collections
import json
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from rag.answers.catalogue import answering
from rag.answers.questions import Question, read_question
from rag.assistant import Assistant
from rag.index.filters import parse_where
from rag.settings import load_settings
from rag.text.people import fold_person

QUESTIONS = Path(__file__).parents[1] / "datasets" / "reading" / "questions.jsonl"
Row = Mapping[str, str]


def faults(row: Row, question: Question) -> Iterator[str]:
    """Yield what was read wrongly in a question."""
    kind = "several" if len(question.several) > 1 else question.kind
    asks = row.get("asks")
    if asks and int(asks) != max(1, len(question.several)):
        yield f"{max(1, len(question.several))} questions"
    if row["kind"] not in {kind, "several"} and row.get("language", "en") == "en":
        yield f"kind {kind}"
    if row.get("language", "en") != question.language:
        yield f"language {question.language}"
    if "parts" in row and tuple(row["parts"].split(";")) != question.parts:
        wanted = [part.casefold() for part in row["parts"].split(";")]
        if wanted != [part.casefold() for part in question.parts]:
            yield f"parts {question.parts}"
    if "read" in row and row["read"] not in question.text:
        yield f"read {question.text!r}"
    if "names" in row and row["names"].casefold() not in " ".join(question.names).casefold():
        yield f"names {question.names}"


def library_faults(row: Row, question: Question, assistant: Assistant) -> Iterator[str]:
    """Yield what is wrong in the answer of the catalogue."""
    if question.kind != "library":
        return
    known = answering.answer(question, index=assistant.index, embedder=assistant.embedder)
    if known is None:
        yield "not answered"
        return
    text = known.text.replace(",", "")
    if "count" in row:
        conditions = parse_where(list(filter(None, row["count"].split(";"))))
        count = assistant.index.lexical.count(conditions)
        if not re.search(rf"(?<!\d){count or 'no'}(?!\d)", text):
            yield f"not {count}: {text[:80]}"
    for field in ("text", "text2"):
        if field in row and row[field].casefold() not in text.casefold():
            yield f"lacks {row[field]}: {text[:80]}"
    if "declined" in row and known.answered:
        yield f"answered: {text[:80]}"
    if "declined" not in row and not known.answered:
        yield f"declined: {text[:80]}"
    if "papers" in row and row["papers"] not in [paper.id for paper in known.papers]:
        yield f"papers {[paper.id for paper in known.papers[:4]]}: {text[:80]}"
    for paper in known.papers:
        if (
            "author" in row
            and "count" not in row
            and not any(
                fold_person(row["author"]) == fold_person(author) for author in paper.authors
            )
        ):
            yield f"not by {row['author']}: {paper.title[:40]}"
        if "year" in row and str(paper.year) != row["year"] and question.asks == "by":
            yield f"not of {row['year']}: {paper.title[:40]}"
        if "since" in row and (paper.year or 0) < int(row["since"]):
            yield f"before {row['since']}: {paper.title[:40]}"
    if "year" in row and (not known.papers or str(known.papers[0].year) != row["year"]):
        yield f"first not of {row['year']}"


def main() -> None:
    """Print the counts of each kind, and with ``-v`` each fault."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--library", action="append", default=[], help="NAME=INDEX")
    parser.add_argument("--half", choices=["a", "b", "c"])
    parser.add_argument("-v", action="store_true")
    options = parser.parse_args()
    libraries = {
        name: Assistant.open(load_settings(index=Path(index), llm="none"))
        for name, _, index in (each.partition("=") for each in options.library)
    }
    right: collections.Counter[str] = collections.Counter()
    every: collections.Counter[str] = collections.Counter()
    for line in QUESTIONS.read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["library"] not in libraries or options.half not in (None, row["half"]):
            continue
        assistant = libraries[row["library"]]
        question = read_question(row["question"], assistant.index.lexical)
        found = [*faults(row, question), *library_faults(row, question, assistant)]
        every[row["kind"]] += 1
        right[row["kind"]] += not found
        if found and options.v:
            told = f"{row['id']} {row['kind']:10} {row['question']!r}: {'; '.join(found[:3])}"
            sys.stdout.write(told + "\n")
    for kind in sorted(every):
        sys.stdout.write(f"{kind:10} {right[kind]:3} of {every[kind]:3}\n")
    share = right.total() / max(1, every.total())
    sys.stdout.write(f"{'all':10} {right.total():3} of {every.total():3}, {share:.3f}\n")


if __name__ == "__main__":
    main()
