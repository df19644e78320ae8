"""What threads of one process see while it writes: the state of before, whole, then the new one."""

from __future__ import annotations

import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from conftest import CountingEmbedding

from rag import assistant as assistant_module
from rag.assistant import Assistant
from rag.errors import LibraryError
from rag.index import index as index_module
from rag.models import embedders, replies
from rag.settings import load_settings

ROWS = [
    {"id": f"p{n}", "title": f"On {a} and {b}", "abstract": f"A {a} has {b}. It is number {n}."}
    for n, (a, b) in enumerate([("graph", "music"), ("image", "poetry"), ("speech", "weather")] * 4)
]


@pytest.fixture
def papers(tmp_path):
    file = tmp_path / "papers.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    return str(file)


class Slow(CountingEmbedding):
    """Waits before it embeds passages, so that one can look meanwhile."""

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        if len(texts) > 2:
            BEGUN.set()
            assert GO.wait(60)
        return [self._get_text_embedding(text) for text in texts]


BEGUN, GO = threading.Event(), threading.Event()


@pytest.fixture(autouse=True)
def signals():
    BEGUN.clear()
    GO.clear()


def slow() -> Slow:
    return Slow(model_name="counting", texts=[], embed_batch_size=100)


def found(assistant) -> list:
    return [(hit.paper.id, hit.dense) for hit in assistant.search("graph music", k=4)]


def test_during_a_first_ingest_there_is_nothing_yet(settings, papers):
    assistant = Assistant.open(settings, embedder=slow())
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(assistant.ingest, [papers])
        assert BEGUN.wait(60)
        for _ in range(3):
            with pytest.raises(LibraryError, match="there is no index"):
                assistant.search("graph music")
            assert assistant.papers() == []
        GO.set()
        assert writing.result(60).added == len(ROWS)
    assert all(dense is not None for _, dense in found(assistant))
    assistant.close()


def test_during_a_rebuild_the_old_state_answers(settings, papers):
    GO.set()
    assistant = Assistant.open(settings, embedder=slow())
    assistant.ingest([papers])
    before = found(assistant)
    assert all(dense is not None for _, dense in before)
    for event in (BEGUN, GO):
        event.clear()
    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(assistant.ingest, [], rebuild=True)
        assert BEGUN.wait(60)
        assert [found(assistant) for _ in range(3)] == [before] * 3
        GO.set()
        while not writing.done():
            assert found(assistant) == before
        assert writing.result().embedded == len(ROWS)
    assert found(assistant) == before
    assistant.close()


@pytest.mark.embedded("an embedded store is rebuilt")
def test_threads_search_on_through_a_change_of_embedders(tmp_path, papers, monkeypatch):
    monkeypatch.setattr(index_module, "_LOOK_AGAIN", 0.05)
    settings = load_settings(index=tmp_path / "index", llm="none", embedder="static")
    Assistant.open(settings).ingest([papers])
    assistant = Assistant.open(settings.model_copy(update={"embedder": "auto"}))
    wide = CountingEmbedding(model_name="counting", texts=[])
    over = threading.Event()

    def search() -> set[bool]:
        seen = set()
        while not over.is_set():
            seen |= {hit.dense is not None for hit in assistant.search("graph music", k=4)}
        return seen

    opened = {"minilm": wide, "static": embedders.open_embedder("static", settings)}
    monkeypatch.setattr(embedders, "resolve_embedder", lambda _: ("minilm", None))
    monkeypatch.setattr(embedders, "open_embedder", lambda name, *_: opened.get(name, wide))
    with ThreadPoolExecutor(4) as pool:
        searching = [pool.submit(search) for _ in range(3)]
        time.sleep(0.2)
        assistant.ingest([], rebuild=True)
        time.sleep(0.2)
        over.set()
        assert [each.result(60) for each in searching] == [{True}] * 3
    assert assistant.info()["embedder"] == "counting"
    assistant.close()


def test_a_rebuild_keeps_the_embedder_that_was_passed_in(settings, papers):
    embedder = CountingEmbedding(model_name="counting", texts=[])
    assistant = Assistant.open(settings, embedder=embedder)
    assistant.ingest([papers])
    assistant.ingest([], rebuild=True)
    assert assistant.embedder is embedder
    assert assistant.info()["embedder"] == "counting"
    assistant.close()


def test_parts_are_opened_once_under_many_threads(settings, monkeypatch):
    opened: list[str] = []

    def open_slowly(kind: str, value: object):
        def opening(*_: object) -> object:
            opened.append(kind)
            time.sleep(0.2)
            return value

        return opening

    monkeypatch.setattr(replies, "open_llm", open_slowly("llm", None))
    monkeypatch.setattr(assistant_module.embedders, "open_embedder", open_slowly("embedder", 7))
    assistant = Assistant.open(settings)
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: (assistant.llm, assistant.embedder), range(32)))
    assert sorted(opened) == ["embedder", "llm"]


@pytest.mark.embedded("an embedded client is closed")
def test_a_query_outlives_any_number_of_reopenings(assistant, papers, monkeypatch):
    assistant.ingest([papers])
    store = assistant.index.store
    name = store.passage_ids()[0]
    loaded, reopened = threading.Event(), threading.Event()
    load = store._load

    def load_slowly():
        collection = load()
        loaded.set()
        assert reopened.wait(60)
        return collection

    monkeypatch.setattr(store, "_load", load_slowly)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(store.vectors, [name])
        assert loaded.wait(60)
        monkeypatch.setattr(store, "_load", load)
        for _ in range(3):
            store.reopen()
            assert list(store.vectors([name])) == [name]
        reopened.set()
        assert np.isclose(np.linalg.norm(asked.result(60)[name]), 1.0)
    store.reopen()
    assert len(store._clients) == 1
