"""Redo the constants of `rag.answers.abstention`: python -m evals.maintain.calibrate_abstention.

Questions are asked of the sample library, each embedder present in turn. Two sets of questions
should be declined: the unanswerable ones, and fact questions in which the name that begins the
paper's title was exchanged for that of another paper. A formula is fitted by logistic
regression, both sides weighing the same. The risk-coverage table comes from cross-validation:
no question is scored by a formula that has seen it. Nothing is fetched.
"""

from __future__ import annotations

import argparse
import functools
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.maintain.check_sample import SAMPLE, read_rows
from evals.statistics import auroc, logistic
from rag.answers import abstention, extraction, followups, gathering, questions
from rag.answers.history import parse_history
from rag.assistant import Assistant
from rag.errors import RagError
from rag.models.embedders import Name, embed, identity
from rag.models.weights import minilm_folder
from rag.settings import load_settings
from rag.types import Paper

Array = NDArray[np.float64]

MISSED = 0.07  # share of the answerable questions that the threshold declines
EXCHANGED_WEIGHT = 0.3  # of an exchanged question, beside an unanswerable one
FOLDS, SEEDS = 10, 3
SHARES = (0.02, 0.04, 0.06, 0.08, 0.1, 0.15, 0.2)
_TITLE_NAME = re.compile(r"([^\s:]*[A-Z0-9][^\s:]*(?: [^\s:]+){0,2}):")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as measured: whether papers answer it, its kind and its features."""

    answerable: bool
    kind: str
    features: abstention.Features


def exchange_names(rows: Sequence[dict[str, Any]], papers: Sequence[Paper]) -> list[dict[str, Any]]:
    """Return the fact questions that name their paper, each with two other papers' names.

    The name is what stands before the colon of a title.
    """
    names = {paper.id: match[1] for paper in papers if (match := _TITLE_NAME.match(paper.title))}
    ids = sorted(names)
    exchanged = []
    for number, row in enumerate(rows):
        own = row["papers"][0] if row["kind"] == "fact" else ""
        if own not in names or names[own] not in row["question"]:
            continue
        for step in (7, 19):  # any two others: which ones makes no difference
            other = names[ids[(ids.index(own) + number + step) % len(ids)]]
            if other != names[own]:
                question = row["question"].replace(names[own], other)
                exchanged.append({**row, "question": question, "kind": "exchanged"})
    return exchanged


def measure(rows: Sequence[dict[str, Any]], assistant: Assistant) -> list[Asked]:
    """Measure each question against a library."""
    asked = []
    embed_texts = functools.partial(embed, assistant.embedder)
    rarity = functools.partial(gathering.rarity, assistant.index)
    for row in rows:
        question = row["question"]
        history = parse_history(row.get("history", []), row["id"])
        if history:
            titles = gathering.cited_titles(history[-1], assistant.index, assistant.embedder)
            question = followups.standalone(question, history, titles)
        read = questions.read_question(question, assistant.index.lexical)
        found = gathering.gather(
            read,
            index=assistant.index,
            embedder=assistant.embedder,
            k=assistant.settings.k,
        )
        candidates = extraction.score_sentences(
            read.text, found.hits[: found.lead], embed_texts, rarity
        )
        grounds = abstention.find_grounds(found.question, found.hits, candidates)
        answerable = row["kind"] not in ("unanswerable", "exchanged")
        asked.append(Asked(answerable, row["kind"], grounds.features))
    return asked


def matrix(asked: Sequence[Asked], embedder: str) -> tuple[Array, Array, Array]:
    """Return features (questions, features), 1.0 where answerable, and weights."""
    x = np.array([question.features for question in asked], dtype=np.float64)
    if embedder not in ("minilm", "static"):
        x[:, [abstention.Features._fields.index(name) for name in ("similarity", "alone")]] = 0.0
    y = np.array([float(question.answerable) for question in asked])
    kind = np.array([question.kind for question in asked])
    weights = np.where(kind == "exchanged", EXCHANGED_WEIGHT, 1.0)
    for side in (0.0, 1.0):
        weights[y == side] *= len(y) / 2 / weights[y == side].sum()
    return x, y, weights


def fit(x: Array, y: Array, weights: Array) -> dict[str, float]:
    """Return weighted logistic coefficients by name, rounded as they stand in the module."""
    names = (*abstention.Features._fields, "constant")
    found = logistic(x, y, weights)
    return {name: round(float(value), 3) for name, value in zip(names, found, strict=True)}


def cross_validate(x: Array, y: Array, weights: Array) -> Array:
    """Return for each question the mean of its scores by formulas that have not seen it."""
    out = np.zeros(len(y))
    for seed in range(SEEDS):
        fold = np.random.default_rng(seed).permutation(len(y)) % FOLDS
        for number in range(FOLDS):
            unseen = fold == number
            chosen = fit(x[~unseen], y[~unseen], weights[~unseen])
            out[unseen] += scores(x[unseen], chosen) / SEEDS
    return out


def scores(x: Array, coefficients: dict[str, float]) -> Array:
    """Return the scores of questions with these features."""
    return np.array([abstention.combine(row.tolist(), coefficients) for row in x])


def report(embedder: str, asked: Sequence[Asked]) -> Iterator[str]:
    """Yield the lines of the report for one embedder."""
    x, y, weights = matrix(asked, embedder)
    score = cross_validate(x, y, weights)
    kinds = np.array([question.kind for question in asked])
    yes = np.sort(score[y == 1])
    yield f"{embedder or 'any other'}: {len(asked)} questions, {FOLDS} folds, {SEEDS} times"
    yield f"  AUROC {auroc(yes, score[kinds == 'unanswerable']):.3f}"
    yield "  declined: answerable  unanswerable  exchanged   answers that are right to be given"
    for share in SHARES:
        least = yes[int(share * len(yes))]
        given = score[kinds != "exchanged"] >= least
        right = (y[kinds != "exchanged"] == 1)[given].mean()
        columns = [(score[kinds == kind] < least).mean() for kind in ("unanswerable", "exchanged")]
        yield f"  {(yes < least).mean():19.3f}{columns[0]:14.3f}{columns[1]:11.3f}{right:11.3f}"
    yield f"  threshold: {yes[int(MISSED * len(yes))]:.2f}"
    yield f"  constants: {fit(x, y, weights)}"


def report_in_force(name: str, embedder: str, asked: Sequence[Asked]) -> str:
    """Return the share of each kind that the constants in force decline."""
    kinds = dict.fromkeys(question.kind for question in asked)
    least = abstention.LEAST[embedder]
    shares = []
    for kind in kinds:
        group = [question for question in asked if question.kind == kind]
        declined = np.mean([abstention.score(q.features, embedder) < least for q in group])
        shares.append(f"{kind} {declined:.2f}")
    return f"  declined in force, {name}: {', '.join(shares)}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; return the exit status."""
    parser = argparse.ArgumentParser(description="Redo the constants of rag.answers.abstention.")
    parser.add_argument(
        "--check",
        nargs=2,
        metavar=("QUESTIONS", "PAPERS"),
        help="questions over another library, on which the constants in force are tried",
    )
    given = parser.parse_args(arguments)
    libraries = [(SAMPLE / "questions.jsonl", str(SAMPLE / "papers.jsonl"))]
    if given.check:
        libraries.append((Path(given.check[0]), given.check[1]))
    try:
        embedders: list[Name] = ["static"]
        if minilm_folder(load_settings().models):
            embedders.append("minilm")
        for name in embedders:
            for number, (file, papers) in enumerate(libraries):
                with tempfile.TemporaryDirectory() as folder:
                    settings = load_settings(index=Path(folder), llm="none", embedder=name)
                    assistant = Assistant.open(settings)
                    assistant.ingest([papers])
                    rows = read_rows(file)
                    rows += exchange_names(rows, assistant.papers())
                    asked = measure(rows, assistant)
                    kinds = [identity(assistant.embedder), *([""] if name == "static" else [])]
                    assistant.close()
                for kind in kinds:
                    if number == 0:
                        sys.stdout.write("".join(f"{line}\n" for line in report(kind, asked)))
                    sys.stdout.write(report_in_force(file.name, kind, asked) + "\n")
    except RagError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
