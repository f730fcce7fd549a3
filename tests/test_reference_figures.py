"""The figures a reader can look up: R10-R15, R20 and every worked budget of 2.6."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

import grouping
from grouping.files.shipped import money_of, money_years
from grouping.world import budgets as b
from money_village import VILLAGE, village

M = money_of("2025-26")
FAR, NEAR = Fraction(5), Fraction(1)  # miles to the next school: full sparsity, and none
TREE = {2: Fraction(5), 3: Fraction(10)}  # sites five miles apart


def hundreds(value: Fraction) -> int:
    return round(value / 100) * 100


def income(*rolls: int, miles: Fraction = FAR) -> Fraction:
    return sum((b.income(M, n, b.sparsity(M, n, 7, miles)) for n in rolls), start=Fraction(0))


def as_today(n: int) -> Fraction:
    return b.cost_alone(M, n, b.teaching_share(M, n))


def federated(*rolls: int) -> Fraction:
    return b.cost_federated(M, rolls, TREE[len(rolls)])


# ---- R10 to R15 and R20


def test_r10_the_ratio_of_funding_per_pupil_is_that_of_the_paper(tmp_path: Path) -> None:
    """11,748 pounds a pupil at one end and 2,857 at the other: 4.11 times."""
    given = [
        {"urn": 120001, "roll": 40, "income": 11_748 * 40, "expenditure": 400_000},
        {"urn": 120002, "roll": 200, "income": 2_857 * 200, "expenditure": 500_000},
    ]
    plan = grouping.propose(village(tmp_path, *given), grouping.read_policy("norfolk-2012"))
    funding = plan.summary["funding_per_pupil"]
    assert (funding["lowest"], funding["highest"]) == (2_857, 11_748)
    assert funding["ratio"] == 4.11


def test_r11_a_teacher_with_on_costs() -> None:
    assert M.teacher_pay == 45_352
    assert round(M.teacher) == 64_412


@pytest.mark.parametrize(("roll", "weight"), [(70, 1.0), (90, 0.798), (100, 0.665), (150, 0.0)])
def test_r12_sparsity_weights(roll: int, weight: float) -> None:
    found = b.sparsity(M, roll, 7, FAR) / M.sparsity_most
    assert round(float(found), 3) == weight


@pytest.mark.parametrize(
    ("roll", "cap"), [(142, 78_702), (143, 84_699), (314, 84_699), (315, 91_158)]
)
def test_r13_pay_groups_by_units(roll: int, cap: int) -> None:
    """142 pupils are the last of group 1, 314 the last of group 2."""
    most = next(cap for units, cap in M.pay_groups if M.units_per_pupil * roll <= units)
    assert most == cap
    assert b.head(M, roll, 1) == M.with_on_costs(min(Fraction(cap), 58_569 + Fraction(110) * roll))


def test_r14_what_a_merger_keeps_of_two_lump_sums() -> None:
    """85 per cent of two of 118,442; and the model's 40 + 90 on one roll lose what 1.2 says."""
    assert 2 * 118_442 * Fraction(85, 100) == Fraction("201351.4")
    merged_far = b.income(M, 130, b.sparsity(M, 130, 7, FAR))
    merged_near = b.income(M, 130, Fraction(0))
    # Where sparsity is lost on the merged roll: lump, sparsity and sport premium of one school.
    assert round(income(40, 90, miles=NEAR) - merged_near, -3) == 161_000
    assert round(income(40, 90) - merged_far, -3) == 249_000


def test_r15_six_schools_make_three_pairs_of_a_business_manager(tmp_path: Path) -> None:
    """One day a week for a pair is 0.2 of a post, so 0.6 for six schools."""
    plan = grouping.propose(
        village(tmp_path, *VILLAGE), grouping.read_policy("shared-business-manager")
    )
    assert len(plan) == 3
    assert all(len(group) == 2 for group in plan.groups)
    each = max(M.business_manager_least, 2 * M.business_manager_each)
    assert len(plan) * each == Fraction("0.6")


def test_r20_the_saving_is_of_the_size_reported_from_devon() -> None:
    """58,000 pounds in 2009 from three heads to one; the model says 53,200."""
    gain = sum(map(as_today, (40, 90, 60)), start=Fraction(0)) - federated(40, 90, 60)
    assert hundreds(gain) == 53_200
    assert abs(gain - 58_000) < 6_000


# ---- the worked table of 2.6

