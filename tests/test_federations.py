"""The one table against plain Python and networkx: sums, trees, pieces, padding."""

from __future__ import annotations

import random
from itertools import combinations

import networkx as nx
import numpy as np
import pytest

from grouping.world.county import METRES_BITS, NO_JOURNEY, NOWHERE, County
from grouping.world.federations import EMPTY, Federations, federation, table
from grouping.world.journeys import NONE, from_pairs
from villages import county_of, every_set, policy_of, random_rows, row, schools_of


def random_county(seed: int, *settings: str) -> County:
    """Nine schools with journeys of a few tenths only (many ties), some absent, some federated."""
    rng = random.Random(seed)
    rows = random_rows(rng, 9)
    rows = [
        row(r.properties["urn"], r.properties["roll"], rng.randrange(3) * 500, 0,
            **{k: v for k, v in r.properties.items() if k not in ("urn", "roll")},
            federation=rng.choice([None, None, "P", "Q"]))
        for r in rows
    ]  # fmt: skip
    schools = schools_of(*rows)
    pairs = {
        (a, b): rng.choice([31, 31, 40, 57, 180, 250])
        for a, b in combinations(schools.urns.tolist(), 2)
        if rng.random() < 0.8
    }
    return county_of(schools, policy_of(*settings), from_pairs(pairs))


COUNTIES = [random_county(seed, "neighbours.link_at_most=5") for seed in range(4)]


def members_of(f: Federations, at: int) -> list[int]:
    return [int(i) for i in f.members[at] if i != EMPTY]


@pytest.mark.parametrize("county", COUNTIES)
def test_columns_against_plain_python(county: County) -> None:
    f = every_set(county, 1, 5)
    rolls, sums, largest = county.rolls.tolist(), f.sum("roll"), f.largest("roll")
    free = f.sum(county.rolls / 2)
    for at in range(len(f)):
        held = members_of(f, at)
        assert sums[at] == sum(rolls[i] for i in held)
        assert largest[at] == max(rolls[i] for i in held)
        assert free[at] == sum(rolls[i] / 2 for i in held)
        assert f.size[at] == len(held)
    for column in ("diocese", "type", "partnership", "local_authority"):
        found = f.distinct(column)
        for at in range(len(f)):
            values = {getattr(s, column) for s in f.schools(at)} - {None}
            assert found[at] == len(values), column
    ethoses = f.distinct("ethos")
    for at in range(len(f)):
        assert ethoses[at] == len({county.creeds.ethoses[i] for i in members_of(f, at)})


@pytest.mark.parametrize("county", COUNTIES)
def test_pairs_against_plain_python(county: County) -> None:
    f = every_set(county, 1, 4)
    marked = county.pairs.penalty > 40
    counted, summed = f.count_pairs(marked), f.sum_pairs(county.pairs.penalty)
    every, minutes, metres = f.every_pair(marked), f.pairs("minutes"), f.pairs("metres")
    for at in range(len(f)):
        pairs = list(combinations(members_of(f, at), 2))
        tenths = [int(county.tenths[p]) for p in pairs]
        assert counted[at] == sum(bool(marked[p]) for p in pairs)
        assert summed[at] == sum(int(county.pairs.penalty[p]) for p in pairs)
        assert every[at] == all(marked[p] or county.together_today[p] for p in pairs)
        known = sorted(t / 10 for t in tenths if t != NONE)
        assert sorted(minutes[at][~np.isnan(minutes[at])]) == known
        assert np.isnan(metres[at]).sum() == metres.shape[1] - len(pairs)
        assert f.longest_journey[at] == (np.inf if NONE in tenths else max(known, default=0))


