"""The pipeline: one answer whatever the order, ties, status, prices, and objects from Python."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import networkx as nx
import numpy as np
import pytest

import grouping
from grouping import Rule, Schools, Term, federation, propose
from grouping.answers.plan import Plan
from grouping.errors import CapReached, PolicyRefused
from grouping.policy.survey import survey
from grouping.search.candidates import grow, price
from grouping.search.gathering import hash_of
from grouping.world.journeys import from_matrix
from villages import policy_of, random_rows, row, schools_of


def plan_of(schools: Schools, *settings: str, **more: object) -> Plan:
    return propose(schools, policy_of(*settings), **more)


def federations_of(plan: Plan) -> bytes:
    return json.dumps(plan.document()["federations"], default=str).encode()


def lattice(count: int, roll: int = 40) -> Schools:
    """Schools all alike, 4 km apart in rows of four: plans equal in every stage without end."""
    rows = [row(120001 + k, roll, 4_000 * (k % 4), 4_000 * (k // 4)) for k in range(count)]
    return schools_of(*rows)


@pytest.mark.parametrize("kind", ["scattered", "lattice"])
def test_no_row_order_file_name_worker_or_seed_changes_a_byte(kind: str) -> None:
    rng = random.Random(17)
    rows = random_rows(rng, 20)
    if kind == "lattice":
        rows = [row(120001 + k, 40, 4_000 * (k % 4), 4_000 * (k // 4)) for k in range(12)]
    first = plan_of(schools_of(*rows))
    assert first.status == "optimal"
    assert len(first) > 2
    wanted = federations_of(first)
    for k, (workers, seed) in enumerate(((1, 0), (2, 1), (1, 12345), (2, 2**40))):
        rng.shuffle(rows)
        schools = replace(schools_of(*rows), source=f"other {k}.geojson", sha256=str(k))
        again = plan_of(schools, workers=workers, seed=seed)
        assert federations_of(again) == wanted
        assert again.stages == first.stages
        assert again.alone == first.alone


def plans(members: list[frozenset[int]], left: frozenset[int]) -> Iterator[list[int]]:
    """Every set of disjoint rows: the first school left alone, or in a row that holds it."""
    if not left:
        yield []
        return
    first = min(left)
    yield from plans(members, left - {first})
    for at, held in enumerate(members):
        if first in held and held <= left:
            for rest in plans(members, left - held):
                yield [at, *rest]


def brute(schools: Schools, *settings: str) -> tuple[tuple[tuple[int, ...], ...], int]:
    """Best plan over all plans by the stages and the least sum of hashes, and how many tie."""
    seen = survey(schools, policy_of(*settings))
    table = grow(seen.county, seen.policy, at_most=10**6)
    cost = price(table, seen.policy).tolist()
    urns = [table.urns(at) for at in range(len(table))]
    members = [frozenset(i for i in line if i >= 0) for line in table.members.tolist()]
    urgent, small = ({i for i, r in enumerate(seen.county.role) if r == k} for k in (1, 2))

    def worth(plan: list[int]) -> tuple[int, ...]:
        inside = frozenset().union(*(members[at] for at in plan))
        return len(urgent - inside), len(small - inside), sum(cost[at] for at in plan)

    every = [(worth(plan), plan) for plan in plans(members, frozenset(range(len(seen.county))))]
    best = min(value for value, _ in every)
    ties = [plan for value, plan in every if value == best]
    chosen = min(ties, key=lambda plan: sum(hash_of(urns[at]) for at in plan))
    return tuple(sorted(urns[at] for at in chosen)), len(ties)


@pytest.mark.parametrize("count", [5, 6, 8])
def test_among_equal_plans_the_least_sum_of_hashes_stands(count: int) -> None:
    expected, ties = brute(lattice(count), "rules.schools.at_most=3")
    assert ties > 1, "the case has ties"
    plan = plan_of(lattice(count), "rules.schools.at_most=3")
    assert plan.groups == expected
    assert plan.status == "optimal"


@pytest.mark.parametrize("seed", range(6))
def test_the_plan_is_the_best_of_all_plans(seed: int) -> None:
    """Random counties of eight schools, every plan tried."""
    schools = schools_of(*random_rows(random.Random(seed), 8))
    assert plan_of(schools).groups == brute(schools)[0]


def test_the_hash_is_that_of_the_page() -> None:
    """What `printf 120001,120002 | sha256sum` says."""
    found = f"{hash_of((120001, 120002)):064x}"
    assert found == "3ef28914722fcd29725f9050e4a939432c392fdd6d0a77ae14aa05ae50bb1a55"


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        (
            ("locks.together=[[120001, 120005]]",),
            ("Ash (120001) and Elm (120005) are to be together",),
        ),
        (
            (
                "locks.together=[[120001, 120002], [120002, 120003]]",
                "locks.apart=[[120001, 120003]]",
            ),
            (
                "Ash (120001) and Beech (120002) are to be together",
                "Beech (120002) and Cedar (120003) are to be together",
                "Ash (120001) and Cedar (120003) are to stay apart",
            ),
        ),
        (
            ("locks.federations=[[120001, 120005]]", "limits.federations={at_most=0}"),
            (
                "Ash (120001) and Elm (120005) are fixed as a federation",
                "at most 0 federations in the plan",
            ),
        ),
    ],
)
def test_where_no_plan_can_exist_the_conflict_is_named(
    village: Schools, settings: tuple[str, ...], named: tuple[str, ...]
) -> None:
    """Each that is named is needed: a lock beyond the conflict is not."""
    plan = plan_of(village, *settings)
    assert plan.status == "infeasible"
    assert plan.conflicts == named
    assert len(plan) == 0
    assert "No plan can exist" in plan.explain()
    beyond = (*settings, "limits.mixed_federations={at_most=9}")
    assert plan_of(village, *beyond).conflicts == plan.conflicts


def test_kept_federations_and_a_limit_may_be_in_conflict() -> None:
    schools = schools_of(*[row(120001 + k, 40, 900 * k, federation="K") for k in range(2)])
    plan = plan_of(schools, "limits.federations={at_most=0}")
    assert plan.conflicts == (
        "at most 0 federations in the plan",
        "existing federations are kept whole",
    )


@pytest.mark.parametrize(
    "rows",
    [
        (),
        (row(120001, 40, 0),),
        (row(120001, 140, 0), row(120002, 140, 900)),
        (row(120001, 40, 0, status="Closed"), row(120002, 40, 900, type="Academy converter")),
    ],
    ids=["no schools", "one school", "none small", "all left out"],
)
def test_where_nothing_can_be_grouped_the_empty_plan_is_best(rows: tuple) -> None:
    schools = schools_of(*rows) if rows else Schools(())
    plan = plan_of(schools)
    assert (plan.status, len(plan)) == ("optimal", 0)
    document = plan.document()
    assert document["federations"] == []
    assert all(stage["value"] == stage["bound"] for stage in document["objective"])
    assert len(document["alone"]) + len(document["left_out"]) == len(rows)
    assert document["summary"]["sentences"][-1] == "No school closes."
    taking = {s.urn for s in plan.county.schools}
    assert any("no school takes part" in said for said in plan.survey.warnings) == (not taking)


def test_no_candidate_and_a_lock_is_no_plan_and_a_limit_may_be() -> None:
    one = schools_of(row(120001, 40, 0))
    assert plan_of(one, "limits.federations={at_least=1}").status == "infeasible"
    assert plan_of(one, "limits.federations={at_least=0}").status == "optimal"


@pytest.mark.parametrize("time_limit", [0, 0.001])
def test_no_time_at_all_gives_a_plan_and_says_how_good(time_limit: float) -> None:
    """Whatever came of it holds: disjoint, allowed, its values those of its bounds or worse."""
    schools = schools_of(*random_rows(random.Random(18), 26))
    plan = plan_of(schools, time_limit=time_limit)
    assert plan.status in ("feasible", "optimal")
    inside = [urn for group in plan.groups for urn in group]
    assert len(inside) == len(set(inside))
    for at in range(len(plan)):
        assert plan.survey.policy.refusals(plan.federations.take([at])) == ()
    best = plan_of(schools)
    assert all(stage.bound is None or stage.bound <= stage.value for stage in plan.stages)
    assert [s.value for s in plan.stages] >= [s.value for s in best.stages]
    assert plan.explain()


def test_a_price_stands_in_the_place_of_a_stage(village: Schools) -> None:
    """At a price of 4 a school it is dearer to cover all than to leave the urgent ones alone."""
    plain = plan_of(village)
    assert [s.name for s in plain.stages] == ["urgent alone", "small alone", "cost"]
    cheap = plan_of(village, "alone.urgent=0", "alone.small=0.5")
    assert [s.name for s in cheap.stages] == ["cost"]
    assert cheap.groups == ()
    assert cheap.stages[0].value == 2 * 500
    dear = plan_of(village, "alone.urgent=1000", "alone.small=1000")
    assert dear.groups == plain.groups
    assert dear.stages[0].value == plain.stages[2].value + 1_000_000
    mixed = plan_of(village, "alone.small=0.0005")
    assert [s.name for s in mixed.stages] == ["urgent alone", "cost"]
    assert mixed.stages[0].value == 1
    assert mixed.stages[1].value == sum(p["cost"] for p in mixed.proposals), "0.5 rounds to 0"


def test_a_price_is_rounded_half_to_even_once_a_school(village: Schools) -> None:
    """0.0015 points are 1.5 thousandths, and so 2 for each of Beech and Cedar."""
    plan = plan_of(village, "alone.urgent=0", "alone.small=0.0015")
    assert plan.stages[0].value == 4


def test_a_rule_in_three_lines(village: Schools) -> None:
    rule = Rule(sentence="schools of at most one ethos", allows=lambda f: f.distinct("ethos") <= 1)
    plan = propose(village, policy_of().with_rule(rule))
    assert plan.groups == ((120001, 120003), (120002, 120004))
    assert plan.document()["run"]["unchecked"] == ["schools of at most one ethos"]
    assert plan.proposals[0]["rules"][-1] == {
        "name": rule.title, "sentence": rule.sentence, "value": None, "limit": None, "holds": True,
    }  # fmt: skip


def test_a_term_in_three_lines(village: Schools) -> None:
    """Head's driving, miles a week: the tree there and back, twice."""
    term = Term("driving", "miles a week", 0.2, lambda f: f.tree_miles * 2 * 2)
    plan = propose(village, policy_of().with_term(term))
    for at, facts in enumerate(plan.proposals):
        miles = float(plan.federations.tree_miles[at]) * 4
        assert facts["terms"]["driving"]["measure"] == round(miles, 6)
        assert facts["terms"]["driving"]["points"] == round(200 * miles)
        assert facts["cost"] == sum(t["points"] for t in facts["terms"].values())
    assert plan.stages[-1].value == sum(p["cost"] for p in plan.proposals)


