"""Claims that bring the abstract to check them against, in JSON Lines."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from rag.receipts import support
from rag.types import Paper

_LONGEST_LINE = 1_000_000


def verify_pairs(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
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
        paper = Paper("", plain(title), plain(abstract))
        verdict = support.judge(plain(claim), [paper])
        found = verdict.evidence
        yield {
            "support": verdict.support,
            "score": verdict.score,
            "evidence": found and {"quote": found.quote, "start": found.start, "end": found.end},
        }


def plain(text: str) -> str:
    """Return ``text`` without lone surrogates, which can be neither compared nor printed."""
    return text.encode("utf-8", "replace").decode()
