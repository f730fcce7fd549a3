"""Other rolls than today's: scenarios, and what candidates cost in them.

Who takes part, roles, candidates, links and residuals are those of the nominal rolls, the ones of
the schools file; a scenario moves what pupils bring and cost, and every term that goes by rolls.
A term's own `roll_change` comes on top: leadership at -10 % is asked of the scenario's rolls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from grouping.policy.words import Term
from grouping.search.candidates import points
from grouping.world.county import County
from grouping.world.federations import Federations

Whole = NDArray[np.int64]

PARTS = 10_000  # shares are drawn in so many parts
STILL = ("journey", "ethos", "vacancies", "partnerships")  # ready-made terms no roll moves
KEPT = ("_columns", "there", "size", "one_size", "tree_keys", "tree_metres", "tree_tenths")


class Chance(Protocol):
    """What draws whole numbers: a seeded numpy Generator."""

    def integers(self, low: int, high: int, size: int, *, endpoint: bool) -> Any:
        """Draw so many whole numbers, each equally likely."""
        ...


@dataclass(frozen=True)
class Scenario:
    """Rolls by URN under a name; a school that is not named keeps its nominal roll."""

    name: str
    rolls: Mapping[int, int]


def changed(county: County, share: Fraction, name: str = "") -> Scenario:
    """Change every roll by a share (-1/10: a tenth fewer), rounded half to even."""
    rolls = {school.urn: round(school.roll * (1 + share)) for school in county.schools}
    return Scenario(name or f"{float(100 * share):+g}%", rolls)


def drawn(county: County, count: int, spread: Fraction, chance: Chance) -> list[Scenario]:
    """Draw scenarios: each roll changes by a part common to the county and a part of its own.

    Both parts are uniform from minus to plus half the spread, in steps of 1/10,000 and each
    independent of all others: no roll changes by more than the spread, small changes are likelier
    than large, and half of what moves a school moves them all. Drawn scenario by scenario, the
    common part first, then the schools in order of URN.
    """
    half = int(spread * PARTS / 2)
    found = []
    for k in range(count):
        parts = chance.integers(-half, half, 1 + len(county), endpoint=True).tolist()
        rolls = {
            school.urn: round(school.roll * (1 + Fraction(parts[0] + own, PARTS)))
            for school, own in zip(county.schools, parts[1:], strict=True)
        }
        found.append(Scenario(f"random {k + 1}", rolls))
    return found


def counties(county: County, scenarios: Sequence[Scenario]) -> list[County]:
    """Give the county at the rolls of each scenario."""
    return [
        county.with_rolls(
            np.asarray([one.rolls.get(s.urn, s.roll) for s in county.schools], dtype=np.int64)
        )
        for one in scenarios
    ]


class Prices:
    """Costs of the rows of a table at other rolls; what does not go by rolls is worked once."""

    def __init__(self, f: Federations, terms: Sequence[Term]) -> None:
        self.f = f
        still = [t for t in terms if t.settings is not None and t.name in STILL]
        self.moving = [term for term in terms if term not in still]
        self.parts = [
            (piece.start + rows, same)
            for piece, part in f.locally()
            for rows, same in part.by_size()
        ]
        self.still = self._summed(still, self.parts)
        self.nominal = self.still + self._summed(self.moving, self.parts)

    def at(self, county: County) -> Whole:
        """Cost of every row at the rolls of a county, exact, thousandths of a point."""
        again = [(rows, self._seen_from(same, county)) for rows, same in self.parts]
        return self.still + self._summed(self.moving, again)

    def _summed(
        self, terms: Sequence[Term], parts: Sequence[tuple[NDArray[np.intp], Federations]]
    ) -> Whole:
        cost = np.zeros(len(self.f), dtype=np.int64)
        for rows, same in parts:
            for term in terms:
                cost[rows] += points(term, term.measure(same))
        return cost

    def _seen_from(self, f: Federations, county: County) -> Federations:
        """Give the same federations over a county of other rolls, with their trees."""
        place = county if f.county is self.f.county else county.part(f.county.at)
        made = Federations(place, f.members)
        made.__dict__.update({name: f.__dict__[name] for name in KEPT if name in f.__dict__})
        return made
