"""The ready-made rules: one small function each, found by name from a policy file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from grouping.policy.words import Rule
from grouping.world.county import SMALL, URGENT, County
from grouping.world.ethos import REFUSED
from grouping.world.exact import decimal_places
from grouping.world.federations import Federations
from grouping.world.journeys import NONE
from grouping.world.ledger import ledger

__all__ = [
    "apart",
    "combined_budget",
    "combined_roll",
    "connected",
    "ethos",
    "for_the_small",
    "longest_journey",
    "one_authority",
    "schools",
    "together",
]

Flags = NDArray[np.bool_]
Number = int | float | Decimal | Fraction
Pairs = Sequence[Sequence[int]]


def schools(*, at_least: int = 2, at_most: int = 4, existing_may_grow_by: int = 1) -> Rule:
    """So many schools; one that holds a kept federation may take in some beyond it."""

    def most(f: Federations) -> NDArray[np.int64]:
        grown = np.where(f.largest_block > 0, f.largest_block + existing_may_grow_by, 0)
        return np.maximum(at_most, grown)

    return Rule(
        name="schools",
        sentence=f"{max(at_least, 2)} to {at_most} schools",
        allows=lambda f: (f.size >= max(at_least, 2)) & (f.size <= most(f)),
        most=lambda block: max(at_most, block + existing_may_grow_by) if block else at_most,
        value=lambda f: int(f.size[0]),
        limit=lambda f: {"at_least": at_least, "at_most": int(most(f)[0])},
        settings={"at_least": at_least, "at_most": at_most},
    )


def for_the_small() -> Rule:
    """At least one school of a small tier: the policy is for them."""

    def seeds(county: County) -> Flags:
        return np.asarray(np.isin(county.role, (URGENT, SMALL)), dtype=np.bool_)

    def small(f: Federations) -> NDArray[np.int64]:
        return np.asarray(f.sum(seeds(f.county).astype(np.int64)), dtype=np.int64)

    return Rule(
        name="for_the_small",
        sentence="at least one small school",
        seeds=seeds,
        allows=lambda f: small(f) >= 1,
        value=lambda f: int(small(f)[0]),
        limit=lambda f: {"at_least": 1},
        settings={},
    )


def longest_journey(*, at_most: Number = 30) -> Rule:
    """Every two schools within so many minutes; a pair with no journey is not."""
    most = _fraction(at_most)

    def near(county: County) -> Flags:
        within = (county.tenths != NONE) & (county.tenths <= int(10 * most))
        return np.asarray(within, dtype=np.bool_)

    def longest(f: Federations) -> float | None:
        judged = _judged(f)
        tenths = [int(f.county.tenths[i, j]) for i, j in judged]
        return None if not tenths or min(tenths) < 0 else max(tenths) / 10

    return _of_pairs(
        "longest_journey",
        f"every journey at most {_plain(most)} minutes",
        near,
        settings={"at_most": most},
        value=longest,
        bound={"at_most": _plain(most)},
        within=most,
    )


def connected() -> Rule:
    """Joined by links of the neighbour graph, none reached only through an outsider."""
    return Rule(
        name="connected",
        sentence="joined by links of the neighbour graph",
        linked=True,
        allows=lambda f: f.pieces == 1,
        value=lambda f: int(f.pieces[0]),
        limit=lambda f: {"at_most": 1},
        settings={},
    )


def ethos(*, policy: Literal["default", "strict", "open"] = "default") -> Rule:
    """Every pair is one the table of ethos lets join: "default", "strict" or "open"."""

    def fits(county: County) -> Flags:
        if policy == "strict":
            return county.pairs.strict
        if policy == "open":
            return np.ones_like(county.pairs.strict)
        return np.asarray(county.pairs.standing != REFUSED, dtype=np.bool_)

    sentences = {
        "default": "every pair of an ethos that may join",
        "strict": "every pair of the same ethos",
        "open": "any ethos with any",
    }
    return _of_pairs("ethos", sentences[policy], fits, settings={"policy": policy})


def one_authority() -> Rule:
    """All of one local authority; a school whose authority is not known shares with nobody."""

    def same(county: County) -> Flags:
        codes = county.codes("local_authority")
        return np.asarray(np.equal.outer(codes, codes) & (codes >= 0), dtype=np.bool_)

    return _of_pairs("one_authority", "one local authority", same, settings={})


def combined_roll(*, at_least: Number | None = None, at_most: Number | None = None) -> Rule:
    """Combined roll within bounds."""
    least, most = _maybe(at_least), _maybe(at_most)

    def within(f: Federations) -> Flags:
        rolls = f.sum("roll")
        fine = np.ones(len(f), dtype=np.bool_)
        if least is not None:
            fine &= rolls * least.denominator >= least.numerator
        if most is not None:
            fine &= rolls * most.denominator <= most.numerator
        return np.asarray(fine, dtype=np.bool_)

    return Rule(
        name="combined_roll",
        sentence=f"combined roll {_range(least, most)} pupils",
        allows=within,
        value=lambda f: int(f.sum("roll")[0]),
        limit=lambda f: {"at_least": _plain(least), "at_most": _plain(most)},
        settings={"at_least": least, "at_most": most},
    )


def combined_budget(*, at_least: Number = Fraction(-25, 1000)) -> Rule:
    """In-year balance at today's rolls, without a grant, at least this share of income."""
    least = _fraction(at_least)

    def share(f: Federations) -> float | None:
        books = ledger(f.county, Fraction(0))
        income = books.income(f, 0)
        return None if not income else decimal_places(int(books.balance(f)[0]) / income, 6)

    return Rule(
        name="combined_budget",
        sentence=f"in-year balance at least {_plain(least * 100)} % of income",
        allows=lambda f: ledger(f.county, Fraction(0)).at_least(f, least),
        value=share,
        limit=lambda f: {"at_least": _plain(least)},
        settings={"at_least": least},
    )


