"""What each ``rag eval`` command prints: results on stdout, all else on stderr."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evals import make
from evals.calibrate import calibrate
from evals.compare import compare, failed
from evals.questions import read_expectations
from evals.report import format_figure, write_comparison, write_report
from evals.retrieval import evaluate
from evals.runner import run_answers
from evals.runs import read_run
from rag.assistant import Assistant
from rag.durable import is_stdout
from rag.errors import RagError, UsageError
from rag.settings import load_settings

_SIDE_BY_SIDE = 10  # changed answers shown on a terminal
_BY_KIND = ("citation_recall", "facts_found", "decision")


def retrieval(arguments: argparse.Namespace) -> int:
    """``rag eval retrieval``: ranking metrics on a BEIR folder."""
    # Only the flag names the index: the corpus must not land in the library in use.
    found = evaluate(
        Path(arguments.beir),
        split=arguments.split,
        index=Path(arguments.index) if arguments.index else None,
        embedder=arguments.embedder,
        bm25_only=arguments.bm25_only,
        trec=Path(arguments.run_file) if arguments.run_file else None,
        folder=Path(arguments.output) if arguments.output else None,
    )
    if arguments.output:
        write_report(Path(arguments.output))
    if arguments.json:
        _print(json.dumps({name: value for name, value in found.items() if name != "metrics"}))
        return 0
    for name in ("queries", *found["metrics"]):
        if name != "seconds":
            _print(f"{name:<12}{format_figure(found[name], 4):>10}")
    latency = found["latency"]
    _print(f"{found['seconds']:.1f} s, a query {latency['p50']:.3f} s (95%: {latency['p95']:.3f})")
    _say_report(arguments.output)
    return 0


def run(arguments: argparse.Namespace) -> int:
    """``rag eval run``: answer questions and score the answers."""
    questions = read_expectations(arguments.questions)
    assistant = Assistant.open(
        load_settings(index=arguments.index, llm=arguments.llm, embedder=arguments.embedder)
    )
    found = run_answers(
        assistant,
        questions,
        Path(arguments.output),
        concurrency=arguments.concurrency,
        judged=arguments.judge,
    )
    write_report(Path(arguments.output))
    if arguments.json:
        _print(json.dumps(found))
        return 0
    _print(
        f"{found['questions']} questions, {found['answered']} answered, {found['failed']} failed"
    )
    for name, each in found["metrics"].items():
        missing = f"  ({each['unmeasured']} unmeasured)" if each["unmeasured"] else ""
        _print(f"{name:<20}{format_figure(each['mean'], 4):>10}{missing}")
    for name in ("precision", "recall", "wrongly_declined"):
        _print(f"{'declining ' + name:<28}{format_figure(found['abstention'][name], 3):>10}")
    _print_kinds(found["kinds"])
    _say_report(arguments.output)
    return 0


def _print_kinds(kinds: Mapping[str, Mapping[str, Any]]) -> None:
    """Print what matters by kind of question, where there are several kinds."""
    if len(kinds) < 2:
        return
    _print(f"{'':<16}{'questions':>10}" + "".join(f"{name:>20}" for name in _BY_KIND))
    for kind, values in kinds.items():
        count = max(each["measured"] + each["unmeasured"] for each in values.values())
        shown = (
            format_figure(values[name]["mean"], 3) if name in values else "-" for name in _BY_KIND
        )
        _print(f"{kind[:15]:<16}{count:>10}" + "".join(f"{mean:>20}" for mean in shown))


def compare_runs(arguments: argparse.Namespace) -> int:
    """``rag eval compare``: exit 1 where a --fail-if holds."""
    found = compare(read_run(Path(arguments.a)), read_run(Path(arguments.b)))
    broken = failed(arguments.fail_if, found["metrics"])
    if arguments.output:
        write_comparison(Path(arguments.output), found)
    if arguments.json:
        _print(json.dumps({**found, "failed": broken}, ensure_ascii=False))
    else:
        _print_comparison(found)
    if broken:
        raise RagError(f"{'; '.join(broken)}; see what changed above")
    return 0


def _print_comparison(found: Mapping[str, Any]) -> None:
    _print(
        f"{found['questions']} questions in both, {found['only_a']} only in A, "
        f"{found['only_b']} only in B"
    )
    _print(f"{'':<20}{'A':>9}{'B':>9}{'B - A':>9}{'95% interval':>20}{'p':>8}{'p, all':>8}")
    for name, each in found["metrics"].items():
        interval = f"{each['low']:+.4f} {each['high']:+.4f}"
        mark = {"b": "  better", "a": "  worse", None: ""}[each["better"]]
        _print(
            f"{name:<20}{each['a']:>9.4f}{each['b']:>9.4f}{each['difference']:>+9.4f}"
            f"{interval:>20}{each['p']:>8.4f}{each['p_adjusted']:>8.4f}{mark}"
        )
    if not any(each["difference"] for each in found["metrics"].values()):
        _print("no difference")
    changed = found["changed"]
    _print(f"{len(changed)} answers or their papers changed")
    for change in changed[:_SIDE_BY_SIDE]:
        _print(f"\n{change['id']}: {change['question']}")
        for name in ("a", "b"):
            papers = ", ".join(paper[0] for paper in change[name]["papers"])
            _print(f"  {name.upper()}: {change[name]['text']} ({papers or 'no papers'})")


def report(arguments: argparse.Namespace) -> int:
    """``rag eval report``: write the page of a run anew."""
    path = write_report(Path(arguments.folder))
    _print(json.dumps({"report": str(path)}) if arguments.json else str(path))
    return 0


def make_questions(arguments: argparse.Namespace) -> int:
    """``rag eval make``: an evaluation set from the library in use."""
    settings = load_settings(index=arguments.index, llm=arguments.llm)
    counts = make.write_set(
        Assistant.open(settings),
        Path(arguments.output),
        count=arguments.count,
        feedback=Path(arguments.feedback) if arguments.feedback else None,
    )
    if arguments.json:
        told = json.dumps({"output": arguments.output, **counts})
    else:
        kinds = ", ".join(f"{number} {kind}" for kind, number in counts.items())
        told = f"{kinds}; questions in {arguments.output}"
    print(told, file=sys.stderr if is_stdout(arguments.output) else sys.stdout)
    return 0


def calibrate_threshold(arguments: argparse.Namespace) -> int:
    """``rag eval calibrate``: a threshold from a person's own questions, kept with the index."""
    if bool(arguments.questions) == arguments.reset:
        raise UsageError("give QUESTIONS with what is expected, or --reset")
    assistant = Assistant.open(load_settings(index=arguments.index, llm="none"))
    if arguments.reset:
        assistant.require()
        was = assistant.forget_threshold()
        value = assistant.threshold[0]
        _print(
            json.dumps({"forgotten": was, "threshold": value})
            if arguments.json
            else f"{'taken back' if was else 'none was kept'}; the threshold is {value:g}"
        )
        return 0
    found = calibrate(assistant, read_expectations(arguments.questions), arguments.most_declined)
    if arguments.json:
        _print(json.dumps(found))
        return 0
    _print(f"{'threshold':>10}{'declined rightly':>20}{'declined wrongly':>20}")
    for row in found["table"]:
        mark = {found["threshold"]: "  kept", found["before"]: "  before"}
        _print(
            f"{row['threshold']:>10.4g}{row['declined_rightly']:>20.3f}"
            f"{row['declined_wrongly']:>20.3f}{mark.get(row['threshold'], '')}"
        )
    _print(
        f"{found['answerable']} questions that can be answered, {found['unanswerable']} that "
        f"cannot; {found['undecided']} are decided otherwise, {found['failed']} failed"
    )
    if assistant.settings.threshold is not None:
        sys.stderr.write("RAG_THRESHOLD stays in force until it is unset\n")
    return 0


def _say_report(folder: str | None) -> None:
    if folder:
        _print(f"report in {Path(folder) / 'report.html'}")


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
