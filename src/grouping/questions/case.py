"""The case in hand: the schools, what is wanted of them, and where minutes come from."""

from __future__ import annotations

from dataclasses import dataclass

from grouping.policy.words import Policy
from grouping.world.journeys import Journeys
from grouping.world.schools import Schools


@dataclass(frozen=True, eq=False)
class Case:
    """What is asked: every school of the county, a policy, journeys (None: straight lines)."""

    schools: Schools
    policy: Policy
    journeys: Journeys | None = None
