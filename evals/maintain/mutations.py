"""Whether the tests notice faults: plant one at a time in a copy, run them, list what lives.

    python -m evals.maintain.mutations rag/answers rag/receipts --count 60

A mutation is a comparison turned (< to <=, == to !=, in to not in), a number changed, `and` for
`or`, a condition denied, or a statement that is only a call dropped (DeMillo, Lipton and Sayward
1978 call the idea mutation analysis; `mutmut` does it for whole projects). They are drawn by seed,
the same number from each module as far as it has them. A module's own tests run first.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

_TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
_LONGEST = 900  # seconds; a test run that takes longer hangs by the mutation


class Mutation(NamedTuple):
    """A place in a file, the text that stands there and the one that takes its place."""

    path: Path
    line: int
    start: int
    end: int
    before: str
    after: str


def mutations(path: Path) -> Iterator[Mutation]:
    """Yield every mutation that a module allows, in the order of its text."""
    source = path.read_text(encoding="utf-8")
    starts = [0]
    for row in source.encode().splitlines(keepends=True):
        starts.append(starts[-1] + len(row))
    data = source.encode()

    def at(node: ast.expr | ast.stmt, after: str) -> Mutation:
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[(node.end_lineno or node.lineno) - 1] + (node.end_col_offset or 0)
        return Mutation(path, node.lineno, start, end, data[start:end].decode(), after)

    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            turned = ast.Compare(node.left, [_TURNED[type(node.ops[0])]()], node.comparators)
            yield at(node, f"({ast.unparse(turned)})")
        elif isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            if isinstance(node.value, bool):
                continue
            yield at(node, repr(node.value * 2 if node.value else 1))
        elif isinstance(node, ast.BoolOp):
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield at(node, f"({ast.unparse(ast.BoolOp(other, node.values))})")
        elif isinstance(node, ast.If | ast.IfExp) and not isinstance(node.test, ast.Compare):
            yield at(node.test, f"(not ({ast.unparse(node.test)}))")
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            yield at(node, "pass")


def drawn(paths: Sequence[Path], count: int, seed: int) -> list[Mutation]:
    """Return ``count`` mutations, going round the modules until there are enough."""
    chance = random.Random(seed)  # noqa: S311  # no secret
    piles = [list(mutations(path)) for path in paths]
    for pile in piles:
        chance.shuffle(pile)
    chosen: list[Mutation] = []
    while len(chosen) < count and any(piles):
        chosen += [pile.pop() for pile in piles if pile]
    return chosen[:count]


def survives(mutation: Mutation, tests: Sequence[str]) -> bool:
    """Plant the mutation in the copy that is the working folder, run the tests, take it back."""
    whole = mutation.path.read_bytes()
    mutation.path.write_bytes(
        whole[: mutation.start] + mutation.after.encode() + whole[mutation.end :]
    )
    own = [str(mutation.path), *(name for name in tests if mutation.path.stem in name)]
    try:
        return _passes(own) and _passes([name for name in tests if name not in own])
    finally:
        mutation.path.write_bytes(whole)


def _passes(tests: Sequence[str]) -> bool:
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *tests]
    environment = os.environ | {"PYTHONPATH": str(Path.cwd()), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        run = subprocess.run(command, env=environment, capture_output=True, timeout=_LONGEST)  # noqa: S603
        return run.returncode in (0, 5)  # 5: there were none
    except subprocess.TimeoutExpired:
        return False


def main() -> None:
    """Print each mutation as it is judged, then the share that was noticed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--count", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tests", nargs="+", default=["tests"])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rag-mutations-") as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(".", copy, ignore=shutil.ignore_patterns(".git", ".venv", ".rag*"))
        os.chdir(copy)
        paths = sorted(path for each in given.folders for path in each.rglob("*.py"))
        chosen = drawn(paths, given.count, given.seed)
        lived = 0
        for number, each in enumerate(chosen, 1):
            alive = survives(each, given.tests)
            lived += alive
            verdict = "SURVIVED" if alive else "killed"
            shown = " ".join(f"{each.before} -> {each.after}".split())[:160]
            sys.stdout.write(f"{number:3} {verdict:8} {each.path}:{each.line} {shown}\n")
            sys.stdout.flush()
        sys.stdout.write(
            f"{len(chosen) - lived} of {len(chosen)} noticed ({1 - lived / len(chosen):.0%})\n"
        )


if __name__ == "__main__":
    main()
