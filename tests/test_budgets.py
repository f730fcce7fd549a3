"""The budget model against the worked figures of the domain notes 2.6, to the pound."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest

from grouping.files.shipped import figures, money_of
from grouping.world import budgets
from grouping.world.budgets import Account

M = money_of("2025-26")
FULL, NONE = Fraction(2), Fraction("1.6")  # sparsity distance met, and just not eligible
TEACHES = {40: Fraction("0.60"), 60: Fraction("0.54"), 90: Fraction("0.36")}


def income_of(roll: int, miles: Fraction | None) -> Fraction:
    return budgets.income(M, roll, budgets.sparsity(M, roll, 7, miles))


def federated(rolls: tuple[int, ...], miles: Fraction) -> Fraction:
    """Balance of a federation of sites 5 miles apart on a line."""
    cost = budgets.cost_federated(M, rolls, Fraction(5 * (len(rolls) - 1)))
    return sum((income_of(n, miles) for n in rolls), start=Fraction(0)) - cost


def hundreds(value: Fraction) -> int:
    return round(value / 100) * 100


def test_a_teacher_costs_what_the_notes_say() -> None:
    """45,352 with on-costs is 64,412; a site lead's allowance of 3,527 with release is 11,509."""
    assert round(M.teacher) == 64_412
    allowance = M.site_lead_allowance * (1 + M.pension + M.national_insurance)
    assert round(allowance) == 5_068
    assert round(allowance + M.site_lead_release * M.teacher) == 11_509


@pytest.mark.parametrize("roll", [40, 60, 90])
def test_heads_teach_today_as_the_notes_say(roll: int) -> None:
    assert budgets.teaching_share(M, roll) == TEACHES[roll]


@pytest.mark.parametrize(
    ("roll", "share"), [(0, "0.6"), (50, "0.6"), (51, "0.594"), (149, "0.006"), (150, "0")]
)
def test_a_head_teaches_less_as_the_school_grows(roll: int, share: str) -> None:
    assert budgets.teaching_share(M, roll) == Fraction(share)


@pytest.mark.parametrize(
    ("roll", "miles", "income", "as_today", "not_teaching", "t_star"),
    [
        (40, FULL, 405_800, 54_100, 14_300, "0"),
        (40, NONE, 348_400, -3_300, -43_100, "0.65"),
        (90, FULL, 628_400, 71_300, 47_400, "0"),
        (90, NONE, 582_600, 25_500, 1_600, "0"),
        (60, NONE, 442_100, 20_200, -15_600, "0.24"),
    ],
)
def test_one_school_by_itself(
    roll: int, miles: Fraction, income: int, as_today: int, not_teaching: int, t_star: str
) -> None:
    found = income_of(roll, miles)
    assert hundreds(found) == income
    assert hundreds(found - budgets.cost_alone(M, roll, TEACHES[roll])) == as_today
    free = found - budgets.cost_alone(M, roll, Fraction(0))
    assert hundreds(free) == not_teaching
    needed = max(Fraction(0), -free) / M.teaching_head
    assert round(needed, 2) == Fraction(t_star)


@pytest.mark.parametrize(
    ("rolls", "miles", "income", "balance", "t_star"),
    [
        ((40, 90), FULL, 1_034_200, 135_700, "0"),
        ((40, 90), NONE, 931_000, 32_500, "0"),
        ((40, 90, 60), FULL, 1_533_700, 256_300, "0"),
        ((40, 90, 60), NONE, 1_373_000, 95_700, "0"),
        ((40, 40), NONE, 696_800, -12_100, "0.18"),
    ],
)
def test_a_federation(
    rolls: tuple[int, ...], miles: Fraction, income: int, balance: int, t_star: str
) -> None:
    assert hundreds(sum((income_of(n, miles) for n in rolls), start=Fraction(0))) == income
    found = federated(rolls, miles)
    assert hundreds(found) == balance
    needed = max(Fraction(0), -found) / M.teaching_head
    assert round(needed, 2) == Fraction(t_star)


def test_totals_line_by_line_to_the_pound() -> None:
    """Incomes, costs and balances of the table of lines, full sparsity."""
    assert round(income_of(40, FULL)) == 405_813
    assert round(income_of(90, FULL)) == 628_382
    assert round(income_of(40, FULL) + income_of(90, FULL)) == 1_034_195
    assert round(sum(income_of(n, FULL) for n in (40, 90, 60))) == 1_533_664
    alone = {n: budgets.cost_alone(M, n, TEACHES[n]) for n in (40, 90)}
    assert (round(alone[40]), round(alone[90])) == (351_689, 557_058)
    assert round(budgets.cost_federated(M, (40, 90), Fraction(5))) == 898_493
    assert round(budgets.cost_federated(M, (40, 90, 60), Fraction(10))) == 1_277_386
    assert round(income_of(40, FULL) - alone[40]) == 54_124
    assert round(income_of(90, FULL) - alone[90]) == 71_324
    assert round(federated((40, 90), FULL)) == 135_701
    assert round(federated((40, 90, 60), FULL)) == 256_279


