"""A country is worked place by place and thinned: nothing of the answer may hang on that."""

from __future__ import annotations

import copy
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import random_cases
import survivors
from grouping import engine
from grouping.engine import propose
from grouping.errors import CapReached, PolicyRefused
from grouping.files.exports import write_plan
from grouping.policy.survey import survey
from grouping.search import gathering, places
from grouping.search.candidates import grow, price
from grouping.search.dominance import undominated
from grouping.search.gathering import problem_of
from grouping.search.part import combined, weights_of
from grouping.search.relaxation import UNIT, Relaxation
from grouping.search.stopping import Stop
from grouping.world import federations, journeys
from villages import policy_of, random_rows, row, schools_of


def as_a_country(small: pytest.MonkeyPatch) -> None:
    """Take counties of more than two schools for countries, with places of three."""
    small.setattr(places, "WHOLE", 2)
    small.setattr(places, "CROWDED", 3)
    small.setattr(federations, "WHOLE", 4)
    small.setattr(journeys, "DENSE", 2)


def far_off(features: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give the same schools again, a degree to the west, as others."""
    others = copy.deepcopy(features)
    for one in others:
        one["geometry"]["coordinates"][0] -= 1
        one["properties"]["urn"] += 50_000
        if one["properties"].get("federation"):
            one["properties"]["federation"] = f"far {one['properties']['federation']}"
    return others


@pytest.mark.parametrize("lot", range(4))
def test_a_country_has_the_answer_of_a_county(lot: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Random counties, small ones and crowded ones, and wide ones that fall into places."""
    thinned = 0
    for seed in range(lot * 40, (lot + 1) * 40):
        make = survivors.crowded if seed % 2 else random_cases.asked
        question = make(seed)
        if seed % 4 == 1:
            question.features.extend(far_off(question.features))
        try:
            policy = random_cases.policy_for(question)
            schools = random_cases.schools_of(question)
            paths = random_cases.journeys_for(question)
            county = propose(schools, policy, paths)
        except PolicyRefused:
            continue
        with monkeypatch.context() as small:
            as_a_country(small)
            country = propose(schools, policy, paths, workers=1 + seed % 2)
            told = country.document()
        assert country.status == county.status
        assert country.stages == county.stages
        assert country.groups == county.groups
        assert country.candidates == county.candidates
        assert country.held.tolist() == county.held.tolist()
        whole = county.document()
        for key in ("federations", "alone", "summary", "left_out"):
            assert told[key] == whole[key], seed
        thinned += any(step.name == "dominance" for step in country.steps)
    assert thinned


@pytest.mark.parametrize("kind", ["minutes", "gabriel", "delaunay", "nearest"])
def test_links_of_a_country_are_those_of_a_county(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Near pairs by a tree of points, and sparsity's nearest schools, as by looking at all."""
    rng = random.Random(11)
    for barriers in (False, True):
        rows = [
            row(
                r.properties["urn"],
                r.properties["roll"],
                rng.randrange(30_000),
                rng.randrange(9_000),
            )
            for r in random_rows(rng, 40)
        ]
        rows += [row(130_000 + k, 60, 5_000 * k) for k in range(3)]
        rows += [row(140_000 + k, 60, 5_000 * k) for k in range(3)]  # at the same points
        policy = policy_of(f"neighbours.kind={kind}", "rules.for_the_small=false")
        if barriers:
            line = np.asarray([[575_000, 300_000, 585_000, 330_000]], dtype=np.int64)
            policy = engine.replace(policy, barriers=line)
        seen = survey(schools_of(*rows), policy)
        with monkeypatch.context() as small:
            as_a_country(small)
            again = survey(schools_of(*rows), policy)
            assert again.county.links.tolist() == seen.county.links.tolist()
        assert again.county.sparsity_miles == seen.county.sparsity_miles
        assert len(seen.county.links)


def test_a_bound_on_the_rows_kept_stands_on_those_dropped() -> None:
    """In whole numbers: with duals made without them, no dropped row has a reduced cost below 0."""
    dropped = 0
    for seed in range(150):
        question = survivors.crowded(seed)
        try:
            policy = random_cases.policy_for(question)
            seen = survey(random_cases.schools_of(question), policy, None)
        except PolicyRefused:
            continue
        table = grow(seen.county, seen.policy, at_most=10**6)
        problem = problem_of(seen.county, seen.policy, table, price(table, seen.policy))
        kept = undominated(problem)
        fewer = problem.part(np.flatnonzero(kept), np.arange(problem.items))
        relaxed = Relaxation(fewer, Stop.after(None))
        weights = combined(problem, *weights_of(problem))
        relaxed.solve(weights[kept])
        if relaxed.bound is None or not len(problem):
            continue
        bound = relaxed.bound
        reduced = weights * UNIT
        for r, members in enumerate(problem.members.tolist()):
            items = [i for i in members if i >= 0]
            reduced[r] -= int(bound.duals.items[items].sum())
            for side, dual in zip(problem.sides, bound.duals.sides.tolist(), strict=True):
                reduced[r] -= int(side.of[r]) * dual
            for cut, dual in zip(bound.cuts, bound.duals.cuts.tolist(), strict=True):
                reduced[r] -= dual * (len(set(items) & set(cut.items)) // cut.k)
        assert (reduced >= 0).all(), seed
        dropped += int((~kept).sum())
    assert dropped > 1_000


def test_a_country_without_reach_is_held_whole_and_capped_as_such(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither journeys nor links bound: one place, nothing thinned, and the cap is memory's."""
    rows = [row(120001 + k, 150 if k % 3 else 60, 2_000 * k) for k in range(12)]
    anywhere = policy_of("rules.longest_journey=false", "rules.connected=false")
    bounded = policy_of("rules.longest_journey=false")
    as_a_country(monkeypatch)
    monkeypatch.setattr(gathering, "CANDIDATES", 200)
    monkeypatch.setattr(gathering, "COUNTED", 10_000)
    with pytest.raises(CapReached, match="more than 200 candidate"):
        propose(schools_of(*rows), anywhere)
    found = propose(schools_of(*rows), bounded)
    assert found.candidates > 200
    assert {step.name for step in found.steps} >= {"dominance"}


def test_places_side_by_side_count_to_the_same_cap(monkeypatch: pytest.MonkeyPatch) -> None:
    """The count decides: at the very number, and one below it, with one worker or four."""
    rows = [row(120001 + k, 60, 2_000 * k) for k in range(12)]
    as_a_country(monkeypatch)
    schools, policy = schools_of(*rows), policy_of()
    many = propose(schools, policy).candidates
    for workers in (1, 4):
        at = propose(schools, policy, workers=workers, candidates_at_most=many)
        assert at.candidates == many
        with pytest.raises(CapReached):
            propose(schools, policy, workers=workers, candidates_at_most=many - 1)


def test_a_country_where_no_plan_can_exist_says_what_clashes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Asked of what is gathered, thinned and all: the asks that clash are those of a county."""
    rows = [row(120001 + k, 60, 3_000 * k) for k in range(8)]
    clash = policy_of("locks.together=[[120001, 120008]]", "limits.federations.at_least=1")
    county = propose(schools_of(*rows), clash)
    with monkeypatch.context() as small:
        as_a_country(small)
        country = propose(schools_of(*rows), clash)
    assert country.status == county.status == "infeasible"
    assert country.conflicts == county.conflicts
    assert country.conflicts


def test_a_plan_of_more_than_a_thousand_federations_is_valid(tmp_path: Path) -> None:
    """F1000 comes after F999: numbers, not words, and every file of the plan agrees."""
    rows = []
    for k in range(1_001):
        east, north = 21_000 * (k % 20) - 380_000, 20_000 * (k // 20) - 230_000
        rows.append(row(120_001 + 2 * k, 45, east, north))
        rows.append(row(120_002 + 2 * k, 80, east + 3_000, north))
    plan = propose(schools_of(*rows), policy_of())
    assert len(plan) == 1_001
    assert plan.proposals[-1]["id"] == "F1001"
    assert not write_plan(plan, tmp_path / "out").faults
