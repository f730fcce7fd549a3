"""Add a rule, a term and a limit of one's own to a ready policy, and compare the plans.

    python examples/add_a_rule.py [SCHOOLS]

SCHOOLS is a schools.geojson; the model county where none is given.
"""
# ruff: noqa: T201

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

import grouping

MODEL_COUNTY = Path(__file__).resolve().parent.parent / "data" / "schools.geojson"

# A rule says which federations may exist: a sentence, and true or false for each row of a table.
balanced = grouping.Rule(
    sentence="no school holds more than two thirds of the pupils",
    allows=lambda f: 3 * f.largest("roll") <= 2 * f.sum("roll"),
)

# A term says what a federation costs: a weight (points a unit) and a measure of each row.
driving = grouping.Term(
    "head's driving",
    unit="miles a week, there and back along the links twice",
    weight=0.2,
    measure=lambda f: f.tree_miles * 2 * 2,
)

# A limit bounds a whole number summed over the plan.
fours = grouping.Limit(
    "federations of four",
    measure=lambda f: (f.size >= 4).astype(np.int64),
    at_most=2,
)


def said(plan: grouping.Plan) -> dict[str, int]:
    """Take from a plan the figures to compare."""
    sizes = [len(group) for group in plan.groups]
    largest = [max(s.roll for s in plan.federations.schools(row)) for row in range(len(plan))]
    rolls = [p["roll"] for p in plan.proposals]
    return {
        **{stage.name: stage.value for stage in plan.stages},
        "federations": len(plan),
        "federations of four or more": sum(size >= 4 for size in sizes),
        "with a school above two thirds": sum(
            3 * a > 2 * b for a, b in zip(largest, rolls, strict=True)
        ),
    }


def main(path: str | Path = MODEL_COUNTY) -> None:
    """Propose with and without the three, and print the two side by side."""
    schools = grouping.read_schools(path)
    ready = grouping.read_policy("norfolk-2012")
    own = ready.with_rule(balanced).with_term(driving).with_limit(fours)
    plans = [grouping.propose(schools, policy) for policy in (ready, own)]
    if plans[1].status == "infeasible":
        print(
            "No plan can exist with these. They cannot all hold:", *plans[1].conflicts, sep="\n  "
        )
        return
    first, second = map(said, plans)
    print(f"{'':32}{'ready':>10}{'own':>10}")
    for name, value in first.items():
        print(f"{name:32}{value:>10,}{second[name]:>10,}")
    same = set(plans[0].groups) & set(plans[1].groups)
    print(f"{len(same)} federations are the same. Status: {plans[0].status}, {plans[1].status}.")
    print("The costs are not of one kind: the second has a term more.")
    print("These are candidates for discussion: governing bodies decide.")


if __name__ == "__main__":
    main(*sys.argv[1:2])
