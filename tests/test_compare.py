"""Two plans side by side: what is said of A against B, turned, is what is said of B against A."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from every_plan import counties
from grouping.answers import compare as words
from grouping.answers.compare import Comparison, Move, Overlap, Pair, compare
from grouping.answers.judged import judged
from grouping.answers.told import Told, told
from grouping.engine import propose
from grouping.errors import InputRefused
from traceable import untraceable
from villages import policy_of, row, schools_of

TURNED = {
    words.JOINS: words.LEAVES, words.LEAVES: words.JOINS, words.ONLY_A: words.ONLY_B,
    words.ONLY_B: words.ONLY_A, words.GROWN: words.SHRUNK, words.SHRUNK: words.GROWN,
}  # fmt: skip


def pairs(first: int) -> Iterator[tuple[Told, Told]]:
    """Two plans of one county, and two of different counties, policies and schools."""
    last = None
    for seed, solved, every in counties(first, 40, crowded=False):
        rng = random.Random(seed)
        seen = solved.plan.survey
        one, other = (told(judged(seen, rng.choice(every.plans))) for _ in "ab")
        yield one, other
        yield told(solved.plan), one
        if last is not None:
            yield last, one
        last = other


def turned(pair: Pair) -> Pair:
    return Pair(pair.name, pair.b, pair.a)


@pytest.mark.parametrize("first", [0, 80, 120])
def test_turned_it_is_the_comparison_the_other_way(first: int) -> None:
    kinds = set()
    for a, b in pairs(first):
        there, back = compare(a, b), compare(b, a)
        assert back.moves == tuple(
            Move(m.urn, TURNED.get(m.kind, m.kind), m.partners_b, m.partners_a, m.why_not)
            for m in there.moves
        )
        assert (back.same, set(back.only_a), set(back.only_b)) == (
            back.same, set(there.only_b), set(there.only_a),
        )  # fmt: skip
        assert set(back.same) == set(there.same)
        assert set(back.overlaps) == {
            Overlap(o.b, o.a, o.shared, TURNED.get(o.relation, o.relation)) for o in there.overlaps
        }
        for name in ("stages", "terms"):
            ahead, reverse = getattr(there, name), getattr(back, name)
            assert reverse == tuple(turned(pair) for pair in ahead)
            assert [p.difference for p in reverse] == [-p.difference for p in ahead]
        assert back.cost.difference == -there.cost.difference
        assert (back.books_a, back.books_b) == (there.books_b, there.books_a)
        assert back.weighed_otherwise == there.weighed_otherwise
        kinds |= {move.kind for move in there.moves}
    assert kinds == {
        words.SAME, words.JOINS, words.LEAVES, words.CHANGES, words.ONLY_A, words.ONLY_B,
    }  # fmt: skip


@pytest.mark.parametrize("first", [160, 200])
def test_what_differs_turns_a_into_b_and_adds_up(first: int) -> None:
    asked = 0
    for a, b in pairs(first):
        found = compare(a, b)
        made = (set(a.facts) - set(found.only_a)) | set(found.only_b)
        assert made == set(b.facts)
        home = dict(a.home)
        for move in found.moved:
            if move.partners_b is None:
                del home[move.urn]
            else:
                home[move.urn] = move.partners_b
        assert home == b.home
        assert sum(pair.difference for pair in found.terms) == found.cost.difference
        assert sum(pair.b or 0 for pair in found.terms) == b.stages["cost"]
        assert sum(pair.a or 0 for pair in found.terms) == a.stages["cost"]
        assert untraceable(found.document()) == []
        asked += 1
    assert asked >= 40


def test_a_plan_and_itself() -> None:
    for _, solved, _ in counties(0, 10):
        found = compare(solved.plan, solved.plan)
        assert found.moved == []
        assert (found.only_a, found.only_b, found.overlaps, found.repriced) == ((), (), (), ())
        assert "No term differs in points." in found.sentences


def village(**beech: str) -> Comparison:
    """Ash with Beech; then all three: B takes in Cedar, and the journey weighs double."""
    rows = [
        row(120001, 40, 0, name="Ash"),
        row(120002, 90, 5_000, name="Beech"),
        row(120003, 60, 10_000, name="Cedar", **beech),
    ]
    two = propose(schools_of(*rows), policy_of("locks.federations=[[120001,120002]]"))
    three = policy_of("locks.federations=[[120001,120002,120003]]", "terms.journey.weight=40")
    return compare(two, propose(schools_of(*rows), three))


def test_by_hand_a_federation_grows() -> None:
    found = village()
    assert found.only_a == ("120001-120002",)
    assert found.only_b == ("120001-120002-120003",)
    assert [o.relation for o in found.overlaps] == [words.GROWN]
    assert [m.urn for m in found.of_kind(words.JOINS)] == [120003]
    assert found.weighed_otherwise == ("journey",)
    journey = next(pair for pair in found.terms if pair.name == "journey")
    assert (journey.a, journey.b) == (10_100, 40_400)  # 10.1 of 20 minutes: once at 20, twice at 40
    said = "\n".join(found.sentences)
    assert "In A only: Ash (120001) and Beech (120002) (grown in B)." in said
    assert "The term is set otherwise in B, so the points are not of one kind: journey." in said
    assert "Alone in A, with partners in B: Cedar (120003)." in said


def test_other_forms_other_schools_and_prices() -> None:
    rows = [row(120001, 40, 0, name="Ash"), row(120002, 90, 5_000, name="Beech")]
    more = [*rows, row(120003, 60, 40_000, name="Cedar")]
    hard = propose(schools_of(*rows), policy_of())
    pairs_ = propose(schools_of(*more), policy_of(base="shared-business-manager"))
    found = compare(hard, pairs_)
    said = "\n".join(found.sentences)
    assert "they cost other things" in said
    assert "Cedar (120003) takes part in B only; in A it does not: not in the schools file." in said
    assert found.books_b is None
    priced = propose(schools_of(*more), policy_of("alone.small=7"))
    found = compare(hard, priced)
    assert next(pair for pair in found.terms if pair.name == words.PRICED).b == 7_000
    assert "small schools alone are priced in points" in "\n".join(found.sentences)
    shrunk = policy_of("terms.leadership.roll_change=0")
    apart = compare(hard, propose(schools_of(*rows), shrunk))
    assert not apart.comparable_books
    assert "not put side by side" in "\n".join(apart.sentences)


def test_no_plan_cannot_be_compared() -> None:
    rows = schools_of(row(120001, 40, 0))
    none = propose(rows, policy_of("limits.federations.at_least=9"))
    with pytest.raises(InputRefused, match='its status is "infeasible"'):
        compare(none, propose(rows, policy_of()))
