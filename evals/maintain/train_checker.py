"""Train the network of ``rag/models/checker`` anew: pairs, training, export, report.

python -m evals.maintain.train_checker --bench FOLDER --base FOLDER --out FOLDER [--minutes 240]

Needs torch, which the program itself does not: ``pip install torch`` (the CPU build will do).
``--bench`` holds the corpora (see `evals.maintain.training_pairs`), ``--base`` all-MiniLM-L6-v2's
``model.safetensors`` and ``tokenizer.json``, which are brought where it is empty. ``--out`` gets
``checkpoint.pt`` every hundred steps and at the end what `rag.models.cross_encoder` reads; the
weights of verdicts and of abstention are fitted to it afterwards, once it lies in
``rag/models/checker`` (``calibrate_verdicts``, ``calibrate_abstention``).
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evals.maintain import training_pairs
from evals.maintain.fitting import auroc
from evals.maintain.training_pairs import Data, Example
from rag.models.cross_encoder import ANSWERS, SUPPORTS, CrossEncoder, Pair
from rag.models.downloads import fetch
from rag.models.minilm import build_encoder

try:
    import torch
    import torch.nn.functional as F  # noqa: N812
    from torch import nn
except ImportError:
    sys.exit("error: training needs torch; get it with `pip install torch`")

HEADS, DROPOUT = 12, 0.1
LONGEST = 160  # word pieces of a pair
BATCH = 34  # pairs a step, in whole groups
MOST_TRUE, MOST_FALSE = 3, 4  # pairs of a larger group that one epoch sees
PAIRWISE = 0.5  # weight of the pairwise term
DENIED = 0.5  # weight of whether the passage denies the claim, which is learned beside
_OPEN = ("U", "elsewhere", "stranger", "sci NOT_ENOUGH_INFO")  # kinds that say nothing of a claim
WARM_UP = 60  # steps until the full learning rate
_CLS, _SEP = 101, 102
# The layers' names here and in the file of the base model.
_PARTS = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "output": "attention.output.dense",
    "first_norm": "attention.output.LayerNorm",
    "second_norm": "output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
}


# The network.


class Dropout:
    """Dropout out of one store of random places: drawing them anew takes a tenth of a step."""

    def __init__(self) -> None:
        kept = torch.rand(8_000_000) >= DROPOUT
        self.store = kept.to(torch.bfloat16) / (1 - DROPOUT)

    def __call__(self, states: Any) -> Any:
        """Return the states with some of them zero."""
        first = int(torch.randint(0, len(self.store) - states.numel(), (1,)))
        return states * self.store[first : first + states.numel()].view(states.shape)


def _as_it_is(states: Any) -> Any:
    return states


class Layer(nn.Module):  # type: ignore[misc]
    """One layer of BERT."""

    def __init__(self, hidden: int, inner: int) -> None:
        super().__init__()
        self.query, self.key, self.value, self.output = (
            nn.Linear(hidden, hidden) for _ in range(4)
        )
        self.first_norm, self.second_norm = (nn.LayerNorm(hidden, 1e-12) for _ in range(2))
        self.up, self.down = nn.Linear(hidden, inner), nn.Linear(inner, hidden)

    def forward(self, states: Any, hidden: Any, drop: Callable[[Any], Any]) -> Any:
        """Return the states after attention and feed-forward; shape (batch, length, hidden)."""

        def split(rows: Any) -> Any:
            return rows.view(*rows.shape[:2], HEADS, -1).transpose(1, 2)

        query, key, value = (split(part(states)) for part in (self.query, self.key, self.value))
        # Written out: on a processor the backward pass of the fused attention takes longer.
        scores = query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5 + hidden
        seen = scores.softmax(-1) @ value
        seen = self.output(seen.transpose(1, 2).reshape(states.shape))
        states = self.first_norm(states + drop(seen))
        more = self.down(F.gelu(self.up(states)))
        return self.second_norm(states + drop(more))


class Net(nn.Module):  # type: ignore[misc]
    """MiniLM's encoder with a head of three logits on the mean of its states.

    The third, that the passage denies the claim, only teaches: what is exported lacks it.
    """

    def __init__(self, weights: Mapping[str, Any]) -> None:
        super().__init__()
        named = {name.removeprefix("embeddings."): matrix for name, matrix in weights.items()}
        self.words = nn.Embedding.from_pretrained(named["word_embeddings.weight"], freeze=True)
        places = named["position_embeddings.weight"] + named["token_type_embeddings.weight"][0]
        self.places = nn.Parameter(places, requires_grad=False)
        hidden = places.shape[1]
        self.norm = nn.LayerNorm(hidden, 1e-12).requires_grad_(requires_grad=False)
        _load(self.norm, weights, "embeddings.LayerNorm")
        count = len({name.split(".")[2] for name in weights if name.startswith("encoder.layer.")})
        inner = weights["encoder.layer.0.intermediate.dense.weight"].shape[0]
        self.layers = nn.ModuleList(Layer(hidden, inner) for _ in range(count))
        for number, layer in enumerate(self.layers):
            for part, name in _PARTS.items():
                _load(getattr(layer, part), weights, f"encoder.layer.{number}.{name}")
        self.head = nn.Linear(hidden, 3)
        self.dropout = Dropout()

    def forward(self, ids: Any, mask: Any) -> Any:
        """Return the logits, shape (batch, 3), of token ids and of where there are any."""
        states = self.norm(self.words(ids) + self.places[: ids.shape[1]])
        drop = self.dropout if self.training else _as_it_is
        if self.training:  # what is added up too, or half of the time is lost
            states = drop(states.to(torch.bfloat16))
        hidden = torch.zeros(mask.shape, dtype=states.dtype).masked_fill(~mask, -1e4)
        for layer in self.layers:
            states = layer(states, hidden[:, None, None, :], drop)
        means = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True).clamp(min=1)
        return self.head(means.float())


def _load(part: Any, weights: Mapping[str, Any], name: str) -> None:
    part.load_state_dict({kind: weights[f"{name}.{kind}"] for kind in ("weight", "bias")})


# Training.


@dataclass(frozen=True, slots=True)
class Course:
    """How to train: until minutes or epochs are over, from ``rate`` down to ``end`` times that.

    An epoch sees all claims and ``asked`` of the questions.
    """

    minutes: float
    epochs: float
    rate: float
    end: float
    seed: int
    asked: float = 1.0


def train(net: Any, examples: Sequence[Example], rows: Sequence[list[int]], course: Course,
          checkpoint: Path) -> None:  # fmt: skip
    """Train by AdamW: cross-entropy of each pair, and true over false within a group.

    Of a pair with a claim also whether the passage denies it, where that is known.
    """
    rng = random.Random(course.seed)  # noqa: S311
    labels = torch.tensor([example.label for example in examples])
    tasks = torch.tensor([example.task for example in examples])
    weights = torch.tensor([example.weight for example in examples])
    groups = torch.tensor([example.group for example in examples])
    denied = torch.tensor([_denied(example) for example in examples])
    learned = [p for p in net.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        [
            {"params": [p for p in learned if p.ndim > 1], "weight_decay": 0.01},
            {"params": [p for p in learned if p.ndim < 2], "weight_decay": 0.0},
        ],
        course.rate,
        fused=True,
    )
    net.train()
    started, step, mean, total = time.monotonic(), 0, 0.0, len(examples) / BATCH * course.epochs
    for batch in _batches(examples, rows, course.asked, rng):
        done = max(step / total, (time.monotonic() - started) / (course.minutes * 60))
        if done >= 1:
            break
        for group in optimizer.param_groups:
            warm = min(1.0, step / WARM_UP)
            group["lr"] = course.rate * warm * (1 - done * (1 - course.end))
        chosen = torch.tensor(batch)
        with torch.autocast("cpu", torch.bfloat16):
            logits = net(*_padded([rows[i] for i in batch]))[: len(batch)]
        logit = logits.float()[torch.arange(len(batch)), tasks[chosen]]
        label, group_of = labels[chosen], groups[chosen]
        beaten = (group_of[:, None] == group_of) & (label[:, None] > label + 0.4)
        pairwise = F.softplus(logit - logit[:, None])[beaten].sum() / len(batch)
        entropy = F.binary_cross_entropy_with_logits(logit, label, reduction="none")
        loss = PAIRWISE * pairwise + (entropy * weights[chosen]).mean()
        known = denied[chosen] >= 0
        denials, truth = logits.float()[known, 2], denied[chosen][known]
        refuted = F.binary_cross_entropy_with_logits(denials, truth, reduction="sum")
        loss = loss + DENIED * refuted / len(batch)
        loss.backward()
        nn.utils.clip_grad_norm_(learned, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        mean = 0.98 * mean + 0.02 * loss.item() if step else loss.item()
        step += 1
        if step % 100 == 0:
            _say(f"step {step}, {time.monotonic() - started:.0f} s, loss {mean:.3f}")
            torch.save(net.state_dict(), checkpoint)
    _say(f"{step} steps in {time.monotonic() - started:.0f} s, loss {mean:.3f}")
    torch.save(net.state_dict(), checkpoint)


def _denied(example: Example) -> float:
    """Return 1 where a passage denies a claim, 0 where it does not, -1 where that is not known."""
    if example.task != SUPPORTS or example.kind == "wice":
        return -1.0
    return float(example.label < 0.5 and example.kind not in _OPEN)


def _batches(
    examples: Sequence[Example], rows: Sequence[list[int]], asked: float, rng: random.Random
) -> Iterator[list[int]]:
    """Yield batches of whole groups without end, those of like length together."""
    members: dict[int, list[int]] = {}
    for place, example in enumerate(examples):
        members.setdefault(example.group, []).append(place)
    while True:
        groups = [
            _some(places, examples, rng)
            for places in members.values()
            if examples[places[0]].task == SUPPORTS or rng.random() < asked
        ]
        rng.shuffle(groups)
        batches: list[list[int]] = []
        for start in range(0, len(groups), 400):
            alike = sorted(
                groups[start : start + 400], key=lambda g: sum(len(rows[i]) for i in g) / len(g)
            )
            some: list[list[int]] = [[]]
            for group in alike:
                if some[-1] and len(some[-1]) + len(group) > BATCH:
                    some.append([])
                some[-1] += group
            rng.shuffle(some)
            batches += some
        yield from batches


def _some(places: Sequence[int], examples: Sequence[Example], rng: random.Random) -> list[int]:
    if len(places) <= MOST_TRUE + MOST_FALSE:
        return list(places)
    true = [place for place in places if examples[place].label > 0.5]
    false = [place for place in places if examples[place].label <= 0.5]
    rng.shuffle(true)
    rng.shuffle(false)
    return true[:MOST_TRUE] + false[:MOST_FALSE]


def token_rows(pairs: Sequence[tuple[str, str]], tokenizer: Any) -> list[list[int]]:
    """Return the token ids of each pair: [CLS] text [SEP] passage [SEP], cut to LONGEST."""
    sides = [
        [found.ids[1:-1] for found in tokenizer.encode_batch_fast(list(side))]
        for side in zip(*pairs, strict=True)
    ]
    rows = []
    for text, passage in zip(*sides, strict=True):
        head = text[: LONGEST // 2]
        rows.append([_CLS, *head, _SEP, *passage[: LONGEST - len(head) - 3], _SEP])
    return rows


def _padded(rows: Sequence[list[int]]) -> tuple[Any, Any]:
    """Return ids and mask, of few shapes: what multiplies is made anew for each that is new."""
    longest = -(-max(map(len, rows)) // 8) * 8
    ids = torch.zeros(max(BATCH, len(rows)), longest, dtype=torch.long)
    mask = torch.zeros(ids.shape, dtype=torch.bool)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = torch.tensor(row)
        mask[place, : len(row)] = True
    return ids, mask


# Export and report.


def mean(before: Mapping[str, Any], after: Mapping[str, Any], share: float) -> dict[str, Any]:
    """Return the weights between two states of one network, ``share`` of the later one.

    Of two that chose differently what errs less than both (Wortsman et al. 2022, model soups).
    """
    return {name: before[name] + share * (after[name] - before[name]) for name in after}


def export(net: Any, base: Path, out: Path) -> None:
    """Write the network as the program reads it: int8 matrices, the tokenizer beside it."""
    from onnx import TensorProto, helper, numpy_helper
    from safetensors.numpy import load_file

    state = {name: value.detach().numpy() for name, value in net.state_dict().items()}
    weights = dict(load_file(base / "model.safetensors"))
    for name, matrix in state.items():
        folder, _, rest = name.partition(".")
        if folder == "layers":
            number, part, kind = rest.split(".")
            weights[f"encoder.layer.{number}.{_PARTS[part]}.{kind}"] = matrix
    model = build_encoder(weights)
    graph = model.graph
    graph.node[-1].output[0] = "mean_states"
    graph.node.append(
        helper.make_node(
            "Gemm", ["mean_states", "head.matrix", "head.offset"], ["logits"], transB=1
        )
    )
    for name, part in (("head.matrix", "head.weight"), ("head.offset", "head.bias")):
        rows = state[part][:2].astype(np.float32)
        graph.initializer.append(numpy_helper.from_array(rows, name))
    del graph.output[:]
    shape: list[str | int | None] = ["batch", 2]
    graph.output.append(helper.make_tensor_value_info("logits", TensorProto.FLOAT, shape))
    (out / "model.onnx").write_bytes(model.SerializeToString())
    shutil.copyfile(base / "tokenizer.json", out / "tokenizer.json")


def report(data: Data, folder: Path) -> dict[str, float]:
    """Return what the exported network gets right of the batches that were kept out."""
    network = CrossEncoder(folder)
    claims = data.held_claims
    logits = network.logits([Pair(one.text, one.passage) for one in claims])[:, SUPPORTS]
    how, label = np.array([one.kind for one in claims]), np.array([one.label for one in claims])
    found = {"claims, true over false": auroc(label, logits)}
    for true, false in ("TF", "Tf", "TU", "tf"):
        among = (how == true) | (how == false)
        found[f"claims, {true} over {false}"] = auroc(how[among] == true, logits[among])
    best: dict[str, list[float]] = {}
    first: dict[str, list[bool]] = {}  # whether a sentence that answers is the likeliest
    for question in data.held_questions:
        passages = [*question.own, *question.strange]
        pairs = [Pair(question.text, passage) for passage in passages]
        answers = network.logits(pairs)[:, ANSWERS]
        # What is off the topic is asked where its abstract is not: of strangers alone.
        asked = answers[len(question.own) :] if question.kind == "O" else answers
        kind = question.kind if question.kind in "XZOJL" else "answered"
        best.setdefault(kind, []).append(float(asked.max(initial=-99.0)))
        if kind == "answered" or (kind in "JL" and question.answered_by):
            place = int(answers[: len(question.own)].argmax())
            first.setdefault(kind, []).append(place in question.answered_by)
    for kind, name in {"answered": "questions", "J": "judged ones", "L": "lists"}.items():
        found[f"{name}, an answering sentence first"] = float(np.mean(first[kind]))
    for kind in "XZO":
        truth = [1] * len(best["answered"]) + [0] * len(best[kind])
        found[f"questions, answered over {kind}"] = auroc(truth, best["answered"] + best[kind])
    return found


def main(argv: Sequence[str] | None = None) -> int:
    """Build the pairs, train, export, report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bench", type=Path, required=True)
    parser.add_argument("--base", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=240.0)
    parser.add_argument("--epochs", type=float, default=3.0)
    parser.add_argument("--rate", type=float, default=1.5e-4)
    parser.add_argument("--end", type=float, default=0.02, help="last share of the rate")
    parser.add_argument("--asked", type=float, default=1.0, help="share of questions an epoch")
    parser.add_argument("--init", type=Path, help="go on from a checkpoint")
    parser.add_argument("--frozen", type=int, default=0, help="layers from below that stay")
    parser.add_argument("--average", type=Path, help="at the end, mean with a checkpoint")
    parser.add_argument("--share", type=float, default=0.3, help="of the new weights in that")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args(argv)
    from safetensors.torch import load_file
    from tokenizers import Tokenizer

    torch.manual_seed(arguments.seed)
    torch.set_num_threads(arguments.threads)
    arguments.out.mkdir(parents=True, exist_ok=True)
    if not (arguments.base / "model.safetensors").is_file():
        arguments.base.mkdir(parents=True, exist_ok=True)
        fetch("minilm", arguments.base)
    data = training_pairs.build(arguments.bench)
    _say(f"{len(data.train)} pairs, digest {data.digest}")
    tokenizer = Tokenizer.from_file(str(arguments.base / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    rows = token_rows([(one.text, one.passage) for one in data.train], tokenizer)
    net = Net(load_file(arguments.base / "model.safetensors"))
    if arguments.init:
        net.load_state_dict(torch.load(arguments.init))
    for layer in net.layers[: arguments.frozen]:
        layer.requires_grad_(requires_grad=False)
    course = Course(
        arguments.minutes,
        arguments.epochs,
        arguments.rate,
        arguments.end,
        arguments.seed,
        arguments.asked,
    )
    train(net, data.train, rows, course, arguments.out / "checkpoint.pt")
    if arguments.average:
        net.load_state_dict(mean(torch.load(arguments.average), net.state_dict(), arguments.share))
    export(net, arguments.base, arguments.out)
    for name, value in report(data, arguments.out).items():
        _say(f"{name:<42}{value:.3f}")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
