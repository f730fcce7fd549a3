"""The properties of a school, field by field: how each is read, and what it is where unknown.

`PROPERTIES` is the table a newcomer reads first. `read_row` reads one row by it; every fault goes
to the list of the whole file. A text or whole number met before in the same field of the same
file is not read again: a register of twenty thousand schools has few types and few capacities.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from grouping.errors import Fault
from grouping.world import cells, register
from grouping.world.cells import UnfitError
from grouping.world.remarks import clean_name

if TYPE_CHECKING:
    from grouping.world.schools import Row

MOST_PUPILS = 9_999
Reader = Callable[[object], Any]


@dataclass(frozen=True)
class Property:
    """One property of a school: `read` takes a cell of it, and gives None for an unknown.

    `needed` says what to do where it is missing; where there is none it may be missing, and then
    it is `unknown`.
    """

    name: str
    read: Reader
    needed: str = ""
    unknown: object = None


def _whole(at_least: int, at_most: int) -> Reader:
    return lambda value: cells.whole(value, at_least, at_most)


def _exact(at_most: int) -> Reader:
    def read(value: object) -> Fraction | None:
        decimal = cells.number(value, 0, at_most)
        return None if decimal is None else Fraction(decimal)

    return read


def _word(name: str, known: Mapping[str, str]) -> Reader:
    return lambda value: cells.word(value, known, name, secret=name == "head")


def _spelt(known: Mapping[str, str]) -> Reader:
    """Read free text; a known word comes back in its usual spelling."""

    def read(value: object) -> str | None:
        found = cells.text(value)
        return None if found is None else known.get(found.casefold(), found)

    return read


def _name(value: object) -> str | None:
    return None if cells.text(value) is None else clean_name(str(value)) or None


PROPERTIES = (
    Property("urn", cells.urn, "Give every school its six-digit URN"),
    Property("name", _name, "Give the school's name"),
    Property("roll", _whole(0, MOST_PUPILS), "Put the number of pupils in"),
    Property("type", _word("type", register.KNOWN_TYPES), "Give the GIAS type by name"),
    Property("status", _word("status", register.KNOWN_STATUSES), unknown=register.OPEN),
    Property("phase", _spelt(register.KNOWN_PHASES), unknown=register.PRIMARY),
    Property("religious_character", _spelt(register.KNOWN_CHARACTERS)),
    Property("diocese", _spelt(register.KNOWN_DIOCESES)),
    Property("local_authority", cells.identity),
    Property("age_low", _whole(-99, 99)),
    Property("age_high", _whole(-99, 99)),
    Property("capacity", _whole(0, 99_999)),
    Property("open_date", cells.day),
    Property("sparsity_miles", _exact(1_000)),
    Property("income", _exact(10**12)),
    Property("expenditure", _exact(10**12)),
    Property("head", _word("head", register.KNOWN_HEADS), unknown=register.UNKNOWN_HEAD),
    Property("federation", cells.identity),
    Property("partnership", cells.identity),
    Property("trust", cells.identity),
)


def remembered(read: Reader) -> Reader:
    """Make a reader give a text or a whole number met before what it gave then.

    Decimals are read each time, for equal ones may be written differently; so is what is refused.
    """
    seen: dict[object, Any] = {}

    def again(value: object) -> Any:
        if type(value) is not str and type(value) is not int:
            return read(value)
        if value not in seen:
            seen[value] = read(value)
        return seen[value]

    return again


def readers() -> list[tuple[Property, Reader]]:
    """Give every property with a reader of its own, which remembers the cells of one file."""
    return [(each, remembered(each.read)) for each in PROPERTIES]


def read_row(
    row: Row, columns: Sequence[tuple[Property, Reader]], source: str, faults: list[Fault]
) -> dict[str, Any]:
    """Read every property of a row; what is wrong is added to the faults, and reads as unknown."""
    values: dict[str, Any] = {}
    properties = row.properties

    def refuse(name: str, what: str, do: str, value: object = None) -> None:
        at = (source, row.place, values.get("urn"), name)
        faults.append(Fault(what, do, *at, cells.display(value)))

    for column, read in columns:
        name, value = column.name, properties.get(column.name)
        got = None
        if value is not None or column.needed:
            try:
                got = read(value)
            except UnfitError as unfit:
                refuse(name, unfit.what, unfit.do, None if name == "head" else value)
            else:
                if got is None and column.needed:
                    refuse(name, "is missing", column.needed + _instead(name, properties))
        values[name] = column.unknown if got is None else got
        if name == "urn":
            for one, other in _twice(tuple(properties)):
                refuse(one, f'stands twice, also as "{other}"', "Keep one of the two")
    return values


def _instead(name: str, properties: Mapping[str, object]) -> str:
    """Name a property that looks like the missing one."""
    wanted = (name, *register.OTHER_NAMES.get(name, ()))
    near = [key for key in properties if key.strip().casefold() in wanted]
    near = [key for key in near if key != name]
    return f'; if "{near[0]}" holds it, rename that to "{name}"' if near else ""


@lru_cache(maxsize=256)
def _twice(names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Find property names that are the same but for case and spaces."""
    seen: dict[str, str] = {}
    pairs = []
    for key in names:
        folded = key.strip().casefold()
        if folded in seen:
            pairs.append((seen[folded], key))
        seen.setdefault(folded, key)
    return tuple(pairs)
