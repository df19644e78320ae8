"""All that meets LlamaIndex from outside: the library as a retriever, a query and a chat engine.

What comes in is checked where it is used: an embedder in `rag.models.embedders`, an LLM in
`rag.models.replies`. Here is what goes out. Each source is a node whose text is the passage
``abstract[start_char_idx:end_char_idx]`` and whose ``ref_doc_id`` is the paper's id.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Generator, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any, Protocol

from llama_index.core.base.base_query_engine import BaseQueryEngine
from llama_index.core.base.llms.types import ChatMessage, ChatResponse, MessageRole
from llama_index.core.base.response.schema import (
    RESPONSE_TYPE,
    AsyncStreamingResponse,
    Response,
    StreamingResponse,
)
from llama_index.core.callbacks import CallbackManager
from llama_index.core.callbacks.schema import CBEventType, EventPayload
from llama_index.core.chat_engine.types import (
    AgentChatResponse,
    BaseChatEngine,
    StreamingAgentChatResponse,
)
from llama_index.core.postprocessor.types import BaseNodePostprocessor
from llama_index.core.prompts.mixin import PromptMixinType
from llama_index.core.retrievers import BaseRetriever
from llama_index.core.schema import (
    NodeRelationship,
    NodeWithScore,
    QueryBundle,
    RelatedNodeInfo,
    TextNode,
)
from llama_index.core.vector_stores.types import (
    FilterCondition,
    FilterOperator,
    MetadataFilter,
    MetadataFilters,
)

from rag.answers.chain import Choose, Part
from rag.errors import InputError
from rag.event_loop import in_one_thread
from rag.index.filters import Condition, Group, Where, parse_where
from rag.types import Answer, Hit, Paper, Turn, to_json

# Of a node's metadata, what neither a model nor an embedder is to read.
_NOT_READ = ["paper_id", "doi", "arxiv_id", "url", "key", "citation"]


class PaperEvent(str, Enum):
    """The callback event that LlamaIndex has no name for: sentences are checked."""

    VERIFY = "verify"


class Library(Protocol):
    """What is needed of `rag.assistant.Assistant`."""

    def search(self, query: str, *, k: int, where: Where) -> list[Hit]:
        """Return the best papers."""
        ...

    def stream(
        self,
        question: str,
        *,
        k: int | None,
        where: Where,
        history: Sequence[Turn],
        choose: Choose | None,
    ) -> Generator[Part, None, None]:
        """Yield the hits, then text as it comes, then the Answer."""
        ...


class PaperRetriever(BaseRetriever):
    """The hybrid search as a LlamaIndex retriever: a node a paper, its text the passage."""

    def __init__(
        self,
        library: Library,
        *,
        k: int = 10,
        where: Where = (),
        filters: MetadataFilters | None = None,
        callback_manager: CallbackManager | None = None,
    ) -> None:
        """Retrieve ``k`` papers for which both ``where`` and LlamaIndex's ``filters`` hold.

        Raises:
            InputError: a filter has no meaning.
        """
        self._library, self._k = library, k
        self._where = (*parse_where(where), *conditions(filters))
        super().__init__(callback_manager=callback_manager)

    def _retrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        hits = self._library.search(query_bundle.query_str, k=self._k, where=self._where)
        return [node_of(hit) for hit in hits]

    async def _aretrieve(self, query_bundle: QueryBundle) -> list[NodeWithScore]:
        return await asyncio.to_thread(self._retrieve, query_bundle)


@dataclass
class _Reply:
    """An answer under way: reading ``text`` to its end puts nodes in order, fills metadata.

    ``nodes`` are the papers read, best first, in the end those that are cited before the others:
    ``nodes[n - 1]`` is what ``[n]`` cites. ``metadata`` becomes the answer's JSON.
    """

    nodes: list[NodeWithScore]
    metadata: dict[str, Any]
    text: Generator[str, None, None]

    def read(self) -> str:
        """Return the whole text."""
        return "".join(self.text).strip()


class _Asking:
    """Asks the library as the engines do, telling callbacks what happens."""

    def __init__(
        self,
        library: Library,
        *,
        k: int | None = None,
        where: Where = (),
        filters: MetadataFilters | None = None,
        node_postprocessors: Sequence[BaseNodePostprocessor] = (),
        callback_manager: CallbackManager | None = None,
    ) -> None:
        self._library, self._k = library, k
        self._where = (*parse_where(where), *conditions(filters))
        self._postprocessors = list(node_postprocessors)
        self.callbacks = callback_manager or CallbackManager()
        for each in self._postprocessors:
            each.callback_manager = self.callbacks

    def ask(self, question: str, history: Sequence[Turn] = ()) -> _Reply:
        """Find the papers; the rest happens while the reply's text is read."""
        parts = self._library.stream(
            question,
            k=self._k,
            where=self._where,
            history=history,
            choose=self._choose if self._postprocessors else None,
        )
        asked: dict[str, Any] = {EventPayload.QUERY_STR: question}
        with self.callbacks.event(CBEventType.RETRIEVE, payload=asked) as event:
            hits = next(parts)
            nodes = [node_of(hit) for hit in hits] if isinstance(hits, tuple) else []
            event.on_end(payload={EventPayload.NODES: list(nodes)})
        metadata: dict[str, Any] = {}
        return _Reply(nodes, metadata, self._text(question, parts, nodes, metadata))

    def _text(
        self,
        question: str,
        parts: Generator[Part, None, None],
        nodes: list[NodeWithScore],
        metadata: dict[str, Any],
    ) -> Generator[str, None, None]:
        answer: Answer | None = None
        with contextlib.closing(parts):
            for part in parts:
                if isinstance(part, Answer):
                    answer = part
                elif isinstance(part, str):
                    yield part
        if answer is None:
            raise RuntimeError("the stream ended without an answer")
        metadata.update(to_json(answer))
        nodes[:] = _cited_first(nodes, answer)
        # One event after the other, and none over a yield: what reads the text may be elsewhere.
        asked: dict[str, Any] = {EventPayload.QUERY_STR: question}
        with self.callbacks.event(CBEventType.SYNTHESIZE, payload=asked) as event:
            event.on_end(payload={EventPayload.RESPONSE: answer.answer})
        with self.callbacks.event(PaperEvent.VERIFY, payload=asked) as event:  # type: ignore[arg-type]
            event.on_end(payload={"sentences": metadata["sentences"]})

    def _choose(self, question: str, hits: Sequence[Hit]) -> list[Hit]:
        """Return what the postprocessors leave of the papers found, in their order."""
        nodes = [node_of(hit) for hit in hits]
        found = {node.node.node_id: hit for node, hit in zip(nodes, hits, strict=True)}
        for each in self._postprocessors:
            nodes = each.postprocess_nodes(nodes, query_bundle=QueryBundle(question))
        left = [found[node.node.node_id] for node in nodes if node.node.node_id in found]
        return [replace(hit, rank=rank) for rank, hit in enumerate(left, 1)]


