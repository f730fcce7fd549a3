"""The schools around one school, taking part or not, with minutes; and the trusts among them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from grouping.world.budgets import METRES_A_MILE
from grouping.world.exact import decimal_places
from grouping.world.journeys import NONE, Journeys
from grouping.world.schools import School

AROUND = 400  # nearest schools of the file, by straight line, that minutes are asked for
FEWEST = 10  # neighbours that are always looked at
TRUSTS = 3  # nearest, that are named


@dataclass(frozen=True)
class Neighbour:
    """A school near another: `minutes` is None where there is no journey; `miles` are straight."""

    school: School
    minutes: float | None
    miles: float

    @property
    def order(self) -> tuple[bool, float, float, int]:
        """The nearest first, those without a journey last."""
        return self.minutes is None, self.minutes or 0.0, self.miles, self.school.urn


@dataclass(frozen=True)
class Trust:
    """A trust, the nearest school of it, and how many schools of the file it has."""

    name: str
    nearest: Neighbour
    schools: int


def around(
    school: School, others: Sequence[School], journeys: Journeys, always: Collection[int] = ()
) -> list[Neighbour]:
    """Give the schools of a file around one, the nearest first, and those always asked for."""
    east = np.asarray([s.easting - school.easting for s in others], dtype=np.int64)
    north = np.asarray([s.northing - school.northing for s in others], dtype=np.int64)
    squares = east**2 + north**2
    near = set(np.argsort(squares, kind="stable")[:AROUND].tolist())
    near |= {k for k, one in enumerate(others) if one.urn in always}
    chosen = [others[k] for k in sorted(near) if others[k].urn != school.urn]
    rows = [school, *chosen]
    tenths = journeys.tenths(
        np.asarray([s.urn for s in rows], dtype=np.int64),
        np.asarray([s.easting for s in rows], dtype=np.int64),
        np.asarray([s.northing for s in rows], dtype=np.int64),
    )[0]
    found = []
    for one, tenth in zip(chosen, tenths[1:].tolist(), strict=True):
        square = (one.easting - school.easting) ** 2 + (one.northing - school.northing) ** 2
        miles = Fraction(round(square**0.5)) / METRES_A_MILE
        minutes = None if tenth == NONE else tenth / 10
        found.append(Neighbour(one, minutes, decimal_places(miles, 1)))
    return sorted(found, key=lambda one: one.order)


def neighbours(
    found: Sequence[Neighbour], within: Fraction, always: Collection[int] = ()
) -> list[Neighbour]:
    """Give the neighbours within so many minutes, the nearest few in any case, and some always."""
    return [
        one
        for k, one in enumerate(found)
        if k < FEWEST
        or one.school.urn in always
        or (one.minutes is not None and one.minutes <= within)
    ]


def trusts(
    found: Sequence[Neighbour], others: Sequence[School], own: str | None
) -> tuple[Trust, ...]:
    """Give the nearest trusts, each by its nearest open school; the school's own is left out."""
    named: dict[str, Trust] = {}
    for one in found:
        name = one.school.trust
        if name and name != own and name not in named and one.school.status == "Open":
            named[name] = Trust(name, one, sum(other.trust == name for other in others))
    return tuple(named.values())[:TRUSTS]
