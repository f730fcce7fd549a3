"""What in a policy file contradicts itself, told without the schools file.

Works on the document as it stands, values of a wrong type passed over, so that contradictions are
told together with every other mistake.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from grouping.policy.words import HARD

LAW = "by law only maintained schools may federate (Education Act 2002 section 24)"

Found = tuple[str, str, str]  # place, what is wrong, what to do
Defaults = Mapping[str, Mapping[str, Mapping[str, Any]]]


def contradictions(document: Mapping[str, Any], defaults: Defaults) -> Iterator[Found]:
    """Yield every contradiction: where, what, and what to do.

    `defaults` gives, for rules, terms and limits by name, the defaults of their keys.
    """
    for room, tables in defaults.items():
        for name, usual in tables.items():
            table = _at(document, room, name)
            if table is True or isinstance(table, dict):
                values = {**usual, **(table if isinstance(table, dict) else {})}
                yield from _bounds(f"{room}.{name}", values, zero_is_off=room == "terms")
    if _at(document, "form") == HARD and _at(document, "take_part", "academies") == "informal":
        yield (
            "take_part.academies",
            f'"informal" does not go with form "{HARD}": {LAW}',
            'Write "leave out", or choose a soft form',
        )
    if (
        _at(document, "neighbours", "kind") == "edges"
        and _at(document, "neighbours", "edges") == ""
    ):
        do = 'Write edges = "FILE.csv", or choose another kind'
        yield "neighbours.kind", '"edges" needs a file of edges', do
    yield from _links(document)
    yield from locks_at_odds(document)


def _bounds(place: str, values: Mapping[str, Any], *, zero_is_off: bool) -> Iterator[Found]:
    """Tell bounds the wrong way round, and bounds that bound nothing."""
    if "at_least" in values and "at_most" in values:
        low, high = _number(values["at_least"]), _number(values["at_most"])
        if low is not None and high is not None and low > high and not (zero_is_off and not high):
            yield place, f"at_least {low} is more than at_most {high}", "Change one of the two"
        if values["at_least"] is None and values["at_most"] is None:
            yield place, "has neither at_least nor at_most", "Give one, or write false"
    free, full = _number(values.get("free")), _number(values.get("full"))
    if free is not None and full is not None and full <= free:
        yield place, f"full {full} is not more than free {free}", "Make full the larger"


def _links(document: Mapping[str, Any]) -> Iterator[Found]:
    barred = {urns for urns in _lists(document, "neighbours", "barred") if len(urns) == 2}
    for urns in dict.fromkeys(_lists(document, "neighbours", "added")):
        if urns in barred:
            what = f"the pair {_named(urns)} is both barred and added"
            yield "neighbours.added", what, "Take it out of one of the two"


def locks_at_odds(document: Mapping[str, Any]) -> Iterator[Found]:
    """Tell two schools both together and apart, and fixed federations that overlap."""
    held: dict[int, set[int]] = {}  # URN -> the locks that hold it apart
    apart = list(dict.fromkeys(_lists(document, "locks", "apart")))
    for k, urns in enumerate(apart):
        for urn in urns:
            held.setdefault(urn, set()).add(k)
    for key in ("together", "federations"):
        for urns in dict.fromkeys(_lists(document, "locks", key)):
            count = Counter(k for urn in urns for k in held.get(urn, ()))
            for k in sorted(k for k in count if count[k] >= 2):
                both = _named(urns & apart[k])
                where = "together" if key == "together" else "in one fixed federation"
                what = f"{both} are both {where} and apart"
                locks = f"{key} [{_named(urns)}] or apart [{_named(apart[k])}]"
                yield "locks.apart", what, f"Take one lock out: {locks}"
    owner: dict[int, frozenset[int]] = {}
    for urns in dict.fromkeys(_lists(document, "locks", "federations")):
        for urn in sorted(urns):
            if urn in owner:
                both = f"{_named(owner[urn])} and {_named(urns)}"
                what = f"fixed federations overlap: {both} share URN {urn}"
                yield "locks.federations", what, "Put each school in one of them only"
                break
        owner |= dict.fromkeys(urns, urns)


def _at(document: Mapping[str, Any], *path: str) -> Any:
    here: Any = document
    for part in path:
        here = here.get(part) if isinstance(here, Mapping) else None
    return here


def _lists(document: Mapping[str, Any], table: str, key: str) -> Iterator[frozenset[int]]:
    """Yield the lists of URNs of a key as sets; what is no list of whole numbers is passed over."""
    found = _at(document, table, key)
    for one in found if isinstance(found, list | tuple) else ():
        if isinstance(one, list | tuple):
            yield frozenset(u for u in one if isinstance(u, int) and not isinstance(u, bool))


def _number(value: object) -> Decimal | Fraction | int | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | Fraction):
        return None
    if isinstance(value, Decimal) and not value.is_finite():
        return None
    return value if -(10**18) < value < 10**18 else None


def _named(urns: frozenset[int]) -> str:
    named = [str(urn) for urn in sorted(urns)[:6] if urn < 10**18]
    return ", ".join(named) + (", ..." if len(urns) > len(named) else "")
