"""Networks, snapping and times by road: worked by hand, and against networkx."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from a_map import EAST, MILE, NORTH, Map
from grouping.files import osm
from grouping.files.travel import road_speeds
from grouping.world.journeys import NONE, ROAD, from_columns
from grouping.world.network import A_MINUTE, Network, main_part, network
from grouping.world.roads import RoadTimes, road_times, snap, with_schools

SPEEDS = road_speeds()
ZERO = np.asarray([EAST, NORTH])
READERS = [osm.by_osmium, osm.by_gdal]


def read(path: Path, reader: Any) -> Network:
    pytest.importorskip("osmium")
    ways, places, _ = reader(path)
    return network(ways.extract(places, "", "", ""), SPEEDS)


def times(roads: Network, *points: tuple[float, float], cap: float = 60, beyond: float = 2000,
          **more: Any) -> RoadTimes:  # fmt: skip
    where = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    urns = np.arange(len(points), dtype=np.int64) + 100_001
    east, north = (where + ZERO).T.astype(np.int64)
    return road_times(
        main_part(roads), urns, east, north, cap_minutes=cap, none_beyond=beyond, **more
    )


def table(found: RoadTimes) -> dict[tuple[int, int], float]:
    """Minutes by pair of school, numbered from 1."""
    pairs = zip(found.first - 100_000, found.second - 100_000, found.tenths, strict=True)
    return {(int(a), int(b)): int(t) / 10 for a, b, t in pairs}


@pytest.mark.parametrize("reader", READERS)
def test_a_mile_of_lane_is_driven_at_27_mph(tmp_path: Path, reader: Any) -> None:
    made = Map(a=(0, 0), b=(MILE, 0), c=(2 * MILE, 0)).way("a b c").write(tmp_path / "m.osm.pbf")
    roads = read(made, reader)
    assert len(roads) == 3
    assert len(roads.tail) == 4
    assert roads.metres == pytest.approx(MILE, abs=0.05)
    assert roads.minutes == pytest.approx(60 / 27, abs=1e-3)
    assert table(times(roads, (0, 0), (2 * MILE, 0))) == {(1, 2): 4.4}


@pytest.mark.parametrize("reader", READERS)
def test_one_ways_are_respected_and_the_longer_direction_kept(tmp_path: Path, reader: Any) -> None:
    """A square of one mile a side, driven one way round: one mile there, three miles back."""
    m = Map(a=(0, 0), b=(MILE, 0), c=(MILE, MILE), d=(0, MILE))
    path = m.way("a b c d a", oneway="yes").write(tmp_path / "m.osm.pbf")
    assert table(times(read(path, reader), (0, 0), (MILE, 0))) == {(1, 2): round(3 * 60 / 27, 1)}
    for tags in ({"junction": "roundabout"}, {"oneway": "-1"}):
        path = Map(**m.points).way("a b c d a", **tags).write(tmp_path / "m.osm.pbf")
        roads = read(path, reader)
        assert len(roads.tail) == 4
        assert table(times(roads, (0, 0), (MILE, 0))) == {(1, 2): 6.7}
    path = Map(**m.points).way("a b c d a").write(tmp_path / "m.osm.pbf")
    assert table(times(read(path, reader), (0, 0), (MILE, 0))) == {(1, 2): 2.2}


@pytest.mark.parametrize("reader", READERS)
def test_a_school_on_a_one_way_stretch_may_not_turn_back(tmp_path: Path, reader: Any) -> None:
    """Two schools 0.2 and 0.6 of a mile along a one-way mile of a square: back is all round."""
    m = Map(a=(0, 0), b=(MILE, 0), c=(MILE, MILE), d=(0, MILE)).way("a b c d a", oneway="yes")
    roads = read(m.write(tmp_path / "m.osm.pbf"), reader)
    found = times(roads, (0.2 * MILE, -30), (0.6 * MILE, 20))
    assert table(found) == {(1, 2): round(3.6 * 60 / 27, 1)}
    assert found.snapped == {100_001: pytest.approx(30, abs=1), 100_002: pytest.approx(20, abs=1)}


@pytest.mark.parametrize("reader", READERS)
def test_limits_lower_the_speed_also_of_one_direction(tmp_path: Path, reader: Any) -> None:
    m = Map(a=(0, 0), b=(MILE, 0)).way("a b", maxspeed="20 mph")
    assert read(m.write(tmp_path / "m.osm.pbf"), reader).minutes == pytest.approx(60 / 17, abs=1e-3)
    m = Map(a=(0, 0), b=(MILE, 0)).way("a b", maxspeed="national", maxspeed__backward="20 mph")
    minutes = read(m.write(tmp_path / "m.osm.pbf"), reader).minutes
    assert sorted(minutes) == [pytest.approx(60 / 27, abs=1e-3), pytest.approx(60 / 17, abs=1e-3)]


@pytest.mark.parametrize("reader", READERS)
def test_streets_near_villages_and_towns_are_slower(tmp_path: Path, reader: Any) -> None:
    def mph(kind: str) -> float:
        m = Map(a=(-100, 0), v=(0, 0), b=(100, 0)).way("a b")
        if kind:
            m.place("v", kind)
        roads = read(m.write(tmp_path / "m.osm.pbf"), reader)
        return float((roads.metres / MILE / roads.minutes * 60)[0])

    found = [mph(kind) for kind in ("", "village", "town", "city")]
    assert found == pytest.approx([27, 22, 17, 17], rel=1e-3)


@pytest.mark.parametrize("reader", READERS)
def test_ferries_are_not_driven_and_islands_have_no_road(tmp_path: Path, reader: Any) -> None:
    """The island's school, beyond 2 km of the main roads, has no road; one 1 km off is warned."""
    m = Map(a=(0, 0), b=(MILE, 0), c=(MILE, 5000), d=(MILE, 6000), e=(0, MILE))
    m.way("a b").way("a e").way("b c", highway="", route="ferry").way("c d")
    roads = read(m.write(tmp_path / "m.osm.pbf"), reader)
    assert len(roads) == 5
    found = times(roads, (0, 0), (MILE, -1000), (MILE, 5500))
    assert table(found) == {(1, 2): 2.2}
    assert found.no_road == (100_003,)
    assert (found.pairs_without_road, found.pairs_beyond_cap) == (2, 0)
    assert found.snapped[100_002] == pytest.approx(1000, abs=1)


