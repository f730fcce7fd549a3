"""Two plans side by side: by school, by federation, by term and by pound.

The plans may be of different policies, of different numbers of federations, of different schools.
What is said of A against B is, turned, what is said of B against A; the federations that only one
has are what turns one into the other; points by term add up to the difference of cost exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grouping.answers.judged import Judged
from grouping.answers.plan import Plan
from grouping.answers.told import PYTHON, Told, told
from grouping.answers.wording import headed

Group = tuple[int, ...]

SAME, JOINS, LEAVES, CHANGES = "same partners", "joins", "left alone", "other partners"
ONLY_A, ONLY_B = "takes part in A only", "takes part in B only"
GROWN, SHRUNK, OVERLAPS = "grown", "shrunk", "overlaps"
STAGES = "urgent alone, small alone, cost"  # in their order
PRICED = "schools alone, priced"
SUMS = ("income", "cost", "residual", "grant", "balance")


@dataclass(frozen=True)
class Move:
    """A school in both plans: its partners (none: alone) and, where it takes no part, why."""

    urn: int
    kind: str
    partners_a: Group | None
    partners_b: Group | None
    why_not: str = ""


@dataclass(frozen=True)
class Overlap:
    """A federation of A alone and one of B alone that share schools; `relation` is that of B."""

    a: str
    b: str
    shared: Group
    relation: str


@dataclass(frozen=True)
class Pair:
    """A figure of both plans; None where a plan has none."""

    name: str
    a: int | None
    b: int | None

    @property
    def difference(self) -> int:
        """B less A, none counting as nothing."""
        return (self.b or 0) - (self.a or 0)

    def document(self) -> dict[str, Any]:
        """Return the figures as plain values."""
        return {"name": self.name, "a": self.a, "b": self.b, "difference": self.difference}


@dataclass(frozen=True)
class Books:
    """Budgets of a plan's federations added up, GBP; `schools` are in them, the rest in none."""

    schools: int
    sums: tuple[tuple[str, int], ...]
    roll_change: float
    actual: int
    modelled: int


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two plans compared.

    Parameters
    ----------
    a, b
        The plans as told.
    moves
        Every school that takes part in either, by URN.
    same, only_a, only_b
        Keys of federations.
    overlaps
        How those that only one has stand to those that only the other has.
    repriced
        Federations of both that do not cost the same.
    stages, terms, cost
        Figures of both. Terms add up to `cost`.
    weighed_otherwise, weights_unknown
        Terms whose settings differ, and those of which it cannot be told.
    books_a, books_b
        None where a plan has no federation with a budget.
    """

    a: Told
    b: Told
    moves: tuple[Move, ...]
    same: tuple[str, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    overlaps: tuple[Overlap, ...]
    repriced: tuple[Pair, ...]
    stages: tuple[Pair, ...]
    terms: tuple[Pair, ...]
    cost: Pair
    weighed_otherwise: tuple[str, ...]
    weights_unknown: tuple[str, ...]
    books_a: Books | None
    books_b: Books | None

    def of_kind(self, *kinds: str) -> list[Move]:
        """Schools of some kinds."""
        return [move for move in self.moves if move.kind in kinds]

    @property
    def moved(self) -> list[Move]:
        """Schools whose partners are not the same in both."""
        return [move for move in self.moves if move.kind != SAME]

    @property
    def comparable_books(self) -> bool:
        """Whether the budgets of both are there, and at the same rolls."""
        one, other = self.books_a, self.books_b
        return one is not None and other is not None and one.roll_change == other.roll_change

    def name(self, urn: int) -> str:
        """Name a school, by whichever plan knows it."""
        return self.b.name(urn) if urn in self.b.names else self.a.name(urn)

    @property
    def sentences(self) -> list[str]:
        """The comparison in plain words."""
        from grouping.answers.differences import sentences

        return sentences(self)

    def figures(self) -> dict[str, Any]:
        """Return what differs as plain values, without sentences."""
        return {
            "a": _plan_told(self.a),
            "b": _plan_told(self.b),
            "stages": [pair.document() for pair in self.stages],
            "schools": {
                "same_partners": len(self.of_kind(SAME)),
                "moved": [self._move_told(move) for move in self.moved],
            },
            "federations": {
                "same": list(self.same),
                "only_a": list(self.only_a),
                "only_b": list(self.only_b),
                "overlaps": [
                    {"a": o.a, "b": o.b, "shared": list(o.shared), "relation": o.relation}
                    for o in self.overlaps
                ],
                "repriced": [pair.document() for pair in self.repriced],
                "repriced_difference": sum(pair.difference for pair in self.repriced),
            },
            "terms": [pair.document() for pair in self.terms],
            "terms_the_same": sum(not pair.difference for pair in self.terms),
            "cost": self.cost.document(),
            "terms_weighed_otherwise": list(self.weighed_otherwise),
            "terms_weights_unknown": list(self.weights_unknown),
            "budgets": {
                "comparable": self.comparable_books,
                "a": _books_told(self.books_a),
                "b": _books_told(self.books_b),
                "difference": self._books_difference(),
            },
        }

    def _books_difference(self) -> dict[str, int] | None:
        if not self.comparable_books or self.books_a is None or self.books_b is None:
            return None
        old, new = dict(self.books_a.sums), dict(self.books_b.sums)
        gaps = {name: new[name] - old[name] for name in SUMS}
        return gaps | {"balance_as_said": to_thousands(gaps["balance"])}

    def _move_told(self, move: Move) -> dict[str, Any]:
        sides = (move.partners_a, move.partners_b)
        before, after = (None if side is None else list(side) for side in sides)
        name = self.b.names.get(move.urn, self.a.names.get(move.urn))
        made = {"urn": move.urn, "name": name, "kind": move.kind, "a": before, "b": after}
        return made | ({"why_not": move.why_not} if move.why_not else {})

    def document(self) -> dict[str, Any]:
        """Return the comparison as plain values."""
        return headed("compare", self.figures(), self.sentences)


def compare(plan_a: Plan | Judged | Told, plan_b: Plan | Judged | Told) -> Comparison:
    """Compare two plans.

    Parameters
    ----------
    plan_a, plan_b
        Plans, as solved or as a folder tells them; their policies and schools may differ.

    Raises
    ------
    InputRefused
        Where one of them has no plan.
    """
    a, b = told(plan_a), told(plan_b)
    only_a = tuple(key for key in a.facts if key not in b.facts)
    only_b = tuple(key for key in b.facts if key not in a.facts)
    same = tuple(key for key in a.facts if key in b.facts)
    costs = (Pair(key, a.facts[key]["cost"], b.facts[key]["cost"]) for key in same)
    otherwise, unknown = _weights(a, b)
    return Comparison(
        a=a,
        b=b,
        moves=tuple(_move(a, b, urn) for urn in sorted({*a.home, *b.home})),
        same=same,
        only_a=only_a,
        only_b=only_b,
        overlaps=tuple(_overlaps(a, b, only_a, only_b)),
        repriced=tuple(pair for pair in costs if pair.difference),
        stages=_pairs(a.stages, b.stages),
        terms=_pairs(_points(a), _points(b)),
        cost=Pair("cost", a.stages["cost"], b.stages["cost"]),
        weighed_otherwise=otherwise,
        weights_unknown=unknown,
        books_a=_books(a),
        books_b=_books(b),
    )


def _move(a: Told, b: Told, urn: int) -> Move:
    one, other = a.home.get(urn), b.home.get(urn)
    if one is None or other is None:
        absent, kind = (a, ONLY_B) if one is None else (b, ONLY_A)
        return Move(urn, kind, one, other, absent.left_out.get(urn, "not in the schools file"))
    if one == other:
        return Move(urn, SAME, one, other)
    kind = JOINS if not one else LEAVES if not other else CHANGES
    return Move(urn, kind, one, other)


def _overlaps(
    a: Told, b: Told, only_a: tuple[str, ...], only_b: tuple[str, ...]
) -> Iterator[Overlap]:
    for key_a in only_a:
        old = {int(urn) for urn in a.facts[key_a]["schools"]}
        for key_b in only_b:
            new = {int(urn) for urn in b.facts[key_b]["schools"]}
            if shared := old & new:
                relation = GROWN if old < new else SHRUNK if new < old else OVERLAPS
                yield Overlap(key_a, key_b, tuple(sorted(shared)), relation)


def _pairs(a: Mapping[str, int], b: Mapping[str, int]) -> tuple[Pair, ...]:
    names = sorted({*a, *b}, key=lambda name: (name not in STAGES, STAGES.find(name), name))
    return tuple(Pair(name, a.get(name), b.get(name)) for name in names)


def _points(plan: Told) -> dict[str, int]:
    """Points of each term over the plan, and of schools alone where they are priced."""
    found: dict[str, int] = dict.fromkeys(plan.terms or (), 0)
    for facts in plan.facts.values():
        for name, term in facts["terms"].items():
            found[name] = found.get(name, 0) + int(term["points"])
    rest = plan.stages["cost"] - sum(found.values())
    return found | ({PRICED: rest} if rest else {})


def _weights(a: Told, b: Told) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Terms of both whose settings differ, and those of which that cannot be told."""
    if a.terms is None or b.terms is None:
        return (), tuple(sorted({*_points(a), *_points(b)} - {PRICED}))
    both = sorted(set(a.terms) & set(b.terms))
    unknown = [n for n in both if PYTHON in {*a.terms[n], *b.terms[n]}]
    differ = [n for n in both if n not in unknown and a.terms[n] != b.terms[n]]
    return tuple(differ), tuple(unknown)


