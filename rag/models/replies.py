"""The language model in force, and one way to stream a reply from any LlamaIndex LLM."""

from __future__ import annotations

import contextlib
import itertools
import logging
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from llama_index.core.llms import LLM, ChatMessage, ChatResponse
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_before_delay,
    wait_exponential,
    wait_random,
)

from rag.errors import ModelError, ModelUnavailable
from rag.models.prices import LOCAL_PREFIX
from rag.models.prices import cost as cost
from rag.models.prices import price as price
from rag.models.reply_cache import check_folder, read_reply, reply_file, write_reply
from rag.models.reply_text import ReplyText
from rag.settings import Settings, host
from rag.text.tokens import count
from rag.types import Usage

if TYPE_CHECKING:
    from rag.models.served_llm import ServedLLM

# The openai package takes a third of the imports' time: it waits until a model is asked for.

_log = logging.getLogger(__name__)
# A reply, its retries and the waits between them take at most this many times the timeout.
_OVERALL = 5
_LONGEST_WAIT = 30.0
_backoff = wait_exponential(multiplier=0.5, max=8.0) + wait_random(0.0, 1.0)
_pause = time.sleep


@dataclass(frozen=True, slots=True)
class Completion:
    """A whole reply; ``stopped`` says why it is incomplete ("length"), else None."""

    text: str
    usage: Usage
    stopped: str | None = None


def open_llm(settings: Settings) -> LLM | None:
    """Return the one model that serves every role, or None for ``none``.

    A local model is loaded here, in a second or a few; a served one is not spoken to yet.

    Raises:
        SettingsError: a key, an address, a model file or llama.cpp is missing.
    """
    if settings.llm_in_force == "none":
        return None
    if settings.llm_in_force == "local":
        from rag.models.gguf_llm import open_local

        return open_local(settings, patience=settings.timeout * _OVERALL)
    from rag.models.served_llm import open_openai

    return open_openai(settings)


def model_name(settings: Settings, llm: LLM | None = None) -> str:
    """Return the name of ``llm``, or of the model that the settings name without opening it."""
    if llm is not None:
        return str(llm.metadata.model_name)
    if settings.llm_in_force == "local":
        from rag.models.gguf_llm import local_name

        return local_name(settings)
    return settings.llm_model if settings.llm_in_force == "openai" else "none"


@contextlib.contextmanager
def limited(llm: LLM | None, requests: int) -> Iterator[bool]:
    """Have a served model asked at most so many times at once; give whether it is one."""
    served = _served(llm)
    if served is None:
        yield False
        return
    served.free = threading.BoundedSemaphore(requests)
    try:
        yield True
    finally:
        served.free = contextlib.nullcontext()


def _served(llm: LLM | None) -> ServedLLM | None:
    """Return a model that is behind an address, None for any other and for none."""
    if llm is None:
        return None
    from rag.models.served_llm import ServedLLM

    return llm if isinstance(llm, ServedLLM) else None


def complete_stream(
    llm: LLM, messages: Sequence[ChatMessage], *, max_tokens: int, settings: Settings
) -> Generator[str | Completion, None, None]:
    """Yield the text of a reply as it arrives, then one Completion.

    Until the first text has come, a busy or broken server is asked again
    (``settings.retries`` times, waiting longer each time or as long as it asks). All of it
    takes at most five times ``settings.timeout``, as does silence a single timeout. With
    ``settings.cache`` a reply that was given before comes from disk.

    Raises:
        ModelUnavailable: down, refused, too slow or broken off; trying again may help.
        ContextTooLong: the messages do not fit the model's context.
        ModelError: any other failure. ``partial`` is the text that had arrived.
        SettingsError: the cache folder cannot be written.
    """
    if settings.cache is None:
        yield (yield from _generate(llm, messages, max_tokens, settings))
        return
    check_folder(settings.cache)
    file = reply_file(settings.cache, llm, messages, max_tokens)
    completion = _kept(file)
    if completion:
        yield completion.text
    else:
        completion = yield from _generate(llm, messages, max_tokens, settings)
        write_reply(file, asdict(completion))
    yield completion


def _kept(file: Path) -> Completion | None:
    reply = read_reply(file)
    try:
        return Completion(reply["text"], Usage(**reply["usage"]), reply["stopped"])
    except (KeyError, TypeError):  # none is kept, or in another form
        return None


