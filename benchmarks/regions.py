"""Max-p-regions on public maps: our packing room beside spopt's heuristic and plain HiGHS.

    python benchmarks/regions.py [--only "St Louis"] [--threshold 4] [--seeds 5] [--limit 300]

As many regions as can be, each of at least so many areas and in one piece; then the least sum of
heterogeneity. The packing room gets every region a plan of so many can hold, and every area must be
covered. Whole costs below a million stand for the exact ones, rounded down; the optimum is then
proved exact: a plan is only beaten by one whose rounded cost is no higher, and those are asked for
one after another until there is none left.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, replace
from decimal import Decimal
from statistics import median
from time import perf_counter

import numpy as np
from all_columns import Opinion, by_highs, has_highs
from areas import INSTANCES, MILLIONTHS, Instance, Map, candidates, read
from machine import heading, machine, present, repeated, row, seconds
from numpy.typing import NDArray

from grouping.search.packing import Problem, Side
from grouping.search.stages import Ways, solve
from grouping.search.stopping import Stop

LARGEST = 10**6 - 1  # of a cost handed to the packing room
ASKED = 100_000  # candidates that HiGHS is asked about, at most: beyond, it keeps to no limit
SECOND_LOOKS = 20  # plans of no higher rounded cost looked at, at most
COLUMNS = (
    "instance", "areas", "t", "candidates", "regions", "optimum", "status", "known",
    "candidates, s", "solve, s", "with decimals, s", "HiGHS", "HiGHS, s", "spopt: regions",
    "spopt: sum", "above ours", "spopt at most regions", "spopt, s a seed",
)  # fmt: skip

Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Regions:
    """What came of an instance: heterogeneity in millionths, seconds of each step."""

    regions: int
    total: int
    status: str
    problem: Problem
    exact: Whole
    growing: float
    solving: float
    proving: float


def ours(areas: Map, limit: float) -> Regions:
    """Ask the packing room, from the most regions there could be downwards."""
    for regions in range(len(areas) // areas.instance.threshold, 0, -1):
        start = perf_counter()
        members = candidates(areas, regions)
        exact = areas.heterogeneity(members)
        grown = perf_counter()
        found = least(members, exact, len(areas), regions, limit)
        if found is not None:
            return replace(found, growing=grown - start)
    raise ValueError(f"{areas.instance.name} is in pieces smaller than the threshold")


def least(
    members: NDArray[np.int32], exact: Whole, areas: int, regions: int, limit: float
) -> Regions | None:
    """Cover every area by so many of these regions at the least cost; None where none do."""
    step = -(-int(exact.max(initial=1)) // LARGEST)
    every, one = np.ones(areas, dtype=np.bool_), np.ones(len(members), dtype=np.int64)
    count = Side("regions", one, regions, regions)
    problem = Problem(areas, members, (), exact // step, every, (count,))
    start = perf_counter()
    best, status, solving, looks = None, "feasible", 0.0, 0
    asked = problem
    stop = Stop.after(limit)
    while looks < SECOND_LOOKS:
        solution = solve(asked, lambda r: r, Ways(stop, 2))
        solving = solving or perf_counter() - start
        looks += 1
        if solution.status == "infeasible":
            status = "optimal"
            break
        if not solution.rows:
            break
        total = int(exact[solution.rows].sum())
        best = total if best is None else min(best, total)
        if solution.status != "optimal":
            break
        if step == 1 or solution.values[-1] * step >= best:  # no plan left can be below
            status = "optimal"
            break
        again = np.zeros(len(members), dtype=np.int64)
        again[solution.rows] = 1
        another = Side(f"not plan {looks}", again, None, regions - 1)
        asked = replace(asked, sides=(*asked.sides, another))
    if best is None:
        return None
    proving = perf_counter() - start
    return Regions(regions, best, status, problem, exact, 0.0, solving, proving)


def by_spopt(areas: Map, seed: int) -> tuple[int, int]:
    """Ask spopt once: how many regions, and their exact heterogeneity in millionths."""
    from spopt.region import MaxPHeuristic

    np.random.seed(seed)  # noqa: NPY002  the only seed that the heuristic reads
    instance = areas.instance
    asked = MaxPHeuristic(
        areas.frame, areas.weights, list(instance.attributes), "count", instance.threshold, 2
    )
    asked.solve()
    labels = np.asarray(asked.labels_)
    same = np.equal.outer(labels, labels)
    return int(asked.p), int(areas.distance[np.triu(same, 1)].sum())


def agrees(found: Regions, instance: Instance) -> str:
    """Say whether the optimum is the known one, to the decimals known."""
    if instance.known is None:
        return "none known"
    regions, total = instance.known
    ours_rounded = (Decimal(found.total) / MILLIONTHS).quantize(total)
    return "equal" if (found.regions, ours_rounded) == (regions, total) else f"differs: {total}"


def second_opinion(found: Regions, limit: float) -> tuple[str, str]:
    """Ask HiGHS for the same with the exact costs: what it says, and its seconds."""
    if not has_highs():
        return "absent", "-"
    if len(found.problem) > ASKED:
        return "not asked", "-"
    exact = replace(found.problem, cost=found.exact // int(np.gcd.reduce(found.exact)))
    asked = repeated(lambda: by_highs(exact, limit=limit), 1)
    said: Opinion = asked.made
    if said.status != "optimal":
        return said.status, seconds(asked.seconds)
    total = said.values[-1] * int(np.gcd.reduce(found.exact))
    equal = "equal" if total == found.total else f"differs: {written(total)}"
    return equal, seconds(asked.seconds)


def written(millionths: int) -> str:
    """Write an exact heterogeneity."""
    return f"{(Decimal(millionths) / MILLIONTHS).normalize():,f}"


def cells(instance: Instance, seeds: int, limit: float) -> list[object]:
    """Work out one row of the table."""
    areas = read(instance)
    found = ours(areas, limit)
    line: list[object] = [instance.name, len(areas), instance.threshold]
    line += [f"{len(found.problem):,}", found.regions, written(found.total), found.status]
    line += [agrees(found, instance), seconds(found.growing), seconds(found.solving)]
    line += [seconds(found.proving), *second_opinion(found, limit)]
    if not present("spopt"):
        return [*line, *["absent"] * 5]
    tried = [repeated(lambda seed=seed: by_spopt(areas, seed), 1) for seed in range(seeds)]
    most, total = min((one.made for one in tried), key=lambda got: (-got[0], got[1]))
    reached = sum(one.made[0] == found.regions for one in tried)
    line += [most, written(total), f"{100 * total / found.total - 100:.1f} %"]
    return [*line, f"{reached} of {seeds}", seconds(median(one.seconds for one in tried))]


def table(instances: tuple[Instance, ...], seeds: int, limit: float) -> None:
    """Print the table, a row an instance."""
    heading(COLUMNS)
    for instance in instances:
        row(cells(instance, seeds, limit))


def main() -> None:
    """Read the options and print the table."""
    parser = argparse.ArgumentParser(description="Max-p-regions beside spopt.")
    parser.add_argument("--only", help="name of a map, as in the table")
    parser.add_argument("--threshold", type=int)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--limit", type=float, default=300.0, help="seconds for each solver")
    chosen = parser.parse_args()
    asked = tuple(
        one
        for one in INSTANCES
        if chosen.only in (None, one.name) and chosen.threshold in (None, one.threshold)
    )
    table(asked, chosen.seeds, chosen.limit)
    print()
    print(machine())


if __name__ == "__main__":
    main()
