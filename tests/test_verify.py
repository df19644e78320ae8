"""Pairs and drafts: which sentences are checked, against what, with which verdict."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.cli import main
from rag.drafts.checking import Checked, DraftReport, check_draft
from rag.drafts.pairs import verify_pairs
from rag.drafts.reports import report_lines
from rag.types import Evidence, Paper

ABSTRACT = "We study tea. Green tea lowers blood pressure in 40 adults. Black tea was not studied."
PAPERS = {
    "lee2020": Paper("lee2020", "Tea and pressure", ABSTRACT, ("Ann Lee",), 2020, key="lee2020"),
    "kim": Paper("kim", "Coffee and sleep", "Coffee delays sleep by 40 minutes.", key="kim"),
}


class Shelf:
    """A library of some papers."""

    def __init__(self, *papers: Paper) -> None:
        self.papers = papers

    def named(self, name: str) -> list[Paper]:
        return [p for p in self.papers if name in (p.key, p.id, p.doi, p.arxiv_id)]

    def near(self, text: str) -> list[Paper]:
        return list(self.papers)

    def by_author(self, name: str, year: int) -> list[Paper]:
        return list(self.papers)


def check(text: str, form="markdown", papers=None):
    return check_draft(text, form, Shelf(*(papers or PAPERS.values())))


def test_pairs_come_back_in_order_and_a_bad_line_loses_none():
    rows = [
        {
            "claim": "Green tea lowers blood pressure in 40 adults.",
            "title": "T",
            "abstract": ABSTRACT,
        },
        {
            "claim": "Green tea lowers blood pressure in 52 adults.",
            "title": "T",
            "abstract": ABSTRACT,
        },
    ]
    lines = [json.dumps(rows[0]), "{broken", json.dumps({"claim": 3}), "", json.dumps(rows[1])]
    first, second, third, last = verify_pairs(lines)
    assert first["support"] == "verbatim"
    evidence = first["evidence"]
    assert ABSTRACT[evidence["start"] : evidence["end"]] == evidence["quote"]
    assert second == {"error": "line 2: write JSON with claim, title and abstract"}
    assert third == {"error": "line 3: write JSON with claim, title and abstract"}
    assert last["support"] == "unsupported"
    assert last["score"] < first["score"]


MARKDOWN = """---
title: Mine [@lee2020]
---
# Heading [@kim]

An introduction without a marker. Green tea lowers
blood pressure in 40 adults [@lee2020, p. 3]. It cures all [@nobody2020; @kim].

