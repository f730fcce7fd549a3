"""A plan as one GeoPackage: layers in EPSG:27700 that QGIS opens coloured and labelled.

Fields are those of `fields.csv`, with `plan` (1, or the number of the folder `plan-2`, `plan-3`
... of an alternative) and `colour` before them. GeoPackage 1.2, which older software reads.
"""

from __future__ import annotations

import re
import sqlite3
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from grouping.answers.maps import GREY
from grouping.answers.sketch import shades
from grouping.answers.wording import STANDING
from grouping.files.exports import SCHOOL_COLUMNS
from grouping.reports.qgis_styles import style
from grouping.world.journeys import LONGEST, near
from grouping.world.places import project, to_grid

if TYPE_CHECKING:
    from grouping.files.dossiers import Dossier, Feature
    from grouping.policy.survey import Survey
    from grouping.world.county import County

LAYERS = ("barriers", "federations", "neighbours", "links", "schools")  # from below upwards
KINDS = {"federations": "Polygon", "schools": "Point"}
OWN = ("plan", "colour", "fid", "geom")  # fields no property of a school may take the place of
PLAN = ("plan_federation", "plan_role", "plan_reason", "standing")
NAME = re.compile(r"[^\w .()/-]")
Record = dict[str, Any]


def gpkg_bytes(plans: Mapping[int, Dossier], survey: Survey | None) -> bytes:
    """Write the GeoPackage of some plans, by number; the same plans give the same bytes.

    `survey` gives the neighbour graph; None where it came from Python and no file holds it.
    """
    import geopandas
    import pyogrio

    made = str(plans[min(plans)].document["run"].get("made", ""))[:19] or "1980-01-01T00:00:00"
    with tempfile.TemporaryDirectory(prefix="grouping-") as room:
        path = Path(room) / "proposals.gpkg"
        for layer, (records, shapes) in _layers(plans, survey).items():
            frame = geopandas.GeoDataFrame(_columns(records, layer), geometry=shapes, crs=27700)
            kind = KINDS.get(layer, "LineString")
            pyogrio.write_dataframe(
                frame, path, layer=layer, driver="GPKG", append=path.exists(),
                geometry_type=kind, dataset_options={"VERSION": "1.2"},
                layer_options={"GEOMETRY_NAME": "geom", "FID": "fid"},
            )  # fmt: skip
        _finish(path, sorted(plans), made)
        return path.read_bytes()


def _layers(
    plans: Mapping[int, Dossier], survey: Survey | None
) -> dict[str, tuple[list[Record], list[Any]]]:
    import shapely

    found: dict[str, tuple[list[Record], list[Any]]] = {name: ([], []) for name in LAYERS}
    if survey is None:
        del found["neighbours"]
    for number, dossier in sorted(plans.items()):
        hulls = [
            shapely.Polygon(_metres(one["geometry"]["coordinates"][0])) for one in dossier.hulls
        ]
        colour = dict(zip((one["id"] for one in dossier.federations), shades(hulls), strict=True))
        for one, hull in zip(dossier.hulls, hulls, strict=True):
            _add(found["federations"], number, colour, one["properties"], hull)
        for one in dossier.links:
            line = shapely.LineString(_metres(one["geometry"]["coordinates"], whole=True))
            _add(found["links"], number, colour, one["properties"], line)
        for school in dossier.register.rows:
            place = shapely.Point(school.easting, school.northing)
            given = dossier.schools[school.urn]["properties"]
            known = {name: getattr(school, name) for name in SCHOOL_COLUMNS}
            known |= {name: given.get(name) for name in PLAN}
            known |= {"easting": school.easting, "northing": school.northing}
            rest = {_apart(key, known): value for key, value in given.items() if key not in known}
            _add(found["schools"], number, colour, known | rest, place)
    _besides(found, plans[min(plans)], survey)
    return found


def _besides(
    found: dict[str, tuple[list[Record], list[Any]]], dossier: Dossier, survey: Survey | None
) -> None:
    """Add what is the same for every plan: the neighbour graph and the barriers."""
    import shapely

    if survey is not None:
        county = survey.county
        for one, other, minutes in _links(county):
            ends = county.schools[one], county.schools[other]
            record = {
                "from_urn": ends[0].urn, "to_urn": ends[1].urn,
                "minutes": None if minutes < 0 else minutes / 10, "source": county.journey_source,
                "standing": STANDING,
            }  # fmt: skip
            line = shapely.LineString([(s.easting, s.northing) for s in ends])
            _add(found["neighbours"], 1, {}, record, line)
    for feature in dossier.barriers:
        for line in _lines(feature):
            name = (feature.get("properties") or {}).get("name")
            record = {"name": name if isinstance(name, str) else None}
            _add(found["barriers"], 1, {}, record, shapely.LineString(_metres(line)))


