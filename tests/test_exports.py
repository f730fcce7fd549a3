"""Plans made in Python are written and checked like any other, whatever objects made them."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from grouping import Limit, Rule, Schools, Term, from_matrix, propose, read_schools, write_plan
from grouping.policy.words import Policy
from villages import HOME, policy_of, row, schools_of


def written(
    schools: Schools, policy: Policy, folder: Path, **ways: Any
) -> tuple[list[str], dict[str, Any]]:
    """Propose and write a plan from Python; what the checker could not know, and plan.json."""
    verdict = write_plan(propose(schools, policy, **ways), folder)
    assert verdict.faults == []
    return verdict.unchecked, json.loads((folder / "plan.json").read_text(encoding="utf-8"))


def groups(plan: dict[str, Any]) -> list[str]:
    return [one["key"] for one in plan["federations"]]


def test_a_plan_from_python_needs_no_file(village: Schools, tmp_path: Path) -> None:
    """The checker reads the plan's own schools.geojson, whose hash stands among the inputs."""
    unchecked, plan = written(village, policy_of(), tmp_path)
    assert unchecked == []
    own = (tmp_path / "schools.geojson").read_bytes()
    assert plan["run"]["inputs"] == {
        "schools": {"file": "schools.geojson", "sha256": sha256(own).hexdigest()}
    }
    assert read_schools(tmp_path / "schools.geojson").urns.tolist() == village.urns.tolist()


def test_a_schools_file_given_by_path_is_hashed(village: Schools, tmp_path: Path) -> None:
    write_plan(propose(village, policy_of()), tmp_path / "a")
    file = tmp_path / "a" / "schools.geojson"
    again = propose(read_schools(file), policy_of())
    assert write_plan(again, tmp_path / "b", schools_path=file).faults == []
    plan = json.loads((tmp_path / "b" / "plan.json").read_text(encoding="utf-8"))
    assert plan["run"]["inputs"]["schools"]["sha256"] == sha256(file.read_bytes()).hexdigest()


def test_a_graph_from_python_is_said_to_be_unchecked(village: Schools, tmp_path: Path) -> None:
    """Ash and Elm, 66.6 minutes apart, are linked by a graph that no checker can know."""
    policy = policy_of("rules.longest_journey=false")
    graph = nx.Graph([(120001, 120005)])
    unchecked, plan = written(village, policy, tmp_path, neighbours=graph)
    assert groups(plan) == ["120001-120005"]
    assert unchecked == plan["run"]["unchecked"] == ["graph"]


def test_edges_and_barriers_from_python_are_written_beside_the_policy(
    village: Schools, tmp_path: Path
) -> None:
    """Neither came from a file: the policy names what is written, to the metre."""
    policy = policy_of()
    edges = replace(
        policy,
        neighbours=replace(policy.neighbours, kind="edges"),
        edges=frozenset({(120001, 120002)}),
    )
    assert groups(written(village, edges, tmp_path / "edges")[1]) == ["120001-120002"]
    school = village.rows[1]
    wall = np.asarray([[school.easting, 0, school.easting, school.northing]], dtype=np.int64)
    barriers = replace(policy, barriers=wall)
    _, plan = written(village, barriers, tmp_path / "barriers")
    assert groups(plan) == ["120003-120004"], "a wall that ends on Beech parts all west of Cedar"


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("pairs", lambda p: p.with_rule(Rule(sentence="pairs", allows=lambda f: f.size == 2))),
        ("miles", lambda p: p.with_term(Term("miles", "x", 0.2, lambda f: f.tree_miles * 2))),
        (
            "pupils",
            lambda p: p.with_limit(Limit("pupils", lambda f: f.sum("roll"), at_most=190)),
        ),
        ("schools", lambda p: p.with_rule(Rule("any", lambda f: f.size > 0, name="schools"))),
    ],
)
def test_objects_from_python_are_named_as_unchecked(
    village: Schools, tmp_path: Path, name: str, change: Any
) -> None:
    unchecked, plan = written(village, change(policy_of()), tmp_path)
    assert unchecked == plan["run"]["unchecked"] == [name]
    assert groups(plan)


def test_minutes_from_a_matrix_are_kept_as_the_record(village: Schools, tmp_path: Path) -> None:
    minutes = np.full((5, 5), np.nan)
    minutes[0, 4] = 7.35
    _, plan = written(
        village, policy_of(), tmp_path, journeys=from_matrix(village.urns, minutes, "road")
    )
    assert groups(plan) == ["120001-120005"]
    record = (tmp_path / "journeys.csv").read_text(encoding="utf-8-sig").split()
    assert record == ["from_urn,to_urn,minutes", "120001,120005,7.4"]


def test_a_hull_with_a_corner_of_a_few_metres_is_one(tmp_path: Path) -> None:
    """Three schools all but on a line: rounded to whole metres, a 6 m edge points astray."""
    places = ((591_260, 280_696), (594_248, 292_894), (593_251, 288_674))
    rows = [
        row(120001 + k, 60, east - HOME[0], north - HOME[1])
        for k, (east, north) in enumerate(places)
    ]
    together = policy_of("locks.federations=[[120001,120002,120003]]")
    assert not write_plan(propose(schools_of(*rows), together), tmp_path).faults


def test_a_name_of_unseen_marks_or_no_end_is_checked_as_the_gate_has_it(tmp_path: Path) -> None:
    """Right-to-left marks are taken out of names, and long ones are cut: the checker knows."""
    names = ("\u202eright to left\u202c \u2067marks", "x" * 300, "Cedar")
    rows = [row(120001 + k, 45, 3_000 * k, name=name) for k, name in enumerate(names)]
    assert not write_plan(propose(schools_of(*rows), policy_of()), tmp_path).faults
    said = (tmp_path / "schools.csv").read_text(encoding="utf-8-sig")
    assert "right to left marks" in said
    assert "x" * 201 not in said
