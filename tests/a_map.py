"""A map made for the tests: points on a grid of metres, ways with tags, written as .osm.pbf."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from grouping.world.places import to_wgs84

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

EAST, NORTH = 620_000.0, 310_000.0  # metres: the map's own zero, in Norfolk
MILE = 1609.344


class Map:
    """Points by name at (metres east, metres north) of the map's zero, and ways between them."""

    def __init__(self, **points: tuple[float, float]) -> None:
        self.points = points
        self.ways: list[tuple[Sequence[str], dict[str, str]]] = []
        self.places: list[tuple[str, str]] = []

    def way(self, names: str, highway: str = "unclassified", **tags: str) -> Map:
        """Add a way through points; `maxspeed__forward` stands for maxspeed:forward."""
        given = {key.replace("__", ":"): value for key, value in tags.items()}
        self.ways.append((names.split(), ({"highway": highway} if highway else {}) | given))
        return self

    def place(self, name: str, kind: str) -> Map:
        """Make a point a village or town."""
        self.places.append((name, kind))
        return self

    def degrees(self, name: str) -> tuple[float, float]:
        """Longitude and latitude of a point."""
        x, y = self.points[name]
        lon, lat = to_wgs84([EAST + x], [NORTH + y])
        return float(lon[0]), float(lat[0])

    def write(self, path: Path, **header: str) -> Path:
        """Write it with osmium."""
        osmium = pytest.importorskip("osmium")
        number = {name: k + 1 for k, name in enumerate(self.points)}
        kinds = dict(self.places)
        head = osmium.io.Header()
        for key, value in header.items():
            head.set(key, value)
        with osmium.SimpleWriter(str(path), header=head, overwrite=True) as out:
            for name, k in number.items():
                tags = {"place": kinds[name], "name": name} if name in kinds else {}
                out.add_node(osmium.osm.mutable.Node(id=k, location=self.degrees(name), tags=tags))
            for k, (names, tags) in enumerate(self.ways):
                nodes = [number[n] if n in number else int(n) for n in names]
                out.add_way(osmium.osm.mutable.Way(id=k + 1, nodes=nodes, tags=tags))
        return path


def schools_geojson(points: Mapping[int, tuple[float, float]], **more: Any) -> dict[str, Any]:
    """Make a schools.geojson: URN to (metres east, metres north) of the map's zero."""
    features = []
    for urn, (x, y) in points.items():
        lon, lat = to_wgs84([EAST + x], [NORTH + y])
        features.append({
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [float(lon[0]), float(lat[0])]},
            "properties": {"urn": urn, "name": f"School {urn}", "roll": 40,
                           "type": "Community school", "phase": "Primary",
                           "local_authority": "Norfolk", "religious_character": "None", **more},
        })  # fmt: skip
    return {"type": "FeatureCollection", "features": features}
