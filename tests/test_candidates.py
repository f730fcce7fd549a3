"""The table of candidates against every subset asked one by one, on random small counties."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from grouping.errors import CapReached
from grouping.policy.survey import Survey, survey
from grouping.policy.words import Policy, Rule
from grouping.search import growth, places
from grouping.search.candidates import grow, price
from grouping.world import federations
from grouping.world.federations import EMPTY, Federations, federation, table
from grouping.world.schools import Schools
from villages import policy_of, random_rows, row, schools_of

MANY = 10**6


def slow(seen: Survey) -> set[tuple[int, ...]]:
    """Every set of two or more that the page allows: rules, whole blocks, locks."""
    county, policy = seen.county, seen.policy
    blocks = [set(held) for held in county.blocks()]
    locks = policy.locks
    fixed = [{county.position(urn) for urn in urns} for urns in locks.federations]
    together = [{county.position(urn) for urn in urns} for urns in locks.together]
    apart = [{county.position(u) for u in urns if u in county.urns} for urns in locks.apart]
    every = range(len(county))
    found = set()
    for size in range(2, len(county) + 1):
        for held in combinations(every, size):
            whole = set(held)
            if whole in blocks or whole in fixed:
                free = True
            else:
                free = not any(whole & block and not block <= whole for block in blocks)
                free = free and all(rule.allows(table(county, [held]))[0] for rule in policy.rules)
                free = free and not any(len(whole & lock) > 1 for lock in apart)
            free = free and not any(whole & lock and whole != lock for lock in fixed)
            free = free and not any(whole & lock and not lock <= whole for lock in together)
            if free:
                found.add(held)
    return found


def grown(seen: Survey, at_most: int = MANY) -> set[tuple[int, ...]]:
    found = grow(seen.county, seen.policy, at_most=at_most)
    rows = trimmed(found)
    assert all(list(held) == sorted(set(held)) for held in rows), "ascending, no school twice"
    assert len(rows) == len(set(rows)), "each once"
    return set(rows)


def trimmed(found: Federations) -> list[tuple[int, ...]]:
    return [tuple(i for i in line if i != EMPTY) for line in found.members.tolist()]


def random_schools(rng: random.Random, kept: bool, side: int = 20_000) -> Schools:
    """Five to nine schools in a square, one big one now and then, some in federations today."""
    rows = random_rows(rng, rng.randint(5, 9))
    ids = [None, None, "K", "L"] if kept else [None]
    places = [(rng.randrange(side), rng.randrange(side // 3)) for _ in rows]
    return schools_of(
        *[
            row(r.properties["urn"], rng.choice([r.properties["roll"], 60, 60, 500]), *place,
                **{k: v for k, v in r.properties.items() if k not in ("urn", "roll")},
                federation=rng.choice(ids))
            for r, place in zip(rows, places, strict=True)
        ]
    )  # fmt: skip


SETTINGS: dict[str, tuple[str, ...]] = {
    "as shipped": (),
    "not connected": ("rules.connected=false",),
    "sparse links": ("neighbours.kind=gabriel", "neighbours.link_at_most=12"),
    "any number of schools": ("rules.schools=false",),
    "any school": ("rules.for_the_small=false",),
    "no rules": tuple(
        f"rules.{name}=false"
        for name in (
            "schools", "for_the_small", "longest_journey", "connected", "ethos", "one_authority",
        )
    ),
    "only for the small": ("rules.connected=false", "rules.ethos=false", "rules.schools=false"),
    "three at least": ("rules.schools={at_least=3, at_most=3}",),
    "wide": ("rules.ethos.policy=open", "rules.one_authority=false", "rules.schools.at_most=6"),
    "may not grow": ("take_part.existing_may_grow_by=0", "rules.schools.at_most=3"),
    "may grow by two": ("take_part.existing_may_grow_by=2", "rules.schools.at_most=2"),
    "budgets": (
        "rules.combined_budget={at_least=0.05}", "rules.combined_roll={at_least=90, at_most=350}",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("name", SETTINGS)
def test_candidates_are_all_subsets_the_rules_allow(name: str, kept: bool) -> None:
    sizes: set[int] = set()
    for seed in range(6):
        rng = random.Random(f"{name} {kept} {seed}")
        seen = survey(random_schools(rng, kept), policy_of(*SETTINGS[name]))
        found = grown(seen)
        assert found == slow(seen), seed
        sizes |= {len(held) for held in found}
    assert sizes, "some county has candidates"


def test_kept_federations_grow_join_and_may_be_larger_than_any_bound() -> None:
    """Blocks of five and of two among near schools: alone, grown by one, both together."""
    rows = [row(120001 + k, 40, 800 * k, federation="KKKKKLL---"[k].strip("-")) for k in range(10)]
    seen = survey(schools_of(*rows), policy_of("rules.schools.at_most=7"))
    found = grown(seen)
    assert found == slow(seen)
    assert {(0, 1, 2, 3, 4), (5, 6), (0, 1, 2, 3, 4, 7), (0, 1, 2, 3, 4, 5, 6)} < found
    tight = survey(schools_of(*rows), policy_of("rules.schools.at_most=2"))
    assert grown(tight) == slow(tight)
    assert (0, 1, 2, 3, 4, 9) in grown(tight)
    assert (0, 1, 2, 3, 4, 5, 6) not in grown(tight)


def test_a_kept_federation_is_a_candidate_whatever_it_breaks() -> None:
    """Seven large schools of two faiths, 40 km apart, below every bound: still a candidate."""
    faith = ("Jewish", "Roman Catholic")
    rows = [
        row(120001 + k, 300, 6_000 * k, federation="K", religious_character=faith[k % 2])
        for k in range(7)
    ]
    seen = survey(schools_of(*rows), policy_of())
    assert grown(seen) == {tuple(range(7))}
    assert seen.policy.refusals(federation(seen.county, seen.county.urns.tolist()))


@pytest.mark.parametrize("kept", [False, True])
def test_locks_take_out_and_fixed_federations_stand(kept: bool) -> None:
    fixed_broken = tried = 0
    for seed in range(70 if kept else 15):
        rng = random.Random(f"locks {kept} {seed}")
        schools = random_schools(rng, kept, 12_000)
        plain = survey(schools, policy_of())
        county = plain.county
        free = [int(u) for u, b in zip(county.urns, county.block, strict=True) if b < 0]
        if len(free) < 5:
            continue
        rng.shuffle(free)
        joined = rng.choice([free[1], *(int(u) for u in county.urns if u not in free)])
        settings = [f"locks.federations=[{free[3 : rng.choice([5, 6])]}]"]
        if seed % 3:
            settings.append(f"locks.together=[[{free[0]}, {joined}]]")
        if seed % 2:
            settings.append(f"locks.apart=[[{free[0]}, {free[2]}, {free[3]}]]")
        seen = survey(schools, policy_of(*settings))
        found = grown(seen)
        assert found == slow(seen), settings
        fixed = federation(seen.county, seen.policy.locks.federations[0])
        assert tuple(fixed.members[0].tolist()) in found
        fixed_broken += bool(seen.policy.refusals(fixed))
        tried += 1
    assert tried > 5
    assert fixed_broken, "some fixed federation breaks rules, and is a candidate all the same"


ODD = Rule(sentence="odd", allows=lambda f: f.sum("roll") % 2 == 1)
LIGHT = Rule(sentence="at most 250 pupils", allows=lambda f: f.sum("roll") <= 250, hereditary=True)
SLOW = Rule(
    sentence="no two schools of one head",
    allows=lambda f: f.each(lambda schools: len({s.head for s in schools}) == len(schools)) > 0,
    hereditary=True,
)


@pytest.mark.parametrize("rules", [(ODD,), (LIGHT,), (SLOW, ODD), (LIGHT, SLOW)])
@pytest.mark.parametrize("kept", [False, True])
def test_rules_from_python_prune_or_only_judge(rules: tuple[Rule, ...], kept: bool) -> None:
    """A hereditary one prunes while growing, any other is asked of what has grown."""
    for seed in range(5):
        policy: Policy = policy_of("rules.schools.at_most=5")
        for rule in rules:
            policy = policy.with_rule(rule)
        seen = survey(random_schools(random.Random(seed), kept), policy)
        if kept:  # a block that breaks a rule is a candidate, and may not be pruned by it
            blocks = table(seen.county, seen.county.blocks())
            if not all(rule.allows(blocks).all() for rule in rules):
                seen = replace(seen, county=replace(seen.county, block=seen.county.block * 0 - 1))
        assert grown(seen) == slow(seen)


@pytest.mark.parametrize("piece", [1, 3, 7])
def test_working_in_pieces_changes_nothing(piece: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of a few rows, as with millions, give the same table and the same prices."""
    seen = survey(
        random_schools(random.Random(16), kept=True), policy_of("rules.schools.at_most=5")
    )
    whole = grow(seen.county, seen.policy, at_most=MANY)
    cost = price(whole, seen.policy)
    monkeypatch.setattr(growth, "CHUNK", piece)
    monkeypatch.setattr(federations, "PIECE", piece)
    again = grow(seen.county, seen.policy, at_most=MANY)
    assert np.array_equal(whole.members, again.members)
    assert np.array_equal(price(again, seen.policy), cost)


