"""Time `grouping propose` on England: the register where it is at hand, and a model for everyone.

    python benchmarks/england.py [--runs 1] [--schools 16700] [--only model] [--case "maintained"]

The register of July 2022 is looked for beside this repository, laid out as the engine imports it in
a folder that is deleted at the end; nothing of it is kept. The whole process is timed, from the
start of Python to the files on disk. Counts say what was covered, so that a deviation is seen.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import model_england
from county import Run, measure
from instances import SHARED
from machine import heading, machine, row, seconds

REGISTER = SHARED / "england_schools_gias_2022-07.csv.gz"
LINKS = SHARED / "gias_group_links_2022-08.csv.gz"
MOST = 200_000_000
COLUMNS = (
    "England", "what", "candidates", "status", "urgent covered", "small covered", "cost",
    "median, s", "runs", "peak memory, MB",
)  # fmt: skip
FREE = ("--set", "take_part.existing=free")
CASES = {
    "maintained, federations free": FREE,
    "maintained, federations kept": (),
    "academies as maintained": (*FREE, "--set", "take_part.academies=as maintained"),
    "maintained, authorities open": (*FREE, "--set", "rules.one_authority=false"),
    "maintained, up to 5 schools": (*FREE, "--set", "rules.schools.at_most=5"),
    "maintained, up to 6 schools": (*FREE, "--set", "rules.schools.at_most=6"),
}
# The register's columns as this extract names them, and as the service does.
NAMES = {
    "urn": "URN", "establishment_name": "EstablishmentName", "number_of_pupils": "NumberOfPupils",
    "establishment_type": "TypeOfEstablishment (name)",
    "establishment_status": "EstablishmentStatus (name)",
    "education_phase": "PhaseOfEducation (name)",
    "religious_character": "ReligiousCharacter (name)", "la_name": "LA (name)",
    "statutory_low_age": "StatutoryLowAge",
    "statutory_high_age": "StatutoryHighAge", "school_capacity": "SchoolCapacity",
    "open_date": "OpenDate", "percentage_fsm": "PercentageFSM", "easting": "Easting",
    "northing": "Northing",
}  # fmt: skip


def register(folder: Path) -> Path | None:
    """Import the real register into a folder; None where it is not at hand."""
    if not REGISTER.exists():
        return None
    with gzip.open(REGISTER, "rt", encoding="utf-8", newline="") as text:
        rows = list(_laid_out(csv.DictReader(text)))
    laid = folder / "england.csv"
    with laid.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, [*NAMES.values(), "Diocese (name)"])
        writer.writeheader()
        writer.writerows(rows)
    words = ["import", "gias", str(laid), "-o", str(folder / "england.geojson")]
    if LINKS.exists():
        (folder / "links.csv").write_bytes(gzip.decompress(LINKS.read_bytes()))
        words += ["--links", str(folder / "links.csv")]
    subprocess.run([sys.executable, "-m", "grouping", *words], check=True, capture_output=True)
    return folder / "england.geojson"


def _laid_out(rows: csv.DictReader[str]) -> Iterator[dict[str, str]]:
    """Give every row as the service would write it: whole numbers plain, dates day first."""
    for found in rows:
        made = {to: found[name].removesuffix(".0") for name, to in NAMES.items()}
        if made["OpenDate"]:
            made["OpenDate"] = "-".join(reversed(made["OpenDate"][:10].split("-")))
        yield made | {"Diocese (name)": ""}


def cells(name: str, what: str, schools: Path, runs: int) -> list[object]:
    """Measure one case and give its row."""
    words = ("propose", "{schools}", "-o", "{out}", "--candidates-at-most", str(MOST))
    done, plan = measure((*words, *CASES[what]), schools, runs, warm=False)
    return [name, what, _number(plan["candidates"]), plan["status"], *plan["covered"], *_took(done)]


def _number(count: object) -> str:
    return f"{count:,}" if isinstance(count, int) else "-"


def _took(done: list[Run]) -> list[object]:
    memory = [one.megabytes for one in done if one.megabytes is not None]
    most = f"{max(memory):,.0f}" if memory else "-"
    return [seconds(median(one.seconds for one in done)), len(done), most]


def table(size: int, runs: int, only: str | None, cases: list[str]) -> None:
    """Print the table."""
    heading(COLUMNS)
    with tempfile.TemporaryDirectory(prefix="grouping-") as room:
        folder = Path(room)
        model = folder / "model.geojson"
        model_england.write(size, model)
        found = [(f"model, {size:,} schools", model)] if only != "register" else []
        if only != "model" and (real := register(folder)) is not None:
            found.append(("register, July 2022", real))
        for name, schools in found:
            for what in cases:
                row(cells(name, what, schools, runs))


def main() -> None:
    """Read the options and print the table."""
    parser = argparse.ArgumentParser(description="Time grouping propose on England.")
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--schools", type=int, default=model_england.ENGLAND, help="of the model")
    parser.add_argument("--only", choices=["model", "register"])
    parser.add_argument("--case", action="append", choices=list(CASES))
    chosen = parser.parse_args()
    first = list(CASES)[:2]
    table(chosen.schools, chosen.runs, chosen.only, chosen.case or first)
    print()
    print(machine())


if __name__ == "__main__":
    main()
