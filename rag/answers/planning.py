"""What to search for, where a question is more than one short search: a model's plan."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from llama_index.core.llms import LLM

from rag.answers import prompts
from rag.answers.conversation import ask_once
from rag.answers.thoughts import without_thoughts
from rag.errors import InputError
from rag.index.filters import Condition, parse_where
from rag.index.index import Index
from rag.settings import Settings
from rag.types import Hit, Turn, Usage

MOST_TOKENS = 300  # of a plan
_MOST = 4  # searches
_MOST_FILTERS = 4
_FIELDS = frozenset(["year", "venue", "author"])
_LONG = 25  # words of a question
_LONGEST = 1_000  # characters of a question, or of a search
_ASKS = r"(?:what|which|who|whose|when|where|why|how|is|are|was|were|does|do|did|can|has|have)"
# What begins another question, behind so many words of the first.
_ASKS_ON = re.compile(rf"(?:[,;.?]|\b(?:and|or))\s+(?:(?:and|or|also)\s+)?{_ASKS}\s", re.IGNORECASE)
_FIRST = 3
_LONGEST_PLAN = 10_000
_FENCED = re.compile(r"```(?:json)?\s*\n(.*)\n\s*```", re.DOTALL)
_WORDS = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to search for; ``question`` stands alone ("" where the plan does not give it)."""

    searches: tuple[str, ...]
    where: tuple[Condition, ...] = ()
    question: str = ""


def is_needed(question: str, *, compares: bool, follows: bool) -> bool:
    """Say whether a question is worth a plan: long, double, a comparison or a follow-up.

    >>> [is_needed(text, compares=False, follows=False) for text in (
    ...     "How large is CLIP?", "How large is CLIP, and who trained it?")]
    [False, True]
    """
    return compares or follows or len(question.split()) > _LONG or _is_double(question)


def _is_double(question: str) -> bool:
    ended = [part for part in question.split("?")[:-1] if any(map(str.isalnum, part))]
    further = list(_ASKS_ON.finditer(question))
    return len(ended) > 1 or bool(
        further and len(question[: further[-1].start()].split()) >= _FIRST
    )


def make(
    question: str, history: Sequence[Turn], llm: LLM, settings: Settings
) -> tuple[Plan | None, prompts.Prompt, Usage]:
    """Have the model plan; return the plan, None where it is none, the prompt and what it cost.

    Raises:
        ModelError: the model failed.
    """
    prompt = prompts.load("plan", settings.prompts)
    told = "\n".join(
        f"Question: {' '.join(turn.question.split())}\nAnswer: {' '.join(turn.answer.split())}"
        for turn in history
    )
    text = prompt.fill(history=told or "(nothing was asked before)", question=question)
    reply = ask_once(llm, text, settings, max_tokens=MOST_TOKENS)
    plan = read(reply.text)
    if plan is None:
        return None, prompt, reply.usage
    said = set(_WORDS.findall(f"{told} {question}".casefold()))
    where = tuple(c for c in plan.where if said.issuperset(_WORDS.findall(c.value)))
    return replace(plan, where=where), prompt, reply.usage


def read(reply: str) -> Plan | None:
    """Return the plan that a reply is, None where it is anything else.

    >>> read('{"searches": ["BERT size", "GPT-2 size"], "where": ["year>=2018"]}').searches
    ('BERT size', 'GPT-2 size')
    """
    text = without_thoughts(reply).strip()
    if len(text) > _LONGEST_PLAN:
        return None
    fenced = _FENCED.fullmatch(text)
    try:
        data = json.loads(fenced[1] if fenced else text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or not set(data) <= {"question", "searches", "where"}:
        return None
    searches = _texts(data.get("searches"), _MOST)
    expressions = _texts(data.get("where") or [], _MOST_FILTERS)
    question = data.get("question") or ""
    if not searches or expressions is None or not isinstance(question, str):
        return None
    try:
        where = parse_where(expressions)
    except InputError:
        return None
    if any(condition.field not in _FIELDS for condition in where) or len(question) > _LONGEST:
        return None
    return Plan(tuple(searches), where, " ".join(question.split()))


def _texts(value: object, most: int) -> list[str] | None:
    """Return the distinct texts of a list that has no more than ``most``, else None."""
    if not isinstance(value, list) or len(value) > most:
        return None
    texts = [" ".join(item.split()) if isinstance(item, str) else "" for item in value]
    if any(not 0 < len(text) <= _LONGEST for text in texts):
        return None
    return list(dict.fromkeys(texts))


def matching(
    planned: Sequence[Condition], where: Sequence[Condition], index: Index
) -> tuple[Condition, ...]:
    """Return the conditions in force with those planned that leave any paper."""
    kept = tuple(where)
    for condition in planned:
        if condition not in kept and index.lexical.count((*kept, condition)):
            kept = (*kept, condition)
    return kept


def merge(runs: Sequence[Sequence[Hit]], most: int) -> tuple[Hit, ...]:
    """Return the hits of several searches in turn, each one's best first, no paper twice."""
    merged: dict[str, Hit] = {}
    for hit in itertools.chain.from_iterable(itertools.zip_longest(*runs)):
        if hit is not None:
            merged.setdefault(hit.paper.id, hit)
    first = itertools.islice(merged.values(), most)
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate(first, 1))
