"""The assignment model: schools into numbered federations, in CP-SAT.

    x[i, g]   school i is in federation g;  y[l, g]: l leads it
    p[i, l]   l leads the federation that i is in: what the costs hang on
    b[i, j]   j is the school through which i is joined to its lead, in so many steps
    numbers   federations in the order of their first school, unused ones last: each plan once

Rules, tiers and costs are those of `lead_policy`, as for the lead-school model.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from lead_policy import with_lead
from lead_school import cost_of, fitting, sizes, uncovered
from ortools.sat.python import cp_model
from stages_in_turn import Groups, InTurn

from grouping.policy.survey import Survey
from grouping.world.county import SMALL, URGENT, County

Grid = dict[tuple[int, int], Any]


def assignment(seen: Survey) -> InTurn:
    """Make the model of a county."""
    county, policy = seen.county, seen.policy
    least, most = sizes(policy)
    n = len(county)
    fits = fitting(county, policy)
    small = np.isin(county.role, (URGENT, SMALL))
    numbers = range(min(n // least, int(small.sum())))
    model = cp_model.CpModel()
    x = {(i, g): model.new_bool_var(f"x{i},{g}") for i in range(n) for g in numbers}
    y = {(i, g): model.new_bool_var(f"y{i},{g}") for i in range(n) for g in numbers}
    used = [model.new_bool_var(f"u{g}") for g in numbers]
    for i in range(n):
        model.add_at_most_one(x[i, g] for g in numbers)
    costs = []
    for g in numbers:
        member = {i: x[i, g] for i in range(n)}
        model.add(sum(member.values()) >= least * used[g])
        model.add(sum(member.values()) <= most * used[g])
        model.add(sum(y[i, g] for i in range(n)) == used[g])
        model.add(sum(x[i, g] for i in range(n) if small[i]) >= used[g])
        for i in range(n):
            model.add_implication(y[i, g], x[i, g])
            for j in range(i + 1, n):
                if not fits[i, j]:
                    model.add_at_most_one(x[i, g], x[j, g])
        costs.append(cost_of(model, member, used[g], county, policy))
    in_order(model, x, used, n)
    joined(model, x, y, county, most)
    drive = led_by(model, x, y, county, fits)
    held = [(i, variable) for (i, _), variable in x.items()]
    stages = [uncovered(county, role, held) for role in (URGENT, SMALL)]

    def groups(value: Callable[[Any], bool]) -> Groups:
        found = (tuple(i for i in range(n) if value(x[i, g])) for g in numbers)
        return tuple(group for group in found if group)

    return InTurn(model, [*stages, drive + sum(costs)], [*x.values(), *y.values()], groups)


def in_order(model: Any, x: Grid, used: list[Any], n: int) -> None:
    """Number the federations by their first school, unused ones last."""
    for g in range(1, len(used)):
        model.add_implication(used[g], used[g - 1])
        for i in range(n):
            model.add(sum(x[j, g - 1] for j in range(i)) >= x[i, g])


def led_by(model: Any, x: Grid, y: Grid, county: County, fits: np.ndarray) -> Any:
    """Return the cost of every school with its lead."""
    total = with_lead(county)
    numbers = {g for _, g in x}
    cost = 0
    for i in range(len(county)):
        for lead in range(len(county)):
            if i != lead and fits[i, lead]:
                with_it = model.new_bool_var(f"p{i},{lead}")
                for g in numbers:
                    model.add(x[i, g] + y[lead, g] - 1 <= with_it)
                cost += int(total[i, lead]) * with_it
    return cost


def joined(model: Any, x: Grid, y: Grid, county: County, most: int) -> None:
    """Join every member to its lead by links, through members only (an arborescence)."""
    n = len(county)
    numbers = {g for _, g in x}
    steps = [model.new_int_var(0, most - 1, f"d{i}") for i in range(n)]
    for i in range(n):
        through = []
        for j in np.flatnonzero(county.linked[i]).tolist():
            by = model.new_bool_var(f"b{i},{j}")
            through.append(by)
            model.add(steps[i] >= steps[j] + 1).only_enforce_if(by)
            for g in numbers:
                model.add(x[i, g] + by - 1 <= x[j, g])
        model.add(sum(through) == sum(x[i, g] - y[i, g] for g in numbers))
