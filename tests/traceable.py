"""Whether every figure that a sentence says is in the document it was built from."""

from __future__ import annotations

import re
from typing import Any

NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def untraceable(document: dict[str, Any]) -> list[str]:
    """Give the figures of an answer's sentences that its document has nowhere else.

    A figure in points may stand as thousandths; a share in per cent as a fraction; a difference
    that is said without its sign may stand with it. Figures in texts of the document (names, keys,
    sentences of rules) count; the sentences themselves do not.
    """
    rest = {key: value for key, value in document.items() if key != "sentences"}
    known: set[float] = set()
    _collect(rest, known)
    missing = []
    for sentence in document["sentences"]:
        for text in NUMBER.findall(sentence):
            figure = float(text.replace(",", ""))
            near = (figure, figure * 1000, figure / 100)
            if not any(abs(value - one) < 1e-9 * max(1, one) for one in near for value in known):
                missing.append(f"{text} in: {sentence}")
    return missing


def _collect(value: Any, known: set[float]) -> None:
    if isinstance(value, dict):
        for key, inner in value.items():
            _collect(key, known)
            _collect(inner, known)
    elif isinstance(value, list | tuple):
        known.add(float(len(value)))
        for inner in value:
            _collect(inner, known)
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int | float):
        known.add(abs(float(value)))
    elif isinstance(value, str):
        known |= {float(text.replace(",", "")) for text in NUMBER.findall(value)}
