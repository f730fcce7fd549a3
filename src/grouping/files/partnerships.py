"""Soft partnerships and heads, which no register holds: a CSV or XLSX that the council keeps.

`urn, partnership, head`: the last is one of a few words, never a name, and nothing found there is
ever repeated. Further columns are not read, whatever they hold. Nor is a cell of this file shown
in a fault: where columns have slipped, any of them may hold a name.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from grouping.files.beside import Beside, Reading, Table, fold, table_of
from grouping.files.tables import records
from grouping.files.text import read_bytes, read_text, refuse
from grouping.files.xlsx import ZIP, read_sheets
from grouping.world import cells, register
from grouping.world.remarks import listed

URN, PARTNERSHIP, HEAD = "urn", "partnership", "head"
NEEDED = (URN, PARTNERSHIP)
LAYOUT = "Give a table (CSV or .xlsx) with the columns urn, partnership and, at will, head"
LONGEST = 100  # characters of the name of a partnership


def read_partnerships(path: str | Path) -> Beside:
    """Read which soft partnership each school is in, and the state of its headship.

    Raises
    ------
    InputRefused
        With every fault, by row and column.
    """
    table, sha256, said = _table(path)
    place = {name: table.place(name) for name in (URN, PARTNERSHIP, HEAD)}
    folded = [fold(name) for name in table.names]
    if twice := [name for name in place if folded.count(name) > 1]:
        refuse(f"has columns twice: {listed(twice)}", "Keep one of each", table.file, "row 1")
    others = [name for name in table.names if name and fold(name) not in place]
    if others:
        said.append(f"{table.file}: columns not read: {len(others)}")
    columns = (PARTNERSHIP, HEAD) if place[HEAD] >= 0 else (PARTNERSHIP,)
    reading = Reading(table.file)
    seen: dict[object, int] = {}
    found: dict[int, dict[str, object]] = {}
    for line in table.rows(reading.faults):
        urn = reading.key(line, line.cells[place[URN]], seen, shown=False)
        seen.setdefault(urn, line.number)
        found[urn] = {
            name: reading.take(
                line, name, line.cells[place[name]], _head if name == HEAD else _id, shown=False
            )
            for name in columns
        }
    reading.close()
    return Beside(columns, found, table.file, sha256, tuple(said))


def _head(value: str) -> object:
    return cells.word(value, register.KNOWN_HEADS, HEAD, secret=True)


def _id(value: str) -> object:
    found = cells.identity(value)
    if found is not None and found.startswith("#"):
        raise cells.UnfitError("is an error of the spreadsheet's", "Mend the cell")
    if found is not None and len(found) > LONGEST:
        do = "Give a short name or a number, the same for every school of the partnership"
        raise cells.UnfitError(f"is longer than {LONGEST} characters", do)
    return found


def _table(path: str | Path) -> tuple[Table, str, list[str]]:
    """Open the CSV, or the first sheet of the workbook that has the columns."""
    raw = read_bytes(path)
    file = Path(path).name
    if not raw.startswith(ZIP):
        text = read_text(path, code_page=True)
        table = table_of(records(text), text.file)
        if not _fits(table):
            refuse("has other columns", LAYOUT, file, "row 1")
        return table, text.sha256, list(text.warnings)
    tables = [table_of(iter(sheet.lines), file) for sheet in read_sheets(raw, file)]
    fit = [k for k, table in enumerate(tables) if _fits(table)]
    if not fit:
        what = (
            f"has no sheet with those columns among its {len(tables)}"
            if tables
            else ("has no visible sheet")
        )
        refuse(what, LAYOUT, file)
    said = [f"{file}: only sheet {fit[0] + 1} of {len(tables)} is read"] * (len(tables) > 1)
    return tables[fit[0]], hashlib.sha256(raw).hexdigest(), said


def _fits(table: Table) -> bool:
    return all(table.place(name) >= 0 for name in NEEDED)
