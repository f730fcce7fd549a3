"""What refuses a federation, with its figures: the rules it breaks and the locks it would split."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from grouping.answers.wording import listed, named
from grouping.policy.words import Policy, Rule
from grouping.world.ethos import known_diocese
from grouping.world.federations import EMPTY, Federations
from grouping.world.journeys import NONE
from grouping.world.schools import School

FIXED = "locks.federations"
Pair = tuple[int, int]


@dataclass(frozen=True)
class Obstacle:
    """A rule that a federation breaks: what was found against what it asks, and why in words."""

    rule: str
    sentence: str
    value: Any
    limit: Mapping[str, Any] | None
    words: str

    def document(self) -> dict[str, Any]:
        """Return the obstacle as plain values."""
        return {
            "rule": self.rule,
            "sentence": self.sentence,
            "value": self.value,
            "limit": None if self.limit is None else dict(self.limit),
            "words": self.words,
        }


def obstacles(one: Federations, policy: Policy) -> tuple[Obstacle, ...]:
    """Name every rule that the first federation of a table breaks, and each fixed one it splits."""
    one = one.one(0)
    found = [_obstacle(rule, one) for rule in policy.rules if not rule.allows(one)[0]]
    return (*found, *_split(one, policy))


def split_locks(urns: set[int], policy: Policy) -> list[tuple[int, ...]]:
    """List the fixed federations that a set of schools would take a part of, or add to."""
    return [lock for lock in policy.locks.federations if urns & set(lock) and urns != set(lock)]


def judged(one: Federations) -> list[Pair]:
    """Pairs of the first federation that rules of pairs judge: those not in one kept federation."""
    members = [int(i) for i in one.members[0] if i != EMPTY]
    inside = one.county.together_today
    return [(i, j) for k, j in enumerate(members) for i in members[:k] if not inside[i, j]]


def _split(one: Federations, policy: Policy) -> list[Obstacle]:
    held = {school.urn: school for school in one.schools()}
    found = []
    for lock in split_locks(set(held), policy):
        names = listed(named(held[urn]) if urn in held else str(urn) for urn in sorted(set(lock)))
        words = f"{names} are fixed as a federation of their own"
        found.append(Obstacle(FIXED, "fixed federations stay as given", None, None, words))
    return found


def _obstacle(rule: Rule, one: Federations) -> Obstacle:
    value = None if rule.value is None else rule.value(one)
    limit = None if rule.limit is None else rule.limit(one)
    say = _WORDS.get(rule.title) if rule.settings is not None else None
    words = f'the rule "{rule.sentence}" is not met' if say is None else say(rule, one)
    return Obstacle(rule.title, rule.sentence, value, limit, words)


def _refused(rule: Rule, one: Federations) -> list[tuple[School, School, Pair]]:
    """Pairs that a rule of pairs refuses."""
    assert rule.pairs is not None
    fine, county = rule.pairs(one.county), one.county
    return [
        (county.schools[i], county.schools[j], (i, j)) for i, j in judged(one) if not fine[i, j]
    ]


def _journeys(rule: Rule, one: Federations) -> str:
    assert rule.limit is not None
    most, refused = rule.limit(one)["at_most"], _refused(rule, one)
    for a, b, at in refused:
        if one.county.tenths[at] == NONE:
            return f"there is no journey between {named(a)} and {named(b)}"
    a, b, at = max(refused, key=lambda pair: int(one.county.tenths[pair[2]]))
    found = f"{named(a)} and {named(b)} are {one.county.tenths[at] / 10:.1f} minutes apart"
    more = f", the furthest of {len(refused)} pairs" if len(refused) > 1 else ""
    return f"{found}{more}, and the policy has at most {most}"


def _ethos(rule: Rule, one: Federations) -> str:
    policy = (rule.settings or {})["policy"]
    table, said = one.county.table, []
    for a, b, _ in _refused(rule, one):
        of = [f"{named(s)}, {s.religious_character or 'of unknown character'}," for s in (a, b)]
        dioceses = [known_diocese(s, table) for s in (a, b)]
        differ = "" if None in dioceses or dioceses[0] == dioceses[1] else " of different dioceses"
        said.append(f'{of[0]} and {of[1]} may not join{differ} under the ethos rule "{policy}"')
    return listed(said)


def _authorities(rule: Rule, one: Federations) -> str:
    said = []
    for a, b, _ in _refused(rule, one):
        places = [s.local_authority or "an authority not given" for s in (a, b)]
        said.append(f"{named(a)} is in {places[0]} and {named(b)} in {places[1]}")
    return listed(said)


def _apart(rule: Rule, one: Federations) -> str:
    pairs = (f"{named(a)} and {named(b)}" for a, b, _ in _refused(rule, one))
    return f"a lock holds {listed(pairs)} apart"


def _connected(_: Rule, one: Federations) -> str:
    pieces = int(one.pieces[0])
    return f"the links of the neighbour graph leave them in {pieces} pieces"


def _between(what: str, unit: str) -> Callable[[Rule, Federations], str]:
    def say(rule: Rule, one: Federations) -> str:
        assert rule.value is not None
        assert rule.limit is not None
        words = {"at_least": "at least", "at_most": "at most"}
        bounds = [
            f"{words[key]} {bound}" for key, bound in rule.limit(one).items() if bound is not None
        ]
        found = rule.value(one)
        return f"{what} is {found}{unit}, and the policy has {listed(bounds)}"

    return say


def _small(_: Rule, one: Federations) -> str:
    return f"none of {listed(named(s) for s in one.schools())} is small"


def _together(rule: Rule, one: Federations) -> str:
    locks = 0 if rule.value is None else rule.value(one)
    what = "a lock holds" if locks == 1 else f"{locks} locks hold"
    return f"{what} some of them together with a school that is not among them"


_WORDS: dict[str, Callable[[Rule, Federations], str]] = {
    "longest_journey": _journeys,
    "ethos": _ethos,
    "one_authority": _authorities,
    "apart": _apart,
    "together": _together,
    "connected": _connected,
    "for_the_small": _small,
    "combined_roll": _between("the combined roll", " pupils"),
    "combined_budget": _between("the in-year balance as a share of income", ""),
    "schools": _between("the number of schools", ""),
}
