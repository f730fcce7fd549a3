"""What is certain near the best plan, in words and figures: pairs, federations, schools."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from grouping.answers.wording import count, headed, known, listed, named, points
from grouping.world.schools import School

SAID = 5  # pairs, federations and schools named in a sentence

Stages = tuple[int, ...]  # values of a plan's stages


@dataclass(frozen=True)
class PairTogether:
    """Two schools together in some near plan.

    `everywhere`: in all of them, which is proved; `by_policy`: a kept or fixed federation, or a
    lock, holds them. `cheapest` are the stages of the best plan that has them together, `apart` of
    the best that has not; None where no plan has them apart.
    """

    one: School
    other: School
    in_best: bool
    everywhere: bool
    by_policy: bool
    cheapest: Stages
    apart: Stages | None

    @property
    def words(self) -> str:
        """The pair in plain words."""
        return f"{named(self.one)} with {named(self.other)}"


@dataclass(frozen=True)
class Federated:
    """A federation of the best plan, and the stages of the best plan without it (None: no plan)."""

    schools: tuple[School, ...]
    by_policy: bool
    without: Stages | None

    @property
    def words(self) -> str:
        """The federation in plain words."""
        return listed(named(school) for school in self.schools)


@dataclass(frozen=True)
class Certainty:
    """What holds in every plan near the best, and what in some.

    `stages` are the names of the stages, `best` their values. `steady` are schools whose partners
    are the same in every near plan, `never` those alone in each. `undecided` are pairs that time
    did not allow for, `unpriced` federations.
    """

    within: Fraction
    room: int
    stages: tuple[str, ...]
    best: Stages
    pairs: tuple[PairTogether, ...]
    federations: tuple[Federated, ...]
    steady: tuple[School, ...]
    never: tuple[School, ...]
    undecided: tuple[tuple[School, School], ...]
    unpriced: tuple[tuple[School, ...], ...]
    candidates: int
    looked_at: int
    seconds: float

    @property
    def everywhere(self) -> list[PairTogether]:
        """Pairs together in every near plan, those dearest to part first; by policy last."""
        held = [pair for pair in self.pairs if pair.everywhere]
        return sorted(held, key=lambda pair: (pair.by_policy, self._firmness(pair.apart)))

    def _firmness(self, without: Stages | None) -> tuple[int, ...]:
        """Put what no plan lacks first, then what is dearest to lack."""
        return (0,) if without is None else (1, *(-value for value in without))

    def more(self, stages: Stages) -> str:
        """Say how much worse a plan is than the best: "1 more in urgent alone and 2 points"."""
        *tiers, cost = [value - best for value, best in zip(stages, self.best, strict=True)]
        said = [
            f"{abs(extra)} {'more' if extra > 0 else 'fewer'} in {name}"
            for name, extra in zip(self.stages, tiers, strict=False)
            if extra
        ]
        if cost or not said:
            said.append(f"{points(abs(cost))} {'more' if cost >= 0 else 'less'}")
        return listed(said)

    @property
    def sentences(self) -> list[str]:
        """The answer in plain words."""
        within = f"{float(100 * self.within):g} %"
        best = points(self.best[-1])
        near = f"Plans within {within} of the best are as good in every stage before the cost, and"
        said = [
            f"{near} cost at most {points(self.room)} more than its {best}.",
            *self._pairs(),
            *self._federations(),
            *self._schools(),
        ]
        if self.undecided or self.unpriced:
            said.append(
                f"Time was up: {count(len(self.undecided), 'pair')} and "
                f"{count(len(self.unpriced), 'federation')} are not decided, and no school of "
                "such a pair is called certain."
            )
        took = f"Proved over {count(self.candidates, 'candidate')}, dominated ones too"
        return [*said, f"{took}; it took {self.seconds:g} seconds."]

    def _pairs(self) -> list[str]:
        sure = self.everywhere
        policy = sum(pair.by_policy for pair in sure)
        some = count(len(self.pairs), "pair of schools is", "pairs of schools are")
        said = [f"{some} together in at least one of them, {len(sure)} in every one: proved."]
        if policy:
            said.append(
                f"{count(policy, 'pair')} of those {'is' if policy == 1 else 'are'} certain by "
                "policy: federations kept or fixed, or locks."
            )
        open_ones = [pair for pair in sure if not pair.by_policy]
        if open_ones:
            what = "Together in every one, with what the best plan that parts them has"
            said.append(f"{what}: {self._each(open_ones)}.")
        return said

    def _each(self, pairs: Sequence[PairTogether]) -> str:
        named_ones = []
        for pair in pairs[:SAID]:
            more = "no plan parts them" if pair.apart is None else self.more(pair.apart)
            named_ones.append(f"{pair.words} ({more})")
        return listed([*named_ones, *(["others"] if len(pairs) > SAID else [])])

    def _federations(self) -> list[str]:
        if not self.federations:
            return []
        said = []
        ties = [one for one in self.federations if one.without == self.best]
        priced = [one for one in self.federations if one.without not in (None, self.best)]
        priced.sort(key=lambda one: self._firmness(one.without))
        if ties:
            what = "federation of the best plan has", "federations of the best plan have"
            said.append(
                f"{count(len(ties), *what)} a tie: a plan without "
                f"{'it' if len(ties) == 1 else 'each'} is as good in every stage: "
                f"{self._few([one.words for one in ties])}."
            )
        if priced:
            first, last = priced[0], priced[-1]
            assert first.without is not None
            assert last.without is not None
            said.append(
                f"The federation dearest to do without is {first.words}: the best plan without it "
                f"has {self.more(first.without)}."
            )
            if last is not first:
                said.append(
                    f"The one most easily done without, ties apart, is {last.words}: "
                    f"{self.more(last.without)}."
                )
        none = [one for one in self.federations if one.without is None]
        if none:
            words = self._few([one.words for one in none])
            said.append(f"No plan at all lacks {count(len(none), 'federation')}: {words}.")
        return said

    def _few(self, words: list[str]) -> str:
        return "; ".join([*words[:SAID], *(["and others"] if len(words) > SAID else [])])

    def _schools(self) -> list[str]:
        said = []
        for schools, one, more in (
            (self.steady, "school has", "schools have"),
            (self.never, "school is", "schools are"),
        ):
            what = "the same partners in every such plan"
            what = what if schools is self.steady else "alone in every such plan"
            if schools:
                who = self._few([named(school) for school in schools])
                said.append(f"{count(len(schools), one, more)} {what}: {who}.")
        return said

    def document(self) -> dict[str, Any]:
        """Return the answer as plain values."""
        answer = {
            "within": float(self.within),
            "room": self.room,
            "unit": "thousandths of a point",
            "best": self._values(self.best),
            "candidates": self.candidates,
            "pairs_looked_at": self.looked_at,
            "seconds": self.seconds,
            "pairs_in_every_plan": sum(pair.everywhere for pair in self.pairs),
            "pairs_by_policy": sum(pair.by_policy for pair in self.pairs),
            "ties": sum(one.without == self.best for one in self.federations),
            "no_plan_without": sum(one.without is None for one in self.federations),
            "pairs": [
                {
                    "one": known(pair.one),
                    "other": known(pair.other),
                    "in_best": pair.in_best,
                    "where": "every plan" if pair.everywhere else "some plans",
                    "by_policy": pair.by_policy,
                    "with": self._values(pair.cheapest),
                    "without": None if pair.apart is None else self._values(pair.apart),
                }
                for pair in self.pairs
            ],
            "federations": [
                {
                    "key": "-".join(str(school.urn) for school in one.schools),
                    "schools": [known(school) for school in one.schools],
                    "by_policy": one.by_policy,
                    "without": None if one.without is None else self._values(one.without),
                    "tie": one.without == self.best,
                }
                for one in self.federations
            ],
            "same_partners": [known(school) for school in self.steady],
            "always_alone": [known(school) for school in self.never],
            "undecided_pairs": [[known(a), known(b)] for a, b in self.undecided],
            "undecided_federations": [
                [known(school) for school in schools] for schools in self.unpriced
            ],
        }
        return headed("certainty", answer, self.sentences)

    def _values(self, stages: Stages) -> dict[str, int]:
        """Name the values of stages, and how much above the best each is."""
        found = dict(zip(self.stages, stages, strict=True))
        more = {
            f"more {name}": value - best
            for name, value, best in zip(self.stages, stages, self.best, strict=True)
        }
        return {**found, **more}
