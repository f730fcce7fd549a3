"""What the domain notes ask of the engine (end of section 7), on real Norfolk and on invented."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import pytest

from grouping import federation, propose
from grouping.answers.consents import consents
from grouping.files.shipped import money_of
from grouping.policy.survey import survey
from grouping.world import budgets
from villages import policy_of, row, schools_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from grouping.world.schools import Schools

FREE = "take_part.existing=free"
PILGRIM = ("Blakeney", "Hindringham", "Kelling", "Walsingham")


def refusals(schools: Schools, urns: Sequence[int], *settings: str) -> tuple[str, ...]:
    """Say why these schools may not be one federation under norfolk-2012 with settings."""
    seen = survey(schools, policy_of(*settings))
    return seen.policy.refusals(federation(seen.county, urns))


def pilgrims_of(norfolk: Schools) -> list[int]:
    """Find the four schools of the Pilgrim Federation in the register by their places."""
    found = []
    for place in PILGRIM:
        named = [s for s in norfolk.rows if place in s.name and s.status == "Open"]
        assert len(named) == 1, place
        found.append(named[0].urn)
    return found


def test_the_pilgrim_federation_is_allowed_at_thirty_minutes_and_not_at_25(
    norfolk: Schools,
) -> None:
    """Existing federations free: the refusal names the longest journey, Kelling to Walsingham."""
    urns = pilgrims_of(norfolk)
    assert len({norfolk.rows[norfolk.index_of(u)].federation for u in urns}) == 1
    assert refusals(norfolk, urns, FREE) == ()
    said = refusals(norfolk, urns, FREE, "rules.longest_journey.at_most=25")
    assert len(said) == 1
    county = survey(norfolk, policy_of(FREE)).county
    one = federation(county, urns)
    minutes = float(one.longest_journey[0])
    assert 25 < minutes <= 30
    assert f"found {minutes}" in said[0]
    kelling, walsingham = (county.position(u) for u in (urns[2], urns[3]))
    assert county.tenths[kelling, walsingham] == round(10 * minutes)
    assert int(one.sum("roll")[0]) * 7 <= 2_200, "head of pay group 2"


def pilgrims() -> Schools:
    """Four church schools as the Pilgrims stand: a line of three, the fourth inland."""
    church = {"religious_character": "Church of England", "diocese": "Diocese of Norwich"}
    kind = {"type": "Voluntary controlled school"}
    return schools_of(
        row(120001, 43, 0, 0, name="Bleak Ness", **church, **kind),
        row(120002, 39, -6_000, -8_000, name="Hindle Ring", **church, **kind),
        row(120003, 51, 6_500, -1_200, name="Kell Heath", **church, **kind),
        row(120004, 43, -8_300, -5_000, name="Wall Sing", **church, **kind),
    )


def test_a_stand_in_for_the_pilgrims_is_allowed_at_thirty_minutes_and_not_at_25() -> None:
    """Kell Heath and Wall Sing are 15.3 km apart: 26.7 minutes."""
    schools = pilgrims()
    urns = [s.urn for s in schools.rows]
    assert refusals(schools, urns) == ()
    said = refusals(schools, urns, "rules.longest_journey.at_most=25")
    assert said == ("rule not met: every journey at most 25 minutes (found 26.7)",)
    assert survey(schools, policy_of()).county.tenths[2, 3] == 267
    kept = propose(schools, policy_of("locks.federations=[[120001, 120002, 120003, 120004]]"))
    assert kept.groups == (tuple(urns),)
    assert kept.proposals[0]["longest_journey"] == 26.7
    assert kept.proposals[0]["roll"] == 176


def mixed(kind: str, character: str, diocese: str | None) -> Schools:
    return schools_of(
        row(120001, 60, 0, name="Brook"),
        row(120002, 60, 4_000, name="Hemp Hall", type=kind, religious_character=character,
            diocese=diocese),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("diocese", "named"),
    [("Diocese of Norwich", "Diocese of Norwich"), (None, "diocese to be confirmed")],
)
def test_a_controlled_church_school_and_a_community_school(diocese: str | None, named: str) -> None:
    """Allowed by default, naming the Diocesan Board whose consent is needed; refused by strict."""
    schools = mixed("Voluntary controlled school", "Church of England", diocese)
    plan = propose(schools, policy_of())
    assert plan.groups == ((120001, 120002),)
    assert plan.proposals[0]["consents"] == [
        {"consent": f"Diocesan Board of Education ({named})", "schools": [120002]},
        {"consent": "foundation governors", "schools": [120002]},
    ]
    strict = propose(schools, policy_of("rules.ethos.policy=strict"))
    assert strict.groups == ()
    assert "ethos" in strict.alone[0]["reason"]
    assert len(refusals(schools, [120001, 120002], "rules.ethos.policy=strict")) == 1


BOARD = "Diocesan Board of Education (Diocese of Ely)"


@pytest.mark.parametrize(
    ("kind", "character", "who"),
    [
        ("Voluntary aided school", "Church of England",
         [BOARD, "trustees of the voluntary aided school"]),
        ("Voluntary controlled school", "Methodist",
         ["Methodist trustees", "foundation governors"]),
        ("Foundation school", "Christian",
         ["foundation governors", "the school's Christian foundation or trustees"]),
        ("Foundation school", "Does not apply",
         ["the foundation or trust of the foundation school"]),
        ("Community school", "Does not apply", []),
    ],
)  # fmt: skip
def test_whose_consent_is_named(kind: str, character: str, who: list[str]) -> None:
    schools = mixed(kind, character, "Diocese of Ely")
    found = consents(federation(survey(schools, policy_of()).county, [120001, 120002]), 0)
    assert [one["consent"] for one in found] == who
    assert all(one["schools"] == [120002] for one in found)


@pytest.mark.parametrize("base", ["norfolk-2012", "soft-federation", "shared-business-manager"])
def test_an_academy_is_left_out_with_the_law_or_said_to_be_informal(base: str) -> None:
    """Two academies and a maintained school a mile apart: no hard federation holds an academy."""
    academy = {"type": "Academy converter", "trust": "T"}
    schools = schools_of(
        row(120001, 60, 0, **academy), row(120002, 40, 1_600, **academy), row(120003, 40, 3_200)
    )
    plan = propose(schools, policy_of(base=base))
    if base == "soft-federation":
        assert plan.groups == ((120001, 120002, 120003),)
        said = [c["consent"] for c in plan.proposals[0]["consents"]]
        assert any(one.startswith("informal only") for one in said)
        return
    assert plan.groups == ()
    assert set(plan.left_out) == {120001, 120002}
    assert all("Education Act 2002 section 24" in why for why in plan.left_out.values())
    assert plan.summary["small"]["left_out_by_law"] == 1
    assert plan.summary["urgent"]["left_out_by_law"] == 1


def test_two_tiny_schools_gain_nothing_and_a_third_larger_one_does() -> None:
    """Against heads who teach as today: 40 + 40 loses, 40 + 90 + 60 gains some 53,200."""
    m = money_of("2025-26")

    def gain(*rolls: int) -> Fraction:
        alone = sum(budgets.cost_alone(m, n, budgets.teaching_share(m, n)) for n in rolls)
        return alone - budgets.cost_federated(m, rolls, Fraction(5 * (len(rolls) - 1)))

    assert gain(40, 40) < 0
    assert gain(40, 90) > 0
    assert 53_000 < gain(40, 90, 60) < 53_500


def test_a_school_of_twelve_with_no_partner_in_reach_does_not_vanish(village: Schools) -> None:
    """Elm, 25 km past Dale: it is in `alone` with a reason and what would give it a partner."""
    plan = propose(village, policy_of())
    one = next(one for one in plan.alone if one["urn"] == 120005)
    assert one["role"] == "urgent"
    assert "no candidate federation holds it" in one["reason"]
    assert "Dale (120004), 42.4 minutes away" in one["reason"]
    assert "a longest journey of 42.4 minutes, 12.4 more than the policy has" in one["reason"]
    assert "links of up to 42.4 minutes, 22.4 more than the policy has" in one["reason"]
    assert plan.summary["urgent"] == {
        "total": 2, "left_out_by_law": 0, "left_out_otherwise": 0, "already_federated": 0,
        "newly_covered": 1, "alone": 1,
    }  # fmt: skip
    enough = policy_of("rules.longest_journey.at_most=42.4", "neighbours.link_at_most=42.4")
    assert 120005 in {urn for group in propose(village, enough).groups for urn in group}


def test_real_norfolk_is_proved_and_accounts_for_every_school(norfolk: Schools) -> None:
    """Existing kept: every school is in a federation, alone with a reason, or left out with one."""
    plan = propose(norfolk, policy_of())
    assert plan.status == "optimal"
    assert all(stage.bound == stage.value for stage in plan.stages)
    inside = [urn for group in plan.groups for urn in group]
    alone = [one["urn"] for one in plan.alone]
    assert sorted([*inside, *alone, *plan.left_out]) == norfolk.urns.tolist()
    assert all(len(one["reason"]) > 20 for one in plan.alone)
    assert set(pilgrims_of(norfolk)) <= set(inside)
