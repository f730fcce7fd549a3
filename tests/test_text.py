"""JSON as it is written: decimals as given, everything else as the standard library writes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grouping.files.geojson import geojson_bytes
from grouping.files.text import json_text

LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False)
)
THINGS = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def one_by_one(value: Any) -> str:
    """Write a value leaf by leaf, as the words of the docstring have it."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        pairs = (f"{json.dumps(k, ensure_ascii=False)}: {one_by_one(v)}" for k, v in value.items())
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(one_by_one(each) for each in value) + "]"
    return json.dumps(value, ensure_ascii=False)


@given(THINGS)
def test_a_value_is_written_whole_as_it_is_leaf_by_leaf(value: Any) -> None:
    """With decimals or without, at any depth."""
    assert json_text(value) == one_by_one(value)


def test_decimals_stand_as_they_were_written() -> None:
    value = {"a": [Decimal("512345.670"), {"é": Decimal("1E+2")}], "b": (1, None, True, 0.1)}
    assert json_text(value) == '{"a": [512345.670, {"é": 1E+2}], "b": [1, null, true, 0.1]}'
    assert json_text(MappingProxyType({"a": 1})) == '{"a": 1}'


@pytest.mark.parametrize("value", [float("nan"), float("inf"), Decimal("NaN"), Decimal("sNaN")])
def test_what_json_does_not_have_is_not_written(value: Any) -> None:
    for whole in (value, [value], {"a": {"b": value}}, {"a": Decimal(1), "b": [value]}):
        with pytest.raises(ValueError, match="JSON"):
            json_text(whole)


def test_a_date_is_not_written() -> None:
    for whole in (date(2025, 9, 1), {"a": [date(2025, 9, 1)]}, [Decimal(1), date(2025, 9, 1)]):
        with pytest.raises(TypeError, match="date"):
            json_text(whole)


def test_a_collection_has_one_feature_a_line() -> None:
    features = [{"type": "Feature", "id": k, "properties": {"x": Decimal("1.50")}} for k in (1, 2)]
    found = geojson_bytes({"type": "FeatureCollection", "features": features}).decode()
    assert found == (
        '{"type": "FeatureCollection", "features": [\n'
        '{"type": "Feature", "id": 1, "properties": {"x": 1.50}},\n'
        '{"type": "Feature", "id": 2, "properties": {"x": 1.50}}\n'
        "]}\n"
    )