ALONE = [
    (40, FAR, 405_800, 351_700, 54_100, 14_300, "0.00"),
    (40, NEAR, 348_400, 351_700, -3_300, -43_100, "0.65"),
    (90, FAR, 628_400, 557_100, 71_300, 47_400, "0.00"),
    (90, NEAR, 582_600, 557_100, 25_500, 1_600, "0.00"),
    (60, NEAR, 442_100, 421_800, 20_200, -15_600, "0.24"),
]


@pytest.mark.parametrize(("roll", "miles", "comes", "goes", "left", "free", "t_star"), ALONE)
def test_a_school_alone(
    roll: int, miles: Fraction, comes: int, goes: int, left: int, free: int, t_star: str
) -> None:
    i = income(roll, miles=miles)
    assert hundreds(i) == comes
    assert hundreds(as_today(roll)) == goes
    assert hundreds(i - as_today(roll)) == left
    at_rest = i - b.cost_alone(M, roll, Fraction(0))
    assert hundreds(at_rest) == free
    assert f"{float(max(Fraction(0), -at_rest) / M.teaching_head):.2f}" == t_star


@pytest.mark.parametrize(
    ("rolls", "miles", "comes", "left", "share", "t_star"),
    [
        ((40, 90), FAR, 1_034_200, 135_700, "13.1", "0.00"),
        ((40, 90), NEAR, 931_000, 32_500, "3.5", "0.00"),
        ((40, 90, 60), FAR, 1_533_700, 256_300, "16.7", "0.00"),
        ((40, 90, 60), NEAR, 1_373_000, 95_700, "7.0", "0.00"),
        ((40, 40), NEAR, 696_800, -12_100, "-1.7", "0.18"),
    ],
)
def test_a_federation(
    rolls: tuple[int, ...], miles: Fraction, comes: int, left: int, share: str, t_star: str
) -> None:
    i = income(*rolls, miles=miles)
    balance = i - federated(*rolls)
    assert (hundreds(i), hundreds(balance)) == (comes, left)
    assert f"{float(100 * balance / i):.1f}" == share
    assert f"{float(max(Fraction(0), -balance) / M.teaching_head):.2f}" == t_star


@pytest.mark.parametrize(
    ("rolls", "teaching", "not_teaching"),
    [((40, 40), -5_600, 74_000), ((40, 90), 10_300, 73_900), ((40, 90, 60), 53_200, 152_700)],
)
def test_what_federating_gains(rolls: tuple[int, ...], teaching: int, not_teaching: int) -> None:
    """Against heads who teach as today, and against each paying a head who does not."""
    today = sum(map(as_today, rolls), start=Fraction(0))
    free = sum((b.cost_alone(M, n, Fraction(0)) for n in rolls), start=Fraction(0))
    assert hundreds(today - federated(*rolls)) == teaching
    assert hundreds(free - federated(*rolls)) == not_teaching


# ---- the line items of 2.6, each worked here from the parameters, then summed against the model

LINES = {  # 40 alone, 90 alone, 40 + 90, 40 + 90 + 60, full sparsity
    "basic": (153_880, 346_230, 500_110, 730_930),
    "needs": (24_000, 54_000, 78_000, 114_000),
    "lump": (145_100, 145_100, 290_200, 435_300),
    "sparsity": (57_400, 45_828, 103_228, 160_628),
    "grants": (25_433, 37_224, 62_657, 92_806),
    "teachers": (103_059, 224_797, 389_691, 566_823),
    "assistants": (46_000, 80_500, 126_500, 184_000),
    "supply": (3_092, 6_744, 11_691, 17_005),
    "head": (89_724, 97_626, 109_183, 124_849),
    "site leads": (0, 0, 23_018, 34_526),
    "admin": (21_600, 26_100, 47_700, 71_100),
    "business manager": (9_600, 9_600, 9_600, 14_400),
    "senco": (7_214, 9_791, 13_140, 17_520),
    "premises": (30_800, 41_800, 72_600, 107_800),
    "learning": (21_200, 37_700, 58_900, 86_700),
    "services": (16_400, 19_400, 32_220, 48_060),
    "governors": (3_000, 3_000, 3_900, 3_900),
    "travel": (0, 0, 351, 702),
}
TOTALS = {
    "income": (405_813, 628_382, 1_034_195, 1_533_664),
    "cost": (351_689, 557_058, 898_493, 1_277_386),
    "balance": (54_124, 71_324, 135_701, 256_279),
}
CASES = ((40,), (90,), (40, 90), (40, 90, 60))
INCOME = ("basic", "needs", "lump", "sparsity", "grants")


