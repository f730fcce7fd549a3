"""Excel workbooks made part by part, so that every part of one can be spoilt."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'


def sheet(rows: Sequence[Sequence[object]], shared: list[str]) -> str:
    """A sheet: numbers as numbers, text by its place among the shared strings, blanks left out."""
    said = []
    for number, row in enumerate(rows, start=1):
        cells = []
        for place, value in enumerate(row):
            at = f"{chr(65 + place)}{number}"
            if value is None:
                continue
            if isinstance(value, int | float):
                cells.append(f'<c r="{at}"><v>{value}</v></c>')
            else:
                shared.append(str(value))
                cells.append(f'<c r="{at}" t="s"><v>{len(shared) - 1}</v></c>')
        said.append(f'<row r="{number}">{"".join(cells)}</row>')
    return f'{HEAD}<worksheet xmlns="{MAIN}"><sheetData>{"".join(said)}</sheetData></worksheet>'


def parts(*sheets: Sequence[Sequence[object]], states: Sequence[str] = ()) -> dict[str, str]:
    """The parts of a workbook of these sheets."""
    shared: list[str] = []
    made = {
        f"xl/worksheets/sheet{k}.xml": sheet(rows, shared) for k, rows in enumerate(sheets, start=1)
    }
    states = [*states, *["visible"] * len(sheets)]
    listed = "".join(
        f'<sheet name="Sheet{k}" sheetId="{k}" state="{states[k - 1]}" r:id="rId{k}"/>'
        for k in range(1, len(sheets) + 1)
    )
    related = "".join(
        f'<Relationship Id="rId{k}" Type="{RELATION}/worksheet" Target="worksheets/sheet{k}.xml"/>'
        for k in range(1, len(sheets) + 1)
    )
    strings = "".join(f"<si><t>{escape(text)}</t></si>" for text in shared)
    return {
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{RELATION}">'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f"{HEAD}<Relationships>{related}</Relationships>",
        "xl/sharedStrings.xml": f'{HEAD}<sst xmlns="{MAIN}">{strings}</sst>',
        **made,
    }


def packed(made: Mapping[str, str | bytes]) -> bytes:
    """The workbook as bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as book:
        for name, content in made.items():
            book.writestr(name, content)
    return buffer.getvalue()


def workbook(*sheets: Sequence[Sequence[object]]) -> bytes:
    """A workbook of these sheets."""
    return packed(parts(*sheets))
