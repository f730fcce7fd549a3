"""Who takes part, in what role, and why the others do not: nobody vanishes.

Problem statement, section 1. The law's bar on academies and the rest come as sentences a planner
can read out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from grouping.policy.words import Policy
from grouping.world.county import NO_ROLE, PARTNER, SMALL, URGENT, ages
from grouping.world.ethos import ACADEMIES
from grouping.world.schools import School, Schools

MAINTAINED = frozenset(
    {
        "Community school",
        "Foundation school",
        "Voluntary aided school",
        "Voluntary controlled school",
    }
)
MAINSTREAM = MAINTAINED | ACADEMIES
FILLING_YEARS = 7


@dataclass(frozen=True)
class Participation:
    """Who takes part (ascending URN), with role, kept federation and federation today.

    `left_out` gives every other school of the file its reason; `by_law` are the academies left
    out, `tiers` the tier by roll of every school a tier could hold, taking part or not.
    """

    schools: tuple[School, ...]
    role: tuple[int, ...]
    block: tuple[int, ...]
    today: tuple[int, ...]
    left_out: dict[int, str]
    by_law: frozenset[int]
    tiers: dict[int, int]


def take_part(schools: Schools, policy: Policy) -> Participation:
    """Tell who takes part under a policy, and give everyone else a reason."""
    reasons: dict[int, str] = {}
    too_large: list[School] = []
    chosen: list[School] = []
    for school in schools.rows:
        reason = _reason(school, policy)
        if reason:
            reasons[school.urn] = reason
        elif school.roll > policy.roles.partner_at_most:
            too_large.append(school)
        else:
            chosen.append(school)
    keep = policy.take_part.existing == "keep"
    shared = Counter(s.federation for s in (*chosen, *too_large) if s.federation is not None)
    for school in too_large:
        if keep and school.federation is not None and shared[school.federation] >= 2:
            chosen.append(school)
        else:
            reasons[school.urn] = (
                f"{school.roll} pupils, more than the {policy.roles.partner_at_most} a partner "
                "may have under this policy"
            )
    chosen.sort(key=lambda school: school.urn)
    today = _federations(chosen)
    return Participation(
        schools=tuple(chosen),
        role=tuple(role_of(s.roll, policy) for s in chosen),
        block=today if keep else (-1,) * len(chosen),
        today=today,
        left_out=dict(sorted(reasons.items())),
        by_law=frozenset(
            s.urn
            for s in schools.rows
            if s.urn in reasons and reasons[s.urn] == _barred_by_law(s, policy)
        ),
        tiers={
            s.urn: role_of(s.roll, policy)
            for s in schools.rows
            if s.status == "Open" and _mainstream(s, policy) and _in_authority(s, policy)
        },
    )


def role_of(roll: int, policy: Policy) -> int:
    """Role of a roll: urgent, small, partner, or none above the largest partner."""
    if roll < policy.roles.urgent_below:
        return URGENT
    if roll < policy.roles.small_below:
        return SMALL
    return PARTNER if roll <= policy.roles.partner_at_most else NO_ROLE


def _federations(chosen: Sequence[School]) -> tuple[int, ...]:
    count = Counter(s.federation for s in chosen if s.federation is not None)
    names = sorted(
        (name for name in count if count[name] >= 2),
        key=lambda name: min(s.urn for s in chosen if s.federation == name),
    )
    place = {name: k for k, name in enumerate(names)}
    return tuple(-1 if s.federation is None else place.get(s.federation, -1) for s in chosen)


def _mainstream(school: School, policy: Policy) -> bool:
    phases = {phase.strip().casefold() for phase in policy.take_part.phases}
    return school.type in MAINSTREAM and school.phase.casefold() in phases


def _in_authority(school: School, policy: Policy) -> bool:
    chosen = policy.take_part.authorities
    return not chosen or school.local_authority in chosen


def _reason(school: School, policy: Policy) -> str:
    """Why a school takes no part; nothing where it does (size apart)."""
    if school.status != "Open":
        return f'status is "{school.status}", and only open schools take part'
    if school.type not in MAINSTREAM:
        return f"{_a(school.type)} is outside this policy: mainstream schools only"
    phases = policy.take_part.phases
    if not _mainstream(school, policy):
        return f'phase is "{school.phase}", and this policy is for {" and ".join(phases)}'
    if not _in_authority(school, policy):
        return f"in {school.local_authority or 'no authority that the file gives'}, not chosen"
    if school.urn in policy.take_part.leave_out:
        return "left out by the policy"
    if barred := _barred_by_law(school, policy):
        return barred
    if still_filling(school, policy):
        return (
            f"opened {school.open_date} and still filling: "
            f"{school.roll} pupils of {school.capacity} places"
        )
    return ""


def _barred_by_law(school: School, policy: Policy) -> str:
    """Say that the law bars an academy, where the policy keeps to it; nothing for others."""
    if school.type not in ACADEMIES or policy.take_part.academies != "leave out":
        return ""
    trust = f" (it is in trust {school.trust})" if school.trust else ""
    return (
        f"an academy{trust}: by law only maintained schools may federate "
        "(Education Act 2002 section 24); a trust is its other route"
    )


def _a(word: str) -> str:
    return f"{'an' if word[:1].lower() in 'aeiou' else 'a'} {word[:1].lower()}{word[1:]}"


def still_filling(school: School, policy: Policy) -> bool:
    """Whether a young school has a roll below 60 % of its capacity."""
    if school.open_date is None or not school.capacity:
        return False
    first = int(policy.money.year[:4]) - FILLING_YEARS
    return school.open_date > date(first, 9, 1) and 5 * school.roll < 3 * school.capacity


def compatible_neighbours(schools: Schools, policy: Policy) -> list[School]:
    """Schools that count in sparsity: open, mainstream, of a phase of the policy."""
    return [s for s in schools.rows if s.status == "Open" and _mainstream(s, policy)]


def shares_year_group(a: School, b: School) -> bool:
    """Whether two schools teach a year group in common."""
    (low_a, high_a), (low_b, high_b) = ages(a), ages(b)
    return max(low_a, low_b) < min(high_a, high_b)
