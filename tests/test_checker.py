"""A user's own checker: a cross-encoder in a folder, a server that ranks, and what goes wrong."""

from __future__ import annotations

import json

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from rag.cli import main
from rag.errors import ModelError, SettingsError
from rag.receipts import checker
from rag.receipts.support import judge
from rag.settings import Settings, load_settings, without_secrets
from rag.types import Paper
from tests.fake_openai import JSON, FakeOpenAI, Reply, fail

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "tea", "calms", "coffee", "wakes"]
KEY = "planted-key-4711"


@pytest.fixture(autouse=True)
def built_in_again():
    yield
    checker.use(Settings(checker=None))  # whatever the environment still says


def write_network(folder, columns=(1,), inputs=("input_ids", "attention_mask", "token_type_ids")):
    """Write a network whose logit counts the word "calms" in the pair, times each of columns."""
    folder.mkdir(exist_ok=True)
    table = np.zeros((200, len(columns)), dtype=np.float32)  # our own kind has [SEP] at 102
    table[WORDS.index("calms")] = columns
    whole = ["batch", "length"]
    nodes = [
        helper.make_node("Gather", ["table", inputs[0]], ["each"]),
        helper.make_node("ReduceSum", ["each", "axis"], ["logits"], keepdims=0),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(name, TensorProto.INT64, whole) for name in inputs],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", len(columns)])],
        [
            numpy_helper.from_array(table, "table"),
            numpy_helper.from_array(np.array([1], dtype=np.int64), "axis"),
        ],
    )
    opset = [helper.make_opsetid("", 18)]
    model = helper.make_model(graph, opset_imports=opset, ir_version=9)
    onnx.save(model, folder / "model.onnx")
    tokenizer = Tokenizer(models.WordLevel({word: i for i, word in enumerate(WORDS)}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[("[CLS]", 2), ("[SEP]", 3)],
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder


def checked(claim, passages, **settings):
    checker.use(load_settings(**settings))
    return checker.check(claim, passages).tolist()


PASSAGES = ["tea calms and calms", "coffee wakes", *["tea calms"] * 20]
COUNTS = [3.0, 1.0, *[2.0] * 20]


@pytest.mark.parametrize(
    "inputs", [("input_ids", "attention_mask"), ("input_ids", "attention_mask", "token_type_ids")]
)
def test_a_folder_with_one_logit(tmp_path, inputs):
    folder = write_network(tmp_path / "net", inputs=inputs)
    assert checked("tea calms", PASSAGES, checker=str(folder)) == COUNTS
    assert checker.check("tea calms", []).tolist() == []
    assert checked("tea calms" + " tea" * 900, ["tea"], checker=str(folder)) == [1.0]  # cut


def test_a_folder_of_our_own_kind(tmp_path):
    folder = write_network(tmp_path / "net", columns=(1, -1), inputs=("ids",))
    assert checked("tea calms", PASSAGES, checker=str(folder)) == COUNTS


def test_of_several_logits_the_one_for_support_counts(tmp_path):
    folder = write_network(tmp_path / "net", columns=(-1, 0, 1))
    labels = {"0": "contradiction", "1": "neutral", "2": "ENTAILMENT"}
    (folder / "config.json").write_text(json.dumps({"id2label": labels}))
    (logit,) = checked("tea", ["tea calms"], checker=str(folder))
    assert logit == pytest.approx(1 - np.log(1 + np.exp(-1)), abs=1e-5)
    labels = {"0": "not_entailment", "1": "entailment", "2": "other"}
    (folder / "config.json").write_text(json.dumps({"id2label": labels}))
    checker.use(load_settings())
    (logit,) = checked("tea", ["tea calms"], checker=str(folder))
    assert logit == pytest.approx(-np.log(np.exp(-1) + np.exp(1)), abs=1e-5)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda folder: (folder / "model.onnx").unlink(), "has no model.onnx"),
        (lambda folder: (folder / "tokenizer.json").unlink(), "has no tokenizer.json"),
        (lambda folder: (folder / "model.onnx").write_bytes(b"no"), "cannot be read"),
        (lambda folder: write_network(folder, inputs=("pixels",)), "takes no input_ids"),
        (lambda folder: write_network(folder, columns=(1, 2)), "gives several logits"),
    ],
)
def test_a_folder_without_a_checker_is_one_line(tmp_path, spoil, message):
    spoil(write_network(tmp_path / "net"))
    checker.use(load_settings(checker=str(tmp_path / "net")))
    with pytest.raises(ModelError, match=message) as error:
        checker.ready()
    assert "\n" not in str(error.value)


