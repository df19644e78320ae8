"""Evaluation sets from a library: questions whose paper is known, and some it cannot answer."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import count as counting
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from tqdm import tqdm

from evals.feedback import read_feedback
from evals.generate import generate_question
from rag.answers.asking import asked_terms
from rag.assistant import Assistant
from rag.durable import write_output
from rag.errors import InputError
from rag.text.sentences import sentence_spans
from rag.text.terms import terms
from rag.types import Paper

Row = dict[str, Any]

_WORD = re.compile(r"[^\W\d_][\w-]{2,40}")
_NUMBER = re.compile(r"\d{1,12}(?:[.,]\d{1,12}){0,4}%?")
_KEYWORDS = 4
_NEAR = 50  # papers looked at to see which hold some words
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


def write_set(
    assistant: Assistant, out: Path, *, count: int = 100, feedback: Path | None = None
) -> dict[str, int]:
    """Write an evaluation set of the library to a JSON Lines file; return how many by kind.

    The choice of papers hangs on their ids alone, so that the same library gives the same set.

    Args:
        assistant: its library; its model, where there is one, words better questions.
        out: the file.
        count: how many known-item questions at the most; a quarter as many are unanswerable.
        feedback: what people thought of answers; see `evals.feedback`.

    Raises:
        InputError: the library has no papers. ModelError: the model failed.
    """
    papers = sorted(assistant.papers(), key=lambda paper: _shuffled(paper.id))
    if not papers:
        raise InputError("the library has no papers; bring some with `rag ingest PATH`")
    rows = list(_known_items(assistant, papers, count))
    rows += _unanswerable(papers, assistant, max(1, len(rows) // 4))
    if feedback:
        rows += read_feedback(feedback, {paper.id for paper in papers})
    numbers = {row["kind"]: counting(1) for row in rows}
    named = [{"id": f"{row['kind']}-{next(numbers[row['kind']]):03}", **row} for row in rows]
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in named]
    write_output(out, "".join(lines).encode("utf-8", "backslashreplace"))
    return dict(Counter(row["kind"] for row in rows))


def _shuffled(name: str) -> bytes:
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).digest()


def _known_items(assistant: Assistant, papers: Sequence[Paper], count: int) -> Iterator[Row]:
    """Yield at most ``count`` questions: by turns from a sentence and from a title."""
    made = 0
    for number, paper in enumerate(tqdm(papers, unit=" papers", disable=None, leave=False)):
        if made == count:
            return
        row = None
        if assistant.llm is not None:
            row = generate_question(paper, assistant.llm, assistant.settings)
        elif number % 2:
            row = title_question(paper, assistant)
        row = row or sentence_question(paper, assistant) or title_question(paper, assistant)
        if row:
            made += 1
            yield row


def sentence_question(paper: Paper, assistant: Assistant) -> Row | None:
    """Return a question from the abstract's most distinctive sentence; None where none will do.

    It holds the sentence's most telling words, out of their order and none beside its neighbour,
    and no number: those are the facts expected. Together the words stand in no other paper.
    """
    found: list[tuple[float, str, list[str]]] = []
    for start, end in sentence_spans(paper.abstract):
        sentence = paper.abstract[start:end]
        weights = _weights(sentence, paper, assistant)
        words = _dealt(weights, sentence)
        if len(words) == _KEYWORDS:
            found.append((-sum(weights[word] for word in words), sentence, words))
    for _, sentence, words in sorted(found):
        if _holders(words, assistant) == {paper.id}:
            numbers = sorted(set(_NUMBER.findall(sentence)), key=lambda n: (-len(n), n))
            return {
                "kind": "sentence",
                "question": f"What is known about {_listed(words)}?",
                "papers": [paper.id],
                "facts": [[number] for number in numbers[:1]],
            }
    return None


def title_question(paper: Paper, assistant: Assistant) -> Row | None:
    """Return a question for a paper by words of its title; None where others have them too."""
    words = _dealt(_weights(paper.title, paper, assistant), paper.title)
    if len(words) < 2 or _holders(words, assistant) != {paper.id}:
        return None
    question = f"Which paper is on {_listed(words)}?"
    return {"kind": "title", "question": question, "papers": [paper.id], "facts": []}


def _weights(text: str, paper: Paper, assistant: Assistant) -> dict[str, float]:
    """Return the telling words of a text, one of each stem, with their weight in the paper.

    The weight is TF-IDF: how often the paper has the word, by how few papers do.
    """
    counts = Counter(terms(f"{paper.title} {paper.abstract}"))
    words: dict[str, str] = {}
    for word in _WORD.findall(text):
        if asked_terms(word):
            words.setdefault(" ".join(terms(word)), word)
    weights = {}
    for stems, word in words.items():
        rarest = min(stems.split(), key=assistant.frequency)
        rarity = math.log(1 + assistant.count() / max(1, assistant.frequency(rarest)))
        weights[word] = counts[rarest] * rarity
    return weights


def _dealt(weights: Mapping[str, float], text: str) -> list[str]:
    """Return the weightiest words, so that none stands beside its neighbour in the text."""
    ranked = sorted(weights, key=lambda word: (-weights[word], word))[:_KEYWORDS]
    chosen = sorted(ranked, key=text.index)
    return [*chosen[::2], *chosen[1::2]]


def _holders(words: Sequence[str], assistant: Assistant) -> set[str]:
    """Return the ids of the papers that hold all the words, as far as BM25 finds them."""
    wanted = {term for word in words for term in terms(word)}
    holders = set()
    for hit in assistant.by_words(sorted(wanted), k=_NEAR):
        if wanted <= set(terms(f"{hit.paper.title} {hit.paper.abstract}")):
            holders.add(hit.paper.id)
    return holders


def _listed(words: Sequence[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else words[0]


def _unanswerable(papers: Sequence[Paper], assistant: Assistant, count: int) -> list[Row]:
    """Return questions that no paper answers: of another world, and crossed from two papers."""
    strange = [text for text in _OFF_TOPIC if not _holders(asked_terms(text), assistant)]
    pairs = zip(papers[::2], papers[1::2], strict=False)  # the last may stand alone
    crossed = (crossed_question(one, two, assistant) for one, two in pairs)
    by_turns = zip_longest((text for text in crossed if text), strange[: (count + 1) // 2])
    texts = islice((text for pair in by_turns for text in pair if text), count)
    blank: Row = {"papers": [], "facts": []}
    return [{"kind": "unanswerable", "question": text, **blank} for text in texts]


def crossed_question(one: Paper, two: Paper, assistant: Assistant) -> str | None:
    """Return a question on two papers' most telling title words, None where a paper has both."""
    names = []
    for paper in (one, two):
        weights = _weights(paper.title, paper, assistant)
        if not weights:
            return None
        names.append(max(weights, key=lambda word: (weights[word], word)))
    if _holders(names, assistant):
        return None
    return f"Which result on {names[0]} was reached by means of {names[1]}?"
