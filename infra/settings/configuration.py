"""Reads the stack's configuration into settings and names every bad value and every conflict at once."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import pulumi
from pulumi.runtime.config import CONFIG
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from infra.settings.conflict import Conflict
from infra.settings.conflicts import conflicts
from infra.settings.settings import Settings


class ConfigurationError(pulumi.RunError):
    """A stack's configuration cannot be used; the message names each bad value."""


def read_settings() -> Settings:
    """
    Read the settings of the current stack.

    Returns
    -------
    Settings
        Every value typed, within its bounds and fit to stand beside the others; what the stack file leaves
        out has its default.

    Raises
    ------
    ConfigurationError
        Naming for every bad value, and every one that cannot stand beside another, its key, what was found
        and what is allowed.
    """
    project = pulumi.get_project()
    raw = {key: _parse(value) for key, value in _values(project)}
    settings, lines = _validated(raw)
    if lines:
        count = f"{len(lines)} value{'s'[: len(lines) > 1]}"
        message = f'{count} in the configuration of stack "{pulumi.get_stack()}" cannot be used:\n'
        raise ConfigurationError(message + "\n".join(sorted(f"  {project}:{line}" for line in lines)))
    return settings


def _validated(raw: dict[str, object]) -> tuple[Settings, list[str]]:
    """Return the settings, with the default in place of each bad value, and a line for whatever is wrong."""
    bad: list[str] = []
    lines: list[str] = []
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as invalid:
        errors = invalid.errors(include_url=False)
        lines = [_line(error) for error in errors]
        bad = [_remove(raw, error["loc"]) for error in errors]
        settings = Settings.model_validate(raw)
    region = pulumi.Config("aws").get("region")
    # what is bad by itself is named once: nobody knows what it would say beside others
    told = (each for each in conflicts(settings, region) if not _is_about(each, bad))
    return settings, [*lines, *(_conflict(settings, each) for each in told)]


def _remove(raw: dict[str, Any], path: Sequence[int | str]) -> str:
    """Take a bad value out, the whole list if one of its members is bad, and return its key."""
    group: Any = raw
    for depth, step in enumerate(path):
        inner = group.get(step)
        if depth + 1 == len(path) or not isinstance(inner, dict):
            group.pop(step, None)
            return ".".join(map(str, path[: depth + 1]))
        group = inner
    return ""


def _is_about(conflict: Conflict, bad: Sequence[str]) -> bool:
    keys = (conflict.key, *conflict.beside)
    return any(f"{key}.".startswith(f"{each}.") for key in keys for each in bad)


def _conflict(settings: Settings, conflict: Conflict) -> str:
    value: Any = settings.model_dump(mode="json", by_alias=True)
    for step in conflict.key.split("."):
        value = value[step]
    return f"{conflict.key}: found {json.dumps(value)}, allowed: {conflict.allowed}"


def _values(project: str) -> Iterator[tuple[str, str | Mapping[str, Any]]]:
    """List the project's keys: a Config can only be asked for keys that one knows already."""
    prefix = f"{project}:"
    config = pulumi.Config()
    for key in sorted({*CONFIG.get(), *pulumi.runtime.get_config_env()}):
        value = config.get(key.removeprefix(prefix)) if key.startswith(prefix) else None
        if value is not None:
            yield key.removeprefix(prefix), value


def _parse(value: str | Mapping[str, Any]) -> object:
    """Undo the engine's encoding: objects arrive as JSON, everything else as it was written."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value


def _line(error: ErrorDetails) -> str:
    # as the CLI writes a path into a value: group.list[0]
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in error["loc"])
    value = json.dumps(error["input"], default=str)
    return f"{key.removeprefix('.')}: found {value}, allowed: {_allowed(error)}"


def _allowed(error: ErrorDetails) -> str:
    match error["type"]:
        case "extra_forbidden":
            return f"no such setting, but {', '.join(_members(error['loc'][:-1]))}"
        case "model_type":
            return f"an object of {', '.join(_members(error['loc']))}"
        case "tuple_type":
            return "a list"
        case "too_long":
            return f"a list of at most {error['ctx']['max_length']}"
        case "string_pattern_mismatch":
            return f"text that matches {error['ctx']['pattern']}"
        case _:
            return error["msg"].removeprefix("Input should be ").removeprefix("Value error, ")


def _members(path: Sequence[int | str]) -> list[str]:
    """List the keys of a group of settings."""
    group: type[BaseModel] = Settings
    for step in path:
        (field,) = [each for each in group.model_fields.values() if each.alias == step]
        # whatever has members is a group itself, by the shape of the settings
        group = cast("type[BaseModel]", field.annotation)
    return sorted(each.alias or "" for each in group.model_fields.values())