@pytest.mark.parametrize("reader", READERS)
def test_a_dead_end_for_cars_that_may_not_return_is_no_part_of_the_main_roads(
    tmp_path: Path, reader: Any
) -> None:
    m = Map(a=(0, 0), b=(MILE, 0), c=(2 * MILE, 0)).way("a b").way("b c", oneway="yes")
    roads = main_part(read(m.write(tmp_path / "m.osm.pbf"), reader))
    assert len(roads) == 2


def test_missing_points_of_a_way_leave_a_gap_not_a_short_cut(tmp_path: Path) -> None:
    """An extract cut at the county's edge names points it does not hold (here 99)."""
    m = Map(a=(0, 0), b=(MILE, 0), c=(2 * MILE, 0), d=(3 * MILE, 0)).way("a b 99 c d")
    roads = read(m.write(tmp_path / "m.osm.pbf"), osm.by_osmium)
    assert sorted(roads.metres) == pytest.approx([MILE] * 4, abs=0.05)


def test_of_two_roads_between_two_points_the_faster_counts(tmp_path: Path) -> None:
    m = Map(a=(0, 0), b=(MILE, 0)).way("a b").way("a b", highway="primary")
    assert read(m.write(tmp_path / "m.osm.pbf"), osm.by_osmium).minutes == pytest.approx(
        60 / 42, abs=1e-3
    )


def test_the_cap_leaves_out_what_is_longer_and_keeps_what_rounds_to_it() -> None:
    tail, head = np.asarray([0, 1, 1, 2]), np.asarray([1, 0, 2, 1])
    micros = np.asarray([30.04, 30.04, 0.02, 0.02]) * A_MINUTE
    east = np.asarray([EAST, EAST + 1000, EAST + 2000])
    roads = Network(
        east, np.full(3, NORTH), tail, head, micros.astype(np.int64), np.full(4, 1000.0)
    )
    found = times(roads, (0, 0), (1000, 0), (2000, 0), cap=30)
    assert table(found) == {(1, 2): 30.0, (2, 3): 0.0}
    assert found.pairs_beyond_cap == 1


