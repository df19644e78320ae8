"""Runs of answers end to end: the folder, the judge, going on, and no secret anywhere."""

from __future__ import annotations

import json

import pytest
from fake_openai import FakeOpenAI, fail, say

from evals.judge import expected_text
from evals.questions import read_expectations
from evals.report import write_report
from evals.runner import run_answers
from evals.runs import begin, read_run, shown_settings
from rag import cli
from rag.assistant import Assistant
from rag.errors import InputError, SettingsError
from rag.settings import load_settings

PAPERS = [
    {"id": "g", "title": "On graphs", "abstract": "A graph has nodes. Each graph has edges."},
    {
        "id": "s",
        "title": "On speech",
        "abstract": "Speech has sounds. We measure 37 hours of speech.",
    },
]
QUESTIONS = [
    {
        "id": "hours",
        "kind": "fact",
        "question": "How many hours of speech do they measure?",
        "papers": ["s"],
        "facts": [["37 hours"]],
    },
    {"id": "graph", "kind": "fact", "question": "What has a graph?", "papers": ["g", "s"]},
    {"id": "free", "question": "Does speech have sounds?"},
    {"id": "none", "kind": "unanswerable", "question": "Who won the cup?", "papers": []},
    {"id": "bad", "question": " "},
]
KEY = "sk-planted-secret-0123456789"


@pytest.fixture
def library(assistant, tmp_path):
    path = tmp_path / "papers.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in PAPERS))
    assistant.ingest([str(path)])
    return assistant


@pytest.fixture
def questions(tmp_path):
    path = tmp_path / "q.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in QUESTIONS))
    return read_expectations(str(path))


def kind_of(request):
    """Which prompt a request carries."""
    text = request.body["messages"][-1]["content"]
    if text.startswith("Decide whether an answer"):
        return "correctness"
    return "judge" if text.startswith("Decide whether a claim") else "answer"


def served(library, server):
    settings = load_settings(
        index=library.settings.index, OPENAI_BASE_URL=server.base_url, OPENAI_API_KEY=KEY, retries=0
    )
    return Assistant.open(settings, embedder=library.embedder)


def test_a_run_is_a_folder(library, questions, tmp_path):
    folder = tmp_path / "run"
    found = run_answers(library, questions, folder)
    assert sorted(path.name for path in folder.iterdir()) == [
        "answers.jsonl", "metrics.json", "rows.jsonl", "settings.json",
    ]  # fmt: skip
    run = read_run(folder)
    assert run.metrics == json.loads(json.dumps(found))
    assert [row["id"] for row in run.rows] == ["hours", "graph", "free", "none", "bad"]
    hours, graph, free, none, bad = (row["metrics"] for row in run.rows)
    assert (hours["citation_recall"], hours["facts_found"], hours["decision"]) == (1.0, 1.0, 1.0)
    assert hours["retrieved_ndcg"] == 1.0
    assert graph["citation_recall"] in (0.5, 1.0)
    assert "decision" not in free
    assert "citation_recall" not in none
    assert bad == {"seconds": None, "cost_usd": None}
    assert (found["questions"], found["failed"]) == (5, 1)
    assert found["metrics"]["seconds"]["unmeasured"] == 1
    assert found["abstention"]["unanswerable"] == 1
    settings = run.settings
    assert settings["kind"] == "answers"
    assert settings["index"]["generation"] == library.index.generation
    assert settings["index"]["papers"] == 2
    assert set(settings["prompts"]) >= {"answer", "plan", "judge", "correctness"}
    assert settings["versions"]["chromadb"]


def test_the_same_run_goes_on_and_another_is_refused(library, questions, tmp_path):
    folder = tmp_path / "run"
    run_answers(library, questions, folder)
    before = (folder / "answers.jsonl").read_bytes()
    assert run_answers(library, questions, folder)["batch"]["asked"] == 0
    assert (folder / "answers.jsonl").read_bytes() == before
    with pytest.raises(InputError, match="holds a finished run with another questions; name"):
        run_answers(library, questions[:2], folder)
    other = library.settings.model_copy(update={"k": 1})
    narrow = Assistant.open(other, embedder=library.embedder)
    with pytest.raises(InputError, match="with another settings"):
        run_answers(narrow, questions, folder)


def test_a_run_that_was_cut_off_may_change_its_settings(tmp_path):
    begin(tmp_path / "run", "answers", {"k": 1})
    begin(tmp_path / "run", "answers", {"k": 2})
    assert json.loads((tmp_path / "run" / "settings.json").read_text())["k"] == 2


def test_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(InputError, match="holds no finished run"):
        read_run(tmp_path)


