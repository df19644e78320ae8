"""Batches: a row a question, in order, whatever fails and whatever stops them."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from fake_openai import HANG, RESET, FakeOpenAI, chunk, fail, say
from fake_openai import Reply as FakeReply

from rag import cli
from rag.assistant import Assistant
from rag.batches import run
from rag.batches.cost import Budget, estimate
from rag.batches.journal import claimed
from rag.batches.question_files import Item
from rag.batches.threads import TaskThreads
from rag.errors import BusyError, InputError, SettingsError
from rag.settings import load_settings
from rag.types import Turn, to_json

PAPERS = [
    {"id": "g", "title": "On graphs", "abstract": "A graph has nodes. Each graph has edges."},
    {"id": "i", "title": "On images", "abstract": "An image has pixels. The image is square."},
]
ROW_KEYS = (
    "id question standalone_question answered answer sentences citations retrieved llm embedder "
    "prompts usage seconds generation settings stopped confidence kind digest"
).split()


def items(count):
    return [Item(f"q{i}", f"What has graph number {i}?") for i in range(1, count + 1)]


def asked(request):
    """The question in the prompt of a request."""
    return request.body["messages"][-1]["content"].rstrip().rpartition("Question: ")[2]


def rows_of(out):
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def library(tmp_path):
    path = tmp_path / "papers.jsonl"
    path.write_text("".join(json.dumps(paper) + "\n" for paper in PAPERS))
    return path


@pytest.fixture
def quoting(assistant, library):
    """An assistant without a model."""
    assistant.ingest([str(library)])
    return assistant


@pytest.fixture
def served(quoting, embedder):
    """Make an assistant whose model is a server of the test's."""

    def make(server, **more):
        settings = load_settings(
            index=quoting.settings.index, OPENAI_BASE_URL=server.base_url, timeout=5, **more
        )
        return Assistant.open(settings, embedder=embedder)

    return make


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out.jsonl"


def test_rows_are_what_ask_gives_in_order_with_their_ids(quoting, out):
    more = [Item(f"q{i}", ("What has nodes?", "What has pixels?")[i % 2]) for i in range(1, 21)]
    asked_items = [Item("b", "What has nodes?"), Item(7, "What has pixels?"), *more]
    summary = run.run(quoting, asked_items, out, concurrency=4)
    rows = rows_of(out)
    assert [row["id"] for row in rows] == ["b", 7, *(f"q{i}" for i in range(1, 21))]
    assert all(list(row) == ROW_KEYS for row in rows)
    expected = to_json(quoting.ask("What has pixels?"))
    timeless = {key: rows[1][key] for key in expected if key != "seconds"}
    assert timeless == {key: value for key, value in expected.items() if key != "seconds"}
    assert (summary.questions, summary.answered, summary.asked, summary.left) == (22, 22, 22, 0)
    assert sorted(path.name for path in out.parent.glob("out*")) == ["out.jsonl"]


def test_history_makes_a_question_another_one(quoting, out):
    turn = Turn("What has nodes?", "A graph [1].", ("g",))
    plain, later = Item("a", "And what has it?"), Item("b", "And what has it?", (turn,))
    run.run(quoting, [plain, later], out)
    first, second = rows_of(out)
    assert first["digest"] != second["digest"]
    assert second["standalone_question"] == "On graphs: what has it?"


def test_what_fails_is_a_row_with_its_reason(served, out):
    def script(request):
        if "number 2" in asked(request):
            return fail(401)
        if "number 3" in asked(request):
            return FakeReply([chunk("A graph"), RESET])
        return say("A graph has nodes [1].")

    bad = Item("5", "", defect="q.txt:5 has no question; write one")
    with FakeOpenAI(script) as server:
        summary = run.run(served(server), [*items(4), bad], out)
        asked_of_server = len(server.requests)
    rows = rows_of(out)
    assert [row["id"] for row in rows] == ["q1", "q2", "q3", "q4", "5"]
    assert [row["answered"] for row in rows] == [True, False, False, True, False]
    assert rows[1]["error"].startswith("gpt-4o-mini at 127.0.0.1")
    assert rows[1]["error"].endswith("refused the key; check OPENAI_API_KEY")
    assert "broke off its reply" in rows[2]["error"]
    assert rows[4]["error"] == bad.defect
    assert all(list(row) == [*ROW_KEYS, "error"] for row in (rows[1], rows[2], rows[4]))
    assert (summary.answered, summary.failed, asked_of_server) == (2, 3, 4)


