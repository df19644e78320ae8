"""What is said of a draft: for people, for scripts, and for the pages where code is reviewed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from rag.drafts.checking import Checked, DraftReport
from rag.text.seen import CONTROLS
from rag.types import to_json

_RULES = {
    "unresolved": "A citation names no paper of the library, or several.",
    "unsupported": "The abstracts cited do not say it.",
    "weak": "The closest sentence of the abstracts cited does not clearly say it.",
}
_CLOSEST = {
    "unsupported": "closest sentence, which does not say it: ",
    "weak": "closest sentence, which does not clearly say it: ",
}
_SEVERITY = {"unresolved": "error", "unsupported": "error", "weak": "warning"}


def report_lines(report: DraftReport, form: str, name: str) -> Iterator[str]:
    """Yield the lines of a report on the file ``name`` as text, json, sarif or github."""
    if form == "json":
        found = {"sentences": report.sentences, "counts": report.counts}
        yield json.dumps(to_json(found), ensure_ascii=False, indent=2)
    elif form == "sarif":
        yield json.dumps(_sarif(report, name), ensure_ascii=False, indent=2)
    elif form == "github":
        yield from _github(report, name)
    else:
        yield from _text(report)


def _text(report: DraftReport) -> Iterator[str]:
    """Yield each sentence, its verdict and the words behind it."""
    for sentence in report.sentences:
        yield f"line {sentence.line}: {sentence.level} ({sentence.score:.2f})  {sentence.text}"
        yield from (f"    {problem}" for problem in sentence.problems)
        for paper, verdict in (sentence.verdicts or {}).items():
            yield f"    {paper}: {verdict}"
        if sentence.evidence is not None:
            yield f"    {_CLOSEST.get(sentence.support, '')}“{sentence.evidence.quote}”"
        if sentence.suggested is not None:
            yield f"    {sentence.suggested} says it"
    levels = [sentence.level for sentence in report.sentences]
    counts = ", ".join(f"{levels.count(level)} {level}" for level in sorted(set(levels)))
    plural = "" if len(levels) == 1 else "s"
    yield f"{len(levels)} cited sentence{plural}" + (f": {counts}" if counts else "")


def _message(sentence: Checked) -> str:
    """Return what is wrong with a sentence, in one line."""
    parts = [*sentence.problems] or [_RULES[sentence.level].rstrip(".")]
    if sentence.evidence is not None and not sentence.problems:
        parts.append(f"nearest: “{sentence.evidence.quote}”")
    if sentence.suggested is not None:
        parts.append(f"{sentence.suggested} says it")
    return f"{'; '.join(parts)} ({sentence.score:.2f}): {sentence.text}"


def _github(report: DraftReport, name: str) -> Iterator[str]:
    """Yield workflow commands, which GitHub shows beside the lines."""
    for sentence in report.sentences:
        if sentence.level in _RULES:
            place = _escaped(name).replace(":", "%3A").replace(",", "%2C")
            message = _escaped(_message(sentence))
            yield (
                f"::{_SEVERITY[sentence.level]} file={place},line={sentence.line},"
                f"title={sentence.level}::{message}"
            )


def _escaped(text: str) -> str:
    r"""Return text as workflow commands hold it, without what a terminal obeys.

    >>> _escaped("5%\n\x1b[1m")
    '5%25%0A\\x1b[1m'
    """
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A").translate(CONTROLS)


def _sarif(report: DraftReport, name: str) -> dict[str, Any]:
    """Return a log in SARIF 2.1.0, the standard for what checkers find."""
    rules = [
        {
            "id": rule,
            "shortDescription": {"text": text},
            "defaultConfiguration": {"level": _SEVERITY[rule]},
        }
        for rule, text in _RULES.items()
    ]
    results = [
        {
            "ruleId": sentence.level,
            "ruleIndex": list(_RULES).index(sentence.level),
            "level": _SEVERITY[sentence.level],
            "message": {"text": _message(sentence)},
            "locations": [
                {
                    "physicalLocation": {
                        "artifactLocation": {"uri": PurePath(name).as_posix()},
                        "region": {"startLine": sentence.line},
                    }
                }
            ],
        }
        for sentence in report.sentences
        if sentence.level in _RULES
    ]
    driver = {"name": "rag verify", "rules": rules}
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }
