"""Whether passages say what a claim says, as a trained network or a user's checker reads them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence

import numpy as np

from rag.errors import ModelError
from rag.models.cross_encoder import SUPPORTS, Pair, cross_encoder
from rag.models.given_checkers import GivenChecker, open_checker
from rag.settings import Settings, host
from rag.types import Floats

log = logging.getLogger(__name__)

# The whole process has one checker, the one of the assistant that was opened last: a verdict
# needs no more than a sentence and papers.
_lock = threading.Lock()
_settings: Settings | None = None  # where they name a checker
_opened: GivenChecker | None = None


def use(settings: Settings) -> None:
    """Take the checker that the settings name; it is opened when first needed."""
    global _settings, _opened
    with _lock:
        named = settings if settings.checker else None
        if named is None or _settings is None or _identity(named) != _identity(_settings):
            _settings, _opened = named, None


def _identity(settings: Settings) -> tuple[object, ...]:
    return settings.checker, settings.checker_key, settings.timeout


def ready() -> None:
    """See that the checker in force can be used.

    Raises:
        ModelError: the settings name a folder without one, or a server that does not answer.
    """
    _given()


def in_force(settings: Settings) -> str:
    """Return which checker the settings mean: never a secret.

    >>> in_force(Settings(checker=None)), in_force(Settings(checker="http://:key@localhost:80/v1"))
    ('built in', 'server localhost:80')
    """
    if not settings.checker:
        return "built in"
    named = settings.checker
    return f"server {host(named)}" if "://" in named else f"folder {named}"


def check(claim: str, passages: Sequence[str]) -> Floats:
    """Return how far each passage supports a claim: a logit each, shape (len(passages),).

    ``passages`` are windows of up to three sentences under their paper's title. The logit is no
    probability yet: `rag.receipts.support` weighs it with the words and numbers. It is 0, which
    leaves the verdict to these, where a user's checker fails.
    """
    if not passages:
        return np.zeros(0, dtype=np.float32)
    given = _given()
    if given is None:
        pairs = [Pair(claim, each) for each in passages]
        logits: Floats = cross_encoder().logits(pairs)[:, SUPPORTS]
        return logits
    try:
        return given.logits(claim, passages)
    except ModelError as error:
        log.warning("%s; the words alone decide", error)
        return np.zeros(len(passages), dtype=np.float32)


def _given() -> GivenChecker | None:
    """Return the user's checker, None where the network that comes with the program serves."""
    global _opened
    with _lock:
        if _settings is not None and _opened is None:
            _opened = open_checker(_settings)
        return _opened
