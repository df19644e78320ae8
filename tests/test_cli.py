"""The commands as a script sees them: exit codes, stdout, stderr."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys

import pytest

from rag.cli import main

ROWS = [
    {
        "id": "g",
        "title": "On graphs",
        "abstract": "A graph has nodes.",
        "year": 2020,
        "doi": "10.1000/g",
    },
    {"id": "s", "title": "On speech", "abstract": "We measure 37 hours of speech. It is loud."},
    {"id": "=1+1", "title": "=SUM(A1)", "abstract": "A formula in a spreadsheet computes sums."},
]


@pytest.fixture
def index(tmp_path, monkeypatch, capsys):
    """Set the environment of a script and fill the library; return the folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAG_EMBEDDER", "static")
    monkeypatch.setenv("RAG_LLM", "none")
    (tmp_path / "p.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    assert main(["ingest", "p.jsonl"]) == 0
    capsys.readouterr()
    return tmp_path


def run_json(capsys, *arguments: str):
    assert main([*arguments, "--json"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return json.loads(captured.out)


def test_ingest_prints_one_document(index, capsys):
    report = run_json(capsys, "ingest", "p.jsonl")
    seconds = report.pop("seconds")
    assert seconds > 0
    assert report == {
        "files": 1, "records": 3, "added": 0, "updated": 0, "unchanged": 3, "duplicates": 0,
        "rejected": [], "papers": 3, "passages": 3, "embedded": 0, "gone": 0, "removed": 0,
        "kept": [],
    }  # fmt: skip


def test_ingest_names_what_it_rejects(index, capsys):
    (index / "bad.jsonl").write_text(
        '{"id": "x", "title": "T"}\n{"id": "y", "abstract": "Kept."}\n'
    )
    assert main(["ingest", "bad.jsonl", "missing.bib"]) == 0
    captured = capsys.readouterr()
    assert "rejected bad.jsonl:1: no abstract" in captured.out + captured.err
    assert "rejected missing.bib: " in captured.err
    assert (
        "2 records: 1 added, 0 updated, 0 unchanged, 0 duplicates, 2 rejected; 4 papers"
        in captured.out
    )


def test_strict_exits_1_and_takes_nothing_in(index, capsys):
    (index / "bad.jsonl").write_text(
        '{"id": "x", "title": "T"}\n{"id": "y", "abstract": "Left."}\n'
    )
    assert main(["ingest", "bad.jsonl", "--strict", "--json"]) == 1
    captured = capsys.readouterr()
    assert json.loads(captured.out)["added"] == 0
    assert captured.err == (
        "error: 1 rejected, so nothing was taken in; correct them, first bad.jsonl:1, "
        "or leave --strict out\n"
    )
    assert len(run_json(capsys, "papers", "list")) == 3


def test_nothing_readable_exits_1(index, capsys):
    assert main(["ingest", "missing.bib"]) == 1
    assert "rejected missing.bib" in capsys.readouterr().err


def test_search_gives_hits_with_papers_and_passages(index, capsys):
    found = run_json(capsys, "search", "hours of speech", "--k", "1")
    assert found["query"] == "hours of speech"
    (hit,) = found["hits"]
    assert (hit["rank"], hit["passage"]) == (1, ROWS[1]["abstract"])
    assert hit["paper"] == {
        "id": "s", "title": "On speech", "abstract": ROWS[1]["abstract"], "authors": [],
        "year": None, "venue": None, "doi": None, "arxiv_id": None, "url": None,
        "key": "speech", "sources": ["p.jsonl:2"],
    }  # fmt: skip


def test_search_writes_a_trec_run(index, capsys):
    (index / "q.jsonl").write_text(
        '{"_id": "q 1", "text": "graph nodes"}\n\n{"id": 2, "query": "speech"}\n'
    )
    assert main(["search", "--queries", "q.jsonl", "--run", "out.trec", "--k", "3"]) == 0
    lines = [line.split(" ") for line in (index / "out.trec").read_text().splitlines()]
    assert [line[:4] for line in lines if line[3] == "1"] == [
        ["q%201", "Q0", "g", "1"],
        ["2", "Q0", "s", "1"],
    ]
    for qid in ("q%201", "2"):
        scores = [float(line[4]) for line in lines if line[0] == qid]
        assert scores == sorted(set(scores), reverse=True)
        assert [int(line[3]) for line in lines if line[0] == qid] == list(range(1, len(scores) + 1))
    assert {line[5] for line in lines} == {"rag"}


def test_ask_prints_the_answer_and_its_references(index, capsys):
    assert main(["ask", "How many hours of speech?"]) == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0].startswith("We measure 37 hours of speech. [1]")
    assert "[1] On speech (p.jsonl:2)" in out.splitlines()


def test_asks_json_has_the_promised_shape(index, capsys):
    answer = run_json(capsys, "ask", "How many hours of speech?")
    assert list(answer)[:14] == [
        "question", "standalone_question", "answered", "answer", "sentences", "citations",
        "retrieved", "llm", "embedder", "prompts", "usage", "seconds", "generation", "settings",
    ]  # fmt: skip
    assert set(answer["usage"]) == {"prompt_tokens", "completion_tokens", "cost_usd"}
    assert set(answer["seconds"]) == {"retrieve", "generate", "verify", "total"}
    assert {"text", "citations", "support", "score", "evidence"} <= set(answer["sentences"][0])
    assert answer["sentences"][0]["evidence"] == {
        "paper_id": "s", "quote": "We measure 37 hours of speech.", "start": 0, "end": 30,
    }  # fmt: skip
    assert set(answer["retrieved"][0]) == {"rank", "score", "paper_id", "title"}
    assert (answer["llm"], answer["embedder"]) == ("none", "static")


def test_papers_can_be_shown_and_removed(index, capsys):
    assert run_json(capsys, "papers", "show", "10.1000/G")["id"] == "g"
    assert run_json(capsys, "papers", "remove", "g", "s") == {"removed": 2}
    assert [paper["id"] for paper in run_json(capsys, "papers", "list")] == ["=1+1"]


def test_csv_is_never_a_formula(index, capsys):
    assert main(["papers", "export", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert (rows[0]["id"], rows[0]["title"]) == ("'=1+1", "'=SUM(A1)")
    assert [row["id"] for row in rows[1:]] == ["g", "s"]


@pytest.mark.embedded("two libraries are compared")
@pytest.mark.parametrize("form", ["bibtex", "ris", "jsonl"])
def test_an_export_can_be_ingested_again(index, capsys, form):
    assert main(["papers", "export", "--format", form]) == 0
    (index / f"export.{form}").write_text(capsys.readouterr().out, encoding="utf-8")
    report = run_json(capsys, "ingest", f"export.{form}", "--index", "again")
    assert (report["added"], report["rejected"]) == (3, [])
    ours = {(p["title"], p["abstract"], p["year"]) for p in run_json(capsys, "papers", "list")}
    again = run_json(capsys, "papers", "list", "--index", "again")
    assert {(p["title"], p["abstract"], p["year"]) for p in again} == ours


def test_info_says_what_is_in_force_and_no_secret(index, capsys, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-planted-secret")
    monkeypatch.setenv("RAG_LLM", "openai")
    facts = run_json(capsys, "info")
    assert set(facts["versions"]) == {
        "python", "rag-papers", "llama-index-core", "chromadb", "tantivy"
    }  # fmt: skip
    assert (facts["papers"], facts["embedder"], facts["llm"], facts["health"]) == (
        3,
        "static",
        "openai",
        "ok",
    )
    assert "planted" not in json.dumps(facts)


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        pytest.param(
            ["ask", "x", "--index", "nowhere"],
            "there is no index in nowhere; make one with `rag ingest PATH`",
            marks=pytest.mark.embedded("the folder of an index is named"),
        ),
        (["search", "x", "--where", "colour=red"], "no field 'colour' in the filter 'colour=red'"),
        (["papers", "show", "zz"], "no paper 'zz'; see `rag papers list` for the ids"),
        (["ask", "x", "--llm", "local"], "RAG_LOCAL_MODEL"),
        (["ask", "x", "--history", "none.json"], "cannot read none.json"),
    ],
)
def test_errors_are_one_line(index, capsys, arguments, error):
    assert main(arguments) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("error: ")
    assert error in captured.err
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nonsense"],
        ["ask"],
        ["search", "x", "--k", "0"],
        ["ingest", "x", "--shard", "3/2"],
        ["ui", "--port", "99999"],
        ["ui", "--port", "0"],
        ["ui", "--port", "http"],
        ["search", "x", "--k", "many"],
        ["search", "x", "--k", "9" * 5_000],
        ["batch", "q.txt", "-o", "x", "--max-cost", "nan"],
        ["batch", "q.txt", "-o", "x", "--max-cost", "little"],
    ],
)
def test_wrong_usage_exits_2(arguments, capsys):
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    assert raised.value.code == 2
    assert "invalid _" not in capsys.readouterr().err  # no name out of the program's inside


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["search"], "give a QUERY, or --queries with --run"),
        (["search", " "], "give a QUERY, or --queries with --run"),
        (
            ["search", "--queries", "q.jsonl"],
            "--queries and --run go together; give both, or a QUERY",
        ),
        (["ingest"], "nothing to ingest; name files or folders, or - for standard input"),
    ],
)
def test_what_does_not_go_together_exits_2(index, capsys, arguments, error):
    assert main(arguments) == 2
    assert capsys.readouterr() == ("", f"error: {error}\n")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["search", "speech \udcff"], 0, ""),
        (["ask", "How many hours of speech \udcff?"], 0, ""),
        (["papers", "show", "\udcff"], 1, "error: no paper '\\udcff'; see `rag papers list`"),
        (
            ["papers", "remove", "g", "\udcff"],
            1,
            "error: no paper '\\udcff'; see `rag papers list`",
        ),
        (
            ["papers", "list", "--where", "author~\udcff"],
            1,
            "error: the filter 'author~\\udcff' is",
        ),
    ],
)
def test_bytes_that_are_no_text_do_no_harm(index, capsys, arguments, code, said):
    """Python gives a command line's bytes that are not UTF-8 as lone surrogates."""
    assert main(arguments) == code
    err = capsys.readouterr().err
    assert err.startswith(said)
    assert err.count("\n") == code


