"""Vectors: against plain numpy, against a small server, and, where fetched, the real weights."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from conftest import CountingEmbedding
from llama_index.core.base.embeddings.base import BaseEmbedding
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from rag.errors import ModelError, ModelUnavailable, SettingsError
from rag.models import embedders, local_embedders
from rag.models.embedders import (
    dimension,
    embed,
    embed_kept,
    embed_query,
    identity,
    open_embedder,
    resolve_embedder,
)
from rag.models.local_embedders import MiniLM, Static
from rag.models.minilm import build_encoder, quantise
from rag.models.weights import model_folder
from rag.settings import load_settings
from tests.fake_openai import HANG, JSON, FakeOpenAI, Reply, fail, in_turn, vectors
from tests.tiny_bert import HIDDEN, WORDS, mean_state, small_weights, write_tokenizer

TEXTS = [[2, 4, 3], [2, 5, 6, 7, 3], [2, 8, 3], [2, 7, 6, 5, 3], [2, 3]]


def run(model, ids):
    session = onnxruntime.InferenceSession(model.SerializeToString())
    return session.run(None, {"ids": np.array(ids)})[0]


def same(found, wanted):
    """Equal but for the order of sums, which may tip one whole number into the next."""
    np.testing.assert_allclose(found, wanted, rtol=0, atol=5e-3)


class TestTheGraph:
    def test_float32_gives_what_numpy_gives(self):
        weights = small_weights()
        model = build_encoder(weights, int8=False)
        for ids in [*TEXTS, [2, *[4, 5, 6] * 90, 3]]:
            np.testing.assert_allclose(
                run(model, [ids])[0], mean_state(weights, ids), rtol=0, atol=2e-5
            )

    def test_int8_is_near_float32(self):
        weights = small_weights()
        model = build_encoder(weights)
        for ids in TEXTS:
            found, exact = run(model, [ids])[0], mean_state(weights, ids)
            cosine = found @ exact / np.linalg.norm(found) / np.linalg.norm(exact)
            assert cosine > 0.995

    def test_int8_vectors_do_not_depend_on_the_batch(self):
        model = build_encoder(small_weights())
        together = run(model, [TEXTS[1], TEXTS[3]])
        same(together, [run(model, [TEXTS[i]])[0] for i in (1, 3)])

    def test_whole_numbers_and_scales_give_the_matrix_back(self):
        matrix = np.random.default_rng(1).normal(size=(30, 7))
        values, scales = quantise(matrix, 64)
        assert values.dtype == np.int8
        assert np.abs(values).max(axis=0).tolist() == [64] * 7
        assert (np.abs(values * scales - matrix) <= scales / 2 * 1.001).all()

    def test_products_cannot_overflow_sixteen_bits(self):
        """Two products are summed in 16 bits on processors without VNNI."""
        from onnx import numpy_helper

        model = build_encoder(small_weights())
        arrays = {c.name: numpy_helper.to_array(c) for c in model.graph.initializer}
        matrices = [a for n, a in arrays.items() if n.endswith(".matrix")]
        assert len(matrices) == 12
        assert all(int(np.abs(a.astype(int)).max()) * 2 * 255 < 2**15 for a in matrices)


@pytest.fixture
def small(tmp_path):
    """MiniLM's class over a small model."""
    (tmp_path / "model.onnx").write_bytes(build_encoder(small_weights()).SerializeToString())
    write_tokenizer(tmp_path / "tokenizer.json")
    return MiniLM(tmp_path)