def test_a_policy_is_changed_by_name_and_strange_names_are_refused() -> None:
    policy = policy_of()
    assert policy.without("ethos").terms != policy.terms
    wider = policy.with_rule(Rule(name="schools", sentence="any", allows=lambda f: f.size > 0))
    assert len(wider.rules) == len(policy.rules)
    with pytest.raises(PolicyRefused, match="longest_journey"):
        policy.without("longest journey")


def test_refusals_say_which_rules_fail_with_figures(village: Schools) -> None:
    seen = grouping.survey(village, policy_of("rules.schools.at_most=3"))
    four = federation(seen.county, [120001, 120002, 120003, 120004])
    assert seen.policy.refusals(four) == ("rule not met: 2 to 3 schools (found 4)",)
    assert seen.policy.refusals(four.take([0])) == seen.policy.refusals(four)


def test_locks_and_lists_that_do_not_fit_the_schools_are_refused_together(
    village: Schools,
) -> None:
    with pytest.raises(PolicyRefused) as refused:
        plan_of(
            village, "locks.together=[[120001, 999999]]", "take_part.leave_out=[888888]",
            "neighbours.barred=[[120001, 777777]]",
        )  # fmt: skip
    assert [fault.value for fault in refused.value.faults] == [888888, 777777, 999999]


