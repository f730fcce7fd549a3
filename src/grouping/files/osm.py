"""Ways and places of an OpenStreetMap extract (.osm.pbf), by osmium where installed, else by GDAL.

Both give the same roads: osmium keeps the numbers of the nodes, GDAL only their coordinates, and
there ways join where their coordinates are equal. Data © OpenStreetMap contributors, ODbL.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from grouping.errors import GroupingError
from grouping.files.pbf import AGAIN, still, whole
from grouping.files.text import refuse
from grouping.world.network import CITIES, TOWNS, VILLAGES, Extract, Place

KEPT = frozenset((
    "highway", "waterway", "natural", "route", "area", "junction", "oneway", "name", "ford",
    "tunnel", "tidal", "maxspeed", "maxspeed:forward", "maxspeed:backward", "maxspeed:type",
    "source:maxspeed", "access", "vehicle", "motor_vehicle", "motorcar",
))  # fmt: skip
WATER = ("river", "canal", "tidal_channel")
NATURAL = ("coastline",)
SETTLED = (*CITIES, *TOWNS, *VILLAGES)
LINES = "highway IS NOT NULL OR waterway IS NOT NULL OR other_tags LIKE '%\"coastline\"%'"
PLACES = f"place IN ({', '.join(repr(kind) for kind in SETTLED)})"
HSTORE = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')
SEVENTH = 10_000_000  # OpenStreetMap holds ten-millionths of a degree


def read_extract(path: str | Path) -> Extract:
    """Read the roads, waters and settlements of an extract.

    Raises
    ------
    InputRefused
        Where it is no local file in PBF, is cut short or damaged, or holds no ways.
    CapReached
        Above 4 GB.
    """
    found = whole(path)
    read = by_osmium if find_spec("osmium") else by_gdal
    try:
        ways, places, dated = read(path)
    except GroupingError:
        raise
    except Exception as error:  # noqa: BLE001  both readers raise errors of many kinds
        said = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        refuse(f"is damaged inside ({said})", AGAIN, found.file)
    still(path, found)
    if not len(ways):
        refuse("holds no roads", "Give the extract of your county", found.file)
    return ways.extract(places, found.file, found.sha256, dated)


class Gathered:
    """Ways as they are read, one after the other."""

    def __init__(self) -> None:
        self.tags: list[Mapping[str, str]] = []
        self.first = [0]
        self.node: list[Any] = []
        self.longitude: list[Any] = []
        self.latitude: list[Any] = []

    def __len__(self) -> int:
        return len(self.tags)

    def add(
        self, tags: Mapping[str, str], node: list[int], longitude: list[float], lat: list[float]
    ) -> None:
        """Add a way; one point alone is no way."""
        if len(node) > 1:
            self.tags.append(tags)
            self.node += node
            self.longitude += longitude
            self.latitude += lat
            self.first.append(len(self.node))

    def extract(self, places: list[Place], source: str, sha256: str, dated: str) -> Extract:
        """Make plain arrays of it."""
        return Extract(
            tuple(self.tags),
            np.asarray(self.first, dtype=np.int64),
            np.asarray(self.node, dtype=np.int64),
            np.asarray(self.longitude, dtype=np.float64),
            np.asarray(self.latitude, dtype=np.float64),
            tuple(places),
            source,
            sha256,
            dated,
        )


Read = tuple[Gathered, list[Place], str]


def by_osmium(path: str | Path) -> Read:
    """Read with osmium, node by node."""
    import osmium

    keys = osmium.filter.KeyFilter("highway", "waterway", "natural", "place")
    reading = osmium.FileProcessor(str(path)).with_locations().with_filter(keys)
    dated = reading.header.get("osmosis_replication_timestamp") or ""
    ways = Gathered()
    places: list[Place] = []
    thing: Any
    for thing in reading:
        if thing.is_way():
            tags = {tag.k: tag.v for tag in thing.tags if tag.k in KEPT}
            if wanted(tags):
                _add(ways, tags, thing.nodes)
        elif thing.is_node() and thing.tags.get("place") in SETTLED:
            name = thing.tags.get("name", "")
            places.append(Place(thing.tags["place"], name, thing.lon, thing.lat))
    return ways, places, _day(dated)


def _add(ways: Gathered, tags: Mapping[str, str], nodes: Iterable[Any]) -> None:
    """Add a way, in pieces where the extract cuts points out of it."""
    node: list[int] = []
    longitude: list[float] = []
    latitude: list[float] = []
    for point in nodes:
        place = point.location
        if place.valid():
            node.append(point.ref)
            longitude.append(place.lon_without_check())
            latitude.append(place.lat_without_check())
        else:
            ways.add(tags, node, longitude, latitude)
            node, longitude, latitude = [], [], []
    ways.add(tags, node, longitude, latitude)


def by_gdal(path: str | Path) -> Read:
    """Read with GDAL's driver, as geopandas brings it; other tags come as one text."""
    import pyogrio
    import shapely

    columns = ["name", "highway", "waterway", "other_tags"]
    fields, shapes, table = _layer(pyogrio.raw.read, path, "lines", columns, LINES)
    ways = Gathered()
    lines = shapely.from_wkb(shapes)
    points, of = shapely.get_coordinates(lines, return_index=True)
    whole_degrees = np.rint(points * SEVENTH).astype(np.int64)
    node = whole_degrees[:, 0] * (400 * SEVENTH) + whole_degrees[:, 1]
    first = np.searchsorted(of, np.arange(len(lines) + 1))
    for k in range(len(lines)):
        given = {name: table[fields.index(name)][k] for name in columns}
        tags = {**hstore(given.pop("other_tags") or ""), **{n: v for n, v in given.items() if v}}
        tags = {key: value for key, value in tags.items() if key in KEPT}
        if wanted(tags):
            a, b = first[k], first[k + 1]
            ways.add(tags, node[a:b].tolist(), points[a:b, 0].tolist(), points[a:b, 1].tolist())
    fields, shapes, table = _layer(pyogrio.raw.read, path, "points", ["name", "place"], PLACES)
    where = shapely.get_coordinates(shapely.from_wkb(shapes))
    kinds, names = table[fields.index("place")], table[fields.index("name")]
    places = [
        Place(str(kind), str(name or ""), float(lon), float(lat))
        for kind, name, (lon, lat) in zip(kinds, names, where, strict=True)
    ]
    return ways, places, ""


def _layer(
    read: Callable[..., Any], path: str | Path, layer: str, columns: list[str], where: str
) -> tuple[list[str], Any, list[Any]]:
    meta, _, shapes, table = read(
        Path(path).resolve(), layer=layer, columns=columns, where=where, encoding="utf-8"
    )
    return list(meta["fields"]), shapes, table


def wanted(tags: Mapping[str, str]) -> bool:
    """Whether a way can matter: a road of any kind, water, the coast."""
    return (
        "highway" in tags
        or tags.get("waterway") in WATER
        or ("waterway" in tags and tags.get("tidal") == "yes")
        or tags.get("natural") in NATURAL
    )


def hstore(text: str) -> dict[str, str]:
    """Read tags written as "key"=>"value","key"=>"value"."""
    return {
        re.sub(r"\\(.)", r"\1", key): re.sub(r"\\(.)", r"\1", value)
        for key, value in HSTORE.findall(text)
    }


def _day(stamp: str) -> str:
    try:
        return datetime.fromisoformat(stamp).date().isoformat()
    except ValueError:
        return ""