class TestMiniLM:
    def test_a_text_keeps_its_place_and_its_vector(self, small):
        random = np.random.default_rng(2)
        texts = [" ".join(random.choice(WORDS[4:], size=n)) for n in random.integers(1, 60, 150)]
        alone = [small.encode([text])[0] for text in texts]
        same(small.encode(texts), alone)

    def test_windows_do_not_change_vectors(self, small, monkeypatch):
        texts = [" ".join(WORDS[4 : 5 + i % 4]) for i in range(11)]
        whole = small.encode(texts)
        monkeypatch.setattr(local_embedders, "WINDOW", 3)
        monkeypatch.setattr(local_embedders, "BATCH_TOKENS", 4)
        same(small.encode(texts), whole)

    def test_reads_256_pieces(self, small):
        text = "graph image " * 127
        assert np.array_equal(small.encode([text]), small.encode([text + "robot robot"]))
        assert not np.array_equal(small.encode([text]), small.encode([text.rsplit(" ", 2)[0]]))

    def test_is_a_llama_index_embedding(self, small):
        assert isinstance(small, BaseEmbedding)
        expected = embed(small, ["graph", "music robot"]).tolist()
        assert small.get_text_embedding_batch(["graph", "music robot"]) == expected
        assert small.get_query_embedding("graph") == expected[0]
        assert asyncio.run(small.aget_query_embedding("graph")) == expected[0]
        assert (identity(small), dimension(small)) == ("minilm", HIDDEN)

    def test_a_damaged_model_is_one_line(self, tmp_path):
        (tmp_path / "model.onnx").write_bytes(b"nonsense")
        with pytest.raises(ModelError) as caught:
            MiniLM(tmp_path)
        assert str(caught.value) == (
            f"the model in {tmp_path} cannot be read; delete that folder and run "
            "`rag models get minilm` to bring it"
        )

    @pytest.mark.parametrize(
        ("lengths", "batches"),
        [
            ([], []),
            ([3], [[0]]),
            ([240, 5, 240, 5, 240], [[0, 2], [4], [1, 3]]),
            ([501, 501], [[0], [1]]),
            ([250, 250, 250], [[0, 1], [2]]),
        ],
    )
    def test_batches_hold_one_length(self, lengths, batches):
        assert local_embedders._batches(lengths) == batches


@pytest.fixture(scope="module")
def static():
    return Static()


class TestStatic:
    def test_is_the_mean_of_the_token_vectors(self, static):
        """As WordLlama 0.4 pools: the whole text's tokens, without marks, each counting once."""
        folder = Path(find_spec("wordllama").submodule_search_locations[0])
        table = load_file(folder / "weights" / "l2_supercat_256.safetensors")["embedding.weight"]
        tokenizer = Tokenizer.from_file(
            str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json")
        )
        texts = [
            "Attention is all you need.",
            "BM25 ranks (k1=1.2, b=0.75) — a naïve baseline; 自然言語処理 and emoji 🙂 too!",
            "x",
            "pneumonoultramicroscopicsilicovolcanoconiosis " * 40 + "end",
        ]
        for text, found in zip(texts, static.encode(texts), strict=True):
            ids = tokenizer.encode(text, add_special_tokens=False).ids
            exact = table[ids].astype(np.float64).mean(axis=0)
            np.testing.assert_allclose(found, exact, rtol=0, atol=1e-6)

    def test_white_space_is_one_space(self, static):
        rows = static.encode(["deep nets", " deep\n\tnets  ", "deep\u00a0nets"])
        assert rows[0].tolist() == rows[1].tolist() == rows[2].tolist()

    def test_known_cosines(self, static):
        rows = embed(
            static,
            ["neural machine translation", "translating with neural networks", "protein folding"],
        )
        assert rows @ rows[0] == pytest.approx([1.0, 0.664, 0.016], abs=1e-2)

    def test_forgetting_words_changes_nothing(self, static, monkeypatch):
        texts = [f"word{i} and word{i + 1}" for i in range(20)]
        before = static.encode(texts)
        monkeypatch.setattr(local_embedders, "REMEMBERED", 3)
        monkeypatch.setattr(local_embedders, "WINDOW", 4)
        assert np.array_equal(static.encode(texts), before)
        assert len(static._known) <= 8

    def test_a_giant_text(self, static):
        once, often = static.encode(["graph", "graph " * 20_000])
        np.testing.assert_allclose(often, once, rtol=0, atol=1e-6)

    def test_missing_weights_are_one_line(self, monkeypatch):
        monkeypatch.setattr(local_embedders, "find_spec", lambda name: None)
        with pytest.raises(ModelError) as caught:
            Static()
        assert str(caught.value) == (
            "the static word vectors are missing; run `pip install --force-reinstall wordllama`"
        )

    def test_a_table_is_read_as_it_was_written(self, static, tmp_path):
        """Bytes by a scale for each token: the greatest value is met, the others to 1/254 of it."""
        table = np.zeros((32_000, 256), dtype=np.float32)
        ids = static.ids("deep nets")
        table[ids[0], :3] = [127.0, -63.4, 0.6]
        table[ids[1], :2] = [0.0, -2.54]
        local_embedders.write_table(table, tmp_path / "table")
        written = Static(tmp_path / "table")
        assert written.table[ids[0], :4].tolist() == [127.0, -63.0, 1.0, 0.0]
        (row,) = written.encode(["deep nets"])
        exact = written.table[ids].mean(axis=0)
        np.testing.assert_allclose(row, exact, rtol=0, atol=1e-6)
        assert row[1] == pytest.approx((-63.0 - 2.54) / len(ids), abs=1e-5)

    @pytest.mark.parametrize("content", [None, b"", b"no table"])
    def test_a_table_that_cannot_be_read_is_one_line(self, content, tmp_path):
        file = tmp_path / "table"
        if content is not None:
            file.write_bytes(content)
        with pytest.raises(ModelError) as caught:
            Static(file)
        assert str(caught.value) == (
            f"the vectors in {file} cannot be read; install the package again"
        )

    def test_the_table_that_finds_papers_knows_what_is_asked_for(self):
        """Told by meaning alone: not one word is shared."""
        question, *papers = embed(
            local_embedders.static(),
            [
                "why do chatbots make things up",
                "Hallucination: large language models generate unfaithful text",
                "A treebank of Old Church Slavonic",
            ],
        )
        assert papers[0] @ question > papers[1] @ question + 0.1

    def test_nothing_heavy_is_imported_for_it(self):
        program = (
            "import sys, logging; from rag.models.local_embedders import Static; "
            "Static().encode(['a']); "
            "print(sorted({m.split('.')[0] for m in sys.modules} "
            "& {'wordllama', 'onnxruntime', 'onnx', 'torch', 'openai', 'huggingface_hub'}), "
            "logging.getLogger().handlers)"
        )
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        )
        assert done.stdout == "[] []\n"


