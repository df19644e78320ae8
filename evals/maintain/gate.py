"""``python -m evals.maintain.gate`` fails where the sample's figures got worse.

The sample's questions are answered without a model by each local embedder, and by
`evals.maintain.obedient` through the prompts. Each figure may fall short of ``baseline.json`` by
the tolerance written there. Prompts are compared too: figures measured under one prompt are no
baseline for another. ``--update`` writes a new baseline; commit it with the reason.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evals import runs
from evals.maintain.obedient import Obedient
from evals.questions import read_expectations
from evals.runner import run_answers
from rag.assistant import Assistant
from rag.errors import RagError
from rag.models.weights import model_folder
from rag.settings import load_settings

SAMPLE = Path(__file__).parents[1] / "datasets" / "sample"
BASELINE = Path(__file__).parents[1] / "baseline.json"
# Vectors of 8-bit weights differ a little from processor to processor.
TOLERANCE = {"static": 0.01, "minilm": 0.02, "prompts": 0.01}
_FIGURES = (
    "retrieved_ndcg",
    "retrieved_recall",
    "citation_precision",
    "citation_recall",
    "facts_found",
    "decision",
    "supported",
)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and compare; return 1 where a figure or a prompt is not the baseline's."""
    parser = argparse.ArgumentParser(prog="python -m evals.maintain.gate")
    parser.add_argument("--update", action="store_true", help="write a new baseline")
    arguments = parser.parse_args(argv)
    for name in list(os.environ):  # the gate measures the project, not somebody's settings
        if name.startswith(("RAG_", "OPENAI_")) and name != "RAG_MODELS":
            del os.environ[name]
    baseline = json.loads(BASELINE.read_text()) if BASELINE.exists() else {}
    digests = runs.prompt_digests(None)
    measured = {}
    for name in TOLERANCE:
        if name == "minilm" and model_folder("minilm", load_settings().models) is None:
            _say("minilm: skipped, its weights are not here (`rag models get minilm`)")
            continue
        measured[name] = measure(name)
    if arguments.update:
        figures = {**baseline.get("figures", {}), **measured}
        runs.write_json(BASELINE, {"tolerance": TOLERANCE, "prompts": digests, "figures": figures})
        _say(f"wrote {BASELINE.name}; commit it with the reason")
        return 0
    if not baseline:
        _say(f"{BASELINE.name} is missing; write it with --update")
        return 1
    found = [*shortfalls(baseline, measured), *changed_prompts(baseline, digests)]
    for line in found:
        _say(f"red: {line}")
    _say("red" if found else "green")
    return 1 if found else 0


def measure(name: str) -> dict[str, float | None]:
    """Answer the sample's questions in one of the ways of `TOLERANCE`; return the figures."""
    with tempfile.TemporaryDirectory(prefix="rag-gate-") as temporary:
        folder = Path(temporary)
        embedder = "static" if name == "prompts" else name
        settings = load_settings(index=folder / "index", llm="none", embedder=embedder)
        assistant = Assistant.open(settings, llm=Obedient() if name == "prompts" else None)
        try:
            assistant.ingest([str(SAMPLE / "papers.jsonl")])
            questions = read_expectations(str(SAMPLE / "questions.jsonl"))
            found = run_answers(assistant, questions, folder / "run", concurrency=2)
            rows = (folder / "run" / "answers.jsonl").read_bytes().splitlines()
        finally:
            assistant.close()
    if found["failed"]:
        raise RagError(f"{found['failed']} questions failed in {name}; see `rag eval run`")
    figures = {name: found["metrics"].get(name, {}).get("mean") for name in _FIGURES}
    declined = found["abstention"]
    figures["declined_rightly"] = declined["recall"]
    figures["declined_wrongly"] = declined["wrongly_declined"]
    figures["own_citations"] = _own_citations([json.loads(row) for row in rows])
    return {figure: None if v is None else round(v, 4) for figure, v in figures.items()}


def _own_citations(answers: Sequence[Mapping[str, Any]]) -> float | None:
    """Return the share of the cited sentences whose source the program had not to find."""
    own = [
        not sentence["attributed"]
        for answer in answers
        for sentence in answer["sentences"]
        if sentence["citations"]
    ]
    return sum(own) / len(own) if own else None


def shortfalls(
    baseline: Mapping[str, Any], measured: Mapping[str, Mapping[str, float | None]]
) -> list[str]:
    """Return the figures that miss the baseline by more than the tolerance, in words.

    Prints all of them beside the baseline's.
    """
    found = []
    for name, figures in measured.items():
        before = baseline["figures"].get(name)
        if before is None:
            found.append(f"{name} has no baseline; write it with --update")
            continue
        _say(f"{name:<20}{'baseline':>10}{'now':>10}  (tolerance {baseline['tolerance'][name]})")
        for figure, old in before.items():
            new = figures.get(figure)
            _say(f"  {figure:<18}{_shown(old):>10}{_shown(new):>10}")
            if old is None:
                continue
            if new is None:
                found.append(f"{name} {figure} is unmeasured, the baseline is {old:.4f}")
                continue
            worse = new - old if figure == "declined_wrongly" else old - new
            if worse > baseline["tolerance"][name] + 1e-9:
                found.append(f"{name} {figure} is {new:.4f}, the baseline {old:.4f}")
    return found


def changed_prompts(baseline: Mapping[str, Any], digests: Mapping[str, str]) -> list[str]:
    """Return the prompts that are not those of the baseline, in words."""
    before = baseline["prompts"]
    names = sorted(name for name in {**before, **digests} if before.get(name) != digests.get(name))
    return [
        f"the prompt {name} is not the one behind the baseline; measure it with a model "
        "(`rag eval run`, `rag eval compare`), then --update"
        for name in names
    ]


def _shown(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RagError as error:
        sys.exit(f"error: {error}")