class PaperQueryEngine(BaseQueryEngine):
    """Answers with receipts as a LlamaIndex query engine; see `_Reply` for what a response has."""

    def __init__(self, library: Library, *, streaming: bool = False, **options: Any) -> None:
        """Answer as `rag.assistant.Assistant.ask` does.

        Args:
            library: the assistant.
            streaming: return LlamaIndex's streaming responses.
            options: ``k``, ``where``, ``filters`` (LlamaIndex's), ``node_postprocessors`` (what
                they leave of the papers found is read, in their order), ``callback_manager``.
        """
        self._asking = _Asking(library, **options)
        self._streaming = streaming
        super().__init__(callback_manager=self._asking.callbacks)

    def _get_prompt_modules(self) -> PromptMixinType:
        return {}

    def _query(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        reply = self._asking.ask(query_bundle.query_str)
        if self._streaming:
            return StreamingResponse(reply.text, reply.nodes, reply.metadata)
        return Response(reply.read(), reply.nodes, reply.metadata)

    async def _aquery(self, query_bundle: QueryBundle) -> RESPONSE_TYPE:
        reply = await asyncio.to_thread(self._asking.ask, query_bundle.query_str)
        if self._streaming:
            text = in_one_thread(reply.text)
            return AsyncStreamingResponse(text, reply.nodes, reply.metadata)
        return Response(await asyncio.to_thread(reply.read), reply.nodes, reply.metadata)


class PaperChatEngine(BaseChatEngine):
    """A conversation with the library as a LlamaIndex chat engine: follow-ups are understood."""

    def __init__(
        self, library: Library, *, chat_history: Sequence[ChatMessage] = (), **options: Any
    ) -> None:
        """Answer in turns; ``options`` as `PaperQueryEngine` takes them, but ``streaming``."""
        self._asking = _Asking(library, **options)
        self.callback_manager = self._asking.callbacks
        self._history = list(chat_history)

    @property
    def chat_history(self) -> list[ChatMessage]:
        """The messages so far, oldest first."""
        return self._history

    def reset(self) -> None:
        """Begin anew."""
        self._history = []

    def _ask(self, message: str, chat_history: Sequence[ChatMessage] | None) -> _Reply:
        if chat_history is not None:
            self._history = list(chat_history)
        reply = self._asking.ask(message, turns(self._history))
        return replace(reply, text=self._kept(message, reply))

    def _kept(self, message: str, reply: _Reply) -> Generator[str, None, None]:
        yield from reply.text
        cited = [citation["paper"]["id"] for citation in reply.metadata["citations"]]
        self._history += [
            ChatMessage(role=MessageRole.USER, content=message),
            ChatMessage(
                role=MessageRole.ASSISTANT,
                content=reply.metadata["answer"],
                additional_kwargs={"paper_ids": cited},
            ),
        ]

    def chat(
        self, message: str, chat_history: list[ChatMessage] | None = None
    ) -> AgentChatResponse:
        """Answer a message."""
        reply = self._ask(message, chat_history)
        return AgentChatResponse(
            response=reply.read(), source_nodes=reply.nodes, metadata=reply.metadata
        )

    async def achat(
        self, message: str, chat_history: list[ChatMessage] | None = None
    ) -> AgentChatResponse:
        """Answer a message; the event loop goes on meanwhile."""
        return await asyncio.to_thread(self.chat, message, chat_history)

    def stream_chat(
        self, message: str, chat_history: list[ChatMessage] | None = None
    ) -> StreamingAgentChatResponse:
        """Answer a message; the text comes with ``response_gen``."""
        reply = self._ask(message, chat_history)
        return StreamingAgentChatResponse(
            chat_stream=(_said(text) for text in reply.text),
            source_nodes=reply.nodes,
            is_writing_to_memory=False,
        )

    async def astream_chat(
        self, message: str, chat_history: list[ChatMessage] | None = None
    ) -> StreamingAgentChatResponse:
        """Answer a message; the text comes with ``async_response_gen``."""
        reply = await asyncio.to_thread(self._ask, message, chat_history)

        async def said() -> AsyncGenerator[ChatResponse, None]:
            async with contextlib.aclosing(in_one_thread(reply.text)) as texts:
                async for text in texts:
                    yield _said(text)

        return StreamingAgentChatResponse(
            achat_stream=said(),
            source_nodes=reply.nodes,
            is_writing_to_memory=False,
        )


def _said(text: str) -> ChatResponse:
    message = ChatMessage(role=MessageRole.ASSISTANT, content=text)
    return ChatResponse(message=message, delta=text)


def turns(messages: Sequence[ChatMessage]) -> list[Turn]:
    """Return a LlamaIndex conversation as ours: each question with the answer that follows it.

    >>> turns([ChatMessage("What is a graph?"), ChatMessage("Nodes.", role="assistant")])
    [Turn(question='What is a graph?', answer='Nodes.', paper_ids=())]
    """
    found: list[Turn] = []
    for message in messages:
        text = message.content or ""
        if message.role == MessageRole.USER:
            found.append(Turn(text, ""))
        elif message.role == MessageRole.ASSISTANT and found and not found[-1].answer:
            paper_ids = tuple(map(str, message.additional_kwargs.get("paper_ids", ())))
            found[-1] = replace(found[-1], answer=text, paper_ids=paper_ids)
    return [turn for turn in found if turn.answer]


def node_of(hit: Hit) -> NodeWithScore:
    """Return a paper found as a LlamaIndex node."""
    node = _node(hit.paper, hit.passage.start, hit.passage.end)
    return NodeWithScore(node=node, score=hit.score)


def _node(paper: Paper, start: int, end: int) -> TextNode:
    return TextNode(
        id_=f"{paper.id}:{start}",
        text=paper.abstract[start:end],
        metadata={
            "paper_id": paper.id,
            "title": paper.title,
            "authors": ", ".join(paper.authors),
            "year": paper.year,
            "venue": paper.venue,
            "doi": paper.doi,
            "arxiv_id": paper.arxiv_id,
            "url": paper.url,
            "key": paper.key,
        },
        excluded_llm_metadata_keys=_NOT_READ,
        excluded_embed_metadata_keys=_NOT_READ,
        relationships={NodeRelationship.SOURCE: RelatedNodeInfo(node_id=paper.id)},
        start_char_idx=start,
        end_char_idx=end,
    )


def _cited_first(nodes: Sequence[NodeWithScore], answer: Answer) -> list[NodeWithScore]:
    """Return the nodes of the cited papers in the order of their numbers, then the others."""
    rest = {node.metadata["paper_id"]: node for node in nodes}
    cited = []
    for number, paper in ((each.number, each.paper) for each in answer.citations):
        # An answer that was computed cites papers that no search has found.
        node = rest.pop(paper.id, None)
        node = node or NodeWithScore(node=_node(paper, 0, len(paper.abstract)), score=1.0)
        node.metadata["citation"] = number
        cited.append(node)
    return [*cited, *rest.values()]


_OPERATORS = {
    FilterOperator.EQ: "=",
    FilterOperator.NE: "!=",
    FilterOperator.GT: ">",
    FilterOperator.GTE: ">=",
    FilterOperator.LT: "<",
    FilterOperator.LTE: "<=",
    FilterOperator.CONTAINS: "=",  # one of a paper's authors, say
    FilterOperator.TEXT_MATCH: "~",
    FilterOperator.TEXT_MATCH_INSENSITIVE: "~",
}
# Those that take a list: whether one value is enough, and whether that is denied.
_LISTS = {
    FilterOperator.IN: ("any", False),
    FilterOperator.ANY: ("any", False),
    FilterOperator.ALL: ("all", False),
    FilterOperator.NIN: ("any", True),
}
_KEYS = {"paper_id": "id"}


def conditions(filters: MetadataFilters | None) -> tuple[Condition, ...]:
    """Return LlamaIndex's filters as ours; keys are those of a node's metadata.

    As in `rag.index.filters` upper and lower case are one.

    >>> conditions(MetadataFilters.from_dicts([{"key": "year", "value": 2020, "operator": ">="}]))
    (Condition(field='year', op='>=', value='2020'),)

    Raises:
        InputError: a key or operator has no meaning here.
    """
    if filters is None:
        return ()
    found = tuple(_condition(each) for each in filters.filters)
    if filters.condition == FilterCondition.AND or not found:
        return found
    return (Group.of(found, any_of=True, denied=filters.condition == FilterCondition.NOT),)


def _condition(given: MetadataFilter | MetadataFilters) -> Condition:
    if isinstance(given, MetadataFilters):
        return Group.of(conditions(given), any_of=False, denied=False)
    values = given.value if isinstance(given.value, list) else [given.value]
    op = _OPERATORS.get(given.operator, "=")
    if given.operator not in _OPERATORS and given.operator not in _LISTS:
        raise InputError(f"the filter operator {given.operator.value!r} is not known; use another")
    key = _KEYS.get(given.key, given.key)
    found = parse_where([f"{key}{op}{'' if value is None else value}" for value in values])
    if given.operator in _OPERATORS and len(found) == 1:
        return found[0]
    some, denied = _LISTS.get(given.operator, ("any", False))
    return Group.of(found, any_of=some == "any", denied=denied)
