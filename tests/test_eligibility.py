"""Who takes part, in what role, and the reason each of the others is given."""

from __future__ import annotations

import pytest

from grouping.errors import PolicyRefused
from grouping.policy.eligibility import Participation, role_of, take_part
from grouping.policy.survey import survey
from grouping.world.county import NO_ROLE, PARTNER, SMALL, URGENT
from grouping.world.register import KNOWN_TYPES
from grouping.world.schools import Row
from villages import policy_of, row, schools_of


def taking(*rows: Row, settings: tuple[str, ...] = (), base: str = "norfolk-2012") -> Participation:
    return take_part(schools_of(*rows), policy_of(*settings, base=base))


def alone(settings: tuple[str, ...] = (), base: str = "norfolk-2012", **properties: object) -> str:
    """Reason for which one school of 60 pupils takes no part; nothing where it does."""
    found = taking(row(120001, 60, 0, **properties), settings=settings, base=base)
    assert len(found.schools) + len(found.left_out) == 1
    return found.left_out.get(120001, "")


@pytest.mark.parametrize(
    ("roll", "role"),
    [
        (0, URGENT), (49, URGENT), (50, SMALL), (99, SMALL), (100, PARTNER), (420, PARTNER),
        (421, NO_ROLE),
    ],
)  # fmt: skip
def test_roles_at_their_bounds(roll: int, role: int) -> None:
    assert role_of(roll, policy_of()) == role
    found = taking(row(120001, roll, 0))
    assert found.tiers == {120001: role}
    assert (120001 in found.left_out) == (role == NO_ROLE)
    if role != NO_ROLE:
        assert found.role == (role,)


def test_a_school_too_large_is_told_so() -> None:
    found = taking(row(120001, 421, 0))
    assert "421 pupils" in found.left_out[120001]
    assert "420" in found.left_out[120001]


@pytest.mark.parametrize("status", ["Open, but proposed to close", "Proposed to open", "Closed"])
def test_only_open_schools_take_part(status: str) -> None:
    assert status in alone(status=status)
    assert alone(status=" OPEN ") == ""
    assert alone(status=None) == ""


def test_every_type_takes_part_or_is_left_out_by_type() -> None:
    """Four maintained types take part; three kinds of academy by law not; the rest by type."""
    part = {"Community school", "Foundation school"}
    part |= {f"Voluntary {kind} school" for kind in ("aided", "controlled")}
    academies = {"Academy converter", "Academy sponsor led", "Free schools"}
    assert part | academies < set(KNOWN_TYPES.values())
    for name in KNOWN_TYPES.values():
        reason = alone(type=name)
        if name in part:
            assert reason == "", name
        elif name in academies:
            assert "by law" in reason, name
        else:
            assert "outside this policy" in reason, name


def test_an_academy_is_left_out_with_the_law_and_its_trust() -> None:
    found = taking(row(120001, 60, 0, type="Academy converter", trust=2918))
    assert found.by_law == {120001}
    assert "Education Act 2002" in found.left_out[120001]
    assert "trust 2918" in found.left_out[120001]
    assert "trust 2918" not in alone(type="Academy converter")


def test_academies_as_maintained_or_informal_take_part() -> None:
    for settings, base in (
        (("take_part.academies=as maintained",), "norfolk-2012"),
        ((), "soft-federation"),
    ):
        assert alone(settings, base, type="Free schools") == ""
    with pytest.raises(PolicyRefused, match="by law"):
        policy_of("take_part.academies=informal")


def test_phases_are_those_of_the_policy() -> None:
    assert alone(phase=None) == ""
    assert alone(phase="middle deemed PRIMARY") == ""
    assert "Secondary" in alone(phase="Secondary")
    assert alone(('take_part.phases=["Secondary"]',), phase="Secondary") == ""


@pytest.mark.parametrize(
    ("opened", "roll", "capacity", "filling"),
    [
        ("2018-09-02", 59, 100, True),
        ("2018-09-01", 59, 100, False),
        ("2018-09-02", 60, 100, False),
        ("2018-09-02", 0, 0, False),
        ("2018-09-02", 0, None, False),
        (None, 0, 100, False),
        ("2024-09-01", 62, 104, True),  # 62 is below 62.4
        ("2024-09-01", 63, 105, False),  # 63 is 60 % of 105
    ],
)
def test_a_young_school_below_sixty_per_cent_is_still_filling(
    opened: str | None, roll: int, capacity: int | None, filling: bool
) -> None:
    """Seven years before the first year of 2025-26: after 1 September 2018."""
    found = taking(row(120001, roll, 0, open_date=opened, capacity=capacity))
    assert ("still filling" in found.left_out.get(120001, "")) == filling
    assert len(found.schools) == (not filling)