def _links(county: County) -> list[tuple[int, int, int]]:
    """Each link with its tenths of minutes, -1 where no journey gives any."""
    first, second, tenths = near(county.journeys, county.urns, *county.points, LONGEST)
    ends = county.links.astype(np.int64)
    codes, wanted = first * len(county) + second, ends[:, 0] * len(county) + ends[:, 1]
    at = np.searchsorted(codes, wanted)
    there = np.isin(wanted, codes)
    minutes = np.where(there, np.append(tenths, -1)[at], -1)
    return list(zip(ends[:, 0].tolist(), ends[:, 1].tolist(), minutes.tolist(), strict=True))


def _lines(feature: Feature) -> list[Any]:
    geometry = feature["geometry"]
    lines = geometry["coordinates"]
    return [lines] if geometry["type"] == "LineString" else list(lines)


def _add(
    layer: tuple[list[Record], list[Any]],
    number: int,
    colour: Mapping[str, str],
    properties: Mapping[str, Any],
    shape: Any,
) -> None:
    home = properties.get("plan_federation")
    layer[0].append({"plan": number, "colour": colour.get(str(home), GREY), **properties})
    layer[1].append(shape)


def _metres(points: Sequence[Sequence[float]], *, whole: bool = False) -> Any:
    """Points in metres of the National Grid; whole ones where they are schools."""
    turn = to_grid if whole else project
    east, north = turn([p[0] for p in points], [p[1] for p in points])
    return np.stack([east, north], axis=1).astype(np.float64)


def _apart(key: str, known: Mapping[str, Any]) -> str:
    """Name a property of the schools file so that it stands on no field of ours."""
    name = NAME.sub("_", key)[:60] or "_"
    ours = {one.casefold() for one in (*known, *OWN)}
    return f"input_{name}" if name.casefold() in ours else name


EMPTY: dict[str, tuple[tuple[str, str], ...]] = {
    "federations": (("plan_federation", "string"), ("key", "string"), ("name", "string")),
    "links": (("plan_federation", "string"), ("from_urn", "Int64"), ("to_urn", "Int64")),
    "neighbours": (("from_urn", "Int64"), ("to_urn", "Int64"), ("minutes", "Float64")),
    "barriers": (("name", "string"),),
    "schools": (("urn", "Int64"), ("name", "string")),
}


def _columns(records: Sequence[Record], layer: str) -> dict[str, Any]:
    """Turn records into columns, each of one type, unknowns as unknowns."""
    import pandas

    if not records:
        fields = (("plan", "Int64"), ("colour", "string"), *EMPTY[layer])
        return {name: pandas.array([], dtype=kind) for name, kind in fields}  # type: ignore[call-overload]  # by name
    columns: dict[str, Any] = {}
    taken: set[str] = set()
    for name in dict.fromkeys(key for one in records for key in one):
        if name.casefold() in taken:  # SQLite does not tell "Name" from "name"
            continue
        taken.add(name.casefold())
        values = [one.get(name) for one in records]
        columns[name] = _typed(values)
    return columns


def _typed(values: list[Any]) -> Any:
    import pandas

    there = [value for value in values if value is not None]
    flat = [v for v in there if not isinstance(v, list | dict)]
    if there and all(isinstance(v, bool) for v in there):
        return pandas.array(values, dtype="boolean")
    if there and all(type(v) is int and abs(v) < 2**63 for v in there):
        return pandas.array(values, dtype="Int64")
    if there and all(isinstance(v, int | float) and not isinstance(v, bool) for v in there):
        return pandas.array(values, dtype="Float64")
    whole = flat == there
    texts = [None if v is None else v if isinstance(v, str) and whole else _text(v) for v in values]
    return pandas.array(
        [None if t is None else t.replace("\0", "\ufffd") for t in texts], dtype="string"
    )


def _text(value: Any) -> str:
    from grouping.files.text import json_text

    return value if isinstance(value, str) else json_text(value)


STYLES = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256),
    f_table_schema TEXT(256), f_table_name TEXT(256), f_geometry_column TEXT(256),
    styleName TEXT(30), styleQML TEXT, styleSLD TEXT, useAsDefault BOOLEAN, description TEXT,
    owner TEXT(30), ui TEXT(30), update_time DATETIME)
"""


def _finish(path: Path, plans: Sequence[int], made: str) -> None:
    """Add the styles, and say the moment the plan was made in place of the moment of writing."""
    moment = f"{made}.000Z"
    with closing(sqlite3.connect(path)) as base:
        base.execute(STYLES)
        layers = [row[0] for row in base.execute("SELECT table_name FROM gpkg_contents")]
        for name in layers:
            text = style(name, plans)
            row = (
                "",
                "",
                name,
                "geom",
                name,
                text,
                "",
                1,
                "as grouping shows it",
                "",
                None,
                moment,
            )
            base.execute(f"INSERT INTO layer_styles VALUES (NULL, {', '.join('?' * 12)})", row)  # noqa: S608  only question marks
        contents = ("layer_styles", "attributes", "layer_styles", "", moment, 0)
        base.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description,"
            " last_change, srs_id) VALUES (?, ?, ?, ?, ?, ?)",
            contents,
        )
        base.execute("UPDATE gpkg_contents SET last_change = ?", (moment,))
        base.commit()
        base.execute("VACUUM")
