"""The gate: what a row must be, what comes out, and that the order of rows changes nothing."""

from __future__ import annotations

import pickle
import random
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import geopandas
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, MultiPoint, Point

from grouping.errors import InputRefused
from grouping.world import register
from grouping.world.schools import Row, Schools, check_rows

WANTED = {"urn": 120001, "name": "Elm Green", "roll": 61, "type": "Community school"}


def row(k: int = 0, point: tuple[float, float] | None = (1.0, 52.7), **changes: Any) -> Row:
    return Row(f"feature {k}", {**WANTED, "urn": 120001 + k, **changes}, point)


def test_a_row_with_everything_is_read_field_by_field() -> None:
    given = row(
        status=" open, but Proposed to close",
        phase="MIDDLE DEEMED PRIMARY",
        religious_character="church of england",
        diocese=" Diocese of Norwich ",
        local_authority=926,
        age_low=4,
        age_high="11",
        capacity="1,024",
        open_date="2019-09-01",
        sparsity_miles=Decimal("2.35"),
        income=Decimal("512345.67"),
        expenditure="498,000",
        head="Vacant",
        federation=Decimal("1992.0"),
        partnership=" North ",
        trust=2918,
        anything={"kept": [1, "x"]},
    )
    school = check_rows([given], "x.geojson", "ab").rows[0]
    assert school.status == "Open, but proposed to close"
    assert school.phase == "Middle deemed primary"
    assert school.religious_character == "Church of England"
    assert school.diocese == "Diocese of Norwich"
    assert school.local_authority == "926"
    assert (school.age_low, school.age_high, school.capacity) == (4, 11, 1024)
    assert school.open_date == date(2019, 9, 1)
    assert school.sparsity_miles == Fraction(47, 20)
    assert school.income == Fraction(51234567, 100)
    assert school.expenditure == 498_000
    assert school.head == "vacant"
    assert (school.federation, school.partnership, school.trust) == ("1992", "North", "2918")
    assert school.properties["anything"] == {"kept": [1, "x"]}


def test_what_is_not_given_is_unknown_never_zero() -> None:
    school = check_rows([row()], "x").rows[0]
    assert (school.status, school.phase, school.head) == ("Open", "Primary", "unknown")
    for name in ("income", "expenditure", "capacity", "age_low", "sparsity_miles", "federation"):
        assert getattr(school, name) is None


def test_schools_come_out_by_urn_whatever_the_order_of_rows() -> None:
    rows = [row(k, (0.5 + k / 100, 52.5)) for k in range(20)]
    shuffled = rows.copy()
    random.Random(5).shuffle(shuffled)
    one, other = check_rows(rows, "x"), check_rows(shuffled, "x")
    assert one.rows == other.rows
    assert list(one.urns) == sorted(one.urns)


def test_columns_are_whole_numbers_kept_and_not_writeable() -> None:
    schools = check_rows([row(1, roll=7), row(0)], "x")
    assert schools.urns.tolist() == [120001, 120002]
    assert schools.rolls.tolist() == [61, 7]
    assert schools.urns is schools.urns
    assert {c.dtype for c in (schools.eastings, schools.northings, schools.rolls)} == {
        np.dtype(np.int64)
    }
    with pytest.raises(ValueError, match="read-only"):
        schools.rolls[0] = 1
    assert schools.index_of(120002) == 1
    assert schools.has(120001)
    assert not schools.has(999999)
    with pytest.raises(KeyError):
        schools.index_of(999999)
    assert len(schools) == 2


def test_schools_can_be_sent_to_another_process() -> None:
    schools = check_rows([row()], "x")
    assert schools.urns.size == 1
    assert pickle.loads(pickle.dumps(schools)) == schools


@pytest.mark.parametrize("name", ["Weybourne", "na", "Community  school", "academy"])
def test_an_unknown_type_is_refused(name: str) -> None:
    with pytest.raises(InputRefused, match="not a known type"):
        check_rows([row(type=name)], "x")


@pytest.mark.parametrize("name", list(register.KNOWN_TYPES.values()))
def test_every_type_of_the_register_is_known_whatever_its_case(name: str) -> None:
    assert check_rows([row(type=f" {name.upper()} ")], "x").rows[0].type == name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("capacity", -1),
        ("age_low", "four"),
        ("income", -5),
        ("income", Decimal("1e999999")),
        ("income", Decimal("1e-999999")),
        ("sparsity_miles", "2 miles"),
        ("open_date", 20190901),
        ("religious_character", 3),
        ("local_authority", ["Norfolk"]),
        ("federation", True),
        ("trust", {}),
        ("name", 7),
        ("type", None),
    ],
)
def test_a_field_that_is_not_what_it_must_be_is_named(name: str, value: object) -> None:
    with pytest.raises(InputRefused) as caught:
        check_rows([row(**{name: value})], "x.geojson")
    (fault,) = caught.value.faults
    assert (fault.file, fault.place, fault.urn, fault.field) == (
        "x.geojson",
        "feature 0",
        120001,
        name,
    )
    assert fault.what
    assert fault.do


