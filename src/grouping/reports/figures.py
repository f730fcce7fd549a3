"""How figures of a plan are said in reports: the same words and the same rounding in each.

Money is good to a few per cent at best, so it is said to the nearest thousand and as about so
much; the whole pounds are in `plan.json`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

THOUSAND = 1_000  # pounds that money is said to the nearest of
OF_TODAY = {
    "unchanged": "a federation today, unchanged",
    "grown": "a federation today, grown",
    "re-formed": "re-formed from federations of today",
    "new": "new",
}


def pounds(value: float | None) -> str:
    """Say money: "about £54,000", "about £0", "about -£3,000", "not known"."""
    if value is None:
        return "not known"
    near = round(value / THOUSAND) * THOUSAND
    return f"about {'-' if near < 0 else ''}£{abs(near):,}"


def left(value: float | None) -> str:
    """Say what a year leaves: "about £54,000 left over", "about £3,000 short", "not known"."""
    if value is None:
        return "not known"
    short = round(value / THOUSAND) < 0
    return f"{pounds(abs(value))} {'short' if short else 'left over'}"


def minutes(value: float | None) -> str:
    """Say a journey: "12.3 minutes", or "no journey"."""
    return "no journey" if value is None else f"{value:.1f} minutes"


def points(thousandths: int) -> str:
    """Say thousandths of a point with all three decimals, as tables have them: "4.696"."""
    whole, rest = divmod(abs(thousandths), 1000)
    return f"{'-' if thousandths < 0 else ''}{whole:,}.{rest:03d}"


def week(share: float | None) -> str:
    """Say a share of the week in days a head must teach: "none", "1.5 days a week", "not known"."""
    if share is None:
        return "not known"
    if share > 1:
        return "all week, and the budget would still not balance"
    return "none" if share == 0 else f"{round(5 * share, 1):g} days a week"


def grade(budget: dict[str, Any] | None) -> str:
    """Say what a budget rests on."""
    if budget is None:
        return "each school keeps its own budget"
    actual = "every member's accounts", "the budget model and the accounts there are"
    return actual[budget["grade"] != "actual"]


def bound(rule: dict[str, Any]) -> str:
    """Say how far inside its bound a federation is by one rule of `plan.json`."""
    name, value, limit = rule["name"], rule["value"], rule["limit"] or {}
    if isinstance(value, int | float) and bounds(limit):  # a rule of Python may have a known name
        if name == "longest_journey" and "at_most" in limit:
            return f"{value:.1f} of {limit['at_most']:g} minutes"
        if name == "schools" and "at_most" in limit:
            return f"{value} of at most {limit['at_most']:g}"
        if name == "for_the_small":
            return f"{value} of them"
        if name == "combined_roll":
            return f"{value} pupils, {bounds(limit)}"
    return "holds" if rule["holds"] else "does not hold: kept or fixed as it is"


def bounds(limit: Mapping[str, Any]) -> str:
    """Say bounds: "at least 2 and at most 4", one of them, or nothing."""
    words = {"at_least": "at least", "at_most": "at most"}
    given = [(said, limit.get(key)) for key, said in words.items()]
    return " and ".join(
        f"{said} {value:g}" for said, value in given if isinstance(value, int | float)
    )