def test_a_wrong_setting_names_itself(index, capsys, monkeypatch):
    monkeypatch.setenv("RAG_EMBEDDER", "magic")
    assert main(["info"]) == 1
    assert capsys.readouterr().err == (
        "error: RAG_EMBEDDER: Input should be 'auto', 'minilm', 'e5', 'static' or 'openai'; "
        "correct the setting\n"
    )


def test_settings_come_from_flag_then_environment_then_file(index, capsys, monkeypatch):
    (index / "rag.toml").write_text('index = "from-file"\n')
    assert run_json(capsys, "info")["index"] == "from-file"
    monkeypatch.setenv("RAG_INDEX", "from-environment")
    assert run_json(capsys, "info")["index"] == "from-environment"
    assert run_json(capsys, "info", "--index", "from-flag")["index"] == "from-flag"


def test_help_imports_nothing_heavy():
    code = (
        "import sys\n"
        "from rag.cli import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = {'llama_index', 'chromadb', 'gradio', 'openai', 'tantivy', 'numpy', 'pydantic'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert "ingest" in done.stdout


@pytest.mark.embedded("two libraries are compared")
@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_a_backup_makes_the_same_library_and_results(index, capsys, form):
    more = [
        {"id": "-1", "title": "'=A1' is a cell", "abstract": "@x", "authors": ["-B C", "D E"]},
        {"id": "'+'", "title": "''-ing", "abstract": "'single'", "year": 1999, "venue": "=V"},
    ]
    (index / "odd; p.jsonl").write_text("".join(json.dumps(row) + "\n" for row in more))
    (index / "p2.jsonl").write_text(json.dumps(more[0]) + "\n")
    assert run_json(capsys, "ingest", "odd; p.jsonl", "p2.jsonl")["added"] == 2
    assert main(["papers", "export", "--format", form]) == 0
    (index / f"backup.{form}").write_text(capsys.readouterr().out, encoding="utf-8")
    assert run_json(capsys, "ingest", f"backup.{form}", "--index", "again")["added"] == 5
    assert run_json(capsys, "papers", "list", "--index", "again") == run_json(
        capsys, "papers", "list"
    )
    for query in ("hours of speech", "graph", "sums"):
        ours, theirs = (
            run_json(capsys, "search", query, "--index", name) for name in (".rag", "again")
        )
        assert ours == theirs
    report = run_json(capsys, "ingest", "p.jsonl", "--index", "again")
    assert (report["unchanged"], report["embedded"]) == (3, 0)
