"""Train the token vectors of ``rag/models/static`` anew: from WordLlama's, towards finding papers.

python -m evals.maintain.train_static --bench FOLDER [--minutes 8] [--out FILE]

Needs torch, which the program itself does not. Texts and papers that belong together are drawn
near each other, all others of a batch apart (InfoNCE: van den Oord et al. 2018): the questions and
claims of ``datasets/checker`` and their abstracts, titles and abstracts, stretches of abstracts and
what is left of these. Reported is where the abstract of a question, of a claim, stands among all
for the batches that were kept out, before and after.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.maintain.training_pairs import DATASETS, HELD_OUT, read_corpora, read_rows
from rag.models.local_embedders import TABLE, Static, word_vectors, write_table

try:
    import torch
    import torch.nn.functional as F  # noqa: N812
except ImportError:
    sys.exit("error: training needs torch; get it with `pip install torch`")

BATCH = 2048
MADE = 0.3  # share of a batch that is made of abstracts alone
RATE = 1e-3
KEPT = 0.85  # of the tokens of a text: each time others
LONGEST, SHORTEST = 400, 60  # tokens of a paper that are read; from which stretches are taken
STRETCH = (12, 40)
_REPORTED = 800

Ids = NDArray[np.int64]


def main(argv: Sequence[str] | None = None) -> int:
    """Train, write the table, report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=8.0)
    parser.add_argument("--out", type=Path, default=TABLE)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args(argv)
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(1)
    words = word_vectors()
    corpora = read_corpora(arguments.bench)
    places = {key: place for place, key in enumerate(corpora)}
    titles = [_ids(words, paper["title"]) for paper in corpora.values()]
    texts = [_ids(words, paper["text"])[:LONGEST] for paper in corpora.values()]
    pairs: list[tuple[Ids, int]] = []
    held: dict[str, list[tuple[Ids, int]]] = {"questions": [], "claims": []}
    for name, field, sort in (("questions", "question", "kind"), ("claims", "claim", "how")):
        for row in read_rows(DATASETS / f"{name}.jsonl.gz"):
            pair = (_ids(words, row[field]), places[row["corpus"], row["paper"]])
            if row["batch"] in HELD_OUT and row[sort] not in "OXZFfU":
                held[name].append(pair)
            elif row["batch"] not in HELD_OUT and row[sort] != "O" and len(pair[0]) > 2:
                pairs.append(pair)
    _say(f"{len(pairs)} pairs, {len(texts)} papers")
    table = torch.nn.Parameter(torch.tensor(words.table))
    _report("before", table, held, titles, texts)
    train(table, pairs, titles, texts, arguments.minutes, random.Random(arguments.seed))  # noqa: S311
    write_table(table.detach().numpy(), arguments.out)
    _report("after", torch.tensor(Static(arguments.out).table), held, titles, texts)
    return 0


def train(table: Any, pairs: Sequence[tuple[Ids, int]], titles: Sequence[Ids],
          texts: Sequence[Ids], minutes: float, rng: random.Random) -> None:  # fmt: skip
    """Train the table in place by Adam, each text nearer to its paper than to the others'."""
    chance = np.random.default_rng(rng.randrange(2**32))
    scale = torch.nn.Parameter(torch.tensor(np.log(20.0)))
    optimizer = torch.optim.Adam([table, scale], RATE)
    long = [place for place, text in enumerate(texts) if len(text) > SHORTEST]
    started, step, made = time.monotonic(), 0, int(BATCH * MADE)
    while (done := (time.monotonic() - started) / 60 / minutes) < 1:
        for group in optimizer.param_groups:
            group["lr"] = RATE * min(1.0, step / 20) * (1 - 0.95 * done)
        drawn, stretched = rng.sample(pairs, BATCH - made), rng.sample(long, made)
        places = [place for _, place in drawn] + stretched
        both = [(ids, np.concatenate([titles[place], texts[place]])) for ids, place in drawn]
        both += [_of_itself(titles[place], texts[place], rng) for place in stretched]
        asked = _means(table, [_thinned(text, chance) for text, _ in both])
        papers = _means(table, [_thinned(paper, chance) for _, paper in both])
        place = torch.tensor(places)
        same = (place[:, None] == place) & ~torch.eye(BATCH, dtype=torch.bool)
        near = (scale.exp() * asked @ papers.T).masked_fill(same, -1e4)
        own = torch.arange(BATCH)
        loss = F.cross_entropy(near, own) + 0.5 * F.cross_entropy(near.T, own)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        step += 1
        if step % 200 == 0:
            _say(f"step {step}, {time.monotonic() - started:.0f} s, loss {loss.item():.3f}")


def _of_itself(title: Ids, text: Ids, rng: random.Random) -> tuple[Ids, Ids]:
    """Return the title, or a stretch of the text, and the rest of the text."""
    if len(title) > 3 and rng.random() < 0.5:
        return title, text
    length = rng.randint(*STRETCH)
    first = rng.randrange(len(text) - length)
    return text[first : first + length], np.concatenate([text[:first], text[first + length :]])


def _thinned(ids: Ids, chance: np.random.Generator) -> Ids:
    kept = ids[chance.random(len(ids)) < KEPT]
    return kept if len(kept) else ids


def _means(table: Any, rows: Sequence[Ids]) -> Any:
    """Return the mean token vector of each row at length 1, shape (rows, dimension)."""
    starts = np.cumsum([0, *(len(row) for row in rows[:-1])])
    means = F.embedding_bag(
        torch.tensor(np.concatenate(rows)), table, torch.tensor(starts), mode="mean"
    )
    return F.normalize(means, dim=1)


def _report(name: str, table: Any, held: dict[str, list[tuple[Ids, int]]],
            titles: Sequence[Ids], texts: Sequence[Ids]) -> None:  # fmt: skip
    whole = [np.concatenate(both) for both in zip(titles, texts, strict=True)]
    filled = [ids if len(ids) else np.zeros(1, dtype=np.int64) for ids in whole]
    with torch.no_grad():
        starts = range(0, len(filled), 4096)
        papers = torch.cat([_means(table, filled[start : start + 4096]) for start in starts])
        for sort, pairs in held.items():
            near = _means(table, [ids for ids, _ in pairs[:_REPORTED]]) @ papers.T
            own = near.gather(1, torch.tensor([place for _, place in pairs[:_REPORTED]])[:, None])
            rank = 1 + (near > own).sum(1)
            told = ", ".join(f"{(rank <= k).float().mean():.3f} of {k}" for k in (1, 10, 100))
            _say(f"{name}: {sort}: among the first {told}")


def _ids(words: Static, text: str) -> Ids:
    return np.array(words.ids(text), dtype=np.int64)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