def test_a_name_that_is_nothing_is_refused():
    with pytest.raises(SettingsError, match=r"RAG_CHECKER is no folder \(nowhere\); name one"):
        load_settings(checker="nowhere")
    with pytest.raises(SettingsError, match="RAG_CHECKER is no address"):
        load_settings(checker="http://")


def ranking(scores):
    found = [{"index": i, "relevance_score": score} for i, score in enumerate(scores)]
    return Reply([json.dumps({"results": found[::-1]}).encode()], headers=JSON)


def by_length(request):
    if request.path.endswith("/models"):
        return Reply([b'{"data": [{"id": "ranker"}]}'], headers=JSON)
    assert (request.path, request.body["model"]) == ("/v1/rerank", "ranker")
    assert request.headers["Authorization"] == f"Bearer {KEY}"
    return ranking([0.5 if "tea" in text else 0.0 for text in request.body["documents"]])


def test_a_server_ranks():
    with FakeOpenAI(by_length) as server:
        named = {"checker": server.base_url, "checker_key": KEY}
        assert checked("Tea calms.", ["coffee", "tea"], **named) == [-8.0, 0.0]


def test_scores_outside_0_to_1_are_logits():
    def script(request):
        return ranking([float(len(text)) for text in request.body.get("documents", [])])

    with FakeOpenAI(script) as server:
        assert checked("Tea.", ["four", "1"], checker=server.base_url) == [4.0, 1.0]


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (fail(401, f"You sent {KEY}."), "refused"),
        (Reply([b"{}"], headers=JSON), "sent no ranking"),
        (Reply([b"<html>"], headers=JSON), "sent no ranking"),
        (ranking([]), "sent no ranking"),
        (ranking([float("nan")]), "sent no ranking"),
    ],
)
def test_a_server_that_does_not_rank_is_one_line(reply, message):
    with FakeOpenAI(lambda request: reply) as server:
        checker.use(load_settings(checker=server.base_url, checker_key=KEY))
        with pytest.raises(ModelError, match=f"the checker at 127.0.0.1:[0-9]+ {message}") as error:
            checker.ready()
    assert KEY not in str(error.value)


def test_a_dead_server_is_one_line():
    with FakeOpenAI(by_length) as server:
        gone = server.base_url
    checker.use(load_settings(checker=gone))
    with pytest.raises(ModelError, match="cannot be reached"):
        checker.ready()


def test_the_words_decide_where_a_server_fails_later(caplog):
    replies = iter([ranking([0.9]), ranking([0.9]), *[fail(500, "no")] * 9])
    paper = Paper("t", "Tea", "Green tea calms the nerves of 40 adults.")
    with FakeOpenAI(lambda request: next(replies)) as server:
        checker.use(load_settings(checker=server.base_url))
        checker.ready()
        verdict = judge("Green tea often calms the nerves of 40 adults.", [paper])
    assert verdict.evidence.quote == paper.abstract
    assert "refused (HTTP 500); check RAG_CHECKER; the words alone decide" in caplog.text


def test_the_command_says_which_checker_is_in_force(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAG_EMBEDDER", "static")
    assert main(["info", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["checker"] == "built in"
    monkeypatch.setenv("RAG_CHECKER", f"http://me:{KEY}@localhost:1/v1")
    assert main(["info"]) == 0
    printed = capsys.readouterr()
    assert "checker: server localhost:1" in printed.out
    assert KEY not in printed.out + printed.err
    assert without_secrets(f"a {KEY}") == "a [key]"
    (tmp_path / "pairs.jsonl").write_text('{"claim": "Tea calms us.", "abstract": "Tea calms."}\n')
    assert main(["verify", "pairs.jsonl"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: the checker at localhost:1 cannot be reached")
