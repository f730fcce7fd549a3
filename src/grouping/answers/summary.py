"""A plan in numbers and in sentences, the sentences first."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from grouping.answers.proposals import roll_change_of
from grouping.policy.words import SHARED, SOFT
from grouping.world.budgets import teaching_share
from grouping.world.county import ROLE_WORDS, SMALL, URGENT
from grouping.world.exact import decimal_places
from grouping.world.ledger import ledger

if TYPE_CHECKING:
    from grouping.answers.judged import Judged
    from grouping.answers.plan import Plan


def summary(plan: Plan) -> dict[str, Any]:
    """Sum a plan up, as `plan.json` has it."""
    tiers = {ROLE_WORDS[role]: _tier(plan, role) for role in (URGENT, SMALL)}
    before, after = head_posts(plan)
    free_before, free_after = non_teaching(plan)
    found: dict[str, Any] = {
        **tiers,
        "head_posts": {"before": before, "after": after},
        "non_teaching_heads": {"before": free_before, "after": free_after},
        "funding_per_pupil": _funding(plan),
        "schools_taking_part": len(plan.county),
        "federations": len(plan),
        "candidates": plan.candidates,
        "closures": 0,
    }
    found["sentences"] = sentences(plan, found)
    return found


def _tier(plan: Plan, role: int) -> dict[str, int]:
    county, taking = plan.county, plan.survey.taking_part
    place = {int(urn): k for k, urn in enumerate(county.urns)}
    inside = {urn for group in plan.groups for urn in group}
    counts = dict.fromkeys(
        ["left_out_by_law", "left_out_otherwise", "already_federated", "newly_covered", "alone"], 0
    )
    tier = [urn for urn, its in taking.tiers.items() if its == role]
    for urn in tier:
        if urn in taking.left_out:
            counts["left_out_by_law" if urn in taking.by_law else "left_out_otherwise"] += 1
        elif urn not in inside:
            counts["alone"] += 1
        elif county.today[place[urn]] >= 0:
            counts["already_federated"] += 1
        else:
            counts["newly_covered"] += 1
    return {"total": len(tier), **counts}


def head_posts(plan: Plan | Judged) -> tuple[int, int]:
    """Head posts over the schools that take part: before, and after."""
    today = plan.county.today
    before = int((today < 0).sum()) + len(plan.county.federations_today())
    if plan.county.form == SHARED:
        return before, before
    alone = len(plan.county) - int(plan.federations.there.sum())
    return before, alone + len(plan)


def non_teaching(plan: Plan) -> tuple[int, int]:
    """Heads who need not teach: before, and after (a balanced budget at the policy's rolls)."""
    county = plan.county
    by_itself = [teaching_share(county.money, s.roll) == 0 for s in county.schools]
    before = sum(free for free, today in zip(by_itself, county.today, strict=True) if today < 0)
    before += len(county.federations_today())
    if county.form == SHARED:
        return before, before
    f = plan.federations
    inside = set(f.members[f.there].tolist())
    after = sum(free for i, free in enumerate(by_itself) if i not in inside)
    if len(f):
        grant = Fraction(0) if county.form == SOFT else county.grant
        for _, part in f.locally():
            books = ledger(part.county, roll_change_of(plan.survey.policy))
            after += int((books.teaching(part, grant).num == 0).sum())
    return before, after


def _funding(plan: Plan) -> dict[str, float | int | None]:
    """Lowest and highest funding a pupil over the schools that take part, pounds, and the ratio."""
    county = plan.county
    shares = []
    for account in county.accounts:
        if account.roll > 0:
            known = account.income if account.actual else None
            income = account.modelled_income(county.money, account.roll) if known is None else known
            shares.append(income / account.roll)
    if not shares:
        return {"lowest": None, "highest": None, "ratio": None}
    low, high = min(shares), max(shares)
    ratio = decimal_places(high / low, 2) if low > 0 else None
    return {"lowest": round(low), "highest": round(high), "ratio": ratio}


def sentences(plan: Plan, found: dict[str, Any]) -> list[str]:
    """Say what a plan is about in plain words, figures in every sentence."""
    policy = plan.survey.policy
    urgent, small, roles = found["urgent"], found["small"], policy.roles
    both = {key: urgent[key] + small[key] for key in urgent}
    few = _many(both["total"], "primary school has", "primary schools have")
    few += f" fewer than {roles.small_below} pupils"
    said = [f"{few}, {urgent['total']} of them fewer than {roles.urgent_below}."]
    if law := both["left_out_by_law"]:
        said.append(
            f"The law leaves out {law} of them: "
            f"{'it is an academy' if law == 1 else 'they are academies'}, "
            "which cannot join a federation."
        )
    if other := both["left_out_otherwise"]:
        takes = "takes no part, for a reason" if other == 1 else "take no part, for reasons"
        said.append(f"{other} more {takes} given school by school.")
    already = both["already_federated"]
    kept = policy.take_part.existing == "keep"
    if already:
        where = "that this plan keeps" if kept else "today, which this plan is free to change"
        said.append(f"{_many(already, 'is', 'are')} in federations {where}.")
    new, alone = both["newly_covered"], both["alone"]
    said.append(
        f"This plan is about the other {new + alone}: it suggests partners for {new} and leaves "
        f"{alone} alone, {urgent['alone']} of them with fewer than {roles.urgent_below} pupils."
    )
    fresh = sum(1 for facts in plan.proposals if facts["existing"] != "unchanged")
    said.append(
        f"It has {_many(len(plan), 'federation', 'federations')}, {fresh} of them new or changed, "
        f"from {_many(plan.candidates, 'candidate', 'candidates')} that the rules allow."
    )
    heads, free = found["head_posts"], found["non_teaching_heads"]
    if policy.form != SHARED:
        said.append(
            f"Head posts would go from {heads['before']} to {heads['after']}; heads who need not "
            f"teach from {free['before']} to {free['after']} by the budget model."
        )
    else:
        posts = len(plan) * plan.county.money.business_manager_least
        said.append(
            f"Each pair would share one business manager: {float(posts):.1f} posts in all, "
            "a day a week for each pair."
        )
    said.append("No school closes.")
    return said


def _many(count: int, one: str, more: str) -> str:
    return f"{count:,} {one if count == 1 else more}"


def verdict(plan: Plan) -> str:
    """Say how good a plan is: proved best, or best so far with its gaps."""
    if plan.status == "optimal":  # a plan beside the best that is as good as that too
        return "No better plan exists under these rules: every stage is proved."
    if plan.status == "infeasible":
        return "No plan can exist under these rules."
    if plan.place > 1:
        return (
            f"Plan {plan.place} of those that differ: not the best, whose cost of "
            f"{plan.stages[-1].bound:,} is proved, but as good in every stage before it; "
            f"its own is {plan.stages[-1].value:,}."
        )
    gaps = []
    for stage in plan.stages:
        if stage.bound is None:
            gaps.append(f"{stage.name} {stage.value:,} (nothing proved yet)")
        elif stage.bound != stage.value:
            gaps.append(
                f"{stage.name} {stage.value:,}, where no plan has fewer than {stage.bound:,}"
            )
        else:
            gaps.append(f"{stage.name} {stage.value:,}, proved")
    return "Stopped early; best plan so far: " + "; ".join(gaps) + "."
