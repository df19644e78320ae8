"""The shape of the project: imports point down, one vendor a file, names are kept."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RAG = sorted((ROOT / "rag").rglob("*.py"))
# What each layer may not import: edges are above the assistant, values below everything.
EDGES = {"rag.cli", "rag.commands", "rag.batch", "rag.batch_command", "ui", "evals"}
VALUES = {"types", "errors", "settings"}
VENDORS = {"chromadb": {"store.py"}, "tantivy": {"lexical.py"}, "gradio": set()}


def imported(path: Path) -> set[str]:
    """Return the modules that a file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("vendor", VENDORS)
def test_one_vendor_one_file(vendor):
    users = {p.name for p in RAG if any(n.split(".")[0] == vendor for n in imported(p))}
    assert users == VENDORS[vendor]


@pytest.mark.parametrize("path", RAG, ids=lambda p: p.stem)
def test_imports_point_down(path):
    names = imported(path)
    if path.stem not in {"cli", "commands", "batch", "batch_command"}:
        assert not {n for n in names if n in EDGES or n.split(".")[0] in {"ui", "evals"}}
    if path.parent.name == "rag" and path.stem in VALUES:
        assert not {n for n in names if n.startswith("rag.") and n.split(".")[1] not in VALUES}


@pytest.mark.parametrize("path", RAG, ids=lambda p: p.stem)
def test_modules_say_what_they_are(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_the_public_names():
    import rag

    assert rag.__all__ == sorted(rag.__all__)
    assert rag.__all__ == [
        "Answer", "Assistant", "Hit", "Paper", "RagError", "Settings", "Turn", "load_settings",
    ]  # fmt: skip
    for name in rag.__all__:
        assert getattr(rag, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        rag.nonsense  # noqa: B018
