"""Schools from a GeoJSON file, read strictly; and the writing of feature collections.

RFC 7946 with nothing guessed: points in WGS84, longitude first. Geometry and properties of every
feature go through the gate of `grouping.world.schools`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from grouping.errors import CapReached, Fault, InputRefused
from grouping.files.text import Text, json_text, parse_json, read_text, refuse
from grouping.world.cells import display
from grouping.world.schools import Row, Schools, check_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MOST_FEATURES = 1_000_000
WGS84 = re.compile(
    r"(?:urn:(?:x-)?ogc:def:crs:)?"
    r"(?:OGC:(?:1\.3|2)?:?CRS84|CRS84|EPSG:(?:[0-9.]*:)?4326)"
    r"|https?://www\.opengis\.net/def/crs/(?:OGC/(?:1\.3|0)/CRS84|EPSG/0/4326)",
    re.IGNORECASE,
)
TO_WGS84 = "Save the file in WGS84 longitude and latitude (EPSG:4326)"


def read_schools(path: str | Path) -> Schools:
    """Read and check a `schools.geojson`.

    Raises
    ------
    InputRefused
        With every fault of the file.
    CapReached
        Above 300 MB or a million features.
    """
    text = read_text(path)
    features = read_features(text)
    rows = [_row(k, feature) for k, feature in enumerate(features)]
    return check_rows(rows, text.file, text.sha256, text.warnings)


def read_features(text: Text) -> list[dict[str, Any]]:
    """Return the features of a FeatureCollection in WGS84, their form checked.

    Raises
    ------
    InputRefused
        Where the document is no such collection, or a feature is no feature.
    CapReached
        Above a million features.
    """
    if text.text.count('"Feature"') >= MOST_FEATURES:
        do = "Keep only the schools of the authorities you study and their neighbours"
        raise CapReached(Fault(f"has {MOST_FEATURES:,} features or more", do, text.file))
    document = parse_json(text.text, text.file)
    features = _collection(document, text.file)
    faults = list(_crs_faults(document, "", text.file))
    for k, feature in enumerate(features):
        place = f"feature {k}"
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            what, do = "is not a GeoJSON Feature", 'Give every feature "type": "Feature"'
            faults.append(Fault(what, do, text.file, place))
            continue
        if not isinstance(feature.get("properties") or {}, dict):
            faults.append(Fault("is not an object", "Give it properties", text.file, place))
        faults += _crs_faults(feature, place, text.file)
        faults += _crs_faults(feature.get("geometry"), place, text.file)
    if faults:
        raise InputRefused(faults)
    return features


def _collection(document: object, file: str) -> list[Any]:
    need = 'Give a GeoJSON {"type": "FeatureCollection", "features": [...]}'
    if not isinstance(document, dict):
        refuse("is JSON but not a FeatureCollection", need, file)
    kind = document.get("type")
    if kind == "Topology":
        refuse("is TopoJSON", "Export it as GeoJSON in WGS84", file)
    if kind == "Feature":
        refuse("is a single Feature", need, file)
    if kind != "FeatureCollection":
        refuse("is JSON but not a FeatureCollection", need, file, value=display(kind))
    features = document.get("features")
    if not isinstance(features, list):
        refuse("has no list of features", need, file)
    return features


def _crs_faults(holder: object, place: str, file: str) -> Iterator[Fault]:
    """Yield a fault where a `crs` member does not mean WGS84. Nothing is looked up."""
    if not isinstance(holder, dict) or "crs" not in holder:
        return
    crs = holder["crs"]
    inner = crs.get("properties") if isinstance(crs, dict) else None
    name = inner.get("name") if isinstance(inner, dict) else None
    named = isinstance(crs, dict) and crs.get("type") == "name" and isinstance(name, str)
    if named and WGS84.fullmatch(str(name).strip()):
        return
    shown = display(name if name is not None else crs)
    yield Fault(
        "says a reference system other than WGS84", TO_WGS84, file, place, None, "crs", shown
    )


def _row(k: int, feature: Mapping[str, Any]) -> Row:
    properties: Mapping[str, object] = feature.get("properties") or {}
    place = f"feature {k}"
    found = _point(feature.get("geometry"))
    if isinstance(found, tuple):
        return Row(place, properties, found)
    return Row(place, properties, None, *found.said, found.value)


class _NoPoint:
    """Why a geometry is not a point in degrees."""

    def __init__(self, what: str, do: str, value: object = None) -> None:
        self.said = (what, do)
        self.value = display(value)


def _point(geometry: object) -> tuple[float, float] | _NoPoint:
    """Return longitude and latitude of a Point, or of a MultiPoint of one; a height is dropped."""
    need = "Give the school a Point: longitude, then latitude"
    if geometry is None:
        return _NoPoint("has no geometry", need)
    if not isinstance(geometry, dict):
        return _NoPoint("is not a geometry", need, geometry)
    kind, numbers = geometry.get("type"), geometry.get("coordinates")
    if kind == "MultiPoint" and isinstance(numbers, list) and len(numbers) == 1:
        kind, numbers = "Point", numbers[0]
    if kind != "Point":
        return _NoPoint("is not a Point", need, kind)
    if not isinstance(numbers, list) or len(numbers) < 2:
        return _NoPoint("has no longitude and latitude", need, numbers)
    return degrees(numbers[0], numbers[1]) or _NoPoint(
        "has coordinates that are not numbers", "Write them as numbers, not in quotes", numbers[0]
    )


def degrees(longitude: object, latitude: object) -> tuple[float, float] | None:
    """Return two JSON numbers as floats (infinite ones too); None where one is no number."""
    pair = (longitude, latitude)
    if any(isinstance(v, bool) or not isinstance(v, int | Decimal) for v in pair):
        return None
    return float(str(longitude)), float(str(latitude))


def geojson_bytes(collection: Mapping[str, object]) -> bytes:
    """Write a FeatureCollection as UTF-8, one feature a line, its other members first."""
    members = [
        f"{json_text(key)}: {json_text(value)}"
        for key, value in collection.items()
        if key != "features"
    ]
    features = collection.get("features")
    lines = [json_text(feature) for feature in features] if isinstance(features, list) else []
    inside = "\n" + ",\n".join(lines) + "\n" if lines else ""
    return ("{" + ", ".join([*members, '"features": [' + inside + "]"]) + "}\n").encode()