def test_the_same_command_asks_nothing_again(served, out):
    with FakeOpenAI(lambda _: say("A graph has nodes [1].")) as server:
        assistant = served(server)
        run.run(assistant, items(3), out)
        before = out.read_bytes()
        again = run.run(assistant, items(3), out)
        assert (again.asked, again.answered, len(server.requests)) == (0, 3, 3)
        assert out.read_bytes() == before
        more = run.run(assistant, [*items(4)][::-1], out)
        assert (more.asked, more.answered, len(server.requests)) == (1, 4, 4)
    assert [row["id"] for row in rows_of(out)] == ["q4", "q3", "q2", "q1"]


def test_failed_rows_are_asked_again_only_when_told(served, out):
    broken = threading.Event()
    broken.set()

    def script(request):
        if broken.is_set() and "number 2" in asked(request):
            return fail(400)
        return say("A graph has nodes [1].")

    with FakeOpenAI(script) as server:
        assistant = served(server)
        assert run.run(assistant, items(3), out).failed == 1
        broken.clear()
        assert run.run(assistant, items(3), out).failed == 1
        assert len(server.requests) == 3
        mended = run.run(assistant, items(3), out, retry_failed=True)
        assert (mended.failed, mended.asked) == (0, 1)
        assert [asked(request) for request in server.requests[3:]] == ["What has graph number 2?"]
    assert [row["id"] for row in rows_of(out)] == ["q1", "q2", "q3"]
    assert not any("error" in row for row in rows_of(out))


def test_other_settings_ask_again(quoting, out, caplog):
    run.run(quoting, items(2), out)
    wider = Assistant.open(quoting.settings.model_copy(update={"k": 1}), embedder=quoting.embedder)
    assert run.run(wider, items(2), out).asked == 2
    assert "the settings are not those of the answers in" in caplog.text
    assert [len(row["retrieved"]) for row in rows_of(out)] == [1, 1]


def test_answers_from_before_the_library_changed_are_kept_and_told(quoting, out, tmp_path, caplog):
    run.run(quoting, items(2), out)
    more = tmp_path / "more.jsonl"
    more.write_text(json.dumps({"id": "w", "title": "W", "abstract": "Weather and music."}))
    quoting.ingest([str(more)])
    assert run.run(quoting, items(3), out).asked == 1
    assert "keeping 2 answers from before the library changed; delete" in caplog.text


def test_the_answers_to_other_questions_are_not_replaced(quoting, out):
    run.run(quoting, items(2), out)
    before = out.read_bytes()
    with pytest.raises(InputError, match=r"holds the answers to other questions; name another"):
        run.run(quoting, [Item("q1", "What has pixels?")], out)
    assert out.read_bytes() == before


def test_a_second_batch_on_the_same_file_leaves(quoting, out):
    with claimed(out), pytest.raises(BusyError, match="another batch is writing to"):
        run.run(quoting, items(1), out)
    assert not out.exists()


@pytest.mark.parametrize("concurrency", [3, 8])
def test_no_more_questions_are_at_the_model_than_allowed(served, out, concurrency):
    lock, under_way, most = threading.Lock(), [0], [0]
    full = threading.Event()

    def script(request):
        with lock:
            under_way[0] += 1
            most[0] = max(most[0], under_way[0])
            if most[0] == concurrency:
                full.set()
        full.wait(20)  # as long as a busy machine takes to ask that many
        time.sleep(0.05)  # for one too many to come
        with lock:
            under_way[0] -= 1
        return say("A graph has nodes [1].")

    with FakeOpenAI(script) as server:
        run.run(served(server), items(32), out, concurrency=concurrency)
    assert most[0] == concurrency


def test_a_wrong_setting_stops_the_batch_and_keeps_what_was_answered(served, out, tmp_path):
    folder = tmp_path / "prompts"
    folder.mkdir()
    prompt = folder / "answer.md"
    prompt.write_text("$sources $question $refusal $mark\nQuestion: $question")

    def script(request):
        if "number 2" in asked(request):
            prompt.write_text("$nonsense")
        return say("A graph has nodes [1].")

    with FakeOpenAI(script) as server:
        assistant = served(server, prompts=folder)
        with pytest.raises(SettingsError, match=r"the prompt answer\.md must use"):
            run.run(assistant, items(4), out, concurrency=1)
        assert len(server.requests) == 2
    assert not out.exists()
    kept = rows_of(out.with_name("out.jsonl.part"))
    assert [row["id"] for row in kept] == ["q1", "q2"]


# Cost. A reply of the server reports 11 tokens read and 7 written: with gpt-4o-mini at 0.15 and
# 0.60 USD a million that is 1.65e-6 + 4.2e-6 = 5.85e-6 USD.

ONE = 5.85e-6


