"""A school leaves, closes or converts: the rest kept, and the best anew, against brute force."""

from __future__ import annotations

import copy
import random
from typing import TYPE_CHECKING, Any

import pytest

import random_cases
import survivors
from every_plan import counties, every_plan
from grouping import check
from grouping.errors import PolicyRefused, UsageRefused
from grouping.policy.changes import unlocked
from grouping.questions.case import Case
from grouping.questions.what_if import what_if
from traceable import untraceable
from villages import policy_of, row, schools_of

if TYPE_CHECKING:
    from grouping.world.schools import Schools

EVENTS = ("leaves", "closes", "converts")


def changed(asked: random_cases.Asked, event: str, urn: int) -> random_cases.Asked:
    """The same question after the event, made from its file: locks hold on for the others."""
    found = copy.deepcopy(asked)
    school = next(f["properties"] for f in found.features if f["properties"]["urn"] == urn)
    if event == "leaves":
        found.document["take_part"]["leave_out"] += [urn]
    elif event == "closes":
        school["status"] = "Closed"
    else:
        school["type"] = "Academy converter"
    return found


def without(document: dict[str, Any], urn: int) -> None:
    """Take a school out of the locks of a policy document."""
    for name, locks in document["locks"].items():
        rest = [[one for one in lock if one != urn] for lock in locks]
        document["locks"][name] = [lock for lock in rest if len(set(lock)) > 1]


@pytest.mark.parametrize(
    ("first", "crowded"), [(0, True), (100, False), (170, False), (240, False), (310, False)]
)
def test_both_answers_are_those_of_the_checker(first: int, crowded: bool) -> None:
    """The best anew is that of every plan of the changed file; what is kept is valued as there."""
    asked = taken = broken = 0
    for seed, solved, _ in counties(first, 30 if crowded else 70, crowded=crowded):
        rng = random.Random(seed)
        question = survivors.crowded(seed) if crowded else random_cases.asked(seed)
        event = rng.choice(EVENTS)
        large = [urn for group in solved.plan.groups if len(group) > 2 for urn in group]
        urn = rng.choice(large or solved.plan.county.urns.tolist())
        try:
            answer = what_if(solved, **{event: urn})
        except UsageRefused:
            assert event == "converts"
            continue
        except PolicyRefused:
            continue
        after = changed(question, event, urn)
        county = random_cases.county_for(after)
        if urn not in county.taking:
            without(after.document, urn)
            county = random_cases.county_for(after)
            taken += 1
        every = every_plan(county)
        assert every is not None
        asked += 1
        assert (answer.anew is None) == (not every.plans)
        if answer.anew is not None:
            assert answer.anew.groups == tuple(sorted(every.best))
            assert tuple(s.value for s in answer.anew.stages) == every.worth[every.best]
        kept = answer.kept.groups
        values = check.stage_values(county, kept)
        assert [(s.name, s.value) for s in answer.kept.stages] == values
        assert answer.kept.allowed == (not check.plan_faults(county, kept))
        others = [group for group in solved.plan.groups if urn not in group]
        assert set(others) <= set(kept)
        if answer.kept.allowed and answer.anew is not None:
            assert every.worth[every.best] <= tuple(value for _, value in values)
        broken += bool(answer.rest_breaks)
        if answer.rest_breaks:
            assert not check.allowed(county, answer.rest)
        elif len(answer.rest) > 1:
            assert answer.rest in kept
        assert untraceable(answer.document()) == []
    assert asked >= 6
    assert taken >= 3
    assert broken or first not in (170, 240)


def three(middle: float = 5_000, **settings: Any) -> Schools:
    """Ash, Beech and Cedar on a road, Beech between the two; the ends are 18.2 minutes apart."""
    return schools_of(
        row(120001, 40, 0, name="Ash"),
        row(120002, 90, int(middle), name="Beech", **settings),
        row(120003, 60, 10_000, name="Cedar"),
    )


