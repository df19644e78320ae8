"""What the browser keeps comes back as it was, or not at all; what leaves is exact."""

import dataclasses
import json
from datetime import datetime, timezone

import pytest

from page.test_render import ABEL, GOOD, answer
from rag.answers.history import parse_history
from rag.errors import InputError
from rag.types import Citation, Paper, Sentence, Turn, to_json
from ui import feedback
from ui.exchanges import Exchange, cited_papers, read_exchanges, read_id, read_turns
from ui.transcript import as_json, as_markdown, plain, reference

WHOLE = Exchange("t1", "How?", answer=answer(), verdict="up")
BROKEN = Exchange("t2", "Why?", partial="It is", problem="It broke.")


def test_exchanges_come_back_as_they_were():
    data = json.loads(json.dumps(to_json([WHOLE, BROKEN])))
    assert read_exchanges(data) == [WHOLE, BROKEN]


@pytest.mark.parametrize(
    "damage",
    [
        {"answer": 3},
        {"answer": {}},
        {"answer": to_json(answer()) | {"citations": None}},
        {"answer": to_json(answer()) | {"answered": "yes"}},
        {"answer": to_json(answer()) | {"sentences": [{"text": 3}]}},
        {"answer": to_json(answer()) | {"citations": [{"number": 2, "paper": to_json(ABEL)}]}},
        {"answer": to_json(answer()) | {"usage": {"prompt_tokens": True}}},
    ],
)
def test_a_damaged_answer_is_dropped(damage):
    [read] = read_exchanges([to_json(WHOLE) | damage])
    assert read == dataclasses.replace(WHOLE, answer=None)


@pytest.mark.parametrize("data", [None, 3, {}, [None], [{"question": ""}], [{"question": 3}], [[]]])
def test_what_is_no_conversation_is_nothing(data):
    assert read_exchanges(data) == []


@pytest.mark.parametrize(
    "changes", [{"quote": "Graphs"}, {"start": -5}, {"end": 99}, {"paper_id": "other"}]
)
def test_evidence_that_is_no_slice_is_dropped(changes):
    sentence = Sentence("x", (1,), "weak", 0.5, dataclasses.replace(GOOD, **changes))
    [read] = read_exchanges([to_json(Exchange("t", "q", answer=answer(sentences=[sentence])))])
    assert read.answer.sentences[0] == dataclasses.replace(sentence, evidence=None)


@pytest.mark.parametrize("name", ["", "A", "a b", '"', "a" * 17, None, 7])
def test_an_id_that_is_none_does_no_harm(name):
    assert read_id(name) == "x"


def test_turns():
    rows = [
        {"question": "q", "answer": "a", "paper_ids": ["p", 3]},
        {"question": "q", "answer": "a"},
        {"question": 1, "answer": "a", "paper_ids": []},
        "x",
    ]
    assert read_turns(rows) == [Turn("q", "a", ("p",))]
    assert (WHOLE.turn, BROKEN.turn) == (
        Turn("How?", "Graphs are good [1].", ("abel",)),
        Turn("Why?", "It is"),
    )


def test_cited_papers_once_each():
    other = Exchange("t3", "And?", answer=answer(citations=(Citation(1, ABEL),)))
    assert cited_papers([WHOLE, BROKEN, other]) == [ABEL]


def test_json_can_be_gone_on_with():
    data = json.loads(as_json([WHOLE, BROKEN]))
    assert data["history"][0] == to_json(WHOLE.answer)
    assert parse_history(data, "here") == [WHOLE.turn, BROKEN.turn]


def test_markdown():
    sentences = [
        Sentence("Graphs are good [1].", (1,), "supported", 0.9, GOOD),
        Sentence("They <win>.", (), "uncited", 0.0),
    ]
    made = answer("Graphs are good [1]. They <win>.", sentences)
    assert as_markdown([Exchange("t", "How *so*?", answer=made), BROKEN]) == (
        "## How \\*so\\*?\n\n"
        "Graphs are good [1]. They \\<win>.\n\n"
        "Doubtful:\n\n- no source: They \\<win>.\n\n"
        "References:\n\n[1] Ada Abel. *On Graphs*. ICML, 2019\n\n"
        "## Why?\n\nIt is\n\n*It broke.*\n"
    )


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("![i](http://e.org)", "\\!\\[i\\](http://e.org)"),
        ("<script>", "\\<script>"),
        ("[1]: http://e.org", "\\[1\\]: http://e.org"),
        ("[x]: http://e.org", "\\[x\\]: http://e.org"),
        ("[1](http://e.org)", "\\[1\\](http://e.org)"),
        ("$x$", "\\$x\\$"),
        ("so [1][2], **fast**", "so [1][2], **fast**"),
        ("`a<b>`", "`a<b>`"),
    ],
)
def test_an_answer_s_markup_is_escaped_in_markdown(text, escaped):
    assert as_markdown([Exchange("t", "q", partial=text, problem="x")]) == (
        f"## q\n\n{escaped}\n\n*x*\n"
    )


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"doi": "10.1/a_b"}, "*T*. doi:10.1/a\\_b"),
        ({"arxiv_id": "2101.1"}, "*T*. arXiv:2101.1"),
        ({"url": "https://e.org/x"}, "*T*. https://e.org/x"),
        ({"url": "javascript:x"}, "*T*"),
        ({"authors": ("A", "B"), "year": 2020}, "A, B. *T*. 2020"),
    ],
)
def test_reference(fields, line):
    assert reference(Paper("p", "T", "a", **fields)) == line


def test_plain_stays_on_its_line():
    assert plain("a\n# b") == "a \\# b"


NOW = datetime(2030, 1, 2, 3, 4, 5, tzinfo=timezone.utc)
OPINION = {"question": "q", "answer": "a", "verdict": "up", "note": "n", "paper_ids": ["p"]}


def test_feedback_is_appended(tmp_path):
    feedback.record(tmp_path / "new", OPINION, NOW)
    feedback.record(tmp_path / "new", OPINION | {"verdict": "down", "note": "é" * 9_000}, NOW)
    lines = (tmp_path / "new" / "feedback.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == [
        OPINION | {"time": "2030-01-02T03:04:05+00:00"},
        OPINION | {"verdict": "down", "note": "é" * 2_000, "time": "2030-01-02T03:04:05+00:00"},
    ]


def test_what_is_said_again_of_an_exchange_is_one_line(tmp_path):
    feedback.record(tmp_path, OPINION | {"id": "t1", "note": ""}, NOW)
    feedback.record(tmp_path, OPINION, NOW)
    feedback.record(tmp_path, OPINION | {"id": "t1", "note": "so\u2028so"}, NOW)
    lines = (tmp_path / "feedback.jsonl").read_bytes().splitlines()
    assert [json.loads(line).get("id") for line in lines] == [None, "t1"]
    assert json.loads(lines[1])["note"] == "so\u2028so"


@pytest.mark.parametrize(
    "change",
    [{"verdict": "so"}, {"verdict": None}, {"question": ""}, {"question": 3}, {"answer": None},
     {"note": []}, {"paper_ids": "p"}, {"paper_ids": [3]}],
)  # fmt: skip
def test_what_is_no_opinion_is_refused(tmp_path, change):
    with pytest.raises(InputError, match="no opinion"):
        feedback.record(tmp_path, OPINION | change, NOW)
    assert not (tmp_path / "feedback.jsonl").exists()
