"""Sayings that no plan at all could honour together, told before any solve.

Two schools wanted together through a chain of others cannot be apart; a school that wants to be in
no federation cannot be with another. Each contradiction is as small as it can be: without any one
of its sayings the rest no longer contradict each other by themselves.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from grouping.policy.sayings import Saying

Sayings = tuple[Saying, ...]


def contradictions(sayings: Sequence[Saying]) -> tuple[Sayings, ...]:
    """List the sets of sayings that contradict each other, each once, in the order given."""
    joins = [s for s in sayings if s.other is not None and s.view > 0]
    found: list[Sayings] = []
    for saying in sayings:
        if saying.view >= 0:
            continue
        if saying.other is not None:
            chain = _chain(joins, saying.urn, saying.other)
            if chain is not None:
                found.append((*chain, saying))
            continue
        found += [
            (other, saying)
            for other in sayings
            if other.view > 0 and saying.urn in (other.urn, other.other)
        ]
    return tuple(found)


def _chain(joins: Sequence[Saying], one: int, other: int) -> Sayings | None:
    """Find the fewest sayings that would put two schools in one federation; None where none do."""
    ways: dict[int, list[Saying]] = {}
    for saying in joins:
        assert saying.other is not None
        ways.setdefault(saying.urn, []).append(saying)
        ways.setdefault(saying.other, []).append(saying)
    came: dict[int, tuple[int, Saying] | None] = {one: None}
    queue = deque([one])
    while queue:
        here = queue.popleft()
        for saying in ways.get(here, []):
            there = saying.other if saying.urn == here else saying.urn
            if there is not None and there not in came:
                came[there] = (here, saying)
                queue.append(there)
    if other not in came:
        return None
    chain: list[Saying] = []
    step = came[other]
    while step is not None:
        chain.append(step[1])
        step = came[step[0]]
    return tuple(reversed(chain))
