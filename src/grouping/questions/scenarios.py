"""Scenarios: what of a policy each changes, said one way only, and laid over the policy.

A scenario is a mapping of policy keys to values, as `--set` takes them one by one. Tables inside
tables are the same as dotted keys, and 30, 30.0 and Decimal("30") the same number, so that the
same question always has the same key.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from numbers import Integral, Real
from typing import Any

import numpy as np

from grouping.errors import Fault, PolicyRefused
from grouping.policy.toml import document, policy_of, with_settings
from grouping.policy.words import Policy
from grouping.policy.writing import value_text
from grouping.world.budgets import Money
from grouping.world.cells import UnfitError, change
from grouping.world.ethos import PairTable

Scenario = Mapping[str, Any]
Settings = tuple[tuple[str, str], ...]  # key and TOML text, ascending by key

ROLL_CHANGE = "roll_change"  # short for the key below, where the policy weighs leadership
LEADERSHIP = "terms.leadership.roll_change"
AS_IN = 'Write it as in "-10%", or -0.1'
FILES = ("neighbours.edges", "neighbours.barriers")  # keys whose value names a file


@dataclass(frozen=True, eq=False)
class Ground:
    """What scenarios are laid over: a policy as text, and what of it no text can hold.

    `defaults` gives the text of the policy that every key has its default from; `files` what the
    files hold that scenarios name, by key and name: pairs of URNs, or segments of barriers.
    """

    text: str
    defaults: Callable[[str], dict[str, Any]]
    money: Callable[[str], Money]
    pair_table: PairTable
    edges: frozenset[tuple[int, int]]
    barriers: Any
    files: Mapping[tuple[str, str], Any]

    def under(self, settings: Settings) -> Policy:
        """Make the policy of a scenario.

        Raises
        ------
        PolicyRefused
            With everything in the scenario that is wrong.
        """
        given = dict(settings)
        share = given.pop(ROLL_CHANGE, None)
        base = document(self.text, "policy")
        whole = with_settings(base, said(given.items()), self.defaults)
        if share is not None:
            if not whole["terms"].get("leadership"):
                what = "changes the rolls of the term leadership, which is off in this policy"
                raise PolicyRefused(Fault(what, "Leave it out", place=ROLL_CHANGE))
            whole = with_settings(whole, [f"{LEADERSHIP}={share}"], self.defaults)
        policy = policy_of(whole, money=self.money, pair_table=self.pair_table, file="")
        held = {"edges": self.edges, "barriers": self.barriers}
        nothing: dict[str, Any] = {"edges": frozenset(), "barriers": None}
        for key in FILES:
            if key in given:
                name = key.rpartition(".")[2]
                path = getattr(policy.neighbours, name)
                held[name] = self.files[key, path] if path else nothing[name]
        return replace(policy, **held)


def said(settings: Iterable[tuple[str, str]]) -> list[str]:
    """Write settings as `--set` takes them."""
    return [f"{key}={text}" for key, text in settings]


def settings_of(scenario: Scenario) -> Settings:
    """Write a scenario the one way there is of writing it.

    Raises
    ------
    PolicyRefused
        With every value that no policy file can hold.
    """
    faults: list[Fault] = []
    found: dict[str, str] = {}
    for key, value in flat(scenario):
        if key in found:
            faults.append(Fault("stands twice in one scenario", "Keep one of the two", place=key))
            continue
        try:
            found[key] = _share(value) if key == ROLL_CHANGE else value_text(key, plain(value))
            found[key].encode()
        except UnfitError as unfit:
            faults.append(Fault(unfit.what, unfit.do, place=key, value=value))
        except UnicodeEncodeError:
            what = "holds characters that no file can"
            faults.append(Fault(what, "Type the text again", place=key))
        except PolicyRefused as refused:
            faults += refused.faults
    if ROLL_CHANGE in found and LEADERSHIP in found:
        what = f"is short for {LEADERSHIP}, which this scenario has too"
        faults.append(Fault(what, "Keep one of the two", place=ROLL_CHANGE))
    if faults:
        raise PolicyRefused(faults)
    return tuple(sorted(found.items()))


def flat(scenario: Scenario, above: str = "") -> Iterator[tuple[str, Any]]:
    """Give the keys of a scenario, dotted, with their values; an empty table is a value."""
    for name, value in scenario.items():
        key = above + ".".join(part.strip() for part in str(name).split("."))
        if isinstance(value, Mapping) and value:
            yield from flat(value, f"{key}.")
        else:
            yield key, value


def plain(value: Any) -> Any:
    """Turn numbers and lists of any library into those a policy file knows."""
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real) and not isinstance(value, Fraction):
        return Decimal(repr(float(value)))
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, Mapping):
        return {str(key): plain(each) for key, each in value.items()}
    return value


def _share(value: Any) -> str:
    """Read a change of rolls: -0.1, or text such as "-10%"."""
    number = plain(value)
    if isinstance(number, bool) or not isinstance(number, str | int | Decimal | Fraction):
        raise UnfitError("is no change of rolls", AS_IN)
    try:
        return value_text(ROLL_CHANGE, change(number) if isinstance(number, str) else number)
    except UnfitError as unfit:
        raise UnfitError(unfit.what, AS_IN) from None


def unknown_keys(keys: Iterable[str], defaults: Callable[[str], dict[str, Any]]) -> list[Fault]:
    """Tell every key that no policy has, with the nearest that it has."""
    faults = []
    for key in dict.fromkeys(keys):
        if key == ROLL_CHANGE:
            continue
        if "=" in key or not all(key.split(".")):
            faults.append(Fault("is not a policy key", "Write it as in roles.small_below", "", key))
            continue
        try:
            with_settings({}, [f"{key}=0"], defaults)
        except PolicyRefused as refused:
            for fault in refused.faults:
                do = "A base goes into a policy file" if key == "base" else fault.do
                faults.append(replace(fault, file="", place=key, do=do))
    return faults


def named_files(scenarios: Sequence[Settings]) -> list[tuple[str, str]]:
    """List the files that scenarios name, by key, each once."""
    found: dict[tuple[str, str], None] = {}
    for settings in scenarios:
        for key, text in settings:
            if key in FILES:
                value = document(f"value = {text}", "")["value"]
                if isinstance(value, str) and value:
                    found[key, value] = None
    return list(found)
