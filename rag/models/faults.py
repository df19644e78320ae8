"""Every failure of a language or embedding model, put into one line of ours, in one place."""

from __future__ import annotations

import json
import math
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import httpx
import openai

from rag.errors import ContextTooLong, ModelError, ModelUnavailable
from rag.settings import cut_out

# As OpenAI and vLLM ("maximum context length"), llama.cpp ("available context size",
# "exceed_context_size_error"), LM Studio ("context the overflows"), Gemini ("input token count")
# and TGI ("`inputs` tokens + `max_new_tokens` must be") put it.
_TOO_LONG = re.compile(
    r"context[ _](?:length|size|window)|context the overflows|prompt is too long|too many tokens|"
    r"token count.{0,40} exceeds|`?inputs`? (?:tokens \+|must have less than)|"
    r"exceeds? the maximum (?:number of tokens|input length)|"
    r"(?:input|request) is too (?:long|large)"
)
# As Azure and OpenAI ("content_filter", "content management policy") and Gemini put it.
_FILTERED = re.compile(
    r"content[ _](?:filter|management policy|policy)|prohibited_content|responsibleaipolicy|"
    r"blocked.{0,40}safety|safety.{0,40}blocked"
)
_NO_MODEL = re.compile(
    r"model.{0,120}(?:not found|not exist|not_found)|invalid model|unknown model"
)
# As Gemini ("API key not valid", with 400) puts it.
_NO_KEY = re.compile(
    r"api[ _]key (?:is )?(?:not valid|invalid)|(?:invalid|incorrect)[ _]api[ _]key"
)
_KEY = re.compile(r"\b(?:sk-|Bearer )\S+")
_LONGEST_QUOTE = 160
_LONG = 24 * 3_600  # seconds: nobody waits for that by the second


def model_error(error: Exception, who: str, secret: str = "") -> ModelError:
    """Return ``error`` of a model's client as one of ours; raise it ``from error``.

    ``who`` names the model and its host for the message. ``secret`` is the key in use: it is
    cut out of whatever the server said.
    """
    if isinstance(error, ModelError):
        return error
    if isinstance(error, openai.APITimeoutError):
        return ModelUnavailable(f"{who} did not answer in time; try again or raise RAG_TIMEOUT")
    if isinstance(error, httpx.TimeoutException):
        return ModelUnavailable(f"{who} did not finish in time; try again or raise RAG_TIMEOUT")
    if isinstance(error, openai.APIConnectionError):
        why = _one_line(str(error.__cause__ or error), secret)
        return ModelUnavailable(
            f"{who} cannot be reached ({why}); check that it runs, the network and OPENAI_BASE_URL"
        )
    if isinstance(error, httpx.HTTPError):
        why = _one_line(str(error), secret)
        return ModelUnavailable(f"{who} broke off its reply ({why}); try again")
    if isinstance(error, openai.APIStatusError):
        return _status_error(error, who, secret)
    if isinstance(error, openai.APIError) and not isinstance(
        error, openai.APIResponseValidationError
    ):
        said = _said(error, secret)  # reported in the middle of the reply
        if _TOO_LONG.search(said.lower()):
            return _too_long(who)
        if _FILTERED.search(f"{said} {error.code}".lower()):
            return _filtered(who)
        return ModelUnavailable(f"{who} reports an error ({said}); try again")
    kind = type(error).__name__
    if isinstance(
        error,
        (ValueError, RecursionError, AttributeError, TypeError, openai.OpenAIError),
    ):
        return ModelError(
            f"{who} sent a reply that cannot be read ({kind}); check OPENAI_BASE_URL and the model"
        )
    why = _one_line(str(error), secret)
    return ModelError(f"{who} failed ({kind}: {why}); see the whole error with RAG_DEBUG=1")


def _status_error(error: openai.APIStatusError, who: str, secret: str) -> ModelError:
    status = error.status_code
    said = _said(error, secret)
    lower = _lower(error)
    if status in (400, 403, 422, 451) and _FILTERED.search(lower):
        return _filtered(who)
    if status in (401, 403) or (status == 400 and _NO_KEY.search(lower)):
        return ModelError(f"{who} refused the key; check OPENAI_API_KEY")
    if status == 402:
        return ModelError(f"{who} says that the account has no credit; check its billing")
    if status == 429 and "insufficient_quota" in lower:
        return ModelError(f"{who} says that the quota is used up; check the account's billing")
    if status == 429:
        wait = _retry_after(error)
        when = "later" if wait is None or wait > _LONG else f"in {wait:.0f} s"
        return ModelUnavailable(f"{who} limits its rate; try again {when}", retry_after=wait)
    if status == 413 or _TOO_LONG.search(lower):
        return _too_long(who)
    if status in (408, 409) or status >= 500:
        return ModelUnavailable(
            f"{who} is out of order (HTTP {status}); try again later",
            retry_after=_retry_after(error),
        )
    if _NO_MODEL.search(lower):
        return ModelError(f"{who} is not there; set RAG_LLM_MODEL to a model that the server has")
    if status == 404:
        return ModelError(f"{who} has no such address; check OPENAI_BASE_URL (often ending in /v1)")
    if status < 400:
        return ModelError(f"{who} sends elsewhere (HTTP {status}); correct OPENAI_BASE_URL")
    return ModelError(f"{who} refused the request (HTTP {status}: {said}); check RAG_LLM_MODEL")


def is_about_the_prompt(error: openai.APIStatusError) -> bool:
    """Say whether a refusal is about what was asked: too long, or filtered."""
    lower = _lower(error)
    return bool(_TOO_LONG.search(lower) or _FILTERED.search(lower))


def _lower(error: openai.APIStatusError) -> str:
    """Return all that an error says, in lower case, to be looked through."""
    body = json.dumps(error.body, default=str) if error.body is not None else error.message
    return f"{body[:8_000]} {error.code} {error.type}".lower()


def _filtered(who: str) -> ModelError:
    return ModelError(f"{who} refused the question: its content filter; ask in other words")


def _too_long(who: str) -> ContextTooLong:
    return ContextTooLong(
        f"the prompt does not fit the context of {who}; lower RAG_K or RAG_CONTEXT_TOKENS"
    )


def _said(error: openai.APIError, secret: str) -> str:
    body = error.body
    message = body.get("message") if isinstance(body, Mapping) else body
    return _one_line(message if isinstance(message, str) and message else error.message, secret)


_ERRNO = re.compile(r"\[Errno -?\d+\] ?")  # the system's number for what its words say, too


def _one_line(text: str, secret: str) -> str:
    """Return what a server said without keys, line breaks or terminal codes, cut short."""
    text = text[: 20 * _LONGEST_QUOTE]
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    text = _ERRNO.sub("", text)
    if len(secret) > 1:
        text = re.sub(" ?".join(map(re.escape, secret)), secret, text)  # broken over lines
    text = cut_out(text, [secret])
    text = _KEY.sub("[key]", text)
    return text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + "…"


def _retry_after(error: openai.APIStatusError) -> float | None:
    """Return the seconds that a Retry-After header asks for (RFC 9110, 10.2.3)."""
    value = error.response.headers.get("retry-after", "")
    try:
        seconds = float(value)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(value).timestamp() - time.time()
        except ValueError:
            return None
    return None if math.isnan(seconds) else max(0.0, seconds)
