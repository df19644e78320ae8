"""Pairs to train the checker on: claims and questions of ``datasets/checker``, and public sets.

``build`` is the whole way. Only passages that were written for it are in the project: the others
are read from the corpora in a folder of bench data (``acl_abstracts.jsonl.gz``, ``scifact-dev/``,
``pubmedqa-dev/``, ``support/``).
"""

from __future__ import annotations

import gzip
import hashlib
import itertools
import json
import math
import random
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from evals.maintain.falsify import falsify, lighten
from rag.models.local_embedders import word_vectors
from rag.text.sentences import sentence_spans

DATASETS = Path(__file__).parents[1] / "datasets" / "checker"
# Batches that are never trained on.
HELD_OUT = frozenset(
    "a10 a22 b10 b22 h05 h40 i03 k05 k29 l07 m07 n04 o03 p02 q05 r06 "
    "s04 t03 u06 v08 w005 w033 w061 w089 w117 w145 w173 w201 x007 x037 "
    "qa04 qb04 qa14 qa15 qa16 qa17 qe07 qe23 qf09 qg11 qg35 qg47 qh06 qh20 qi03 qj13 qk08 "
    "ql010 ql050 ql090 ql110 y009 y040 y080 y095 z007 z025 z045 c004 c031 c058 "
    "jg1_3 jg3_2 jg5_1 jg6_4 jg8_2 jh0_2 jh1_5 jh2_3 jg10_2 jg11_5 jh4_1 "
    "jl0_4 jl1_4 jl2_3 jl3_2 jl3_7 jl4_0 jl5_0 jl5_1 jl5_2".split()
)
TRUE = frozenset("Tt")  # how claims are that their passage says
_GRADES = (0.0, 0.45, 1.0)  # labels of sentences that do not answer, that do in part, that do
SUPPORTS, ANSWERS = 0, 1  # what is asked of a pair, as in `rag.models.cross_encoder`
_CORPORA = {
    "acl": "acl_abstracts.jsonl.gz",
    "scifact": "scifact-dev/corpus.jsonl.gz",
    "pubmedqa": "pubmedqa-dev/corpus.jsonl.gz",
}
_POOL = 30_000  # sentences among which the hardest strangers to a question are looked for
_WINDOWS = 60_000  # passages among which those to a claim are
_MISCITED = 0.5  # of the true claims, beside such a passage
_NEAREST = slice(2, 12)  # which of them: the very nearest may say it too
_BY_PROGRAM = 14_000
_RENAMED = 0.25  # of the groups of claims
_NAME = re.compile(
    r"\b(?:[A-Z]{2,}[\w-]*|[A-Z][a-z]+[A-Z]\w*|[a-z]+[A-Z]\w*|[A-Za-z]+-?\d[\w.-]*\w)\b"
)

Row = Mapping[str, Any]
Corpora = Mapping[tuple[str, str], Row]


@dataclass(frozen=True, slots=True)
class Example:
    """A pair with its label; those of one ``group`` are of one passage or of one question.

    ``kind`` says how it came about; ``weight`` how much it counts.
    """

    group: int
    task: int
    text: str
    passage: str
    label: float
    kind: str
    weight: float = 1.0


@dataclass(slots=True)
class HeldQuestion:
    """A question that was kept out: its abstract's sentences, and near ones of other papers."""

    text: str
    kind: str
    answered_by: list[int]
    own: list[str]
    strange: list[str]


@dataclass(slots=True)
class Data:
    """What is trained on, and the batches that were kept out."""

    train: list[Example] = field(default_factory=list)
    held_claims: list[Example] = field(default_factory=list)
    held_questions: list[HeldQuestion] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """The SHA-256 of all of it: two trainings of one digest saw the same."""
        found = hashlib.sha256()
        pairs = [asdict(each) for each in (*self.train, *self.held_claims)]
        for row in (*pairs, *map(asdict, self.held_questions)):
            found.update(json.dumps(row, sort_keys=True).encode())
        return found.hexdigest()


