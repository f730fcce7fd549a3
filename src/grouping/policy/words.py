"""The words of a policy: `Rule`, `Term`, `Limit` and the settings around them, as plain objects.

A rule says whether a federation may exist, a term what it costs, a limit bounds a whole-number
measure summed over the plan. Each is a function of the table of federations; in a notebook the
same objects are written inline.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grouping.errors import Fault, PolicyRefused
from grouping.world.budgets import Money
from grouping.world.county import County
from grouping.world.ethos import PairTable
from grouping.world.exact import Ratio
from grouping.world.federations import Federations

Flags = NDArray[np.bool_]
Whole = NDArray[np.int64]
Settings = Mapping[str, Any]
Bound = Mapping[str, Any]

HARD, SOFT, SHARED = "hard federation", "soft federation", "shared business manager"


@dataclass(frozen=True)
class Rule:
    """Says whether a federation may exist.

    Parameters
    ----------
    sentence
        What the rule asks, in plain words.
    allows
        A boolean a row of a table of federations.
    hereditary
        Adding schools can never mend a broken rule: such rules prune the enumeration.
    name
        Short name; the sentence where none is given.
    pairs
        For a rule about every two schools not in one kept federation: allowed pairs, n x n, of a
        county. Implies `hereditary`, and is how pairs are dropped before anything is grown.
    within
        For a rule of pairs that bounds the journey: minutes. No set reaches further, so that a
        country may be searched place by place.
    linked
        Only sets joined by links of the neighbour graph pass: growth follows the links.
    most
        For a rule on size: from the size of the largest kept federation held (0: none) to the
        most schools there may be.
    seeds
        For a rule that asks for at least one school of some kind: which those are, flags, so that
        growth may start from them.
    value, limit
        What is measured, for one federation, and the bound it is held against, as plain values.
    settings
        The rule's place in a policy file; None for a rule given as Python.
    """

    sentence: str
    allows: Callable[[Federations], Flags]
    hereditary: bool = False
    name: str = ""
    pairs: Callable[[County], Flags] | None = None
    within: Fraction | None = None
    linked: bool = False
    most: Callable[[int], int] | None = None
    seeds: Callable[[County], Flags] | None = None
    value: Callable[[Federations], Any] | None = None
    limit: Callable[[Federations], Bound] | None = None
    settings: Settings | None = None

    @property
    def title(self) -> str:
        """Short name of the rule."""
        return self.name or self.sentence


@dataclass(frozen=True)
class Term:
    """Says what a federation costs: `weight` points per unit of the measure.

    `measure` gives a `Ratio`, whole numbers, or floats (rounded as they stand) a row of a table.
    """

    name: str
    unit: str
    weight: Fraction | float
    measure: Callable[[Federations], Ratio | NDArray[np.generic]]
    settings: Settings | None = None

    @property
    def exact_weight(self) -> Fraction:
        """Return the weight as the decimal written."""
        return self.weight if isinstance(self.weight, Fraction) else Fraction(repr(self.weight))


@dataclass(frozen=True)
class Limit:
    """A bound on a whole-number measure summed over the plan, plus a number a school alone.

    `measure` gives whole numbers a row; `alone` whole numbers a school of the county, counted for
    each school the plan leaves alone.
    """

    name: str
    measure: Callable[[Federations], Whole]
    alone: Callable[[County], Whole] | None = None
    at_least: int | None = None
    at_most: int | None = None
    settings: Settings | None = None


@dataclass(frozen=True)
class TakePart:
    """Who takes part; see problem statement, section 1."""

    phases: tuple[str, ...]
    academies: str
    authorities: tuple[str, ...]
    leave_out: tuple[int, ...]
    existing: str
    existing_may_grow_by: int


@dataclass(frozen=True)
class Roles:
    """Tiers of roll: strictly below `urgent_below`, strictly below `small_below`, the rest."""

    urgent_below: int
    small_below: int
    partner_at_most: int


@dataclass(frozen=True)
class Alone:
    """What a small school left alone counts: None for a stage of its own, else points each."""

    urgent: Fraction | None
    small: Fraction | None


@dataclass(frozen=True)
class Travel:
    """How a straight line is turned into minutes, where no road or file gives them."""

    detour: Fraction
    mph: Fraction
    parking_minutes: Fraction


@dataclass(frozen=True)
class Neighbours:
    """Kind of the neighbour graph; files by name, pairs as URNs."""

    kind: str
    link_at_most: Fraction
    nearest: int
    edges: str
    barriers: str
    barred: tuple[tuple[int, int], ...]
    added: tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class Locks:
    """What people have fixed: sets of URNs together, apart, or exactly as given."""

    together: tuple[tuple[int, ...], ...] = ()
    apart: tuple[tuple[int, ...], ...] = ()
    federations: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True)
class Policy:
    """Everything that is wanted of a plan.

    Read one with `grouping.read_policy("norfolk-2012")`; change it with `with_rule`, `without`,
    `with_term` and `with_limit`, or `dataclasses.replace`.
    """

    name: str
    form: str
    take_part: TakePart
    roles: Roles
    alone: Alone
    travel: Travel
    neighbours: Neighbours
    rules: tuple[Rule, ...]
    locks: Locks
    terms: tuple[Term, ...]
    limits: tuple[Limit, ...]
    federation_grant: Fraction
    money: Money
    pair_table: PairTable
    edges: frozenset[tuple[int, int]] = frozenset()
    barriers: Whole | None = field(default=None, compare=False)

    def with_rule(self, rule: Rule) -> Policy:
        """Add a rule, or put it in the place of the one of that name."""
        return replace(self, rules=_put(self.rules, rule, lambda r: r.title))

    def with_term(self, term: Term) -> Policy:
        """Add a term, or put it in the place of the one of that name."""
        return replace(self, terms=_put(self.terms, term, lambda t: t.name))

    def with_limit(self, limit: Limit) -> Policy:
        """Add a limit, or put it in the place of the one of that name."""
        return replace(self, limits=_put(self.limits, limit, lambda x: x.name))

    def without(self, name: str) -> Policy:
        """Switch off the rule, term or limit of this name.

        Raises
        ------
        PolicyRefused
            Where there is none, naming those there are.
        """
        kept = replace(
            self,
            rules=tuple(r for r in self.rules if r.title != name),
            terms=tuple(t for t in self.terms if t.name != name),
            limits=tuple(x for x in self.limits if x.name != name),
        )
        if kept == self:
            names = [r.title for r in self.rules] + [t.name for t in self.terms]
            names += [x.name for x in self.limits]
            raise PolicyRefused(Fault(f'no rule, term or limit "{name}"', "; ".join(names)))
        return kept

    def refusals(self, federation: Federations) -> tuple[str, ...]:
        """Say why the first federation of a table may not exist: a sentence a rule that fails."""
        one = federation.take([0])
        return tuple(refusal(rule, one) for rule in self.rules if not rule.allows(one)[0])

    @property
    def unchecked(self) -> tuple[str, ...]:
        """Names of the rules, terms and limits given as Python, which no checker can know."""
        named = [(r.title, r.settings) for r in self.rules]
        named += [(t.name, t.settings) for t in self.terms]
        named += [(x.name, x.settings) for x in self.limits]
        return tuple(name for name, settings in named if settings is None)


def refusal(rule: Rule, one: Federations) -> str:
    """Say how a federation breaks a rule, with the figure."""
    if rule.value is None:
        return f"rule not met: {rule.sentence}"
    found = rule.value(one)
    return f"rule not met: {rule.sentence} (found {'none' if found is None else found})"


def _put(held: tuple[Any, ...], new: Any, name: Callable[[Any], str]) -> tuple[Any, ...]:
    if any(name(old) == name(new) for old in held):
        return tuple(new if name(old) == name(new) else old for old in held)
    return (*held, new)
