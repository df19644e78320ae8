"""Questions in another language, answered by what a multilingual embedder finds near."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from llama_index.core.base.embeddings.base import BaseEmbedding

from rag import Assistant, load_settings
from rag.answers import meaning
from rag.answers.extraction import Candidate, Candidates
from rag.models.cross_encoder import Pair
from rag.models.embedders import embed


class Turned(BaseEmbedding):
    """What has "Wolke" or "cloud" in it lies along one axis, all else 0.2 rad from the other."""

    @property
    def identity(self):
        return "e5"

    def _get_text_embedding(self, text):
        angle = 0.0 if "Wolke" in text or "loud" in text else math.pi / 2 - 0.2
        return [math.cos(angle), math.sin(angle)]

    _get_query_embedding = _get_text_embedding

    async def _aget_query_embedding(self, query):
        return self._get_text_embedding(query)


def test_cosines_stand_for_logits():
    pairs = [Pair("Wolke", "A cloud."), Pair("Wolke", "A tree."), Pair("Baum", "A tree.")]
    found = meaning.logits(Turned(), pairs)
    expected = [60 * (1 - 0.825), 60 * (math.cos(math.pi / 2 - 0.2) - 0.825), 60 * (1 - 0.825)]
    np.testing.assert_allclose(found, np.array([expected, expected]).T, rtol=1e-5)
    assert meaning.logits(Turned(), []).shape == (0, 2)
    np.testing.assert_allclose(embed(Turned(), ["cloud"]), [[1.0, 0.0]])


@pytest.mark.parametrize(
    ("logits", "sure"),
    [([0.0, -1.0], 0.5), ([-5.0, math.log(3)], 0.75), ([], 1 / (1 + math.exp(30))), ([1e4], 1.0)],
)
def test_the_best_sentence_says_how_sure_it_is(logits, sure):
    sentences = tuple(Candidate(0, 0, 1, 0.0, logit) for logit in logits)
    score = meaning.score(Candidates(sentences, np.eye(len(logits), dtype=np.float32)))
    assert score == pytest.approx(sure, rel=1e-9)


@pytest.mark.parametrize(
    ("question", "quoted"),
    [
        (
            "Wie entsteht eine Wolke am Himmel über der Stadt?",
            "A cloud forms where damp air cools. [1]",
        ),
        ("Wie entsteht ein Baum am Rand der großen Stadt?", None),
    ],
)
def test_a_question_in_german_is_answered_by_meaning(tmp_path: Path, question, quoted):
    (tmp_path / "x.jsonl").write_text(
        '{"id": "c", "title": "On clouds", "abstract": "We looked up. '
        'A cloud forms where damp air cools. Rain is another matter."}\n'
    )
    settings = load_settings(index=tmp_path / "index", llm="none")
    with Assistant.open(settings, embedder=Turned(model_name="e5")) as assistant:
        assistant.ingest([str(tmp_path / "x.jsonl")])
        answer = assistant.ask(question)
    assert answer.answered is (quoted is not None)
    if quoted:
        assert quoted in [sentence.text for sentence in answer.sentences]
        assert "in English" not in answer.answer