def test_a_judge_says_what_is_correct_and_faithful(library, questions, tmp_path):
    replies = {
        "answer": "We measure 37 hours of speech [1]. Graphs have edges [2].",
        "correctness": "CORRECT.",
        "judge": "Partly",
    }
    with FakeOpenAI(lambda request: say(replies[kind_of(request)])) as server:
        found = run_answers(served(library, server), questions, tmp_path / "run", judged=True)
        asked = [kind_of(request) for request in server.requests]
        run_answers(served(library, server), questions, tmp_path / "run", judged=True)
        assert len(server.requests) == len(asked)  # what was asked once is kept
    # Whatever words and cosines say of "none", the model is asked.
    assert (asked.count("answer"), asked.count("correctness")) == (4, 3)
    assert found["metrics"]["judge_correctness"] == {"mean": 1.0, "measured": 3, "unmeasured": 0}
    # Each of the four answers has two sentences that cite.
    assert found["judge"]["sentences"] == {"weak": 8}
    assert found["metrics"]["judge_faithfulness"] == {"mean": 0.5, "measured": 4, "unmeasured": 0}


def test_what_a_judge_does_not_say_is_unmeasured(library, questions, tmp_path):
    def script(request):
        kind = kind_of(request)
        if kind == "answer":
            return say("We measure 37 hours of speech [1]. Graphs have edges [2].")
        if kind == "correctness":
            return say("I would rather not say.") if request.number % 2 else fail(500)
        claim = request.body["messages"][-1]["content"].rpartition("Claim:")[2]
        return say("Hm") if "edges" in claim else say("SUPPORTED")

    with FakeOpenAI(script) as server:
        found = run_answers(
            served(library, server), questions, tmp_path / "run", judged=True, concurrency=1
        )
    unmeasured = {"mean": None, "measured": 0}
    assert found["metrics"]["judge_correctness"] == {**unmeasured, "unmeasured": 3}
    assert found["metrics"]["judge_faithfulness"] == {**unmeasured, "unmeasured": 4}
    assert found["judge"]["sentences"] == {"supported": 4, "unmeasured": 4}
    page = write_report(tmp_path / "run").read_text()
    assert (page.count("3 unmeasured"), page.count("4 unmeasured")) == (1, 2)  # and the sentences


def test_a_judge_needs_a_model(library, questions, tmp_path):
    with pytest.raises(SettingsError, match="--judge needs a model"):
        run_answers(library, questions, tmp_path / "run", judged=True)


def test_what_is_expected_in_words(questions):
    hours, graph, _, none, _ = questions
    assert expected_text(hours, {"s": "On speech"}) == "it says 37 hours; it cites On speech"
    assert expected_text(graph, {"g": "On graphs"}) == "it cites On graphs; it cites s"
    assert expected_text(none, {}) == "to decline, because the papers do not say"


def test_no_secret_is_in_a_run(library, questions, tmp_path):
    with FakeOpenAI(lambda _: say("We measure 37 hours of speech [1].")) as server:
        run_answers(served(library, server), questions, tmp_path / "run")
    write_report(tmp_path / "run")
    for path in (tmp_path / "run").iterdir():
        assert KEY not in path.read_text(encoding="utf-8")


def test_addresses_are_shown_without_passwords():
    settings = load_settings(
        OPENAI_BASE_URL=f"http://me:{KEY}@host:1/v1?key={KEY}", chroma_token=KEY
    )
    shown = shown_settings(settings)
    assert shown["openai_base_url"] == "http://host:1/v1"
    assert KEY not in json.dumps(shown)


# The commands.


@pytest.fixture
def shelf(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAG_EMBEDDER", "static")
    monkeypatch.setenv("RAG_LLM", "none")
    (tmp_path / "papers.jsonl").write_text("".join(json.dumps(row) + "\n" for row in PAPERS))
    (tmp_path / "q.jsonl").write_text("".join(json.dumps(row) + "\n" for row in QUESTIONS))
    assert cli.main(["ingest", "papers.jsonl"]) == 0
    capsys.readouterr()
    return tmp_path


def test_run_compare_and_report(shelf, capsys):
    assert cli.main(["eval", "run", "q.jsonl", "-o", "a", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["questions"] == 5
    assert cli.main(["eval", "compare", "a", "a", "--json", "--fail-if", "decision < 0"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["changed"], found["failed"]) == ([], [])
    assert {each["p"] for each in found["metrics"].values()} == {1.0}
    assert cli.main(["eval", "compare", "a", "a"]) == 0
    assert "no difference\n0 answers or their papers changed\n" in capsys.readouterr().out
    (shelf / "a" / "report.html").unlink()
    assert cli.main(["eval", "report", "a"]) == 0
    assert capsys.readouterr().out == "a/report.html\n"
    assert (shelf / "a" / "report.html").exists()


def test_a_condition_that_holds_fails_the_command(shelf, capsys, monkeypatch):
    assert cli.main(["eval", "run", "q.jsonl", "-o", "a"]) == 0
    monkeypatch.setenv("RAG_K", "1")
    assert cli.main(["eval", "run", "q.jsonl", "-o", "b"]) == 0
    capsys.readouterr()
    arguments = ["eval", "compare", "a", "b", "-o", "page.html"]
    assert cli.main([*arguments, "--fail-if", "retrieved_recall < -0.1"]) == 1
    printed = capsys.readouterr()
    assert printed.err == "error: retrieved_recall < -0.1 (it is -0.2500); see what changed above\n"
    assert "none: Who won the cup?\n  A: " in printed.out
    assert "settings.k" in (shelf / "page.html").read_text()
