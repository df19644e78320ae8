"""Train the model that tells what kind of answer a question wants; say how well it does.

python -m evals.maintain.train_kinds [--write]
"""

from __future__ import annotations

import argparse
import collections
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rag.answers import kinds

_HERE = Path(__file__).parents[1] / "datasets" / "reading"
_PLACE = Path(kinds.__file__).with_name("kinds.json")
_LEAST = 2  # templates in which a word stands before it is read as it is
_DECAY, _RATE, _STEPS = 1e-5, 0.05, 400
_KEPT = 0.08  # weights smaller than this say nothing
_FOLDS = 5
Example = tuple[list[str], str]


def read_templates() -> list[Example]:
    """Return the tokens and the kind of each template."""
    found: list[Example] = []
    kind = ""
    for line in (_HERE / "templates.txt").read_text("utf-8").splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
        elif line and not line.startswith("#"):
            found.append((line.replace(",", " ").split(), kind))
    return found


def varied(examples: Sequence[Example]) -> list[Example]:
    """Return each example, and again with its names and authors as words nobody knows."""
    found = []
    for tokens, kind in examples:
        found.append((tokens, kind))
        unknown = ["X" if word in "NA" else word for word in tokens]
        safe = "A" not in tokens or {"by", "did", "has", "does"} & set(tokens)
        if unknown != tokens and safe:
            found.append((unknown, kind))
    return found


def train(examples: Sequence[Example]) -> kinds.Weights:
    """Return softmax regression's weights for the examples (Adam, whole batches)."""
    seen = collections.Counter(word for tokens, _ in examples for word in set(tokens))
    vocabulary = {
        word for word, count in seen.items() if count >= _LEAST and word not in kinds.MASKS
    }
    names = sorted({kind for _, kind in examples})
    rows = [
        {*kinds.features(kinds.mask(tokens, vocabulary)), "bias"} for tokens, _ in varied(examples)
    ]
    wanted = np.array([names.index(kind) for _, kind in varied(examples)])
    counts = collections.Counter(name for row in rows for name in row)
    places = {name: i for i, name in enumerate(sorted(n for n in counts if counts[n] >= 2))}
    matrix = np.zeros((len(rows), len(places)), dtype=np.float32)
    for i, row in enumerate(rows):
        matrix[i, [places[name] for name in row if name in places]] = 1.0
    target = np.eye(len(names), dtype=np.float32)[wanted]
    table = np.zeros((len(places), len(names)), dtype=np.float32)
    first, second = np.zeros_like(table), np.zeros_like(table)
    for step in range(1, _STEPS + 1):
        scores = matrix @ table
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        slope = matrix.T @ (shares - target) / len(rows) + _DECAY * table
        first = 0.9 * first + 0.1 * slope
        second = 0.999 * second + 0.001 * slope**2
        table -= _RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.999**step)) + 1e-8)
    features = {
        name: {k: round(float(w), 2) for k, w in enumerate(table[i]) if abs(w) >= _KEPT}
        for name, i in places.items()
    }
    return kinds.Weights(vocabulary, names, {name: row for name, row in features.items() if row})


def share_right(model: kinds.Weights, examples: Sequence[Example]) -> float:
    """Return the share of examples whose kind comes first."""
    right = 0
    for tokens, kind in examples:
        found = kinds.probabilities(tokens, model)
        right += max(found, key=found.__getitem__) == kind
    return right / len(examples)


def main() -> None:
    """Train on folds to say what is got right, then on everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="keep the weights")
    write = parser.parse_args().write
    examples = read_templates()
    if write:
        model = train(examples)
        data = {
            "vocabulary": sorted(model.vocabulary),
            "kinds": model.kinds,
            "features": model.features,
        }
        _PLACE.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="utf-8")
        shown = f"{len(examples)} templates, {len(model.features)} features -> {_PLACE.name}"
        sys.stdout.write(shown + "\n")
        return
    order = np.random.default_rng(7).permutation(len(examples))
    shares = []
    for fold in range(_FOLDS):
        held = {int(i) for i in order[fold::_FOLDS]}
        model = train([each for i, each in enumerate(examples) if i not in held])
        shares.append(share_right(model, [examples[i] for i in sorted(held)]))
    sys.stdout.write(f"right of templates left out: {np.mean(shares):.3f} ({_FOLDS} folds)\n")


if __name__ == "__main__":
    main()
