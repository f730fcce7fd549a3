"""`grouping sweep`: what it writes and says, and how it ends where something is wrong."""

from __future__ import annotations

import csv
import json
import random
import sys
from pathlib import Path
from typing import Any

import pytest

from a_map import Map, schools_geojson
from command_line import Run, save
from executors import Here
from grouping.files import cache, workers
from grouping.questions import sweep as room
from villages import random_rows

GRID = """
[grid]
"terms.journey.weight" = [10, 20]
"take_part.existing" = ["keep", "free"]

[[scenario]]
"limits.federations.at_least" = 9
[[scenario]]
"terms.journey.weight" = -1
"""


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Solve in this very process, as processes of their own take seconds to start."""

    def of_this_process(shipment: Any, number: int | None = None) -> workers.Given:
        return workers.Given(Here(), shipment, number or 1)

    monkeypatch.setattr(workers, "OwnProcesses", of_this_process)


@pytest.fixture
def grid(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir(exist_ok=True)
    path = tmp_path / "in" / "grid.toml"
    path.write_text(GRID, encoding="utf-8")
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_sweep_is_written_and_said(
    run: Run,
    village_file: str,
    grid: Path,
    tmp_path: Path,
) -> None:
    """With processes of its own: rows in the order of the grid, and every column told."""
    out = tmp_path / "out"
    code, said, err = run("sweep", village_file, "--grid", grid, "-o", out, "--workers", 2)
    assert code == 0, err
    assert said.splitlines()[0] == "6 scenarios: 4 optimal, 1 infeasible, 1 refused."
    assert "candidates for discussion" in said
    assert "at least 9 federations in the plan" in said
    assert err.splitlines()[-1] == "6 of 6 scenarios"
    assert {p.name for p in out.iterdir()} == {
        "sweep.json", "rows.jsonl", "scenarios.csv", "pairs.csv", "seconds.csv", "fields.csv",
    }  # fmt: skip
    rows = read(out / "scenarios.csv")
    assert [(r["terms.journey.weight"], r["take_part.existing"], r["status"]) for r in rows] == [
        ("10", "keep", "optimal"), ("10", "free", "optimal"),
        ("20", "keep", "optimal"), ("20", "free", "optimal"),
        ("", "", "infeasible"), ("-1", "", "refused"),
    ]  # fmt: skip
    assert rows[0]["plan"] == "120001-120002-120003"
    assert (rows[0]["federations"], rows[0]["schools_alone"]) == ("1", "2")
    assert rows[0]["urgent_alone"] == rows[0]["urgent_alone_bound"] == "1"
    assert rows[4]["federations"] == rows[4]["cost"] == ""
    pairs = read(out / "pairs.csv")
    assert [(p["from_urn"], p["to_urn"], p["scenarios"], p["share"]) for p in pairs] == [
        ("120001", "120002", "4", "1.0"),
        ("120001", "120003", "4", "1.0"),
        ("120002", "120003", "4", "1.0"),
    ]
    told = {(one["file"], one["name"]) for one in read(out / "fields.csv")}
    for name in ("scenarios.csv", "pairs.csv", "seconds.csv"):
        assert {n for f, n in told if f == name} == set(read(out / name)[0])
    assert [one["key"] for one in read(out / "seconds.csv")] == [one["key"] for one in rows]
    about = json.loads((out / "sweep.json").read_text(encoding="utf-8"))
    assert about["standing"] == "candidate for discussion"
    assert {"schools", "policy", "grid"} <= set(about["inputs"])


@pytest.mark.usefixtures("here")
def test_given_again_it_solves_nothing_again(
    run: Run,
    village_file: str,
    grid: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    words = ("sweep", village_file, "--grid", grid, "-o", tmp_path / "out")
    assert run(*words)[0] == 0
    before = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()}
    monkeypatch.delattr(room, "_plan")
    code, said, _ = run(*words)
    assert (code, "6 of them were there before" in said) == (0, True)
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == before


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("text", "more", "code", "said"),
    [
        ("[grid]\na = 1", (), 3, "grid.toml, grid, a"),
        ("[grid", (), 3, "is not TOML"),
        ('[grid]\n"terms.jurney.weight" = [1]', (), 4, 'Did you mean "journey"?'),
        (GRID, ("--set", "terms.jurney.weight=1"), 4, 'Did you mean "journey"?'),
        (GRID, ("--set", "terms.journey.weight"), 2, "key=value"),
        (GRID, ("--policy", "norfolk-2021"), 4, "norfolk-2012"),
        (GRID, ("--journeys", "none.csv"), 3, "none.csv"),
        ('[grid]\n"neighbours.barriers" = ["none.geojson"]', (), 3, "none.geojson"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_written(
    text: str, more: tuple[str, ...], code: int, said: str,
    run: Run, village_file: str, grid: Path, tmp_path: Path,
) -> None:  # fmt: skip
    grid.write_text(text, encoding="utf-8")
    ended, _, err = run("sweep", village_file, "--grid", grid, "-o", tmp_path / "out", *more)
    assert (ended, said in err) == (code, True), err
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("here")
def test_a_folder_of_another_sweep_ends_in_7(
    run: Run,
    village_file: str,
    grid: Path,
    tmp_path: Path,
) -> None:
    words = ("sweep", village_file, "--grid", grid, "-o", tmp_path / "out")
    assert run(*words)[0] == 0
    before = {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()}
    code, _, err = run(*words, "--set", "terms.size=false")
    assert (code, "another sweep: not the same policy" in err) == (7, True)
    code, _, err = run(*words, "--time-limit", 60)
    assert (code, "not the same time limit" in err) == (7, True)
    assert {p.name: p.read_bytes() for p in (tmp_path / "out").iterdir()} == before
    code, _, err = run("sweep", village_file, "--grid", grid, "-o", grid)
    assert (code, "folder is needed" in err) == (7, True)


@pytest.mark.usefixtures("here")
def test_rows_that_failed_end_in_70_and_are_tried_again(
    run: Run,
    village_file: str,
    grid: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def breaks(*args: Any, **kw: Any) -> None:
        raise ZeroDivisionError("oh")

    words = ("sweep", village_file, "--grid", grid, "-o", tmp_path / "out")
    with monkeypatch.context() as broken:
        broken.setattr(room, "_plan", breaks)
        code, said, _ = run(*words)
    assert code == 70
    assert "5 failed, 1 refused" in said
    assert "5 x our fault: ZeroDivisionError: oh" in said
    code, said, _ = run(*words)
    assert (code, "4 optimal" in said, "1 of them were there before" in said) == (0, True, True)


@pytest.mark.usefixtures("here")
def test_an_empty_grid_is_the_policy_as_it_stands(
    run: Run,
    village_file: str,
    grid: Path,
    tmp_path: Path,
) -> None:
    grid.write_text("[grid]\n", encoding="utf-8")
    assert run("propose", village_file, "-o", tmp_path / "plan")[0] == 0
    assert run("sweep", village_file, "--grid", grid, "-o", tmp_path / "out")[0] == 0
    rows = read(tmp_path / "out" / "scenarios.csv")
    plan = json.loads((tmp_path / "plan" / "plan.json").read_text(encoding="utf-8"))
    assert [one["plan"] for one in rows] == [" ".join(f["key"] for f in plan["federations"])]


@pytest.mark.usefixtures("here")
def test_scenarios_that_stand_twice_are_told(
    run: Run,
    village_file: str,
    grid: Path,
    tmp_path: Path,
) -> None:
    grid.write_text("[grid]\nroll_change = [0]\n[[scenario]]\nroll_change = '0%'", "utf-8")
    code, said, err = run("sweep", village_file, "--grid", grid, "-o", tmp_path / "out")
    assert (code, said.splitlines()[0]) == (0, "2 scenarios: 2 optimal.")
    assert "scenarios that stand twice, and are solved once: 1" in err


@pytest.mark.usefixtures("here")
def test_a_bar_is_shown_where_somebody_is_looking(
    run: Run,
    village_file: str,
    grid: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    code, _, err = run("sweep", village_file, "--grid", grid, "-o", tmp_path / "out")
    assert code == 0
    assert "6/6" in err


@pytest.mark.usefixtures("here")
def test_journeys_of_every_kind_serve_every_scenario(
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By a map and by a table: the plans are those of `propose` with the same settings.

    One scenario looks further than the policy, one lets academies in: the map is searched for all.
    """
    pytest.importorskip("osmium")
    monkeypatch.setattr(cache, "folder", lambda: tmp_path / "cache")
    monkeypatch.chdir(tmp_path)
    line = {100_001 + k: (-30_000.0 * k, 0.0) for k in range(5)}
    collection = schools_geojson(line)
    collection["features"][1]["properties"]["type"] = "Academy converter"
    Path("s.geojson").write_text(json.dumps(collection), encoding="utf-8")
    m = Map(**{f"p{k}": place for k, place in enumerate(line.values())})
    m.way(" ".join(m.points), "primary").write(tmp_path / "m.osm.pbf")
    far = {"rules.longest_journey.at_most": 200, "neighbours.link_at_most": 200}
    scenarios: list[dict[str, Any]] = [
        {},
        {"rules.longest_journey.at_most": 60, "neighbours.link_at_most": 60},
        far,
        far | {"take_part.academies": "as maintained"},
    ]
    Path("grid.toml").write_text(
        "\n".join(
            "[[scenario]]\n" + "\n".join(f'"{k}" = {json.dumps(v)}' for k, v in one.items())
            for one in scenarios
        ),
        encoding="utf-8",
    )
    code, said, err = run(
        "sweep", "s.geojson", "--grid", "grid.toml", "-o", "out", "--journeys", "m.osm.pbf"
    )
    assert code == 0, err
    assert "OpenStreetMap contributors" in said
    rows = read(Path("out/scenarios.csv"))
    for k, (one, found) in enumerate(zip(scenarios, rows, strict=True)):
        words = [w for key, value in one.items() for w in ("--set", f"{key}={value}")]
        assert run("propose", "s.geojson", "-o", f"p{k}", "--journeys", "m.osm.pbf", *words)[0] == 0
        plan = json.loads(Path(f"p{k}/plan.json").read_text(encoding="utf-8"))
        assert found["plan"] == " ".join(f["key"] for f in plan["federations"])
        assert found["cost"] == str(plan["objective"][-1]["value"])
    assert len({found["plan"] for found in rows}) >= 3
    table = "p3/journeys.csv"
    code, _, err = run(
        "sweep", "s.geojson", "--grid", "grid.toml", "-o", "out2", "--journeys", table
    )
    assert code == 0, err
    again = read(Path("out2/scenarios.csv"))
    assert [one["plan"] for one in again] == [one["plan"] for one in rows]
    assert again[0]["key"] != rows[0]["key"]