def build(bench: Path, seed: int = 7) -> Data:
    """Return all pairs, the same for the same data and seed."""
    rng = random.Random(seed)  # noqa: S311
    corpora = read_corpora(bench)
    data = Data()
    groups = iter(range(10**9))
    _add_claims(data, corpora, rng, groups)
    _add_wice(data, bench, groups)
    _add_scifact(data, bench, rng, groups)
    _add_by_program(data, corpora, rng, groups)
    _add_questions(data, corpora, rng, groups)
    _add_judged(data, corpora, groups)
    _add_pubmedqa(data, bench, corpora, rng, groups)
    data.train = list(_renamed(data.train, rng))
    return data


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSON Lines file, gzipped or not."""
    with gzip.open(path, "rt") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def claims_of_even_length() -> list[dict[str, Any]]:
    """Return the claims of the data set less those whose length would give the label away.

    Who writes what a passage leaves open writes shorter than who rewords it, and what is made false
    near the words grows. So within each kind of batch (its letter) of T, F and U as many are of
    one length, by share, and of t and f.
    """
    rows = read_rows(DATASETS / "claims.jsonl.gz")
    sorts = [((row["batch"][0], row["how"]), _steps(row["claim"])) for row in rows]
    each, lengths = Counter(sort for sort, _ in sorts), Counter(sorts)
    rng, stay = random.Random(1), []  # noqa: S311
    for row, (sort, length) in zip(rows, sorts, strict=True):
        beside = [(sort[0], how) for how in ("tf" if row["how"] in "tf" else "TFU")]
        least = min(lengths[one, length] / each[one] for one in beside if each[one])
        if rng.random() < least * each[sort] / lengths[sort, length]:
            stay.append(row)
    return stay


def _steps(claim: str) -> int:
    """Return a claim's length in steps of a fifth."""
    return round(4 * math.log2(len(claim.split())))


def read_corpora(bench: Path) -> dict[tuple[str, str], Row]:
    """Return the papers of all corpora by corpus and id; the passages of our own are "own"."""
    paths = {corpus: bench / name for corpus, name in _CORPORA.items()}
    paths["own"] = DATASETS / "passages.jsonl.gz"
    return {(corpus, row["_id"]): row for corpus, path in paths.items() for row in read_rows(path)}


def under_title(title: str, passage: str) -> str:
    """Return a passage as the network reads it.

    >>> under_title("BERT", "It is deep."), under_title("", "It is deep.")
    ('BERT: It is deep.', 'It is deep.')
    """
    return f"{_plain(title)}: {_plain(passage)}" if title else _plain(passage)


def _plain(text: str) -> str:
    return " ".join(text.split())


def _sentences(paper: Row) -> list[str]:
    return [_plain(paper["text"][start:end]) for start, end in sentence_spans(paper["text"])]


def _window(paper: Row, start: int, end: int, rng: random.Random | None = None) -> str:
    """Return a passage of a paper; with ``rng`` widened to three sentences at the most."""
    spans = sentence_spans(paper["text"])
    first = next(i for i, span in enumerate(spans) if span[0] == start)
    last = next(i for i, span in enumerate(spans) if span[1] == end) + 1
    while rng and last - first < 3 and rng.random() < 0.6:
        if rng.random() < 0.5 and first > 0:
            first -= 1
        elif last < len(spans):
            last += 1
        else:
            break
    return _plain(paper["text"][spans[first][0] : spans[last - 1][1]])


def _add_claims(data: Data, corpora: Corpora, rng: random.Random, groups: Iterator[int]) -> None:
    """Add the claims of the data set, each with its passage, most with a wider one too."""
    places: dict[tuple[Any, ...], int] = {}
    miscited: list[tuple[int, str, str]] = []
    for row in claims_of_even_length():
        place = (row["batch"], row["corpus"], row["paper"], row["start"])
        group = places[place] if place in places else places.setdefault(place, next(groups))
        paper, claim = corpora[row["corpus"], row["paper"]], _plain(row["claim"])
        passage = _window(paper, row["start"], row["end"])
        label = float(row["how"] in TRUE)
        if row["batch"] in HELD_OUT:
            shown = under_title(paper["title"], passage)
            data.held_claims.append(Example(group, SUPPORTS, claim, shown, label, row["how"]))
            continue
        passages = [(passage, label, row["how"], 1.0)]
        wider = _window(paper, row["start"], row["end"], rng)
        if wider != passage:
            passages.append((wider, label, row["how"], 1.0))
        elsewhere = [text for text in _sentences(paper) if text not in passage]
        if label and elsewhere and rng.random() < 0.35:  # elsewhere the abstract says nothing of it
            passages.append((rng.choice(elsewhere), 0.0, "elsewhere", 0.7))
        if label and rng.random() < _MISCITED:
            miscited.append((group, claim, row["paper"]))
        for text, truth, kind, weight in passages:
            shown = under_title(paper["title"] if rng.random() < 0.75 else "", text)
            data.train.append(Example(group, SUPPORTS, claim, shown, truth, kind, weight))
    strangers = _strangers(corpora, rng)
    near = _nearest([claim for _, claim, _ in miscited], [text for _, _, text in strangers], 12)
    for (group, claim, paper_id), found in zip(miscited, near, strict=True):
        others = [strangers[i] for i in found[_NEAREST] if strangers[i][0] != paper_id]
        if others:
            _, title, text = rng.choice(others)
            shown = under_title(title if rng.random() < 0.75 else "", text)
            data.train.append(Example(group, SUPPORTS, claim, shown, 0.0, "stranger", 0.7))


