"""Barriers made from an OpenStreetMap extract, as a GeoJSON that `read_barriers` reads back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from grouping.errors import Fault, InputRefused
from grouping.files.geojson import geojson_bytes
from grouping.files.osm import read_extract
from grouping.files.travel import road_speeds
from grouping.world.journeys import ATTRIBUTION, ROAD
from grouping.world.places import to_wgs84
from grouping.world.rivers import Water, Waters, waters

PLACES = 6  # decimals of a degree, about 0.1 m


@dataclass(frozen=True, eq=False)
class Rivers:
    """A GeoJSON of barriers, and what it was made of; `reach` in metres."""

    content: bytes
    waters: Waters
    reach: float


def barriers_of(path: str | Path, reach: float | None = None) -> Rivers:
    """Make barriers of the rivers, canals, tidal water and coast of an extract.

    Parameters
    ----------
    path
        The extract (.osm.pbf).
    reach
        Metres of water taken out either side of a crossing; as the figures have it where None.

    Raises
    ------
    InputRefused
        Where the extract is bad, or holds no such water.
    """
    speeds = road_speeds()
    away = speeds.bridge_reach if reach is None else reach
    extract = read_extract(path)
    found = waters(extract, speeds, away)
    if not len(found) and not len(found.crossings):
        what = "holds no river, canal, tidal water or coast"
        raise InputRefused(Fault(what, "Draw the barriers by hand", extract.source))
    features = [_feature(k, one) for k, one in enumerate(found.stretches)]
    boxes = np.asarray([f["bbox"] for f in features]).reshape(-1, 4)
    box = (
        [*boxes[:, :2].min(axis=0).tolist(), *boxes[:, 2:].max(axis=0).tolist()] if features else []
    )
    about = {
        "name": "barriers",
        "attribution": ATTRIBUTION[ROAD],
        "licence": "Open Database Licence 1.0",
        "extract": {"file": extract.source, "sha256": extract.sha256, "dated": extract.dated},
        "metres_out_either_side_of_a_crossing": away,
        "crossings": len(found.crossings),
    }
    whole: dict[str, object] = {"type": "FeatureCollection", **({"bbox": box} if box else {})}
    return Rivers(geojson_bytes({**whole, "grouping": about, "features": features}), found, away)


def _feature(k: int, one: Water) -> dict[str, Any]:
    lon, lat = to_wgs84(one.points[:, 0], one.points[:, 1])
    points = np.round(np.stack([lon, lat], axis=1), PLACES)
    metres = round(float(np.hypot(*np.diff(one.points, axis=0).T).sum()))
    return {
        "type": "Feature",
        "id": k,
        "bbox": [*points.min(axis=0).tolist(), *points.max(axis=0).tolist()],
        "geometry": {"type": "LineString", "coordinates": points.tolist()},
        "properties": {"name": one.name or None, "water": one.kind, "metres": metres},
    }
