"""What is used beyond the public names of libraries: one line says what a newer one broke."""

from __future__ import annotations

import contextlib
import importlib
import importlib.metadata
import importlib.util
import inspect
import json
import re
import sqlite3
from pathlib import Path

import chromadb
import gradio as gr
import pytest
import tantivy
from chromadb.config import Settings as ChromaSettings
from gradio.routes import App

from rag.index.chroma_files import Graph
from rag.index.lexical import _ENDINGS

ROOT = Path(__file__).parents[1]
# package -> the files that rely on more than its public names
RELIED_ON = {
    "chromadb": "rag/index/chroma_files.py, rag/index/store.py",
    "gradio": "ui/app.py, ui/page.js, ui/library.js",
    "llama-index": "rag/text/tokens.py",
    "llama-index-embeddings-openai-like": "rag/models/served_embedder.py",
    "llama-index-llms-openai-like": "rag/models/served_llm.py",
    "tantivy": "rag/index/lexical.py",
    "tiktoken": "rag/text/tokens.py",
    "wordllama": "rag/models/local_embedders.py",
}
NAMES = [
    ("chromadb", "chromadb.api.rust:RustBindingsAPI"),
    ("gradio", "gradio.events:api"),
    ("gradio", "gradio.events:EventData.__init__"),
    ("llama-index-llms-openai-like", "llama_index.llms.openai_like:OpenAILike._stream_chat"),
    ("llama-index-llms-openai-like", "llama_index.llms.openai_like:OpenAILike._get_client"),
    ("llama-index-llms-openai-like", "llama_index.llms.openai_like:OpenAILike._get_model_kwargs"),
    (
        "llama-index-llms-openai-like",
        "llama_index.llms.openai_like:OpenAILike._get_credential_kwargs",
    ),
    (
        "llama-index-llms-openai-like",
        "llama_index.llms.openai_like:OpenAILike._get_response_token_counts",
    ),
    ("llama-index-llms-openai-like", "llama_index.llms.openai.utils:to_openai_message_dicts"),
    (
        "llama-index-embeddings-openai-like",
        "llama_index.embeddings.openai_like:OpenAILikeEmbedding._get_credential_kwargs",
    ),
    (
        "llama-index-embeddings-openai-like",
        "llama_index.embeddings.openai_like:OpenAILikeEmbedding._get_text_embeddings",
    ),
    ("tiktoken", "tiktoken.load:read_file_cached"),
    ("tiktoken", "tiktoken_ext.openai_public:load_tiktoken_bpe"),
]
FILES = [
    ("llama-index", "llama_index.core", "_static/tiktoken_cache/*"),
    ("wordllama", "wordllama", "weights/l2_supercat_256.safetensors"),
    ("wordllama", "wordllama", "tokenizers/l2_supercat_tokenizer_config.json"),
]


def holds(package: str, what: str, found: bool) -> None:
    """Fail in one line where ``package`` no longer has what we rely on."""
    if not found:
        version = importlib.metadata.version(package)
        pytest.fail(
            f"{package} {version} no longer has {what}; mend {RELIED_ON[package]}, or lower its "
            "bound in pyproject.toml",
            pytrace=False,
        )


@pytest.mark.parametrize("package", RELIED_ON)
def test_it_has_an_upper_bound(package):
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert re.search(rf'^    "{package}(\[\w+\])?>=[\d.]+,<[\d.]+",$', text, re.MULTILINE), package
    for file in RELIED_ON[package].split(", "):
        assert (ROOT / file).exists()


def test_what_broke_is_said_in_one_line(monkeypatch):
    monkeypatch.setattr(importlib.metadata, "version", lambda package: "99.1")
    with pytest.raises(pytest.fail.Exception) as failed:
        holds("tantivy", "files ending in .pos", False)
    assert str(failed.value) == (
        "tantivy 99.1 no longer has files ending in .pos; mend rag/index/lexical.py, or lower its "
        "bound in pyproject.toml"
    )


