"""The checker's training: the same network as the program's, trained, exported, reported."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from safetensors.numpy import save_file

from evals.maintain.training_pairs import ANSWERS, SUPPORTS, Data, Example, HeldQuestion
from rag.models.cross_encoder import CrossEncoder, Pair
from tests.tiny_bert import mean_state, small_weights, write_tokenizer

torch = pytest.importorskip("torch", reason="training needs torch")
from evals.maintain import train_checker  # noqa: E402

# A claim is of a graph or of music; a passage supports it where it is of the same.
WORDS = ("graph", "music")
PAIRS = [
    Example(group, task, claim, passage, float(claim == passage), "made")
    for group, (task, claim) in enumerate((t, w) for t in (SUPPORTS, ANSWERS) for w in WORDS)
    for passage in WORDS
]


@pytest.fixture
def base(tmp_path):
    save_file(small_weights(), tmp_path / "model.safetensors")
    write_tokenizer(tmp_path / "tokenizer.json")
    return tmp_path


def network():
    torch.set_num_threads(1)  # two wait for each other where others compute
    torch.manual_seed(0)
    weights = {name: torch.tensor(matrix) for name, matrix in small_weights().items()}
    return train_checker.Net(weights)


def tokenizer(base):
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(base / "tokenizer.json"))


def test_the_network_is_bert_with_a_head_on_the_mean_whatever_else_is_in_the_batch():
    net = network().eval()
    rows = [[2, 4, 3, 5, 6, 3], [2, 7, 3, 8, 3]]
    with torch.inference_mode():
        found = net(*train_checker._padded(rows)).numpy()[:2]  # the rest of a batch is empty
        head = net.head.weight.numpy(), net.head.bias.numpy()
    expected = [mean_state(small_weights(), row) @ head[0].T + head[1] for row in rows]
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_pairs_are_cut_to_what_the_network_reads(base):
    rows = train_checker.token_rows([("graph image", "music"), ("graph " * 300, "robot " * 300)],
                                    tokenizer(base))  # fmt: skip
    assert rows[0] == [101, 4, 5, 102, 7, 102]
    assert (len(rows[1]), rows[1].count(4), rows[1].count(8)) == (160, 80, 77)


def trained(base, out):
    net = network()
    rows = [[2, *(4 if w == "graph" else 7 for w in (e.text, e.passage)), 3] for e in PAIRS]
    course = train_checker.Course(minutes=5, epochs=800, rate=3e-3, end=0.1, seed=1)
    train_checker.train(net, PAIRS, rows, course, out)
    return net, rows


def test_training_puts_true_over_false_and_is_the_same_again(base, tmp_path, capsys):
    net, rows = trained(base, tmp_path / "a.pt")
    again, _ = trained(base, tmp_path / "b.pt")
    assert "189 steps" in capsys.readouterr().out  # 8 pairs of 34 a step, 800 times
    kept = torch.load(tmp_path / "a.pt")
    for name, value in again.state_dict().items():
        assert torch.equal(value, kept[name]), name
    with torch.inference_mode():
        logits = net.eval()(*train_checker._padded(rows)).numpy()
    for group in range(4):  # each has a true pair and a false one
        scores = {e.label: logits[i, e.task] for i, e in enumerate(PAIRS) if e.group == group}
        assert scores[1.0] > scores[0.0] + 1


def test_whether_a_passage_denies_a_claim_is_learned_where_it_is_known(base, tmp_path):
    pairs = [replace(each, kind="wice" if each.group == 1 else "F") for each in PAIRS]
    net = network()
    rows = [[2, *(4 if w == "graph" else 7 for w in (e.text, e.passage)), 3] for e in pairs]
    course = train_checker.Course(minutes=5, epochs=800, rate=3e-3, end=0.1, seed=1)
    train_checker.train(net, pairs, rows, course, tmp_path / "a.pt")
    with torch.inference_mode():
        denials = net.eval()(*train_checker._padded(rows)).numpy()[:, 2]
    assert [train_checker._denied(each) for each in pairs[:4]] == [0.0, 1.0, -1.0, -1.0]
    assert denials[1] > denials[0] + 1
    opened = [replace(PAIRS[1], kind=kind) for kind in ("U", "sci NOT_ENOUGH_INFO", "stranger")]
    assert [train_checker._denied(each) for each in opened] == [0.0, 0.0, 0.0]


def test_what_is_exported_says_the_same_and_is_reported(base, tmp_path):
    net = network().eval()
    out = tmp_path / "out"
    out.mkdir()
    train_checker.export(net, base, out)
    # Ids of the tiny tokenizer end at 8: the program's marks 101 and 102 are not among them.
    import onnxruntime

    session = onnxruntime.InferenceSession(out / "model.onnx", providers=["CPUExecutionProvider"])
    row = [2, 4, 3, 5, 3]
    (found,) = session.run(None, {"ids": np.array([row])})
    with torch.inference_mode():
        expected = net(*train_checker._padded([row])).numpy()[:1, :2]
    np.testing.assert_allclose(found, expected, atol=0.15)  # matrices of seven bits


def test_the_report_counts_what_was_kept_out(monkeypatch, tmp_path):
    logit = {"yes": 2.0, "perhaps": 1.0, "no": -1.0}

    def logits(self, pairs: list[Pair]):
        return np.array([[logit[pair.passage], logit[pair.passage]] for pair in pairs])

    monkeypatch.setattr(CrossEncoder, "__init__", lambda self, folder: None)
    monkeypatch.setattr(CrossEncoder, "logits", logits)
    held = [
        ("T", "yes", 1.0),
        ("F", "no", 0.0),
        ("t", "no", 1.0),
        ("f", "perhaps", 0.0),
        ("U", "no", 0.0),
    ]
    data = Data(
        held_claims=[Example(0, SUPPORTS, "c", p, label, how) for how, p, label in held],
        held_questions=[
            HeldQuestion("q", "N", [0], ["yes", "no"], ["no"]),
            HeldQuestion("q", "P", [0], ["perhaps", "yes"], ["no"]),
            HeldQuestion("q", "X", [], ["perhaps"], ["no"]),
            HeldQuestion("q", "Z", [], ["no"], ["no"]),
            HeldQuestion("q", "O", [], ["yes"], ["perhaps"]),
            HeldQuestion("q", "J", [1, 2], ["no", "yes", "perhaps"], []),
            HeldQuestion("q", "J", [], ["yes"], []),  # none answers
            HeldQuestion("q", "L", [0], ["yes", "no"], []),
            HeldQuestion("q", "L", [0], ["no", "yes"], []),
        ],
    )
    found = train_checker.report(data, tmp_path)
    assert found["claims, T over F"] == 1.0
    assert found["claims, t over f"] == 0.0
    assert found["questions, an answering sentence first"] == 0.5
    assert found["judged ones, an answering sentence first"] == 1.0
    assert found["lists, an answering sentence first"] == 0.5
    assert [found[f"questions, answered over {kind}"] for kind in "XZO"] == [1.0, 1.0, 1.0]


def test_the_mean_of_two_states_lies_between_them():
    before, after = {"w": torch.tensor([1.0, 2.0])}, {"w": torch.tensor([3.0, -2.0])}
    assert train_checker.mean(before, after, 0.25)["w"].tolist() == [1.5, 1.0]
