"""The ready-made terms: one small function each, found by name from a policy file.

Every measure is exact; formulas are those of the problem statement, section 4, with sources in
the domain notes (3.2 ethos, 2.7 leadership, 6.2 size, dominance, vacancies).
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grouping.policy.words import SOFT, Term
from grouping.world.county import HEADS
from grouping.world.ethos import UNIT
from grouping.world.exact import ROOM, Ratio, ratio
from grouping.world.federations import Federations
from grouping.world.ledger import ledger

__all__ = ["dominance", "ethos", "journey", "leadership", "partnerships", "size", "vacancies"]

Number = Fraction | int
NO_JOURNEY = 4  # what a tree edge with no journey counts


def journey(weight: Number, *, free: Number = 0, full: Number = 20) -> Term:
    """Minutes of the tree: nothing up to `free`, one an edge at `full`, the square beyond."""
    start, end = Fraction(free), Fraction(full)

    def measure(f: Federations) -> Ratio:
        longest = int(f.county.tenths.max(initial=0))
        tops, bottom = _price_of_minutes(start, end, longest)
        edges = np.where(f.tree_tenths < 0, longest + 2, np.minimum(f.tree_tenths, longest + 1))
        return ratio(tops[edges].sum(axis=1), bottom)

    return Term(
        "journey",
        "tree edges at full minutes",
        Fraction(weight),
        measure,
        {"weight": weight, "free": start, "full": end},
    )


@cache
def _price_of_minutes(free: Fraction, full: Fraction, longest: int) -> tuple[NDArray[Any], int]:
    """Price of each tenth up to the longest, then of no journey and of no edge, over one bottom."""
    prices = [_price(Fraction(t, 10), free, full) for t in range(longest + 1)]
    prices += [Fraction(NO_JOURNEY), Fraction(0)]
    bottom = lcm(*(p.denominator for p in prices))
    tops = [p.numerator * (bottom // p.denominator) for p in prices]
    wide = max(tops) * len(prices) >= ROOM or bottom >= ROOM
    return np.asarray(tops, dtype=object if wide else np.int64), bottom


def _price(minutes: Fraction, free: Fraction, full: Fraction) -> Fraction:
    if minutes <= free:
        return Fraction(0)
    return (minutes - free) / (full - free) if minutes <= full else (minutes / full) ** 2


def ethos(weight: Number) -> Term:
    """(k - 1) x mean pair penalty, plus a fixed part where ethoses differ."""

    def measure(f: Federations) -> Ratio:
        # (k-1) * sum / (k(k-1)/2) = 2 * sum / k, in units of 1/UNIT; halved where soft.
        total = f.sum_pairs(f.county.pairs.penalty)
        halves = 1 if f.county.form == SOFT else 2
        extra = f.county.table.more_than_one_ethos
        several = (f.distinct("ethos") > 1).astype(np.int64)
        top = halves * total * extra.denominator + several * extra.numerator * f.size * UNIT
        return ratio(top, f.size * UNIT * extra.denominator)

    return Term("ethos", "penalty", Fraction(weight), measure, {"weight": weight})


def leadership(weight: Number, *, roll_change: Number = Fraction(-1, 10)) -> Term:
    """K x the share of the week the shared head must teach for the budget to balance."""
    change = Fraction(roll_change)
    return Term(
        "leadership",
        "heads' weeks spent teaching",
        Fraction(weight),
        lambda f: ledger(f.county, change).teaching(f, f.county.grant),
        {"weight": weight, "roll_change": change},
    )


def size(weight: Number, *, at_least: Number = 100, at_most: Number = 250) -> Term:
    """Distance of the combined roll from a band, as a share of the bound; a bound of 0 is off."""
    low, high = Fraction(at_least), Fraction(at_most)

    def measure(f: Federations) -> Ratio:
        rolls = np.asarray(f.sum("roll"), dtype=np.int64)
        scale = low.numerator * low.denominator * high.numerator * high.denominator
        if abs(scale) * (1 + int(rolls.max(initial=0))) >= ROOM:
            rolls = rolls.astype(object)
        top, bottom = np.zeros_like(rolls), 1
        for bound, beyond in ((low, -1), (high, 1)):
            if bound:
                p, q = bound.numerator, bound.denominator
                part = np.maximum(beyond * (rolls * q - p), 0)
                top, bottom = top * p + part * bottom, bottom * p
        return ratio(top, bottom)

    settings = {"weight": weight, "at_least": low, "at_most": high}
    return Term("size", "share of the bound", Fraction(weight), measure, settings)


def dominance(weight: Number) -> Term:
    """One school outweighing the rest: min(1, max(0, e - 0.2) / 0.3), e = largest/N - 1/k."""

    def measure(f: Federations) -> Ratio:
        rolls = np.asarray(f.sum("roll"), dtype=np.int64)
        largest = np.asarray(f.largest("roll"), dtype=np.int64)
        top = np.maximum(10 * largest * f.size - 10 * rolls - 2 * rolls * f.size, 0)
        bottom = 3 * rolls * f.size
        return ratio(np.where(rolls > 0, np.minimum(top, bottom), 0), np.maximum(bottom, 1))

    return Term("dominance", "share", Fraction(weight), measure, {"weight": weight})


def vacancies(weight: Number) -> Term:
    """Heads leaving or vacant that a shared head takes over; nothing where one is unknown."""

    def measure(f: Federations) -> Ratio:
        heads = f.county.heads
        going = np.isin(heads, (HEADS.index("leaving"), HEADS.index("vacant")))
        unknown = f.sum((heads == HEADS.index("unknown")).astype(np.int64)) > 0
        solved = np.minimum(f.sum(going.astype(np.int64)), f.size - 1)
        return ratio(np.where(unknown, 0, -solved))

    return Term("vacancies", "heads", Fraction(weight), measure, {"weight": weight})


def partnerships(weight: Number) -> Term:
    """Pairs that are in one partnership today."""

    def measure(f: Federations) -> Ratio:
        codes = f.county.codes("partnership")
        return ratio(-f.count_pairs(np.equal.outer(codes, codes) & (codes >= 0)))

    return Term("partnerships", "pairs", Fraction(weight), measure, {"weight": weight})
