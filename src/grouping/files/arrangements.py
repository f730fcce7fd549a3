"""Arrangements to confirm: schools whose heads bear one name, so that they may share one.

Equal names only suggest: two persons may share a name, and a shared head is for the council to
confirm in its table of partnerships. Names are compared in memory, and neither kept, nor written,
nor said: what comes out are numbers of groups and URNs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grouping.files.beside import Reading, fold, table_of
from grouping.files.tables import records
from grouping.files.text import read_text, refuse
from grouping.files.writing import csv_bytes
from grouping.world import cells

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from grouping.world.schools import Row

FIRST_NAME, LAST_NAME = "HeadFirstName", "HeadLastName"
HEADER = ("group", "urns")
FILE = "arrangements-to-confirm.csv"


@dataclass(frozen=True)
class Arrangements:
    """Groups of URNs that may share a head, by group number, with the file they are from."""

    groups: Mapping[int, tuple[int, ...]]
    source: str = ""
    sha256: str = ""
    warnings: tuple[str, ...] = ()


def suggested(
    rows: Sequence[Row], given_at: Mapping[str, Mapping[str, str]]
) -> list[tuple[int, ...]]:
    """Find the open schools whose heads bear one name, in order of first URN.

    Schools that are all of one federation, or all of one partnership, need no confirming.
    """
    heads: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        given = given_at[row.place]
        name = (fold(given.get(FIRST_NAME, "")), fold(given.get(LAST_NAME, "")))
        if all(name) and row.properties.get("status") == "Open":
            heads.setdefault(name, []).append(row)
    return sorted(
        tuple(sorted(int(str(row.properties["urn"])) for row in same))
        for same in heads.values()
        if len(same) > 1 and not _one(same, "federation") and not _one(same, "partnership")
    )


def _one(rows: Sequence[Row], group: str) -> bool:
    found = {row.properties.get(group) for row in rows}
    return len(found) == 1 and None not in found


def arrangements_csv(groups: Sequence[tuple[int, ...]]) -> bytes:
    """Write group numbers and URNs, a group a row."""
    return csv_bytes(HEADER, [(k, " ".join(map(str, g))) for k, g in enumerate(groups, start=1)])


def read_arrangements(path: str | Path) -> Arrangements:
    """Read `group,urns` again: URNs parted by spaces, as they were written.

    Raises
    ------
    InputRefused
        With every fault, by row and column.
    """
    text = read_text(path, code_page=True)
    table = table_of(records(text), text.file)
    if tuple(fold(name) for name in table.names) != HEADER:
        refuse("has other columns", "Give a CSV group,urns", text.file, "row 1")
    reading = Reading(text.file)
    groups: dict[int, tuple[int, ...]] = {}
    for line in table.rows(reading.faults):
        # No cell is shown in a fault: somebody may have written names in here.
        group = reading.take(line, "group", line.cells[0], _number, shown=False)
        parts = line.cells[1].split()
        urns = [reading.take(line, "urns", part, cells.urn, shown=False) for part in parts]
        members = tuple(sorted({urn for urn in urns if isinstance(urn, int)}))
        if len(members) < 2 and None not in urns:
            do = "Give the URNs of two schools or more, parted by spaces"
            reading.refuse(line, "urns", "is no group", do)
        if not isinstance(group, int):
            continue
        if group in groups:
            reading.refuse(line, "group", "stands twice", "Number every group once", group)
        groups[group] = members
    reading.close()
    return Arrangements(groups, text.file, text.sha256, text.warnings)


def _number(value: str) -> int:
    number = cells.whole(value, 1, 10**6)
    if number is None:
        raise cells.UnfitError("is blank", "Give the number of the group")
    return number