def test_single_lines_to_the_pound() -> None:
    """Sparsity, grants, teachers, assistants, head, business manager, SENCO, travel."""
    assert round(budgets.sparsity(M, 40, 7, FULL)) == 57_400
    assert round(budgets.sparsity(M, 90, 7, FULL)) == 45_828
    basic = (M.awpu * 40, M.awpu * 130, M.awpu * 190)
    assert tuple(map(round, basic)) == (153_880, 500_110, 730_930)
    for roll, grants in ((40, 25_433), (90, 37_224)):
        sparse = budgets.sparsity(M, roll, 7, FULL)
        rest = (M.awpu + M.needs) * roll + M.lump + sparse
        assert round(income_of(roll, FULL) - rest) == grants
    rooms = {n: budgets.classes(M, n) for n in (40, 90, 60)}
    assert rooms == {40: 2, 90: Fraction(7, 2), 60: Fraction(5, 2)}
    whole = {n: rooms[n] * (1 + M.ppa) * M.teacher for n in rooms}
    assert round(whole[40] - TEACHES[40] * M.teacher) == 103_059
    assert round(whole[90] - TEACHES[90] * M.teacher) == 224_797
    assert (round(whole[40] + whole[90]), round(sum(whole.values()))) == (389_691, 566_823)
    heads = [budgets.head(M, *one) for one in ((40, 1), (90, 1), (130, 2), (190, 3))]
    assert [round(h) for h in heads] == [89_724, 97_626, 109_183, 124_849]
    shares = [budgets.shared(M, n, k) - budgets.head(M, n, k) for n, k in ((130, 2), (190, 3))]
    assert [round(x) for x in shares] == [9_600 + 13_140 + 3_900, 14_400 + 17_520 + 3_900]
    assert round(5 * M.travel_per_mile) == 351
    assert round(10 * M.travel_per_mile) == 702


def test_what_federating_gains() -> None:
    """Against heads who teach as today, and against a non-teaching head each."""
    for rolls, as_today, free in (
        ((40, 40), -5_600, 74_000),
        ((40, 90), 10_300, 73_900),
        ((40, 90, 60), 53_200, 152_700),
    ):
        gains = []
        for miles in (FULL, NONE):
            whole = federated(rolls, miles)
            incomes = [income_of(n, miles) for n in rolls]
            pairs = list(zip(incomes, rolls, strict=True))
            gains.append(whole - sum(i - budgets.cost_alone(M, n, TEACHES[n]) for i, n in pairs))
            versus_free = whole - sum(i - budgets.cost_alone(M, n, Fraction(0)) for i, n in pairs)
            assert hundreds(versus_free) == free
        assert gains[0] == gains[1], "sparsity is the same alone or federated"
        assert hundreds(gains[0]) == as_today


def test_a_fall_of_a_tenth_in_rolls() -> None:
    """40 alone falls to -18,400; 40 + 90 stays about +31,400: the 90 sheds half a class."""
    alone = income_of(36, NONE) - budgets.cost_alone(M, 36, Fraction("0.60"))
    assert hundreds(alone) == -18_400
    assert hundreds(federated((36, 81), NONE)) == 31_400
    assert budgets.classes(M, 81) == 3


@pytest.mark.parametrize(
    ("roll", "weight"), [(70, "1.0"), (90, "0.798"), (100, "0.665"), (149, "0.011"), (150, "0")]
)
def test_sparsity_by_size_of_the_year_group(roll: int, weight: str) -> None:
    share = budgets.sparsity(M, roll, 7, FULL) / M.sparsity_most
    assert round(share, 3) == Fraction(weight)


def test_sparsity_by_distance() -> None:
    """Nothing up to 1.6 miles, all from 2, in proportion between; no neighbour is beyond."""
    miles = ("0", "1.6", "1.8", "2", "9")
    found = [budgets.sparsity(M, 40, 7, Fraction(x)) for x in miles]
    assert found == [0, 0, Fraction(57_400, 2), 57_400, 57_400]
    assert budgets.sparsity(M, 40, 7, None) == 57_400


@pytest.mark.parametrize(("pupils", "cap"), [(142, 78_702), (143, 84_699), (314, 84_699)])
def test_pay_groups_change_where_the_units_say(pupils: int, cap: int) -> None:
    """142 pupils are 994 units, group 1; 143 are 1,001, group 2; 314 are 2,198, still group 2."""
    pay = min(Fraction(cap), M.head_base + M.head_per_pupil * pupils)
    assert budgets.head(M, pupils, 1) == M.with_on_costs(pay)


