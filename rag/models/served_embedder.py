"""Embeddings from OpenAI, or from any server that speaks its protocol."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from llama_index.core.bridge.pydantic import PrivateAttr
from llama_index.embeddings.openai_like import OpenAILikeEmbedding  # type: ignore[import-untyped]
from pydantic import SecretStr

from rag.errors import ContextTooLong, ModelError
from rag.models.faults import model_error
from rag.models.served_llm import OPENAI_URL, http_client
from rag.settings import Settings

# OpenAI takes 2,048 texts and 300,000 tokens a request; small servers commonly take 32 texts.
BATCH, SMALL_BATCH = 256, 32


class OpenAIEmbedder(OpenAILikeEmbedding):  # type: ignore[misc]
    """The model ``Settings.embedding_model`` at ``Settings.openai_base_url``, else at OpenAI.

    Requests that fail for a passing reason are tried again ``Settings.retries`` times, waiting
    as long as the server asks for. Errors are those of ``rag.errors``. Awaited calls run in a
    thread: an asynchronous client would be bound to one event loop.
    """

    _key: SecretStr = PrivateAttr()
    _tries: int = PrivateAttr()
    _length: int | None = PrivateAttr(default=None)

    def __init__(self, settings: Settings) -> None:
        client = http_client(settings.openai_base_url or OPENAI_URL)
        super().__init__(
            model_name=settings.embedding_model,
            api_base=settings.openai_base_url or OPENAI_URL,
            api_key="hidden",  # the real one stays out of what pydantic shows
            embed_batch_size=SMALL_BATCH if settings.openai_base_url else BATCH,
            max_retries=0,  # the client below retries; twice would multiply
            timeout=settings.timeout,
            http_client=client,
        )
        weakref.finalize(self, client.close)
        self._key = settings.openai_api_key or SecretStr("none")
        self._tries = settings.retries

    @property
    def identity(self) -> str:
        """The name that an index remembers."""
        return f"openai:{self.model_name}"

    @property
    def dimension(self) -> int:
        """The length of a vector; the model is asked on first use."""
        if self._length is None:
            self._length = len(self._get_query_embedding("dimension"))
        return self._length

    def _get_credential_kwargs(self, is_async: bool = False) -> dict[str, Any]:
        kwargs: dict[str, Any] = super()._get_credential_kwargs(is_async)
        return kwargs | {"api_key": self._key.get_secret_value(), "max_retries": self._tries}

    def _get_query_embedding(self, query: str) -> list[float]:
        with self._errors():
            return list(super()._get_query_embedding(query))

    async def _aget_query_embedding(self, query: str) -> list[float]:
        return await asyncio.to_thread(self._get_query_embedding, query)

    def _get_text_embedding(self, text: str) -> list[float]:
        with self._errors():
            return list(super()._get_text_embedding(text))

    async def _aget_text_embedding(self, text: str) -> list[float]:
        return await asyncio.to_thread(self._get_text_embedding, text)

    def _get_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        with self._errors():
            return list(super()._get_text_embeddings(texts))

    async def _aget_text_embeddings(self, texts: list[str]) -> list[list[float]]:
        return await asyncio.to_thread(self._get_text_embeddings, texts)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Turn whatever the client raises into one line of ours; never with the key in it."""
        key, host = self._key.get_secret_value(), urlsplit(self.api_base or OPENAI_URL).hostname
        who = f"the embedding model {self.model_name} at {host}"
        try:
            yield
        except Exception as error:
            ours = model_error(error, who, key)
            if isinstance(ours, ContextTooLong):
                raise ModelError(
                    f"a text is longer than {who} takes; shorten it or choose another embedder"
                ) from error
            ours.args = (str(ours).replace("RAG_LLM_MODEL", "RAG_EMBEDDING_MODEL"),)
            raise ours from error
