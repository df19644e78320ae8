"""Runs of answers: ask all questions, score each answer, and all of them together."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

from evals import metrics, runs
from evals.judge import judge_answer
from evals.questions import Question, expected_json
from evals.ranking import rank_metrics
from rag.answers.judging import total
from rag.assistant import Assistant
from rag.batches import run
from rag.batches.rows import shape_of
from rag.errors import SettingsError
from rag.types import Usage, to_json

Row = dict[str, Any]


def run_answers(
    assistant: Assistant,
    questions: Sequence[Question],
    folder: Path,
    *,
    concurrency: int = 8,
    judged: bool = False,
) -> dict[str, Any]:
    """Answer and score questions into the folder of a run; return its metrics.

    The same call goes on where an earlier one was stopped. Replies of a model are kept beside
    the index (or in the settings' cache), so that what is asked twice is paid for once.

    Raises:
        InputError: the folder holds another run. SettingsError: a judge needs a model.
        BusyError, LibraryError: see `rag.batches.run.run`.
    """
    settings = assistant.settings
    if assistant.llm is not None and settings.cache is None:
        kept = settings.model_copy(update={"cache": settings.index / "replies"})
        assistant = Assistant.open(kept, llm=assistant.llm, embedder=assistant.embedder)
    if judged and assistant.llm is None:
        raise SettingsError("--judge needs a model; set OPENAI_API_KEY, OPENAI_BASE_URL or RAG_LLM")
    shape_of(assistant)  # opens what is needed, or says what is missing
    shape = {**runs.shape_of(assistant), "questions": _digest(questions), "judge": judged}
    runs.begin(folder, "answers", shape)
    summary = run.run(
        assistant,
        [question.item for question in questions],
        folder / "answers.jsonl",
        concurrency=concurrency,
        shape={"generation": assistant.generation, "code": shape["code"]},
    )
    answers = [json.loads(line) for line in (folder / "answers.jsonl").read_bytes().splitlines()]
    verdicts = _judge_all(assistant, questions, answers, concurrency) if judged else []
    rows = _rows(questions, answers, verdicts)
    found = aggregate(rows, questions)
    found["batch"] = {k: v for k, v in asdict(summary).items() if k != "output"}
    runs.write_run(folder, rows, found)
    return found


def _digest(questions: Sequence[Question]) -> str:
    whole = [[to_json(question.item), expected_json(question)] for question in questions]
    return hashlib.sha256(json.dumps(whole, sort_keys=True).encode()).hexdigest()[:16]


def _judge_all(
    assistant: Assistant, questions: Sequence[Question], answers: Sequence[Row], concurrency: int
) -> list[Row]:
    """Return a judge's verdicts on each answer; an answer that failed has none."""
    ids = sorted({paper for question in questions for paper in question.papers or ()})
    titles = {name: paper.name for name, paper in assistant.with_ids(ids).items()}
    llm, settings = assistant.llm, assistant.settings
    if llm is None:
        return []

    def judge(pair: tuple[Question, Row]) -> Row:
        question, answer = pair
        if "error" in answer:
            return {"correctness": None} if question.answerable is not None else {}
        return judge_answer(answer, question, titles, llm, settings)

    with ThreadPoolExecutor(concurrency) as pool:
        return list(pool.map(judge, zip(questions, answers, strict=True)))


def _rows(
    questions: Sequence[Question], answers: Sequence[Row], verdicts: Sequence[Row]
) -> list[Row]:
    qrels = {
        str(question.item.id): dict.fromkeys(question.papers, 1)
        for question, answer in zip(questions, answers, strict=True)
        if question.papers and "error" not in answer
    }
    ranked = rank_metrics(
        qrels,
        {
            str(answer["id"]): {hit["paper_id"]: -float(hit["rank"]) for hit in answer["retrieved"]}
            for answer in answers
        },
    )
    rows = []
    for number, (question, answer) in enumerate(zip(questions, answers, strict=True)):
        values = metrics.score_answer(answer, question)
        if question.papers:
            found = ranked.get(str(question.item.id))
            values["retrieved_ndcg"] = found["ndcg@10"] if found else None
        row = {
            "id": question.item.id,
            "kind": question.kind,
            "question": answer["question"],
            "expected": expected_json(question),
            "metrics": values,
            "confidence": metrics.confidence(answer),
            "answer": answer,
        }
        if verdicts:
            row["judge"] = verdicts[number]
            for name in ("correctness", "faithfulness"):
                if name in verdicts[number]:
                    values[f"judge_{name}"] = verdicts[number][name]
        rows.append(row)
    return rows


def aggregate(rows: Sequence[Mapping[str, Any]], questions: Sequence[Question]) -> dict[str, Any]:
    """Return the metrics of a whole run from its rows."""
    good = [
        (row, question)
        for row, question in zip(rows, questions, strict=True)
        if "error" not in row["answer"]
    ]
    labelled = [(r, q.answerable) for r, q in good if q.answerable is not None]
    points = []
    for row, answerable in labelled:
        wrong = metrics.loss(row["metrics"], answerable)
        if row["answer"]["answered"] and wrong is not None and row["confidence"] is not None:
            points.append((row["confidence"], wrong))
    curve = metrics.risk_coverage(points, len(labelled)) if labelled else []
    kinds: dict[str, list[Mapping[str, float | None]]] = {}
    for row in rows:
        kinds.setdefault(row["kind"], []).append(row["metrics"])
    answers = [row["answer"] for row, _ in good]
    found: dict[str, Any] = {
        "kind": "answers",
        "questions": len(rows),
        "answered": sum(answer["answered"] for answer in answers),
        "failed": len(rows) - len(good),
        "metrics": metrics.means(row["metrics"] for row in rows),
        "kinds": {kind: metrics.means(values) for kind, values in sorted(kinds.items())},
        "abstention": metrics.abstention(
            (answerable, row["answer"]["answered"]) for row, answerable in labelled
        ),
        "risk_coverage": curve,
        "risk_area": metrics.area(curve),
        "sentences": metrics.verdict_shares(answers),
        "seconds": {
            part: metrics.percentiles([answer["seconds"][part] for answer in answers])
            for part in ("retrieve", "generate", "verify", "total")
        },
        "usage": to_json(total([Usage(**answer["usage"]) for answer in answers])),
    }
    judged = [row["judge"] for row in rows if row.get("judge", {}).get("usage")]
    if judged:
        verdicts = [verdict for each in judged for verdict in each["sentences"]]
        found["judge"] = {
            "sentences": {verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts))},
            "faults": sorted({fault for each in judged for fault in each["faults"]}),
            "usage": to_json(total([Usage(**each["usage"]) for each in judged])),
        }
    return found
