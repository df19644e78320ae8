"""Claims checked against abstracts: pairs of both, or the cited sentences of one's own draft."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from llama_index.core.base.embeddings.base import BaseEmbedding

from rag.readers.clean import clean
from rag.receipts import support
from rag.text.sentences import sentence_spans
from rag.types import Evidence, Paper, Support

Format = Literal["markdown", "latex"]
Find = Callable[[str], "Paper | None"]
Lookup = Callable[[str], Sequence[Paper]]

_LONGEST_LINE = 1_000_000


def verify_pairs(
    lines: Iterable[str], embedder: BaseEmbedding | None = None
) -> Iterator[dict[str, Any]]:
    """Yield a verdict for each line of JSON with ``claim``, ``title`` and ``abstract``, in order.

    A line that is no such object yields ``{"error": ...}`` and never stops the others.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            if len(line) > _LONGEST_LINE:
                raise ValueError("too long")
            row = json.loads(line)
            claim, abstract, title = row["claim"], row["abstract"], row.get("title") or ""
            if not all(isinstance(text, str) for text in (claim, abstract, title)):
                raise TypeError("not text")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
            yield {"error": f"line {number}: write JSON with claim, title and abstract"}
            continue
        paper = Paper("", _plain(title), _plain(abstract))
        verdict = support.judge(_plain(claim), [paper], embedder)
        found = verdict.evidence
        yield {
            "support": verdict.support,
            "score": verdict.score,
            "evidence": found and {"quote": found.quote, "start": found.start, "end": found.end},
        }