@pytest.mark.parametrize(("package", "name"), NAMES, ids=lambda value: value.split(":")[-1])
def test_a_name_is_there(package, name):
    module, _, path = name.partition(":")
    try:
        found = importlib.import_module(module)
        for part in path.split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError):
        holds(package, name, found=False)


@pytest.mark.parametrize(("package", "module", "file"), FILES)
def test_a_file_is_there(package, module, file):
    folder = importlib.util.find_spec(module).submodule_search_locations[0]
    holds(package, f"the file {file}", found=bool(list(Path(folder).glob(file))))


def test_chromas_files(tmp_path):
    options = ChromaSettings(anonymized_telemetry=False)
    path = tmp_path / "chroma"
    clients = [chromadb.PersistentClient(f"{path}{end}", settings=options) for end in ("", "/.")]
    try:
        hnsw = {"space": "ip", "sync_threshold": 1_000, "ef_search": 400}
        made = clients[0].create_collection("papers", configuration={"hnsw": hnsw})
        made.add(
            ids=[str(i) for i in range(1_200)], embeddings=[[1.0, float(i)] for i in range(1_200)]
        )
        have = made.configuration_json.get("hnsw", {})
        holds("chromadb", "configuration_json['hnsw']", found=hnsw.items() <= have.items())
        for client in clients:
            for part in (client, client._admin_client):
                holds("chromadb", "client._server", found=hasattr(part, "_server"))
        holds(
            "chromadb",
            "a client for each spelling of a path",
            clients[0]._server is not clients[1]._server,
        )
        with contextlib.closing(sqlite3.connect(path / "chroma.sqlite3")) as database:
            tables = {
                table: {row[1] for row in database.execute(f"pragma table_info({table})")}
                for table in ("segments", "max_seq_id", "embeddings_queue")
            }
        for table, columns in (
            ("segments", {"id", "scope", "collection"}),
            ("max_seq_id", {"segment_id", "seq_id"}),
            ("embeddings_queue", {"topic", "seq_id"}),
        ):
            holds("chromadb", f"{table}'s columns {sorted(columns)}", columns <= tables[table])
        graph = Graph(tmp_path)
        segment, files_go_to = graph._state(str(made.id))
        holds("chromadb", "a folder named by its segment", (path / segment).is_dir())
        pending = graph._pending(str(made.id))
        holds(
            "chromadb", "a log of what its files lack", (files_go_to > 0) and 0 <= pending < 1_200
        )
    finally:
        for client in clients:
            client.close()


def test_tantivys_files(tmp_path):
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("slot", fast=True)
    builder.add_text_field("body", stored=True)
    index = tantivy.Index(builder.build(), str(tmp_path))
    writer = index.writer(15_000_000, 1)
    document = tantivy.Document(body="a graph")
    document.add_unsigned("slot", 1)
    writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    meta = json.loads((tmp_path / "meta.json").read_text())
    (segment,) = meta["segments"]
    name = segment["segment_id"].replace("-", "")
    endings = {file.suffix.lstrip(".") for file in tmp_path.glob(f"{name}.*")}
    holds("tantivy", f"files ending in {_ENDINGS}", found=endings >= set(_ENDINGS))
    found = index.searcher().search(tantivy.Query.all_query(), 1, count=True)
    holds("tantivy", "the count of a search", found=getattr(found, "count", None) == 1)


def test_gradios_page():
    source = inspect.getsource(App.create_app)
    holds("gradio", "the address gradio_api/app_id", '@router.get("/app_id")' in source)
    page = inspect.getsource(gr.Blocks)
    for name in ("app_id", "max_file_size"):
        holds("gradio", f"{name} in the page's configuration", f'"{name}"' in page)
    event = gr.EventData(None, {"question": "x"})
    holds("gradio", "EventData._data", getattr(event, "_data", None) == {"question": "x"})
