"""What tags mean to a car."""

from __future__ import annotations

import pytest

from grouping.files.travel import road_speeds
from grouping.world.ways import RURAL, TOWN, VILLAGE, directions, drivable, limit_of, speed

SPEEDS = road_speeds()


@pytest.mark.parametrize(
    ("text", "mph"),
    [
        ("30 mph", 30), ("30mph", 30), ("50", 31.07), ("50 km/h", 31.07), ("80 kmh", 49.71),
        ("national", 60), ("GB:nsl_single", 60), ("gb:nsl_dual", 70), ("GB:motorway", 70),
        ("none", 70), ("30 mph;20 mph", 20), ("signals", None), ("", None), (None, None),
        ("0", None), ("999 mph", None), ("fast", None), ("12.5 mph", 12.5),
    ],
)  # fmt: skip
def test_a_posted_limit_is_read_in_mph(text: str | None, mph: float | None) -> None:
    assert limit_of(text, SPEEDS.words) == (mph if mph is None else pytest.approx(mph, abs=0.01))


@pytest.mark.parametrize(
    ("tags", "both"),
    [
        ({}, (True, True)),
        ({"oneway": "yes"}, (True, False)),
        ({"oneway": "-1"}, (False, True)),
        ({"oneway": "reverse"}, (False, True)),
        ({"junction": "roundabout"}, (True, False)),
        ({"junction": "circular"}, (True, False)),
        ({"junction": "roundabout", "oneway": "-1"}, (False, True)),
        ({"highway": "motorway"}, (True, False)),
        ({"highway": "motorway", "oneway": "no"}, (True, True)),
        ({"oneway": "alternating"}, (True, True)),
    ],
)
def test_one_ways(tags: dict[str, str], both: tuple[bool, bool]) -> None:
    assert directions(tags) == both


@pytest.mark.parametrize(
    ("tags", "may"),
    [
        ({"highway": "residential"}, True),
        ({"highway": "footway"}, False),
        ({"highway": "track"}, False),
        ({"route": "ferry"}, False),
        ({"route": "ferry", "highway": "primary"}, False),
        ({"highway": "service", "area": "yes"}, False),
        ({"highway": "service", "access": "private"}, False),
        ({"highway": "service", "access": "private", "motor_vehicle": "permissive"}, True),
        ({"highway": "unclassified", "motor_vehicle": "no"}, False),
        ({"highway": "unclassified", "access": "no", "motorcar": "yes"}, True),
        ({"highway": "unclassified", "motor_vehicle": "agricultural;forestry"}, False),
        ({"highway": "unclassified", "motor_vehicle": "agricultural;destination"}, True),
        ({"highway": "primary", "oneway": "reversible"}, False),
        ({"highway": "construction"}, False),
    ],
)
def test_where_a_car_may_drive(tags: dict[str, str], may: bool) -> None:
    assert drivable(tags, SPEEDS) is may


def test_a_limit_can_only_lower_the_average_of_a_road() -> None:
    """A lane with the national limit is no faster than a lane; a 20 mph street is slower."""
    lane = {"highway": "unclassified"}
    assert speed(lane, None, RURAL, SPEEDS) == speed(lane, 60, RURAL, SPEEDS) == 27
    assert speed(lane, 20, VILLAGE, SPEEDS) == pytest.approx(17)
    a_road = {"highway": "primary"}
    assert [speed(a_road, None, place, SPEEDS) for place in (RURAL, VILLAGE, TOWN)] == [42, 22, 17]
    assert speed(a_road, 40, RURAL, SPEEDS) == pytest.approx(34)


def test_a_fast_one_way_a_road_is_a_dual_carriageway() -> None:
    dual = {"highway": "trunk", "oneway": "yes"}
    assert speed(dual, 70, RURAL, SPEEDS) == speed(dual, None, RURAL, SPEEDS) == 55
    assert speed(dual, 60, RURAL, SPEEDS) == pytest.approx(51)
    assert speed(dual, 30, TOWN, SPEEDS) == 17
    assert speed({**dual, "junction": "roundabout"}, None, RURAL, SPEEDS) == 42
