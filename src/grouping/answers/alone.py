"""Why a school stays alone, with figures, and the smallest relaxation that would help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from grouping.answers.nearby import around, nearby
from grouping.answers.repairs import repair_of
from grouping.answers.wording import listed, named
from grouping.policy.words import Policy
from grouping.world.county import PARTNER, ROLE_WORDS, County
from grouping.world.federations import table
from grouping.world.journeys import NONE

if TYPE_CHECKING:
    from grouping.answers.plan import Plan


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
    urn = int(county.urns[i])
    county = around(county, [i])
    i = county.position(urn)
    best, names = next(nearby(county, policy, i))
    tenths = int(county.tenths[i, best])
    journey = "no journey" if tenths == NONE else f"{tenths / 10:.1f} minutes"
    said = f"Nearest to a partner: {named(county.schools[best])}, {journey} away"
    if not names:
        return said + ", which its locks or its kept federation rule out"
    pair = table(county, [[i, best]])
    return said + "; it would take " + listed(repair_of(n, pair, policy).words for n in names)
