"""Joint returns that a table of totals does not mark: one school's figures that are of several.

A federation may make one return for all its schools under its lead school. The workbook says so;
the totals do not, and then the lead school shows the income of four. Such a figure is held unknown
where three things meet: the school is in a federation today, another member of it has no figures,
and its income is more than half as much again as that of schools of its size. Only primary schools
are judged, against each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from statistics import median
from typing import TYPE_CHECKING

from grouping.files.cfr import NOTE
from grouping.world import register
from grouping.world.remarks import listed

if TYPE_CHECKING:
    from grouping.files.beside import Beside
    from grouping.world.schools import Row

FAR_ABOVE = Decimal("1.5")  # times the income of schools of like size
LIKE, FEWEST = 9, 5  # how many schools of like size are looked at, and the fewest that will do
WHY = "its return seems to be a joint one of its federation"


def without_joint(rows: Sequence[Row], table: Beside) -> tuple[list[Row], list[str]]:
    """Take the figures away that seem to be of a whole federation, and say which.

    Returns
    -------
    The rows, and sentences that name the schools; also those whose income is far above that of
    their like without a federation to explain it, which keep their figures.
    """
    there = [
        row
        for row in rows
        if isinstance(row.properties.get("income"), Decimal)
        and row.properties.get("phase") == register.PRIMARY
    ]
    by_itself = [row for row in there if row.properties.get("federation") is None]
    without: dict[object, int] = {}
    for row in rows:
        if row.properties.get("income") is None and row.properties.get("status") == "Open":
            federation = row.properties.get("federation")
            without[federation] = without.get(federation, 0) + 1
    joint, odd = [], []
    for row in there:
        federation, usual = row.properties.get("federation"), _usual(row, by_itself)
        if usual is None or _income(row) <= FAR_ABOVE * usual:
            continue
        if federation is not None and without.get(federation):
            joint.append(row)
        else:
            odd.append(row)
    gone = {id(row) for row in joint}
    blank = {"income": None, "expenditure": None, NOTE: WHY}
    kept = [
        replace(row, properties={**row.properties, **blank}) if id(row) in gone else row
        for row in rows
    ]
    said = []
    if joint:
        named = [f"{r.properties['urn']} ({_income(r):,.0f} GBP)" for r in joint]
        said.append(
            f"{table.source}: figures unknown of {len(joint)}, as they seem to be joint returns of"
            f" federations, not the school's own: {listed(named, 20)}"
        )
    if odd:
        said.append(
            f"{table.source}: income far above that of schools of like size, kept; check whether"
            f" it is a joint return: {listed((r.properties['urn'] for r in odd), 20)}"
        )
    return kept, said


def _usual(row: Row, others: Sequence[Row]) -> Decimal | None:
    """Middle income of the schools nearest in roll that are in no federation."""
    near = sorted(
        (r for r in others if r is not row),
        key=lambda r: (abs(_roll(r) - _roll(row)), _roll(r), str(r.properties["urn"])),
    )[:LIKE]
    return median(map(_income, near)) if len(near) >= FEWEST else None


def _income(row: Row) -> Decimal:
    return Decimal(str(row.properties["income"]))


def _roll(row: Row) -> int:
    return int(str(row.properties["roll"]))