def _strangers(corpora: Corpora, rng: random.Random) -> list[tuple[str, str, str]]:
    """Return passages of one to three sentences, each with its paper's id and title."""
    found = []
    for paper in _pool(corpora, rng)[:15_000]:
        sentences = _sentences(paper)
        for first in range(len(sentences)):
            text = " ".join(sentences[first : first + rng.choice((1, 1, 1, 2, 2, 3))])
            if len(text.split()) > 7:
                found.append((paper["_id"], paper["title"], text))
    rng.shuffle(found)
    return found[:_WINDOWS]


def _add_wice(data: Data, bench: Path, groups: Iterator[int]) -> None:
    for row in read_rows(bench / "support" / "wice.jsonl.gz"):
        claim, passage = _plain(row["claim"]), _plain(row["evidence"])
        label = float(row["supported"])
        data.train.append(Example(next(groups), SUPPORTS, claim, passage, label, "wice"))


def _add_scifact(data: Data, bench: Path, rng: random.Random, groups: Iterator[int]) -> None:
    """Add SciFact's claims with even numbers; the others are for calibration and tests."""
    for row in read_rows(bench / "scifact-dev" / "claim_support.jsonl.gz"):
        if int(row["claim_id"]) % 2:
            continue
        group, sentences = next(groups), [_plain(text) for text in row["abstract"]]
        if row["label"] == "NOT_ENOUGH_INFO":
            firsts = rng.sample(range(len(sentences)), min(3, len(sentences)))
            runs = [sentences[first : first + rng.randint(1, 3)] for first in firsts]
        else:
            runs = [[sentences[i] for i in sorted(found)[:3]] for found in row["rationale_idx"]]
        for run in runs:
            passage = under_title(row["title"], " ".join(run))
            label = float(row["label"] == "SUPPORT")
            kind = f"sci {row['label']}"
            data.train.append(Example(group, SUPPORTS, _plain(row["claim"]), passage, label, kind))


def _add_by_program(
    data: Data, corpora: Corpora, rng: random.Random, groups: Iterator[int]
) -> None:
    """Add sentences of abstracts against themselves, and made false."""
    held = " ".join({example.passage for example in data.held_claims})
    left = _BY_PROGRAM
    for paper in _pool(corpora, rng):
        if left <= 0:
            return
        sentences = _sentences(paper)
        plain = [i for i, text in enumerate(sentences) if 8 <= len(text.split()) <= 45]
        place = rng.choice(plain) if plain else 0
        made = falsify(sentences[place], rng) if plain else None
        if made is None or sentences[place] in held:
            continue
        kind, false = made
        true = sentences[place]
        before = sentences[max(0, place - rng.randint(0, 1)) : place]
        after = sentences[place + 1 : place + 1 + rng.randint(0, 1)]
        title = paper["title"] if rng.random() < 0.7 else ""
        said = [(true, true, 1.0, "true"), (false, true, 0.0, kind)]
        if rng.random() < 0.5:  # the passage is the false one
            said += [(true, false, 0.0, kind), (false, false, 1.0, "true")]
        group = next(groups)
        for claim, stated, label, name in said:
            text = lighten(claim, rng)
            passage = under_title(title, " ".join([*before, stated, *after]))
            data.train.append(Example(group, SUPPORTS, text, passage, label, f"made {name}"))
            left -= 1