def _books(plan: Told) -> Books | None:
    held = [one for one in plan.facts.values() if one.get("budget") is not None]
    if not held:
        return None
    grades = [one["budget"]["grade"] for one in held]
    return Books(
        schools=sum(len(one["schools"]) for one in held),
        sums=tuple((name, sum(int(one["budget"][name]) for one in held)) for name in SUMS),
        roll_change=float(held[0]["budget"]["roll_change"]),
        actual=grades.count("actual"),
        modelled=grades.count("modelled"),
    )


def to_thousands(pounds: int) -> int:
    """Round money as it is said: the model is good to a few per cent at best."""
    return round(pounds / 1_000) * 1_000


def _plan_told(plan: Told) -> dict[str, Any]:
    return {
        "policy": plan.document.get("policy"),
        "form": plan.document.get("form"),
        "status": plan.document.get("status"),
        "federations": len(plan.facts),
        "schools_taking_part": len(plan.home),
        "schools_alone": sum(not partners for partners in plan.home.values()),
        "head_posts": plan.heads,
    }


def _books_told(books: Books | None) -> dict[str, Any] | None:
    if books is None:
        return None
    return {
        "schools": books.schools,
        **dict(books.sums),
        "balance_as_said": to_thousands(dict(books.sums)["balance"]),
        "roll_change": books.roll_change,
        "federations_actual": books.actual,
        "federations_modelled": books.modelled,
    }
