"""Off-topic and false-premise questions are declined; plain ones are answered."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.answers.refusals import REFUSAL
from rag.assistant import Assistant
from rag.settings import load_settings

SAMPLE = Path(__file__).parents[1] / "evals" / "datasets" / "sample" / "papers.jsonl"


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    index = tmp_path_factory.mktemp("sample") / "index"
    opened = Assistant.open(load_settings(index=index, embedder="static", llm="none"))
    opened.ingest([str(SAMPLE)])
    yield opened
    opened.close()


@pytest.mark.parametrize(
    "question",
    [
        "What is the capital of Norway?",
        "How long should an egg be boiled?",
        "Who won the football world cup in 1998?",
    ],
)
def test_what_the_papers_are_not_about_is_declined_with_the_nearest(sample, question):
    answer = sample.ask(question)
    assert not answer.answered
    assert answer.answer.startswith(REFUSAL)
    assert (answer.sentences, answer.citations) == ((), ())
    assert answer.retrieved
    assert answer.retrieved[0].title in answer.answer


@pytest.mark.parametrize(
    ("question", "paper"),
    [
        ("How many image-text pairs was CLIP trained on?", "radford2021clip"),
        ("How does dense passage retrieval compare with BM25?", "karpukhin2020dense"),
    ],
)
def test_what_an_abstract_says_is_answered_from_it(sample, question, paper):
    answer = sample.ask(question)
    assert answer.answered
    assert answer.citations[0].paper.id == paper
    assert {sentence.support for sentence in answer.sentences} == {"verbatim"}
