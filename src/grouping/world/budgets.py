"""The budget model: income and cost of one school, and of a federation that shares a head.

Every figure comes from a dated file (`figures/money-*.toml`) and is a named parameter of `Money`;
formulas are those of the domain notes 2.5 as fixed by the problem statement, section 4. Pounds a
year, exact rationals; rolls in pupils; sparsity distance in miles.

A federation keeps every site open and every school's own income. What changes is: one head for
several, one governing body, a joint business manager and SENCO, a discount on services; against
that, site leads, the head's premium and travel.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from fractions import Fraction
from functools import cache, cached_property
from math import ceil
from typing import Any

METRES_A_MILE = Fraction("1609.344")
ZERO = Fraction(0)


@dataclass(frozen=True, eq=False)
class Money:
    """Parameters of the budget model, GBP a year unless said; see `figures/money-*.toml`."""

    year: str
    local_scale: Fraction
    awpu: Fraction
    needs: Fraction
    lump: Fraction
    sparsity_most: Fraction
    sparsity_miles: Fraction
    sparsity_from: Fraction
    sparsity_year_group: Fraction
    sparsity_full_below: Fraction
    minimum_per_pupil: Fraction
    pe_fixed: Fraction
    pe_per_pupil: Fraction
    pe_years: Fraction
    pupil_premium_rate: Fraction
    pupil_premium_share: Fraction
    teacher_pay: Fraction
    pension: Fraction
    national_insurance: Fraction
    national_insurance_above: Fraction
    ppa: Fraction
    class_target: Fraction
    class_step: Fraction
    class_least: Fraction
    assistant: Fraction
    supply: Fraction
    head_base: Fraction
    head_per_pupil: Fraction
    head_premium: Fraction
    head_premium_most: Fraction
    head_teaches_most: Fraction
    head_teaches_from: Fraction
    head_teaches_over: Fraction
    units_per_pupil: Fraction
    pay_groups: tuple[tuple[Fraction, Fraction], ...]
    pay_cap_above: Fraction
    site_lead_allowance: Fraction
    site_lead_release: Fraction
    business_manager: Fraction
    business_manager_alone: Fraction
    business_manager_each: Fraction
    business_manager_least: Fraction
    senco_base: Fraction
    senco_per_pupil: Fraction
    senco_per_school: Fraction
    admin: Fraction
    admin_per_pupil: Fraction
    premises: Fraction
    premises_per_pupil: Fraction
    learning: Fraction
    learning_per_pupil: Fraction
    services: Fraction
    services_per_pupil: Fraction
    services_discount: Fraction
    governors: Fraction
    governors_federated: Fraction
    mileage: Fraction
    trips_a_week: Fraction
    weeks: Fraction

    @cached_property
    def teacher(self) -> Fraction:
        """Cost of a whole teacher with on-costs."""
        return self.with_on_costs(self.teacher_pay)

    @cached_property
    def teaching_head(self) -> Fraction:
        """What a head who taught the whole week would save: a teacher and the supply for one."""
        return self.teacher * (1 + self.supply)

    @cached_property
    def travel_per_mile(self) -> Fraction:
        """Yearly cost of a mile of a federation's tree: there and back, every trip, every week."""
        return 2 * self.mileage * self.trips_a_week * self.weeks

    def with_on_costs(self, pay: Fraction) -> Fraction:
        """Pay of a whole post with employer's pension and national insurance."""
        insured = max(ZERO, pay - self.national_insurance_above)
        return pay * (1 + self.pension) + self.national_insurance * insured


def money(figures: Mapping[str, Any]) -> Money:
    """Read the parameters from their dated data (decimals as written).

    Raises
    ------
    ValueError
        Where a parameter is missing or unknown, naming it.
    """
    flat: dict[str, Any] = {"year": figures["year"]}
    for part in ("income", "staff", "running", "travel"):
        flat |= figures[part]
    known = {f.name for f in fields(Money)}
    if odd := sorted(known ^ flat.keys()):
        raise ValueError(f"money parameters missing or unknown: {', '.join(odd)}")
    values: dict[str, Any] = {
        key: Fraction(value)
        for key, value in flat.items()
        if key not in ("year", "pay_groups", "pe_years")
    }
    values["year"] = str(flat["year"])
    values["pe_years"] = Fraction(*flat["pe_years"])
    values["pay_groups"] = tuple(
        (Fraction(group["units_to"]), Fraction(group["cap"])) for group in flat["pay_groups"]
    )
    return Money(**values)


def sparsity(m: Money, roll: int, years: int, miles: Fraction | None) -> Fraction:
    """Sparsity sum of a school; `miles` None means no other school: beyond the distance."""
    size = Fraction(roll, years)
    full, least = m.sparsity_year_group * m.sparsity_full_below, m.sparsity_from * m.sparsity_miles
    if size >= m.sparsity_year_group or (miles is not None and miles <= least):
        return ZERO
    size_weight = Fraction(1) if size < full else 1 - (size - full) / full
    if miles is None or miles >= m.sparsity_miles:
        distance_weight = Fraction(1)
    else:
        distance_weight = 1 - (m.sparsity_miles - miles) / (m.sparsity_miles - least)
    return m.sparsity_most * size_weight * distance_weight


def income(m: Money, roll: int, sparse: Fraction) -> Fraction:
    """Modelled income of a school, the same alone or federated."""
    core = (m.awpu + m.needs) * roll + m.lump + sparse
    top_up = max(ZERO, m.minimum_per_pupil * roll - core)
    grants = (
        m.pe_fixed
        + m.pe_per_pupil * m.pe_years * roll
        + m.pupil_premium_rate * m.pupil_premium_share * roll
    )
    return m.local_scale * (core + top_up) + grants


