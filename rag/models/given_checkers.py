"""Checkers that a user names: a cross-encoder in a folder, or a server that ranks.

Each tells how far passages support a claim: a logit each, above 0 where a passage is for it.
"""

from __future__ import annotations

import json
import math
import weakref
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import httpx
import numpy as np

from rag.errors import ModelError
from rag.models.cross_encoder import SUPPORTS, CrossEncoder, Pair
from rag.models.served_llm import http_client
from rag.settings import Settings, host
from rag.types import Floats

_LONGEST = 512  # word pieces of claim and passage together
_BATCH = 16
# As data sets for natural language inference, fact checking and ranking name it.
_FOR = ("entail", "support", "true", "yes", "relevant", "consistent")
_AGAINST = ("not", "non", "un", "ir", "in")
_MOST = 8.0  # the logit of 0.9997


class GivenChecker(Protocol):
    """What `rag.receipts.checker` asks."""

    def logits(self, claim: str, passages: Sequence[str]) -> Floats:
        """Return a logit for each passage."""


def open_checker(settings: Settings) -> GivenChecker:
    """Return the checker that ``Settings.checker`` names.

    Raises:
        ModelError: the folder holds none, or the server does not answer.
    """
    named = settings.checker or ""
    return ServedChecker(settings) if "://" in named else OnnxChecker(Path(named))


class OnnxChecker:
    """``model.onnx`` and ``tokenizer.json`` of a cross-encoder, as `optimum` exports them.

    Of several logits the one counts that ``id2label`` in ``config.json`` calls entailment or
    support.
    """

    def __init__(self, folder: Path) -> None:
        """Load the network.

        Raises:
            ModelError: the folder does not hold one.
        """
        wrong = partial("the checker in {} {}; correct RAG_CHECKER".format, folder)
        for name in ("model.onnx", "tokenizer.json"):
            if not (folder / name).is_file():
                raise ModelError(wrong(f"has no {name}"))
        network = CrossEncoder(folder)
        self._session: Any = network.session
        self._tokenizer: Any = network.tokenizer
        self._takes = {each.name for each in self._session.get_inputs()}
        self._own = network if self._takes == {"ids"} else None
        if not self._own and not {"input_ids", "attention_mask"} <= self._takes:
            raise ModelError(wrong("takes no input_ids and attention_mask"))
        self._tokenizer.enable_truncation(_LONGEST)
        self._tokenizer.enable_padding()
        self._column = _supporting(folder / "config.json")
        try:
            columns = self.logits("A claim.", ["A passage."]).size  # read once: it can be
        except ModelError:
            raise
        except Exception as error:  # onnxruntime raises kinds of its own
            raise ModelError(wrong(f"cannot be used ({type(error).__name__})")) from error
        if columns != 1:
            raise ModelError(wrong("gives no logits"))

    def logits(self, claim: str, passages: Sequence[str]) -> Floats:
        """Return a logit for each passage."""
        if self._own:
            found: Floats = self._own.logits([Pair(claim, each) for each in passages])
            return found[:, SUPPORTS]
        batches = [passages[at : at + _BATCH] for at in range(0, len(passages), _BATCH)]
        return np.concatenate([self._batch(claim, each) for each in batches])

    def _batch(self, claim: str, passages: Sequence[str]) -> Floats:
        read = self._tokenizer.encode_batch([(claim, each) for each in passages])
        inputs = {
            "input_ids": [each.ids for each in read],
            "attention_mask": [each.attention_mask for each in read],
            "token_type_ids": [each.type_ids for each in read],
        }
        given = {name: np.array(inputs[name], dtype=np.int64) for name in self._takes}
        logits = np.asarray(self._session.run(None, given)[0], dtype=np.float32)
        logits = logits.reshape(len(passages), -1)
        if logits.shape[1] == 1:
            return logits[:, 0]
        if self._column is None or self._column >= logits.shape[1]:
            raise ModelError(
                "the checker gives several logits; name the one for support in id2label of its "
                "config.json"
            )
        rest = np.delete(logits, self._column, axis=1)
        against: Floats = np.logaddexp.reduce(rest, axis=1)
        return logits[:, self._column] - against


def _supporting(config: Path) -> int | None:
    """Return which label of a configuration says that the passage supports the claim."""
    try:
        labels = json.loads(config.read_text(encoding="utf-8"))["id2label"]
        named = {int(place): str(label).lower() for place, label in labels.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    found = [
        place
        for place, label in named.items()
        if any(word in label for word in _FOR) and not label.startswith(_AGAINST)
    ]
    return found[0] if len(found) == 1 else None


class ServedChecker:
    """A server that ranks documents for a query: ``POST {address}/rerank``, as Jina began it.

    Scores of 0 to 1 are taken for probabilities; one outside tells that they are logits.
    """

    def __init__(self, settings: Settings) -> None:
        """Ask the server for its model, where it tells one.

        Raises:
            ModelError: it cannot be reached, or does not rank.
        """
        self._address = (settings.checker or "").rstrip("/")
        self._who = f"the checker at {host(self._address)}"
        self._client = http_client(self._address)
        weakref.finalize(self, self._client.close)
        self._client.timeout = httpx.Timeout(settings.timeout)
        if settings.checker_key:
            key = settings.checker_key.get_secret_value()
            self._client.headers["Authorization"] = f"Bearer {key}"
        self._are_logits = False
        self._model = self._first_model()
        self.logits("A claim.", ["A passage."])

    def _first_model(self) -> str:
        """Return the first of the models that the server lists, "" where it lists none."""
        try:
            listed = self._client.get(f"{self._address}/models", timeout=5).json()
            return str(listed["data"][0]["id"])
        except (httpx.HTTPError, ValueError, LookupError, TypeError):
            return ""

    def logits(self, claim: str, passages: Sequence[str]) -> Floats:
        """Return a logit for each passage."""
        asked: dict[str, Any] = {"query": claim, "documents": list(passages)}
        if self._model:
            asked["model"] = self._model
        try:
            reply = self._client.post(f"{self._address}/rerank", json=asked)
            reply.raise_for_status()
            scores = _scores(reply.json(), len(passages))
        except httpx.HTTPStatusError as error:
            status = error.response.status_code
            raise ModelError(f"{self._who} refused (HTTP {status}); check RAG_CHECKER") from None
        except httpx.HTTPError as error:
            kind = type(error).__name__
            raise ModelError(
                f"{self._who} cannot be reached ({kind}); check that it runs"
            ) from None
        except (ValueError, LookupError, TypeError):
            raise ModelError(f"{self._who} sent no ranking; check RAG_CHECKER") from None
        self._are_logits |= any(not 0 <= score <= 1 for score in scores)
        return np.array(
            scores if self._are_logits else [_logit(each) for each in scores], dtype=np.float32
        )


def _scores(reply: Mapping[str, Any], count: int) -> list[float]:
    """Return the scores of a reply in the order of the documents."""
    scores = {int(each["index"]): float(each["relevance_score"]) for each in reply["results"]}
    found = [scores[i] for i in range(count)]
    if not all(map(math.isfinite, found)):
        raise ValueError("a score is no number")
    return found


def _logit(probability: float) -> float:
    if not 0 < probability < 1:
        return _MOST if probability > 0.5 else -_MOST
    return max(-_MOST, min(_MOST, math.log(probability / (1 - probability))))
