"""Paths as people write them."""

import os
from pathlib import Path

import pytest

from rag.readers import expand, read
from rag.types import Rejection


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ["d/b.bib", "d/a.json", "d/sub/z.ris", "d/.hidden", "d/.git/config", "x.csv"]:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("x")
    return tmp_path


def test_folders_are_searched_in_order_without_hidden_files(folder):
    assert expand(["d"]) == (["d/a.json", "d/b.bib", "d/sub/z.ris"], [])
    assert expand(["d/"]) == (["d/a.json", "d/b.bib", "d/sub/z.ris"], [])
    assert expand(["."]) == (["./d/a.json", "./d/b.bib", "./d/sub/z.ris", "./x.csv"], [])


def test_absolute_names_stay_absolute(folder):
    assert expand([f"{folder}/d/sub"]) == ([f"{folder}/d/sub/z.ris"], [])


def test_globs_find_files_and_folders_once(folder):
    assert expand(["d/*.bib", "d/*"])[0] == ["d/b.bib", "d/a.json", "d/sub/z.ris"]
    assert expand(["**/*.ris"]) == (["d/sub/z.ris"], [])
    assert expand(["*.nothing"]) == (
        [],
        [Rejection("*.nothing", "no file has such a name; check the pattern")],
    )


def test_a_file_whose_name_looks_like_a_glob_is_a_file(folder):
    Path("[a].txt").write_text("x")
    assert expand(["[a].txt"]) == (["[a].txt"], [])


def test_the_order_is_the_users_and_each_file_comes_once(folder):
    assert expand(["x.csv", "-", "d/a.json", "x.csv"])[0] == ["x.csv", "-", "d/a.json"]


@pytest.mark.parametrize("name", ["nothing.txt", "no/such/folder", "", "a\0b"])
def test_what_does_not_exist_is_named(folder, name):
    shown = name.replace("\0", "\ufffd")
    assert expand([name, "x.csv"]) == (
        ["x.csv"],
        [Rejection(shown, "no such file or folder; check the name")],
    )


def test_links_out_of_the_folder_are_reported_and_loops_end(folder):
    Path("d/out").symlink_to(folder / "x.csv")
    Path("d/inside").symlink_to("b.bib")
    Path("d/sub/up").symlink_to("..")
    Path("d/dead").symlink_to("nowhere")
    Path("d/self").symlink_to("self")
    os.mkfifo("d/pipe")
    assert expand(["d"]) == (
        ["d/a.json", "d/b.bib", "d/inside", "d/self", "d/sub/z.ris"],
        [
            Rejection("d/dead", "a link to nothing; remove or mend it"),
            Rejection("d/out", "a link out of the folder; name its target"),
        ],
    )


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_searched_is_named(folder):
    Path("d/sub").chmod(0)
    try:
        assert expand(["d/sub"]) == (
            [],
            [Rejection("d/sub", "cannot be searched: Permission denied")],
        )
    finally:
        Path("d/sub").chmod(0o755)


def test_a_link_to_itself_and_a_name_that_is_too_long_are_left_to_reading(folder):
    Path("self").symlink_to("self")
    assert expand(["self", "n" * 300]) == (["self", "n" * 300], [])
    assert [item.reason for item in read("self")] == [
        "cannot be read: Too many levels of symbolic links"
    ]
    assert [item.reason for item in read("n" * 300)] == ["cannot be read: File name too long"]


def test_reading_what_is_no_file_gives_a_rejection(folder):
    assert list(read("gone.bib")) == [
        Rejection("gone.bib", "cannot be read: No such file or directory")
    ]
    assert [item.reason for item in read("a\0b")] == ["cannot be read: No such file or directory"]
    assert list(read("d")) == [Rejection("d", "cannot be read: Is a directory")]


def test_control_characters_of_a_name_do_not_reach_messages(folder):
    Path("a\n\u202eb.txt").write_text("just text")
    assert [item.where for item in read("a\n\u202eb.txt")] == ["a\ufffd\ufffdb.txt"]


def test_a_file_named_like_standard_input_is_a_file(folder):
    Path("-").write_text('{"id": "a", "title": "A", "abstract": "aa"}')
    assert "./-" in expand(["*"])[0]
    assert expand(["./-"])[0] == ["./-"]
    assert expand(["-"])[0] == ["-"]
    assert [item.sources for item in read("./-")] == [("./-:1",)]


def test_a_folder_without_files(tmp_path, monkeypatch, caplog):
    monkeypatch.chdir(tmp_path)
    Path("none/in").mkdir(parents=True)
    assert expand(["none"]) == ([], [])
    assert caplog.messages == ["none: no files in it; name a folder that holds some"]
