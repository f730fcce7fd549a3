"""Ask a county under several policies, and see which schools stay together whatever is asked.

    python examples/sweep_weights.py [SCHOOLS]

SCHOOLS is a schools.geojson; the model county where none is given. Two processes share the work.
"""
# ruff: noqa: T201

from __future__ import annotations

import sys
from itertools import product
from pathlib import Path

import grouping

MODEL_COUNTY = Path(__file__).resolve().parent.parent / "data" / "schools.geojson"

# A scenario is a mapping of policy keys to values, laid over the policy.
scenarios = [
    {"terms.journey.weight": weight, "take_part.existing": existing, "rules.schools.at_most": 3}
    for weight, existing in product((10, 20, 40), ("keep", "free"))
]


def main(path: str | Path = MODEL_COUNTY) -> None:
    """Sweep, and print a line for each scenario and the pairs that are always together."""
    schools = grouping.read_schools(path)
    case = grouping.Case(schools, grouping.read_policy("norfolk-2012"))
    # With out="FOLDER" each row is kept as it ends, and the same call goes on after a stop.
    found = grouping.sweep(case, scenarios, workers=2)
    table = found.to_df()
    shown = ["terms.journey.weight", "take_part.existing", "status", "federations", "cost"]
    print(table[shown].to_string(index=False))
    always = [pair for pair in found.pairs if pair.share == 1]
    once = [pair for pair in found.pairs if pair.scenarios == 1]
    print(f"{len(found.pairs)} pairs of schools are together in some plan:")
    print(f"{len(always)} in all {len(found)} plans, {len(once)} in one only.")
    print("These are candidates for discussion: governing bodies decide.")


# Processes that are started import this file: what they should not do again stands below this line.
if __name__ == "__main__":
    main(*sys.argv[1:2])
