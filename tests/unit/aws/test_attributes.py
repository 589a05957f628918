"""Plain values as DynamoDB writes them."""

from typing import Any

import pytest

from functions.aws.attributes import from_attribute, from_item, to_attribute, to_item


@pytest.mark.parametrize(
    ("value", "attribute"),
    [
        ("", {"S": ""}),
        ("text", {"S": "text"}),
        (0, {"N": "0"}),
        (-(2**60), {"N": str(-(2**60))}),
        (True, {"BOOL": True}),
        (False, {"BOOL": False}),
        ({}, {"M": {}}),
        ({"a": {"b": 1}}, {"M": {"a": {"M": {"b": {"N": "1"}}}}}),
    ],
)
def test_a_value_has_one_form(value: Any, attribute: dict[str, Any]) -> None:
    assert to_attribute(value) == attribute
    assert from_attribute(attribute) == value
    assert type(from_attribute(attribute)) is type(value)


def test_none_is_left_out_at_every_depth() -> None:
    assert to_item({"a": None, "b": {"c": None, "d": 1}}) == {"b": {"M": {"d": {"N": "1"}}}}


@pytest.mark.parametrize("value", [1.5, [], b"", None, {1}])
def test_what_the_log_never_holds_has_no_form(value: object) -> None:
    with pytest.raises(TypeError, match="no attribute type for"):
        to_attribute(value)


@pytest.mark.parametrize(
    "attribute", [{"L": []}, {"NULL": True}, {"B": b""}, {"SS": ["a"]}, {}, {"N": "1.5"}]
)
def test_what_was_never_written_is_not_read(attribute: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"no plain value|invalid literal"):
        from_item({"a": attribute})
