"""The real roads of Rutland: its villages and schools, against networkx and the straight line."""

from __future__ import annotations

import csv
import gzip
import json
from functools import cache
from pathlib import Path
from time import perf_counter

import networkx as nx
import numpy as np
import pytest

from grouping.files import cache as disk
from grouping.files import osm, travel
from grouping.files.barriers import read_barriers
from grouping.files.travel import road_speeds
from grouping.files.waters import barriers_of
from grouping.world.journeys import crossed
from grouping.world.network import A_MINUTE, Extract, Network, main_part, network
from grouping.world.places import to_grid
from grouping.world.roads import road_times, snap

SHARED = Path(__file__).parents[2] / "shared/data"
ROADS = SHARED / "rutland-latest.osm.pbf"
REGISTER = SHARED / "england_schools_gias_2022-07.csv.gz"
METRES = 1_000_000  # micros a metre, to work out lengths as times

pytestmark = pytest.mark.skipif(not ROADS.exists(), reason="the roads of Rutland are not here")


@cache
def extract() -> Extract:
    return osm.read_extract(ROADS)


@cache
def roads() -> Network:
    return main_part(network(extract(), road_speeds()))


def places() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """URN-like numbers, eastings and northings of villages and of primary schools."""
    lon = [p.longitude for p in extract().places]
    lat = [p.latitude for p in extract().places]
    east, north = to_grid(lon, lat)
    if REGISTER.exists():
        with gzip.open(REGISTER, "rt", encoding="utf-8-sig") as lines:
            rows = [r for r in csv.DictReader(lines) if r["la_name"] == "Rutland"
                    and r["establishment_status"] == "Open" and r["easting"]]  # fmt: skip
        east = np.r_[east, [round(float(r["easting"])) for r in rows]]
        north = np.r_[north, [round(float(r["northing"])) for r in rows]]
    return np.arange(len(east)) + 100_001, east, north


def test_villages_and_schools_in_seconds_equal_to_networkx() -> None:
    """The oracle stands on the network itself: it walks from both ends of each school's stretch."""
    start = perf_counter()
    main = roads()
    urns, east, north = places()
    found = road_times(main, urns, east, north, cap_minutes=30, none_beyond=2000)
    assert perf_counter() - start < 20
    assert found.no_road == ()
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(
        zip(main.tail.tolist(), main.head.tolist(), main.micros.tolist(), strict=True)
    )
    snaps = snap(main, east, north, 2000)
    ends = [(int(a), int(b), float(s)) for a, b, s in
            zip(snaps.one, snaps.other, snaps.share, strict=True)]  # fmt: skip

    def along(tail: int, head: int) -> float:
        return graph[tail][head]["weight"] if graph.has_edge(tail, head) else np.inf

    def minutes(i: int, j: int) -> float:
        """Out of i's stretch by either end, into j's by either; or straight along a shared one."""
        (a, b, s), (c, d, t) = ends[i], ends[j]
        outs = {a: s * along(b, a), b: (1 - s) * along(a, b)}
        ins = {c: t * along(c, d), d: (1 - t) * along(d, c)}
        best = min(
            outs[x] + reach[x].get(y, np.inf) + ins[y]
            for x in outs for y in ins if np.isfinite(outs[x] + ins[y])
        )  # fmt: skip
        if (a, b) == (c, d):
            best = min(best, (t - s) * along(a, b) if t >= s else (s - t) * along(b, a))
        return best / A_MINUTE

    reach = {
        n: nx.single_source_dijkstra_path_length(graph, n) for a, b, _ in ends[::4] for n in (a, b)
    }
    held = {(int(a), int(b)): int(t) for a, b, t in
            zip(found.first, found.second, found.tenths, strict=True)}  # fmt: skip
    seen = 0
    for i in range(0, len(ends), 4):
        for j in range(i + 4, len(ends), 4):
            longer = max(minutes(i, j), minutes(j, i))
            if longer <= 29.9:
                assert held[int(urns[i]), int(urns[j])] == pytest.approx(10 * longer, abs=0.501)
                seen += 1
            elif longer > 30.1:
                assert (int(urns[i]), int(urns[j])) not in held
    assert seen > 100