def test_the_cap_is_told_from_python_too(village: Schools) -> None:
    with pytest.raises(CapReached, match="9 candidate"):
        plan_of(village, candidates_at_most=9)
    assert plan_of(village, candidates_at_most=10).candidates == 10


def test_journeys_and_neighbours_may_come_from_python(village: Schools) -> None:
    """A matrix of minutes puts Elm next to Ash; a graph links only those two."""
    minutes = np.full((5, 5), 25.0)
    minutes[0, 4] = minutes[4, 0] = 5.0
    journeys = from_matrix(village.urns, minutes, "road")
    graph = nx.Graph([(120001, 120005)])
    plan = propose(village, policy_of(), journeys, neighbours=graph)
    assert plan.groups == ((120001, 120005),)
    assert plan.proposals[0]["journey_source"] == "road"
    assert plan.proposals[0]["terms"]["journey"]["points"] == 5_000


def test_the_document_holds_the_plans_own_figures(village: Schools) -> None:
    """By hand: one federation of Ash, Beech, Cedar; 20.2 points of journey, 5.2 of ethos."""
    plan = plan_of(village)
    facts = plan.document()["federations"][0]
    assert facts["key"] == "120001-120002-120003"
    assert (facts["roll"], facts["longest_journey"], facts["existing"]) == (190, 18.2, "new")
    points = {name: term["points"] for name, term in facts["terms"].items()}
    assert points == {
        "journey": 20_200, "ethos": 5_200, "leadership": 0, "size": 0,
        "dominance": round(4_000 * max(Fraction(0), Fraction(9, 19) - Fraction(8, 15)) * 10 / 3),
        "vacancies": 0, "partnerships": 0,
    }  # fmt: skip
    assert facts["cost"] == sum(points.values())
    assert facts["people"]["governing_bodies_before"] == 3
    assert facts["people"]["site_days_without_head"] == 10
    assert plan.summary["head_posts"] == {"before": 5, "after": 3}


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        (
            "locks.together=[[900003,900232]]",
            "(900003) and Otmere Primary School (900232) are to be together",
        ),
        ("limits.federations={at_most=10}", "at most 10 federations in the plan"),
    ],
)
def test_an_impossible_county_says_so_at_once(setting: str, named: str) -> None:
    """On the whole model county an impossible ask ends, and the ask is named."""
    model = Path(__file__).parents[1] / "data" / "schools.geojson"
    policy = grouping.read_policy("norfolk-2012", [setting])
    plan = grouping.propose(grouping.read_schools(model), policy)
    assert plan.status == "infeasible"
    assert any(named in said for said in plan.conflicts)
