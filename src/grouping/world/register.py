"""The words of the register of schools (GIAS, "Get Information about Schools"), in its spelling.

Types by the DfE's code list of establishment types; a few are spelt two ways there and both are
kept. A word is compared trimmed and whatever the case, and stored as it stands here.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MAINTAINED = (
    "Community school",
    "Foundation school",
    "Voluntary aided school",
    "Voluntary controlled school",
)
ACADEMIES = ("Academy converter", "Academy sponsor led", "Free schools")
MAINSTREAM = frozenset(MAINTAINED + ACADEMIES)

OTHER_TYPES = (
    "Academy 16 to 19 converter",
    "Academy 16 to 19 sponsor led",
    "Academy 16-19 converter",
    "Academy 16-19 sponsor led",
    "Academy alternative provision converter",
    "Academy alternative provision sponsor led",
    "Academy secure 16 to 19",
    "Academy special converter",
    "Academy special sponsor led",
    "British schools overseas",
    "Children's centre",
    "Children's centre linked site",
    "City technology college",
    "Community special school",
    "European schools",
    "EY setting",
    "Foundation special school",
    "Free schools 16 to 19",
    "Free schools alternative provision",
    "Free schools special",
    "Further education",
    "Higher education institution",
    "Higher education institutions",
    "Institution funded by other government department",
    "Legacy types",
    "Local authority nursery school",
    "Miscellaneous",
    "Non-maintained special school",
    "Offshore schools",
    "Online provider",
    "Other independent school",
    "Other independent special school",
    "Playing for success centres",
    "Pupil referral unit",
    "Secure units",
    "Service children's education",
    "Sixth form centres",
    "Special post 16 institution",
    "Studio schools",
    "University technical college",
    "Welsh establishment",
)

OPEN = "Open"
STATUSES = (OPEN, "Open, but proposed to close", "Proposed to open", "Closed")

PRIMARY = "Primary"
PHASES = (
    "Not applicable",
    "Nursery",
    PRIMARY,
    "Middle deemed primary",
    "Secondary",
    "Middle deemed secondary",
    "16 plus",
    "16 to 19",
    "All-through",
)

UNKNOWN_HEAD = "unknown"
HEADS = ("in post", "leaving", "vacant", "shared", UNKNOWN_HEAD)

CHARACTERS = (
    "Does not apply",
    "None",
    "Not reported",
    "Church of England",
    "Anglican",
    "Anglican/Church of England",
    "Anglican/Christian",
    "Methodist",
    "Church of England/Methodist",
    "Methodist/Church of England",
    "Church of England/Methodist/United Reform Church/Baptist",
    "Church of England/Christian",
    "Church of England/Free Church",
    "Church of England/United Reformed Church",
    "Church of England/Evangelical",
    "Roman Catholic",
    "Catholic",
    "Roman Catholic/Church of England",
    "Church of England/Roman Catholic",
    "Roman Catholic/Anglican",
    "Christian",
    "Christian/Evangelical",
    "Christian/Methodist",
    "Christian/non-denominational",
    "Christian Science",
    "Free Church",
    "United Reformed Church",
    "Quaker",
    "Greek Orthodox",
    "Seventh Day Adventist",
    "Buddhist",
    "Hindu",
    "Jewish",
    "Orthodox Jewish",
    "Muslim",
    "Islam",
    "Sikh",
    "Multi-faith",
    "Inter- / non- denominational",
)
NOT_REPORTED = "Not reported"

NO_DIOCESE = ("Not applicable", "Does not apply", "None")

# Words that stand for "no group" in the register, and would make one huge federation as an id.
NO_GROUP = frozenset(
    {
        "not applicable",
        "does not apply",
        "none",
        "no",
        "n/a",
        "na",
        "-",
        "0",
        "not under a federation",
        "not supported by a trust",
    }
)

# What the statistics write where a number is not published: unknown, never zero.
SUPPRESSED = frozenset(
    {
        "supp",
        "suppcoll",
        "na",
        "n/a",
        "lowcov",
        "c",
        "x",
        "z",
        "u",
        "ne",
        "np",
        "nan",
        "-",
        ".",
        "..",
    }
)


# The properties of a schools.geojson that have a meaning (problem statement, section 1).
PROPERTIES = (
    "urn",
    "name",
    "roll",
    "type",
    "status",
    "phase",
    "religious_character",
    "diocese",
    "local_authority",
    "age_low",
    "age_high",
    "capacity",
    "open_date",
    "sparsity_miles",
    "fsm_percent",
    "income",
    "expenditure",
    "reserve",
    "head",
    "federation",
    "partnership",
    "trust",
)
OTHER_NAMES = {
    "roll": ("pupils", "numberofpupils", "number_of_pupils", "nor", "pupils_on_roll"),
    "name": ("establishmentname", "establishment_name", "schname", "school", "school_name"),
    "type": ("typeofestablishment (name)", "typeofestablishment", "establishment_type"),
    "urn": ("id", "school_urn"),
}


def by_case(words: Iterable[str]) -> dict[str, str]:
    """Words by their case-folded form."""
    return {word.casefold(): word for word in words}


KNOWN_TYPES: Mapping[str, str] = by_case((*MAINTAINED, *ACADEMIES, *OTHER_TYPES))
KNOWN_STATUSES: Mapping[str, str] = by_case(STATUSES)
KNOWN_PHASES: Mapping[str, str] = by_case(PHASES)
KNOWN_HEADS: Mapping[str, str] = by_case(HEADS)
KNOWN_CHARACTERS: Mapping[str, str] = by_case(CHARACTERS)
KNOWN_DIOCESES: Mapping[str, str] = by_case(NO_DIOCESE)


def nearest(word: str, known: Iterable[str]) -> str:
    """Return the known word spelt most like this one, or "" if none is near."""
    spelt = by_case(known)
    found = difflib.get_close_matches(word.strip().casefold()[:100], spelt, n=1, cutoff=0.6)
    return spelt[found[0]] if found else ""
