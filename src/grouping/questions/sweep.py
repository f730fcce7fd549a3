"""Many policies over one county: a row for each scenario, and who is together how often."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import combinations
from threading import get_ident
from time import perf_counter
from typing import TYPE_CHECKING, Any

from grouping import __version__
from grouping.answers.plan import Plan
from grouping.answers.wording import STANDING
from grouping.engine import propose
from grouping.errors import CapReached, GroupingError, InputRefused, PolicyRefused
from grouping.policy.words import Policy
from grouping.questions.case import Case
from grouping.questions.scenarios import Settings
from grouping.questions.shipments import Ready
from grouping.world.exact import decimal_places
from grouping.world.federations import WHOLE

if TYPE_CHECKING:
    import pandas as pd

KEPT = 3  # cases a worker keeps the candidates of
STAGES = ("urgent alone", "small alone", "cost")
REST = (
    "federations", "schools_alone", "candidates", "plan", "message", "version", "standing",
)  # fmt: skip
WITH_PLAN = ("optimal", "feasible")
FAILED = "failed"  # the one status that says nothing of the scenario: it is tried again


@dataclass(frozen=True)
class Row:
    """What came of one scenario.

    `status` is that of a plan ("optimal", "feasible", "infeasible", "unknown"), or "refused" (the
    policy does not hold, or not with these schools), "capped" (too many candidates) or "failed"
    (its workers died, memory ran out, or a fault of ours); `message` says why. `stages` are name,
    value and bound; `federations` the keys of the plan.
    """

    key: str
    settings: Settings
    status: str
    message: str = ""
    stages: tuple[tuple[str, int, int | None], ...] = ()
    federations: tuple[str, ...] = ()
    schools_alone: int | None = None
    candidates: int | None = None
    seconds: float = 0.0
    version: str = __version__

    @property
    def has_plan(self) -> bool:
        """Whether a plan is in hand."""
        return self.status in WITH_PLAN


@dataclass(frozen=True)
class Pair:
    """Two schools together in a proved plan, and how many scenarios with a plan join them."""

    one: int
    other: int
    scenarios: int
    share: float


@dataclass(frozen=True, eq=False, repr=False)
class Sweep:
    """The rows of a sweep, in the order of its scenarios: candidates for discussion all."""

    rows: tuple[Row, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        return f"<Sweep of {self.said}>"

    @property
    def said(self) -> str:
        """Say it as in "6 scenarios: 5 optimal, 1 refused"."""
        statuses = Counter(row.status for row in self.rows)
        listed = ", ".join(f"{number:,} {status}" for status, number in statuses.most_common())
        return f"{len(self):,} scenarios" + (f": {listed}" if listed else "")

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Every policy key that a scenario sets, in alphabetical order."""
        return tuple(sorted({key for row in self.rows for key, _ in row.settings}))

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Pairs of schools together in any proved plan, the most frequent first, then by URN.

        The share is of the scenarios that have a plan, proved or not.
        """
        together: Counter[tuple[int, int]] = Counter()
        proved: set[tuple[int, int]] = set()
        plans = 0
        for row in self.rows:
            if row.has_plan:
                plans += 1
                joined = list(pairs_of(row.federations))
                together.update(joined)
                if row.status == "optimal":
                    proved.update(joined)
        ranked = sorted(proved, key=lambda pair: (-together[pair], pair))
        return tuple(
            Pair(*pair, together[pair], decimal_places(Fraction(together[pair], plans), 6))
            for pair in ranked
        )

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns of `records`."""
        stages = (name.replace(" ", "_") for name in STAGES)
        bounded = (column for name in stages for column in (name, f"{name}_bound"))
        return ("key", *self.parameters, "status", *bounded, *REST)

    def records(self) -> Iterator[dict[str, Any]]:
        """Give each row as plain values, by column; seconds are left out, as they never repeat."""
        for row in self.rows:
            found: dict[str, Any] = dict.fromkeys(self.columns)
            found |= {key: value_of(text) for key, text in row.settings}
            for name, value, bound in row.stages:
                column = name.replace(" ", "_")
                found |= {column: value, f"{column}_bound": bound}
            yield found | {
                "key": row.key,
                "status": row.status,
                "federations": len(row.federations) if row.has_plan else None,
                "schools_alone": row.schools_alone,
                "candidates": row.candidates,
                "plan": " ".join(row.federations),
                "message": row.message,
                "version": row.version,
                "standing": STANDING,
            }

    def to_df(self) -> pd.DataFrame:
        """Return the rows as a pandas DataFrame, seconds and all; numbers as numbers."""
        import pandas as pd

        found = pd.DataFrame(list(self.records()), columns=list(self.columns)).convert_dtypes()
        for key in self.parameters:
            found[key] = [_read(text) for text in found[key].tolist()]
        return found.assign(seconds=[row.seconds for row in self.rows])


