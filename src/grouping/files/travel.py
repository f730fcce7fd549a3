"""Journeys from wherever a user has them: a table, an extract of the map, or a server.

Each gives a `Travel`: the journeys, what the record of the run says of them, and the warnings.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from grouping.errors import Fault, InputRefused
from grouping.files import cache as disk
from grouping.files.shipped import figures
from grouping.files.writing import csv_bytes
from grouping.policy.words import Policy
from grouping.world.journeys import ATTRIBUTION, ROAD, Journeys
from grouping.world.network import main_part, network
from grouping.world.remarks import listed
from grouping.world.roads import RoadTimes, road_times
from grouping.world.schools import School
from grouping.world.ways import Speeds, speeds_of

ROADS = "roads-2026"
NAMED = 20  # schools a warning names


@dataclass(frozen=True, eq=False)
class Travel:
    """Journeys, with the name and hash of their file, and what is to be said of them.

    `about` goes into the record of the run; `times` are those of a road or server.
    """

    journeys: Journeys
    file: str
    sha256: str
    about: dict[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    times: RoadTimes | None = None


@cache
def road_speeds() -> Speeds:
    """Read the package's speeds."""
    return speeds_of(figures(ROADS))


def is_server(given: str) -> bool:
    """Whether what a user gives for journeys is the address of a server."""
    return "://" in given


def is_map(given: str) -> bool:
    """Whether what a user gives for journeys is an extract of the map."""
    return given.lower().endswith((".pbf", ".osm", ".osm.bz2", ".osm.gz"))


def cap_for(policy: Policy) -> float:
    """How far to look for a policy: beyond its longest journey, so that near misses are known."""
    rules = [r.settings for r in policy.rules if r.title == "longest_journey" and r.settings]
    asked = max([policy.neighbours.link_at_most, *(settings["at_most"] for settings in rules)])
    speeds = road_speeds()
    return max(speeds.cap_minutes, speeds.cap_factor * float(asked))


def by_table(path: str | Path, schools: Sequence[School]) -> Travel:
    """Journeys of a CSV from_urn,to_urn,minutes."""
    from grouping.files.tables import read_journeys
    from grouping.world.journeys import from_pairs

    read = read_journeys(path, {s.urn for s in schools})
    return Travel(from_pairs(read.tenths, "file"), Path(path).name, read.sha256, {}, read.warnings)


def by_road(
    path: str | Path,
    schools: Sequence[School],
    cap_minutes: float | None = None,
    *,
    cached: bool = True,
) -> Travel:
    """Journeys along the roads of an OpenStreetMap extract (.osm.pbf).

    Parameters
    ----------
    path
        The extract of the county, on disk.
    schools
        Those to go between.
    cap_minutes
        Longer journeys are left out; as the figures have it where None.
    cached
        Look the times up, and keep them, in the user's cache.

    Raises
    ------
    InputRefused
        Where the extract is bad, or no school is near its roads.
    """
    from grouping.files.pbf import whole

    speeds = road_speeds()
    cap = speeds.cap_minutes if cap_minutes is None else float(cap_minutes)
    found = whole(path)
    key = disk.key_of({
        "extract": found.sha256,
        "speeds": _hash(figures(ROADS)),
        "schools": _hash([[s.urn, s.easting, s.northing] for s in schools]),
        "cap": round(10 * cap),
    })  # fmt: skip
    entry = disk.kept(key) if cached else None
    times, dated = _unpacked(entry, cap) if entry else (None, "")
    if times is None:
        times, dated = _worked_out(path, found.sha256, schools, cap, speeds)
        if cached:
            disk.keep(key, _packed(times, dated))
    if schools and len(times.no_road) == len(schools):
        what = f"has no road within {speeds.none_beyond:,.0f} m of any school"
        raise InputRefused(Fault(what, "Give the extract of these schools' county", found.file))
    about = {
        **_about(times),
        "speeds": ROADS,
        "cap_minutes": cap,
        "pairs_beyond_cap": times.pairs_beyond_cap,
        **({"map_dated": dated} if dated else {}),
    }
    said = said_of(times, schools, found.file, speeds)
    return Travel(times.journeys, found.file, found.sha256, about, said, times)


def by_server(url: str, schools: Sequence[School]) -> Travel:
    """Journeys that an OSRM server gives; nothing else is asked of the network."""
    from grouping.files.server import ask

    speeds = road_speeds()
    answer = ask(url, schools, none_beyond=speeds.none_beyond)
    about = {**_about(answer.times), "pairs_without_journey": answer.missing}
    said = said_of(answer.times, schools, answer.name, speeds)
    if answer.missing:
        said += (f"{answer.name}: {answer.missing} pairs have no way by road",)
    return Travel(answer.times.journeys, answer.name, answer.sha256, about, said, answer.times)


