"""A plan's folder as a sketch of its map, and as the data a map on screen is drawn from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from grouping.answers.sketch import (
    Geography,
    Line,
    Link,
    Sketch,
    Spot,
    land_around,
    settlements,
    shades,
)
from grouping.world.places import lines_to_wgs84, to_grid
from grouping.world.remarks import clean_name

if TYPE_CHECKING:
    from grouping.files.dossiers import Dossier

PLACES = 5  # decimals of a degree on screen, about a metre


def sketch_of(dossier: Dossier) -> Sketch:
    """Sketch a plan from the files of its folder."""
    import shapely

    schools = list(dossier.schools.values())
    points = _grid([[one["geometry"]["coordinates"]] for one in schools])
    row = {one["id"]: k for k, one in enumerate(dossier.federations)}
    spots = tuple(
        _spot(one["properties"], at[0], row) for one, at in zip(schools, points, strict=True)
    )
    hulls = _grid([one["geometry"]["coordinates"][0] for one in dossier.hulls])
    links = tuple(
        Link(row[one["properties"]["plan_federation"]], (ends[0], ends[-1]), _minutes(one))
        for one, ends in zip(
            dossier.links, _grid([one["geometry"]["coordinates"] for one in dossier.links]),
            strict=True,
        )
    )  # fmt: skip
    return Sketch(
        spots,
        tuple(one["id"] for one in dossier.federations),
        tuple(hulls),
        tuple(shades([shapely.Polygon(hull) for hull in hulls])),
        links,
        _ground(dossier, spots),
    )


def _ground(dossier: Dossier, spots: tuple[Spot, ...]) -> Geography:
    """Put together what the map is drawn on: what was given, else land around the schools."""
    given: dict[str, list[Any]] = {"land": [], "road": [], "place": []}
    for one in dossier.ground.get("features", []):
        given[one["properties"]["kind"]].append(one)
    if given["place"]:
        at = _grid([[one["geometry"]["coordinates"]] for one in given["place"]])
        facts = [one["properties"] for one in given["place"]]
        told = [(f["name"], p[0], float(f["size"])) for f, p in zip(facts, at, strict=True)]
    else:
        facts = [one["properties"] for one in dossier.schools.values()]
        told = [
            (str(f["place"]), spot.at, float(spot.roll))
            for f, spot in zip(facts, spots, strict=True)
            if f.get("place")
        ]
    return Geography(
        land=tuple(_grid(lines_of(given["land"]))) or land_around(spot.at for spot in spots),
        given=bool(given["land"]),
        barriers=tuple(_grid(lines_of(dossier.barriers))),
        roads=tuple(_grid(lines_of(given["road"]))),
        places=settlements(told),
        credit=str(dossier.ground.get("grouping", {}).get("attribution", "")),
    )


def _spot(facts: dict[str, Any], at: tuple[float, float], row: dict[str, int]) -> Spot:
    home = row.get(facts.get("plan_federation") or "", -1)
    return Spot(
        int(facts["urn"]),
        clean_name(str(facts["name"])),
        at,
        int(facts["roll"]),
        facts["plan_role"],
        home,
    )


def _minutes(link: dict[str, Any]) -> float | None:
    value = link["properties"]["minutes"]
    return None if value is None else float(value)


def lines_of(features: Iterable[dict[str, Any]]) -> list[list[list[float]]]:
    """Give the lines of GeoJSON features, rings of polygons too, in degrees."""
    found: list[list[list[float]]] = []
    for one in features:
        shape = one.get("geometry") or {}
        kind, points = shape.get("type"), shape.get("coordinates") or []
        if kind == "LineString":
            found.append(points)
        elif kind in ("MultiLineString", "Polygon"):
            found += points
        elif kind == "MultiPolygon":
            found += [ring for polygon in points for ring in polygon]
    return [[point[:2] for point in line] for line in found if len(line) > 1]


def _grid(lines: list[list[list[float]]]) -> list[Line]:
    """Put lines of degrees on the National Grid, all at once."""
    if not lines:
        return []
    lengths = [len(line) for line in lines]
    lon, lat = np.asarray([p[:2] for line in lines for p in line], dtype=np.float64).T
    east, north = to_grid(lon, lat)
    points = list(zip(east.astype(float).tolist(), north.astype(float).tolist(), strict=True))
    ends = np.cumsum(lengths).tolist()
    return [tuple(points[end - k : end]) for end, k in zip(ends, lengths, strict=True)]


def on_screen(dossier: Dossier, sketch: Sketch) -> dict[str, Any]:
    """Give what a map on screen draws: degrees, names, colours; figures stay in the page."""
    ground = sketch.ground
    return {
        "federations": [
            {
                "id": facts["id"],
                "key": facts["key"],
                "names": "; ".join(spot.name for spot in sketch.members[k]),
                "colour": sketch.shades[k],
                "hull": _of_feature(hull, PLACES),
            }
            for k, (facts, hull) in enumerate(zip(dossier.federations, dossier.hulls, strict=True))
        ],
        "links": [
            [one["properties"]["plan_federation"], _of_feature(one, PLACES)]
            for one in dossier.links
        ],
        "schools": [
            [
                spot.urn,
                spot.name,
                spot.roll,
                spot.role,
                sketch.labels[spot.home] if spot.home >= 0 else None,
                *_of_feature(feature, PLACES),
            ]
            for spot, feature in zip(sketch.spots, dossier.schools.values(), strict=True)
        ],
        "land": _degrees(ground.land),
        "boundary": ground.given,
        "barriers": _degrees(ground.barriers),
        "roads": _degrees(ground.roads),
        "places": [
            [one.name, *ends[0]]
            for one, ends in zip(
                ground.places, _degrees([(one.at,) for one in ground.places]), strict=True
            )
        ],
    }


def _degrees(lines: Iterable[Line]) -> list[list[list[float]]]:
    given = [np.asarray(line, dtype=np.float64) for line in lines]
    return [np.round(line, PLACES).tolist() for line in lines_to_wgs84(given)]


def _of_feature(feature: dict[str, Any], places: int) -> Any:
    """Give the points of a feature, rounded for a screen: the outer ring of a polygon."""
    shape = feature["geometry"]
    points = shape["coordinates"][0] if shape["type"] == "Polygon" else shape["coordinates"]
    if shape["type"] == "Point":
        return [round(value, places) for value in points[:2]]
    return [[round(value, places) for value in point[:2]] for point in points]