class TestEmbed:
    def test_rows_have_length_one(self, embedder):
        rows = embed(embedder, ["graph graph image", "music robot"])
        assert rows.dtype == np.float32
        root5, root2 = 5**-0.5, 2**-0.5
        assert rows == pytest.approx(
            np.array([[2 * root5, root5, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, root2, 0, root2]])
        )

    def test_texts_without_a_word_are_zero_and_never_sent(self, embedder):
        rows = embed(embedder, ["", "graph", " \n"])
        assert rows.tolist() == [[0] * 8, [1] + [0] * 7, [0] * 8]
        assert embedder.texts == ["graph"]

    def test_a_text_without_a_known_word_is_zero(self, embedder):
        assert embed(embedder, ["nothing"]).tolist() == [[0] * 8]
        assert embed_query(embedder, "nothing").tolist() == [0] * 8

    @pytest.mark.parametrize("texts", [[], [" "]])
    def test_nothing_has_the_right_shape(self, embedder, static, texts):
        assert embed(embedder, texts).shape == (len(texts), 8)
        assert embed(static, texts).shape == (len(texts), 256)

    def test_a_question(self, embedder, static):
        assert embed_query(embedder, "image").tolist() == [0, 1] + [0] * 6
        assert embed_query(embedder, " ").tolist() == [0] * 8
        assert embed_query(static, "image").tolist() == embed(static, ["image"])[0].tolist()

    def test_texts_that_come_again_are_embedded_once(self, embedder):
        texts = ["graph", " ", "image image", "graph"]
        for _ in range(2):
            rows = embed_kept(embedder, texts)
            assert rows.tolist() == embed(embedder, texts).tolist()
        # Once kept; twice by `embed` itself, which keeps nothing.
        assert embedder.texts.count("image image") == 3
        assert embed_kept(embedder, []).shape == (0, 8)

    def test_the_oldest_text_is_forgotten_first(self, embedder, monkeypatch):
        monkeypatch.setattr(embedders, "_MOST_KEPT", 2)
        for text in ("graph", "image", "speech", "image", "graph"):
            embed_kept(embedder, [text])
        assert embedder.texts == ["graph", "image", "speech", "graph"]

    def test_what_is_kept_belongs_to_one_embedder(self, embedder):
        other = CountingEmbedding(model_name="counting", texts=[])
        embed_kept(embedder, ["graph"])
        embed_kept(other, ["graph"])
        assert (embedder.texts, other.texts) == (["graph"], ["graph"])
        number = id(other)
        del other
        assert number not in embedders._kept

    def test_names(self, embedder, static):
        assert (identity(embedder), dimension(embedder)) == ("counting", 8)
        assert (identity(static), dimension(static)) == ("static", 256)

    @pytest.mark.parametrize("value", [float("nan"), float("inf")])
    def test_no_number(self, value, embedder, monkeypatch):
        monkeypatch.setattr(type(embedder), "_get_text_embedding", lambda self, text: [1.0, value])
        with pytest.raises(ModelError, match=r"vector without a value; choose another model$"):
            embed(embedder, ["a"])