def _pool(corpora: Corpora, rng: random.Random) -> list[Row]:
    """Return the papers of which pairs are made, in an order of chance: newer ones, not short."""
    papers = [
        paper
        for (corpus, _), paper in corpora.items()
        if len(paper["text"]) > 400 and (corpus != "acl" or int(paper["metadata"]["year"]) >= 2016)
    ]
    rng.shuffle(papers)
    return papers


def _renamed(examples: Sequence[Example], rng: random.Random) -> Iterator[Example]:
    """Yield the examples; in some groups of claims each name is another everywhere.

    So names are compared, not known.
    """
    places: dict[int, list[Example]] = {}
    for example in examples:
        places.setdefault(example.group, []).append(example)
    counted = Counter(name for one in examples for name in set(_NAME.findall(one.passage)))
    pool = sorted(name for name, count in counted.items() if count > 1)
    for group in places.values():
        found = sorted({name for one in group for name in _NAME.findall(one.passage)})
        if group[0].task != SUPPORTS or len(found) > len(pool) or rng.random() >= _RENAMED:
            yield from group
            continue
        new = dict(zip(found, rng.sample(pool, len(found)), strict=True))
        yield from (
            replace(one, text=_by(new, one.text), passage=_by(new, one.passage)) for one in group
        )


def _by(new: Mapping[str, str], text: str) -> str:
    return _NAME.sub(lambda name: new.get(name[0], name[0]), text)


def _add_questions(data: Data, corpora: Corpora, rng: random.Random, groups: Iterator[int]) -> None:
    """Add the questions: the sentences that answer, the others, and near ones of other papers."""
    rows = read_rows(DATASETS / "questions.jsonl.gz")
    strangers = [
        (paper["_id"], under_title(paper["title"], text))
        for paper in _pool(corpora, rng)[:6000]
        for text in _sentences(paper)
        if len(text.split()) > 7
    ]
    rng.shuffle(strangers)
    strangers = strangers[:_POOL]
    near = _nearest([row["question"] for row in rows], [text for _, text in strangers], 12)
    for row, places in zip(rows, near, strict=True):
        paper, kind, text = (
            corpora[row["corpus"], row["paper"]],
            row["kind"],
            _plain(row["question"]),
        )
        own = [under_title(paper["title"], sentence) for sentence in _sentences(paper)]
        hard = [strangers[i][1] for i in places if strangers[i][0] != row["paper"]]
        by = [i for i in row["answered_by"] if i < len(own)]
        tempting = [i for i in row.get("not_by", ()) if i < len(own) and i not in by]
        if row["batch"] in HELD_OUT:
            data.held_questions.append(HeldQuestion(text, kind, by, own, hard[:8]))
            continue
        group = next(groups)
        for passage, label, weight in _answers(text, kind, (by, tempting), own, hard, rng):
            data.train.append(Example(group, ANSWERS, text, passage, label, kind, weight))


def _answers(
    text: str, kind: str, places: tuple[Sequence[int], Sequence[int]], own: Sequence[str],
    hard: Sequence[str], rng: random.Random,
) -> Iterator[tuple[str, float, float]]:  # fmt: skip
    """Yield passages for a question, each with label and weight.

    ``places`` are those of the sentences that answer, and of some that only look like it.
    """
    by, tempting = places
    if kind == "M":
        for place in by[:2]:
            yield own[place], 1.0, 1.0 if place == by[0] else 0.7
        rest = [place for place in range(len(own)) if place not in {*by, *tempting}]
        for place in [*tempting[:2], *rng.sample(rest, min(1, len(rest)))]:
            yield own[place], 0.0, 1.0
        for passage in rng.sample(hard, min(len(hard), 1)):
            yield passage, 0.0, 0.6
    elif kind in "NPYW":
        for place in by[:2]:
            yield own[place], 1.0, 1.0 if place == by[0] else 0.7
        rest = [place for place in range(len(own)) if place not in by]
        rest.sort(key=lambda place: _shared(text, own[place]) + rng.random(), reverse=True)
        for place in [*rest[:2], *rng.sample(rest[2:], min(1, len(rest[2:])))]:
            yield own[place], 0.0, 1.0 if kind == "Y" else 0.8
        for passage in rng.sample(hard, min(len(hard), 2 if kind in "NW" else 1)):
            yield passage, 0.0, 0.6
    else:
        mine, others = {"X": (3, 2), "Z": (2, 2), "O": (0, 4)}[kind]
        for passage in rng.sample(own, min(mine, len(own))):
            yield passage, 0.0, 1.0
        for passage in rng.sample(hard, min(others, len(hard))):
            yield passage, 0.0, 1.0


