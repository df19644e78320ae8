"""A LlamaIndex LLM for OpenAI and every server that speaks its protocol."""

from __future__ import annotations

import contextlib
import ipaddress
import itertools
import json
import math
import re
import time
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
from llama_index.core.bridge.pydantic import PrivateAttr, SecretStr
from llama_index.core.llms import ChatMessage, ChatResponse, ChatResponseGen, MessageRole
from llama_index.llms.openai.utils import to_openai_message_dicts
from llama_index.llms.openai_like import OpenAILike  # type: ignore[import-untyped]
from openai import APIError, APIStatusError, Stream

from rag.errors import SettingsError
from rag.models.parameters import MOST, Parameters
from rag.settings import Settings

OPENAI_URL = "https://api.openai.com/v1"
_LAST = re.compile(rb"(?:\A|[\r\n])data:[ \t]*\[DONE\]", re.IGNORECASE)
_MARK = b"\xef\xbb\xbf"  # of UTF-8, before the first event
# Kept open while a person reads an answer and asks on.
_CONNECTIONS = httpx.Limits(
    max_connections=1000, max_keepalive_connections=20, keepalive_expiry=60.0
)
# A reply is a few kilobytes; a server that never stops sending is cut off here.
_LARGEST_REPLY = 4 * 2**20
_ROOM_TO_THINK = 8_192  # tokens, for models that write nothing within an answer's
# Instructions and the marks of roles, in tokens; other tokenizers count up to a quarter more.
_PROMPT_OVERHEAD = 1024


class ServedLLM(OpenAILike):  # type: ignore[misc]
    """A chat model behind an OpenAI-compatible address.

    ``origin`` is what tells two models of one name apart: the address, or the model's file.
    Each request is made within ``free``; see `rag.models.replies.limited`.
    """

    origin: str = ""
    _key: SecretStr = PrivateAttr(default=SecretStr("none"))
    _server: Any = PrivateAttr(default=None)
    _free: AbstractContextManager[Any] = PrivateAttr(default_factory=contextlib.nullcontext)
    _parameters: Parameters = PrivateAttr(default_factory=Parameters)
    _headroom: int = PrivateAttr(default=0)

    @property
    def free(self) -> AbstractContextManager[Any]:
        """What is entered for the time of a request."""
        return self._free

    @free.setter
    def free(self, value: AbstractContextManager[Any]) -> None:
        self._free = value

    @property
    def headroom(self) -> int:
        """Tokens that the model gets beyond an answer's, to think."""
        return self._headroom

    def think_longer(self) -> bool:
        """Give the model room to think from now on; False where it has that."""
        before, self._headroom = self._headroom, _ROOM_TO_THINK
        return before < _ROOM_TO_THINK

    @property
    def secret(self) -> str:
        """The key, for cutting it out of messages: nothing else shows it."""
        return self._key.get_secret_value()

    def _get_credential_kwargs(self, is_async: bool = False) -> dict[str, Any]:
        kwargs: dict[str, Any] = super()._get_credential_kwargs(is_async)
        url = urlsplit(self.api_base or "")
        kwargs |= {"api_key": self.secret, "base_url": url._replace(query="").geturl()}
        if url.query:  # like Azure's ?api-version=
            kwargs["default_query"] = dict(parse_qsl(url.query))
        if (url.hostname or "").endswith(".azure.com"):
            kwargs["default_headers"] = {"api-key": self.secret}
        return kwargs

    def _stream_chat(self, messages: Sequence[ChatMessage], **kwargs: Any) -> ChatResponseGen:
        """Stream a reply's text; ``additional_kwargs`` also say why it ended.

        The events are read as plain JSON: as the package's own types, a reply of 200 tokens
        takes 69 ms of processor.
        """
        timeout = kwargs.pop("timeout", self.timeout)
        body = self._get_model_kwargs(
            stream=True, messages=to_openai_message_dicts(messages, model=self.model), **kwargs
        )
        # Left to the collector, a stream that is left early is closed at any moment: within the
        # pool's own lock it waits for itself.
        with contextlib.closing(self._post(body, timeout)) as stream:
            yield from self._read(stream)

    def _read(self, stream: Any) -> ChatResponseGen:
        text = ""
        reason: Any = None
        for event in _events(stream):
            choice = _choice(event)
            delta = _text_of(choice, text)
            text += delta
            reason = choice.get("finish_reason") or reason
            yield ChatResponse(
                message=ChatMessage(role=MessageRole.ASSISTANT, content=text),
                delta=delta,
                raw=event,
                additional_kwargs=_counts(event) | {"finish_reason": reason},
            )
        if not reason and stream.response.request.extensions.get("done"):
            yield ChatResponse(  # it did not say why, but that this was all
                message=ChatMessage(role=MessageRole.ASSISTANT, content=text),
                delta="",
                additional_kwargs={"finish_reason": "stop"},
            )

    def _post(self, body: Mapping[str, Any], timeout: Any) -> Any:
        """Send a request, again without what the server refuses by name."""
        for refused in itertools.count(1):
            sent = self._parameters.applied(body)
            try:
                return self._get_client().post(
                    "/chat/completions",
                    body=sent,
                    options={"timeout": timeout},
                    cast_to=object,
                    stream=True,
                    stream_cls=Stream[object],
                )
            except APIStatusError as error:
                if refused > MOST or not self._parameters.learn(error, sent):
                    raise
        raise AssertionError

    def within(self, seconds: float) -> dict[str, Any]:
        """Return the request option that ends a reply after ``seconds``, however it trickles."""
        # ``pool`` carries the whole time: waiting for a free connection is part of it.
        return {"timeout": httpx.Timeout(min(self.timeout, seconds), pool=seconds)}


