"""The same policy in another form: hard federation, soft federation, shared business manager.

What each changes is what the ready policies of these forms change of `norfolk-2012`; a test holds
the two against each other.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from grouping.policy import rules
from grouping.policy.words import HARD, SHARED, SOFT, Locks, Policy, Rule

FORMS = (HARD, SOFT, SHARED)
MANAGERS = 2  # schools that share one business manager
MANAGER_MINUTES = Fraction(20)  # between them, at most
OFF_FOR_MANAGERS = ("ethos", "one_authority")
MANAGER_TERMS = ("journey", "partnerships")


def in_form(policy: Policy, form: str) -> Policy:
    """Give a policy in another form; itself where it has that form.

    In a soft federation academies may work alongside informally; in a hard one, by law, they take
    no part. Two schools that share a business manager federate nothing: today's federations, locks
    and limits are free, and only the way between them and their partnership today count.
    """
    if policy.form == form:
        return policy
    academies = policy.take_part.academies
    if form == HARD and academies == "informal":
        academies = "leave out"
    if form == SOFT and academies == "leave out":
        academies = "informal"
    policy = replace(policy, form=form, take_part=replace(policy.take_part, academies=academies))
    return policy if form != SHARED else _shared(policy)


def _shared(policy: Policy) -> Policy:
    """Give a policy what two schools that share a business manager need, and no more."""
    kept = [_for_managers(rule, policy) for rule in policy.rules]
    return replace(
        policy,
        take_part=replace(policy.take_part, existing="free"),
        neighbours=replace(policy.neighbours, link_at_most=MANAGER_MINUTES),
        rules=tuple(rule for rule in kept if rule is not None),
        locks=Locks(),
        terms=tuple(term for term in policy.terms if term.name in MANAGER_TERMS),
        limits=(),
    )


def _for_managers(rule: Rule, policy: Policy) -> Rule | None:
    if rule.title == "schools":
        grow = policy.take_part.existing_may_grow_by
        return rules.schools(at_least=MANAGERS, at_most=MANAGERS, existing_may_grow_by=grow)
    if rule.title == "longest_journey":
        return rules.longest_journey(at_most=MANAGER_MINUTES)
    return None if rule.title in (*OFF_FOR_MANAGERS, "apart", "together") else rule
