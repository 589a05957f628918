"""A judge of frames that shares no code with the parser: JSON as the standard has it, and the JSON Schema."""

import base64
import binascii
import json
import re
from typing import Any, NoReturn

import msgspec

from functions.domain.protocol import Frame

_SCHEMA: dict[str, Any] = msgspec.json.schema(Frame)


def satisfies(body: str) -> bool:
    """Tell whether a text is JSON and what it holds is what the schema allows."""
    try:
        value = json.loads(body, parse_constant=_refuse, parse_int=_integer)
    except (ValueError, RecursionError):
        return False
    return _matches(value, _SCHEMA)


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _integer(digits: str) -> int:
    return int(digits[:4_000])  # longer ones are JSON too, and out of every range either way


def _matches(value: Any, rule: dict[str, Any]) -> bool:
    if "$ref" in rule:
        return _matches(value, _SCHEMA["$defs"][rule["$ref"].rsplit("/", 1)[1]])
    if "anyOf" in rule:
        return any(_matches(value, option) for option in rule["anyOf"])
    if "enum" in rule and not any(value is option or _same(value, option) for option in rule["enum"]):
        return False
    match rule.get("type"):
        case "object":
            return isinstance(value, dict) and _members(value, rule)
        case "string":
            return isinstance(value, str) and _letters(value, rule)
        case "integer":
            return type(value) is int and rule.get("minimum", value) <= value <= rule.get("maximum", value)
        case "number":
            return type(value) in {int, float}
        case "null":
            return value is None
        case None:
            return True
        case other:
            raise NotImplementedError(other)


def _same(value: Any, option: Any) -> bool:
    return type(value) is type(option) and value == option


def _members(value: dict[str, Any], rule: dict[str, Any]) -> bool:
    if any(name not in value for name in rule.get("required", ())):
        return False
    return all(_matches(value[name], member) for name, member in rule["properties"].items() if name in value)


def _letters(value: str, rule: dict[str, Any]) -> bool:
    if not rule.get("minLength", 0) <= len(value) <= rule.get("maxLength", len(value)):
        return False
    if "contentEncoding" in rule:
        try:
            base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            return False
    return "pattern" not in rule or bool(re.search(rule["pattern"], value))