class TestChoosing:
    def test_auto_is_minilm_where_present(self, tmp_path, monkeypatch):
        settings = load_settings(models=tmp_path)
        assert resolve_embedder(settings) == (
            "static",
            "using static word vectors; for a better search run `rag models get minilm` "
            "to bring it",
        )
        monkeypatch.setattr(embedders, "model_folder", lambda name, folder: folder / name)
        assert resolve_embedder(settings) == ("minilm", None)

    @pytest.mark.parametrize("name", ["minilm", "static", "openai"])
    def test_a_choice_is_kept(self, tmp_path, name):
        assert resolve_embedder(load_settings(embedder=name, models=tmp_path)) == (name, None)

    def test_minilm_that_is_not_there(self, tmp_path):
        with pytest.raises(ModelError) as caught:
            open_embedder("minilm", load_settings(models=tmp_path))
        assert str(caught.value) == (
            f"the minilm embedder is not in {tmp_path}; run `rag models get minilm` to bring it"
        )

    def test_openai_without_a_key(self):
        with pytest.raises(SettingsError) as caught:
            open_embedder("openai", load_settings())
        assert str(caught.value) == (
            "the openai embedder needs a key; set OPENAI_API_KEY or OPENAI_BASE_URL"
        )

    def test_static(self):
        assert identity(open_embedder("static", load_settings())) == "static:2"
        assert identity(open_embedder("static", load_settings(), "static")) == "static"


KEY = "sk-secret-0123456789"
SOON = {"retry-after-ms": "1"}


def served(server, **more):
    values = {"OPENAI_BASE_URL": server.base_url, "OPENAI_API_KEY": KEY, "retries": 0} | more
    return open_embedder("openai", load_settings(**values))


def lengths(request):
    """A vector a text: its length in characters, and one."""
    return vectors([len(text), 1] for text in request.body["input"])


