"""Tables of pairs of schools from CSV, read strictly: journeys in minutes, and edges.

Problem statement, section 2, "Journeys CSV". Every fault is told with its line.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING

from grouping.errors import Fault, InputRefused
from grouping.files.text import Text, read_text, refuse
from grouping.world import cells
from grouping.world.register import nearest
from grouping.world.remarks import listed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

JOURNEYS = ("from_urn", "to_urn", "minutes")
EDGES = ("from_urn", "to_urn")
MINUTES = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
MOST_MINUTES = 100_000  # 69 days: beyond it the numbers are not minutes
A_DAY = 1_440
NAMED = 20  # how many unknown URNs a warning names
TENTH = Decimal("0.1")


@dataclass(frozen=True)
class Line:
    """One record of a CSV: the line it starts on, and its cells."""

    number: int
    cells: tuple[str, ...]

    @property
    def place(self) -> str:
        """Say where it is, the header being row 1."""
        return f"row {self.number}"


@dataclass(frozen=True)
class JourneyTable:
    """Journeys of a file: (urn, urn), the lower first, to whole tenths of a minute.

    The longer of the two directions; a pair that is not there is unreachable.
    """

    tenths: dict[tuple[int, int], int]
    source: str = ""
    sha256: str = ""
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class EdgeTable:
    """Edges of a file: pairs of URNs, the lower first."""

    pairs: frozenset[tuple[int, int]]
    source: str = ""
    sha256: str = ""
    warnings: tuple[str, ...] = ()


def read_journeys(path: str | Path, known_urns: Collection[int]) -> JourneyTable:
    """Read a table `from_urn,to_urn,minutes` of the schools of these URNs.

    Raises
    ------
    InputRefused
        With every fault and its line: other columns, a short row, minutes blank, negative or not
        a number, one direction twice with different minutes.
    """
    text = read_text(path)
    faults: list[Fault] = []
    ways: dict[tuple[int, int], Decimal] = {}
    for line in pair_lines(text, JOURNEYS, faults):
        ends = _ends(line, text.file, faults)
        minutes = _minutes(line, text.file, faults)
        if ends is None or minutes is None or ends[0] == ends[1]:
            continue
        if ways.setdefault(ends, minutes) != minutes:
            what = f"gives {ends[0]} to {ends[1]} again, with other minutes ({ways[ends]} before)"
            do = "Keep one of the two"
            faults.append(Fault(what, do, text.file, line.place, None, "minutes", line.cells[2]))
    if faults:
        raise InputRefused(faults)
    known = frozenset(int(urn) for urn in known_urns)
    tenths: dict[tuple[int, int], int] = {}
    for (a, b), minutes in ways.items():
        if a in known and b in known:
            pair = (min(a, b), max(a, b))
            whole = int(minutes.quantize(TENTH, ROUND_HALF_EVEN) * 10)
            tenths[pair] = max(whole, tenths.get(pair, 0))
    said = [*text.warnings, *_unknown(text.file, ways, known)]
    if not ways:
        said.append(f"{text.file} holds no journeys: no school can be reached from another")
    said += _odd(text.file, ways)
    return JourneyTable(tenths, text.file, text.sha256, tuple(said))


def read_edges(path: str | Path, known_urns: Collection[int]) -> EdgeTable:
    """Read a table `from_urn,to_urn` of links between the schools of these URNs.

    Raises
    ------
    InputRefused
        With every fault and its line.
    """
    text = read_text(path)
    faults: list[Fault] = []
    found = [_ends(line, text.file, faults) for line in pair_lines(text, EDGES, faults)]
    if faults:
        raise InputRefused(faults)
    known = frozenset(int(urn) for urn in known_urns)
    ends = [pair for pair in found if pair is not None and pair[0] != pair[1]]
    pairs = frozenset((min(p), max(p)) for p in ends if p[0] in known and p[1] in known)
    said = [*text.warnings, *_unknown(text.file, ends, known)]
    if not ends:
        said.append(f"{text.file} holds no edges: no school has a neighbour")
    return EdgeTable(pairs, text.file, text.sha256, tuple(said))


def records(text: Text, delimiter: str = ",") -> Iterator[Line]:
    """Yield the records of a CSV with the line each starts on; blank lines are passed over.

    Raises
    ------
    InputRefused
        Where quotes do not pair, with the line where the record starts.
    """
    reader = csv.reader(io.StringIO(text.text, newline=""), strict=True, delimiter=delimiter)
    while True:
        start = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            what = f"has quotes that do not pair, or a cell without end ({error})"
            do = "Close the quote that opens in this row"
            refuse(what, do, text.file, f"row {start}")
        if row:
            yield Line(start, tuple(row))


def pair_lines(text: Text, columns: Sequence[str], faults: list[Fault]) -> Iterator[Line]:
    """Yield the records below a header that must be just these columns; others are faults."""
    lines = records(text)
    header = next(lines, None)
    names = tuple(name.strip() for name in header.cells) if header else ()
    if names != tuple(columns):
        refuse(*_other_columns(names, columns), text.file, "row 1", ",".join(names))
    for line in lines:
        if len(line.cells) != len(columns):
            what = f"has {len(line.cells)} cells where the header has {len(columns)}"
            faults.append(Fault(what, "Mend the row", text.file, line.place))
        else:
            yield line


def _other_columns(names: Sequence[str], columns: Sequence[str]) -> tuple[str, str]:
    need = f'The first line must read "{",".join(columns)}"'
    if len(names) == 1 and (";" in names[0] or "\t" in names[0]):
        return "is not separated by commas", f"Save it with commas. {need}"
    missing = [name for name in columns if name not in names]
    hints = [(name, nearest(name, set(names) - set(columns))) for name in missing]
    said = [f'"{name}" is missing' + (f' ("{near}"?)' if near else "") for name, near in hints]
    return "has other columns" + (f": {', '.join(said)}" if said else ""), need


def _ends(line: Line, file: str, faults: list[Fault]) -> tuple[int, int] | None:
    ends = []
    for name, value in zip(EDGES, line.cells[:2], strict=True):
        try:
            urn = cells.urn(value)
        except cells.UnfitError as unfit:
            faults.append(Fault(unfit.what, unfit.do, file, line.place, None, name, value))
            continue
        if urn is None:
            faults.append(Fault("is blank", "Give the URN", file, line.place, None, name))
        else:
            ends.append(urn)
    return (ends[0], ends[1]) if len(ends) == 2 else None


def _minutes(line: Line, file: str, faults: list[Fault]) -> Decimal | None:
    value = line.cells[2].strip(" ")
    at = (file, line.place, None, "minutes", line.cells[2])
    if not value:
        do = "Give the minutes, or take the row out where there is no way"
        faults.append(Fault("is blank", do, *at[:4]))
    elif not MINUTES.fullmatch(value):
        faults.append(Fault("is not a number of minutes", "Write it as in 12.5", *at))
    elif (minutes := Decimal(value)) < 0:
        faults.append(Fault("is negative", "Give the minutes", *at))
    elif minutes > MOST_MINUTES:
        do = "Give minutes; are these seconds or metres?"
        faults.append(Fault(f"is more than {MOST_MINUTES:,} minutes", do, *at))
    else:
        return minutes
    return None


def _unknown(file: str, ends: Collection[tuple[int, int]], known: Collection[int]) -> list[str]:
    strange = sorted({urn for pair in ends for urn in pair} - set(known))
    if not strange:
        return []
    which = "URN is" if len(strange) == 1 else "URNs are"
    return [f"{file}: {len(strange)} {which} not in the schools file: {listed(strange, NAMED)}"]


def _odd(file: str, ways: dict[tuple[int, int], Decimal]) -> list[str]:
    said = []
    none = [f"{a}-{b}" for (a, b), minutes in ways.items() if minutes == 0]
    if none:
        said.append(
            f"{file}: {len(none)} journeys between two schools of 0 minutes: {listed(none)}"
        )
    long = [f"{a}-{b}" for (a, b), minutes in ways.items() if minutes > A_DAY]
    if long:
        said.append(
            f"{file}: {len(long)} journeys longer than a day (seconds or metres?): {listed(long)}"
        )
    return said
