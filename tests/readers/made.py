"""PDF files and workbooks made by hand, for tests."""

from __future__ import annotations

import io
from collections.abc import Sequence

import openpyxl


def pdf(*pages: Sequence[tuple[float, str]]) -> bytes:
    """Return a PDF file of pages of lines, each with the size of its type."""
    kids = " ".join(f"{3 + 2 * i} 0 R" for i in range(len(pages)))
    font = 3 + 2 * len(pages)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
    ]
    for i, lines in enumerate(pages):
        height, drawn = 760.0, ["BT"]
        for size, text in lines:
            drawn.append(f"/F1 {size} Tf 1 0 0 1 72 {height} Tm ({text}) Tj")
            height -= size + 4
        content = "\n".join([*drawn, "ET"])
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {4 + 2 * i} 0 R "
            f"/Resources << /Font << /F1 {font} 0 R >> >> >>",
            f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        ]
    objects.append("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
    text, places = "%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(text))
        text += f"{number} 0 obj\n{each}\nendobj\n"
    start = len(text)
    text += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n"
    text += "".join(f"{place:010} 00000 n \n" for place in places)
    text += f"trailer << /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    return text.encode("latin-1")


def workbook(**sheets: Sequence[Sequence[object]]) -> bytes:
    """Return a workbook of sheets of rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


PAPER = [
    (9, "arXiv:2001.99999v2 [q-bio.PE] 5 Jan 2020"),
    (18, "How bees dance:"),
    (18, "a study of hives"),
    (11, "Mei Ito1, Chi Okafor2 and Lea Bo1"),
    (9, "1 University of Bees"),
    (12, "Abstract"),
    (10, "We counted how long bees danced in front of their hives in sum-"),
    (10, "mer and found that they danced for 40 seconds, and no longer."),
    (12, "1 Introduction"),
    (10, "Bees are insects. See also doi:10.5555/other.1 on wasps."),
    (10, "They were described before, and will be again, we are sure of it."),
    (8, "https://doi.org/10.5555/bees.1"),
]
SHEET: list[list[object]] = [
    ["Title", "Abstract", "Year", "Authors"],
    ["Bees", "Bees danced\nfor 40 seconds.", 2011.0, "Ito, Mei; Okafor, Chi"],
    [],
    ["Wasps", "Wasps did not.", 2012, None],
]
