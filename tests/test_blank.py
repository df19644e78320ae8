"""What holds nothing that can be seen is empty, wherever it comes in."""

from __future__ import annotations

import json

import pytest

from rag.assistant import Assistant
from rag.cli import main
from rag.drafts.pairs import verify_pairs
from rag.errors import InputError
from rag.settings import load_settings

BLANKS = [
    "", " \u3000\u2028", "\u200b\u200d\u2060", "\u00ad", "\ufeff", "\ufe0f\U000e0100",
    "\u202e\u2069", "\U000e0041\U000e007f", "\u3164\u115f\u2800", "\u034f\u0301",
]  # fmt: skip
ABSTRACT = "A graph has nodes\u200b\ufe0f. It has edges."


@pytest.fixture
def library(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAG_EMBEDDER", "static")
    monkeypatch.setenv("RAG_LLM", "none")
    row = {"id": "g", "title": "On graphs", "abstract": ABSTRACT}
    (tmp_path / "p.jsonl").write_text(json.dumps(row))
    assert main(["ingest", "p.jsonl"]) == 0
    capsys.readouterr()
    return tmp_path


@pytest.mark.usefixtures("library")
def test_from_python():
    with Assistant.open(load_settings()) as assistant:
        for blank in BLANKS:
            assert assistant.search(blank) == []
            for ask in (assistant.ask, assistant.would_answer):
                with pytest.raises(InputError, match=r"^a question has 1 to 4000 characters; "):
                    ask(blank)
            with pytest.raises(InputError, match="needs a value of 1 to 200 characters"):
                assistant.papers([f"title~{blank}"])


def test_from_the_command_line(library, capsys):
    for number, blank in enumerate(BLANKS):
        assert main(["search", blank]) == 2
        assert capsys.readouterr() == ("", "error: give a QUERY, or --queries with --run\n")
        assert main(["ask", blank]) == 1
        told = "error: a question has 1 to 4000 characters; ask another\n"
        assert capsys.readouterr() == ("", told)
        (library / "q.txt").write_text(f"{blank}\n", encoding="utf-8")
        assert main(["batch", "q.txt", "-o", "out.jsonl"]) == 1
        assert capsys.readouterr() == ("", "error: q.txt holds no question; write one a line\n")
        (library / "q.jsonl").write_text(json.dumps({"question": blank}))
        assert main(["batch", "q.jsonl", "-o", f"{number}.jsonl"]) == 1
        row = json.loads((library / f"{number}.jsonl").read_text())
        assert row["error"] == "q.jsonl:1 has no question; write one"
        capsys.readouterr()


def test_claims():
    rows = [{"claim": blank, "title": "On graphs", "abstract": ABSTRACT} for blank in BLANKS]
    verdicts = list(verify_pairs(map(json.dumps, rows)))
    assert verdicts == [{"support": "unsupported", "score": 0.0, "evidence": None}] * len(BLANKS)
