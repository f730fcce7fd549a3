"""What is odd but not wrong in a file of schools: warnings, counted, with the URNs concerned.

Also the cleaning that makes every later writing safe: lone surrogates become U+FFFD, and names
lose direction-changing and zero-width characters and are cut at 200.
"""

from __future__ import annotations

import re
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from grouping.world import cells, register

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from grouping.world.schools import School

LONGEST_NAME = 200
NAMED = 8  # how many URNs or words a warning names before it says how many more
LARGE_ROLL = 5_000
DEEPEST = 20
SURROGATE = re.compile("[\ud800-\udfff]")
UNSEEN = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
# UTF-8 read as a Western code page ("Ã©", "â€™"), and control characters no keyboard makes.
MOJIBAKE = re.compile("[\u00c2\u00c3][\u0080-\u00bf]|\u00e2\u20ac|[\u0080-\u009f]|\ufffd")


def clean(properties: Mapping[str, object]) -> Mapping[str, object]:
    """Give properties with lone surrogates, which no file could hold, replaced by U+FFFD.

    Where there is plainly none, as nearly always, these are the properties given.
    """
    if "".join(properties).isascii() and all(map(_plain, properties.values())):
        return properties
    return {_whole_text(key): _clean(value) for key, value in properties.items()}


def clean_name(name: str) -> str:
    """Take bidirectional controls and zero-width characters out of a name and cut it at 200."""
    return seen(name)[:LONGEST_NAME]


def seen(text: str) -> str:
    """Take out of a text what nobody sees, and what turns the text around it."""
    return UNSEEN.sub("", text)


def listed(items: Iterable[object], most: int = NAMED) -> str:
    """Join with commas, up to so many, then how many more."""
    texts = [str(item) for item in items]
    more = f" and {len(texts) - most} more" if len(texts) > most else ""
    return ", ".join(texts[:most]) + more


def remarks(schools: Sequence[School]) -> list[str]:
    """Say what is odd in the checked schools, one sentence a kind."""
    kinds = [
        ("with no phase, read as Primary", [s for s in schools if _absent(s, "phase")]),
        (
            "of a phase the register does not have",
            [s for s in schools if s.phase not in register.PHASES],
        ),
        ("of unknown religious character", [s for s in schools if _no_character(s)]),
        ("with no pupils (roll 0)", [s for s in schools if s.roll == 0]),
        (f"with a roll above {LARGE_ROLL:,}", [s for s in schools if s.roll > LARGE_ROLL]),
        ("open with a roll above capacity", [s for s in schools if _full(s)]),
        ("whose URN is written with a decimal point", [s for s in schools if _pointed(s)]),
        ("with text that looks wrongly decoded", [s for s in schools if _garbled(s)]),
        ("with unseen control characters in the name, taken out", _named(schools, UNSEEN)),
        (f"with a name cut at {LONGEST_NAME} characters", [s for s in schools if _long(s)]),
    ]
    said = [_counted(kind, found) for kind, found in kinds if found]
    return (
        said + _authorities(schools) + _shared_sites(schools) + _groups(schools) + _carried(schools)
    )


def _counted(kind: str, found: Sequence[School]) -> str:
    noun = "school" if len(found) == 1 else "schools"
    return f"{len(found)} {noun} {kind}: {listed(s.urn for s in found)}"


def _absent(school: School, name: str) -> bool:
    return cells.is_blank(school.properties.get(name))


def _no_character(school: School) -> bool:
    return school.religious_character in (None, register.NOT_REPORTED)


def _pointed(school: School) -> bool:
    written = school.properties.get("urn")
    return isinstance(written, Decimal) or (isinstance(written, str) and "." in written)


def _full(school: School) -> bool:
    return (
        school.status == register.OPEN
        and bool(school.capacity)
        and school.roll > (school.capacity or 0)
    )


def _garbled(school: School) -> bool:
    odd = (value for value in school.properties.values() if not _plain(value))
    return any(MOJIBAKE.search(value) for value in odd if isinstance(value, str))


def _named(schools: Sequence[School], pattern: re.Pattern[str]) -> list[School]:
    names = (str(school.properties.get("name", "")) for school in schools)
    found = (not name.isascii() and pattern.search(name) for name in names)
    return [school for school, odd in zip(schools, found, strict=True) if odd]


def _long(school: School) -> bool:
    name = str(school.properties.get("name", ""))
    return len(name) > LONGEST_NAME and len(UNSEEN.sub("", name)) > LONGEST_NAME


def _authorities(schools: Sequence[School]) -> list[str]:
    without = [s for s in schools if s.local_authority is None]
    if without and len(without) == len(schools):
        return ["no school gives its local_authority: a rule of one authority cannot be kept"]
    if without:
        return [_counted("with no local_authority, sharing one with no other school", without)]
    return []


def _shared_sites(schools: Sequence[School]) -> list[str]:
    there = [s for s in schools if s.status == register.OPEN]
    sites = Counter((s.easting, s.northing) for s in there)
    found = [s for s in there if sites[s.easting, s.northing] > 1]
    return [_counted("open at the same point as another", found)] if found else []


def _groups(schools: Sequence[School]) -> list[str]:
    """Warn where a word such as "Not applicable" is given as the id of a group."""
    said = []
    for name in ("federation", "partnership", "trust"):
        ids = Counter(getattr(s, name) for s in schools)
        for group, count in ids.items():
            if group is not None and group.casefold() in register.NO_GROUP:
                said.append(
                    f'{name} "{group}" of {count} schools is read as an id like any other;'
                    " leave it blank if it means none"
                )
    return said


def _carried(schools: Sequence[School]) -> list[str]:
    """Warn of figures that no measure uses and that are not numbers."""
    said = []
    for name in ("fsm_percent", "reserve"):
        wrong = [s for s in schools if not _is_number(s.properties.get(name))]
        if wrong:
            said.append(_counted(f"whose {name} is not a number; it is carried as given", wrong))
    return said


def _is_number(value: object) -> bool:
    try:
        cells.number(value)
    except cells.UnfitError:
        return False
    return True


def _plain(value: object) -> bool:
    return value.isascii() if isinstance(value, str) else not isinstance(value, list | dict)


def _whole_text(value: str) -> str:
    return SURROGATE.sub("\ufffd", value)


def _clean(value: object, depth: int = 0) -> object:
    if isinstance(value, str):
        return _whole_text(value)
    if depth > DEEPEST:
        raise cells.UnfitError("holds lists or objects nested too deeply", "Keep properties flat")
    if isinstance(value, list):
        return [_clean(each, depth + 1) for each in value]
    if isinstance(value, dict):
        return {_whole_text(str(key)): _clean(each, depth + 1) for key, each in value.items()}
    return value