@pytest.mark.parametrize("county", COUNTIES)
def test_trees_weigh_what_networkx_says(county: County) -> None:
    """By minutes, then metres, a pair with no journey last; each tree joins all its schools."""
    f = every_set(county, 2, 6)
    for at in range(len(f)):
        held = members_of(f, at)
        graph = nx.Graph()
        for i, j in combinations(held, 2):
            tenths, metres = int(county.tenths[i, j]), int(county.metres[i, j])
            key = ((NO_JOURNEY if tenths == NONE else tenths) << METRES_BITS) + metres
            graph.add_edge(i, j, key=key, tenths=tenths, metres=metres)
        slow = nx.minimum_spanning_tree(graph, weight="key")
        edges = [k for k in range(f.width - 1) if f.tree.one[at, k] != EMPTY]
        ends = [(int(f.tree.one[at, k]), int(f.tree.other[at, k])) for k in edges]
        found = [(int(f.tree.tenths[at, k]), int(f.tree.metres[at, k])) for k in edges]
        expected = [(d["tenths"], d["metres"]) for _, _, d in slow.edges(data=True)]
        assert sorted(found) == sorted(expected)
        quick = [key for key in f.tree_keys[at].tolist() if key != NOWHERE]
        assert sorted(quick) == sorted(d["key"] for _, _, d in slow.edges(data=True))
        assert f.tree_tenths[at].tolist().count(-1) == f.width - 1 - len(edges)
        assert found == [(int(county.tenths[e]), int(county.metres[e])) for e in ends]
        assert nx.is_tree(nx.Graph(ends))
        assert set(nx.Graph(ends)) == set(held)
        assert f.tree_metres[at] == sum(m for _, m in expected)
        assert f.tree_metres[at] * county.detour / 1609.344 == pytest.approx(f.tree_miles[at])
        assert float(county.tree_miles(held)) == pytest.approx(f.tree_miles[at])


@pytest.mark.parametrize("county", COUNTIES)
def test_pieces_are_what_networkx_says(county: County) -> None:
    graph = nx.from_numpy_array(county.linked)
    f = every_set(county, 1, 6)
    slow = [nx.number_connected_components(graph.subgraph(members_of(f, k))) for k in range(len(f))]
    assert f.pieces.tolist() == slow
    assert {1, 2} < set(slow)


@pytest.mark.parametrize("county", COUNTIES)
def test_the_largest_kept_federation_held(county: County) -> None:
    f = every_set(county, 1, 4)
    for at in range(len(f)):
        blocks = [len(b) for b in county.blocks() if set(b) & set(members_of(f, at))]
        assert f.largest_block[at] == max(blocks, default=0)
    free = random_county(1, "take_part.existing=free")
    assert not every_set(free, 1, 3).largest_block.any()


@pytest.mark.parametrize("county", COUNTIES[:2])
def test_padding_changes_nothing(county: County) -> None:
    f = every_set(county, 2, 4)
    padded = np.pad(f.members, ((0, 0), (0, 3)), constant_values=EMPTY)
    wide = Federations(county, padded)
    for name in ("size", "longest_journey", "tree_metres", "pieces", "largest_block"):
        assert np.array_equal(getattr(f, name), getattr(wide, name)), name
    assert np.array_equal(f.sum("roll"), wide.sum("roll"))
    assert np.array_equal(f.distinct("ethos"), wide.distinct("ethos"))
    assert wide.urns(7) == f.urns(7)


def test_a_federation_is_named_by_urns_in_any_order(village: object) -> None:
    county = county_of(village)
    one = federation(county, [120003, 120001])
    assert one.urns() == (120001, 120003)
    assert [s.name for s in one.schools()] == ["Ash", "Cedar"]
    with pytest.raises(KeyError):
        federation(county, [120001, 999999])


def test_rows_are_taken_by_place_or_by_flag(village: object) -> None:
    f = every_set(county_of(village), 2, 2)
    assert f.take([3, 0]).members.tolist() == [f.members[3].tolist(), f.members[0].tolist()]
    assert len(f.take(f.sum("roll") > 150)) == int((f.sum("roll") > 150).sum()) == 3
    assert f.each(lambda schools: sum(s.roll for s in schools)).tolist() == f.sum("roll").tolist()


def test_an_empty_table_has_columns_of_no_rows(village: object) -> None:
    nothing = table(county_of(village), [])
    assert len(nothing) == 0
    assert nothing.sum("roll").tolist() == nothing.pieces.tolist() == []
    assert nothing.tree_metres.tolist() == nothing.distinct("ethos").tolist() == []


def test_unknown_money_is_not_a_number_never_nothing() -> None:
    pair = schools_of(row(120001, 40, 0, income=5), row(120002, 40, 900))
    assert np.isnan(every_set(county_of(pair)).sum("income")).all()