def test_the_cost_stops_the_batch_before_it_is_passed(served, out):
    with FakeOpenAI(lambda _: say("A graph has nodes [1].")) as server:
        assistant = served(server)
        stopped = run.run(assistant, items(5), out, concurrency=4, max_cost=3.5 * ONE)
        assert (stopped.answered, stopped.left, len(server.requests)) == (3, 2, 3)
        assert stopped.cost_usd == pytest.approx(3 * ONE, abs=1e-6)
        assert not out.exists()
        same = run.run(assistant, items(5), out, max_cost=3.5 * ONE)
        assert (same.asked, same.left, len(server.requests)) == (0, 2, 3)
        whole = run.run(assistant, items(5), out, max_cost=5 * ONE)
        assert (whole.asked, whole.left, len(server.requests)) == (2, 0, 5)
    assert [row["id"] for row in rows_of(out)] == ["q1", "q2", "q3", "q4", "q5"]


def test_a_model_without_a_price_cannot_be_capped(served, out):
    with FakeOpenAI(lambda _: say("no")) as server:
        assistant = served(server, llm_model="my-own")
        with pytest.raises(SettingsError, match="the price of my-own is not known"):
            run.run(assistant, items(1), out, max_cost=1.0)
        assert server.requests == []


def test_without_a_model_nothing_is_capped():
    budget = Budget(0.001, "none")
    assert budget.allows(100)


def test_the_estimate_counts_the_prompts_that_would_be_sent(served, out):
    def script(_):
        return say("A graph has nodes [1].", usage=None)

    with FakeOpenAI(script) as server:
        assistant = served(server, llm_model="gpt-4o", answer_tokens=100)
        bad = [Item("x", "", defect="no question"), Item("y", "z" * 5000)]
        price = estimate(assistant, [*items(3), *bad])
        assert server.requests == []
        summary = run.run(assistant, items(3), out)
    assert price.prompt_tokens == summary.prompt_tokens > 0
    assert price.completion_tokens == 300
    assert price.cost_usd == pytest.approx((price.prompt_tokens * 2.5 + 300 * 10.0) / 1e6)


