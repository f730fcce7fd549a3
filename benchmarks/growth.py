"""How time and memory grow with the number of schools: `grouping propose` on the model England.

    python benchmarks/growth.py [--schools 100 300 1000 ...] [-o docs/growth.png]

Every size is a part of the next, asked in a process of its own: wall seconds from the start of
Python to the files on disk, and the most memory it held. Prints a table, and draws it.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import model_england
from county import measure
from machine import heading, machine, row, seconds

DOCS = Path(__file__).resolve().parents[1] / "docs"
SIZES = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)
MOST = 200_000_000  # candidates
WORDS = (
    "propose", "{schools}", "-o", "{out}", "--candidates-at-most", str(MOST),
    "--set", "take_part.existing=free",
)  # fmt: skip
COLUMNS = ("schools", "candidates", "status", "median, s", "runs", "peak memory, MB")


@dataclass(frozen=True)
class Size:
    """What a size took."""

    schools: int
    candidates: int
    status: str
    seconds: float
    megabytes: float | None


def taken(schools: int, runs: int) -> Size:
    """Make a model England and ask for its plan."""
    with tempfile.TemporaryDirectory(prefix="grouping-") as room:
        path = Path(room) / "england.geojson"
        model_england.write(schools, path)
        done, plan = measure(WORDS, path, runs, warm=False)
    memory = [one.megabytes for one in done if one.megabytes is not None]
    return Size(
        schools,
        int(plan["candidates"]),
        str(plan["status"]),
        median(one.seconds for one in done),
        max(memory) if memory else None,
    )


def table(sizes: tuple[int, ...], runs: int) -> list[Size]:
    """Measure every size and print its row."""
    heading(COLUMNS)
    found = []
    for schools in sizes:
        one = taken(schools, runs)
        found.append(one)
        most = "-" if one.megabytes is None else f"{one.megabytes:,.0f}"
        took = seconds(one.seconds)
        row([f"{schools:,}", f"{one.candidates:,}", one.status, took, runs, most])
    return found


def draw(found: list[Size], path: Path) -> None:
    """Draw seconds and memory against schools, all on scales of tens."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    schools = [one.schools for one in found]
    figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3.6), layout="constrained")
    left.plot(schools, [one.seconds for one in found], "o-", color="#1b6e8c")
    left.set_ylabel("seconds, whole command")
    right.plot(schools, [one.megabytes or 0 for one in found], "o-", color="#8c4a1b")
    right.set_ylabel("peak memory, MB")
    for axes in (left, right):
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlabel("schools in the model England")
        axes.grid(visible=True, which="both", alpha=0.3)
        axes.axvline(model_england.ENGLAND, color="grey", linestyle=":", linewidth=1)
        axes.text(model_england.ENGLAND, axes.get_ylim()[0], " England", color="grey", va="bottom")
    figure.savefig(path, dpi=110)
    plt.close(figure)


def main() -> None:
    """Read the options, print the table and draw it."""
    parser = argparse.ArgumentParser(description="How time and memory grow with schools.")
    parser.add_argument("--schools", type=int, nargs="*", default=list(SIZES))
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("-o", "--out", type=Path, default=DOCS / "growth.png")
    chosen = parser.parse_args()
    draw(table(tuple(sorted(chosen.schools)), chosen.runs), chosen.out)
    print()
    print(machine())


if __name__ == "__main__":
    main()
