"""The sample library and its questions are sound, and the check finds what is planted."""

import copy
import json
import subprocess
import sys
from pathlib import Path

import pytest

from evals.maintain import check_sample as check

ROOT = Path(__file__).parent.parent


@pytest.fixture
def papers():
    return check.read_rows(check.SAMPLE / "papers.jsonl")


@pytest.fixture
def questions():
    return check.read_rows(check.SAMPLE / "questions.jsonl")


def write_sample(folder, papers, questions):
    for name, rows in (("papers.jsonl", papers), ("questions.jsonl", questions)):
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (folder / name).write_text(text, encoding="utf-8")


def test_sample_has_no_defect_when_checked_as_a_module():
    done = subprocess.run(
        [sys.executable, "-m", "evals.maintain.check_sample"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert done.stderr == ""
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["kind", "questions", "papers", "facts"]
    assert [line.split()[0] for line in lines[1:8]] == list(check.MINIMUM)
    assert lines[8].split()[:2] == ["all", "141"]
    assert lines[9:] == ["60 papers in the library"]


def test_every_paper_is_expected_by_some_question(papers, questions):
    expected = {paper_id for question in questions for paper_id in question["papers"]}
    assert {paper["id"] for paper in papers} == expected


def test_no_two_questions_ask_the_same_of_the_same_turn(questions):
    asked = [json.dumps([q["question"], q.get("history")]) for q in questions]
    assert len(set(asked)) == len(asked)


def edit(row, **fields):
    row.update(fields)


PAPER_DEFECTS = {
    "duplicate id": (
        lambda rows: edit(rows[1], id=rows[0]["id"], key=rows[0]["key"]),
        "papers.jsonl:2: id karpukhin2020dense occurs twice",
    ),
    "duplicate title": (
        lambda rows: edit(
            rows[1], title="dense passage retrieval for open domain question\tanswering"
        ),
        "papers.jsonl:2: title 'dense passage retrieval for open domain question\\tanswering' "
        "occurs twice",
    ),
    "short abstract": (
        lambda rows: edit(rows[2], abstract="word " * 99),
        "papers.jsonl:3: an abstract of 99 words, 100 to 200 expected",
    ),
    "long abstract": (
        lambda rows: edit(rows[2], abstract="word " * 201),
        "papers.jsonl:3: an abstract of 201 words, 100 to 200 expected",
    ),
    "no venue, year as text": (
        lambda rows: edit(rows[3], venue="", year="2019"),
        "papers.jsonl:4: without year, venue",
    ),
    "month 13": (
        lambda rows: edit(rows[4], arxiv_id="2213.10496"),
        "papers.jsonl:5: 2213.10496 is no arXiv id",
    ),
    "another url": (
        lambda rows: edit(rows[4], url="https://arxiv.org/abs/2212.1"),
        "papers.jsonl:5: url https://arxiv.org/abs/2212.1 is not that of 2212.10496",
    ),
    "another key": (
        lambda rows: edit(rows[5], key="guu"),
        "papers.jsonl:6: key guu is not the id guu2020realm",
    ),
    "blank author": (
        lambda rows: rows[6]["authors"].append(" "),
        "papers.jsonl:7: an author without a name",
    ),
    "a paper missing": (
        lambda rows: rows.pop(),
        "papers.jsonl: 59 papers, 60 expected",
    ),
}


@pytest.mark.parametrize(("plant", "defect"), PAPER_DEFECTS.values(), ids=PAPER_DEFECTS)
def test_planted_paper_defect_is_the_one_found(papers, plant, defect):
    plant(papers)
    assert list(check.find_paper_defects(papers)) == [defect]


def at(rows, question_id):
    return next(row for row in rows if row["id"] == question_id)


QUESTION_DEFECTS = {
    "fact not in the abstract": (
        "f06",
        {"facts": [["51.4"], ["99.9", "ninety-nine"]]},
        "no abstract of its papers says 99.9 | ninety-nine",
    ),
    "fact of another paper": (
        "f06",
        {"papers": ["guu2020realm"]},
        "no abstract of its papers says 51.4",
    ),
    "fact that is a bare string": (
        "f06",
        {"facts": ["51.4"]},
        "fact '51.4' is no list of wordings",
    ),
    "unknown paper": (
        "l01",
        {"papers": ["thakur2021beir", "nobody1999"]},
        "paper nobody1999 is unknown",
    ),
    "duplicate id": ("f02", {"id": "f01"}, "id f01 occurs twice"),
    "no text": ("p01", {"question": ""}, "without question"),
    "no facts": ("f01", {"facts": []}, "fact without facts"),
    "no papers": ("l01", {"papers": []}, "list without papers"),
    "unanswerable with a paper": (
        "u01",
        {"papers": ["hu2021lora"]},
        "unanswerable, yet with papers or facts",
    ),
    "history where none belongs": (
        "f01",
        {"history": [{"question": "q", "answer": "a", "paper_ids": ["hu2021lora"]}]},
        "a follow-up has history, and nothing else has",
    ),
    "follow-up without history": (
        "h15",
        {"history": []},
        "a follow-up has history, and nothing else has",
    ),
    "history of an unknown paper": (
        "h01",
        {"history": [{"question": "q", "answer": "a", "paper_ids": ["nobody1999"]}]},
        "paper nobody1999 of its history is unknown",
    ),
    "history without an answer": (
        "h01",
        {"history": [{"question": "q", "paper_ids": ["hu2021lora"]}]},
        "history without answer",
    ),
}


@pytest.mark.parametrize(
    ("question_id", "fields", "defect"), QUESTION_DEFECTS.values(), ids=QUESTION_DEFECTS
)
def test_planted_question_defect_is_the_one_found(papers, questions, question_id, fields, defect):
    row = at(questions, question_id)
    line = questions.index(row) + 1
    row.update(fields)
    assert list(check.find_question_defects(questions, papers)) == [
        f"questions.jsonl:{line}: {defect}"
    ]


def test_unknown_kind_also_leaves_its_own_kind_short(papers, questions):
    typos = [row for row in questions if row["kind"] == "typo"]
    typos[0]["kind"] = "riddle"
    line = questions.index(typos[0]) + 1
    assert list(check.find_question_defects(questions, papers)) == [
        f"questions.jsonl:{line}: kind riddle is unknown",
        f"questions.jsonl: {len(typos) - 1} of kind typo, at least 10 expected",
    ]


def test_fact_is_found_whatever_its_case(papers, questions):
    at(questions, "f02")["facts"] = [["mAXsIM"]]
    assert list(check.find_question_defects(questions, papers)) == []


def test_main_prints_a_line_per_defect_and_returns_1(tmp_path, capsys, papers, questions):
    planted = copy.deepcopy(questions)
    planted[0]["facts"] = [["no such words"]]
    planted[1]["papers"] = ["nobody1999"]
    write_sample(tmp_path, papers, planted)
    assert check.main(tmp_path) == 1
    assert capsys.readouterr().out.splitlines()[10:] == [
        "questions.jsonl:1: no abstract of its papers says no such words",
        "questions.jsonl:2: paper nobody1999 is unknown",
        "questions.jsonl:2: no abstract of its papers says "
        "MaxSim | highest similarity | maximum similarity",
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[1]", "no JSON object; write one object a line"),
        ("{", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
    ],
)
def test_main_names_the_line_that_cannot_be_read(tmp_path, capsys, papers, line, reason):
    write_sample(tmp_path, papers, [{}])
    with (tmp_path / "questions.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")
    assert check.main(tmp_path) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"error: questions.jsonl:2: {reason}")


def test_line_separator_inside_a_string_does_not_end_the_line(tmp_path):
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": "x\u2028y"}\n{"a": "z"}\n', encoding="utf-8")
    assert check.read_rows(path) == [{"a": "x\u2028y"}, {"a": "z"}]
