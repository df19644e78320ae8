"""The library inside LlamaIndex's own engines, and LlamaIndex's own parts inside the library."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import time

import pytest
from conftest import AXES, CountingEmbedding
from llama_index.core import MockEmbedding
from llama_index.core.callbacks import CallbackManager, LlamaDebugHandler
from llama_index.core.callbacks.schema import CBEventType, EventPayload
from llama_index.core.chat_engine import CondensePlusContextChatEngine, ContextChatEngine
from llama_index.core.llms import ChatMessage, MockLLM
from llama_index.core.memory import ChatMemoryBuffer
from llama_index.core.postprocessor import LongContextReorder, SimilarityPostprocessor
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.query_engine import CitationQueryEngine, RetrieverQueryEngine
from llama_index.core.schema import MetadataMode
from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
)

from rag.assistant import Assistant
from rag.errors import InputError, LibraryError
from rag.llama_index import PaperEvent, conditions, turns
from rag.types import Turn

ROWS = [
    {
        "id": "g",
        "title": "On graphs",
        "abstract": "A graph has 12 nodes. Each graph has edges.",
        "authors": ["Ada Byron", "Bo Li"],
        "year": 2020,
        "venue": "ACL",
        "doi": "10.1000/g",
        "url": "http://x/g",
        "key": "byron2020graphs",
    },
    {
        "id": "i",
        "title": "On images",
        "abstract": "An image has pixels. The image is square.",
        "year": 2021,
    },
    {
        "id": "s",
        "title": "On speech",
        "abstract": "Speech has sounds. We measure 37 hours of speech.",
        "year": 2022,
        "venue": "EMNLP",
    },
]


@pytest.fixture
def filled(assistant, tmp_path):
    path = tmp_path / "papers.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    assistant.ingest([str(path)])
    return assistant


def ids(nodes):
    return [node.node.ref_doc_id for node in nodes]


# Out: the retriever.


def test_a_node_carries_the_paper(filled):
    (found,) = filled.as_retriever(k=1).retrieve("graph nodes")
    node = found.node
    assert node.metadata == {
        "paper_id": "g",
        "title": "On graphs",
        "authors": "Ada Byron, Bo Li",
        "year": 2020,
        "venue": "ACL",
        "doi": "10.1000/g",
        "arxiv_id": None,
        "url": "http://x/g",
        "key": "byron2020graphs",
    }
    assert (node.ref_doc_id, node.node_id) == ("g", "g:0")
    text = ROWS[0]["abstract"][node.start_char_idx : node.end_char_idx]
    assert node.get_content() == text == ROWS[0]["abstract"]
    assert "10.1000/g" not in node.get_content(metadata_mode=MetadataMode.LLM)
    assert "Ada Byron" in node.get_content(metadata_mode=MetadataMode.LLM)
    assert found.score == filled.search("graph nodes", k=1)[0].score


def test_a_retriever_finds_papers_that_came_after_it(filled, tmp_path):
    retriever = filled.as_retriever(k=1)
    assert ids(retriever.retrieve("poetry")) != ["p"]
    (tmp_path / "new.jsonl").write_text(
        json.dumps({"id": "p", "title": "On poetry", "abstract": "Poetry has rhymes."}) + "\n"
    )
    with Assistant.open(filled.settings, embedder=filled.embedder) as other:
        other.ingest([str(tmp_path / "new.jsonl")])
    time.sleep(0.6)  # a reader looks for others' changes twice a second
    assert ids(retriever.retrieve("poetry")) == ["p"]


def test_its_earlier_name_stays(filled):
    assert ids(filled.retriever(k=1).retrieve("image pixels")) == ["i"]


def test_an_option_that_means_nothing_is_an_error(filled):
    with pytest.raises(TypeError, match="similarity_cutoff"):
        filled.as_retriever(similarity_cutoff=1)
    with pytest.raises(TypeError, match="nonsense"):
        filled.as_query_engine(nonsense=1)


@pytest.mark.parametrize("engine", [RetrieverQueryEngine, CitationQueryEngine])
def test_llamaindexs_query_engines_read_it(filled, engine):
    made = {
        RetrieverQueryEngine: lambda: RetrieverQueryEngine.from_args(
            filled.as_retriever(k=2), llm=MockLLM()
        ),
        CitationQueryEngine: lambda: CitationQueryEngine.from_args(
            None, llm=MockLLM(), retriever=filled.as_retriever(k=2)
        ),
    }[engine]()
    response = made.query("graph nodes")
    assert "A graph has 12 nodes." in str(response)  # the mock repeats its prompt
    assert response.source_nodes[0].node.metadata["title"] == "On graphs"
    assert len(response.source_nodes) == 2
    response = asyncio.run(made.aquery("graph nodes"))
    assert response.source_nodes[0].node.metadata["key"] == "byron2020graphs"


@pytest.mark.parametrize("engine", [CondensePlusContextChatEngine, ContextChatEngine])
def test_llamaindexs_chat_engines_read_it(filled, engine):
    memory = ChatMemoryBuffer.from_defaults()  # LlamaIndex's other one leaves a database open
    made = engine.from_defaults(retriever=filled.as_retriever(k=1), llm=MockLLM(), memory=memory)
    response = made.chat("What has graph nodes?")
    assert ids(response.source_nodes) == ["g"]
    response = asyncio.run(made.achat("And image pixels?"))
    assert len(response.source_nodes) == 1


# Out: filters.


def only(filled, *filters, condition=FilterCondition.AND):
    found = MetadataFilters(filters=list(filters), condition=condition)
    nodes = filled.as_retriever(filters=found).retrieve("graph image speech")
    return "".join(sorted(ids(nodes)))


def one(key, value, operator=FilterOperator.EQ):
    return MetadataFilter(key=key, value=value, operator=operator)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ([one("year", 2021)], "i"),
        ([one("year", 2021, FilterOperator.NE)], "gs"),
        ([one("year", 2021, FilterOperator.GTE)], "is"),
        ([one("year", 2021, FilterOperator.GT)], "s"),
        ([one("year", 2021, FilterOperator.LT)], "g"),
        ([one("year", 2021, FilterOperator.LTE)], "gi"),
        ([one("year", [2020, 2022], FilterOperator.IN)], "gs"),
        ([one("year", [2020, 2022], FilterOperator.NIN)], "i"),
        ([one("year", [], FilterOperator.IN)], ""),
        ([one("paper_id", "s")], "s"),
        ([one("authors", "Bo Li", FilterOperator.CONTAINS)], "g"),
        ([one("authors", ["Bo Li", "Ada Byron"], FilterOperator.ALL)], "g"),
        ([one("authors", ["Bo Li", "Cy"], FilterOperator.ALL)], ""),
        ([one("authors", ["Bo Li", "Cy"], FilterOperator.ANY)], "g"),
        ([one("title", "IMAGES", FilterOperator.TEXT_MATCH_INSENSITIVE)], "i"),
        ([one("venue", "ACL"), one("year", 2020)], "g"),
        ([one("venue", "ACL"), one("year", 2021)], ""),
    ],
)
def test_metadata_filters_are_understood(filled, filters, found):
    assert only(filled, *filters) == found


def test_metadata_filters_nest(filled):
    either = [one("venue", "ACL"), one("year", 2022)]
    assert only(filled, *either, condition=FilterCondition.OR) == "gs"
    assert only(filled, *either, condition=FilterCondition.NOT) == "i"
    inner = MetadataFilters(filters=either, condition=FilterCondition.OR)
    assert only(filled, inner, one("year", 2021, FilterOperator.GT)) == "s"
    assert only(filled, one("venue", "EMNLP"), inner, condition=FilterCondition.NOT) == "i"


def test_filters_and_where_both_hold(filled):
    filters = MetadataFilters(filters=[one("year", 2020, FilterOperator.GTE)])
    retriever = filled.as_retriever(filters=filters, where=["venue=EMNLP"])
    assert ids(retriever.retrieve("graph image speech")) == ["s"]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (one("colour", "red"), "no field 'colour'"),
        (one("year", "soon"), "needs a year"),
        (one("venue", None, FilterOperator.IS_EMPTY), "the filter operator 'is_empty'"),
    ],
)
def test_a_filter_without_a_meaning_is_told(filled, given, told):
    with pytest.raises(InputError, match=told):
        filled.as_retriever(filters=MetadataFilters(filters=[given]))


def test_an_answer_says_by_what_it_was_filtered(filled):
    found = MetadataFilters(filters=[one("year", [2020, 2022], FilterOperator.IN)])
    answer = filled.ask("What has nodes?", where=conditions(found))
    assert answer.settings["where"] == ["(year=2020 or year=2022)"]


# Out: the query engine.


def test_the_query_engine_answers_with_receipts(filled):
    response = filled.as_query_engine().query("How many hours of speech do they measure?")
    assert response.response == "We measure 37 hours of speech. [1]"
    assert response.source_nodes[0].node.ref_doc_id == "s"
    assert response.source_nodes[0].node.metadata["citation"] == 1
    assert all("citation" not in node.metadata for node in response.source_nodes[1:])
    assert response.metadata["answered"] is True
    assert response.metadata["sentences"][0]["support"] == "verbatim"
    assert response.metadata["sentences"][0]["evidence"]["paper_id"] == "s"


def test_it_declines_as_the_assistant_does(filled):
    question = "Who cooked the soup in Lisbon?"
    response = filled.as_query_engine().query(question)
    assert response.metadata["answered"] is False
    assert response.response == filled.ask(question).answer


def test_it_streams(filled):
    response = filled.as_query_engine(streaming=True).query("How many hours of speech?")
    assert len(response.source_nodes) == 3
    assert "".join(response.response_gen) == "We measure 37 hours of speech. [1]"
    assert response.source_nodes[0].node.metadata["citation"] == 1
    assert response.metadata["sentences"][0]["support"] == "verbatim"


def test_a_model_writes_there_too(settings, embedder, filled):
    class Says(MockLLM):
        def stream_chat(self, messages, **kwargs):
            return super().stream_chat([ChatMessage("The graph has 12 nodes [1].")], **kwargs)

    with Assistant.open(settings, embedder=embedder, llm=Says()) as written:
        response = written.as_query_engine().query("How many nodes has the graph?")
    assert "The graph has 12 nodes [1]" in str(response)
    assert response.source_nodes[0].node.ref_doc_id == "g"


class Backwards(BaseNodePostprocessor):
    """Keeps all but the last, backwards."""

    def _postprocess_nodes(self, nodes, query_bundle=None):
        assert query_bundle.query_str == "What has a graph, an image or speech?"
        return nodes[:-1][::-1]


def test_postprocessors_choose_what_is_read(filled):
    question = "What has a graph, an image or speech?"
    plain = [each.paper_id for each in filled.ask(question).retrieved]
    response = filled.as_query_engine(node_postprocessors=[Backwards()]).query(question)
    read = response.metadata["retrieved"]
    assert [each["paper_id"] for each in read] == plain[:-1][::-1]
    assert [each["rank"] for each in read] == [1, 2]
    given = [SimilarityPostprocessor(similarity_cutoff=99.0), LongContextReorder()]
    response = filled.as_query_engine(node_postprocessors=given).query(question)
    assert (response.source_nodes, response.metadata["answered"]) == ([], False)


def test_callbacks_are_told_of_each_step(filled):
    debug = LlamaDebugHandler(print_trace_on_end=False)
    engine = filled.as_query_engine(callback_manager=CallbackManager([debug]))
    for streaming in (False, True):
        engine._streaming = streaming
        str(engine.query("How many hours of speech?"))
        for kind, key in (
            (CBEventType.RETRIEVE, EventPayload.NODES),
            (CBEventType.SYNTHESIZE, EventPayload.RESPONSE),
            (PaperEvent.VERIFY, "sentences"),
        ):
            pairs = debug.get_event_pairs(kind)
            assert len(pairs) == 1 + streaming
            began, ended = pairs[-1]
            assert began.payload[EventPayload.QUERY_STR] == "How many hours of speech?"
            assert key in ended.payload


# Out: a conversation.


def test_the_chat_engine_understands_follow_ups(filled):
    engine = filled.as_chat_engine()
    first = engine.chat("How many hours of speech do they measure?")
    assert str(first) == "We measure 37 hours of speech. [1]"
    assert ids(first.source_nodes)[0] == "s"
    second = engine.chat("And what has it?")
    asked = filled.ask(
        "And what has it?", history=[Turn("How many hours of speech do they measure?",
        "We measure 37 hours of speech. [1]", ("s",))],
    )  # fmt: skip
    assert second.metadata["standalone_question"] == asked.standalone_question
    assert [message.role.value for message in engine.chat_history] == ["user", "assistant"] * 2
    assert turns(engine.chat_history)[0].paper_ids == ("s",)
    engine.reset()
    assert engine.chat_history == []


def test_the_chat_engine_takes_a_history_and_streams(filled):
    history = [ChatMessage("Hello"), ChatMessage("Hello yourself.", role="assistant")]
    engine = filled.as_chat_engine(chat_history=history)
    response = engine.stream_chat("How many hours of speech?")
    assert "".join(response.response_gen) == "We measure 37 hours of speech. [1]"
    assert str(response) == "We measure 37 hours of speech. [1]"
    assert len(engine.chat_history) == 4
    engine.chat("How many nodes has a graph?", chat_history=[])
    assert len(engine.chat_history) == 2


# Out: the event loop goes on.


class Slow(CountingEmbedding):
    """Takes a quarter of a second for a question."""

    def _get_query_embedding(self, query):
        assert threading.current_thread() is not threading.main_thread()
        time.sleep(0.25)
        return super()._get_query_embedding(query)


@pytest.mark.parametrize("way", ["retrieve", "query", "stream", "chat", "stream_chat", "astream"])
def test_the_event_loop_goes_on(filled, way):
    slow = Slow(model_name="counting", texts=[])
    with Assistant.open(filled.settings, embedder=slow) as opened:
        question = "How many hours of speech?"

        async def ask():
            if way == "retrieve":
                return ids(await opened.as_retriever(k=1).aretrieve(question)) == ["s"]
            if way == "query":
                return "37 hours" in str(await opened.as_query_engine().aquery(question))
            if way == "stream":
                response = await opened.as_query_engine(streaming=True).aquery(question)
                return "37" in "".join([text async for text in response.async_response_gen()])
            if way == "chat":
                return "37 hours" in str(await opened.as_chat_engine().achat(question))
            if way == "stream_chat":
                response = await opened.as_chat_engine().astream_chat(question)
                return "37" in "".join([text async for text in response.async_response_gen()])
            parts = [part async for part in opened.astream(question)]
            return parts[-1].answered

        async def both():
            task, steps = asyncio.create_task(ask()), 0
            while not task.done():
                await asyncio.sleep(0.01)
                steps += 1
            return await task, steps

        answered, steps = asyncio.run(both())
    assert answered
    assert steps >= 10


def test_who_leaves_a_stream_leaves_no_thread(filled):
    async def leave():
        async for _ in filled.astream("How many hours of speech?"):
            break

    asyncio.run(leave())
    for _ in range(100):
        if not [t for t in threading.enumerate() if t.name.startswith("rag-ask")]:
            return
        time.sleep(0.02)
    pytest.fail("a thread is left")


# In: any LLM and embedding, checked against the index.


def test_an_embedder_of_another_name_is_one_line(filled):
    other = CountingEmbedding(model_name="other", texts=[])
    with (
        Assistant.open(filled.settings, embedder=other) as wrong,
        pytest.raises(LibraryError, match="was made with counting, not other; open it with that"),
    ):
        wrong.search("graph")
    assert other.texts == []
    assert [paper.id for paper in wrong.papers()] == ["g", "i", "s"]


@pytest.mark.parametrize("ask", ["search", "ask"])
def test_an_embedder_of_another_dimension_is_one_line(filled, ask):
    class Longer(CountingEmbedding):
        def _get_query_embedding(self, query):
            return [*super()._get_query_embedding(query), 1.0]

    with (
        Assistant.open(filled.settings, embedder=Longer(model_name="counting", texts=[])) as wrong,
        pytest.raises(LibraryError, match=f"vectors of {len(AXES)} dimensions, the embedder gives"),
    ):
        getattr(wrong, ask)("graph")


def test_embedders_without_a_name_are_told_apart(settings, filled):
    with (
        Assistant.open(settings, embedder=MockEmbedding(embed_dim=len(AXES))) as wrong,
        pytest.raises(LibraryError, match="was made with counting, not MockEmbedding"),
    ):
        wrong.ask("What is a graph?")


def test_llamaindexs_own_parts_make_a_library(tmp_path, settings):
    (tmp_path / "p.jsonl").write_text(json.dumps(ROWS[0]) + "\n")
    parts = {"embedder": MockEmbedding(embed_dim=4), "llm": MockLLM(max_tokens=8)}
    with Assistant.open(settings, **parts) as opened:
        opened.ingest([str(tmp_path / "p.jsonl")])
        assert opened.info()["embedder"] == "MockEmbedding"
        assert opened.search("graph")[0].paper.id == "g"
        assert opened.ask("What has the graph?").llm == "unknown"


def test_the_commands_do_not_import_it(tmp_path):
    (tmp_path / "p.jsonl").write_text(json.dumps(ROWS[0]) + "\n")
    program = (
        "import sys; from rag.cli import main; main({}); "
        "print('rag.llama_index' in sys.modules, file=sys.stderr)"
    )
    index = ["--index", str(tmp_path / "index")]
    for arguments in (
        ["ingest", str(tmp_path / "p.jsonl"), "--embedder", "static", *index],
        ["ask", "What has the graph?", "--llm", "none", *index],
    ):
        done = subprocess.run(
            [sys.executable, "-c", program.format(arguments)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert done.stderr.splitlines()[-1] == "False"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "rag", "--help"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "llama_index" not in done.stderr
