"""Ask the questions of ``evals/datasets/acl_questions.jsonl`` and count what is right, by kind.

python -m evals.maintain.acl_questions --index INDEX [--half tune|aside] [--check] [-v]

The index is of ACL Anthology abstracts; with ``--check`` nothing is asked, but the set is held
against them: the papers are there, and their abstracts state the facts. On ``tune`` rules were
fitted; ``aside`` was counted first and then read, so write another set before you fit anything.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from tqdm import tqdm

from evals.maintain.check_sample import read_rows
from evals.metrics import area, risk_coverage
from evals.questions import states
from rag.assistant import Assistant
from rag.errors import RagError
from rag.settings import load_settings
from rag.types import Paper, to_json

QUESTIONS = Path(__file__).parents[1] / "datasets" / "acl_questions.jsonl"
KINDS = frozenset(
    "fact paraphrase comparison list library chat offtopic neartopic double long case typo "
    "foreign".split()
)
HALVES = ("tune", "aside")
_EXPECTED = frozenset("papers facts maybe missing undone value declined chat".split())
# Kinds with a paper to be found: these are added up in the last line.
_ANSWERABLE = KINDS - {"offtopic", "neartopic", "library", "chat"}
_ADDED_UP = ("facts", "foreign", "declined")

Row = Mapping[str, Any]
Counts = dict[str, list[float]]


def find_defects(rows: Sequence[Row], papers: Mapping[str, Paper]) -> Iterator[str]:
    """Yield one line for each thing that is wrong with the set, as ``id: what``.

    Figures of languages other than English, and what the catalogue counts, stand in no abstract.
    """
    seen: set[str] = set()
    for row in rows:
        where, expect = row.get("id", "?"), row.get("expect", {})
        if where in seen:
            yield f"{where}: occurs twice"
        seen.add(where)
        if row.get("kind") not in KINDS or row.get("half") not in HALVES:
            yield f"{where}: kind {row.get('kind')}, half {row.get('half')}"
        if not expect or set(expect) - _EXPECTED:
            yield f"{where}: expects {', '.join(sorted(expect)) or 'nothing'}"
        named = [*expect.get("papers", ()), *expect.get("maybe", ())]
        for paper_id in named:
            if paper_id not in papers:
                yield f"{where}: paper {paper_id} is not in the library"
        known = [papers[paper_id] for paper_id in expect.get("papers", ()) if paper_id in papers]
        for fact in expect.get("facts", ()):
            said = any(states(f"{paper.title} {paper.abstract}", fact) for paper in known)
            if not said:
                yield f"{where}: no abstract of its papers says {' | '.join(fact)}"
        if missing := expect.get("missing"):
            named = [p for p in papers.values() if p.title.startswith(f"{missing}:")]
            if named:
                yield f"{where}: {missing} is not missing: {named[0].id}"


def score(row: Row, answer: Row) -> tuple[Counts, list[str]]:
    """Return what an answer (``ask``'s JSON) counts, by metric, and what is wrong with it."""
    expect, kind = row["expect"], row["kind"]
    cited = {citation["paper"]["id"] for citation in answer["citations"]}
    counts: Counts = defaultdict(list)
    if expect.get("declined"):
        counts["declined"].append(float(not answer["answered"]))
        return counts, ["answered"] if answer["answered"] else []
    if expect.get("chat"):
        right = answer["kind"] == "chat"
        counts["chat"].append(float(right))
        return counts, [] if right else ["no chat"]
    wanted = set(expect.get("papers", ()))
    if kind == "library":
        said = all(states(answer["answer"], value) for value in expect.get("value", ()))
        right = said and wanted <= cited
        counts["right"].append(float(right))
        return counts, [] if right else ["wrong"]
    counts["declined"].append(float(not answer["answered"]))
    wrong = [] if answer["answered"] else ["declined"]
    if not wanted:
        pass
    elif kind == "list":
        counts["recall"].append(len(wanted & cited) / len(wanted))
        if cited:
            counts["precision"].append(len((wanted | set(expect["maybe"])) & cited) / len(cited))
    else:
        name = "both sides" if kind == "comparison" else "paper cited"
        share = len(wanted & cited) / len(wanted)
        counts[name].append(share if kind == "comparison" else float(share > 0))
        sources = [s["evidence"]["paper_id"] for s in answer["sentences"] if s["evidence"]]
        if sources:
            counts["foreign"] += [float(source not in wanted) for source in sources]
        if not share:
            wrong.append("paper not cited")
    if "missing" in expect:
        told = expect["missing"].casefold() in answer["answer"].casefold()
        counts["missing said"].append(float(told))
    for fact in expect.get("facts", ()):
        found = answer["answered"] and states(answer["answer"], fact)
        counts["facts"].append(float(found))
        wrong += [] if found else [f"no {fact[0]}"]
    return counts, wrong


def format_counts(counts: Mapping[str, Counts]) -> Iterator[str]:
    """Yield a line for each kind and one for all that can be answered: mean and number."""
    every: Counts = defaultdict(list)
    for kind, metrics in sorted(counts.items()):
        yield _line(kind, metrics)
        for name in _ADDED_UP if kind in _ANSWERABLE else ():
            every[name] += metrics.get(name, [])
    yield _line("answerable", every)


def _line(name: str, metrics: Counts) -> str:
    means = (
        f"{metric} {sum(values) / len(values):.2f} ({len(values)})"
        for metric, values in metrics.items()
        if values
    )
    return f"{name:<12}{'  '.join(means)}"


def _check(assistant: Assistant, rows: Sequence[Row]) -> int:
    named = {i for row in rows for f in ("papers", "maybe") for i in row["expect"].get(f, ())}
    papers = dict(assistant.with_ids(sorted(named)))
    for name in {row["expect"]["missing"] for row in rows if "missing" in row["expect"]}:
        papers |= {paper.id: paper for paper in assistant.papers([f"title~{name}"])}
    defects = list(find_defects(rows, papers))
    sys.stdout.write("".join(f"{defect}\n" for defect in defects))
    sys.stdout.write(f"{len(rows)} questions, {len(named)} papers, {len(defects)} defects\n")
    return 1 if defects else 0


def main(argv: Sequence[str] | None = None) -> int:
    """Check the set, or ask a half of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", required=True)
    parser.add_argument("--half", choices=HALVES, default="tune")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("-v", "--verbose", action="store_true", help="print what went wrong")
    arguments = parser.parse_args(argv)
    assistant = Assistant.open(load_settings(index=arguments.index, llm="none"))
    rows = read_rows(QUESTIONS)
    if arguments.check:
        return _check(assistant, rows)
    counts: dict[str, Counts] = defaultdict(lambda: defaultdict(list))
    points: list[tuple[float, float]] = []
    asked = [row for row in rows if row["half"] == arguments.half]
    for row in tqdm(asked, unit=" questions", disable=None, leave=False):
        answer = to_json(assistant.ask(row["question"]))
        found, wrong = score(row, answer)
        for metric, values in found.items():
            counts[row["kind"]][metric] += values
        if answer["answered"] and answer["confidence"] is not None:
            points.append((answer["confidence"], float(bool(wrong))))
        if arguments.verbose and wrong:
            said = re.sub(r"\s+", " ", answer["answer"])[:200]
            sys.stdout.write(f"{row['id']} {wrong} {json.dumps(row['question'])} {said}\n")
    sys.stdout.write("".join(f"{line}\n" for line in format_counts(counts)))
    curve = risk_coverage(points, len(asked))
    surest = sorted(points, reverse=True)[: max(1, len(points) // 10)]
    risk = sum(wrong for _, wrong in surest) / len(surest)
    sys.stdout.write(
        f"risk of the surest tenth {risk:.2f} ({len(surest)}), "
        f"of all {curve[-1][1]:.2f} ({len(points)}), area {area(curve):.3f}\n"
    )
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RagError as error:
        sys.exit(f"error: {error}")
