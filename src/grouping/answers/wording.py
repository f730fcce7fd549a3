"""Words that answers share: names of schools, lists, points. Figures stay in the document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from grouping.world.schools import School

STANDING = "candidate for discussion"
SCHEMA = "grouping-answer/1"


class Answer(Protocol):
    """An answer to a planner's question: sentences, and the figures they are built from."""

    @property
    def sentences(self) -> list[str]:
        """The answer in plain words; every figure in them is in the document."""
        ...

    def document(self) -> dict[str, Any]:
        """Return the answer as plain values, as its JSON has it."""
        ...


class Valued(Protocol):
    """A stage of a plan: its name and its value."""

    @property
    def name(self) -> str:
        """As in "urgent alone"."""
        ...

    @property
    def value(self) -> int:
        """Schools, or thousandths of a point."""
        ...


def headed(question: str, answer: Mapping[str, Any], sentences: list[str]) -> dict[str, Any]:
    """Put what every answer's document starts with in front of it, and its sentences last."""
    return {
        "schema": SCHEMA,
        "standing": STANDING,
        "question": question,
        **answer,
        "sentences": sentences,
    }


def named(school: School) -> str:
    """Name a school as sentences do: "Ash (120001)"."""
    return f"{school.name} ({school.urn})"


def known(school: School) -> dict[str, Any]:
    """Name a school as documents do."""
    return {"urn": school.urn, "name": school.name}


def listed(words: Iterable[str], last: str = "and") -> str:
    """Join words as prose does: "A, B and C"."""
    *first, end = list(words) or [""]
    return f"{', '.join(first)} {last} {end}" if first else end


def points(thousandths: int) -> str:
    """Say thousandths of a point in points: "1.5 points"."""
    whole, rest = divmod(abs(thousandths), 1000)
    figure = f"{whole:,}" + (f".{rest:03d}".rstrip("0") if rest else "")
    unit = "point" if figure == "1" else "points"
    return f"{'-' if thousandths < 0 else ''}{figure} {unit}"


def count(number: int, what: str, plural: str = "") -> str:
    """Say how many: "1 school", "2 schools"."""
    return f"{number:,} {what if number == 1 else plural or what + 's'}"


def valued(stages: Iterable[Valued]) -> str:
    """Say what a plan is worth: "1 urgent and 3 small schools alone, 12.5 points"."""
    held = {stage.name: stage.value for stage in stages}
    tiers = [name.removesuffix(" alone") for name in held if name != "cost"]
    said = listed(f"{held[f'{tier} alone']:,} {tier}" for tier in tiers)
    last = held[f"{tiers[-1]} alone"] if tiers else 0
    schools = f"{said} {'school' if last == 1 else 'schools'} alone, " if tiers else ""
    return schools + points(held["cost"])
