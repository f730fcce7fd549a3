"""Each rule allows, refuses, and stands at its bound; hereditary claims hold for all supersets."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest

from grouping.policy import rules
from grouping.policy.words import Rule
from grouping.world.county import County
from grouping.world.federations import Federations, federation, table
from grouping.world.journeys import from_pairs
from grouping.world.ledger import ledger
from villages import county_of, every_set, policy_of, random_rows, row, schools_of

ASH, BEECH, CEDAR, DALE, ELM = 120001, 120002, 120003, 120004, 120005


@pytest.fixture(scope="module")
def county(village: object) -> County:
    return county_of(village)


def holds(rule: Rule, county: County, *urns: int) -> bool:
    return bool(rule.allows(federation(county, urns))[0])


def value(rule: Rule, county: County, *urns: int) -> object:
    assert rule.value is not None
    return rule.value(federation(county, urns))


def kept(*rolls: int, ids: str, apart: int = 3_000, **properties: object) -> County:
    """A county on a line of schools with federation ids, "-" for none."""
    made = [
        row(120001 + k, roll, apart * k, federation=None if one == "-" else one, **properties)
        for k, (roll, one) in enumerate(zip(rolls, ids, strict=True))
    ]
    return county_of(schools_of(*made), policy_of("neighbours.link_at_most=90"))


def test_schools_bounds_the_number_on_both_sides(county: County) -> None:
    rule = rules.schools(at_least=3, at_most=4)
    assert [holds(rule, county, *county.urns[:k]) for k in (2, 3, 4, 5)] == [
        False, True, True, False,
    ]  # fmt: skip
    assert value(rule, county, ASH, ELM) == 2
    assert rule.limit(federation(county, [ASH, ELM])) == {"at_least": 3, "at_most": 4}


def test_a_pair_is_the_least_federation_whatever_the_policy(county: County) -> None:
    rule = rules.schools(at_least=0, at_most=4)
    assert not holds(rule, county, ASH)
    assert holds(rule, county, ASH, ELM)


@pytest.mark.parametrize(("grow", "most"), [(0, 4), (1, 4), (2, 5), (3, 6)])
def test_a_kept_federation_may_grow_by_so_many(grow: int, most: int) -> None:
    """A block of three: the bound is the largest of 4 and 3 with its growth; without one, 4."""
    county = kept(*[40] * 7, ids="KKK----")
    rule = rules.schools(at_most=4, existing_may_grow_by=grow)
    urns = county.urns.tolist()
    assert [k for k in range(3, 8) if holds(rule, county, *urns[:k])] == list(range(3, most + 1))
    assert not holds(rule, kept(*[40] * 7, ids="-------"), *urns[:5])
    assert rule.limit(federation(county, urns[:3]))["at_most"] == most


def test_of_two_kept_federations_the_larger_counts() -> None:
    """Blocks of two and five: 5 and 1 is six, so all seven are too many, five and one not."""
    county = kept(*[40] * 8, ids="JJKKKKK-")
    rule = rules.schools(at_most=4, existing_may_grow_by=1)
    assert not holds(rule, county, *county.urns[:7])
    assert holds(rule, county, *county.urns[2:8])
    wide = rules.schools(at_most=4, existing_may_grow_by=2)
    assert holds(wide, county, *county.urns[:7])


def test_for_the_small_asks_for_one_below_a_hundred(county: County) -> None:
    rule = rules.for_the_small()
    other = kept(99, 100, 420, ids="---")
    assert holds(rule, other, 120001, 120002)
    assert not holds(rule, other, 120002, 120003)
    assert holds(rule, county, ASH, DALE)
    assert value(rule, county, *county.urns) == 4


def test_longest_journey_at_its_bound(county: County) -> None:
    """Ash and Dale are 26.2 minutes apart."""
    assert holds(rules.longest_journey(at_most=Fraction("26.2")), county, ASH, BEECH, DALE)
    below = rules.longest_journey(at_most=26.1)
    assert not holds(below, county, ASH, BEECH, DALE)
    assert holds(below, county, ASH, CEDAR)
    assert value(below, county, ASH, BEECH, DALE) == 26.2
    assert holds(rules.longest_journey(at_most=Fraction("26.29")), county, ASH, DALE)


def test_a_pair_without_a_journey_is_not_near(village: object) -> None:
    county = county_of(village, journeys=from_pairs({(ASH, BEECH): 10}))
    rule = rules.longest_journey(at_most=10**6)
    assert holds(rule, county, ASH, BEECH)
    assert not holds(rule, county, ASH, BEECH, CEDAR)
    assert value(rule, county, ASH, BEECH, CEDAR) is None


def test_pairs_inside_a_kept_federation_are_not_judged() -> None:
    """37 miles, two authorities and a refused ethos inside a block: only new pairs count."""
    far = schools_of(
        row(120001, 40, 0, federation="K", local_authority="Suffolk"),
        row(120002, 40, 60_000, 0, federation="K", religious_character="Jewish"),
        row(120003, 40, 62_000),
        row(120004, 40, 900, local_authority="Suffolk"),
    )
    county = county_of(far)
    for rule in (rules.longest_journey(), rules.ethos(), rules.one_authority()):
        assert holds(rule, county, 120001, 120002), rule.name
        assert not holds(rule, county, 120001, 120002, 120003), rule.name
    assert value(rules.longest_journey(), county, 120001, 120002) is None
    assert value(rules.one_authority(), county, 120001, 120002, 120004) == 1
    free = county_of(far, policy_of("take_part.existing=free"))
    assert not holds(rules.longest_journey(), free, 120001, 120002)
    assert holds(rules.connected(), county, 120001, 120002, 120003, 120004)
    assert not holds(rules.connected(), free, 120001, 120002, 120003, 120004)


def test_connected_asks_for_links_among_the_members(county: County) -> None:
    """Ash and Dale are no link (26.2); through Beech or Cedar they are joined; Elm never is."""
    rule = rules.connected()
    assert not holds(rule, county, ASH, DALE)
    assert holds(rule, county, ASH, BEECH, DALE)
    assert not holds(rule, county, ASH, BEECH, CEDAR, DALE, ELM)
    assert value(rule, county, ASH, DALE, ELM) == 3


def test_ethos_default_strict_and_open(village: object) -> None:
    """Church with community: with consent, so not under strict; controlled with aided is strict."""
    county = county_of(village)
    default, strict, free = (rules.ethos(policy=p) for p in ("default", "strict", "open"))
    for rule, expected in ((default, True), (strict, False), (free, True)):
        assert holds(rule, county, ASH, BEECH) == expected
        assert holds(rule, county, BEECH, DALE), "0.15 is at the strict bound"
    catholic = {"religious_character": "Roman Catholic", "type": "Voluntary aided school"}
    pair = county_of(schools_of(row(ASH, 40, 0), row(BEECH, 40, 900, **catholic)))
    assert [holds(rule, pair, ASH, BEECH) for rule in (default, strict, free)] == [
        False, False, True,
    ]  # fmt: skip
    assert value(strict, county, ASH, BEECH, CEDAR, DALE) == 4


def test_one_authority_and_unknown_ones() -> None:
    county = county_of(
        schools_of(
            row(ASH, 40, 0),
            row(BEECH, 40, 900),
            row(CEDAR, 40, 1_800, local_authority="Suffolk"),
            row(DALE, 40, 2_700, local_authority=None),
            row(ELM, 40, 3_600, local_authority=None),
        )
    )
    rule = rules.one_authority()
    assert holds(rule, county, ASH, BEECH)
    assert not holds(rule, county, ASH, CEDAR)
    assert not holds(rule, county, ASH, DALE)
    assert not holds(rule, county, DALE, ELM), "an unknown authority is shared with nobody"
    assert value(rule, county, ASH, BEECH, CEDAR) == 2


@pytest.mark.parametrize(
    ("bounds", "expected"),
    [
        ({"at_least": 130}, True),
        ({"at_least": Fraction("130.0001")}, False),
        ({"at_most": 130}, True),
        ({"at_most": 129.9}, False),
        ({"at_least": 0, "at_most": 600}, True),
    ],
)
def test_combined_roll_at_its_bounds(county: County, bounds: dict, expected: bool) -> None:
    """Ash and Beech have 130 pupils."""
    rule = rules.combined_roll(**bounds)
    assert holds(rule, county, ASH, BEECH) == expected
    assert value(rule, county, ASH, BEECH) == 130


def test_combined_budget_at_its_bound(county: County) -> None:
    """The very share of the balance is allowed; a millionth of a millionth more is not."""
    one = federation(county, [ASH, BEECH])
    books = ledger(county, Fraction(0))
    share = int(books.hard_balance(one)[0]) / books.income(one, 0)
    assert holds(rules.combined_budget(at_least=share), county, ASH, BEECH)
    above = rules.combined_budget(at_least=share + Fraction(1, 10**12))
    assert not holds(above, county, ASH, BEECH)
    assert value(above, county, ASH, BEECH) == float(round(share, 6))
    assert not holds(rules.combined_budget(at_least=2), county, ASH, BEECH)


def test_combined_budget_knows_no_grant(village: object) -> None:
    poor, rich = (
        county_of(village, policy_of(f"budget.federation_grant={grant}")) for grant in (0, 10**9)
    )
    rule = rules.combined_budget(at_least=2)
    assert not holds(rule, rich, ASH, BEECH)
    assert value(rule, rich, ASH, BEECH) == value(rule, poor, ASH, BEECH)


def test_apart_and_together(county: County) -> None:
    """A lock of three apart is every pair of it; together is all of it or none."""
    apart = rules.apart(((ASH, CEDAR, ELM), (ASH, 999999)))
    assert holds(apart, county, ASH, BEECH, DALE)
    assert not holds(apart, county, CEDAR, BEECH, ELM)
    assert value(apart, county, *county.urns) == 3
    together = rules.together(((ASH, CEDAR),))
    assert holds(together, county, ASH, BEECH, CEDAR)
    assert holds(together, county, BEECH, DALE)
    assert not holds(together, county, ASH, BEECH)
    assert value(together, county, ASH, BEECH) == 1


SHIPPED = (
    rules.schools(at_most=4),
    rules.for_the_small(),
    rules.longest_journey(at_most=20),
    rules.connected(),
    *(rules.ethos(policy=p) for p in ("default", "strict", "open")),
    rules.one_authority(),
    rules.combined_roll(at_least=60, at_most=240),
    rules.combined_budget(at_least=Fraction("0.02")),
    rules.apart(((1, 2),)),
    rules.together(((1, 2),)),
)


def test_hereditary_rules_are_broken_by_every_superset() -> None:
    """All sets of eight schools, with and without kept federations, each superset by one."""
    broken = dict.fromkeys((r.sentence for r in SHIPPED if r.hereditary), 0)
    for seed in range(6):
        rng = random.Random(seed)
        ids = [None, None, "K", "L"] if seed % 2 else [None]
        rows = [
            row(r.properties["urn"], r.properties["roll"], rng.randrange(20_000), 0,
                **{k: v for k, v in r.properties.items() if k not in ("urn", "roll")},
                federation=rng.choice(ids))
            for r in random_rows(rng, 8)
        ]  # fmt: skip
        county = county_of(schools_of(*rows), policy_of())
        locks = (tuple(county.urns[:2].tolist()), tuple(county.urns[4:7].tolist()))
        f = every_set(county, 2)
        sets = [frozenset(i for i in line if i >= 0) for line in f.members.tolist()]
        for rule in (*SHIPPED[:-2], rules.apart(locks)):
            if not rule.hereditary:
                continue
            fine = dict(zip(sets, rule.allows(f).tolist(), strict=True))
            for held in sets:
                if not fine[held]:
                    broken[rule.sentence] += 1
                    for more in set(range(len(county))) - held:
                        assert not fine[held | {more}], (rule.name, held, more)
    unbroken = {sentence for sentence, count in broken.items() if not count}
    assert unbroken == {"any ethos with any"}


def test_rules_that_are_not_hereditary_can_be_mended() -> None:
    """Otherwise they would prune, and say so: each has a set refused whose superset is allowed."""
    county = county_of(schools_of(*random_rows(random.Random(9), 9)), policy_of())
    f = every_set(county, 2, 5)
    sets = [frozenset(i for i in line if i >= 0) for line in f.members.tolist()]
    lock = tuple(county.urns[:2].tolist())
    mended = (
        rules.schools(at_least=3), rules.for_the_small(), rules.connected(),
        rules.combined_roll(at_least=60), rules.combined_budget(at_least=Fraction("0.02")),
        rules.together((lock,)),
    )  # fmt: skip
    for rule in mended:
        assert not rule.hereditary
        fine = dict(zip(sets, rule.allows(f).tolist(), strict=True))
        assert any(
            not fine[held] and fine[more]
            for held in sets
            for more in (held | {i} for i in range(len(county)))
            if more in fine
        ), rule.name


def test_a_rule_on_a_table_is_the_rule_row_by_row() -> None:
    county = county_of(schools_of(*random_rows(random.Random(8), 8)), policy_of())
    f = every_set(county, 2, 5)
    for rule in SHIPPED:
        whole = np.asarray(rule.allows(f))
        assert whole.dtype == np.bool_
        assert whole.shape == (len(f),)
        for at in range(0, len(f), 7):
            one = table(county, [[int(i) for i in f.members[at] if i >= 0]])
            assert rule.allows(one).tolist() == [whole[at]], rule.name


def test_rules_of_pairs_are_the_conjunction_of_their_pairs() -> None:
    county = county_of(schools_of(*random_rows(random.Random(10), 8)), policy_of())
    f = every_set(county, 2, 4)
    for rule in SHIPPED:
        if rule.pairs is None:
            continue
        allowed = rule.pairs(county)
        for at, fine in enumerate(rule.allows(f).tolist()):
            held = [int(i) for i in f.members[at] if i >= 0]
            assert fine == all(allowed[pair] for pair in combinations(held, 2))


def test_a_refusal_names_the_rule_and_its_figure(county: County) -> None:
    """The same objects answer "why not these?"."""
    said = policy_of().refusals(federation(county, [ASH, ELM]))
    assert len(said) == 2
    assert "every journey at most 30 minutes (found 66.6)" in said[0]
    assert "links" in said[1]
    assert policy_of().refusals(federation(county, [ASH, BEECH])) == ()
    odd = Rule(sentence="an odd number of pupils", allows=lambda f: f.sum("roll") % 2 == 1)
    with_odd = policy_of().with_rule(odd)
    one: Federations = federation(county, [ASH, BEECH])
    assert with_odd.refusals(one) == ("rule not met: an odd number of pupils",)
