"""Time plans that truly differ, pair by pair certainty and blocking candidates, on whole counties.

    python benchmarks/alternatives.py [SCHOOLS] [--register FILE.csv] [--set key=value ...]
                                      [--plans 5] [--differ 0.25] [--within 0.01] [--certainty]

The model county (or SCHOOLS), and Norfolk as the register had it where that is at hand: federations
kept, free, and all schools with academies as maintained. Prints how many plans there are with their
gaps, whether it is proved that there are no more, and seconds of each question.
"""

from __future__ import annotations

import argparse
import sys
from fractions import Fraction
from functools import partial
from pathlib import Path

from instances import model_county, norfolk
from machine import heading, machine, row, seconds, timed

import grouping
from grouping.files.gias import schools_from_gias

NORFOLK = {
    "Norfolk, kept": [],
    "Norfolk, free": ["take_part.existing=free"],
    "all Norfolk, free": ["take_part.existing=free", "take_part.academies=as maintained"],
}


def counties(chosen: argparse.Namespace) -> dict[str, tuple[grouping.Schools, list[str]]]:
    """Give the counties to ask, by name, with what is set beside the options."""
    if chosen.schools is not None:
        return {chosen.schools.stem: (grouping.read_schools(chosen.schools), [])}
    real = schools_from_gias(chosen.register) if chosen.register else norfolk()
    found = {"model county": (model_county(), list[str]())}
    return found | ({name: (real, sets) for name, sets in NORFOLK.items()} if real else {})


def main() -> int:
    """Read the options and print the tables."""
    parser = argparse.ArgumentParser(description="Time plans that truly differ.")
    parser.add_argument("schools", nargs="?", type=Path)
    parser.add_argument("--register", type=Path, help="a GIAS register of Norfolk")
    parser.add_argument("--set", action="append", default=[], dest="settings")
    parser.add_argument("--plans", type=int, default=5)
    parser.add_argument("--differ", default="0.25")
    parser.add_argument("--within", default="0.01")
    parser.add_argument("--certainty", action="store_true", help="also pair by pair")
    chosen = parser.parse_args()
    differ, within = Fraction(chosen.differ), Fraction(chosen.within)
    heading(("county", "plans", "further ones", "gaps, %", "plans, s", "blocking", "blocking, s"))
    sure: list[tuple[object, ...]] = []
    for name, (schools, sets) in counties(chosen).items():
        policy = grouping.read_policy("norfolk-2012", [*sets, *chosen.settings])
        solved = grouping.Case(schools, policy).solve(workers=2)
        plans = timed(partial(
            grouping.alternatives, solved, plans=chosen.plans, differ=differ, within=within
        ))  # fmt: skip
        blocks = timed(partial(grouping.walking_away, solved))
        gaps = " ".join(str(one.gap_percent) for one in plans.made.plans)
        end = "none: proved" if plans.made.proved else plans.made.ended
        row([
            name, len(plans.made.plans), end, gaps, seconds(plans.seconds), blocks.made.count,
            seconds(blocks.seconds),
        ])  # fmt: skip
        if chosen.certainty:
            asked = timed(partial(grouping.certainty, solved, within=within))
            every = sum(pair.everywhere for pair in asked.made.pairs)
            sure.append(
                (name, asked.made.looked_at, len(asked.made.pairs), every, seconds(asked.seconds))
            )
    if sure:
        print()
        heading(("county", "pairs looked at", "in some plan", "in every one", "s"))
        for line in sure:
            row(line)
    print(machine())
    return 0


if __name__ == "__main__":
    sys.exit(main())