```
code [@kim]
```
- Coffee delays sleep by 40 minutes. [@kim] Nothing here, me@example.org.
- As @lee2020 shows, *green tea* lowers blood pressure.
<!-- hidden [@kim] -->
"""


def test_a_markdown_draft():
    report = check(MARKDOWN)
    assert [(s.line, s.keys, s.unresolved) for s in report.sentences] == [
        (6, ("lee2020",), ()),
        (7, ("nobody2020", "kim"), ("nobody2020",)),
        (12, ("kim",), ()),
        (13, ("lee2020",), ()),
    ]
    assert [s.support for s in report.sentences][:3] == ["verbatim", "unsupported", "verbatim"]
    assert report.failed()
    assert report.sentences[2].text == "Coffee delays sleep by 40 minutes. [@kim]"
    lines = list(report_lines(report, "text", "draft.md"))
    assert "    no paper in the library for 'nobody2020'" in lines
    assert lines[-1].startswith("4 cited sentences: ")


LATEX = r"""\documentclass{article}
\title{No \cite{kim}}
\begin{document}
\section{One} % a comment \cite{kim}
Green tea lowers blood pressure in 40 adults~\cite{lee2020}. Plain words.
Both were seen \citep[see][p.~2]{lee2020, kim}, and \textbf{coffee} delays sleep
by 40 minutes \citet*{kim}.
\begin{equation} x = \cite{kim} \end{equation}
\end{document} \cite{kim}
"""


def test_a_latex_draft():
    report = check(LATEX, "latex")
    assert [(s.line, s.keys) for s in report.sentences] == [
        (5, ("lee2020",)),
        (6, ("lee2020", "kim")),
    ]
    assert report.sentences[0].support == "verbatim"
    assert not report.sentences[0].unresolved


def test_numbers_mean_the_drafts_own_references():
    draft = (
        "Green tea lowers blood pressure in 40 adults [1]. Both matter [1-3].\n\n"
        "## References\n[1] Lee. Tea and pressure. 2020.\n[2] Kim. Coffee and sleep.\n"
        "3. Unknown work of nobody.\n"
    )
    first, second = check(draft).sentences
    assert (first.keys, first.support) == (("1",), "verbatim")
    assert (second.keys, second.unresolved) == (("1", "2", "3"), ("3",))


@pytest.mark.parametrize(
    ("marker", "keys"),
    [
        ("[1-2-3]", ["1", "2", "3"]),
        ("[1;3]", ["1", "3"]),
        ("[1, 2–3]", ["1", "2", "3"]),
        ("[1]–[3]", ["1", "2", "3"]),
        ("[1, p. 7]", ["1"]),
        ("[3-1]", ["3-1"]),
        ("[1-900]", ["1-900"]),
    ],
)
def test_ranges_of_numbers(marker, keys):
    (checked,) = check(f"Tea works {marker}.\n\n# References\n1. Lee on tea\n").sentences
    assert list(checked.keys) == keys


def test_numbers_without_a_reference_list_are_unresolved():
    (checked,) = check("An array a[1], the range [0, 1], and [2017]. A thought [2].").sentences
    assert (checked.text, checked.unresolved) == ("A thought [2].", ("2",))


@given(st.text(alphabet=st.sampled_from("a. [@]k1\\cite{}%`-\n*_<!>~#"), max_size=300))
def test_any_text_is_checked_without_an_error(text):
    for form in ("markdown", "latex"):
        for sentence in check(text, form).sentences:
            if sentence.evidence:
                paper = PAPERS[sentence.evidence.paper_id]
                span = paper.abstract[sentence.evidence.start : sentence.evidence.end]
                assert span == sentence.evidence.quote


@pytest.fixture
def folder(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAG_EMBEDDER", "static")
    rows = [
        {"id": p.id, "key": p.key, "title": p.title, "abstract": p.abstract}
        for p in PAPERS.values()
    ]
    rows[0] |= {"authors": ["Ann Lee"], "year": 2020}
    (tmp_path / "p.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert main(["ingest", "p.jsonl"]) == 0
    capsys.readouterr()
    return tmp_path


def test_the_command_fails_a_draft_with_an_unsupported_sentence(folder, capsys):
    (folder / "good.md").write_text("Coffee delays sleep by 40 minutes [@kim].\n")
    (folder / "bad.tex").write_text("Coffee delays sleep by 90 minutes \\cite{kim}.\n")
    assert main(["verify", "good.md"]) == 0
    assert capsys.readouterr().out.startswith("line 1: verbatim (1.00)  Coffee delays sleep")
    assert main(["verify", "bad.tex", "--json"]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["counts"] == {"unsupported": 1}
    assert report["sentences"][0]["keys"] == ["kim"]


def test_the_command_checks_pairs_line_by_line(folder, capsys):
    pair = {
        "claim": "Coffee delays sleep by 40 minutes.",
        "title": "",
        "abstract": PAPERS["kim"].abstract,
    }
    (folder / "pairs.jsonl").write_text(json.dumps(pair) + "\nbroken\n")
    assert main(["verify", "pairs.jsonl"]) == 1
    captured = capsys.readouterr()
    first, second = map(json.loads, captured.out.splitlines())
    assert set(first) == {"support", "score", "evidence"}
    assert set(first["evidence"]) == {"quote", "start", "end"}
    assert set(second) == {"error"}
    assert captured.err == "error: 1 line could not be checked; correct it, first line 2\n"


LEVELS = """Coffee delays sleep by 40 minutes [@kim].

