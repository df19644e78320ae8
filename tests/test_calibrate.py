"""The threshold of answering: chosen on a person's own questions, kept with the index."""

from __future__ import annotations

import json
from types import SimpleNamespace

import pytest

from evals import calibrate as module
from evals.calibrate import Judged, calibrate, choose, declined
from evals.questions import read_expectations
from rag import cli
from rag.assistant import Assistant
from rag.errors import InputError
from rag.index.backup import restore_backup, write_backup
from rag.settings import load_settings

# What can be answered has 0.1, 0.4, 0.6, 0.8; what cannot 0.05, 0.2, 0.5.
JUDGED = [Judged(c, True) for c in (0.1, 0.4, 0.6, 0.8)] + [
    Judged(c, False) for c in (0.05, 0.2, 0.5)
]


@pytest.mark.parametrize(
    ("most", "threshold", "rightly", "wrongly"),
    [
        (0.0, 0.075, 1 / 3, 0.0),
        (0.25, 0.3, 2 / 3, 1 / 4),
        (0.5, 0.55, 1.0, 2 / 4),
        (0.9, 0.55, 1.0, 2 / 4),
    ],
)
def test_the_best_balance_that_declines_no_more_than_may_be(most, threshold, rightly, wrongly):
    assert choose(JUDGED, most) == threshold
    assert declined(JUDGED, threshold) == pytest.approx(
        {"threshold": threshold, "declined_rightly": rightly, "declined_wrongly": wrongly}
    )


def test_what_cannot_be_told_apart_is_all_answered():
    assert choose([Judged(0.5, True), Judged(0.5, False)], 0.05) == 0.0
    assert choose([Judged(0.2, True), Judged(0.7, False)], 0.05) == 0.0


@pytest.fixture
def library(assistant, tmp_path):
    path = tmp_path / "papers.jsonl"
    rows = [{"id": f"p{i}", "title": f"On {w}", "abstract": f"We study {w}. It helps."} for i, w in
            enumerate(("graph", "image", "speech"))]  # fmt: skip
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    assistant.ingest([str(path)])
    return assistant


def questions(tmp_path, rows):
    path = tmp_path / "questions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


def scripted(monkeypatch, confidences):
    """Let each question's answer have the confidence that its text says; None: of the catalogue."""

    def ask(text, history=()):
        sure = confidences[text]
        return SimpleNamespace(confidence=sure, answered=sure is None or sure == 1.0)

    opened = []

    def open_(settings, *, embedder):
        opened.append(settings.threshold)
        return SimpleNamespace(ask=ask)

    monkeypatch.setattr(module, "Assistant", SimpleNamespace(open=open_))
    return opened


def test_a_calibration_is_kept_with_the_index_and_told(library, tmp_path, monkeypatch):
    rows, confidences = [], {}
    for i in range(10):
        rows.append({"question": f"good {i}?", "papers": ["p0"]})
        rows.append({"question": f"bad {i}?", "papers": []})
        confidences |= {f"good {i}?": 0.5 + i / 100, f"bad {i}?": 0.3 + i / 100}
    rows += [
        {"question": "how many?", "facts": [["3"]]},  # the catalogue
        {"question": "limited?", "papers": ["p0"]},  # answered at any threshold
        {"question": "unknown?"},
        {"question": "wrong?", "papers": 3},
    ]
    confidences |= {"how many?": None, "limited?": 1.0}
    opened = scripted(monkeypatch, confidences)
    found = calibrate(library, read_expectations(questions(tmp_path, rows)), 0.05)
    assert opened == [1.0]
    table = found.pop("table")
    assert found == {
        "threshold": 0.445,
        "before": 0.4,
        "questions": 24,
        "answerable": 10,
        "unanswerable": 10,
        "undecided": 3,
        "failed": 1,
    }
    assert [row["threshold"] for row in table] == [
        0.1, 0.2, 0.3, 0.4, 0.445, 0.5, 0.6, 0.7, 0.8, 0.9,
    ]  # fmt: skip
    assert table[3] == {"threshold": 0.4, "declined_rightly": 1.0, "declined_wrongly": 0.0}
    assert table[4] == {"threshold": 0.445, "declined_rightly": 1.0, "declined_wrongly": 0.0}
    assert library.threshold == (0.445, "calibrated")
    other = Assistant.open(library.settings, embedder=library.embedder)
    assert other.info()["threshold"] == {"value": 0.445, "from": "calibrated"}
    named = library.settings.model_copy(update={"threshold": 0.9})
    assert Assistant.open(named, embedder=library.embedder).threshold == (0.9, "settings")
    assert library.forget_threshold()
    assert not library.forget_threshold()
    assert library.threshold == (0.4, "default")


