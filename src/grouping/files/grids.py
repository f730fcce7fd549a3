"""Grids of scenarios from a TOML file: every combination of lists of values, and single ones.

    [grid]
    "terms.journey.weight" = [10, 20, 40]
    "take_part.existing" = ["keep", "free"]

    [[scenario]]
    "rules.ethos.policy" = "strict"

Combinations come in the order of the file, the last key changing fastest; single scenarios after
them. A file that asks for nothing asks for the policy as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from grouping.errors import CapReached, Fault, InputRefused, PolicyRefused
from grouping.files.text import read_text
from grouping.files.workers import ready_policy
from grouping.policy.checks import kind, seen
from grouping.policy.toml import document
from grouping.questions.scenarios import Scenario, flat, settings_of, unknown_keys
from grouping.world.register import nearest

GRID, SCENARIO = "grid", "scenario"
MOST = 1_000_000  # scenarios


@dataclass(frozen=True)
class Grid:
    """Scenarios of a file, in its order, with the file's name and hash."""

    scenarios: tuple[Scenario, ...]
    source: str
    sha256: str


def read_grid(path: str | Path) -> Grid:
    """Read a grid of scenarios.

    Raises
    ------
    InputRefused
        With every fault of the file.
    PolicyRefused
        Where nothing is wrong but keys that no policy has, with the nearest.
    CapReached
        Above a million scenarios.
    """
    text = read_text(path)
    try:
        found = document(text.text, text.file)
    except PolicyRefused as refused:
        raise InputRefused(refused.faults) from None
    faults: list[Fault] = []
    for name in found:
        if name not in (GRID, SCENARIO):
            near = nearest(name, (GRID, SCENARIO))
            do = f'Did you mean "{near}"?' if near else "A grid has [grid] and [[scenario]]"
            faults.append(Fault("is not a table of a grid", do, place=name))
    axes = _axes(found.get(GRID, {}), faults)
    single = _single(found.get(SCENARIO, []), faults)
    keys = [*axes, *(key for one in single for key in one)]
    strange = unknown_keys(keys, ready_policy)
    if faults:
        raise InputRefused([replace(fault, file=text.file) for fault in (*faults, *strange)])
    if strange:
        raise PolicyRefused([replace(fault, file=text.file) for fault in strange])
    count = prod(map(len, axes.values())) + len(single)
    if count > MOST:
        do = f"Take values out: at most {MOST:,}"
        raise CapReached(Fault(f"makes {count:,} scenarios", do, text.file))
    whole: list[Scenario] = []
    if GRID in found or not single:
        whole = [dict(zip(axes, values, strict=True)) for values in product(*axes.values())]
    return Grid((*whole, *single), text.file, text.sha256)


def _axes(found: Any, faults: list[Fault]) -> dict[str, list[Any]]:
    """Read the table [grid]: a list of values for each key."""
    if not isinstance(found, Mapping):
        faults.append(Fault(f"is {kind(found)}", "Write it as [grid]", place=GRID))
        return {}
    axes: dict[str, list[Any]] = {}
    for key, values in flat(found):
        place = f"{GRID}, {key}"
        if key in axes:
            faults.append(Fault("stands twice", "Keep one of the two", place=place))
        elif not isinstance(values, list):
            do = "Write a list of values, as in [10, 20]"
            faults.append(Fault(f"is {kind(values)}", do, place=place))
        elif not values:
            faults.append(Fault("has no values", "Give one or more, or leave it out", place=place))
        else:
            faults += _values(key, values, place)
        axes[key] = values if isinstance(values, list) and values else [None]
    return axes


def _values(key: str, values: list[Any], place: str) -> Iterator[Fault]:
    """Tell values that no policy can hold, and values that stand twice."""
    before = set()
    for k, value in enumerate(values, start=1):
        try:
            settings = settings_of({key: value})
        except PolicyRefused as refused:
            yield from (replace(f, place=f"{place}, item {k}") for f in refused.faults)
            continue
        if settings in before:
            do = "Keep one of the two"
            yield Fault("stands twice", do, place=f"{place}, item {k}", value=seen(value))
        before.add(settings)


def _single(found: Any, faults: list[Fault]) -> list[Scenario]:
    """Read the tables [[scenario]]."""
    if not isinstance(found, list) or not all(isinstance(one, Mapping) for one in found):
        do = "Write each as [[scenario]], with keys and values below it"
        faults.append(Fault(f"is {kind(found)}", do, place=SCENARIO))
        return []
    single: list[Scenario] = []
    for k, one in enumerate(found, start=1):
        try:
            settings_of(one)
        except PolicyRefused as refused:
            faults += [replace(f, place=f"{SCENARIO} {k}, {f.place}") for f in refused.faults]
        single.append(dict(flat(one)))
    return single
