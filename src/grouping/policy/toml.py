"""A policy as TOML text: read, laid over its base, turned into a `Policy`, and written again."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields, replace
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from pydantic import ValidationError

from grouping.errors import Fault, PolicyRefused, UsageRefused, shown
from grouping.policy.checks import FIRST
from grouping.policy.contradictions import contradictions
from grouping.policy.schema import (
    LOCKS,
    ROOMS,
    TAKE_PART,
    hint,
    is_lock,
    known_keys,
    mistakes,
    parameters,
    place_of,
    policy_model,
    ready_made,
)
from grouping.policy.words import (
    Alone,
    Limit,
    Locks,
    Neighbours,
    Policy,
    Roles,
    Rule,
    TakePart,
    Term,
    Travel,
)
from grouping.world.budgets import Money
from grouping.world.ethos import PairTable

Document = dict[str, Any]
Base = Callable[[str], Document]

DEFAULTS = "norfolk-2012"  # the policy that gives every key its default
LONGEST_CHAIN = 20  # of bases
AT = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
LONG_NUMBER = re.compile(r"\d{4300}")
BARE = re.compile(r"[A-Za-z0-9_-]+")


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


def merged(document: Document, base: Base) -> Document:
    """Lay a document over its base, and that over its own, until every key has a value.

    Tables merge key by key, lists replace, `false` switches a rule, term or limit off and `true`
    on. Without `base`, rules, terms and limits not named are off, and every other key takes the
    default of norfolk-2012.

    Raises
    ------
    PolicyRefused
        Where bases go round in a circle.
    """
    chain, names = [document], []
    while "base" in chain[-1]:
        name = chain[-1]["base"]
        if not isinstance(name, str):
            do = f'Write it as in base = "{DEFAULTS}"'
            raise PolicyRefused(Fault("the base must be named by text", do, place="base"))
        if name in names or len(names) == LONGEST_CHAIN:
            round_ = " -> ".join(shown(n) for n in [*names, name])
            what = f"is based on itself in the end: {round_}"
            raise PolicyRefused(Fault(what, "Take one base out", place="base"))
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
        if len(path) == 3 and not isinstance(result[path[0]], dict):
            result = document
    if faults:
        raise PolicyRefused(faults)
    return result
