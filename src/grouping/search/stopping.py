"""When to stop: a time limit, asked between steps and handed on to solvers (monotonic clock)."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic


@dataclass(frozen=True)
class Stop:
    """A moment to stop at, or never."""

    at: float | None = None

    @classmethod
    def after(cls, seconds: float | None) -> Stop:
        """Stop so many seconds from now; None for never."""
        return cls(None if seconds is None else monotonic() + seconds)

    def now(self) -> bool:
        """Whether the moment has come."""
        return self.at is not None and monotonic() >= self.at

    def left(self) -> float | None:
        """Seconds left; None for no limit."""
        return None if self.at is None else max(self.at - monotonic(), 0.0)