def test_the_pay_of_a_head_is_capped_by_group_and_premium() -> None:
    """At 250 pupils base and slope pass the cap of group 2; six schools earn 25 %, as do nine."""
    assert M.head_base + M.head_per_pupil * 250 > 84_699
    assert budgets.head(M, 250, 1) == M.with_on_costs(Fraction(84_699))
    assert budgets.head(M, 315, 1) == M.with_on_costs(Fraction(91_158))
    six, nine = (budgets.head(M, 100, k) for k in (6, 9))
    assert six == nine == M.with_on_costs((M.head_base + M.head_per_pupil * 100) * Fraction(5, 4))


@pytest.mark.parametrize(
    ("roll", "classes"),
    [(0, "2"), (54, "2"), (55, "2.5"), (67, "2.5"), (68, "3"), (81, "3"), (82, "3.5")],
)
def test_classes_go_by_halves_and_never_below_two(roll: int, classes: str) -> None:
    assert budgets.classes(M, roll) == Fraction(classes)


def test_the_minimum_per_pupil_tops_a_large_school_up() -> None:
    """At 400 pupils the formula gives less than 4,955 a pupil."""
    core = (M.awpu + M.needs) * 400 + M.lump
    assert core < M.minimum_per_pupil * 400
    grants = 16_000 + 10 * Fraction(6, 7) * 400 + Fraction(1515 * 15, 100) * 400
    assert budgets.income(M, 400, Fraction(0)) == M.minimum_per_pupil * 400 + grants


def test_a_residual_is_what_the_accounts_say_beyond_the_model() -> None:
    """Alone against the cost alone; in a federation today against a share by roll of its cost."""
    accounts = [
        Account(40, 7, FULL, Fraction(410_000), Fraction(400_000)),
        Account(60, 7, FULL, Fraction(500_000), Fraction(480_000)),
        Account(20, 7, FULL, Fraction(300_000), Fraction(310_000)),
    ]
    found = budgets.residuals(M, accounts, [[1, 2]], [Fraction(5)])
    whole = budgets.cost_federated(M, [60, 20], Fraction(5))
    assert found[0] == 10_000 - (income_of(40, FULL) - budgets.cost_alone(M, 40, TEACHES[40]))
    assert found[1] == 20_000 - (income_of(60, FULL) - whole * Fraction(3, 4))
    assert found[2] == -10_000 - (income_of(20, FULL) - whole / 4)


def test_a_federation_of_no_pupils_shares_its_cost_equally() -> None:
    accounts = [Account(0, 7, FULL, Fraction(1), Fraction(0)) for _ in range(2)]
    half = budgets.cost_federated(M, [0, 0], Fraction(3)) / 2
    expected = 1 - (income_of(0, FULL) - half)
    assert budgets.residuals(M, accounts, [[0, 1]], [Fraction(3)]) == [expected, expected]


@pytest.mark.parametrize(
    ("gaps", "share"),
    [
        ((-5, -4, -3, -2), "0"),  # four returns are too few
        ((-5, -4, -3, -2, 9), "-3"),
        ((-6, -5, -4, -3, 1, 9), "-3.5"),
        ((-5, -4, 3, 4, 9), "0"),  # the median is above nothing
    ],
)
def test_a_missing_return_takes_the_median_and_never_gains(
    gaps: tuple[int, ...], share: str
) -> None:
    """Returns are set so that each residual is a known percentage of modelled income."""
    modelled, cost = income_of(40, FULL), budgets.cost_alone(M, 40, TEACHES[40])
    known = [Account(40, 7, FULL, modelled, cost - modelled * Fraction(gap, 100)) for gap in gaps]
    missing = [Account(90, 7, FULL, Fraction(1), None), Account(60, 7, FULL, None, Fraction(1))]
    found = budgets.residuals(M, [*known, *missing], [], [])
    assert found[: len(gaps)] == [modelled * Fraction(gap, 100) for gap in gaps]
    assert found[len(gaps) :] == [income_of(n, FULL) * Fraction(share) / 100 for n in (90, 60)]


def test_the_parameters_are_all_named_and_none_is_unknown() -> None:
    given = figures("money-2025-26")
    staff = {key: value for key, value in given["staff"].items() if key != "supply"}
    with pytest.raises(ValueError, match="supply"):
        budgets.money(given | {"staff": staff})
    with pytest.raises(ValueError, match="tea"):
        budgets.money(given | {"travel": given["travel"] | {"tea": 1}})


def test_costs_grow_with_miles_and_schools() -> None:
    """A further mile costs 70.20; a further school of no pupils never makes a bill smaller."""
    at = [budgets.cost_federated(M, (40, 90), Fraction(miles)) for miles in range(4)]
    assert {b - a for a, b in pairwise(at)} == {Fraction("70.2")}
    bills = [budgets.cost_federated(M, (40, 90, *[0] * k), Fraction(5)) for k in range(4)]
    assert all(a < b for a, b in pairwise(bills))
