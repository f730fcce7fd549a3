"""Shared business managers are a matching: networkx is the oracle."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import pytest

import grouping
from grouping.policy.survey import survey
from grouping.search.candidates import grow, price
from grouping.world.county import SMALL, URGENT

MODEL = Path(__file__).parents[1] / "data" / "schools.geojson"
SMALL_WORTH, URGENT_WORTH = 10**9, 10**13  # whole numbers, each above all that follows it


def best_matching(schools: grouping.Schools, policy: grouping.Policy) -> tuple[int, int, int]:
    """Urgent covered, small covered and cost of the matching that covers most, then costs least."""
    seen = survey(schools, policy)
    table = grow(seen.county, seen.policy, at_most=10**6)
    cost = price(table, seen.policy)
    role = seen.county.role
    graph = nx.Graph()
    for (a, b), points in zip(table.members.tolist(), cost.tolist(), strict=True):
        urgent = int(role[a] == URGENT) + int(role[b] == URGENT)
        small = int(role[a] == SMALL) + int(role[b] == SMALL)
        worth = URGENT_WORTH * urgent + SMALL_WORTH * small - points
        graph.add_edge(a, b, weight=worth, counts=(urgent, small, points))
    chosen = [graph.edges[edge]["counts"] for edge in nx.max_weight_matching(graph)]
    return tuple(sum(column) for column in zip(*chosen, strict=True))  # type: ignore[return-value]


def agrees(schools: grouping.Schools, settings: list[str]) -> None:
    """Ask engine and networkx the same, and compare every stage."""
    policy = grouping.read_policy("shared-business-manager", settings)
    plan = grouping.propose(schools, policy)
    assert plan.status == "optimal"
    urgent, small, cost = best_matching(schools, policy)
    role = plan.county.role
    values = {stage.name: stage.value for stage in plan.stages}
    assert values["urgent alone"] == int((role == URGENT).sum()) - urgent
    assert values["small alone"] == int((role == SMALL).sum()) - small
    assert values["cost"] == cost


@pytest.mark.parametrize("academies", ["leave out", "informal"])
def test_real_norfolk(norfolk: grouping.Schools, academies: str) -> None:
    """The register of 2022, its academies left out and informal."""
    agrees(norfolk, [f"take_part.academies={academies}"])


@pytest.mark.parametrize(
    "settings",
    [
        [],
        ["neighbours.link_at_most=8", "rules.longest_journey.at_most=9"],
        ["take_part.academies=informal", "terms.partnerships.weight=50"],
        ["roles.urgent_below=80", "roles.small_below=140"],
    ],
)
def test_the_plan_is_the_best_matching(settings: list[str]) -> None:
    """Urgent covered before small covered before cost, as networkx's matching has it."""
    agrees(grouping.read_schools(MODEL), settings)
