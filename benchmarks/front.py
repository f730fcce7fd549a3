"""Time whole fronts: points found, whether all is proved, seconds, and the rows swept in.

    python benchmarks/front.py [--of journey,ethos] [--seconds 120] [--norfolk]

The model county, and real Norfolk where it is at hand, each with today's federations kept and free.
"""

from __future__ import annotations

import argparse
from time import process_time

from instances import model_county, norfolk
from machine import heading, machine, row, seconds, timed

import grouping
from grouping.questions.choices import Choices
from grouping.questions.criteria import criterion, held
from grouping.questions.pool import pool
from grouping.search.stopping import Stop

ASKED = ("journey,ethos", "mixed_federations,cost", "covered,journey", "changed_schools,cost")


def main() -> None:
    """Print a row for each county and pair of criteria."""
    parser = argparse.ArgumentParser(description="Time whole fronts.")
    parser.add_argument("--of", action="append", default=[])
    parser.add_argument("--seconds", type=float, default=120)
    parser.add_argument("--norfolk", action="store_true", help="real Norfolk alone")
    chosen = parser.parse_args()
    counties = {} if chosen.norfolk else {"model county": model_county()}
    real = norfolk()
    if real is not None:
        counties["Norfolk"] = real
    heading(("county", "existing", "criteria", "rows", "of", "points", "status", "s", "CPU s"))
    for name, schools in counties.items():
        for existing in ("keep", "free"):
            policy = grouping.read_policy("norfolk-2012", [f"take_part.existing={existing}"])
            solved = grouping.Case(schools, policy).solve()
            for of in chosen.of or ASKED:
                row([name, existing, of, *measured(solved, of.split(","), chosen.seconds)])
    print(machine())


def measured(solved: grouping.Solved, of: list[str], limit: float) -> list[object]:
    """Sweep one front."""
    choices = Choices(solved)
    criteria = [criterion(solved, name) for name in of]
    kept = pool(choices, criteria, held(choices, criteria, "best"), Stop.after(None))
    start = process_time()
    done = timed(lambda: grouping.front(solved, *of, seconds=limit))
    spent = process_time() - start
    status = "complete" if done.made.complete else "in part"
    many = (len(kept.rows), len(choices.table))
    return [*(f"{n:,}" for n in many), len(done.made.points), status, seconds(done.seconds),
            seconds(spent)]  # fmt: skip


if __name__ == "__main__":
    main()
