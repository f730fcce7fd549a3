"""The ready-made limits over a whole plan: one small function each, found by name."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from grouping.policy.words import Limit
from grouping.world.county import County
from grouping.world.federations import Federations

__all__ = ["changed_schools", "federations", "mixed_federations"]

Whole = NDArray[np.int64]


def federations(*, at_least: int | None = None, at_most: int | None = None) -> Limit:
    """Number of federations in the plan, kept ones too."""
    return Limit(
        "federations",
        lambda f: np.ones(len(f), dtype=np.int64),
        at_least=at_least,
        at_most=at_most,
        settings={"at_least": at_least, "at_most": at_most},
    )


def mixed_federations(*, at_least: int | None = None, at_most: int | None = None) -> Limit:
    """Number of federations of more than one ethos."""
    return Limit(
        "mixed_federations",
        lambda f: (f.distinct("ethos") > 1).astype(np.int64),
        at_least=at_least,
        at_most=at_most,
        settings={"at_least": at_least, "at_most": at_most},
    )


def changed_schools(*, at_least: int | None = None, at_most: int | None = None) -> Limit:
    """Number of schools whose partners differ from those of their hard federation today."""
    return Limit(
        "changed_schools",
        lambda f: np.where(is_today(f), 0, f.size),
        alone=_leaves_one,
        at_least=at_least,
        at_most=at_most,
        settings={"at_least": at_least, "at_most": at_most},
    )


def is_today(f: Federations) -> NDArray[np.bool_]:
    """Whether each federation is exactly one of today."""
    today = f.county.today
    if today.max(initial=-1) < 0:
        return np.zeros(len(f), dtype=np.bool_)
    sizes = np.bincount(today[today >= 0])
    codes = f.gathered(today, -1)
    first = codes[:, 0].astype(np.int64)
    same = ((codes == first[:, None]) | ~f.there).all(axis=1)
    return np.asarray((first >= 0) & same & (f.size == sizes[first]), dtype=np.bool_)


def _leaves_one(county: County) -> Whole:
    return (county.today >= 0).astype(np.int64)