Coffee surely has something to do with sleep, people say [@kim].
Coffee delays sleep by 90 minutes [@kim].
Tea cures all [@nobody].
"""


@pytest.mark.parametrize(
    ("lines", "fails"),
    [
        ([0], []),
        ([4], ["unresolved", "unsupported", "weak"]),
        ([3], ["unsupported", "weak"]),
    ],
)
def test_fail_on_sets_the_exit_code(folder, capsys, lines, fails):
    text = "".join(LEVELS.splitlines(keepends=True)[line] for line in lines)
    (folder / "d.md").write_text(text)
    for level in ("unresolved", "unsupported", "weak"):
        assert main(["verify", "d.md", "--fail-on", level]) == (level in fails)
    assert main(["verify", "d.md"]) == ("unsupported" in fails)
    with pytest.raises(SystemExit, match="2"):
        main(["verify", "d.md", "--fail-on", "nothing"])


def test_weak_fails_only_where_told():
    weak = Checked(1, "Tea.", ("kim",), (), "weak", 0.4, None)
    report = DraftReport((weak,))
    assert [report.failed(level) for level in ("unresolved", "unsupported", "weak")] == [
        False,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("support", "line"),
    [
        ("verbatim", "    “Coffee.”"),
        ("weak", "    closest sentence, which does not clearly say it: “Coffee.”"),
        ("unsupported", "    closest sentence, which does not say it: “Coffee.”"),
    ],
)
def test_a_report_says_what_the_quoted_words_are(support, line):
    found = Checked(1, "Tea.", ("kim",), (), support, 0.4, Evidence("kim", "Coffee.", 0, 7))
    assert list(report_lines(DraftReport((found,)), "text", "d.md"))[1] == line


def test_sarif_and_annotations_name_the_places(folder, capsys):
    (folder / "d.md").write_text(LEVELS)
    assert main(["verify", "d.md", "--format", "sarif"]) == 1
    log = json.loads(capsys.readouterr().out)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    found = {
        result["locations"][0]["physicalLocation"]["region"]["startLine"]: result["ruleId"]
        for result in run["results"]
    }
    assert (found[4], found[5]) == ("unsupported", "unresolved")
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} >= set(found.values())
    assert main(["verify", "d.md", "--format", "github"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1] == (
        "::error file=d.md,line=5,title=unresolved::no paper in the library for 'nobody' (0.00): "
        "Tea cures all [@nobody]."
    )


def test_a_dash_reads_standard_input(folder, capsys, monkeypatch):
    for text, code, said in (
        ("Coffee delays sleep by 40 minutes [@kim].", 0, "line 1: verbatim"),
        ("\\section{A}\nCoffee delays sleep by 90 minutes \\cite{kim}.", 1, "line 2: unsupported"),
        (json.dumps({"claim": "Tea.", "title": "", "abstract": "Tea."}), 0, '{"support": "'),
    ):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        assert main(["verify", "-"]) == code
        assert capsys.readouterr().out.startswith(said)


def test_lines_of_pairs_end_at_line_feeds_only(folder, capsys):
    row = {"claim": "Tea\u2028is warm.", "title": "", "abstract": "Tea\x85is warm.\u2029"}
    (folder / "p2.jsonl").write_text(json.dumps(row, ensure_ascii=False) + "\n", encoding="utf-8")
    assert main(["verify", "p2.jsonl"]) == 0
    assert capsys.readouterr().out.count("\n") == 1


def test_a_reference_list_and_names_are_looked_up_in_the_library(folder, capsys):
    draft = (
        "Coffee delays sleep by 40 minutes [1]. Green tea lowers blood pressure in 40 adults "
        "(Lee, 2020). Nobody knows (Roe, 2020).\n\n## Works cited\n\n1. Coffee and sleep\n"
    )
    (folder / "d.md").write_text(draft)
    assert main(["verify", "d.md", "--json"]) == 1
    sentences = json.loads(capsys.readouterr().out)["sentences"]
    assert [(s["papers"], s["unresolved"]) for s in sentences] == [
        (["kim"], []),
        (["lee2020"], []),
        ([], ["Roe 2020"]),
    ]


def test_a_key_of_two_papers_is_ambiguous(folder, capsys):
    rows = [
        {"id": f"x{n}", "key": "twin", "title": f"Twin {n}", "abstract": f"Twins are {n}."}
        for n in (1, 2)
    ]
    (folder / "twins.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert main(["ingest", "twins.jsonl"]) == 0
    (folder / "d.md").write_text("Twins are 1 [@twin].\n")
    capsys.readouterr()
    assert main(["verify", "d.md"]) == 1
    assert "    'twin' names several papers: x1, x2\n" in capsys.readouterr().out


BIB = """@article{tea, title = {Tea and {Pressure}}, author = {Lee, Ann}, year = 2020}
@misc{ghost, title = {On ghosts}, author = {Roe, Jo}, year = 1999}
@broken{
"""


def test_bibtex_beside_the_draft_tells_what_its_keys_mean(folder, capsys):
    (folder / "refs.bib").write_text(BIB)
    (folder / "d.tex").write_text(
        "\\section{A}\nGreen tea lowers blood pressure in 40 adults \\citep{tea}.\n"
        "Ghosts drink tea \\cite{ghost}. Nobody does \\cite{gone}.\n\\bibliography{refs}\n"
    )
    assert main(["verify", "d.tex", "--json"]) == 1
    tea, ghost, gone = json.loads(capsys.readouterr().out)["sentences"]
    assert (tea["papers"], tea["support"]) == (["lee2020"], "verbatim")
    assert ghost["problems"] == [
        "no paper in the library for 'ghost' (Jo Roe. On ghosts. 1999.)",
    ]
    assert gone["problems"] == ["no paper in the library for 'gone'"]


def test_another_paper_that_says_it_is_suggested(folder, capsys):
    (folder / "d.md").write_text(
        "Coffee delays sleep by 40 minutes [@lee2020]. Coffee delays sleep by 90 minutes [@kim].\n"
    )
    assert main(["verify", "d.md", "--json"]) == 1
    swapped, wrong = json.loads(capsys.readouterr().out)["sentences"]
    assert (swapped["support"], swapped["suggested"]) == ("unsupported", "kim")
    assert (wrong["support"], wrong["suggested"]) == ("unsupported", None)
    assert main(["verify", "d.md"]) == 1
    assert "    kim says it\n" in capsys.readouterr().out


def test_pairs_fail_where_that_is_asked_for(folder, capsys):
    abstract = PAPERS["kim"].abstract
    claims = ["Coffee delays sleep by 40 minutes.", "Coffee delays sleep by 90 minutes."]
    rows = [json.dumps({"claim": each, "title": "", "abstract": abstract}) for each in claims]
    (folder / "good.jsonl").write_text(rows[0] + "\n")
    (folder / "bad.jsonl").write_text("\n".join(rows) + "\n")
    assert main(["verify", "bad.jsonl"]) == 0  # as ever, where nothing is asked for
    told = capsys.readouterr().out
    for level, code in (("weak", 1), ("unsupported", 1), ("unresolved", 0)):
        assert main(["verify", "bad.jsonl", "--fail-on", level, "--format", "json"]) == code
        assert capsys.readouterr().out == told
        assert main(["verify", "good.jsonl", "--fail-on", level]) == 0
        capsys.readouterr()


@pytest.mark.parametrize(
    ("flags", "error"),
    [
        (["p2.jsonl", "--format", "github"],
         "pairs are told in JSON Lines; leave out --format github"),
        (["p2.jsonl", "--format", "sarif"],
         "pairs are told in JSON Lines; leave out --format sarif"),
        (["d.md", "--json", "--format", "github"],
         "--json and --format github ask for two things; give one of them"),
    ],
)  # fmt: skip
def test_flags_that_do_not_go_together_are_refused(folder, capsys, flags, error):
    (folder / "p2.jsonl").write_text(json.dumps({"claim": "Tea.", "title": "", "abstract": "Tea."}))
    (folder / "d.md").write_text("Coffee delays sleep by 40 minutes [@kim].\n")
    assert main(["verify", *flags]) == 2
    assert capsys.readouterr() == ("", f"error: {error}\n")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig",
                                      "utf-32", "cp1252"])  # fmt: skip
def test_a_draft_is_read_in_its_encoding(folder, capsys, encoding):
    (folder / "d.md").write_bytes("Café delays sleep by 90 minutes [@kim].\n".encode(encoding))
    assert main(["verify", "d.md"]) == 1
    assert "Café delays sleep by 90 minutes [@kim]." in capsys.readouterr().out


def test_pairs_in_a_table_are_refused(folder, capsys):
    (folder / "p.csv").write_text("claim,title,abstract\nTea is warm.,,Tea is cold.\n")
    assert main(["verify", "p.csv"]) == 1
    assert capsys.readouterr() == (
        "", "error: p.csv is a table; write pairs as JSON with claim, title and abstract\n"
    )  # fmt: skip


@pytest.mark.parametrize(
    "data",
    [
        b"\x7fELF\x02\0\0[@kim] (Lee, 2020).",
        b"%PDF-1.7\n[@kim]",
        "%PDF [@kim]\x01\x02\x03".encode("utf-16-le"),
        "Coffee delays sleep [@kim].".encode("utf-16-le") + b"\0\xd8",
        "Coffee delays sleep [@kim].".encode("utf-16-be") + b"a\0" * 9,
        "Coffee delays sleep [@kim].".encode("utf-16-le") + b"\0",
    ],
)
def test_what_is_no_text_is_refused(folder, capsys, data):
    (folder / "d").write_bytes(data)
    assert main(["verify", "d"]) == 1
    assert capsys.readouterr() == ("", "error: d is no text; give a draft, as UTF-8\n")


def test_annotations_hold_nothing_that_a_terminal_obeys(folder, capsys):
    (folder / "d.md").write_text("Coffee \x1b[31mdelays sleep by 90 minutes [@kim].\n")
    assert main(["verify", "d.md", "--format", "github"]) == 1
    told = capsys.readouterr().out
    assert "\x1b" not in told
    assert "Coffee \\x1b[31mdelays sleep" in told
