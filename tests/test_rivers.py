"""Rivers as barriers: bridges taken out, readable again, and the Yare in Norfolk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from a_map import EAST, MILE, NORTH, Map
from grouping.errors import InputRefused
from grouping.files import osm
from grouping.files.barriers import read_barriers
from grouping.files.travel import road_speeds
from grouping.files.waters import barriers_of
from grouping.world.journeys import crossed
from grouping.world.rivers import Waters, waters

SPEEDS = road_speeds()
READERS = [osm.by_osmium, osm.by_gdal]


def found(path: Path, reader: Any, reach: float) -> Waters:
    ways, places, _ = reader(path)
    return waters(ways.extract(places, "", "", ""), SPEEDS, reach)


def river(**more: str) -> Map:
    """A river from west to east in three ways, and a road across its middle one."""
    m = Map(a=(-3000, 0), b=(-1000, 0), c=(1000, 0), d=(3000, 0), n=(0, 400), s=(0, -400))
    for names in ("a b", "b c", "c d"):
        m.way(names, highway="", waterway="river", name="Water")
    return m.way("n s", **more)


def spans(made: Waters) -> list[tuple[float, float]]:
    """West and east end of every stretch, metres from the map's zero, to the nearest metre."""
    ends = [(w.points[:, 0].min() - EAST, w.points[:, 0].max() - EAST) for w in made.stretches]
    return sorted((round(float(a)), round(float(b))) for a, b in ends)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("more", [{"bridge": "yes"}, {"bridge": "viaduct"}, {}, {"tunnel": "yes"}])
def test_a_gap_is_left_where_a_road_crosses(tmp_path: Path, reader: Any, more: Any) -> None:
    made = found(river(**more).write(tmp_path / "m.osm.pbf"), reader, 15)
    assert spans(made) == [(-3000, -15), (15, 3000)]
    assert made.crossings == pytest.approx(np.asarray([[EAST, NORTH]]), abs=0.1)
    assert made.metres == pytest.approx(5970, abs=1)


@pytest.mark.parametrize("more", [{"ford": "yes"}, {"highway": "footway"}, {"access": "private"}])
def test_fords_and_ways_no_car_may_use_are_no_crossing(tmp_path: Path, more: Any) -> None:
    m = river(**{"highway": "unclassified", **more})
    assert spans(found(m.write(tmp_path / "m.osm.pbf"), osm.by_osmium, 15)) == [(-3000, 3000)]


def test_the_reach_of_a_bridge_goes_on_beyond_the_end_of_a_way(tmp_path: Path) -> None:
    path = river(bridge="yes").write(tmp_path / "m.osm.pbf")
    assert spans(found(path, osm.by_osmium, 2000)) == [(-3000, -2000), (2000, 3000)]
    assert spans(found(path, osm.by_osmium, 5000)) == []


def test_it_goes_on_round_an_island_but_not_up_another_river(tmp_path: Path) -> None:
    m = Map(a=(-3000, 0), b=(0, 0), i=(500, 300), j=(500, -300), c=(1000, 0), d=(3000, 0),
            u=(0, 2000), n=(-500, 100), s=(-500, -100))  # fmt: skip
    for names in ("a b", "b i c", "b j c", "c d"):
        m.way(names, highway="", waterway="river", name="Water")
    m.way("u b", highway="", waterway="river", name="Beck").way("n s", bridge="yes")
    made = found(m.write(tmp_path / "m.osm.pbf"), osm.by_osmium, 2000)
    beck = [w for w in made.stretches if w.name == "Beck"]
    assert len(beck) == 1
    assert float(np.ptp(beck[0].points[:, 1])) == pytest.approx(2000, abs=1)
    main = [s for s in spans(made) if s != (0, 0)]
    assert main[0] == (-3000, -2500)
    assert main[1][0] == pytest.approx(1500 - (2 * np.hypot(500, 300) - 1000), abs=2)


def test_a_road_over_water_led_underground_is_a_crossing(tmp_path: Path) -> None:
    m = Map(a=(-3000, 0), b=(-20, 0), c=(20, 0), d=(3000, 0), n=(0, 400), s=(0, -400)).way("n s")
    m.way("a b", highway="", waterway="river", name="W").way("c d", "", waterway="river", name="W")
    m.way("b c", highway="", waterway="river", name="W", tunnel="culvert")
    made = found(m.write(tmp_path / "m.osm.pbf"), osm.by_osmium, 100)
    assert spans(made) == [(-3000, -120), (120, 3000)]


