"""The machine, the versions, the tables: what every benchmark prints with.

Times are wall seconds on whatever else the machine was doing, so only ratios of times taken in one
run, back to back, are worth comparing.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from statistics import median
from time import perf_counter
from typing import Generic, TypeVar

PACKAGES = ("grouping", "ortools", "highspy", "spopt", "libpysal", "numpy")
Made = TypeVar("Made")


@dataclass(frozen=True)
class Timed(Generic[Made]):
    """What came of some work, and the wall seconds it took."""

    made: Made
    seconds: float


def timed(work: Callable[[], Made]) -> Timed[Made]:
    """Do the work once and take its time."""
    start = perf_counter()
    made = work()
    return Timed(made, perf_counter() - start)


def repeated(work: Callable[[], Made], runs: int) -> Timed[Made]:
    """Do the work so many times; the last that came of it, and the median time."""
    done = [timed(work) for _ in range(runs)]
    return Timed(done[-1].made, median(one.seconds for one in done))


def machine() -> str:
    """Name the machine and the versions that matter."""
    packages = ", ".join(f"{name} {version_of(name)}" for name in PACKAGES)
    where = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return f"{where}; Python {platform.python_version()}, {packages}"


def version_of(package: str) -> str:
    """Version of a package, or "absent"."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "absent"


def present(package: str) -> bool:
    """Whether a package is installed."""
    return version_of(package) != "absent"


def heading(columns: Sequence[str]) -> None:
    """Print the head of a Markdown table."""
    row(columns)
    row(["---"] * len(columns))


def row(cells: Iterable[object]) -> None:
    """Print a row of a Markdown table, as soon as it is known."""
    print("|", " | ".join(map(str, cells)), "|", flush=True)


def seconds(value: float) -> str:
    """Write seconds with three figures or so."""
    return f"{value:.3f}" if value < 1 else f"{value:.2f}" if value < 10 else f"{value:.0f}"


def times(peer: float, ours: float) -> str:
    """Write how many times as long a peer took."""
    ratio = peer / ours
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"
