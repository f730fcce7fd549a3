"""Ask again and again of one county, as in a meeting: each answer is proved, and comes in a moment.

Run it from anywhere: python examples/ask_again.py
"""

# ruff: noqa: T201

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import grouping

COUNTY = Path(__file__).resolve().parents[1] / "data" / "schools.geojson"


def cost(solved: grouping.Solved) -> str:
    """Say what a plan leaves alone and what it costs, in points."""
    if solved.plan.status != "optimal":
        return "no plan can exist"
    urgent, small, points = (stage.value for stage in solved.plan.stages)
    return f"{urgent} urgent and {small} small alone, {points / 1000:.3f} points"


def main() -> None:
    """Solve the model county, then change one thing at a time."""
    case = grouping.Case(grouping.read_schools(COUNTY), grouping.read_policy("norfolk-2012"))
    first = case.solve()
    fresh = [p["schools"] for p in first.plan.proposals if p["existing"] == "new"]
    held, other = fresh[0], fresh[1]
    questions = {
        "as it stands": lambda: first,
        f"{held[0]} and {held[1]} apart": lambda: first.apart(*held[:2]),
        f"not {'-'.join(map(str, held))}": lambda: first.forbidden(*held),
        f"{other[0]} left out": lambda: first.left_out(other[0]),
        "two federations fewer": lambda: first.limited("federations", at_most=len(first.plan) - 2),
        "journeys twice the weight": lambda: first.weighed("journey", 40),
    }
    for name, ask in questions.items():
        start = perf_counter()
        found = ask()
        print(f"{name:40} {cost(found)}  ({perf_counter() - start:.2f} s)")
    assert first.apart(*held[:2]).undo() is first
    print("These are candidates for discussion: governing bodies decide.")


if __name__ == "__main__":
    main()
