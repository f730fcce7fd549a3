"""Journeys by road through the command line: plans, tables and barriers, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from a_map import Map, schools_geojson
from grouping import check
from grouping.cli import app
from grouping.errors import GroupingError
from grouping.files import cache
from test_server import Osrm, osrm  # noqa: F401  the fixture

pytest.importorskip("osmium")
CREDIT = "© OpenStreetMap contributors"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two pairs of schools, a river between them and one bridge far off."""
    monkeypatch.setattr(cache, "folder", lambda: tmp_path / "cache")
    monkeypatch.chdir(tmp_path)
    points = {100_001: (0.0, 500.0), 100_002: (2000.0, 500.0), 100_003: (0.0, -500.0),
              100_004: (2000.0, -500.0), 100_005: (1000.0, 9000.0)}  # fmt: skip
    Path("s.geojson").write_text(json.dumps(schools_geojson(points)))
    m = Map(a=(0, 500), b=(2000, 500), c=(0, -500), d=(2000, -500), e=(12_000, 500),
            f=(12_000, -500), w=(-3000, 0), x=(15_000, 0), i=(1000, 9100), j=(1100, 9200),
            )  # fmt: skip
    m.way("a b e").way("c d f").way("e f", bridge="yes").way("i j")
    m.way("w x", highway="", waterway="river", name="Yare").write(tmp_path / "m.osm.pbf")
    return tmp_path


def run(*line: str) -> Any:
    """Run the command line; an error of the family ends in its exit code, as in `main`."""
    told = CliRunner().invoke(app, list(line))
    error = told.exception
    code = error.exit_code if isinstance(error, GroupingError) else told.exit_code
    return code, told.output + (str(error) if isinstance(error, GroupingError) else "")


def test_a_plan_by_road_says_so_everywhere_and_is_valid(here: Path) -> None:
    code, said = run("propose", "s.geojson", "--journeys", "m.osm.pbf", "-o", "plan")
    assert code == 0, said
    assert "(c) OpenStreetMap contributors" in said
    assert "no road within 2,000 m of 1 schools" in said
    plan = json.loads(Path("plan/plan.json").read_text())
    assert plan["run"]["journey_source"] == "road"
    assert plan["run"]["attribution"] == CREDIT
    assert plan["run"]["journeys"]["schools_without_road"] == [100_005]
    assert any("100005" in warning for warning in plan["run"]["warnings"])
    assert plan["run"]["inputs"]["journeys"]["file"] == "m.osm.pbf"
    assert [f["key"] for f in plan["federations"]] == ["100001-100002", "100003-100004"]
    assert {f["journey_source"] for f in plan["federations"]} == {"road"}
    for name in ("federations", "schools", "links"):
        made = json.loads(Path(f"plan/{name}.geojson").read_text())
        assert made["grouping"]["attribution"] == CREDIT
    assert CREDIT in Path("plan/fields.csv").read_text(encoding="utf-8-sig")
    assert Path("plan/journeys.csv").exists()
    assert not check.check(Path("s.geojson"), Path("plan")).faults
    assert run("check", "s.geojson", "plan") == (0, run("check", "s.geojson", "plan")[1])


def test_a_tampered_record_is_refuted(here: Path) -> None:
    run("propose", "s.geojson", "--journeys", "m.osm.pbf", "-o", "plan")
    record = Path("plan/journeys.csv")
    record.write_bytes(record.read_bytes().replace(b"2.8", b"3.8"))
    assert check.check(Path("s.geojson"), Path("plan")).faults


def test_the_straight_line_plan_differs_and_the_rivers_mend_it(here: Path) -> None:
    """Straight lines join schools across the water; with its own river as a barrier, none."""
    run("propose", "s.geojson", "-o", "straight")
    straight = json.loads(Path("straight/plan.json").read_text())
    assert "attribution" not in straight["run"]
    code, said = run("barriers", "m.osm.pbf", "-o", "rivers.geojson")
    assert (code, "1 crossings" in said) == (0, True)
    setting = 'neighbours.barriers="rivers.geojson"'
    assert run("propose", "s.geojson", "--set", setting, "-o", "barred")[0] == 0
    barred = json.loads(Path("barred/plan.json").read_text())
    north, south = {100_001, 100_002, 100_005}, {100_003, 100_004}
    assert any(north & set(f["schools"]) and south & set(f["schools"])
               for f in straight["federations"])  # fmt: skip
    assert all(set(f["schools"]) <= north or set(f["schools"]) <= south
               for f in barred["federations"])  # fmt: skip
    assert CREDIT in Path("barred/barriers.geojson").read_text()


