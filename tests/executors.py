"""An executor of the tests' own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any


class Here(Executor):
    """An executor that works while one submits to it."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **kw: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(function(*args, **kw))
        return future


class Never(Executor):
    """An executor that nothing may be given to."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **kw: Any) -> Future[Any]:
        raise AssertionError("nothing is to be solved")
