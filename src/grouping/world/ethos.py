"""Ethos: what a school's religious character makes it, and who may join whom.

The table of pairs is dated data (`figures/ethos.toml`); this room reads it line by line, the
first line that fits standing. Penalties are held in two-hundredths, so that half of one (a soft
federation) is whole too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grouping.world.schools import School

UNIT = 200  # penalties are held in two-hundredths
ALLOWED, CONSENT, REFUSED = 0, 1, 2
STANDINGS = {"allowed": ALLOWED, "with consent": CONSENT, "refused": REFUSED}
ACADEMIES = frozenset({"Academy converter", "Academy sponsor led", "Free schools"})
ANGLICAN = ("anglican", "church of england")


@dataclass(frozen=True)
class Line:
    """One line of the pair table; penalties in two-hundredths."""

    one: tuple[str, ...]
    other: tuple[str, ...]
    same: bool
    different: bool
    penalty: int
    standing: int
    special: Mapping[str, int]


@dataclass(frozen=True, eq=False)
class PairTable:
    """The table of pairs with its names: see `figures/ethos.toml`."""

    names: Mapping[str, str]
    joint: Mapping[str, frozenset[str]]
    holding: Mapping[str, tuple[str, ...]]
    lines: tuple[Line, ...]
    more_than_one_ethos: Fraction
    different_dioceses: int
    strict_at_most: int
    refused_penalty: int
    no_diocese: frozenset[str]


@dataclass(frozen=True)
class Creed:
    """All that matters of one school for the pair table: ethos, kind and known diocese."""

    ethos: str
    kind: str
    diocese: str | None


@dataclass(frozen=True, eq=False)
class Pairs:
    """What the table says of every two schools, or of every two kinds: n x n."""

    penalty: NDArray[np.int16]
    standing: NDArray[np.int8]
    strict: NDArray[np.bool_]


def pair_table(figures: Mapping[str, Any]) -> PairTable:
    """Read the table from its dated data, decimals as written."""
    fixed = {"one", "other", "same", "different", "penalty", "standing"}
    lines = tuple(
        Line(
            one=tuple(line["one"]),
            other=tuple(line.get("other", line["one"])),
            same=line.get("same", False),
            different=line.get("different", False),
            penalty=_units(line["penalty"]),
            standing=STANDINGS[line["standing"]],
            special={key: _units(value) for key, value in line.items() if key not in fixed},
        )
        for line in figures["line"]
    )
    return PairTable(
        names={name.casefold(): ethos for name, ethos in figures["names"].items()},
        joint={
            ethos: frozenset(part.casefold() for part in parts)
            for ethos, parts in figures["joint"].items()
        },
        holding={
            ethos: tuple(word.casefold() for word in words)
            for ethos, words in figures["holding"].items()
        },
        lines=lines,
        more_than_one_ethos=Fraction(figures["more_than_one_ethos"]),
        different_dioceses=_units(figures["different_dioceses"]),
        strict_at_most=_units(figures["strict_at_most"]),
        refused_penalty=_units(figures["refused_penalty"]),
        no_diocese=frozenset(name.casefold() for name in figures["no_diocese"]),
    )


def _units(value: Any) -> int:
    units = Fraction(value) * UNIT
    if units.denominator != 1:
        raise ValueError(f"penalty {value} is finer than a two-hundredth")
    return units.numerator


def ethos_of(character: str | None, table: PairTable) -> str:
    """Ethos of a religious character: "none", "CE", ... , "unknown", or "other: its name"."""
    if character is None:
        return "unknown"
    name = " ".join(character.casefold().split())
    if name in table.names:
        return table.names[name]
    parts = [ANGLICAN[1] if part == ANGLICAN[0] else part for part in _parts(name)]
    if len(set(parts)) == 1:
        return table.names.get(parts[0], _held("/".join(parts), table))
    for ethos, wanted in table.joint.items():
        if set(parts) == wanted:
            return ethos
    return _held("/".join(parts), table)


def _parts(name: str) -> list[str]:
    return [part.strip() for part in name.split("/")]


def _held(name: str, table: PairTable) -> str:
    for ethos, words in table.holding.items():
        if any(word in name for word in words):
            return ethos
    return f"other: {name}"


def creed_of(school: School, table: PairTable) -> Creed:
    """Sum up a school for the pair table; an academy counts as community, VA or VC by its ethos."""
    ethos = ethos_of(school.religious_character, table)
    if school.type in ACADEMIES:
        kind = {"none": "community", "unknown": "community", "RC": "aided"}.get(ethos, "other")
    else:
        kinds = {"Community school": "community", "Voluntary aided school": "aided"}
        kind = kinds.get(school.type, "other")
    return Creed(ethos, kind, known_diocese(school, table))


def known_diocese(school: School, table: PairTable) -> str | None:
    """Return the diocese, casefolded; None where it is blank or "not applicable"."""
    name = " ".join((school.diocese or "").casefold().split())
    return name if name and name not in table.no_diocese else None


def judge(a: Creed, b: Creed, table: PairTable) -> tuple[int, int, bool]:
    """Penalty in two-hundredths, standing, and whether the strict policy takes the pair."""
    differ = a.diocese is not None and b.diocese is not None and a.diocese != b.diocese
    penalty, standing = table.refused_penalty, REFUSED
    for line in table.lines:
        church = _fits(line, a, b)
        if church is not None:
            penalty, standing = _special(line, a, b, church), line.standing
            break
    penalty += table.different_dioceses if differ else 0
    same = a.ethos == b.ethos != "unknown"
    return penalty, standing, same and not differ and penalty <= table.strict_at_most


def _fits(line: Line, a: Creed, b: Creed) -> Creed | None:
    """Return the school of the pair that stands on the line's other side, if the line fits."""
    if (line.same and a.ethos != b.ethos) or (line.different and a.ethos == b.ethos):
        return None
    for first, second in ((a, b), (b, a)):
        if _base(first.ethos) in line.one and _base(second.ethos) in line.other:
            return second
    return None


