"""The sentences of a comparison: what two plans have in common and what not, A first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from grouping.answers import compare as words
from grouping.answers.wording import count, listed, points
from grouping.policy.words import SHARED

if TYPE_CHECKING:
    from grouping.answers.compare import Comparison, Pair
    from grouping.answers.told import Told

STATUS = {
    "optimal": "proved best under its policy",
    "feasible": "not proved the best under its policy",
    "judged": "as it would stand, not a best plan",
}
FATES_A = ("grown in B", "fewer schools in B", "in no federation in B", "re-formed in B")
FATES_B = ("grown from A", "fewer schools than in A", "new", "re-formed from A")


def sentences(answer: Comparison) -> list[str]:
    """Say a comparison, the figures of the whole first, then federations, schools, points, pounds.

    Lists are whole: whoever reads them wants to find their own school.
    """
    return [
        *_plans(answer),
        *_values(answer),
        *_federations(answer),
        *_schools(answer),
        *_points(answer),
        *_pounds(answer),
    ]


def _plans(answer: Comparison) -> Iterator[str]:
    for label, plan in (("A", answer.a), ("B", answer.b)):
        yield f"{label} has {count(len(plan.facts), 'federation')}, {_made(plan)}."
    if answer.a.document.get("form") != answer.b.document.get("form"):
        forms = [str(plan.document.get("form")) for plan in (answer.a, answer.b)]
        yield f"A is of the form {forms[0]} and B of the form {forms[1]}: they cost other things."
    if answer.weighed_otherwise:
        names = listed(answer.weighed_otherwise)
        what = "term is" if len(answer.weighed_otherwise) == 1 else "terms are"
        yield f"The {what} set otherwise in B, so the points are not of one kind: {names}."
    if answer.weights_unknown:
        names = listed(answer.weights_unknown)
        yield f"Whether these weigh the same in both is not known here: {names}."


def _made(plan: Told) -> str:
    status = str(plan.document.get("status", "unknown"))
    how = STATUS.get(status, f'status "{status}"')
    return f"of the policy {plan.document.get('policy') or 'without a name'}, {how}"


def _values(answer: Comparison) -> Iterator[str]:
    for pair in answer.stages:
        if pair.name == "cost":
            continue
        tier = pair.name.removesuffix(" alone")
        if pair.a is None or pair.b is None:
            lacking, has = ("A", "B") if pair.a is None else ("B", "A")
            number = pair.b if pair.a is None else pair.a
            yield (
                f"{has} leaves {count(number or 0, f'{tier} school')} alone; in {lacking} "
                f"{tier} schools alone are priced in points."
            )
        else:
            yield f"A leaves {count(pair.a, f'{tier} school')} alone, B {pair.b:,}."
    yield (
        f"A costs {points(answer.cost.a or 0)}, B {points(answer.cost.b or 0)}"
        f"{_by(answer.cost.difference)}."
    )
    one, other = answer.a.heads, answer.b.heads
    if one is not None and other is not None and SHARED not in _forms(answer):
        yield f"With A there would be {count(one, 'head post')}, with B {other:,}."


def _forms(answer: Comparison) -> set[object]:
    return {plan.document.get("form") for plan in (answer.a, answer.b)}


def _by(difference: int) -> str:
    if not difference:
        return ", the same"
    return f": {points(abs(difference))} {'more' if difference > 0 else 'less'}"


def _federations(answer: Comparison) -> Iterator[str]:
    if answer.same:
        yield f"{count(len(answer.same), 'federation')} {_is(answer.same)} the same in both."
    elif answer.only_a or answer.only_b:
        yield "No federation is the same in both."
    if answer.repriced:
        total = sum(pair.difference for pair in answer.repriced)
        yield (
            f"{len(answer.repriced):,} of them {_do(answer.repriced, 'costs', 'cost')} otherwise "
            f"in B{_by(total)} in all."
        )
    for key in answer.only_a:
        relations = [o.relation for o in answer.overlaps if o.a == key]
        yield f"In A only: {_members(answer, answer.a, key)} ({_fate(relations, FATES_A)})."
    for key in answer.only_b:
        relations = [o.relation for o in answer.overlaps if o.b == key]
        yield f"In B only: {_members(answer, answer.b, key)} ({_fate(relations, FATES_B)})."


def _fate(relations: list[str], fates: tuple[str, str, str, str]) -> str:
    """Say what becomes of a federation that only one plan has: grown, fewer, gone, re-formed."""
    grown, fewer, gone, formed = fates
    if not relations:
        return gone
    if words.GROWN in relations:
        return grown
    return fewer if relations == [words.SHRUNK] else formed


def _members(answer: Comparison, plan: Told, key: str) -> str:
    return _names(answer, map(int, plan.facts[key]["schools"]))


def _names(answer: Comparison, urns: Iterable[int]) -> str:
    return listed(answer.name(urn) for urn in urns)


def _schools(answer: Comparison) -> Iterator[str]:
    same = len(answer.of_kind(words.SAME))
    yield (
        f"{count(same, 'school')} {'has' if same == 1 else 'have'} the same partners in both, or "
        f"none in both; {len(answer.moved):,} {_do(answer.moved, 'does', 'do')} not."
    )
    for kind, what in (
        (words.JOINS, "Alone in A, with partners in B"),
        (words.LEAVES, "With partners in A, alone in B"),
        (words.CHANGES, "With other partners in B than in A"),
    ):
        if moves := answer.of_kind(kind):
            yield f"{what}: {_names(answer, [move.urn for move in moves])}."
    for kind, where, lacks in ((words.ONLY_A, "A", "B"), (words.ONLY_B, "B", "A")):
        for move in answer.of_kind(kind):
            why = f"in {lacks} it does not: {move.why_not}"
            yield f"{answer.name(move.urn)} takes part in {where} only; {why}."


def _points(answer: Comparison) -> Iterator[str]:
    moved = [pair for pair in answer.terms if pair.difference]
    still = len(answer.terms) - len(moved)
    if not moved:
        yield "No term differs in points."
        return
    said = [f"{pair.name}{_off(pair)} {_more(pair.difference)}" for pair in moved]
    rest = f"; {count(still, 'term')} the same" if still else ""
    yield (
        f"By term, B against A: {listed(said)}{rest}. That adds up to "
        f"{_more(answer.cost.difference)}."
    )


def _off(pair: Pair) -> str:
    if pair.name == words.PRICED:
        return ""
    off = "A" if pair.a is None else "B" if pair.b is None else ""
    return f" (off in {off})" if off else ""


def _more(difference: int) -> str:
    if not difference:
        return "no difference"
    return f"{points(abs(difference))} {'more' if difference > 0 else 'less'}"


def _pounds(answer: Comparison) -> Iterator[str]:
    one, other = answer.books_a, answer.books_b
    if one is None or other is None:
        return
    if not answer.comparable_books:
        yield (
            f"Budgets are at rolls changed by {one.roll_change:g} in A and {other.roll_change:g} "
            "in B, so they are not put side by side."
        )
        return
    a, b = dict(one.sums), dict(other.sums)
    gap = b["balance"] - a["balance"]
    more = "more" if gap > 0 else "less"
    by = f", {_gbp(abs(gap))} {more}" if words.to_thousands(gap) else ", about the same"
    yield (
        f"The balances of the federations add up to {_gbp(a['balance'])} a year over "
        f"{count(one.schools, 'school')} in A and {_gbp(b['balance'])} over "
        f"{count(other.schools, 'school')} in B{by}; schools alone are in neither sum, and "
        f"{one.modelled:,} in A and {other.modelled:,} in B of these budgets are modelled."
    )


def _gbp(pounds: int) -> str:
    near = words.to_thousands(pounds)
    return f"about {'-' if near < 0 else ''}£{abs(near):,}"


def _is(things: Iterable[object]) -> str:
    return _do(things, "is", "are")


def _do(things: Iterable[object], one: str, more: str) -> str:
    return one if len(list(things)) == 1 else more
