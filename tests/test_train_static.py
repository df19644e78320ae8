"""The training of the static vectors; it needs torch, which the program does not."""

from __future__ import annotations

import random

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the training needs torch")

from evals.maintain import train_static  # noqa: E402


def ids(*numbers: int) -> np.ndarray:
    return np.array(numbers, dtype=np.int64)


def test_a_text_comes_nearer_to_its_paper(monkeypatch):
    """Token 8 asks for what token 0 says; at first it is as near to the paper of token 1."""
    monkeypatch.setattr(train_static, "BATCH", 4)
    monkeypatch.setattr(train_static, "MADE", 0.25)
    monkeypatch.setattr(train_static, "RATE", 0.05)
    monkeypatch.setattr(train_static, "KEPT", 1.0)
    monkeypatch.setattr(train_static, "SHORTEST", 40)
    table = np.zeros((10, 4), dtype=np.float32)
    table[:8] = np.tile(np.eye(4, dtype=np.float32), (2, 1))
    table[8:] = 0.5
    titles = [ids(token) for token in range(4)]
    texts = [ids(*[token, token + 4] * 25) for token in range(4)]
    learned = torch.nn.Parameter(torch.tensor(table))
    pairs = [(ids(8), 0), (ids(8, 8), 0), (ids(9), 1), (ids(9, 9), 1)]
    train_static.train(learned, pairs, titles, texts, 0.02, random.Random(1))
    papers = train_static._means(learned, texts)
    asked = train_static._means(learned, [ids(8), ids(9)])
    assert (asked @ papers.T).argmax(1).tolist() == [0, 1]


def test_a_stretch_is_taken_out_of_its_text():
    title, text = ids(90, 91), ids(*range(60))
    for seed in range(20):
        asked, rest = train_static._of_itself(title, text, random.Random(seed))
        assert 12 <= len(asked) <= 40  # a title of two tokens tells too little
        first = int(asked[0])
        assert asked.tolist() == list(range(first, first + len(asked)))
        assert sorted([*asked.tolist(), *rest.tolist()]) == list(range(60))
    long = ids(90, 91, 92, 93)
    some = [train_static._of_itself(long, text, random.Random(seed)) for seed in range(20)]
    assert any(asked is long and rest is text for asked, rest in some)


def test_means_have_length_one_and_tokens_left_out_are_few():
    table = torch.tensor([[3.0, 0.0], [0.0, 4.0]])
    assert train_static._means(table, [ids(0), ids(0, 0, 1)]).tolist() == [
        [1.0, 0.0],
        pytest.approx([0.83205, 0.5547], abs=1e-4),
    ]
    chance = np.random.default_rng(1)
    assert len(train_static._thinned(ids(*range(1000)), chance)) == pytest.approx(850, abs=50)
    assert [len(train_static._thinned(ids(1), chance)) for _ in range(50)] == [1] * 50