def apart(locks: Pairs) -> Rule:
    """Never two schools that a lock holds apart."""

    def free(county: County) -> Flags:
        fine = np.ones((len(county), len(county)), dtype=np.bool_)
        for one in locks:
            held = [int(i) for i in np.flatnonzero(np.isin(county.urns, one))]
            for i in held:
                fine[i, [j for j in held if j != i]] = False
        return fine

    return _of_pairs("apart", "no two schools that are to stay apart", free, settings={})


def together(locks: Pairs) -> Rule:
    """Hold all schools of a lock or none: what every federation of a plan must do."""

    def split(f: Federations) -> NDArray[np.int64]:
        count = np.zeros(len(f), dtype=np.int64)
        for one in locks:
            inside = f.sum(np.isin(f.county.urns, one).astype(np.int64))
            count += (inside > 0) & (inside < len(set(one)))
        return count

    return Rule(
        name="together",
        sentence="schools that are to be together are not split",
        allows=lambda f: split(f) == 0,
        value=lambda f: int(split(f)[0]),
        limit=lambda f: {"at_most": 0},
        settings={},
    )


def _of_pairs(
    name: str,
    sentence: str,
    allowed: Callable[[County], Flags],
    *,
    settings: dict[str, Any],
    value: Callable[[Federations], Any] | None = None,
    bound: dict[str, Any] | None = None,
    within: Fraction | None = None,
) -> Rule:
    """Make a rule about every two schools that are not in one kept federation."""

    def broken(f: Federations) -> int:
        fine = allowed(f.county)
        return sum(not fine[i, j] for i, j in _judged(f))

    return Rule(
        name=name,
        sentence=sentence,
        allows=lambda f: f.every_pair(allowed(f.county)),
        hereditary=True,
        pairs=allowed,
        within=within,
        value=value or broken,
        limit=lambda f: bound or {"at_most": 0},
        settings=settings,
    )


def _judged(f: Federations) -> list[tuple[int, int]]:
    """Pairs of the first federation that a rule of pairs judges, as positions."""
    members = [int(i) for i in f.members[0] if i >= 0]
    inside = f.county.together_today
    return [(i, j) for k, j in enumerate(members) for i in members[:k] if not inside[i, j]]


def _fraction(value: Number) -> Fraction:
    return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)


def _maybe(value: Number | None) -> Fraction | None:
    return None if value is None else _fraction(value)


def _plain(value: Fraction | None) -> int | float | None:
    if value is None:
        return None
    return int(value) if value.denominator == 1 else float(value)


def _range(least: Fraction | None, most: Fraction | None) -> str:
    if least is None or most is None:
        return f"at least {_plain(least)}" if most is None else f"at most {_plain(most)}"
    return f"{_plain(least)} to {_plain(most)}"
