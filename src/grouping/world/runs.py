"""Rows of many short runs at once, as where each school has a run of rows in one long table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]


def runs(first: Rows, many: Rows) -> Rows:
    """List the rows of each run one after the other: `many` of them from `first` on.

    >>> runs(np.asarray([5, 0]), np.asarray([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    start = first - np.cumsum(many) + many
    return np.asarray(np.repeat(start, many) + np.arange(int(many.sum())), dtype=np.int64)
