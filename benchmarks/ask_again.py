"""Time random changes of a solved case, each held against a cold solve of the changed policy.

    python benchmarks/ask_again.py [SCHOOLS] [--changes 300] [--set key=value ...] [--norfolk]

Pairs together and apart, federations forbidden, schools left out, limits, weights, in turn, all
from the first plan. Prints median and worst seconds of each kind, and how many answers differ from
`grouping.propose`: none is the only good number.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median

from instances import model_county, norfolk
from machine import heading, machine, row, seconds, timed

import grouping
from grouping.errors import GroupingError

KINDS = ("together", "apart", "forbidden", "left out", "limit", "weight")
TERMS = ("journey", "ethos", "leadership", "size", "dominance")
WEIGHTS = (1, 5, 10, 15, 25, 40)


def change(first: grouping.Solved, kind: str, rng: random.Random) -> Callable[[], grouping.Solved]:
    """Choose a change of one kind."""
    table, urns = first.bench.gathered.table, first.plan.county.urns.tolist()
    held = table.urns(rng.randrange(len(table)))
    if kind == "together":
        pair = rng.sample(held, 2)
        return lambda: first.together(*pair)
    if kind == "apart":
        pair = rng.sample(rng.choice(first.plan.groups), 2)
        return lambda: first.apart(*pair)
    if kind == "forbidden":
        group = rng.choice(first.plan.groups)
        return lambda: first.forbidden(*group)
    if kind == "left out":
        urn = rng.choice(urns)
        return lambda: first.left_out(urn)
    if kind == "limit":
        name, most = rng.choice(
            [("federations", len(first.plan) - rng.randint(0, 4)),
             ("mixed_federations", rng.randint(0, 8))]
        )  # fmt: skip
        return lambda: first.limited(name, at_most=most)
    term, weight = rng.choice(TERMS), rng.choice(WEIGHTS)
    return lambda: first.weighed(term, weight)


def same(asked: grouping.Solved) -> bool:
    """Whether an answer is that of its policy solved from nothing."""
    case, warm = asked.bench.case, asked.plan
    cold = grouping.propose(case.schools, asked.policy, case.journeys)
    return (cold.status, cold.stages, cold.groups, cold.candidates) == (
        warm.status, warm.stages, warm.groups, warm.candidates,
    )  # fmt: skip


def table(schools: grouping.Schools, policy: grouping.Policy, changes: int) -> int:
    """Print the table; how many answers differ."""
    first = timed(grouping.Case(schools, policy).solve)
    rng = random.Random(5)
    took: dict[str, list[float]] = {kind: [] for kind in KINDS}
    differ, refused = 0, 0
    while sum(map(len, took.values())) < changes:
        kind = KINDS[(sum(map(len, took.values())) + refused) % len(KINDS)]
        try:
            done = timed(change(first.made, kind, rng))
        except GroupingError:  # what is kept cannot be forbidden or taken apart
            refused += 1
            continue
        took[kind].append(done.seconds)
        differ += not same(done.made)
    heading(("change", "asked", "median, s", "worst, s"))
    for kind, all_of in [*took.items(), ("all", [one for held in took.values() for one in held])]:
        row([kind, len(all_of), seconds(median(all_of)), seconds(max(all_of))])
    print(
        f"\n{len(first.made.plan.county)} schools, {first.made.plan.candidates:,} candidates, ",
        end="",
    )
    print(f"first solve {seconds(first.seconds)} s; {refused} refused; {differ} differ")
    return differ


def main() -> int:
    """Read the options and print the table; 1 where an answer differs."""
    parser = argparse.ArgumentParser(description="Time random changes of a solved case.")
    parser.add_argument("schools", nargs="?", type=Path)
    parser.add_argument("--norfolk", action="store_true", help="real Norfolk, where it is at hand")
    parser.add_argument("--changes", type=int, default=300)
    parser.add_argument("--set", action="append", default=[], dest="settings")
    chosen = parser.parse_args()
    schools = norfolk() if chosen.norfolk else model_county()
    if chosen.schools is not None:
        schools = grouping.read_schools(chosen.schools)
    if schools is None:
        print("The register is not at hand.")
        return 0
    differ = table(schools, grouping.read_policy("norfolk-2012", chosen.settings), chosen.changes)
    print(machine())
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