@pytest.mark.usefixtures("here")
def test_settings_and_paths_of_a_grid_start_where_they_should(
    run: Run,
    village_file: str,
    grid: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A path in a grid is beside the grid, one in `--set` beside nobody: in the current folder."""
    edges = "from_urn,to_urn\n120001,120002\n"
    (grid.parent / "near.csv").write_text(edges, encoding="utf-8")
    (tmp_path / "mine.csv").write_text(edges.replace("120002", "120003"), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    grid.write_text(
        '[grid]\n"neighbours.edges" = ["near.csv", "../mine.csv"]\n[[scenario]]', "utf-8"
    )
    words = ("--set", "neighbours.kind=edges", "--set", "neighbours.edges=mine.csv")
    code, _, err = run("sweep", village_file, "--grid", grid, "-o", "out", *words)
    assert code == 0, err
    rows = read(Path("out/scenarios.csv"))
    assert [one["plan"] for one in rows] == ["120001-120002", "120001-120003", "120001-120003"]


def test_help_names_every_option(run: Run) -> None:
    code, said, _ = run("sweep", "--help")
    assert code == 0
    for option in ("--grid", "--output", "--workers", "--cluster", "--time-limit", "--set"):
        assert option in said


@pytest.mark.usefixtures("here")
def test_the_schools_may_be_of_many_kinds(
    run: Run,
    grid: Path,
    tmp_path: Path,
) -> None:
    """Random schools, with gaps of every kind: every scenario is a row."""
    schools = save(tmp_path / "schools.geojson", *random_rows(random.Random(5), 10))
    code, said, err = run("sweep", schools, "--grid", grid, "-o", tmp_path / "out")
    assert (code, said.startswith("6 scenarios")) == (0, True), err
