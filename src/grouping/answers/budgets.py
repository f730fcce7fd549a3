"""Can each school pay its way? Its budget today, and the lines that judge it.

Figures are those of the budget model and of the returns (`world.budgets`), the lines those of the
domain notes 2.7. Good to about 5 per cent: to be shown to the nearest hundred, and never a reason
to rank one school above another by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from grouping.policy.survey import survey
from grouping.policy.words import Policy
from grouping.world import budgets as model
from grouping.world import cells
from grouping.world.classes import Organisation, organisation, years_of
from grouping.world.county import ROLE_WORDS, County, ages
from grouping.world.exact import decimal_places
from grouping.world.schools import School, Schools

GREEN, AMBER, RED, HIGH, UNKNOWN = "green", "amber", "red", "high", "unknown"
ACTUAL, MODELLED = "actual", "modelled"
OFFICIAL, ESTIMATED = "official distance", "estimated"
ACCURACY = "good to about 5 per cent"
ZERO = Fraction(0)
DEFICIT = Fraction(-25, 1000)  # in-year balance / income: red below
RESERVE_LOW, RESERVE_HIGH = Fraction(3, 100), Fraction(8, 100)  # of income: amber below, high above
YEARS_FEWEST = 3  # years until reserves are used up: red under
TEACHES_MUCH = Fraction(4, 10)  # of the week: red above
ROLL_LOSS = Fraction(1, 10)  # of the roll, in the test of a falling roll


@dataclass(frozen=True)
class Line:
    """One test: a word (green, amber, red, high, unknown) and the figure it judges, if known."""

    word: str
    value: float | None


@dataclass(frozen=True)
class Budget:
    """The money of one school, GBP a year in whole pounds; see `budgets` for what they mean."""

    urn: int
    name: str
    role: str
    roll: int
    income: int
    cost: int
    residual: int
    balance: int
    reserve: int | None
    t_star: float
    federation: str | None
    sparsity: int
    sparsity_source: str
    without_sparsity: int
    classes: float
    organisation: Organisation
    grade: str
    returned_income: int | None
    returned_expenditure: int | None
    note: str
    lines: dict[str, Line]


def budgets(
    schools: Schools, policy: Policy, roll_change: Fraction | Decimal | float | str = 0
) -> list[Budget]:
    """Work out the budget today of every school that takes part, in order of URN.

    Parameters
    ----------
    schools
        Every school of the file: the others say how far the next school is.
    policy
        Gives who takes part and the year's parameters.
    roll_change
        -0.10 for a tenth fewer pupils. Residuals stay those of today's rolls.

    Returns
    -------
    One `Budget` a school. `income` and `cost` are modelled, `residual` is what its return says
    beyond the model (or the county's middle share where that is below nothing), and `balance` their
    sum. The cost is that of the school as it is: alone with a head who teaches the usual share of
    the week at its roll, or its share by roll of its federation's cost. `t_star` is the share of
    the week its head must teach for the budget to balance; in a federation today, its one head.

    `lines`: "balance" (of income), "reserve" (of income), "years" until reserves are used up,
    "teaching" (t*), "roll loss" (balance of income with a tenth fewer pupils still), "sparsity"
    (its share of income; amber where the balance is negative without it), "classes" (the least by
    numbers).
    """
    change = Fraction(str(roll_change))
    county = survey(schools, policy).county
    today = _Year(county, change)
    later = _Year(county, (1 + change) * (1 - ROLL_LOSS) - 1)
    return [_budget(county, i, today, later) for i in range(len(county))]


class _Year:
    """Rolls, modelled income and cost of every school as it is today, at a change of rolls."""

    def __init__(self, county: County, change: Fraction) -> None:
        m = county.money
        self.rolls = [round(s.roll * (1 + change)) for s in county.schools]
        pairs = list(zip(county.accounts, self.rolls, strict=True))
        self.sparsity = [model.sparsity(m, n, a.years, a.miles) for a, n in pairs]
        self.incomes = [a.modelled_income(m, n) for a, n in pairs]
        self.costs = [model.cost_alone(m, n, model.teaching_share(m, n)) for n in self.rolls]
        headed = [model.cost_alone(m, n, ZERO) for n in self.rolls]
        # What is left with a head who does not teach, before it is rounded to a pound.
        self.free = [
            income - cost + extra
            for income, cost, extra in zip(self.incomes, headed, county.residuals, strict=True)
        ]
        for members in county.federations_today():
            rolls = [self.rolls[i] for i in members]
            whole = model.cost_federated(m, rolls, county.part(members).tree_miles())
            left = sum((self.incomes[i] + county.residuals[i] for i in members), start=-whole)
            for i, roll in zip(members, rolls, strict=True):
                share = Fraction(roll, sum(rolls)) if sum(rolls) else Fraction(1, len(members))
                self.costs[i] = whole * share
                self.free[i] = left


def _budget(county: County, i: int, year: _Year, later: _Year) -> Budget:
    m, school, account = county.money, county.schools[i], county.accounts[i]
    roll, extra = year.rolls[i], county.residuals[i]
    income, sparse = year.incomes[i], year.sparsity[i]
    balance = income - year.costs[i] + extra
    without = balance - income + model.income(m, roll, ZERO)
    loss = (later.incomes[i] - later.costs[i] + extra) / later.incomes[i]
    teaches = Fraction(max(0, -round(year.free[i]))) / m.teaching_head
    reserve = _reserve(school)
    rooms = organisation(roll, ages(school), years_of(school.properties))
    note = school.properties.get("return_note")
    in_one = int(county.today[i]) >= 0
    return Budget(
        urn=school.urn,
        name=school.name,
        role=ROLE_WORDS[int(county.role[i])],
        roll=roll,
        income=round(income),
        cost=round(year.costs[i]),
        residual=round(extra),
        balance=round(balance),
        reserve=None if reserve is None else round(reserve),
        t_star=decimal_places(teaches, 6),
        federation=school.federation if in_one else None,
        sparsity=round(m.local_scale * sparse),
        sparsity_source=ESTIMATED if school.sparsity_miles is None else OFFICIAL,
        without_sparsity=round(without),
        classes=float(model.classes(m, roll)),
        organisation=rooms,
        grade=ACTUAL if account.actual else MODELLED,
        returned_income=_pounds(account.income),
        returned_expenditure=_pounds(account.expenditure),
        note=note if isinstance(note, str) else "",
        lines={
            "balance": _balance_line(balance / income),
            "reserve": _reserve_line(None if reserve is None else reserve / income),
            "years": _years_line(reserve, balance),
            "teaching": _teaching_line(teaches),
            "roll loss": Line(RED if loss < DEFICIT else GREEN, _shown(loss)),
            "sparsity": _sparsity_line(m.local_scale * sparse / income, without),
            "classes": _class_line(rooms.least),
        },
    )


def _pounds(sum_: Fraction | None) -> int | None:
    return None if sum_ is None else round(sum_)


def _shown(share: Fraction) -> float:
    return decimal_places(share, 4)


def _reserve(school: School) -> Fraction | None:
    """Revenue reserve as the file carries it, None where it is not a number."""
    try:
        found = cells.number(school.properties.get("reserve"))
    except cells.UnfitError:
        return None
    return None if found is None else Fraction(found)


def _balance_line(share: Fraction) -> Line:
    word = RED if share < DEFICIT else AMBER if share < 0 else GREEN
    return Line(word, _shown(share))


def _reserve_line(share: Fraction | None) -> Line:
    """Amber below 3 per cent, red below nothing; high above 8: "may be asked to justify"."""
    if share is None:
        return Line(UNKNOWN, None)
    word = RED if share < 0 else AMBER if share < RESERVE_LOW else GREEN
    return Line(HIGH if share > RESERVE_HIGH else word, _shown(share))


def _years_line(reserve: Fraction | None, balance: Fraction) -> Line:
    """Years until the reserve is used up: none to count where the year balances."""
    if reserve is not None and reserve < 0:
        return Line(RED, 0.0)
    if balance >= 0:
        return Line(GREEN, None)
    if reserve is None:
        return Line(UNKNOWN, None)
    years = reserve / -balance
    return Line(RED if years < YEARS_FEWEST else GREEN, decimal_places(years, 1))


def _teaching_line(teaches: Fraction) -> Line:
    """Green at nothing, amber to two fifths of the week, red above."""
    word = RED if teaches > TEACHES_MUCH else AMBER if teaches > 0 else GREEN
    return Line(word, decimal_places(teaches, 2))


def _sparsity_line(share: Fraction, without: Fraction) -> Line:
    return Line(AMBER if share > 0 and without < 0 else GREEN, _shown(share))


def _class_line(least: int) -> Line:
    return Line(RED if least <= 1 else AMBER if least == 2 else GREEN, float(least))


def coverage(found: Sequence[Budget]) -> list[str]:
    """Say how far the figures go: returns held, heads who must teach, what the words mean."""
    small = [b for b in found if b.role in ("urgent", "small")]
    said = []
    for kind, of in (("small schools", small), ("schools that take part", list(found))):
        actual = sum(b.grade == ACTUAL for b in of)
        teach = sum(b.t_star > 0 for b in of)
        said.append(
            f"{len(of)} {kind}: {actual} with a return of their own (actual), {len(of) - actual}"
            f" modelled; {teach} whose head must teach for the budget to balance."
        )
    held = [b for b in found if b.note]
    if held:
        said.append(f"{len(held)} have a return that is not their own for a year: see return_note.")
    guessed = sum(b.sparsity_source == ESTIMATED for b in found)
    said.append(f"Sparsity by the official distance for {len(found) - guessed}, else estimated.")
    said.append(f"Money is {ACCURACY}, shown to the nearest 100.")
    return said
