"""Time the whole process of `grouping propose` on a county; print rows for the docs.

    python benchmarks/county.py [--runs 5] [SCHOOLS]

The model county, and Norfolk where the register lies beside this repository. From the start of
Python to the files on disk and the summary printed. One run before the first is not counted: it
writes bytecode. A measurement, never a test.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from instances import REGISTER
from machine import heading, machine, row

DATA = Path(__file__).resolve().parent.parent / "data"
FREE = ("--set", "take_part.existing=free")
PROPOSE = ("propose", "{schools}", "-o", "{out}")
CASES = {
    "model county, `norfolk-2012`": PROPOSE,
    "model county, existing federations free": (*PROPOSE, *FREE),
    "model county, river as a barrier": (
        *PROPOSE, "--set", f"neighbours.barriers={(DATA / 'river.geojson').as_posix()}",
    ),
    "`grouping --help`": ("--help",),
}  # fmt: skip
REAL = {
    "Norfolk, register of July 2022": PROPOSE,
    "Norfolk, federations free": (*PROPOSE, *FREE),
    "Norfolk, academies as maintained, free": (
        *PROPOSE, *FREE, "--set", "take_part.academies=as maintained",
    ),
}  # fmt: skip
COLUMNS = (
    "what", "candidates", "status", "median, s", "least to most, s", "runs", "peak memory, MB",
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """One run: wall seconds, peak memory in MB (None where the system does not tell)."""

    seconds: float
    megabytes: float | None


# A process of its own starts the program and waits for it: a child's peak memory counts that of
# the process it was forked from, and a benchmark holds solvers.
LAUNCHER = """
import json, subprocess, sys, time
start = time.perf_counter()
done = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
seconds = time.perf_counter() - start
try:
    import resource
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
except ImportError:
    peak = None
print(json.dumps([seconds, peak, done.returncode, done.stderr.decode(errors="replace")]))
"""


def run(words: list[str]) -> Run:
    """Run the program once in a process of its own."""
    program = [sys.executable, "-m", "grouping", *words]
    launcher = [sys.executable, "-S", "-c", LAUNCHER, *program]
    said = subprocess.run(launcher, capture_output=True, text=True, check=True).stdout
    seconds, peak, code, complaint = json.loads(said)
    if code:
        sys.exit(f"{' '.join(words)} ended in {code}: {complaint}")
    unit = 1e6 if sys.platform == "darwin" else 1e3
    return Run(seconds, None if peak is None else peak / unit)


def measure(
    words: tuple[str, ...], schools: Path, runs: int, *, warm: bool = True
) -> tuple[list[Run], dict[str, Any]]:
    """Run a case so many times, after once uncounted where `warm`; what its plan says."""
    with tempfile.TemporaryDirectory(prefix="grouping-") as room:
        out = Path(room) / "out"
        ready = [word.format(schools=schools, out=out) for word in words]
        if warm:
            run(ready)
        found = [run(ready) for _ in range(runs)]
        document = out / "plan.json"
        plan = json.loads(document.read_text(encoding="utf-8")) if document.exists() else {}
    return found, {
        "candidates": plan.get("run", {}).get("candidates"),
        "status": plan.get("status"),
        "covered": covered(plan),
    }


def covered(plan: dict[str, Any]) -> tuple[str, str, str]:
    """Urgent and small schools covered, of those there are, and the cost in points."""
    if not plan:
        return "-", "-", "-"
    tiers = (plan["summary"]["urgent"], plan["summary"]["small"])
    by_name = {stage["name"]: stage["value"] for stage in plan["objective"]}
    counts = [f"{t['newly_covered'] + t['already_federated']}" for t in tiers]
    return counts[0], counts[1], f"{by_name['cost'] / 1000:,.3f}"


def cells(name: str, words: tuple[str, ...], schools: Path, count: int) -> list[object]:
    """Measure a case and give its row."""
    runs, plan = measure(words, schools, count)
    took = [one.seconds for one in runs]
    memory = [one.megabytes for one in runs if one.megabytes is not None]
    found = plan["candidates"]
    return [
        name,
        f"{found:,}" if isinstance(found, int) else "-",
        plan["status"] or "-",
        f"{median(took):.2f}",
        f"{min(took):.2f} to {max(took):.2f}",
        len(runs),
        f"{max(memory):.0f}" if memory else "-",
    ]


def table(schools: Path, runs: int) -> None:
    """Print the table."""
    heading(COLUMNS)
    for name, words in CASES.items():
        row(cells(name, words, schools, runs))
    if REGISTER.exists():
        for name, words in REAL.items():
            row(cells(name, words, REGISTER, runs))


def main() -> None:
    """Measure every case and print its row."""
    parser = argparse.ArgumentParser(description="Time grouping propose on a county.")
    parser.add_argument("schools", nargs="?", type=Path, default=DATA / "schools.geojson")
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    table(chosen.schools, chosen.runs)
    print()
    print(machine())


if __name__ == "__main__":
    main()
