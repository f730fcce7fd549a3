"""Time the whole process of `grouping propose` on the model county; print rows for the docs.

    python benchmarks/county.py [--runs 5] [SCHOOLS]

From the start of Python to the files on disk and the summary printed. One run before the first is
not counted: it writes bytecode. A measurement, never a test.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

DATA = Path(__file__).resolve().parent.parent / "data"
PROPOSE = ("propose", "{schools}", "-o", "{out}")
CASES = {
    "model county, `norfolk-2012`": PROPOSE,
    "model county, existing federations free": (*PROPOSE, "--set", "take_part.existing=free"),
    "model county, river as a barrier": (
        *PROPOSE, "--set", f"neighbours.barriers={(DATA / 'river.geojson').as_posix()}",
    ),
    "`grouping --help`": ("--help",),
}  # fmt: skip


@dataclass(frozen=True)
class Run:
    """One run: wall seconds, peak memory in MB (None where the system does not tell)."""

    seconds: float
    megabytes: float | None


def run(words: list[str]) -> Run:
    """Run the program once in a process of its own."""
    start = perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", "grouping", *words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    said = child.stderr.read() if child.stderr else b""
    megabytes = None
    if hasattr(os, "wait4"):
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        megabytes = usage.ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)
    child.wait()
    seconds = perf_counter() - start
    if child.returncode:
        sys.exit(f"{' '.join(words)} ended in {child.returncode}: {said.decode(errors='replace')}")
    return Run(seconds, megabytes)


def measure(
    words: tuple[str, ...], schools: Path, runs: int
) -> tuple[list[Run], dict[str, object]]:
    """Run a case once uncounted, then so many times; what its plan says."""
    with tempfile.TemporaryDirectory(prefix="grouping-") as room:
        out = Path(room) / "out"
        ready = [word.format(schools=schools, out=out) for word in words]
        run(ready)
        found = [run(ready) for _ in range(runs)]
        document = out / "plan.json"
        plan = json.loads(document.read_text(encoding="utf-8")) if document.exists() else {}
    return found, {
        "candidates": plan.get("run", {}).get("candidates"),
        "status": plan.get("status"),
    }


def machine() -> str:
    """Name the machine and the versions that matter."""
    packages = ", ".join(f"{name} {version(name)}" for name in ("grouping", "ortools", "numpy"))
    where = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return f"{where}; Python {platform.python_version()}, {packages}"


def main() -> None:
    """Measure every case and print its row."""
    parser = argparse.ArgumentParser(description="Time grouping propose on the model county.")
    parser.add_argument("schools", nargs="?", type=Path, default=DATA / "schools.geojson")
    parser.add_argument("--runs", type=int, default=5)
    chosen = parser.parse_args()
    print("| what | candidates | status | median, s | least to most, s | runs | peak memory, MB |")
    print("|---|---|---|---|---|---|---|")
    for name, words in CASES.items():
        runs, plan = measure(words, chosen.schools, chosen.runs)
        seconds = [one.seconds for one in runs]
        memory = [one.megabytes for one in runs if one.megabytes is not None]
        count = plan["candidates"]
        cells = (
            name,
            f"{count:,}" if isinstance(count, int) else "-",
            plan["status"] or "-",
            f"{statistics.median(seconds):.2f}",
            f"{min(seconds):.2f} to {max(seconds):.2f}",
            len(runs),
            f"{max(memory):.0f}" if memory else "-",
        )
        print("|", " | ".join(map(str, cells)), "|", flush=True)
    print()
    print(machine())


if __name__ == "__main__":
    main()
