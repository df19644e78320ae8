"""What the documents name is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

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
