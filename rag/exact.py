"""All the vectors of a small index in memory, searched one by one: quicker than a graph, exact."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from rag.library import PassageId, parse_passage_id

Floats = NDArray[np.float32]


class Exact:
    """The passages of an index and their vectors, as they were when they were read."""

    def __init__(self, names: Sequence[str], vectors: Floats) -> None:
        """Take the ids of passages and their vectors, shape (passages, dimension)."""
        order = sorted(range(len(names)), key=names.__getitem__)  # so that equals have an order
        self._passages = [parse_passage_id(names[i]) for i in order]
        self._vectors = vectors[order]
        self._row = {names[i]: row for row, i in enumerate(order)}

    def nearest(
        self, vector: Floats, count: int, only: Sequence[str] | None = None
    ) -> list[tuple[PassageId, float]]:
        """Return what `rag.store.Store.nearest` does."""
        if not self._passages:
            return []
        rows = np.arange(len(self._passages)) if only is None else self._rows(only)
        # By its threads a matrix product would be quicker, but many questions share a machine.
        near = np.einsum("ij,j->i", self._vectors if only is None else self._vectors[rows], vector)
        if count < len(rows):
            rows_kept = np.flatnonzero(near >= np.partition(near, -count)[-count])
            rows, near = rows[rows_kept], near[rows_kept]
        best = np.argsort(-near, kind="stable")[:count]
        return [(self._passages[rows[i]], float(near[i])) for i in best]

    def vectors(self, names: Sequence[str]) -> dict[str, Floats]:
        """Return the vectors of passages by id; unknown ones are left out."""
        return {name: self._vectors[self._row[name]] for name in names if name in self._row}

    def _rows(self, names: Sequence[str]) -> NDArray[np.intp]:
        return np.array(sorted({self._row[n] for n in names if n in self._row}), dtype=np.intp)
