"""What kind of answer a question wants: a linear model over its function words and its shape.

What a question is about is masked, so only how it asks counts: "how does BERT differ from ELMo" is
read as "how does N differ from N". `evals.maintain.train_kinds` learns the weights from
`evals/datasets/reading/templates.txt` and says what it gets right of what it was not shown.
"""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence, Set
from importlib import resources
from typing import Literal, NamedTuple

Kind = Literal[
    "fact", "yes_no", "definition", "mechanism", "reason", "finding", "topic",
    "list", "compare", "library", "chat",
]  # fmt: skip
# Capitals that stand for what is asked about: words of a subject, a title's name, an author, a
# venue, a year, a number.
MASKS = frozenset("XNAVYD")
_LONGEST = 14  # tokens: who types more says what they want at the start or at the end


class Weights(NamedTuple):
    """The model: words that are read as they stand, the kinds, and a row of weights a feature."""

    vocabulary: Set[str]
    kinds: Sequence[str]
    features: Mapping[str, Mapping[int, float]]


@functools.cache
def weights() -> Weights:
    """Return the weights that the package brings."""
    data = json.loads(resources.files("rag.answers").joinpath("kinds.json").read_text("utf-8"))
    features = {
        name: {int(kind): weight for kind, weight in row.items()}
        for name, row in data["features"].items()
    }
    return Weights(frozenset(data["vocabulary"]), data["kinds"], features)


def mask(tokens: Sequence[str], vocabulary: Set[str]) -> list[str]:
    """Return tokens with what the vocabulary lacks as one X, however many there are in a row.

    >>> mask(["how", "does", "N", "learn", "grammar"], {"how", "does"})
    ['how', 'does', 'N', 'X']
    """
    masked: list[str] = []
    for word in tokens:
        shown = word if word in MASKS or word in vocabulary else "X"
        if shown != "X" or masked[-1:] != ["X"]:
            masked.append(shown)
    return masked


def features(masked: Sequence[str]) -> Iterator[str]:
    """Yield what the model weighs: runs of one to three tokens, then those at the start as such.

    >>> list(features(["what", "is", "X"]))[:4]
    ['what', 'what is', 'what is X', 'is']
    """
    if len(masked) > _LONGEST:
        masked = [*masked[: _LONGEST - 4], *masked[-4:]]
    framed = ["^", *masked, "$"]
    for i in range(1, len(framed) - 1):
        for size in (1, 2, 3):
            if i + size <= len(framed):
                yield " ".join(framed[i : i + size])
    for size in (1, 2, 3, 4):
        yield " ".join(framed[: size + 1])
    yield f"names={min(masked.count('N'), 2)}"
    if len(masked) <= 4:
        yield "only " + " ".join(masked)


def probabilities(tokens: Sequence[str], model: Weights | None = None) -> dict[str, float]:
    """Return how likely each kind is, for a question's tokens with names masked already."""
    model = model or weights()
    scores = [0.0] * len(model.kinds)
    for name in set(features(mask(tokens, model.vocabulary))) | {"bias"}:
        for kind, weight in model.features.get(name, {}).items():
            scores[kind] += weight
    top = max(scores)
    shares = [math.exp(score - top) for score in scores]
    total = sum(shares)
    return {kind: share / total for kind, share in zip(model.kinds, shares, strict=True)}


_TOKEN = re.compile(r"\d[\d.,]*|[^\W\d_]+(?:['’][^\W\d_]+)?|&")
_YEAR = re.compile(r"(?:19|20)\d\d")


def tokens_of(text: str) -> list[str]:
    """Return the tokens of a text, years and numbers masked.

    >>> tokens_of("How many papers since 2019?")
    ['how', 'many', 'papers', 'since', 'Y']
    """
    found = []
    for match in _TOKEN.finditer(text):
        word = match.group().rstrip(".,")
        if word[0].isdigit():
            found.append("Y" if _YEAR.fullmatch(word) else "D")
        else:
            found.append("and" if word == "&" else word.casefold().replace("’", "'"))
    return found


def likeliest(tokens: Sequence[str]) -> str:
    """Return the likeliest kind for a question's tokens.

    >>> likeliest(["how", "does", "N", "differ", "from", "N"])
    'compare'
    """
    found = probabilities(tokens)
    return max(found, key=found.__getitem__)