def classes(m: Money, roll: int) -> Fraction:
    """Classes of a roll, in half-class steps so that the budget does not jump."""
    steps = ceil(Fraction(roll) / m.class_target / m.class_step)
    return max(m.class_least, steps * m.class_step)


def teaching_share(m: Money, roll: int) -> Fraction:
    """Share of the week the head of a school of this roll teaches today, where not known."""
    share = m.head_teaches_most * (m.head_teaches_from - roll) / m.head_teaches_over
    return min(max(share, ZERO), m.head_teaches_most)


def head(m: Money, roll: int, schools: int) -> Fraction:
    """Cost of one head over so many schools of this combined roll."""
    units = m.units_per_pupil * roll
    cap = next((cap for most, cap in m.pay_groups if units <= most), m.pay_cap_above)
    premium = min(m.head_premium_most, m.head_premium * (schools - 1))
    return m.with_on_costs(min(cap, m.head_base + m.head_per_pupil * roll) * (1 + premium))


def _site(m: Money, roll: int) -> Fraction:
    """Cost of a site that no federation changes: teachers, assistants, office, premises, books."""
    rooms = classes(m, roll)
    return (
        rooms * (1 + m.ppa) * m.teaching_head
        + rooms * m.assistant
        + m.admin
        + m.premises
        + m.learning
        + (m.admin_per_pupil + m.premises_per_pupil + m.learning_per_pupil) * roll
    )


def _services(m: Money, roll: int) -> Fraction:
    return m.services + m.services_per_pupil * roll


def federated_site(m: Money, roll: int) -> Fraction:
    """Cost a school brings into a federation, whoever the others are."""
    allowance = m.site_lead_allowance * (1 + m.pension + m.national_insurance)
    lead = allowance + m.site_lead_release * m.teacher
    return _site(m, roll) + _services(m, roll) * (1 - m.services_discount) + lead


@cache
def cost_alone(m: Money, roll: int, teaches: Fraction) -> Fraction:
    """Cost of a school by itself whose head teaches this share of the week."""
    return (
        _site(m, roll)
        - teaches * m.teaching_head
        + head(m, roll, 1)
        + m.business_manager_alone * m.business_manager
        + (m.senco_base + m.senco_per_pupil * roll) * m.teacher
        + _services(m, roll)
        + m.governors
    )


def shared(m: Money, roll: int, schools: int) -> Fraction:
    """Cost a federation shares: head, business manager, SENCO, governors (travel apart)."""
    manager = max(m.business_manager_least, m.business_manager_each * schools)
    senco = m.senco_base + m.senco_per_pupil * roll + m.senco_per_school * (schools - 1)
    return (
        head(m, roll, schools)
        + manager * m.business_manager
        + senco * m.teacher
        + m.governors * m.governors_federated
    )


def cost_federated(m: Money, rolls: Sequence[int], tree_miles: Fraction) -> Fraction:
    """Cost of a federation with a head who does not teach; miles of its tree."""
    sites = sum((federated_site(m, roll) for roll in rolls), start=ZERO)
    return sites + shared(m, sum(rolls), len(rolls)) + tree_miles * m.travel_per_mile


@dataclass(frozen=True)
class Account:
    """What is known of one school's money, today's roll and year groups, sparsity miles."""

    roll: int
    years: int
    miles: Fraction | None
    income: Fraction | None
    expenditure: Fraction | None

    @property
    def actual(self) -> bool:
        """Whether the accounts give both income and expenditure."""
        return self.income is not None and self.expenditure is not None

    def modelled_income(self, m: Money, roll: int) -> Fraction:
        """Modelled income at a roll (today's or another)."""
        return _modelled_income(m, roll, self.years, self.miles)


@cache
def _modelled_income(m: Money, roll: int, years: int, miles: Fraction | None) -> Fraction:
    return income(m, roll, sparsity(m, roll, years, miles))


def residuals(
    m: Money, accounts: Sequence[Account], today: Sequence[Sequence[int]], miles: Sequence[Fraction]
) -> list[Fraction]:
    """Residual of each school: what its accounts say beyond the model, a fixed sum ever after.

    Parameters
    ----------
    m
        Parameters of the model.
    accounts
        One a school, in any fixed order.
    today
        Federations today, as positions in `accounts`.
    miles
        Miles of the tree of each federation today.

    Notes
    -----
    A school without a return takes the smaller of nothing and the median share (five returns or
    more), so that a missing return never improves a budget.
    """
    costs = [cost_alone(m, a.roll, teaching_share(m, a.roll)) for a in accounts]
    for members, tree in zip(today, miles, strict=True):
        rolls = [accounts[i].roll for i in members]
        whole, pupils = cost_federated(m, rolls, tree), sum(rolls)
        for i, roll in zip(members, rolls, strict=True):
            share = Fraction(roll, pupils) if pupils else Fraction(1, len(members))
            costs[i] = whole * share
    incomes = [a.modelled_income(m, a.roll) for a in accounts]
    found = {
        i: (a.income - a.expenditure) - (incomes[i] - costs[i])
        for i, a in enumerate(accounts)
        if a.income is not None and a.expenditure is not None
    }
    share = _median([found[i] / incomes[i] for i in found])
    return [found.get(i, min(ZERO, share) * incomes[i]) for i in range(len(accounts))]


def _median(shares: list[Fraction]) -> Fraction:
    if len(shares) < 5:
        return ZERO
    shares, half = sorted(shares), len(shares) // 2
    if len(shares) % 2:
        return shares[half]
    return (shares[half - 1] + shares[half]) / 2