def tables(travel: Travel, name: str, schools: Mapping[str, str]) -> dict[str, bytes]:
    """Make the files of `grouping journeys`: the table, and beside it what it stands on."""
    times = travel.times
    if times is None:
        raise ValueError("these journeys are a table already")
    rows = (
        (a, b, f"{tenths / 10:.1f}")
        for a, b, tenths in zip(
            times.first.tolist(), times.second.tolist(), times.tenths.tolist(), strict=True
        )
    )
    snapped = {str(u): round(m) if np.isfinite(m) else None for u, m in times.snapped.items()}
    about = {
        "schools": dict(schools),
        "from": {"file": travel.file, "sha256": travel.sha256},
        **travel.about,
        "warnings": list(travel.warnings),
        "metres_to_road": snapped,
    }
    text = json.dumps(about, indent=1, ensure_ascii=False)
    return {
        name: csv_bytes(("from_urn", "to_urn", "minutes"), rows),
        f"{PurePath(name).stem}-about.json": f"{text}\n".encode(),
    }


def sentences(travel: Travel, schools: int) -> list[str]:
    """Say in a few sentences what came of it; plain characters only."""
    about = travel.about
    said = [f"{about['pairs']:,} journeys between {schools:,} schools."]
    if "pairs_beyond_cap" in about:
        beyond, cap = about["pairs_beyond_cap"], about["cap_minutes"]
        said.append(f"{beyond:,} pairs are further than {cap:g} minutes and left out.")
    if about.get("pairs_without_journey"):
        said.append(f"{about['pairs_without_journey']:,} pairs have no way by road.")
    if about["pairs_without_road"]:
        none = len(about["schools_without_road"])
        said.append(f"{about['pairs_without_road']:,} pairs: {none} schools have no road.")
    return [*said, "Map data (c) OpenStreetMap contributors, ODbL."]


def said_of(
    times: RoadTimes, schools: Sequence[School], file: str, speeds: Speeds
) -> tuple[str, ...]:
    """Say which schools have no road, and which stand far from theirs."""
    names = {s.urn: s.name for s in schools}
    said = []
    if times.no_road:
        which = listed([f"{names[u]} ({u})" for u in times.no_road], NAMED)
        said.append(
            f"{file}: no road within {speeds.none_beyond:,.0f} m of {len(times.no_road)} schools, "
            f"which no journey reaches ({times.pairs_without_road} pairs): {which}"
        )
    far = sorted(
        ((m, u) for u, m in times.snapped.items()
         if m > speeds.warn_beyond and u not in times.no_road), reverse=True,
    )  # fmt: skip
    if far:
        which = listed([f"{names[u]} ({u}) {m:,.0f} m" for m, u in far], NAMED)
        said.append(
            f"{file}: {len(far)} schools are further than {speeds.warn_beyond:,.0f} m from the "
            f"road taken for theirs: {which}"
        )
    return tuple(said)


def _about(times: RoadTimes) -> dict[str, Any]:
    finite = [m for m in times.snapped.values() if np.isfinite(m)]
    return {
        "source": ROAD,
        "attribution": ATTRIBUTION[ROAD],
        "pairs": len(times.tenths),
        "pairs_without_road": times.pairs_without_road,
        "schools_without_road": list(times.no_road),
        "metres_to_road_at_most": round(max(finite)) if finite else None,
    }


def _worked_out(
    path: str | Path, sha256: str, schools: Sequence[School], cap: float, speeds: Speeds
) -> tuple[RoadTimes, str]:
    from grouping.files.osm import read_extract

    extract = read_extract(path)
    if extract.sha256 != sha256:
        do = "Wait until it is complete, then run again"
        raise InputRefused(Fault("changed while it was read", do, extract.source))
    roads = main_part(network(extract, speeds))
    if not len(roads.tail):
        raise InputRefused(
            Fault("holds no road a car may use", "Give your county's extract", extract.source)
        )
    urns = np.asarray([s.urn for s in schools], dtype=np.int64)
    east = np.asarray([s.easting for s in schools], dtype=np.int64)
    north = np.asarray([s.northing for s in schools], dtype=np.int64)
    none = speeds.none_beyond
    times = road_times(roads, urns, east, north, cap_minutes=cap, none_beyond=none)
    return times, extract.dated


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def _packed(times: RoadTimes, dated: str) -> disk.Arrays:
    return {
        "first": times.first,
        "second": times.second,
        "tenths": times.tenths,
        "urns": np.asarray(list(times.snapped), dtype=np.int64),
        "metres": np.asarray(list(times.snapped.values()), dtype=np.float64),
        "no_road": np.asarray(times.no_road, dtype=np.int64),
        "dated": np.asarray(dated, dtype=np.str_),
    }


def _unpacked(entry: disk.Arrays, cap: float) -> tuple[RoadTimes | None, str]:
    try:
        snapped = dict(zip(entry["urns"].tolist(), entry["metres"].tolist(), strict=True))
        none = tuple(entry["no_road"].tolist())
        ends = entry["first"], entry["second"], entry["tenths"]
        return RoadTimes(*ends, cap, snapped, none), str(entry["dated"])
    except KeyError:
        return None, ""
