"""The facts of each proposed federation: the very figures the solver minimised, and the rest."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from grouping.answers.consents import consents
from grouping.answers.people import people
from grouping.policy.words import SHARED, SOFT, Policy, Rule, Term
from grouping.world import budgets
from grouping.world.exact import Ratio, decimal_places, scaled
from grouping.world.federations import Federations
from grouping.world.ledger import Ledger, ledger

ZERO = Fraction(0)


def roll_change_of(policy: Policy) -> Fraction:
    """Change of rolls at which budgets are shown: the leadership term's, or none."""
    for term in policy.terms:
        if term.name == "leadership" and term.settings is not None:
            return Fraction(term.settings["roll_change"])
    return ZERO


def proposals(f: Federations, policy: Policy) -> list[dict[str, Any]]:
    """Give the facts of every federation of a table, as `plan.json` has them, in its order."""
    change, found = roll_change_of(policy), []
    for row in range(len(f)):
        one = f.one(row)
        found.append(_proposal(one, policy, ledger(one.county, change), row))
    return found


def _proposal(one: Federations, policy: Policy, books: Ledger, row: int) -> dict[str, Any]:
    terms = {term.name: _term(one, term) for term in policy.terms}
    budget, t_star = _budget(one, books)
    urns = one.urns()
    return {
        "id": f"F{row + 1:03d}",
        "key": "-".join(map(str, urns)),
        "schools": list(urns),
        "roll": int(one.sum("roll")[0]),
        "longest_journey": longest(one),
        "journey_source": one.county.journey_source,
        "cost": sum(term["points"] for term in terms.values()),
        "terms": terms,
        "budget": budget,
        "consents": consents(one, 0),
        "rules": [_rule(one, rule) for rule in policy.rules],
        "people": people(one, 0, t_star),
        "existing": existing(one),
    }


def longest(one: Federations) -> float | None:
    """Longest journey of the first federation, minutes; None where a pair has none."""
    minutes = float(one.longest_journey[0])
    return None if np.isinf(minutes) else minutes


def _term(one: Federations, term: Term) -> dict[str, Any]:
    measure = term.measure(one)
    points = int(scaled(term.exact_weight, measure)[0])
    if isinstance(measure, Ratio):
        return {"measure": decimal_places(measure.at(0), 6), "points": points}
    return {"measure": round(float(np.asarray(measure)[0]), 6), "points": points}


def _rule(one: Federations, rule: Rule) -> dict[str, Any]:
    return {
        "name": rule.title,
        "sentence": rule.sentence,
        "value": None if rule.value is None else rule.value(one),
        "limit": None if rule.limit is None else dict(rule.limit(one)),
        "holds": bool(rule.allows(one)[0]),
    }


def _budget(one: Federations, books: Ledger) -> tuple[dict[str, Any] | None, Fraction | None]:
    """Budget lines in whole pounds, each rounded by itself, and the exact t*."""
    county = one.county
    if county.form == SHARED:
        return None, None
    places = [int(i) for i in one.members[0] if i >= 0]
    soft = county.form == SOFT
    income = books.income(one, 0)
    residual = sum((county.residuals[i] for i in places), start=ZERO)
    grant = ZERO if soft else county.grant
    if soft:
        t_star = books.teaching(one, ZERO).at(0) / len(places)
        balance = int(books.own_balances(one).sum())
        cost = income + residual - _own_books(one, books)
    else:
        balance = int(books.hard_balance(one, grant)[0])
        t_star = Fraction(max(0, -balance)) / county.money.teaching_head
        rolls = [int(books.rolls[i]) for i in places]
        miles = int(one.tree_metres[0]) * county.detour / budgets.METRES_A_MILE
        cost = budgets.cost_federated(county.money, rolls, miles)
    lines = {
        "income": round(income),
        "cost": round(cost),
        "residual": round(residual),
        "grant": round(grant),
        "balance": balance,
        "roll_change": float(books.roll_change),
        "t_star": decimal_places(t_star, 6),
        "grade": "actual" if all(county.accounts[i].actual for i in places) else "modelled",
    }
    return lines, min(t_star, Fraction(1))


def _own_books(one: Federations, books: Ledger) -> Fraction:
    """Balances of the members of a soft federation together, not rounded."""
    places = [int(i) for i in one.members[0] if i >= 0]
    shared_head = budgets.head(one.county.money, int(books.combined(one)[0]), len(places))
    return sum((books.own[i] for i in places), start=ZERO) - shared_head


def existing(one: Federations) -> str:
    """How a federation stands to those of today: unchanged, grown, re-formed or new."""
    members = {int(i) for i in one.members[0] if i >= 0}
    touched = {int(one.county.today[i]) for i in members} - {-1}
    today = one.county.federations_today()
    if not touched:
        return "new"
    if any(set(today[k]) == members for k in touched):
        return "unchanged"
    return "grown" if any(set(today[k]) <= members for k in touched) else "re-formed"
