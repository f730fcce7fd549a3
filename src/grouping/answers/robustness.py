"""How plans fare at other rolls: each federation's share of scenarios, the average, the worst."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grouping.answers.wording import count, headed, listed, named, points
from grouping.world.schools import School

Groups = tuple[tuple[int, ...], ...]
SHOWN = 12  # federations named one by one in sentences, at most


@dataclass(frozen=True)
class Outlook:
    """A plan over all scenarios: its cost in each, and in how many each federation is viable.

    `viable` is None under a form that has no budget of the federation.
    """

    groups: Groups
    costs: tuple[int, ...]
    viable: tuple[int, ...] | None

    @property
    def average(self) -> Fraction:
        """Cost on average, thousandths of a point, exact."""
        return Fraction(sum(self.costs), len(self.costs))

    @property
    def worst(self) -> int:
        """Greatest cost of any scenario."""
        return max(self.costs)

    @property
    def worst_at(self) -> int:
        """First scenario, from 0, of the greatest cost."""
        return self.costs.index(self.worst)


@dataclass(frozen=True)
class Robust:
    """A plan at other rolls, beside the plan best on average and the plan best in the worst case.

    `least_sum` bounds the sum of costs over the scenarios, `least_worst` the greatest cost: no plan
    that covers as many has less. `rolls` is all pupils in each scenario; `share` of income is the
    balance that a viable federation has at least.
    """

    schools: tuple[School, ...]
    names: tuple[str, ...]
    rolls: tuple[int, ...]
    share: Fraction
    nominal: Outlook
    average: Outlook
    worst: Outlook
    least_sum: int | None
    least_worst: int | None

    @property
    def average_proved(self) -> bool:
        """Whether no plan is better on average."""
        return self.least_sum == sum(self.average.costs)

    @property
    def worst_proved(self) -> bool:
        """Whether no plan is better in the worst case."""
        return self.least_worst == self.worst.worst

    @property
    def sentences(self) -> list[str]:
        """How the plans fare, in plain words."""
        return [
            *self._what(), *self._viable(), *self._on_average(), *self._in_the_worst_case(),
        ]  # fmt: skip

    def document(self) -> dict[str, Any]:
        """Return the answer as plain values; costs in thousandths of a point."""
        answer: dict[str, Any] = {
            "scenarios": [
                {"number": k + 1, "name": name, "pupils": roll}
                for k, (name, roll) in enumerate(zip(self.names, self.rolls, strict=True))
            ],
            "pupils": sum(school.roll for school in self.schools),
            "roles_and_candidates": "those of the nominal rolls",
            "viable_at_least": {"share": float(self.share), "per_cent": float(100 * self.share)},
            "nominal": self._outlook(self.nominal),
            "best_on_average": {
                **self._outlook(self.average), "proved": self.average_proved,
                "bound_of_sum": self.least_sum,
                "better_by": self._less(self.average),
            },
            "best_in_worst_case": {
                **self._outlook(self.worst), "proved": self.worst_proved,
                "bound": self.least_worst,
                "gap": None if self.least_worst is None else self.worst.worst - self.least_worst,
                "better_by": self.nominal.worst - self.worst.worst,
            },
        }  # fmt: skip
        return headed("robust", answer, self.sentences)

    def _outlook(self, plan: Outlook) -> dict[str, Any]:
        viable = [None] * len(plan.groups) if plan.viable is None else plan.viable
        return {
            "average": round(plan.average),
            "sum": sum(plan.costs),
            "worst": plan.worst,
            "worst_in": plan.worst_at + 1,
            "costs": list(plan.costs),
            "federations": [
                {"schools": list(group), "names": [self._name(urn) for urn in group],
                 "viable_in": many, "of": len(self.names),
                 "share": None if many is None else _per_cent(many, len(self.names))}
                for group, many in zip(plan.groups, viable, strict=True)
            ],
            "always_viable": self._always(plan),
            "shared_with_nominal": len(set(plan.groups) & set(self.nominal.groups)),
        }  # fmt: skip

    def _always(self, plan: Outlook) -> int | None:
        return None if plan.viable is None else plan.viable.count(len(self.names))

    def _less(self, plan: Outlook) -> int:
        """How much cheaper a plan is on average than the nominal one, rounded thousandths."""
        return round(self.nominal.average) - round(plan.average)

    def _name(self, urn: int) -> str:
        return named(next(school for school in self.schools if school.urn == urn))

    def _what(self) -> list[str]:
        pupils = sum(school.roll for school in self.schools)
        many = count(len(self.names), "scenario")
        span = f"{min(self.rolls):,} to {max(self.rolls):,} pupils in all, {pupils:,} today"
        nominal = "Who is small and which federations are allowed go by today's rolls"
        return [f"{many} of other rolls: {span}. {nominal}."]

    def _viable(self) -> list[str]:
        plan, of = self.nominal, len(self.names)
        if not plan.groups:
            return ["The plan has no federation."]
        if plan.viable is None:
            return ["Under this form a federation has no budget of its own to be judged."]
        least = f"a balance of at least {float(100 * self.share):g}% of income"
        always = plan.viable.count(of)
        said = (
            f"Of {count(len(plan.groups), 'federation')}, {always} would keep {least} in every one."
        )
        rest = sorted(
            (many, group) for many, group in zip(plan.viable, plan.groups, strict=True) if many < of
        )
        found = [said]
        for many, group in rest[:SHOWN]:
            who = listed(self._name(urn) for urn in group)
            found.append(f"{who}: in {many} of {of} ({_per_cent(many, of)}).")
        if len(rest) > SHOWN:
            found.append("The others that would not are in the figures.")
        return found

    def _on_average(self) -> list[str]:
        own, best = self.nominal, self.average
        said = f"The plan costs {points(round(own.average))} on average"
        if self.average_proved and own.groups == best.groups:
            return [f"{said}: no plan is better on average, which is proved."]
        how = ", proved the best on average" if self.average_proved else ""
        if not self.average_proved:
            how = "; whether another is better still was not settled in time"
        cost, less = points(round(best.average)), points(self._less(best))
        return [f"{said}; {self._differs(best)} costs {cost}, {less} less{how}."]

    def _in_the_worst_case(self) -> list[str]:
        own, best = self.nominal, self.worst
        where = self.names[own.worst_at]
        said = f'In its worst scenario, number {own.worst_at + 1} ("{where}"), it costs '
        said += points(own.worst)
        if self.worst_proved and own.groups == best.groups:
            return [f"{said}: no plan has a better worst case, which is proved."]
        if not self.worst_proved:
            found = f"{said}; the best worst case found is {points(best.worst)}"
            if self.least_worst is None:
                return [f"{found}, with no bound in the time given."]
            gap = best.worst - self.least_worst
            bound = f"none can be below {points(self.least_worst)}, a gap of {points(gap)}"
            return [f"{found}, by {self._differs(best)}; {bound}."]
        cost, less = points(best.worst), points(own.worst - best.worst)
        how = "proved the best worst case"
        return [f"{said}; {self._differs(best)} costs {cost} at worst, {less} less, {how}."]

    def _differs(self, plan: Outlook) -> str:
        """Say how far a plan is from the nominal one."""
        if plan.groups == self.nominal.groups:
            return "the plan itself"
        shared = len(set(plan.groups) & set(self.nominal.groups))
        return f"one that shares {shared} of {count(len(plan.groups), 'federation')} with it"


def _per_cent(part: int, whole: int) -> str:
    """Share in whole per cent, never 0 % or 100 % of what is neither."""
    share = round(Fraction(100 * part, whole))
    if share == 0 and part:
        return "less than 1%"
    if share == 100 and part < whole:
        return "more than 99%"
    return f"{share}%"
