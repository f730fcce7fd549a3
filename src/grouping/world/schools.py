"""Schools as checked once, at the gate: one row a school, in order of URN.

`check_rows` is the gate. Every reader of a format (GeoJSON, the register's CSV, a GeoDataFrame)
brings its rows here, so that one set of rules says what a school is (problem statement, section 1)
and every fault of a file is told at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from grouping.errors import Fault, InputRefused
from grouping.world import cells, register
from grouping.world.cells import UnfitError
from grouping.world.places import to_grid
from grouping.world.properties import Property, Reader, read_row, readers
from grouping.world.remarks import clean, listed, remarks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import date

Whole = NDArray[np.int64]

LONGITUDES, LATITUDES = (-8.7, 1.8), (49.8, 60.9)
MOST_METRES = (700_000, 1_300_000)  # the National Grid's easting and northing


@dataclass(frozen=True)
class Row:
    """One row of a file before it is checked.

    `place` is "feature 12" or "row 143"; `point` is (longitude, latitude) in WGS84 degrees, or
    None, and then `why_not` and `do` say why there is no point and what to do, of `value`.
    """

    place: str
    properties: Mapping[str, object]
    point: tuple[float, float] | None = None
    why_not: str = "has no point"
    do: str = "Give the school a point: longitude, then latitude"
    value: object = None


@dataclass(frozen=True)
class School:
    """One school as its file tells it; an unknown is None, never zero and never a guess.

    Rolls in pupils, money in GBP a year, easting and northing in whole metres of EPSG:27700.
    `head` is one of HEADS; ids are text. `properties` is every property as given.
    """

    urn: int
    name: str
    roll: int
    type: str
    status: str
    phase: str
    religious_character: str | None
    diocese: str | None
    local_authority: str | None
    age_low: int | None
    age_high: int | None
    capacity: int | None
    open_date: date | None
    sparsity_miles: Fraction | None
    income: Fraction | None
    expenditure: Fraction | None
    head: str
    federation: str | None
    partnership: str | None
    trust: str | None
    longitude: float
    latitude: float
    easting: int
    northing: int
    properties: Mapping[str, object]


@dataclass(frozen=True)
class Schools:
    """Every school of a file, ascending by URN, with the warnings its reading gave.

    `source` is the file's name (or "GeoDataFrame"), `sha256` the hash of its bytes.
    """

    rows: tuple[School, ...]
    source: str = ""
    sha256: str = ""
    warnings: tuple[str, ...] = field(default=())

    @classmethod
    def from_geodataframe(cls, gdf: Any) -> Schools:
        """Check a GeoDataFrame of points: one row a school, columns named as the properties.

        It must say its reference system, which is brought to WGS84 (EPSG:27700 by this package's
        own formulas); NaN and NaT mean absent, and whole floats are whole numbers.
        """
        from grouping.world.frames import rows_of

        return check_rows(rows_of(gdf), "GeoDataFrame")

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def urns(self) -> Whole:
        """URNs, ascending."""
        return self._column(lambda school: school.urn)

    @cached_property
    def rolls(self) -> Whole:
        """Pupils on roll."""
        return self._column(lambda school: school.roll)

    @cached_property
    def eastings(self) -> Whole:
        """Eastings in whole metres of EPSG:27700."""
        return self._column(lambda school: school.easting)

    @cached_property
    def northings(self) -> Whole:
        """Northings in whole metres of EPSG:27700."""
        return self._column(lambda school: school.northing)

    def index_of(self, urn: int) -> int:
        """Return the row of a URN; KeyError where there is no such school."""
        return self._places[urn]

    def has(self, urn: int) -> bool:
        """Say whether there is a school of this URN."""
        return urn in self._places

    def changed(self, urn: int, **properties: str) -> Schools:
        """Return the schools with some text properties of one of them changed, for a what-if.

        They are no longer those of the file, so the hash of its bytes is left out.

        Raises
        ------
        KeyError
            Where there is no such school.
        """
        rows = list(self.rows)
        old = rows[self.index_of(urn)]
        told = {**old.properties, **properties}
        values: dict[str, Any] = dict(properties)
        rows[self.index_of(urn)] = replace(old, **values, properties=told)
        return Schools(tuple(rows), self.source, "", self.warnings)

    @cached_property
    def _places(self) -> dict[int, int]:
        return {school.urn: k for k, school in enumerate(self.rows)}

    def _column(self, of: Callable[[School], int]) -> Whole:
        column = np.array([of(school) for school in self.rows], dtype=np.int64)
        column.flags.writeable = False
        return column


def check_rows(
    rows: Sequence[Row], source: str, sha256: str = "", warnings: Sequence[str] = ()
) -> Schools:
    """Check every field of every row and return the schools, ascending by URN.

    Raises
    ------
    InputRefused
        With every fault found, in the order of the file.
    """
    faults: list[Fault] = []
    if not rows:
        faults.append(Fault("holds no schools", "Add at least one school", source))
    rows = [_cleaned(row, source, faults) for row in rows]
    columns = readers()
    found = [_read(row, columns, source, faults) for row in rows]
    faults += _repeats(rows, [values["urn"] for values in found], source)
    if faults:
        raise InputRefused(faults)
    points = [row.point for row in rows if row.point is not None]
    grid = to_grid([point[0] for point in points], [point[1] for point in points])
    places = zip(rows, found, points, *(axis.tolist() for axis in grid), strict=True)
    schools = [
        School(
            **values,
            longitude=longitude,
            latitude=latitude,
            easting=easting,
            northing=northing,
            properties=dict(row.properties),
        )
        for row, values, (longitude, latitude), easting, northing in places
    ]
    schools.sort(key=lambda school: school.urn)
    said = (*warnings, *remarks(schools), *_unread(rows))
    return Schools(tuple(schools), source, sha256, said)


def _cleaned(row: Row, source: str, faults: list[Fault]) -> Row:
    """Make the row's text safe to write again."""
    try:
        properties = clean(row.properties)
    except UnfitError as unfit:
        faults.append(Fault(unfit.what, unfit.do, source, row.place, field="properties"))
        properties = {}
    return row if properties is row.properties else replace(row, properties=properties)