def test_sets_of_many_schools_are_told_apart() -> None:
    """Sixteen schools on one spot, no bound on size: 2^16 - 1 - 16 sets, past one word."""
    rows = [row(120001 + k, 40, 10 * k) for k in range(16)]
    seen = survey(schools_of(*rows), policy_of("rules.schools=false"))
    assert len(grow(seen.county, seen.policy, at_most=MANY)) == 2**16 - 1 - 16


def test_the_cap_stops_by_count_and_names_a_rule() -> None:
    """Fourteen schools near each other: C(14, 2) + C(14, 3) + C(14, 4) = 1,456 candidates."""
    rows = [row(120001 + k, 40, 100 * k) for k in range(14)]
    seen = survey(schools_of(*rows), policy_of())
    assert len(grow(seen.county, seen.policy, at_most=1_456)) == 1_456
    with pytest.raises(CapReached, match=r"1,455 candidate(.|\n)*rules\.schools\.at_most"):
        grow(seen.county, seen.policy, at_most=1_455)


def test_the_cap_holds_before_memory_goes() -> None:
    """Sets that no rule prunes but few pass are counted too: growth stops at the cap's spare."""
    rows = [row(120001 + k, 40, 10 * k) for k in range(30)]
    never = Rule(sentence="never", allows=lambda f: f.size < 0)
    seen = survey(schools_of(*rows), policy_of("rules.schools=false").with_rule(never))
    with pytest.raises(CapReached):
        grow(seen.county, seen.policy, at_most=2_000)


