"""Small tables that lie beside the register: properties to add to schools, by URN.

One reading for all of them, so that every table is as strict as the next: a header, one row a
school, and every fault told with its row and column.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grouping.errors import Fault, InputRefused
from grouping.files.text import refuse
from grouping.world import cells
from grouping.world.register import nearest
from grouping.world.remarks import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from grouping.files.tables import Line
    from grouping.world.schools import Row

TWICE = "stands twice"


@dataclass(frozen=True)
class Beside:
    """Properties to add to schools, by URN, from one small table; `columns` are all it may add.

    `date` is of the figures, as the file says it, or "" where it does not. `national`: the file is
    of all England, so that schools in it that are not in the register are no surprise. `notes`
    says of a URN why a figure is held unknown.
    """

    columns: tuple[str, ...] = ()
    rows: Mapping[int, Mapping[str, object]] = field(default_factory=dict)
    source: str = ""
    sha256: str = ""
    warnings: tuple[str, ...] = ()
    date: str = ""
    national: bool = False
    notes: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """The lines below a header, with the file they are of; names as they stand, trimmed."""

    names: tuple[str, ...]
    lines: Iterable[Line]
    file: str

    def place(self, name: str) -> int:
        """Position of a column, whatever the case and the spaces in its name; -1 without one."""
        folded = [fold(each) for each in self.names]
        return folded.index(fold(name)) if fold(name) in folded else -1

    def needs(self, names: Sequence[str], do: str) -> None:
        """Refuse the table where one of these columns is missing, or one stands twice.

        Raises
        ------
        InputRefused
            With every missing column, and what there is that is spelt like it.
        """
        missing = [name for name in names if self.place(name) < 0]
        if missing:
            near = [(name, nearest(name, self.names)) for name in missing]
            said = [f'"{name}"' + (f' ("{like}"?)' if like else "") for name, like in near]
            refuse(f"lacks the columns {', '.join(said)}", do, self.file, "row 1")
        folded = [fold(name) for name in self.names]
        if twice := [name for name in names if folded.count(fold(name)) > 1]:
            refuse(f"has columns twice: {listed(twice)}", "Keep one of each", self.file, "row 1")

    def rows(self, faults: list[Fault]) -> Iterator[Line]:
        """Yield the rows that are as long as the header; others are faults, blank ones nothing."""
        for line in self.lines:
            if not any(cell.strip() for cell in line.cells):
                continue
            if len(line.cells) == len(self.names):
                yield line
            else:
                what = f"has {len(line.cells)} cells where the header has {len(self.names)}"
                do = "Mend the row; a comma in a cell must stand in quotes"
                faults.append(Fault(what, do, self.file, line.place))


def fold(name: str) -> str:
    """Column name without regard to case or to how many spaces stand in it."""
    return " ".join(name.split()).casefold()


def table_of(lines: Iterator[Line], file: str) -> Table:
    """Take the header off some lines."""
    header = next(lines, None)
    return Table(tuple(name.strip() for name in header.cells) if header else (), lines, file)


@dataclass
class Reading:
    """Reads the cells of one table; every fault goes to one list, with row, URN and column."""

    file: str
    faults: list[Fault] = field(default_factory=list)
    urn: int | None = None

    def take(
        self,
        line: Line,
        name: str,
        value: str,
        read: Callable[[str], object],
        *,
        shown: bool = True,
    ) -> object:
        """Read a cell, or note its fault and return None; unshown, its value is not repeated."""
        try:
            return read(value)
        except cells.UnfitError as unfit:
            self.refuse(line, name, unfit.what, unfit.do, value if shown else None)
            return None

    def key(self, line: Line, value: str, seen: Mapping[object, int], *, shown: bool = True) -> int:
        """Read a URN that no earlier row has; 0 where it is a fault. `seen`: URN to its row."""
        self.urn = None
        urn = self.take(line, "urn", value, cells.urn, shown=shown)
        if not value.strip():
            self.refuse(line, "urn", "is blank", "Give the URN, or take the row out")
        if not isinstance(urn, int):
            return 0
        self.urn = urn
        if urn in seen:
            what = f"{TWICE}, first in row {seen[urn]}"
            self.refuse(line, "urn", what, "Keep one of the rows")
            return 0
        return urn

    def refuse(self, line: Line, name: str, what: str, do: str, value: object = None) -> None:
        """Note a fault of a cell."""
        self.faults.append(Fault(what, do, self.file, line.place, self.urn, name, value))

    def close(self) -> None:
        """Refuse the file where anything was wrong, every fault at once."""
        if self.faults:
            raise InputRefused(self.faults)


def joined(row: Row, beside: Beside) -> dict[str, object]:
    """Properties of a row with those of a small table added, null where it has none."""
    found = beside.rows.get(int(str(row.properties["urn"])), {})
    return {**row.properties, **dict.fromkeys(beside.columns), **found}


def strangers(rows: Sequence[Row], beside: Beside) -> list[str]:
    """Name the URNs of a small table that are not among the rows."""
    if beside.national:
        return []
    strange = sorted(set(beside.rows) - {row.properties["urn"] for row in rows})
    return [f"{beside.source}: not among the imported schools: {listed(strange)}"] * bool(strange)