def test_by_hand_the_middle_school_leaves() -> None:
    """Without Beech, Ash and Cedar are 18.2 minutes apart: no link of 12, so they fall apart."""
    policy = policy_of("neighbours.link_at_most=12", "locks.federations=[[120001,120002,120003]]")
    solved = Case(three(), policy).solve()
    assert solved.plan.groups == ((120001, 120002, 120003),)
    fixed = what_if(solved, leaves=120002)
    assert fixed.unlocked
    assert fixed.kept.groups == ((120001, 120003),)  # the lock holds on for the other two
    free = what_if(Case(three(), policy_of("neighbours.link_at_most=12")).solve(), leaves=120002)
    assert [b.name for b in free.rest_breaks] == ["connected"]
    assert free.kept.groups == ()
    said = "\n".join(free.sentences)
    assert "Ash (120001) and Cedar (120003) could not stay together without it" in said
    assert "joined by links of the neighbour graph" in said
    assert free.anew is not None
    assert free.anew.groups == ()
    assert "suggests nothing: no school is to leave, close or convert" in said


def test_one_partner_would_be_alone() -> None:
    schools = schools_of(row(120001, 40, 0, name="Ash"), row(120002, 90, 5_000, name="Beech"))
    answer = what_if(Case(schools, policy_of()).solve(), closes=120002)
    said = "\n".join(answer.sentences)
    assert "Ash (120001) would be alone if the rest of the plan stayed as it is." in said
    assert "Its 90 pupils are moved to no other school" in said
    assert answer.kept.groups == ()
    assert answer.kept_change.of_kind("left alone")[0].urn == 120001


def test_a_school_that_converts_may_still_take_part_or_not() -> None:
    barred = what_if(Case(three(), policy_of()).solve(), converts=120002)
    assert "by law only maintained schools may federate" in barred.reason
    policy = policy_of('take_part.academies="as maintained"')
    solved = Case(three(), policy).solve()
    still = what_if(solved, converts=120002)
    assert still.reason == ""
    assert "It would still take part under this policy." in still.sentences
    assert still.kept.groups == solved.plan.groups


def test_what_cannot_be_asked_is_refused() -> None:
    schools = schools_of(
        *[row(s.urn, s.roll, 0, name=s.name) for s in three().rows],
        row(120004, 80, 900, type="Academy converter"),
        row(120005, 80, 900, status="Closed"),
    )
    solved = Case(schools, policy_of()).solve()
    for event, urn, what in (
        ("leaves", 120009, "no such school"),
        ("leaves", 120004, "takes no part already: an academy"),
        ("closes", 120005, 'its status is "Closed"'),
        ("converts", 120004, "only a maintained school converts"),
    ):
        with pytest.raises(UsageRefused, match=what):
            what_if(solved, **{event: urn})
    with pytest.raises(UsageRefused, match="0 events asked"):
        what_if(solved)
    with pytest.raises(UsageRefused, match="2 events asked"):
        what_if(solved, leaves=120001, closes=120001)
    none = Case(schools, policy_of("limits.federations.at_least=9")).solve()
    with pytest.raises(UsageRefused, match="no plan can exist"):
        what_if(none, leaves=120001)


def test_an_academy_may_close_too() -> None:
    """It takes no part, but it may be the nearest school that keeps another from being sparse."""
    schools = schools_of(
        *[row(s.urn, s.roll, 5_000 * k, name=s.name) for k, s in enumerate(three().rows)],
        row(120004, 200, 100, type="Academy converter"),
    )
    answer = what_if(Case(schools, policy_of()).solve(), closes=120004)
    assert answer.own == ()
    old = answer.before.county.sparsity_miles[0]
    new = answer.kept.county.sparsity_miles[0]
    assert old is not None
    assert new is not None
    assert new > old


def test_locks_hold_on_for_the_others() -> None:
    policy = policy_of(
        "locks.together=[[120001,120002,120003],[120004,120001]]", "locks.apart=[[120001,120005]]"
    )
    after = unlocked(policy, 120001)
    assert after.locks.together == ((120002, 120003),)
    assert after.locks.apart == ()
    assert [rule.title for rule in after.rules].count("together") == 1
    assert "apart" not in [rule.title for rule in after.rules]
    assert unlocked(policy, 120009) is policy