def open_openai(settings: Settings) -> ServedLLM:
    """Open OpenAI's own address, or the one of OPENAI_BASE_URL; nothing is sent yet.

    Raises:
        SettingsError: the key is missing or no key.
    """
    key = settings.openai_api_key.get_secret_value().strip() if settings.openai_api_key else ""
    base_url = (settings.openai_base_url or "").rstrip("/")
    if not key and not base_url:
        raise SettingsError(
            "RAG_LLM=openai needs a key; set OPENAI_API_KEY, or OPENAI_BASE_URL for another server"
        )
    if not (key.isascii() and key.isprintable()):
        raise SettingsError("OPENAI_API_KEY has characters that no key has; copy it again")
    url = base_url or OPENAI_URL
    return served_llm(settings, model=settings.llm_model, base_url=url, key=key, origin=url)


def served_llm(
    settings: Settings,
    *,
    model: str,
    base_url: str,
    key: str,
    origin: str,
    idle: float | None = None,
    server: Any = None,
) -> ServedLLM:
    """Return an LLM for ``model`` at ``base_url``.

    ``idle`` seconds without a byte end a reply (default: the timeout of the settings).
    ``server`` is kept alive as long as the LLM.
    """
    client = http_client(base_url)
    client.event_hooks = {"request": [_start_clock], "response": [_watch_clock]}
    llm = ServedLLM(
        model=model,
        api_base=base_url,
        api_key="hidden",  # this field is shown wherever the LLM is
        is_chat_model=True,
        context_window=context_window(settings),
        temperature=0.0,
        timeout=idle or settings.timeout,
        max_retries=0,
        additional_kwargs={"stream_options": {"include_usage": True}},
        http_client=client,
        origin=origin,
    )
    llm._key = SecretStr(key or "none")  # the client insists on one; servers may ignore it
    llm._server = server
    weakref.finalize(llm, client.close)
    return llm


def http_client(base_url: str) -> httpx.Client:
    """Return a client for an address; a proxy for the world outside is none for this machine."""
    try:
        return httpx.Client(trust_env=not _is_local(base_url), limits=_CONNECTIONS)
    except (httpx.InvalidURL, ValueError, OSError) as error:
        raise SettingsError(
            "a proxy or the certificates that the environment names cannot be used; correct "
            "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY or SSL_CERT_FILE"
        ) from error


def context_window(settings: Settings) -> int:
    """Return how many tokens of context the settings may fill, whatever the tokenizer."""
    budget = settings.context_tokens + settings.history_tokens + settings.answer_tokens
    return budget * 5 // 4 + _PROMPT_OVERHEAD


def _is_local(base_url: str) -> bool:
    name = urlsplit(base_url).hostname or ""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


