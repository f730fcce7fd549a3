"""The lead-school model: the formulation most would write first, in CP-SAT.

    z[i, l]   school i is in the federation led by l; z[l, l]: l leads one
    t[i, l]   so is i, not linked to l itself, but to one that is
    rules     every school in at most one; 2 to 4 schools; one small school at least; no two that
              may not be together; each member linked to its lead, or to one linked to it, or to
              one of these: all there can be among four that are joined
    cost      sum of c[i, l] z[i, l], pupils short or over, heads solved: all linear

Rules, tiers and costs are those of `lead_policy`, and both stages before the cost come first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from lead_policy import with_lead
from numpy.typing import NDArray
from ortools.sat.python import cp_model
from stages_in_turn import Groups, InTurn

from grouping.policy.survey import Survey
from grouping.policy.words import Policy
from grouping.world.county import HEADS, SMALL, URGENT, County

Flags = NDArray[np.bool_]


def lead_school(seen: Survey) -> InTurn:
    """Make the model of a county."""
    county, policy = seen.county, seen.policy
    assert sizes(policy)[1] <= 4, "four schools that are joined are at most three steps apart"
    n = len(county)
    fits = fitting(county, policy)
    model = cp_model.CpModel()
    near = [[i for i in range(n) if i == lead or fits[i, lead]] for lead in range(n)]
    z = {(i, lead): model.new_bool_var(f"z{i},{lead}") for lead in range(n) for i in near[lead]}
    for i in range(n):
        model.add_at_most_one(z[i, lead] for lead in range(n) if (i, lead) in z)
    costs = []
    for lead, mine in enumerate(near):
        member = {i: z[i, lead] for i in mine}
        together(model, member, lead, county, fits, policy)
        costs.append(cost_of(model, member, member[lead], county, policy))
    total = with_lead(county)
    drive = sum(int(total[i, lead]) * x for (i, lead), x in z.items() if i != lead)
    stages = [
        uncovered(county, role, [(i, x) for (i, _), x in z.items()]) for role in (URGENT, SMALL)
    ]

    def groups(value: Callable[[Any], bool]) -> Groups:
        led = [lead for lead in range(n) if value(z[lead, lead])]
        return tuple(tuple(i for i in near[lead] if value(z[i, lead])) for lead in led)

    return InTurn(model, [*stages, drive + sum(costs)], list(z.values()), groups)


def together(
    model: Any, member: dict[int, Any], lead: int, county: County, fits: Flags, policy: Policy
) -> None:
    """State what the members of one federation must be."""
    least, most = sizes(policy)
    led, count = member[lead], sum(member.values())
    model.add(count >= least * led)
    model.add(count <= most * led)
    small = np.isin(county.role, (URGENT, SMALL))
    model.add(sum(x for i, x in member.items() if small[i]) >= led)
    for i, x in member.items():
        if i != lead:
            model.add_implication(x, led)
        for j, other in member.items():
            if i < j and not fits[i, j]:
                model.add(x + other <= led)
    joined(model, member, lead, county)


def joined(model: Any, member: dict[int, Any], lead: int, county: County) -> None:
    """State that the members are joined by links: in three steps from the lead at most."""
    linked = county.linked
    first = [i for i in member if linked[i, lead]]
    beyond = [i for i in member if i != lead and not linked[i, lead]]
    second = {i: model.new_bool_var("") for i in beyond}
    for i in beyond:
        by_first = [member[j] for j in first if linked[i, j]]
        model.add_implication(second[i], member[i])
        model.add(sum(by_first) >= second[i])
        model.add(sum(by_first) + sum(second[j] for j in beyond if linked[i, j]) >= member[i])


def cost_of(model: Any, member: dict[int, Any], led: Any, county: County, policy: Policy) -> Any:
    """Cost of size and vacancies, thousandths of a point: linear, by three variables."""
    most = sizes(policy)[1]
    terms = {term.name: term.settings or {} for term in policy.terms}
    rolls = sum(int(county.rolls[i]) * x for i, x in member.items())
    size, cost = terms["size"], 0
    highest = most * int(county.rolls.max())
    for bound, beyond in ((int(size["at_least"]), -1), (int(size["at_most"]), 1)):
        off = model.new_int_var(0, max(bound, highest), "")
        model.add(off >= beyond * (rolls - bound * led))
        cost += 1000 * int(size["weight"]) // bound * off
    going = [HEADS.index("leaving"), HEADS.index("vacant")]
    solved = model.new_int_var(0, most - 1, "")
    model.add(solved <= sum(x for i, x in member.items() if county.heads[i] in going))
    model.add(solved <= sum(member.values()) - led)
    for i, x in member.items():
        if county.heads[i] == HEADS.index("unknown"):
            model.add(solved <= (most - 1) * (1 - x))
    return cost - 1000 * int(terms["vacancies"]["weight"]) * solved


def uncovered(county: County, role: int, held: Sequence[tuple[int, Any]]) -> Any:
    """Count the schools of a tier that are in no federation."""
    there = int((county.role == role).sum())
    return there - sum(x for i, x in held if county.role[i] == role)


def fitting(county: County, policy: Policy) -> Flags:
    """Which two schools the rules of pairs let be together, n x n."""
    fits = np.ones((len(county), len(county)), dtype=np.bool_)
    for rule in policy.rules:
        if rule.pairs is not None:
            fits &= rule.pairs(county)
    return fits


def sizes(policy: Policy) -> tuple[int, int]:
    """Fewest and most schools of a federation."""
    found = next(rule.settings for rule in policy.rules if rule.name == "schools")
    assert found is not None
    return int(found["at_least"]), int(found["at_most"])
