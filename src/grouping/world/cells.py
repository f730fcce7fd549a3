"""One cell of a user's file: read as text, id, whole number, decimal, word or date, or refused.

Every reader takes a value as the file gave it and returns None for an unknown (null or blank
text). Numbers are decimals as written; texts that are plain numbers count as numbers.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from grouping.world.register import SUPPRESSED, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

PLAIN_NUMBER = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?")
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
URN_TEXT = re.compile(r" *[0-9]{6}(?:\.0+)? *")
MOST_DIGITS = 18  # before the point; more cannot be a count or a sum of money
MOST_PLACES = 30  # after it; more would only make exact arithmetic slow
LOWEST_URN, HIGHEST_URN = 100_000, 999_999


class UnfitError(ValueError):
    """A cell that cannot be what its field needs: what is wrong, and what to do."""

    def __init__(self, what: str, do: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.do = do


def is_blank(value: object) -> bool:
    """Say whether a cell is an unknown: null, or text of nothing but spaces."""
    return value is None or (isinstance(value, str) and not value.strip())


def text(value: object) -> str | None:
    """Read free text, trimmed; a number, list or object is refused."""
    if is_blank(value):
        return None
    if not isinstance(value, str):
        raise UnfitError(
            f"is {_kind(value)} where text is needed", "Put it in quotes or leave it out"
        )
    if "\0" in value:
        raise UnfitError("holds a NUL character", "Type the text again; the file may be damaged")
    return value.strip()


def identity(value: object) -> str | None:
    """Read an id as text: a whole number, written 1992 or 1992.0, reads "1992"."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return text(value)
    exact = number(value)
    if exact is None or exact == exact.to_integral_value():
        return None if exact is None else str(int(exact))
    return str(exact)


def number(
    value: object, at_least: int = -(10**MOST_DIGITS), at_most: int = 10**MOST_DIGITS
) -> Decimal | None:
    """Read a decimal exactly as written, between bounds."""
    if is_blank(value):
        return None
    exact = _decimal(value)
    if not exact.is_finite():
        raise UnfitError(
            "is not a finite number", "Put the number in, or leave it blank if unknown"
        )
    if exact and exact.adjusted() > MOST_DIGITS:
        raise UnfitError(f"is out of range ({at_least:,} to {at_most:,})", "Check the number")
    if isinstance(exponent := exact.as_tuple().exponent, int) and exponent < -MOST_PLACES:
        raise UnfitError(
            "has too many decimal places", f"Round it to {MOST_PLACES} places or fewer"
        )
    if not at_least <= exact <= at_most:
        raise UnfitError(f"is out of range ({at_least:,} to {at_most:,})", "Check the number")
    return exact or Decimal(0)


def whole(value: object, at_least: int, at_most: int) -> int | None:
    """Read a whole number between bounds; 61.0 is whole, 60.5 is not."""
    if type(value) is int and at_least <= value <= at_most:
        return value
    exact = number(value, at_least, at_most)
    if exact is None:
        return None
    if exact != exact.to_integral_value():
        raise UnfitError("is not a whole number", "Put a whole number in")
    return int(exact)


def change(value: str) -> Decimal:
    """Read a change of a whole, -100 % to 100 %: -10% or -0.10."""
    plain = value.strip()
    exact = number(plain.removesuffix("%"))
    if exact is None or abs(exact) > (100 if plain.endswith("%") else 1):
        raise UnfitError("is not a change between -100% and 100%", "Write -10% or -0.10")
    return exact / 100 if plain.endswith("%") else exact


def urn(value: object) -> int | None:
    """Read a unique reference number: six digits."""
    six = "A URN has six digits, 100000 to 999999: copy it from the register"
    if isinstance(value, Decimal):
        exponent = value.as_tuple().exponent
        if isinstance(exponent, int) and exponent > 0:
            raise UnfitError("is a URN shortened by a spreadsheet (its last digits are lost)", six)
    if isinstance(value, str) and re.fullmatch(r"\s*[0-9.]+[eE]\+?[0-9]+\s*", value):
        raise UnfitError("is a URN shortened by a spreadsheet (its last digits are lost)", six)
    if isinstance(value, str) and value.strip() and not URN_TEXT.fullmatch(value):
        raise UnfitError("is not a URN", six)
    try:
        return whole(value, LOWEST_URN, HIGHEST_URN)
    except UnfitError:
        raise UnfitError("is not a URN", six) from None


def word(
    value: object, known: Mapping[str, str], field: str, *, secret: bool = False
) -> str | None:
    """Read one of the known words (by case-folded form), returned in its usual spelling.

    `secret`: say nothing of what was found; it may be a person's name.
    """
    try:
        found = text(value)
    except UnfitError:
        found = "" if value is not None else None
    if found is None:
        return None
    if found.casefold() in known:
        return known[found.casefold()]
    if secret:
        raise UnfitError("is not one of its words", f"Use one of: {', '.join(known.values())}")
    near = nearest(found, known.values())
    hint = f'Did you mean "{near}"?' if near else f"Use the register's word for {field}"
    raise UnfitError(f"is not a known {field}", hint)


def day(value: object) -> date | None:
    """Read a date written YYYY-MM-DD."""
    found = text(value)
    if found is None:
        return None
    if ISO_DAY.fullmatch(found):
        try:
            return date.fromisoformat(found)
        except ValueError:
            pass
    raise UnfitError("is not a date", "Write dates as YYYY-MM-DD, as in 2019-09-01")


def display(value: object) -> object:
    """Return what an error shows of a value: short, and never slow."""
    if isinstance(value, Decimal) and value.is_nan():
        return str(value)
    if isinstance(value, Decimal):
        if value.is_snan():
            return str(value)
        near = float(value)
        return near if Decimal(repr(near)) == value and abs(near) < 1e16 else str(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and abs(value) >= 10**40:
        return "a number of more than 40 digits"
    return _kind(value) if isinstance(value, list | dict) else value


def _decimal(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value) if abs(value) < 10**40 else Decimal("1e40")
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, str):
        return _written(value)
    raise UnfitError(f"is {_kind(value)}, not a number", "Put a number in")


def _written(value: str) -> Decimal:
    plain = value.strip(" \t\r\n")
    if plain.casefold() in SUPPRESSED:
        raise UnfitError(
            "is suppressed or unknown, not a number",
            "Put the number in; if the field may be unknown, leave it blank; or take the row out",
        )
    if not PLAIN_NUMBER.fullmatch(plain):
        raise UnfitError("is not a plain number", "Write digits only, as in 61")
    try:
        return Decimal(plain.replace(",", ""))
    except InvalidOperation:
        raise UnfitError("is not a plain number", "Write digits only, as in 61") from None


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, list | tuple):
        return "a list"
    return "an object" if isinstance(value, dict) else "a number"
