"""Arrangements still to be confirmed, beside a plan: a federation that splits one says so.

They count for nothing in the plan itself: equal names of heads only suggest that one is shared.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grouping.answers.plan import Plan


def with_arrangements(plan: Plan, groups: Mapping[int, tuple[int, ...]]) -> Plan:
    """Return the plan with a warning for every federation that splits a group of URNs.

    Parameters
    ----------
    plan
        A plan of any status.
    groups
        URNs that may share a head, by the number of their group.
    """
    known = {school.urn for school in plan.survey.schools.rows}
    said = []
    for place, federation in enumerate(plan.groups, start=1):
        for number, urns in sorted(groups.items()):
            inside = [urn for urn in urns if urn in federation]
            outside = [urn for urn in urns if urn not in federation and urn in known]
            if inside and outside:
                said.append(
                    f"F{place:03d} splits arrangement {number}, still to be confirmed:"
                    f" {_listed(inside)} in it, {_listed(outside)} not"
                )
    strange = sorted({urn for urns in groups.values() for urn in urns} - known)
    if strange:
        said.append(f"arrangements: not in the schools file: {_listed(strange[:10])}")
    warnings = (*plan.survey.warnings, *said)
    return replace(plan, survey=replace(plan.survey, warnings=warnings))


def _listed(urns: list[int]) -> str:
    return ", ".join(map(str, urns))