def _add_judged(data: Data, corpora: Corpora, groups: Iterator[int]) -> None:
    """Add questions with the sentences that the program weighed for them, each judged 0 to 2."""
    for row in read_rows(DATASETS / "judged.jsonl.gz"):
        text = _plain(row["question"])
        passages, grades = [], []
        for corpus, paper_id, start, end, grade in row["judged"]:
            paper = corpora[corpus, paper_id]
            passages.append(under_title(paper["title"], paper["text"][start:end]))
            grades.append(grade)
        listed = row["batch"].startswith("jl")
        if row["batch"] in HELD_OUT:
            best = [place for place, grade in enumerate(grades) if grade == 2]
            kind = "L" if listed else "J"
            data.held_questions.append(HeldQuestion(text, kind, best, passages, []))
            continue
        pairs = list(zip(passages, grades, strict=True))
        for part in _by_few(pairs) if listed else [pairs]:
            group = next(groups)
            for passage, grade in part:
                example = Example(group, ANSWERS, text, passage, _GRADES[grade], "J")
                data.train.append(example)


def _by_few(judged: Sequence[tuple[str, int]]) -> Iterator[list[tuple[str, int]]]:
    """Yield the sentences of a list by few: up to four that do not answer, beside some that do."""
    none, partly, fully = ([one for one in judged if one[1] == grade] for grade in range(3))
    some, part = itertools.cycle(fully), itertools.cycle(partly)
    for i in range(max(1, math.ceil(len(none) / 4), math.ceil(len(fully) / 2))):
        beside = [*itertools.islice(some, min(2, len(fully))), *itertools.islice(part, 1)]
        yield [*none[4 * i : 4 * i + 4], *beside]


def _shared(one: str, two: str) -> int:
    """Return how many stems of four letters and more two texts share."""
    stems = [{word[:6] for word in re.findall(r"\w{4,}", text.casefold())} for text in (one, two)]
    return len(stems[0] & stems[1])


def _nearest(texts: Sequence[str], among: Sequence[str], count: int) -> list[list[int]]:
    """Return the places of the nearest by the static vectors, shape (texts, count)."""
    vectors = [word_vectors().encode(list(each)) for each in (texts, among)]
    unit = [rows / (np.linalg.norm(rows, axis=1, keepdims=True) + 1e-9) for rows in vectors]
    found: list[list[int]] = []
    for start in range(0, len(texts), 1000):
        far = -(unit[0][start : start + 1000] @ unit[1].T)
        near = np.argpartition(far, min(count, len(among) - 1), axis=1)[:, :count]
        order = np.take_along_axis(far, near, axis=1).argsort(axis=1)
        found += np.take_along_axis(near, order, axis=1).tolist()
    return found


def _add_pubmedqa(
    data: Data, bench: Path, corpora: Corpora, rng: random.Random, groups: Iterator[int]
) -> None:
    """Add half of PubMedQA's development questions: results answer, the other sections do not."""
    folder = bench / "pubmedqa-dev"
    texts = {row["_id"]: row["text"] for row in read_rows(folder / "queries.jsonl")}
    lines = (folder / "qrels" / "dev.tsv").read_text(encoding="utf-8").splitlines()[1:]
    pairs = dict(line.split("\t")[:2] for line in lines)
    for query in sorted(pairs)[::2]:
        group = next(groups)
        for section in corpora["pubmedqa", pairs[query]].get("sections") or ():
            label, text = (
                section if isinstance(section, list) else (section["label"], section["text"])
            )
            answers = re.search(r"RESULT|CONCLU|FINDING", label.upper()) is not None
            for start, end in sentence_spans(text):
                sentence, shared = _plain(text[start:end]), _shared(texts[query], text[start:end])
                if len(sentence.split()) > 5 and (shared or rng.random() < 0.4):
                    sure = answers * (0.95 if shared > 1 else 0.7)
                    weight = 0.8 if shared else 0.4
                    asked = _plain(texts[query])
                    data.train.append(
                        Example(group, ANSWERS, asked, sentence, sure, "pubmedqa", weight)
                    )
