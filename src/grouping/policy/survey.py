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
from grouping.world.journeys import Journeys, near, nearest_squares, straight_lines
from grouping.world.neighbours import in_order, links, links_of
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
    policy, asked, warnings = _judged(schools, policy, taking)
    county = _county(schools, policy, taking, journeys, neighbours)
    graph_given = neighbours is not None
    return Survey(county, policy, asked, taking, schools, warnings, graph_given)


def surveyed_again(seen: Survey, policy: Policy) -> Survey:
    """Look again under a policy that differs in locks, limits, prices, weights or rules alone.

    Raises
    ------
    PolicyRefused
        With every lock or URN that does not fit these schools.
    """
    policy, asked, warnings = _judged(seen.schools, policy, seen.taking_part)
    return replace(seen, policy=policy, asked=asked, warnings=warnings)


def _judged(
    schools: Schools, policy: Policy, taking: Participation
) -> tuple[Policy, Policy, tuple[str, ...]]:
    """Give the policy without rules that cannot be asked, the policy as asked, and warnings."""
    faults = list(_faults(schools, policy, taking))
    if faults:
        raise PolicyRefused(faults)
    asked = policy
    warnings = [*schools.warnings, *_warnings(schools, policy, taking)]
    if not any(s.local_authority for s in schools.rows) and schools.rows:
        if any(rule.title == "one_authority" for rule in policy.rules):
            warnings.append("no school gives its local authority: the rule one_authority is off")
        policy = replace(policy, rules=tuple(r for r in policy.rules if r.title != "one_authority"))
    return policy, asked, tuple(warnings)


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
    if neighbours is None:
        linked = _links(policy, journeys, urns, east, north)
    else:
        linked = links_of(neighbours, urns)
    if policy.neighbours.barred or policy.neighbours.added:
        pairs = {(i, j) for i, j in linked.tolist()}
        pairs -= set(_positions(urns, policy.neighbours.barred))
        pairs |= set(_positions(urns, policy.neighbours.added))
        linked = in_order(pairs)
    return County(
        schools=rows,
        role=np.asarray(taking.role, dtype=np.int8),
        block=block,
        today=np.asarray(taking.today, dtype=np.int64),
        journeys=journeys,
        links=linked,
        creeds=judge_all(rows, policy.pair_table),
        table=policy.pair_table,
        money=policy.money,
        sparsity_miles=_sparsity_miles(schools, policy, rows),
        detour=travel.detour,
        form=policy.form,
        grant=policy.federation_grant,
    )


def _links(
    policy: Policy,
    journeys: Journeys,
    urns: NDArray[np.int64],
    east: NDArray[np.int64],
    north: NDArray[np.int64],
) -> NDArray[np.int32]:
    wanted = policy.neighbours
    return links(
        wanted.kind,
        near(journeys, urns, east, north, int(10 * wanted.link_at_most)),
        east,
        north,
        nearest=wanted.nearest,
        edges=_positions(urns, sorted(policy.edges)),
    )


def _positions(urns: NDArray[np.int64], pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Positions of the schools of each pair that takes part, the lower first."""
    place = {int(urn): k for k, urn in enumerate(urns)}
    found = [(place[a], place[b]) for a, b in pairs if a in place and b in place and a != b]
    return [(min(pair), max(pair)) for pair in found]


def _sparsity_miles(
    schools: Schools, policy: Policy, rows: Sequence[School]
) -> tuple[Fraction | None, ...]:
    """Sparsity distance of each school: as given, else road miles to the nearest that counts."""
    others = compatible_neighbours(schools, policy)
    miles: list[Fraction | None] = [school.sparsity_miles for school in rows]
    points = np.asarray([(s.easting, s.northing) for s in others], dtype=np.int64).reshape(-1, 2)
    urns = np.asarray([s.urn for s in others], dtype=np.int64)
    asking: dict[tuple[int | None, int | None], list[int]] = {}
    for k, school in enumerate(rows):
        if school.sparsity_miles is None:
            asking.setdefault((school.age_low, school.age_high), []).append(k)
    for who in asking.values():
        shares = _sharing(rows[who[0]], others)
        at = np.asarray([(rows[k].easting, rows[k].northing) for k in who], dtype=np.int64)
        own = np.asarray([rows[k].urn for k in who], dtype=np.int64)
        squares = nearest_squares(at, own, points[shares], urns[shares])
        for k, square in zip(who, squares.tolist(), strict=True):
            if square >= 0:
                metres = int(np.rint(np.sqrt(square)))
                miles[k] = metres * policy.travel.detour / METRES_A_MILE
    return tuple(miles)


def _sharing(school: School, others: Sequence[School]) -> NDArray[np.bool_]:
    """Which of the others share a year group with a school, each two ages asked once."""
    known: dict[tuple[int | None, int | None], bool] = {}
    for other in others:
        ages = (other.age_low, other.age_high)
        if ages not in known:
            known[ages] = shares_year_group(school, other)
    return np.asarray([known[o.age_low, o.age_high] for o in others], dtype=np.bool_)


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