def _plain(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


@dataclass(frozen=True, slots=True)
class Checked:
    """A cited sentence of a draft: where, what it cites, and its verdict.

    ``unresolved`` are the keys that name no paper of the library, or several, whose ids are in
    ``ambiguous``; one makes the sentence unsupported.
    """

    line: int
    text: str
    keys: tuple[str, ...]
    unresolved: tuple[str, ...]
    support: Support
    score: float
    evidence: Evidence | None
    ambiguous: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DraftReport:
    """All cited sentences of a draft, in order."""

    sentences: tuple[Checked, ...]

    @property
    def failed(self) -> bool:
        """Whether any sentence is unsupported."""
        return any(sentence.support == "unsupported" for sentence in self.sentences)

    @property
    def counts(self) -> dict[str, int]:
        """How many sentences have each verdict."""
        return dict(Counter(sentence.support for sentence in self.sentences))


def check_draft(
    text: str, form: Format, lookup: Lookup, find: Find, embedder: BaseEmbedding | None = None
) -> DraftReport:
    r"""Check every sentence that carries ``[@key]``, ``\cite{key}`` or ``[n]``.

    Args:
        text: the draft.
        form: how it is written.
        lookup: the papers with a citation key, id, DOI or arXiv id.
        find: the paper that an entry of the draft's own reference list describes.
        embedder: what says how near meanings are; the static one where None.
    """
    body, references = _body(text, form)

    def papers_of(key: str) -> Sequence[Paper]:
        if found := lookup(key):
            return found
        described = references.get(key)
        paper = find(described) if described else None
        return [paper] if paper else []

    checked = []
    for start, end in _sentences(body):
        raw = body[start:end]
        keys = _keys(raw, form, references)
        if not keys:
            continue
        papers = {key: papers_of(key) for key in keys}
        known = [found[0] for found in papers.values() if len(found) == 1]
        unresolved = tuple(key for key, found in papers.items() if len(found) != 1)
        ambiguous = {
            key: tuple(paper.id for paper in found)
            for key, found in papers.items()
            if len(found) > 1
        }
        verdict = support.judge(_claim(raw, form), known, embedder) if known else None
        checked.append(
            Checked(
                line=body.count("\n", 0, start) + 1,
                text=" ".join(raw.split()),
                keys=keys,
                unresolved=unresolved,
                ambiguous=ambiguous,
                support=verdict.support if verdict and not unresolved else "unsupported",
                score=verdict.score if verdict else 0.0,
                evidence=verdict.evidence if verdict else None,
            )
        )
    return DraftReport(tuple(checked))


def render(report: DraftReport) -> Iterator[str]:
    """Yield the lines of a report for people: each sentence, its verdict and the words behind."""
    for sentence in report.sentences:
        yield f"line {sentence.line}: {sentence.support} ({sentence.score:.2f})  {sentence.text}"
        for key in sentence.unresolved:
            if ids := sentence.ambiguous.get(key):
                named = ", ".join(map(repr, ids[:5]))
                yield f"    {key!r} names {len(ids)} papers; cite one by its id: {named}"
            else:
                yield f"    no paper in the library for {key!r}"
        if sentence.evidence is not None:
            yield f"    “{sentence.evidence.quote}”"
    counts = ", ".join(f"{count} {name}" for name, count in sorted(report.counts.items()))
    count = len(report.sentences)
    yield f"{count} cited sentence{'' if count == 1 else 's'}" + (f": {counts}" if counts else "")


# Drafts. What is not prose is blanked out, so that places and lines stay.

_CITE = re.compile(
    r"\\(?:no)?(?:[A-Za-z]{0,12})cite[a-z]{0,8}\*?(?:\[[^\[\]]{0,200}\]){0,2}\{([^{}]{1,2000})\}"
)
_BRACKETED = re.compile(r"\[([^\[\]]{0,2000}@[^\[\]]{1,2000})\]")
_AT_KEY = re.compile(r"(?<![\w.@\\])-?@\{?([A-Za-z0-9_](?:[\w:.#$%&+?<>~/-]{0,200}[\w/])?)")
_NUMBERS = re.compile(r"(?<![\w\]])\[(\d{1,4}(?:\s?[,;–-]\s?\d{1,4}){0,30})\](?!\()")
_REFERENCES = re.compile(r"^#{1,6}\s*(?:references|bibliography|literature)\s*$", re.I | re.M)
_ENTRY = re.compile(r"^\s{0,3}(?:\[(\d{1,4})\]:?|(\d{1,4})[.)])\s+(.{5,2000})$", re.M)
_BIBITEM = re.compile(r"\\bibitem(?:\[[^\[\]]{0,200}\])?\{([^{}]{1,200})\}([^\\]{0,2000})")
_NOT_PROSE = {
    "markdown": [
        re.compile(r"\A---\n.*?\n(?:---|\.\.\.)\n", re.S),
        re.compile(r"^(```|~~~).*?(?:^\1|\Z)", re.S | re.M),
        re.compile(r"<!--.*?(?:-->|\Z)", re.S),
        re.compile(r"^#{1,6} .*$", re.M),
    ],
    "latex": [
        re.compile(r"\A.*?\\begin\{document\}", re.S),
        re.compile(r"\\end\{document\}.*\Z", re.S),
        re.compile(r"(?<!\\)%.*$", re.M),
        re.compile(
            r"\\begin\{(verbatim|lstlisting|equation|align|figure|table|thebibliography)(\*?)\}"
            r".*?(?:\\end\{\1\2\}|\Z)",
            re.S,
        ),
        re.compile(
            r"\\(?:begin|end|label|ref|(?:sub){0,2}section|chapter|title|author)\*?\{[^{}]*\}"
        ),
        re.compile(r"\\(?:item|maketitle|noindent|par)\b"),
    ],
}


def _body(text: str, form: Format) -> tuple[str, Mapping[str, str]]:
    """Return the draft's prose, in place, and its own reference list by key."""
    text = _plain(text).replace("\r\n", "\n").replace("\r", "\n")
    if form == "latex":
        references = {key.strip(): " ".join(entry.split()) for key, entry in _BIBITEM.findall(text)}
    else:
        heading = max(_REFERENCES.finditer(text), key=re.Match.start, default=None)
        listed = text[heading.end() :] if heading else ""
        references = {a or b: entry for a, b, entry in _ENTRY.findall(listed)}
        if heading:
            text = text[: heading.start()]
    for pattern in _NOT_PROSE[form]:
        text = pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    return text, references


def _sentences(body: str) -> Iterator[tuple[int, int]]:
    """Yield the sentences of all paragraphs and list items; markers after a stop stay with it."""
    for paragraph in re.finditer(
        r"[^\n](?:[^\n]|\n(?!\s*\n|\s{0,8}[-*+] |\s{0,8}\d{1,3}[.)] ))*", body
    ):
        for start, end in sentence_spans(_AFTER_STOP.sub(_stop_last, paragraph[0])):
            yield paragraph.start() + start, paragraph.start() + end


# Markers between a stop and the next sentence, which belong to the sentence before.
_AFTER_STOP = re.compile(
    r"([.!?])(\s?(?:\[[^\[\]]{1,2000}\]\s?){0,10}\[[^\[\]]{1,2000}\])(?=\s+[\"“(]?[A-Z]|\s*\Z)"
)


def _stop_last(match: re.Match[str]) -> str:
    """Put the stop behind its markers, keeping every place: ``. [1]`` becomes `` xxx.``."""
    return re.sub(r"\S", "x", match[2]) + match[1]


def _keys(raw: str, form: Format, references: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys that a sentence cites, in order, each once."""
    if form == "latex":
        listed = [key for match in _CITE.finditer(raw) for key in match[1].split(",")]
    else:
        listed = _AT_KEY.findall(raw)
    if references:
        listed += [n for match in _NUMBERS.finditer(raw) for n in _expand(match[1])]
    return tuple(dict.fromkeys(key.strip() for key in listed if key.strip()))


def _expand(numbers: str) -> Iterator[str]:
    """Yield the numbers of ``1, 3-5``; a range spans at most 30."""
    for part in re.split(r"[,;]", numbers):
        low, *rest = [int(number) for number in re.findall(r"\d{1,4}", part)]
        high = rest[-1] if rest else low
        yield from (str(number) for number in range(low, min(high, low + 30) + 1))


def _claim(raw: str, form: Format) -> str:
    """Return what a sentence says, without markers and markup."""
    if form == "latex":
        return clean(_NUMBERS.sub("", _CITE.sub("", raw).replace("~", " ")), latex=True)
    text = _NUMBERS.sub("", _BRACKETED.sub("", raw))
    text = re.sub(r"!?\[([^\[\]]{0,500})\]\([^()\s]{0,500}\)", r"\1", text)
    text = re.sub(r"^\s*(?:[-*+>]|\d{1,3}[.)])\s+", "", text)
    return clean(re.sub(r"[*`]|(?<!\w)_|_(?!\w)", "", _AT_KEY.sub("", text)))
