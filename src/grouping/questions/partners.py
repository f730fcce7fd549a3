"""The easiest partners of a school that no candidate holds, each with what it would take.

Schools that take no part, but that a key of the policy would let in, are looked at too.
"""

from __future__ import annotations

from dataclasses import replace

from grouping.answers.between import Between, between
from grouping.answers.nearby import around, nearby
from grouping.policy.survey import Survey, survey
from grouping.policy.words import Policy

MORE = 5  # partners looked at beyond those told: rules on sets may change their order


def ways_in(seen: Survey, urn: int, many: int) -> tuple[Between, ...]:
    """Find the partners that take the fewest changes of the policy, then the shortest journey.

    Each is checked: under its changes a candidate holds both. Those that cannot be had are left
    out.
    """
    wide = _wider(seen)
    county = around(wide.county, [wide.county.position(urn)])
    takes = set(seen.county.urns.tolist())
    ranked = [
        (len(names) + (int(county.urns[j]) not in takes), k, int(county.urns[j]))
        for k, (j, names) in enumerate(nearby(county, wide.policy, county.position(urn)))
    ]
    found: list[tuple[int, int, Between]] = []
    for _, k, other in sorted(ranked)[: many + MORE]:
        way = between(seen, urn, other)
        if way is not None and way.works and way.repairs:
            found.append((len(way.repairs), k, way))
    told: list[Between] = []
    for _, _, way in sorted(found, key=lambda one: one[:2]):
        if not any(_no_more(known, way) for known in told):
            told.append(way)
    return tuple(told[:many])


def _no_more(known: Between, way: Between) -> bool:
    """Whether a way takes what a known one takes, and more schools for nothing."""
    return set(known.schools) <= set(way.schools) and known.settings == way.settings


def _wider(seen: Survey) -> Survey:
    """Let in every school that is too large for a partner, and academies as a what-if."""
    asked: Policy = seen.asked
    most = max((school.roll for school in seen.schools.rows), default=0)
    roles = replace(asked.roles, partner_at_most=max(most, asked.roles.partner_at_most))
    taking = asked.take_part
    if taking.academies == "leave out":
        taking = replace(taking, academies="as maintained")
    policy = replace(asked, roles=roles, take_part=taking)
    return survey(seen.schools, policy, seen.county.journeys)
