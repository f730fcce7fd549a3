"""A policy as TOML text: read, laid over its base, turned into a `Policy`, and written again."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from grouping.errors import Fault, PolicyRefused, UsageRefused, shown
from grouping.policy.schema import (
    LOCKS,
    ROOMS,
    Keys,
    checked,
    from_take_part,
    hint,
    is_lock,
    known_keys,
    place_of,
    policy_model,
    ready_made,
)
from grouping.policy.words import Alone, Locks, Neighbours, Policy, Roles, TakePart, Travel
from grouping.policy.writing import written

if TYPE_CHECKING:
    from grouping.world.budgets import Money
    from grouping.world.ethos import PairTable

__all__ = ["document", "merged", "policy_of", "with_settings", "written"]

Document = dict[str, Any]
Base = Callable[[str], Document]

DEFAULTS = "norfolk-2012"  # the policy that gives every key its default
LONGEST_CHAIN = 20  # of bases
AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
LONG_NUMBER = re.compile(r"\d{4300}")


def document(text: str, file: str) -> Document:
    """Read the text of a policy file as TOML, decimals as written.

    Raises
    ------
    PolicyRefused
        Where it is not TOML, with line and column.
    """
    text = text.removeprefix("\ufeff")
    try:
        return tomllib.loads(text, parse_float=_decimal)
    except RecursionError:
        what, place = "is nested too deeply to be read", ""
    except ValueError as error:
        what, place = _broken(str(error), text)
    raise PolicyRefused(Fault(what, "Mend the file there", file, place))


def _decimal(written: str) -> Decimal:
    try:
        return Decimal(written)
    except InvalidOperation:  # an exponent beyond all bounds
        return Decimal("Infinity")


def _broken(message: str, text: str) -> tuple[str, str]:
    """Say what is wrong with the TOML, and where."""
    if long := LONG_NUMBER.search(text.replace("_", "")):
        line = text.replace("_", "").count("\n", 0, long.start()) + 1
        return "holds a number of thousands of digits", f"line {line}"
    found = AT.search(message)
    what = f"is not TOML here: {AT.sub('', message)}"
    if found and found[1]:
        return what, f"line {found[1]}, column {found[2]}"
    return what, "at the end" if found else ""


def merged(document: Document, base: Base, file: str = "policy") -> Document:
    """Lay a document over its base, and that over its own, until every key has a value.

    Tables merge key by key, lists replace, `false` switches a rule, term or limit off and `true`
    on. Without `base`, rules, terms and limits not named are off, and every other key takes the
    default of norfolk-2012.

    Raises
    ------
    PolicyRefused
        Where bases go round in a circle.
    """
    chain = [document]
    names: list[str] = []
    while "base" in chain[-1]:
        name = chain[-1]["base"]
        if not isinstance(name, str):
            do = f'Write it as in base = "{DEFAULTS}"'
            raise PolicyRefused(Fault("is not the name of a policy", do, file, "base"))
        if name in names or len(names) == LONGEST_CHAIN:
            round_ = " -> ".join(shown(n) for n in [*names, name])
            what = f"is based on itself in the end: {round_}"
            raise PolicyRefused(Fault(what, "Take one base out", file, "base"))
        names.append(name)
        chain.append(base(name))
    defaults = base(DEFAULTS)
    result = dict(defaults)
    for room in ROOMS:
        result[room] = dict.fromkeys(defaults[room], False)
    for over in reversed(chain):
        result = _laid(over, result, defaults)
    return result


def _laid(over: Document, under: Document, defaults: Document) -> Document:
    """Lay one document over another, key by key."""
    result = dict(under)
    for key, value in over.items():
        below = under.get(key)
        if key == "base":
            continue
        if isinstance(defaults.get(key), dict) and not isinstance(below, dict):
            continue  # what is below is no table: it stays, to be refused
        if not isinstance(value, dict) or not isinstance(below, dict):
            result[key] = value
        elif key in ROOMS:
            table = {
                name: _switched(one, below.get(name, False), defaults[key].get(name))
                for name, one in value.items()
            }
            result[key] = {**below, **table}
        else:
            result[key] = {**below, **value}
    return result


def _switched(over: Any, below: Any, default: Any) -> Any:
    """Lay a rule, term or limit over the one below; switched on, it starts from its defaults."""
    start = next((t for t in (below, default) if isinstance(t, dict)), {})
    if isinstance(over, dict):
        return {**start, **over}
    return (start or True) if over is True else over


def with_settings(document: Document, settings: Sequence[str], base: Base) -> Document:
    """Lay settings such as "rules.longest_journey.at_most=25" over a merged document, in order.

    A value is read as TOML, else as text.

    Raises
    ------
    UsageRefused
        Where a setting is not of the form key=value.
    PolicyRefused
        Where a key is not known, with the nearest.
    """
    keys, defaults, faults = known_keys(policy_model()), base(DEFAULTS), []
    result = document
    for setting in settings:
        name, equals, value = setting.partition("=")
        path = [part.strip() for part in name.split(".")]
        if not equals or not all(path):
            do = "Write it as in rules.longest_journey.at_most=25"
            raise UsageRefused(Fault("is not key=value", do, "--set", value=setting))
        strange = _first_unknown(path, keys)
        if strange:
            do = 'Name the policy with "--policy"' if path == ["base"] else hint(strange, keys)
            faults.append(Fault("is not a known key", do, "--set", place_of(strange)))
            continue
        over: Any = _value(value)
        for part in reversed(path):
            over = {part: over}
        result = _laid(over, result, defaults)
    if faults:
        raise PolicyRefused(faults)
    return result


def _first_unknown(path: list[str], keys: Keys) -> list[str]:
    """Return the path down to its first part that is not a known key; nothing where all are."""
    here: Keys | None = keys
    for depth, part in enumerate(path, start=1):
        if here is None or part not in here:
            return path[:depth]
        here = here[part]
    return []


def _value(written: str) -> object:
    """Read the value of a setting as TOML, else as text."""
    try:
        found = document(f"value = {written}", "--set")
    except PolicyRefused:
        return written.strip()
    return found["value"] if len(found) == 1 else written.strip()


def policy_of(
    document: Mapping[str, Any],
    *,
    money: Callable[[str], Money],
    pair_table: PairTable,
    file: str = "policy",
) -> Policy:
    """Check a merged document and make the policy it describes.

    `money` gives the parameters of the budget model of a year, or refuses it.

    Raises
    ------
    PolicyRefused
        With every mistake at once: unknown keys with the nearest, wrong types, values out of
        bounds, and contradictions that can be told without the schools file.
    """
    held, faults = checked(document, file)
    budget = document.get("budget")
    year = budget.get("year") if isinstance(budget, dict) else None
    if isinstance(year, str) and year.strip():
        try:
            figures = money(year.strip())
        except PolicyRefused as refused:
            faults += [replace(f, file=file, place="budget.year") for f in refused.faults]
    if held is None or faults:
        raise PolicyRefused(faults)
    take_part, locks = TakePart(**dict(held.take_part)), Locks(**dict(held.locks))
    made = {room: _made(room, held, faults, file) for room in ROOMS}
    if faults:
        raise PolicyRefused(faults)
    return Policy(
        name=held.name,
        form=held.form,
        take_part=take_part,
        roles=Roles(**dict(held.roles)),
        alone=Alone(**dict(held.alone)),
        travel=Travel(**dict(held.journeys)),
        neighbours=Neighbours(**dict(held.neighbours)),
        rules=made["rules"],
        locks=locks,
        terms=made["terms"],
        limits=made["limits"],
        federation_grant=held.budget.federation_grant,
        money=figures,
        pair_table=pair_table,
    )


def _made(room: str, held: Any, faults: list[Fault], file: str) -> tuple[Any, ...]:
    """Make the rules, terms or limits that are on, each by the function of its name."""
    made = []
    for name, make in ready_made(room).items():
        if is_lock(make):
            settings = {LOCKS: getattr(held.locks, name)}
            on = bool(settings[LOCKS])
        else:
            table = getattr(getattr(held, room), name)
            on, settings = table is not None, dict(table or {})
        if on:
            settings |= {key: getattr(held.take_part, key) for key in from_take_part(make)}
            try:
                made.append(make(**settings))
            except ValueError as error:  # a check of the function's own
                faults.append(Fault(str(error), "", file, f"{room}.{name}"))
    return tuple(made)
