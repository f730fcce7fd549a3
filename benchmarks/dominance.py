"""Solve random counties on all candidates and on the undominated ones; time it on the county.

    python benchmarks/dominance.py 1000 [FIRST] [--copies 22]

Whole small counties with negative costs, limits, locks, prices and kept federations, through our
own pipeline: same status, values, bounds and chosen plan, and, by trying every plan, the same set
of optimal plans. Prints what was in them and the seeds that differ (none is the only good answer).
Then the time on the model county, and on so many copies of it side by side.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
import tracemalloc
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

import grouping
import survivors
from grouping.search.candidates import grow, price
from grouping.search.dominance import undominated
from grouping.search.gathering import problem_of
from grouping.search.packing import Problem

SCHOOLS = Path(__file__).resolve().parents[1] / "data" / "schools.geojson"
RUNS = 5


def counties(count: int, first: int) -> list[int]:
    """Compare so many counties that a policy does not refuse; the seeds that differ."""
    ended: Counter[str] = Counter()
    having: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    wrong: list[int] = []
    start, seed = time.perf_counter(), first
    rows = dropped = tied = 0
    while ended["optimal"] + ended["infeasible"] + len(wrong) < count:
        try:
            found = survivors.compare(seed)
        except AssertionError:
            wrong.append(seed)
        else:
            ended[found.ended] += 1
            rows, dropped, tied = (
                rows + found.rows,
                dropped + found.dropped,
                tied + (found.best > 1),
            )
            having.update(found.has)
            lost.update(dict.fromkeys(found.has, found.dropped))
        seed += 1
    print(f"{count} counties in {time.perf_counter() - start:.0f} s: {dict(ended)}")
    print(f"{rows:,} candidates, {dropped:,} dropped; {tied} with several optimal plans")
    print(f"{len(wrong)} differ{': ' + ', '.join(map(str, wrong[:20])) if wrong else ''}")
    print("\n| with | counties | dropped in them |\n|---|---|---|")
    for what in sorted(having):
        print(f"| {what} | {having[what]} | {lost[what]:,} |")
    return wrong


def county(*settings: str) -> Problem:
    """The model county's problem under the default policy with some settings."""
    policy = grouping.read_policy("norfolk-2012", settings)
    schools = grouping.read_schools(SCHOOLS)
    seen = grouping.survey(schools, policy)
    table = grow(seen.county, seen.policy, at_most=10_000_000)
    return problem_of(seen.county, seen.policy, table, price(table, seen.policy))


def copies(problem: Problem, count: int) -> Problem:
    """So many counties side by side, none sharing a school; a nation's worth of rows."""
    members = [np.where(problem.members < 0, -1, problem.members + k * problem.items)
               for k in range(count)]  # fmt: skip
    return Problem(
        problem.items * count,
        np.concatenate(members).astype(np.int32),
        tuple(np.tile(flags, count) for flags in problem.tier_items),
        np.tile(problem.cost, count),
        np.tile(problem.must, count),
        tuple(replace(side, of=np.tile(side.of, count)) for side in problem.sides),
    )


def measure(name: str, problem: Problem) -> None:
    """Print one row: candidates, survivors, seconds, and the memory it takes (in a run apart)."""
    seconds = []
    for _ in range(RUNS):
        start = time.perf_counter()
        kept = undominated(problem)
        seconds.append(time.perf_counter() - start)
    tracemalloc.start()
    undominated(problem)
    taken = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    cells = (
        name,
        f"{len(problem):,}",
        f"{int(kept.sum()):,}",
        f"{statistics.median(seconds):.2f}",
        f"{min(seconds):.2f} to {max(seconds):.2f}",
        f"{problem.members.nbytes / 1e6:.0f}",
        f"{taken / 1e6:.0f}",
    )
    print("|", " | ".join(cells), "|", flush=True)


def main() -> int:
    """Compare, then measure; 1 where any county differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=300)
    parser.add_argument("first", nargs="?", type=int, default=0)
    parser.add_argument("--copies", type=int, default=22)
    chosen = parser.parse_args()
    wrong = counties(chosen.count, chosen.first)
    print("\n| problem | candidates | kept | median, s | least to most, s | members, MB "
          "| taken at most, MB |\n|---|---|---|---|---|---|---|")  # fmt: skip
    cases = {
        "model county": county(),
        "the same, federations free": county("take_part.existing=free"),
        "the same, at most 60 federations": county("limits.federations={at_most = 60}"),
        "the same, at most 30 changed schools": county("limits.changed_schools={at_most = 30}"),
    }
    for name, problem in cases.items():
        measure(name, problem)
    many = list(cases.values())
    measure(f"{chosen.copies} model counties", copies(many[0], chosen.copies))
    measure(f"{chosen.copies} with a limit", copies(many[2], chosen.copies))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
