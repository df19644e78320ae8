"""What is gone from the files that a library was made of: told, and removed where that is meant."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from rag.cli import main


def write(path: Path, *names: str) -> str:
    rows = [{"id": n, "title": f"On {n}", "abstract": f"A {n} has nodes."} for n in names]
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAG_EMBEDDER", "static")
    write(Path("in/a.jsonl"), "a", "b", "both")
    write(Path("in/c.jsonl"), "c", "both")
    write(Path("out/d.jsonl"), "d", "elsewhere")
    assert main(["ingest", "in", "out"]) == 0
    return tmp_path


def ingest(capsys, *arguments: str) -> dict:
    capsys.readouterr()
    main(["ingest", *arguments, "--json"])
    return json.loads(capsys.readouterr().out)


def papers(capsys) -> list[str]:
    capsys.readouterr()
    main(["papers", "list", "--json"])
    return [paper["id"] for paper in json.loads(capsys.readouterr().out)]


def test_a_plain_ingest_says_how_many_are_gone(folder, capsys):
    write(Path("in/a.jsonl"), "a")
    for _ in range(2):  # the second is remembered
        report = ingest(capsys, "in")
        assert (report["gone"], report["removed"], report["papers"]) == (1, 0, 6)
    assert main(["ingest", "in/a.jsonl"]) == 0
    said = capsys.readouterr().err
    assert said == "1 paper no longer in these files; remove them with --sync\n"


def test_sync_removes_what_came_only_from_there(folder, capsys):
    write(Path("in/a.jsonl"), "a")
    ingest(capsys, "in")
    report = ingest(capsys, "in", "--sync")
    assert (report["gone"], report["removed"], report["papers"]) == (1, 1, 5)
    assert papers(capsys) == ["a", "both", "c", "d", "elsewhere"]
    report = ingest(capsys, "in", "--sync")
    assert (report["gone"], report["removed"], report["papers"]) == (0, 0, 5)


def test_a_file_that_is_gone_from_a_folder_or_a_pattern(folder, capsys):
    Path("in/c.jsonl").unlink()
    assert ingest(capsys, "in/a.jsonl")["gone"] == 0, "nobody asked about the other file"
    assert ingest(capsys, "in/*.jsonl")["gone"] == 1
    assert ingest(capsys, "in/**")["gone"] == 0
    assert ingest(capsys, "in", "--sync")["removed"] == 1
    assert papers(capsys) == ["a", "b", "both", "d", "elsewhere"]


@pytest.mark.parametrize("damage", ["missing", "rejected", "unreadable"])
def test_what_cannot_be_read_is_not_gone(folder, capsys, damage):
    file = Path("in/c.jsonl")
    if damage == "missing":
        file.unlink()
        ingest(capsys, "in/c.jsonl", "--sync")
    elif damage == "rejected":
        file.write_text('{"id": "c", "title": "On c"}\n')
        ingest(capsys, "in", "--sync")
    else:
        file.write_bytes(b"\x7fELF\0\0\0" * 40)
        ingest(capsys, "in", "--sync")
    assert "c" in papers(capsys)


def test_strict_and_shards(folder, capsys):
    Path("in/a.jsonl").write_text('{"id": "x", "title": "X"}\n')
    report = ingest(capsys, "in", "--sync", "--strict")
    assert (report["gone"] > 0, report["removed"], len(papers(capsys))) == (True, 0, 6)
    write(Path("in/a.jsonl"), "a")
    removed = [ingest(capsys, "in", "--sync", "--shard", f"{n}/3")["removed"] for n in (1, 2, 3)]
    assert sum(removed) == 1
    assert papers(capsys) == ["a", "both", "c", "d", "elsewhere"]


def test_a_shard_reports_what_it_stored(folder, capsys):
    names = [f"n{n}" for n in range(20)]
    write(Path("more/m.jsonl"), *names, "a")
    for again in (False, True):
        reports = [ingest(capsys, "more", "--shard", f"{n}/3") for n in (1, 2, 3)]
        assert sum(report["added"] for report in reports) == (0 if again else 20)
        for key in ("records", "added", "unchanged"):
            assert all(report[key] < 21 for report in reports), key
        assert sum(report["records"] for report in reports) == 21
        assert [report["papers"] for report in reports][-1] == 26
    assert sum(report["unchanged"] + report["duplicates"] for report in reports) == 21


def test_sync_of_an_archive(folder, capsys):
    import zipfile

    for names in (["z1", "z2"], ["z1"]):
        with zipfile.ZipFile("z.zip", "w") as archive:
            write(Path("z.jsonl"), *names)
            archive.write("z.jsonl")
        report = ingest(capsys, "z.zip", "--sync")
    assert report["removed"] == 1
    assert [name for name in papers(capsys) if name.startswith("z")] == ["z1"]


def test_what_a_record_no_longer_gives_is_told_and_kept(folder, capsys):
    row = {"id": "e", "title": "On e", "abstract": "An e has nodes."}
    whole = row | {"doi": "10.5555/e", "year": 2001, "venue": "TheConf"}
    file = Path("in/e.jsonl")
    file.write_text(json.dumps(whole) + "\n")
    ingest(capsys, "in")
    file.write_text(json.dumps(row | {"venue": "Another"}) + "\n")
    assert main(["ingest", "in"]) == 0
    assert capsys.readouterr().err == (
        "in/e.jsonl:1 no longer gives year, doi; the paper keeps what it had\n"
    )
    main(["papers", "show", "e", "--json"])
    paper = json.loads(capsys.readouterr().out)
    assert (paper["doi"], paper["year"], paper["venue"]) == ("10.5555/e", 2001, "Another")
    assert ingest(capsys, "in")["kept"] == [], "it was said once"
    # Where another file has the paper too, that one may be what gives it.
    Path("out/e.jsonl").write_text(json.dumps(whole) + "\n")
    ingest(capsys, "out")
    file.write_text(json.dumps(row) + "\n")
    assert ingest(capsys, "in")["kept"] == []


def test_what_is_kept_is_a_field_of_the_report(folder, capsys):
    file = Path("in/c.jsonl")
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    file.write_text("".join(json.dumps(row | {"year": 1999}) + "\n" for row in rows))
    assert ingest(capsys, "in")["kept"] == []
    write(file, "c")
    kept = ingest(capsys, "in")["kept"]
    assert kept == [{"where": "in/c.jsonl:1", "fields": ["year"]}]
