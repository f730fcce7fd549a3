"""A front as planners read it: the trade-offs, what one buys of the other, and where they end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any

from grouping.answers.wording import count, headed, listed

Values = tuple[int, ...]
Groups = tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Measure:
    """What a criterion measures: its words, and how many whole steps make one of its unit."""

    name: str
    words: str
    unit: str
    per: int
    more: bool

    def plain(self, steps: int) -> int | float:
        """Put steps as documents have them: points in thousandths, minutes in tenths."""
        return steps if self.per in (1, 1000) else steps / self.per

    def figure(self, steps: int) -> str:
        """Say steps as a figure in the unit, no more digits than it has."""
        whole, rest = divmod(abs(steps), self.per)
        digits = len(str(self.per)) - 1
        part = f".{rest:0{digits}d}".rstrip("0") if rest else ""
        return f"{'-' if steps < 0 else ''}{whole:,}{part}"

    def said(self, steps: int, *, change: bool = False) -> str:
        """Say a value, "journey 214 points", or a `change` of one, "2 points of journey"."""
        figure = self.figure(steps)
        unit = self.unit.removesuffix("s") if figure == "1" else self.unit
        if self.unit in ("schools", "federations"):
            return f"{figure} {self.words.replace(self.unit, unit, 1)}"
        return f"{figure} {unit} of {self.words}" if change else f"{self.words} {figure} {unit}"

    def worth(self, steps: int) -> int:
        """Turn a value so that less is better."""
        return -steps if self.more else steps


@dataclass(frozen=True)
class Held:
    """A bound that every plan of a front keeps: so many at least."""

    name: str
    at_least: int
    as_best: bool


@dataclass(frozen=True)
class Point:
    """One trade-off: a value of each criterion, in steps, and the best plan that has them.

    `stages` are that plan's urgent and small schools alone, and its cost, by name.
    """

    values: Values
    groups: Groups
    stages: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Proved:
    """The part of an unfinished front that is whole: by one criterion, no better or no worse.

    With two criteria every point whose first is `at` or better is there, and no plan has the
    second better than `limit`; with three, every point whose third is `at` or worse. `at` None:
    no part is whole.
    """

    name: str
    at: int | None
    limit: int | None = None


@dataclass(frozen=True)
class Front:
    """The plans that no other plan beats by all of some criteria.

    Points are in order of the first criterion, the best first. `plan` is where the best plan
    stands; `proved` says which part is whole where time ran out (None: all of it).
    """

    measures: tuple[Measure, ...]
    held: tuple[Held, ...]
    points: tuple[Point, ...]
    plan: Values
    proved: Proved | None = None

    @property
    def complete(self) -> bool:
        """Whether every point is there, proved."""
        return self.proved is None

    def worth(self, values: Values) -> Values:
        """Turn values so that less is better."""
        return tuple(m.worth(v) for m, v in zip(self.measures, values, strict=True))

    @cached_property
    def supported(self) -> frozenset[int]:
        """Points, from 0, that some weights of two criteria make best: on the lower hull."""
        if len(self.measures) != 2:
            return frozenset()
        places = [self.worth(point.values) for point in self.points]
        hull: list[int] = []
        for k, (x, y) in enumerate(places):
            while len(hull) > 1:
                (x1, y1), (x2, y2) = places[hull[-2]], places[hull[-1]]
                if (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1) >= 0:
                    break
                hull.pop()
            hull.append(k)
        return frozenset(hull)

    @cached_property
    def bend(self) -> int | None:
        """Point furthest below the straight line between the ends of two criteria, from 0."""
        if len(self.measures) != 2 or len(self.points) < 3:
            return None
        places = [self.worth(point.values) for point in self.points]
        (x1, y1), (x2, y2) = places[0], places[-1]
        below = [(x2 - x1) * (y - y1) - (y2 - y1) * (x - x1) for x, y in places]
        return below.index(min(below)) if min(below) < 0 else None

    @property
    def exchanges(self) -> list[tuple[int, int]]:
        """What each step to the next point gives up of the first of two, and wins of the other."""
        if len(self.measures) != 2:
            return []
        places = [self.worth(point.values) for point in self.points]
        return [(b[0] - a[0], a[1] - b[1]) for a, b in pairwise(places)]

    @property
    def beaten_by(self) -> int | None:
        """First point, from 0, that beats the best plan by these criteria; None where none does."""
        own = self.worth(self.plan)
        for k, point in enumerate(self.points):
            worth = self.worth(point.values)
            if worth != own and all(a <= b for a, b in zip(worth, own, strict=True)):
                return k
        return None

    @property
    def sentences(self) -> list[str]:
        """The front in plain words."""
        return [*self._what(), *self._held(), *self._ends(), *self._trades(), *self._plan()]

    def document(self) -> dict[str, Any]:
        """Return the front as plain values: points in thousandths, minutes as minutes."""
        names = [m.name for m in self.measures]
        answer: dict[str, Any] = {
            "criteria": [
                {"name": m.name, "unit": "thousandths of a point" if m.per == 1000 else m.unit,
                 "better": "more" if m.more else "less"}
                for m in self.measures
            ],
            "held": [{"name": h.name, "at_least": h.at_least, "as_best": h.as_best}
                     for h in self.held],
            "status": "complete" if self.complete else "part",
            "proved": self._proved(),
            "plan": {**self._plainly(self.plan), "beaten_by": _number(self.beaten_by)},
            "points": [
                {"number": k + 1, **self._plainly(point.values),
                 "supported": k in self.supported if len(names) == 2 else None,
                 "stages": dict(point.stages), "federations": [list(g) for g in point.groups]}
                for k, point in enumerate(self.points)
            ],
            "exchanges": [
                {"from": k + 1, "to": k + 2, f"{names[0]}_given_up": self.measures[0].plain(gives),
                 f"{names[1]}_won": self.measures[1].plain(wins)}
                for k, (gives, wins) in enumerate(self.exchanges)
            ],
            "bend": _number(self.bend),
            "supported": len(self.supported),
            "unsupported": len(self.points) - len(self.supported),
        }  # fmt: skip
        return headed("front", answer, self.sentences)

    def table(self) -> tuple[list[str], list[list[object]]]:
        """Return the points as a header and rows, for a spreadsheet, in each criterion's unit."""
        names = [m.name if m.unit in m.name else f"{m.name}_{m.unit}" for m in self.measures]
        stages = (
            [name.replace(" ", "_") for name, _ in self.points[0].stages] if self.points else []
        )
        header = ["number", *names, "supported", *stages, "plan"]
        rows = [
            [
                k + 1,
                *self._figures(p.values),
                str(k in self.supported).lower() if len(self.measures) == 2 else "",
                *(value for _, value in p.stages),
                " ".join("-".join(map(str, group)) for group in p.groups),
            ]
            for k, p in enumerate(self.points)
        ]  # fmt: skip
        return header, rows

    def _figures(self, values: Values) -> list[str]:
        pairs = zip(self.measures, values, strict=True)
        return [m.figure(v).replace(",", "") for m, v in pairs]

    def _plainly(self, values: Sequence[int]) -> dict[str, int | float]:
        return {m.name: m.plain(v) for m, v in zip(self.measures, values, strict=True)}

    def _proved(self) -> dict[str, Any] | None:
        if self.proved is None:
            return None
        at, limit = self.proved.at, self.proved.limit
        by = next(m for m in self.measures if m.name == self.proved.name)
        return {
            "criterion": by.name,
            "at": None if at is None else by.plain(at),
            "limit_of_second": None if limit is None else self.measures[1].plain(limit),
        }

    def _what(self) -> list[str]:
        names = listed([m.words for m in self.measures])
        if self.complete and len(self.points) == 1:
            said = f"One point is best by each of {names} at once"
            return [f"{said}: no plan is better by any. This is proved."]
        many = count(len(self.points), "trade-off")
        said = (
            f"{many} of {names}: a plan better by one of them than any of these is worse by another"
        )
        if self.complete:
            return [f"{said}. Each is proved, and that there are no others."]
        if not self.points:
            return [f"No trade-off of {names} was found before time was up.", self._part()]
        return [f"{many} of {names} found before time was up, each proved.", self._part()]

    def _part(self) -> str:
        assert self.proved is not None
        by = next(m for m in self.measures if m.name == self.proved.name)
        if self.proved.at is None:
            return "No part of the front is proved to be whole."
        if len(self.measures) == 3:
            said = f"Proved whole: every trade-off with {by.said(self.proved.at)} or worse"
            return f"{said}; where it is better there may be more."
        said = (
            f"Proved whole: every trade-off with {by.said(self.proved.at)} or better; "
            "beyond that there may be more"
        )
        if self.proved.limit is None:
            return f"{said}."
        second = self.measures[1]
        return f"{said}, none better than {second.said(self.proved.limit)}."

    def _held(self) -> list[str]:
        if self.held:
            bounds = [f"at least {h.at_least} {h.name} schools covered" for h in self.held]
            best = ", as in the best plan" if all(h.as_best for h in self.held) else ""
            return [f"Held in every plan: {listed(bounds)}{best}."]
        if any(m.name in ("covered", "urgent", "small") for m in self.measures):
            return ["No coverage is held beside the criteria."]
        return [
            "No coverage is held: a plan here may leave more small schools alone than the best."
        ]

    def _ends(self) -> list[str]:
        found = []
        for k, own in enumerate(self.measures):
            ranked = [self.worth(p.values) for p in self.points]
            if not ranked:
                continue
            at = ranked.index(min(ranked, key=lambda v: (v[k], v)))
            values = self.points[at].values
            if k and not self.complete:
                continue  # the other ends may not have been reached
            pairs = zip(self.measures, values, strict=True)
            others = listed([m.said(v) for m, v in pairs if m is not own])
            word = "Most" if own.more else "Least"
            found.append(f"{word} {own.words}: {own.figure(values[k])} {own.unit}, with {others}.")
        return found

    def _trades(self) -> list[str]:
        if len(self.measures) != 2 or len(self.points) < 2:
            return []
        first, second = self.measures
        k = max(range(len(self.exchanges)), key=lambda k: (self._rate(k), -k))
        gives, wins = self.exchanges[k]
        won, given = second.said(wins, change=True), first.said(gives, change=True)
        said = f"The best bargain is from trade-off {k + 1} to {k + 2}: better by {won}"
        found = [f"{said}, worse by {given}."]
        if self.bend is not None:
            x, y = self.points[self.bend].values
            place = f"{first.said(x)}, {second.said(y)}"
            found.append(f"The curve bends most at trade-off {self.bend + 1}: {place}.")
        missed = len(self.points) - len(self.supported)
        if missed and self.complete:
            found.append(
                f"{len(self.supported)} of them could be found by weighing the two against each "
                f"other; {missed} by no weights at all."
            )
        return found

    def _rate(self, k: int) -> Fraction:
        gives, wins = self.exchanges[k]
        return Fraction(wins, gives)

    def _plan(self) -> list[str]:
        own = [m.said(v) for m, v in zip(self.measures, self.plan, strict=True)]
        said = f"The best plan under the policy has {listed(own)}"
        if any(point.values == self.plan for point in self.points):
            return [f"{said}: it is one of them."]
        if self.beaten_by is None:
            return [f"{said}."]
        better = self.points[self.beaten_by].values
        values = [m.said(v) for m, v in zip(self.measures, better, strict=True)]
        why = "the policy weighs more than these"
        return [
            f"{said}. Trade-off {self.beaten_by + 1} is no worse by any: {listed(values)}; {why}."
        ]


def _number(place: int | None) -> int | None:
    """Number a place of a list from 1, as sentences do."""
    return None if place is None else place + 1
