"""Limits over a whole plan: what each counts, alone and together, and what a plan does of them."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest

from grouping import Limit, federation, propose
from grouping.answers.plan import Plan
from grouping.policy import limits
from grouping.world.county import County
from grouping.world.federations import Federations, table
from villages import county_of, every_set, policy_of, random_rows, row, schools_of


def kept(ids: str, *settings: str) -> County:
    """Schools of 40 pupils on a line with federation ids, "-" for none."""
    rows = [
        row(120001 + k, 40, 1_500 * k, federation=None if one == "-" else one)
        for k, one in enumerate(ids)
    ]
    return county_of(schools_of(*rows), policy_of(*settings))


def slow_change(county: County, groups: list[list[int]]) -> int:
    """Schools whose partners differ from those of today, school by school."""
    today = {i: set(held) for held in county.federations_today() for i in held}
    after = {i: set(held) for held in groups for i in held}
    every = range(len(county))
    return sum(today.get(i, {i}) != after.get(i, {i}) for i in every)


def measured(limit: Limit, f: Federations) -> int:
    """The limit over a plan, with its number for each school alone."""
    inside = set(f.members[f.there].tolist())
    alone = 0
    if limit.alone is not None:
        each = limit.alone(f.county)
        alone = sum(int(each[i]) for i in range(len(f.county)) if i not in inside)
    return int(limit.measure(f).sum()) + alone


@pytest.mark.parametrize("existing", ["keep", "free"])
def test_changed_schools_against_partners_one_by_one(existing: str) -> None:
    """Random plans: kept, grown, split, merged and left federations, whatever `existing` says."""
    rng = random.Random(14)
    seen = set()
    for _ in range(40):
        county = kept(
            "".join(rng.choice("-AAB-C") for _ in range(8)), f"take_part.existing={existing}"
        )
        today = county.federations_today()
        groups = []
        places = list(range(8))
        for held in today:
            if rng.random() < 0.4:
                groups.append(held)
                places = [i for i in places if i not in held]
        rng.shuffle(places)
        while len(places) > 2 and rng.random() < 0.8:
            size = rng.randint(2, 3)
            groups.append(sorted(places[:size]))
            places = places[size:]
        found = measured(limits.changed_schools(), table(county, groups))
        assert found == slow_change(county, groups)
        seen.add(found)
    assert {0} < seen


def test_every_federation_counts_kept_ones_too() -> None:
    county = kept("KK---")
    plan = table(county, [[0, 1], [2, 3]])
    assert measured(limits.federations(), plan) == 2
    assert measured(limits.federations(), table(county, [])) == 0


def test_mixed_federations_are_those_of_more_than_one_ethos(village: object) -> None:
    county = county_of(village)
    f = every_set(county, 2, 3)
    found = limits.mixed_federations().measure(f)
    slow = [len({county.creeds.ethoses[i] for i in m if i >= 0}) > 1 for m in f.members.tolist()]
    assert found.tolist() == slow
    assert 0 < found.sum() < len(f)


def plan_of(schools: Any, *settings: str) -> Plan:
    return propose(schools, policy_of(*settings))


def test_a_limit_binds_the_plan_on_both_sides(village: object) -> None:
    """One federation of three is best left to itself; two at least make two pairs."""
    free = plan_of(village)
    assert free.groups == ((120001, 120002, 120003),)
    two = plan_of(village, "limits.federations={at_least=2}")
    assert two.groups == ((120001, 120002), (120003, 120004))
    assert [s.value for s in two.stages[:2]] == [s.value for s in free.stages[:2]] == [1, 0]
    assert two.stages[2].value > free.stages[2].value
    none = plan_of(village, "limits.federations={at_most=0}")
    assert (none.groups, none.status) == ((), "optimal")
    too_many = plan_of(village, "limits.federations={at_least=3}")
    assert too_many.status == "infeasible"
    assert too_many.conflicts == ("at least 3 federations in the plan",)


def test_no_mixed_federations_is_worth_leaving_a_school_alone(village: object) -> None:
    plan = plan_of(village, "limits.mixed_federations={at_most=0}")
    for row_at in range(len(plan)):
        assert plan.federations.distinct("ethos")[row_at] == 1
    assert plan.groups == ((120001, 120003), (120002, 120004))


def test_changed_schools_hold_a_plan_to_what_is(village: object) -> None:
    """None may change, and none does; of four that could, two may."""
    assert plan_of(village, "limits.changed_schools={at_most=0}").groups == ()
    two = plan_of(village, "limits.changed_schools={at_most=3}")
    assert sum(map(len, two.groups)) <= 3
    more = plan_of(village, "limits.changed_schools={at_least=5}")
    assert more.status == "infeasible"


def test_a_federation_that_dissolves_changes_every_member() -> None:
    """Free to change, but no school may: the federation of today stays as it is."""
    rows = [row(120001 + k, 40, 1_500 * k, federation="K" if k < 2 else None) for k in range(3)]
    held = plan_of(
        schools_of(*rows), "take_part.existing=free", "limits.changed_schools={at_most=0}"
    )
    assert held.groups == ((120001, 120002),)


def test_a_limit_from_python_counts_what_it_likes(village: object) -> None:
    """At most 150 pupils in federations; at least one school of Beech and Dale alone."""
    pupils = Limit("pupils", lambda f: f.sum("roll"), at_most=190)
    plan = propose(village, policy_of().with_limit(pupils))
    assert sum(p["roll"] for p in plan.proposals) <= 190
    assert plan.document()["run"]["unchecked"] == ["pupils"]
    large = Limit(
        "large schools alone",
        lambda f: np.zeros(len(f), dtype=np.int64),
        alone=lambda county: (county.rolls >= 90).astype(np.int64),
        at_least=2,
    )
    alone = propose(village, policy_of().with_limit(large))
    inside = {urn for group in alone.groups for urn in group}
    assert not inside & {120002, 120004}
    assert alone.groups == ((120001, 120003),)


def test_the_measure_of_a_limit_is_row_by_row() -> None:
    county = county_of(schools_of(*random_rows(random.Random(15), 7)), policy_of())
    f = every_set(county, 2, 4)
    for make in (limits.federations, limits.mixed_federations, limits.changed_schools):
        whole = make().measure(f)
        assert whole.tolist() == [int(make().measure(f.take([k]))[0]) for k in range(len(f))]
    assert federation(county, county.urns[:2]).urns() == tuple(county.urns[:2].tolist())
