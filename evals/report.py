"""Runs as pages: one HTML file, no script, nothing loaded from anywhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from evals import plots
from evals.metrics import LOWER_IS_BETTER, VERDICTS
from evals.questions import states
from evals.runs import Run, read_run
from rag.durable import write_output, write_whole

_MOST = 100  # questions in a report, the worst; rows.jsonl has them all
_OPEN = 20  # of which so many are unfolded

# What the metrics of a run are called in its report.
NAMES = {
    "ndcg@10": "nDCG@10",
    "recall@10": "Recall@10",
    "recall@100": "Recall@100",
    "mrr@10": "MRR@10",
    "map": "MAP",
    "decision": "Answered or declined rightly",
    "retrieved_recall": "Expected papers read",
    "retrieved_ndcg": "nDCG of the papers read",
    "citation_recall": "Citation recall",
    "citation_precision": "Citation precision",
    "facts_found": "Facts found",
    "supported": "Sentences supported",
    "judge_correctness": "Correct (judge)",
    "judge_faithfulness": "Faithful (judge)",
}


def write_report(folder: Path) -> Path:
    """Write the report of the finished run in a folder; return its path.

    Raises:
        InputError: the folder holds no finished run.
    """
    run = read_run(folder)
    worst = sorted(run.rows, key=_badness, reverse=True)
    page = _environment().get_template(f"{run.metrics['kind']}.html.jinja")
    text = page.render(
        title=folder.resolve().name,
        run=run,
        rows=[{**row, "marks": _marks(row)} for row in worst[:_MOST]],
        open=_OPEN,
        figures=_figures(run),
        verdicts=VERDICTS,
    )
    path = folder / "report.html"
    write_whole(path, text.encode("utf-8", "replace"))
    return path


def write_comparison(path: Path, compared: Mapping[str, Any]) -> None:
    """Write what `evals.compare.compare` found as a page, changed answers side by side."""
    page = _environment().get_template("compare.html.jinja")
    text = page.render(title="Two runs compared", found=compared, most=_MOST)
    write_output(path, text.encode("utf-8", "replace"))


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["figure"] = format_figure
    environment.filters["named"] = lambda name: NAMES.get(name, name)
    return environment


def format_figure(value: float | None, digits: int = 3) -> str:
    """Return a figure as it stands in a report; None was not measured.

    >>> format_figure(0.12345), format_figure(None), format_figure(12)
    ('0.123', 'unmeasured', '12')
    """
    if value is None:
        return "unmeasured"
    return str(value) if isinstance(value, int) else f"{value:.{digits}f}"


def _badness(row: Mapping[str, Any]) -> float:
    """Return how bad an answer is: what failed, then what is all wrong, then by the mean."""
    values = [v for name, v in row["metrics"].items() if name not in LOWER_IS_BETTER]
    known = [value for value in values if value is not None]
    if len(known) < len(values) or "error" in row.get("answer", {}):
        return 2.0
    if row["metrics"].get("decision") == 0.0:
        return 1.0
    return 1.0 - sum(known) / len(known) if known else 0.0


def _marks(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was expected of a row, and what came of it."""
    answer, expected = row.get("answer"), row["expected"]
    if answer is None:
        ranks = {hit["paper_id"]: hit["rank"] for hit in row["retrieved"]}
        wanted = sorted(expected.items(), key=lambda item: (ranks.get(item[0], 999), item[0]))
        return {
            "papers": [(paper, grade, ranks.get(paper)) for paper, grade in wanted if grade > 0]
        }
    cited = {citation["paper"]["id"] for citation in answer["citations"]}
    read = {hit["paper_id"] for hit in answer["retrieved"]}
    place = [
        (paper, "cited" if paper in cited else "read" if paper in read else "not found")
        for paper in expected["papers"] or ()
    ]
    facts = [(" / ".join(fact), states(answer["answer"], fact)) for fact in expected["facts"]]
    return {"papers": place, "facts": facts}


def _figures(run: Run) -> list[tuple[Markup, str]]:
    """Return the plots of a run with their captions."""
    found = []
    names = [name for name in run.metrics["metrics"] if name in NAMES]
    for number, name in enumerate(names):
        values = _known(run.rows, name)
        if values and name != "decision":
            mean = sum(values) / len(values)
            plot = plots.histogram(f"h{number}", values)
            found.append((plot, f"{NAMES[name]}: mean {mean:.3f}, {len(values)} questions"))
    curve = run.metrics.get("risk_coverage")
    if curve:
        area = run.metrics["risk_area"]
        caption = f"Risk against coverage, the surest answers first: mean risk {area:.3f}"
        found.append((plots.risk_curve("risk", curve), caption))
    seconds = _known(run.rows, "seconds")
    if seconds:
        spread = (
            run.metrics["latency"] if "latency" in run.metrics else run.metrics["seconds"]["total"]
        )
        caption = f"Seconds a question: median {spread['p50']:.3f}, 95% within {spread['p95']:.3f}"
        found.append((plots.cumulative("time", seconds, "seconds"), caption))
    return found


def _known(rows: Sequence[Mapping[str, Any]], name: str) -> list[float]:
    values = (row["metrics"].get(name) for row in rows)
    return [value for value in values if value is not None]
