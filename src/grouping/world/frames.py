"""Rows of a GeoDataFrame for the gate: missing values made None, points brought to WGS84."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from grouping.errors import Fault, InputRefused
from grouping.world.places import to_wgs84
from grouping.world.schools import Row

SOURCE = "GeoDataFrame"


def rows_of(gdf: Any) -> list[Row]:
    """Turn a GeoDataFrame of points into rows, places being "row" and the index label.

    Raises
    ------
    InputRefused
        Where it is no GeoDataFrame, has no point column, or no reference system that leads to
        WGS84.
    """
    points = _points(gdf)
    names = [name for name in gdf.columns if name != gdf.geometry.name]
    columns = [list(gdf[name]) for name in names]
    rows = []
    for k, label in enumerate(gdf.index):
        given = {str(n): plain(column[k]) for n, column in zip(names, columns, strict=True)}
        place = f"row {label}"
        point = points[k]
        if point is None:
            rows.append(Row(place, given, None, "is not a point", "Give every row one point"))
        else:
            rows.append(Row(place, given, point))
    return rows


def plain(value: Any) -> object:
    """Make a cell plain: NaN and NaT are None, whole floats are whole, dates are YYYY-MM-DD."""
    if hasattr(value, "item") and not isinstance(value, str):
        value = value.item()  # a numpy scalar
    if isinstance(value, bool | str | bytes | list | dict | tuple | int):
        return value
    if value is None or _is_missing(value):
        return None
    if isinstance(value, float):
        if value.is_integer():
            return int(value)
        return Decimal(repr(value)) if math.isfinite(value) else value
    if isinstance(value, datetime):
        midnight = (value.hour, value.minute, value.second) == (0, 0, 0)
        return value.date().isoformat() if midnight else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, Decimal) else str(value)


def _is_missing(value: Any) -> bool:
    try:
        return bool(value != value)  # NaN and NaT differ from themselves
    except TypeError:  # pandas.NA will not be compared
        return True


def _points(gdf: Any) -> list[tuple[float, float] | None]:
    """Longitude and latitude of every row; None where its geometry is not one point."""
    try:
        shapes, crs = gdf.geometry, gdf.crs
    except AttributeError:
        raise _refused("is not a GeoDataFrame with a geometry", "Pass a GeoDataFrame") from None
    if crs is None:
        raise _refused(
            "does not say its reference system (crs)", "Call set_crs first, as in set_crs(4326)"
        )
    metres = crs.to_epsg() == 27700
    if not metres and crs.to_epsg() != 4326:
        try:
            shapes = shapes.to_crs(4326)
        except (ValueError, RuntimeError) as error:
            raise _refused(f"cannot be brought to WGS84 ({error})", "Call to_crs(4326)") from error
    found = [_xy(shape) for shape in shapes]
    if metres:
        found = _from_metres(found)
    return found


def _from_metres(found: list[tuple[float, float] | None]) -> list[tuple[float, float] | None]:
    """Bring National Grid points to degrees; those off the grid stay as they are, to be refused."""
    there = [
        k
        for k, xy in enumerate(found)
        if xy is not None and 0 <= xy[0] <= 700_000 and 0 <= xy[1] <= 1_300_000
    ]
    if there:
        near = [found[k] or (0.0, 0.0) for k in there]
        lon, lat = to_wgs84([xy[0] for xy in near], [xy[1] for xy in near])
        for k, x, y in zip(there, lon, lat, strict=True):
            found[k] = (float(x), float(y))
    return found


def _xy(shape: Any) -> tuple[float, float] | None:
    """Return the place of a point, or of a multipoint of one point."""
    if shape is None or shape.is_empty:
        return None
    if shape.geom_type == "MultiPoint" and len(shape.geoms) == 1:
        shape = shape.geoms[0]
    return (float(shape.x), float(shape.y)) if shape.geom_type == "Point" else None


def _refused(what: str, do: str) -> InputRefused:
    return InputRefused(Fault(what, do, SOURCE))
