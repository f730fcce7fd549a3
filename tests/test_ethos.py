"""Ethos by name, and every line of the pair table, against the problem statement, section 3."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from grouping.files.shipped import figures, the_pair_table
from grouping.world.ethos import (
    ALLOWED,
    CONSENT,
    REFUSED,
    UNIT,
    Creed,
    creed_of,
    ethos_of,
    judge,
    judge_all,
    pair_table,
)
from villages import KINDS, row, schools_of

TABLE = the_pair_table()
FAITHS = ("CE", "CE/METH", "METH")
ETHOSES = (
    "none", "CE", "METH", "RC", "CE/METH", "CE/RC", "christian", "unknown", "other: jewish",
    "other: sikh",
)  # fmt: skip


@pytest.mark.parametrize(
    ("character", "ethos"),
    [
        ("Does not apply", "none"),
        (" NONE ", "none"),
        ("church of ENGLAND", "CE"),
        ("Anglican", "CE"),
        ("Anglican/Church of England", "CE"),
        ("Methodist / Methodist", "METH"),
        ("Methodist", "METH"),
        ("Catholic", "RC"),
        ("Roman Catholic", "RC"),
        ("Church of England/Methodist", "CE/METH"),
        ("Methodist / Anglican", "CE/METH"),
        ("Roman Catholic/Church of England", "CE/RC"),
        ("Church of England/Roman Catholic", "CE/RC"),
        ("Roman Catholic/Anglican", "CE/RC"),
        ("Church of England/Free Church", "christian"),
        ("Church of England/Methodist/United Reform Church/Baptist", "christian"),
        ("Anglican/Evangelical", "christian"),
        ("Christian/Methodist", "christian"),
        ("United Reformed Church", "christian"),
        ("Quaker", "christian"),
        ("Not reported", "unknown"),
        (None, "unknown"),
        ("Jewish", "other: jewish"),
        ("Multi-faith", "other: multi-faith"),
        ("Roman Catholic/Methodist", "other: roman catholic/methodist"),
    ],
)
def test_a_character_has_its_ethos_whatever_the_case(character: str | None, ethos: str) -> None:
    assert ethos_of(character, TABLE) == ethos


def by_the_page(a: Creed, b: Creed) -> tuple[Fraction, int, bool]:
    """Judge a pair straight down the page: the first line that fits."""
    pair = {a.ethos, b.ethos}
    aided = (a.kind == "aided") + (b.kind == "aided")
    if "unknown" in pair and pair <= {"unknown", "none"}:
        penalty, standing = "0.25", ALLOWED
    elif pair == {"none"}:
        one = (a.kind == "community") != (b.kind == "community")
        penalty, standing = ("0.10" if one else "0"), ALLOWED
    elif "none" in pair and pair - {"none"} <= {*FAITHS, "christian"}:
        church = b if a.ethos == "none" else a
        penalty = "0.30" if church.ethos == "METH" else "0.25"
        penalty, standing = ("0.45" if church.kind == "aided" else penalty), CONSENT
    elif len(pair) == 2 and pair <= set(FAITHS):
        penalty, standing = "0.20", CONSENT
    elif len(pair) == 1 and pair <= {*FAITHS, "christian"}:
        penalty, standing = {2: "0.05", 1: "0.15", 0: "0"}[aided], ALLOWED
    elif "christian" in pair and pair - {"christian"} <= set(FAITHS):
        penalty, standing = "0.40", CONSENT
    elif pair == {"RC"}:
        penalty, standing = "0.05", ALLOWED
    elif "CE/RC" in pair and pair <= {"CE", "RC", "CE/RC"}:
        penalty, standing = "0.40", CONSENT
    elif len(pair) == 1 and a.ethos.startswith("other"):
        penalty, standing = "0.05", ALLOWED
    else:
        penalty, standing = "0.90", REFUSED
    differ = None not in (a.diocese, b.diocese) and a.diocese != b.diocese
    whole = Fraction(penalty) + (Fraction("0.15") if differ else 0)
    same = a.ethos == b.ethos != "unknown"
    return whole, standing, same and not differ and whole <= Fraction("0.15")


def test_every_pair_is_judged_as_the_page_says_and_the_same_both_ways() -> None:
    """All ethoses, kinds of school and dioceses, known, unknown and different."""
    creeds = [
        Creed(*one)
        for one in product(ETHOSES, ("community", "aided", "other"), (None, "ely", "norwich"))
    ]
    standings = set()
    for a, b in product(creeds, creeds):
        penalty, standing, strict = judge(a, b, TABLE)
        assert (Fraction(penalty, UNIT), standing, strict) == by_the_page(a, b), (a, b)
        standings.add((standing, strict))
    assert {(ALLOWED, True), (ALLOWED, False), (CONSENT, False), (REFUSED, False)} == standings


@pytest.mark.parametrize(
    ("kind", "character", "counts_as"),
    [
        ("Academy converter", "Does not apply", "community"),
        ("Free schools", "", "community"),
        ("Academy sponsor led", "Roman Catholic", "aided"),
        ("Academy converter", "Church of England", "other"),
        ("Voluntary aided school", "Church of England", "aided"),
        ("Voluntary controlled school", "Church of England", "other"),
        ("Foundation school", "Does not apply", "other"),
        ("Community school", "Does not apply", "community"),
    ],
)
def test_an_academy_counts_as_community_aided_or_controlled(
    kind: str, character: str, counts_as: str
) -> None:
    school = schools_of(row(120001, 60, 0, type=kind, religious_character=character)).rows[0]
    assert creed_of(school, TABLE).kind == counts_as


@pytest.mark.parametrize("name", ["", "Not applicable", "does NOT apply", "None"])
def test_a_diocese_that_is_none_differs_from_no_other(name: str) -> None:
    church = {"religious_character": "Church of England", "type": "Voluntary controlled school"}
    schools = schools_of(
        row(120001, 60, 0, diocese=name, **church),
        row(120002, 60, 900, diocese="Diocese of Ely", **church),
        row(120003, 60, 900, diocese=" diocese OF norwich", **church),
        row(120004, 60, 900, diocese="Diocese of Norwich", **church),
    )
    penalty = judge_all(schools.rows, TABLE).pairs().penalty
    assert penalty[0].tolist() == [0, 0, 0, 0]
    assert Fraction(int(penalty[1, 2]), UNIT) == Fraction("0.15")
    assert penalty[2, 3] == 0


def test_judging_all_at_once_is_judging_two_by_two() -> None:
    rows = [
        row(120001 + k, 60, 500 * k, type=kind, religious_character=character, diocese=diocese)
        for k, ((kind, character), diocese) in enumerate(
            product(KINDS, (None, "Diocese of Ely", "Diocese of Norwich"))
        )
    ]
    schools = schools_of(*rows).rows
    pairs = judge_all(schools, TABLE).pairs()
    assert np.array_equal(pairs.penalty, pairs.penalty.T)
    for i, a in enumerate(schools):
        for j, b in enumerate(schools):
            found = (pairs.penalty[i, j], pairs.standing[i, j], pairs.strict[i, j])
            assert found == judge(creed_of(a, TABLE), creed_of(b, TABLE), TABLE)


def test_a_penalty_too_fine_to_be_held_whole_is_refused() -> None:
    found = figures("ethos")
    with pytest.raises(ValueError, match="finer than"):
        pair_table(found | {"different_dioceses": "0.001"})