def test_journeys_of_pairs_stand_in_any_order_of_schools() -> None:
    first, second = np.asarray([1, 1]), np.asarray([2, 3])
    made = from_columns(first, second, np.asarray([15, 25], dtype=np.int32), "road")
    nothing = np.zeros(4, dtype=np.int64)
    found = made.tenths(np.asarray([3, 9, 1, 2]), nothing, nothing)
    assert made.source == ROAD
    assert found.tolist() == [
        [0, NONE, 25, NONE], [NONE, 0, NONE, NONE], [25, NONE, 0, 15], [NONE, NONE, 15, 0],
    ]  # fmt: skip
    assert made.tenths(nothing[:0], nothing[:0], nothing[:0]).shape == (0, 0)


def random_roads(seed: int) -> tuple[Network, list[tuple[float, float]]]:
    """A random plane of roads, some of them one way, with schools anywhere among them."""
    chance = np.random.default_rng(seed)
    count = 60
    places = chance.uniform(0, 20_000, (count, 2))
    near = np.argsort(np.hypot(*(places[:, None] - places[None]).transpose(2, 0, 1)), axis=1)
    edges = {}
    for a in range(count):
        for b in near[a, 1:5].tolist():
            for ends in ((a, b), (b, a)) if chance.random() < 0.7 else ((a, b),):
                edges[ends] = int(chance.integers(1, 9 * A_MINUTE))
    tail, head = np.asarray(list(edges)).T
    metres = np.hypot(*(places[tail] - places[head]).T)
    micros = np.asarray(list(edges.values()))
    roads = Network(places[:, 0] + EAST, places[:, 1] + NORTH, tail, head, micros, metres)
    schools = [tuple(p) for p in chance.integers(0, 20_000, (25, 2)).tolist()]
    schools += [tuple(np.rint(places[0])), tuple(np.rint(places[0])), schools[0]]
    return roads, schools  # type: ignore[return-value]


@pytest.mark.parametrize("seed", range(12))
def test_times_equal_networkx_on_random_roads(seed: int) -> None:
    """Both directions by networkx on the same graph; batches of one row and of all agree."""
    roads, schools = random_roads(seed)
    main = main_part(roads)
    found = times(roads, *schools, cap=25, beyond=1e9)
    assert table(times(roads, *schools, cap=25, beyond=1e9, most_bytes=1)) == table(found)
    east, north = (np.asarray(schools) + ZERO).T.astype(np.int64)
    snaps = snap(main, east, north, 1e9)
    grown, node = with_schools(main, snaps, np.arange(len(schools)))
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(
        zip(grown.tail.tolist(), grown.head.tolist(), grown.micros.tolist(), strict=True)
    )
    by_hand = {}
    reach = [nx.single_source_dijkstra_path_length(graph, int(n)) for n in node]
    for i in range(len(schools)):
        for j in range(i + 1, len(schools)):
            longer = max(reach[i][node[j]], reach[j][node[i]]) / A_MINUTE
            if round(longer, 1) <= 25:
                by_hand[i + 1, j + 1] = longer
    assert table(found) == {pair: pytest.approx(t, abs=0.0501) for pair, t in by_hand.items()}
    assert len(by_hand) > 20


@pytest.mark.parametrize("seed", range(4))
def test_cutting_a_stretch_changes_no_time_between_its_ends(seed: int) -> None:
    roads, schools = random_roads(seed)
    main = main_part(roads)
    east, north = (np.asarray(schools) + ZERO).T.astype(np.int64)
    grown, _ = with_schools(main, snap(main, east, north, 1e9), np.arange(len(schools)))
    old = nx.DiGraph()
    old.add_weighted_edges_from(zip(main.tail, main.head, main.micros, strict=True))
    new = nx.DiGraph()
    new.add_weighted_edges_from(zip(grown.tail, grown.head, grown.micros, strict=True))
    for a in range(0, len(main), 7):
        before = nx.single_source_dijkstra_path_length(old, a)
        after = nx.single_source_dijkstra_path_length(new, a)
        assert all(after[b] == before[b] for b in before)


def test_no_roads_and_no_schools_are_no_fault() -> None:
    none = np.empty(0, dtype=np.int64)
    empty = Network(none.astype(float), none.astype(float), none, none, none, none.astype(float))
    found = times(empty, (0, 0), (1, 1))
    assert found.no_road == (100_001, 100_002)
    assert found.pairs_without_road == 1
    roads, _ = random_roads(0)
    assert table(times(roads)) == {}
    assert table(times(roads, (0, 0))) == {}
