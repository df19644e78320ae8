"""Fit the weights of abstention (`rag.answers.abstention.COEFFICIENTS`); print what they give.

python -m evals.maintain.calibrate_abstention --bench FOLDER --index INDEX [--index INDEX ...]

The questions are those of ``datasets/checker`` that the checker was not trained on, about ACL
abstracts; each index holds these, and indexes of several sizes teach the weight of the size
(``--papers N`` writes such a part of the abstracts). The network is the package's: put a newly
trained one into ``rag/models/checker`` first. Reported is across abstracts (five folds), and
with each kind of question left out of fitting once: a kind that nobody thought of is met so.
"""

from __future__ import annotations

import argparse
import functools
import random
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evals.maintain.fitting import Rows, auroc, fit_logistic, logits
from evals.maintain.training_pairs import DATASETS, HELD_OUT, read_rows
from rag.answers import extraction, gathering
from rag.answers.abstention import COEFFICIENTS, LEAST, Features, find_grounds
from rag.answers.questions import read_question
from rag.assistant import Assistant
from rag.errors import RagError
from rag.models.cross_encoder import cross_encoder
from rag.models.embedders import embed_kept
from rag.settings import load_settings

ANSWERABLE = "NPYW"  # named; in other words; by the finding; any other kind
KINDS = {
    "N": "named", "P": "in other words", "Y": "asks the finding", "W": "of any other kind",
    "X": "near, not answered", "Z": "near, of another paper", "O": "about anything else",
}  # fmt: skip
_FOLDS = 5
_LOST = 0.05  # of what can be answered, declined in the tables
_LARGE = 50_000  # papers among which another may answer what was near one of them: Z is not sure


@dataclass(frozen=True, slots=True)
class Case:
    """A question as it was measured over one index."""

    features: Features
    kind: str
    fold: int
    papers: int


def main(argv: Sequence[str] | None = None) -> int:
    """Measure over each index, fit, report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--index", action="append", default=[])
    parser.add_argument("--papers", type=int, help="write so many abstracts to standard output")
    arguments = parser.parse_args(argv)
    if arguments.papers:
        for line in some_abstracts(arguments.bench, arguments.papers):
            sys.stdout.write(line)
        return 0
    if not arguments.index:
        parser.error("name at least one --index")
    cases = [case for index in arguments.index for case in measure(index)]
    kept = [case for case in cases if not (case.kind == "Z" and case.papers > _LARGE)]
    fitted = fit(kept)
    names = (*Features._fields, "constant")
    in_force = np.array([COEFFICIENTS[name] for name in names])
    for name, coefficients in (("in force", in_force), ("fitted", fitted)):
        told = ", ".join(f"{n} {v:.3f}" for n, v in zip(names, coefficients, strict=True))
        _say(f"\n{name}: {told}")
        for line in decisions(cases, coefficients):
            _say(line)
    _say(f"\nacross {_FOLDS} folds of abstracts, then with the kind left out of fitting as well:")
    for line in left_out(kept):
        _say(line)
    return 0


def some_abstracts(bench: Path, count: int) -> Iterator[str]:
    """Yield the lines of so many ACL abstracts, those that are asked about among them."""
    import gzip

    asked = {f'"_id": "{row["paper"]}"' for row in _questions()}
    with gzip.open(bench / "acl_abstracts.jsonl.gz", "rt", encoding="utf-8") as file:
        lines = file.readlines()
    needed = [line for line in lines if line[1 : line.find(",")] in asked]
    others = [line for line in lines if line[1 : line.find(",")] not in asked]
    random.Random(1).shuffle(others)  # noqa: S311
    yield from [*needed, *others][: max(count, len(needed))]


def _questions() -> list[dict[str, str]]:
    rows = read_rows(DATASETS / "questions.jsonl.gz")
    return [row for row in rows if row["batch"] in HELD_OUT and row["corpus"] == "acl"]


def measure(index: str) -> Iterator[Case]:
    """Yield what the decision on each question rests on over one index."""
    assistant = Assistant.open(load_settings(index=index, llm="none"))
    assistant.require()
    library, embedder = assistant.index, assistant.embedder
    for row in _questions():
        read = read_question(row["question"], library.lexical)
        found = gathering.gather(read, index=library, embedder=embedder, k=8)
        candidates = extraction.score_sentences(
            found.question,
            found.hits[: found.lead],
            functools.partial(embed_kept, embedder),
            functools.partial(gathering.rarity, library),
            cross_encoder().logits,
        )
        grounds = find_grounds(found.question, found.hits, candidates, library.lexical.papers)
        fold = zlib.crc32(row["paper"].encode()) % _FOLDS
        yield Case(grounds.features, row["kind"], fold, library.lexical.papers)


def fit(cases: Sequence[Case]) -> Rows:
    """Return the coefficients in the order of `Features`, the constant last."""
    return fit_logistic(_rows(cases), _labels(cases))


def decisions(cases: Sequence[Case], coefficients: Rows) -> Iterator[str]:
    """Yield for each size what is declined at LEAST: of what can be answered, and by kind."""
    for papers in sorted({case.papers for case in cases}):
        those = [case for case in cases if case.papers == papers]
        sure = 1 / (1 + np.exp(-logits(_rows(those), coefficients)))
        kinds = np.array([case.kind for case in those])
        told = [f"{kind} {(sure[kinds == kind] < LEAST).mean():.2f}" for kind in KINDS]
        whole = auroc(_labels(those), sure)
        yield f"{papers:>7} papers: AUROC {whole:.3f}; declined at {LEAST}: {', '.join(told)}"


def left_out(cases: Sequence[Case]) -> Iterator[str]:
    """Yield a table: how each kind is told from its opposites when fitted with and without it.

    No question stands on both sides: the formula that judges an abstract's has not seen it. The
    threshold is the one at which 5% of what can be answered is declined among what was fitted.
    """
    heads = ("AUROC", "left out", "declined", "left out")
    yield f"{'kind':<26}{'questions':>10}" + "".join(f"{head:>10}" for head in heads)
    for kind, name in KINDS.items():
        opposite = set(KINDS) - set(ANSWERABLE) if kind in ANSWERABLE else set(ANSWERABLE)
        told: list[float] = []
        for without in (False, True):
            scores, truth, declined = [], [], []
            for fold in range(_FOLDS):
                seen = [c for c in cases if c.fold != fold and not (without and c.kind == kind)]
                judged = [c for c in cases if c.fold == fold and c.kind in {kind, *opposite}]
                found = fit(seen)
                answerable = np.array([case.kind in ANSWERABLE for case in seen])
                least = np.quantile(logits(_rows(seen), found)[answerable], _LOST)
                values = logits(_rows(judged), found)
                scores += list(values - least)  # so that folds are alike
                truth += list(_labels(judged))
                declined += [
                    value < least
                    for value, case in zip(values, judged, strict=True)
                    if case.kind == kind
                ]
            told += [auroc(truth, scores), float(np.mean(declined))]
        count = sum(case.kind == kind for case in cases)
        yield (
            f"{kind + ' ' + name:<26}{count:>10}{told[0]:>10.3f}{told[2]:>10.3f}"
            f"{told[1]:>10.2f}{told[3]:>10.2f}"
        )


def _rows(cases: Sequence[Case]) -> Rows:
    return np.array([case.features for case in cases])


def _labels(cases: Sequence[Case]) -> Rows:
    return np.array([float(case.kind in ANSWERABLE) for case in cases])


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except RagError as error:
        sys.exit(f"error: {error}")
