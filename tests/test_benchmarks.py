"""What the benchmarks stand on: the model England, candidate regions, the lead-school model."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise
from pathlib import Path

import areas
import assignment
import instances
import lead_policy
import lead_school
import model_england
import networkx as nx
import numpy as np
import pytest
import regions

import grouping
from grouping.policy.survey import survey
from grouping.world.register import ACADEMIES, MAINSTREAM


@pytest.fixture(scope="module")
def model() -> list[model_england.Place]:
    return model_england.england(model_england.ENGLAND)


def test_the_model_england_has_the_sums_of_england(model: list[model_england.Place]) -> None:
    """As many small schools, maintained ones and authorities as England has, more or less."""
    rolls = np.asarray([p.roll for p in model])
    maintained = np.asarray([p.kind not in ACADEMIES for p in model])
    taking = maintained & (rolls <= 420)
    assert len(model) == 16_700
    assert 260 <= (taking & (rolls < 50)).sum() <= 330  # 294 by the register of 2022
    assert 900 <= (taking & (rolls >= 50) & (rolls < 100)).sum() <= 1_100  # 1,010
    assert 8_100 <= taking.sum() <= 8_700  # 8,436
    assert 0.22 <= (rolls < 150).mean() <= 0.26  # "nearly a quarter"
    assert 140 <= len({p.authority for p in model}) <= 160
    assert {p.kind for p in model} <= set(MAINSTREAM)
    federations = Counter(p.federation for p in model if p.federation)
    assert 380 <= len(federations) <= 480
    assert set(federations.values()) == {2, 3, 4}


def test_a_smaller_england_is_part_of_a_larger(tmp_path: Path) -> None:
    """Whole tiles are the same in any size; a seed makes the same bytes, another one others."""
    tile = model_england.SCHOOLS
    one, two = model_england.england(tile), model_england.england(2 * tile + 100)
    assert [(p.at, p.roll) for p in one] == [(p.at, p.roll) for p in two[:tile]]
    paths = [tmp_path / name for name in "abc"]
    for path, seed in zip(paths, (1, 1, 2), strict=True):
        model_england.write(300, path, seed)
    first, same, other = (path.read_bytes() for path in paths)
    assert first == same != other


def test_the_model_passes_the_gate_and_has_a_plan(tmp_path: Path) -> None:
    model_england.write(100, tmp_path / "england.geojson")
    schools = grouping.read_schools(tmp_path / "england.geojson")
    assert len(schools) == 100
    plan = grouping.propose(schools, grouping.read_policy("norfolk-2012"))
    assert plan.status == "optimal"
    assert plan.groups


def test_six_englands_stand_in_the_box() -> None:
    """There is a tile for each of 100,000 schools, none overlapping another."""
    tiles = model_england.tiles()
    assert len(tiles) * model_england.SCHOOLS >= 100_000
    corners = [corner for corner, _ in tiles]
    wide, high = tiles[0][1]
    rows = Counter(y for _, y in corners)
    for y in rows:
        row = sorted(x for x, other in corners if other == y)
        assert all(b - a >= wide for a, b in pairwise(row))
    assert all(b - a >= high for a, b in pairwise(sorted(rows)))


@pytest.mark.parametrize("seed", range(6))
def test_every_connected_set_of_areas_once(seed: int) -> None:
    """Against every subset of a random graph, whatever the sizes; many areas take several words."""
    graph = nx.gnp_random_graph(9, 0.3, seed=seed)
    near = [sorted(graph[i]) for i in range(9)]
    found = [
        tuple(held)
        for table in areas.connected_sets(near, at_least=2, at_most=6)
        for held in table.tolist()
    ]
    truth = {
        held
        for size in range(2, 7)
        for held in combinations(range(9), size)
        if nx.is_connected(graph.subgraph(held))
    }
    assert len(found) == len(set(found))
    assert set(found) == truth


def test_sets_that_take_several_words() -> None:
    """A ring of 300 areas has 300 connected sets of each size: nine to a set, seven to a word."""
    ring = [((i - 1) % 300, (i + 1) % 300) for i in range(300)]
    *_, last = areas.connected_sets(ring, at_least=9, at_most=9)
    assert last.shape == (300, 9)
    assert len({tuple(held) for held in last.tolist()}) == 300
    assert (np.diff(last, axis=1) > 0).all()


def test_rounded_costs_never_hide_a_better_plan() -> None:
    """Two covers that round to one cost: the exact one is found, and it is said to be proved."""
    members = np.asarray([[0, 1], [2, 3], [0, 2], [1, 3]], dtype=np.int32)
    exact = np.asarray([10**9 + 1, 10**9 + 2, 10**9 + 2, 10**9 + 2], dtype=np.int64)
    found = regions.least(members, exact, 4, 2, 60)
    assert found is not None
    assert (found.total, found.status) == (2 * 10**9 + 3, "optimal")
    assert found.problem.cost.max() <= regions.LARGEST
    turned = regions.least(members, exact[::-1].copy(), 4, 2, 60)
    assert turned is not None
    assert turned.total == 2 * 10**9 + 3
    assert regions.least(members, exact, 4, 1, 60) is None


@pytest.mark.parametrize("seed", [0, 3])
def test_the_peers_models_are_of_the_same_policy(seed: int) -> None:
    """Lead-school and assignment prove our values on ten schools, in federations that we know."""
    policy = lead_policy.lead_policy()
    part = instances.sub_county(instances.model_county(), policy, 10, seed)
    packed = instances.pack(survey(part, policy))
    ours = packed.alone(instances.answer(packed, workers=1).values)
    known = {tuple(i for i in held if i >= 0) for held in packed.problem.members.tolist()}
    for model in (lead_school.lead_school, assignment.assignment):
        said = model(packed.seen).solve(limit=120, workers=4)
        assert (said.status, said.values) == ("optimal", ours)
        assert {tuple(sorted(group)) for group in said.groups} <= known


def test_the_lead_is_the_member_for_which_it_costs_least() -> None:
    """By brute force over the leads, on federations of every size."""
    policy = lead_policy.lead_policy()
    part = instances.sub_county(instances.model_county(), policy, 12, 1)
    packed = instances.pack(survey(part, policy))
    county = packed.seen.county
    measured = lead_policy.by_the_lead(packed.table)
    for row in range(0, len(measured), 7):
        held = [int(i) for i in packed.table.members[row] if i >= 0]
        sums = [
            sum(
                100 * int(county.tenths[i, lead]) + 60 * int(county.pairs.penalty[i, lead])
                for i in held
                if i != lead
            )
            for lead in held
        ]
        assert measured[row] == min(sums)