@pytest.mark.parametrize("reader", READERS)
def test_which_waters_bar_the_way(tmp_path: Path, reader: Any) -> None:
    m = Map(**{f"p{k}": (100.0 * k, 50.0 * k) for k in range(14)})
    for k, tags in enumerate((
        {"waterway": "river"}, {"waterway": "canal"}, {"waterway": "tidal_channel"},
        {"waterway": "stream", "tidal": "yes"}, {"natural": "coastline"}, {"waterway": "stream"},
        {"waterway": "ditch"},
    )):  # fmt: skip
        m.way(f"p{2 * k} p{2 * k + 1}", highway="", **tags)
    kinds = [w.kind for w in found(m.write(tmp_path / "m.osm.pbf"), reader, 15).stretches]
    assert sorted(kinds) == ["canal", "coastline", "river", "tidal", "tidal"]


def test_the_file_is_rfc_7946_and_read_again(tmp_path: Path) -> None:
    made = barriers_of(river(bridge="yes").write(tmp_path / "m.osm.pbf"), 15)
    file = tmp_path / "rivers.geojson"
    file.write_bytes(made.content)
    said = json.loads(made.content)
    assert said["type"] == "FeatureCollection"
    assert "crs" not in said
    assert said["grouping"]["attribution"] == "© OpenStreetMap contributors"
    for feature in said["features"]:
        points = np.asarray(feature["geometry"]["coordinates"])
        assert feature["type"] == "Feature"
        assert feature["geometry"]["type"] == "LineString"
        assert feature["bbox"] == [*points.min(axis=0), *points.max(axis=0)]
        assert feature["properties"]["name"] == "Water"
    read = read_barriers(file)
    assert read.warnings == ()
    east = np.asarray([0, 0, 500, 500], dtype=np.int64) + int(EAST)
    north = np.asarray([300, -300, 300, -300], dtype=np.int64) + int(NORTH)
    bars = crossed(east, north, read.segments)
    assert not bars[0, 1]  # over the bridge
    assert bars[2, 3]
    assert not bars[0, 2]


def test_a_map_without_water_is_refused(tmp_path: Path) -> None:
    path = Map(a=(0, 0), b=(MILE, 0)).way("a b").write(tmp_path / "m.osm.pbf")
    with pytest.raises(InputRefused, match="holds no river"):
        barriers_of(path)


# The tidal Yare from Surlingham to Breydon Water, by hand from a map: Reedham is on its north bank.
YARE = [
    (1.405, 52.612), (1.430, 52.603), (1.452, 52.596), (1.470, 52.587), (1.495, 52.580),
    (1.520, 52.570), (1.545, 52.560), (1.572, 52.5575), (1.590, 52.557), (1.605, 52.5625),
    (1.616, 52.5745), (1.631, 52.589), (1.650, 52.600), (1.690, 52.612), (1.720, 52.608),
]  # fmt: skip
REEDHAM, CANTLEY, FREETHORPE = 120844, 120797, 120808  # north of it
SOUTH = {"Hillside": 120982, "Loddon Infant": 121203, "Loddon Junior": 121192, "Thurlton": 144974}


def register() -> Path:
    path = Path(__file__).parents[2] / "shared/data/norfolk_gias_layout_reconstructed_2022-07.csv"
    if not path.exists():
        pytest.skip("the register of Norfolk is not here")
    return path


def test_the_yare_parts_reedham_from_the_schools_south_of_it(tmp_path: Path) -> None:
    """On the real register; without the barrier, straight lines join them within the limit."""
    from dataclasses import replace

    from grouping.files.gias import schools_from_gias
    from grouping.files.policies import read_policy
    from grouping.policy.survey import survey
    from grouping.world.journeys import NONE

    schools = schools_from_gias(register())
    file = tmp_path / "yare.geojson"
    line = {"type": "LineString", "coordinates": YARE}
    feature = {"type": "Feature", "geometry": line, "properties": {"name": "Yare"}}
    file.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    policy = read_policy("norfolk-2012", ['take_part.academies="as maintained"'])
    barred = replace(policy, barriers=read_barriers(file).segments)
    before, after = survey(schools, policy).county, survey(schools, barred).county
    place = {s.urn: k for k, s in enumerate(before.schools)}
    reedham = place[REEDHAM]
    for name, urn in SOUTH.items():
        other = place[urn]
        assert 0 < before.tenths[reedham, other] <= 300, name
        assert before.linked[reedham, other], name
        assert after.tenths[reedham, other] == NONE, name
        assert not after.linked[reedham, other], name
    for urn in (CANTLEY, FREETHORPE):
        assert after.tenths[reedham, place[urn]] == before.tenths[reedham, place[urn]] > 0
        assert after.linked[reedham, place[urn]]
