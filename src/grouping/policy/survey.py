"""What a policy sees of a county: the schools that take part, with journeys, links and money.

All that a policy asks of the schools file is checked here, every fault at once: unknown URNs and
authorities, locks on schools that take no part, locks that break a kept federation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from grouping.errors import Fault, PolicyRefused
from grouping.policy.eligibility import (
    Participation,
    compatible_neighbours,
    shares_year_group,
    take_part,
)
from grouping.policy.words import Policy
from grouping.world.budgets import METRES_A_MILE
from grouping.world.county import County
from grouping.world.ethos import judge_all
from grouping.world.journeys import Journeys, squared_metres, straight_lines
from grouping.world.neighbours import links, links_of
from grouping.world.schools import School, Schools

if TYPE_CHECKING:
    import networkx as nx


@dataclass(frozen=True)
class Survey:
    """A county as seen by a policy: `policy` is `asked` without the rules that cannot be asked.

    `graph_given`: the neighbour graph came from Python, so that no checker can know it.
    """

    county: County
    policy: Policy
    asked: Policy
    taking_part: Participation
    schools: Schools
    warnings: tuple[str, ...]
    graph_given: bool = False


def survey(
    schools: Schools,
    policy: Policy,
    journeys: Journeys | None = None,
    neighbours: nx.Graph | None = None,
) -> Survey:
    """Look at a county under a policy.

    Parameters
    ----------
    schools
        Every school of the file, whether it takes part or not.
    policy
        What is wanted.
    journeys
        Where minutes come from; straight lines by the policy where None.
    neighbours
        A graph of URNs to use as it is, in place of the policy's kind.

    Raises
    ------
    PolicyRefused
        With every lock, URN or authority that does not fit these schools.
    """
    taking = take_part(schools, policy)
    faults = list(_faults(schools, policy, taking))
    if faults:
        raise PolicyRefused(faults)
    asked = policy
    warnings = [*schools.warnings, *_warnings(schools, policy, taking)]
    if not any(s.local_authority for s in schools.rows) and schools.rows:
        if any(rule.title == "one_authority" for rule in policy.rules):
            warnings.append("no school gives its local authority: the rule one_authority is off")
        policy = replace(policy, rules=tuple(r for r in policy.rules if r.title != "one_authority"))
    county = _county(schools, policy, taking, journeys, neighbours)
    graph_given = neighbours is not None
    return Survey(county, policy, asked, taking, schools, tuple(warnings), graph_given)


def _county(
    schools: Schools,
    policy: Policy,
    taking: Participation,
    journeys: Journeys | None,
    neighbours: nx.Graph | None,
) -> County:
    rows = taking.schools
    urns = np.asarray([s.urn for s in rows], dtype=np.int64)
    east = np.asarray([s.easting for s in rows], dtype=np.int64)
    north = np.asarray([s.northing for s in rows], dtype=np.int64)
    block = np.asarray(taking.block, dtype=np.int64)
    travel = policy.travel
    if journeys is None:
        journeys = straight_lines(
            travel.detour, travel.mph, travel.parking_minutes, policy.barriers
        )
    tenths = journeys.tenths(urns, east, north)
    if neighbours is None:
        linked = _links(policy, urns, tenths, east, north)
    else:
        linked = links_of(neighbours, urns)
    for mark, pairs in ((False, policy.neighbours.barred), (True, policy.neighbours.added)):
        for i, j in _positions(urns, pairs):
            linked[i, j] = linked[j, i] = mark
    inside = np.equal.outer(block, block) & (block >= 0)[:, None]
    np.fill_diagonal(inside, False)
    return County(
        schools=rows,
        role=np.asarray(taking.role, dtype=np.int8),
        block=block,
        today=np.asarray(taking.today, dtype=np.int64),
        tenths=tenths,
        metres=np.rint(np.sqrt(squared_metres(east, north))).astype(np.int32),
        linked=linked | inside,
        pairs=judge_all(rows, policy.pair_table),
        table=policy.pair_table,
        money=policy.money,
        sparsity_miles=_sparsity_miles(schools, policy, rows),
        detour=travel.detour,
        form=policy.form,
        grant=policy.federation_grant,
        journey_source=journeys.source,
    )


def _links(
    policy: Policy,
    urns: NDArray[np.int64],
    tenths: NDArray[np.int32],
    east: NDArray[np.int64],
    north: NDArray[np.int64],
) -> NDArray[np.bool_]:
    wanted = policy.neighbours
    return links(
        wanted.kind,
        tenths,
        east,
        north,
        link_at_most=wanted.link_at_most,
        nearest=wanted.nearest,
        edges=_positions(urns, sorted(policy.edges)),
    )


def _positions(urns: NDArray[np.int64], pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    place = {int(urn): k for k, urn in enumerate(urns)}
    return [(place[a], place[b]) for a, b in pairs if a in place and b in place and a != b]


def _sparsity_miles(
    schools: Schools, policy: Policy, rows: Sequence[School]
) -> tuple[Fraction | None, ...]:
    """Sparsity distance of each school: as given, else road miles to the nearest that counts."""
    others = compatible_neighbours(schools, policy)
    east = np.asarray([s.easting for s in others], dtype=np.int64)
    north = np.asarray([s.northing for s in others], dtype=np.int64)
    urns = np.asarray([s.urn for s in others], dtype=np.int64)
    shares: dict[tuple[int | None, int | None], NDArray[np.bool_]] = {}
    miles: list[Fraction | None] = []
    for school in rows:
        if school.sparsity_miles is not None:
            miles.append(school.sparsity_miles)
            continue
        ages = (school.age_low, school.age_high)
        if ages not in shares:
            shares[ages] = np.asarray([shares_year_group(school, o) for o in others], dtype=bool)
        squares = (east - school.easting) ** 2 + (north - school.northing) ** 2
        near = squares[shares[ages] & (urns != school.urn)]
        if not len(near):
            miles.append(None)
            continue
        metres = int(np.rint(np.sqrt(near.min())))
        miles.append(metres * policy.travel.detour / METRES_A_MILE)
    return tuple(miles)


def _faults(schools: Schools, policy: Policy, taking: Participation) -> Iterator[Fault]:
    """Everything in a policy that does not fit these schools."""
    known = {s.urn for s in schools.rows}
    takes = {s.urn for s in taking.schools}
    names = sorted({s.local_authority for s in schools.rows if s.local_authority})
    for name in policy.take_part.authorities:
        if name not in names:
            close = get_close_matches(name, names, 1)
            hint = f'Did you mean "{close[0]}"?' if close else f"The file has: {', '.join(names)}"
            yield Fault("no school is in this authority", hint, field="authorities", value=name)
    for key, urns in _named(policy):
        for urn in urns:
            if urn not in known:
                yield Fault("no such school in the file", "Mend the URN", field=key, value=urn)
            elif key in ("locks.together", "locks.federations") and urn not in takes:
                why = taking.left_out.get(urn, "")
                yield Fault(f"the school takes no part: {why}", "Leave it out", urn=urn, field=key)
    yield from _broken_blocks(policy, taking)


def _named(policy: Policy) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield "take_part.leave_out", policy.take_part.leave_out
    for pair in policy.neighbours.barred:
        yield "neighbours.barred", pair
    for pair in policy.neighbours.added:
        yield "neighbours.added", pair
    for key in ("together", "apart", "federations"):
        for lock in getattr(policy.locks, key):
            yield f"locks.{key}", lock


def _broken_blocks(policy: Policy, taking: Participation) -> Iterator[Fault]:
    blocks: dict[int, set[int]] = {}
    for school, block in zip(taking.schools, taking.block, strict=True):
        if block >= 0:
            blocks.setdefault(block, set()).add(school.urn)
    fixed = [set(lock) for lock in policy.locks.federations]
    for lock in map(set, policy.locks.apart):
        for held in (*blocks.values(), *fixed):
            if len(lock & held) > 1:
                names = " and ".join(map(str, sorted(lock & held)))
                yield Fault(
                    f"{names} are to stay apart, but are in one kept or fixed federation",
                    'Take the lock out, or set existing = "free"',
                    field="locks.apart",
                )
    for lock in fixed:
        for held in blocks.values():
            if lock & held and not held <= lock:
                yield Fault(
                    "a fixed federation splits one that is kept: "
                    + ", ".join(map(str, sorted(held))),
                    'Name all of it, or set existing = "free"',
                    field="locks.federations",
                    value=", ".join(map(str, sorted(lock))),
                )
    for k, one in enumerate(fixed):
        for other in fixed[:k]:
            if one & other and one != other:
                yield Fault(
                    f"fixed federations share {min(one & other)}",
                    "A school is in one federation at most",
                    field="locks.federations",
                )


def _warnings(schools: Schools, policy: Policy, taking: Participation) -> Iterator[str]:
    takes = {s.urn for s in taking.schools}
    for key, urns in _named(policy):
        for urn in urns:
            if key == "take_part.leave_out":
                if taking.left_out.get(urn, "") != "left out by the policy":
                    yield f"{key}: {urn} takes no part anyway"
            elif key not in ("locks.together", "locks.federations") and urn not in takes:
                yield f"{key}: {urn} takes no part"
    if policy.neighbours.kind == "edges":
        known = {s.urn for s in schools.rows}
        strangers = sorted({urn for pair in policy.edges for urn in pair} - known)
        if strangers:
            yield "edges: not in the schools file: " + ", ".join(map(str, strangers[:10]))
    if not taking.schools:
        yield "no school takes part"
