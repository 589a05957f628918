"""A judge of frames that shares no code with the parser: JSON as the standard has it, and the JSON Schema.

What a schema cannot say is said here: no lone surrogates (a frame is Unicode), no deeper than the bound, no
larger than the gateway takes, and no text that is too long once it is composed.
"""

import json
import re
import unicodedata
from pathlib import Path
from typing import Any, Final, NoReturn

Rule = dict[str, Any]

_PUBLISHED: Final = Path(__file__).parents[2] / "docs" / "protocol" / "client-frames.schema.json"
_SCHEMA: Final[Rule] = json.loads(_PUBLISHED.read_text(encoding="utf-8"))
_MOST_BYTES: Final = 32_768
_MOST_LEVELS: Final = 32
_MOST_READABLE_LEVELS: Final = 200
_LARGEST_MESSAGE: Final = 131_072
_LONGEST_TEXT: Final = 8_000
_BASE64: Final = re.compile(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
"""With padding (RFC 4648, section 4), in any of the spellings that the unused bits allow."""


def satisfies(body: str) -> bool:
    """Tell whether a text is JSON and what it holds is what the schema allows, and what it cannot say."""
    try:
        value = read(body)
        size = len(body.encode())
    except (ValueError, RecursionError):
        return False
    return (
        size <= _MOST_BYTES
        and depth(value) <= _MOST_LEVELS
        and is_unicode(value)
        and matches(value, _SCHEMA)
        and _composed(value) <= _LONGEST_TEXT
    )


def read(body: str) -> Any:
    """Return the value of a JSON text; raises `ValueError` or `RecursionError` if it is none."""
    return json.loads(body, parse_constant=_refuse, parse_int=_integer)


def id_in(body: str) -> str | None:
    """Return the client's own id in what may be refused for anything else, None if it has none."""
    nested, within = 0, body.replace("\\\\", "").replace('\\"', "").split('"')[::2]
    for letter in "".join(within):
        nested += (letter in "[{") - (letter in "]}")
        if nested > _MOST_READABLE_LEVELS:
            return None
    try:
        value = json.loads(body, strict=False, parse_int=_integer)
    except ValueError:
        return None
    given = value.get("id") if isinstance(value, dict) else None
    known = (
        isinstance(given, str) and 1 <= len(given) <= 128 and all("!" <= letter <= "~" for letter in given)
    )
    return given if known and len(body) <= _LARGEST_MESSAGE else None


def repeats_a_name(body: str) -> bool:
    """Tell whether an object in a JSON text has two members of one name, of which parsers differ."""
    repeated = False

    def look(members: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal repeated
        repeated |= len({name for name, _ in members}) < len(members)
        return dict(members)

    json.loads(body, object_pairs_hook=look, parse_int=_integer)
    return repeated


def depth(value: Any) -> int:
    """Return how many objects and lists are in each other."""
    members = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if members is None else 1 + max(map(depth, members), default=0)


def is_unicode(value: Any) -> bool:
    """Tell whether every text in a JSON value can be written as UTF-8."""
    if isinstance(value, str):
        return not any("\ud800" <= letter <= "\udfff" for letter in value)
    if isinstance(value, dict):
        return all(is_unicode(name) and is_unicode(member) for name, member in value.items())
    return all(map(is_unicode, value)) if isinstance(value, list) else True


def _composed(frame: dict[str, Any]) -> int:
    text = frame["data"]["text"] if frame["type"] == "text_message" else ""
    return len(unicodedata.normalize("NFC", text))


def _refuse(constant: str) -> NoReturn:
    raise ValueError(constant)


def _integer(digits: str) -> int:
    return int(digits[:4_000])  # longer ones are JSON too, and out of every range either way


def matches(value: Any, rule: Rule, schema: Rule = _SCHEMA) -> bool:
    """Tell whether a JSON value is what a rule of a schema allows."""
    if "$ref" in rule:
        return matches(value, schema["$defs"][rule["$ref"].rsplit("/", 1)[1]], schema)
    if "anyOf" in rule:
        return any(matches(value, option, schema) for option in rule["anyOf"])
    if "enum" in rule and not any(value is option or _same(value, option) for option in rule["enum"]):
        return False
    return _is_of_type(value, rule, schema)


def _is_of_type(value: Any, rule: Rule, schema: Rule) -> bool:
    match rule.get("type"):
        case "object":
            return isinstance(value, dict) and _members(value, rule, schema)
        case "string":
            return isinstance(value, str) and _letters(value, rule)
        case "integer":
            return type(value) is int and _within(value, rule)
        case "number":
            return type(value) in {int, float} and _within(value, rule)
        case "boolean":
            return isinstance(value, bool)
        case "null":
            return value is None
        case None:
            return True
        case other:
            raise NotImplementedError(other)


def _within(value: float, rule: Rule) -> bool:
    if rule["type"] == "number":
        try:
            value = float(value)  # as a reader of JSON holds it: whole numbers are rounded too
        except OverflowError:
            return False
    return bool(rule.get("minimum", value) <= value <= rule.get("maximum", value))


def _same(value: Any, option: Any) -> bool:
    return type(value) is type(option) and value == option


def _members(value: dict[str, Any], rule: Rule, schema: Rule) -> bool:
    known = rule.get("properties", {})
    if any(name not in value for name in rule.get("required", ())):
        return False
    if rule.get("additionalProperties") is False and value.keys() - known.keys():
        return False
    return all(matches(value[name], member, schema) for name, member in known.items() if name in value)


def _letters(value: str, rule: Rule) -> bool:
    if not rule.get("minLength", 0) <= len(value) <= rule.get("maxLength", len(value)):
        return False
    # CPython's own reader takes padding that is too long
    if "contentEncoding" in rule and not _BASE64.fullmatch(value):
        return False
    return "pattern" not in rule or bool(re.search(rule["pattern"], value))