def items(rolls: tuple[int, ...]) -> dict[str, Fraction]:
    """Every line of a school alone, or of a federation of several, from the parameters."""
    k, pupils, one = len(rolls), sum(rolls), len(rolls) == 1
    rooms = sum((b.classes(M, n) for n in rolls), start=Fraction(0))
    teaches = b.teaching_share(M, rolls[0]) if one else Fraction(0)
    teachers = (rooms * (1 + M.ppa) - teaches) * M.teacher
    allowance = M.site_lead_allowance * (1 + M.pension + M.national_insurance)
    manager = M.business_manager_alone if one else max(Fraction(2, 10), Fraction(k, 10))
    services = k * M.services + M.services_per_pupil * pupils
    grant = M.pe_per_pupil * M.pe_years + M.pupil_premium_rate * M.pupil_premium_share
    return {
        "basic": M.awpu * pupils,
        "needs": M.needs * pupils,
        "lump": M.lump * k,
        "sparsity": sum((b.sparsity(M, n, 7, FAR) for n in rolls), start=Fraction(0)),
        "grants": M.pe_fixed * k + grant * pupils,
        "teachers": teachers,
        "assistants": rooms * M.assistant,
        "supply": teachers * M.supply,
        "head": b.head(M, pupils, k),
        "site leads": Fraction(0) if one else k * (allowance + M.site_lead_release * M.teacher),
        "admin": M.admin * k + M.admin_per_pupil * pupils,
        "business manager": manager * M.business_manager,
        "senco": (M.senco_base + M.senco_per_pupil * pupils + M.senco_per_school * (k - 1))
        * M.teacher,
        "premises": M.premises * k + M.premises_per_pupil * pupils,
        "learning": M.learning * k + M.learning_per_pupil * pupils,
        "services": services * (1 if one else 1 - M.services_discount),
        "governors": M.governors * (1 if one else M.governors_federated),
        "travel": Fraction(0) if one else 2 * TREE[k] * M.mileage * M.trips_a_week * M.weeks,
    }


@pytest.mark.parametrize("case", range(4))
def test_every_line_item(case: int) -> None:
    found = items(CASES[case])
    for name, values in LINES.items():
        assert round(found[name]) == values[case], name


@pytest.mark.parametrize("case", range(4))
def test_the_lines_add_up_to_the_model(case: int) -> None:
    rolls = CASES[case]
    found = items(rolls)
    comes = sum((found[name] for name in INCOME), start=Fraction(0))
    goes = sum((v for name, v in found.items() if name not in INCOME), start=Fraction(0))
    assert comes == income(*rolls)
    assert goes == (as_today(rolls[0]) if len(rolls) == 1 else federated(*rolls))
    assert (round(comes), round(goes), round(comes - goes)) == tuple(
        TOTALS[name][case] for name in ("income", "cost", "balance")
    )


def test_a_tenth_fewer_pupils() -> None:
    """40 alone falls to -18,400; 40 + 90 stays near +31,400, as the 90 sheds half a class."""
    alone = income(36, miles=NEAR) - as_today(36)
    assert hundreds(alone) == -18_400
    assert f"{float(100 * alone / income(36, miles=NEAR)):.1f}" == "-5.6"
    assert hundreds(income(36, 81, miles=NEAR) - federated(36, 81)) == 31_400
    assert b.classes(M, 90) - b.classes(M, 81) == Fraction(1, 2)


def test_three_classes_at_forty_pupils() -> None:
    """Norfolk's limit of year groups in a class would turn +54,100 into -41,900."""
    another = (1 + M.ppa) * M.teaching_head + M.assistant
    assert hundreds(income(40) - as_today(40) - another) == -41_900
    assert hundreds(income(40, miles=NEAR) - as_today(40) - another) == -99_300


def test_the_years_there_are_figures_for() -> None:
    """2024-25 has its lump sum and least funding a pupil of its own, the rest carried."""
    assert money_years() == ["2024-25", "2025-26"]
    before = money_of("2024-25")
    assert (before.lump, before.minimum_per_pupil) == (134_000, 4_610)
    assert (before.awpu, before.teacher_pay) == (M.awpu, M.teacher_pay)
    text = Path(grouping.__file__).parent.joinpath("figures", "money-2024-25.toml").read_text()
    unmarked = [
        line
        for line in text.splitlines()
        if " = " in line
        and not line.startswith(("year", "pay_groups", "  {"))
        and "# [" not in line
    ]
    assert unmarked == []
