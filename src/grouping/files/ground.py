"""What a map is drawn on: a boundary and main roads, kept beside a plan as `ground.geojson`.

For display only: no figure of a plan stands on it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from grouping.errors import Fault, InputRefused
from grouping.files.geojson import degrees, geojson_bytes, read_features
from grouping.files.text import read_text
from grouping.world.cells import display
from grouping.world.journeys import ATTRIBUTION, ROAD
from grouping.world.network import CITIES, TOWNS, VILLAGES, Extract
from grouping.world.places import lines_to_wgs84, project

FILE = "ground.geojson"
MAIN = ("motorway", "trunk", "primary")
SMOOTH = {"land": 150.0, "road": 60.0}  # metres a line may be drawn from where it is
SIZES = {**dict.fromkeys(CITIES, 3), **dict.fromkeys(TOWNS, 2), **dict.fromkeys(VILLAGES[:1], 1)}
PLACES = 5  # decimals of a degree, about a metre
NEED = "Give the boundary as Polygon or MultiPolygon, in WGS84"

Feature = dict[str, Any]


def ground(boundary: str | Path | None = None, roads: str | Path | None = None) -> bytes:
    """Make the ground of maps from a boundary (GeoJSON) and an extract (.osm.pbf), simplified.

    Raises
    ------
    InputRefused
        Where a file cannot be read, or the boundary holds no polygon.
    CapReached
        Where a file is too large.
    """
    features = [] if boundary is None else _land(boundary)
    about: dict[str, Any] = {"name": "ground", "display_only": True}
    if roads is not None:
        from grouping.files.osm import read_extract

        extract = read_extract(roads)
        features += [*_roads(extract), *_places(extract)]
        about["attribution"] = ATTRIBUTION[ROAD]
    return geojson_bytes({"type": "FeatureCollection", "grouping": about, "features": features})


def _land(path: str | Path) -> list[Feature]:
    text = read_text(path)
    rings: list[Any] = []
    for k, feature in enumerate(read_features(text)):
        shape = feature.get("geometry")
        kind = shape.get("type") if isinstance(shape, dict) else None
        inside = shape.get("coordinates") if isinstance(shape, dict) else None
        if kind not in ("Polygon", "MultiPolygon") or not isinstance(inside, list):
            what = "is not a polygon"
            raise InputRefused(Fault(what, NEED, text.file, f"feature {k}", value=display(kind)))
        polygons = [inside] if kind == "Polygon" else inside
        rings += [_ring(one, text.file, f"feature {k}") for one in polygons]
    if not rings:
        raise InputRefused(Fault("holds no polygon", NEED, text.file))
    return [_feature("land", "Polygon", [line]) for line in _simple(rings, SMOOTH["land"])]


def _ring(polygon: Any, file: str, place: str) -> Any:
    """Return the outer ring of a polygon in metres."""
    outer = polygon[0] if isinstance(polygon, list) and polygon else None
    pairs = [
        degrees(p[0], p[1]) if isinstance(p, list) and len(p) > 1 else None for p in outer or ()
    ]
    points = [p for p in pairs if p is not None and abs(p[0]) <= 180 and abs(p[1]) <= 90]
    if len(points) < len(pairs) or len(points) < 4:
        raise InputRefused(Fault("has a ring that is not points", NEED, file, place))
    return np.stack(project(*np.asarray(points).T), axis=1)


def _roads(extract: Extract) -> list[Feature]:
    lines = []
    for k, tags in enumerate(extract.tags):
        if tags.get("highway") in MAIN:
            part = slice(int(extract.first[k]), int(extract.first[k + 1]))
            east, north = project(extract.longitude[part], extract.latitude[part])
            lines.append(np.stack([east, north], axis=1))
    return [_feature("road", "LineString", line) for line in _simple(lines, SMOOTH["road"])]


def _places(extract: Extract) -> list[Feature]:
    return [
        _feature("place", "Point", [round(p.longitude, PLACES), round(p.latitude, PLACES)])
        | {"properties": {"kind": "place", "name": p.name, "size": SIZES[p.kind]}}
        for p in extract.places
        if p.kind in SIZES
    ]


def _simple(lines: list[Any], metres: float) -> list[Any]:
    """Simplify lines of metres, and give them in degrees."""
    import shapely

    if not lines:
        return []
    kept = [shapely.get_coordinates(shapely.LineString(one).simplify(metres)) for one in lines]
    return [np.round(line, PLACES).tolist() for line in lines_to_wgs84(kept)]


def _feature(kind: str, shape: str, points: Any) -> Feature:
    return {
        "type": "Feature",
        "properties": {"kind": kind},
        "geometry": {"type": shape, "coordinates": points},
    }
