"""How far sentences answer a question in another language than theirs, by a multilingual embedder.

The network of `rag.models.cross_encoder` and the rules over words read English. For a question in
another language the cosine of question and sentence stands in for both.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from llama_index.core.base.embeddings.base import BaseEmbedding

from rag.answers.extraction import Candidates
from rag.models.cross_encoder import Pair, likelihood
from rag.models.embedders import embed_kept, embed_query
from rag.types import Floats

# Of ten questions in five languages on the sample's papers the nearest sentence had 0.81 to 0.87,
# of ten on everyday things 0.73 to 0.81 (multilingual-e5-small).
_ANSWERS, _STEEP = 0.825, 60.0


def logits(embedder: BaseEmbedding, pairs: Sequence[Pair]) -> Floats:
    """Return what stands for the network's logits, shape (len(pairs), 2); both columns alike."""
    if not pairs:
        return np.empty((0, 2), dtype=np.float32)
    questions = {pair.text: embed_query(embedder, pair.text) for pair in pairs}
    passages = embed_kept(embedder, [pair.passage for pair in pairs])
    asked = np.stack([questions[pair.text] for pair in pairs])
    cosines = (asked * passages).sum(axis=1)
    both: Floats = np.repeat((_STEEP * (cosines - _ANSWERS))[:, None], 2, axis=1)
    return both


def score(candidates: Candidates) -> float:
    """Return how sure it is that the sentences answer, 0 to 1."""
    return likelihood(max((one.logit for one in candidates.sentences), default=-math.inf))
