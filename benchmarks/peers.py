"""The formulations most would write first, and plain solvers on our columns, in one run with ours.

    python benchmarks/peers.py [--schools 10 20 40] [--seeds 3] [--limit 120] [--county]

Ours and each peer are asked back to back about the same county, surveyed once for both. Our time
is growing, pricing and solving, the median of a few; a peer's is stating its model and solving all
stages, once. Two workers each, as many as the machine has cores; CP-SAT also gets eight, more than
there are cores, since it then mixes more kinds of search, and on some models that decides.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from all_columns import by_cp_sat, by_highs, has_highs
from assignment import assignment
from instances import Packed, answer, model_county, norfolk, pack, sub_county
from lead_policy import lead_policy
from lead_school import lead_school
from machine import Timed, heading, machine, repeated, row, seconds, timed, times
from stages_in_turn import InTurn, Outcome

import grouping
from grouping.policy.survey import Survey, survey
from grouping.policy.words import Policy
from grouping.search.packing import Solution
from grouping.world.schools import Schools

RUNS = 5  # of ours, of which the median counts
WORKERS = (2, 8)  # of CP-SAT
ASSIGNED = 20  # schools the assignment model is asked about, at most
TIMES = 100  # of our time that the lead-school model gets on the whole county
MODELS = (
    "schools", "candidates", "ours: alone, alone, cost", "ours, s", "model", "workers", "it says",
    "its bound", "s", "times ours",
)  # fmt: skip
SAME = ("county", "schools", "candidates", "ours: solve, s", "solver", "s", "times ours", "values")


@dataclass(frozen=True, eq=False)
class Ours:
    """What our engine said of a county, with its seconds: all, and of the solve alone."""

    packed: Packed
    solution: Solution
    seconds: float
    solving: float

    @property
    def values(self) -> tuple[int, ...]:
        """Urgent and small schools alone, then the cost."""
        return self.packed.alone(self.solution.values)


def ours(seen: Survey, runs: int = RUNS) -> Ours:
    """Ask our engine so many times."""
    found: list[tuple[Timed[Packed], Timed[Solution]]] = []
    for _ in range(runs):
        packed = timed(lambda: pack(seen))
        found.append((packed, timed(lambda packed=packed: answer(packed.made))))
    found.sort(key=lambda both: both[0].seconds + both[1].seconds)
    packed, solved = found[runs // 2]
    assert solved.made.status == "optimal"
    return Ours(packed.made, solved.made, packed.seconds + solved.seconds, solved.seconds)


def models(sizes: Sequence[int], seeds: int, limit: float, *, county: bool) -> None:
    """Print the table of lead-school and assignment models."""
    heading(MODELS)
    policy, schools = lead_policy(), model_county()
    for size in sizes:
        for seed in range(seeds):
            seen = survey(sub_county(schools, policy, size, seed), policy)
            mine = ours(seen)
            for workers in WORKERS:
                against(mine, "lead school", lead_school, workers, limit)
            if size <= ASSIGNED:
                against(mine, "assignment", assignment, max(WORKERS), limit)
    if county:
        mine = ours(survey(schools, policy))
        for workers in WORKERS:
            against(mine, "lead school", lead_school, workers, TIMES * mine.seconds)


def against(
    mine: Ours, name: str, model: Callable[[Survey], InTurn], workers: int, limit: float
) -> None:
    """Ask a peer about the same county and print the row."""
    seen = mine.packed.seen
    asked = repeated(lambda: model(seen).solve(limit=limit, workers=workers), 1)
    said = asked.made
    row(
        [
            len(seen.county),
            f"{len(mine.packed.problem):,}",
            written(mine.values),
            seconds(mine.seconds),
            name,
            workers,
            verdict(mine, said),
            written(said.bounds) or "-",
            seconds(asked.seconds),
            times(asked.seconds, mine.seconds),
        ]
    )


def verdict(mine: Ours, said: Outcome) -> str:
    """Say how a peer ended, and whether its values are ours; its plan is priced by our table."""
    if said.status == "optimal":
        return "same, proved" if said.values == mine.values else f"DIFFERS: {said.values}"
    if not said.groups:
        return "nothing in the time given"
    members = mine.packed.problem.members.tolist()
    rows = {tuple(i for i in held if i >= 0): r for r, held in enumerate(members)}
    chosen = [rows[tuple(sorted(group))] for group in said.groups]
    assert mine.packed.problem.holds(chosen)
    found = mine.packed.alone(mine.packed.problem.values(chosen))
    return f"not proved: {'the same' if found == mine.values else written(found)}"


def written(values: Sequence[int]) -> str:
    """Write the values of stages: schools, schools, points."""
    *schools, cost = values or (0,)
    if len(values) < 3:
        return ", ".join(map(str, values))
    return ", ".join([*map(str, schools), f"{cost / 1000:,.3f}"])


def same_columns(sizes: Sequence[int], seeds: int, limit: float, *, county: bool) -> None:
    """Print the table of plain solvers over all our candidates, by the default policy."""
    heading(SAME)
    policy = grouping.read_policy("norfolk-2012", ["take_part.existing=free"])
    model = model_county()
    asked: list[tuple[str, Schools, Policy]] = [
        ("part of the model county", sub_county(model, policy, size, seed), policy)
        for size in sizes
        for seed in range(seeds)
    ]
    if county:
        asked.append(("model county", model, policy))
        if (real := norfolk()) is not None:
            asked.append(("Norfolk, July 2022", real, policy))
    for name, schools, wanted in asked:
        mine = ours(survey(schools, wanted))
        problem = mine.packed.problem
        solvers = {"CP-SAT": lambda p=problem: by_cp_sat(p, limit=limit)}
        if has_highs():
            solvers["HiGHS"] = lambda p=problem: by_highs(p, limit=limit)
        for solver, work in solvers.items():
            done = repeated(work, 1)
            said = done.made
            same = said.values == mine.solution.values
            row(
                [
                    name,
                    len(mine.packed.seen.county),
                    f"{len(problem):,}",
                    seconds(mine.solving),
                    solver,
                    seconds(done.seconds),
                    times(done.seconds, mine.solving),
                    said.status if said.status != "optimal" else "same" if same else "DIFFER",
                ]
            )


def main() -> None:
    """Read the options and print both tables."""
    parser = argparse.ArgumentParser(description="Peers beside our engine, in one run.")
    parser.add_argument("--schools", type=int, nargs="*", default=[10, 20, 40])
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=120.0, help="seconds for each peer")
    parser.add_argument("--county", action="store_true", help="the whole county too")
    parser.add_argument("--only", choices=["models", "same"])
    chosen = parser.parse_args()
    if chosen.only != "same":
        models(chosen.schools, chosen.seeds, chosen.limit, county=chosen.county)
        print()
    if chosen.only != "models":
        same_columns(chosen.schools, chosen.seeds, chosen.limit, county=chosen.county)
        print()
    print(machine())


if __name__ == "__main__":
    main()