class _Watched(httpx.SyncByteStream):
    """A reply's bytes, cut off at ``deadline`` (of time.monotonic) or when far too many.

    What ends the text is given on with the end of the reply, so that whoever stops reading there
    has read it whole: only then does the connection stay open for the next question.
    """

    def __init__(self, stream: httpx.SyncByteStream, request: httpx.Request) -> None:
        self._stream = stream
        self._request = request
        self._deadline = request.extensions["deadline"]

    def __iter__(self) -> Iterator[bytes]:
        size, tail = 0, b""
        chunks = iter(self._stream)
        for chunk in chunks:
            if not size:
                chunk = chunk.removeprefix(_MARK)
            if _LAST.search(tail + chunk):
                self._request.extensions["done"] = True
                with contextlib.suppress(httpx.TransportError):  # the text is whole without it
                    chunk += next(chunks, b"")
            tail = chunk[-len(b"\ndata: [DONE]") :]
            size += len(chunk)
            if time.monotonic() > self._deadline:
                raise httpx.ReadTimeout("the reply takes too long")
            if size > _LARGEST_REPLY:
                raise httpx.ReadError("the reply never ends")
            yield chunk

    def close(self) -> None:
        self._stream.close()


def _start_clock(request: httpx.Request) -> None:
    seconds = request.extensions.get("timeout", {}).get("pool")
    request.extensions["deadline"] = time.monotonic() + (math.inf if seconds is None else seconds)


def _watch_clock(response: httpx.Response) -> None:
    if isinstance(response.stream, httpx.SyncByteStream):
        response.stream = _Watched(response.stream, response.request)


def _events(stream: Any) -> Iterator[Mapping[str, Any]]:
    """Yield the events of a reply, or the one document of a server that does not stream.

    What carries nothing, as some send to keep a connection open, is left out.
    """
    response = stream.response
    whole = response.headers.get("content-type", "").startswith("application/json")
    if whole:
        sent = iter([response.read().decode()])
    else:
        sent = (event.data.strip() for event in stream._iter_events())
    nothing: object = None
    some = False
    for data in sent:
        if data[:6].upper() == "[DONE]":
            break
        event = json.loads(data) if data else None
        if isinstance(event, Mapping) and event.get("error"):
            error = event["error"]
            said = error.get("message") if isinstance(error, Mapping) else error
            raise APIError(str(said or "it does not say which"), response.request, body=error)
        if isinstance(event, Mapping) and event.get("choices") not in (None, [None]):
            some = some or bool(event["choices"])
            if event["choices"] or event.get("usage"):
                yield event
        elif isinstance(event, Mapping) and event.get("usage"):
            yield {**event, "choices": []}
        else:
            nothing = event or nothing
    if whole and some:
        response.request.extensions["done"] = True
    if not some and nothing is not None:
        raise TypeError("no chat completion")


def _choice(event: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the choice in an event of a chat completion, empty where it has none."""
    choices = event["choices"]
    choice = choices[0] if isinstance(choices, list) and choices else {}
    if not isinstance(choices, list) or not isinstance(choice, Mapping):
        raise TypeError("no chat completion")
    return choice


def _text_of(choice: Mapping[str, Any], before: str) -> str:
    """Return what a choice adds to the text before it; its parts that are no text are left out.

    >>> _text_of({"delta": {"content": [{"type": "text", "text": "Blue"}, {"type": "x"}]}}, "")
    'Blue'

    Some send a whole message, longer each time, in place of what is new in it.

    >>> _text_of({"message": {"content": "Blue."}}, "Blue")
    '.'
    """
    whole = "delta" not in choice and "message" in choice
    content = (choice.get("message" if whole else "delta") or {}).get("content") or ""
    if isinstance(content, list):
        parts = (part.get("text") for part in content if isinstance(part, Mapping))
        content = "".join(part for part in parts if isinstance(part, str))
    if not isinstance(content, str):
        raise TypeError("no chat completion")
    return content.removeprefix(before) if whole else content


def _counts(event: Mapping[str, Any]) -> dict[str, Any]:
    usage = event.get("usage")
    usage = usage if isinstance(usage, Mapping) else {}
    return {name: usage[name] for name in ("prompt_tokens", "completion_tokens") if name in usage}
