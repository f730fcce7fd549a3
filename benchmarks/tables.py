"""Print the tables of docs/benchmarks.md, in Markdown, with the machine and the versions.

    python benchmarks/tables.py [--only county england models same regions] [--quick]

Needs the extra for peers: pip install -e '.[bench]'. What is not installed or not at hand is left
out, and said. All of it takes hours; `--quick` asks smaller questions, in minutes. Each table has
a program of its own with more options: county.py, england.py, peers.py, regions.py; growth.py draws
the picture, other_solvers.py compares values on random questions.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

import county
import england
import model_england
import peers
import regions
from areas import INSTANCES
from machine import machine, present


@dataclass(frozen=True)
class Sizes:
    """How much is asked."""

    runs: int
    england: int
    cases: tuple[str, ...]
    schools: tuple[int, ...]
    seeds: int
    limit: float
    whole: bool
    thresholds: tuple[int, ...]


FULL = Sizes(
    runs=5,
    england=model_england.ENGLAND,
    cases=tuple(england.CASES)[:4],
    schools=(10, 20, 40),
    seeds=3,
    limit=300.0,
    whole=True,
    thresholds=(3, 4, 5),
)
QUICK = Sizes(
    runs=1,
    england=500,
    cases=tuple(england.CASES)[:2],
    schools=(10, 20),
    seeds=1,
    limit=20.0,
    whole=False,
    thresholds=(3,),
)


def sections(sizes: Sizes) -> dict[str, tuple[str, Callable[[], object]]]:
    """Give every table: its name, its heading, how it is printed."""
    chosen = tuple(one for one in INSTANCES if one.threshold in sizes.thresholds)
    return {
        "county": (
            "A county, whole command",
            lambda: county.table(county.DATA / "schools.geojson", sizes.runs),
        ),
        "england": (
            "England, whole command",
            lambda: england.table(sizes.england, 1, None, list(sizes.cases)),
        ),
        "models": (
            "Other formulations, one run",
            lambda: peers.models(sizes.schools, sizes.seeds, sizes.limit, county=sizes.whole),
        ),
        "same": (
            "Plain solvers on the same candidates, one run",
            lambda: peers.same_columns(sizes.schools, sizes.seeds, sizes.limit, county=sizes.whole),
        ),
        "regions": (
            "Max-p-regions on public maps",
            lambda: regions.table(chosen, sizes.runs, sizes.limit),
        ),
    }


def main() -> None:
    """Print the tables asked for."""
    parser = argparse.ArgumentParser(description="Print the tables of docs/benchmarks.md.")
    parser.add_argument("--only", nargs="*", choices=list(sections(QUICK)))
    parser.add_argument("--quick", action="store_true")
    chosen = parser.parse_args()
    for name, (title, show) in sections(QUICK if chosen.quick else FULL).items():
        if chosen.only and name not in chosen.only:
            continue
        print(f"## {title}\n")
        if name == "regions" and not present("libpysal"):
            print("libpysal is not installed: pip install -e '.[bench]'")
        else:
            show()
        print()
    print(machine())


if __name__ == "__main__":
    main()