def _generate(
    llm: LLM, messages: Sequence[ChatMessage], max_tokens: int, settings: Settings
) -> Generator[str, None, Completion]:
    overall = settings.timeout * _OVERALL
    deadline = time.monotonic() + overall
    attempts = Retrying(
        retry=retry_if_exception_type(ModelUnavailable),
        stop=stop_after_attempt(settings.retries + 1) | stop_before_delay(overall),
        wait=_wait,
        before_sleep=_tell,
        sleep=lambda seconds: _pause(seconds),
        reraise=True,
    )
    for attempt in attempts:
        with attempt:
            reply = _Reply(llm, messages, max_tokens, deadline)
            deltas = reply.deltas()
            first = next(deltas)
    parts: list[str] = []
    with contextlib.closing(deltas):
        try:
            for delta in itertools.chain([first], deltas):
                parts.append(delta)
                yield delta
        except ModelError as error:
            error.partial = "".join(parts)
            raise
    text = "".join(parts)
    usage = reply.usage or _count(messages, text)
    return Completion(text, replace(usage, cost_usd=cost(llm, usage)), reply.stopped)


class _Reply:
    """One attempt at a reply: its text as it comes, then what was said about it."""

    def __init__(
        self, llm: LLM, messages: Sequence[ChatMessage], max_tokens: int, deadline: float
    ) -> None:
        self._llm = llm
        self._messages = messages
        self._max_tokens = max_tokens
        self._deadline = deadline
        self._finish: str | None = None
        self.usage: Usage | None = None

    @property
    def stopped(self) -> str | None:
        """Why the text is incomplete, None where it is whole."""
        if self._finish in ("length", "max_tokens"):
            return "length"
        return self._finish if self._finish == "content_filter" else None

    def deltas(self) -> Generator[str, None, None]:
        """Yield each piece of text; at least one, or raise what went wrong."""
        from rag.models.faults import model_error

        served = _served(self._llm)
        who = self._llm.metadata.model_name
        if served and not who.startswith(LOCAL_PREFIX):
            who += f" at {host(served.origin)}"
        responses = written = shown = 0
        text = ReplyText()
        try:
            for response in self._responses(served):
                responses += 1
                self._note(response)
                delta = response.delta
                if delta is None:  # some models only give the whole text so far
                    delta = (response.message.content or "")[written:]
                written += len(delta)
                if plain := text.feed(delta):
                    shown += len(plain)
                    yield plain
                if time.monotonic() > self._deadline:
                    raise ModelUnavailable(f"{who} takes too long; try again or raise RAG_TIMEOUT")
        except ModelError:
            raise
        except Exception as error:
            raise model_error(error, who, served.secret if served else "") from error
        if plain := text.finish():
            shown += len(plain)
            yield plain
        if served and not responses:
            raise ModelError(f"{who} sent no reply that can be read; check OPENAI_BASE_URL")
        if served and self._finish is None:
            raise ModelUnavailable(f"{who} broke off its reply; try again")
        if not shown and self.stopped == "length":
            if served and served.think_longer():  # it may have thought all the while
                yield from self.deltas()
                return
            raise ModelError(f"{who} wrote nothing within its limit; raise RAG_ANSWER_TOKENS")
        if not shown and self.stopped == "content_filter":
            raise ModelError(f"{who} withheld its reply: its content filter; ask in other words")
        if not shown:
            raise ModelError(f"{who} sent an empty reply; ask again or choose another model")

    def _responses(self, served: ServedLLM | None) -> Iterator[ChatResponse]:
        options: dict[str, Any] = {}
        if "max_tokens" in type(self._llm).model_fields:
            options["max_tokens"] = self._max_tokens + (served.headroom if served else 0)
        with served.free if served else contextlib.nullcontext():
            if served:
                options |= served.within(max(0.001, self._deadline - time.monotonic()))
            try:
                yield from self._llm.stream_chat(self._messages, **options)
            except NotImplementedError:
                yield self._llm.chat(self._messages, **options)

    def _note(self, response: ChatResponse) -> None:
        """Keep the token counts and the reason for stopping, where the response has them."""
        counts = response.additional_kwargs
        prompt, completion = counts.get("prompt_tokens"), counts.get("completion_tokens")
        if isinstance(prompt, int) and isinstance(completion, int) and prompt:
            self.usage = Usage(prompt, completion)
        choices = getattr(response.raw, "choices", None)
        finish = getattr(choices[0], "finish_reason", None) if choices else None
        self._finish = counts.get("finish_reason") or finish or self._finish


def _count(messages: Sequence[ChatMessage], text: str) -> Usage:
    """Count tokens where the server does not: each message has some 4 for its role."""
    prompt = sum(count(message.content or "") + 4 for message in messages)
    return Usage(prompt, count(text))


def _wait(state: RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, ModelUnavailable) and error.retry_after is not None:
        return min(error.retry_after, _LONGEST_WAIT)
    return _backoff(state)


def _tell(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    _log.warning("%s (trying again in %.1f s)", error, state.upcoming_sleep)
