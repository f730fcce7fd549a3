"""Each term worked by hand as a Fraction, and through its rounding to thousandths."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations

import networkx as nx
import numpy as np
import pytest

from grouping.errors import CapReached
from grouping.policy import terms
from grouping.policy.words import Term
from grouping.search.candidates import price
from grouping.world.county import County
from grouping.world.exact import Ratio, scaled
from grouping.world.federations import federation
from grouping.world.journeys import NONE, from_pairs
from grouping.world.ledger import ledger
from villages import county_of, every_set, policy_of, random_rows, row, schools_of

ASH, BEECH, CEDAR, DALE, ELM = 120001, 120002, 120003, 120004, 120005


@pytest.fixture(scope="module")
def county(village: object) -> County:
    return county_of(village)


def exact(term: Term, county: County, *urns: int) -> Fraction:
    measure = term.measure(federation(county, urns))
    assert isinstance(measure, Ratio)
    return measure.at(0)


def points(term: Term, county: County, *urns: int) -> int:
    one = federation(county, urns)
    return int(scaled(term.exact_weight, term.measure(one))[0])


def of(**given: list[object]) -> County:
    """Schools 900 m apart from lists of properties, 50 pupils each where none is given."""
    count = len(next(iter(given.values())))
    rolls = given.pop("roll", [50] * count)
    made = [
        row(120001 + k, rolls[k], 900 * k, **{name: values[k] for name, values in given.items()})
        for k in range(count)
    ]
    return county_of(schools_of(*made), policy_of("roles.partner_at_most=9999"))


def test_journey_in_the_village(county: County) -> None:
    """Tree of Ash, Beech, Cedar: two edges of 10.1 minutes, 10.1 / 20 each: 20.2 points."""
    term = terms.journey(20)
    assert exact(term, county, ASH, BEECH, CEDAR) == 2 * Fraction("10.1") / 20
    assert points(term, county, ASH, BEECH, CEDAR) == 20_200
    assert exact(term, county, ASH, DALE) == (Fraction("26.2") / 20) ** 2
    assert points(term, county, ASH, DALE) == 34_322


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        ("0", "0"), ("5", "0"), ("5.1", "0.1/15"), ("20", "1"), ("20.1", "20.1*20.1/400"),
        ("30", "900/400"), (None, "4"),
    ],
)  # fmt: skip
def test_journey_is_free_then_in_proportion_then_squared(
    minutes: str | None, expected: str
) -> None:
    """Up to `free`, up to `full` and beyond, where the square starts from 1 again; none is 4."""
    tenths = {} if minutes is None else {(120001, 120002): int(10 * Fraction(minutes))}
    pair = county_of(schools_of(row(120001, 40, 0), row(120002, 40, 900)), None, from_pairs(tenths))
    top, _, bottom = expected.partition("/")
    whole = Fraction(1)
    for factor in top.split("*"):
        whole *= Fraction(factor)
    term = terms.journey(20, free=5, full=20)
    assert exact(term, pair, 120001, 120002) == whole / Fraction(bottom or 1)


def test_journey_counts_the_tree_and_a_missing_edge_as_four() -> None:
    """1-2 and 2-3 known, 4 cut off: 10 / 20 + 40 minutes squared + 4."""
    schools = schools_of(*[row(120001 + k, 40, 900 * k) for k in range(4)])
    found = from_pairs({(120001, 120002): 100, (120002, 120003): 400, (120001, 120003): 500})
    county = county_of(schools, None, found)
    assert exact(terms.journey(20), county, *county.urns) == Fraction(1, 2) + 4 + 4


def test_ethos_in_the_village(county: County) -> None:
    """Ash-Beech 0.25, Ash-Cedar 0, Beech-Cedar 0.25: 2 x 0.5 / 3 and 0.1 for two ethoses."""
    term = terms.ethos(12)
    assert exact(term, county, ASH, BEECH, CEDAR) == Fraction(1, 3) + Fraction(1, 10)
    assert points(term, county, ASH, BEECH, CEDAR) == 5_200
    assert exact(term, county, BEECH, DALE) == Fraction("0.15"), "one ethos: no tenth"
    assert exact(term, county, ASH, CEDAR) == 0


def test_ethos_is_halved_in_a_soft_federation_and_the_tenth_is_not(village: object) -> None:
    soft = county_of(village, policy_of(base="soft-federation"))
    assert exact(terms.ethos(12), soft, ASH, BEECH, CEDAR) == Fraction(1, 6) + Fraction(1, 10)


def test_unknown_ethos_is_one_of_them() -> None:
    """None with unknown: 0.25, and the tenth; unknown with unknown: 0.25 and no tenth."""
    county = of(religious_character=["None", "", "Not reported"])
    assert exact(terms.ethos(12), county, 120001, 120002) == Fraction("0.35")
    assert exact(terms.ethos(12), county, 120002, 120003) == Fraction("0.25")


def test_other_faiths_are_told_apart_by_name() -> None:
    county = of(religious_character=["Jewish", "JEWISH", "Hindu"])
    assert exact(terms.ethos(12), county, 120001, 120002) == Fraction("0.05")
    assert exact(terms.ethos(12), county, 120001, 120003) == Fraction("1.0")


def test_leadership_is_the_week_the_shared_head_must_teach() -> None:
    """Two schools of 40 on one site without sparsity: 2 x t* of the balance at 36 and 36."""
    county = of(roll=[40, 40], sparsity_miles=[1, 1])
    assert exact(terms.leadership(20), county, *county.urns) > 0
    for change, lost in ((Fraction(0), 0), (Fraction(-1, 10), 8)):
        balance = int(ledger(county, change).hard_balance(federation(county, county.urns))[0])
        assert balance < -10_000, f"{lost} pupils fewer"
        found = exact(terms.leadership(20, roll_change=change), county, *county.urns)
        assert found == 2 * Fraction(-balance) / county.money.teaching_head


def test_leadership_is_at_most_a_head_a_school_and_never_below_nothing() -> None:
    ruined = of(income=[1, 1, 1], expenditure=[10**7] * 3)
    assert exact(terms.leadership(20), ruined, *ruined.urns) == 3
    rich = of(income=[10**7, 10**7], expenditure=[1, 1])
    assert exact(terms.leadership(20), rich, *rich.urns) == 0


def test_a_grant_lightens_the_leadership_of_a_hard_federation_only(village: object) -> None:
    ruined = schools_of(*[row(120001 + k, 40, 900 * k, sparsity_miles=1) for k in range(2)])
    for base, helped in (("norfolk-2012", True), ("soft-federation", False)):
        found = []
        for grant in (0, 10**6):
            policy = policy_of(f"budget.federation_grant={grant}", base=base)
            county = county_of(ruined, policy)
            found.append(exact(terms.leadership(20), county, *county.urns))
        assert found[0] > 0
        assert (found[1] == 0) == helped


@pytest.mark.parametrize(
    ("rolls", "expected"),
    [
        ((40, 30), "30/100"), ((60, 40), "0"), ((150, 100), "0"), ((150, 101), "1/250"),
        ((400, 350), "500/250"), ((0, 0), "1"),
    ],
)  # fmt: skip
def test_size_is_the_distance_from_the_band(rolls: tuple[int, ...], expected: str) -> None:
    county = of(roll=list(rolls))
    assert exact(terms.size(4), county, *county.urns) == Fraction(expected)


def test_a_bound_of_nothing_switches_its_part_of_size_off() -> None:
    county = of(roll=[400, 350])
    assert exact(terms.size(4, at_least=0, at_most=0), county, *county.urns) == 0
    assert exact(terms.size(4, at_least=1000, at_most=0), county, *county.urns) == Fraction(1, 4)
    assert exact(terms.size(4, at_least=0, at_most=500), county, *county.urns) == Fraction(1, 2)


@pytest.mark.parametrize(
    ("rolls", "expected"),
    [
        ((70, 30), "0"),  # e = 0.2 exactly
        ((71, 29), "1/30"),
        ((20, 90), "13/33"),  # e = 9/11 - 1/2 = 7/22, less 1/5 is 13/110, over 3/10
        ((0, 90), "1"),
        ((0, 0), "0"),
        ((40, 40, 40), "0"),
        ((0, 0, 0, 9), "1"),
    ],
)
def test_dominance_is_the_share_beyond_a_fifth(rolls: tuple[int, ...], expected: str) -> None:
    county = of(roll=list(rolls))
    assert exact(terms.dominance(4), county, *county.urns) == Fraction(expected)


@pytest.mark.parametrize(
    ("heads", "expected"),
    [
        (("in post", "in post"), 0),
        (("leaving", "in post"), -1),
        (("leaving", "vacant"), -1),
        (("vacant", "vacant", "leaving"), -2),
        (("leaving", "shared", "in post"), -1),
        (("leaving", "unknown"), 0),
        (("vacant", "leaving", None), 0),
    ],
)
def test_vacancies_solved_are_a_gain(heads: tuple[str | None, ...], expected: int) -> None:
    county = of(head=list(heads))
    assert exact(terms.vacancies(5), county, *county.urns) == expected
    assert points(terms.vacancies(5), county, *county.urns) == 5_000 * expected


def test_partnerships_count_pairs() -> None:
    """Three of one partnership are three pairs; schools of none are no partners."""
    county = of(partnership=["p", "p", "p", "q", None, None])
    assert exact(terms.partnerships(5), county, *county.urns) == -3
    assert exact(terms.partnerships(5), county, *county.urns[3:]) == 0


def test_the_price_is_the_sum_of_terms_each_rounded_once(village: object) -> None:
    policy = policy_of("terms.journey.weight=0.33333", "terms.ethos.weight=0.0004")
    county = county_of(village, policy)
    f = every_set(county, 2)
    found = price(f, policy)
    for at in range(len(f)):
        one = f.take([at])
        measures = [(t, t.measure(one).at(0)) for t in policy.terms]
        assert found[at] == sum(round(1000 * t.exact_weight * m) for t, m in measures)


def slow_measures(county: County, held: list[int], free: Fraction, full: Fraction, low: Fraction,
                  high: Fraction) -> dict[str, Fraction]:  # fmt: skip
    """Journey, ethos, size, dominance of the page, in Fractions, by networkx and plain Python."""
    graph = nx.Graph()
    for i, j in combinations(held, 2):
        tenths = int(county.tenths[i, j])
        key = (10**9 if tenths == NONE else tenths) * 10**8 + int(county.metres[i, j])
        graph.add_edge(i, j, key=key, tenths=tenths)
    journey = Fraction(0)
    for _, _, edge in nx.minimum_spanning_edges(graph, weight="key"):
        minutes = Fraction(edge["tenths"], 10)
        if minutes < 0:
            journey += 4
        elif minutes > full:
            journey += (minutes / full) ** 2
        elif minutes > free:
            journey += (minutes - free) / (full - free)
    count, rolls = len(held), [int(county.rolls[i]) for i in held]
    penalties = [Fraction(int(county.pairs.penalty[p]), 200) for p in combinations(held, 2)]
    several = len({county.creeds.ethoses[i] for i in held}) > 1
    mean = sum(penalties, start=Fraction(0)) / len(penalties)
    whole = sum(rolls)
    share = Fraction(max(rolls), whole) - Fraction(1, count) if whole else Fraction(0)
    beyond = max(Fraction(0), share - Fraction(1, 5)) / Fraction(3, 10)
    return {
        "journey": journey,
        "ethos": (count - 1) * mean + (Fraction(1, 10) if several else 0),
        "size": (max(Fraction(0), (low - whole) / low) if low else Fraction(0))
        + (max(Fraction(0), (whole - high) / high) if high else Fraction(0)),
        "dominance": min(Fraction(1), beyond),
    }


@pytest.mark.parametrize(
    ("weight", "free", "full", "low", "high"),
    [
        ("20", "0", "20", "100", "250"),
        ("7.77", "5.5", "17.3", "0", "90.5"),
        (
            "123.123456789012345678",
            "0.123456789012345678",
            "19.987654321098765432",
            "100.000000000000001",
            "250.999999999999999999",
        ),
        ("0.0000000000000000001", "0", "0.0000001234567", "0.000000000001", "0.3"),
    ],
)
def test_weights_and_bounds_of_any_number_of_digits_are_exact(
    weight: str, free: str, full: str, low: str, high: str
) -> None:
    """Decimals whose products need hundreds of bits: measures and points by Fractions."""
    county = county_of(schools_of(*random_rows(random.Random(11), 7)), policy_of())
    by = Fraction(weight)
    held = {
        "journey": terms.journey(by, free=Fraction(free), full=Fraction(full)),
        "ethos": terms.ethos(by),
        "size": terms.size(by, at_least=Fraction(low), at_most=Fraction(high)),
        "dominance": terms.dominance(by),
    }
    f = every_set(county, 2, 5)
    bounds = [Fraction(x) for x in (free, full, low, high)]
    for name, term in held.items():
        measure = term.measure(f)
        given = scaled(term.exact_weight, measure)
        for at in range(0, len(f), 3):
            schools = [int(i) for i in f.members[at] if i >= 0]
            slow = slow_measures(county, schools, *bounds)[name]
            assert measure.at(at) == slow, name
            assert given[at] == round(1000 * Fraction(weight) * slow), name


@pytest.mark.parametrize("base", ["norfolk-2012", "soft-federation"])
def test_leadership_with_a_weight_of_many_digits(base: str) -> None:
    weight = "19.123456789"
    policy = policy_of(f"terms.leadership={{weight={weight}, roll_change=-0.123456789}}", base=base)
    county = county_of(schools_of(*random_rows(random.Random(12), 6)), policy)
    term = next(t for t in policy.terms if t.name == "leadership")
    f = every_set(county, 2, 4)
    measure = term.measure(f)
    found = scaled(term.exact_weight, measure)
    slow = [round(1000 * Fraction(weight) * measure.at(at)) for at in range(len(f))]
    assert found.tolist() == slow
    assert len(set(slow)) > 3


def test_a_cost_beyond_64_bits_is_a_cap_and_never_wraps_round(village: object) -> None:
    """Minutes over a billionth squared, times a billion; and a researcher's own huge floats."""
    huge = policy_of("terms.journey.full=0.000000001", "terms.journey.weight=1000000000")
    own = policy_of().with_term(Term("own", "x", 1, lambda f: f.sum("roll") * 1e25))
    large = policy_of("terms.journey.weight=1000000000")
    for policy in (huge, own, large):
        f = every_set(county_of(village, policy), 2, 3)
        with pytest.raises(CapReached, match="Lower the weights"):
            price(f, policy)


def test_a_term_of_a_table_is_the_term_row_by_row() -> None:
    county = county_of(schools_of(*random_rows(random.Random(13), 8)), policy_of())
    f = every_set(county, 2, 5)
    for term in policy_of().terms:
        whole = term.measure(f)
        for at in range(0, len(f), 9):
            one = f.take([at])
            cut = type(one)(county, one.members[:, : int(one.size[0])])
            assert term.measure(cut).at(0) == whole.at(at), term.name
        assert np.asarray(whole.num).shape == (len(f),)