@pytest.mark.parametrize(
    ("longitude", "latitude"), [(-8.7, 49.8), (1.8, 60.9), (-8.7, 60.9), (1.8, 49.8)]
)
def test_the_corners_of_great_britain_are_inside(longitude: float, latitude: float) -> None:
    assert len(check_rows([row(point=(longitude, latitude))], "x")) == 1


@pytest.mark.parametrize("point", [(-8.7001, 52.0), (1.8001, 52.0), (0.0, 49.7999), (0.0, 60.9001)])
def test_just_beyond_them_is_outside(point: tuple[float, float]) -> None:
    with pytest.raises(InputRefused, match="outside Great Britain"):
        check_rows([row(point=point)], "x")


def frame(crs: Any = 4326, **columns: Any) -> geopandas.GeoDataFrame:
    places = columns.pop("geometry", [Point(1.0, 52.7), Point(1.1, 52.8)])
    given = {
        "urn": [120001.0, 120002.0],
        "name": ["Elm", "Oak"],
        "roll": [61.0, 40.0],
        "type": ["Community school"] * 2,
    }
    return geopandas.GeoDataFrame({**given, **columns}, geometry=places, crs=crs)


def test_a_geodataframe_reads_nan_as_absent_and_whole_floats_as_whole() -> None:
    gdf = frame(
        capacity=[70.0, float("nan")],
        head=["vacant", None],
        income=[1000.5, float("nan")],
        open_date=pd.to_datetime(["2019-09-01", None]),
        federation=[1992.0, float("nan")],
        phase=pd.array(["Primary", pd.NA], dtype="string"),
    )
    one, two = Schools.from_geodataframe(gdf).rows
    assert (one.urn, one.roll, one.capacity, one.head) == (120001, 61, 70, "vacant")
    assert one.income == Fraction(2001, 2)
    assert one.open_date == date(2019, 9, 1)
    assert one.federation == "1992"
    assert (two.capacity, two.income, two.open_date, two.federation) == (None,) * 4
    assert two.head == "unknown"


def test_a_geodataframe_on_the_national_grid_keeps_its_metres() -> None:
    gdf = frame(27700, geometry=[Point(622330, 318997), Point(585268, 321592)])
    schools = Schools.from_geodataframe(gdf)
    assert schools.eastings.tolist() == [622330, 585268]
    assert schools.northings.tolist() == [318997, 321592]


def test_a_geodataframe_in_another_system_is_brought_to_wgs84() -> None:
    there = Schools.from_geodataframe(frame())
    back = Schools.from_geodataframe(frame().to_crs(3857))
    assert np.abs(there.eastings - back.eastings).max() <= 1


@pytest.mark.parametrize(
    ("gdf", "words"),
    [
        (frame(None), "does not say its reference system"),
        (frame(geometry=[Point(1, 52.7), None]), "is not a point"),
        (frame(geometry=[Point(1, 52.7), Point()]), "is not a point"),
        (frame(geometry=[Point(1, 52.7), LineString([(1, 52), (1, 53)])]), "is not a point"),
        (frame(27700, geometry=[Point(1, 52.7), Point(1.1, 52.8)]), "outside Great Britain"),
        (frame(27700, geometry=[Point(9e6, 9e6), Point(622330, 318997)]), "outside Great"),
        (frame(urn=[120001, None]), "row 1"),
        (frame(roll=[60.5, 40]), "60.5"),
        (pd.DataFrame({"urn": [1]}), "not a GeoDataFrame"),
    ],
)
def test_a_geodataframe_that_cannot_be_read_is_refused(gdf: Any, words: str) -> None:
    with pytest.raises(InputRefused) as caught:
        Schools.from_geodataframe(gdf)
    assert words in str(caught.value)


def test_a_multipoint_of_one_point_is_a_point() -> None:
    gdf = frame(geometry=[Point(1, 52.7), MultiPoint([(1.1, 52.8)])])
    assert Schools.from_geodataframe(gdf).rows[1].longitude == 1.1