class TestOpenAI:
    def test_texts_go_in_batches_and_come_back_in_order(self):
        with FakeOpenAI(lengths) as server:
            rows = embed(served(server, embedding_model="m"), ["x" * n for n in range(1, 34)])
        assert [len(request.body["input"]) for request in server.requests] == [32, 1]
        assert {request.path for request in server.requests} == {"/v1/embeddings"}
        assert {request.body["model"] for request in server.requests} == {"m"}
        assert {r.headers["authorization"] for r in lowered(server)} == {f"Bearer {KEY}"}
        assert (rows[:, 0] / rows[:, 1]).round(3).tolist() == list(range(1, 34))

    def test_its_name_and_dimension(self):
        with FakeOpenAI(lengths) as server:
            opened = served(server)
            assert identity(opened) == "openai:text-embedding-3-small"
            assert server.requests == []
            assert (dimension(opened), dimension(opened)) == (2, 2)
        assert len(server.requests) == 1

    def test_a_question_is_sent_once(self):
        with FakeOpenAI(lengths) as server:
            vector = embed_query(served(server), "abc")
        assert vector.tolist() == pytest.approx([0.9486833, 0.3162278])
        assert [request.body["input"] for request in server.requests] == [["abc"]]

    @pytest.mark.parametrize("status", [408, 429, 500, 503])
    def test_passing_failures_are_tried_again(self, status):
        replies = [fail(status, headers=SOON), fail(status, headers=SOON), vectors([[3, 4]])]
        with FakeOpenAI(in_turn(*replies)) as server:
            rows = embed(served(server, retries=2), ["a"])
        assert rows.tolist() == [[pytest.approx(0.6), pytest.approx(0.8)]]
        assert len(server.requests) == 3

    def test_retry_after_is_kept_when_tries_run_out(self):
        reply = fail(429, headers={"retry-after": "7", "x-should-retry": "false"})
        with FakeOpenAI(in_turn(reply)) as server, pytest.raises(ModelUnavailable) as caught:
            embed(served(server), ["a"])
        assert caught.value.retry_after == 7
        assert len(server.requests) == 1

    def test_tries_are_counted_once(self):
        with (
            FakeOpenAI(in_turn(fail(500, headers=SOON))) as server,
            pytest.raises(ModelUnavailable, match="HTTP 500"),
        ):
            embed(served(server, retries=3), ["a"])
        assert len(server.requests) == 4

    @pytest.mark.parametrize(
        ("reply", "kind", "words"),
        [
            (fail(401, f"Incorrect API key provided: {KEY}"), ModelError, "OPENAI_API_KEY"),
            (fail(400, f"bad {KEY}\nrequest"), ModelError, "bad [key] request"),
            (fail(404, "The model `m` does not exist"), ModelError, "RAG_EMBEDDING_MODEL"),
            (fail(400, "maximum context length is 8192"), ModelError, "shorten it"),
            (fail(429, "quota", code="insufficient_quota"), ModelError, "quota"),
            (Reply([b"<html>hello</html>"], headers={"content-type": "text/html"}), ModelError, ""),
            (Reply([b"{"], headers=JSON), ModelError, ""),
            (Reply([b"[]"], headers=JSON), ModelError, ""),
            (vectors([]), ModelError, ""),
            (vectors([[1, 2], [1, 2]]), ModelError, "unequal length or number"),
            (vectors([[]]), ModelError, "unequal length or number"),
        ],
    )
    def test_failures_are_one_line_without_the_key(self, reply, kind, words):
        with FakeOpenAI(in_turn(reply)) as server, pytest.raises(kind) as caught:
            embed(served(server, embedding_model="m"), ["a"])
        said = str(caught.value)
        assert words in said
        assert said.startswith(("the embedding model m at 127.0.0.1", "a text is longer",
                                "the account at the embedding model m",
                                "the embedding model gave"))  # fmt: skip
        assert ";" in said
        assert "\n" not in said
        assert KEY not in said
        assert "RAG_LLM_MODEL" not in said
        assert len(server.requests) == 1

    def test_vectors_of_two_lengths(self):
        with FakeOpenAI(in_turn(vectors([[1, 2], [1, 2, 3]]))) as server, pytest.raises(ModelError):
            embed(served(server), ["a", "b"])

    def test_a_server_that_hangs(self):
        with (
            FakeOpenAI(in_turn(Reply([HANG]))) as server,
            pytest.raises(ModelUnavailable, match=r"did not answer in time"),
        ):
            embed(served(server, timeout=0.2), ["a"])

    def test_a_server_that_is_down(self):
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{held.getsockname()[1]}/v1"
            settings = load_settings(OPENAI_BASE_URL=url, retries=0)
            with pytest.raises(ModelUnavailable, match="cannot be reached"):
                embed(open_embedder("openai", settings), ["a"])

    def test_errors_are_ours_in_every_way_of_asking(self):
        with FakeOpenAI(in_turn(fail(401))) as server:
            opened = served(server)
            for ask in (opened.get_query_embedding, opened.get_text_embedding):
                with pytest.raises(ModelError, match="OPENAI_API_KEY"):
                    ask("a")
            for awaited in (opened.aget_query_embedding, opened.aget_text_embedding):
                with pytest.raises(ModelError, match="OPENAI_API_KEY"):
                    asyncio.run(awaited("a"))
            with pytest.raises(ModelError, match="OPENAI_API_KEY"):
                asyncio.run(opened.aget_text_embedding_batch(["a", "b"]))

    def test_the_key_is_not_shown(self):
        with FakeOpenAI(lengths) as server:
            opened = served(server)
            embed(opened, ["a"])
        for shown in (repr(opened), str(opened), json.dumps(opened.to_dict())):
            assert KEY not in shown

    def test_without_a_key_a_server_of_ones_own_is_asked(self):
        with FakeOpenAI(lengths) as server:
            settings = load_settings(OPENAI_BASE_URL=server.base_url)
            rows = embed(open_embedder("openai", settings), ["a"])
        assert rows.shape == (1, 2)
        assert lowered(server)[0].headers["authorization"] == "Bearer none"


def lowered(server):
    """The requests with the names of their headers in small letters."""
    for request in server.requests:
        for name in list(request.headers):
            request.headers[name.lower()] = request.headers.pop(name)
    return server.requests


@pytest.fixture(scope="module")
def real():
    """The weights where this user's `rag models get minilm` put them."""
    home = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    folder = model_folder("minilm", Path(home) / "rag" / "models")
    if folder is None:
        pytest.skip("needs the MiniLM weights: run `rag models get minilm`")
    return MiniLM(folder)


class TestTheRealWeights:
    def test_known_cosines(self, real):
        """In float32 these are 0.7553, -0.1050 and -0.0610."""
        rows = embed(
            real,
            ["A man is eating food.", "A man is eating a piece of bread.",
             "The girl is carrying a baby."],
        )  # fmt: skip
        cosines = [rows[0] @ rows[1], rows[0] @ rows[2], rows[1] @ rows[2]]
        assert cosines == pytest.approx([0.7553, -0.1050, -0.0610], abs=2e-2)

    def test_a_text_has_one_vector(self, real):
        texts = [
            "graph neural networks " * n + ending
            for n in (1, 5, 20)
            for ending in ("", "for molecules", "for traffic")
        ]
        together = real.encode(texts * 3)
        same(together[:9], [real.encode([text])[0] for text in texts])

    def test_its_size(self, real):
        assert (identity(real), dimension(real)) == ("minilm", 384)
