"""The case in hand: the schools, what is wanted of them, and where minutes come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from grouping.policy.words import Policy
from grouping.world.journeys import Journeys
from grouping.world.schools import Schools

if TYPE_CHECKING:
    from grouping.questions.solved import Solved


@dataclass(frozen=True, eq=False)
class Case:
    """What is asked: every school of the county, a policy, journeys (None: straight lines)."""

    schools: Schools
    policy: Policy
    journeys: Journeys | None = None

    def solve(self, *, workers: int = 1, seed: int = 0) -> Solved:
        """Solve the case, and keep all that is needed to ask again in a moment."""
        from grouping.questions.solved import solved

        return solved(self, workers=workers, seed=seed)
