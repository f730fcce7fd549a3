"""The homes of one school in order of what each costs the whole plan: proved, none passed over.

A home is a federation that holds the school, or no federation. Each ask is for the best plan in
which the school is in none of the homes found before, so that what it finds is the next best.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from grouping.questions.choices import Choices
from grouping.questions.wishes import Difference, Wish, covered, difference, nothing


@dataclass(frozen=True)
class Home:
    """A home of a school: the schools of its federation, or it alone; what the whole plan costs."""

    schools: tuple[int, ...]
    difference: Difference

    @property
    def alone(self) -> bool:
        """Whether it is no federation."""
        return len(self.schools) == 1

    def document(self, urn: int) -> dict[str, Any]:
        """Return the home as plain values, as that of one school."""
        return {
            "schools": list(self.schools),
            "alone": self.alone,
            **self.difference.document(),
            "others_changed": list(self.difference.besides(urn)),
        }


def homes(choices: Choices, urn: int, many: int) -> tuple[tuple[Home, ...], bool]:
    """Find the next best homes of a school after that of the plan, and whether those are all.

    The second is True where it is proved that no plan has another.
    """
    found: list[Home] = []
    here = _home(choices, choices.best, urn)
    wish = _elsewhere(choices, nothing(choices), here, urn)
    for _ in range(many + 1):
        solution = choices.least(banned=wish.banned, must=wish.must)
        if solution.status == "infeasible":
            return tuple(found), True
        if len(found) == many:
            break
        here = _home(choices, solution.rows, urn)
        schools = (urn,) if here is None else choices.table.urns(here)
        found.append(Home(schools, difference(choices, solution.rows)))
        wish = _elsewhere(choices, wish, here, urn)
    return tuple(found), False


def _home(choices: Choices, rows: list[int], urn: int) -> int | None:
    return next((row for row in rows if urn in choices.table.urns(row)), None)


def _elsewhere(choices: Choices, wish: Wish, here: int | None, urn: int) -> Wish:
    """Add to a wish that a school be not in one home."""
    if here is None:
        return wish & covered(choices, urn)
    banned = wish.banned.copy()
    banned[here] = True
    return Wish(banned, wish.must)
