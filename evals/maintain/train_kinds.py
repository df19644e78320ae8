"""Train the model that tells what kind of answer a question wants; say how well it does.

python -m evals.maintain.train_kinds [--write]

Two sources teach it: ``templates.txt``, ways to ask with capitals for what is asked about, and
``asked.tsv``, whole questions of several writers, each with its kind. Without ``--write`` each
writer's questions are left out once, and the share of right kinds among them is told.
"""

from __future__ import annotations

import argparse
import collections
import itertools
import json
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]

from rag.answers import kinds, naming

_HERE = Path(__file__).parents[1] / "datasets" / "reading"
_PLACE = Path(kinds.__file__).with_name("kinds.json")
_LEAST = 2  # templates in which a word stands before it is read as it is
# Of whole questions so many, of so many fields, in which it tells the kind: G of Dunning (1993).
_LEAST_ASKED, _FIELDS, _TELLING = 4, 3, 22.0
_DECAY, _RATE, _STEPS = 1e-5, 0.05, 400
_KEPT = 0.08  # weights smaller than this say nothing
_ANSWERED_AS = {"phrase": "list"}  # who only describes research wants the papers on it
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


def read_asked() -> dict[str, list[Example]]:
    """Return the tokens and the kind of each whole question, by writer.

    Names are told by their form alone: no library is at hand.
    """
    found: dict[str, list[Example]] = {}
    for line in (_HERE / "asked.tsv").read_text("utf-8").splitlines():
        writer, kind, question = line.split("\t")
        tokens = list(naming.find_names(question, None).tokens)
        found.setdefault(writer, []).append((tokens, _ANSWERED_AS.get(kind, kind)))
    return found


def vocabulary_of(
    templates: Sequence[Example], asked: Mapping[str, Sequence[Example]]
) -> frozenset[str]:
    """Return the words that are read as they are: by which people ask, not of what."""
    seen = collections.Counter(word for tokens, _ in templates for word in set(tokens))
    words = {word for word, count in seen.items() if count >= _LEAST}
    every = [(writer, *one) for writer, rows in asked.items() for one in rows]
    shares = {k: n / len(every) for k, n in collections.Counter(k for *_, k in every).items()}
    times: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    fields: dict[str, set[str]] = collections.defaultdict(set)
    for writer, tokens, kind in every:
        for word in set(tokens):
            times[word][kind] += 1
            fields[word].add(writer.partition("-")[0])
    slips = {"".join(sorted(word)) for word in words}  # "dose" is a slip for "does"
    for word, by_kind in times.items():
        count = by_kind.total()
        telling = 2 * sum(n * math.log(n / (count * shares[k])) for k, n in by_kind.items())
        if (
            count >= _LEAST_ASKED
            and len(fields[word]) >= _FIELDS
            and telling >= _TELLING
            and "".join(sorted(word)) not in slips
        ):
            words.add(word)
    return frozenset(words - kinds.MASKS)


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


def train(templates: Sequence[Example], asked: Mapping[str, Sequence[Example]]) -> kinds.Weights:
    """Return softmax regression's weights for templates and questions (Adam, whole batches)."""
    vocabulary = vocabulary_of(templates, asked)
    examples = varied([*templates, *itertools.chain.from_iterable(asked.values())])
    names = sorted({kind for _, kind in examples})
    rows = [{*kinds.features(kinds.mask(tokens, vocabulary)), "bias"} for tokens, _ in examples]
    wanted = np.array([names.index(kind) for _, kind in examples])
    counts = collections.Counter(name for row in rows for name in row)
    places = {name: i for i, name in enumerate(sorted(n for n in counts if counts[n] >= 2))}
    known = [[places[name] for name in row if name in places] for row in rows]
    ends = np.cumsum([0, *map(len, known)])
    columns = np.concatenate(known)
    ones = np.ones(len(columns), dtype=np.float32)
    matrix = sparse.csr_matrix((ones, columns, ends), shape=(len(rows), len(places)))
    turned = matrix.T.tocsr()
    target = np.eye(len(names), dtype=np.float32)[wanted]
    table = np.zeros((len(places), len(names)), dtype=np.float32)
    first, second = np.zeros_like(table), np.zeros_like(table)
    for step in range(1, _STEPS + 1):
        scores = matrix @ table
        shares = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        slope = turned @ (shares - target) / len(rows) + _DECAY * table
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
    templates, asked = read_templates(), read_asked()
    if write:
        model = train(templates, asked)
        data = {
            "vocabulary": sorted(model.vocabulary),
            "kinds": model.kinds,
            "features": model.features,
        }
        _PLACE.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="utf-8")
        sys.stdout.write(f"{len(model.features)} features -> {_PLACE.name}\n")
        return
    count = sum(map(len, asked.values()))
    every = 0.0
    for writer, examples in asked.items():
        model = train(templates, {each: rows for each, rows in asked.items() if each != writer})
        right = share_right(model, examples)
        every += right * len(examples) / count
        sys.stdout.write(f"{writer}: {right:.3f} of {len(examples)} right, left out\n")
    sys.stdout.write(f"all: {every:.3f} of {count}\n")


if __name__ == "__main__":
    main()