def test_the_detour_is_near_that_of_the_county() -> None:
    """Shortest road over straight line between villages 1.5 to 12 km apart: 1.26 was measured."""
    main = roads()
    lengths = np.maximum(np.rint(main.metres * METRES), 1).astype(np.int64)
    by_length = Network(main.east, main.north, main.tail, main.head, lengths, main.metres)
    count = len(extract().places)
    urns, east, north = (column[:count] for column in places())
    found = road_times(by_length, urns, east, north, cap_minutes=1e5, none_beyond=2000)
    a, b = found.first - 100_001, found.second - 100_001
    straight = np.hypot(east[a] - east[b], north[a] - north[b])
    road = found.tenths * (A_MINUTE / 10) / METRES
    ratio = (road / straight)[(straight >= 1500) & (straight <= 12_000)]
    assert len(ratio) > 1000
    assert np.median(ratio) == pytest.approx(1.26, abs=0.03)
    assert (road + 1 >= straight - 400).all()


def test_every_school_stands_on_the_nearest_road() -> None:
    """Against the distance to every stretch, one by one."""
    main = roads()
    _, east, north = places()
    snaps = snap(main, east, north, 2000)
    start = np.stack([main.east[main.tail], main.north[main.tail]], axis=1)
    along = np.stack([main.east[main.head], main.north[main.head]], axis=1) - start
    for k in range(0, len(east), 9):
        to = np.asarray([east[k], north[k]]) - start
        share = np.clip((to * along).sum(axis=1) / (along**2).sum(axis=1), 0, 1)
        least = np.hypot(*(to - share[:, None] * along).T).min()
        assert snaps.metres[k] == pytest.approx(least, abs=1e-6)


def test_both_readers_agree_on_rutland() -> None:
    ways, villages, _ = osm.by_gdal(ROADS)
    other = main_part(network(ways.extract(villages, "", "", ""), road_speeds()))
    assert len(other) == len(roads())
    assert int(other.micros.sum()) == int(roads().micros.sum())


def test_barriers_of_its_rivers(tmp_path: Path) -> None:
    """Read again; hardly a pair of villages or schools is parted.

    With 15 m taken out instead of 2 km, four pairs in ten would be, and by road they are no
    further apart than the others.
    """
    _, east, north = places()
    parted = {}
    for reach in (15, 2000):
        made = barriers_of(ROADS, reach)
        file = tmp_path / f"{reach}.geojson"
        file.write_bytes(made.content)
        read = read_barriers(file)
        assert read.warnings == ()
        names = {f["properties"]["name"] for f in json.loads(made.content)["features"]}
        assert {"River Welland", "River Chater", "River Gwash"} <= names
        parted[reach] = crossed(east, north, read.segments).mean()
        assert len(made.waters.crossings) >= 25
    assert parted[2000] < 0.15
    assert parted[15] > 0.3


def test_the_command_line_writes_the_matrix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from grouping.cli import app

    monkeypatch.setattr(disk, "folder", lambda: tmp_path / "cache")
    features = [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [p.longitude, p.latitude]},
         "properties": {"urn": 100_001 + k, "name": p.name, "roll": 60, "type": "Community school"}}
        for k, p in enumerate(extract().places[:30])
    ]  # fmt: skip
    schools = tmp_path / "s.geojson"
    schools.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    out = tmp_path / "journeys.csv"
    line = ["journeys", str(schools), "--roads", str(ROADS), "-o", str(out)]
    told = CliRunner().invoke(app, line)
    assert told.exit_code == 0, told.output
    assert "(c) OpenStreetMap contributors" in told.output
    read = travel.by_table(out, [])
    assert read.warnings  # none of these schools was named
    rows = out.read_text(encoding="utf-8-sig").splitlines()
    assert rows[0] == "from_urn,to_urn,minutes"
    assert len(rows) == 1 + 30 * 29 // 2
    about = json.loads((tmp_path / "journeys-about.json").read_text())
    assert about["attribution"] == "© OpenStreetMap contributors"
    assert about["map_dated"] == "2022-07-20"
