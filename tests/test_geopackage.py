"""The GeoPackage: layers, fields, colours and the styles QGIS finds in it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import networkx as nx
import pytest
import shapely

import grouping
from grouping.answers.sketch import COLOURS, shades
from villages import policy_of, row, schools_of

if TYPE_CHECKING:
    from grouping.world.schools import Schools

gpd = pytest.importorskip("geopandas")
LAYERS = ["barriers", "federations", "links", "neighbours", "schools"]


def read(folder: Path, layer: str) -> Any:
    """Read a layer as GIS software does."""
    return gpd.read_file(folder / "proposals.gpkg", layer=layer)


def ask(folder: Path, question: str) -> list[tuple[Any, ...]]:
    """Ask the file in SQL."""
    with closing(sqlite3.connect(folder / "proposals.gpkg")) as base:
        return base.execute(question).fetchall()


@pytest.fixture
def folder(village: Schools, tmp_path: Path) -> Path:
    """The village's plan and its GeoPackage."""
    grouping.write_plan(grouping.propose(village, policy_of()), tmp_path)
    grouping.export(tmp_path, ["gpkg"])
    return tmp_path


def test_it_is_version_1_2_on_the_national_grid_with_a_style_a_layer(folder: Path) -> None:
    assert ask(folder, "PRAGMA user_version") == [(10200,)]
    rows = ask(folder, "SELECT table_name, data_type, srs_id FROM gpkg_contents ORDER BY 1")
    assert [r for r in rows if r[1] == "features"] == [(n, "features", 27700) for n in LAYERS]
    assert ("layer_styles", "attributes", 0) in rows
    styles = ask(folder, "SELECT f_table_name, useAsDefault, styleQML FROM layer_styles ORDER BY 1")
    assert [(name, default) for name, default, _ in styles] == [(name, 1) for name in LAYERS]
    for name, _, text in styles:
        tree = ElementTree.fromstring(text.partition("\n")[2])
        rules = {one.get("symbol") for one in tree.iter("rule")}
        assert rules == {one.get("name") for one in tree.iter("symbol")}, name
        assert rules


def test_its_fields_are_those_of_fields_csv(folder: Path) -> None:
    text = (folder / "fields.csv").read_text(encoding="utf-8-sig").splitlines()
    named = [line.split(",")[:2] for line in text]
    for layer in ("federations", "links", "schools"):
        stated = {name for file, name in named if file == f"{layer}.geojson"}
        assert stated <= set(read(folder, layer).columns), layer
        assert {"plan", "colour"} <= set(read(folder, layer).columns)


def test_schools_and_links_stand_where_the_grid_has_them(folder: Path, village: Schools) -> None:
    found = read(folder, "schools")
    assert found.crs.to_epsg() == 27700
    assert [(p.x, p.y) for p in found.geometry] == [(s.easting, s.northing) for s in village.rows]
    places = {s.urn: (s.easting, s.northing) for s in village.rows}
    for link in read(folder, "links").itertuples():
        assert list(link.geometry.coords) == [places[link.from_urn], places[link.to_urn]]


def test_the_neighbour_graph_is_the_one_the_policy_sees(folder: Path, village: Schools) -> None:
    seen = grouping.survey(village, policy_of()).county
    stated = {(seen.schools[a].urn, seen.schools[b].urn) for a, b in seen.links.tolist()}
    found = read(folder, "neighbours")
    assert {(e.from_urn, e.to_urn) for e in found.itertuples()} == stated
    assert dict(zip(zip(found.from_urn, found.to_urn, strict=True), found.minutes, strict=True))[
        120001, 120002
    ] == pytest.approx(10.1)


def test_a_graph_of_pythons_own_has_no_layer_and_a_note(village: Schools, tmp_path: Path) -> None:
    graph = nx.Graph([(120001, 120002)])
    plan = grouping.propose(village, policy_of(), neighbours=graph)
    grouping.write_plan(plan, tmp_path)
    made = grouping.export(tmp_path, ["gpkg"])
    assert "given as Python" in made.notes[0]
    names = [r[0] for r in ask(tmp_path, "SELECT table_name FROM gpkg_contents")]
    assert sorted(names) == sorted({*LAYERS, "layer_styles"} - {"neighbours"})


def test_rules_of_python_do_not_stand_in_the_way(village: Schools, tmp_path: Path) -> None:
    from dataclasses import replace

    rule = grouping.Rule(sentence="of at most 3", allows=lambda f: f.size <= 3, name="mine")
    policy = policy_of()
    policy = replace(policy, rules=(*policy.rules, rule))
    grouping.write_plan(grouping.propose(village, policy), tmp_path)
    assert json.loads((tmp_path / "plan.json").read_text())["run"]["unchecked"] == ["mine"]
    assert grouping.export(tmp_path).notes == ()
    assert len(read(tmp_path, "neighbours")) > 0


def test_journeys_of_a_file_and_added_links_give_their_minutes(tmp_path: Path) -> None:
    schools = schools_of(row(120001, 40, 0), row(120002, 40, 3_000), row(120003, 90, 9_000))
    journeys = grouping.from_pairs({(120001, 120002): 75, (120002, 120003): 120})
    policy = policy_of("neighbours.added=[[120001,120003]]")
    grouping.write_plan(grouping.propose(schools, policy, journeys=journeys), tmp_path)
    grouping.export(tmp_path, ["gpkg"])
    found = read(tmp_path, "neighbours")
    minutes = {(e.from_urn, e.to_urn): e.minutes for e in found.itertuples()}
    assert minutes[120001, 120002] == 7.5
    assert minutes[120002, 120003] == 12.0
    assert minutes[120001, 120003] != minutes[120001, 120003]  # not a number: no journey


@pytest.mark.parametrize(
    "rows", [(row(120001, 40, 0, status="Closed"),), (row(120001, 40, 0),)], ids=["none", "one"]
)
def test_a_plan_of_nothing_has_every_layer(rows: tuple[Any, ...], tmp_path: Path) -> None:
    grouping.write_plan(grouping.propose(schools_of(*rows), policy_of()), tmp_path)
    made = grouping.export(tmp_path)
    assert "proposals.gpkg" in made.written
    assert len(read(tmp_path, "federations")) == 0
    assert len(read(tmp_path, "schools")) == len(rows)
    assert "Annex" in (tmp_path / "committee-paper.md").read_text(encoding="utf-8")


def test_barriers_are_lines_of_the_grid(tmp_path: Path) -> None:
    from dataclasses import replace

    import numpy as np

    policy = replace(policy_of(), barriers=np.asarray([[571_000, 300_000, 571_000, 320_000]]))
    schools = schools_of(row(120001, 40, 0), row(120002, 40, 3_000), row(120003, 90, 5_000))
    grouping.write_plan(grouping.propose(schools, policy), tmp_path)
    grouping.export(tmp_path, ["gpkg"])
    (line,) = read(tmp_path, "barriers").geometry
    assert line.distance(shapely.LineString([(571_000, 300_000), (571_000, 320_000)])) < 0.5


def test_shapes_that_touch_never_share_a_colour() -> None:
    """Even where the widest reach would need more than six colours."""
    boxes = [
        shapely.box(x * 1_000, y * 1_000, x * 1_000 + 999, y * 1_000 + 999)
        for x in range(8)
        for y in range(8)
    ]
    found = shades(boxes)
    assert set(found) <= set(COLOURS)
    near = [
        (a, b)
        for a in range(64)
        for b in range(a)
        if boxes[a].distance(boxes[b]) < 500 and found[a] == found[b]
    ]
    assert near == []
    assert shades([]) == []
