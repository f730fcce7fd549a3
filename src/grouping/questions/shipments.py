"""What is sent to the workers of a sweep, once to each: a case as plain values, and its hashes.

A policy holds functions and cannot be sent, so its text goes, with what no text can hold beside
it; journeys go as columns of pairs.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grouping import __version__
from grouping.errors import Fault, PolicyRefused, UsageRefused
from grouping.policy.words import Policy
from grouping.policy.writing import value_text, written
from grouping.questions.case import Case
from grouping.questions.scenarios import Ground, Settings
from grouping.questions.solved import Solved
from grouping.world.budgets import Money
from grouping.world.ethos import PairTable
from grouping.world.journeys import Journeys, from_columns, near
from grouping.world.schools import Schools

OPEN = "Open"  # no other school ever takes part
HOWEVER_FAR = np.iinfo(np.int32).max  # tenths of a minute

Columns = tuple[str, NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]


@dataclass(frozen=True, eq=False)
class Shipment:
    """All that a worker keeps of a sweep: plain values, sent once to each.

    `journeys` are source and columns of pairs of URNs with tenths of a minute (None: straight
    lines by the policy); `files` holds what scenarios name, as `Ground` has it; `parts` are the
    hashes of what every row stands on.
    """

    schools: Schools
    journeys: Columns | None
    text: str
    money: Money
    pair_table: PairTable
    edges: frozenset[tuple[int, int]]
    barriers: Any
    files: Mapping[tuple[str, str], Any]
    time_limit: float | None
    version: str
    parts: Mapping[str, Any]

    @cached_property
    def sha256(self) -> str:
        """Hash of everything but the scenarios."""
        return digest(self.parts)

    def key_of(self, settings: Settings) -> str:
        """Key of a scenario: the hash of all that its row stands on."""
        texts = dict(settings)
        named = {
            key: digest(held) for (key, path), held in self.files.items()
            if texts.get(key) == value_text(key, path)
        }  # fmt: skip
        return digest([self.sha256, settings, named])


@dataclass(frozen=True, eq=False)
class Ready:
    """What a worker keeps, unpacked and ready to be asked.

    `solved` holds the last cases solved, for each thread its own: a case that is asked again
    cannot be asked by two at once.
    """

    schools: Schools
    journeys: Journeys | None
    ground: Ground
    time_limit: float | None
    version: str
    solved: dict[int, list[Solved]] = field(default_factory=dict)


def packed(case: Case, files: Mapping[tuple[str, str], Any], time_limit: float | None) -> Shipment:
    """Pack a case for workers.

    Raises
    ------
    PolicyRefused
        Where a rule, term or limit of the policy was given as Python.
    UsageRefused
        Where the time limit is none.
    """
    policy = case.policy
    if policy.unchecked:
        do = (
            "Take it out with policy.without(name), call grouping.propose once for each scenario, "
            "or put it into the package (docs/howto.md) so that policy files know it by name"
        )
        raise PolicyRefused(
            [Fault("was given as Python and cannot be sent to workers", do, place=name)
             for name in policy.unchecked]
        )  # fmt: skip
    limit = None if time_limit is None else float(time_limit)
    if limit is not None and not limit >= 0:
        do = "Give seconds, 0 or more"
        raise UsageRefused(Fault("is no time limit", do, place="time_limit", value=time_limit))
    text = written(_with_names(policy))
    journeys = _columns(case.journeys, case.schools)
    wanted = [text, policy.money, policy.pair_table, policy.edges, policy.barriers]
    parts = {
        "schools": digest(case.schools.rows),
        "journeys": digest(journeys),
        "policy": digest(wanted),
        "time_limit": limit,
        "version": __version__,
    }
    return Shipment(
        case.schools, journeys, text, policy.money, policy.pair_table, policy.edges,
        policy.barriers, files, limit, __version__, parts,
    )  # fmt: skip


def unpacked(
    shipment: Shipment,
    defaults: Callable[[str], dict[str, Any]],
    money: Callable[[str], Money],
) -> Ready:
    """Unpack what a worker keeps; `defaults` and `money` are those of the package, by name."""
    journeys = None
    if shipment.journeys is not None:
        source, first, second, tenths = shipment.journeys
        journeys = from_columns(first, second, tenths, source)
    own = shipment.money
    ground = Ground(
        shipment.text,
        defaults,
        lambda year: own if year == own.year else money(year),
        shipment.pair_table,
        shipment.edges,
        shipment.barriers,
        shipment.files,
    )
    return Ready(shipment.schools, journeys, ground, shipment.time_limit, shipment.version)


def _with_names(policy: Policy) -> Policy:
    """Name the edges of a policy that were given from Python, so that its text says there are."""
    named = policy.neighbours
    if named.edges or not (policy.edges or named.kind == "edges"):
        return policy
    return replace(policy, neighbours=replace(named, edges="edges.csv"))


def _columns(journeys: Journeys | None, schools: Schools) -> Columns | None:
    """Ask journeys for every two open schools: others take part in no plan."""
    if journeys is None:
        return None
    rows = [school for school in schools.rows if school.status == OPEN]
    urns, east, north = (
        np.asarray([getattr(school, name) for school in rows], dtype=np.int64)
        for name in ("urn", "easting", "northing")
    )
    one, other, tenths = near(journeys, urns, east, north, HOWEVER_FAR)
    return journeys.source, urns[one], urns[other], tenths


def digest(value: Any) -> str:
    """Hash a value by what it holds: dataclasses by their fields, tables and sets in order."""
    return sha256(json.dumps(_canonical(value)).encode()).hexdigest()


def _canonical(value: Any) -> Any:
    if is_dataclass(value):
        return [[f.name, _canonical(getattr(value, f.name))] for f in fields(value)]
    if isinstance(value, Mapping):
        held = {str(key): _canonical(each) for key, each in value.items()}
        return [[key, held[key]] for key in sorted(held)]
    if isinstance(value, set | frozenset):
        return sorted((_canonical(each) for each in value), key=json.dumps)
    if isinstance(value, list | tuple):
        return [_canonical(each) for each in value]
    if isinstance(value, np.ndarray):
        whole = np.ascontiguousarray(value).astype(value.dtype.newbyteorder("<"))
        return [value.dtype.str[1:], list(value.shape), sha256(whole.tobytes()).hexdigest()]
    if isinstance(value, int | str | None):
        return value
    return str(value)
