"""What titles and names are made of: which words are names, and which phrases stand alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from rag.text.sentences import sentence_spans
from rag.types import Paper

Row = dict[str, Any]

LONGEST_TITLE = 300  # characters; what is longer is no title
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_TOKEN = re.compile(r"[\w’'-]+")
_PLAIN_WORD = re.compile(r"[^\W\d_]+")
# What an abbreviation stands for has capitals that its words have not.
_SPELT_OUT = re.compile(
    r"(?:\b[A-Z][\w-]{0,30} (?:(?:of|for|and|to|in|with) )?){1,10}\(|"
    r"(?:\b[A-Z][a-z-]{1,30}\b ?){3,10}"
)
# A name: a capital or a digit within ("LoRA", "GPT-2"), at most three words.
_NAME = re.compile(r"[A-Z0-9][\w.+-]*(?: [A-Z0-9][\w.+-]*){0,2}")
_INNER = re.compile(r"[^\W\d_].*[A-Z0-9]|[A-Z0-9].*[^\W\d_].*[A-Z0-9]")
_SHARED_TASK = re.compile(r"(\S+(?: \S+)?) (?:at|@|in) (\S.{2,40}?): ")
_TASK = re.compile(
    r"[A-Z][\w-]*[A-Z0-9][\w-]*(?:[ -](?:20\d\d|Shared Task|Task|\d{1,2}|[A-Z]\w*))*"
)
# What has no meaning outside its sentence, or shows that a phrase was cut.
_UNFIT = re.compile(
    r"[()\[\]{}<>\"“”`$\\^_=:;?!|*~@#&/…]|\b(?:our|we|us|its?|their|they|them|this|that|these|those|"
    r"such|which|who|whose|where|here|ours|one|ones|other|others|same|both|proposed|above|former|"
    r"latter|respectively|i|my|and/or|vs|et|al|resp)\b",
    re.IGNORECASE,
)
_HANGING = re.compile(
    r"(?:\A(?:and|or|of|in|on|by|to|than|as)\b|\b(?:a|an|the|and|or|of|in|on|for|with|by|to|from|"
    r"using|via|at|as|is|are|than|through|into|between|but|not|when|while|up|about|over|only|more|"
    r"all|both|very|also|based))\Z|\A(?:and|or|of|by|than|as)\b",
    re.IGNORECASE,
)
_STRAY_ARTICLE = re.compile(
    r"\b(?!(?:of|in|for|with|as|to|on|from|by|via|using|through|over|into|between|and|at|is|are|like|"
    r"under|towards?|without|against|within)\b)\w+ (?:an?|the)\b",
    re.IGNORECASE,
)
_DATA = re.compile(
    r"data ?set|bench\b|corpus|corpora|benchmark|treebank|lexicon|collection|questions|challenge|"
    r"resource|\bdata\b|test suite|annotat",
    re.IGNORECASE,
)
_TOOL = re.compile(
    r"\b(?:library|tool|toolkits?|tools|platform|interface|editor|package|software|workbench|"
    r"environment|standard|search engine|metric|measure|evaluation)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Usage:
    """How a library writes its words, and which names begin its titles.

    ``small`` counts a word written in small letters, ``capital`` one that begins with a capital
    where no sentence begins; ``heads`` counts what stands before a title's colon.
    """

    small: Counter[str]
    capital: Counter[str]
    heads: Counter[str]


def read_usage(papers: Iterable[Paper], sampled: int = 5_000) -> Usage:
    """Return how papers write; words are counted in the first ``sampled`` abstracts."""
    usage = Usage(Counter(), Counter(), Counter())
    for number, paper in enumerate(papers):
        usage.heads[_head(paper.title).casefold()] += 1
        if number < sampled:
            text = _SPELT_OUT.sub("(", paper.abstract)
            for start, end in sentence_spans(text):
                for word in _PLAIN_WORD.findall(text[start:end])[1:]:
                    (usage.small if word[0].islower() else usage.capital)[word.casefold()] += 1
    return usage


def _head(title: str) -> str:
    return title.partition(":")[0].strip()


def name_of(paper: Paper, usage: Usage) -> str | None:
    """Return the name that a title gives to a thing of its paper's own, None where there is none.

    It stands before a colon, begins no other title, and the abstract has it.
    """
    if len(paper.title) > LONGEST_TITLE:
        return None
    head, colon, _ = paper.title.partition(":")
    named = re.fullmatch(r".*\(([^()]{2,20})\)", head)
    head = named[1] if named else head.strip()
    fits = _NAME.fullmatch(head) and len(head) <= 30 and (colon or named)
    if not fits or usage.heads[head.casefold()] > 1 or not _says(paper.abstract, head):
        return None
    words = head.split()
    if re.search(r"\b(?:19|20)\d\d\b|\b[Tt]ask\b", head):  # an event's name
        return None
    alone = len(words) == 1 and not usage.small[words[0].casefold()]
    known = alone or any(_INNER.match(word) for word in words)
    return head if known and not all(word.isdigit() for word in words) else None


def _says(text: str, name: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text) is not None


def shared_task(paper: Paper) -> tuple[str, str] | None:
    """Return team and task of a title like "TEAM at TASK: ...", None of others."""
    match = _SHARED_TASK.match(paper.title)
    if not match or not _TASK.fullmatch(match[2]) or not any(c.isdigit() for c in match[2]):
        return None
    return (match[1], match[2]) if fits(match[1]) else None


def small(title: str, usage: Usage) -> str:
    """Return a title's words as sentences write them: small, but for names.

    What no abstract has is a name only where the title has small letters elsewhere.
    """
    long = [word for word in _WORD.findall(title)[1:] if len(word) > 3]
    all_capital = sum(word[0].isupper() for word in long) > len(long) / 2
    found = _TOKEN.finditer(title)
    pieces, last = [], 0
    for number, match in enumerate(found):
        unknown_small = all_capital or number == 0
        pieces += [title[last : match.start()], _small_word(match[0], usage, unknown_small)]
        last = match.end()
    return "".join([*pieces, title[last:]])


def _small_word(word: str, usage: Usage, unknown_small: bool) -> str:
    if "-" in word and not any(part.isupper() and len(part) > 1 for part in word.split("-")[1:]):
        return "-".join(_small_word(part, usage, unknown_small) for part in word.split("-"))
    small_forms = usage.small[word.casefold()]
    if (
        small_forms > 1
        and re.search(r"[a-z]", word)
        and 2 * small_forms >= usage.capital[word.casefold()]
    ):
        return word.casefold()  # also "VERification", as FEVER spells it
    if not word[:1].isupper() or any(c.isupper() or c.isdigit() for c in word[1:]):
        return word
    written, as_name = usage.small[word.casefold()], usage.capital[word.casefold()]
    if len(word) == 1 and word != "A":
        return word
    is_small = 2 * written >= as_name if written or as_name else unknown_small
    return word.casefold() if is_small else word


def fits(phrase: str) -> bool:
    """Say whether a phrase can stand in a question by itself."""
    return (
        not _UNFIT.search(phrase)
        and not _HANGING.search(phrase.strip())
        and phrase.count(",") <= 1
        and "  " not in phrase
        and " - " not in phrase
        and not _STRAY_ARTICLE.search(phrase)
        and phrase.isascii()
    )


def is_data(paper: Paper) -> bool:
    """Say whether a title speaks of data, which gets no scores but is what they are got on."""
    return _DATA.search(paper.title) is not None


def is_tool(paper: Paper) -> bool:
    """Say whether a title speaks of software that one uses: it was not trained."""
    return _TOOL.search(paper.title) is not None


def row_of(kind: str, question: str, paper: Paper, facts: list[list[str]] | None = None) -> Row:
    """Return a row of a set: a question of a kind, its paper, and the facts that are expected."""
    return {"kind": kind, "question": question, "papers": [paper.id], "facts": facts or []}
