"""Questions that no paper of a library answers, though most are near its topic."""

from __future__ import annotations

from collections.abc import Iterator

from evals import phrases
from evals.asked_library import Library, terms_of
from evals.phrases import Row
from rag.text.terms import terms

# Asked of any library; those that it might answer are left out.
_OFF_TOPIC = (
    "How long should a soft-boiled egg stay in the water?",
    "Which chess opening begins with the queen's gambit?",
    "What is the capital of Burkina Faso?",
    "Who painted the ceiling of the Sistine Chapel?",
    "How many strings does a bandura have?",
    "What tolls apply on the Brenner motorway?",
    "Which shampoo suits dry hair best?",
    "When does the ferry to Gozo leave?",
    "How is sourdough kept alive over a holiday?",
    "Who won the cycling tour of Lombardy in 1998?",
    "What tax do landlords owe on furnished apartments?",
    "Which knot fastens a hammock to a tree?",
)
# Near the topic: asked of a method and of data whose papers have none of the words.
_OF_METHODS = (
    ("Under which licence is {} released?", "licence license licensed apache mit creative"),
    ("Which learning rate was used to train {}?", "rate rates"),
    ("How many GPUs was {} trained on?", "gpu gpus tpu tpus hardware compute"),
    ("Who funded the work on {}?", "funded funding grant grants supported sponsor"),
    ("Which optimizer was {} trained with?", "optimizer optimiser adam adamw sgd"),
)
_OF_DATA = (
    ("Under which licence is {} distributed?", "licence license licensed creative commons"),
    ("How much were the annotators of {} paid?", "paid pay payment wage dollars cost"),
    ("Who funded the work on {}?", "funded funding grant grants supported sponsor"),
)
_OF_TOOLS = (
    ("Under which licence is {} released?", "licence license licensed apache mit creative"),
    ("Which programming language is {} written in?", "python java javascript c++ rust perl"),
    ("Who funded the work on {}?", "funded funding grant grants supported sponsor"),
)
_DATASETS = tuple(
    "SuperGLUE GSM8K HumanEval PubMedQA HotpotQA TriviaQA MMLU XNLI WikiText-103 BoolQ HellaSwag "
    "WinoGrande CommonsenseQA XQuAD FEVER".split()
)


def unanswerable(library: Library) -> Iterator[Row]:
    """Yield questions that no paper answers: near the topic in three ways, and off it."""
    strange = (text for text in _OFF_TOPIC if not library.holders(text))
    sorts = [_details(library), _missing_data(library), _never_compared(library), strange]
    while sorts:
        for sort in list(sorts):
            text = next(sort, None)
            if text is None:
                sorts.remove(sort)
            else:
                yield {"kind": "unanswerable", "question": text, "papers": [], "facts": []}


def _details(library: Library) -> Iterator[str]:
    """Yield what one may want to know of a named thing and its papers do not tell."""
    for number, (paper, name) in enumerate(library.named(1 / 8)):
        asks = _OF_TOOLS if phrases.is_tool(paper) else _OF_METHODS
        asks = _OF_DATA if phrases.is_data(paper) else asks
        ask, words = asks[number % len(asks)]
        told = set(terms(words))
        if not any(told & terms_of(holder) for holder in library.holders(name)):
            yield ask.format(name)


def _missing_data(library: Library) -> Iterator[str]:
    """Yield questions for a method's result on data that no paper has."""
    missing = [name for name in _DATASETS if not library.holders(name)]
    named = library.named(3 / 8)
    methods = (n for p, n in named if not phrases.is_data(p) and not phrases.is_tool(p))
    for name, data in zip(methods, missing, strict=False):
        yield f"How well does {name} do on {data}?"


def _never_compared(library: Library) -> Iterator[str]:
    """Yield questions for a gain of one method over another where no paper has both."""
    for (paper, name), (_, other) in library.pairs:
        if not phrases.is_data(paper) and not library.holders(f"{name} {other}"):
            yield f"By how much does {name} outperform {other}?"
