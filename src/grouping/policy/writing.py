"""A policy written as TOML: every key, in the order and layout of norfolk-2012."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from grouping.errors import Fault, PolicyRefused, shown
from grouping.policy.checks import FIRST, seen
from grouping.policy.schema import is_lock, parameters, ready_made

if TYPE_CHECKING:
    from grouping.policy.words import Limit, Policy, Term

BARE = re.compile(r"[A-Za-z0-9_-]+")
MOST_DIGITS = 400  # a number of more is written with its exponent
LEFT_OUT = "# Given as Python, so not here: "


def written(policy: Policy) -> str:
    """Write the effective policy as TOML: every key, in the order of norfolk-2012.

    Rules, terms and limits given as Python are left out, with a comment that names them.

    Raises
    ------
    PolicyRefused
        Where a number given from Python cannot be written as a decimal, such as 1/3.
    """
    alone = {key: FIRST if v is None else v for key, v in _settings(policy.alone).items()}
    budget = {"year": policy.money.year, "federation_grant": policy.federation_grant}
    return "\n".join(
        (
            _lines("", {"name": policy.name, "form": policy.form}),
            _table("take_part", _settings(policy.take_part)),
            _table("roles", _settings(policy.roles)),
            _table("alone", alone),
            _table("journeys", _settings(policy.travel)),
            _table("neighbours", _settings(policy.neighbours)),
            _switched("rules", _of_rules(policy)),
            _table("locks", _settings(policy.locks)),
            _switched("terms", {term.name: _of_term(term) for term in policy.terms}),
            _switched("limits", {limit.name: _of_limit(limit) for limit in policy.limits}),
            _table("budget", budget),
        )
    )


def _settings(table: Any) -> dict[str, Any]:
    return {f.name: getattr(table, f.name) for f in fields(table)}


def _of_rules(policy: Policy) -> dict[str, Mapping[str, Any] | None]:
    """Return the settings of every rule but those that the table of locks makes."""
    locked = {key for key, lists in _settings(policy.locks).items() if lists}
    return {
        rule.title: rule.settings
        for rule in policy.rules
        if rule.settings is None or rule.title not in locked
    }


def _of_term(term: Term) -> Mapping[str, Any] | None:
    return None if term.settings is None else {**term.settings, "weight": term.exact_weight}


def _of_limit(limit: Limit) -> Mapping[str, Any] | None:
    bounds = {"at_least": limit.at_least, "at_most": limit.at_most}
    return None if limit.settings is None else {**limit.settings, **bounds}


def _switched(room: str, held: Mapping[str, Mapping[str, Any] | None]) -> str:
    """Write [rules], [terms] or [limits]: an inline table, true or false each."""
    ready = {name: make for name, make in ready_made(room).items() if not is_lock(make)}
    left_out = [name for name, s in held.items() if s is None or name not in ready]
    lines = [f"[{room}]"]
    for name, make in ready.items():
        if name not in left_out:
            one = _one(f"{room}.{name}", list(parameters(make)), held.get(name))
            lines.append(f"{_key(name)} = {one}")
    if left_out:
        lines.append(LEFT_OUT + ", ".join(shown(name) for name in left_out))
    return "\n".join(lines) + "\n"


def _one(place: str, keys: list[str], settings: Mapping[str, Any] | None) -> str:
    if settings is None:
        return "false"
    if not keys:
        return "true"
    held = {key: settings[key] for key in keys if settings.get(key) is not None}
    inner = ", ".join(f"{_key(k)} = {value_text(f'{place}.{k}', v)}" for k, v in held.items())
    return f"{{{inner}}}" if held else "false"  # with no bound at all it asks for nothing


def _table(name: str, values: Mapping[str, Any]) -> str:
    return f"[{name}]\n{_lines(f'{name}.', values)}"


def _lines(above: str, values: Mapping[str, Any]) -> str:
    return "".join(f"{_key(k)} = {value_text(above + k, v)}\n" for k, v in values.items())


def _key(name: str) -> str:
    return name if BARE.fullmatch(name) else _text(name)


def value_text(place: str, value: object) -> str:
    """Write one value as TOML, the same for the same value: numbers as short as they go.

    Raises
    ------
    PolicyRefused
        Where it cannot be written: a date, nothing at all, a third.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(value_text(place, each) for each in value)}]"
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(str(k))} = {value_text(place, v)}" for k, v in value.items())
        return f"{{{inner}}}"
    if isinstance(value, int | float | Decimal | Fraction):
        return _number(place, value)
    what = "cannot be written in a policy file"
    raise PolicyRefused(Fault(what, "", "", place, value=seen(value)))


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _number(place: str, value: float | Decimal | Fraction) -> str:
    """Write a number as a decimal, as short as it goes."""
    if not isinstance(value, Fraction) and (wild := _wild(Decimal(value))):
        return wild
    exact = Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
    places, rest = 0, exact.denominator
    while rest % 10 == 0:
        rest, places = rest // 10, places + 1
    for factor in (2, 5):
        while rest % factor == 0:
            rest, places = rest // factor, places + 1
    if rest != 1:
        do = f"Give it as a decimal, as in {round(float(exact), 4)}"
        raise PolicyRefused(Fault("has no end as a decimal", do, "", place, value=str(exact)))
    digits = str(abs(exact.numerator) * 10**places // exact.denominator).rjust(places + 1, "0")
    whole, part = (digits[:-places], digits[-places:]) if places else (digits, "")
    return f"{'-' if exact < 0 else ''}{whole}{'.' + part if part else ''}"


def _wild(value: Decimal) -> str:
    """Write what has no short decimal: numbers that are none, and exponents beyond all bounds."""
    if value.is_finite() and abs(value.adjusted()) <= MOST_DIGITS:
        return ""
    return str(value).lower().replace("infinity", "inf")