def _read(
    row: Row, columns: Sequence[tuple[Property, Reader]], source: str, faults: list[Fault]
) -> dict[str, Any]:
    """Read the properties of one row, and see that its point is in Great Britain."""
    values = read_row(row, columns, source, faults)
    if row.point is None:
        what, do, value = row.why_not, row.do, row.value
    elif wrong := outside(*row.point):
        what, do, value = *wrong, list_of(row.point)
    else:
        return values
    at = (source, row.place, values["urn"], "geometry")
    faults.append(Fault(what, do, *at, cells.display(value)))
    return values


def list_of(point: tuple[float, float]) -> str:
    """Show a point as GeoJSON writes it."""
    return f"[{point[0]}, {point[1]}]"


def outside(longitude: float, latitude: float) -> tuple[str, str] | None:
    """Say what is wrong with a point outside Great Britain, and what to do; None inside."""

    def inside(x: float, y: float) -> bool:
        return LONGITUDES[0] <= x <= LONGITUDES[1] and LATITUDES[0] <= y <= LATITUDES[1]

    if inside(longitude, latitude):
        return None
    if not (math.isfinite(longitude) and math.isfinite(latitude)):
        return "is not a finite point", "Give longitude and latitude in degrees"
    if inside(latitude, longitude):
        return "is outside Great Britain; swapped it would be inside", (
            "Write longitude first, then latitude"
        )
    if max(abs(longitude), abs(latitude)) > 180 and (
        0 <= longitude <= MOST_METRES[0] and 0 <= latitude <= MOST_METRES[1]
    ):
        return "looks like metres of the National Grid (EPSG:27700)", (
            "Save the file in WGS84 longitude and latitude (EPSG:4326)"
        )
    if longitude == 0 and latitude == 0:
        return "is 0, 0: a place that is not known", "Find the school's longitude and latitude"
    return "is outside Great Britain", (
        f"Longitude runs from {LONGITUDES[0]} to {LONGITUDES[1]},"
        f" latitude from {LATITUDES[0]} to {LATITUDES[1]}, in WGS84 degrees"
    )


def _repeats(rows: Sequence[Row], urns: Sequence[int | None], source: str) -> list[Fault]:
    """Refuse a URN that stands twice, naming both rows and the fields that differ."""
    first: dict[int, Row] = {}
    faults = []
    for row, urn in zip(rows, urns, strict=True):
        if urn is None:
            continue
        if urn not in first:
            first[urn] = row
            continue
        one, two = first[urn].properties, row.properties
        differ = [key for key in {**one, **two} if one.get(key) != two.get(key)]
        if first[urn].point != row.point:
            differ.append("geometry")
        how = f"they differ in {listed(differ)}" if differ else "both say the same"
        what = f"stands twice, first in {first[urn].place}; {how}"
        faults.append(Fault(what, "Keep one of the two", source, row.place, urn, "urn"))
    return faults


def _unread(rows: Sequence[Row]) -> list[str]:
    """Warn of property names that are nearly one of ours, and so are not read."""
    names = dict.fromkeys(key for row in rows for key in row.properties)
    near = [
        k
        for k in names
        if k not in register.PROPERTIES and k.strip().casefold() in register.PROPERTIES
    ]
    return [
        f'property "{key}" is not read: rename it to "{key.strip().casefold()}"' for key in near
    ]
