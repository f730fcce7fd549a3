"""Wishes laid over a solved case, and what honouring one costs the whole plan, exactly.

A wish only bans rows and asks that schools be in some federation, so the rows at hand always serve
and every answer is that of a cold solve. What it costs is told stage by stage, as the objective
has them: a plan that leaves one more small school alone is worse whatever it saves in points.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grouping.answers.wording import count, listed, named, points
from grouping.questions.choices import Choices
from grouping.questions.solved import Solved
from grouping.world.schools import School

Flags = NDArray[np.bool_]
Groups = tuple[tuple[int, ...], ...]

SHOWN = 8  # schools that a sentence names


@dataclass(frozen=True, eq=False)
class Wish:
    """Rows that may not be chosen, and schools that must be in a federation, both as flags."""

    banned: Flags
    must: Flags

    def __and__(self, other: Wish) -> Wish:
        return Wish(self.banned | other.banned, self.must | other.must)


@dataclass(frozen=True)
class Difference:
    """What another plan costs more than the best, and for whom it differs.

    `extra` has the stages in order: schools more left alone, then thousandths of a point.
    `changed` are the schools whose partners differ, `loses` those of them left alone that the best
    plan has in a federation, `gains` the other way round.
    """

    extra: tuple[tuple[str, int], ...]
    changed: tuple[int, ...]
    loses: tuple[int, ...]
    gains: tuple[int, ...]
    groups: Groups

    @property
    def tie(self) -> bool:
        """Whether the other plan is as good as the best in every stage."""
        return not any(value for _, value in self.extra)

    def besides(self, *urns: int) -> tuple[int, ...]:
        """URNs of the other schools whose partners differ."""
        return tuple(urn for urn in self.changed if urn not in urns)

    @property
    def words(self) -> str:
        """The price in words, as in "1 more small school left alone and 1.5 points more"."""
        if self.tie:
            return "nothing: a tie"
        said = [_stage(name, value) for name, value in self.extra if value]
        return listed(said)

    def document(self) -> dict[str, Any]:
        """Return the difference as plain values."""
        return {
            "extra": [
                {"name": name, "value": value, "unit": _unit(name)} for name, value in self.extra
            ],
            "tie": self.tie,
            "changed": list(self.changed),
            "left_alone": list(self.loses),
            "newly_covered": list(self.gains),
            "federations": ["-".join(map(str, group)) for group in self.groups],
        }


def nothing(choices: Choices) -> Wish:
    """Wish for nothing."""
    return Wish(
        np.zeros(len(choices.table), dtype=np.bool_),
        np.zeros(choices.problem.items, dtype=np.bool_),
    )


def holding(choices: Choices, *urns: int) -> Flags:
    """Mark the candidates that hold all of these schools."""
    marks = np.ones(len(choices.table), dtype=np.bool_)
    for at in _positions(choices, urns):
        marks &= (choices.problem.columns == at).any(axis=0)
    return marks


def allowed(choices: Choices, *urns: int) -> Flags:
    """Mark the candidates that hold all of these schools and that the policy as asked allows."""
    marks = holding(choices, *urns)
    return marks if choices.problem.banned is None else marks & ~choices.problem.banned


def together(choices: Choices, *urns: int) -> Wish:
    """Wish for these schools in one federation."""
    all_of = holding(choices, *urns)
    some = reduce(np.logical_or, (holding(choices, urn) for urn in urns))
    return Wish(some & ~all_of, _must(choices, urns))


def apart(choices: Choices, one: int, other: int) -> Wish:
    """Wish for two schools not in one federation."""
    return Wish(holding(choices, one, other), _must(choices, ()))


def covered(choices: Choices, urn: int) -> Wish:
    """Wish for a school in some federation."""
    return Wish(nothing(choices).banned, _must(choices, [urn]))


def alone(choices: Choices, urn: int) -> Wish:
    """Wish for a school in none."""
    return Wish(holding(choices, urn), _must(choices, ()))


def together_all(choices: Choices, wishes: Iterable[Wish]) -> Wish:
    """Put wishes together."""
    return reduce(Wish.__and__, wishes, nothing(choices))


def honoured(choices: Choices, wish: Wish) -> Difference | None:
    """Find the best plan that honours a wish; None where there is none, which is proved."""
    found = choices.least(banned=wish.banned, must=wish.must)
    if found.status == "infeasible":
        return None
    if found.status != "optimal":
        raise TimeoutError(found.status)
    return difference(choices, found.rows)


def difference(choices: Choices, rows: Sequence[int]) -> Difference:
    """Tell a choice of rows from the best plan."""
    best, other = choices.values, choices.problem.values(rows)
    names = [stage.name for stage in choices.solved.plan.stages]
    extra = [a - b for a, b in zip(best[:-1], other[:-1], strict=True)] + [other[-1] - best[-1]]
    before, after = partners(choices.groups(choices.best)), partners(choices.groups(rows))
    changed = [u for u in {*before, *after} if before.get(u) != after.get(u)]
    return Difference(
        tuple(zip(names, extra, strict=True)),
        tuple(sorted(changed)),
        tuple(sorted(urn for urn in changed if urn not in after)),
        tuple(sorted(urn for urn in changed if urn not in before)),
        choices.groups(rows),
    )


def partners(groups: Groups) -> dict[int, tuple[int, ...]]:
    """Give every school in a federation all of it."""
    return {urn: group for group in groups for urn in group}


def others(schools: Sequence[School]) -> str:
    """Say who else changes partner: "2 other schools change partner: A and B"."""
    if not schools:
        return "no other school changes partner"
    shown = listed(named(school) for school in schools[:SHOWN])
    changes = "changes" if len(schools) == 1 else "change"
    many = ", among them" if len(schools) > SHOWN else ":"
    return f"{count(len(schools), 'other school')} {changes} partner{many} {shown}"


def candidates(number: int) -> str:
    """Say how many candidates: "1 candidate federation"."""
    return count(number, "candidate federation")


def schools_of(solved: Solved, urns: Iterable[int]) -> tuple[School, ...]:
    """Give the schools of some URNs, ascending."""
    wanted = set(urns)
    return tuple(sorted((s for s in solved.plan.survey.schools.rows if s.urn in wanted), key=_urn))


def _stage(name: str, value: int) -> str:
    if name == "cost":
        return f"{points(abs(value))} {'more' if value > 0 else 'less'}"
    small = name.removesuffix(" alone")
    more = "more" if value > 0 else "fewer"
    return f"{abs(value)} {more} {small} {'school' if abs(value) == 1 else 'schools'} left alone"


def _unit(name: str) -> str:
    return "thousandths of a point" if name == "cost" else "schools"


def _must(choices: Choices, urns: Iterable[int]) -> Flags:
    marks = np.zeros(choices.problem.items, dtype=np.bool_)
    marks[_positions(choices, urns)] = True
    return marks


def _positions(choices: Choices, urns: Iterable[int]) -> list[int]:
    county = choices.solved.bench.seen.county
    return [county.position(urn) for urn in urns]


def _urn(school: School) -> int:
    return school.urn