def test_too_few_questions_say_nothing(library, tmp_path, monkeypatch):
    rows = [{"question": f"q{i}?", "papers": ["p0"] if i else []} for i in range(12)]
    scripted(monkeypatch, {row["question"]: 0.5 for row in rows})
    with pytest.raises(InputError, match="11 questions with an answer and 1 without were asked"):
        calibrate(library, read_expectations(questions(tmp_path, rows)), 0.05)
    assert library.threshold == (0.4, "default")


def test_the_threshold_decides(library):
    question = "How large is the graph?"
    sure = library.ask(question).confidence
    for threshold, said in ((sure - 0.001, True), (sure + 0.001, False)):
        library.keep_threshold(threshold)
        assert library.ask(question).answered is said
        assert library.would_answer(question) is said


def test_a_threshold_of_another_embedder_or_formula_or_a_damaged_one_is_passed_over(library):
    library.keep_threshold(0.2)
    path = library.settings.index / "threshold.json"
    kept = json.loads(path.read_text())
    for wrong in (
        kept | {"embedder": "another"},
        kept | {"formula": "another"},
        kept | {"threshold": 7},
        kept | {"threshold": "NaN"},
        [],
    ):
        path.write_text(json.dumps(wrong))
        assert library.threshold == (0.4, "default")
    path.write_text("{")
    assert library.threshold == (0.4, "default")


@pytest.mark.embedded("a backup is of the folder")
def test_a_backup_takes_the_threshold_along(library, tmp_path):
    library.keep_threshold(0.2)
    write_backup(library.settings.index, str(tmp_path / "b.zip"))
    restore_backup(tmp_path / "b.zip", tmp_path / "new")
    settings = load_settings(index=tmp_path / "new", llm="none")
    again = Assistant.open(settings, embedder=library.embedder)
    assert again.threshold == (0.2, "calibrated")
    again.close()


def test_the_command_prints_a_table_and_takes_it_back(library, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RAG_INDEX", str(library.settings.index))
    asked = [({"question": f"g{i}?", "papers": ["p0"]}, 0.6) for i in range(10)]
    asked += [({"question": f"b{i}?", "papers": []}, 0.3) for i in range(10)]
    scripted(monkeypatch, {row["question"]: sure for row, sure in asked})
    monkeypatch.setattr("evals.commands.Assistant", SimpleNamespace(open=lambda _: library))
    path = questions(tmp_path, [row for row, _ in asked])
    assert cli.main(["eval", "calibrate", path]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["threshold", "declined", "rightly", "declined", "wrongly"]
    assert lines[4].split() == ["0.4", "1.000", "0.000", "before"]
    assert lines[5].split() == ["0.45", "1.000", "0.000", "kept"]
    assert lines[-1] == (
        "10 questions that can be answered, 10 that cannot; 0 are decided otherwise, 0 failed"
    )
    assert cli.main(["eval", "calibrate", "--reset"]) == 0
    assert capsys.readouterr().out == "taken back; the threshold is 0.4\n"
    assert cli.main(["eval", "calibrate", "--reset", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {"forgotten": False, "threshold": 0.4}
    for wrong in (["eval", "calibrate"], ["eval", "calibrate", path, "--reset"]):
        assert cli.main(wrong) == 2
