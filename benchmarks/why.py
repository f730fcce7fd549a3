"""Time why and why not: random pairs of schools asked about after one solve.

    python benchmarks/why.py [SCHOOLS] [--pairs 200] [--set key=value ...] [--norfolk]

Half of the pairs are any two schools that take part, half are two that some candidate holds. Prints
median and worst seconds of each kind of answer.
"""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path
from statistics import median

from instances import model_county, norfolk
from machine import heading, machine, row, seconds, timed

import grouping


def pairs(first: grouping.Solved, many: int) -> list[tuple[int, int]]:
    """Choose pairs: any two schools, and two of a candidate, in turn."""
    rng, urns = random.Random(5), first.plan.county.urns.tolist()
    table = first.bench.gathered.table
    found = []
    for k in range(many):
        held = urns if k % 2 else table.urns(rng.randrange(len(table)))
        one, other = rng.sample(list(held), 2)
        found.append((one, other))
    return found


def main() -> int:
    """Read the options and print the table."""
    parser = argparse.ArgumentParser(description="Time why and why not on random pairs.")
    parser.add_argument("schools", nargs="?", type=Path)
    parser.add_argument("--norfolk", action="store_true", help="real Norfolk, where it is at hand")
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--set", action="append", default=[], dest="settings")
    chosen = parser.parse_args()
    schools = norfolk() if chosen.norfolk else model_county()
    if chosen.schools is not None:
        schools = grouping.read_schools(chosen.schools)
    if schools is None:
        print("The register is not at hand.")
        return 0
    policy = grouping.read_policy("norfolk-2012", chosen.settings)
    first = timed(grouping.Case(schools, policy).solve)
    took: dict[str, list[float]] = {}
    for one, other in pairs(first.made, chosen.pairs):
        done = timed(lambda one=one, other=other: grouping.why(first.made, one, other))
        now = "together" if done.made.together else "apart"
        took.setdefault(f"{now}, other way: {done.made.other_way}", []).append(done.seconds)
    heading(("answer", "pairs", "median, s", "worst, s"))
    everything = [one for held in took.values() for one in held]
    for kind, held in [*sorted(took.items()), ("all", everything)]:
        row([kind, len(held), seconds(median(held)), seconds(max(held))])
    print(f"\n{len(first.made.plan.county)} schools, {first.made.plan.candidates:,} candidates, ")
    print(f"first solve {seconds(first.seconds)} s")
    print(machine())
    return 0


if __name__ == "__main__":
    sys.exit(main())
