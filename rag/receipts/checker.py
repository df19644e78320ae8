"""Whether passages say what a claim says, as a trained network reads them."""

from __future__ import annotations

from collections.abc import Sequence

from rag.models.cross_encoder import SUPPORTS, Pair, cross_encoder
from rag.types import Floats


def check(claim: str, passages: Sequence[str]) -> Floats:
    """Return how far each passage supports a claim: a logit each, shape (len(passages),).

    ``passages`` are windows of up to three sentences under their paper's title. The logit is no
    probability yet: `rag.receipts.support` weighs it with the words and numbers.
    """
    logits: Floats = cross_encoder().logits([Pair(claim, each) for each in passages])[:, SUPPORTS]
    return logits