def test_no_schools_and_one_school_have_no_candidates() -> None:
    for status in ("Open", "Closed"):
        seen = survey(schools_of(row(120001, 40, 0, status=status)), policy_of())
        assert grown(seen) == set()


def test_the_village_by_hand(village: Schools) -> None:
    """All sets of the first four but Ash and Dale, who have no link: ten; Elm is in none."""
    found = grown(survey(village, policy_of()))
    every = {held for k in (2, 3, 4) for held in combinations(range(4), k)}
    assert found == every - {(0, 3)}


@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("settings", list(SETTINGS.values()), ids=list(SETTINGS))
def test_place_by_place_is_the_whole_county(
    settings: tuple[str, ...], kept: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A county searched as a country is, in places of a few schools, has the same candidates."""
    rng = random.Random(29)
    split = 0
    for _ in range(12):
        seen = survey(random_schools(rng, kept, side=60_000), policy_of(*settings))
        whole = grow(seen.county, seen.policy, at_most=MANY)
        cost = dict(zip(trimmed(whole), price(whole, seen.policy).tolist(), strict=True))
        with monkeypatch.context() as small:
            small.setattr(places, "WHOLE", 2)
            small.setattr(places, "CROWDED", 3)
            small.setattr(federations, "WHOLE", 4)
            again = grow(seen.county, seen.policy, at_most=MANY)
            assert sorted(trimmed(again)) == sorted(cost)
            prices = price(again, seen.policy)
            made = list(places.places(seen.county, seen.policy, seen.county.role > 0, 3))
        split += len(made) > 1
        assert prices.tolist() == [cost[held] for held in trimmed(again)]
    assert split or not any(r.within or r.linked for r in seen.policy.rules)