def test_workers_hand_back_what_a_task_raised():
    threads = TaskThreads([lambda n: 1 // n] * 2)
    threads.put(0)
    (error,) = threads.take()
    assert isinstance(error, ZeroDivisionError)
    assert (threads.busy, threads.take(timeout=0.01)) == (0, [])
    threads.end()


# The command.


@pytest.fixture
def shelf(tmp_path, library, monkeypatch):
    """An index that the command line can open, and where it runs."""
    settings = load_settings(index=tmp_path / "shelf", embedder="static", llm="none")
    assistant = Assistant.open(settings)
    assistant.ingest([str(library)])
    assistant.close()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAG_INDEX", str(tmp_path / "shelf"))
    logging.getLogger("rag").setLevel(logging.NOTSET)
    return tmp_path


def test_the_command_prints_one_document_and_says_what_failed(shelf, capsys):
    (shelf / "q.jsonl").write_text('{"question": "What has nodes?"}\n{"id": "x"}\n')
    assert cli.main(["batch", "q.jsonl", "-o", "out.jsonl", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["seconds"] > 0
    assert {**summary, "seconds": 0} == {
        "questions": 2, "answered": 1, "declined": 0, "failed": 1, "left": 0, "asked": 2,
        "prompt_tokens": 0, "completion_tokens": 0, "cost_usd": 0.0, "seconds": 0,
        "output": str(shelf / "out.jsonl"),
    }  # fmt: skip
    assert cli.main(["batch", "q.jsonl", "-o", "out.jsonl"]) == 0
    assert "1 failed, 0 left; 0 asked in" in capsys.readouterr().out


def test_the_command_fails_where_every_question_did(shelf):
    (shelf / "q.jsonl").write_text('{"id": "x"}\n')
    assert cli.main(["batch", "q.jsonl", "-o", "out.jsonl"]) == 1
    assert rows_of(shelf / "out.jsonl")[0]["error"] == "q.jsonl:1 has no question; write one"


@pytest.mark.parametrize("out", ["q.txt", "."])
def test_the_command_spares_its_input(shelf, capsys, out):
    (shelf / "q.txt").write_text("What has nodes?\n")
    assert cli.main(["batch", "q.txt", "-o", out]) == 1
    assert capsys.readouterr().err == f"error: {out} cannot take the answers; name another file\n"


def test_a_dry_run_asks_nothing_and_writes_nothing(shelf, capsys, monkeypatch):
    (shelf / "q.txt").write_text("What has nodes?\nWhat has pixels?\n")
    before = sorted(shelf.iterdir())
    with FakeOpenAI(lambda _: say("A graph has nodes [1].")) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        assert cli.main(["batch", "q.txt", "-o", "out.jsonl", "--dry-run", "--json"]) == 0
        assert server.requests == []
    price = json.loads(capsys.readouterr().out)
    assert (price["questions"], price["left"], price["completion_tokens"]) == (2, 2, 1400)
    assert price["cost_usd"] == pytest.approx((price["prompt_tokens"] * 0.15 + 1400 * 0.60) / 1e6)
    assert sorted(shelf.iterdir()) == before


def test_the_cost_cap_says_what_is_left(shelf, capsys, monkeypatch):
    (shelf / "q.txt").write_text("".join(f"What has graph {i}?\n" for i in range(4)))
    with FakeOpenAI(lambda _: say("A graph has nodes [1].")) as server:
        monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
        arguments = ["batch", "q.txt", "-o", "out.jsonl", "--max-cost", str(2 * ONE), "--json"]
        assert cli.main(arguments) == 1
    printed = capsys.readouterr()
    assert json.loads(printed.out)["left"] == 2
    assert printed.err.splitlines()[-1] == (
        "error: stopped at --max-cost 1.17e-05: 2 of 4 questions are left; run the same command "
        "with a higher one"
    )


# Stops, with real processes.


def start(shelf, server, *more):
    environment = {**os.environ, "OPENAI_BASE_URL": server.base_url, "RAG_TIMEOUT": "1"}
    command = [sys.executable, "-m", "rag", "batch", "q.jsonl", "-o", "out.jsonl", *more]
    return subprocess.Popen(
        command, cwd=shelf, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def wait_until(true, process):
    end = time.monotonic() + 120
    while not true():
        assert process.poll() is None, process.communicate()[1].decode()
        assert time.monotonic() < end
        time.sleep(0.01)


def write_questions(shelf, count):
    rows = [{"id": f"q{i}", "question": f"What has graph number {i}?"} for i in range(count)]
    (shelf / "q.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return rows


def test_after_kills_no_finished_question_is_asked_again(shelf):
    """Of 10 requests one is refused as too many; 5, 3 and 2 in 100 fail, break off, hang."""
    questions = write_questions(shelf, 120)
    faults = {3: "busy", 13: "busy", 23: "broken", 33: "cut", 43: "hang"}

    def script(request):
        fault = faults.get(request.number % 50)
        if fault == "busy":
            return fail(429, headers={"retry-after": "0"})
        if fault == "broken":
            return fail(500)
        if fault == "cut":
            return FakeReply([chunk("A graph"), RESET])
        if fault == "hang":
            return FakeReply([HANG])
        return say("A graph ", "has nodes [1].")

    part = shelf / "out.jsonl.part"
    finished: list[set[str]] = []
    starts: list[int] = []
    with FakeOpenAI(script) as server:
        for kill_after in (30, 80):
            starts.append(len(server.requests))
            process = start(shelf, server, "--concurrency", "16")
            wait_until(lambda limit=kill_after: len(server.requests) >= limit, process)
            process.send_signal(signal.SIGKILL)
            process.communicate()
            lines = part.read_bytes().split(b"\n")[:-1] if part.exists() else []
            finished.append({json.loads(line)["question"] for line in lines})
        starts.append(len(server.requests))
        process = start(shelf, server, "--concurrency", "16", "--json")
        summary = json.loads(process.communicate()[0])
        log = [asked(request) for request in server.requests]
    assert process.returncode == 0
    assert [row["id"] for row in rows_of(shelf / "out.jsonl")] == [row["id"] for row in questions]
    for done, since in zip(finished, starts[1:], strict=True):
        assert done.isdisjoint(log[since:])
    assert 0 < len(finished[0]) < len(finished[1]) < 120
    assert summary["asked"] == 120 - len(finished[1])
    assert summary["answered"] + summary["failed"] == 120
    assert not part.exists()


def test_ctrl_c_exits_130_and_the_same_command_goes_on(shelf):
    write_questions(shelf, 6)
    release = threading.Event()

    def script(request):
        if request.number > 2:
            release.wait(60)
        return say("A graph has nodes [1].")

    with FakeOpenAI(script) as server:
        process = start(shelf, server, "--concurrency", "1")
        wait_until(lambda: len(server.requests) == 3, process)
        process.send_signal(signal.SIGINT)
        # On a busy machine a line on a second try may come before.
        told = []
        while not told or (told[-1] and b"stopping" not in told[-1]):
            told.append(process.stderr.readline())
        assert told[-1] == b"stopping; the same command goes on from here\n", told
        release.set()
        assert process.communicate(timeout=60) == (b"", b"")
        assert process.returncode == 130
        # What was under way had been paid for, and is kept.
        kept = rows_of(shelf / "out.jsonl.part")
        assert [row["id"] for row in kept] == ["q0", "q1", "q2"]
        assert not (shelf / "out.jsonl").exists()
        second = start(shelf, server)
        second.communicate()
        assert (second.returncode, len(server.requests)) == (0, 6)
    assert len(rows_of(shelf / "out.jsonl")) == 6
