"""Excel workbooks (.xlsx): each sheet becomes a table of CSV, a row a line."""

from __future__ import annotations

import csv
import datetime
import io
import warnings
from collections.abc import Iterator
from typing import Any, BinaryIO

from rag.readers.clean import visible
from rag.types import Rejection

_WIDEST = 1_000  # columns
_LARGEST = 256 * 2**20  # characters of a sheet
_DAMAGED = "a damaged Excel workbook; open it and save it again"


def sheets(stream: BinaryIO, label: str) -> Iterator[tuple[str, bytes] | Rejection]:
    """Yield the label and the CSV of each sheet that holds anything."""
    import openpyxl  # half a second, for those who have workbooks

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and rules that do not matter here
            book = openpyxl.load_workbook(stream, read_only=True, data_only=True, keep_links=False)
            for sheet in book.worksheets:
                where = f"{label}/{visible(sheet.title)}"
                text = _csv(sheet)
                if text is None:
                    yield Rejection(where, f"more than {_WIDEST:,} columns or far too many rows")
                elif text.strip():
                    yield where, text.encode("utf-8", "replace")
    except Exception:  # noqa: BLE001  # openpyxl raises whatever it stumbles over
        yield Rejection(label, _DAMAGED)


def _csv(sheet: Any) -> str | None:
    """Return a sheet as CSV, None where it is too large."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    sheet.reset_dimensions()  # what a file says of its own size need not be so
    for row in sheet.iter_rows(values_only=True):
        if len(row) > _WIDEST or out.tell() > _LARGEST:
            return None
        cells = [_text(cell) for cell in row]
        writer.writerow(cells if any(cells) else [])
    return out.getvalue()


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime.datetime):
        return cell.date().isoformat()
    # On one line, so that a row's number is its line's.
    return "\u2028".join(" ".join(line.split()) for line in str(cell).strip().splitlines())
