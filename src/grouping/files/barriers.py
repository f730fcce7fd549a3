"""Barriers from a GeoJSON file of lines: rivers and estuaries that no straight line may cross."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from grouping.errors import Fault, InputRefused
from grouping.files.geojson import degrees, read_features
from grouping.files.text import read_text
from grouping.world.cells import display
from grouping.world.places import to_grid
from grouping.world.schools import LATITUDES, LONGITUDES

if TYPE_CHECKING:
    from pathlib import Path

Whole = NDArray[np.int64]

MARGIN = 4.0  # degrees a river mouth or coast may reach beyond where schools can be
NEED = "Draw barriers as LineString or MultiLineString, in WGS84"


@dataclass(frozen=True)
class Barriers:
    """Segments of barriers: n x 4 (x1, y1, x2, y2) in whole metres of EPSG:27700."""

    segments: Whole
    source: str = ""
    sha256: str = ""
    warnings: tuple[str, ...] = ()


def read_barriers(path: str | Path) -> Barriers:
    """Read a FeatureCollection of LineStrings and MultiLineStrings in WGS84.

    Vertices are projected and rounded to whole metres like schools; heights are dropped.

    Raises
    ------
    InputRefused
        With every fault and its feature: another geometry, a vertex that is no number or lies far
        from Great Britain, a line of fewer than two vertices.
    CapReached
        Above 300 MB or a million features.
    """
    text = read_text(path)
    faults: list[Fault] = []
    pieces: list[Whole] = []
    for k, feature in enumerate(read_features(text)):
        for line in _lines(feature.get("geometry"), f"feature {k}", text.file, faults):
            pieces += _segments(line, f"feature {k}", text.file, faults)
    if faults:
        raise InputRefused(faults)
    segments = np.concatenate(pieces) if pieces else np.empty((0, 4), dtype=np.int64)
    segments.flags.writeable = False
    none = () if pieces else (f"{text.file} holds no lines: nothing bars a journey",)
    return Barriers(segments, text.file, text.sha256, (*text.warnings, *none))


def _lines(geometry: object, place: str, file: str, faults: list[Fault]) -> list[Any]:
    """Return the lists of vertices of a geometry; a fault where it is not made of lines."""
    kind = geometry.get("type") if isinstance(geometry, dict) else None
    inside = geometry.get("coordinates") if isinstance(geometry, dict) else None
    if kind == "LineString":
        return [inside]
    if kind == "MultiLineString" and isinstance(inside, list):
        return inside
    what = "has no geometry" if geometry is None else "is not a line"
    faults.append(Fault(what, NEED, file, place, None, "geometry", display(kind)))
    return []


def _segments(line: object, place: str, file: str, faults: list[Fault]) -> list[Whole]:
    """Project the vertices of one line and pair them up; points on their own are left out."""

    def fault(what: str, do: str, value: object = None) -> list[Whole]:
        faults.append(Fault(what, do, file, place, None, "geometry", display(value)))
        return []

    if not isinstance(line, list) or len(line) < 2:
        return fault("is a line of fewer than two vertices", NEED)
    points: list[tuple[float, float]] = []
    for vertex in line:
        two = isinstance(vertex, list) and len(vertex) >= 2
        point = degrees(vertex[0], vertex[1]) if two else None
        if point is None:
            return fault("has a vertex that is not two numbers", NEED)
        if not _near(*point):
            swapped = "; swapped it would be inside" if _near(point[1], point[0]) else ""
            do = "Write longitude first, then latitude, in WGS84 degrees"
            return fault(f"has a vertex far from Great Britain{swapped}", do, f"{list(point)}")
        points.append(point)
    east, north = to_grid([p[0] for p in points], [p[1] for p in points])
    ends = np.stack([east[:-1], north[:-1], east[1:], north[1:]], axis=1)
    moving = (ends[:, :2] != ends[:, 2:]).any(axis=1)
    return [ends[moving] if moving.any() else ends[:1]]


def _near(longitude: float, latitude: float) -> bool:
    return (
        LONGITUDES[0] - MARGIN <= longitude <= LONGITUDES[1] + MARGIN
        and LATITUDES[0] - MARGIN <= latitude <= LATITUDES[1] + MARGIN
    )
