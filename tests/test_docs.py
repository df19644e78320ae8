"""What the documents name is there."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

from rag import types
from rag.answers import chain, followups
from rag.batches.cost import Price
from rag.batches.run import Summary
from rag.drafts import pairs, shorthands
from rag.drafts.checking import Checked
from rag.index import filters
from rag.readers import records
from rag.receipts import matching, support
from rag.text import quantities

ROOT = Path(__file__).parents[1]
DOCUMENTS = [*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")]
# A path of this project in code style, or a module that `python -m` runs.
_NAMED = re.compile(r"`((?:rag|ui|evals|tests|docs|prompts)/[\w./-]*)`")
_RUN = re.compile(r"python\s+-m\s+((?:evals|tests|rag)[\w.]*)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_path_and_module_that_is_named_exists(document):
    text = document.read_text(encoding="utf-8")
    paths = _NAMED.findall(text)
    paths += [f"{module.replace('.', '/')}.py" for module in _RUN.findall(text)]
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_the_threat_model_names_tests():
    assert len(_NAMED.findall((ROOT / "docs" / "threats.md").read_text())) >= 10


LIMITS = [
    (chain, "_LONGEST_QUESTION"), (filters, "_LONGEST_VALUE"), (filters, "_MOST"),
    (support, "_LONGEST_CLAIM"), (quantities, "MOST_CLAIMED"), (matching, "_LONGEST"),
    (matching, "_MOST_SENTENCES"), (matching, "_MOST_NUMBERS"), (followups, "_FAR"),
    (records, "TITLE_LIMIT"), (records, "ABSTRACT_LIMIT"), (shorthands, "_LONGEST_GROUP"),
    (pairs, "_LONGEST_LINE"),
]  # fmt: skip


@pytest.mark.parametrize(("module", "name"), LIMITS, ids=lambda each: str(each)[:40])
def test_limits_are_named(module, name):
    text = (ROOT / "docs" / "threats.md").read_text(encoding="utf-8")
    limits = text[text.index("What has a limit") : text.index("Not protected")]
    assert re.search(rf"\b{getattr(module, name):,}\b", limits)


PRINTED = [
    *(types.Paper, types.IngestReport, types.Answer, types.Sentence, types.Evidence),
    *(types.Citation, types.Retrieved, types.Usage, types.Seconds, Summary, Price, Checked),
]


@pytest.mark.parametrize("kind", PRINTED, ids=lambda kind: kind.__name__)
def test_every_field_that_is_printed_is_described(kind):
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    fields = [field.name for field in dataclasses.fields(kind)]
    assert [name for name in fields if f"`{name}`" not in text] == []


def test_every_fact_of_info_is_described(assistant):
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    assert [name for name in assistant.info() if f"`{name}`" not in text] == []


def test_the_reading_order_names_every_folder():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    parts = [*(ROOT / "rag").iterdir(), ROOT / "ui", ROOT / "evals", ROOT / "evals" / "maintain"]
    folders = [path for path in parts if path.is_dir() and list(path.glob("*.py"))]
    assert [path for path in folders if f"{path.relative_to(ROOT)}/" not in text] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document):
    links = re.findall(r"\]\((?!http|#)([^)#\s]+)", document.read_text(encoding="utf-8"))
    assert [link for link in links if not (document.parent / link).exists()] == []