def pairs_of(federations: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Give every two schools that stand together, the lower URN first, by keys of federations."""
    for key in federations:
        yield from combinations(map(int, key.split("-")), 2)


def value_of(text: str) -> str:
    """Show the TOML of a value: words without their quotes, the rest as it is written."""
    return (json.loads(text) or text) if text.startswith('"') else text


def _read(text: Any) -> Any:
    """Read a number or a truth back; the rest stays as it is."""
    if not isinstance(text, str):
        return None
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        with suppress(ValueError):
            return kind(text)
    return text


def answered(ready: Ready, key: str, settings: Settings) -> Row:
    """Solve one scenario; whatever is wrong with it is its row, never an error."""
    start = perf_counter()
    if ready.version != __version__:
        do = f"this worker has version {__version__} of grouping, the sweep {ready.version}"
        return Row(key, settings, FAILED, f"{do}: install the same on every worker")
    try:
        policy = ready.ground.under(settings)
        row = _row(_plan(ready, policy), key, settings)
    except (PolicyRefused, InputRefused) as refused:
        row = Row(key, settings, "refused", _one_line(refused))
    except CapReached as capped:
        row = Row(key, settings, "capped", _one_line(capped))
    except MemoryError:
        why = "out of memory: use fewer workers at once, or lower rules.schools.at_most"
        row = Row(key, settings, FAILED, why)
    except GroupingError as error:
        row = Row(key, settings, FAILED, _one_line(error))
    except Exception as error:  # noqa: BLE001  our fault, and no other scenario's
        row = Row(key, settings, FAILED, f"our fault: {type(error).__name__}: {error}")
    return replace(row, seconds=round(perf_counter() - start, 3))


def _plan(ready: Ready, policy: Policy) -> Plan:
    """Solve a scenario, from the candidates of an earlier one where they serve."""
    limit = ready.time_limit
    if limit is None and len(ready.schools.rows) <= WHOLE:
        plan = _warm(ready, policy)
        if plan.status in WITH_PLAN:
            return plan
    return propose(ready.schools, policy, ready.journeys, time_limit=limit, workers=1, seed=0)


def _warm(ready: Ready, policy: Policy) -> Plan:
    held = ready.solved.setdefault(get_ident(), [])
    for known in held:
        found = known.quickly(policy)
        if found is not None:
            return found.plan
    fresh = Case(ready.schools, policy, ready.journeys).solve()
    held.insert(0, fresh)
    del held[KEPT:]
    return fresh.plan


def _row(plan: Plan, key: str, settings: Settings) -> Row:
    if plan.stopped:  # by the user: half an answer is none
        raise KeyboardInterrupt
    if plan.status not in WITH_PLAN:
        said = {"infeasible": "no plan can exist", "unknown": "stopped before any plan was in hand"}
        why = "; ".join(plan.conflicts)
        message = said[plan.status] + (f". These cannot all hold: {why}" if why else "")
        return Row(key, settings, plan.status, message, candidates=plan.candidates)
    return Row(
        key,
        settings,
        plan.status,
        stages=tuple((stage.name, stage.value, stage.bound) for stage in plan.stages),
        federations=tuple("-".join(map(str, urns)) for urns in plan.groups),
        schools_alone=len(plan.county) - sum(map(len, plan.groups)),
        candidates=plan.candidates,
    )


def _one_line(error: GroupingError) -> str:
    return " ".join(error.report().split("\n"))
