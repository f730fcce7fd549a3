"""Why a school stays alone, with figures, and the smallest relaxation that would help."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from grouping.policy.words import Policy
from grouping.world.county import PARTNER, ROLE_WORDS, County
from grouping.world.federations import Federations
from grouping.world.journeys import NONE

if TYPE_CHECKING:
    from grouping.answers.plan import Plan

AROUND = 300  # nearest schools among which the easiest partner is looked for


def reasons(plan: Plan) -> list[dict[str, object]]:
    """Give every school in no federation of a plan: URN, role and a reason, by URN."""
    inside = set(plan.federations.members[plan.federations.there].tolist())
    county = plan.county
    return [
        {
            "urn": int(county.urns[i]),
            "role": ROLE_WORDS[county.role[i]],
            "reason": reason(plan, i),
        }
        for i in range(len(county))
        if i not in inside
    ]


def reason(plan: Plan, i: int) -> str:
    """Say why the school at a position stays alone."""
    county, held = plan.county, int(plan.held[i])
    if county.role[i] == PARTNER:
        if held:
            many = f"a possible partner in {held:,} federations"
            return f"{many}; this plan finds the small schools other partners"
        return "a possible partner, but no candidate federation holds it"
    if held:
        return (
            f"{held:,} candidate federations hold it, but each would take a school that this plan "
            "places better elsewhere: no plan leaves fewer small schools alone"
            if plan.status == "optimal"
            else f"{held:,} candidate federations hold it; the search stopped before it was placed"
        )
    return "no candidate federation holds it. " + _nearest_repair(county, plan.survey.policy, i)


def _nearest_repair(county: County, policy: Policy, i: int) -> str:
    """Name the partner that the fewest rules stand against, and what each would have to give."""
    if len(county) == 1:
        return "No other school takes part"
    county, i = _around(county, i)
    others = np.asarray([j for j in range(len(county)) if j != i], dtype=np.int32)
    pairs = np.stack([np.minimum(others, i), np.maximum(others, i)], axis=1).astype(np.int32)
    f = Federations(county, pairs)
    broken = [(rule, ~np.asarray(rule.allows(f), dtype=np.bool_)) for rule in policy.rules]
    count = sum((marks.astype(np.int64) for _, marks in broken), start=np.zeros(len(f), np.int64))
    tenths = county.tenths[i, others]
    far = np.where(tenths == NONE, np.iinfo(np.int32).max, tenths)
    best = int(np.lexsort((others, county.metres[i, others], far, count))[0])
    other = county.schools[int(others[best])]
    minutes = int(tenths[best])
    journey = "no journey" if minutes == NONE else f"{minutes / 10:.1f} minutes"
    said = f"Nearest to a partner: {other.name} ({other.urn}), {journey} away"
    names = [rule.title for rule, marks in broken if marks[best]]
    if not names:
        return said + ", which its locks or its kept federation rule out"
    return (
        said + "; it would take " + " and ".join(_repair(name, policy, minutes) for name in names)
    )


def _around(county: County, i: int) -> tuple[County, int]:
    """Give the nearest schools to one, with it, and its position among them."""
    east, north = county.points
    squares = (east - east[i]) ** 2 + (north - north[i]) ** 2
    near = np.argsort(squares, kind="stable")[:AROUND]
    part = county.part(np.append(near, i))
    return part, part.position(int(county.urns[i]))


def _repair(name: str, policy: Policy, minutes: int) -> str:
    if name == "connected":
        link = int(10 * policy.neighbours.link_at_most)
        if minutes > link:
            return f"links {(minutes - link) / 10:.1f} minutes longer than the policy has"
        return "a link between the two"
    if name == "longest_journey":
        most = next(r.settings for r in policy.rules if r.title == name)
        if most is not None and minutes != NONE:
            over = minutes - int(10 * most["at_most"])
            return f"a longest journey {over / 10:.1f} minutes longer than the policy has"
        return "a journey between the two"
    if name == "ethos":
        return "an ethos rule that lets the two join, with the consents named"
    return f'a change of the rule "{name}"'
