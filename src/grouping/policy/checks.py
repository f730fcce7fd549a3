"""Checks of one value of a policy file: each takes it as the file gave it, or refuses it.

Numbers come as decimals and stay exactly as written; nothing is converted on the quiet.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from grouping.world.cells import HIGHEST_URN, LOWEST_URN, UnfitError, display
from grouping.world.register import KNOWN_PHASES

FIRST = "first"
MOST = 10**9  # beyond it nothing here is a count, a bound, a price or a sum of pounds
PLACES = 9  # decimals; more would only make exact arithmetic slow
DIGITS = 60

Check = Callable[[object], Any]


def whole(least: int = 0, most: int = MOST) -> Check:
    """Make a check for a whole number; 3.0, true and "3" are none."""

    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise UnfitError(f"is {kind(value)} where a whole number is needed", "Write it as in 3")
        if not least <= value <= most:
            raise UnfitError(_outside(value, least, most))
        return value

    return check


def number(least: int | None = 0, *, above: bool = False) -> Check:
    """Make a check for a finite number, kept exactly as written; `above` leaves out the least."""

    def check(value: object) -> Fraction:
        if isinstance(value, bool) or not isinstance(value, int | Decimal | Fraction):
            raise UnfitError(f"is {kind(value)} where a number is needed", "Write it as in 2.5")
        if isinstance(value, Decimal) and not value.is_finite():
            raise UnfitError("is not a finite number", "Put a number in")
        exact = _exact(value)
        bottom = -MOST if least is None else least
        if not bottom <= exact <= MOST:
            raise UnfitError(_outside(exact, bottom, MOST))
        if above and exact == least:
            raise UnfitError(f"must be more than {least}")
        return exact

    return check


def _exact(value: int | Decimal | Fraction) -> Fraction:
    """Turn a number into a fraction, never slowly: wild exponents are told from their digits."""
    if not value:
        return Fraction(0)
    if isinstance(value, Decimal):
        if value.adjusted() > len(str(MOST)):
            raise UnfitError(f"is out of range, at most {MOST:,}")
        if value.adjusted() < -PLACES or len(value.as_tuple().digits) > DIGITS:
            raise UnfitError(f"has more than {PLACES} decimal places", "Round it")
    exact = Fraction(value) if -10 * MOST <= value <= 10 * MOST else Fraction(10 * MOST)
    if isinstance(value, Decimal) and (exact * 10**PLACES).denominator != 1:
        raise UnfitError(f"has more than {PLACES} decimal places", "Round it")
    return -exact if value < 0 < exact else exact


def _outside(value: int | Fraction, least: int, most: int) -> str:
    if value > most:
        return f"is out of range, at most {most:,}"
    return "is negative" if least == 0 else f"is below {least:,}, the least it may be"


def text(value: object) -> str:
    """Check for text that a file can hold."""
    if not isinstance(value, str):
        raise UnfitError(f"is {kind(value)} where text is needed", 'Put it in quotes ("...")')
    if "\0" in value or not (value.isascii() or _can_be_written(value)):
        raise UnfitError("holds characters that no file can", "Type the text again")
    return value


def _can_be_written(value: str) -> bool:
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def filled(value: object) -> str:
    """Check for text that is not blank; spaces around it are dropped."""
    if not (found := text(value).strip()):
        raise UnfitError("is blank", "Write a name")
    return found


def one_of(*words: str) -> Check:
    """Make a check for one of a few words, written exactly so."""
    listed = ", ".join(f'"{word}"' for word in words)

    def check(value: object) -> str:
        if not isinstance(value, str):
            raise UnfitError(f"is {kind(value)} where a word is needed", f"Use one of: {listed}")
        if value not in words:
            near = difflib.get_close_matches(value[:100], words, n=1)
            did_you = f'Did you mean "{near[0]}"? ' if near else ""
            raise UnfitError("is not a word known here", f"{did_you}Use one of: {listed}")
        return value

    return check


def phase(value: object) -> str:
    """Check for a phase of the register, whatever the case."""
    name = filled(value)
    if name.casefold() not in KNOWN_PHASES:
        one_of(*KNOWN_PHASES.values())(name)
    return KNOWN_PHASES[name.casefold()]


def flag(value: object) -> bool:
    """Check for true or false."""
    if not isinstance(value, bool):
        raise UnfitError(f"is {kind(value)} where true or false is needed")
    return value


def urn(value: object) -> int:
    """Check for a URN: a whole number of six digits."""
    six = f"A URN is a whole number of six digits, {LOWEST_URN} to {HIGHEST_URN}"
    if isinstance(value, bool) or not isinstance(value, int):
        raise UnfitError(f"is {kind(value)} where a URN is needed", six)
    if not LOWEST_URN <= value <= HIGHEST_URN:
        raise UnfitError("is not a URN", six)
    return value


def price(value: object) -> Fraction | None:
    """Check for the price of a school alone: "first" (a stage of its own) or points."""
    if value == FIRST:
        return None
    if isinstance(value, str):
        raise UnfitError("is not a price", 'Write "first", or a number of points of 0 or more')
    return Fraction(number()(value))


def lock(urns: tuple[int, ...]) -> tuple[int, ...]:
    """Check for two or more different schools; repeats are dropped."""
    once = tuple(dict.fromkeys(urns))
    if len(once) < 2:
        raise UnfitError("names fewer than two different schools", "Name two or more URNs")
    return once


def pair(urns: tuple[int, ...]) -> tuple[int, ...]:
    """Check for two different schools."""
    if len(urns) != 2 or urns[0] == urns[1]:
        raise UnfitError("is not a pair of two different schools", "Write it as [URN, URN]")
    return urns


def once(items: tuple[Any, ...]) -> tuple[Any, ...]:
    """Drop repeats, a list of the same schools in another order among them."""
    return tuple(
        {frozenset(i) if isinstance(i, tuple) else i: i for i in reversed(items)}.values()
    )[::-1]


def kind(value: object) -> str:
    """Say what sort of thing a value of a TOML file is."""
    names: tuple[tuple[Any, str], ...] = (
        (bool, "true or false"),
        (str, "text"),
        (list | tuple, "a list"),
        (dict, "a table"),
        (int, "a whole number"),
        (Decimal | float | Fraction, "a number with decimals"),
    )
    return next((name for of, name in names if isinstance(value, of)), "a date or time")


def seen(value: object) -> object:
    """Return what an error shows of a value: short, and never slow."""
    if isinstance(value, bool | list | tuple | dict):
        return None
    if isinstance(value, Decimal) and len(value.as_tuple().digits) > DIGITS:
        return "a number of many digits"
    known = isinstance(value, str | int | Decimal | Fraction)
    return display(value) if known else str(value)
