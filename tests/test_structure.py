"""The shape of the project: imports point down, one vendor a file, names are kept."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
RAG = sorted((ROOT / "rag").rglob("*.py"))
# The floors of the house, lowest first; what stands on one floor may import what stands below it.
# A folder is one room; of what lies in rag/ itself, values are below everything, edges above.
FLOORS = (
    ("errors", "types"),
    ("settings", "durable", "importing", "event_loop"),
    ("text",),
    ("readers",),
    ("models",),
    ("index",),
    ("receipts", "export"),
    ("answers", "drafts"),
    ("llama_index",),
    ("assistant",),
    ("batches",),
    ("commands",),
    ("cli",),
    ("__main__",),
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
# Vendors that one file knows. Tantivy has two: terms are cut as its index cuts them, and what
# reads texts must not stand on the index.
VENDORS = {
    "chromadb": {"index/store.py"},
    "tantivy": {"index/lexical.py", "text/terms.py"},
    "sqlite3": {"index/chroma_files.py"},
    "gradio": set(),
}


def imported(path: Path) -> Iterator[str]:
    """Yield the modules that a file imports, anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def upward(root: Path) -> list[str]:
    """Return each import in ``root``/rag of what does not stand below, as "file: module"."""
    found = []
    for path in sorted((root / "rag").rglob("*.py")):
        parts = path.relative_to(root / "rag").with_suffix("").parts
        if parts == ("__init__",):  # the public names, imported when asked for
            continue
        for module in imported(path):
            top, _, rest = module.partition(".")
            room = rest.split(".")[0]
            same = len(parts) > 1 and room == parts[0]
            below = top == "rag" and FLOOR.get(room, 99) < FLOOR[parts[0]]
            outside = top not in {"rag", "ui", "evals", "tests"}
            edge = parts[0] in {"commands", "cli"} and top in {"ui", "evals"}
            if not (same or below or outside or edge):
                found.append(f"{'/'.join(parts)}: {module}")
    return found


def test_imports_point_down():
    assert upward(ROOT) == []


@pytest.mark.parametrize("room", sorted(set(FLOOR) - {"__main__"}))
def test_an_import_upward_is_caught(room, tmp_path):
    shutil.copytree(ROOT / "rag", tmp_path / "rag", ignore=shutil.ignore_patterns("__pycache__"))
    place = tmp_path / "rag" / room
    file = place / "planted.py" if place.is_dir() else place.with_suffix(".py")
    above = next(rooms[0] for rooms in FLOORS[FLOOR[room] + 1 :])
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    file.write_text(
        f"{before}\n\ndef planted():\n    from rag.{above} import x\n", encoding="utf-8"
    )
    assert [found.partition(": ")[2] for found in upward(tmp_path)] == [f"rag.{above}.x"]


# What asks an assistant; evals/maintain measures its parts.
ASKERS = [
    path
    for folder in ("rag/batches", "ui", "evals")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "maintain" not in path.parts
]


@pytest.mark.parametrize("path", [*ASKERS, ROOT / "rag" / "commands.py"], ids=lambda p: p.stem)
def test_an_assistant_is_the_only_door(path):
    reached = [
        node.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and ast.unparse(node.value).split(".")[-1] in {"assistant", "_assistant"}
        and (node.attr == "index" or node.attr.startswith("_"))
    ]
    assert reached == []


@pytest.mark.parametrize("vendor", VENDORS)
def test_one_vendor_one_file(vendor):
    users = {
        str(p.relative_to(ROOT / "rag"))
        for p in RAG
        if any(name.split(".")[0] == vendor for name in imported(p))
    }
    assert users == VENDORS[vendor]


@pytest.mark.parametrize("path", RAG, ids=lambda p: p.stem)
def test_modules_say_what_they_are(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_each_folder_is_one_docstring():
    for room in (path.parent for path in RAG if path.name == "__init__.py"):
        if room.name in {"rag", "readers"}:
            continue
        tree = ast.parse((room / "__init__.py").read_text(encoding="utf-8"))
        assert len(tree.body) == 1, room
        assert ast.get_docstring(tree)


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
