"""Files of questions: a bad record never costs its neighbours."""

from __future__ import annotations

import io
import json
import sys

import pytest

from rag.batches.question_files import Item, read_questions
from rag.errors import InputError
from rag.types import Turn


def read(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_questions(str(path))


def brief(items):
    return [(item.id, item.question, item.defect is None) for item in items]


def test_a_text_file_has_a_question_a_line_called_by_its_number(tmp_path):
    items = read(tmp_path, "q.txt", "\ufeffWhat is  a graph?\r\n\n  And an image?  ")
    assert brief(items) == [("1", "What is a graph?", True), ("3", "And an image?", True)]


def test_what_powershell_writes_can_be_read(tmp_path):
    items = read(tmp_path, "q.txt", "Größe?\r\nAge?\r\n".encode("utf-16"))
    assert brief(items) == [("1", "Größe?", True), ("2", "Age?", True)]


def test_a_line_that_is_not_utf8_is_a_defect_of_its_own(tmp_path):
    items = read(tmp_path, "q.txt", b"One?\nGr\xf6\xdfe?\nThree?\n")
    assert brief(items) == [("1", "One?", True), ("2", "", False), ("3", "Three?", True)]
    assert items[1].defect == f"{tmp_path}/q.txt:2 is not UTF-8; save the file as UTF-8"


def test_json_lines_bring_ids_and_history(tmp_path):
    rows = [
        {"id": "a", "question": "One?", "papers": ["p"]},
        {"question": "Two?\u2028Still two?"},
        {"id": 7, "question": "Three?", "history": [{"question": "q", "answer": "a [1]"}]},
    ]
    items = read(
        tmp_path, "q.jsonl", "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows)
    )
    assert items == [
        Item("a", "One?", given=rows[0]),
        Item("2", "Two? Still two?", given=rows[1]),
        Item(7, "Three?", (Turn("q", "a [1]"),), given=rows[2]),
    ]


@pytest.mark.parametrize(
    ("line", "defect"),
    [
        ("{", 'is no JSON object; write {"question": ...}'),
        ("[1]", 'is no JSON object; write {"question": ...}'),
        ("[" * 100_000, 'is no JSON object; write {"question": ...}'),
        ('{"question": 3}', "has no question; write one"),
        ('{"question": "  "}', "has no question; write one"),
        ('{"question": "\\ud800"}', "is not UTF-8; save the file as UTF-8"),
        ('{"question": "Q", "history": "x"}', "is no conversation; write"),
    ],
)
def test_a_bad_line_is_a_defect_between_good_ones(tmp_path, line, defect):
    content = f'{{"question": "One?"}}\n{line}\n{{"question": "Three?"}}\n'
    one, two, three = read(tmp_path, "q.jsonl", content)
    assert (one.question, one.defect, three.question, three.defect) == (
        "One?", None, "Three?", None,
    )  # fmt: skip
    assert two.defect.startswith(f"{tmp_path}/q.jsonl:2 {defect}")


def test_ids_that_occur_twice_are_told_apart(tmp_path):
    rows = [{"id": "a"}, {"id": "a"}, {"id": "a#2"}, {"id": "a"}, {}, {"id": "5"}, {"id": True}]
    content = "".join(json.dumps({"question": "Q?", **row}) + "\n" for row in rows)
    items = read(tmp_path, "q.jsonl", content)
    assert [item.id for item in items] == ["a", "a#3", "a#2", "a#4", "5", "5#2", "7"]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_a_table_has_a_column_of_questions(tmp_path, mark):
    content = (
        f'ID{mark}Question{mark}history\nx{mark}"One{mark} ""quoted""\nline?"{mark}\n{mark}Two?\n'
    )
    items = read(tmp_path, "q.csv", content)
    assert brief(items) == [
        ("x", f'One{mark.strip() or ""} "quoted" line?', True),
        ("4", "Two?", True),
    ]


def test_an_open_quotation_mark_costs_its_own_row(tmp_path):
    content = 'question\nOne?\n"Two?\nThree?\n"Four?\nFive?\n'
    items = read(tmp_path, "q.csv", content)
    assert brief(items) == [
        ("2", "One?", True),
        ("3", "", False),
        ("4", "Three?", True),
        ("5", "", False),
        ("6", "Five?", True),
    ]
    assert items[1].defect == (
        f"{tmp_path}/q.csv:3 opens a quotation mark and does not close it; close it"
    )


def test_history_in_a_table_is_json(tmp_path):
    content = (
        "question,history\n"
        'One?,"[{""question"": ""q"", ""answer"": ""a""}]"\n'
        "Two?,not json\n"
        "Three?\n"
    )
    items = read(tmp_path, "q.csv", content)
    assert items[0].history == (Turn("q", "a"),)
    assert items[1].defect.startswith(f"{tmp_path}/q.csv:3 is no conversation; write")
    assert (items[2].question, items[2].defect) == ("Three?", None)


def test_standard_input_is_json_lines_or_text(monkeypatch):
    def piped(data):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        return brief(read_questions("-"))

    assert piped(b'\n{"id": "a", "question": "One?"}\n') == [("a", "One?", True)]
    assert piped(b"One?\n") == [("1", "One?", True)]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("q.pdf", "One?", "is no file of questions; give .txt, .csv or .jsonl"),
        ("q.txt", " \n\n", "holds no question; write one a line"),
        ("q.csv", "query\nOne?\n", "has no column `question`; name it so in the first row"),
        ("q.csv", "", "has no column `question`; name it so in the first row"),
    ],
)
def test_a_file_that_is_no_use_is_refused(tmp_path, name, content, message):
    with pytest.raises(InputError, match=message):
        read(tmp_path, name, content)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InputError, match=r"cannot read .*none\.txt \(No such file or directory\)"):
        read_questions(str(tmp_path / "none.txt"))