def _base(ethos: str) -> str:
    return ethos.split(":", 1)[0]


def _special(line: Line, a: Creed, b: Creed, church: Creed) -> int:
    aided = (a.kind == "aided") + (b.kind == "aided")
    cases = {
        "one_community": (a.kind == "community") != (b.kind == "community"),
        "voluntary_aided": church.kind == "aided",
        "methodist": church.ethos == "METH",
        "both_voluntary_aided": aided == 2,
        "one_voluntary_aided": aided == 1,
    }
    for case, penalty in line.special.items():
        if cases[case]:
            return penalty
    return line.penalty


@dataclass(frozen=True, eq=False)
class Creeds:
    """Ethos and kind of each school, and what the table says of every two kinds."""

    ethoses: tuple[str, ...]
    kind: NDArray[np.intp]
    of_kinds: Pairs

    def take(self, at: NDArray[np.intp]) -> Creeds:
        """Return those of some schools."""
        return Creeds(tuple(self.ethoses[i] for i in at), self.kind[at], self.of_kinds)

    def pairs(self) -> Pairs:
        """Spread what is said of kinds over every two schools."""
        said, spread = self.of_kinds, np.ix_(self.kind, self.kind)
        return Pairs(said.penalty[spread], said.standing[spread], said.strict[spread])


def judge_all(schools: Sequence[School], table: PairTable) -> Creeds:
    """Judge every two schools: each two different creeds once."""
    known: dict[tuple[str | None, str, str | None], Creed] = {}
    creeds = []
    for school in schools:
        key = (school.religious_character, school.type, school.diocese)
        if key not in known:
            known[key] = creed_of(school, table)
        creeds.append(known[key])
    kinds = sorted(set(known.values()), key=lambda c: (c.ethos, c.kind, c.diocese or ""))
    place = {creed: k for k, creed in enumerate(kinds)}
    size = len(kinds)
    penalty = np.zeros((size, size), dtype=np.int16)
    standing = np.zeros((size, size), dtype=np.int8)
    strict = np.zeros((size, size), dtype=np.bool_)
    for i, a in enumerate(kinds):
        for j, b in enumerate(kinds):
            penalty[i, j], standing[i, j], strict[i, j] = judge(a, b, table)
    kind = np.asarray([place[creed] for creed in creeds], dtype=np.intp)
    ethoses = tuple(creed.ethos for creed in creeds)
    return Creeds(ethoses, kind, Pairs(penalty, standing, strict))
