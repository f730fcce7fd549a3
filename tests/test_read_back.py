"""The maps as a map person opens them: read back by geopandas, the same schools and federations."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas
import pytest
import shapely

import grouping
from grouping import check
from grouping.files.exports import write_plan

MODEL = Path(__file__).parents[1] / "data" / "schools.geojson"


@pytest.fixture(scope="module")
def plan() -> grouping.Plan:
    settings = ["take_part.existing=free", "rules.schools.at_most=3"]
    policy = grouping.read_policy("norfolk-2012", settings)
    return grouping.propose(grouping.read_schools(MODEL), policy)


@pytest.fixture(scope="module")
def folder(plan: grouping.Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("plan") / "out"
    write_plan(plan, out, schools_path=MODEL)
    return out


def test_the_same_schools_and_federations(plan: grouping.Plan, folder: Path) -> None:
    """What geopandas reads is what the plan holds, school by school."""
    schools = geopandas.read_file(folder / "schools.geojson")
    federations = geopandas.read_file(folder / "federations.geojson")
    assert schools.crs == 4326
    assert sorted(schools["urn"]) == [s.urn for s in plan.survey.schools.rows]
    held = schools.dropna(subset="plan_federation").groupby("plan_federation")["urn"].agg(sorted)
    assert tuple(map(tuple, held)) == plan.groups
    read = [tuple(map(int, text.split(","))) for text in federations["schools"]]
    assert tuple(read) == plan.groups
    assert set(federations.geom_type) == {"Polygon"}
    assert federations.geometry.is_valid.all()


def test_hulls_hold_their_members(folder: Path) -> None:
    """Every member lies well inside its federation's hull."""
    schools = geopandas.read_file(folder / "schools.geojson").to_crs(27700)
    hulls = geopandas.read_file(folder / "federations.geojson").to_crs(27700)
    shapes = dict(zip(hulls["plan_federation"], hulls.geometry, strict=True))
    for urn, federation, point in zip(
        schools["urn"], schools["plan_federation"], schools.geometry, strict=True
    ):
        if isinstance(federation, str):
            assert shapes[federation].contains(point.buffer(450)), urn


@pytest.mark.parametrize("name", ["schools", "federations", "links"])
def test_rfc_7946(folder: Path, name: str) -> None:
    """No crs, rings counter-clockwise, boxes right, flat typed properties, ids all different."""
    document = json.loads((folder / f"{name}.geojson").read_text(encoding="utf-8"))
    assert document["type"] == "FeatureCollection"
    assert "crs" not in document
    boxes = [feature["bbox"] for feature in document["features"]]
    lows, highs = [b[:2] for b in boxes], [b[2:] for b in boxes]
    whole = [min(x) for x in zip(*lows, strict=True)] + [max(x) for x in zip(*highs, strict=True)]
    assert document["bbox"] == whole
    assert len({feature["id"] for feature in document["features"]}) == len(boxes)
    for feature in document["features"]:
        shape = shapely.geometry.shape(feature["geometry"])
        assert list(shape.bounds) == feature["bbox"]
        assert -180 <= shape.bounds[0] <= 180
        if shape.geom_type == "Polygon":
            assert shape.exterior.is_ccw
        assert not any(isinstance(v, list | dict) for v in feature["properties"].values())
        assert feature["properties"]["standing"] == "candidate for discussion"


def test_nothing_of_an_earlier_plan_is_left(plan: grouping.Plan, tmp_path: Path) -> None:
    """A plan by file, then one by straight lines into the same folder: its journeys are gone."""
    schools = grouping.read_schools(MODEL)
    urns = [s.urn for s in plan.county.schools]
    minutes = plan.county.tenths / 10
    policy = grouping.read_policy("shared-business-manager")
    by_file = grouping.propose(schools, policy, grouping.from_matrix(urns, minutes))
    out = tmp_path / "out"
    write_plan(by_file, out, schools_path=MODEL)
    assert (out / "journeys.csv").exists()
    (out / "my notes.txt").write_text("kept")
    write_plan(grouping.propose(schools, policy), out, schools_path=MODEL)
    assert not (out / "journeys.csv").exists()
    assert (out / "my notes.txt").exists()
    assert not check.check(MODEL, out).faults