def test_a_matrix_saved_edited_and_used(here: Path) -> None:
    code, said = run("journeys", "s.geojson", "--roads", "m.osm.pbf", "-o", "out/j.csv")
    assert code == 0, said
    assert "6 journeys between 5 schools" in said
    assert "4 pairs: 1 schools have no road" in said
    about = json.loads(Path("out/j-about.json").read_text())
    assert about["metres_to_road"]["100001"] == 0
    edited = Path("out/j.csv")
    edited.write_bytes(edited.read_bytes().replace(b"100001,100002,2.8", b"100001,100002,9.9"))
    assert run("propose", "s.geojson", "--journeys", "out/j.csv", "-o", "plan")[0] == 0
    assert "100001,100002,9.9" in Path("plan/journeys.csv").read_text()
    assert run("check", "s.geojson", "plan", "--journeys", "out/j.csv")[0] == 0
    code, said = run(
        "journeys", "s.geojson", "--roads", "m.osm.pbf", "--at-most", "5", "-o", "k.csv"
    )
    assert "4 pairs are further than 5 minutes" in said


def test_a_cached_and_a_fresh_run_give_the_same(here: Path) -> None:
    made = []
    for more in ([], [], ["--no-cache"]):
        line = ["journeys", "s.geojson", "--roads", "m.osm.pbf", "-o", "j.csv", *more]
        assert run(*line)[0] == 0
        made.append((Path("j.csv").read_bytes(), Path("j-about.json").read_bytes()))
    assert made[0] == made[1] == made[2]


@pytest.mark.enable_socket
def test_a_plan_by_a_server(here: Path, osrm: Osrm) -> None:  # noqa: F811
    code, said = run("propose", "s.geojson", "--journeys", osrm.url, "-o", "plan")
    assert code == 0, said
    plan = json.loads(Path("plan/plan.json").read_text())
    assert plan["run"]["journey_source"] == "road"
    assert plan["run"]["inputs"]["journeys"]["file"] == f"{osrm.url}/table/v1/driving"
    assert not check.check(Path("s.geojson"), Path("plan")).faults
    code, said = run("journeys", "s.geojson", "--server", osrm.url, "-o", "j.csv")
    assert (code, "10 journeys between 5 schools" in said) == (0, True)


BAD = (
    (3, "propose s.geojson --journeys none.osm.pbf -o out"),
    (3, "propose s.geojson --journeys s.geojson.pbf -o out"),
    (3, "propose s.geojson --journeys map.osm -o out"),
    (3, "propose s.geojson --journeys ftp://somewhere -o out"),
    (2, "check s.geojson plan --journeys m.osm.pbf"),
    (2, "check s.geojson plan --journeys http://127.0.0.1:9"),
    (2, "journeys s.geojson -o out/j.csv"),
    (2, "journeys s.geojson --roads m.osm.pbf --server http://x -o out/j.csv"),
    (2, "journeys s.geojson --server http://x --at-most 5 -o out/j.csv"),
    (2, "journeys s.geojson --roads m.osm.pbf --at-most 0 -o out/j.csv"),
    (3, "journeys s.geojson --roads s.geojson -o out/j.csv"),
    (3, "journeys none.geojson --roads m.osm.pbf -o out/j.csv"),
    (7, "journeys s.geojson --roads m.osm.pbf -o m.osm.pbf"),
    (7, "journeys s.geojson --roads m.osm.pbf -o s.geojson"),
    (3, "barriers s.geojson -o out/r.geojson"),
    (3, "barriers https://example.org/m.osm.pbf -o out/r.geojson"),
    (7, "barriers m.osm.pbf -o m.osm.pbf"),
    (2, "barriers m.osm.pbf --reach -1 -o out/r.geojson"),
)


@pytest.mark.parametrize(("code", "line"), BAD)
def test_what_is_refused_writes_nothing(here: Path, code: int, line: str) -> None:
    Path("map.osm").write_text("<?xml version='1.0'?><osm/>")
    before = {p.name: p.read_bytes() for p in here.iterdir() if p.is_file()}
    found, said = run(*line.split())
    assert found == code, said
    assert {p.name: p.read_bytes() for p in here.iterdir() if p.is_file()} == before
    assert not Path("out").exists()
