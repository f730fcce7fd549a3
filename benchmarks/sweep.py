"""Time `grouping sweep` over many scenarios of the model county; kill it at random; compare.

    python benchmarks/sweep.py [--scenarios 1000] [--workers 2] [--kills 5] [SCHOOLS]

The time is that of the whole command, from the start of Python to the tables on disk; beside it
stands what its processes used of processors, which other work on the machine changes little. With
`--kills` the same sweep is run again, killed (SIGKILL) so many times at random moments, gone on
with each time, and its tables are compared with those of the first, byte for byte. A measurement,
never a test.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from importlib.metadata import version
from itertools import product
from pathlib import Path

SCHOOLS = Path(__file__).resolve().parent.parent / "data" / "schools.geojson"
AXES: dict[str, list[object]] = {
    "terms.journey.weight": [5, 10, 15, 20, 25, 30, 35, 40, 50, 60],
    "terms.ethos.weight": [0, 6, 12, 18, 24],
    "roll_change": ["0%", "-5%", "-10%", "-15%", "-20%"],
    "take_part.existing": ["keep", "free"],
    "rules.longest_journey.at_most": [25, 30],
}
TABLES = ("scenarios.csv", "pairs.csv", "fields.csv")


def grid_of(count: int) -> str:
    """Write a grid of so many different scenarios, spread over all combinations of the axes."""
    every = list(product(*AXES.values()))
    if count > len(every):
        sys.exit(f"there are {len(every):,} scenarios at most")
    chosen = [every[k * len(every) // count] for k in range(count)]
    return "\n".join(
        "[[scenario]]\n"
        + "\n".join(f'"{key}" = {json.dumps(v)}' for key, v in zip(AXES, values, strict=True))
        for values in chosen
    )


def start(schools: Path, grid: Path, out: Path, workers: int) -> subprocess.Popen[bytes]:
    """Start the command."""
    words = ["sweep", str(schools), "--grid", str(grid), "-o", str(out), "--workers", str(workers)]
    return subprocess.Popen(
        [sys.executable, "-m", "grouping", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def ended(child: subprocess.Popen[bytes]) -> None:
    """Wait for the command to end well."""
    said = child.communicate()[1]
    if child.returncode:
        sys.exit(f"it ended in {child.returncode}: {said.decode(errors='replace')}")


def rows_there(out: Path) -> int:
    """Count the rows that are kept."""
    log = out / "rows.jsonl"
    return log.read_bytes().count(b"\n") if log.exists() else 0


def killed(schools: Path, grid: Path, out: Path, workers: int, kills: int, count: int) -> list[int]:
    """Run the sweep, killed at random moments and gone on with; rows kept at each kill."""
    rng = random.Random()
    kept = []
    for at in sorted(rng.randrange(count) for _ in range(kills)):
        child = start(schools, grid, out, workers)
        while rows_there(out) < at and child.poll() is None:
            time.sleep(0.01)
        time.sleep(rng.random())
        os.kill(child.pid, signal.SIGKILL)
        child.communicate()
        kept.append(rows_there(out))
    ended(start(schools, grid, out, workers))
    return kept


def main() -> None:
    """Measure, and print a row for the docs."""
    parser = argparse.ArgumentParser(description="Time grouping sweep on the model county.")
    parser.add_argument("schools", nargs="?", type=Path, default=SCHOOLS)
    parser.add_argument("--scenarios", type=int, default=1_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kills", type=int, default=0)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="grouping-") as room:
        grid, whole, broken = (Path(room) / name for name in ("grid.toml", "whole", "broken"))
        grid.write_text(grid_of(chosen.scenarios), encoding="utf-8")
        began = time.perf_counter()
        ended(start(chosen.schools, grid, whole, chosen.workers))
        seconds = time.perf_counter() - began
        worked = os.times().children_user + os.times().children_system
        with (whole / "scenarios.csv").open(encoding="utf-8-sig", newline="") as file:
            statuses = Counter(row["status"] for row in csv.DictReader(file))
        with (whole / "seconds.csv").open(encoding="utf-8-sig", newline="") as file:
            each = [float(row["seconds"]) for row in csv.DictReader(file)]
        print("| scenarios | processes | seconds | of processors | a scenario, median | statuses |")
        print("|---|---|---|---|---|---|")
        said = ", ".join(f"{number:,} {status}" for status, number in statuses.most_common())
        print(
            f"| {chosen.scenarios:,} | {chosen.workers} | {seconds:.0f} | {worked:.0f} "
            f"| {statistics.median(each):.2f} | {said} |",
            flush=True,
        )
        if chosen.kills:
            kept = killed(
                chosen.schools, grid, broken, chosen.workers, chosen.kills, chosen.scenarios
            )
            same = all((whole / n).read_bytes() == (broken / n).read_bytes() for n in TABLES)
            rows = rows_there(broken)
            print()
            print(
                f"Killed {chosen.kills} times, with {', '.join(map(str, kept))} rows kept: the "
                f"tables are {'the same bytes' if same else 'NOT THE SAME'}, from {rows:,} rows."
            )
            if not same:
                sys.exit(1)
    packages = ", ".join(f"{name} {version(name)}" for name in ("grouping", "ortools", "numpy"))
    print()
    print(f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores; {packages}")


if __name__ == "__main__":
    main()