def test_authorities_chosen_by_name_exactly() -> None:
    rows = (
        row(120001, 60, 0),
        row(120002, 60, 900, local_authority="Suffolk"),
        row(120003, 60, 1_800, local_authority=None),
    )
    found = taking(*rows, settings=('take_part.authorities=["Norfolk"]',))
    assert [s.urn for s in found.schools] == [120001]
    assert "Suffolk" in found.left_out[120002]
    assert set(found.tiers) == {120001}
    with pytest.raises(PolicyRefused, match="Norfolk"):
        survey(schools_of(*rows), policy_of('take_part.authorities=["norfolk"]'))


def test_leave_out_leaves_out_and_warns_where_it_need_not() -> None:
    rows = (row(120001, 60, 0), row(120002, 60, 900), row(120003, 60, 1_800, status="Closed"))
    policy = policy_of("take_part.leave_out=[120002, 120003]")
    seen = survey(schools_of(*rows), policy)
    assert [s.urn for s in seen.taking_part.schools] == [120001]
    assert seen.taking_part.left_out[120002] == "left out by the policy"
    assert [said for said in seen.warnings if "leave_out" in said] == [
        "take_part.leave_out: 120003 takes no part anyway"
    ]
    with pytest.raises(PolicyRefused, match="no such school"):
        survey(schools_of(*rows), policy_of("take_part.leave_out=[999999]"))


def test_two_that_take_part_make_a_block_and_one_does_not() -> None:
    rows = (
        row(120001, 60, 0, federation="K"), row(120002, 60, 900, federation=" K "),
        row(120003, 60, 0, federation="L"),
        row(120004, 60, 0, federation="L", type="Academy converter"),
        row(120005, 60, 0, federation=1992), row(120006, 60, 0, federation="1992"),
    )  # fmt: skip
    found = taking(*rows)
    assert [s.urn for s in found.schools] == [120001, 120002, 120003, 120005, 120006]
    assert found.block == found.today == (0, 0, -1, 1, 1)
    free = taking(*rows, settings=("take_part.existing=free",))
    assert free.today == found.today
    assert set(free.block) == {-1}


def test_an_oversized_member_takes_part_with_its_block_only() -> None:
    """It counts towards the two that make the block, has no role, and is left out where free."""
    rows = (
        row(120001, 60, 0, federation="K"), row(120002, 421, 900, federation="K"),
        row(120003, 421, 0, federation="L"), row(120004, 60, 0, federation="M"),
        row(120005, 900, 0, federation="N"), row(120006, 900, 0, federation="N"),
    )  # fmt: skip
    found = taking(*rows)
    assert [s.urn for s in found.schools] == [120001, 120002, 120004, 120005, 120006]
    assert found.role == (SMALL, NO_ROLE, SMALL, NO_ROLE, NO_ROLE)
    assert found.block == (0, 0, -1, 1, 1)
    assert set(found.left_out) == {120003}
    free = taking(*rows, settings=("take_part.existing=free",))
    assert [s.urn for s in free.schools] == [120001, 120004]
    assert set(free.today) == {-1}


def test_a_federation_with_an_academy_today_is_of_those_that_take_part() -> None:
    """One member left out by law: the other two are the block."""
    rows = [row(120001 + k, 60, 900 * k, federation="K") for k in range(2)]
    academy = row(120003, 60, 1_800, federation="K", type="Academy converter")
    found = taking(*rows, academy)
    assert found.block == (0, 0)
    assert set(found.left_out) == {120003}


def test_nobody_vanishes() -> None:
    kinds = ({}, {"status": "Closed"}, {"type": "Other independent school"}, {"phase": "Nursery"})
    rows = [row(120001 + k, 60 * k, 0, **more) for k, more in enumerate(kinds * 3)]
    found = taking(*rows)
    assert {s.urn for s in found.schools} | set(found.left_out) == set(range(120001, 120013))
    assert not {s.urn for s in found.schools} & set(found.left_out)
    assert all(found.left_out.values())
