"""Rolls: pupils by year group from the school census, and forecasts of the council's own.

The census comes as the department's school-level table (28 columns of part- and full-time girls
and boys, Reception to Year 6) or as a table with the columns `urn, R, Y1 ... Y6`. Only Reception
to Year 6 count as the roll of a primary school: nursery classes are another budget. A forecast is
`urn,year,roll`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from grouping.files.beside import Beside, Reading, Table, fold, table_of
from grouping.files.tables import records
from grouping.files.text import Text, read_text, refuse
from grouping.world import cells, register
from grouping.world.classes import YEARS
from grouping.world.properties import MOST_PUPILS

if TYPE_CHECKING:
    from pathlib import Path

    from grouping.files.tables import Line

SHORT = ("R", "Y1", "Y2", "Y3", "Y4", "Y5", "Y6")
LONG = ("Reception", *(f"Year group {k}" for k in range(1, 7)))
PARTS = ("Part time girls", "Full time girls", "Part time boys", "Full time boys")
LEVEL, PERIOD = "geographic_level", "time_period"
FORECAST = ("urn", "year", "roll")
FIRST_YEAR, LAST_YEAR = 2000, 2100


@dataclass(frozen=True)
class Rolls:
    """Rolls by URN that replace the register's, with the table of year groups where there is one.

    `kind` says what they are: "census" or "forecast". A census speaks of Reception to Year 6, so
    it replaces the roll of primary schools only.
    """

    totals: Mapping[int, int] = field(default_factory=dict)
    beside: Beside = field(default_factory=Beside)
    kind: str = "census"


def read_rolls(path: str | Path) -> Rolls:
    """Read year groups of the school census, plain CSV or gzip.

    Raises
    ------
    InputRefused
        With every fault, by row and column.
    """
    text = read_text(path, code_page=True, packed=True)
    table = table_of(records(text), text.file)
    columns = _columns(table)
    level, period = table.place(LEVEL), table.place(PERIOD)
    at = table.place("urn")
    reading = Reading(text.file)
    seen: dict[object, int] = {}
    found: dict[int, dict[str, object]] = {}
    periods: set[str] = set()
    for line in table.rows(reading.faults):
        if level >= 0 and line.cells[level].strip().casefold() not in ("school", ""):
            continue
        urn = reading.key(line, line.cells[at], seen)
        seen.setdefault(urn, line.number)
        counts = [_count(line, parts, reading) for parts in columns]
        found[urn] = {n: c for n, c in zip(YEARS, counts, strict=True) if c is not None}
        if period >= 0:
            periods.add(line.cells[period].strip())
    reading.close()
    if len(periods) > 1:
        what = f"holds censuses of several years: {', '.join(sorted(periods))}"
        refuse(what, "Keep the rows of one year", text.file)
    totals = {
        urn: sum(int(str(c)) for c in counts.values())
        for urn, counts in found.items()
        if len(counts) == len(YEARS)
    }
    date = f"school census of {_academic(*periods)}" if periods else ""
    beside = Beside(
        YEARS, found, text.file, text.sha256, text.warnings, date, national=True, notes={}
    )
    return Rolls({urn: total for urn, total in totals.items() if total}, beside, "census")


def _academic(period: str) -> str:
    """Show 202223 as 2022/23."""
    return f"{period[:4]}/{period[4:]}" if len(period) == 6 and period.isdecimal() else period


def _columns(table: Table) -> list[list[tuple[str, int]]]:
    """Columns to be added up for each year group, with their positions."""
    long = table.place(f"{PARTS[0]} {LONG[0]}")
    if table.place("urn") < 0 or max(table.place("R"), long) < 0:
        do = "Give a table with the columns urn, R, Y1, Y2, Y3, Y4, Y5, Y6"
        refuse("has other columns than a school census by year group", do, table.file, "row 1")
    if table.place("R") >= 0:
        table.needs(("urn", *SHORT), "Give every year group a column, R to Y6")
        return [[(name, table.place(name))] for name in SHORT]
    columns = [[f"{part} {name}" for part in PARTS] for name in LONG]
    needed = ("urn", *(each for names in columns for each in names))
    table.needs(needed, "Download the school-level census table again")
    return [[(name, table.place(name)) for name in names] for names in columns]


def _count(line: Line, parts: list[tuple[str, int]], reading: Reading) -> int | None:
    """Pupils of a year group; None where any part of it is not published."""
    total = 0
    for name, at in parts:
        count = reading.take(line, name, line.cells[at], _published)
        if not isinstance(count, int):
            return None
        total += count
    return total


def _published(value: str) -> object:
    if value.strip().casefold() in register.SUPPRESSED:
        return None
    return cells.whole(value, 0, MOST_PUPILS)


def read_forecast(path: str | Path, year: int) -> Rolls:
    """Read the rolls that a table `urn,year,roll` expects of one year.

    Raises
    ------
    InputRefused
        With every fault, by row and column; also where it has nothing of that year.
    """
    text, found = _forecasts(path)
    if year not in found:
        there = ", ".join(map(str, sorted(found))) or "none"
        refuse(f"has no rolls of {year}", f"Years it has: {there}", text.file)
    return Rolls(found[year], _forecast_beside(text, found[year], year), "forecast")


def read_forecasts(path: str | Path) -> dict[int, dict[int, int]]:
    """Read the rolls by URN that a table `urn,year,roll` expects of each year it has.

    Raises
    ------
    InputRefused
        With every fault, by row and column; also where it has no rolls at all.
    """
    text, found = _forecasts(path)
    if not found:
        refuse("has no rolls", "Give a row for each school and year", text.file)
    return dict(sorted(found.items()))


def _forecasts(path: str | Path) -> tuple[Text, dict[int, dict[int, int]]]:
    text = read_text(path, code_page=True, packed=True)
    table = table_of(records(text), text.file)
    if tuple(fold(name) for name in table.names) != FORECAST:
        refuse("has other columns", "Give a CSV urn,year,roll", text.file, "row 1")
    reading = Reading(text.file)
    seen: dict[int, dict[object, int]] = {}
    found: dict[int, dict[int, int]] = {}
    for line in table.rows(reading.faults):
        when = reading.take(line, "year", line.cells[1], _forecast_year)
        of_year = seen.setdefault(when if isinstance(when, int) else 0, {})
        urn = reading.key(line, line.cells[0], of_year)
        of_year.setdefault(urn, line.number)
        roll = reading.take(line, "roll", line.cells[2], _forecast_roll)
        if isinstance(when, int) and isinstance(roll, int):
            found.setdefault(when, {})[urn] = roll
    reading.close()
    return text, found


def _forecast_beside(text: Text, rolls: Mapping[int, int], year: int) -> Beside:
    named: dict[int, dict[str, object]] = {urn: {} for urn in rolls}
    return Beside((), named, text.file, text.sha256, text.warnings, f"forecast for {year}")


def _forecast_year(value: str) -> int:
    year = cells.whole(value, FIRST_YEAR, LAST_YEAR)
    if year is None:
        raise cells.UnfitError("is blank", "Give the year of the forecast, as in 2027")
    return year


def _forecast_roll(value: str) -> int:
    roll = cells.whole(value, 0, MOST_PUPILS)
    if roll is None:
        raise cells.UnfitError("is blank", "Give the roll, or take the row out")
    return roll
