"""Claims with abstracts that verdicts are tried on, and what is measured of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple

from evals.maintain.check_sample import SAMPLE
from evals.maintain.training_pairs import (
    DATASETS,
    HELD_OUT,
    TRUE,
    claims_of_even_length,
    read_corpora,
    read_rows,
)
from rag.receipts import support
from rag.receipts.matching import plain
from rag.receipts.support import Measured
from rag.types import Paper

_MOST = 700  # pairs of the sets that only hold up a mirror


class Claim(NamedTuple):
    """A claim of the set ``of``, its paper, and 1 where that says it; a ``group`` stays whole."""

    of: str
    text: str
    paper: Paper
    label: float
    kind: str
    group: str


class Case(NamedTuple):
    """What a verdict on a claim rests on, and what is known of it."""

    measured: Measured
    of: str
    label: float
    kind: str
    group: str


def held_claims(bench: Path) -> Iterator[Claim]:
    """Yield the claims that the checker was not trained on: T, t true, F, f, U false."""
    corpora = read_corpora(bench)
    for row in claims_of_even_length():
        if row["batch"] in HELD_OUT:
            found, how = corpora[row["corpus"], row["paper"]], row["how"]
            paper = Paper(row["paper"], found["title"] or "", found["text"])
            group = f"{row['batch']} {row['paper']} {row['start']}"
            yield Claim("claims", row["claim"], paper, float(how in TRUE), how, group)


def scifact(bench: Path, odd: int = 1) -> Iterator[Claim]:
    """Yield SciFact's claims with odd numbers; the network was trained on those with even ones."""
    for row in read_rows(bench / "scifact-dev" / "claim_support.jsonl.gz"):
        if int(row["claim_id"]) % 2 == odd:
            text = " ".join(sentence.strip() for sentence in row["abstract"])
            paper, label = Paper("p", row["title"], text), row["label"]
            truth = float(label == "SUPPORT")
            yield Claim("scifact", row["claim"], paper, truth, label, str(row["claim_id"]))


def others(name: str, bench: Path) -> Iterator[Claim]:
    """Yield pairs of a set that nothing here was found on."""
    rows = read_rows(bench / "support" / f"{name}.jsonl.gz")
    for row in rows[:: max(1, len(rows) // _MOST)]:
        paper, truth = Paper("p", "", row["evidence"]), float(row["supported"])
        yield Claim(name, row["claim"], paper, truth, str(row["supported"]), row["claim"])


def attacks() -> Iterator[Claim]:
    """Yield the claims over the sample library, half of them made false."""
    papers = {row["id"]: row for row in read_rows(SAMPLE / "papers.jsonl")}
    for row in read_rows(DATASETS.parent / "attacks.jsonl"):
        found = papers[row["paper_id"]]
        paper = Paper(found["id"], found["title"], found["abstract"])
        truth = float(row["label"] == "true")
        yield Claim("attacks", row["claim"], paper, truth, row["kind"], row["id"])


SETS: dict[str, Callable[[Path], Iterator[Claim]]] = {
    "claims": held_claims,
    "scifact": scifact,
    "trained on": partial(scifact, odd=0),
    **{name: partial(others, name) for name in ("healthver", "covidfact", "citint")},
}


def measured(claims: Iterable[Claim]) -> list[Case]:
    """Return what verdicts on claims rest on."""
    found = []
    for claim in claims:
        each = support.measure(plain(claim.text), [claim.paper])
        if each:
            found.append(Case(each, claim.of, claim.label, claim.kind, claim.group))
    return found
