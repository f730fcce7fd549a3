"""What an earlier run of ours left in a folder that a new one does not write: nobody else's files.

A plan has files that not every plan has (`journeys.csv`, those its policy names). A run that gave
several plans left `alternatives.json` and a folder each, `plan-2`, `plan-3` and so on: a folder is
ours if that file names it and the `plan.json` inside says the same place.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Collection
from pathlib import Path
from typing import Any

from grouping.answers.plan import SCHEMA as PLAN
from grouping.answers.wording import SCHEMA as ANSWER
from grouping.files.reports import MADE
from grouping.world.journeys import STRAIGHT

ALTERNATIVES = "alternatives.json"
QUESTION = "alternatives"
NOT_ALWAYS = {"edges": "csv", "barriers": "geojson"}  # files only some policies name
ALWAYS = (
    "policy.toml", "federations.geojson", "schools.geojson", "links.geojson", "federations.csv",
    "schools.csv", "fields.csv", "plan.json",
)  # fmt: skip
UNREAD = (OSError, ValueError, LookupError, TypeError, AttributeError)


def plan_folder(place: int) -> str:
    """Name the folder of a plan beside the best, by its place."""
    return f"plan-{place}"


def of_earlier_runs(folder: Path) -> list[str]:
    """Name the files of earlier runs that a new run may not write, those of other plans too."""
    return [*_of_earlier_plan(folder), *_of_earlier_plans(folder)]


def take_away(folder: Path, stale: Collection[str]) -> None:
    """Take away files of an earlier run, and the folders of plans that are empty then."""
    for name in stale:
        with contextlib.suppress(OSError):
            (folder / name).unlink()
    for inner in sorted({(folder / name).parent for name in stale} - {folder}):
        with contextlib.suppress(OSError):  # somebody else's files are in it: it stays
            inner.rmdir()


def _of_earlier_plan(folder: Path) -> list[str]:
    """Name the files an earlier plan wrote here that not every plan has."""
    try:
        run = _read(folder / "plan.json")["run"]
        named = [f"{key}.{kind}" for key, kind in NOT_ALWAYS.items() if key in run["inputs"]]
        named += [name for name in MADE if (folder / name).exists()]
        return [*named, "journeys.csv"] if run["journey_source"] != STRAIGHT else named
    except UNREAD:
        return []


def _of_earlier_plans(folder: Path) -> list[str]:
    """Name the files of plans beside the best that an earlier run wrote, their list last."""
    try:
        answer = _read(folder / ALTERNATIVES)
        if (answer["schema"], answer["question"]) != (ANSWER, QUESTION):
            return []
        folders = [str(one["folder"]) for one in answer["plans"][1:]]
    except UNREAD:
        return []
    found = []
    for name in folders:
        inner = folder / name
        if re.fullmatch(r"plan-[1-9][0-9]*", name) and _is_ours(inner):
            files = (*ALWAYS, *_of_earlier_plan(inner))
            found += [f"{name}/{one}" for one in files if (inner / one).is_file()]
    return [*found, ALTERNATIVES]


def _is_ours(inner: Path) -> bool:
    try:
        plan = _read(inner / "plan.json")
        return bool(plan["schema"] == PLAN and plan_folder(plan["run"]["place"]) == inner.name)
    except UNREAD:
        return False


def _read(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text(encoding="utf-8")))
