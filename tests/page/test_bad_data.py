"""What is sent to the page's functions by others than its script: refused, never a failure."""

from __future__ import annotations

import itertools
import json
import random

import httpx
import pytest

FUNCTIONS = ["show_chat", "save_chat", "cite_papers", "find_papers", "rate_answer"]
ODD = [
    None, True, 0, -1, 1e308, "", "x", "\ud800", "\0", [], {}, [None], [[]], {"exchanges": 1},
    {"exchanges": [None, 1, "x", {}, {"question": 3}]}, {"ids": 7}, {"ids": ["nothing"]},
    {"ids": [None, {}, "\ud800"]}, {"ids": ["x"] * 6_000}, {"query": {}}, {"query": "x" * 10**5},
    {"query": "graph", "most": "many"}, {"most": 10**30}, {"most": None}, {"from": "x"},
    {"from": [1]}, {"venue": "\ud800"}, {"venue": "v" * 10**4}, {"verdict": "up"},
    {"verdict": "up", "question": "q", "paper_ids": {}}, {"form": [], "exchanges": {}},
    {"exchanges": [{"question": "q", "answer": {"sentences": 3}}]}, [[[[[]]]]] * 3,
]  # fmt: skip


@pytest.fixture(scope="module")
def call(site):
    config = httpx.get(f"{site.url}config").json()
    live = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == "live")

    def made(function, data, **changed):
        body = {"component_id": live, "fn_name": function, "session_hash": "s", "data": data}
        return httpx.post(
            f"{site.url}gradio_api/component_server",
            content=json.dumps({**body, **changed}),
            headers={"content-type": "application/json"},
            timeout=60,
        )

    return made


@pytest.mark.parametrize("function", FUNCTIONS)
def test_odd_data_is_no_failure(call, function):
    for data in ODD:
        answer = call(function, data)
        assert answer.status_code in (200, 422), (data, answer.text[:200])


@pytest.mark.parametrize("function", FUNCTIONS)
def test_damaged_data_is_no_failure(call, function):
    random.seed(4711)
    whole = {"exchanges": [{"question": "q", "answer": {}}], "ids": ["graphmix"], "most": 3}
    for _ in range(40):
        text = list(json.dumps({**whole, "query": "graph", "verdict": "up", "question": "q"}))
        for at, _ in itertools.product(range(random.randrange(3)), range(2)):
            text[random.randrange(len(text))] = random.choice('{}[]",:0x') or str(at)
        try:
            data = json.loads("".join(text))
        except ValueError:
            data = "".join(text)
        assert call(function, data).status_code in (200, 422), data


def test_a_call_of_nothing_is_refused(call, site):
    assert call("no_such", {}).status_code == 404
    assert call("show_chat", {}, component_id="x").status_code == 400
    assert call("show_chat", {}, component_id=10**9).status_code == 400
    assert call("show_chat", {}, session_hash=None).status_code == 400
    for body in (b"", b"[]", b"{", b"\xff", b"[" * 100_000):
        for route in ("component_server", "queue/join"):
            kind = {"content-type": "application/json"}
            answer = httpx.post(f"{site.url}gradio_api/{route}", content=body, headers=kind)
            assert answer.status_code == 400
